"""Where do studies, notebooks and outputs lie?

A clone is read in place; an installed package carries the notebooks and the simulated study. The
folder named by CXANALYTICS_HOME (with `notebooks/` and `params/` in it) goes before both.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path

from cxanalytics.errors import ParamsError, did_you_mean, must_be
from cxanalytics.run.yaml_file import short_path

STUDY_FILE = "study.yaml"
_STEP = re.compile(r"\d\d_\w+")


def house() -> Path | None:
    """Find the folder that holds `notebooks/` and `params/`.

    Returns
    -------
    Path or None
        None in an installed package without CXANALYTICS_HOME.

    Raises
    ------
    ParamsError
        CXANALYTICS_HOME names no such folder.
    """
    named = os.environ.get("CXANALYTICS_HOME")
    root = Path(named).expanduser().resolve() if named else Path(__file__).resolve().parents[3]
    if (root / "notebooks").is_dir() and (root / "params").is_dir():
        return root
    if named:
        raise ParamsError(
            f"CXANALYTICS_HOME must name a folder with notebooks/ and params/; got {named!r}."
        )
    return None


def _carried(name: str) -> Path:
    return Path(str(files("cxanalytics") / name))


def notebooks() -> dict[str, Path]:
    """List the notebooks by name, such as "04_benchmark", in order.

    Returns
    -------
    dict of str to Path
    """
    root = house()
    folder = root / "notebooks" if root else _carried("_notebooks")
    found = sorted(folder.glob("*.ipynb"))
    return {path.stem: path for path in found if _STEP.fullmatch(path.stem)}


def studies() -> dict[str, Path]:
    """List the studies that can be named: of the house, below ./params, and carried.

    Returns
    -------
    dict of str to Path
        Name to folder, alphabetical.
    """
    root = house()
    roots = [root / "params"] if root else []
    found: dict[str, Path] = {}
    for parent in (*roots, Path.cwd() / "params", _carried("_params")):
        for path in sorted(parent.glob(f"*/{STUDY_FILE}")):
            found.setdefault(path.parent.name, path.parent)
    return dict(sorted(found.items()))


def find_study(study: str | Path) -> Path:
    """Find the folder of a study by its name or path.

    Parameters
    ----------
    study : str or Path
        A name, a folder, or the study.yaml in it.

    Returns
    -------
    Path
        Absolute.

    Raises
    ------
    ParamsError
        There is no such study.
    """
    text = str(study)
    known = studies()
    if text in known:
        return known[text].resolve()
    folder = Path(text).expanduser()
    folder = folder.parent if folder.name == STUDY_FILE else folder
    if (folder / STUDY_FILE).is_file():
        return folder.resolve()
    if folder.is_dir():
        raise ParamsError(f"`study` must hold a {STUDY_FILE}; {short_path(folder)} has none.")
    if len(Path(text).parts) > 1:
        raise ParamsError(
            f"`study` must be a folder with a {STUDY_FILE}; {text!r} does not exist."
            f"{did_you_mean(Path(text).name, known)}"
        )
    raise ParamsError(must_be("study", known, text))


def output_folder(name: str, output: str | Path | None = None) -> Path:
    """Say where the outputs of a study go.

    Parameters
    ----------
    name : str
        Name of the study.
    output : str or Path, optional
        The folder itself; otherwise a folder with the study's name below CXANALYTICS_OUTPUTS,
        the clone's outputs/ or ./outputs.

    Returns
    -------
    Path
        Absolute; need not exist.
    """
    if output:
        return Path(output).expanduser().resolve()
    parent = os.environ.get("CXANALYTICS_OUTPUTS")
    root = Path(parent).expanduser() if parent else (house() or Path.cwd()) / "outputs"
    return (root / name).resolve()


def find_steps(asked: Iterable[str], known: Mapping[str, Path]) -> list[str]:
    """Turn what a user calls notebooks into their names.

    Parameters
    ----------
    asked : iterable of str
        "04", "4", "benchmark" or "04_benchmark"; several may stand in one, with commas.
    known : mapping of str to Path
        From `notebooks`.

    Returns
    -------
    list of str
        In order, without repeats; all of them when nothing is asked.

    Raises
    ------
    ParamsError
        There is no such notebook.
    """
    words = [word.strip() for entry in asked for word in entry.split(",") if word.strip()]
    found = set()
    for word in words:
        plain = word.removesuffix(".ipynb").zfill(2)
        matches = [name for name in known if plain in (name, name[:2], name[3:])]
        if not matches:
            raise ParamsError(must_be("only", known, word))
        found.update(matches)
    return [name for name in known if not words or name in found]


def find_notebook(text: str) -> Path | None:
    """Find a notebook by path, name or number; None when there is none."""
    path = Path(text)
    if path.suffix == ".ipynb" and path.is_file():
        return path
    known = notebooks()
    try:
        return known[find_steps([text], known)[0]] if text else None
    except ParamsError:
        return None
