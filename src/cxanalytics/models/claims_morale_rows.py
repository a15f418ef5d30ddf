"""What do the models of morale say of each claim about it?

Each function turns the estimates of one model into the figures and the verdict of one claim. A
claim without its model says what is missing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from cxanalytics.claims.morale_verdicts import (
    DIMENSIONS_CLAIMED,
    MORALE_FIRST,
    MORALE_STEP,
    ORDERS,
    PERFORMANCE_FIRST,
    Range,
    cap_at_grade,
    judge_order,
)
from cxanalytics.claims.verdicts import (
    CONTRADICTED,
    NOT_TESTABLE_HERE,
    SUPPORTED,
    TOO_IMPRECISE,
    judge_interval,
)
from cxanalytics.models.claims_rows import (
    FIGURES,
    OTHER,
    Row,
    base_of,
    figures_of,
    known_row,
    no_range,
    p_of,
    refused_row,
)
from cxanalytics.rules import DIFFERENCE, PLACE_RELIABILITY
from cxanalytics.tables import Estimates, Panel

LINKED = "staff and results linked by unit and wave"
NEAR = ("fixed_effects", "within", "between")
"""Rows of the ladder for one wave, the finest comparison first."""

_TERMS = {"fixed_effects": "within", "within": "within", "between": "between", "later": "within"}

_CHAINS = {
    "consistent": SUPPORTED,
    "against": CONTRADICTED,
    "not settled": TOO_IMPRECISE,
}
"""Verdicts on the claim of a chain, by what its model says."""

_LATER = ("later", "later_low", "later_high")


def order_row(
    ladder: Estimates | None,
    panel: Panel | None,
    *,
    same_wave: Estimates | None,
    later_wave: Estimates | None,
) -> Row:
    """Judge whether morale comes before performance and raises it.

    The two last say how strong an unmeasured cause must be, by whether both sides are of one wave.
    """
    refused = refused_row(ladder, LINKED)
    if refused or ladder is None:
        return refused or {}
    rows = {key: known_row(ladder, key) for key in (*NEAR, "morale_before", "performance_before")}
    near_key = next((key for key in NEAR if rows[key] is not None), "")
    near, later = rows.get(near_key), rows["morale_before"]
    if near is None and later is None:
        return no_range(ladder, LINKED)
    scale = _scale_of(ladder, panel)
    order = str(ladder.facts.get("order", ORDERS[-1]))
    verdict = judge_order(
        order,
        later=scale.toward_better(later),
        near=scale.toward_better(near),
        reverse=scale.toward_better(rows["performance_before"]),
        grade=str(base_of(ladder)["grade"]),
        matters=scale.matters,
    )
    by_order = order in (MORALE_FIRST, PERFORMANCE_FIRST) and later is not None
    shown = later if by_order or near is None else near
    told = scale.told(shown)
    out = base_of(ladder, shown) | dict(zip(FIGURES, told[0], strict=True)) | {"unit": told[1]}
    # A verdict that performance came first rests on the reverse path.
    reverse = rows["performance_before"] if order == PERFORMANCE_FIRST else None
    tested = shown if reverse is None else reverse
    out |= {"p_value": p_of(tested, level=ladder.level), "verdict": verdict, "order": order}
    out |= {"better": scale.better, "step": scale.step, "about": scale.performance}
    out["kind"] = "later" if shown is later else near_key
    if later is not None:
        then = scale.told(later)
        out |= dict(zip(_LATER, then[0], strict=True)) | {"detail": then[1]}
    term, given = _TERMS[str(out["kind"])], later_wave if shown is later else same_wave
    return out if reverse is not None else out | {"robustness": _robustness(given, term)}


def _robustness(unmeasured: Estimates | None, term: str) -> float:
    """Give the strength an unmeasured cause needs, if it is told of the same slope."""
    if unmeasured is None or unmeasured.frame.empty or unmeasured.facts.get("term", term) != term:
        return math.nan
    return float(unmeasured.facts.get("robustness_value", math.nan))


@dataclass(frozen=True, slots=True)
class _Scale:
    """How figures of the ladder are told: per step of morale, in points or plain numbers."""

    step: float
    per: float
    unit: str
    better: float
    performance: str

    @property
    def matters(self) -> float:
        """The smallest change that matters, for a step of morale; NaN where none is known."""
        return DIFFERENCE if self.unit == "points" and self.step < 1.0 else math.nan

    def told(self, row: Any) -> tuple[list[float], str]:
        """Estimate and range for a step of morale, and their unit."""
        if row.get("standardized", False) in (True, 1):
            return list(figures_of(row).values()), "SD"
        return [value * self.step / self.per for value in figures_of(row).values()], self.unit

    def toward_better(self, row: Any) -> Range:
        """The range of a row, turned so that above zero is better."""
        if row is None:
            return Range()
        (_, low, high), _ = self.told(row)
        return Range(*sorted((self.better * low, self.better * high)))


def _scale_of(ladder: Estimates, panel: Panel | None) -> _Scale:
    """Choose the units: ten points of morale where it is a share, one of its own otherwise."""
    facts = ladder.facts
    morale_is_share, is_share = True, facts.get("performance_is", "share") == "share"
    label, better = "", bool(facts.get("higher_is_better", True))
    if panel is not None:
        shares = panel.frame[["morale", "performance"]].abs().max() <= 1.0
        morale_is_share = bool(shares["morale"])
        is_share = panel.performance_is == "share" and bool(shares["performance"])
        label, better = panel.performance_label, panel.higher_is_better
    return _Scale(
        step=MORALE_STEP if morale_is_share else 1.0,
        per=float(facts["morale_sd"]) if facts.get("standardized") else 1.0,
        unit="points" if is_share else "",
        better=1.0 if better else -1.0,
        performance=label,
    )


def appreciation_row(appreciation: Estimates | None) -> Row:
    """Judge whether appreciation stands out in the best units beyond general morale."""
    refused = refused_row(appreciation, "appreciation items")
    if refused or appreciation is None:
        return refused or {}
    beyond, apart = known_row(appreciation, "beyond"), known_row(appreciation, "apart")
    if beyond is None:
        return no_range(appreciation, "appreciation items")
    base, figures = base_of(appreciation, beyond), figures_of(beyond)
    verdict = judge_interval(figures["conf_low"], figures["conf_high"])
    out = base | figures | {"p_value": p_of(beyond, level=appreciation.level)}
    out |= {"verdict": cap_at_grade(verdict, str(base["grade"])), "unit": "points", "kind": "units"}
    out["detail"] = str(int(appreciation.facts.get("top_units", 0)))
    if apart is not None:
        out |= dict(zip(OTHER, figures_of(apart).values(), strict=True))
    return out


def chain_row(chain: Estimates | None, panel: Panel | None = None) -> Row:
    """Judge whether a relation runs from morale through the middle to the outcome."""
    refused = refused_row(chain, "three linked waves")
    if refused or chain is None:
        return refused or {}
    indirect, facts = known_row(chain, "indirect"), chain.facts
    if indirect is None:
        return no_range(chain, "three linked waves")
    scale, base = _scale_of(chain, panel), base_of(chain, indirect)
    (estimate, low, high), unit = scale.told(indirect)
    along = sorted((scale.better * low, scale.better * high))
    verdict = _CHAINS.get(str(facts.get("verdict", "")), judge_interval(*along))
    out = base | {"estimate": estimate, "conf_low": low, "conf_high": high, "unit": unit}
    out |= {"p_value": p_of(indirect, level=chain.level), "kind": "chain"}
    out |= {"verdict": cap_at_grade(verdict, str(base["grade"])), "better": scale.better}
    out |= {"step": scale.step, "detail": scale.performance}
    return out | {"about": str(facts.get("middle_label", facts.get("middle", "")))}


def dimensions_row(dimensions: Estimates | None) -> Row:
    """Judge whether effectiveness has eight dimensions that can be told apart."""
    refused = refused_row(dimensions, "map of items to dimensions")
    if refused or dimensions is None:
        return refused or {}
    frame = dimensions.frame.loc[dimensions.frame["estimate"].notna()]
    if "is_index" in frame:
        # An index repeats items of the dimensions, and is none of its own.
        frame = frame.loc[~frame["is_index"].astype(bool)]
    told = frame["distinct"].map({True: 1.0, False: 0.0})
    apart, alike = told == 1.0, told == 0.0
    reliable = frame["unit_reliability"] >= PLACE_RELIABILITY
    out = base_of(dimensions) | {"kind": "dimensions", "unit": "correlation"}
    out |= {"counted": float(apart.sum()), "of": float(len(frame))}
    labels = dict(zip(dimensions.frame["key"], dimensions.frame["label"], strict=True))
    near = frame.loc[alike] if alike.any() else frame.loc[frame["nearest_r"].notna()]
    if len(near):
        pair = near.iloc[int(near["nearest_r"].argmax())]
        out |= {"about": str(pair["label"]), "detail": str(labels.get(pair["nearest"], ""))}
        names = ("nearest_r", "nearest_low", "nearest_high")
        out |= dict(zip(FIGURES, (float(pair[name]) for name in names), strict=True))
    if alike.any():
        return out | {"verdict": CONTRADICTED}
    if len(frame) < DIMENSIONS_CLAIMED:
        short = DIMENSIONS_CLAIMED - len(frame)
        missing = f"items for {short} of the {DIMENSIONS_CLAIMED} dimensions"
        return out | {"verdict": NOT_TESTABLE_HERE, "missing": missing, "kind": "refused"}
    return out | {"verdict": SUPPORTED if (apart & reliable).all() else TOO_IMPRECISE}
