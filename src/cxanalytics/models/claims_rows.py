"""What do all claims take from their models: figures, base, p-value, or what is missing?"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from scipy.stats import norm
from scipy.stats import t as student

from cxanalytics.claims.verdicts import NOT_TESTABLE_HERE
from cxanalytics.tables import Estimates

Row = dict[str, Any]
"""Columns of one claim and their values."""

FIGURES = ("estimate", "conf_low", "conf_high")
OTHER = ("other", "other_low", "other_high")


def lacking_row(missing: str) -> Row:
    """Give the row of a claim that cannot be tested."""
    return {"verdict": NOT_TESTABLE_HERE, "missing": missing}


def refused_row(estimates: Estimates | None, missing: str) -> Row | None:
    """Give the row of a claim whose model is missing or was refused, else None."""
    if estimates is not None and len(estimates.frame):
        return None
    return lacking_row(missing) if estimates is None else no_range(estimates, missing)


def no_range(estimates: Estimates, missing: str) -> Row:
    """Give the row of a claim whose model has no range: its own reason, or what is missing."""
    reason = str(estimates.facts.get("reason", ""))
    return lacking_row(reason or missing) | {"kind": "refused" if reason else ""}


def base_of(estimates: Estimates, row: Any = None) -> Row:
    """Say what a figure rests on: its grade, rows and units, those of its own row where told."""
    facts, frame = estimates.facts, estimates.frame
    own = {} if row is None else {name: row.get(name) for name in ("n", "units")}
    groups = [own.get("units"), *(facts.get(name) for name in ("units", "groups", "agencies"))]
    known = next((value for value in groups if value is not None and not pd.isna(value)), math.nan)
    n = own.get("n", facts.get("n", frame["n"].max() if "n" in frame else math.nan))
    return {"grade": str(facts.get("grade") or "D"), "n": float(n), "agencies": float(known)}


def figures_of(row: Any) -> Row:
    """Take estimate and range of a row."""
    return {name: float(row[name]) for name in FIGURES}


def known_row(estimates: Estimates, key: str) -> pd.Series[Any] | None:
    """Find a row that has a range."""
    frame = estimates.frame
    found = frame.loc[(frame["key"] == key) & frame["conf_low"].notna()]
    return None if found.empty else found.iloc[0]


def p_of(row: Any, *, level: float, threshold: float = 0.0) -> float:
    """Give the two-sided p-value of a figure, from its model or else from its range.

    Parameters
    ----------
    row : mapping
        `estimate conf_low conf_high`, where known `p_value` and `df`.
    level : float
        Content of the range.
    threshold : float
        What the figure is compared with; the model's own p-value is about zero.

    Returns
    -------
    float
        NaN without a range.
    """
    given = row.get("p_value", math.nan)
    if threshold == 0.0 and not pd.isna(given):
        return float(given)
    estimate, low, high = (float(row[name]) for name in FIGURES)
    gap = estimate - threshold
    half = estimate - low if gap > 0 else high - estimate
    if math.isnan(gap) or not half > 0:
        return math.nan
    df = row.get("df", math.nan)
    known = not pd.isna(df) and df > 0
    law = student(float(df)) if known else norm()
    tail = (1.0 - level) / 2.0
    return float(2.0 * law.sf(abs(gap) / half * law.isf(tail)))
