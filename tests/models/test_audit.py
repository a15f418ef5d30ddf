"""The audit counts what is there, and shows no count that may not be shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxanalytics.models.audit import fit_audit
from cxanalytics.rules import COMPLEMENTARY, HIDDEN, THRESHOLDS
from cxanalytics.scales import get_scale
from cxanalytics.sources import read_fevs_2018, read_simulated
from cxanalytics.sources.simulated.customers import DO_NOT_KNOW
from cxanalytics.sources.simulated.names import QUESTIONS
from cxanalytics.store import read_result, write_result
from cxanalytics.tables import Break, Check, Question, Survey

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
    rows = fit_audit(survey=make({"A": 40}))["rows"]
    assert rows["step"].tolist() == ["rows read", "rows empty"]
    assert rows["rows"].tolist() == [1204, 4]


def test_without_a_reader_the_rows_kept_are_counted():
    survey = make({"A": 1300})
    bare = Survey(frame=survey.frame, questions=survey.questions, outcome="item0")
    assert fit_audit(survey=bare)["rows"]["rows"].tolist() == [1300]


def test_effective_answers_are_those_of_kish():
    survey = make({"A": 40, "B": 50}, weights=True)
    agencies = fit_audit(survey=survey)["agencies"].set_index("agency")
    for agency, row in agencies.iterrows():
        weight = survey.frame.loc[survey.frame["agency"] == agency, "weight"]
        assert row["n_eff"] == pytest.approx(weight.sum() ** 2 / (weight**2).sum())
        assert row["deff"] == pytest.approx(row["n"] / row["n_eff"])
    facts = figures(fit_audit(survey=survey)["weights"], "fact", "value")
    # Kish: 1 + cv^2 of the weights.
    assert facts["deff"] == pytest.approx(1 + facts["cv"] ** 2)
    assert facts["n"] == 90


@pytest.mark.parametrize(
    ("sizes", "reasons"),
    [
        ({"A": 10, "B": 29, "C": 60}, ["", "", ""]),
        ({"A": 9, "B": 29, "C": 60}, [HIDDEN, COMPLEMENTARY, ""]),
        ({"A": 9, "B": 6, "C": 60}, [HIDDEN, HIDDEN, ""]),
        # Seventeen of two that have fewer than ten each are nine and eight.
        ({"A": 9, "B": 8, "C": 60}, [HIDDEN, HIDDEN, COMPLEMENTARY]),
    ],
)
def test_small_agencies_cannot_be_read_or_computed(sizes, reasons):
    agencies = fit_audit(survey=make(sizes))["agencies"]
    assert agencies["suppressed_reason"].tolist() == reasons
    hidden = agencies["suppressed_reason"] != ""
    assert agencies.loc[hidden, ["n", "n_eff", "deff"]].isna().all(axis=None)
    assert agencies.loc[~hidden, "n"].notna().all()


def test_each_wave_protects_its_own_agencies():
    survey = make({"A": 9, "B": 40, "C": 60}, periods=("2023", "2024"))
    agencies = fit_audit(survey=survey)["agencies"]
    assert agencies.loc[agencies["agency"] != "C", "n"].isna().all()
    waves = fit_audit(survey=survey)["waves"]
    assert waves["n"].tolist() == [109.0, 109.0]
    assert waves["agencies"].tolist() == [3, 3]


def test_missing_answers_count_only_where_the_question_was_asked():
    survey = make({"A": 50}, periods=("2023", "2024"))
    survey.frame.loc[survey.frame["period"] == "2023", "item1"] = np.nan
    survey.frame.loc[[60, 61], "item1"] = np.nan
    missing = fit_audit(survey=survey)["missing"].set_index("question")
    assert missing.loc["item1", ["n", "missing", "share"]].tolist() == [50, 2, 0.04]
    assert missing.loc["item0", "missing"] == 0


def test_scale_use_sums_to_one_and_hides_rare_answers():
    survey = make({"A": 400})
    survey.frame["item1"] = [1.0] * 3 + [2.0] * 20 + [3.0] * 377
    use = fit_audit(survey=survey)["scale_use"]
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
    table = fit_audit(survey=survey)["straight_lining"]
    answers = survey.frame.loc[:989, list(ITEMS)]
    expected = (answers.nunique(axis=1) == 1).mean()
    assert expected > 0.1
    assert table["n"].tolist() == [990]
    assert table["share"].tolist() == [pytest.approx(expected)]


def test_few_straight_liners_are_hidden():
    survey = make({"A": 200})
    survey.frame[list(ITEMS)] = np.tile([1.0, 2, 3, 4, 5, 1], (200, 1))
    survey.frame.loc[:1, list(ITEMS)] = 4.0
    table = fit_audit(survey=survey)["straight_lining"]
    assert table["share"].isna().all()
    assert table["suppressed_reason"].tolist() == [HIDDEN]


def test_repeated_rows_and_respondents():
    survey = make({"A": 60})
    frame = pd.concat([survey.frame, survey.frame.head(2)], ignore_index=True)
    frame["respondent"] = [f"p{place}" for place in range(61)] + ["p0"]
    again = Survey(frame=frame, questions=survey.questions, outcome="item0")
    assert figures(fit_audit(survey=again)["duplicates"], "kind", "rows") == {
        "respondent twice in a wave": 1,
        "same as an earlier row in every column": 2,
    }


def test_units_too_small_are_a_number_only():
    small = fit_audit(survey=make({"A": 27, "B": 120}))["small"]
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
    rows, counts = fit_audit(survey=survey), fit_audit(survey=counted)
    pd.testing.assert_frame_equal(rows["agencies"], counts["agencies"])
    use = rows["scale_use"].query("question == 'item0'").drop(columns="label")
    pd.testing.assert_frame_equal(use, counts["scale_use"].drop(columns="label"))
    assert counts["weights"].empty
    assert counts["straight_lining"].empty
    assert counts["duplicates"].empty


def test_response_rates_and_their_bound():
    funnel = pd.DataFrame({"agency": ["A", "B"], "asked": [100, 400], "answered": [40, 60]})
    response = fit_audit(survey=make({"A": 40, "B": 60}), funnel=funnel)["response"]
    assert response["rate"].tolist() == [0.4, 0.15]
    assert response["bound"].tolist() == [pytest.approx(0.06), pytest.approx(0.085)]


def test_response_rates_hide_small_agencies():
    funnel = pd.DataFrame({"agency": ["A", "B"], "asked": [100, 400], "answered": [7, 60]})
    response = fit_audit(survey=make({"A": 40, "B": 60}), funnel=funnel)["response"]
    assert response["suppressed_reason"].tolist() == [HIDDEN, COMPLEMENTARY]
    assert response[["asked", "answered", "rate", "bound"]].isna().all(axis=None)


def test_an_impossible_funnel_stops_nothing():
    funnel = pd.DataFrame({"agency": ["A", "B"], "asked": [100, 50], "answered": [40, 60]})
    tables = fit_audit(survey=make({"A": 40, "B": 60}), funnel=funnel)
    assert tables["impossible"]["agency"].tolist() == ["B"]
    assert tables["bound"]["agency"].tolist() == ["A"]
    told = tables["checks"].set_index("name").loc["response counts: all possible"]
    assert told["passed"] == "no"
    assert told["text"] == "Rows of the response counts that cannot be right, and give no rate: 1."


@pytest.mark.parametrize(
    ("rate", "low", "high"), [(0.2, 0.72, 0.88), (1.0, 0.80, 0.80), (0.0125, 0.70125, 0.89875)]
)
def test_the_bound_is_what_other_nonrespondents_would_do(rate, low, high):
    survey = make({"A": 100})
    survey.frame["item0"] = [5.0] * 50 + [4.0] * 30 + [1.0] * 20
    funnel = pd.DataFrame({"agency": ["A"], "asked": [100 / rate], "answered": [100]})
    (row,) = fit_audit(survey=survey, funnel=funnel)["bound"].itertuples()
    assert (row.n, row.score, row.cut) == (100, 0.8, "agree or strongly agree")
    assert [row.low, row.high] == [pytest.approx(low), pytest.approx(high)]


def test_the_bound_stays_a_share():
    survey = make({"A": 100})
    survey.frame["item0"] = 5.0
    funnel = pd.DataFrame({"agency": ["A"], "asked": [200], "answered": [100]})
    (row,) = fit_audit(survey=survey, funnel=funnel)["bound"].itertuples()
    assert (row.low, row.high) == (0.95, 1.0)


@pytest.mark.parametrize("seed", range(20))
def test_the_bound_holds_everyone_where_the_others_differ_as_assumed(seed):
    generator = np.random.default_rng(seed)
    asked, answered = 2000, int(generator.integers(100, 1900))
    share = generator.uniform(0.1, 0.9)
    other = share + generator.uniform(-0.1, 0.1)
    positive = round(answered * share)
    survey = make({"A": answered})
    survey.frame["item0"] = np.where(np.arange(answered) < positive, 5.0, 1.0)
    funnel = pd.DataFrame({"agency": ["A"], "asked": [asked], "answered": [answered]})
    (row,) = fit_audit(survey=survey, funnel=funnel)["bound"].itertuples()
    everyone = (positive + (asked - answered) * (positive / answered + other - share)) / asked
    assert row.low - 1e-12 <= everyone <= row.high + 1e-12


def test_the_bound_weighs_answers():
    survey = make({"A": 60, "B": 60}, weights=True)
    funnel = pd.DataFrame({"agency": ["A", "B"], "asked": [100, 100], "answered": [60, 60]})
    bound = fit_audit(survey=survey, funnel=funnel)["bound"].set_index("agency")
    for agency, rows in survey.frame.groupby("agency"):
        share = np.average(rows["item0"] >= 4, weights=rows["weight"])
        assert bound.loc[agency, "score"] == pytest.approx(share)


def test_two_tables_with_one_total_hide_the_same_agencies():
    # B and C tie: alone, one table would protect A by hiding B, the other by hiding C.
    funnel = pd.DataFrame({"agency": list("DCBA"), "asked": 100, "answered": [60, 40, 40, 8]})
    tables = fit_audit(survey=make({"A": 8, "B": 40, "C": 40, "D": 60}), funnel=funnel)
    for name, figure in (("agencies", "n"), ("response", "answered"), ("bound", "n")):
        table = tables[name].set_index("agency")
        hidden = {"A": HIDDEN, "B": COMPLEMENTARY, "C": COMPLEMENTARY, "D": ""}
        assert table["suppressed_reason"].to_dict() == hidden, name
        assert table[figure].notna().sum() == 1, name


def test_an_impossible_row_does_not_give_a_hidden_agency_back():
    funnel = pd.DataFrame(
        {"agency": list("DCBA"), "asked": [400, 100, 11, 50], "answered": [200, 60, 12, 8]}
    )
    tables = fit_audit(survey=make({"A": 8, "B": 12, "C": 60, "D": 200}), funnel=funnel)
    (row,) = tables["impossible"].to_dict("records")
    assert (row["agency"], row["suppressed_reason"]) == ("B", COMPLEMENTARY)
    assert np.isnan([row["customers"], row["asked"], row["answered"]]).all()


def test_the_bound_shows_no_score_of_few():
    funnel = pd.DataFrame({"agency": list("ABC"), "asked": 200, "answered": [8, 25, 100]})
    bound = fit_audit(survey=make({"A": 8, "B": 25, "C": 100}), funnel=funnel)["bound"]
    assert bound["suppressed_reason"].tolist() == [HIDDEN, COMPLEMENTARY, ""]
    figures = ["n", "score", "rate", "low", "high"]
    assert bound.loc[:1, figures].isna().all(axis=None)
    assert bound.loc[2, figures].notna().all()


def test_checks_say_what_was_noticed():
    checks = fit_audit(survey=make({"A": 20, "B": 100}))["checks"].set_index("name")
    assert checks.loc["agencies too small", "passed"] == "no"
    assert checks.loc["agencies too small", "text"] == (
        "In 1 of 2 cases (an agency in a wave) there are too few answers to compare."
    )
    assert checks.loc["weighting loss", "passed"] == "yes"
    assert checks.loc["rows read", "text"] == "1,204 rows read from survey.csv."
    assert set(checks["source"]) == {"customer survey"}


def test_weights_that_cost_too_much_are_refused_and_never_trimmed():
    survey = make({"A": 100})
    survey.frame.loc[:4, "weight"] = 60.0
    tables = fit_audit(survey=survey)
    check = tables["checks"].set_index("name").loc["weighting loss"]
    assert check["passed"] == "no"
    assert check["text"] == (
        "Weighting costs a factor 11.60 of the answers; at most 3 is accepted."
    )
    assert figures(tables["weights"], "fact", "value")["largest"] == 60.0


def test_questions_that_many_skip_are_named():
    survey = make({"A": 100})
    survey.frame.loc[:20, "item1"] = np.nan
    check = fit_audit(survey=survey)["checks"].set_index("name").loc["questions often skipped"]
    assert check["passed"] == "no"
    assert check["text"] == (
        "Questions without an answer from more than 20% of those they were put to: 1 of 6 (Item1)."
    )


def test_wordings_and_organizations_that_changed_are_told():
    survey = make({"A": 40, "P": 50}, periods=("2023", "2024"))
    first, *others = survey.questions
    changed = replace(
        survey,
        questions=(replace(first, changed=("2024",), wording="New words"), *others),
        breaks=(Break("A", "2024", "A is what was B and C before."),),
        only_peers=("P",),
    )
    tables = fit_audit(survey=changed)
    assert tables["wording"].iloc[0].tolist() == [
        "item0", "Item0", "likert_1_5", "1 to 5", "New words", "2024"
    ]  # fmt: skip
    assert tables["breaks"].to_numpy().tolist() == [["A", "2024", "A is what was B and C before."]]
    texts = tables["checks"].set_index("name")["text"]
    assert texts["wordings changed"] == "The wording changed: Item0 (2024)."
    assert texts["organizations changed"] == "No trend across the change: A."
    assert texts["peers from published counts"] == (
        "Peers from published counts, to compare with: P."
    )


def test_published_peers_are_no_answers_of_the_study():
    own = make({"A": 40, "B": 60})
    peers = make({"P": 700, "Q": 620}).frame.assign(item1=np.nan)
    both = replace(
        own,
        frame=pd.concat([own.frame, peers], ignore_index=True),
        only_peers=("P", "Q"),
    )
    tables, alone = fit_audit(survey=both), fit_audit(survey=own)
    for name in ("sources", "waves", "agencies", "missing", "scale_use", "small", "duplicates"):
        pd.testing.assert_frame_equal(tables[name], alone[name])
    assert figures(tables["checks"], "name", "text")["peers not audited"] == (
        "Published counts of 2 other agencies, 1,320 answers, serve as peers and are not audited "
        "here."
    )


def test_published_peers_are_agencies_to_compare():
    survey = make({f"A{number}": 40 for number in range(THRESHOLDS.peers + 1)})
    survey = replace(survey, only_peers=tuple(survey.agencies[1:]))
    held = figures(fit_audit(survey=survey)["ingredients"], "ingredient", "held")
    assert held["agencies to compare"] == "yes"


def test_tables_survive_the_hand_over(tmp_path):
    tables = fit_audit(survey=make({"A": 20, "B": 100}))
    write_result(tmp_path / "audit", tables)
    back = read_result(tmp_path / "audit")
    for name, table in tables.items():
        pd.testing.assert_frame_equal(back[name], table)


def test_missing_answers_of_the_simulated_government_are_those_it_was_given():
    customers = read_simulated().customers
    survey = Survey.from_frame(
        customers,
        agency="agency",
        outcome="recommend",
        scale="nps_0_10",
        period="wave",
        weight="weight",
        questions=dict.fromkeys(QUESTIONS[1:], "likert_1_5"),
    )
    tables = fit_audit(survey=survey)
    share = tables["missing"].set_index("question")["share"][list(QUESTIONS)]
    error = np.sqrt(DO_NOT_KNOW * (1 - DO_NOT_KNOW) / len(customers))
    assert (abs(share - DO_NOT_KNOW) < 4 * error).all()
    assert tables["sources"]["agencies"].tolist() == [customers["agency"].nunique()]


@pytest.mark.data
def test_audit_of_the_federal_survey(data_dir):
    tables = fit_audit(survey=read_fevs_2018(data_dir / "fevs_2018" / "test_set.csv.gz"))
    below = {(row.level, row.threshold): row.below for row in tables["small"].itertuples()}
    # The extract is described as having 229 of its 234 work units with at least 30 answers.
    frame = tables["small"].set_index(["level", "threshold"])
    assert frame.loc[("unit", "hide"), "units"] == 234
    assert below["agency", "rank"] == 1
    assert below["unit", "rank"] == 234 - 229
    assert tables["missing"]["missing"].sum() == 0
    assert figures(tables["duplicates"], "kind", "rows")["respondent twice in a wave"] == 0
