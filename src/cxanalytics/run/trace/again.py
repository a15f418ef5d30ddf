"""What does the code behind a page give when it is run again?

Statements of notebooks are run in this process, with the notebook's parameters and a study that
hands nothing over.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cxanalytics
from cxanalytics.errors import DataError
from cxanalytics.report import Section
from cxanalytics.run import handover
from cxanalytics.run.study import Study
from cxanalytics.run.trace.cells import (
    Statement,
    expression_of,
    handed_over,
    needed_for,
    statements,
)
from cxanalytics.store import Result, Table, read_result
from cxanalytics.tables import Benchmark, Estimates, Survey

_LONGEST = 160


@dataclass(frozen=True, slots=True)
class Call:
    """A call that a figure comes from.

    Attributes
    ----------
    notebook : str
    cell : int
    function : str
    arguments : mapping of str to str
        In words, by name; a place for those without a name.
    source : str
        The statement as the notebook has it.
    """

    notebook: str
    cell: int
    function: str
    arguments: Mapping[str, str]
    source: str


@dataclass(frozen=True, slots=True)
class TracedStudy(Study):
    """A study that hands nothing over, and loads what was computed again before what is stored.

    Attributes
    ----------
    again : mapping of str to mapping of str to table
        Step to its tables.
    kept : dict
        What was read already.
    tick : callable
        Told of every statement before it is run.
    """

    again: Mapping[str, Mapping[str, Table]] = field(default_factory=dict, repr=False)
    kept: dict[str, Any] = field(default_factory=dict, repr=False)
    tick: Callable[[str], None] = field(default=lambda _: None, repr=False)

    def survey(self) -> Survey:
        """Read the survey, once."""
        if "survey" not in self.kept:
            self.kept["survey"] = Study.survey(self)
        found: Survey = self.kept["survey"]
        return found

    def save(self, step: str, *, facts: Mapping[str, Any] | None = None, **tables: Table) -> str:
        """Keep nothing."""
        return f"{step}: {', '.join(tables)}; {len(facts or {})} facts"

    def load(self, step: str) -> Result:
        """Load a step; tables computed again go before stored ones."""
        if reason := self.source.lacks(step):
            return Result({}, {"reason": reason})
        stored = self.stored(step)
        return Result({**stored.tables, **self.again.get(step, {})}, stored.facts)

    def stored(self, step: str) -> Result:
        """Give what the run stored of a step, read once."""
        at = f"stored/{step}"
        if at not in self.kept:
            self.kept[at] = stored_result(self.output, step)
        found: Result = self.kept[at]
        return found


def stored_result(output: Path, step: str) -> Result:
    """Read what a run stored of a step.

    Raises
    ------
    DataError
        It stored nothing.
    """
    found = handover.current(output, step)
    if not found:
        raise DataError(f"These outputs hold no results of {step}: run the study again.")
    return read_result(handover.step_folder(output, step) / found["key"])


class _Package:
    """The package as a notebook sees it, but for the study that it opens."""

    def __init__(self, study: TracedStudy) -> None:
        self._study = study

    def __getattr__(self, name: str) -> Any:
        return getattr(cxanalytics, name)

    def parameters(self) -> dict[str, Any]:
        return {}

    def open_study(self, *_: Any, **__: Any) -> TracedStudy:
        return self._study


@dataclass(slots=True)
class Made:
    """Tables of one step, computed again.

    Attributes
    ----------
    tables : dict of str to table
    calls : dict of str to list of Call
        Table to the calls of this package that lead to it, in order.
    problems : dict of str to str
        Table to why it could not be computed again.
    """

    tables: dict[str, Table] = field(default_factory=dict)
    calls: dict[str, list[Call]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def make_again(notebook: Path, step: str, tables: Iterable[str], study: TracedStudy) -> Made:
    """Compute tables of a step again, from the data; every statement is run once.

    Parameters
    ----------
    notebook : Path
    step : str
    tables : iterable of str
        Names under which the notebook hands them over.
    study : TracedStudy

    Returns
    -------
    Made

    Raises
    ------
    DataError
        The notebook hands no such table over.
    """
    whole = statements(notebook)
    place, call = handed_over(step, whole)
    wanted = {table: expression_of(table, call) for table in tables}
    needed = {
        table: needed_for(_names(expression), whole[:place])
        for table, (expression, _) in wanted.items()
    }
    space: dict[str, Any] = {}
    calls: dict[Statement, list[Call]] = {}
    failed: dict[Statement, str] = {}
    for entry in whole[:place]:
        if not any(entry in chosen for chosen in needed.values()):
            continue
        try:
            _run(entry, space, study)
            calls[entry] = _calls(entry, step, space)
        except Exception as error:  # whatever a statement raises is told, not the end of the trace
            failed[entry] = _told_error(step, entry, error)
    made = Made()
    for table, (expression, of_many) in wanted.items():
        made.calls[table] = [each for entry in needed[table] for each in calls.get(entry, ())]
        reason = next((failed[entry] for entry in needed[table] if entry in failed), "")
        if reason:
            made.problems[table] = reason
            continue
        value = _value(expression, space)
        made.tables[table] = value[table] if of_many else value
    return made


def _names(expression: ast.expr) -> set[str]:
    return {inner.id for inner in ast.walk(expression) if isinstance(inner, ast.Name)}


def _told_error(step: str, entry: Statement, error: Exception) -> str:
    """Say in one line where the code stopped, and why."""
    why = " ".join(str(error).split())
    return f"{step}, cell {entry.cell}, stops at {_cut(entry.source)}: {_cut(why)}"


def write_again(notebook: Path, study: TracedStudy) -> list[Section]:
    """Run a notebook that writes a page, and give the sections that it shows.

    Parameters
    ----------
    notebook : Path
    study : TracedStudy
        With the tables to write from.

    Returns
    -------
    list of Section

    Raises
    ------
    DataError
        A statement fails on these tables.
    """
    shown: list[Section] = []

    def keep(*values: Any) -> None:
        shown.extend(value for value in values if isinstance(value, Section))

    space: dict[str, Any] = {"display": keep}
    whole = statements(notebook)
    last = {entry.cell: entry.node for entry in whole}
    for entry in whole:
        try:
            if entry.node is last[entry.cell] and isinstance(entry.node, ast.Expr):
                study.tick(entry.source)
                keep(_value(entry.node.value, space))
            else:
                _run(entry, space, study)
        except Exception as error:
            raise DataError(f"{_told_error(notebook.stem, entry, error)}.") from error
    return shown


def _run(entry: Statement, space: dict[str, Any], study: TracedStudy) -> None:
    study.tick(entry.source)
    exec(compile(ast.Module([entry.node], []), f"<cell {entry.cell}>", "exec"), space)
    if isinstance(entry.node, ast.Import):
        for name in entry.makes:
            if space.get(name) is cxanalytics:
                space[name] = _Package(study)


def _value(expression: ast.expr, space: dict[str, Any]) -> Any:
    return eval(compile(ast.Expression(expression), "<cell>", "eval"), space)


def _calls(entry: Statement, step: str, space: dict[str, Any]) -> list[Call]:
    """Describe the calls of a statement that takes what they give."""
    if not isinstance(entry.node, ast.Assign) or not isinstance(entry.node.value, ast.Call):
        return []
    call = entry.node.value
    function = ast.unparse(call.func)
    if function.endswith("open_study"):
        return []
    told = {f"{place}": _told(argument, space) for place, argument in enumerate(call.args, start=1)}
    for keyword in call.keywords:
        if keyword.arg:
            told[keyword.arg] = _told(keyword.value, space)
        else:
            value = _value(keyword.value, space)
            told |= {str(name): _in_words(part) for name, part in value.items()}
    return [Call(step, entry.cell, function, told, entry.source)]


def _told(expression: ast.expr, space: dict[str, Any]) -> str:
    """Describe an argument by its value; one that computes by its source."""
    if any(isinstance(node, ast.Call) for node in ast.walk(expression)):
        return ast.unparse(expression)
    return _in_words(_value(expression, space))


def _in_words(value: Any) -> str:
    """Describe an argument in one short line."""
    if callable(value) and hasattr(value, "__name__"):
        return str(value.__name__)
    if isinstance(value, Estimates | Benchmark):
        return f"{type(value).__name__} of {len(value.frame)} rows"
    if isinstance(value, Mapping) and any(isinstance(v, Estimates) for v in value.values()):
        return f"scores of {', '.join(map(str, value))}"
    return _cut(" ".join(repr(value).split()))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
