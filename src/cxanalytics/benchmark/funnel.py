"""Which agencies differ from the average by more than chance, whatever their size?

A funnel plot of shares: limits narrow as answers grow, and are widened by the spread that agencies
show anyway (overdispersion), so that "outside" means unusual among agencies, not merely different.
With few agencies that spread cannot be estimated and nothing is called outside. Beside the limits
stands a second rule, on the false discovery rate: of the agencies it names, few should be chance,
and the spread is not taken as known.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxanalytics.benchmark.scores import suppression_reasons
from cxanalytics.benchmark.variances import clustering_ratio
from cxanalytics.errors import ModelError, must_be
from cxanalytics.numerics.funnel import (
    FALSE_DISCOVERY,
    INNER,
    OUTER,
    Overdispersion,
    arcsine,
    discovery_rates,
    overdispersion,
    share_limits,
    tail_probabilities,
)
from cxanalytics.rules import THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Funnel

POINT_COLUMNS = (
    "key",
    "n",
    "n_eff",
    "share",
    "z",
    "z_adjusted",
    "p_value",
    "outside",
    "side",
    "discovery_rate",
    "discovered",
)
CURVE_POINTS = 120
SHARES = ("positive", "top", "")


def benchmark_funnel(
    scores: Estimates, *, corrected: bool = True, thresholds: Thresholds = THRESHOLDS
) -> Funnel:
    """Lay a funnel around the shares of the shown agencies.

    Parameters
    ----------
    scores : Estimates
        Shares by agency, with columns `n_eff` where answers are weighted, and `deff` where
        they are clustered.
    corrected : bool
        Correct the overdispersion for winsorizing (see `numerics.funnel`).
    thresholds : Thresholds
        Smallest numbers of answers and agencies; read are `hide`, `rank` and `funnel`.

    Returns
    -------
    Funnel
        Both rules for each agency: `outside` the 99.8% limits, and `discovered` where the smallest
        false discovery rate that names it, `discovery_rate`, is at most `FALSE_DISCOVERY`.

    Raises
    ------
    ModelError
        When the scores are not shares, or no agency is shown.

    Reference
    ---------
    Spiegelhalter (2005), Statistics in Medicine 24(8); Benjamini and Hochberg (1995), Journal of
    the Royal Statistical Society B 57(1).
    """
    statistic = str(scores.facts.get("statistic", ""))
    if statistic not in SHARES:
        raise ModelError(must_be("statistic", SHARES[:2], statistic))
    shown = (suppression_reasons(scores, thresholds=thresholds) == "").to_numpy()
    frame = scores.frame.loc[shown]
    if frame.empty:
        raise ModelError("A funnel needs at least one agency with answers enough to be shown.")
    share = frame["estimate"].to_numpy(dtype=float)
    if not ((share >= 0.0) & (share <= 1.0)).all():
        raise ModelError("A funnel needs shares between 0 and 1.")
    n_eff = (frame["n_eff"] if "n_eff" in frame else frame["n"]).to_numpy(dtype=float)
    if "deff" in frame:
        # Answers that share a sampling unit tell less than their number: limits widen.
        variance = np.square(frame["std_error"].to_numpy(dtype=float))
        n_eff = n_eff / max(clustering_ratio(share, variance, n_eff), 1.0)
    target = float(n_eff @ share / n_eff.sum())
    enough = len(frame) >= thresholds.funnel
    spread = _spread(share, n_eff, target, corrected) if enough else None
    tau2 = spread.tau2 if spread else 0.0
    points = _points(frame, share, n_eff, target, spread)
    return Funnel(
        points=points,
        limits=_limits(n_eff, target, tau2, fewest=thresholds.rank),
        target=target,
        checks=(_check(points, thresholds.funnel),),
        facts=_facts(spread, points, target),
    )


def _spread(share: np.ndarray, n_eff: np.ndarray, target: float, corrected: bool) -> Overdispersion:
    error = 1.0 / (2.0 * np.sqrt(n_eff))
    return overdispersion(arcsine(share), error, float(arcsine(target)), corrected=corrected)


def _points(
    frame: pd.DataFrame,
    share: np.ndarray,
    n_eff: np.ndarray,
    target: float,
    spread: Overdispersion | None,
) -> pd.DataFrame:
    blank = np.full(len(frame), np.nan)
    adjusted = spread.z_adjusted if spread else blank
    low, high = share_limits(target, n_eff, level=OUTER, tau2=spread.tau2 if spread else 0.0)
    above, below = (share > high) & (spread is not None), (share < low) & (spread is not None)
    likely = spread.tau2_likely if spread else 0.0
    p_value = tail_probabilities(share, n_eff, target, tau2=likely) if spread else blank
    rate = discovery_rates(p_value) if spread else blank
    columns = {
        "key": frame["key"].to_numpy(),
        "n": frame["n"].to_numpy(dtype=float),
        "n_eff": n_eff,
        "share": share,
        "z": spread.z if spread else blank,
        "z_adjusted": adjusted,
        "p_value": p_value,
        "outside": above | below,
        "side": np.select([above, below], ["above", "below"], default=""),
        "discovery_rate": rate,
        "discovered": rate <= FALSE_DISCOVERY,
    }
    return pd.DataFrame(columns, columns=POINT_COLUMNS)


def _limits(n_eff: np.ndarray, target: float, tau2: float, *, fewest: int) -> pd.DataFrame:
    n = np.unique(np.round(np.geomspace(fewest, 1.1 * n_eff.max(), CURVE_POINTS)))
    inner = share_limits(target, n, level=INNER, tau2=tau2)
    outer = share_limits(target, n, level=OUTER, tau2=tau2)
    return pd.DataFrame(
        {
            "n": n,
            "low_outer": outer[0],
            "low_inner": inner[0],
            "high_inner": inner[1],
            "high_outer": outer[1],
        }
    )


def _check(points: pd.DataFrame, needed: int) -> Check:
    agencies = len(points)
    if agencies < needed:
        text = (
            f"{agencies} agencies shown; at least {needed} are needed to tell unusual "
            "from different, so none is called outside."
        )
        return Check("funnel", False, text)
    text = (
        f"{int(points['outside'].sum())} of {agencies} agencies lie outside the {100 * OUTER:g}% "
        f"limits; {int(points['discovered'].sum())} are called unusual at a false discovery rate "
        f"of {100 * FALSE_DISCOVERY:g}%."
    )
    return Check("funnel", None, text)


def _facts(
    spread: Overdispersion | None, points: pd.DataFrame, target: float
) -> dict[str, float | int]:
    facts: dict[str, float | int] = {"target": target, "outside": int(points["outside"].sum())}
    facts["discovered"] = int(points["discovered"].sum())
    if spread is not None:
        facts |= {"phi_raw": spread.phi_raw, "phi": spread.phi, "tau2": spread.tau2}
    return facts
