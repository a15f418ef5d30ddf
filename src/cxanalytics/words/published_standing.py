"""Where do scores stand that were published without counts, and what becomes of a lead?

For one agency nothing is certain, and the sentences say so. What may be said is of groups, and of
how much of a gap is usually left one wave later.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cxanalytics.formats import count, fixed, percent, points, points_range, share_range, signed
from cxanalytics.words.grammar import counted
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.published import say_published_difference, say_title_published_groups


def say_told_apart_published(label: str, differences: pd.DataFrame | None, *, nouns: Nouns) -> str:
    """Say who can be told apart where the number of answers was not published.

    Parameters
    ----------
    label : str
        Of the measure.
    differences : DataFrame or None
        Rows of the measure, as for `say_published_groups`; None where no groups are compared.
    nouns : Nouns

    Returns
    -------
    str
    """
    first = (
        f"No two {nouns.organizations} can be told apart on “{label}”, for the number of answers "
        "was not published"
    )
    if differences is None or differences.empty:
        return f"{first}."
    size = say_published_difference(differences.iloc[0])
    title = say_title_published_groups(differences, nouns=nouns)
    return f"{first}; as groups: {title[:1].lower()}{title[1:]}, {size}."


def say_published_gap(value: float, *, unit: str) -> str:
    """Print a gap: in points for a share, else in units of the score.

    Parameters
    ----------
    value : float
    unit : str
        "share" or "score".

    Returns
    -------
    str
    """
    return points(value, 1) if unit == "share" else signed(value, 1)


def say_published_gap_range(low: float, high: float, *, unit: str) -> str:
    """Print the range of a gap.

    Parameters
    ----------
    low, high : float
    unit : str
        "share" or "score".

    Returns
    -------
    str
    """
    if unit == "share":
        return points_range(low, high, 1)
    return f"{signed(low, 1)} to {signed(high, 1)}"


def say_published_regression(rows: pd.DataFrame, *, nouns: Nouns) -> list[str]:
    """Say how much of a gap is left one wave later, and which forecast came nearer.

    Parameters
    ----------
    rows : DataFrame
        `key estimate conf_low conf_high n label unit agencies waves changes same_error shrunk_error
        less_low less_high`, of one measure, from `fit_published_regression`.
    nouns : Nouns

    Returns
    -------
    list of str
    """
    row = {str(each["key"]): each for _, each in rows.iterrows()}
    kept, unit, many = row["kept"], str(rows["unit"].iloc[0]), nouns.organizations
    likely = share_range(kept["conf_low"], kept["conf_high"])
    said = [
        f"One wave later, {percent(kept['estimate'])} of a gap to the average is left (likely "
        f"{likely}). {_ends(row, unit, many)}"
    ]
    same, shrunk = (float(rows[name].iloc[0]) for name in ("same_error", "shrunk_error"))
    if pd.notna(same):
        size = [fixed(100 * error if unit == "share" else error, 1) for error in (shrunk, same)]
        low, high = (float(rows[name].iloc[0]) for name in ("less_low", "less_high"))
        nearer = "nearer" if low > 0 else "less near" if high < 0 else "about as near"
        than = "as" if nearer == "about as near" else "than"
        said.append(
            f"A forecast that shrinks each gap so, learned from earlier waves, came {nearer} to "
            f"the next wave {than} “the same as last time”: a usual error of {size[0]} against "
            f"{size[1]}."
        )
    base = counted(int(rows["agencies"].iloc[0]), nouns.organization, many)
    said.append(
        f"Base: {count(rows['changes'].iloc[0])} changes of {base}, {count(rows['waves'].iloc[0])} "
        "waves. What is lost may be chance or real: without counts nobody can tell for one."
    )
    return said


def _ends(row: Mapping[str, pd.Series[Any]], unit: str, many: str) -> str:
    top, then = row["top"]["estimate"], row["top_change"]
    move = say_published_gap(then["estimate"], unit=unit)
    after = f"then moved by {move}" if then["conf_high"] < 0 else "then showed no clear move"
    gap = say_published_gap(top, unit=unit)
    return f"The first tenth of {many} stood {gap} from the average, and {after}."


def say_title_published_regression(rows: pd.DataFrame, *, nouns: Nouns) -> str:
    """Say in a title whether the first and the last come nearer to the average.

    Parameters
    ----------
    rows : DataFrame
        As in `say_published_regression`.
    nouns : Nouns

    Returns
    -------
    str
    """
    row = {str(each["key"]): each for _, each in rows.iterrows()}
    falls, rises = row["top_change"]["conf_high"] < 0, row["bottom_change"]["conf_low"] > 0
    many = nouns.organizations
    if falls and rises:
        return f"The first and the last {many} come nearer to the average in the next wave"
    if falls or rises:
        which = "first" if falls else "last"
        return f"The {which} {many} come nearer to the average in the next wave"
    return f"No clear move of the first or the last {many} toward the average"


def say_alt_published_regression(rows: pd.DataFrame) -> str:
    """Describe the chart of gaps now and one wave later.

    Parameters
    ----------
    rows : DataFrame
        As in `say_published_regression`.

    Returns
    -------
    str
    """
    text = "Dot-and-range chart of the gap to the average of the first and the last tenth,"
    text += " and of its move one wave later."
    if rows.empty:
        return text
    row = {str(each["key"]): each["estimate"] for _, each in rows.iterrows()}
    unit = str(rows["unit"].iloc[0])
    size = {key: say_published_gap(value, unit=unit) for key, value in row.items() if key != "kept"}
    ends = [f"{size[end]}, then {size[f'{end}_change']}" for end in ("top", "bottom")]
    return f"{text} First tenth: {ends[0]}. Last tenth: {ends[1]}."
