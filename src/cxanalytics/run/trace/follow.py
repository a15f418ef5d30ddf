"""Where does the number at this id come from, and do the rows still give it?

The page says the record, the executed notebook the cell that printed it, the notebook's code the
tables and calls behind that cell. The tables are computed again from the data, the page is written
again from them, and both are held against what lies in the outputs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cxanalytics.errors import DataError, ParamsError
from cxanalytics.run import handover
from cxanalytics.run.places import notebooks
from cxanalytics.run.plan import OWN_PAGES
from cxanalytics.run.trace.again import Call, make_again, write_again
from cxanalytics.run.trace.bases import count_rows
from cxanalytics.run.trace.cells import Statement, call_shown, statements
from cxanalytics.run.trace.compare import differing, differing_columns
from cxanalytics.run.trace.outputs import Way, open_way
from cxanalytics.run.trace.page import read_html
from cxanalytics.run.trace.rows import Counted
from cxanalytics.run.trace.tables import Key, narrowed, tables_made, tables_read
from cxanalytics.store import Table
from cxanalytics.tables import Check

_SHOWN = 60
_FIGURE_NUMBER = re.compile(r"\bFigure \d+\b")
"""The page numbers its figures on through its sections; a section begins with one."""


@dataclass(frozen=True, slots=True)
class Trace:
    """The way from a number to its rows.

    Attributes
    ----------
    id, page : str
        Id on the page, and the page's address in the outputs.
    printed : str
        What the page prints there.
    record : mapping
        What the files of the page say; empty where they say nothing.
    notebook, cell : str, int
        The notebook that wrote the page, and its cell.
    source : str
        What the cell shows there.
    tables : tuple of str
        Step and table behind it.
    calls : tuple of Call
        The calls that made the tables, in order.
    counted : Counted or None
        The rows; None where no survey is behind the figure.
    checks : tuple of Check
        What was compared.
    """

    id: str
    page: str
    printed: str
    record: Mapping[str, Any]
    notebook: str
    cell: int
    source: str
    tables: tuple[str, ...]
    calls: tuple[Call, ...]
    counted: Counted | None
    checks: tuple[Check, ...]

    @property
    def agrees(self) -> bool:
        """Whether nothing that was compared differs."""
        return all(check.passed is not False for check in self.checks)


def trace_records(
    output: str | Path,
    ids: Sequence[str] = (),
    *,
    page: str = "",
    study: str = "",
    progress: bool = False,
) -> list[Trace]:
    """Follow numbers of one page back to their rows, and compute them again.

    Parameters
    ----------
    output : str or Path
        Folder of the outputs of a study; nothing is written there.
    ids : sequence of str
        Ids on the page; all records of the page when empty, and all sections of a page without.
    page : str
        The page's address in the outputs, such as "agencies/north.html"; the page that has the id
        when empty.
    study : str
        Name or folder of the study, where the outputs' own name does not find it.
    progress : bool
        Show a bar on a terminal, where it takes more than two seconds.

    Returns
    -------
    list of Trace
        In the order of `ids`.

    Raises
    ------
    ParamsError
        No such outputs, page, id or study.
    DataError
        The outputs were made by another version, from other data, or are incomplete.
    """
    from tqdm import tqdm

    way = open_way(Path(output).expanduser().resolve(), ids, page=page, study=study)
    chosen = (
        list(ids)
        or list(way.page.records)
        or [name for name in way.cells if name in way.page.texts]
    )
    # Without a terminal there is no bar; `disable=None` says so.
    with tqdm(
        desc=way.address, unit="statement", disable=None if progress else True, leave=False
    ) as bar:

        def tick(source: str) -> None:
            bar.set_postfix_str(source[:_SHOWN], refresh=False)
            bar.update(1)
            bar.refresh()

        way.study = replace(way.study, tick=tick)
        whole = statements(notebooks()[way.step])
        found = {name: _place(way, name, whole) for name in chosen}
        _make_again(way, [key for place in found.values() for key in place.keys])
        _write_again(way)
        alike = dict(_results_alike(way))
        return [_follow(way, name, found[name], alike) for name in chosen]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a number was written, and the tables behind it."""

    cell: int
    source: str
    keys: tuple[Key, ...]


def _place(way: Way, name: str, whole: list[Statement]) -> _Place:
    """Find the cell that wrote an id, and the tables it read."""
    section = next((part for part in way.page.within[name] if part in way.cells), "")
    if not section:
        raise ParamsError(
            f"{name!r} belongs to the frame of {way.address}; no cell of its notebook wrote it."
        )
    cell, at = way.cells[section]
    own = tables_made(cell, whole, way.step, at) if way.step in OWN_PAGES else []
    keys = [*tables_read(cell, whole, at), *own]
    stored = {step: way.study.stored(step) for step in dict.fromkeys(step for step, _ in keys)}
    boards = {step: list(result.benchmarks()) for step, result in stored.items()}
    measure = str(way.page.records.get(name, {}).get("measure", ""))
    chosen = narrowed(keys, name, measure, boards=boards, there=stored)
    return _Place(cell, call_shown(cell, whole, at), tuple(chosen))


def _make_again(way: Way, keys: Sequence[Key]) -> None:
    """Compute tables again from the data, and the other benchmarks where one is among them."""
    for step in dict.fromkeys(step for step, _ in keys):
        boards = list(way.study.stored(step).benchmarks())
        wanted = dict.fromkeys(table for at, table in keys if at == step)
        kin = boards if set(boards) & set(wanted) else []
        study = replace(way.study, params=way.params_of(step))
        made = make_again(notebooks()[step], step, dict.fromkeys([*wanted, *kin]), study)
        way.tables |= {(step, table): value for table, value in made.tables.items()}
        way.calls |= {(step, table): calls for table, calls in made.calls.items()}
        way.problems |= {(step, table): told for table, told in made.problems.items()}


def _write_again(way: Way) -> None:
    """Write the page again from all that was computed again."""
    again: dict[str, dict[str, Table]] = {}
    for (step, table), value in way.tables.items():
        again.setdefault(step, {})[table] = value
    try:
        sections = write_again(notebooks()[way.step], replace(way.study, again=again))
    except DataError as error:
        way.unwritten = str(error)
        return
    way.written = read_html("".join(str(part.html) for part in sections))


def _follow(way: Way, name: str, place: _Place, alike: Mapping[Key, Check]) -> Trace:
    """Tell of one id all that was found."""
    record = way.page.records.get(name, {})
    counted, counting = count_rows(way, name, record, place.keys)
    calls = {(call.notebook, call.source): call for key in place.keys for call in way.calls[key]}
    problems = dict.fromkeys(way.problems[key] for key in place.keys if key in way.problems)
    return Trace(
        id=name,
        page=way.address,
        printed=way.page.texts[name],
        record={key: value for key, value in record.items() if key != "id"},
        notebook=way.step,
        cell=place.cell,
        source=place.source,
        tables=tuple(f"{step}/{table}" for step, table in place.keys),
        calls=tuple(calls.values()),
        counted=counted,
        checks=(
            _is_whole(way),
            *(Check("again", False, f"Not computed again: {told}.") for told in problems),
            *_printed_alike(way, name),
            *_record_alike(way, name),
            *(alike[key] for key in place.keys if key in alike),
            *counting,
        ),
    )


def _is_whole(way: Way) -> Check:
    """Hold the page's file against the digest that the run noted."""
    slug = Path(way.address).stem if "/" in way.address else ""
    noted = handover.read_json(
        way.output / ".state" / f"{way.step}{'--' if slug else ''}{slug}.json"
    )
    digest = noted.get("files", {}).get(way.address)
    if digest is None:
        return Check("page", None, "The run noted no digest of the page.")
    same = hashlib.sha256((way.output / way.address).read_bytes()).hexdigest() == digest
    told = "is as the run wrote it" if same else "was changed after the run wrote it"
    return Check("page", same, f"The file of the page {told}.")


def _printed_alike(way: Way, name: str) -> Iterator[Check]:
    """Compare what is printed with what would be printed now."""
    if way.written is None:
        yield Check("again", False, f"The page was not written again: {way.unwritten}")
        return
    printed, again = (
        _FIGURE_NUMBER.sub("Figure", page.texts.get(name, "")) for page in (way.page, way.written)
    )
    if not printed and not again:
        told = "Nothing is printed there: it is a part of a drawing, or a place in the page."
        yield Check("printed", None, told)
    elif printed == again:
        yield Check("printed", True, "The page prints what its notebook writes from the rows.")
    else:
        told = f"The page prints {printed!r}; from the rows it is {again!r}."
        yield Check("printed", False, told)


def _record_alike(way: Way, name: str) -> Iterator[Check]:
    """Compare the record of the files with the one computed again."""
    if name not in way.page.records or way.written is None:
        return
    found = differing(way.page.records[name], way.written.records.get(name, {}))
    if not found:
        yield Check("record", True, "The record in the files agrees with the one computed again.")
        return
    told = "; ".join(f"{field} {left!r}, again {right!r}" for field, (left, right) in found.items())
    yield Check("record", False, f"The record in the files differs: {told}.")


def _results_alike(way: Way) -> Iterator[tuple[Key, Check]]:
    """Compare stored tables with those computed again."""
    for (step, table), value in way.tables.items():
        columns = differing_columns(way.study.stored(step).tables[table], value)
        told = f"differs in {', '.join(columns)}" if columns else "agrees with the one made again"
        text = f"The stored table {step}/{table} {told}."
        yield (step, table), Check("result", not columns, text)
