"""Execute the committed notebooks on the simulated study and store their outputs.

Only `text/plain` outputs are kept: a reader sees results, nbval compares them, and nothing that
carries a random id is stored. Run by `make notebooks`; names may be given as arguments.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from tqdm import tqdm

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def normalize(notebook: nbformat.NotebookNode, stem: str) -> None:
    """Strip what differs between two runs or two machines."""
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
    for place, cell in enumerate(notebook.cells):
        cell["id"] = f"{stem}-{place:02d}"
        tags = cell.metadata.get("tags")
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        for output in cell.get("outputs", []):
            output.metadata = nbformat.from_dict({})
            if "data" in output:
                output.data = nbformat.from_dict({"text/plain": output.data["text/plain"]})


def execute(path: Path) -> None:
    """Run one notebook from the top in a fresh kernel and write it back."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute(cwd=str(path.parent))
    normalize(notebook, path.stem)
    scratch = path.with_suffix(".tmp")
    nbformat.write(notebook, scratch)
    scratch.replace(path)


def main(names: list[str]) -> None:
    """Execute all notebooks, or those whose names start as given."""
    paths = [
        path
        for path in sorted(NOTEBOOKS.glob("*.ipynb"))
        if not names or any(path.stem.startswith(name) for name in names)
    ]
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["CXANALYTICS_OUTPUTS"] = scratch
        for path in tqdm(paths, desc="notebooks", unit="notebook"):
            execute(path)


if __name__ == "__main__":
    main(sys.argv[1:])
