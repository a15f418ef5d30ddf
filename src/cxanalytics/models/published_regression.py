"""How much of an agency's lead is still there in the next wave, where no counts were published?

An agency far above the others was partly lucky, and partly stays what it is. Without counts the two
cannot be told apart for one agency; over all of them, the share of a gap that is left one wave
later can be measured. The forecast that shrinks a gap by that share, learned from earlier waves
only, is set beside "the same as last time".
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.models.published import CHANGES, LEVEL_COLUMN
from cxanalytics.numerics.cluster_robust import cluster_interval, fit_clustered
from cxanalytics.published import Published, PublishedMeasure
from cxanalytics.rules import LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates

Floats = NDArray[np.float64]

TENTH = 0.10
"""Share of the agencies of a wave that count as its top, and as its bottom."""


def fit_published_regression(
    published: Published,
    *,
    measure: str,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Measure how far gaps to the average shrink from one wave to the next.

    Parameters
    ----------
    published : Published
    measure : str
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        Read is `peers`: agencies of a wave with fewer others of their level are left out.

    Returns
    -------
    Estimates
        Rows `kept` (share of a gap that is left one wave later), `top` and `bottom` (mean gap of
        the first and last tenth of a wave), `top_change` and `bottom_change` (how their gaps then
        moved), in units of the score but `kept`. Ranges take an agency's waves as one draw; `n` is
        the number of changes. Facts: `agencies`, `waves`, `changes`, `unit`, `label`; and with
        three waves `same_error` and `shrunk_error`, the root mean squared errors of two forecasts
        of the next gap: the same as last time, and shrunk by the share kept in earlier waves; and
        `less_error`, the share of the error that the second saves, `less_low`, `less_high`.

    Raises
    ------
    DataError
        No such measure.
    ParamsError
        A `level` out of range.
    ModelError
        Fewer than 10 changes, or too few agencies in a tenth for a range.

    Assumes
    -------
    Agencies are independent. Nothing about sampling: what is lost may be chance or real.

    Reference
    ---------
    Galton (1886), Journal of the Anthropological Institute 15; methods.md#published-scores.
    """
    if not 0.0 < level < 1.0:
        raise ParamsError(f"`level` must lie between 0 and 1; got {level}.")
    known = published.measure(measure)
    moves = _moves(published, known, thresholds)
    if len(moves) < CHANGES:
        raise ModelError(
            f"Regression to the average needs at least {CHANGES} changes of `{measure}` from wave "
            f"to wave; got {len(moves)}."
        )
    rank = moves.groupby("period")["gap"].rank(pct=True, method="average")
    parts = {"top": moves.loc[rank > 1.0 - TENTH], "bottom": moves.loc[rank <= TENTH]}
    rows = [_row("kept", moves, "after", "gap", level)]
    for name, part in parts.items():
        rows.append(_row(name, part, "gap", "", level))
        rows.append(
            _row(f"{name}_change", part.assign(move=part["after"] - part["gap"]), "move", "", level)
        )
    frame = pd.DataFrame(rows)
    if frame["conf_low"].isna().any():
        raise ModelError(
            "Regression to the average needs more agencies in the first and the last tenth of the "
            f"waves of `{measure}`; got {parts['top']['agency'].nunique()} and "
            f"{parts['bottom']['agency'].nunique()}."
        )
    facts: dict[str, float | int | str | bool] = {
        "measure": measure,
        "label": known.label,
        "unit": known.unit,
        "agencies": int(moves["agency"].nunique()),
        "waves": int(published.values(measure).dropna().index.get_level_values("period").nunique()),
        "changes": len(moves),
    }
    facts |= _forecasts(moves, level)
    text = "What an agency loses may be chance or real: without counts nobody can tell for one."
    return Estimates(
        frame=frame,
        quantity=f"Gap to the average, and what is left of it one wave later: {known.label}",
        level=level,
        checks=(Check("regression", None, text),),
        facts=facts,
    )


def _moves(published: Published, known: PublishedMeasure, thresholds: Thresholds) -> pd.DataFrame:
    """Gap of each agency to the average of its wave, and its gap one wave of its own later."""
    rows = published.frame.loc[published.frame["measure"] == known.name].dropna(subset="value")
    within = ["period", LEVEL_COLUMN] if LEVEL_COLUMN in rows else ["period"]
    groups = rows.groupby(within)["value"]
    rows = rows.assign(
        gap=rows["value"] - groups.transform("mean"), others=groups.transform("size") - 1
    )
    rows = rows.loc[rows["others"] >= thresholds.peers].sort_values(["agency", "period"])
    own = rows.groupby("agency")
    moves = rows.assign(after=own["gap"].shift(-1), next=own["period"].shift(-1))
    moves = moves.dropna(subset="after")
    broken = [
        any(first < new <= last for new in known.changed)
        for first, last in zip(moves["period"], moves["next"], strict=True)
    ]
    return moves.loc[~np.array(broken, dtype=bool), ["agency", "period", "next", "gap", "after"]]


def _row(
    key: str, part: pd.DataFrame, outcome: str, against: str, level: float
) -> dict[str, float | str]:
    """A slope through the origin, or a mean, with agencies as the draws."""
    y = part[outcome].to_numpy(dtype=float)
    x = part[against].to_numpy(dtype=float) if against else np.ones(len(y))
    fit = fit_clustered(x[:, None], y, part["agency"].to_numpy())
    found = cluster_interval(fit, [1.0], level=level)
    estimate = float(x @ y / (x @ x))
    return {
        "key": key,
        "estimate": estimate,
        "std_error": found.std_error,
        "conf_low": found.low,
        "conf_high": found.high,
        "n": float(len(y)),
    }


def _forecasts(moves: pd.DataFrame, level: float) -> dict[str, float]:
    """Errors of two forecasts; the share kept is learned from moves that were over before."""
    parts = []
    for period, part in moves.groupby("next", sort=True):
        past = moves.loc[moves["next"] < period]
        if len(past) < CHANGES:
            continue
        gap, after = past["gap"].to_numpy(dtype=float), past["after"].to_numpy(dtype=float)
        kept = float(gap @ after / (gap @ gap))
        as_it_was = np.square(part["after"] - part["gap"])
        pulled = np.square(part["after"] - kept * part["gap"])
        parts.append(part[["agency"]].assign(same=as_it_was, shrunk=pulled, pairs=1.0))
    if not parts:
        return {}
    sums = pd.concat(parts).groupby("agency", sort=True)[["same", "shrunk", "pairs"]].sum()
    same, shrunk, pairs = (sums[name].to_numpy() for name in ("same", "shrunk", "pairs"))
    rest = 0.5 * np.log((shrunk.sum() - shrunk) / (same.sum() - same))
    count = len(rest)
    error = np.sqrt((count - 1.0) / count * np.square(rest - rest.mean()).sum())
    half = float(stats.t.ppf(0.5 + 0.5 * level, max(count - 1, 1)) * error)
    middle = 0.5 * float(np.log(shrunk.sum() / same.sum()))
    return {
        "same_error": float(np.sqrt(same.sum() / pairs.sum())),
        "shrunk_error": float(np.sqrt(shrunk.sum() / pairs.sum())),
        "less_error": 1.0 - float(np.exp(middle)),
        "less_low": 1.0 - float(np.exp(middle + half)),
        "less_high": 1.0 - float(np.exp(middle - half)),
    }
