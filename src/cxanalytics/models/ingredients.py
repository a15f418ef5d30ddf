"""What do the columns of a study give away of what claims need?

Words in names, labels and wordings decide what a question or a measure is about; everything else
is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pandas as pd

from cxanalytics.models.counted import group_sizes
from cxanalytics.models.holdings import Holdings
from cxanalytics.models.months import months_by_period, months_covered
from cxanalytics.operations import OperationMeasure, Operations
from cxanalytics.rules import THRESHOLDS, Thresholds
from cxanalytics.tables import Question, Survey

RECOMMEND = r"recommend"
ABOUT_STAFF = r"\b(staff|employees?|agents?|advis[eo]rs?|helpful|courteous|polite)\b"
ABOUT_TOPIC = r"^(need|topic|subject|reason|purpose|request)(_|$)"
APPRECIATION = r"recogni|appreciat|\bvalued\b|\brespected\b|with respect\b"
HANDLE_TIME = r"handl\w* time|\baht\b"
RESOLUTION = r"resol"
REPEATED = r"repeat|avoidable"
LEAVING = r"leaver|\bquit|attrition|turnover|retention|separation"

MONTHS_OF_EIGHT_QUARTERS = 24
"""Fewest months of operations that make eight quarters."""

PERIODS_OF_A_BASELINE = 12
"""Periods in a row before a series can be called stable."""

_OF_THE_SURVEY = (
    "outcome answers",
    "recommend answers",
    "experience and recommendation of the same person",
    "questions on two scales",
    "driver questions",
    "a question about staff",
    "agencies to compare",
    "department id",
    "team or agent id",
    "channel",
    "topic of the contact",
    "case mix",
    "dates of answers",
)


def _text(*parts: str) -> str:
    return " ".join(parts).replace("_", " ").lower()


def _about(questions: Iterable[Question], pattern: str) -> list[Question]:
    return [
        question
        for question in questions
        if re.search(pattern, _text(question.name, question.label, question.wording))
    ]


def _measures_about(operations: Operations | None, pattern: str) -> list[OperationMeasure]:
    if operations is None:
        return []
    return [
        measure
        for measure in operations.measures
        if re.search(pattern, _text(measure.name, measure.label))
    ]


def _answered(survey: Survey) -> list[Question]:
    return [question for question in survey.questions if survey.frame[question.name].notna().any()]


def _together(survey: Survey, first: str, second: str) -> bool:
    """Tell whether some rows hold answers to both questions."""
    return bool((survey.frame[first].notna() & survey.frame[second].notna()).any())


def _filled(survey: Survey, column: str, *, kinds: int = 1) -> bool:
    return column in survey.frame and int(survey.frame[column].nunique()) >= kinds


def _waves(holdings: Holdings) -> int:
    held = [part.periods for part in (holdings.survey, holdings.published) if part is not None]
    return max((len(periods) for periods in held), default=0)


def _both_sectors(holdings: Holdings) -> bool:
    frames = [part.frame for part in (holdings.survey, holdings.published) if part is not None]
    return any("sector" in frame and frame["sector"].nunique() > 1 for frame in frames)


def see_customers(holdings: Holdings, *, thresholds: Thresholds = THRESHOLDS) -> dict[str, bool]:
    """Look for the ingredients of the customer survey."""
    survey, waves = holdings.survey, _waves(holdings)
    shared = {
        "response counts": holdings.funnel is not None,
        "two waves": waves >= 2,
        "three waves": waves >= 3,
        "both sectors": _both_sectors(holdings),
    }
    if survey is None:
        return dict.fromkeys(_OF_THE_SURVEY, False) | shared
    answered = _answered(survey)
    named = {question.name for question in answered}
    asked = [question for question in answered if question.name != survey.outcome]
    drivers = [
        name for name in survey.drivers if name in named and _together(survey, survey.outcome, name)
    ]
    recommend = [question.name for question in _about(answered, RECOMMEND)]
    return shared | {
        "outcome answers": survey.outcome in named,
        "recommend answers": bool(recommend),
        "experience and recommendation of the same person": any(
            _together(survey, name, other.name)
            for name in recommend
            for other in asked
            if other.name not in recommend
        ),
        "questions on two scales": len({question.scale.id for question in answered}) >= 2,
        "driver questions": len(drivers) >= 2,
        "a question about staff": bool(_about(asked, ABOUT_STAFF)),
        "agencies to compare": _comparable(survey, thresholds) > thresholds.peers,
        "department id": _filled(survey, "department") or bool(survey.parent),
        "team or agent id": _filled(survey, "unit"),
        "channel": _filled(survey, "channel", kinds=2),
        "topic of the contact": any(re.search(ABOUT_TOPIC, str(name)) for name in survey.case_mix),
        "case mix": bool(survey.case_mix),
        "dates of answers": _filled(survey, "date"),
    }


def _comparable(survey: Survey, thresholds: Thresholds) -> int:
    """Count the agencies with enough answers, in the wave that has most of them."""
    sizes = group_sizes(survey, by=["period", "agency"])
    enough = sizes.loc[(sizes["n_eff"] >= thresholds.rank) & (sizes["n"] >= thresholds.hide)]
    return int(enough.groupby("period")["agency"].nunique().max()) if len(enough) else 0


def see_staff(holdings: Holdings) -> dict[str, bool]:
    """Look for the ingredients of the staff survey."""
    staff, panel = holdings.staff, holdings.panel
    waves = len(staff.periods) if staff is not None else 0
    if panel is not None:
        waves = max(waves, int(panel.frame["period"].nunique()))
    return {
        "staff survey": staff is not None,
        "two staff waves": waves >= 2,
        "appreciation items": staff is not None and bool(_about(_answered(staff), APPRECIATION)),
    }


def see_linked(holdings: Holdings) -> dict[str, bool]:
    """Look for staff beside results of other people."""
    panel = holdings.panel
    waves = 0
    if panel is not None and not panel.same_source:
        frame = panel.frame
        complete = frame["morale"].notna() & frame["performance"].notna()
        waves = int(frame.loc[complete, "period"].nunique())
    elif holdings.coverage is not None and holdings.survey and holdings.staff:
        joined = bool((holdings.coverage["joined"] > 0).any())
        both = set(holdings.survey.periods) & set(holdings.staff.periods)
        waves = len(both) if joined else 0
    return {
        "staff and results linked by unit and wave": waves >= 1,
        "three linked waves": waves >= 3,
    }


def see_operations(holdings: Holdings) -> dict[str, bool]:
    """Look for the ingredients of operations, and for long series of any kind."""
    operations, survey = holdings.operations, holdings.survey
    resolved = bool(_measures_about(operations, RESOLUTION)) or (
        survey is not None and bool(_about(_answered(survey), RESOLUTION))
    )
    longest = _longest_series(holdings)
    return {
        "operations counts": operations is not None and bool(operations.measures),
        "handle time": bool(_measures_about(operations, HANDLE_TIME)),
        "resolution": resolved,
        "cost and volume": operations is not None
        and any(measure.kind == "cost" and measure.per for measure in operations.measures),
        "repeat contacts": bool(_measures_about(operations, REPEATED)),
        "staff retention": bool(_measures_about(operations, LEAVING)),
        "eight quarters of operations": operations is not None
        and months_covered(operations.periods) >= MONTHS_OF_EIGHT_QUARTERS,
        "answers and operations for the same agencies and periods": _overlap(survey, operations),
        "twelve periods of one series": longest >= PERIODS_OF_A_BASELINE,
        "twenty-four periods of one series": longest >= 2 * PERIODS_OF_A_BASELINE,
    }


def _longest_series(holdings: Holdings) -> int:
    parts = (holdings.survey, holdings.operations, holdings.published, holdings.panel)
    frames = [part.frame for part in parts if part is not None]
    return max(
        (int(frame.groupby("agency")["period"].nunique().max()) for frame in frames), default=0
    )


def _overlap(survey: Survey | None, operations: Operations | None) -> bool:
    """Tell whether two agencies or more have answers and operations in the same months."""
    if survey is None or operations is None:
        return False
    months = months_by_period([*survey.periods, *operations.periods])
    both = pd.merge(
        _agency_months(survey.frame, months),
        _agency_months(operations.frame, months),
        on=["agency", "month"],
    )
    return int(both["agency"].nunique()) >= 2


def _agency_months(frame: pd.DataFrame, months: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    rows = frame[["agency", "period"]].drop_duplicates()
    pairs = {
        (str(agency), month)
        for agency, period in zip(rows["agency"], rows["period"], strict=True)
        for month in months[str(period)]
    }
    return pd.DataFrame(sorted(pairs), columns=["agency", "month"])
