"""How does a researcher work on a notebook without losing it to the next run?

The copy lies in the study's outputs, in a folder that no run writes to, and is never overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cxanalytics.errors import ParamsError, must_be
from cxanalytics.run.handover import write_text
from cxanalytics.run.parameters import declared_parameters, is_parameters_cell
from cxanalytics.run.places import find_steps, house, notebooks, output_folder, studies
from cxanalytics.run.resolve import StudyFolder, read_study, resolve

COPIES = "copies"


def copy_notebook(
    notebook: str,
    study: str | Path = "simulated",
    *,
    output: str | Path | None = None,
    fresh: bool = False,
) -> tuple[Path, bool]:
    """Copy a notebook with the parameters of a study, to be worked on.

    Parameters
    ----------
    notebook : str
        "02" or "02_recommendation".
    study : str or Path
        Name or folder.
    output : str or Path, optional
        Outputs of the study.
    fresh : bool
        Make a further copy, with a number, where there is one.

    Returns
    -------
    (Path, bool)
        The copy, and whether it was made now.

    Raises
    ------
    ParamsError
        There is no such notebook or study.
    """
    known = notebooks()
    step = _step(notebook, known)
    source = read_study(study)
    place = output_folder(source.name, output)
    folder = place / COPIES
    target = folder / f"{step}.ipynb"
    if target.exists() and not fresh:
        return target, False
    number = 2
    while target.exists():
        target = folder / f"{step}-{number}.ipynb"
        number += 1
    write_text(target, _copy(known[step], _values(source, known[step], place)))
    return target, True


def _step(notebook: str, known: Mapping[str, Path]) -> str:
    try:
        steps = find_steps([notebook], known)
    except ParamsError:
        steps = []
    if len(steps) != 1:
        raise ParamsError(must_be("notebook", known, notebook))
    return steps[0]


def _values(source: StudyFolder, notebook: Path, place: Path) -> dict[str, Any]:
    """Give the parameters such that the copy finds study and outputs from where it lies."""
    values = resolve(source, notebook).values
    if "study" in values and not _found_by_name(source):
        values["study"] = str(source.folder)
    if "output" in values and (house() is None or place != output_folder(source.name)):
        values["output"] = str(place)
    return values


def _found_by_name(source: StudyFolder) -> bool:
    """Say whether the name of a study is enough, in whatever folder one works."""
    root, here = house(), (Path.cwd() / "params").resolve()
    only_here = source.folder.parent == here and (root is None or (root / "params") != here)
    named = studies().get(source.name)
    return named is not None and named.resolve() == source.folder and not only_here


def _copy(notebook: Path, values: Mapping[str, Any]) -> str:
    """Write the notebook out without outputs, its parameters set."""
    import nbformat

    book = nbformat.read(notebook, as_version=4)
    for cell in book.cells:
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        if is_parameters_cell(cell.source):
            cell.source = "\n".join(
                f"{entry.name}: {entry.type} = {values[entry.name]!r}"
                + (f"  # {entry.help}" if entry.help else "")
                for entry in declared_parameters(notebook)
            )
    return str(nbformat.writes(book)) + "\n"
