"""Points of charts over time: months or waves, what is hidden, and where a line breaks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import DataError, ModelError, ParamsError
from cxanalytics.models import fit_history, fit_scores
from cxanalytics.rules import COMPLEMENTARY, HIDDEN
from cxanalytics.scales import get_scale
from cxanalytics.tables import Break, Question, Survey

MONTHS = [f"2024-{month:02d}" for month in range(1, 7)]


def _survey(sizes, *, dates=True, changed=(), **more) -> Survey:
    """A survey of two quarters: `sizes` of agency and month."""
    rng = np.random.default_rng(2)
    rows = [
        (agency, "2024-Q1" if month < "2024-04" else "2024-Q2", f"{month}-15")
        for (agency, month), n in sizes.items()
        for _ in range(n)
    ]
    frame = pd.DataFrame(rows, columns=["agency", "wave", "day"])
    frame["satisfied"] = rng.integers(1, 6, len(frame)).astype(float)
    frame["day"] = pd.to_datetime(frame["day"])
    survey = Survey.from_frame(
        frame,
        agency="agency",
        outcome="satisfied",
        scale="likert_1_5",
        period="wave",
        **({"date": "day"} if dates else {}),
    )
    question = Question("satisfied", "Satisfied", get_scale("likert_1_5"), changed=changed)
    return replace(survey, questions=(question,), **more)


@pytest.fixture
def sizes():
    return {(agency, month): 60 for agency in "ABC" for month in MONTHS}


def _reason(history, agency, point):
    frame = history.frame.set_index(["agency", "point"])
    return frame.loc[(agency, point), "suppressed_reason"]


def test_dates_make_months_and_their_absence_makes_waves(sizes):
    history = fit_history(_survey(sizes), measures=["satisfied"])
    assert history.facts["every"] == "month"
    assert list(history.frame.loc[history.frame["agency"] == "A", "point"]) == MONTHS
    # the middle of January 2024
    assert history.frame["year"].min() == pytest.approx(2024 + 0.5 / 12)
    waves = fit_history(_survey(sizes, dates=False), measures=["satisfied"])
    assert waves.facts["every"] == "wave"
    assert list(waves.frame["point"].unique()) == ["2024-Q1", "2024-Q2"]


def test_a_wave_has_the_score_of_the_scorecard(sizes):
    survey = _survey(sizes)
    history = fit_history(survey, measures=["satisfied"], every="wave")
    scores = fit_scores(survey, measure="satisfied", period="2024-Q2").frame.set_index("key")
    own = history.frame.loc[history.frame["point"] == "2024-Q2"].set_index("agency")
    for column in ("estimate", "std_error", "conf_low", "conf_high", "n"):
        assert own[column].to_numpy() == pytest.approx(scores[column].to_numpy(), rel=1e-9)


def test_a_small_month_is_hidden_with_another_so_that_the_wave_does_not_give_it_back(sizes):
    sizes["A", "2024-02"] = 9
    history = fit_history(_survey(sizes), measures=["satisfied"])
    assert _reason(history, "A", "2024-02") == HIDDEN
    partners = [_reason(history, "A", month) for month in ("2024-01", "2024-03")]
    assert COMPLEMENTARY in partners
    assert _reason(history, "A", "2024-05") == ""
    hidden = history.frame["suppressed_reason"] != ""
    figures = history.frame.loc[hidden, ["estimate", "std_error", "conf_low", "conf_high", "n"]]
    assert figures.isna().all().all()


def test_every_question_hides_the_month_that_another_one_hides_beside_a_small_one():
    # A second question that more people skipped in March: its smallest month would be that one.
    survey = _survey({("A", MONTHS[0]): 8, ("A", MONTHS[1]): 40, ("A", MONTHS[2]): 44})
    frame = survey.frame.assign(easy=survey.frame["satisfied"])
    march = frame.index[frame["date"] >= "2024-03"]
    frame.loc[march[:9], "easy"] = np.nan
    easy = replace(survey.questions[0], name="easy")
    both = replace(survey, frame=frame, questions=(*survey.questions, easy))
    told = fit_history(both, measures=["satisfied", "easy"]).frame
    reasons = told.groupby("measure")["suppressed_reason"].agg(list)
    assert reasons["satisfied"] == [HIDDEN, COMPLEMENTARY, ""]
    assert reasons["easy"][:2] == [HIDDEN, COMPLEMENTARY]


def test_no_month_of_an_agency_that_is_hidden_in_its_wave_is_shown():
    sizes = {(agency, month): 60 for agency in "ABCD" for month in MONTHS}
    sizes |= {("A", month): 3 for month in MONTHS[:3]}
    history = fit_history(_survey(sizes), measures=["satisfied"])
    frame = history.frame.set_index("agency")
    early = frame.loc[frame["point"] < "2024-04"]
    assert (early.loc["A", "suppressed_reason"] != "").all()
    # the agency hidden in the wave for the other's sake
    beside = early.loc[early["suppressed_reason"] == COMPLEMENTARY]
    partner = [name for name in beside.index.unique() if name != "A"]
    assert len(partner) == 1
    assert (early.loc[partner[0], "suppressed_reason"] != "").all()


def test_changes_of_wording_and_of_the_organization_break_the_line(sizes):
    broken = Break(agency="B", period="2024-Q2", text="B took C in.")
    survey = _survey(sizes, changed=("2024-Q2",))
    frame = fit_history(survey, measures=["satisfied"]).frame
    first = frame.loc[frame["break_reason"] != ""]
    assert set(first["point"]) == {"2024-04"}
    assert set(first["agency"]) == set("ABC")
    frame = fit_history(_survey(sizes, breaks=(broken,)), measures=["satisfied"]).frame
    first = frame.loc[frame["break_reason"] != ""]
    assert first[["agency", "point", "break_reason"]].to_numpy().tolist() == [
        ["B", "2024-04", "reorganized"]
    ]


def test_agencies_that_are_only_peers_have_no_history(sizes):
    frame = fit_history(_survey(sizes, only_peers=("C",)), measures=["satisfied"]).frame
    assert set(frame["agency"]) == {"A", "B"}


def test_wrong_questions_are_refused(sizes):
    survey = _survey(sizes, dates=False)
    with pytest.raises(DataError, match="only where the survey has a column `date`"):
        fit_history(survey, measures=["satisfied"], every="month")
    with pytest.raises(ParamsError, match="`every` must be one of"):
        fit_history(survey, measures=["satisfied"], every="day")
    with pytest.raises(ParamsError, match="`statistic` must be one of"):
        fit_history(survey, measures=["satisfied"], statistic="net")
    one = replace(survey, frame=survey.in_period("2024-Q1").frame)
    with pytest.raises(ModelError, match="at least 2 points in time; got 1"):
        fit_history(one, measures=["satisfied"])
