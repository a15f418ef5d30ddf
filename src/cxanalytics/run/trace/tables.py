"""Which stored tables does a cell of a page's notebook read?"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cxanalytics.run.keys import SCORES
from cxanalytics.run.trace.cells import Statement, handed_over, needed_for, shown_by

BOARDS = "*"
"""Stands for all benchmarks of a step."""

EVERY = "**"
"""Stands for all tables of a step."""

Key = tuple[str, str]

_OF_TABLES: Mapping[str, tuple[str, ...]] = {
    "driver-": ("drivers",),
    "drivers-": ("drivers",),
    "step-": ("effects",),
    "answer-": ("answers",),
    "claim-": ("claims",),
    "history-": ("history",),
    "department-": ("departments",),
    "channel-": ("channels",),
    "team-": ("teams",),
    "staff-": ("items",),
    "relation-": ("morale",),
    "models-": ("ladder",),
}
"""Ids whose figures come from some of the tables that their cell reads."""


def tables_read(cell: int, whole: list[Statement], place: int = 0) -> list[Key]:
    """List the tables behind what a cell shows, read there or through names it uses.

    Parameters
    ----------
    cell : int
        Place of the cell.
    whole : list of Statement
        Of the notebook.
    place : int
        Which of the things that the cell shows, from 0.

    Returns
    -------
    list of (str, str)
        Step and table; the table `BOARDS` stands for all benchmarks of the step.
    """
    shown = shown_by(cell, whole, place)
    before = [entry for entry in whole if entry.cell <= cell]
    chosen = [*needed_for(shown.uses, before), shown]
    steps: dict[str, str] = {}
    for entry in chosen:
        for name, value in _assigned(entry.node):
            if step := _loaded(value) or _getter(value, steps):
                steps[name] = step
    found = [key for entry in chosen for node in ast.walk(entry.node) for key in _key(node, steps)]
    return list(dict.fromkeys(found))


def tables_made(cell: int, whole: list[Statement], step: str, place: int = 0) -> list[Key]:
    """List the tables that a notebook hands over and a cell of its own page shows.

    Parameters
    ----------
    cell : int
        Place of the cell.
    whole : list of Statement
        Of the notebook.
    step : str
        Its name.
    place : int
        Which of the things that the cell shows, from 0.

    Returns
    -------
    list of (str, str)
        Step and table; the table `EVERY` stands for all of them, where they have one name.
    """
    names = shown_by(cell, whole, place).uses
    _, call = handed_over(step, whole)
    return [
        (step, entry.arg or EVERY)
        for entry in call.keywords
        if isinstance(entry.value, ast.Name) and entry.value.id in names
    ]


def _assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """Pair names with what they are set to: `a = x`, and `a, b = x, y`."""
    if not isinstance(node, ast.Assign):
        return
    for target in node.targets:
        if isinstance(target, ast.Name):
            yield target.id, node.value
        elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            for left, right in zip(target.elts, node.value.elts, strict=False):
                if isinstance(left, ast.Name):
                    yield left.id, right


def _loaded(value: ast.expr) -> str:
    match value:
        case ast.Call(func=ast.Attribute(attr="load"), args=[ast.Constant(value=str(step))]):
            return step
    return ""


def _getter(value: ast.expr, steps: Mapping[str, str]) -> str:
    """Name the step behind `x.tables.get`, kept under a name of its own."""
    match value:
        case ast.Attribute(attr="get", value=ast.Attribute(attr="tables", value=ast.Name(id=name))):
            return steps.get(name, "")
    return ""


def _key(node: ast.AST, steps: Mapping[str, str]) -> Iterator[Key]:
    """Recognize `x["t"]`, `x.tables.get("t")`, `get("t")`, `study.load("s")["t"]` and boards."""
    match node:
        case ast.Subscript(value=value, slice=ast.Constant(value=str(table))):
            yield from _named(value, table, steps)
        case ast.Call(
            func=ast.Attribute(attr="get", value=value), args=[ast.Constant(value=str(table)), *_]
        ):
            yield from _named(value, table, steps)
        case ast.Call(func=ast.Name() as value, args=[ast.Constant(value=str(table)), *_]):
            yield from _named(value, table, steps)
        case ast.Call(func=ast.Attribute(attr="benchmarks", value=value)):
            yield from _named(value, BOARDS, steps)
        case ast.Attribute(value=ast.Name(id="study"), attr="board"):
            yield SCORES, BOARDS


def _named(value: ast.expr, table: str, steps: Mapping[str, str]) -> Iterator[Key]:
    if isinstance(value, ast.Attribute) and value.attr == "tables":
        value = value.value
    step = steps.get(value.id, "") if isinstance(value, ast.Name) else _loaded(value)
    if step:
        yield step, table


def narrowed(
    keys: Iterable[Key],
    name: str,
    measure: str,
    *,
    boards: Mapping[str, Iterable[str]],
    there: Mapping[str, Any],
) -> list[Key]:
    """Keep the tables that a figure comes from.

    Parameters
    ----------
    keys : iterable of (str, str)
        Step and table, as `tables_read` gives them.
    name : str
        Id of the figure.
    measure : str
        What it measures, as in its record; empty where there is none.
    boards : mapping of str to iterable of str
        Step to the names of its benchmarks.
    there : mapping of str to collection of str
        Step to the tables that it stored.

    Returns
    -------
    list of (str, str)
    """
    question = measure.partition("/")[0]
    own = next((kept for start, kept in _OF_TABLES.items() if name.startswith(start)), None)
    found: list[Key] = []
    for step, table in keys:
        if table == BOARDS:
            among = list(boards.get(step, ()))
            found += [(step, board) for board in among if question in (board, "")]
        elif table == EVERY:
            found += [(step, each) for each in there.get(step, ())]
        elif (own is None or table in own) and table in there.get(step, ()):
            found.append((step, table))
    return list(dict.fromkeys(found))
