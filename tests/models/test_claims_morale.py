"""Each claim about morale, measures and cost gets its verdict by its rule, or says why not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.claims import CLAIMS
from cxanalytics.claims.morale_verdicts import VERDICTS_ON_MORALE
from cxanalytics.errors import ModelError
from cxanalytics.models import fit_tested_morale_claims, lag_morale
from cxanalytics.models.claims_morale import MORALE_CLAIMS, NOT_OF_CUSTOMERS, OF_CUSTOMERS
from cxanalytics.models.claims_rows import p_of
from cxanalytics.tables import ESTIMATE_COLUMNS, Estimates, Panel

SUPPORTED, CONTRADICTED, UNSURE = "supported", "contradicted", "too imprecise to tell"
FOLLOWS = "follows in time, cause not shown"
TOGETHER, OTHER_WAY = "goes together, cause not shown", "runs the other way, cause not shown"
NO_INCREASE, MISSING = "no increase shown", "not testable with these data"

CLEAR, AGAINST, OPEN = (0.4, 0.2, 0.6), (-0.4, -0.6, -0.2), (0.1, -0.3, 0.5)
TIGHT = (0.01, -0.05, 0.07)


def made(rows, **facts):
    frame = pd.DataFrame(rows)
    for column in ESTIMATE_COLUMNS:
        if column not in frame:
            frame[column] = 500.0 if column == "n" else np.nan
    return Estimates(frame, "made up", facts={"units": 60, "grade": "C"} | facts)


def ranged(key, figures, **more):
    return {
        "key": key,
        **dict(zip(("estimate", "conf_low", "conf_high"), figures, strict=True)),
    } | more


def ladder(order, *, later=None, reverse=None, grade="C", **facts):
    """A ladder whose same-wave rows are `facts["within"]` and `facts["between"]`."""
    given = {"fixed_effects": facts.pop("within", None), "between": facts.pop("between", None)}
    given |= {"morale_before": later, "performance_before": reverse}
    rows = [ranged(key, figures) for key, figures in given.items() if figures]
    return made(rows, order=order, grade=grade, **facts)


def row(claims, number):
    return claims.set_index("claim").loc[number]


def judged(number, **given):
    return row(fit_tested_morale_claims(**given), number)


def test_there_is_a_row_per_claim_and_each_says_what_it_lacks() -> None:
    claims = fit_tested_morale_claims()
    assert claims["claim"].tolist() == [0, *range(6, 19), 21] == list(MORALE_CLAIMS)
    titles = {claim.number: claim.title for claim in CLAIMS}
    assert [titles.get(n) for n in claims["claim"]][1:] == claims["title"].tolist()[1:]
    assert (claims["verdict"] == MISSING).all() and (claims["missing"] != "").all()
    first = ["claim", "title", "verdict", "grade", "estimate", "conf_low", "conf_high", "n"]
    assert list(claims.columns[:10]) == [*first, "agencies", "missing"]


def test_a_refused_model_gives_its_reason() -> None:
    refused = Estimates(
        pd.DataFrame(columns=list(ESTIMATE_COLUMNS)), "nothing", facts={"reason": "Too few."}
    )
    names = ("ladder", "dimensions", "appreciation", "chain", "blocks", "kpis", "legs", "cost")
    claims = fit_tested_morale_claims(**dict.fromkeys(names, refused))
    assert (claims["verdict"] == MISSING).all()
    told = claims.loc[claims["missing"] == "Too few.", "claim"].tolist()
    assert told == [0, 6, 7, 10, 11, 12, 14, 15, 16, 18, 21]


@pytest.mark.parametrize(
    ("given", "verdict", "kind"),
    [
        (ladder("morale first", later=CLEAR, within=CLEAR), FOLLOWS, "later"),
        (ladder("morale first", later=CLEAR, grade="B"), SUPPORTED, "later"),
        (ladder("performance first", later=OPEN, reverse=CLEAR), CONTRADICTED, "later"),
        (ladder("morale first", later=AGAINST, within=AGAINST), OTHER_WAY, "later"),
        (ladder("morale first", later=AGAINST, grade="B"), CONTRADICTED, "later"),
        (ladder("performance first", later=OPEN, reverse=CLEAR, grade="D"), UNSURE, "later"),
        # Clear in the same wave, and no order: a pattern, whatever its strength.
        (ladder("not settled", later=OPEN, within=CLEAR), TOGETHER, "fixed_effects"),
        (ladder("both", later=CLEAR, within=CLEAR), TOGETHER, "fixed_effects"),
        (ladder("not testable", within=CLEAR, grade="D"), TOGETHER, "fixed_effects"),
        (ladder("not testable", within=AGAINST, grade="D"), OTHER_WAY, "fixed_effects"),
        (ladder("not settled", later=OPEN, within=OPEN), UNSURE, "fixed_effects"),
        # Ten points of morale are at most 0.7 points of performance: two points are excluded.
        (ladder("not settled", later=OPEN, within=TIGHT), NO_INCREASE, "fixed_effects"),
        (ladder("not settled", later=CLEAR, within=TIGHT), UNSURE, "fixed_effects"),
        # Better places, not shown to improve: the unit beside itself decides.
        (ladder("not settled", between=CLEAR, within=OPEN), UNSURE, "fixed_effects"),
        (ladder("not testable", between=CLEAR, grade="D"), TOGETHER, "between"),
        (ladder("not settled", later=CLEAR), UNSURE, "later"),
        # What follows one wave later bends the same wave the other way.
        (ladder("not settled", later=CLEAR, within=AGAINST), UNSURE, "fixed_effects"),
        (ladder("not settled", reverse=CLEAR, within=AGAINST), UNSURE, "fixed_effects"),
        (ladder("not settled", later=AGAINST, within=CLEAR), UNSURE, "fixed_effects"),
    ],
)
def test_morale_first_needs_an_order_and_a_pattern_alone_is_capped(given, verdict, kind) -> None:
    claims = fit_tested_morale_claims(ladder=given)
    for number in (0, 6):
        assert row(claims, number)["verdict"] == verdict
        assert row(claims, number)["kind"] == kind


def test_grade_d_never_supports_a_claim_about_cause() -> None:
    low = {"grade": "D"}
    given = {
        "ladder": ladder("morale first", later=CLEAR, within=CLEAR, **low),
        "chain": made([ranged("indirect", CLEAR)], **low),
        "legs": made([ranged("interaction", CLEAR)], **low),
        "cost": made([ranged("later", AGAINST)], **low),
        "appreciation": made([ranged("beyond", CLEAR)], **low),
    }
    claims = fit_tested_morale_claims(**given)
    tested = claims.loc[claims["verdict"] != MISSING]
    assert tested["claim"].tolist() == [0, 6, 7, 10, 18, 21]
    assert set(tested["verdict"]) == {TOGETHER}
    assert set(claims["verdict"]) <= set(VERDICTS_ON_MORALE)


def test_lower_can_be_better() -> None:
    given = ladder("not settled", within=AGAINST, higher_is_better=False)
    assert judged(6, ladder=given)["verdict"] == TOGETHER
    assert judged(6, ladder=ladder("not settled", within=AGAINST))["verdict"] == OTHER_WAY
    assert judged(6, ladder=given)["better"] == -1.0


def test_figures_are_told_per_ten_points_of_morale_and_per_point_of_another_scale() -> None:
    given = ladder("not settled", within=CLEAR, later=OPEN, standardized=True, morale_sd=0.2)
    found = judged(6, ladder=given)
    assert found["estimate"] == pytest.approx(0.4 * 0.1 / 0.2)
    assert found["later"] == pytest.approx(0.1 * 0.1 / 0.2) and found["step"] == 0.1
    frame = pd.DataFrame({"a": ["x", "y"], "m": [6.2, 7.1], "p": [0.4, 0.6]})
    panel = Panel.from_frame(
        frame, agency="a", morale="m", performance="p", morale_label="M", performance_label="Waits"
    )
    found = judged(6, ladder=ladder("not settled", within=TIGHT), panel=panel)
    assert found["estimate"] == TIGHT[0] and found["step"] == 1.0 and found["about"] == "Waits"
    # What matters is declared for ten points of morale only.
    assert found["verdict"] == UNSURE


def test_claims_about_customers_need_results_of_customers() -> None:
    given = {"ladder": ladder("morale first", later=CLEAR, within=CLEAR), "of_customers": False}
    claims = fit_tested_morale_claims(**given)
    assert row(claims, 0)["verdict"] == FOLLOWS
    for number in OF_CUSTOMERS:
        assert row(claims, number)["missing"] == NOT_OF_CUSTOMERS
        assert row(claims, number)["verdict"] == MISSING


def test_what_a_study_lacks_is_named_where_no_model_gave_a_reason() -> None:
    held = pd.DataFrame({"number": [9, 13], "missing": ["", "start dates; a series"]})
    claims = fit_tested_morale_claims(held=held)
    assert row(claims, 13)["missing"] == "start dates; a series"
    assert row(claims, 9)["missing"] == "items on messages and on pressure"


def dimension_rows(*distinct, low=0.8):
    return [
        ranged(f"d{place}", (0.8, 0.7, 0.9), label=f"D{place}", distinct=told)
        | {"unit_reliability": 0.9, "nearest": "d0", "nearest_r": 0.95 - place / 100}
        | {"nearest_low": low, "nearest_high": 0.99}
        for place, told in enumerate(distinct)
    ]


@pytest.mark.parametrize(
    ("distinct", "verdict"),
    [
        ([True] * 8, SUPPORTED),
        ([True] * 7 + [False], CONTRADICTED),
        ([True] * 7 + [None], UNSURE),
        ([True] * 5, MISSING),
        ([True] * 4 + [False], CONTRADICTED),
    ],
)
def test_eight_dimensions_are_eight_only_if_all_are_told_apart(distinct, verdict) -> None:
    found = judged(11, dimensions=made(dimension_rows(*distinct), agencies=24))
    assert found["verdict"] == verdict
    assert found["counted"] == distinct.count(True) and found["of"] == len(distinct)
    if verdict == MISSING:
        assert found["missing"] == "items for 3 of the 8 dimensions"


def test_dimensions_that_are_not_measured_do_not_count() -> None:
    rows = [*dimension_rows(*[True] * 7), {"key": "x", "label": "X", "distinct": None}]
    found = judged(11, dimensions=made(rows))
    assert found["verdict"] == MISSING and found["of"] == 7


def test_an_index_of_items_counted_already_is_no_dimension() -> None:
    rows = [entry | {"is_index": False} for entry in dimension_rows(*[True] * 8)]
    rows.append(rows[0] | {"key": "engagement", "label": "Engagement", "is_index": True})
    rows[-1] |= {"distinct": False}
    found = judged(11, dimensions=made(rows))
    assert found["verdict"] == SUPPORTED and found["of"] == 8


def test_unreliable_units_withhold_eight_dimensions() -> None:
    rows = dimension_rows(*[True] * 8)
    rows[3]["unit_reliability"] = 0.5
    assert judged(11, dimensions=made(rows))["verdict"] == UNSURE


@pytest.mark.parametrize(
    ("figures", "verdict"), [(CLEAR, SUPPORTED), (AGAINST, CONTRADICTED), (OPEN, UNSURE)]
)
def test_simple_claims_follow_their_range(figures, verdict) -> None:
    blocks = made([ranged("difference", figures), ranged("efficiency", CLEAR)], r2_out=0.3)
    found = judged(12, blocks=blocks)
    assert found["verdict"] == verdict and found["other_low"] == 0.2 and found["explained"] == 0.3
    turned = tuple(-figures[place] for place in (0, 2, 1))
    # Claims about cause: what was seen at grade C, the verdict itself at grade B.
    seen = {SUPPORTED: FOLLOWS, CONTRADICTED: OTHER_WAY}.get(verdict, verdict)
    for grade, told in (("C", seen), ("B", verdict)):
        chain = made([ranged("indirect", figures)], grade=grade)
        legs = made([ranged("interaction", figures)], grade=grade)
        cost = made([ranged("later", turned)], grade=grade)
        assert judged(10, chain=chain)["verdict"] == told
        assert judged(18, legs=legs)["verdict"] == told
        assert judged(21, cost=cost)["verdict"] == told
    facts = dict(zip(("rank_agreement", "low", "high"), turned, strict=True))
    assert judged(16, kpis=made(kpi_rows(CLEAR), **facts))["verdict"] == verdict


def test_the_verdict_of_a_model_with_rules_of_its_own_is_kept() -> None:
    told = {"verdict": UNSURE}
    assert judged(18, legs=made([ranged("interaction", CLEAR)], **told))["verdict"] == UNSURE
    assert judged(21, cost=made([ranged("later", AGAINST)], **told))["verdict"] == UNSURE
    chain = made([ranged("indirect", CLEAR)], verdict="not settled")
    assert judged(10, chain=chain)["verdict"] == UNSURE


def kpi_rows(*figures, block="efficiency", **more):
    rows = []
    for place, ends in enumerate(figures):
        entry = {"key": f"k{place}", "label": f"K{place}", "block": block, "gaming": ""} | more
        for name in ("lagged", "validity"):
            entry |= dict(zip((name, f"{name}_low", f"{name}_high"), ends, strict=True))
        rows.append(entry)
    return rows


@pytest.mark.parametrize(
    ("figures", "goals", "efficiency"),
    [
        ([CLEAR], SUPPORTED, CONTRADICTED),
        ([AGAINST], SUPPORTED, SUPPORTED),
        ([OPEN], UNSURE, UNSURE),
        ([CLEAR, AGAINST], SUPPORTED, UNSURE),
        # One of ten just clear of zero is what chance gives.
        ([(0.1, 0.001, 0.199), *[(0.0, -0.1, 0.1)] * 9], UNSURE, UNSURE),
    ],
)
def test_the_clearest_of_several_measures_has_a_wider_range(figures, goals, efficiency) -> None:
    kpis = made(kpi_rows(*figures))
    assert judged(14, kpis=kpis)["verdict"] == goals
    found = judged(15, kpis=kpis)
    assert found["verdict"] == efficiency and found["of"] == len(figures)
    if len(figures) > 2:
        # qnorm(.975 + .0225) / qnorm(.975) of R for ten figures: 2.807034 / 1.959964.
        assert found["conf_low"] == pytest.approx(0.1 - 0.099 * 2.807034 / 1.959964, abs=1e-6)


def test_efficiency_is_judged_with_resolution_held() -> None:
    rows = kpi_rows(CLEAR, CLEAR)
    for entry in rows:
        entry |= {"increment": 0.001, "increment_low": -0.004, "increment_high": 0.006}
    found = judged(15, kpis=made(rows))
    assert found["verdict"] == SUPPORTED and np.isnan(found["p_value"])
    assert 0.006 < found["explained"] < 0.02
    # A range that still holds a gain that matters settles nothing.
    rows[1]["increment_high"] = 0.03
    assert judged(15, kpis=made(rows))["verdict"] == UNSURE
    rows[1] |= {"increment": 0.05, "increment_low": 0.03, "increment_high": 0.07}
    assert judged(15, kpis=made(rows))["verdict"] == CONTRADICTED


def test_a_block_that_only_predicts_less_badly_is_no_support() -> None:
    blocks = made([ranged("difference", CLEAR), ranged("efficiency", CLEAR)], leader="")
    assert judged(12, blocks=blocks)["verdict"] == UNSURE


def test_rewards_cannot_run_against_what_no_measure_is_worth() -> None:
    facts = {"rank_agreement": -0.6, "low": -0.8, "high": -0.4}
    rows = kpi_rows(OPEN, OPEN)
    for shown, verdict in ((0, UNSURE), (1, SUPPORTED)):
        rows[0]["shown"], rows[1]["shown"] = shown, 0
        assert judged(16, kpis=made(rows, **facts))["verdict"] == verdict


def test_only_efficiency_measures_test_the_claim_about_them() -> None:
    rows = kpi_rows(CLEAR, OPEN)
    rows[0]["block"] = "effectiveness"
    assert judged(15, kpis=made(rows))["verdict"] == UNSURE
    assert judged(15, kpis=made(kpi_rows(CLEAR, block="outcome")))["missing"] == "handle time"


def test_signs_of_gaming_are_counted_and_settle_nothing() -> None:
    rows = kpi_rows(CLEAR, CLEAR, CLEAR)
    for entry, gaming in zip(rows, ("", "heaping;falling response", "not testable"), strict=True):
        entry["gaming"] = gaming
    found = judged(17, kpis=made(rows))
    assert found["verdict"] == MISSING and (found["counted"], found["of"]) == (1, 2)


def test_p_values_come_from_the_model_or_else_from_the_range() -> None:
    figures = {"estimate": 0.4, "conf_low": 0.2, "conf_high": 0.6}
    # 2 * pnorm(-2 * qnorm(.975)) and 2 * pt(-2 * qt(.975, 10), 10) of R.
    assert p_of(figures, level=0.95) == pytest.approx(8.857e-05, rel=1e-3)
    assert p_of(figures | {"df": 10.0}, level=0.95) == pytest.approx(0.00121, abs=5e-5)
    assert p_of(figures | {"p_value": 0.3}, level=0.95) == 0.3
    edge = {"estimate": -0.2, "conf_low": -0.9, "conf_high": 0.0}
    assert p_of(edge, level=0.95) == pytest.approx(0.05)
    assert np.isnan(p_of(figures | {"conf_low": np.nan}, level=0.95))


def test_claims_of_one_topic_are_a_family_and_one_figure_counts_once() -> None:
    weak = (0.1, 0.003, 0.197)  # p about .04: clear alone, not among three
    given = {
        "ladder": ladder("morale first", later=weak, within=weak),
        "chain": made([ranged("indirect", weak)]),
        "blocks": made([ranged("difference", OPEN)]),
        "cost": made([ranged("later", AGAINST)]),
    }
    alone = fit_tested_morale_claims(ladder=given["ladder"])
    assert row(alone, 6)["verdict"] == FOLLOWS and row(alone, 6)["family"] == 1
    claims = fit_tested_morale_claims(**given)
    assert row(claims, 6)["family"] == 3
    for number in (0, 6, 10):
        assert row(claims, number)["verdict"] == UNSURE
        assert row(claims, number)["p_adjusted"] == pytest.approx(
            3 * row(claims, number)["p_value"], rel=1e-9
        )
    # Cost is of another topic, so that the others do not weigh on it.
    assert row(claims, 21)["verdict"] == FOLLOWS and row(claims, 21)["family"] == 1


def test_the_strength_of_an_unmeasured_cause_is_that_of_the_slope_shown() -> None:
    same = made([ranged("observed", CLEAR)], robustness_value=0.12, term="within")
    other = made([ranged("observed", CLEAR)], robustness_value=0.12, term="between")
    later = made([ranged("observed", CLEAR)], robustness_value=0.3, term="within")
    given = {"ladder": ladder("not settled", within=CLEAR)}
    assert judged(6, unmeasured=same, unmeasured_later=later, **given)["robustness"] == 0.12
    assert np.isnan(judged(6, unmeasured=other, **given)["robustness"])
    assert np.isnan(judged(6, **given)["robustness"])
    given = {"ladder": ladder("morale first", later=CLEAR, within=CLEAR), "unmeasured": same}
    assert np.isnan(judged(6, **given)["robustness"])
    assert judged(6, unmeasured_later=later, **given)["robustness"] == 0.3
    given["ladder"] = ladder("performance first", later=OPEN, reverse=CLEAR)
    assert np.isnan(judged(6, unmeasured_later=later, **given)["robustness"])


def test_the_morale_of_the_wave_before_stands_beside_performance() -> None:
    frame = pd.DataFrame(
        {
            "agency": "A",
            "unit": ["x", "x", "x", "y", "y"],
            "period": ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q1", "2026-Q3"],
            "morale": [0.1, 0.2, 0.3, 0.4, 0.5],
            "morale_se": 0.01,
            "performance": [0.6, 0.7, 0.8, 0.9, 0.95],
            "performance_se": 0.02,
            "n": [11.0, 12.0, 13.0, 14.0, 15.0],
        }
    )
    panel = Panel(frame, "Morale", "Result", higher_is_better=False)
    lagged = lag_morale(panel)
    # Unit y misses the wave between, so nothing of it is one wave apart.
    assert lagged.frame["unit"].tolist() == ["x", "x"] and not lagged.higher_is_better
    assert lagged.frame["morale"].tolist() == [0.1, 0.2]
    assert lagged.frame["performance"].tolist() == [0.7, 0.8]
    assert lagged.frame["n"].tolist() == [11.0, 12.0]
    with pytest.raises(ModelError, match="two waves in a row"):
        lag_morale(Panel(frame.iloc[:1], "Morale", "Result"))


def test_nothing_is_changed_in_the_tables_given() -> None:
    given = ladder("not settled", within=CLEAR)
    before = given.frame.copy()
    fit_tested_morale_claims(ladder=given)
    pd.testing.assert_frame_equal(given.frame, before)
