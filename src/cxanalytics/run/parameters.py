"""Which parameters does a notebook run with, and are they the ones it declares?

The cell tagged `parameters` declares one typed default a line, each with a trailing comment.
Papermill puts a second cell behind it whose first line is `# Parameters`; an unknown name there
is only logged, and the notebook would report its defaults. So both cells are read again here,
as text, and compared. Both are found among the cells that ran and not in the namespace, because
`study` becomes a Study two cells later and cells may be run again in any order.
"""

from __future__ import annotations

import ast
import io
import json
import linecache
import sys
import tokenize
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxanalytics.errors import ParamsError, did_you_mean

TYPES: Mapping[str, type] = {"str": str, "int": int, "float": float, "bool": bool, "list": list}
_IN_WORDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "True or False",
    "list": "a list",
}
_INJECTED = "# Parameters"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One declared parameter.

    Attributes
    ----------
    name : str
    type : str
        "str", "int", "float", "bool" or "list".
    default : str, int, float, bool or list
    help : str
        The trailing comment.
    """

    name: str
    type: str
    default: Any
    help: str


def parameters() -> dict[str, Any]:
    """Give the parameters of the notebook that calls this: declared defaults, then injected values.

    Returns
    -------
    dict of str to str, int, float, bool or list
        One entry per declared parameter, in the order declared.

    Raises
    ------
    ParamsError
        Not called in a notebook, no parameters cell was run, or an injected value is unknown or
        of another type.
    """
    return merge_history(history())


def history() -> list[str]:
    """Give the source of every cell that this kernel has run, oldest first.

    Returns
    -------
    list of str

    Raises
    ------
    ParamsError
        Outside IPython.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None:
        raise ParamsError(
            "`parameters()` must be called in a notebook; in a script give them by name: "
            "open_study(study='simulated')."
        )
    cells = [source for source in shell.user_ns.get("In", []) if source]
    # nbval runs cells without history; what was compiled is then still known, for tracebacks.
    return cells or [
        "".join(lines)
        for _, _, lines, name in (e for e in linecache.cache.values() if len(e) == 4)
        if "ipykernel" in name or "ipython-input" in name
    ]


def merge_history(cells: Sequence[str]) -> dict[str, Any]:
    """Merge the last cell of declared parameters with the injected ones behind it.

    Parameters
    ----------
    cells : sequence of str
        Sources in the order they were run.

    Returns
    -------
    dict of str to value

    Raises
    ------
    ParamsError
        As `parameters`.
    """
    declared: list[Parameter] = []
    injected: dict[str, Any] = {}
    for source in cells:
        if source.lstrip().startswith(_INJECTED):
            injected.update(_injected(source))
        elif found := _declared(source):
            declared, injected = found, {}
    if not declared:
        raise ParamsError(
            "`parameters()` needs the cell tagged `parameters` to have run; no cell so far is "
            "only typed defaults with a comment each, such as `seed: int = 1  # for draws`."
        )
    return {entry.name: entry.default for entry in declared} | check_values(declared, injected)


def is_parameters_cell(source: str) -> bool:
    """Say whether a cell declares or injects parameters."""
    return source.lstrip().startswith(_INJECTED) or bool(_declared(source))


def check_values(declared: Iterable[Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """Hold given values against declared names and types.

    Parameters
    ----------
    declared : iterable of Parameter
    given : mapping of str to value

    Returns
    -------
    dict of str to value
        The given values; a whole number given for a float becomes one.

    Raises
    ------
    ParamsError
        Naming the parameter.
    """
    known = {entry.name: entry for entry in declared}
    checked = {}
    for name, value in given.items():
        if name not in known:
            raise ParamsError(
                f"`{name}` is not a parameter here; declared are {', '.join(known)}."
                f"{did_you_mean(name, known)}"
            )
        checked[name] = _of_type(known[name], value)
    return checked


def _of_type(parameter: Parameter, value: Any) -> Any:
    # `type(...) is`, since True is an int to isinstance.
    if type(value) is TYPES[parameter.type]:
        return value
    if parameter.type == "float" and type(value) is int:
        return float(value)
    raise ParamsError(f"`{parameter.name}` must be {_IN_WORDS[parameter.type]}; got {value!r}.")


def parse_value(parameter: Parameter, text: str) -> Any:
    """Read a value typed on the command line, by the declared type.

    Parameters
    ----------
    parameter : Parameter
    text : str
        What stood behind `name=`; a list is written as ["a", "b"] or a,b.

    Returns
    -------
    str, int, float, bool or list

    Raises
    ------
    ParamsError
        The text is no value of that type.
    """
    if parameter.type == "str":
        return text
    if parameter.type == "list" and not text.lstrip().startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        value = json.loads(text.lower() if parameter.type == "bool" else text)
    except ValueError:
        value = text
    return _of_type(parameter, value)


def declared_parameters(notebook: str | Path) -> list[Parameter]:
    """Read the cell tagged `parameters` of a notebook.

    Parameters
    ----------
    notebook : str or Path

    Returns
    -------
    list of Parameter
        Empty for a notebook without such a cell.

    Raises
    ------
    ParamsError
        The file is no notebook, or the cell holds something else than typed defaults.
    """
    for cell in read_cells(Path(notebook)):
        if "parameters" in cell.get("metadata", {}).get("tags", []):
            found = _declared(_source(cell))
            if not found:
                raise ParamsError(
                    f"{Path(notebook).name}: the cell tagged `parameters` must hold only typed "
                    "defaults with a comment each, such as `seed: int = 1  # for draws`."
                )
            return found
    return []


def read_cells(notebook: Path) -> list[dict[str, Any]]:
    """Read the cells of a notebook file.

    Parameters
    ----------
    notebook : Path

    Returns
    -------
    list of dict
        With `cell_type`, `source` (text) and `metadata`.

    Raises
    ------
    ParamsError
        The file is missing or no notebook.
    """
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    except FileNotFoundError:
        raise ParamsError(f"{notebook} does not exist.") from None
    except (ValueError, KeyError, TypeError):
        raise ParamsError(f"{notebook} is not a Jupyter notebook.") from None
    return [cell | {"source": _source(cell)} for cell in cells]


def _source(cell: Mapping[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _injected(source: str) -> dict[str, Any]:
    values = {}
    for statement in ast.parse(source).body:
        if not (isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)):
            raise ParamsError(
                f"The injected parameters must be plain assignments; got "
                f"`{ast.unparse(statement)}`."
            )
        name = statement.targets[0].id
        try:
            values[name] = ast.literal_eval(statement.value)
        except ValueError:
            raise ParamsError(
                f"`{name}` must be a plain value; got `{ast.unparse(statement.value)}`."
            ) from None
    return values


def _declared(source: str) -> list[Parameter]:
    """Parse a cell of typed defaults; empty for any other cell."""
    try:
        body = ast.parse(source).body
        helps = _comments(source)
    except (SyntaxError, tokenize.TokenError):
        # Cells with magics or shell lines are not Python.
        return []
    found = []
    for statement in body:
        if not (isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)):
            return []
        kind = ast.unparse(statement.annotation).partition("[")[0]
        if kind not in TYPES or statement.value is None or statement.end_lineno not in helps:
            return []
        try:
            default = ast.literal_eval(statement.value)
        except ValueError:
            return []
        parameter = Parameter(statement.target.id, kind, default, helps[statement.end_lineno])
        found.append(parameter)
        _of_type(parameter, default)
    return found


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("# ")
        for token in tokens
        if token.type == tokenize.COMMENT
    }
