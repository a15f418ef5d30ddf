"""What identifies a result? Everything it was computed from, never the clock.

The key of a step is a digest of its resolved parameters, its notebook's source, the package's
source, the libraries that decide the figures, the study file, the input files, and the keys of the
steps it loads.
"""

from __future__ import annotations

import ast
import hashlib
import json
import platform
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cxanalytics.run.parameters import read_cells

KEY_LENGTH = 16
SCORES = "04_benchmark"
"""The step whose headline benchmark says which agencies are shown."""

_FROM_SCORES = ("agencies", "board", "pages")
_DECISIVE = ("cxanalytics", "numpy", "pandas", "scipy", "statsmodels", "matplotlib")
MORALE = "morale_panel"
"""What a notebook asks for that comes from one of several parts of a study."""

_OPTIONAL = ("survey", "operations", "panel", "published", "staff", MORALE)
_SOURCE = (".py", ".css", ".j2", ".html", ".json", ".woff2", ".ttf")
_CARRIED = ("_notebooks", "_params", "__pycache__")


def digest(value: Any) -> str:
    """Digest plain data.

    Parameters
    ----------
    value : str, number, bool, None, list or dict

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def file_digest(path: Path) -> str:
    """Digest a file; read once while it does not change.

    Parameters
    ----------
    path : Path

    Returns
    -------
    str
    """
    state = path.stat()
    return _file_digest(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=256)
def _file_digest(path: Path, size: int, changed: int) -> str:  # noqa: ARG001 (they are the key)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=1)
def package_digest() -> str:
    """Digest the source of this package: modules, templates, styles and fonts.

    Returns
    -------
    str
    """
    root = Path(__file__).resolve().parents[1]
    found = {}
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        if path.suffix in _SOURCE and not set(inside.parts) & set(_CARRIED):
            found[inside.as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return digest(found)


@lru_cache(maxsize=1)
def _versions() -> tuple[tuple[str, str], ...]:
    return (*((name, version(name)) for name in _DECISIVE), ("Python", platform.python_version()))


def versions() -> dict[str, str]:
    """Give the versions that decide the figures."""
    return dict(_versions())


def notebook_digest(notebook: Path) -> str:
    """Digest what a notebook says; its stored outputs do not count.

    Parameters
    ----------
    notebook : Path

    Returns
    -------
    str
    """
    return digest([[cell["cell_type"], cell["source"]] for cell in read_cells(notebook)])


def loaded_steps(notebook: Path) -> list[str]:
    """Find the steps whose results a notebook loads: `.load("04_benchmark")` in its code.

    Parameters
    ----------
    notebook : Path

    Returns
    -------
    list of str
        In alphabetical order; with `SCORES` where the notebook asks the study which agencies are
        shown.
    """
    nodes = (node for tree in _code(notebook) for node in ast.walk(tree))
    return sorted({step for node in nodes if (step := _loaded(node))})


def needed_data(notebook: Path) -> list[str]:
    """Find what a notebook asks of its study that a study need not have: `study.staff()`.

    Parameters
    ----------
    notebook : Path

    Returns
    -------
    list of str
        Among "survey", "operations", "panel", "published", "staff" and `MORALE`.
    """
    asked = {
        node.attr
        for tree in _code(notebook)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "study"
    }
    return [name for name in _OPTIONAL if name in asked]


def _code(notebook: Path) -> Iterator[ast.Module]:
    """Parse the code cells; those with magics or shell lines are not Python."""
    for cell in read_cells(notebook):
        if cell["cell_type"] == "code":
            with suppress(SyntaxError):
                yield ast.parse(cell["source"])


def _loaded(node: ast.AST) -> str:
    match node:
        case ast.Call(func=ast.Attribute(attr="load"), args=[ast.Constant(value=str(step)), *_]):
            return step
        case ast.Attribute(value=ast.Name(id="study"), attr=name) if name in _FROM_SCORES:
            return SCORES
    return ""


def step_key(
    *,
    notebook: Path,
    parameters: Mapping[str, Any],
    study: Mapping[str, Any],
    inputs: Mapping[str, str],
    upstream: Mapping[str, str],
    edited: str = "",
) -> str:
    """Compute the key of a step.

    Parameters
    ----------
    notebook : Path
    parameters : mapping of str to value
        Resolved.
    study : mapping
        What study.yaml says, with its defaults.
    inputs : mapping of str to str
        Input file to its digest.
    upstream : mapping of str to str
        Step to its key, for the steps that this one loads.
    edited : str
        Digest of cells that are not in the notebook file, when it was edited by hand.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    parts = {
        "notebook": notebook_digest(notebook),
        "package": package_digest(),
        "versions": versions(),
        "parameters": dict(parameters),
        "study": dict(study),
        "inputs": dict(inputs),
        "upstream": dict(upstream),
        "edited": edited,
    }
    return digest(parts)[:KEY_LENGTH]
