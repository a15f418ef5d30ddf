"""Which departments stand out among those of their agency, and among their kind elsewhere?

People in departments in agencies: scores are stabilized toward their agency, and agencies toward
each other, with both spreads integrated out. A department is compared with the average of the
*other* departments of its agency, and with the typical one of its kind in other agencies, within
each joint draw. How far departments lie apart stands beside how far agencies do, and beside how far
the same departments lay apart in an earlier wave.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.benchmark.nested import (
    add_calls,
    choose_band,
    compare_draws,
    middle_and_range,
    sampling_variances,
    score_range,
)
from cxanalytics.benchmark.scores import FEWEST_TO_POOL
from cxanalytics.errors import ModelError
from cxanalytics.numerics.ranks import summarize_ranks
from cxanalytics.numerics.three_levels import NestedHierarchy, shrink_nested, spreads
from cxanalytics.rules import DRAWS, LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import BENCHMARK_COLUMNS, Benchmark, Check, Estimates, need_columns

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Facts = dict[str, float | int | str | bool]

KIND_COLUMNS = (
    "kind_peers",
    "kind_peer",
    "kind_gap",
    "kind_gap_low",
    "kind_gap_high",
    "kind_p_above",
    "kind_p_below",
    "kind_p_same",
    "kind_verdict",
    "kind_certainty",
)
NEEDED = ("key", "agency", "department", "suppressed_reason")
_TEXT = ("key", "verdict", "suppressed_reason", "kind_verdict")


def benchmark_departments(
    scores: Estimates,
    *,
    previous: Estimates | None = None,
    kinds: Mapping[str, str] | None = None,
    difference: float | None = None,
    draws: int = DRAWS,
    seed: int,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Benchmark:
    """Compare each department with the others of its agency, and with its kind elsewhere.

    Parameters
    ----------
    scores : Estimates
        From `fit_department_scores`.
    previous : Estimates, optional
        The same of an earlier wave, for how far the same departments lay apart.
    kinds : mapping of str to str, optional
        Department, or the key of one, to its kind; those of one name are a kind by default.
    difference : float, optional
        Smallest difference that matters; `rules.DIFFERENCE` when absent, needed for means.
    draws : int
        Joint posterior draws.
    seed : int
    level : float
        Probability content of every interval.
    thresholds : Thresholds
        Read is `peers`: fewer others of a kind give no typical one, and fewer others in an agency
        no ranks.

    Returns
    -------
    Benchmark
        A row per department. `peer` is the average of the other departments of its agency, `gap`
        to it, `peers` their number, `rank_low rank_high` among them; further columns `agency
        department kind` and `KIND_COLUMNS`, the same against its kind elsewhere. Facts:
        `inside between ratio` with `_low` and `_high` (how far departments of one agency, and
        agencies, lie apart), `p_wider`; with `previous` also `before after dispersion` with their
        ends, `matched`, `period_before`.

    Raises
    ------
    DataError, ParamsError
        A column is missing, or an option is out of range.

    Assumes
    -------
    True scores scatter normally in their agency, alike in all, and agencies around a whole.

    Reference
    ---------
    Gelman et al. (2013), Bayesian Data Analysis, sections 5.4 and 15.1; methods.md#departments.
    """
    need_columns(scores.frame, NEEDED, "`scores`")
    band = choose_band(scores, difference, draws, seed)
    frame = _start(scores, kinds)
    shown = (frame["suppressed_reason"] == "").to_numpy()
    checks = list(scores.checks)
    facts: Facts = {**scores.facts, "seed": seed, "draws": draws, "shown": int(shown.sum())}
    found = _fit(scores, shown, draws, seed)
    if isinstance(found, str):
        frame.loc[shown, ["estimate", "conf_low", "conf_high"]] = frame.loc[
            shown, ["raw", "raw_low", "raw_high"]
        ].to_numpy()
        checks.append(Check("stabilized_departments", False, found))
    else:
        fit, theta = found
        part = frame.loc[shown].reset_index(drop=True)
        part = _fitted(part, scores, fit, level)
        part = _in_agency(part, theta, band, level, thresholds)
        part = _in_kind(part, theta, band, level, thresholds)
        numbers = list(part.select_dtypes("number"))
        frame.loc[shown, numbers] = part[numbers].to_numpy(dtype=float)
        facts |= _spread_facts(part, theta, level)
        if previous is not None and _is_earlier(previous, scores):
            facts |= _dispersion(scores, previous, level, draws, seed)
    frame = add_calls(add_calls(frame), "kind_")
    called = frame["certainty"].notna()
    facts["called"] = int(called.sum())
    facts["expected_wrong"] = float((1.0 - frame.loc[called, "certainty"].astype(float)).sum())
    ordered = [*BENCHMARK_COLUMNS, "agency", "department", "kind", *KIND_COLUMNS]
    nobody = pd.DataFrame(index=pd.Index(frame.loc[shown, "key"], name="key"))
    return Benchmark(
        frame=frame[ordered],
        quantity=scores.quantity,
        level=level,
        difference=band,
        rank_probability=nobody,
        p_ahead=nobody,
        checks=tuple(checks),
        facts=facts,
    )


def _start(scores: Estimates, kinds: Mapping[str, str] | None) -> pd.DataFrame:
    own = scores.frame
    names = (*BENCHMARK_COLUMNS, *KIND_COLUMNS)
    frame = pd.DataFrame({name: "" if name in _TEXT else np.nan for name in names}, index=own.index)
    for name in (*NEEDED, "n", "n_eff"):
        frame[name] = own[name]
    for raw, name in (("raw", "estimate"), ("raw_low", "conf_low"), ("raw_high", "conf_high")):
        frame[raw] = own[name].astype(float)
    pairs = list(zip(own["key"], own["department"], strict=True))
    if kinds is None:
        frame["kind"] = [name for _, name in pairs]
    else:
        frame["kind"] = [kinds.get(key, kinds.get(name, "")) for key, name in pairs]
    return frame


def _fit(
    scores: Estimates, shown: Flags, draws: int, seed: int
) -> tuple[NestedHierarchy, Array] | str:
    """Stabilize the shown scores, or say why that cannot be done."""
    used = scores.frame.loc[shown]
    agency, names = pd.factorize(used["agency"])
    if len(names) < FEWEST_TO_POOL:
        return f"{len(names)} agencies shown; {FEWEST_TO_POOL} are needed to stabilize scores."
    try:
        fit = shrink_nested(
            used["estimate"].to_numpy(float), sampling_variances(scores, shown), group=agency
        )
    except ModelError as error:
        return str(error)
    theta, _, _ = fit.draws(draws, seed=seed)
    return fit, np.clip(theta, *score_range(scores))


def _fitted(
    part: pd.DataFrame, scores: Estimates, fit: NestedHierarchy, level: float
) -> pd.DataFrame:
    low, high = score_range(scores)
    tail = 0.5 * (1.0 - level)
    return part.assign(
        estimate=np.clip(fit.mean, low, high),
        conf_low=np.clip(fit.quantile(tail), low, high),
        conf_high=np.clip(fit.quantile(1.0 - tail), low, high),
        reliability=fit.reliability,
    )


def _in_agency(
    part: pd.DataFrame, theta: Array, band: float, level: float, thresholds: Thresholds
) -> pd.DataFrame:
    """Compare each department with the average of the others of its agency."""
    agency, names = pd.factorize(part["agency"])
    others = np.bincount(agency)[agency] - 1
    part["peers"] = others.astype(float)
    beside = others > 0
    if beside.any():
        size = np.bincount(agency)
        total = theta @ (agency[:, None] == np.arange(len(size))).astype(float)
        peer = (total[:, agency[beside]] - theta[:, beside]) / others[beside]
        found = compare_draws(theta[:, beside] - peer, band, level)
        part.loc[beside, ["peer", *found]] = np.column_stack([peer.mean(axis=0), *found.values()])
    for place in range(len(names)):
        here = np.flatnonzero(agency == place)
        if len(here) > thresholds.peers:
            ranks = summarize_ranks(theta[:, here], level=level)
            part.loc[here, ["p_top_quartile", "rank_low", "rank_high"]] = np.column_stack(
                [ranks.top_quartile, ranks.low, ranks.high]
            )
    return part


def _in_kind(
    part: pd.DataFrame, theta: Array, band: float, level: float, thresholds: Thresholds
) -> pd.DataFrame:
    """Compare each department with the typical one of its kind in other agencies."""
    agency, kind = part["agency"].to_numpy(), part["kind"].to_numpy()
    for place in range(len(part)):
        if not kind[place]:
            continue
        others = np.flatnonzero((kind == kind[place]) & (agency != agency[place]))
        part.loc[place, "kind_peers"] = float(len(others))
        if len(others) < thresholds.peers:
            continue
        typical = np.median(theta[:, others], axis=1)
        found = compare_draws((theta[:, place] - typical)[:, None], band, level)
        part.loc[place, "kind_peer"] = typical.mean()
        part.loc[place, [f"kind_{name}" for name in found]] = [v[0] for v in found.values()]
    return part


def _spread_facts(part: pd.DataFrame, theta: Array, level: float) -> Facts:
    """Say how far departments of one agency, and agencies, lie apart."""
    agency, names = pd.factorize(part["agency"])
    inside, between = spreads(theta, agency.astype(np.int64))
    facts: Facts = {"agencies": len(names), "p_wider": float((inside > between).mean())}
    for name, values in (("inside", inside), ("between", between), ("ratio", inside / between)):
        facts |= _named(name, values, level)
    return facts


def _named(name: str, values: Array, level: float) -> Facts:
    middle, low, high = middle_and_range(values, level)
    return {name: middle, f"{name}_low": low, f"{name}_high": high}


def _dispersion(
    scores: Estimates, previous: Estimates, level: float, draws: int, seed: int
) -> Facts:
    """Compare how far the departments shown in both waves lie apart, now and then."""
    both = set(_open(scores)) & set(_open(previous))
    several = pd.Series([key[0] for key in both], dtype=object).value_counts()
    kept = {key for key in both if several[key[0]] > 1}
    facts: Facts = {
        "matched": len(kept),
        "period_before": str(previous.facts.get("period", "")),
    }
    sides = []
    for number, side in enumerate((previous, scores)):
        keys = zip(side.frame["agency"], side.frame["department"], strict=True)
        used = np.array([key in kept for key in keys], dtype=bool)
        found = _fit(side, used, draws, seed + 1 + number)
        if isinstance(found, str):
            return facts | {"no_dispersion": found}
        agency, _ = pd.factorize(side.frame.loc[used, "agency"])
        sides.append(spreads(found[1], agency.astype(np.int64))[0])
    before, after = sides
    facts |= _named("before", before, level) | _named("after", after, level)
    return facts | _named("dispersion", after / before, level)


def _is_earlier(previous: Estimates, scores: Estimates) -> bool:
    """Tell whether there is another wave, and departments in it."""
    same = previous.facts.get("period") == scores.facts.get("period")
    return not previous.frame.empty and not (same and "period" in scores.facts)


def _open(scores: Estimates) -> list[tuple[str, str]]:
    shown = scores.frame.loc[scores.frame["suppressed_reason"] == ""]
    return list(zip(shown["agency"], shown["department"], strict=True))
