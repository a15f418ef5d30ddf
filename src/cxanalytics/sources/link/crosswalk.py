"""Which codes of the second list make up each unit of the first?

A crosswalk is a table made and checked by people: one row per part. Counts of the parts are summed;
a unit of which one part has no count does not join, because its sum would be too small.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from cxanalytics.columns import refuse, show
from cxanalytics.errors import DataError
from cxanalytics.formats import list_words
from cxanalytics.sources._grid import read_grid
from cxanalytics.sources._text import as_text
from cxanalytics.sources.link.join import Linked, link_sources
from cxanalytics.tables import need_columns

CROSSWALK_COLUMNS = ("from_code", "to_code", "basis", "from_name", "to_name")
FEDERAL = ("fevs_level1", "fedscope_agysub", "basis", "fevs_name", "fedscope_name")
LISTED = 5


def read_crosswalk(
    path: str | Path, *, columns: Sequence[str] = FEDERAL, encoding: str = "utf-8"
) -> pd.DataFrame:
    """Read which units of one list are made of which units of another.

    Parameters
    ----------
    path : str or Path
    columns : sequence of str
        Columns of the file that hold the code on the left, the code on the right, what the pair
        rests on, the name on the left and the name on the right.
    encoding : str
        Of a text file.

    Returns
    -------
    DataFrame
        Columns `CROSSWALK_COLUMNS`; the index is the row in the file.

    Raises
    ------
    DataError
        A column is absent, a code is empty, or a code on the right serves two rows: its counts
        would be counted twice.
    """
    if len(columns) != len(CROSSWALK_COLUMNS):
        raise DataError(
            f"`columns` must name {len(CROSSWALK_COLUMNS)} columns, for "
            f"{list_words(list(CROSSWALK_COLUMNS))}; got {len(columns)}."
        )
    grid = read_grid(path, encoding=encoding)
    table = pd.DataFrame(
        {
            name: as_text(grid.column(column, name))
            for name, column in zip(CROSSWALK_COLUMNS, columns, strict=True)
        }
    )
    for name in CROSSWALK_COLUMNS[:2]:
        refuse(table[name], (table[name] == "").to_numpy(), f"`{name}` must be filled in every row")
    again = table["to_code"].duplicated()
    refuse(
        table["to_code"],
        again.to_numpy(),
        "`to_code` must stand in one row, or it would be counted twice",
    )
    return table


def link_through_crosswalk(
    left: pd.DataFrame,
    right: pd.DataFrame,
    *,
    crosswalk: pd.DataFrame,
    code: str,
    sums: Sequence[str],
    left_name: str = "staff survey",
    right_name: str = "operations",
) -> Linked:
    """Join each unit on the left to the sum of its parts on the right.

    Parameters
    ----------
    left, right : DataFrame
        One row per code each.
    crosswalk : DataFrame
        From `read_crosswalk`.
    code : str
        Column of both: `from_code` on the left, `to_code` on the right.
    sums : sequence of str
        Count columns of `right`; its other columns are left behind.
    left_name, right_name : str
        What the lists are, for messages and coverage.

    Returns
    -------
    Linked
        The frame also has `parts`, the codes that were summed. In the coverage of the right source
        a code that the crosswalk uses has the code of its whole as `partner`.

    Raises
    ------
    DataError
        A code stands twice in a list, or as in `link_sources`.
    """
    need_columns(right, [code, *sums], f"The {right_name}")
    counts = right.assign(**{code: as_text(right[code])})
    if counts[code].duplicated().any():
        first = counts.loc[counts[code].duplicated(), code].iloc[0]
        raise DataError(
            f"The {right_name} must have one row per `{code}` to be summed; {show(first)} has "
            "several."
        )
    parts = crosswalk.merge(counts[[code, *sums]], left_on="to_code", right_on=code, how="left")
    whole = parts.groupby("from_code", sort=True)
    complete = parts[list(sums)].notna().all(axis=1)
    lacking: dict[str, list[str]] = {}
    for unit, part in parts.loc[~complete, ["from_code", "to_code"]].itertuples(index=False):
        lacking.setdefault(unit, []).append(part)
    table = whole[list(sums)].sum(min_count=1)
    table["parts"] = whole["to_code"].agg(list).map(list_words)
    table = table.drop(index=list(lacking)).rename_axis(code).reset_index()
    linked = link_sources(left, table, by=(code,), left_name=left_name, right_name=right_name)
    own = _left_coverage(linked, lacking, set(crosswalk["from_code"]))
    theirs = _right_coverage(counts[code], parts, complete, linked)
    coverage = pd.concat([own, theirs], ignore_index=True)
    return Linked(linked.frame, coverage, left_name, right_name)


def _left_coverage(
    linked: Linked, lacking: Mapping[str, list[str]], known: set[str]
) -> pd.DataFrame:
    side = linked.coverage.loc[linked.coverage["source"] == linked.left_name]

    def reason(name: str, joined: int, told: str) -> str:
        if joined or not name:
            return told
        if name in lacking:
            return f"no count for {list_words(lacking[name])}"
        return told if name in known else "not in the crosswalk"

    told = [
        reason(name, joined, why)
        for name, joined, why in zip(side["name"], side["joined"], side["reason"], strict=True)
    ]
    return side.assign(reason=told)


def _right_coverage(
    codes: pd.Series[str], parts: pd.DataFrame, complete: pd.Series[bool], linked: Linked
) -> pd.DataFrame:
    side = linked.coverage.loc[linked.coverage["source"] == linked.left_name]
    joined = set(side.loc[side["joined"] > 0, "name"])
    present = set(side["name"])
    whole_of = dict(zip(parts["to_code"], parts["from_code"], strict=True))
    counted = dict(zip(parts["to_code"], complete, strict=True))
    rows = []
    for found in sorted(codes):
        whole = whole_of.get(found, "")
        reason = "" if whole in joined else "not in the crosswalk"
        if whole and whole not in joined:
            reason = f"{whole} lacks a part with a count" if counted[found] else "no count"
            reason = reason if whole in present else f"{whole} is not in the {linked.left_name}"
        rows.append((linked.right_name, found, 1, int(whole in joined), whole, reason))
    return pd.DataFrame(rows, columns=list(linked.coverage.columns))
