"""Would another choice of peers give another verdict?

The joint draws behind the verdicts (same seed, same number) are compared with the typical one of
other peers: of all agencies, of those that a rule calls alike, of the nearest in numbers that are
no scores, and of all but one, each one in turn. Scores do not move, only whom they are compared
with.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.benchmark.nested import choose_band, score_range
from cxanalytics.benchmark.peer_sets import NEIGHBORS, member_rows, nearest_neighbors
from cxanalytics.benchmark.scores import suppression_reasons
from cxanalytics.benchmark.variances import joint_variances, smooth_variances
from cxanalytics.errors import ModelError
from cxanalytics.numerics.peers import gaps_to_peer_sets, medians_without_one
from cxanalytics.numerics.shrinkage import shrink_normal
from cxanalytics.rules import (
    CALL_AT_LEAST,
    DRAWS,
    LEVEL,
    THRESHOLDS,
    VERDICTS,
    Thresholds,
)
from cxanalytics.tables import Check, Estimates

Array = NDArray[np.float64]

ONE_OUT_AT_MOST = 150
"""Agencies up to which each is left out in turn; one of more cannot move a middle score."""

DECLARED, ALL, ALIKE, NEAREST, ONE_OUT = ("declared", "all", "alike", "nearest", "one_out")
WAYS = (DECLARED, ALL, ALIKE, NEAREST, ONE_OUT)
COLUMNS = (
    "agency",
    "way",
    "verdict",
    "declared",
    "changed",
    "turned",
    "share",
    "certainty",
    "peers",
)


def benchmark_peer_sensitivity(
    scores: Estimates,
    *,
    seed: int,
    peers: Mapping[str, Collection[str]] | Collection[str] | None = None,
    alike: Mapping[str, Collection[str]] | None = None,
    profile: pd.DataFrame | None = None,
    difference: float | None = None,
    draws: int = DRAWS,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Call each verdict again with other peers.

    Parameters
    ----------
    scores : Estimates
        One row per agency, as for `benchmark_scores`.
    seed : int
    peers : collection of str, or mapping of str to collection of str, optional
        The declared peers, as for `benchmark_scores`; all by default.
    alike : mapping of str to collection of str, optional
        Peers by rule, from `choose_peers`; left out where there are none.
    profile : DataFrame, optional
        A row per agency (index) of numbers that are no scores, for the nearest neighbors; the
        number of answers where it is absent.
    difference : float, optional
        Smallest difference that matters; as for `benchmark_scores`.
    draws : int
    level : float
        Probability content of the ranges.
    thresholds : Thresholds

    Returns
    -------
    Estimates
        A row per agency with a verdict and way of `WAYS`; "all" and "alike" where they differ from
        what the study declares. `estimate` is the gap to the typical peer, with its range; `agency
        way verdict declared changed turned share certainty peers`. `declared` is the verdict with
        the declared peers, `changed` whether this way gives another, `turned` whether above became
        below or the reverse. For "one_out", `share` of the others whose omission alone changes the
        verdict, `verdict` the one most omissions give, and the range is that of the gap with all
        declared peers. Facts: `agencies`; `declared`, whether the study declares peers; and by way
        `changed_`, `turned_`.

    Raises
    ------
    ParamsError
        An option out of range, or means without a `difference`.
    ModelError
        Too few agencies, or listed peers, shown.

    Assumes
    -------
    As `benchmark_scores`. The number of changed verdicts counts small shifts of a chance across
    `CALL_AT_LEAST` as well; `turned` does not.

    Reference
    ---------
    methods.md#peers.
    """
    band = choose_band(scores, difference, draws, seed)
    shown = (suppression_reasons(scores, thresholds=thresholds) == "").to_numpy()
    frame = scores.frame.loc[shown].reset_index(drop=True)
    if len(frame) <= thresholds.peers:
        raise ModelError(
            f"Other peers need more than {thresholds.peers} agencies shown; got {len(frame)}."
        )
    keys = frame["key"].tolist()
    judged = _judged(keys, peers, thresholds.peers)
    theta = _draw(scores, frame, shown, draws=draws, seed=seed)
    sets = _sets(frame, peers, alike, profile)
    tables, members = {}, {}
    for way, chosen in sets.items():
        members[way], _ = member_rows(keys, chosen, enough=thresholds.peers)
        tables[way] = _judge(theta, members[way], band, level)
    if len(frame) <= ONE_OUT_AT_MOST:
        one_out = _leave_one_out(theta, members[DECLARED], band, tables[DECLARED])
        tables[ONE_OUT] = one_out
    first = tables[DECLARED]["verdict"].to_numpy()
    rows = [_row_table(way, table, frame, first) for way, table in tables.items()]
    out = pd.concat(rows, ignore_index=True)
    out = out.loc[out["agency"].isin(judged)].reset_index(drop=True)
    facts: dict[str, float | int | str | bool] = {"agencies": len(judged), "seed": seed}
    facts["declared"] = bool(peers)
    for way in list(tables)[1:]:
        part = out.loc[out["way"] == way]
        facts[f"changed_{way}"] = int(part["changed"].sum())
        facts[f"turned_{way}"] = int(part["turned"].sum())
    return Estimates(
        frame=out,
        quantity="Gap to the typical peer, by choice of peers",
        level=level,
        checks=(_check(facts, list(tables)[1:]),),
        facts=facts,
    )


def _judged(
    keys: list[str], peers: Mapping[str, Collection[str]] | Collection[str] | None, enough: int
) -> list[str]:
    """Keep the agencies that have a verdict on their page: listed peers must be enough."""
    if peers is None or isinstance(peers, Mapping):
        return keys
    listed = set(peers) & set(keys)
    judged = [key for key in keys if len(listed - {key}) >= enough]
    if not judged:
        raise ModelError(
            f"Other peers need at least {enough} listed peers shown; got {len(listed)}."
        )
    return judged


def _draw(
    scores: Estimates, frame: pd.DataFrame, shown: NDArray[np.bool_], *, draws: int, seed: int
) -> Array:
    smoothed = smooth_variances(frame, statistic=str(scores.facts.get("statistic", "")))
    covariance = None
    if scores.covariance is not None:
        covariance = scores.covariance[np.ix_(shown, shown)]
    fit = shrink_normal(
        frame["estimate"].to_numpy(dtype=float), joint_variances(smoothed, covariance)
    )
    return np.clip(fit.draws(draws, seed=seed), *score_range(scores))


def _sets(
    frame: pd.DataFrame,
    peers: Mapping[str, Collection[str]] | Collection[str] | None,
    alike: Mapping[str, Collection[str]] | None,
    profile: pd.DataFrame | None,
) -> dict[str, Mapping[str, Collection[str]]]:
    keys = frame["key"].tolist()
    if peers is None or isinstance(peers, Mapping):
        declared = peers or {}
    else:
        declared = dict.fromkeys(keys, peers)
    near = profile
    if near is None:
        near = pd.DataFrame({"n": np.log(frame["n"].to_numpy(dtype=float))}, index=keys)
    sets: dict[str, Mapping[str, Collection[str]]] = {DECLARED: declared}
    if declared:
        sets[ALL] = {}
    if alike and alike != declared:
        sets[ALIKE] = alike
    return sets | {NEAREST: nearest_neighbors(near.reindex(keys), number=NEIGHBORS)}


def _judge(
    theta: Array, members: NDArray[np.bool_], difference: float, level: float
) -> pd.DataFrame:
    gaps = gaps_to_peer_sets(theta, members)
    tail = 0.5 * (1.0 - level)
    low, high = np.quantile(gaps.gap, [tail, 1.0 - tail], axis=0)
    verdict, certainty = _verdicts(gaps.gap, difference)
    return pd.DataFrame(
        {
            "estimate": gaps.gap.mean(axis=0),
            "std_error": gaps.gap.std(axis=0, ddof=1),
            "conf_low": low,
            "conf_high": high,
            "verdict": verdict,
            "certainty": certainty,
            "peers": gaps.others.astype(float),
            "share": np.nan,
        }
    )


def _verdicts(gap: Array, difference: float) -> tuple[NDArray[np.object_], Array]:
    """Call verdicts from draws of gaps, by the rule of all verdicts."""
    over, under, about, unclear = VERDICTS
    above, below = gap > difference, gap < -difference
    verdict = np.full(gap.shape[1], unclear, dtype=object)
    certainty = np.full(gap.shape[1], np.nan)
    for word, drawn in ((over, above), (under, below), (about, ~(above | below))):
        chance = drawn.mean(axis=0)
        called = chance >= CALL_AT_LEAST
        verdict[called], certainty[called] = word, chance[called]
    return verdict, certainty


def _leave_one_out(
    theta: Array, members: NDArray[np.bool_], difference: float, declared: pd.DataFrame
) -> pd.DataFrame:
    """Leave each peer of each agency out in turn, and count the verdicts that change."""
    rows = []
    for unit, row in enumerate(members):
        gap = theta[:, [unit]] - medians_without_one(theta[:, row])
        verdicts, _ = _verdicts(gap, difference)
        first = np.full(len(verdicts), declared["verdict"].iloc[unit], dtype=object)
        names, number = np.unique(verdicts.astype(str), return_counts=True)
        other = verdicts != first
        rows.append(
            {
                "share": float(other.mean()),
                "verdict": str(names[number.argmax()]),
                "any": bool(other.any()),
                "turned": bool(_opposite(first, verdicts).any()),
            }
        )
    kept = declared.drop(columns=["share", "verdict"])
    kept = kept.assign(certainty=np.nan, peers=kept["peers"] - 1)
    return kept.join(pd.DataFrame(rows))


def _opposite(first: NDArray[np.object_], second: NDArray[np.object_]) -> NDArray[np.bool_]:
    above, below = VERDICTS[:2]
    turned = (first == above) & (second == below) | (first == below) & (second == above)
    return np.asarray(turned, dtype=bool)


def _row_table(
    way: str, table: pd.DataFrame, frame: pd.DataFrame, first: NDArray[np.object_]
) -> pd.DataFrame:
    verdict = table["verdict"].to_numpy()
    changed = table.get("any", verdict != first)
    turned = table.get("turned", _opposite(first, verdict))
    out = table.assign(
        key=[f"{key}/{way}" for key in frame["key"]],
        agency=frame["key"],
        way=way,
        n=frame["n"].astype(float),
        declared=first,
        changed=np.asarray(changed, dtype=bool),
        turned=np.asarray(turned, dtype=bool),
    )
    return out[["key", "estimate", "std_error", "conf_low", "conf_high", "n", *COLUMNS]]


def _check(facts: Mapping[str, float | int | str | bool], ways: list[str]) -> Check:
    told = "; ".join(f"{way.replace('_', ' ')}: {facts[f'changed_{way}']}" for way in ways)
    return Check("peer sensitivity", None, f"Verdicts that change, of {facts['agencies']}: {told}.")
