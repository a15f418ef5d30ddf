"""What do the data say of the claims about comparing agencies?

Rules were fixed before any result: a difference beyond what chance leaves, a yardstick that tells
less than others, leaders that are almost certainly leaders.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cxanalytics.claims import CLAIMS
from cxanalytics.claims.verdicts import (
    CONTRADICTED,
    NOT_TESTABLE_HERE,
    OF_STAFF,
    SUPPORTED,
    TOO_IMPRECISE,
)
from cxanalytics.models.claims_tested import COLUMNS
from cxanalytics.rules import AHEAD_AT_LEAST
from cxanalytics.tables import Benchmark, Estimates

TESTED = (22, 23, 24)
"""Numbers of the claims that are tested here."""

TOP_PART = 10
"""The leading group is one in so many agencies."""

NOT_RANKED = "enough agencies to be ranked"

_WORDS = ("title", "verdict", "grade", "missing", "about")


def fit_tested_benchmark_claims(
    *,
    board: Benchmark | None = None,
    adjusted: Benchmark | Estimates | None = None,
    sectors: Estimates | None = None,
    achievable: Estimates | None = None,
    of_staff: bool = False,
) -> pd.DataFrame:
    """Give the verdict on each claim about comparing agencies.

    Parameters
    ----------
    board : Benchmark, optional
        Of the outcome.
    adjusted : Benchmark, optional
        The same with scores adjusted for who answered; claim 22 needs it.
    sectors : Estimates, optional
        From `fit_sector_prediction`. Without rows it counts as missing, for the fact `reason`.
    achievable : Estimates, optional
        From `benchmark_achievable`.
    of_staff : bool
        Staff answered, so that claims about customers are not tested.

    Returns
    -------
    DataFrame
        A row per claim, 22 to 24, with the columns of `fit_tested_claims`. Claim 22: `estimate` is
        the gap of the surest agency, `p_first` its chance, `changed` and `other` the numbers of
        agencies called above or below, unadjusted and adjusted. Claim 23: `estimate` is the error
        of companies less that of government peers, `ratio` of the two; `other` the error of
        companies less that of the own score, `share_low share_high` its range; `changed` the
        number of companies. Claim 24: `estimate` is the level of the leading group, `changed` how
        many are in it almost certainly, `other` how many may be, `p_first` the largest chance.

    Assumes
    -------
    What the benchmarks assume. In claim 22 the surest agency is picked after seeing all, so its
    chance is held against the whole number of agencies.

    Reference
    ---------
    docs/claims.md; methods.md#companies-as-peers.
    """
    if not isinstance(adjusted, Benchmark):
        adjusted = None
    rows = {22: _differs(board, adjusted), 23: _futile(sectors), 24: _leaders(board, achievable)}
    if of_staff:
        rows = dict.fromkeys(rows, _missing(OF_STAFF))
    titles = {claim.number: claim.title for claim in CLAIMS}
    empty = {name: "" if name in _WORDS else np.nan for name in COLUMNS}
    told = [empty | rows[number] | {"claim": number, "title": titles[number]} for number in TESTED]
    frame = pd.DataFrame(told, columns=list(COLUMNS))
    numbers = [name for name in COLUMNS if name not in (*_WORDS, "claim")]
    return frame.astype(dict.fromkeys(numbers, float))


def _missing(what: str) -> dict[str, Any]:
    return {"verdict": NOT_TESTABLE_HERE, "missing": what}


def _judged(board: Benchmark | None) -> pd.DataFrame:
    return pd.DataFrame() if board is None else board.shown.loc[board.shown["gap"].notna()]


def _differs(board: Benchmark | None, adjusted: Benchmark | None) -> dict[str, Any]:
    raw, rows = _judged(board), _judged(adjusted)
    if board is not None and raw.empty:
        return _missing("agencies to compare")
    if rows.empty or adjusted is None:
        return _missing("case mix")
    chance = rows[["p_above", "p_below"]].max(axis=1)
    surest = rows.iloc[int(chance.to_numpy().argmax())]
    needed = 1.0 - (1.0 - AHEAD_AT_LEAST) / len(rows)
    verdict = TOO_IMPRECISE
    if chance.max() >= needed:
        verdict = SUPPORTED
    elif (rows["p_same"] >= AHEAD_AT_LEAST).all():
        verdict = CONTRADICTED
    called = rows["verdict"].isin(["above", "below"]).sum()
    before = raw["verdict"].isin(["above", "below"]).sum() if len(raw) else np.nan
    return {
        "verdict": verdict,
        "grade": "D",
        "estimate": surest["gap"],
        "conf_low": surest["gap_low"],
        "conf_high": surest["gap_high"],
        "n": rows["n"].sum(),
        "agencies": len(rows),
        "p_first": chance.max(),
        "changed": before,
        "other": called,
    }


def _futile(sectors: Estimates | None) -> dict[str, Any]:
    if sectors is None or sectors.frame.empty:
        reason = "" if sectors is None else str(sectors.facts.get("reason", ""))
        return _missing(reason or "both sectors")
    peers, own, ratio = (sectors.row(key) for key in ("against_government", "against_own", "ratio"))
    verdict = TOO_IMPRECISE
    if peers["conf_low"] > 0.0 and own["conf_low"] > 0.0:
        verdict = SUPPORTED
    elif peers["conf_high"] < 0.0 or own["conf_high"] < 0.0:
        verdict = CONTRADICTED
    return {
        "verdict": verdict,
        "grade": str(sectors.facts["grade"]),
        "n": float(sectors.facts["n"]),
        "agencies": float(sectors.facts["agencies"]),
        **dict(peers[["estimate", "conf_low", "conf_high"]]),
        "ratio": ratio["estimate"],
        "ratio_low": ratio["conf_low"],
        "ratio_high": ratio["conf_high"],
        "other": own["estimate"],
        "share_low": own["conf_low"],
        "share_high": own["conf_high"],
        "changed": float(sectors.facts["companies"]),
    }


def top_chances(board: Benchmark) -> pd.Series:
    """Give each ranked agency's chance to be in the leading group of one in `TOP_PART`."""
    chance = board.rank_probability
    places = max(1, int(np.ceil(len(chance) / TOP_PART)))
    return chance[[place for place in chance.columns if int(place) <= places]].sum(axis=1)


def _leaders(board: Benchmark | None, achievable: Estimates | None) -> dict[str, Any]:
    if board is None or board.rank_probability.shape[1] == 0:
        return _missing(NOT_RANKED)
    chance = top_chances(board)
    sure = int((chance >= AHEAD_AT_LEAST).sum())
    may = int((chance > 1.0 - AHEAD_AT_LEAST).sum())
    verdict = TOO_IMPRECISE
    if sure > 0:
        verdict = SUPPORTED
    elif len(judged := _judged(board)) and (judged["p_same"] >= AHEAD_AT_LEAST).all():
        verdict = CONTRADICTED
    level = {"estimate": np.nan, "conf_low": np.nan, "conf_high": np.nan}
    if achievable is not None and len(achievable.frame):
        names = ("achievable", "achievable_low", "achievable_high")
        level = dict(zip(level, [float(achievable.facts[name]) for name in names], strict=True))
    return {
        "verdict": verdict,
        "grade": "D",
        **level,
        "n": board.shown["n"].sum(),
        "agencies": len(chance),
        "changed": sure,
        "other": may,
        "p_first": chance.max(),
    }
