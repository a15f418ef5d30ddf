"""What is said of the claims about morale, measures and cost: figures first, nulls as plainly."""

from __future__ import annotations

import pandas as pd
import pytest

from cxanalytics.models import fit_tested_morale_claims
from cxanalytics.models.claims_morale import NOT_OF_CUSTOMERS
from cxanalytics.tables import ESTIMATE_COLUMNS, Estimates
from cxanalytics.words import (
    Nouns,
    say_morale_claim,
    say_morale_claims_answer,
    say_tested_morale_claims,
)

NBSP = "\u00a0"
CLEAR, AGAINST, OPEN = (0.4, 0.2, 0.6), (-0.4, -0.6, -0.2), (0.1, -0.3, 0.5)
TIGHT = (0.01, -0.05, 0.07)


def made(rows, **facts):
    frame = pd.DataFrame(rows)
    for column in ESTIMATE_COLUMNS:
        if column not in frame:
            frame[column] = 500.0 if column == "n" else float("nan")
    return Estimates(frame, "made up", facts={"units": 60, "grade": "C"} | facts)


def ranged(key, figures, **more):
    return {
        "key": key,
        **dict(zip(("estimate", "conf_low", "conf_high"), figures, strict=True)),
    } | more


def ladder(order, *, grade="C", **facts):
    names = {"within": "fixed_effects", "later": "morale_before", "reverse": "performance_before"}
    names |= {"between": "between"}
    rows = [ranged(key, facts.pop(name)) for name, key in names.items() if name in facts]
    return made(rows, order=order, grade=grade, **facts)


def said(number, **given):
    claims = fit_tested_morale_claims(**given)
    texts = say_tested_morale_claims(claims, nouns=Nouns())
    return dict(zip(claims["claim"], texts, strict=True))[number]


def test_a_supported_order_is_told_in_points_with_range_base_and_grade() -> None:
    unmeasured = made([ranged("observed", CLEAR)], robustness_value=0.12)
    given = ladder("morale first", later=CLEAR, within=CLEAR)
    assert said(6, ladder=given, unmeasured_later=unmeasured) == (
        f"Within a unit, 10{NBSP}points more morale was followed by performance 4.0{NBSP}points "
        "better (likely 2.0 to 6.0) one wave later. The reverse was not seen. An unmeasured cause "
        "that explains 12% of what is left of both would be enough to remove this. Base: 500 rows "
        "of 60 units; grade C."
    )


def test_a_pattern_says_what_is_not_known() -> None:
    told = said(6, ladder=ladder("not settled", within=CLEAR, later=OPEN))
    assert told == (
        f"Within a unit, 10{NBSP}points more morale goes with performance 4.0{NBSP}points better "
        f"(likely 2.0 to 6.0). One wave later it is 1.0{NBSP}points better (likely 3.0 worse to "
        "5.0 better). Which came first is not settled. Base: 500 rows of 60 units; grade C."
    )
    places = said(6, ladder=ladder("not testable", between=AGAINST, grade="D"))
    assert places.startswith(f"Between units, 10{NBSP}points more morale goes with performance")
    assert f"4.0{NBSP}points worse (likely 2.0 to 6.0)" in places
    assert "Which came first cannot be tested." in places


def test_a_null_is_said_with_what_it_leaves_out() -> None:
    told = said(6, ladder=ladder("not settled", within=TIGHT))
    assert f"performance 0.1{NBSP}points better (likely 0.5 worse to 0.7 better)" in told
    assert f"A gain that matters, 2{NBSP}points, is excluded." in told


def test_less_can_be_better() -> None:
    given = ladder("not settled", within=AGAINST, higher_is_better=False)
    assert f"performance 4.0{NBSP}points better (likely 2.0 to 6.0)" in said(6, ladder=given)


def test_an_order_is_not_told_below_its_grade() -> None:
    for order in ("morale first", "performance first", "both"):
        given = ladder(order, later=CLEAR, reverse=CLEAR, within=CLEAR, grade="D")
        told = said(6, ladder=given)
        assert "Which came first cannot be tested." in told
        assert "followed" not in told and "reverse" not in told


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            ladder("morale first", later=CLEAR),
            "The claim that morale comes first and performance follows has an order in time "
            "behind it, and cause is not shown. Beyond question it is not: a design of grade C "
            "leaves other reasons open.",
        ),
        (
            ladder("performance first", later=OPEN, reverse=CLEAR),
            "The claim that morale comes first and performance follows is contradicted. Beyond "
            "question it is not: a design of grade C leaves other reasons open.",
        ),
        (
            ladder("not settled", within=TIGHT),
            "The claim that morale comes first and performance follows finds no support: no "
            "increase is shown. Beyond question it is not: a design of grade C leaves other "
            "reasons open.",
        ),
        (
            ladder("morale first", later=CLEAR, grade="A"),
            "The claim that morale comes first and performance follows is supported. The design is "
            "randomized, so few questions are left.",
        ),
        (
            None,
            "The claim that morale comes first and performance follows is not testable with these "
            "data.",
        ),
    ],
)
def test_the_headline_gets_one_plain_answer(given, sentence) -> None:
    assert say_morale_claim(fit_tested_morale_claims(ladder=given)) == sentence


def test_a_claim_that_is_clear_alone_says_so() -> None:
    weak = (0.1, 0.003, 0.197)
    given = {
        "ladder": ladder("not settled", within=weak),
        "chain": made([ranged("indirect", weak)]),
    }
    told = said(6, **given)
    assert "Clear alone, but not when all two claims of its topic are counted." in told


def test_each_model_has_its_sentence() -> None:
    block = [ranged("difference", CLEAR), ranged("efficiency", (0.1, 0.05, 0.15))]
    blocks = made(block, outcome="Recommend", matters="effectiveness, efficiency")
    assert said(12, blocks=blocks) == (
        f"In agencies not used for fitting, effectiveness predicts +40{NBSP}points (likely +20 to "
        "+60) more of the differences in “Recommend” than efficiency does. Efficiency’s own part "
        "is 10% (likely 5% to 15%). So efficiency still counts: it adds to what effectiveness "
        "predicts. Base: 500 rows of 60 units; grade C."
    )
    chain = made([ranged("indirect", CLEAR)], middle_label="Resolved")
    assert said(10, chain=chain).startswith(
        f"Through “Resolved”, 10{NBSP}points more morale goes with performance 4.0{NBSP}points "
        "better (likely 2.0 to 6.0). That is consistent with a chain"
    )
    cost = made([ranged("later", (-0.07, -0.12, -0.02))], break_even=14.0)
    assert said(21, cost=cost).startswith(
        f"A gain of 10{NBSP}points in service was followed by a cost per resolved case of −7.0% "
        "(likely −12.0% to −2.0%). It is paid back after 14 months."
    )
    rows = [ranged("beyond", (0.03, 0.01, 0.05)), ranged("apart", (0.05, 0.03, 0.07))]
    appreciation = made(rows, top_units=17, grade="D")
    assert said(7, appreciation=appreciation) == (
        f"In the best 17 units appreciation differs from the others by +5.0{NBSP}points (likely "
        f"+3.0 to +7.0). Beyond what goes with general morale, that is +3.0{NBSP}points "
        "(likely +1.0 to +5.0). Base: 500 units; grade D."
    )


def test_measures_are_counted_and_the_clearest_is_named() -> None:
    card = {"key": "aht", "label": "Handle time", "block": "efficiency", "gaming": "heaping"}
    for name in ("validity", "lagged"):
        card |= dict(zip((name, f"{name}_low", f"{name}_high"), (-0.03, -0.05, -0.01), strict=True))
    kpis = made([card], rank_agreement=0.1, low=-0.3, high=0.5, grade="D")
    assert said(15, kpis=kpis) == (
        "Of one efficiency measure, none goes with better and one with worse recommendation. The "
        f"clearest is “Handle time”: per usual swing 3.0{NBSP}points worse (likely 1.0 to 5.0). "
        "Base: 500 rows of 60 units; grade D."
    )
    assert said(14, kpis=kpis).startswith("One of one measure foretells recommendation one wave")
    assert "agree in rank by 0.10 (likely −0.30 to 0.50; 1 is full agreement)" in said(
        16, kpis=kpis
    )
    assert said(17, kpis=kpis).endswith("One of one measure shows signs of gaming.")


def test_what_is_missing_is_said_with_what_would_supply_it() -> None:
    assert said(9) == (
        "Missing: items on messages and on pressure. What would supply it: staff items on what is "
        "said about customers and on pressure for efficiency."
    )
    refused = Estimates(
        pd.DataFrame(columns=list(ESTIMATE_COLUMNS)), "", facts={"reason": "Too few units."}
    )
    assert said(10, chain=refused) == "Too few units."
    told = said(6, ladder=ladder("not settled", within=CLEAR), of_customers=False)
    assert told == f"Missing: {NOT_OF_CUSTOMERS}."


def test_all_verdicts_are_counted_once() -> None:
    claims = fit_tested_morale_claims(ladder=ladder("not settled", within=CLEAR))
    assert say_morale_claims_answer(claims) == (
        "Of 14 claims about morale, measures and cost: one goes together, cause not shown; 13 not "
        "testable with these data."
    )


def test_units_go_by_the_name_of_the_study() -> None:
    given = ladder("not settled", within=CLEAR, later=OPEN)
    claims = fit_tested_morale_claims(ladder=given)
    claims = claims.loc[claims["claim"] == 6]
    told = say_tested_morale_claims(claims, nouns=Nouns(), units=("office", "offices"))[0]
    assert told.startswith("Within an office, ")
    assert told.endswith("Base: 500 rows of 60 offices; grade C.")
