"""Do two figures, two records or two tables agree?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd

from cxanalytics.store import Table

TOLERANCE = 1e-5
"""Largest relative difference of two figures that agree: one unit of the sixth digit, to which the
files round."""


def same_figure(first: Any, second: Any) -> bool:
    """Say whether two figures agree; two that are unknown do."""
    if _unknown(first) or _unknown(second):
        return _unknown(first) and _unknown(second)
    return math.isclose(float(first), float(second), rel_tol=TOLERANCE, abs_tol=TOLERANCE / 10)


def _unknown(value: Any) -> bool:
    return value is None or value == "" or bool(pd.isna(value))


def differing(page: Mapping[str, Any], again: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """List the fields of two records that do not agree.

    Parameters
    ----------
    page, again : mapping of str to text or number
        A field that is not there is unknown.

    Returns
    -------
    dict of str to (value, value)
        On the page, and computed again.
    """
    found = {}
    for name in [*page, *(name for name in again if name not in page)]:
        left, right = page.get(name), again.get(name)
        numbers = [isinstance(value, int | float) for value in (left, right)]
        same = same_figure(left, right) if all(numbers) else (left or "") == (right or "")
        if not same:
            found[name] = (left, right)
    return found


def differing_columns(stored: Table, again: Table) -> list[str]:
    """List the columns of two tables of one type that do not agree.

    Parameters
    ----------
    stored, again : Estimates, Benchmark, Funnel, Panel or DataFrame

    Returns
    -------
    list of str
        "rows" where they do not even have the same rows.
    """
    if type(stored) is not type(again):
        return ["type"]
    if isinstance(stored, pd.DataFrame) and isinstance(again, pd.DataFrame):
        return _columns(stored, again)
    found = []
    for part in fields(stored):  # type: ignore[arg-type]  # a frame is dealt with above
        left, right = getattr(stored, part.name), getattr(again, part.name)
        if isinstance(left, pd.DataFrame):
            found += _columns(left, right)
    return found


def _columns(stored: pd.DataFrame, again: pd.DataFrame) -> list[str]:
    if len(stored) != len(again) or list(map(str, stored)) != list(map(str, again)):
        return ["rows"]
    return [str(name) for place, name in enumerate(stored) if not _alike(stored, again, place)]


def _alike(stored: pd.DataFrame, again: pd.DataFrame, place: int) -> bool:
    left, right = stored.iloc[:, place], again.iloc[:, place]
    if pd.api.types.is_numeric_dtype(left) and pd.api.types.is_numeric_dtype(right):
        first, second = left.to_numpy(dtype=float), right.to_numpy(dtype=float)
        limits = {"rtol": TOLERANCE, "atol": TOLERANCE / 10}
        return bool(np.allclose(first, second, equal_nan=True, **limits))
    told = [list(side.astype(object).where(side.notna(), "").map(str)) for side in (left, right)]
    return told[0] == told[1]
