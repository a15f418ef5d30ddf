"""Which reader serves the survey of a study, and with which columns?"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cxanalytics.errors import ParamsError
from cxanalytics.run import query
from cxanalytics.run.released import with_released
from cxanalytics.run.study_sources import (
    A11RowsSurvey,
    A11Survey,
    Asked,
    Columns,
    FftSurvey,
    LargeSurvey,
    SimulatedSurvey,
    SqlSurvey,
    StaffSource,
    TableSurvey,
)
from cxanalytics.scales import get_scale
from cxanalytics.tables import Check, Question, Survey

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
        reader = survey.reader if survey else "no survey"
        raise ParamsError(
            f"`government()` needs a simulated study; '{study.name}' reads {reader!r}."
        )
    return _government(survey.world, survey.seed)


def read_truth(study: StudyFolder) -> dict[str, pd.DataFrame]:
    """Read what is true of a simulated government; empty for any other study.

    Parameters
    ----------
    study : StudyFolder

    Returns
    -------
    dict of str to DataFrame
    """
    survey = study.file.survey
    if not isinstance(survey, SimulatedSurvey):
        return {}
    return dict(_government(survey.world, survey.seed).truth)


def roles(columns: Columns) -> dict[str, str]:
    """Give the roles that are mapped, and their columns."""
    return {role: name for role, name in columns.model_dump().items() if name is not None}


def _facts(study: StudyFolder, asked: Asked) -> dict[str, Any]:
    given = asked.model_dump(exclude={"phrase"}, exclude_defaults=True)
    return given | {"scale": get_scale(asked.scale, study.file.scales)}


def _question(study: StudyFolder, name: str, asked: Asked) -> Question:
    scale = get_scale(asked.scale, study.file.scales)
    return Question(name, asked.label, scale, asked.wording, tuple(asked.changed))


def read_survey(study: StudyFolder) -> Survey:
    """Read the survey of a study: its files, its history, and what it is compared with.

    Parameters
    ----------
    study : StudyFolder

    Returns
    -------
    Survey
        Where the study compares departments, they stand as agencies.

    Raises
    ------
    ParamsError
        The study has no survey.
    """
    spec = study.file.survey
    if spec is None:
        raise ParamsError(f"`survey` is not in the study.yaml of '{study.name}': it has no survey.")
    return with_released(study, compared(study, _by_sector(study)[0]))


def read_companies(study: StudyFolder) -> Survey | None:
    """Read the answers about companies, where the study wants them beside government.

    Parameters
    ----------
    study : StudyFolder

    Returns
    -------
    Survey or None
        None where `peers.corporate` is not set, or all agencies are of government.
    """
    return _by_sector(study)[1] if study.file.peers.corporate and study.file.survey else None


def _by_sector(study: StudyFolder) -> tuple[Survey, Survey | None]:
    """Read all answers, those about government apart from all others."""
    from cxanalytics.benchmark import split_sectors
    from cxanalytics.run.read_more import read_attributes

    spec = study.file.survey
    assert spec is not None
    survey = _read(study)
    if spec.history:
        from cxanalytics.history import read_history

        survey = read_history(study.path("survey.history", spec.history)).apply(survey)
    if spec.published_peers:
        survey = _with_peers(study, survey)
    told = read_attributes(study)
    if told is None or "sector" not in told:
        return split_sectors(survey)
    return split_sectors(survey, {str(key): str(name) for key, name in told["sector"].items()})


def compared(study: StudyFolder, survey: Survey) -> Survey:
    """Let departments stand as agencies where there is one agency, or the study says so.

    Parameters
    ----------
    study : StudyFolder
    survey : Survey

    Returns
    -------
    Survey
    """
    wanted = study.file.compare
    parted = "department" in survey.frame and survey.frame["department"].nunique() > 1
    if wanted == "department" or (not wanted and len(survey.agencies) == 1 and parted):
        from cxanalytics.sources import departments_as_agencies

        return departments_as_agencies(survey)
    return survey


def _read(study: StudyFolder) -> Survey:
    spec = study.file.survey
    assert spec is not None
    common: dict[str, Any] = {
        "outcome": spec.outcome,
        "drivers": spec.drivers,
        "case_mix": spec.case_mix,
    }
    facts = {name: _facts(study, asked) for name, asked in spec.questions.items()}
    if isinstance(spec, SimulatedSurvey):
        return _simulated(study, spec, common)
    if isinstance(spec, TableSurvey):
        common["case_mix_numbers"] = spec.case_mix_numbers
        return read_waves(study, spec, "survey", questions=facts, count=spec.count, **common)
    if isinstance(spec, SqlSurvey | LargeSurvey):
        common |= {
            "columns": roles(spec.columns),
            "questions": facts,
            "count": spec.count,
            "missing": spec.missing,
            "case_mix_numbers": spec.case_mix_numbers,
        }
    if isinstance(spec, SqlSurvey):
        from cxanalytics.sources import read_sql

        return read_sql(query.database(study, spec), query.query(study, spec), **common)
    if isinstance(spec, LargeSurvey):
        from cxanalytics.sources import read_large

        folder = study.path("survey.file", str(_parent(spec.file)))
        return read_large(folder / _name(spec.file), memory=spec.memory, **common)
    path = study.path("survey.file", spec.file)
    if isinstance(spec, FftSurvey):
        from cxanalytics.sources import read_nhs_fft

        themes = [a.column or n for n, a in spec.questions.items() if n != spec.outcome]
        return _labelled(study, read_nhs_fft(path, themes=themes))
    if isinstance(spec, A11Survey):
        from cxanalytics.sources import read_a11_v1

        names = list(spec.questions)
        return _labelled(study, read_a11_v1(path, questions=names, outcome=spec.outcome))
    if isinstance(spec, A11RowsSurvey):
        from cxanalytics.sources import read_a11_v2

        return _labelled(study, read_a11_v2(path, study.path("survey.responses", spec.responses)))
    from cxanalytics.sources import read_fevs_2018

    return read_fevs_2018(path, questions=facts, **common)


def _parent(pattern: str) -> str:
    return pattern.rpartition("/")[0] or "."


def _name(pattern: str) -> str:
    return pattern.rpartition("/")[2]


def _simulated(study: StudyFolder, spec: SimulatedSurvey, common: dict[str, Any]) -> Survey:
    questions = {name: _question(study, name, asked) for name, asked in spec.questions.items()}
    columns = {asked.column or name: name for name, asked in spec.questions.items()}
    customers = read_government(study).customers.rename(columns=columns)
    scale = questions[spec.outcome].scale
    rows = f"{len(customers):,} rows"
    notes = [
        Check("rows read", None, f"{rows} drawn from the simulated government."),
        Check("rows kept", None, f"{rows} kept."),
    ]
    return Survey.from_frame(
        customers, scale=scale, questions=questions, notes=notes, **SIMULATED_CUSTOMERS, **common
    )


def _labelled(study: StudyFolder, survey: Survey) -> Survey:
    """Name the questions of a reader that knows its own file as the study names them."""
    asked = study.file.questions
    made = []
    for question in survey.questions:
        told = asked.get(question.name)
        changed = tuple(told.changed) if told else ()
        made.append(
            question
            if told is None
            else replace(
                question,
                label=told.label,
                wording=told.wording or question.wording,
                changed=changed or question.changed,
            )
        )
    return replace(survey, questions=tuple(made))


def read_waves(
    study: StudyFolder, spec: TableSurvey | StaffSource, part: str, **given: Any
) -> Survey:
    """Read a table: one file, or a file or sheet for each wave.

    Parameters
    ----------
    study : StudyFolder
    spec : TableSurvey or StaffSource
    part : str
        Key of the part in study.yaml, for messages.
    **given
        Further arguments of `read_table`.

    Returns
    -------
    Survey
    """
    from cxanalytics.sources import read_table, stack_waves

    options: dict[str, Any] = {
        "columns": roles(spec.columns or Columns(agency="agency")),
        "missing": spec.missing,
        "encoding": spec.encoding,
        "delimiter": spec.delimiter,
        "date_format": spec.date_format,
        "header": spec.header,
        "layout": spec.layout,
        **given,
    }
    if spec.file:
        return read_table(study.path(f"{part}.file", spec.file), sheet=spec.sheet, **options)
    waves = {
        entry.period: read_table(
            study.path(f"{part}.parts.{place}.file", entry.file), sheet=entry.sheet, **options
        )
        for place, entry in enumerate(spec.parts)
    }
    return stack_waves(dict(sorted(waves.items())))


def _with_peers(study: StudyFolder, survey: Survey) -> Survey:
    from cxanalytics.sources import add_peers, read_table

    spec = study.file.survey
    assert spec is not None
    assert spec.published_peers is not None
    peers = spec.published_peers
    names = list(peers.questions)
    found = read_table(
        study.path("survey.published_peers.file", peers.file),
        columns=roles(peers.columns),
        questions={name: _facts(study, asked) for name, asked in peers.questions.items()},
        outcome=spec.outcome if spec.outcome in names else names[0],
        count=peers.count,
        missing=peers.missing,
        sheet=peers.sheet,
        encoding=peers.encoding,
        delimiter=peers.delimiter,
        header=peers.header,
    )
    return add_peers(survey, found, questions=names)
