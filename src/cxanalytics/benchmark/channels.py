"""Is the experience the same in every channel, over all agencies and within each one?

Answers in channels in agencies: each channel has a level over all agencies, each agency a level of
its own, and what is left of a cell is how its channel differs there. All spreads are integrated
out. Channels are compared with the average of the others and pair by pair, by the band of the
smallest difference that matters: alike is a finding too, and "too close to call" an answer.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.benchmark.nested import (
    add_calls,
    choose_band,
    compare_draws,
    middle_and_range,
    score_range,
)
from cxanalytics.benchmark.scores import FEWEST_TO_POOL
from cxanalytics.benchmark.variances import joint_variances, smooth_variances
from cxanalytics.errors import ModelError
from cxanalytics.numerics.shared_errors import draw_shared, split_shared
from cxanalytics.numerics.three_levels import NestedHierarchy, shrink_nested
from cxanalytics.rules import DRAWS, LEVEL
from cxanalytics.tables import Estimates, need_columns

Array = NDArray[np.float64]

ALL = ""
"""Stands for all agencies together in the column `agency`."""

CELL, CHANNEL, PAIR, SPREAD = "cell", "channel", "pair", "spread"
ROWS = (CHANNEL, PAIR, SPREAD, CELL)
COLUMNS = (
    "key",
    "row",
    "agency",
    "channel",
    "other",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "n",
    "raw",
    "gap",
    "gap_low",
    "gap_high",
    "p_above",
    "p_below",
    "p_same",
    "verdict",
    "certainty",
    "raw_gap",
    "raw_verdict",
    "suppressed_reason",
)
NEEDED = ("key", "agency", "channel", "raw", "raw_error", "suppressed_reason")
_TEXT = ("key", "row", "agency", "channel", "other", "verdict", "raw_verdict", "suppressed_reason")


def benchmark_channels(
    scores: Estimates,
    *,
    difference: float | None = None,
    draws: int = DRAWS,
    seed: int,
    level: float = LEVEL,
) -> Estimates:
    """Compare channels with each other, over all agencies and within each.

    Parameters
    ----------
    scores : Estimates
        From `fit_channel_scores`.
    difference : float, optional
        Smallest difference that matters; `rules.DIFFERENCE` when absent.
    draws : int
        Joint posterior draws.
    seed : int
    level : float
        Probability content of every interval.

    Returns
    -------
    Estimates
        Rows by `row`: "channel" (`estimate` its level over all agencies, `gap` to the average of
        the other channels), "pair" (`estimate` and `gap` the first less the second, in `channel`
        and `other`), "spread" (`estimate` how far the channels of one agency lie apart, as a
        standard deviation) and "cell" (a channel of an agency, `gap` to the average of the others
        there). `agency` is "" where all are taken together; pairs and spread are there for each
        agency too. Verdicts as in a benchmark; `raw_gap raw_verdict` the same with the answers as
        they are, for rows over all agencies. Fact `apart`: pairs over all agencies called above or
        below; `raw_apart` before adjusting.

    Raises
    ------
    DataError, ParamsError
        A column is missing, or an option is out of range.
    ModelError
        Fewer agencies than are needed to tell channels from agencies, or one channel.

    Assumes
    -------
    What channels do differs normally between agencies, alike for all channels.

    Reference
    ---------
    Gelman et al. (2013), Bayesian Data Analysis, section 15.1; methods.md#channels.
    """
    need_columns(scores.frame, NEEDED, "`scores`")
    band = choose_band(scores, difference, draws, seed)
    used = (scores.frame["suppressed_reason"] == "") & scores.frame["estimate"].notna()
    cells = scores.frame.loc[used].reset_index(drop=True)
    channels = sorted(cells["channel"].unique())
    _refuse(cells, channels)
    fit, theta, gamma = _fit(scores, used.to_numpy(), cells, channels, draws, seed)
    _, _, raw_gamma = _fit(scores, used.to_numpy(), cells, channels, draws, seed, raw=True)
    rows = [
        *_over_all(cells, channels, gamma, raw_gamma, band, level),
        *_spreads(cells, theta, level),
        *_within(cells, theta, fit, scores, band, level),
    ]
    blank = {name: "" if name in _TEXT else np.nan for name in COLUMNS}
    frame = pd.DataFrame([blank | row for row in rows], columns=list(COLUMNS))
    frame = pd.concat([frame, _left_out(scores, used.to_numpy(), blank)], ignore_index=True)
    frame = add_calls(frame)
    pairs = frame.loc[(frame["row"] == PAIR) & (frame["agency"] == ALL)]
    return Estimates(
        frame=frame,
        quantity=scores.quantity,
        level=level,
        checks=scores.checks,
        facts={
            **scores.facts,
            "seed": seed,
            "draws": draws,
            "difference": band,
            "channels": len(channels),
            "agencies": int(cells["agency"].nunique()),
            "pairs": len(pairs),
            "apart": int(pairs["verdict"].isin(["above", "below"]).sum()),
            "raw_apart": int(pairs["raw_verdict"].isin(["above", "below"]).sum()),
        },
    )


def _refuse(cells: pd.DataFrame, channels: list[str]) -> None:
    if len(channels) < 2:
        raise ModelError(f"Channels are compared where there are two or more; got {len(channels)}.")
    several = int((cells["agency"].value_counts() > 1).sum())
    needed = max(FEWEST_TO_POOL, len(channels) + 2)
    if several < needed:
        raise ModelError(
            f"Channels of {len(channels)} kinds need at least {needed} agencies in which two or "
            f"more may be shown; got {several}."
        )


def _fit(
    scores: Estimates,
    used: NDArray[np.bool_],
    cells: pd.DataFrame,
    channels: list[str],
    draws: int,
    seed: int,
    *,
    raw: bool = False,
) -> tuple[NestedHierarchy, Array, Array]:
    """Fit cells in agencies, with a level per channel; scores as answered where `raw`.

    An error of the adjustment moves a channel alike in all agencies: it is drawn apart.
    """
    statistic = str(scores.facts.get("statistic", ""))
    names = {"raw": "estimate", "raw_error": "std_error"}
    table = cells.drop(columns=list(names.values())).rename(columns=names) if raw else cells
    kind = np.searchsorted(channels, cells["channel"].to_numpy()).astype(np.int64)
    agency = pd.factorize(cells["agency"])[0].astype(np.int64)
    own, moved = None, np.zeros((draws, len(channels)))
    if not raw and scores.covariance is not None:
        own, shared = split_shared(scores.covariance[np.ix_(used, used)], agency, kind)
        moved = draw_shared(shared, draws, seed=seed + 1)
        table = table.assign(std_error=np.sqrt(np.diag(own)))
    variance = joint_variances(smooth_variances(table, statistic=statistic), own)
    y = table["estimate"].to_numpy(float)
    fit = shrink_nested(y, variance, group=agency, design=np.eye(len(channels))[kind])
    theta, gamma, _ = fit.draws(draws, seed=seed)
    theta, gamma = theta + moved[:, kind], gamma + moved
    low, high = score_range(scores)
    return fit, np.clip(theta, low, high), np.clip(gamma, low, high)


def _summary(draws: Array, level: float) -> dict[str, float]:
    middle, low, high = middle_and_range(draws, level)
    return {"estimate": middle, "std_error": draws.std(), "conf_low": low, "conf_high": high}


def _compared(gap: Array, band: float, level: float) -> dict[str, Any]:
    return {name: value[0] for name, value in compare_draws(gap[:, None], band, level).items()}


def _over_all(
    cells: pd.DataFrame,
    channels: list[str],
    gamma: Array,
    raw_gamma: Array,
    band: float,
    level: float,
) -> list[dict[str, Any]]:
    """Compare the levels of channels over all agencies, adjusted and as answered."""
    answers = cells.groupby("channel")["n"].sum()
    rows: list[dict[str, Any]] = []

    def add(row: dict[str, Any], gap: Array, raw_gap: Array) -> None:
        raw = add_calls(pd.DataFrame([_compared(raw_gap, band, level)])).iloc[0]
        told = {"raw_gap": raw["gap"], "raw_verdict": raw["verdict"]}
        rows.append({**row, **_compared(gap, band, level), **told})

    for place, channel in enumerate(channels):
        others = [j for j in range(len(channels)) if j != place]
        add(
            {
                "key": channel,
                "row": CHANNEL,
                "channel": channel,
                "n": float(answers[channel]),
                "raw": raw_gamma[:, place].mean(),
                **_summary(gamma[:, place], level),
            },
            gamma[:, place] - gamma[:, others].mean(axis=1),
            raw_gamma[:, place] - raw_gamma[:, others].mean(axis=1),
        )
    for one, two in combinations(range(len(channels)), 2):
        gap = gamma[:, one] - gamma[:, two]
        add(
            {
                "key": f"{channels[one]} less {channels[two]}",
                "row": PAIR,
                "channel": channels[one],
                "other": channels[two],
                "n": float(answers[[channels[one], channels[two]]].sum()),
                **_summary(gap, level),
            },
            gap,
            raw_gamma[:, one] - raw_gamma[:, two],
        )
    return rows


def _spreads(cells: pd.DataFrame, theta: Array, level: float) -> list[dict[str, Any]]:
    """Say how far the channels of one agency lie apart, in each and pooled over all."""
    rows: list[dict[str, Any]] = []
    total, free = np.zeros(len(theta)), 0
    for agency, part in cells.groupby("agency", sort=True):
        if len(part) < 2:
            continue
        own = theta[:, part.index]
        apart = np.square(own - own.mean(axis=1, keepdims=True)).sum(axis=1)
        total, free = total + apart, free + len(part) - 1
        rows.append(_spread_row(str(agency), np.sqrt(apart / (len(part) - 1)), part, level))
    return [_spread_row(ALL, np.sqrt(total / free), cells, level), *rows]


def _spread_row(agency: str, sd: Array, part: pd.DataFrame, level: float) -> dict[str, Any]:
    row = {"key": f"spread in {agency}" if agency else "spread", "row": SPREAD, "agency": agency}
    return {**row, "n": float(part["n"].sum()), **_summary(sd, level)}


def _within(
    cells: pd.DataFrame,
    theta: Array,
    fit: NestedHierarchy,
    scores: Estimates,
    band: float,
    level: float,
) -> list[dict[str, Any]]:
    """Compare the channels of each agency with the others there, and pair by pair."""
    tail = 0.5 * (1.0 - level)
    ends = score_range(scores)
    low, high = np.quantile(theta, [tail, 1.0 - tail], axis=0)
    rows: list[dict[str, Any]] = []
    for agency, part in cells.groupby("agency", sort=True):
        for place in part.index:
            cell = cells.loc[place]
            row = {
                "key": cell["key"],
                "row": CELL,
                "agency": str(agency),
                "channel": cell["channel"],
                "estimate": float(np.clip(fit.mean[place], *ends)),
                "std_error": float(theta[:, place].std()),
                "conf_low": float(low[place]),
                "conf_high": float(high[place]),
                "n": float(cell["n"]),
                "raw": float(cell["raw"]),
            }
            others = [other for other in part.index if other != place]
            if others:
                row |= _compared(theta[:, place] - theta[:, others].mean(axis=1), band, level)
            rows.append(row)
        for one, two in combinations(part.index, 2):
            names = {"channel": cells.loc[one, "channel"], "other": cells.loc[two, "channel"]}
            gap = theta[:, one] - theta[:, two]
            key = f"{names['channel']} less {names['other']} in {agency}"
            row = {"key": key, "row": PAIR, "agency": str(agency), **names}
            answers = float(cells.loc[[one, two], "n"].sum())
            rows.append(
                {**row, "n": answers, **_summary(gap, level), **_compared(gap, band, level)}
            )
    return rows


def _left_out(scores: Estimates, used: NDArray[np.bool_], blank: dict[str, Any]) -> pd.DataFrame:
    """Keep the cells that are not compared, with their reason."""
    rest = scores.frame.loc[~used]
    rows = [
        blank
        | {name: row[name] for name in ("key", "agency", "channel", "n")}
        | {"row": CELL, "suppressed_reason": row["suppressed_reason"] or row["reason"]}
        for _, row in rest.iterrows()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
