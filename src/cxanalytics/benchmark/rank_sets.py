"""Which ranks can each agency's true score have, without a model of how agencies scatter?

Confidence sets for ranks from unshrunken scores, for researchers: for each agency by itself, and
for all at once. Variances are the smoothed ones of the benchmark, so that an agency whose people
all agree is not the surest of all. Only shown agencies are ranked.
"""

from __future__ import annotations

import numpy as np

from cxanalytics.benchmark.scores import suppression_reasons
from cxanalytics.benchmark.variances import joint_variances, smooth_variances
from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.numerics.ranks import rank_confidence_sets
from cxanalytics.rules import DRAWS, LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import ESTIMATE_COLUMNS, Check, Estimates


def benchmark_rank_sets(
    scores: Estimates,
    *,
    seed: int,
    draws: int = DRAWS,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Find the ranks that each shown agency may have.

    Parameters
    ----------
    scores : Estimates
        One row per agency; higher is better. As for `benchmark_scores`.
    seed : int
    draws : int
        Of the Gaussian bootstrap.
    level : float
        Probability that a set holds the true rank.
    thresholds : Thresholds
        Read are `hide`, `rank` and `peers`.

    Returns
    -------
    Estimates
        A row per shown agency: its raw score, and `own_low own_high` (the set of this agency by
        itself) and `together_low together_high` (sets that hold all ranks at once). Rank 1 is the
        highest score. Facts: `agencies`, `first_own` and `first_together`, the numbers of agencies
        that may be first; `seed`, `draws`.

    Raises
    ------
    ParamsError
        A `level` or `seed` out of range.
    ModelError
        Too few agencies shown.

    Assumes
    -------
    Near-normal sampling error; independent agencies unless `scores.covariance` says otherwise.
    Nothing about how true scores scatter.

    Reference
    ---------
    Mogstad, Romano, Shaikh and Wilhelm (2024), Review of Economic Studies 91(1).
    """
    if not 0.0 < level < 1.0:
        raise ParamsError(f"`level` must lie between 0 and 1; got {level}.")
    if seed < 0:
        raise ParamsError(f"`seed` must be 0 or more; got {seed}.")
    shown = (suppression_reasons(scores, thresholds=thresholds) == "").to_numpy()
    used = scores.frame.loc[shown]
    if len(used) <= thresholds.peers:
        raise ModelError(
            f"Sets of ranks need at least {thresholds.peers + 1} agencies shown; got {len(used)}."
        )
    smoothed = smooth_variances(used, statistic=str(scores.facts.get("statistic", "")))
    covariance = None
    if scores.covariance is not None:
        covariance = scores.covariance[np.ix_(shown, shown)]
    raw, variance = used["estimate"].to_numpy(dtype=float), joint_variances(smoothed, covariance)
    frame = used[list(ESTIMATE_COLUMNS)].reset_index(drop=True)
    frame["std_error"] = np.sqrt(smoothed)
    for name, together in (("own", False), ("together", True)):
        low, high = rank_confidence_sets(
            raw, variance, seed=seed, level=level, simultaneous=together, n_draws=draws
        )
        frame[f"{name}_low"], frame[f"{name}_high"] = low, high
    first = {name: int((frame[f"{name}_low"] == 1).sum()) for name in ("own", "together")}
    text = (
        f"By itself, {first['own']} of {len(frame)} agencies may be first; with all ranks at once, "
        f"{first['together']}."
    )
    return Estimates(
        frame=frame,
        quantity=scores.quantity,
        level=level,
        checks=(Check("rank_sets", None, text),),
        facts={
            "agencies": len(frame),
            "first_own": first["own"],
            "first_together": first["together"],
            "seed": seed,
            "draws": draws,
        },
    )
