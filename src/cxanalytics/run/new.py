"""How does a new study start from files that nobody has described yet?

The first rows of each file are looked at, and a folder with a commented study.yaml is written:
all of it or nothing, and never over another. What was guessed is said, what is open is said, and
what was refused is said with the reason.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from cxanalytics.errors import DataError, ParamsError
from cxanalytics.formats import count, list_words
from cxanalytics.report.exports import neutral
from cxanalytics.run.guess.file import Sample, read_samples
from cxanalytics.run.guess.operations import OperationsGuess, guess_operations
from cxanalytics.run.guess.scale import guess_scale
from cxanalytics.run.guess.survey import SurveyGuess, guess_survey
from cxanalytics.run.guess.words import filled
from cxanalytics.run.new_text import funnel_trouble, study_text
from cxanalytics.run.places import STUDY_FILE, house, studies
from cxanalytics.run.yaml_file import short_path
from cxanalytics.sources.link import suggest_units

UNITS_FILE = "units.csv"
ALIKE = 0.5
"""Share of column names that sheets have in common when they are waves of one survey."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class NewStudy:
    """A study that was just written.

    Attributes
    ----------
    folder : Path
    guessed : list of str
        What was decided, with the reason.
    unsure : list of str
        What its owner has to look at; "please check" stands there in study.yaml.
    refused : list of str
        What is left out, or would stop the reader, with the reason.
    """

    folder: Path
    guessed: list[str]
    unsure: list[str]
    refused: list[str]


def make_study(
    name: str,
    *,
    customers: Sequence[str | Path],
    staff: Sequence[str | Path] = (),
    operations: Sequence[str | Path] = (),
    folder: str | Path | None = None,
) -> NewStudy:
    """Write the folder of a new study.

    Parameters
    ----------
    name : str
        Letters, digits, - and _.
    customers : sequence of str or Path
        Files with answers of customers, one wave each where there are several; "file.xlsx#Sheet"
        names a sheet.
    staff : sequence of str or Path
        Files with answers of staff, in the same way.
    operations : sequence of str or Path
        One file with the performance of the same units, or none.
    folder : str or Path, optional
        The folder itself; params/<name> when absent.

    Returns
    -------
    NewStudy

    Raises
    ------
    ParamsError
        The name is none, there is such a study already, or no file is given.
    DataError
        A file is absent, damaged, or holds no table.
    """
    target = _target(name, folder)
    if not customers:
        raise ParamsError("`customers` must name at least one file; got none.")
    if len(operations) > 1:
        raise ParamsError(f"`operations` must be one file; got {len(operations)}.")
    survey = guess_survey(_samples(customers))
    workers = guess_survey(_samples(staff), staff=True) if staff else None
    measured = guess_operations(_one(operations[0])) if operations else None
    told = _collect(target, survey, workers, measured)
    pairs = _units(survey, workers, told)
    text = study_text(
        name,
        folder=target,
        target=target,
        survey=survey,
        staff=workers,
        operations=measured,
        units=pairs is not None,
    )
    _write(target, text, pairs)
    return told


def _target(name: str, folder: str | Path | None) -> Path:
    if not _NAME.fullmatch(name):
        raise ParamsError(f"`name` must be letters, digits, - and _; got {name!r}.")
    if folder is None:
        known = studies().get(name)
        if known:
            raise ParamsError(f"`name` must be a new one; {short_path(known)} is a study already.")
    target = Path(folder).expanduser() if folder else (house() or Path.cwd()) / "params" / name
    if target.exists():
        raise ParamsError(
            f"{short_path(target)} exists already, and nothing is written over. Choose another "
            "name or folder, or take that one away."
        )
    return target.resolve()


def _samples(sources: Sequence[str | Path]) -> list[Sample]:
    """Look at each source; of a workbook without a named sheet, take those that hold the survey."""
    found = []
    for source in sources:
        samples = read_samples(source)
        found += samples if len(samples) == 1 else _survey_sheets(samples)
    return found


def _survey_sheets(samples: Sequence[Sample]) -> list[Sample]:
    """Take the sheets with answers; several must have the same columns, a wave each."""
    asked = [sample for sample in samples if _has_answers(sample)]
    first = asked[0] if asked else samples[0]
    names = {sample.sheet: set(sample.frame) for sample in samples}
    shared = [len(names[one.sheet] & names[first.sheet]) / len(names[first.sheet]) for one in asked]
    if not asked or min(shared) < ALIKE:
        listed = ", ".join(f"'{first.path.name}#{sample.sheet}'" for sample in samples)
        raise DataError(
            f"'{first.path.name}' has {len(samples)} sheets with a table, and they are not waves "
            f"of one survey. Name those that are meant: {listed}."
        )
    passed = [
        f"'{sample.sheet}'"
        for sample in samples
        if sample.sheet not in {one.sheet for one in asked}
    ]
    if passed:
        note = f"Sheets without answers on a scale are passed over: {', '.join(passed)}."
        asked[0] = replace(asked[0], said=(*asked[0].said, note))
    return asked


def _has_answers(sample: Sample) -> bool:
    return any(
        (found := guess_scale(sample.frame[name], name=str(name))) is not None and found.scale
        for name in sample.frame
    )


def _one(source: str | Path) -> Sample:
    samples = read_samples(source)
    if len(samples) > 1:
        listed = ", ".join(f"'{sample.name}'" for sample in samples)
        raise DataError(
            f"'{samples[0].path.name}' has {len(samples)} sheets with a table; name the one with "
            f"operations data: {listed}."
        )
    return samples[0]


def _collect(
    target: Path, survey: SurveyGuess, staff: SurveyGuess | None, operations: OperationsGuess | None
) -> NewStudy:
    told = NewStudy(target, list(survey.guessed), list(survey.unsure), list(survey.refused))
    for prefix, part in (("Staff: ", staff), ("", operations)):
        if part is None:
            continue
        told.guessed.extend(prefix + text for text in part.guessed)
        told.unsure.extend(prefix + text for text in part.unsure)
        told.refused.extend(prefix + text for text in part.refused)
    if staff and not (staff.used() and "agency" in staff.roles.columns):
        told.refused.append(
            f"The staff survey {staff.name} is not used: it needs items and agency."
        )
    if staff and "unit" not in staff.roles.columns:
        told.unsure.append(
            "Staff: no column names a team or unit; morale beside performance needs `columns.unit`."
        )
    other = _other_waves(survey, staff)
    if other:
        told.unsure.append(other)
    if operations and operations.funnel and (trouble := funnel_trouble(operations)):
        told.refused.append(trouble)
    return told


def _other_waves(survey: SurveyGuess, staff: SurveyGuess | None) -> str:
    """Say it where no wave of staff is one of customers: such surveys never join."""
    if staff is None:
        return ""
    customers, workers = survey.waves(), staff.waves()
    if not customers or not workers or customers & workers:
        return ""
    both = [list_words([f"'{wave}'" for wave in sorted(waves)]) for waves in (workers, customers)]
    return f"No wave of staff ({both[0]}) is one of customers ({both[1]}): these do not join."


def _units(survey: SurveyGuess, staff: SurveyGuess | None, told: NewStudy) -> pd.DataFrame | None:
    """Pair the names of staff units with those of customer units, at the finest common level."""
    if staff is None:
        return None
    shared = [
        level
        for level in ("unit", "department", "agency")
        if level in survey.roles.columns and level in staff.roles.columns
    ]
    if not shared:
        return None
    level = shared[0]
    names = [
        filled(part.frame[part.roles.columns[level]]).unique().tolist() for part in (staff, survey)
    ]
    pairs = suggest_units(names[0], names[1])
    same = int((pairs["confirmed"] == "yes").sum())
    open_ = len(pairs) - same
    told.guessed.append(
        f"{UNITS_FILE} pairs the {level} names of both surveys; the same on both sides: "
        f"{count(same)}."
    )
    if open_:
        told.unsure.append(
            f"{UNITS_FILE}: names that are not the same on both sides: {count(open_)}. They do not "
            "join until you write yes in `confirmed`."
        )
    cut = [part.name for part in (staff, survey) if not all(one.complete for one in part.samples)]
    if cut:
        told.unsure.append(
            f"{UNITS_FILE} holds the names in the first rows of {list_words(cut)}; more may follow."
        )
    return pairs


def _write(target: Path, text: str, pairs: pd.DataFrame | None) -> None:
    """Write the folder beside its place, then put it there in one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        (made / STUDY_FILE).write_text(text, encoding="utf-8")
        if pairs is not None:
            names = {name: pairs[name].map(neutral) for name in ("staff_unit", "customer_unit")}
            pairs.assign(**names).to_csv(made / UNITS_FILE, index=False, encoding="utf-8")
        made.chmod(0o755)
        if target.exists():
            raise ParamsError(f"{short_path(target)} exists already, and nothing is written over.")
        made.rename(target)
    finally:
        if made.exists():
            shutil.rmtree(made, ignore_errors=True)
