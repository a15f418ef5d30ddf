"""Who are the peers of an agency, by what the study says of it?

Peers are chosen by attributes that have nothing to do with the score: of the same function and
contact mode, of about the same size. Choosing them by their scores would make everyone typical.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.errors import ParamsError, must_be
from cxanalytics.formats import list_words
from cxanalytics.rules import THRESHOLDS, Thresholds
from cxanalytics.tables import Check

ALIKE_WITHIN = 2.0
"""A number is alike from the half to the double of one's own."""

NEIGHBORS = 12
"""Peers of an agency in the comparison with its nearest neighbors."""

PEER_SET = "peer_set"
"""Fact of a board that names its peers in words."""


def choose_peers(
    attributes: pd.DataFrame,
    *,
    like: Sequence[str] = (),
    where: Mapping[str, Collection[str]] | None = None,
    thresholds: Thresholds = THRESHOLDS,
) -> tuple[dict[str, list[str]], Check]:
    """Choose the peers of each agency by rule.

    Parameters
    ----------
    attributes : DataFrame
        A row per agency; its index is the agency. Text, and numbers such as a size.
    like : sequence of str
        Columns in which peers are alike: the same text, or a number within `ALIKE_WITHIN`. Who has
        no entry is like nobody.
    where : mapping of str to collection of str, optional
        Column to the values that peers have, the same for every agency.
    thresholds : Thresholds
        Read is `peers`.

    Returns
    -------
    tuple of (dict of str to list of str, Check)
        Agency to its peers. An agency with fewer than `peers` others has the whole set, and the
        check says for how many that is so.

    Raises
    ------
    ParamsError
        An unknown column, a value that no agency has, or neither `like` nor `where`.
    """
    where = where or {}
    if not like and not where:
        raise ParamsError("`like` or `where` must be given to choose peers by rule.")
    for name in (*like, *where):
        if name not in attributes:
            raise ParamsError(must_be("like", list(attributes.columns), name))
    keys = [str(key) for key in attributes.index]
    alike = np.ones((len(keys), len(keys)), dtype=bool)
    for name in like:
        alike &= _alike(attributes[name])
    for name, values in where.items():
        alike &= _has(attributes[name], values)[None, :]
    np.fill_diagonal(alike, False)
    few = alike.sum(axis=1) < thresholds.peers
    alike[few] = ~np.eye(len(keys), dtype=bool)[few]
    chosen = {
        key: [other for other, peer in zip(keys, row, strict=True) if peer]
        for key, row in zip(keys, alike, strict=True)
    }
    return chosen, _check(int(few.sum()), len(keys), thresholds.peers)


def name_rule(like: Sequence[str], where: Mapping[str, Collection[str]] | None = None) -> str:
    """Name a rule for peers: "alike in function and size"."""
    parts = [f"alike in {list_words([_plain(name) for name in like])}"] if like else []
    parts += [
        f"with {_plain(name)} {' or '.join(str(value) for value in values)}"
        for name, values in (where or {}).items()
    ]
    return ", ".join(parts)


def nearest_neighbors(profile: pd.DataFrame, *, number: int = NEIGHBORS) -> dict[str, list[str]]:
    """Find for each agency those that are nearest to it in standardized numbers.

    Parameters
    ----------
    profile : DataFrame
        A row per agency, numbers alone; no score among them.
    number : int
        Neighbors of each agency.

    Returns
    -------
    dict of str to list of str
        Nearest first; the name decides between equals.
    """
    table = profile.sort_index().astype(float)
    spread = table.std(ddof=0).replace(0.0, 1.0)
    values = ((table - table.mean()) / spread).fillna(0.0).to_numpy()
    keys = [str(key) for key in table.index]
    distance = np.square(values[:, None, :] - values[None, :, :]).sum(axis=2)
    np.fill_diagonal(distance, np.inf)
    order = np.argsort(distance, axis=1, kind="stable")[:, : min(number, len(keys) - 1)]
    return {key: [keys[place] for place in row] for key, row in zip(keys, order, strict=True)}


def member_rows(
    keys: Sequence[str], sets: Mapping[str, Collection[str]], *, enough: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Flag the peers of each agency among those that are shown.

    Parameters
    ----------
    keys : sequence of str
        Agencies that are shown.
    sets : mapping of str to collection of str
        Agency to its peers; an agency that is not in it has all others.
    enough : int
        With fewer shown peers an agency has all others.

    Returns
    -------
    tuple of (ndarray of bool, shape (agencies, agencies), ndarray of bool)
        Peers of each, and which agencies had too few of their own.
    """
    all_others = ~np.eye(len(keys), dtype=bool)
    rows = np.array([np.isin(keys, list(sets.get(key, keys))) for key in keys]).reshape(
        len(keys), len(keys)
    )
    rows &= all_others
    few = rows.sum(axis=1) < enough
    rows[few] = all_others[few]
    return rows, few


def peers_with_scores(
    peers: Sequence[str] | Mapping[str, Collection[str]] | None, known: Collection[str]
) -> list[str] | dict[str, list[str]] | None:
    """Leave peers out that have no score there.

    Parameters
    ----------
    peers : sequence of str, or mapping of str to collection of str, optional
        As in `benchmark_scores`.
    known : collection of str
        Agencies with a score, or without one for a reason.

    Returns
    -------
    list of str, dict of str to list of str, or None
        In the same shape.
    """
    if peers is None:
        return None
    among = set(known)
    if isinstance(peers, Mapping):
        return {
            agency: [peer for peer in own if peer in among]
            for agency, own in peers.items()
            if agency in among
        }
    return [peer for peer in peers if peer in among]


def _alike(column: pd.Series) -> NDArray[np.bool_]:
    if pd.api.types.is_numeric_dtype(column):
        values = column.to_numpy(dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = values[:, None] / values[None, :]
        near = (ratio <= ALIKE_WITHIN) & (ratio >= 1.0 / ALIKE_WITHIN)
        return np.asarray(near | (values[:, None] == values[None, :]))
    text = column.fillna("").astype(str).to_numpy()
    return np.asarray((text[:, None] == text[None, :]) & (text != "")[:, None])


def _has(column: pd.Series, values: Collection[str]) -> NDArray[np.bool_]:
    text = column.fillna("").astype(str)
    known = sorted(set(text) - {""})
    for value in values:
        if str(value) not in known:
            raise ParamsError(must_be("where", known, str(value)))
    return text.isin([str(value) for value in values]).to_numpy()


def _check(few: int, total: int, enough: int) -> Check:
    if few == 0:
        return Check("peer rule", True, f"Every agency has {enough} peers or more by the rule.")
    text = (
        f"{few} of {total} agencies have fewer than {enough} peers by the rule; they are compared "
        "with the whole set."
    )
    return Check("peer rule", False, text)


def _plain(name: str) -> str:
    return name.replace("_", " ")
