"""Where does the number at this id come from, and do the rows still give it?

The page says the record, the executed notebook the cell that printed it, the notebook's code the
tables and calls behind that cell. The tables are computed again from the data, the page is written
again from them, and both are held against what lies in the outputs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cxanalytics.errors import ParamsError
from cxanalytics.run import handover
from cxanalytics.run.places import notebooks
from cxanalytics.run.plan import OWN_PAGES
from cxanalytics.run.trace.again import Call, make_again, stored_result, write_again
from cxanalytics.run.trace.cells import statements
from cxanalytics.run.trace.compare import differing, differing_columns, same_figure
from cxanalytics.run.trace.outputs import Way, open_way
from cxanalytics.run.trace.page import ReadPage, read_html
from cxanalytics.run.trace.rows import Counted, count_model, count_score, count_tables, count_wave
from cxanalytics.run.trace.tables import Key, narrowed, tables_made, tables_read
from cxanalytics.store import Table
from cxanalytics.tables import Check

_SHOWN = 60
_OF_MODEL = ("driver-", "drivers-", "step-")


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
        That cell.
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
        Ids on the page; all records of the page when empty.
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
    chosen = list(ids) or list(way.page.records)
    if not chosen:
        raise ParamsError(f"{way.address} has no records; name an id of it.")
    # Without a terminal there is no bar; `disable=None` says so.
    with tqdm(
        desc=way.address, unit="statement", disable=None if progress else True, leave=False
    ) as bar:

        def tick(source: str) -> None:
            bar.set_postfix_str(source[:_SHOWN], refresh=False)
            bar.update(1)
            bar.refresh()

        way.study = replace(way.study, tick=tick)
        return [_follow(way, name) for name in chosen]


def _follow(way: Way, name: str) -> Trace:
    """Follow one id."""
    record = way.page.records.get(name, {})
    section = next((part for part in way.page.within[name] if part in way.cells), "")
    if not section:
        raise ParamsError(
            f"{name!r} belongs to the frame of {way.address}; no cell of its notebook wrote it."
        )
    cell, source = way.cells[section]
    whole = statements(notebooks()[way.step])
    own = tables_made(cell, whole, way.step) if way.step in OWN_PAGES else []
    keys = _narrow(way, [*tables_read(cell, whole), *own], name, record)
    again = _made_again(way, keys)
    written = _written_again(way)
    counted, counting = _count(way, name, record, again)
    calls = {(call.notebook, call.source): call for key in keys for call in way.calls[key]}
    return Trace(
        id=name,
        page=way.address,
        printed=way.page.texts[name],
        record={key: value for key, value in record.items() if key != "id"},
        notebook=way.step,
        cell=cell,
        source=source,
        tables=tuple(f"{step}/{table}" for step, table in keys),
        calls=tuple(calls.values()),
        counted=counted,
        checks=(
            _is_whole(way),
            _printed_alike(way.page, written, name),
            *_record_alike(way.page, written, name),
            *_results_alike(way, again),
            *counting,
        ),
    )


def _narrow(way: Way, keys: list[Key], name: str, record: Mapping[str, Any]) -> list[Key]:
    """Choose among the tables that a cell reads those behind one figure."""
    stored = {step: stored_result(way.output, step) for step in dict.fromkeys(s for s, _ in keys)}
    boards = {step: list(result.benchmarks()) for step, result in stored.items()}
    return narrowed(keys, name, str(record.get("measure", "")), boards=boards, there=stored)


def _made_again(way: Way, keys: Sequence[Key]) -> dict[Key, Table]:
    """Compute tables again from the data; those of an earlier id are kept."""
    kept = way.study.kept.setdefault("tables", {})
    for step in dict.fromkeys(step for step, _ in keys):
        wanted = [table for at, table in keys if at == step and (at, table) not in kept]
        if not wanted:
            continue
        study = replace(way.study, params=way.params_of(step))
        tables, calls = make_again(notebooks()[step], step, _with_kin(way, step, wanted), study)
        for table, value in tables.items():
            kept[step, table] = value
            way.calls[step, table] = calls
    return {key: kept[key] for key in keys}


def _with_kin(way: Way, step: str, wanted: Sequence[str]) -> list[str]:
    """Add the other benchmarks where one is wanted: they come from the same call."""
    boards = list(stored_result(way.output, step).benchmarks())
    return list(dict.fromkeys([*wanted, *(boards if set(boards) & set(wanted) else [])]))


def _written_again(way: Way) -> ReadPage:
    """Write the page again from all that was computed again so far."""
    kept: dict[Key, Table] = way.study.kept.get("tables", {})
    done = tuple(sorted(kept))
    if done not in way.written:
        again: dict[str, dict[str, Table]] = {}
        for (step, table), value in kept.items():
            again.setdefault(step, {})[table] = value
        sections = write_again(notebooks()[way.step], replace(way.study, again=again))
        way.written[done] = read_html("".join(str(part.html) for part in sections))
    return way.written[done]


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


def _printed_alike(page: ReadPage, written: ReadPage, name: str) -> Check:
    """Compare what is printed with what would be printed now."""
    printed, again = page.texts[name], written.texts.get(name, "")
    if printed == again:
        return Check("printed", True, "The page prints what its notebook writes from the rows.")
    return Check("printed", False, f"The page prints {printed!r}; from the rows it is {again!r}.")


def _record_alike(page: ReadPage, written: ReadPage, name: str) -> Iterator[Check]:
    """Compare the record of the files with the one computed again."""
    if name not in page.records:
        return
    found = differing(page.records[name], written.records.get(name, {}))
    if not found:
        yield Check("record", True, "The record in the files agrees with the one computed again.")
        return
    told = "; ".join(f"{field} {left!r}, again {right!r}" for field, (left, right) in found.items())
    yield Check("record", False, f"The record in the files differs: {told}.")


def _results_alike(way: Way, again: Mapping[Key, Table]) -> Iterator[Check]:
    """Compare stored tables with those computed again."""
    for (step, table), value in again.items():
        columns = differing_columns(stored_result(way.output, step).tables[table], value)
        told = f"differs in {', '.join(columns)}" if columns else "agrees with the one made again"
        yield Check("result", not columns, f"The stored table {step}/{table} {told}.")


def _count(
    way: Way, name: str, record: Mapping[str, Any], again: Mapping[Key, Table]
) -> tuple[Counted | None, list[Check]]:
    """Count the rows of a figure, and compare base and unadjusted score where they are known."""
    if way.study.file.survey is None or way.step in OWN_PAGES:
        return count_tables(again.values()), []
    period = way.period
    survey = way.study.survey()
    question = str(record.get("measure", "")).partition("/")[0]
    agency, known = record.get("agency"), {entry.name for entry in survey.questions}
    if name.startswith(_OF_MODEL) and not agency:
        counted = count_model(way.study, period=period)
        return counted, _base_alike(record, counted)
    if question not in known or agency not in set(survey.agencies):
        return count_wave(way.study, period=period), []
    counted = count_score(way.study, measure=question, agency=str(agency), period=period)
    if name.startswith("answer"):
        # Answers that are counted together, and their base, follow rules of their own.
        return counted, []
    return counted, [*_base_alike(record, counted), *_share_alike(record, counted)]


def _base_alike(record: Mapping[str, Any], counted: Counted) -> list[Check]:
    if record.get("n") is None or counted.n is None:
        return []
    same = same_figure(record["n"], counted.n)
    told = "is" if same else f"is {record['n']} in the record and"
    return [Check("base", same, f"The base {told} {counted.n:,.0f} when the rows are counted.")]


def _share_alike(record: Mapping[str, Any], counted: Counted) -> list[Check]:
    if record.get("raw") is None or counted.share is None:
        return []
    same = same_figure(record["raw"], counted.share)
    told = "is" if same else f"is {record['raw']} in the record and"
    text = f"The unadjusted score {told} {counted.share:.6g} when the rows are counted plainly."
    return [Check("counted", same, text)]
