"""Which outputs do the committed notebooks carry?

Those of the simulated study, as plain text: what a reader sees in the repository and what nbval
compares. Pictures and markup stay out, since they would change with every library.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cxanalytics.run.execute import run_study
from cxanalytics.run.kernels import execute, skip_address_grammar
from cxanalytics.run.places import find_steps, find_study, notebooks
from cxanalytics.run.plan import PAGES
from cxanalytics.run.yaml_file import short_path

STUDY = "simulated"
_METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}


def store_notebooks(only: Sequence[str] = ()) -> Iterator[str]:
    """Execute notebooks as they stand on the simulated study and store their outputs in place.

    Parameters
    ----------
    only : sequence of str
        Notebooks; all when empty.

    Yields
    ------
    str
        The notebook that was stored.

    Raises
    ------
    NotebookFailedError
        A notebook stopped; nothing of it is stored.
    """
    known = notebooks()
    report = run_study(STUDY, only=[step for step in known if step not in PAGES])
    told = {
        "study": STUDY,
        "folder": str(find_study(STUDY)),
        "output": str(report.output),
        "keys": {entry.task.step: entry.task.key for entry in report.done},
    }
    for step in find_steps(only, known):
        executed = report.output / "notebooks" / f"{step}.ipynb"
        if step in PAGES:
            # As it stands: the run itself makes one for each agency.
            executed = report.output / ".state" / f"{step}.ipynb"
            execute(known[step], executed, parameters={}, context=told)
        _store(executed, known[step])
        yield short_path(known[step])


def _store(executed: Path, notebook: Path) -> None:
    skip_address_grammar()
    import nbformat

    book = nbformat.read(executed, as_version=4)
    book.metadata = nbformat.from_dict(_METADATA)
    for place, cell in enumerate(book.cells):
        cell["id"] = f"{notebook.stem}-{place:02d}"
        cell.metadata = nbformat.from_dict(
            {"tags": cell.metadata["tags"]} if "tags" in cell.metadata else {}
        )
        if cell.cell_type == "code":
            cell.outputs = [_plain(output) for output in cell.outputs]
    nbformat.write(book, notebook)


def _plain(output: Any) -> Any:
    if "data" in output:
        output["data"] = {"text/plain": output["data"].get("text/plain", "")}
        output["metadata"] = {}
    return output
