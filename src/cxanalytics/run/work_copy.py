"""How does a researcher work on a notebook without losing it to the next run?

The copy lies in the study's outputs, in a folder that no run writes to, and is never overwritten.
"""

from __future__ import annotations

from pathlib import Path

from cxanalytics.errors import ParamsError, must_be
from cxanalytics.run.handover import write_text
from cxanalytics.run.parameters import declared_parameters, is_parameters_cell
from cxanalytics.run.places import find_steps, notebooks, output_folder, studies
from cxanalytics.run.resolve import read_study, resolve

WORK = "work"


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
    import nbformat

    known = notebooks()
    steps = find_steps([notebook], known)
    if len(steps) != 1:
        raise ParamsError(must_be("notebook", known, notebook))
    step = steps[0]
    source = read_study(study)
    place = output_folder(source.name, output)
    folder = place / WORK
    target = folder / f"{step}.ipynb"
    if target.exists() and not fresh:
        return target, False
    number = 2
    while target.exists():
        target = folder / f"{step}-{number}.ipynb"
        number += 1
    named = studies().get(source.name)
    values = resolve(source, known[step]).values
    if "study" in values:
        # A study that cannot be found by name is named by its folder.
        found = named is not None and named.resolve() == source.folder
        values["study"] = source.name if found else str(source.folder)
    if "output" in values and place != output_folder(source.name):
        values["output"] = str(place)
    book = nbformat.read(known[step], as_version=4)
    for cell in book.cells:
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        if is_parameters_cell(cell.source):
            cell.source = "\n".join(
                f"{entry.name}: {entry.type} = {values[entry.name]!r}"
                + (f"  # {entry.help}" if entry.help else "")
                for entry in declared_parameters(known[step])
            )
    folder.mkdir(parents=True, exist_ok=True)
    write_text(target, nbformat.writes(book) + "\n")
    return target, True
