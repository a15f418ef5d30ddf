"""Every claim is listed once, needs only what is listed, and is said to lack what is lacking."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxanalytics.claims import (
    CLAIMS,
    COULD_BE_TESTED,
    DECLARED,
    INGREDIENTS,
    NOT_TESTABLE,
    NOT_WITH_THESE_DATA,
    STATUSES,
    TOPICS,
    Claim,
    Ingredient,
    get_ingredient,
)
from cxanalytics.errors import ParamsError
from cxanalytics.models.claims import fit_claims, held_ingredients, ingredients_table
from cxanalytics.models.holdings import Holdings
from cxanalytics.operations import OperationMeasure, Operations
from cxanalytics.published import Published, PublishedMeasure
from cxanalytics.sources import read_fevs_2018
from cxanalytics.tables import Panel, Question, Survey

DOCS = (Path(__file__).parents[1] / "docs" / "claims.md").read_text(encoding="utf-8")
ALL_DECLARED = tuple(entry.name for entry in INGREDIENTS.values() if entry.source == DECLARED)


def make_survey(*, agencies=9, n=40, periods=("",), **columns):
    size = agencies * n * len(periods)
    frame = pd.DataFrame(
        {
            "agency": np.tile(np.repeat([f"Agency {x}" for x in range(agencies)], n), len(periods)),
            "period": np.repeat(periods, agencies * n),
            "recommend": np.tile([1.0, 3, 5, 4], size // 4),
            "easy": np.tile([1.0, 2], size // 2),
        }
    ).assign(**columns)
    mapped = ("channel", "unit", "department", "date", "sector")
    roles = {role: role for role in mapped if role in columns}
    return Survey.from_frame(
        frame,
        agency="agency",
        outcome="recommend",
        scale="likert_1_5",
        period="period" if any(periods) else None,
        drivers=["easy"],
        case_mix=[name for name in ("need", "age") if name in columns],
        questions={name: "likert_1_5" for name in ("helpful", "resolved") if name in columns},
        **roles,
    )


def make_operations(periods, *measures):
    frame = pd.DataFrame(
        [
            {"agency": agency, "period": period, "top": 5.0, "per": 9.0}
            for agency in ("Agency 0", "Agency 1")
            for period in periods
        ]
    )
    return Operations(
        frame,
        tuple(OperationMeasure(name, name, "top", "per", kind=kind) for name, kind in measures),
    )


def make_panel(periods, *, same_source=False):
    rows = [("A", period, 3.0, 0.5) for period in periods]
    frame = pd.DataFrame(rows, columns=["agency", "period", "morale", "share"])
    return Panel.from_frame(
        frame,
        agency="agency",
        period="period",
        morale="morale",
        performance="share",
        same_source=same_source,
    )


def held(**holdings):
    return held_ingredients(Holdings(**holdings))


def test_the_claims_are_numbered_without_a_gap():
    assert [claim.number for claim in CLAIMS] == list(range(1, 43))
    assert {claim.topic for claim in CLAIMS} == set(TOPICS)
    assert len({claim.title for claim in CLAIMS}) == len(CLAIMS)


def test_every_ingredient_is_needed_by_some_claim():
    assert {name for claim in CLAIMS for name in claim.needs} == set(INGREDIENTS)
    assert all(claim.needs for claim in CLAIMS)


def test_three_claims_are_never_testable():
    assert [claim.number for claim in CLAIMS if claim.not_built] == [19, 20, 34]


def test_the_first_claim_needs_attention_measured_by_someone_else():
    claim = fit_claims(survey=make_survey(age="old")).iloc[0]
    assert claim["missing"] == "attention to customer experience from another source"
    assert claim["status"] == NOT_WITH_THESE_DATA


def test_unknown_names_are_refused():
    with pytest.raises(ParamsError, match="`ingredient` must be one of 'outcome answers'"):
        get_ingredient("outcome answer")
    with pytest.raises(ParamsError, match=r"`ingredient` must be one of .*; got 'luck'"):
        Claim(43, "Luck", TOPICS[0], ("luck",))
    with pytest.raises(ParamsError, match=r"`topic` must be one of .*; got 'Luck'"):
        Claim(43, "Luck", "Luck", ())
    with pytest.raises(ParamsError, match=r"`source` must be one of .*; got 'rumor'"):
        Ingredient("luck", "rumor", "more of it")


@pytest.mark.parametrize("name", ["recommend answers", "crisis calender"])
def test_only_what_no_column_gives_away_is_declared(name):
    with pytest.raises(ParamsError, match="`declared` must be one of 'attention to customer"):
        fit_claims(survey=make_survey(), declared=[name])


def test_nothing_held_and_everything_held():
    nothing = fit_claims()
    assert set(nothing["status"]) == {NOT_WITH_THESE_DATA, NOT_TESTABLE}
    assert list(nothing.columns) == [
        "number",
        "claim",
        "topic",
        "needs",
        "missing",
        "status",
        "note",
    ]
    everything = dict.fromkeys(INGREDIENTS, True)
    table = ingredients_table(everything)
    assert (table["alone_missing"] == 0).all()
    assert set(table["held"]) == {"yes"}
    assert set(STATUSES) == {COULD_BE_TESTED, NOT_WITH_THESE_DATA, NOT_TESTABLE}


def test_never_testable_even_with_everything_declared():
    table = fit_claims(survey=make_survey(), declared=ALL_DECLARED).set_index("number")
    never = table.loc[[19, 20, 34]]
    assert (never["status"] == NOT_TESTABLE).all()
    assert (never["note"] != "").all()
    assert (never["missing"] == "").all()
    assert "sells" in table.loc[34, "note"]


def test_what_alone_is_missing():
    seen = held(survey=make_survey(age="old"))
    table = ingredients_table(seen).set_index("ingredient")
    # Claim 1 lacks only this; claim 28 lacks only the channel.
    assert table.loc["attention to customer experience from another source", "alone_missing"] == 1
    assert table.loc["channel", "alone_missing"] == 1
    assert table.loc["outcome answers", ["held", "alone_missing"]].tolist() == ["yes", 0]
    assert table.loc["targets with dates", "needed_by"] == 2


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ({"channel": ["web", "phone"] * 180}, "channel"),
        ({"unit": "Team 1"}, "team or agent id"),
        ({"department": "Permits"}, "department id"),
        ({"date": "2026-05-04"}, "dates of answers"),
        ({"need": "payment"}, "topic of the contact"),
        ({"age": "old"}, "case mix"),
        ({"sector": ["public", "private"] * 180}, "both sectors"),
        ({"helpful": 4.0}, "a question about staff"),
        ({"helpful": 4.0}, "driver questions"),
        ({"resolved": 4.0}, "resolution"),
    ],
)
def test_columns_give_ingredients_away(columns, name):
    assert not held(survey=make_survey())[name]
    if name == "driver questions":
        made = make_survey(**columns)
        columns = {}
        survey = Survey(made.frame, made.questions, "recommend", drivers=("easy", "helpful"))
    else:
        survey = make_survey(**columns)
    assert held(survey=survey)[name]


def test_one_channel_is_none():
    assert not held(survey=make_survey(channel="web"))["channel"]


def test_departments_that_stand_as_agencies_are_departments():
    made = make_survey()
    survey = Survey(made.frame, made.questions, "recommend", parent="City")
    assert held(survey=survey)["department id"]


@pytest.mark.parametrize(
    ("agencies", "n", "enough"), [(9, 40, True), (8, 40, False), (9, 28, False)]
)
def test_peers_need_enough_agencies_with_enough_answers(agencies, n, enough):
    assert held(survey=make_survey(agencies=agencies, n=n))["agencies to compare"] is enough


def test_experience_and_recommendation_must_stand_in_one_row():
    name = "experience and recommendation of the same person"
    assert held(survey=make_survey())[name]
    made = make_survey()
    apart = made.frame.assign(easy=made.frame["easy"].where(made.frame["recommend"].isna()))
    assert not held(survey=Survey(apart, made.questions, "recommend"))[name]


def test_a_survey_that_does_not_ask_to_recommend():
    frame = make_survey().frame.rename(columns={"recommend": "trust"})
    survey = Survey.from_frame(frame, agency="agency", outcome="trust", scale="likert_1_5")
    seen = held(survey=survey)
    assert seen["outcome answers"]
    assert not seen["recommend answers"]


def test_waves_are_counted():
    one, three = held(survey=make_survey()), held(survey=make_survey(periods=("1", "2", "3")))
    assert (one["two waves"], one["three waves"]) == (False, False)
    assert (three["two waves"], three["three waves"]) == (True, True)
    assert held(survey=make_survey(), staff=make_survey(periods=("1", "2")))["two staff waves"]


def test_appreciation_is_asked_of_staff():
    item = Question("q1", "Valued", five_point(), wording="I feel valued for what I do.")
    frame = pd.DataFrame({"agency": ["A"], "period": [""], "weight": [1.0], "q1": [4.0]})
    staff = Survey(frame, (item,), "q1")
    assert held(staff=staff)["appreciation items"]
    assert not held(survey=staff)["appreciation items"]
    assert not held(staff=make_survey())["appreciation items"]


def five_point():
    return make_survey().question("easy").scale


@pytest.mark.parametrize(
    ("name", "kind", "ingredient"),
    [
        ("handle_time", "mean", "handle time"),
        ("resolved_first", "share", "resolution"),
        ("repeat_contacts", "share", "repeat contacts"),
        ("cost_per_case", "cost", "cost and volume"),
        ("leavers", "rate", "staff retention"),
    ],
)
def test_operations_give_ingredients_away(name, kind, ingredient):
    assert not held(operations=make_operations(["2024"], ("wait", "mean")))[ingredient]
    assert held(operations=make_operations(["2024"], (name, kind)))[ingredient]


def test_two_years_of_operations_are_eight_quarters():
    quarters = [f"{year}-Q{quarter}" for year in (2023, 2024) for quarter in (1, 2, 3, 4)]
    name = "eight quarters of operations"
    assert held(operations=make_operations(quarters, ("wait", "mean")))[name]
    assert not held(operations=make_operations(quarters[:-1], ("wait", "mean")))[name]


def test_long_series_of_any_kind():
    seen = held(operations=make_operations([f"{2000 + x}" for x in range(12)], ("wait", "mean")))
    assert seen["twelve periods of one series"]
    assert not seen["twenty-four periods of one series"]
    assert held(panel=make_panel([f"{2000 + x}" for x in range(24)]))[
        "twenty-four periods of one series"
    ]


def test_answers_and_operations_meet_in_months():
    name = "answers and operations for the same agencies and periods"
    survey = make_survey(periods=("2024-Q1", "2024-Q2"))
    assert held(survey=survey, operations=make_operations(["2024-03"], ("wait", "mean")))[name]
    assert not held(survey=survey, operations=make_operations(["2024-07"], ("wait", "mean")))[name]
    assert not held(survey=survey)[name]


def test_linked_staff_must_be_other_people():
    three = ["2022", "2023", "2024"]
    seen = held(panel=make_panel(three))
    assert seen["staff and results linked by unit and wave"]
    assert seen["three linked waves"]
    assert seen["two staff waves"]
    assert not held(panel=make_panel(three[:2]))["three linked waves"]
    same = held(panel=make_panel(three, same_source=True))
    assert not same["staff and results linked by unit and wave"]


def test_published_scores_give_no_answers():
    rows = [(f"H{x}", wave, "pride", 0.5) for x in range(20) for wave in ("2023", "2024")]
    frame = pd.DataFrame(rows, columns=["agency", "period", "measure", "value"])
    frame["sector"] = np.where(frame["agency"] < "H2", "government", "other")
    published = Published(frame, (PublishedMeasure("pride", "Pride"),), groups=("sector",))
    seen = held(published=published)
    assert not seen["outcome answers"]
    assert not seen["agencies to compare"]
    status = fit_claims(published=published).set_index("number")["status"]
    assert status[status == COULD_BE_TESTED].index.tolist() == [23]


def test_a_funnel_gives_response_counts():
    assert held(funnel=pd.DataFrame({"agency": ["A"]}))["response counts"]


def test_the_document_lists_the_claims():
    listed = re.findall(r"^\| (\d+) \| ([^|]+) \| [^|]+ \| ([^|]+) \|$", DOCS, re.MULTILINE)
    held_here = [(str(c.number), c.title, "; ".join(c.needs)) for c in CLAIMS]
    assert listed == held_here
    for topic in TOPICS:
        assert f"\n## {topic}\n" in DOCS


def test_the_document_lists_what_claims_need():
    for entry in INGREDIENTS.values():
        assert f"\n| {entry.name} | {entry.supply} |\n" in DOCS
    for claim in CLAIMS:
        for text in filter(None, (claim.not_built, claim.note)):
            assert text in DOCS


@pytest.mark.data
def test_the_federal_survey_lacks_attention_from_another_source(data_dir):
    survey = read_fevs_2018(data_dir / "fevs_2018" / "test_set.csv.gz")
    table = fit_claims(survey=survey, staff=survey).set_index("number")
    assert "attention to customer experience" in table.loc[1, "missing"]
    assert table.loc[2, "status"] == COULD_BE_TESTED
    assert table.loc[24, "status"] == COULD_BE_TESTED
