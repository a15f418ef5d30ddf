"""What share of the staff of each US federal sub-agency quit in the first half of 2017?

Reads separations by kind and the headcount of September 2017, as exported from the personnel
publisher's pages: one file in UTF-8, the other in UTF-16, both with bare carriage returns at the
ends of lines. Totals and unspecified sub-agencies are left out. Rates compare sub-agencies; they
are not yearly rates, because the sources disagree on how many months were counted.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from pathlib import Path

import pandas as pd

from cxanalytics.columns import plain, show
from cxanalytics.errors import DataError
from cxanalytics.formats import count as count_text
from cxanalytics.formats import list_words
from cxanalytics.operations import OperationMeasure, Operations
from cxanalytics.sources._cells import rows_text
from cxanalytics.tables import Check

PERIOD = "2017"
KINDS = {
    "Quit": "quits",
    "Retirement": "retirements",
    "Transfer Out - Individual Transfer": "transfers",
    "Termination": "terminations",
    "Reduction In Force (RIF)": "reductions",
    "Death": "deaths",
    "Other Separation": "other",
}
HEADCOUNT = "Location - All"
TOTAL = "All Agencies"
STRUCTURAL = {
    "CM63": "Bureau of the Census",
    "DD16": "Department of Defense Education Activity",
    "BO00": "Office of Management and Budget",
}
TEMPORARY = "hires by season, school year or election"
MEASURES = (
    OperationMeasure(
        name="quit_rate",
        label="Staff who quit",
        top="quits",
        per="headcount",
        kind="rate",
        higher_is_better=False,
    ),
)
MONTHS = Check(
    "months",
    None,
    "The sources disagree whether the separations are of six months or nine: compare rates between "
    "sub-agencies, and do not read them as yearly rates.",
)
BEFORE = Check(
    "order in time",
    None,
    "The separations are of 2017: a survey of 2018 comes after them, so they cannot follow from "
    "what staff said in it.",
)
_UNIT = re.compile(r"(?P<code>[A-Z0-9]{2}[A-Z0-9*]{2})-(?P<name>.+)", re.DOTALL)


def read_opm_separations(
    separations: str | Path, headcount: str | Path, *, names: str | Path | None = None
) -> Operations:
    """Read separations and headcount of US federal sub-agencies.

    Parameters
    ----------
    separations : str or Path
        Columns `agency_name` ("CODE-NAME"), `separation` and a number: one row per sub-agency and
        kind of separation.
    headcount : str or Path
        First column "CODE-NAME", and `Location - All`.
    names : str or Path, optional
        The publisher's table of agencies, for the name of the agency that a sub-agency is part of;
        without it `agency` is the first two letters of the code.

    Returns
    -------
    Operations
        One row per sub-agency of either file: `agency`, `unit` (the four-letter code), `name`,
        `period` "2017", a count per kind of separation, `separations` in all, and `headcount`; NaN
        where a file does not have the sub-agency or hides the number. `apart` says why the quits
        of a sub-agency tell little, "" for most.

    Raises
    ------
    DataError
        A file is absent, in no known encoding, lacks a column, has an unknown kind of separation,
        a name without a code, a sub-agency twice, or a count that is no whole number.
    """
    left, left_notes = _separations(Path(separations))
    staff, right_notes = _headcount(Path(headcount))
    frame = left.merge(staff, on="unit", how="outer", suffixes=("", "_there"))
    frame["name"] = frame["name"].fillna(frame.pop("name_there"))
    parents = {} if names is None else _parents(Path(names))
    whole = [parents.get(code[:2], code[:2]) for code in frame["unit"]]
    frame.insert(0, "agency", whole)
    frame["period"] = PERIOD
    frame["apart"] = [TEMPORARY if code in STRUCTURAL else "" for code in frame["unit"]]
    notes = (*left_notes, *right_notes, *_notes(frame, left, staff), MONTHS, BEFORE)
    return Operations(
        frame=frame.sort_values("unit").reset_index(drop=True), measures=MEASURES, notes=notes
    )


def _rows(path: Path) -> list[dict[str, str]]:
    """Read a delimited file in UTF-8 or UTF-16, with any line ends, as text."""
    if not path.is_file():
        raise DataError(f"`path` must be a file that exists; got '{path}'.")
    content = path.read_bytes()
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(
            f"'{path.name}' must be UTF-8, or UTF-16 with a byte order mark; it is neither."
        ) from None
    # the export ends in a stray NUL after its last line
    text = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    first = text.partition("\n")[0]
    lines = csv.DictReader(io.StringIO(text), delimiter="\t" if "\t" in first else ",")
    return [{plain(name): plain(cell) for name, cell in row.items() if name} for row in lines]


def _need(rows: list[dict[str, str]], columns: list[str], path: Path) -> None:
    header = list(rows[0]) if rows else []
    absent = [name for name in columns if name not in header]
    if absent:
        raise DataError(
            f"'{path.name}' must have the column {show(absent[0])}; it has "
            f"{list_words([show(name) for name in header]) or 'no rows'}."
        )


def _number(text: str, what: str, path: Path) -> float:
    if text.upper() in ("", "NA"):
        return float("nan")
    if not text.replace(",", "").isdigit():
        raise DataError(
            f"'{path.name}' must hold whole numbers, 0 or more; {what} has {show(text)}."
        )
    return float(text.replace(",", ""))


def _unit(text: str, path: Path) -> tuple[str, str]:
    found = _UNIT.fullmatch(text)
    if not found:
        raise DataError(
            f"A sub-agency in '{path.name}' must be a code, a hyphen and a name, such as "
            f"'AG03-AGRICULTURAL RESEARCH SERVICE'; got {show(text)}."
        )
    return found["code"], found["name"].strip()


def _separations(path: Path) -> tuple[pd.DataFrame, tuple[Check, ...]]:
    rows = _rows(path)
    _need(rows, ["agency_name", "separation"], path)
    value = next((name for name in rows[0] if name not in ("agency_name", "separation")), "")
    table: dict[str, dict[str, float | str]] = {}
    unspecified: set[str] = set()
    lost = 0.0
    for row in rows:
        code, name = _unit(row["agency_name"], path)
        kind = KINDS.get(row["separation"])
        if kind is None:
            raise DataError(
                f"`separation` in '{path.name}' must be one of "
                f"{', '.join(show(known) for known in KINDS)}; got {show(row['separation'])}."
            )
        number = _number(row.get(value, ""), f"{code}, {row['separation']}", path)
        if code.endswith("**"):
            unspecified.add(code)
            lost += number
            continue
        counts = table.setdefault(code, {"unit": code, "name": name})
        if kind in counts:
            raise DataError(
                f"'{path.name}' must have one row per sub-agency and kind of separation; {code} "
                f"has {show(row['separation'])} twice."
            )
        counts[kind] = number
    frame = pd.DataFrame(list(table.values()), columns=["unit", "name", *KINDS.values()])
    frame["separations"] = frame[list(KINDS.values())].sum(axis=1, min_count=len(KINDS))
    left_out = len(unspecified)
    return frame, (
        Check("separations read", None, f"{rows_text(len(rows))} were read from '{path.name}'."),
        Check(
            "unspecified sub-agencies",
            None,
            f"{count_text(left_out)} unspecified sub-{'agency' if left_out == 1 else 'agencies'} "
            f"with {count_text(int(lost))} separations left out.",
        ),
    )


def _headcount(path: Path) -> tuple[pd.DataFrame, tuple[Check, ...]]:
    rows = _rows(path)
    _need(rows, [HEADCOUNT], path)
    first = next(iter(rows[0]))
    table: dict[str, tuple[str, str, float]] = {}
    dropped, total, unspecified = 0, float("nan"), 0.0
    for row in rows:
        label = row[first]
        if label in ("", TOTAL):
            dropped += 1
            total = _number(row[HEADCOUNT], TOTAL, path) if label else total
            continue
        code, name = _unit(label, path)
        number = _number(row[HEADCOUNT], code, path)
        if code in table:
            raise DataError(f"'{path.name}' must have one row per sub-agency; {code} has two.")
        if code.endswith("**"):
            dropped += 1
            unspecified += 0.0 if number != number else number
            continue
        table[code] = (code, name, number)
    frame = pd.DataFrame(list(table.values()), columns=["unit", "name", "headcount"])
    hidden = int(frame["headcount"].isna().sum())
    counted = frame["headcount"].sum() + unspecified
    stated = "" if total != total else f"; the file's total is {count_text(int(total))}"
    return frame, (
        Check(
            "totals",
            None,
            f"{rows_text(dropped)} of totals, blanks and unspecified sub-agencies left out.",
        ),
        Check(
            "headcount",
            None,
            f"{count_text(int(counted))} employees stand in the rows{stated}. "
            f"{rows_text(hidden)} without a headcount kept: no rate.",
        ),
    )


def _parents(path: Path) -> dict[str, str]:
    rows = _rows(path)
    _need(rows, ["AGY", "AGYT"], path)
    return {row["AGY"]: row["AGYT"].removeprefix(f"{row['AGY']}-") for row in rows if row["AGY"]}


def _notes(frame: pd.DataFrame, left: pd.DataFrame, staff: pd.DataFrame) -> tuple[Check, ...]:
    alone = len(set(left["unit"]) - set(staff["unit"]))
    there = len(set(staff["unit"]) - set(left["unit"]))
    known = set(frame["unit"])
    named = [f"{name} ({code})" for code, name in STRUCTURAL.items() if code in known]
    notes = [
        Check(
            "in one file only",
            None,
            f"{count_text(alone)} sub-{'agency has' if alone == 1 else 'agencies have'} "
            f"separations and no row of headcount, {count_text(there)} the reverse: no rate.",
        )
    ]
    if named:
        notes.append(
            Check(
                "temporary staff",
                None,
                f"Quits follow from how {list_words(named)} "
                f"{'hires' if len(named) == 1 else 'hire'}, by season, school year or election; "
                "their rates say little about morale.",
            )
        )
    return tuple(notes)
