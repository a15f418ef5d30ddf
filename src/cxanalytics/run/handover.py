"""How do results reach the notebooks that show them?

`results/NN_name/<key>/` holds the tables of one step; `current.json` beside it names the key and
is replaced in one move, so that a reader sees the old result or the new one, never a mixture.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxanalytics.errors import ParamsError, must_be
from cxanalytics.store import Result, Table, read_result, write_result

RUN_VARIABLE = "CXANALYTICS_RUN"
"""Set by the runner in each kernel: study, output, step, key and upstream keys, as JSON."""


def run_context() -> dict[str, Any]:
    """Give what the runner told this kernel; empty in a notebook run by hand."""
    return json.loads(os.environ.get(RUN_VARIABLE) or "{}")


def write_text(path: Path, text: str) -> None:
    """Write a text file in one move.

    Parameters
    ----------
    path : Path
        Folders are made.
    text : str
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, scratch = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(scratch).chmod(0o644)
        Path(scratch).replace(path)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Write a JSON file in one move, keys in the order given."""
    write_text(path, json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file; empty when it is missing or broken."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}


def step_folder(output: Path, step: str) -> Path:
    """Name the folder with the results of a step."""
    return output / "results" / step


def current(output: Path, step: str) -> dict[str, Any]:
    """Read which result of a step is current.

    Parameters
    ----------
    output : Path
        Of the study.
    step : str

    Returns
    -------
    dict
        `key`, `overrides` and `edited`; empty when there is none.
    """
    found = read_json(step_folder(output, step) / "current.json")
    complete = found and (step_folder(output, step) / found["key"] / "result.json").is_file()
    return found if complete else {}


def save_step(
    output: Path,
    step: str,
    *,
    key: str,
    tables: Mapping[str, Table],
    facts: Mapping[str, Any],
    overrides: Mapping[str, Any],
    edited: str = "",
) -> None:
    """Write the tables of a step and make them current.

    Parameters
    ----------
    output : Path
        Of the study.
    step, key : str
    tables : mapping of str to Estimates, Benchmark or DataFrame
    facts : mapping
        Plain values beside them.
    overrides : mapping
        Parameters that came neither from the notebook nor from the study's files.
    edited : str
        As in `keys.step_key`.
    """
    folder = step_folder(output, step)
    write_result(folder / key, tables, facts)
    write_json(
        folder / "current.json", {"key": key, "overrides": dict(overrides), "edited": edited}
    )


def drop_unfinished(output: Path) -> None:
    """Delete what a run that was killed had begun to write; only under `exclusive`."""
    for path in output.rglob(".writing-*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def drop_superseded(output: Path) -> None:
    """Delete results that are no longer current."""
    for folder in (output / "results").glob("*/"):
        key = current(output, folder.name).get("key")
        for entry in folder.glob("*/") if key else ():
            if entry.name != key:
                shutil.rmtree(entry, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Run:
    """The tables of a finished run, without fitting anything again.

    Attributes
    ----------
    folder : Path
    steps : tuple of str
        Steps with a result.
    """

    folder: Path
    steps: tuple[str, ...]

    def load(self, step: str) -> Result:
        """Read the current tables of a step.

        Parameters
        ----------
        step : str
            For example "04_benchmark".

        Returns
        -------
        Result

        Raises
        ------
        ParamsError
            The run has no such step.
        """
        if step not in self.steps:
            raise ParamsError(must_be("step", self.steps, step))
        return read_result(step_folder(self.folder, step) / current(self.folder, step)["key"])

    def __repr__(self) -> str:
        return f"Run {self.folder.name}: {', '.join(self.steps)}"


def open_run(folder: str | Path) -> Run:
    """Open the outputs of a study.

    Parameters
    ----------
    folder : str or Path
        For example "outputs/simulated".

    Returns
    -------
    Run

    Raises
    ------
    ParamsError
        The folder holds no results.
    """
    path = Path(folder).expanduser().resolve()
    found = sorted(entry.name for entry in (path / "results").glob("*/"))
    steps = tuple(step for step in found if current(path, step))
    if not steps:
        raise ParamsError(
            f"`folder` must hold the results of a run, such as 'outputs/simulated'; "
            f"{str(folder)!r} has none."
        )
    return Run(path, steps)


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Let one process at a time write below a folder; others wait.

    Parameters
    ----------
    folder : Path
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a+b") as file:
        try:
            import fcntl
        except ImportError:
            # Windows has no flock; two runs on one folder at once are then the user's own care.
            yield
            return
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
