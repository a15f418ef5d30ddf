"""Has each agency's score really changed since the wave before?

A bivariate two-wave hierarchy with known sampling variances: regression to the mean is inside
it, so an unusually high earlier score is expected to fall without any real change. Where the
earlier scores tell how they covary with the later ones, because the same people or sampling units
answered, the model knows; otherwise the samples are taken as independent, which overstates the
uncertainty.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.benchmark.variances import smooth_variances
from cxanalytics.errors import ParamsError
from cxanalytics.numerics.two_waves import compare_two_waves
from cxanalytics.rules import (
    CHANGED_WORDING,
    DIFFERENCE,
    DRAWS,
    FEW,
    FIRST_WAVE,
    LEVEL,
    REORGANIZED,
    THRESHOLDS,
    Thresholds,
)
from cxanalytics.tables import CHANGE_COLUMNS, Check, Estimates

Array = NDArray[np.float64]

MOST_CORRELATED = 0.95
"""Largest sampling correlation of two waves that is believed."""


def change_columns(
    scores: Estimates,
    previous: Estimates,
    *,
    shown: Sequence[str],
    difference: float = DIFFERENCE,
    draws: int = DRAWS,
    seed: int,
    level: float = LEVEL,
    changed_wording: bool = False,
    broken: Collection[str] = (),
    guarded: Collection[str] = (),
    thresholds: Thresholds = THRESHOLDS,
) -> tuple[pd.DataFrame, list[Check], dict[str, float | int | str | bool]]:
    """Return the change columns of a benchmark for every key of `scores`.

    Parameters
    ----------
    scores, previous : Estimates
        The same measure in two waves. A column `wave_covariance` of `previous` is the sampling
        covariance of each earlier score with the later one (`covariance` of
        `fit_score_differences` between waves); none where it is missing.
    shown : sequence of str
        Keys that may be published in this wave; an earlier wave's small groups are left out too.
    difference : float
        Smallest change that matters.
    draws, seed, level
        As in `benchmark_scores`.
    changed_wording : bool
        The question differs: every reason is "changed_wording".
    broken : collection of str
        Keys that were another organization in the earlier wave (`Survey.broken_between`): they
        have no change, and are not in the model of changes.
    guarded : collection of str
        Keys hidden in the earlier wave, for their own or another's sake: a change would give their
        earlier score back. Treated as having few answers.
    thresholds : Thresholds
        Smallest numbers of answers and agencies.

    Returns
    -------
    frame : DataFrame
        `key change change_low change_high p_rise p_fall change_reason`, and `raw_change`,
        `expected_change` (foretold by the earlier score alone). The reason is "" where the
        change is given, else one of `rules.CHANGE_REASONS`.
    checks : list of Check
    facts : dict
    """
    _same_statistic(scores, previous)
    frame = pd.DataFrame({"key": scores.frame["key"]})
    for column in (*CHANGE_COLUMNS[:-1], "raw_change", "expected_change"):
        frame[column] = np.nan
    frame["change_reason"] = ""
    is_shown = frame["key"].isin(list(shown))
    if changed_wording:
        frame.loc[is_shown, "change_reason"] = CHANGED_WORDING
        text = "The question changed since the wave before; no change is given."
        return frame, [Check("change", None, text)], {}
    is_broken = frame["key"].isin(list(broken))
    is_guarded = frame["key"].isin(list(guarded))
    whole = frame.loc[is_shown & ~is_broken & ~is_guarded, "key"].tolist()
    pairs = _pairs(scores, previous, whole, thresholds)
    seen = frame["key"].isin(previous.frame.loc[previous.frame["estimate"].notna(), "key"])
    enough = pairs.loc[pairs[["n_now", "n_before"]].min(axis=1) >= thresholds.wave, "key"]
    frame.loc[is_shown & ~frame["key"].isin(enough), "change_reason"] = FEW
    frame.loc[is_shown & ~seen, "change_reason"] = FIRST_WAVE
    frame.loc[is_shown & is_broken, "change_reason"] = REORGANIZED
    told = _broken_checks(int((is_shown & is_broken).sum()))
    if len(enough) == 0:
        few = Check("change", False, "No agency has answers enough in both waves.")
        return frame, [few, *told], {}
    change, expected, drawn, check, facts = _posterior(pairs, draws, seed, thresholds)
    tail = 0.5 * (1.0 - level)
    low, high = np.quantile(drawn, [tail, 1.0 - tail], axis=0)
    figures = pd.DataFrame(
        {
            "change": change,
            "change_low": low,
            "change_high": high,
            "p_rise": (drawn > difference).mean(axis=0),
            "p_fall": (drawn < -difference).mean(axis=0),
            "raw_change": (pairs["now"] - pairs["before"]).to_numpy(),
            "expected_change": expected,
        },
        index=pairs["key"].to_numpy(),
    ).loc[enough]
    filled = frame.set_index("key")
    filled.loc[enough, figures.columns] = figures
    samples, correlation = _samples_check(pairs)
    return filled.reset_index(), [check, samples, *told], facts | correlation


def _broken_checks(broken: int) -> list[Check]:
    if not broken:
        return []
    agencies = "1 agency" if broken == 1 else f"{broken} agencies"
    text = f"{agencies} reorganized since the wave before; no change is given across that."
    return [Check("reorganized", None, text)]


def _samples_check(pairs: pd.DataFrame) -> tuple[Check, dict[str, float]]:
    shared = pairs["covariance"] != 0.0
    if not shared.any():
        text = "The two waves are taken as independent samples."
        return Check("independent samples", None, text), {}
    roots = np.sqrt(pairs["v_now"] * pairs["v_before"])
    correlation = float((pairs["covariance"] / roots)[shared].iloc[0])
    text = (
        f"Sampling units that answered in both waves correlate the two scores of "
        f"{int(shared.sum())} of {len(pairs)} agencies ({correlation:.2f}); changes allow for it."
    )
    return Check("shared samples", None, text), {"wave_correlation": correlation}


def _same_statistic(scores: Estimates, previous: Estimates) -> None:
    now, before = (table.facts.get("statistic", "") for table in (scores, previous))
    if now != before:
        raise ParamsError(
            f"`previous` must hold the statistic {now!r}, as `scores`; got {before!r}."
        )


def _pairs(
    scores: Estimates, previous: Estimates, shown: Sequence[str], thresholds: Thresholds
) -> pd.DataFrame:
    """One row per key shown now with at least the ranking minimum of answers in both waves."""
    parts = []
    for name, table in (("now", scores), ("before", previous)):
        part = table.frame.copy()
        part["n_eff"] = part["n_eff"] if "n_eff" in part else part["n"]
        large = (part["n"] >= thresholds.hide) & (part["n_eff"] >= thresholds.rank)
        part = part.loc[part["key"].isin(list(shown)) & large & part["estimate"].notna()]
        part["variance"] = smooth_variances(part, statistic=str(table.facts.get("statistic", "")))
        part = part[["key", "estimate", "variance", "std_error", "n_eff"]]
        names = {"variance": f"v_{name}", "std_error": f"se_{name}", "n_eff": f"n_{name}"}
        parts.append(part.rename(columns={"estimate": name, **names}))
    pairs = parts[0].merge(parts[1], on="key", validate="one_to_one")
    return pairs.assign(covariance=_smooth_covariance(pairs, previous))


def _smooth_covariance(pairs: pd.DataFrame, previous: Estimates) -> Array:
    """Give agencies whose waves share sampling units one pooled correlation of their scores.

    The covariance of one agency is as uncertain as its variances, which are smoothed too. A
    negative pooled correlation is chance.
    """
    if "wave_covariance" not in previous.frame:
        return np.zeros(len(pairs))
    told = previous.frame.set_index("key")["wave_covariance"].reindex(pairs["key"])
    reported = told.fillna(0.0).to_numpy(dtype=float)
    shared = reported != 0.0
    errors = (pairs["se_now"] * pairs["se_before"]).to_numpy(dtype=float)
    total = float(errors[shared].sum())
    correlation = float(reported.sum() / total) if total > 0.0 else 0.0
    roots = np.sqrt((pairs["v_now"] * pairs["v_before"]).to_numpy(dtype=float))
    return np.where(shared, np.clip(correlation, 0.0, MOST_CORRELATED) * roots, 0.0)


def _posterior(
    pairs: pd.DataFrame, draws: int, seed: int, thresholds: Thresholds
) -> tuple[Array, Array, Array, Check, dict[str, float | int | str | bool]]:
    """Mean, expected change, draws, a check and facts; unpooled with too few agencies."""
    now, before = pairs["now"].to_numpy(), pairs["before"].to_numpy()
    v_now, v_before = pairs["v_now"].to_numpy(), pairs["v_before"].to_numpy()
    shared = pairs["covariance"].to_numpy()
    if len(pairs) < thresholds.peers:
        noise = np.random.default_rng(seed).standard_normal((draws, len(pairs)))
        change = now - before
        text = (
            f"{len(pairs)} agencies in both waves, fewer than {thresholds.peers}: changes are the "
            "plain differences, not stabilized."
        )
        drawn = change + np.sqrt(v_now + v_before - 2.0 * shared) * noise
        return change, np.full(len(pairs), np.nan), drawn, Check("change", None, text), {}
    fit = compare_two_waves(before, now, v_before, v_now, covariance=shared)
    level_sd, change_sd, _ = fit.weight @ fit.nodes
    facts: dict[str, float | int | str | bool] = {
        "change_trend": fit.trend,
        "change_spread": float(change_sd),
        "level_spread": float(level_sd),
        "change_agencies": len(pairs),
    }
    text = f"Changes are stabilized over {len(pairs)} agencies seen in both waves."
    return fit.change, fit.expected, fit.draws(draws, seed=seed), Check("change", True, text), facts
