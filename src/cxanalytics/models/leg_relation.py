"""Does performance go with expectations, capabilities and rewards, and are both of two needed?

One regression over units and waves holds the three together, with a product of capabilities and
rewards: where both are needed, capabilities go with more performance where rewards are fair than
where they are not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.claims.verdicts import CONTRADICTED, SUPPORTED, TOO_IMPRECISE
from cxanalytics.errors import ModelError
from cxanalytics.models.leg_scores import LEGS, leg_values, shown_staff
from cxanalytics.numerics.cluster_robust import (
    FEWEST_CLUSTERS,
    Interval,
    cluster_interval,
    fit_clustered,
)
from cxanalytics.rules import Thresholds
from cxanalytics.tables import Panel, Survey

Array = NDArray[np.float64]

STEP = 0.10
"""Difference in a leg that figures are told for: ten points."""

QUARTILES = (0.25, 0.75)
"""Rewards at which capabilities are compared, as places among the units."""

INTERACTION = "interaction"
TERMS = (*LEGS, INTERACTION)
_KEYS = ["agency", "unit", "period"]


@dataclass(frozen=True, slots=True)
class LegRelation:
    """How performance goes with the legs.

    Attributes
    ----------
    rows : DataFrame
        A row per term of `TERMS`, per ten points of a leg; the interaction is what ten points of
        capabilities go with at high less at low rewards.
    slopes : tuple of Interval
        Ten points of capabilities at low and at high rewards.
    units, waves, clusters : int
    inflation : float
        Largest variance inflation of the three legs.
    reliability : dict of str to float
        Share of the variance of each leg between units that is not chance.
    verdict : str
    """

    rows: pd.DataFrame
    slopes: tuple[Interval, Interval]
    units: int
    waves: int
    clusters: int
    by_agency: bool
    inflation: float
    reliability: dict[str, float]
    verdict: str


def unit_legs(
    staff: Survey, legs: Mapping[str, Sequence[str]], thresholds: Thresholds
) -> pd.DataFrame:
    """Score every leg for every unit and wave with staff answers enough.

    Parameters
    ----------
    staff : Survey
    legs : mapping of str to sequence of str
    thresholds : Thresholds
        Read are `team`, and those of what may be shown.

    Returns
    -------
    DataFrame
        `agency unit period`, a column for each leg, its error `leg_se`, and `n`, the fewest staff.
    """
    shown = shown_staff(staff, legs, thresholds)
    unit = "unit" if "unit" in shown.frame else "agency"
    labels = pd.DataFrame({key: shown.frame[key] for key in ("agency", "period")})
    labels["unit"] = shown.frame[unit]
    weight = shown.frame["weight"].to_numpy(dtype=float)
    people = weight if shown.counts else np.ones(len(weight))
    tables = [
        _unit_means(labels, leg_values(shown, items), weight, people) for items in legs.values()
    ]
    made = tables[0][["n"]].copy()
    for leg, table in zip(legs, tables, strict=True):
        made[leg], made[f"{leg}_se"] = table["mean"], table["error"]
        made["n"] = np.minimum(made["n"], table["n"])
    return made.loc[made["n"] >= thresholds.team].reset_index()


def _unit_means(labels: pd.DataFrame, values: Array, weight: Array, people: Array) -> pd.DataFrame:
    known = np.isfinite(values) & labels["unit"].notna().to_numpy()
    part = labels.loc[known].astype(str)
    w, v = weight[known], values[known]
    part = part.assign(n=people[known], w=w, wv=w * v)
    sums = part.groupby(_KEYS, sort=True)[["n", "w", "wv"]].sum()
    mean = sums["wv"] / sums["w"]
    own = mean.reindex(pd.MultiIndex.from_frame(part[_KEYS])).to_numpy()
    # A row of counts stands for as many people with the same answer.
    scale = w**2 / people[known]
    square = part.assign(q=scale * np.square(v - own)).groupby(_KEYS, sort=True)["q"].sum()
    n = sums["n"].to_numpy()
    error = np.sqrt(n / np.maximum(n - 1.0, 1.0) * square.to_numpy()) / sums["w"].to_numpy()
    return pd.DataFrame({"mean": mean, "error": error, "n": n}, index=sums.index)


def relate_legs(
    scores: pd.DataFrame, panel: Panel, *, level: float, thresholds: Thresholds
) -> LegRelation:
    """Relate the performance of units to their legs.

    Parameters
    ----------
    scores : DataFrame
        From `unit_legs`, with all three legs.
    panel : Panel
        Performance by agency, unit and period.
    level : float
    thresholds : Thresholds
        Fewer units than `peers` are refused.

    Returns
    -------
    LegRelation

    Raises
    ------
    ModelError
        Too few units in both, or legs that cannot be told apart.
    """
    known = panel.frame.dropna(subset=["performance"])
    known = known[[*_KEYS, "performance"]].astype(dict.fromkeys(_KEYS, str))
    frame = scores.merge(known, on=_KEYS, how="inner", validate="one_to_one")
    units = len(frame[["agency", "unit"]].drop_duplicates())
    if units < thresholds.peers:
        raise ModelError(
            f"Expectations, capabilities and rewards must be known beside performance for "
            f"{thresholds.peers} units or more; got {units}."
        )
    middle = frame[list(LEGS)].mean()
    legs = (frame[list(LEGS)] - middle).to_numpy(dtype=float)
    waves = pd.get_dummies(frame["period"]).to_numpy(dtype=float)
    product = legs[:, 1] * legs[:, 2]
    design = np.column_stack([legs, product, waves])
    agency = pd.factorize(frame["agency"])[0]
    by_agency = int(agency.max()) + 1 >= FEWEST_CLUSTERS
    cluster = agency if by_agency else frame.groupby(["agency", "unit"]).ngroup().to_numpy()
    fit = fit_clustered(design, frame["performance"].to_numpy(dtype=float), cluster)
    rewards = np.quantile(legs[:, 2], QUARTILES)
    places = _contrasts(design.shape[1], rewards)
    found = {term: cluster_interval(fit, c, level=level) for term, c in places.items()}
    strict = 1.0 - (1.0 - level) / len(TERMS)
    wide = {term: cluster_interval(fit, places[term], level=strict) for term in TERMS}
    return LegRelation(
        rows=_rows({term: found[term] for term in TERMS}, len(frame)),
        slopes=(found["low"], found["high"]),
        units=units,
        waves=int(frame["period"].nunique()),
        clusters=fit.n_clusters,
        by_agency=by_agency,
        inflation=_inflation(legs, waves),
        reliability={leg: _reliability(frame, leg) for leg in LEGS},
        verdict=_verdict(found, wide, sign=1 if panel.higher_is_better else -1),
    )


def _contrasts(columns: int, rewards: Array) -> dict[str, Array]:
    """Weigh the coefficients: three legs, then the product of the last two."""
    unit = np.eye(columns) * STEP
    low, high = (unit[1] + at * unit[3] for at in rewards)
    return {
        **dict(zip(LEGS, unit[:3], strict=True)),
        INTERACTION: high - low,
        "low": low,
        "high": high,
    }


def _rows(found: Mapping[str, Interval], n: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "key": list(found),
            "kind": "relation",
            "leg": [term if term in LEGS else "" for term in found],
            "agency": "",
            "estimate": [each.estimate for each in found.values()],
            "std_error": [each.std_error for each in found.values()],
            "conf_low": [each.low for each in found.values()],
            "conf_high": [each.high for each in found.values()],
            "n": float(n),
            "p_value": [each.p_value for each in found.values()],
            "df": [each.df for each in found.values()],
            "method": [each.method for each in found.values()],
            "reason": [each.reason for each in found.values()],
        }
    )


def _verdict(found: Mapping[str, Interval], wide: Mapping[str, Interval], *, sign: int) -> str:
    """All four must hold; one that does not, widened for four looks, contradicts the claim."""

    def ends(each: Interval) -> tuple[float, float]:
        return (each.low, each.high) if sign > 0 else (-each.high, -each.low)

    if all(ends(found[term])[0] > 0 for term in TERMS):
        return SUPPORTED
    if any(ends(wide[term])[1] < 0 for term in TERMS):
        return CONTRADICTED
    return TOO_IMPRECISE


def _inflation(legs: Array, waves: Array) -> float:
    rest = legs - waves @ np.linalg.lstsq(waves, legs, rcond=None)[0]
    correlation = np.corrcoef(rest, rowvar=False)
    if not np.isfinite(correlation).all() or np.linalg.matrix_rank(correlation) < len(LEGS):
        raise ModelError("`legs` must differ between units, and from each other; they do not.")
    return float(np.diag(np.linalg.inv(correlation)).max())


def _reliability(frame: pd.DataFrame, leg: str) -> float:
    spread = frame[leg] - frame.groupby("period")[leg].transform("mean")
    total = float(np.square(spread).mean())
    noise = float(np.square(frame[f"{leg}_se"]).mean())
    return max(1.0 - noise / total, 0.0) if total > 0.0 else float("nan")
