"""Are expectations, capabilities and rewards all there, and are all of them needed?

Each leg is scored by agency; its place among the others is a range, never a rank. A leg is called
the weakest of an agency only where it lies further below the middle agency than each of the other
two do, clear of chance. Whether performance goes with all three, and with capabilities only where
rewards are fair, is asked of units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from cxanalytics.claims.verdicts import NOT_TESTABLE_HERE
from cxanalytics.errors import ModelError
from cxanalytics.models.leg_relation import STEP, TERMS, LegRelation, relate_legs, unit_legs
from cxanalytics.models.leg_scores import (
    LEGS,
    NO_LEGS,
    agency_means,
    check_legs,
    leg_values,
    shown_staff,
)
from cxanalytics.models.morale_error import RELIABILITY_TO_RELATE
from cxanalytics.models.recommendation import OVERLAP
from cxanalytics.numerics.ranks import rank_confidence_sets
from cxanalytics.rules import GRADES, LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Panel, Survey

Array = NDArray[np.float64]


def fit_legs(
    staff: Survey | None,
    *,
    legs: Mapping[str, Sequence[str]],
    panel: Panel | None = None,
    period: str | None = None,
    seed: int,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Score expectations, capabilities and rewards, and relate performance to them.

    Parameters
    ----------
    staff : Survey or None
        Answers of staff, with `unit` where units are followed; None is refused.
    legs : mapping of str to sequence of str
        Leg ("expectations", "capabilities", "rewards") to its items; two of the three are scored as
        well, and related to nothing.
    panel : Panel, optional
        Performance of the same agencies, units and periods, such as `fit_morale_panel` gives.
    period : str, optional
        The wave of the scores; the latest by default. The relation takes all waves.
    seed : int
        Of the draws behind the ranges of ranks.
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        Smallest numbers of answers and peers; read are `hide`, `rank`, `team` and `peers`.

    Returns
    -------
    Estimates
        Kind "score": a row per leg and agency, "leg/agency", the share of positive answers, with
        `gap` to the middle agency, `rank_low rank_high` (1 is best) among the `peers` others and
        itself, and `weakest`, True for the leg that is clearly the agency's weakest. Kind
        "relation": "expectations", "capabilities", "rewards" and "interaction", in units of
        performance per ten points of a leg; the interaction is what ten points more capabilities go
        with at high less at low rewards (upper and lower quarter of units). Facts: `verdict grade
        reason units waves interaction interaction_low interaction_high weakest_called` and more.

    Raises
    ------
    DataError, ParamsError
        An item, leg or wave that does not exist.
    ModelError
        No leg is mapped, or no agency may be shown.

    Assumes
    -------
    A straight line in each leg and their product; no unmeasured reason moves a leg and performance.
    Error in the legs is not corrected for. Nothing about which came first.

    Reference
    ---------
    Mogstad, Romano, Shaikh and Wilhelm (2024); Berger (1982), Technometrics 24(4); Pustejovsky and
    Tipton (2018); methods.md#expectations-capabilities-and-rewards.
    """
    if staff is None:
        raise ModelError(NO_LEGS)
    check_legs(staff, legs)
    wave = period or staff.periods[-1]
    shown = shown_staff(staff.in_period(wave), legs, thresholds)
    scores = _agency_rows(shown, legs, level, seed, thresholds)
    relation, reason = _relation(staff, legs, panel, level, thresholds)
    tables = [scores] if relation is None else [relation.rows, scores]
    rows = pd.concat(tables, ignore_index=True)
    rows[["leg", "agency", "kind"]] = rows[["leg", "agency", "kind"]].fillna("")
    rows["weakest"] = rows["weakest"].eq(True)
    called = scores.groupby("agency")["weakest"].any()
    facts: dict[str, float | int | str | bool] = {
        "legs": "; ".join(legs),
        "period": wave,
        "step": STEP,
        "agencies": int(scores["agency"].nunique()),
        "weakest_called": int(called.sum()),
        "grade": "D",
        "reason": reason,
        **_relation_facts(relation, panel),
    }
    return Estimates(
        frame=rows,
        quantity="Share of positive answers of staff, and what goes with it",
        level=level,
        checks=(*staff.notes, *_checks(relation, panel, reason)),
        facts=facts,
    )


def _agency_rows(
    staff: Survey,
    legs: Mapping[str, Sequence[str]],
    level: float,
    seed: int,
    thresholds: Thresholds,
) -> pd.DataFrame:
    """Score each leg of each agency, with its place and whether it is the agency's weakest."""
    values = {leg: leg_values(staff, items) for leg, items in legs.items()}
    agencies = sorted(staff.frame["agency"].astype(str).unique())
    means = {leg: agency_means(staff, each, agencies) for leg, each in values.items()}
    tables = []
    for place, leg in enumerate(legs):
        got = means[leg]
        half = student.ppf(0.5 + level / 2.0, got.degrees_of_freedom) * got.std_error
        low, high = _ranks(got.estimate, got.covariance, level, seed + place, thresholds)
        tables.append(
            pd.DataFrame(
                {
                    "key": [f"{leg}/{agency}" for agency in agencies],
                    "kind": "score",
                    "leg": leg,
                    "agency": agencies,
                    "estimate": got.estimate,
                    "std_error": got.std_error,
                    "conf_low": np.clip(got.estimate - half, 0.0, 1.0),
                    "conf_high": np.clip(got.estimate + half, 0.0, 1.0),
                    "n": got.n,
                    "gap": got.estimate - np.median(got.estimate),
                    "rank_low": low,
                    "rank_high": high,
                    "peers": float(len(agencies) - 1),
                }
            )
        )
    table = pd.concat(tables, ignore_index=True)
    table["weakest"] = _weakest(staff, values, table, agencies, level, thresholds)
    return table


def _ranks(
    estimate: Array, covariance: Array, level: float, seed: int, thresholds: Thresholds
) -> tuple[Array, Array]:
    """Give the ends of each agency's range of ranks; NaN with too few peers."""
    if len(estimate) <= thresholds.peers or not (np.diag(covariance) > 0.0).all():
        blank = np.full(len(estimate), np.nan)
        return blank, blank
    low, high = rank_confidence_sets(estimate, covariance, seed=seed, level=level)
    return low.astype(float), high.astype(float)


def _weakest(
    staff: Survey,
    values: Mapping[str, Array],
    table: pd.DataFrame,
    agencies: Sequence[str],
    level: float,
    thresholds: Thresholds,
) -> Array:
    """Flag the leg of each agency that lies lowest against the middle, clear of both others."""
    names = list(values)
    flags = np.zeros((len(names), len(agencies)), dtype=bool)
    if len(names) < len(LEGS) or len(agencies) <= thresholds.peers:
        return np.asarray(flags.ravel())
    gap = table["gap"].to_numpy().reshape(len(names), len(agencies))
    flags[:] = True
    for i, leg in enumerate(names):
        for j, other in enumerate(names):
            if i == j:
                continue
            apart = agency_means(staff, values[other] - values[leg], agencies)
            reach = student.ppf(0.5 + level / 2.0, apart.degrees_of_freedom) * apart.std_error
            flags[i] &= gap[j] - gap[i] > reach
    return np.asarray(flags.ravel())


def _relation(
    staff: Survey,
    legs: Mapping[str, Sequence[str]],
    panel: Panel | None,
    level: float,
    thresholds: Thresholds,
) -> tuple[LegRelation | None, str]:
    missing = [leg for leg in LEGS if leg not in legs]
    if missing:
        return None, f"No staff items are mapped to {' and '.join(missing)}."
    if panel is None:
        return None, "Performance of the same units and periods is not known."
    ordered = {leg: legs[leg] for leg in LEGS}
    try:
        scores = unit_legs(staff, ordered, thresholds)
        return relate_legs(scores, panel, level=level, thresholds=thresholds), ""
    except ModelError as error:
        return None, str(error)


def _relation_facts(
    relation: LegRelation | None, panel: Panel | None
) -> dict[str, float | int | str | bool]:
    if relation is None or panel is None:
        return {"verdict": NOT_TESTABLE_HERE}
    rows = relation.rows.set_index("key")
    facts: dict[str, float | int | str | bool] = {"verdict": relation.verdict}
    for term in TERMS:
        facts[term] = float(rows["estimate"][term])
        facts[f"{term}_low"] = float(rows["conf_low"][term])
        facts[f"{term}_high"] = float(rows["conf_high"][term])
    for name, slope in zip(("low", "high"), relation.slopes, strict=True):
        facts[f"at_{name}_rewards"] = slope.estimate
        facts[f"at_{name}_rewards_low"] = slope.low
        facts[f"at_{name}_rewards_high"] = slope.high
    return facts | {
        "performance": panel.performance_label,
        "performance_is": panel.performance_is,
        "higher_is_better": panel.higher_is_better,
        "same_source": panel.same_source,
        "units": relation.units,
        "waves": relation.waves,
        "clusters": relation.clusters,
        "cluster": "agency" if relation.by_agency else "unit",
        "inflation": relation.inflation,
        **{f"reliability_{leg}": value for leg, value in relation.reliability.items()},
    }


def _checks(relation: LegRelation | None, panel: Panel | None, reason: str) -> tuple[Check, ...]:
    if relation is None or panel is None:
        return (Check("legs related", None, reason),)
    least = min(relation.reliability, key=lambda leg: relation.reliability[leg])
    value = relation.reliability[least]
    reasons = sorted({str(each) for each in relation.rows["reason"] if each})
    clusters = f"{relation.clusters} clusters ({'agency' if relation.by_agency else 'unit'})."
    if reasons:
        clusters += f" No range, or an open one: {'; '.join(reasons)}."
    source = "Staff and performance come from different sources."
    if panel.same_source:
        source = "Both sides come from the same people; the relation is likely overstated."
    return (
        Check(
            "legs apart",
            relation.inflation <= OVERLAP,
            f"Largest variance inflation of the three: {relation.inflation:.1f} (at most "
            f"{OVERLAP:g}).",
        ),
        Check(
            "legs measured",
            value >= RELIABILITY_TO_RELATE,
            f"Measured worst is {least}, with a reliability of {value:.2f} between units (at least "
            f"{RELIABILITY_TO_RELATE:.2f}). Relations are not corrected for it.",
        ),
        Check("clusters", not reasons, clusters),
        Check("same source", not panel.same_source, source),
        Check("grade", None, f"Grade D: {GRADES['D'].design}."),
    )
