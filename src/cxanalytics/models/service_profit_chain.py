"""Is performance consistent with a chain: morale, then something in between, then performance?

Two stages and their product. A product clear of zero is consistent with the chain; it is no proof,
because causes nobody measured of the middle and of performance look the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from cxanalytics.errors import ParamsError, must_be
from cxanalytics.models.chain_ranges import (
    Product,
    clear_of_zero,
    path_intervals,
    product_range,
    share_through,
)
from cxanalytics.models.chain_rows import DESIGNS, ChainRows, best_design, chain_rows
from cxanalytics.models.panel_rows import numbered_rows
from cxanalytics.numerics.cluster_robust import Interval
from cxanalytics.numerics.mediation import fit_chain, resample_paths
from cxanalytics.rules import LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Panel

KEYS = ("a", "b", "indirect", "direct", "total")
RESAMPLES = 4000
FEWEST_RESAMPLES = 100
"""Resamples below which the ends of a range are not told."""
AGREE_WITHIN = 0.10
"""Ends of two ranges of the product may differ by this share of the wider one."""


def fit_service_profit_chain(
    panel: Panel,
    *,
    middle: str,
    middle_label: str = "",
    middle_is: str = "share",
    middle_higher_is_better: bool = True,
    middle_same_source: bool = False,
    design: str | None = None,
    covariates: Sequence[str] = (),
    draws: int = RESAMPLES,
    seed: int = 20261,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Estimate the paths from morale to a middle and on to performance.

    Parameters
    ----------
    panel : Panel
        With the middle as a further column. Rows without morale, middle or performance, or with
        too few staff answers, are left out.
    middle : str
        Column that stands between, such as customers' satisfaction or contacts resolved first.
    middle_label : str
        Its name in print; the column's own by default.
    middle_is : str
        "share", "mean", "rate" or "cost", as in `Panel.performance_is`.
    middle_higher_is_better : bool
    middle_same_source : bool
        True where the middle comes from the same people as morale or as performance.
    design : {"lagged", "same wave", "one wave"}, optional
        The strongest that the waves permit by default. "lagged": the middle one wave after morale,
        performance one wave after the middle, with levels of units and waves; needs four waves.
        "same wave": all in one wave, with these levels; needs two. "one wave": with levels of
        agencies that have several units.
    covariates : sequence of str
        Further columns of numbers, held in both stages.
    draws : int
        Resamples of clusters.
    seed : int
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        Smallest numbers of answers; read is `team`.

    Returns
    -------
    Estimates
        Rows "a" (middle per unit of morale), "b" (performance per unit of the middle, morale held),
        "indirect" (their product), "direct" and "total" (performance per unit of morale); further
        columns `label p_value df method units`. Facts: `design`, `waves`, `consistent`, `verdict`
        ("consistent", "against" or "not settled"), `reason` of a missing range, and where the total
        is clear of zero the `share` of it that runs through the middle, with `share_low` and
        `share_high`.

    Raises
    ------
    ParamsError
        An unknown design, a column that does not exist or holds text, a level that is no share, or
        too few draws.
    ModelError
        The waves do not permit the design, or nothing varies.

    Assumes
    -------
    Straight lines, no interplay of morale and middle, and no unmeasured cause of any two of the
    three beyond the levels (sequential ignorability). How much one would change the product is not
    computed here.

    Reference
    ---------
    MacKinnon, Fritz, Williams and Lockwood (2007); Imai, Keele and Yamamoto (2010);
    methods.md#service-profit-chain.
    """
    if design is not None and design not in DESIGNS:
        raise ParamsError(must_be("design", DESIGNS, design))
    if not 0.0 < level < 1.0:
        raise ParamsError(f"`level` must be between 0 and 1; got {level:g}.")
    if draws < FEWEST_RESAMPLES:
        raise ParamsError(f"`draws` must be at least {FEWEST_RESAMPLES}; got {draws}.")
    frame = numbered_rows(panel, columns=[middle, *covariates], thresholds=thresholds)
    used = design or best_design(frame, middle)
    rows = chain_rows(frame, middle, covariates, used)
    chain = fit_chain(
        rows.morale,
        rows.middle,
        rows.performance,
        rows.cluster,
        others=rows.others,
        absorbed=rows.absorbed,
    )
    paths = resample_paths(
        rows.morale,
        rows.middle,
        rows.performance,
        rows.cluster,
        others=rows.others,
        draws=draws,
        seed=seed,
    )
    product = product_range(chain, paths, draws=draws, seed=seed, level=level)
    intervals = path_intervals(chain, product, level)
    facts: dict[str, float | int | str | bool] = {
        "design": used,
        "waves": int(frame["period"].nunique()),
        "units": rows.units,
        "rows": len(rows.morale),
        "rows_left_out": len(panel.frame) - len(rows.morale),
        "cluster": rows.cluster_is,
        "clusters": chain.middle.n_clusters,
        "middle": middle,
        "middle_label": middle_label or middle.replace("_", " "),
        "middle_is": middle_is,
        "morale_sd": float(frame["morale"].std(ddof=1)),
        "middle_sd": float(frame[middle].std(ddof=1)),
        "performance_is": panel.performance_is,
        "higher_is_better": panel.higher_is_better,
        "middle_higher_is_better": middle_higher_is_better,
        "same_source": panel.same_source or middle_same_source,
        "method": product.method,
        "resamples": int(np.isfinite(paths).all(axis=1).sum()),
        "other_low": product.other[0],
        "other_high": product.other[1],
        "reason": product.reason,
        **share_through(chain, paths, intervals["total"], level),
        **_verdict(intervals, panel.higher_is_better, middle_higher_is_better),
        "grade": "C" if used == "lagged" else "D",
    }
    return Estimates(
        frame=_table(intervals, panel, str(facts["middle_label"]), rows),
        quantity=f"paths from {panel.morale_label} through {facts['middle_label']} to "
        f"{panel.performance_label}, in the units of each",
        level=level,
        checks=_checks(facts, product),
        facts=facts,
    )


def _verdict(
    intervals: Mapping[str, Interval], higher_is_better: bool, middle_higher_is_better: bool
) -> dict[str, float | int | str | bool]:
    """Decide whether the paths run as the chain has it.

    "consistent": the product is clear of zero toward better performance, and more morale goes with
    a better middle. "against": one path, or the product, is clear of zero the other way.
    """
    middle, better = (1 if way else -1 for way in (middle_higher_is_better, higher_is_better))
    a, b = middle * clear_of_zero(intervals["a"]), better * middle * clear_of_zero(intervals["b"])
    product = better * clear_of_zero(intervals["indirect"])
    expected = middle * intervals["a"].estimate > 0
    verdict = "not settled"
    if product > 0 and expected:
        verdict = "consistent"
    elif min(a, b, product) < 0:
        verdict = "against"
    return {"consistent": verdict == "consistent", "verdict": verdict}


def _table(
    intervals: Mapping[str, Interval], panel: Panel, middle: str, rows: ChainRows
) -> pd.DataFrame:
    labels = {
        "a": f"{panel.morale_label} to {middle}",
        "b": f"{middle} to {panel.performance_label}",
        "indirect": f"Through {middle}",
        "direct": f"Not through {middle}",
        "total": f"{panel.morale_label} to {panel.performance_label}",
    }
    kept = [intervals[key] for key in KEYS]
    return pd.DataFrame(
        {
            "key": list(KEYS),
            "label": [labels[key] for key in KEYS],
            "estimate": [i.estimate for i in kept],
            "std_error": [i.std_error for i in kept],
            "conf_low": [i.low for i in kept],
            "conf_high": [i.high for i in kept],
            "n": float(len(rows.morale)),
            "units": float(rows.units),
            "p_value": [i.p_value for i in kept],
            "df": [i.df for i in kept],
            "method": [i.method for i in kept],
            "reason": [i.reason for i in kept],
        }
    )


def _checks(facts: Mapping[str, float | int | str | bool], product: Product) -> tuple[Check, ...]:
    order = "Everything is compared in the same wave: which came first is not settled."
    if facts["design"] == "lagged":
        order = (
            "The middle is taken one wave after morale, and performance one wave after the middle."
        )
    source = "Morale, the middle and performance come from different sources."
    if facts["same_source"]:
        source = "Two of the three come from the same people; their relation is likely overstated."
    ends = np.array([*product.ends, *product.other])
    agree: bool | None = None
    text = f"There is no range of the product: {product.reason}."
    if np.isfinite(ends).all():
        wider = max(ends[1] - ends[0], ends[3] - ends[2])
        apart = float(np.abs(ends[:2] - ends[2:]).max() / wider)
        agree = apart <= AGREE_WITHIN
        text = (
            f"Ranges of the product by resampling and by drawing both paths differ by "
            f"{apart:.0%} of the wider one."
        )
    return (
        Check("order in time", None, order),
        Check("same source", not facts["same_source"], source),
        Check("ranges agree", agree, text),
        Check(
            "sequential ignorability",
            None,
            "Taken for granted: nothing unmeasured moves two of the three within a unit. How much "
            "such a cause would change the product is not computed.",
        ),
    )
