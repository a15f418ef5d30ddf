"""Does the stabilized score foretell the next wave better than the raw score does?

A stabilized score claims to be nearer the truth. The next wave puts it to the test: each agency's
next raw score is foretold by its stabilized score, by its raw score (the same as last time), and
by the average of all. What moves every agency alike is nobody's to foretell, so errors are taken
apart from the common move; errors as they stand are beside them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cxanalytics.benchmark.scores import FEWEST_TO_POOL, benchmark_scores, suppression_reasons
from cxanalytics.benchmark.variances import smooth_variances
from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.rules import LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates

Array = NDArray[np.float64]

FORECASTS = ("stabilized", "raw", "average")

FEWEST_FORETOLD = 10
"""Agencies seen in two waves in a row that are needed to judge a forecast."""

BETTER, WORSE, UNCLEAR = "better", "worse", "unclear"

_DRAWS = 1_000


def fit_predictive_check(
    waves: Sequence[Estimates],
    *,
    changed: bool = False,
    broken: Collection[str] = (),
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Compare three forecasts of each agency's next raw score.

    Parameters
    ----------
    waves : sequence of Estimates
        The same measure in two waves or more, in time order, from `fit_scores`.
    changed : bool
        The wording differs between them: nothing is foretold.
    broken : collection of str
        Keys that were another organization in an earlier wave; left out.
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        As in `benchmark_scores`; agencies not shown in either wave of a pair are left out.

    Returns
    -------
    Estimates
        Rows "stabilized", "raw" and "average". `estimate` is the root mean squared error apart
        from the common move, in units of the scores; `total` the same as it stands; `n` the number
        of agencies. Facts: `less_error` of the stabilized score against the raw one, as a share,
        `less_low`, `less_high`; `verdict` "better", "worse" or "unclear", by that interval;
        `unit` "share" or "score"; `floor`, the error that chance in the next wave leaves to the
        truth itself; `agencies`, `pairs` (agencies by pairs of waves), `waves`.

    Raises
    ------
    ParamsError
        A `level` out of range, or waves of different statistics.
    ModelError
        Fewer than two waves, a new wording, or too few agencies in two waves in a row.

    Assumes
    -------
    Agencies are independent; each counts once in a pair of waves. An agency's errors in several
    pairs may go together.

    Reference
    ---------
    Efron and Morris (1975), Journal of the American Statistical Association 70(350), for the test
    by later data; Efron and Stein (1981), Annals of Statistics 9(3), for the jackknife.
    """
    _validate(waves, changed, level)
    pairs = [_foretell(*pair, broken=broken, thresholds=thresholds) for pair in pairwise(waves)]
    kept = [part for part in pairs if len(part) > 1]
    table = pd.concat(kept, ignore_index=True) if kept else pd.DataFrame({"key": []})
    agencies = int(table["key"].nunique())
    if agencies < FEWEST_FORETOLD:
        raise ModelError(
            f"A test on the next wave needs at least {FEWEST_FORETOLD} agencies shown in two waves "
            f"in a row; got {agencies}."
        )
    squares = _squares_by_agency(table)
    frame = pd.DataFrame([_row(squares, name, level) for name in FORECASTS])
    less, low, high = _less_error(squares, level)
    verdict = BETTER if low > 0.0 else WORSE if high < 0.0 else UNCLEAR
    facts: dict[str, float | int | str | bool] = {
        "less_error": less,
        "less_low": low,
        "less_high": high,
        "verdict": verdict,
        "unit": "score" if waves[0].facts.get("statistic") == "mean" else "share",
        "floor": float(np.sqrt(table["variance"].mean())),
        "agencies": agencies,
        "pairs": len(table),
        "waves": len(waves),
    }
    return Estimates(
        frame=frame,
        quantity="Error of a forecast of the next wave's raw score, apart from the common move",
        level=level,
        checks=(_check(verdict, less, low, high),),
        facts=facts,
    )


def _validate(waves: Sequence[Estimates], changed: bool, level: float) -> None:
    if not 0.0 < level < 1.0:
        raise ParamsError(f"`level` must lie between 0 and 1; got {level}.")
    if len(waves) < 2:
        raise ModelError(f"A test on the next wave needs at least 2 waves; got {len(waves)}.")
    statistics = {str(wave.facts.get("statistic", "")) for wave in waves}
    if len(statistics) > 1:
        raise ParamsError(f"`waves` must hold one statistic; got {sorted(statistics)}.")
    periods = [str(wave.facts.get("period", "")) for wave in waves]
    if any(period and period == other for period, other in pairwise(periods)):
        raise ModelError("A test on the next wave needs different waves; got one wave twice.")
    if changed:
        raise ModelError("The question changed between the waves, so none foretells the other.")


def _foretell(
    before: Estimates, after: Estimates, *, broken: Collection[str], thresholds: Thresholds
) -> pd.DataFrame:
    """Errors of the three forecasts for one pair of waves: `key variance`, and two per forecast."""
    board = benchmark_scores(
        before,
        difference=0.0,
        draws=_DRAWS,
        seed=0,
        thresholds=thresholds,
    )
    reasons = suppression_reasons(after, thresholds=thresholds)
    later = after.frame.loc[(reasons == "").to_numpy()]
    variance = smooth_variances(later, statistic=str(after.facts.get("statistic", "")))
    later = later[["key", "estimate"]].rename(columns={"estimate": "next"})
    shown = board.shown.loc[~board.shown["key"].isin(list(broken)), ["key", "raw", "estimate"]]
    table = shown.merge(later.assign(variance=variance), on="key", validate="one_to_one")
    if len(board.shown) < FEWEST_TO_POOL or table.empty:
        return table.iloc[:0]
    table["stabilized"] = table.pop("estimate")
    table["average"] = float(board.facts["center"])
    for name in FORECASTS:
        error = table["next"] - table[name]
        table[f"total_{name}"] = error
        table[f"own_{name}"] = (error - error.mean()) * np.sqrt(len(error) / (len(error) - 1.0))
    return table


def _squares_by_agency(table: pd.DataFrame) -> pd.DataFrame:
    """Sums of squared errors of each agency, and its number of pairs."""
    errors = [f"{kind}_{name}" for kind in ("own", "total") for name in FORECASTS]
    squares = table[errors].pow(2.0)
    squares["key"], squares["pairs"] = table["key"], 1.0
    return squares.groupby("key", sort=True).sum()


def _row(squares: pd.DataFrame, name: str, level: float) -> dict[str, float | str]:
    pairs = squares["pairs"].to_numpy()
    own = squares[f"own_{name}"].to_numpy()
    rest = np.sqrt((own.sum() - own) / (pairs.sum() - pairs))
    error = float(np.sqrt(own.sum() / pairs.sum()))
    half, se = _half(np.log(rest), level)
    return {
        "key": name,
        "estimate": error,
        "std_error": error * se,
        "conf_low": error * float(np.exp(-half)),
        "conf_high": error * float(np.exp(half)),
        "n": float(len(squares)),
        "total": float(np.sqrt(squares[f"total_{name}"].sum() / pairs.sum())),
    }


def _less_error(squares: pd.DataFrame, level: float) -> tuple[float, float, float]:
    """Share of the raw score's error that the stabilized one saves, with its interval."""
    first, second = squares["own_stabilized"].to_numpy(), squares["own_raw"].to_numpy()
    ratio = 0.5 * float(np.log(first.sum() / second.sum()))
    rest = 0.5 * np.log((first.sum() - first) / (second.sum() - second))
    half, _ = _half(rest, level)
    ends = [1.0 - float(np.exp(ratio + side * half)) for side in (0.0, 1.0, -1.0)]
    return ends[0], ends[1], ends[2]


def _half(without: Array, level: float) -> tuple[float, float]:
    """Half the jackknife interval of a figure, and its standard error."""
    count = len(without)
    se = float(np.sqrt((count - 1.0) / count * np.square(without - without.mean()).sum()))
    return float(stats.t.ppf(0.5 + 0.5 * level, count - 1)) * se, se


def _check(verdict: str, less: float, low: float, high: float) -> Check:
    size = f"{100 * less:.0f}% less error than the raw score ({100 * low:.0f} to {100 * high:.0f})"
    passed = {BETTER: True, WORSE: False, UNCLEAR: None}[verdict]
    return Check("predictive", passed, f"The stabilized score foretold the next wave with {size}.")
