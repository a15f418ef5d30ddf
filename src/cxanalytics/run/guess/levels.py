"""Which columns name what is compared, and its parts: agency, department, unit?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from cxanalytics.run.guess.words import all_numbers, filled, words_of
from cxanalytics.sources._cells import key

ORGANIZATIONS = (
    "agency", "ministry", "organization", "organisation", "authority", "council", "company",
    "bureau", "department", "dept", "directorate", "division", "region", "district", "area",
    "office", "branch", "center", "centre", "site", "location", "facility", "hospital", "trust",
    "provider", "service", "section", "unit", "team", "queue",
    "behorde", "ministerium", "amt", "dienststelle", "standort", "referat", "abteilung",
    "agence", "ministere", "organisme", "direction", "equipe", "organismo", "oficina", "equipo",
)  # fmt: skip
"""Words for what may be compared, the larger before the smaller."""

LEVELS = ("agency", "department", "unit")
DEPARTMENTS = frozenset(
    {"department", "dept", "directorate", "division", "direction", "abteilung", "referat"}
)
GROUPS_AT_MOST = 2_000
"""More distinct names than this are no groups."""

ANSWERS_EACH = 2
"""Rows that a group must have on average."""

HEADING_WORDS = 3
"""A longer heading is a question, not the name of a level."""

PLACES = frozenset({"region", "district", "area"})
"""Words for places: compared only where nothing else is named."""

ROWS_AT_LEAST = 20
DISTINCT = 0.95
"""A table is a row per organization where it is this long and names differ this much."""

FALLBACK_GROUPS = (2, 500)
FALLBACK_ROWS = 5
_TOTALS = frozenset({"total", "totals", "grand total", "all", "overall", "gesamt", "all agencies"})
_AFTER = frozenset({"name", "code", "id", "key", "no", "nr"})
_NOT_A_NAME = frozenset({"of", "my", "your", "our", "the"})


@dataclass(frozen=True, slots=True)
class Levels:
    """Who is compared.

    Attributes
    ----------
    columns : dict of str to str
        agency, department, unit to their columns.
    why, doubts : dict of str to str
        By level.
    refused : list of str
        What the reader would refuse or count twice.
    """

    columns: dict[str, str] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


def guess_levels(frame: pd.DataFrame, free: Sequence[str], *, grouped: bool = True) -> Levels:
    """Find what is compared, and its parts: by name, from the larger to the smaller.

    Parameters
    ----------
    frame : DataFrame
        Cells as text.
    free : sequence of str
        Columns that serve nothing else.
    grouped : bool
        True where a group has several rows, as in answers; False for a row per group.

    Returns
    -------
    Levels
    """
    least = ANSWERS_EACH if grouped else 1
    ranked = [
        (rank, place, name)
        for place, name in enumerate(free)
        if (rank := organization_rank(name)) is not None and _is_groups(frame[name], least)
    ]
    named = [name for _, _, name in sorted(ranked)]
    chosen = _one_name_each(frame, _without_places(named))
    chosen.sort(key=lambda name: _order(pd.Series(frame[name])))
    if not chosen:
        return _fallback(frame, free) if grouped else Levels()
    found = Levels()
    for level, name in zip(_levels(frame, chosen), chosen, strict=False):
        groups = filled(frame[name])
        kinds = groups.nunique()
        found.columns[level] = name
        found.why[level] = f"its name, and {kinds} different {'name' if kinds == 1 else 'names'}"
        found.refused.extend(_traps(level, name, groups, len(frame)))
    return found


def _levels(frame: pd.DataFrame, chosen: Sequence[str]) -> Sequence[str]:
    """Teams below an agency are units; the parts of a lone agency are its departments."""
    alone = filled(frame[chosen[0]]).nunique() == 1
    if len(chosen) != 2 or alone or DEPARTMENTS & set(words_of(chosen[1]).split()):
        return LEVELS
    return "agency", "unit"


def _order(column: pd.Series) -> tuple[bool, int]:
    # The agency must be known in every row; a department or a unit need not be.
    cells = filled(column)
    return len(cells) < len(column), cells.nunique()


def _without_places(names: Sequence[str]) -> Sequence[str]:
    others = [name for name in names if not PLACES & set(words_of(name).split())]
    return others or names


def _traps(level: str, name: str, groups: pd.Series, rows: int) -> list[str]:
    found = [
        f"'{name}' holds '{cell}': take such rows out, or their answers are counted twice."
        for cell in groups.unique()
        if key(cell) in _TOTALS
    ]
    if level == "agency" and len(groups) < rows:
        found.append(
            f"'{name}' is empty in some rows. The reader stops there: fill them, or take the rows "
            "out where they are notes or totals."
        )
    return found


def names_each_row(frame: pd.DataFrame) -> str:
    """Find a column that names another organization in each row.

    Parameters
    ----------
    frame : DataFrame

    Returns
    -------
    str
        Such a table holds scores of organizations and no answers; "" where there is none.
    """
    if len(frame) < ROWS_AT_LEAST:
        return ""
    for name in frame:
        cells = filled(frame[name])
        alone = len(cells) == len(frame) and cells.nunique() >= DISTINCT * len(cells)
        if alone and organization_rank(str(name)) is not None:
            return str(name)
    return ""


def organization_rank(name: str) -> int | None:
    """Say how large a thing a column name stands for; None where it names no organization.

    Parameters
    ----------
    name : str

    Returns
    -------
    int or None
        Smaller is larger, as in `ORGANIZATIONS`.
    """
    words = words_of(name).split()
    if len(words) > HEADING_WORDS:
        return None
    while words and (words[-1] in _AFTER or words[-1].isdigit()):
        words.pop()
    # "Contact center" is a center; "years of service" and "service quality" are no service.
    if not words or words[-1] not in ORGANIZATIONS or _NOT_A_NAME & set(words):
        return None
    return ORGANIZATIONS.index(words[-1])


def _is_groups(column: pd.Series, least: int) -> bool:
    cells = filled(column)
    kinds = cells.nunique()
    if not kinds or kinds > GROUPS_AT_MOST or len(cells) < least * kinds:
        return False
    # A column "Trust" with 1 to 5 in it is a question about trust.
    return not (all_numbers(cells) and kinds <= 11 and cells.str.len().max() <= 2)


def _one_name_each(frame: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """Of a code and a name for the same groups, keep the name."""
    kept: list[str] = []
    for name in names:
        twin = next((other for other in kept if _same_groups(frame[name], frame[other])), None)
        if twin is None:
            kept.append(name)
        elif _letters(frame[name]) > _letters(frame[twin]):
            kept[kept.index(twin)] = name
    return kept


def _same_groups(one: pd.Series, other: pd.Series) -> bool:
    pairs = pd.DataFrame({"one": one, "other": other}).drop_duplicates()
    return bool(len(pairs) == one.nunique() == other.nunique())


def _letters(column: pd.Series) -> float:
    return float(pd.Series(column.unique()).str.count(r"[^\W\d_]").mean())


def _fallback(frame: pd.DataFrame, free: Sequence[str]) -> Levels:
    """Without a name that tells, propose a column of repeated words, and say so."""
    fewest, most = FALLBACK_GROUPS
    for name in free:
        cells = filled(frame[name])
        kinds = cells.nunique()
        if all_numbers(cells) or not fewest <= kinds <= most:
            continue
        if len(cells) >= FALLBACK_ROWS * kinds:
            doubt = (
                f"no column is named like an agency; '{name}' holds {kinds} names that come back"
            )
            return Levels({"agency": name}, {}, {"agency": doubt})
    return Levels()
