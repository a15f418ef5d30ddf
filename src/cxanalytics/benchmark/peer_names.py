"""May a page name the peers of its agency?

`named` prints them. `anonymous` prints codes, and nothing that a single peer alone has: neighbors
in score are averaged, three at least, in groups that differ from page to page, so that no row of
one page can be found again on another by its figures. The draw of codes and groups hangs on the
unrounded scores, which no reader has; knowing the seed is of no use. `summary` prints no peer at
all: only the middle score and the middle half of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from cxanalytics.errors import ParamsError, must_be
from cxanalytics.rules import AHEAD_AT_LEAST, THRESHOLDS, VERDICTS, Thresholds
from cxanalytics.tables import Benchmark, Estimates

NAMED, ANONYMOUS, SUMMARY = ("named", "anonymous", "summary")
PEER_NAMES = (NAMED, ANONYMOUS, SUMMARY)

ALIKE_ROWS = 3
"""Fewest peers that share their figures on a page without names."""

NAMES_FACT, RANKED_FACT, CALLS_FACT = "peer_names", "ranked", "calls_{verdict}"
_KEPT_FACTS = (
    "seed",
    "draws",
    "center",
    "spread",
    "spread_reml",
    "mean_reliability",
    "shown",
    "suppressed",
    "statistic",
    "measure",
    "period",
    "peer_set",
)
_HUNDREDTHS = 2
_WHOLE = ("rank_low", "rank_high", "peers")
_COUNTS = ("n", "n_eff")
_WORDS = ("key", "verdict", "suppressed_reason", "change_reason")


def mask_peers(
    boards: Mapping[str, Benchmark],
    agency: str | None,
    *,
    names: str = NAMED,
    seed: int,
    thresholds: Thresholds = THRESHOLDS,
) -> dict[str, Benchmark]:
    """Give the boards as one page may print them.

    Parameters
    ----------
    boards : mapping of str to Benchmark
        By measure.
    agency : str or None
        The agency of the page, whose own rows stay as they are; None for a page of all agencies,
        on which each is a peer.
    names : str
        "named", "anonymous" or "summary".
    seed : int
        Of codes and groups, which differ between pages and measures.
    thresholds : Thresholds
        Read is `peers`.

    Returns
    -------
    dict of str to Benchmark
        "anonymous": peers are called Peer 1, Peer 2, ...; each figure is the average of a group of
        at least `ALIKE_ROWS` neighbors in score, rounded, and alike in all of them. An average has
        no verdict; how many agencies have which stays, as do the calls and how many of them are
        expected to be wrong (facts `calls_above` and so on, `called`, `expected_wrong`).
        "summary": the row of the agency alone; the typical peer and the middle half stand in it.
        Notes and facts that could name a peer are left out of both.

    Raises
    ------
    ParamsError
        Unknown `names`, or "summary" without an agency.

    Assumes
    -------
    Who reads one page does not hold the unrounded scores. Pages of the publisher (audit, appendix,
    executed notebooks of earlier steps) name agencies and are not handed out.
    """
    if names not in PEER_NAMES:
        raise ParamsError(must_be("names", PEER_NAMES, names))
    if names == NAMED:
        return dict(boards)
    if names == SUMMARY:
        if agency is None:
            raise ParamsError("`names` 'summary' leaves nothing to list on a page of all agencies.")
        return {name: _summary(board, agency, thresholds) for name, board in boards.items()}
    return {
        name: _anonymous(board, agency, _secret(board, agency, name, seed))
        for name, board in boards.items()
    }


def _secret(board: Benchmark, agency: str | None, measure: str, seed: int) -> np.random.Generator:
    """Draw from what no reader has: the unrounded scores."""
    told = f"{seed}\n{agency}\n{measure}\n".encode()
    figures = board.frame.select_dtypes("number").to_numpy(dtype=float)
    digest = hashlib.sha256(told + figures.tobytes() + "\n".join(board.frame["key"]).encode())
    return np.random.default_rng(list(digest.digest()))


def _summary(board: Benchmark, agency: str, thresholds: Thresholds) -> Benchmark:
    own = board.frame.loc[board.frame["key"] == agency].reset_index(drop=True)
    few = own["peers"].fillna(0.0) < thresholds.peers
    own.loc[few, ["peer", "peer_low_quarter", "peer_high_quarter"]] = np.nan
    keys = [agency] if len(board.shown) and agency in set(board.shown["key"]) else []
    empty = pd.DataFrame(index=pd.Index(keys, name="key"))
    facts = _facts(board, SUMMARY)
    return replace(board, frame=own, rank_probability=empty, p_ahead=empty, checks=(), facts=facts)


def _anonymous(board: Benchmark, agency: str | None, rng: np.random.Generator) -> Benchmark:
    frame = board.frame
    peers = frame.loc[frame["key"] != agency]
    drawn = [f"Peer {place + 1}" for place in rng.permutation(len(peers))]
    codes = dict(zip(peers["key"], drawn, strict=True))
    shown = peers.loc[peers["suppressed_reason"] == ""]
    masked = frame.copy()
    figures = [name for name in frame.columns if name not in _WORDS]
    masked.loc[peers.index, figures] = np.nan
    for group in _groups(shown, rng):
        averaged = _average(frame.loc[group, figures])
        masked.loc[group, figures] = np.tile(averaged.to_numpy(), (len(group), 1))
    if len(shown) < ALIKE_ROWS:
        masked = masked.drop(index=shown.index)
    others = masked["key"] != agency
    masked.loc[others, "verdict"], masked.loc[others, "certainty"] = "", np.nan
    masked["key"] = [codes.get(key, key) for key in frame.loc[masked.index, "key"]]
    masked = masked.sort_values("key", key=lambda column: column.map(_code_order))
    kept = masked["key"].tolist()
    return replace(
        board,
        frame=masked.reset_index(drop=True),
        rank_probability=pd.DataFrame(index=pd.Index([], name="key")),
        p_ahead=_ahead(board.p_ahead, agency, codes, kept),
        checks=(),
        facts=_facts(board, ANONYMOUS),
    )


def _code_order(key: str) -> int:
    number = key.removeprefix("Peer ")
    return int(number) if number.isdigit() else 0


def _groups(shown: pd.DataFrame, rng: np.random.Generator) -> list[pd.Index]:
    """Cut neighbors in score into groups of three to five, at places drawn for this page."""
    order = shown.sort_values(["estimate", "key"], ascending=[False, True]).index
    groups, start = [], 0
    while len(order) - start >= ALIKE_ROWS:
        left = len(order) - start
        size = int(rng.integers(ALIKE_ROWS, 2 * ALIKE_ROWS))
        size = left if left - size < ALIKE_ROWS else size
        groups.append(order[start : start + size])
        start += size
    return groups


def _average(rows: pd.DataFrame) -> pd.Series:
    """Average a group, missing figures only where all miss them, and round as pages print."""
    averaged = rows.mean().round(_HUNDREDTHS)
    for name in averaged.index.intersection(list(_WHOLE)):
        averaged[name] = np.round(averaged[name])
    for name in averaged.index.intersection(list(_COUNTS)):
        averaged[name] = float(f"{averaged[name]:.1g}") if pd.notna(averaged[name]) else np.nan
    return averaged


def _ahead(
    ahead: pd.DataFrame, agency: str | None, codes: Mapping[str, str], kept: list[str]
) -> pd.DataFrame:
    """Keep who is clearly ahead of the agency of the page, as yes, no or open; nothing else."""
    if ahead.empty or agency not in ahead.columns:
        return pd.DataFrame(index=pd.Index([], name="key"))
    named = {key: codes.get(key, key) for key in ahead.index}
    out = pd.DataFrame(0.5, index=list(ahead.index), columns=list(ahead.index))
    clear = ahead.ge(AHEAD_AT_LEAST).astype(float) - ahead.T.ge(AHEAD_AT_LEAST).astype(float)
    out.loc[agency] = 0.5 + 0.5 * clear.loc[agency]
    out[agency] = 0.5 + 0.5 * clear[agency]
    out = out.rename(index=named, columns=named)
    order = [key for key in kept if key in out.index]
    out = out.loc[order, order]
    return out.rename_axis(index="key", columns="over")


def _facts(board: Benchmark, names: str) -> dict[str, float | int | str | bool]:
    """Keep facts that name nobody; count verdicts and calls before the rows are masked."""
    facts = {name: board.facts[name] for name in _KEPT_FACTS if name in board.facts}
    certainty, verdicts = board.shown["certainty"].dropna(), board.shown["verdict"]
    calls = {CALLS_FACT.format(verdict=one): int((verdicts == one).sum()) for one in VERDICTS}
    return (
        facts
        | calls
        | {
            NAMES_FACT: names,
            RANKED_FACT: int(board.shown["rank_low"].notna().sum()),
            "called": len(certainty),
            "expected_wrong": float((1.0 - certainty).sum()),
        }
    )


def mask_leaders(
    achievable: Estimates, agency: str | None, *, names: str = NAMED
) -> Estimates | None:
    """Give the level of the leading group as one page may print it.

    Parameters
    ----------
    achievable : Estimates
        From `benchmark_achievable`.
    agency : str or None
        The agency of the page; None for a page of all agencies.
    names : str
        As for `mask_peers`.

    Returns
    -------
    Estimates or None
        None without names where fewer than `ALIKE_ROWS` others lead: who knows one would have the
        rest from the level of the group.

    Raises
    ------
    ParamsError
        Unknown `names`.
    """
    if names not in PEER_NAMES:
        raise ParamsError(must_be("names", PEER_NAMES, names))
    frame = achievable.frame
    if names == NAMED or frame.empty:
        return achievable
    own = bool(frame.loc[frame["key"] == agency, "leading"].astype(bool).any())
    return achievable if int(achievable.facts["leading"]) - own >= ALIKE_ROWS else None
