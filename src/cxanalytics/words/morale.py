"""Does morale go with performance, between units and within them over time?

Both are said, because they are different statements: units with higher morale may do better for
reasons of their own, while a unit compared with itself cannot. Neither is proof of cause.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxanalytics.formats import points
from cxanalytics.rules import THRESHOLDS, Thresholds
from cxanalytics.tables import Estimates
from cxanalytics.words.sizes import NOT_CAUSE, direction, say_base_of_pattern, say_size

PER = 0.10
"""Morale, as a share, that sizes are told for: ten points."""


def _row(estimates: Estimates, key: str) -> pd.Series[Any] | None:
    found = estimates.frame.loc[
        (estimates.frame["key"] == key) & estimates.frame["conf_low"].notna()
    ]
    return None if found.empty else found.iloc[0]


def _group(estimates: Estimates) -> tuple[str, str]:
    """Name what is compared: a unit over time, or an agency made of units."""
    if estimates.facts.get("group") == "agency":
        return "agency", "agencies"
    return "unit", "units"


def say_morale(estimates: Estimates, *, thresholds: Thresholds = THRESHOLDS) -> str:
    """Say whether morale goes with performance, between units and within them.

    Parameters
    ----------
    estimates : Estimates
        Rows "between" and "within", the latter without a range where there is nothing to
        learn. Facts `groups group higher_is_better`.
    thresholds : Thresholds
        Nothing is said about fewer groups than `peers`.

    Returns
    -------
    str
        One sentence.
    """
    one, many = _group(estimates)
    groups = estimates.facts.get("groups")
    if groups is not None and float(groups) < thresholds.peers:
        return f"Too few {many} (fewer than {thresholds.peers}) to tell."
    sign = 1 if estimates.facts.get("higher_is_better", True) else -1
    between, within = _row(estimates, "between"), _row(estimates, "within")
    ways = [0 if row is None else sign * direction(row) for row in (between, within)]
    how = ["better" if way > 0 else "worse" for way in ways]
    inside = f"a unit does {how[1]} with higher morale than usual"
    if one == "agency":
        inside = f"units of one agency do {how[1]} where morale is higher"
    told = {"between": f"{many} with higher morale do {how[0]}", "within": inside}
    if not any(ways):
        over = "" if within is None else f", between {many} or within them"
        return f"No clear pattern{over}."
    opening = "Yes" if min(ways) >= 0 else "Not as expected"
    if within is None:
        return f"{opening}: {told['between']}."
    if all(ways):
        joint = "and" if ways[0] == ways[1] else "but"
        return f"{opening}: {told['between']}, {joint} {told['within']}."
    if ways[0]:
        return f"Only between {many}: {told['between']}; within them there is no clear pattern."
    return f"Only within {many}: {told['within']}; between them there is no clear pattern."


def say_morale_sizes(estimates: Estimates, *, performance: str, unit: str = "points") -> list[str]:
    """Say how much performance goes with ten points more morale.

    Parameters
    ----------
    estimates : Estimates
        Rows "between" and "within", per standard deviation of morale where the facts say
        `standardized` (with `morale_sd`), else per one of morale; morale is a share.
    performance : str
        Label of the measure, of a few words.
    unit : str
        "points" where performance is a share, "number" for anything else.

    Returns
    -------
    list of str
        One sentence per row with a range.
    """
    _, many = _group(estimates)
    per = PER / (float(estimates.facts["morale_sd"]) if estimates.facts.get("standardized") else 1)
    step = points(PER).removeprefix("+")
    sentences = []
    for key in ("between", "within"):
        row = _row(estimates, key)
        if row is not None:
            size = say_size(row[["estimate", "conf_low", "conf_high"]] * per, unit=unit)
            place = f"{key.capitalize()} {many}"
            sentences.append(f"{place}, {step} more morale goes with {performance} {size}.")
    return sentences


def say_morale_note(estimates: Estimates) -> str:
    """Say the base of the figures, whose answers they are, and that they prove no cause.

    Parameters
    ----------
    estimates : Estimates
        Facts `groups group same_source`.

    Returns
    -------
    str
    """
    _, many = _group(estimates)
    n = estimates.frame["n"].max() if len(estimates.frame) else None
    groups = estimates.facts.get("groups")
    parts = [
        say_base_of_pattern(
            answers=n,
            respondents="rows",
            groups=None if groups is None else int(groups),
            group=many,
        ),
        f"This is a relation between {many}, not between people.",
    ]
    if estimates.facts.get("same_source"):
        source = "Both measures come from the same people"
        parts.append(f"{source}, so the relation is likely overstated.")
    return " ".join(part for part in (*parts, NOT_CAUSE) if part)
