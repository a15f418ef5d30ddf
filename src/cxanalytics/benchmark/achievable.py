"""What level has the leading group reached, and how far is each agency from it?

The achievable benchmark: agencies in the order of an adjusted share, until they hold a tenth of all
answers. Those that lead have been lucky as well as good, so their pooled share is too high as a
level to aim at. The level given here is what the same agencies are likely to have reached in
truth, from the joint draws that stabilize the scores; how much the choice itself added is said.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxanalytics.benchmark.scores import suppression_reasons
from cxanalytics.benchmark.variances import SHARES, joint_variances, smooth_variances
from cxanalytics.errors import ModelError, ParamsError, must_be
from cxanalytics.numerics.achievable import LEADING_SHARE, achievable_benchmark
from cxanalytics.numerics.shrinkage import shrink_normal
from cxanalytics.rules import DRAWS, LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates


def benchmark_achievable(
    scores: Estimates,
    *,
    draws: int = DRAWS,
    seed: int,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Set each agency beside the level of the leading group.

    Parameters
    ----------
    scores : Estimates
        Shares by agency, from `fit_scores`.
    draws : int
        Joint posterior draws.
    seed : int
    level : float
        Probability content of the ranges.
    thresholds : Thresholds
        Smallest numbers of answers and agencies.

    Returns
    -------
    Estimates
        A row per agency that is shown: `estimate`, how far its score lies below the level of the
        leading group (negative above it), with its range; `score`, `n`, and `leading`. Facts:
        `achievable achievable_low achievable_high`, what the leading group has likely reached;
        `reached`, its pooled share as answered; `flattered`, the difference: what choosing the
        best added; `leading`, how many agencies lead; `held`, the share of answers they hold.

    Raises
    ------
    ParamsError
        Scores that are no shares.
    ModelError
        Fewer agencies than `thresholds.peers` and one more.

    Assumes
    -------
    As `benchmark_scores`.

    Reference
    ---------
    Kiefe et al. (2001), JAMA 285(22); Weissman et al. (1999), Journal of Evaluation in Clinical
    Practice 5(3); methods.md#achievable-benchmark.
    """
    statistic = str(scores.facts.get("statistic", ""))
    if statistic not in SHARES:
        raise ParamsError(must_be("statistic", SHARES, statistic))
    shown = (suppression_reasons(scores, thresholds=thresholds) == "").to_numpy()
    peers = str(scores.facts.get("only_peers", "")).split("\n")
    frame = scores.frame.loc[shown].reset_index(drop=True)
    if len(frame) <= thresholds.peers:
        raise ModelError(
            f"An achievable benchmark needs more than {thresholds.peers} agencies that may be "
            f"shown; got {len(frame)}."
        )
    raw, n = (frame[name].to_numpy(dtype=float) for name in ("estimate", "n_eff"))
    found = achievable_benchmark(raw, n)
    covariance = None
    if scores.covariance is not None:
        covariance = scores.covariance[np.ix_(shown, shown)]
    smoothed = smooth_variances(frame, statistic=statistic)
    fit = shrink_normal(raw, joint_variances(smoothed, covariance))
    theta = np.clip(fit.draws(draws, seed=seed), 0.0, 1.0)
    weight = np.where(found.leading, n, 0.0) / n[found.leading].sum()
    reach = theta @ weight
    gap = reach[:, None] - theta
    tail = 0.5 * (1.0 - level)
    low, high = np.quantile(gap, [tail, 1.0 - tail], axis=0)
    table = pd.DataFrame(
        {
            "key": frame["key"],
            "estimate": reach.mean() - fit.mean,
            "std_error": gap.std(axis=0, ddof=1),
            "conf_low": low,
            "conf_high": high,
            "n": frame["n"],
            "score": np.clip(fit.mean, 0.0, 1.0),
            "leading": found.leading,
        }
    )
    ends = np.quantile(reach, [tail, 1.0 - tail])
    held = found.n / n.sum()
    flattered = found.level - float(reach.mean())
    facts: dict[str, float | int | str | bool] = {
        "achievable": float(reach.mean()),
        "achievable_low": float(ends[0]),
        "achievable_high": float(ends[1]),
        "reached": found.level,
        "flattered": flattered,
        "leading": int(found.leading.sum()),
        "held": float(held),
        "agencies": len(frame),
        "seed": seed,
        "draws": draws,
        "measure": str(scores.facts.get("measure", "")),
    }
    text = (
        f"{int(found.leading.sum())} of {len(frame)} agencies hold {held:.0%} of the effective "
        f"answers and lead (at least {LEADING_SHARE:.0%}); choosing them by their answers flatters "
        f"them by {100 * flattered:.1f} points."
    )
    return Estimates(
        frame=table.loc[~table["key"].isin(peers)].reset_index(drop=True),
        quantity="Distance to the level of the leading group, as a share",
        level=level,
        checks=(Check("achievable", None, text),),
        facts=facts,
    )
