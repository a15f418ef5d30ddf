"""What an attacker calculates from everything that a run hands out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from harvest import Harvest, Table
from scipy import sparse

from cxanalytics.models.departments import BETWEEN
from cxanalytics.numerics.linear_attack import CellBounds, cell_bounds

Cell = tuple[str, str, str]
"""An agency, a wave and a question."""

GUARDED = ("hidden", "complementary")
FINER = ("department", "channel", "unit", "point")
"""Columns of tables about parts of an agency, which have sums of their own."""
SAME_CELL = ("", "funnel")
"""What stands behind the measure of a record that is about the whole cell; its wave does, too."""
HIDE = 10
# Shares in files have six significant digits, so a count of up to a few thousand is exact.
ROUNDED = 1e-3


@dataclass(slots=True)
class Knowledge:
    """Everything that was read about counts.

    Attributes
    ----------
    n, positive : dict
        Answers, and positive ones, of a cell.
    labels : dict
        Why a cell is not shown.
    wave_totals : dict of (wave, question) to float
        Answers of all agencies.
    totals : dict of (what, question) to float
        "n" or "positive" over all agencies and waves.
    parts : dict of (kind, agency, wave) to dict of str to float
        Answers of each "department" or "channel" that is shown.
    """

    n: dict[Cell, float] = field(default_factory=dict)
    positive: dict[Cell, float] = field(default_factory=dict)
    labels: dict[Cell, str] = field(default_factory=dict)
    wave_totals: dict[tuple[str, str], float] = field(default_factory=dict)
    totals: dict[tuple[str, str], float] = field(default_factory=dict)
    parts: dict[tuple[str, str, str], dict[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recovered:
    """A figure of a guarded cell that only one value is left for."""

    cell: Cell
    what: str
    value: float


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", ""))
    except (ValueError, AttributeError):
        return None


def learn(found: Harvest, *, outcome: str, positive: Mapping[str, tuple[float, ...]]) -> Knowledge:
    """Read every table whose columns tell what it counts.

    Parameters
    ----------
    found : Harvest
    outcome : str
        The question that tables without a question are about.
    positive : mapping of str to tuple of float
        Which answers of a question count, as the pages print it.

    Returns
    -------
    Knowledge
    """
    known = Knowledge()
    for table in found.tables:
        # Staff are other people than those who answered the survey.
        if table.name.startswith("staff_"):
            continue
        for row in table.records():
            if any(row.get(part) for part in FINER):
                continue
            wave = row.get("wave") or row.get("period", "")
            if "agency" in row and wave:
                _learn_record(known, row, wave, row.get("measure", outcome))
            elif table.name == "waves" and wave:
                _keep(known.wave_totals, (wave, outcome), _number(row["n"]))
    for row in _once(found, "scale_use"):
        n = _number(row["n"])
        for what in ("n", "positive"):
            counts = what == "n" or _number(row["answer"]) in positive[row["question"]]
            key = (what, row["question"])
            if n is None and counts:
                known.totals[key] = np.nan
            elif counts:
                known.totals[key] = known.totals.get(key, 0.0) + n
    return known


def _once(found: Harvest, name: str) -> Iterator[dict[str, str]]:
    """Give the records of the first table of a name."""
    for table in found.tables:
        if table.name == name:
            yield from table.records()
            return


def _learn_record(known: Knowledge, row: Mapping[str, str], wave: str, measure: str) -> None:
    """Learn from a record of a cell, of a part of one, or of neither, such as a single answer."""
    # A wave of the files with its own name ("July to September") would be another key here.
    question, _, detail = measure.partition("/")
    agency, _, part = row["agency"].partition(BETWEEN)
    if part and (n := _number(row.get("n", ""))) is not None:
        kind = row["id"].partition("-")[0]
        _keep(known.parts.setdefault((kind, agency, wave), {}), part, n)
    elif agency and not part and detail in (*SAME_CELL, wave):
        _learn_cell(known, (agency, wave, question), row)


def _learn_cell(known: Knowledge, cell: Cell, row: Mapping[str, str]) -> None:
    reason = row.get("suppressed_reason", "")
    if reason in GUARDED:
        known.labels[cell] = reason
    n = _number(row.get("n", ""))
    _keep(known.n, cell, n)
    share = _number(row.get("raw", "") or row.get("score", ""))
    if n is not None and share is not None:
        _keep(known.positive, cell, round(share * n))


def _keep(into: dict, key: object, value: float | None) -> None:
    if value is None:
        return
    before = into.setdefault(key, value)
    assert before == value, f"two pages disagree about {key}: {before} and {value}"


@dataclass(slots=True)
class _System:
    """Equations in the unknown parts of the cells."""

    names: dict[tuple[Cell, str], int] = field(default_factory=dict)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    rows: list[dict[int, float]] = field(default_factory=list)
    totals: list[float] = field(default_factory=list)

    def unknown(self, cell: Cell, what: str, low: float, high: float) -> int:
        if (cell, what) not in self.names:
            self.names[cell, what] = len(self.names)
            self.low.append(low)
            self.high.append(high)
        return self.names[cell, what]

    def bounds(self, cells: list[int]) -> CellBounds:
        matrix = sparse.lil_array((len(self.rows), len(self.names)))
        for place, row in enumerate(self.rows):
            for column, value in row.items():
                matrix[place, column] = value
        return cell_bounds(
            matrix, self.totals, low=self.low, high=self.high, slack=ROUNDED, cells=cells
        )


def solve(known: Knowledge) -> list[Recovered]:
    """Bound every guarded cell by linear programmes, and list what is decided.

    Parameters
    ----------
    known : Knowledge

    Returns
    -------
    list of Recovered
    """
    system = _System()
    agencies = sorted({cell[0] for cell in (*known.n, *known.labels)})
    waves = sorted({cell[1] for cell in (*known.n, *known.labels)})
    for question in sorted({cell[2] for cell in known.labels}):
        cells = [(agency, wave, question) for agency in agencies for wave in waves]
        for cell in cells:
            _add_cell(system, known, cell)
        for wave in waves:
            if (wave, question) in known.wave_totals:
                part = [cell for cell in cells if cell[1] == wave]
                _add_sum(system, known, part, "n", known.wave_totals[wave, question])
        for what in ("n", "positive"):
            total = known.totals.get((what, question), np.nan)
            if np.isfinite(total):
                _add_sum(system, known, cells, what, total)
    return _decided(system, known)


def _decided(system: _System, known: Knowledge) -> list[Recovered]:
    """List the numbers of guarded cells of which one value is left."""
    asked = {
        name: place
        for name, place in system.names.items()
        if name[1] != "other" and name[0] in known.labels
    }
    if not asked:
        return []
    got = system.bounds(list(asked.values()))
    return [
        Recovered(cell, what, got.low[place])
        for (cell, what), place in asked.items()
        if got.known[place]
    ]


def _add_cell(system: _System, known: Knowledge, cell: Cell) -> None:
    """Add what is not known of a cell: its answers, the positive ones and the others."""
    label = known.labels.get(cell, "")
    if cell not in known.n:
        low, high = {"hidden": (0, HIDE - 1), "complementary": (HIDE, np.inf)}.get(
            label, (0, np.inf)
        )
        n = system.unknown(cell, "n", low, high)
        most = high
    else:
        n, most = -1, known.n[cell]
    if cell in known.positive:
        return
    positive = system.unknown(cell, "positive", 0, most)
    other = system.unknown(cell, "other", 0, most)
    row = {positive: 1.0, other: 1.0}
    if n >= 0:
        row[n] = -1.0
    system.rows.append(row)
    system.totals.append(0.0 if n >= 0 else known.n[cell])


def _add_sum(system: _System, known: Knowledge, cells: list[Cell], what: str, total: float) -> None:
    shown = known.n if what == "n" else known.positive
    row = {system.names[cell, what]: 1.0 for cell in cells if cell not in shown}
    if row:
        system.rows.append(row)
        system.totals.append(total - sum(shown[cell] for cell in cells if cell in shown))


def solve_margins(
    table: pd.DataFrame, reason: pd.Series, *, margins: Sequence[str]
) -> list[Recovered]:
    """Attack a table of `n` and `positive` whose margins are all published.

    Parameters
    ----------
    table : DataFrame
        A row per cell.
    reason : Series of str
        Why a cell is not shown.
    margins : sequence of str
        Columns in whose values the cells are summed.

    Returns
    -------
    list of Recovered
        Small cells of which a number is decided, named by their place. A large one that was
        hidden for their sake may follow: it gives nobody away.
    """
    system = _System()
    known = Knowledge()
    names = [(str(place), "", "") for place in table.index]
    for name, place in zip(names, table.index, strict=True):
        if reason[place] in GUARDED:
            known.labels[name] = reason[place]
        else:
            known.n[name] = float(table["n"][place])
        if reason[place] == "":
            known.positive[name] = float(table["positive"][place])
        _add_cell(system, known, name)
    for margin in margins:
        for _, part in table.groupby(margin):
            # A total over one cell is that cell: it is not published.
            if len(part) == 1:
                continue
            cells = [(str(place), "", "") for place in part.index]
            for what in ("n", "positive"):
                _add_sum(system, known, cells, what, float(part[what].sum()))
    return [entry for entry in _decided(system, known) if known.labels[entry.cell] == "hidden"]


def solve_parts(
    known: Knowledge, truth: pd.DataFrame, *, kind: str, agency: str, wave: str
) -> list[Recovered]:
    """Attack the departments or channels that a page leaves out, by those that it shows.

    Parameters
    ----------
    known : Knowledge
    truth : DataFrame
        `n` and `positive` of every part of the agency, the index; who attacks knows which parts
        there are, and the scores of those that are shown.
    kind : {"department", "channel"}
    agency, wave : str

    Returns
    -------
    list of Recovered
        Named by the part.
    """
    shown = known.parts.get((kind, agency, wave), {})
    assert shown == truth["n"].loc[list(shown)].to_dict()
    assert truth["n"].sum() == known.n[agency, wave, "recommend"]
    hidden = pd.Series(np.where(truth["n"] < HIDE, *GUARDED), index=truth.index)
    reason = hidden.where(~truth.index.isin(list(shown)), "")
    return solve_margins(truth.assign(agency=agency), reason, margins=["agency"])


def people_behind(share: float, *, digits: int = 6, most: int = 5_000) -> int:
    """Find the fewest people of whom a whole number gives a share as it is printed.

    Parameters
    ----------
    share : float
    digits : int
        Significant digits of the share.
    most : int
        People to try.

    Returns
    -------
    int
        0 where none fits.
    """
    people = np.arange(1, most + 1)
    nearest = np.round(share * people) / people
    room = 0.5 * 10.0 ** (np.floor(np.log10(max(share, 1e-12))) + 1 - digits)
    fits = np.flatnonzero(np.abs(nearest - share) <= room * (1 + 1e-9))
    return int(people[fits[0]]) if len(fits) else 0


def match_rows(first: Table, second: Table) -> dict[str, str]:
    """Match the rows of two pages whose names are codes, by the figures that stand in them.

    Parameters
    ----------
    first, second : Table
        With the code in the first column.

    Returns
    -------
    dict of str to str
        Code on the first page to code on the second: rows whose figures agree and are unlike all
        others on both pages.
    """
    signs = [
        [tuple(cell for cell in row[1:] if re.search(r"\d", cell)) for row in table.rows[1:]]
        for table in (first, second)
    ]
    codes = [[row[0] for row in table.rows[1:]] for table in (first, second)]
    return {
        codes[0][place]: codes[1][signs[1].index(sign)]
        for place, sign in enumerate(signs[0])
        if sign and signs[0].count(sign) == 1 and signs[1].count(sign) == 1
    }


_SAID = re.compile(r"fewer than \d+|<\d+|<!--.*?-->", re.IGNORECASE)


def numbers_beside(found: Harvest, agency: str, *, allowed: tuple[str, ...] = ()) -> list[str]:
    """List the figures that stand in one row with the name of a guarded agency.

    Parameters
    ----------
    found : Harvest
    agency : str
    allowed : tuple of str
        Cells that are names, such as those of waves.

    Returns
    -------
    list of str
        Place, column and figure.
    """
    leaks = []
    for table in found.tables:
        head, *rows = table.rows or ((),)
        for row in rows:
            if agency not in row:
                continue
            for column, cell in zip(head, row, strict=False):
                free = cell == agency or cell in allowed or column in ("id", "left_out", "")
                if not free and re.search(r"\d", _SAID.sub("", cell)):
                    leaks.append(f"{table.place}, {table.name}, {column}: {cell}")
    return leaks
