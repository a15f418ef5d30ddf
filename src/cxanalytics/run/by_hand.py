"""What if a notebook is run by hand, in JupyterLab or by papermill, without the runner?

Its results get the same key as from the runner when the notebook's file, the study and the
parameters are the same. Cells that are not in the file count as an edit, and the runner runs that
step again.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cxanalytics.errors import ParamsError
from cxanalytics.run import handover, keys
from cxanalytics.run.parameters import history, is_parameters_cell, read_cells
from cxanalytics.run.places import notebooks
from cxanalytics.run.resolve import StudyFolder, command, expected_key, resolve


def key_of(study: StudyFolder, step: str, *, output: Path) -> str:
    """Compute the key that the current result of a step must have.

    Parameters
    ----------
    study : StudyFolder
    step : str
    output : Path

    Returns
    -------
    str
        With the overrides and edits that the current result was made with.
    """
    found = handover.current(output, step)
    return expected_key(
        study,
        step,
        overrides=found.get("overrides"),
        upstream=_upstream(study, step, output),
        edited=found.get("edited", ""),
    )


def record(
    study: StudyFolder, step: str, *, params: Mapping[str, Any], output: Path
) -> dict[str, Any]:
    """Say what a result that is about to be saved was made of.

    Parameters
    ----------
    study : StudyFolder
    step : str
    params : mapping of str to value
        Of the notebook.
    output : Path

    Returns
    -------
    dict
        `key`, `overrides` and `edited`.
    """
    notebook = notebooks()[step]
    usual = resolve(study, notebook).values
    overrides = {
        name: value for name, value in params.items() if name in usual and usual[name] != value
    }
    edited = edited_cells(notebook)
    key = expected_key(
        study,
        step,
        overrides=overrides,
        upstream=_upstream(study, step, output),
        edited=edited,
    )
    return {"key": key, "overrides": overrides, "edited": edited}


def _upstream(study: StudyFolder, step: str, output: Path) -> dict[str, str]:
    known = notebooks()
    loaded = [name for name in keys.loaded_steps(known[step]) if name in known]
    return {name: key_of(study, name, output=output) for name in loaded}


def edited_cells(notebook: Path) -> str:
    """Digest the cells run so far that are not in the notebook's file.

    Parameters
    ----------
    notebook : Path

    Returns
    -------
    str
        Empty when all are in it; parameters do not count.
    """
    try:
        cells = [cell.strip() for cell in history()]
    except ParamsError:
        return keys.digest("script")[: keys.KEY_LENGTH]
    known = {cell["source"].strip() for cell in read_cells(notebook)}
    other = [cell for cell in cells if cell and cell not in known and not is_parameters_cell(cell)]
    return keys.digest(other)[: keys.KEY_LENGTH] if other else ""


def run_missing(study: StudyFolder, step: str, why: str, *, output: Path) -> None:
    """Run a step of a simulated study; of any other, say which command does.

    Parameters
    ----------
    study : StudyFolder
    step : str
    why : str
        "has not been run" or "is out of date".
    output : Path

    Raises
    ------
    ParamsError
        The study is real, the runner is at work, or the step failed.
    """
    if not study.file.simulated or handover.run_context():
        told = command(study, output, "--only", step[:2])
        raise ParamsError(f"{step} {why} for study '{study.name}'. Run: {told}")
    # A process of its own: this kernel stays free of models and of the runner.
    done = subprocess.run(
        [
            *(sys.executable, "-m", "cxanalytics", "run", str(study.folder)),
            *("--only", step[:2], "--output", str(output), "--quiet"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ParamsError(f"{step} {why}, and running it failed: {done.stderr.strip()}")
