"""What share of patients in English emergency departments were seen to within four hours?

Reads the R data file of A&E attendances by provider and month (April 2016 to March 2019). Major
departments (type 1) only: walk-in centers and minor injury units almost always meet four hours.
Months are summed before they are divided, over the financial year that begins in April; its name is
the year in which it begins, as in the staff survey of that autumn.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cxanalytics.columns import refuse
from cxanalytics.errors import DataError
from cxanalytics.formats import count as count_text
from cxanalytics.formats import list_words
from cxanalytics.operations import OperationMeasure, Operations
from cxanalytics.sources._cells import rows_text
from cxanalytics.sources._extra import need
from cxanalytics.tables import Check

TABLE = "ae_attendances"
MAJOR = "1"
COUNTS = ("attendances", "breaches", "admissions")
COLUMNS = ("period", "org_code", "type", *COUNTS)
FIRST_MONTH = 4
MONTHS = 12
TRUST = r"R[A-Z0-9]{2}"
LISTED = 5
_BROKEN = (ValueError, NotImplementedError, EOFError, OSError, KeyError, TypeError, UserWarning)
MEASURES = (
    OperationMeasure(
        name="within_four_hours",
        label="Emergency patients seen to within four hours",
        top="within_four_hours",
        per="attendances",
    ),
)


def read_nhs_ae(path: str | Path) -> Operations:
    """Read emergency attendances and four-hour waits by trust and financial year.

    Parameters
    ----------
    path : str or Path
        ae_attendances.rda.

    Returns
    -------
    Operations
        One row per provider code (`agency`) and financial year (`period`, the year it begins):
        `attendances breaches admissions within_four_hours`, and `months`, how many are in it.

    Raises
    ------
    DataError
        The package rdata is absent, the file is no R data file or lacks the table, a count is
        negative, or more patients waited than came.
    """
    path = Path(path)
    raw = _table(path)
    raw["type"] = raw["type"].astype(str)
    raw["org_code"] = raw["org_code"].astype(str).str.strip()
    for name in COUNTS:
        refuse(
            raw[name],
            ~(raw[name] >= 0).to_numpy(dtype=bool),
            f"`{name}` in '{path.name}' must be a number, 0 or more",
        )
    refuse(
        raw["breaches"],
        (raw["breaches"] > raw["attendances"]).to_numpy(),
        f"`breaches` in '{path.name}' must not exceed `attendances`",
    )
    major = raw.loc[raw["type"] == MAJOR]
    if major.empty:
        raise DataError(f"'{path.name}' holds no department of type '{MAJOR}'.")
    months = _months(major["period"], path.name)
    _refuse_repeats(major, months, path.name)
    frame = _yearly(major, months)
    notes = _notes(raw, major, frame, path.name)
    return Operations(frame=frame, measures=MEASURES, notes=notes)


def _table(path: Path) -> pd.DataFrame:
    rdata = need("rdata", "Reading R data files")
    if not path.is_file():
        raise DataError(f"`path` must be a file that exists; got '{path}'.")
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message="Unknown file type")
            parsed = rdata.parser.parse_file(path)
        held = rdata.conversion.convert(parsed, constructor_dict=_constructors(rdata))
    except _BROKEN:
        raise DataError(f"'{path.name}' is not a whole R data file.") from None
    table = held.get(TABLE) if isinstance(held, dict) else None
    if not isinstance(table, pd.DataFrame):
        found = list_words(sorted(held)) if isinstance(held, dict) and held else "nothing"
        raise DataError(f"'{path.name}' must hold the table '{TABLE}'; it holds {found}.")
    absent = [name for name in COLUMNS if name not in table]
    if absent:
        raise DataError(
            f"'{TABLE}' in '{path.name}' must have the columns {list_words(list(COLUMNS))}; it "
            f"lacks {list_words(absent)}."
        )
    return table[list(COLUMNS)].reset_index(drop=True).set_axis(range(1, len(table) + 1))


def _constructors(rdata: Any) -> dict[str, Any]:
    """Name the R classes of the file: a table is a data frame, a date stays days since 1970."""
    known = dict(rdata.conversion.DEFAULT_CLASS_MAP)
    frame = known["data.frame"]
    return known | {"tbl_df": frame, "tbl": frame, "Date": lambda days, _: days}


def _months(period: pd.Series[Any], name: str) -> pd.DatetimeIndex:
    days = pd.to_numeric(period, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    refuse(period, ~np.isfinite(days), f"`period` in '{name}' must be a date")
    return pd.DatetimeIndex(pd.to_datetime(days, unit="D", origin="unix"))


def _refuse_repeats(major: pd.DataFrame, months: pd.DatetimeIndex, name: str) -> None:
    keys = pd.DataFrame({"org_code": major["org_code"].to_numpy(), "month": months})
    again = keys.duplicated().to_numpy()
    if again.any():
        row = keys.loc[again].iloc[0]
        raise DataError(
            f"'{name}' must have one row per provider, month and type; {row['org_code']!r} stands "
            f"twice in {row['month']:%Y-%m}."
        )


def _yearly(major: pd.DataFrame, months: pd.DatetimeIndex) -> pd.DataFrame:
    year = months.year - (months.month < FIRST_MONTH)
    table = major[list(COUNTS)].assign(
        agency=major["org_code"].to_numpy(), period=year.astype(str), months=1.0
    )
    sums = table.groupby(["agency", "period"], sort=True)[[*COUNTS, "months"]].sum()
    return sums.reset_index().assign(
        within_four_hours=lambda made: made["attendances"] - made["breaches"]
    )


def _notes(
    raw: pd.DataFrame, major: pd.DataFrame, frame: pd.DataFrame, name: str
) -> tuple[Check, ...]:
    notes = [
        Check("rows read", None, f"{rows_text(len(raw))} were read from '{name}'."),
        Check(
            "other departments",
            None,
            f"{rows_text(len(raw) - len(major))} of departments other than type 1 left out.",
        ),
        Check(
            "financial years",
            None,
            "A year runs from April to March and has the name of the year in which it begins; its "
            "months were summed before dividing.",
        ),
    ]
    short = frame.loc[frame["months"] < MONTHS]
    if len(short):
        notes.append(
            Check(
                "part years",
                None,
                f"{rows_text(len(short))} of a provider and year sum fewer than {MONTHS} months: "
                "the provider opened, closed or merged, or did not report.",
            )
        )
    others = sorted(set(frame.loc[~frame["agency"].str.fullmatch(TRUST), "agency"]))
    if others:
        named = [*others[:LISTED], *([f"{len(others) - LISTED} more"] * (len(others) > LISTED))]
        notes.append(
            Check(
                "not trusts",
                None,
                f"{count_text(len(others))} {'code is' if len(others) == 1 else 'codes are'} not "
                f"of hospital trusts and kept: {list_words(named)}.",
            )
        )
    return tuple(notes)
