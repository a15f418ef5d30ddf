"""Would this study run? Its file, its parameters and its data are read, and nothing is fitted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cxanalytics.formats import count
from cxanalytics.run.places import notebooks
from cxanalytics.run.read import read_operations, read_response, read_staff, read_survey
from cxanalytics.run.resolve import read_study, resolve
from cxanalytics.run.yaml_file import short_path
from cxanalytics.tables import Survey

_WORDS = {True: "passed", False: "look at this", None: "note"}


def check_study(study: str | Path) -> Iterator[str]:
    """Check a study, a line per finding.

    Parameters
    ----------
    study : str or Path
        Name or folder.

    Yields
    ------
    str

    Raises
    ------
    ParamsError
        The study file or a parameter is wrong.
    DataError
        The data break a promise.
    """
    source = read_study(study)
    source.check_parameters()
    yield f"{short_path(source.yaml.path)}: passed"
    for path in notebooks().values():
        for text in resolve(source, path).conflicts:
            yield f"Conflict: {text}."
    yield from _describe("survey", read_survey(source))
    if source.file.staff:
        yield from _describe("staff", read_staff(source))
    if source.file.operations:
        yield f"operations: {count(len(read_operations(source)))} rows"
    response = read_response(source)
    if response is not None:
        yield f"response: {count(len(response))} rows"


def _describe(name: str, survey: Survey) -> Iterator[str]:
    yield f"{name}: {survey!r}"
    for note in survey.notes:
        yield f"  {_WORDS[note.passed]}: {note.text}"
