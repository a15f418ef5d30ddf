"""Do the best units stand out in appreciation, beyond what general morale leads to expect?

Two staff indices stand beside one performance measure. The best units are a tenth of all, chosen by
performance alone. Both indices are outcomes here and never regressors, so that their sampling error
widens ranges and does not make appreciation look like more than morale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from cxanalytics.errors import ModelError
from cxanalytics.models.morale_performance import RELIABILITY_TO_RELATE
from cxanalytics.numerics.cluster_robust import FEWEST_CLUSTERS, FEWEST_DF
from cxanalytics.numerics.panel import as_codes
from cxanalytics.rules import LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Panel

Array = NDArray[np.float64]

TOP_SHARE = 0.10
"""Share of the units that are called the best."""

RESAMPLES = 1999
"""Resamples of agencies (or units) behind each standard error."""

KEYS = ("apart", "expected", "beyond")
_PLACE = ["agency", "unit"]


@dataclass(frozen=True, slots=True)
class _Units:
    """A row per unit: appreciation, morale, their error variances, whether it is among the best."""

    appreciation: Array
    morale: Array
    noise: Array
    general_noise: Array
    top: NDArray[np.bool_]
    cluster: NDArray[np.intp]
    by_agency: bool


def fit_appreciation(
    appreciation: Panel,
    morale: Panel,
    *,
    level: float = LEVEL,
    seed: int,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Compare appreciation in the best units with what general morale leads to expect.

    Parameters
    ----------
    appreciation : Panel
        Its morale is the index of the items on respect and appreciation.
    morale : Panel
        The same units, periods and performance; its morale is the index of the other items.
    level : float
        Probability content of the ranges.
    seed : int
        Of the resampling.
    thresholds : Thresholds
        `peers` is the smallest number of best units, `team` that of staff answers in a row.

    Returns
    -------
    Estimates
        Rows, in shares: "apart", by how much appreciation is higher in the best units than in the
        others; "expected", the same for general morale, on the scale of appreciation; "beyond",
        their difference; further columns `p_value df` (clusters with a best unit, less one). Facts:
        `units top_units agencies grade higher_is_better`.

    Raises
    ------
    ModelError
        Too few units, the best in too few agencies, or an index that does not differ reliably
        between units.

    Assumes
    -------
    A unit is its mean over the waves it was seen in. General morale and appreciation would stand
    apart alike, in standard deviations between units, if they were one thing: so what general
    morale leads to expect is rather too much than too little. Clusters are independent.

    Reference
    ---------
    Westfall and Yarkoni (2016) on why neither index is a regressor;
    methods.md#appreciation.
    """
    units = _units(appreciation, morale, thresholds)
    _need_reliable(units)
    found = _gaps(units, np.ones((1, len(units.top))))[0]
    draws = _resampled(units, seed)
    df = len(np.unique(units.cluster[units.top])) - 1
    if df < FEWEST_DF:
        raise ModelError(
            f"The best units must come from {FEWEST_DF + 1:.0f} agencies or more; they come from "
            f"{df + 1}."
        )
    error = draws.std(axis=0, ddof=1)
    reach = student.isf((1.0 - level) / 2.0, df) * error
    frame = pd.DataFrame(
        {
            "key": list(KEYS),
            "estimate": found,
            "std_error": error,
            "conf_low": found - reach,
            "conf_high": found + reach,
            "n": float(len(units.top)),
            "p_value": 2.0 * student.sf(np.abs(found) / error, df),
            "df": float(df),
        }
    )
    facts: dict[str, float | int | str | bool] = {
        "units": len(units.top),
        "top_units": int(units.top.sum()),
        "agencies": int(appreciation.frame["agency"].nunique()),
        "grade": "D",
        "higher_is_better": appreciation.higher_is_better,
    }
    return Estimates(
        frame=frame,
        quantity="difference of the best units from the others in appreciation (0 to 1)",
        level=level,
        checks=_checks(units),
        facts=facts,
        draws=draws,
    )


def _units(appreciation: Panel, morale: Panel, thresholds: Thresholds) -> _Units:
    """Join both panels and average each unit over its waves."""
    columns = [*_PLACE, "period", "morale", "morale_se", "performance", "n"]
    rows = appreciation.frame[columns].merge(
        morale.frame[columns], on=[*_PLACE, "period"], suffixes=("", "_general")
    )
    needed = ["morale", "morale_general", "performance", "morale_se", "morale_se_general"]
    few = rows[["n", "n_general"]].min(axis=1) < thresholds.team
    rows = rows.loc[rows[needed].notna().all(axis=1) & ~few]
    rows = rows.assign(
        level=rows["performance"] - rows.groupby("period")["performance"].transform("mean"),
        noise=rows["morale_se"] ** 2,
        noise_general=rows["morale_se_general"] ** 2,
    )
    unit = rows.groupby(_PLACE, sort=True)
    mean = unit[["morale", "morale_general", "level", "noise", "noise_general"]].mean()
    waves = unit.size().to_numpy(dtype=float)
    best = round(TOP_SHARE * len(mean))
    if best < thresholds.peers:
        raise ModelError(
            f"The best tenth must be {thresholds.peers} units or more; it is {best} of {len(mean)}."
        )
    good = mean["level"] if appreciation.higher_is_better else -mean["level"]
    agencies = as_codes(mean.index.get_level_values("agency"))
    by_agency = int(agencies.max()) + 1 >= FEWEST_CLUSTERS
    return _Units(
        appreciation=mean["morale"].to_numpy(dtype=float),
        morale=mean["morale_general"].to_numpy(dtype=float),
        noise=mean["noise"].to_numpy(dtype=float) / waves,
        general_noise=mean["noise_general"].to_numpy(dtype=float) / waves,
        top=(good.rank(ascending=False, method="first") <= best).to_numpy(),
        cluster=agencies if by_agency else np.arange(len(mean)),
        by_agency=by_agency,
    )


def _gap(values: Array, top: NDArray[np.bool_], weight: Array) -> Array:
    """Mean of the best less that of the others, for every row of weights."""
    best, others = weight * top, weight * ~top
    return np.asarray((best @ values) / best.sum(axis=1) - (others @ values) / others.sum(axis=1))


def _spread(values: Array, noise: Array, weight: Array) -> Array:
    """Variance between units, sampling error taken out, for every row of weights."""
    total = weight.sum(axis=1)
    squares = weight @ np.square(values) - np.square(weight @ values) / total
    return np.asarray(squares / (total - 1.0) - weight @ noise / total)


def _gaps(units: _Units, weight: Array) -> Array:
    """Apart, expected and beyond, a row for every row of weights."""
    spread = _spread(units.appreciation, units.noise, weight)
    general = _spread(units.morale, units.general_noise, weight)
    apart = _gap(units.appreciation, units.top, weight)
    scale = np.sqrt(np.maximum(spread, 0.0) / general)
    expected = _gap(units.morale, units.top, weight) * scale
    return np.column_stack([apart, expected, apart - expected])


def _need_reliable(units: _Units) -> None:
    ones = np.ones((1, len(units.top)))
    for name, values, noise in (
        ("appreciation", units.appreciation, units.noise),
        ("morale", units.morale, units.general_noise),
    ):
        total = float(np.var(values, ddof=1))
        kept = float(_spread(values, noise, ones)[0]) / total if total > 0 else 0.0
        if kept < RELIABILITY_TO_RELATE:
            raise ModelError(
                f"`{name}` must differ between units with a reliability of "
                f"{RELIABILITY_TO_RELATE:.2f}; got {max(kept, 0.0):.2f}."
            )


def _resampled(units: _Units, seed: int) -> Array:
    """Draw whole clusters with replacement; the best stay the best."""
    clusters = int(units.cluster.max()) + 1
    even = np.full(clusters, 1.0 / clusters)
    drawn = np.random.default_rng(seed).multinomial(clusters, even, size=RESAMPLES)
    weight = drawn[:, units.cluster].astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        draws = _gaps(units, weight)
    return draws[np.isfinite(draws).all(axis=1)]


def _checks(units: _Units) -> tuple[Check, ...]:
    clusters = int(units.cluster.max()) + 1
    kind = "agencies" if units.by_agency else "units"
    return (
        Check(
            "best units",
            None,
            f"The best {int(units.top.sum())} of {len(units.top)} units by performance, waves made "
            "alike.",
        ),
        Check("clusters", None, f"Ranges resample {clusters} {kind}."),
        Check("factor", None, "Whether the items form one factor beside morale is not tested."),
        Check("order in time", None, "Which came first is not asked here."),
    )
