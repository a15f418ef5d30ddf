"""Would this study run? Its file, its parameters and its data are read, and nothing is fitted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxanalytics.formats import count
from cxanalytics.run.places import notebooks
from cxanalytics.run.read_costs import cost_options, read_costs, read_legs
from cxanalytics.run.read_more import holdings
from cxanalytics.run.resolve import StudyFolder, read_study, resolve
from cxanalytics.run.yaml_file import short_path

LISTED = 12
PASSED, NOTE, WARNING = "passed", "note", "look at this"
_LEVELS = {True: PASSED, False: WARNING, None: NOTE}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    part : str
        What it is about: the study file, or a part of it such as "survey".
    level : {"passed", "note", "look at this"}
    text : str
        One plain sentence.
    """

    part: str
    level: str
    text: str

    def __str__(self) -> str:
        return f"{self.part}: {self.level}: {self.text}"


def check_study(study: str | Path) -> Iterator[Finding]:
    """Check a study.

    Parameters
    ----------
    study : str or Path
        Name or folder.

    Yields
    ------
    Finding

    Raises
    ------
    ParamsError
        The study file or a parameter is wrong.
    DataError
        The data break a promise.
    """
    source = read_study(study)
    source.check_parameters()
    file = short_path(source.yaml.path)
    yield Finding(file, PASSED, "every key and value is understood.")
    for path in notebooks().values():
        for text in resolve(source, path).conflicts:
            yield Finding(file, WARNING, f"{text}.")
    held = holdings(source)
    for name, part in held.items():
        yield from _describe(name, part)
    yield from _beside(source)
    for step in notebooks():
        if reason := source.lacks(step):
            yield Finding(step, NOTE, f"will be left out. {reason}")


def _beside(source: StudyFolder) -> Iterator[Finding]:
    """Read what only models use: items of legs, costs in a file of their own, prices."""
    cost_options(source)
    own_costs = source.file.cost is not None and bool(source.file.cost.file)
    for name, part in (
        ("staff.legs", read_legs(source)),
        ("cost", read_costs(source) if own_costs else None),
    ):
        if part is not None:
            yield from _describe(name, part)


def _describe(name: str, part: Any) -> Iterator[Finding]:
    notes = getattr(part, "notes", None)
    if notes is not None:
        yield Finding(name, PASSED, f"{part!r}.")
        for note in notes:
            yield Finding(name, _LEVELS[note.passed], note.text)
    elif name == "coverage":
        apart = part.loc[part["reason"] != ""]
        level = WARNING if len(apart) else PASSED
        yield Finding(
            "units",
            level,
            f"{count(len(part) - len(apart))} of {count(len(part))} unit names join.",
        )
        for row in apart.head(LISTED).itertuples():
            yield Finding("units", NOTE, f"{row.source}: {row.name!r}: {row.reason}")
        if len(apart) > LISTED:
            yield Finding("units", NOTE, f"and {count(len(apart) - LISTED)} more.")
    elif name == "funnel":
        wrong = (part["answered"] > part["asked"]) | (part["asked"] <= 0)
        if "customers" in part:
            wrong |= part["asked"] > part["customers"]
        yield Finding("response", PASSED, f"{count(len(part))} rows.")
        for place in part.index[wrong]:
            row = part.loc[place]
            yield Finding(
                "response",
                WARNING,
                f"row {place + 1}: {row['answered']:g} answered of {row['asked']:g} asked for "
                f"{row['agency']!r}: impossible, no rate is given.",
            )
