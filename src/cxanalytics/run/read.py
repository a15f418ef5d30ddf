"""Which reader serves which part of a study, and with which columns?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxanalytics.errors import ParamsError, must_be
from cxanalytics.run.study_file import Asked, Columns, SimulatedSurvey, TableSurvey
from cxanalytics.scales import get_scale
from cxanalytics.tables import Question, Survey

if TYPE_CHECKING:
    import pandas as pd

    from cxanalytics.run.resolve import StudyFolder
    from cxanalytics.sources.simulated import SimulatedGovernment

SIMULATED_CUSTOMERS: dict[str, Any] = {
    "agency": "agency",
    "department": "department",
    "unit": "team",
    "channel": "channel",
    "period": "wave",
    "date": "date",
    "weight": "weight",
    "psu": "agent",
    "respondent": "respondent",
}
SIMULATED_STAFF: dict[str, Any] = {
    "agency": "agency",
    "department": "department",
    "unit": "team",
    "period": "wave",
    "respondent": "respondent",
}


@lru_cache(maxsize=2)
def _government(world: str, seed: int) -> SimulatedGovernment:
    from cxanalytics.sources import read_simulated

    return read_simulated(world=world, seed=seed)


def read_government(study: StudyFolder) -> SimulatedGovernment:
    """Read the simulated government of a study; made once in a process.

    Parameters
    ----------
    study : StudyFolder

    Returns
    -------
    SimulatedGovernment

    Raises
    ------
    ParamsError
        The study is not simulated.
    """
    survey = study.file.survey
    if not isinstance(survey, SimulatedSurvey):
        raise ParamsError(
            f"`government()` needs a simulated study; '{study.name}' reads {survey.reader!r}."
        )
    return _government(survey.world, survey.seed)


def _roles(columns: Columns) -> dict[str, str]:
    return {role: name for role, name in columns.model_dump().items() if name is not None}


def _facts(asked: Asked) -> dict[str, Any]:
    return asked.model_dump(exclude={"phrase"}, exclude_defaults=True)


def _question(name: str, asked: Asked) -> Question:
    return Question(name, asked.label, get_scale(asked.scale), asked.wording, tuple(asked.changed))


def read_survey(study: StudyFolder) -> Survey:
    """Read the survey of a study.

    Parameters
    ----------
    study : StudyFolder

    Returns
    -------
    Survey
    """
    spec = study.file.survey
    common: dict[str, Any] = {
        "outcome": spec.outcome,
        "drivers": spec.drivers,
        "case_mix": spec.case_mix,
    }
    if isinstance(spec, SimulatedSurvey):
        questions = {name: _question(name, asked) for name, asked in spec.questions.items()}
        columns = {asked.column or name: name for name, asked in spec.questions.items()}
        customers = read_government(study).customers.rename(columns=columns)
        scale = questions[spec.outcome].scale
        return Survey.from_frame(
            customers, scale=scale, questions=questions, **SIMULATED_CUSTOMERS, **common
        )
    path = study.path("survey.file", spec.file)
    facts = {name: _facts(asked) for name, asked in spec.questions.items()}
    if isinstance(spec, TableSurvey):
        from cxanalytics.sources import read_table

        return read_table(
            path,
            columns=_roles(spec.columns),
            questions=facts,
            count=spec.count,
            missing=spec.missing,
            case_mix_numbers=spec.case_mix_numbers,
            sheet=spec.sheet,
            encoding=spec.encoding,
            delimiter=spec.delimiter,
            date_format=spec.date_format,
            **common,
        )
    from cxanalytics.sources import read_fevs_2018

    return read_fevs_2018(path, questions=facts, **common)


def read_staff(study: StudyFolder) -> Survey:
    """Read the staff answers of a study; its questions are the items of every dimension.

    Parameters
    ----------
    study : StudyFolder

    Returns
    -------
    Survey
        The first item stands as the outcome.

    Raises
    ------
    ParamsError
        The study has no staff survey.
    """
    spec = study.file.staff
    if spec is None:
        raise ParamsError(f"`staff` is not in the study.yaml of '{study.name}': it has no staff.")
    items = list(dict.fromkeys(item for items in spec.items.values() for item in items))
    if spec.reader == "simulated":
        frame = read_government(study).staff
        for item in items:
            if item not in frame:
                raise ParamsError(must_be("staff.items", frame.columns[5:], item))
        return Survey.from_frame(
            frame,
            outcome=items[0],
            scale=spec.scale,
            questions=dict.fromkeys(items, spec.scale),
            **SIMULATED_STAFF,
        )
    path = study.path("staff.file", spec.file or "")
    if spec.reader == "table":
        from cxanalytics.sources import read_table

        return read_table(
            path,
            columns=_roles(spec.columns or Columns(agency="agency")),
            questions=dict.fromkeys(items, spec.scale),
            outcome=items[0],
            missing=spec.missing,
            sheet=spec.sheet,
            encoding=spec.encoding,
            delimiter=spec.delimiter,
            date_format=spec.date_format,
        )
    from cxanalytics.sources import read_fevs_2018

    return read_fevs_2018(path, questions=items, outcome=items[0])


def read_operations(study: StudyFolder) -> pd.DataFrame:
    """Read the performance of units.

    Parameters
    ----------
    study : StudyFolder

    Returns
    -------
    DataFrame
        Columns agency, department, unit and period where known, and every other column of the
        source under its own name.

    Raises
    ------
    ParamsError
        The study has no operations data.
    """
    spec = study.file.operations
    if spec is None:
        raise ParamsError(
            f"`operations` is not in the study.yaml of '{study.name}': it has no operations data."
        )
    if spec.reader == "simulated":
        frame = read_government(study).operations
        return frame.rename(columns={"team": "unit", "wave": "period"})
    return _read_columns(
        study.path("operations.file", spec.file or ""),
        columns=_roles(spec.columns or Columns(agency="agency")),
        numbers=[spec.performance],
        sheet=spec.sheet,
        encoding=spec.encoding,
    )


def read_response(study: StudyFolder) -> pd.DataFrame | None:
    """Read how many were asked and how many answered.

    Parameters
    ----------
    study : StudyFolder

    Returns
    -------
    DataFrame or None
        Columns agency, period, asked, answered; None where the study does not say.
    """
    spec = study.file.survey
    if isinstance(spec, SimulatedSurvey):
        names = {"wave": "period", "offered": "asked"}
        return read_government(study).funnel.rename(columns=names)
    funnel = spec.funnel
    if funnel is None:
        return None
    columns = {"agency": funnel.agency}
    if funnel.period:
        columns["period"] = funnel.period
    frame = _read_columns(
        study.path("survey.funnel.file", funnel.file),
        columns=columns,
        numbers=[funnel.asked, funnel.answered],
        sheet=funnel.sheet,
    )
    names = {funnel.asked: "asked", funnel.answered: "answered"}
    return frame.rename(columns=names).assign(period=frame.get("period", ""))


def _read_columns(
    path: Path,
    *,
    columns: Mapping[str, str],
    numbers: Sequence[str],
    sheet: str | None = None,
    encoding: str = "utf-8",
) -> pd.DataFrame:
    """Read named columns of a file: roles as text, measures as numbers."""
    import pandas as pd

    from cxanalytics.sources import _cells
    from cxanalytics.sources._grid import read_grid

    grid = read_grid(path, sheet=sheet, encoding=encoding)
    found: dict[str, Any] = {
        role: _cells.texts(grid.column(name, role)) for role, name in columns.items()
    }
    for name in numbers:
        found[name] = _cells.numbers(grid.column(name, name), f"`{name}`")
    return pd.DataFrame(found)
