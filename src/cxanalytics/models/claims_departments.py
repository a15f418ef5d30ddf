"""What do the data say of the claims about channels and departments?

Rules were fixed before any result. Self-assessments and the work of department officers are not
measured here; their rows say what is missing, and what is known without it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cxanalytics.claims import CLAIMS
from cxanalytics.claims.verdicts import NOT_TESTABLE_HERE, OF_STAFF, judge_interval
from cxanalytics.models.claims_tested import COLUMNS
from cxanalytics.tables import Benchmark, Estimates

TESTED = (27, 28, 35, 37)
"""Numbers of the claims that are tested here."""

NO_COMPARISON = "the same departments over time, with and without an officer"
"""What the claim that officers make a strategy succeed needs, and is not compared here."""

_WORDS = ("title", "verdict", "grade", "missing", "about")
_SPREAD = ("ratio", "ratio_low", "ratio_high")


def fit_department_claims(
    *,
    departments: Benchmark | None = None,
    channels: Estimates | None = None,
    officers: int | None = None,
    of_staff: bool = False,
) -> pd.DataFrame:
    """Give the verdict on each claim about channels and departments.

    Parameters
    ----------
    departments : Benchmark, optional
        From `benchmark_departments`; with an earlier wave for claim 37.
    channels : Estimates, optional
        From `benchmark_channels`. Without rows it counts as missing, for the fact `reason`.
    officers : int, optional
        Departments whose officer has a known start.
    of_staff : bool
        Staff answered, so that claims about customers are not tested.

    Returns
    -------
    DataFrame
        A row per claim, 27, 28, 35 and 37, with the columns of `fit_tested_claims`. Claim 27:
        `changed` of `other` pairs of channels get another verdict by adjusting. Claim 28:
        `estimate` is how far the channels of one agency lie apart, judged against the smallest
        difference that matters, in `other`. Claim 35: `estimate` how far departments of one agency
        lie apart, `other` how far agencies do, `ratio` of the two; `about` the verdict on "more
        than agencies". Claim 37: `ratio` of the spread of departments, now to then; `about` the
        earlier wave.

    Assumes
    -------
    What the benchmarks assume. A spread that grows or shrinks has many reasons beside officers.

    Reference
    ---------
    docs/claims.md; methods.md#departments.
    """
    rows = {
        27: _self_assessment(channels),
        28: _same_everywhere(channels),
        35: _officers(departments),
        37: _fragmented(departments, officers),
    }
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


def _lacking(channels: Estimates | None) -> dict[str, Any] | None:
    if channels is not None and len(channels.frame):
        return None
    reason = "" if channels is None else str(channels.facts.get("reason", ""))
    return _missing(reason or "channel")


def _over_all(channels: Estimates, row: str) -> pd.DataFrame:
    frame = channels.frame
    return frame.loc[(frame["row"] == row) & (frame["agency"] == "")]


def _self_assessment(channels: Estimates | None) -> dict[str, Any]:
    told = _missing("self-assessments")
    if channels is None or not channels.frame.shape[0] or not channels.facts.get("adjusted_for"):
        return told
    pairs = _over_all(channels, "pair")
    return {
        **told,
        "changed": float((pairs["verdict"] != pairs["raw_verdict"]).sum()),
        "other": float(len(pairs)),
        "about": str(channels.facts["adjusted_for"]),
        "agencies": float(channels.facts["agencies"]),
    }


def _same_everywhere(channels: Estimates | None) -> dict[str, Any]:
    lacking = _lacking(channels)
    if lacking or channels is None:
        return lacking or {}
    spread = _over_all(channels, "spread").iloc[0]
    band = float(channels.facts["difference"])
    return {
        **dict(spread[["estimate", "conf_low", "conf_high", "n"]]),
        "grade": "D",
        "agencies": float(channels.facts["agencies"]),
        "other": band,
        # The claim is that channels lie less than the band apart.
        "verdict": judge_interval(-spread["conf_high"], -spread["conf_low"], threshold=-band),
    }


def _base(departments: Benchmark) -> dict[str, Any]:
    return {
        "grade": "D",
        "n": float(departments.shown["n"].sum()),
        "agencies": float(departments.facts["agencies"]),
    }


def _officers(departments: Benchmark | None) -> dict[str, Any]:
    if departments is None or "inside" not in departments.facts:
        return _missing("department id")
    facts = departments.facts
    ratio = [float(facts[name]) for name in _SPREAD]
    return {
        **_missing(NO_COMPARISON),
        **_base(departments),
        "estimate": float(facts["inside"]),
        "conf_low": float(facts["inside_low"]),
        "conf_high": float(facts["inside_high"]),
        "other": float(facts["between"]),
        **dict(zip(_SPREAD, ratio, strict=True)),
        "about": judge_interval(ratio[1], ratio[2], threshold=1.0),
    }


def _fragmented(departments: Benchmark | None, officers: int | None) -> dict[str, Any]:
    if departments is None or "inside" not in departments.facts:
        return _missing("department id")
    facts = departments.facts
    if "dispersion" not in facts:
        return _missing("two waves")
    if not officers:
        return _missing("start dates of department officers")
    ratio = [float(facts[f"dispersion{end}"]) for end in ("", "_low", "_high")]
    return {
        **_base(departments),
        "estimate": float(facts["after"]),
        "conf_low": float(facts["after_low"]),
        "conf_high": float(facts["after_high"]),
        "other": float(facts["before"]),
        **dict(zip(_SPREAD, ratio, strict=True)),
        "changed": float(officers),
        "about": str(facts["period_before"]),
        "verdict": judge_interval(ratio[1], ratio[2], threshold=1.0),
    }
