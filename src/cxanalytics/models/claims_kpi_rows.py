"""What do the models of measures, legs and cost say of each claim about them?

Each function turns the estimates of one model into the figures and the verdict of one claim. A
figure that was picked among several has its range widened for their number.
"""

from __future__ import annotations

import math

import pandas as pd
from scipy.stats import norm
from scipy.stats import t as student

from cxanalytics.claims.morale_verdicts import cap_at_grade
from cxanalytics.claims.verdicts import (
    CONTRADICTED,
    NOT_TESTABLE_HERE,
    SUPPORTED,
    TOO_IMPRECISE,
    judge_interval,
)
from cxanalytics.models.claims_rows import (
    OTHER,
    Row,
    base_of,
    figures_of,
    known_row,
    lacking_row,
    no_range,
    p_of,
    refused_row,
)
from cxanalytics.rules import DIFFERENCE
from cxanalytics.tables import Estimates

RESOLVED = "resolution"
"""What is held constant where efficiency is judged."""


def blocks_row(blocks: Estimates | None) -> Row:
    """Judge whether effectiveness foretells the outcome better than efficiency does."""
    refused = refused_row(blocks, "map of items to dimensions")
    if refused or blocks is None:
        return refused or {}
    difference, efficiency = known_row(blocks, "difference"), known_row(blocks, "efficiency")
    if difference is None:
        return no_range(blocks, "operations counts")
    figures = figures_of(difference)
    out = base_of(blocks, difference) | figures | {"p_value": p_of(difference, level=blocks.level)}
    verdict = judge_interval(figures["conf_low"], figures["conf_high"])
    if verdict == SUPPORTED and blocks.facts.get("leader", "effectiveness") != "effectiveness":
        # A block that only predicts less badly than the other foretells nothing.
        verdict = TOO_IMPRECISE
    out |= {
        "verdict": verdict,
        "about": str(blocks.facts.get("outcome_label", blocks.facts.get("outcome", ""))),
        "unit": "share",
        "kind": "blocks",
    }
    out["explained"] = float(blocks.facts.get("r2_out", math.nan))
    out["against"] = float("efficiency" in str(blocks.facts.get("matters", "")))
    if efficiency is not None:
        out |= dict(zip(OTHER, figures_of(efficiency).values(), strict=True))
    return out


def wider_goals_row(kpis: Estimates | None) -> Row:
    """Judge whether any measure foretells the outcome one wave later."""
    refused = refused_row(kpis, "operations counts")
    if refused or kpis is None:
        return refused or {}
    rows = _widened(kpis.frame, "lagged", kpis.level)
    if rows.empty:
        return lacking_row("three waves")
    clear = (rows["conf_low"] > 0) | (rows["conf_high"] < 0)
    out = _of_clearest(kpis, rows) | {"counted": float(clear.sum()), "of": float(len(rows))}
    out["grade"] = str(kpis.facts.get("lagged_grade") or out["grade"])
    return out | {"verdict": SUPPORTED if clear.any() else TOO_IMPRECISE}


def efficiency_row(kpis: Estimates | None) -> Row:
    """Judge whether efficiency measures, once resolution is known, are worth nothing or harm."""
    refused = refused_row(kpis, "handle time")
    if refused or kpis is None:
        return refused or {}
    frame = kpis.frame
    frame = frame.loc[frame["block"] == "efficiency"] if "block" in frame else frame.iloc[:0]
    held = "increment_low" in frame and frame["increment_low"].notna().all()
    rows = _widened(frame, "increment" if held else "validity", kpis.level)
    if rows.empty:
        return lacking_row("handle time")
    worse, good = rows["conf_high"] < 0, rows["conf_low"] > 0
    nothing = bool(kpis.facts.get("share", True)) and (rows["conf_high"] < DIFFERENCE).all()
    out = _of_clearest(kpis, rows) | {"of": float(len(rows)), "detail": RESOLVED if held else ""}
    out |= {"counted": float(worse.sum()), "against": float(good.sum()), "explained": math.nan}
    if good.any():
        return out | {"verdict": TOO_IMPRECISE if worse.any() else CONTRADICTED}
    if worse.any() or not nothing:
        return out | {"verdict": SUPPORTED if worse.any() else TOO_IMPRECISE}
    # No gain that matters is left inside any range: no test of "no relation" has a p-value.
    highest = float(rows["conf_high"].max())
    return out | {"verdict": SUPPORTED, "explained": highest, "p_value": math.nan}


def _widened(frame: pd.DataFrame, figure: str, level: float) -> pd.DataFrame:
    """Ranges and p-values of several figures, for the clearest of which one is to be told."""
    known = frame.loc[frame[f"{figure}_low"].notna()]
    number, tail = len(known), (1.0 - level) / 2.0
    rows = []
    for _, card in known.iterrows():
        df = card.get(f"{figure}_df", math.nan)
        law = student(float(df)) if not pd.isna(df) and df > 0 else norm()
        wider = float(law.isf(tail / number) / law.isf(tail))
        middle, low, high = (float(card[figure + end]) for end in ("", "_low", "_high"))
        ends = {"estimate": middle, "conf_low": low, "conf_high": high, "df": df}
        one = {"label": card["label"], "n": card["n"], "units": card.get("units", math.nan)}
        one |= {"estimate": middle, "conf_low": middle + wider * (low - middle)}
        one |= {"conf_high": middle + wider * (high - middle)}
        rows.append(one | {"p_value": min(1.0, number * p_of(ends, level=level))})
    return pd.DataFrame(rows)


def _of_clearest(kpis: Estimates, rows: pd.DataFrame) -> Row:
    """Figures, base and unit of the measure that is clearest of zero."""
    top = rows.iloc[int(rows["p_value"].argmin())]
    out = base_of(kpis, top) | figures_of(top) | {"p_value": float(top["p_value"])}
    unit = "points" if kpis.facts.get("share", True) else ""
    return out | {"about": str(top["label"]), "kind": "kpis", "unit": unit, "better": 1.0}


def alignment_row(kpis: Estimates | None) -> Row:
    """Judge whether rewards run against what the measures are worth to customers."""
    refused = refused_row(kpis, "reward weights of measures")
    if refused or kpis is None:
        return refused or {}
    facts = kpis.facts
    ends = {"estimate": "rank_agreement", "conf_low": "low", "conf_high": "high"}
    figures = {name: float(facts.get(fact, math.nan)) for name, fact in ends.items()}
    if any(math.isnan(value) for value in figures.values()):
        return lacking_row("reward weights of measures")
    out: Row = base_of(kpis) | figures | {"p_value": p_of(figures, level=kpis.level)}
    out |= {"kind": "kpis", "unit": "correlation"}
    valid = kpis.frame["shown"].ne(0) if "shown" in kpis.frame else pd.Series([True])
    out["counted"] = float(valid.sum())
    if not valid.any():
        return out | {"verdict": TOO_IMPRECISE, "p_value": math.nan}
    # The claim is that they are not aligned: agreement above zero speaks against it.
    return out | {"verdict": judge_interval(-figures["conf_high"], -figures["conf_low"])}


def accountability_row(kpis: Estimates | None) -> Row:
    """Say what is missing to judge accountability, and how many measures look gamed."""
    missing = lacking_row("dates from which scores were rewarded")
    if kpis is None or kpis.frame.empty or "gaming" not in kpis.frame:
        return missing
    asked = kpis.frame["gaming"].ne("not testable")
    signs = kpis.frame["gaming"].ne("") & asked
    return missing | {"counted": float(signs.sum()), "of": float(asked.sum())}


def legs_row(legs: Estimates | None) -> Row:
    """Judge whether capabilities are worth more where rewards are high."""
    refused = refused_row(legs, "items on expectations, tools and rewards")
    if refused or legs is None:
        return refused or {}
    both = known_row(legs, "interaction")
    if both is None:
        return no_range(legs, "items on expectations, tools and rewards")
    better = 1.0 if legs.facts.get("higher_is_better", True) else -1.0
    figures, base = figures_of(both), base_of(legs, both)
    own = judge_interval(*sorted(better * figures[name] for name in ("conf_low", "conf_high")))
    verdict = cap_at_grade(str(legs.facts.get("verdict", own)), str(base["grade"]))
    out = base | figures | {"p_value": p_of(both, level=legs.level), "verdict": verdict}
    share = legs.facts.get("performance_is", "share") == "share"
    out |= {"better": better, "kind": "legs", "unit": "points" if share else ""}
    return out | {"about": str(legs.facts.get("performance", ""))}


def cost_row(cost: Estimates | None) -> Row:
    """Judge whether better service is followed by a lower cost per resolved case."""
    refused = refused_row(cost, "cost and volume")
    if refused or cost is None:
        return refused or {}
    later = known_row(cost, "later")
    if later is None:
        return no_range(cost, "eight quarters of operations")
    base, figures = base_of(cost, later), figures_of(later)
    own = judge_interval(-figures["conf_high"], -figures["conf_low"])
    verdict = cap_at_grade(str(cost.facts.get("verdict", own)), str(base["grade"]))
    out = base | figures | {"p_value": p_of(later, level=cost.level), "better": -1.0}
    out |= {"verdict": verdict, "kind": "cost", "unit": "percent"}
    out |= {
        "about": str(cost.facts.get("service", "")),
        "of": float(cost.facts.get("lags", math.nan)),
    }
    if verdict == NOT_TESTABLE_HERE:
        out["missing"] = str(cost.facts.get("reason", "")) or "eight quarters of operations"
    return out | dict(zip(OTHER, _break_even(cost), strict=True))


def _break_even(cost: Estimates) -> list[float]:
    names = ("break_even", "break_even_low", "break_even_high")
    return [float(cost.facts.get(name, math.nan)) for name in names]
