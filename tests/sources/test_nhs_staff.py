"""Staff scores and mortality of English trusts: two files, their traps, one panel at a time."""

from __future__ import annotations

import numpy as np
import pytest

from cxanalytics.errors import DataError, ParamsError
from cxanalytics.models import fit_morale_performance
from cxanalytics.sources._nhs_staff_files import STAFF
from cxanalytics.sources.nhs_staff import read_nhs_staff

LONG_HEADER = (
    "Code,Year.Index,SHMI.before,SHMI.Index,HEE.region.code,HEE.region.name,Name,North,"
    "North.v.South,X,Responses,Survey.clinical.proportion,Engagement.Index,"
    "Engagement.Index.dichot,RecommendWork.Index,RecommendWork.Index.dichot,RecommendCare.Index,"
    "RecommendCare.Index.dichot,WorkStress.Index,FreedomSpeak.Index,Openness.Index"
)
LONG_ROWS = (
    "R1A,2014,1.0,1.1,Y1,Wessex,Moor NHS Trust,0,South,NA,400,0.7,3.9,0.7,3.6,0.6,3.7,0.64,0.4,0,0",
    "R1A,2015,1.1,0.9,Y1,Wessex,Moor NHS Trust,0,South,NA,2500,0.7,4,0.7,3.6,0.6,3.8,0.7,0.4,0,0",
    "R1B,2015,NA,1.0,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA,NA",
)
SHORT_HEADER = (
    "Code,Year.index,Engagement,FreedomSpeak,Openness,RecommendCare,RecommendWork,Responses,rr,"
    "SHMI.before,SHMI.index,Survey.clinical.proportion,WorkStress"
)
SHORT_ROWS = (
    ",2015,NA,NA,NA,NA,NA,NA,NA,NA,NA,0.69,NA",
    "R1A,2015,0.7,0.75,0.77,0.66,0.6,2500,0.45,1.1,0.9,0.7,0.38",
    "R1A,2016,NA,NA,NA,NA,NA,2600,NA,0.9,NA,NA,NA",
)


@pytest.fixture
def scores(tmp_path):
    def write(header, *rows):
        path = tmp_path / "scores.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="module")
def folder(data_dir):
    return data_dir / "nhs_ebmgt"


def notes(panel):
    return {note.name: note.text for note in panel.notes}


def test_the_long_file(scores):
    panel = read_nhs_staff(scores(LONG_HEADER, *LONG_ROWS))
    frame = panel.frame
    assert frame["unit"].tolist() == frame["agency"].tolist() == ["R1A", "R1A", "R1B"]
    assert frame["period"].tolist() == ["2014", "2015", "2015"]
    assert frame["morale"].tolist()[:2] == [3.9, 4.0]
    assert frame["performance"].tolist() == [1.1, 0.9, 1.0]
    assert frame["n"].tolist()[:2] == [400, 2500]
    assert frame["name"].tolist() == ["Moor NHS Trust", "Moor NHS Trust", ""]
    assert {"shmi_before", "clinical_share", "recommend_care", "work_stress"} <= set(frame)
    assert not {"X", "freedom_to_speak", "openness"} & set(frame)


def test_lower_mortality_is_better_and_comes_from_elsewhere(scores):
    panel = read_nhs_staff(scores(LONG_HEADER, *LONG_ROWS))
    assert (panel.higher_is_better, panel.same_source) == (False, False)
    assert panel.performance_is == "rate"
    assert panel.performance_label == "Hospital mortality (SHMI)"


def test_two_staff_scores_come_from_the_same_people(scores):
    path = scores(LONG_HEADER, *LONG_ROWS)
    panel = read_nhs_staff(path, morale="work_stress", performance="recommend_care_share")
    assert panel.same_source and panel.higher_is_better
    assert "shmi" in panel.frame


def test_what_was_noticed_in_the_long_file(scores):
    said = notes(read_nhs_staff(scores(LONG_HEADER, *LONG_ROWS)))
    assert said["rows read"] == "3 rows were read from 'scores.csv'."
    assert said["zero columns"] == (
        "Freedom to speak up and Openness about errors are 0 in every row of this file and left "
        "out: never computed."
    )
    assert said["missing morale"] == (
        '1 row without "Staff engagement" kept; models leave them out.'
    )
    assert said["no name"] == "1 row without the trust's name and region."
    assert said["sampled years"] == (
        "1 of 3 rows are from 2012 to 2014, when most trusts asked a sample of about 850 staff "
        "(median 400 answers); later most asked all staff."
    )
    assert said["unbalanced"].startswith("1 of 2 trusts have a staff score in all 2 years")
    assert "0 to 10 morale theme" in said["morale"]
    assert "must not be mixed" in said["one file"]


def test_the_error_of_one_question_is_known(scores):
    path = scores(LONG_HEADER, *LONG_ROWS)
    share = read_nhs_staff(path, morale="recommend_care_share")
    assert share.frame["morale_se"].iloc[0] == pytest.approx(np.sqrt(0.64 * 0.36 / 400))
    assert "error of morale" not in notes(share)
    mean = read_nhs_staff(path, morale="engagement")
    assert mean.frame["morale_se"].isna().all()
    assert notes(mean)["error of morale"] == (
        'The sampling error of "Staff engagement" is not published.'
    )


def test_the_short_file(scores):
    panel = read_nhs_staff(scores(SHORT_HEADER, *SHORT_ROWS), morale="freedom_to_speak")
    assert panel.frame["unit"].tolist() == ["R1A", "R1A"]
    assert panel.frame["morale"].tolist()[0] == 0.75
    assert panel.frame["response_rate"].tolist()[0] == 0.45
    assert panel.frame["morale_se"].isna().all()
    said = notes(panel)
    assert said["template row"] == "1 row without a trust code left out."
    assert said["missing performance"].startswith("1 row without")
    assert "zero columns" not in said and "no name" not in said


def test_shares_of_the_short_file_are_shares(scores):
    path = scores(SHORT_HEADER, *SHORT_ROWS)
    panel = read_nhs_staff(path, performance="recommend_care")
    assert panel.performance_is == "share"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"morale": "engagment"},
            f"`morale` must be one of {', '.join(map(repr, STAFF))}; got 'engagment'. Did you mean "
            "'engagement'?",
        ),
        (
            {"morale": "work_stress", "performance": "work_stress"},
            "`morale` and `performance` must differ; both are 'work_stress'.",
        ),
        (
            {"morale": "openness"},
            "`morale` must be a score that the file holds; 'openness' is 0 in every row of "
            "'scores.csv'. It holds engagement, engagement_share, recommend_work, "
            "recommend_work_share, recommend_care, recommend_care_share, work_stress and shmi.",
        ),
    ],
)
def test_unknown_scores(scores, options, message):
    with pytest.raises(ParamsError) as caught:
        read_nhs_staff(scores(LONG_HEADER, *LONG_ROWS), **options)
    assert str(caught.value) == message


def test_a_score_of_the_other_file(scores):
    with pytest.raises(ParamsError, match=r"'engagement_share' is not in 'scores.csv'\. Did you"):
        read_nhs_staff(scores(SHORT_HEADER, *SHORT_ROWS), morale="engagement_share")


def test_neither_file(scores):
    with pytest.raises(DataError) as caught:
        read_nhs_staff(scores("Code,Year", "R1A,2015"))
    assert str(caught.value) == (
        "'scores.csv' must have the columns 'Code' and 'Year.Index' (2012 to 2019) or "
        "'Year.index' (2015 to 2019); it has Code, Year."
    )


def test_the_two_files_cannot_be_stacked(scores):
    with pytest.raises(DataError) as caught:
        read_nhs_staff(scores(LONG_HEADER, *LONG_ROWS, LONG_ROWS[0]))
    assert str(caught.value) == (
        "'scores.csv' must have one row per trust and year; 'R1A' stands twice in 2014 (again in "
        "row 5)."
    )


@pytest.mark.data
def test_what_the_long_file_holds(folder):
    panel = read_nhs_staff(folder / "data.NHS.2012_2019.csv", morale="recommend_care")
    frame = panel.frame
    assert (len(frame), frame["unit"].nunique(), frame["period"].nunique()) == (1_084, 146, 8)
    assert int(frame["morale"].isna().sum()) == 12
    assert int(frame["engagement"].isna().sum()) == 11
    assert int(frame["work_stress"].isna().sum()) == 13
    assert int((frame["name"] == "").sum()) == 18
    assert frame["performance"].notna().all()
    early = frame.loc[frame["period"] < "2015", "n"].median()
    assert early < 850 < frame.loc[frame["period"] >= "2015", "n"].median()


@pytest.mark.data
def test_what_the_short_file_holds(folder):
    panel = read_nhs_staff(folder / "data.NHS.2015_2019.csv")
    assert len(panel.frame) == 702
    # 69 rows of the file lack staff scores, the template row among them
    assert int(panel.frame["morale"].isna().sum()) == 68
    assert panel.frame["openness"].notna().sum() == 634


@pytest.mark.data
def test_the_two_files_agree_and_are_not_identical(folder):
    long = read_nhs_staff(folder / "data.NHS.2012_2019.csv", morale="recommend_care_share").frame
    short = read_nhs_staff(folder / "data.NHS.2015_2019.csv", morale="recommend_care").frame
    both = long.merge(short, on=["unit", "period"], suffixes=("_long", "_short"))
    care = both[["morale_long", "morale_short"]].corr().iloc[0, 1]
    engagement = both[["engagement_share", "engagement_short"]].corr().iloc[0, 1]
    assert (round(care, 2), round(engagement, 2)) == (0.93, 0.98)


@pytest.mark.data
def test_the_panel_can_be_fitted(folder):
    panel = read_nhs_staff(folder / "data.NHS.2012_2019.csv")
    fitted = fit_morale_performance(panel)
    assert fitted.facts["groups"] > 130
    assert fitted.row("between")["estimate"] < 0
