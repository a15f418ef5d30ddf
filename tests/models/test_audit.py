"""The audit counts what is there, and shows no count that may not be shown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import DataError
from cxanalytics.models.audit import fit_audit
from cxanalytics.rules import COMPLEMENTARY, HIDDEN, THRESHOLDS
from cxanalytics.scales import get_scale
from cxanalytics.sources import read_fevs_2018
from cxanalytics.store import read_result, write_result
from cxanalytics.tables import Check, Question, Survey

LIKERT = get_scale("likert_1_5")
ITEMS = tuple(f"item{number}" for number in range(6))


def make(sizes, *, seed=0, periods=("",), weights=False):
    generator = np.random.default_rng(seed)
    parts = []
    for period in periods:
        for agency, n in sizes.items():
            part = pd.DataFrame(generator.integers(1, 6, (n, len(ITEMS))), columns=list(ITEMS))
            part = part.astype(float).assign(agency=agency, period=period, weight=1.0)
            parts.append(part.assign(unit=[f"team {place % 3}" for place in range(n)]))
    frame = pd.concat(parts, ignore_index=True)
    if weights:
        frame["weight"] = generator.uniform(0.5, 4, len(frame))
    return Survey(
        frame=frame,
        questions=tuple(Question(name, name.capitalize(), LIKERT) for name in ITEMS),
        outcome="item0",
        notes=(
            Check("rows read", None, "1,204 rows read from survey.csv."),
            Check("rows empty", None, "4 rows left out: every cell is empty."),
        ),
    )


def figures(table, key, column):
    return dict(zip(table[key], table[column], strict=True))


def test_rows_are_those_of_the_reader():
    rows = fit_audit(make({"A": 40}))["rows"]
    assert rows["step"].tolist() == ["rows read", "rows empty"]
    assert rows["rows"].tolist() == [1204, 4]


def test_without_a_reader_the_rows_kept_are_counted():
    survey = make({"A": 1300})
    bare = Survey(frame=survey.frame, questions=survey.questions, outcome="item0")
    assert fit_audit(bare)["rows"]["rows"].tolist() == [1300]


def test_effective_answers_are_those_of_kish():
    survey = make({"A": 40, "B": 50}, weights=True)
    agencies = fit_audit(survey)["agencies"].set_index("agency")
    for agency, row in agencies.iterrows():
        weight = survey.frame.loc[survey.frame["agency"] == agency, "weight"]
        assert row["n_eff"] == pytest.approx(weight.sum() ** 2 / (weight**2).sum())
        assert row["deff"] == pytest.approx(row["n"] / row["n_eff"])
    facts = figures(fit_audit(survey)["weights"], "fact", "value")
    # Kish: 1 + cv^2 of the weights.
    assert facts["deff"] == pytest.approx(1 + facts["cv"] ** 2)
    assert facts["n"] == 90


@pytest.mark.parametrize(
    ("sizes", "reasons"),
    [
        ({"A": 10, "B": 29, "C": 60}, ["", "", ""]),
        ({"A": 9, "B": 29, "C": 60}, [HIDDEN, COMPLEMENTARY, ""]),
        ({"A": 9, "B": 8, "C": 60}, [HIDDEN, HIDDEN, ""]),
    ],
)
def test_small_agencies_cannot_be_read_or_computed(sizes, reasons):
    agencies = fit_audit(make(sizes))["agencies"]
    assert agencies["suppressed_reason"].tolist() == reasons
    hidden = agencies["suppressed_reason"] != ""
    assert agencies.loc[hidden, ["n", "n_eff", "deff"]].isna().all(axis=None)
    assert agencies.loc[~hidden, "n"].notna().all()


def test_each_wave_protects_its_own_agencies():
    survey = make({"A": 9, "B": 40, "C": 60}, periods=("2023", "2024"))
    agencies = fit_audit(survey)["agencies"]
    assert agencies.loc[agencies["agency"] != "C", "n"].isna().all()
    waves = fit_audit(survey)["waves"]
    assert waves["n"].tolist() == [109.0, 109.0]
    assert waves["agencies"].tolist() == [3, 3]


def test_missing_answers_count_only_where_the_question_was_asked():
    survey = make({"A": 50}, periods=("2023", "2024"))
    survey.frame.loc[survey.frame["period"] == "2023", "item1"] = np.nan
    survey.frame.loc[[60, 61], "item1"] = np.nan
    missing = fit_audit(survey)["missing"].set_index("question")
    assert missing.loc["item1", ["n", "missing", "share"]].tolist() == [50, 2, 0.04]
    assert missing.loc["item0", "missing"] == 0


def test_scale_use_sums_to_one_and_hides_rare_answers():
    survey = make({"A": 400})
    survey.frame["item1"] = [1.0] * 3 + [2.0] * 20 + [3.0] * 377
    use = fit_audit(survey)["scale_use"]
    assert use.loc[use["question"] == "item0", "share"].sum() == pytest.approx(1)
    rare = use.loc[use["question"] == "item1"].set_index("answer_label")
    assert rare.loc["Strongly disagree", "suppressed_reason"] == HIDDEN
    assert rare["n"].isna().sum() >= 2
    assert rare.loc["Neither agree nor disagree", "n"] == 377


def test_straight_lining_is_the_share_with_equal_answers():
    survey = make({"A": 1000})
    survey.frame.loc[:99, list(ITEMS)] = 4.0
    # Answers fewer than the rule asks for are left out of the base.
    survey.frame.loc[990:, ["item1", "item2"]] = np.nan
    table = fit_audit(survey)["straight_lining"]
    answers = survey.frame.loc[:989, list(ITEMS)]
    expected = (answers.nunique(axis=1) == 1).mean()
    assert expected > 0.1
    assert table["n"].tolist() == [990]
    assert table["share"].tolist() == [pytest.approx(expected)]


def test_few_straight_liners_are_hidden():
    survey = make({"A": 200})
    survey.frame[list(ITEMS)] = np.tile([1.0, 2, 3, 4, 5, 1], (200, 1))
    survey.frame.loc[:1, list(ITEMS)] = 4.0
    table = fit_audit(survey)["straight_lining"]
    assert table["share"].isna().all()
    assert table["suppressed_reason"].tolist() == [HIDDEN]


def test_repeated_rows_and_respondents():
    survey = make({"A": 60})
    frame = pd.concat([survey.frame, survey.frame.head(2)], ignore_index=True)
    frame["respondent"] = [f"p{place}" for place in range(61)] + ["p0"]
    again = Survey(frame=frame, questions=survey.questions, outcome="item0")
    assert figures(fit_audit(again)["duplicates"], "kind", "rows") == {
        "respondent twice in a wave": 1,
        "same as an earlier row in every column": 2,
    }


def test_units_too_small_are_a_number_only():
    small = fit_audit(make({"A": 27, "B": 120}))["small"]
    assert list(small.columns) == ["level", "period", "threshold", "at_least", "units", "below"]
    below = {(row.level, row.threshold): row.below for row in small.itertuples()}
    assert below["agency", "rank"] == 1
    assert below["agency", "hide"] == 0
    # Three teams of 9 in A, three of 40 in B.
    assert below["unit", "hide"] == 3
    assert below["unit", "caution"] == 6
    assert set(small.loc[small["threshold"] == "hide", "at_least"]) == {THRESHOLDS.hide}


def test_published_counts_give_the_same_audit_as_rows():
    survey = make({"A": 400, "B": 60})
    cells = survey.frame.groupby(["agency", "item0"], as_index=False)["weight"].sum()
    counted = Survey.from_frame(
        cells, agency="agency", outcome="item0", scale="likert_1_5", count="weight"
    )
    rows, counts = fit_audit(survey), fit_audit(counted)
    pd.testing.assert_frame_equal(rows["agencies"], counts["agencies"])
    use = rows["scale_use"].query("question == 'item0'").drop(columns="label")
    pd.testing.assert_frame_equal(use, counts["scale_use"].drop(columns="label"))
    assert counts["weights"].empty
    assert counts["straight_lining"].empty
    assert counts["duplicates"].empty


def test_response_rates_and_their_bound():
    funnel = pd.DataFrame({"agency": ["A", "B"], "asked": [100, 400], "answered": [40, 60]})
    response = fit_audit(make({"A": 40, "B": 60}), funnel=funnel)["response"]
    assert response["rate"].tolist() == [0.4, 0.15]
    assert response["bound"].tolist() == [pytest.approx(0.06), pytest.approx(0.085)]


def test_response_rates_hide_small_agencies():
    funnel = pd.DataFrame({"agency": ["A", "B"], "asked": [100, 400], "answered": [7, 60]})
    response = fit_audit(make({"A": 40, "B": 60}), funnel=funnel)["response"]
    assert response["suppressed_reason"].tolist() == [HIDDEN, COMPLEMENTARY]
    assert response[["asked", "answered", "rate", "bound"]].isna().all(axis=None)


def test_impossible_funnel():
    funnel = pd.DataFrame({"agency": ["A", "B"], "asked": [100, 50], "answered": [40, 60]})
    with pytest.raises(DataError) as caught:
        fit_audit(make({"A": 40}), funnel=funnel)
    assert str(caught.value) == (
        "`funnel` must have 0 <= answered <= asked; 'B' has 60 of 50 in row 2, and 0 more."
    )


def test_funnel_without_a_column():
    with pytest.raises(DataError) as caught:
        fit_audit(make({"A": 40}), funnel=pd.DataFrame({"agency": ["A"], "asked": [3]}))
    assert str(caught.value) == (
        "`funnel` must have the columns agency, asked and answered; answered is not among "
        "agency, asked."
    )


def test_checks_say_what_was_noticed():
    checks = fit_audit(make({"A": 20, "B": 100}))["checks"].set_index("name")
    assert checks.loc["agencies too small", "passed"] == "no"
    assert checks.loc["agencies too small", "text"] == (
        "In 1 of 2 cases (an agency in a wave) there are too few answers to compare."
    )
    assert checks.loc["weighting loss", "passed"] == "yes"
    assert checks.loc["rows read", "text"] == "1,204 rows read from survey.csv."


def test_tables_survive_the_hand_over(tmp_path):
    tables = fit_audit(make({"A": 20, "B": 100}))
    write_result(tmp_path / "audit", tables)
    back = read_result(tmp_path / "audit")
    for name, table in tables.items():
        pd.testing.assert_frame_equal(back[name], table)


@pytest.mark.data
def test_audit_of_the_federal_survey(data_dir):
    tables = fit_audit(read_fevs_2018(data_dir / "fevs_2018" / "test_set.csv.gz"))
    below = {(row.level, row.threshold): row.below for row in tables["small"].itertuples()}
    # The extract is described as having 229 of its 234 work units with at least 30 answers.
    frame = tables["small"].set_index(["level", "threshold"])
    assert frame.loc[("unit", "hide"), "units"] == 234
    assert below["agency", "rank"] == 1
    assert below["unit", "rank"] == 234 - 229
    assert tables["missing"]["missing"].sum() == 0
    assert figures(tables["duplicates"], "kind", "rows")["respondent twice in a wave"] == 0
