"""Do two lists mean the same unit by the same code?

A code that stands in both lists may name another unit in each, and the join then looks better than
the truth. A code joins only where the two names agree too: where the rarer words of one are found
in the other.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cxanalytics.columns import show
from cxanalytics.errors import DataError, ParamsError, must_be
from cxanalytics.formats import count as count_text
from cxanalytics.sources._text import as_text
from cxanalytics.sources.link.join import Linked, link_sources
from cxanalytics.sources.link.names import containment, weigh_words
from cxanalytics.tables import need_columns

LEAST_SHARED = 0.35
COLLISIONS = ("refuse", "leave out")
LISTED = 3


def compare_codes(
    left: pd.DataFrame,
    right: pd.DataFrame,
    *,
    code: str,
    left_label: str,
    right_label: str,
    at_least: float = LEAST_SHARED,
) -> pd.DataFrame:
    """Compare the names that two lists give to the codes they share.

    Parameters
    ----------
    left, right : DataFrame
        Each with the column `code` and one with the name.
    code : str
        Column of both.
    left_label, right_label : str
        Columns with the name, on the left and on the right.
    at_least : float
        Smallest part of a name that must be found in the other, by the weight of its words.

    Returns
    -------
    DataFrame
        `code left_label right_label similarity agree`, one row per shared code, by code.

    Raises
    ------
    DataError
        A list gives a code two names.
    ParamsError
        `at_least` is not above 0 and at most 1.
    """
    if not 0.0 < at_least <= 1.0:
        raise ParamsError(f"`at_least` must be above 0 and at most 1; got {at_least:g}.")
    first = _names_of(left, code, left_label)
    second = _names_of(right, code, right_label)
    weights = weigh_words([*first.values(), *second.values()])
    rows = [(shared, first[shared], second[shared]) for shared in sorted(set(first) & set(second))]
    table = pd.DataFrame(rows, columns=["code", "left_label", "right_label"], dtype=str)
    alike = [containment(one, other, weights=weights) for _, one, other in rows]
    table["similarity"] = pd.Series(alike, dtype=float)
    return table.assign(agree=table["similarity"] >= at_least)


def _names_of(frame: pd.DataFrame, code: str, label: str) -> dict[str, str]:
    need_columns(frame, [code, label], "A list of codes")
    names: dict[str, str] = {}
    for found, name in zip(as_text(frame[code]), as_text(frame[label]), strict=True):
        if found and names.setdefault(found, name) != name:
            raise DataError(
                f"`{code}` must have one name in a list; {show(found)} has {show(names[found])} "
                f"and {show(name)} in {show(label)}."
            )
    return names


def link_by_code(
    left: pd.DataFrame,
    right: pd.DataFrame,
    *,
    code: str,
    left_label: str,
    right_label: str,
    at_least: float = LEAST_SHARED,
    checked: Sequence[str] = (),
    collisions: str = "refuse",
    left_name: str = "staff survey",
    right_name: str = "operations",
) -> Linked:
    """Join two lists on a code, where their names for it agree.

    Parameters
    ----------
    left, right : DataFrame
        One row per code each.
    code : str
        Column of both.
    left_label, right_label : str
        Columns with the name; they must differ.
    at_least : float
        As in `compare_codes`.
    checked : sequence of str
        Codes that a person found to mean the same unit, whatever the names say.
    collisions : {"refuse", "leave out"}
        What to do with codes whose names disagree.
    left_name, right_name : str
        What the lists are, for messages and coverage.

    Returns
    -------
    Linked
        Codes that were left out are in the coverage, with both names.

    Raises
    ------
    DataError
        Names disagree and `collisions` is "refuse", or as in `link_sources`.
    ParamsError
        An unknown `collisions`, or a checked code that the lists do not share.
    """
    if collisions not in COLLISIONS:
        raise ParamsError(must_be("collisions", COLLISIONS, collisions))
    if left_label == right_label:
        raise ParamsError(
            f"`left_label` and `right_label` must be two columns; both are {left_label!r}."
        )
    pairs = compare_codes(
        left, right, code=code, left_label=left_label, right_label=right_label, at_least=at_least
    )
    for found in checked:
        if found not in set(pairs["code"]):
            raise ParamsError(f"`checked` must hold codes that both lists have; got {found!r}.")
    differ = pairs.loc[~pairs["agree"] & ~pairs["code"].isin(list(checked))]
    if len(differ) and collisions == "refuse":
        raise DataError(_refusal(differ, len(pairs), code, left_name, right_name))
    kept = right.loc[~as_text(right[code]).isin(differ["code"])]
    linked = link_sources(left, kept, by=(code,), left_name=left_name, right_name=right_name)
    return Linked(linked.frame, _with_reasons(linked, differ, right, code), left_name, right_name)


def _refusal(differ: pd.DataFrame, shared: int, code: str, left_name: str, right_name: str) -> str:
    named = [
        f"{row.code} is {show(row.left_label)} in the {left_name} and {show(row.right_label)} in "
        f"the {right_name}"
        for row in differ.iloc[:LISTED].itertuples()
    ]
    more = " and so on" if len(differ) > LISTED else ""
    have = "has" if len(differ) == 1 else "have"
    return (
        f"`{code}` must mean the same unit in both lists; of {count_text(shared)} shared codes "
        f"{count_text(len(differ))} {have} names that disagree: {', '.join(differ['code'])}. "
        f"{'; '.join(named)}{more}. Pass collisions='leave out', list the codes that are right in "
        "`checked`, or use a crosswalk."
    )


def _with_reasons(
    linked: Linked, differ: pd.DataFrame, right: pd.DataFrame, code: str
) -> pd.DataFrame:
    coverage = linked.coverage
    there = dict(zip(differ["code"], differ["right_label"], strict=True))
    here = dict(zip(differ["code"], differ["left_label"], strict=True))
    left = coverage["source"] == linked.left_name
    told = coverage["name"].map(
        lambda name: f"the code is {show(there[name])} there" if name in there else ""
    )
    reasons = coverage["reason"].where(~(left & (told != "")), told)
    absent = pd.DataFrame(
        {
            "source": linked.right_name,
            "name": differ["code"],
            "rows": [int((as_text(right[code]) == found).sum()) for found in differ["code"]],
            "joined": 0,
            "partner": "",
            "reason": [f"the code is {show(here[found])} there" for found in differ["code"]],
        }
    )
    table = pd.concat([coverage.assign(reason=reasons), absent], ignore_index=True)
    side = (table["source"] != linked.left_name).rename("side")
    order = table.assign(side=side).sort_values(["side", "name"], kind="stable").index
    return table.loc[order].reset_index(drop=True)


def unit_codes(names: pd.Series[str], *, letters: int = 4) -> pd.Series[str]:
    """Take the code out of names such as "Office of Water (EP04)".

    Parameters
    ----------
    names : Series of str
    letters : int
        Length of a code.

    Returns
    -------
    Series of str
        The code in brackets at the end; a name that is only as long as a code is taken as one; ""
        where there is neither.
    """
    text = as_text(names)
    inside = text.str.extract(rf"\(([A-Z0-9*]{{{letters}}})\)$", expand=False)
    alone = text.where(text.str.fullmatch(rf"[A-Z0-9*]{{{letters}}}"), "")
    return inside.fillna(alone)
