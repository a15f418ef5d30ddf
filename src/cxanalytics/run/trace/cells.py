"""Which statements of a notebook does a name depend on?"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cxanalytics.errors import DataError
from cxanalytics.run.parameters import is_parameters_cell, read_cells


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a notebook.

    Attributes
    ----------
    cell : int
        Place of its cell, from 0, as in the cell's id.
    node : ast.stmt
    makes, uses : frozenset of str
        Names that it sets and reads.
    """

    cell: int
    node: ast.stmt
    makes: frozenset[str]
    uses: frozenset[str]

    @property
    def source(self) -> str:
        """The statement in one line."""
        return " ".join(ast.unparse(self.node).split())


def statements(notebook: Path) -> list[Statement]:
    """Cut a notebook into statements; cells that only declare parameters are left out.

    Parameters
    ----------
    notebook : Path

    Returns
    -------
    list of Statement
    """
    found = []
    for place, cell in enumerate(read_cells(notebook)):
        if cell["cell_type"] != "code" or is_parameters_cell(cell["source"]):
            continue
        found += [_statement(place, node) for node in ast.parse(cell["source"]).body]
    return found


def _statement(cell: int, node: ast.stmt) -> Statement:
    makes: set[str] = set()
    uses: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            (makes if isinstance(part.ctx, ast.Store) else uses).add(part.id)
        elif isinstance(part, ast.alias):
            makes.add((part.asname or part.name).partition(".")[0])
        elif isinstance(part, ast.Attribute | ast.Subscript) and isinstance(part.ctx, ast.Store):
            makes |= {inner.id for inner in ast.walk(part.value) if isinstance(inner, ast.Name)}
    return Statement(cell, node, frozenset(makes), frozenset(uses))


def needed_for(names: Iterable[str], among: list[Statement]) -> list[Statement]:
    """Choose the statements that some names depend on, in the order of the notebook.

    Parameters
    ----------
    names : iterable of str
    among : list of Statement
        Those before the place where the names are read.

    Returns
    -------
    list of Statement
    """
    wanted, kept = set(names), []
    for entry in reversed(among):
        if entry.makes & wanted:
            kept.append(entry)
            wanted |= entry.uses
    return kept[::-1]


def shown_by(cell: int, whole: list[Statement], place: int) -> Statement:
    """Find what a cell shows at a place: its last expression, or that argument of `display`.

    Parameters
    ----------
    cell : int
    whole : list of Statement
        Of the notebook; the cell has at least one.
    place : int
        From 0, among what the cell shows.

    Returns
    -------
    Statement
    """
    last = [entry for entry in whole if entry.cell == cell][-1]
    match last.node:
        case ast.Expr(value=ast.Call(func=ast.Name(id="display"), args=args)) if place < len(args):
            return _statement(cell, ast.copy_location(ast.Expr(args[place]), last.node))
    return last


def call_shown(cell: int, whole: list[Statement], place: int) -> str:
    """Give what `shown_by` finds in one line; for a name, the statement that makes it."""
    shown = shown_by(cell, whole, place)
    match shown.node:
        case ast.Expr(value=ast.Name(id=name)):
            made = [entry for entry in whole if entry.cell == cell and name in entry.makes]
            return made[-1].source if made else name
    return shown.source


def handed_over(step: str, among: list[Statement]) -> tuple[int, ast.Call]:
    """Find the call of `study.save` for a step: its place among the statements, and the call.

    Raises
    ------
    DataError
        The notebook hands nothing over.
    """
    for place, entry in enumerate(among):
        for node in ast.walk(entry.node):
            match node:
                case ast.Call(func=ast.Attribute(attr="save"), args=[ast.Constant(value=name), *_]):
                    if name == step:
                        return place, node
    raise DataError(f"The notebook {step} hands no results over.")


def expression_of(table: str, call: ast.Call) -> tuple[ast.expr, bool]:
    """Find what stands for a table in a call of `study.save`, and whether it is one of many."""
    named = {entry.arg: entry.value for entry in call.keywords if entry.arg}
    if table in named:
        return named[table], False
    for entry in call.keywords:
        if entry.arg is None:
            return entry.value, True
    raise DataError(f"No table `{table}` is handed over; there are {', '.join(named)}.")
