"""What do the data say of the claims about recommendation?

The models give numbers; here each becomes a verdict by a rule that was fixed before any result.
A claim whose model is missing or was refused is not testable with these data, and the row says
what is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student

from cxanalytics.claims import CLAIMS
from cxanalytics.claims.verdicts import (
    CONTRADICTED,
    NO_ATTENTION,
    NOT_TESTABLE_HERE,
    OF_STAFF,
    SUPPORTED,
    TOO_IMPRECISE,
    judge_interval,
)
from cxanalytics.models.scale_positions import CUT, SAME_ORDER
from cxanalytics.rules import AHEAD_AT_LEAST
from cxanalytics.tables import Estimates

MATERIAL_SHARE = 0.05
"""Share of all differences between people's answers from which a part of it is called material."""

TESTED = (1, 2, 3, 4, 5)
"""Numbers of the claims that are tested here."""

STAFF_PARTS = ("unit", "psu")

OF_CUSTOMERS = (1, 2, 4, 5)
"""Numbers of the claims that only customers' answers can test."""

COLUMNS = (
    "claim",
    "title",
    "verdict",
    "grade",
    "estimate",
    "conf_low",
    "conf_high",
    "n",
    "agencies",
    "missing",
    "about",
    "ratio",
    "ratio_low",
    "ratio_high",
    "share_low",
    "share_high",
    "baseline_low",
    "detectable",
    "other",
    "p_first",
    "changed",
)
_WORDS = ("title", "verdict", "grade", "missing", "about")


def fit_tested_claims(
    *,
    attention: Estimates | None = None,
    within_between: Estimates | None = None,
    positions: Estimates | None = None,
    parts: Estimates | None = None,
    drivers: Estimates | None = None,
    about_staff: Sequence[str] = (),
    of_staff: bool = False,
) -> pd.DataFrame:
    """Give the verdict on each claim about recommendation.

    Parameters
    ----------
    attention : Estimates, optional
        From `fit_attention`.
    within_between : Estimates, optional
        Rows per driver, with columns `driver`, `term` ("within" or "between"), `df`, and the
        change in the share per step of the driver.
    positions : Estimates, optional
        From `fit_scale_positions`.
    parts : Estimates, optional
        From `fit_variance_parts`: facts `staff_share staff_low staff_high`, teams ("unit") and
        agents or sampling units ("psu") together.
    drivers : Estimates, optional
        Shares explained, with `p_first` and draws; one row per driver.
    about_staff : sequence of str
        Names of the drivers that are about the people who served.
    of_staff : bool
        Staff answered, so that claims about customers are not tested.

    Returns
    -------
    DataFrame
        A row per claim, 1 to 5: `claim title verdict grade estimate conf_low conf_high n agencies
        missing`, and what its sentence needs: `about` (the driver, comparison or way of counting),
        `ratio ratio_low ratio_high share_low share_high baseline_low detectable` (claim 1),
        `other` (claim 4: the part between agents), `p_first` (claim 5: the chance that a driver
        about staff comes first), `changed` (claim 3).
        Estimates without rows count as missing, for the fact `reason`.

    Assumes
    -------
    What the models assume. The driver with the largest slope, and the way of counting that agrees
    least, are picked after seeing all of them, so their ranges are widened for their number.

    Reference
    ---------
    docs/claims.md; methods.md#the-30-to-50-claim.
    """
    rows: list[dict[str, Any]] = [
        _attention(attention),
        _experience(within_between),
        _scale(positions),
        _staff_parts(parts),
        _staff_driver(drivers, about_staff),
    ]
    if of_staff:
        refused = {"verdict": NOT_TESTABLE_HERE, "missing": OF_STAFF}
        rows = [
            refused if number in OF_CUSTOMERS else row
            for number, row in zip(TESTED, rows, strict=True)
        ]
    titles = {claim.number: claim.title for claim in CLAIMS}
    empty = {name: "" if name in _WORDS else np.nan for name in COLUMNS}
    frame = pd.DataFrame([empty | row for row in rows], columns=list(COLUMNS))
    frame["claim"] = list(TESTED)
    frame["title"] = [titles[number] for number in TESTED]
    numbers = [name for name in COLUMNS if name not in (*_WORDS, "claim")]
    return frame.astype(dict.fromkeys(numbers, float))


def _lacking(estimates: Estimates | None, missing: str) -> dict[str, Any] | None:
    """Say what is missing where there is no model, or one that was refused."""
    if estimates is not None and len(estimates.frame):
        return None
    reason = "" if estimates is None else str(estimates.facts.get("reason", ""))
    return {"verdict": NOT_TESTABLE_HERE, "missing": reason or missing}


def _base(estimates: Estimates) -> dict[str, Any]:
    """What a model rests on: its grade, people and agencies."""
    facts = estimates.facts
    people = facts.get("n", estimates.frame["n"].max())
    return {
        "grade": str(facts.get("grade", "D")),
        "n": float(people),
        "agencies": float(facts.get("agencies", np.nan)),
    }


def _attention(attention: Estimates | None) -> dict[str, Any]:
    missing = "attention to customer experience from another source"
    if attention is None or attention.facts.get("verdict") == NO_ATTENTION:
        return {"verdict": NO_ATTENTION, "missing": missing}
    if lacking := _lacking(attention, missing):
        return lacking
    names = ["estimate", "conf_low", "conf_high", "ratio", "ratio_low", "ratio_high"]
    names += ["share_low", "share_high", "baseline_low", "detectable", "verdict"]
    about = str(attention.facts["compare"])
    return {**dict(attention.row("primary")[names]), **_base(attention), "about": about}


def _experience(within_between: Estimates | None) -> dict[str, Any]:
    missing = "experience and recommendation of the same person"
    lacking = _lacking(within_between, missing)
    if lacking or within_between is None:
        return lacking or {}
    within = within_between.frame.loc[
        (within_between.frame["term"] == "within") & within_between.frame["conf_low"].notna()
    ]
    if within.empty:
        return {"verdict": NOT_TESTABLE_HERE, "missing": missing}
    top = within.iloc[int(within["estimate"].argmax())]
    tail, df = (1.0 - within_between.level) / 2.0, float(top["df"])
    widened = student.isf(tail / len(within), df) / student.isf(tail, df)
    low = top["estimate"] - widened * (top["estimate"] - top["conf_low"])
    high = top["estimate"] + widened * (top["conf_high"] - top["estimate"])
    return {
        **_base(within_between),
        "estimate": top["estimate"],
        "conf_low": low,
        "conf_high": high,
        "about": str(top["driver"]),
        "verdict": judge_interval(low, high),
    }


def _scale(positions: Estimates | None) -> dict[str, Any]:
    missing = "another way to count the answers"
    lacking = _lacking(positions, missing)
    if lacking or positions is None:
        return lacking or {}
    frame = positions.frame
    ways = frame.loc[(frame["kind"] == CUT) & frame["conf_low"].notna()]
    if ways.empty:
        return {"verdict": NOT_TESTABLE_HERE, "missing": missing}
    least = ways.iloc[int(ways["estimate"].argmin())]
    # The claim is that order depends on the way of counting: a low correlation supports it.
    verdict = judge_interval(-least["conf_high"], -least["conf_low"], threshold=-SAME_ORDER)
    return {
        **_base(positions),
        **dict(least[["estimate", "conf_low", "conf_high", "changed", "n", "agencies"]]),
        "about": str(least["statistic"]),
        "verdict": verdict,
    }


def _staff_parts(parts: Estimates | None) -> dict[str, Any]:
    lacking = _lacking(parts, "team or agent id")
    if lacking or parts is None:
        return lacking or {}
    frame, facts = parts.frame.set_index("key"), parts.facts
    held = [key for key in STAFF_PARTS if key in frame.index]
    if not held or "staff_share" not in facts:
        return {"verdict": NOT_TESTABLE_HERE, "missing": "team or agent id"}
    low, high = float(facts["staff_low"]), float(facts["staff_high"])
    return {
        **_base(parts),
        "estimate": float(facts["staff_share"]),
        "conf_low": low,
        "conf_high": high,
        "other": frame["estimate"].get("psu", np.nan),
        "about": " and ".join(held),
        "verdict": judge_interval(low, high, threshold=MATERIAL_SHARE),
    }


def _staff_driver(drivers: Estimates | None, about_staff: Sequence[str]) -> dict[str, Any]:
    lacking = _lacking(drivers, "driver questions")
    if lacking or drivers is None:
        return lacking or {}
    frame = drivers.frame
    staff = frame.loc[frame["key"].isin(list(about_staff)) & frame["estimate"].notna()]
    if staff.empty:
        return {"verdict": NOT_TESTABLE_HERE, "missing": "a question about staff"}
    top = staff.iloc[int(staff["estimate"].argmax())]
    even, first = 1.0 / len(frame), _chance_first(drivers, frame["key"].isin(staff["key"]))
    verdict = TOO_IMPRECISE
    if first >= AHEAD_AT_LEAST and top["conf_low"] > even:
        verdict = SUPPORTED
    elif first <= 1.0 - AHEAD_AT_LEAST or top["conf_high"] < even:
        verdict = CONTRADICTED
    return {
        **_base(drivers),
        **dict(top[["estimate", "conf_low", "conf_high"]]),
        "p_first": first,
        "about": str(top["key"]),
        "verdict": verdict,
    }


def _chance_first(drivers: Estimates, staff: pd.Series[bool]) -> float:
    """Give the chance that any of some drivers comes first; only one of them can."""
    if drivers.draws is None:
        return float(drivers.frame.loc[staff, "p_first"].sum())
    return float(staff.to_numpy()[drivers.draws.argmax(axis=1)].mean())
