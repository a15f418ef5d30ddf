"""Which unit of the customer survey is which unit of the staff survey?

The two lists of names rarely agree, and a wrong pair is worse than none. Names are paired in a file
of their own, units.csv, that a person fills in: `staff_unit`, `customer_unit`, `similarity`,
`confirmed`. What a machine suggests is never confirmed, except names that are equal but for case
and spaces; a row that is not confirmed never joins.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from cxanalytics.columns import plain, refuse, show
from cxanalytics.errors import DataError
from cxanalytics.formats import list_words
from cxanalytics.sources._cells import key, numbers
from cxanalytics.sources._grid import read_grid
from cxanalytics.sources._text import as_text
from cxanalytics.sources.link.names import closest_names

UNITS_COLUMNS = ("staff_unit", "customer_unit", "similarity", "confirmed")
CONFIRMED = ("yes", "no")
LISTED = 5
_GUARD = r"^'(?=[=+\-@\t\r])"
"""The apostrophe that keeps a spreadsheet from reading a name as a formula."""


def suggest_units(staff_names: Iterable[str], customer_names: Iterable[str]) -> pd.DataFrame:
    """Suggest for each staff unit the customer unit with the most similar name.

    Parameters
    ----------
    staff_names, customer_names : iterable of str
        Names of units; repeats and blanks are left out.

    Returns
    -------
    DataFrame
        Columns `UNITS_COLUMNS`, one row per staff unit in alphabetical order, then one per customer
        unit that no staff unit was paired with. A unit without a name like it has "" on the other
        side. `similarity` is 0 to 1. `confirmed` is "yes" only where the two names, and no other,
        are equal but for case and spaces; else "no".

    Raises
    ------
    DataError
        One of the lists holds no name.
    """
    staff, customers = _names(staff_names, "staff_names"), _names(customer_names, "customer_names")
    folded_staff = Counter(key(name) for name in staff)
    folded_customers = Counter(key(name) for name in customers)
    rows = []
    for name, (best, alike) in zip(staff, closest_names(staff, customers), strict=True):
        same = key(name) == key(best)
        alone = folded_staff[key(name)] == 1 and folded_customers[key(best)] == 1
        rows.append((name, best, alike, "yes" if same and alone else "no"))
    paired = {row[1] for row in rows}
    rows += [("", name, 0.0, "no") for name in customers if name not in paired]
    table = pd.DataFrame(rows, columns=list(UNITS_COLUMNS))
    return table.assign(similarity=table["similarity"].round(2))


def _names(given: Iterable[str], argument: str) -> list[str]:
    names = sorted({plain(name) for name in given} - {""})
    if not names:
        raise DataError(f"`{argument}` must hold at least one name; got none.")
    return names


def read_units(path: str | Path, *, encoding: str = "utf-8") -> pd.DataFrame:
    """Read which staff unit goes with which customer unit.

    Parameters
    ----------
    path : str or Path
        A table with the columns `staff_unit`, `customer_unit`, `confirmed` (yes or no) and, where
        it was suggested by a machine, `similarity`. A name may be empty in a row that is not
        confirmed. One apostrophe before = + - @ tab or CR is no part of a name.
    encoding : str
        Of a text file.

    Returns
    -------
    DataFrame
        Columns `UNITS_COLUMNS`; the index is the row in the file.

    Raises
    ------
    DataError
        A column is absent, `confirmed` is neither yes nor no, a confirmed row lacks a name, or
        confirmed rows give one unit two partners.
    """
    grid = read_grid(path, encoding=encoding)
    staff, customer, confirmed = (
        grid.column(name, name) for name in ("staff_unit", "customer_unit", "confirmed")
    )
    told = as_text(confirmed).str.casefold()
    refuse(
        confirmed,
        ~told.isin(CONFIRMED).to_numpy(),
        f"`confirmed` in '{grid.source}' must be yes or no",
    )
    alike = (
        numbers(grid.column("similarity", "similarity"), f"`similarity` in '{grid.source}'")
        if "similarity" in grid.header
        else np.full(len(told), np.nan)
    )
    units = pd.DataFrame(
        {
            "staff_unit": as_text(staff).str.replace(_GUARD, "", regex=True),
            "customer_unit": as_text(customer).str.replace(_GUARD, "", regex=True),
            "similarity": alike,
            "confirmed": told,
        }
    )
    for column in ("staff_unit", "customer_unit"):
        empty = (units["confirmed"] == "yes") & (units[column] == "")
        refuse(units[column], empty.to_numpy(), f"`{column}` must be filled in every confirmed row")
    confirmed_pairs(units)
    return units


def confirmed_pairs(units: pd.DataFrame) -> pd.DataFrame:
    """Keep the confirmed rows; refuse a unit with two partners.

    Parameters
    ----------
    units : DataFrame
        Columns `staff_unit`, `customer_unit`, `confirmed`.

    Returns
    -------
    DataFrame
        `staff_unit` and `customer_unit`, each name once.

    Raises
    ------
    DataError
        A unit stands in two confirmed rows with different partners.
    """
    sure = units.loc[units["confirmed"] == "yes", ["staff_unit", "customer_unit"]]
    pairs = sure.drop_duplicates()
    for one, other in (("staff_unit", "customer_unit"), ("customer_unit", "staff_unit")):
        again = pairs[pairs[one].duplicated(keep=False)]
        if len(again):
            name = again[one].iloc[0]
            partners = again.loc[again[one] == name, other]
            more = again[one].nunique() - 1
            also = (
                f" {more} more {'unit has' if more == 1 else 'units have'} several." if more else ""
            )
            raise DataError(
                f"`units` must pair each unit with one other; {one} {show(name)} is confirmed with "
                f"{list_words([show(partner) for partner in partners.iloc[:LISTED]])}.{also} "
                "Confirm one of them, or sum the parts into one unit first."
            )
    return pairs.reset_index(drop=True)
