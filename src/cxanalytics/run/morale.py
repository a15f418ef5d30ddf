"""Where do morale and results of the same units come from in this study?

From a panel that is ready, from staff answers beside survey answers or operations, or from
published scores. Whatever the source, a notebook gets one Panel.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from cxanalytics.errors import ParamsError, must_be
from cxanalytics.run.read import read_survey
from cxanalytics.run.read_more import read_operations, read_panel, read_published, read_staff

if TYPE_CHECKING:
    from cxanalytics.operations import Operations
    from cxanalytics.run.resolve import StudyFolder
    from cxanalytics.run.study import Study
    from cxanalytics.tables import Panel, Survey

_QUARTER = re.compile(r"\d{4}-Q[1-4]")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_YEAR = re.compile(r"\d{4}")
MIDDLE = "middle"
OTHER = "other_performance"


def read_morale_panel(
    study: Study, *, dimension: str = "", performance: str = "", same_source: bool = False
) -> Panel:
    """Put morale and results of the same units side by side; see `Study.morale_panel`.

    Parameters
    ----------
    study : Study
    dimension, performance : str
    same_source : bool

    Returns
    -------
    Panel
    """
    file = study.file
    if file.panel:
        panel, _ = read_panel(study.source, performance=performance)
        return panel
    if file.staff:
        return _beside_staff(study, dimension, performance, same_source=same_source)
    if file.published and file.published.morale:
        return _published(study, performance)
    raise ParamsError(
        "A study needs staff answers, a `panel`, or published scores with `morale` and "
        f"`performance`; '{study.name}' has none of them."
    )


def read_appreciation_panels(study: Study) -> tuple[Panel, Panel] | tuple[None, None]:
    """Put two indices of the same units beside their results: appreciation, and the other items.

    Parameters
    ----------
    study : Study

    Returns
    -------
    (Panel, Panel) or (None, None)
        None where the study names no items on appreciation.
    """
    from cxanalytics.run.read_more import read_staff

    spec = study.file.staff
    if spec is None or not spec.appreciation:
        return None, None
    others = [item for item in study.morale_items() if item not in spec.appreciation]
    staff = read_staff(study.source, items=[*spec.appreciation, *others])
    survey = read_survey(study.source)
    appreciation, morale = (
        _beside_survey(study, staff, survey, items, study.headline)
        for items in (spec.appreciation, others)
    )
    return appreciation, morale


def read_same_people(study: Study, measure: str) -> Survey | None:
    """Put a question of the survey beside the staff answers of the same people.

    Parameters
    ----------
    study : Study
    measure : str
        Question of the survey.

    Returns
    -------
    Survey or None
        None where the two hold no names of respondents to join on, or there is no such question.
    """
    file = study.file
    if file.survey is None or file.staff is None or measure not in file.questions:
        return None
    staff, survey = study.staff(), read_survey(study.source)
    if "respondent" not in staff.frame or "respondent" not in survey.frame:
        return None
    place = ["agency", "period", "respondent"]
    told = survey.frame[[*place, measure]].dropna(subset=["respondent"])
    frame = staff.frame.merge(told, on=place, how="inner", validate="one_to_one")
    return replace(staff, frame=frame, questions=(*staff.questions, survey.question(measure)))


def read_chain_panel(study: Study, panel: Panel) -> tuple[Panel | None, dict[str, Any]]:
    """Put what stands between morale and results into a panel: the study's operations.

    Parameters
    ----------
    study : Study
    panel : Panel
        Morale beside what customers say.

    Returns
    -------
    (Panel or None, dict)
        The panel with a further column, and what `fit_service_profit_chain` needs to know of it;
        None where the study has no operations, or they are the results already.
    """
    from cxanalytics.sources import panel_with_operations

    file = study.file
    if (
        file.survey is None
        or file.operations is None
        or not file.staff
        or not file.staff_meets_survey
    ):
        return None, {"middle": MIDDLE}
    operations = read_operations(study.source)
    measure = operations.measures[0]
    if measure.label == panel.performance_label:
        return None, {"middle": MIDDLE}
    joined, _ = panel_with_operations(
        panel,
        in_periods_of(study.staff(), operations),
        measure=measure.name,
        by=["agency", "unit", "period"],
    )
    frame = joined.frame.rename(columns={"performance": MIDDLE, OTHER: "performance"})
    options = {
        "middle": MIDDLE,
        "middle_label": measure.label,
        "middle_is": measure.kind,
        "middle_higher_is_better": measure.higher_is_better,
    }
    return replace(panel, frame=frame), options


def _beside_survey(
    study: Study, staff: Survey, survey: Survey, items: Sequence[str], measure: str
) -> Panel:
    from cxanalytics.models import fit_morale_panel

    return fit_morale_panel(
        staff,
        survey,
        items=items,
        measure=measure,
        statistic=study.file.statistic,
        thresholds=study.thresholds,
    )


def _beside_staff(study: Study, dimension: str, performance: str, *, same_source: bool) -> Panel:
    items = study.morale_items(dimension)
    questions = list(study.file.questions)
    chosen = performance or study.headline
    if chosen in questions:
        survey = read_survey(study.source)
        made = _beside_survey(study, study.staff(), survey, items, chosen)
        return replace(made, same_source=same_source)
    operations = read_operations(study.source) if study.file.operations else None
    measures = [entry.name for entry in operations.measures] if operations else []
    if operations is None or (performance and performance not in measures):
        raise ParamsError(must_be("performance", [*questions, *measures], performance))
    return _beside_operations(study, operations, items, dimension, performance or measures[0])


def _beside_operations(
    study: Study, operations: Operations, items: list[str], dimension: str, measure: str
) -> Panel:
    from cxanalytics.models.staff_panel import LABEL, staff_panel
    from cxanalytics.sources import panel_through_crosswalk, panel_with_operations

    staff = read_staff(study.source)
    label = f"{LABEL}: {dimension}" if dimension else LABEL
    panel = staff_panel(staff, items=items, label=label, thresholds=study.thresholds)
    crosswalk = _crosswalk(study.source)
    if crosswalk is not None:
        made, _ = panel_through_crosswalk(
            panel,
            operations,
            measure=measure,
            crosswalk=crosswalk,
            coded=_coded(study.source),
        )
        return made
    operations = in_periods_of(staff, operations)
    named = "unit" in operations.frame and set(operations.frame["agency"]) & set(staff.agencies)
    made, _ = panel_with_operations(
        panel,
        operations,
        measure=measure,
        by=["agency", "unit", "period"] if named else None,
    )
    return replace(made, frame=made.frame.drop(columns=OTHER))


def _coded(study: StudyFolder) -> bool:
    """Tell whether units are names with their code in brackets, as in the federal lists."""
    spec = study.file.operations
    return spec is not None and spec.reader == "opm_separations"


def _crosswalk(study: StudyFolder) -> pd.DataFrame | None:
    from cxanalytics.sources import read_crosswalk
    from cxanalytics.sources.link.crosswalk import CROSSWALK_COLUMNS, FEDERAL

    spec = study.file.operations
    if spec is None or not spec.crosswalk:
        return None
    path = study.path("operations.crosswalk", spec.crosswalk)
    return read_crosswalk(path, columns=FEDERAL if _coded(study) else CROSSWALK_COLUMNS)


def crosswalk_coverage(
    study: StudyFolder, staff: Survey, operations: Operations
) -> pd.DataFrame | None:
    """Say by name which staff units meet their parts in the operations.

    Parameters
    ----------
    study : StudyFolder
    staff : Survey
    operations : Operations

    Returns
    -------
    DataFrame or None
        As `Linked.coverage`; None without a crosswalk.
    """
    crosswalk = _crosswalk(study)
    if crosswalk is None:
        return None
    from cxanalytics.sources.link import link_through_crosswalk, unit_codes

    names = staff.frame["unit"].dropna().drop_duplicates()
    units = pd.DataFrame({"_code": unit_codes(names) if _coded(study) else names})
    first = operations.measures[0]
    counts = operations.frame.rename(columns={"unit": "_code"})[["_code", first.top, first.per]]
    linked = link_through_crosswalk(
        units.loc[units["_code"] != ""],
        counts,
        crosswalk=crosswalk,
        code="_code",
        sums=[first.top, first.per],
    )
    return linked.coverage


def in_periods_of(staff: Survey, operations: Operations) -> Operations:
    """Name the months of operations by the quarters or years in which staff were asked.

    Parameters
    ----------
    staff : Survey
    operations : Operations

    Returns
    -------
    Operations
        As it came where its periods are not months, or staff periods neither quarters nor years.
    """
    months = operations.frame["period"].astype(str)
    if not len(months) or not months.map(lambda name: bool(_MONTH.fullmatch(name))).all():
        return operations
    for pattern, named in ((_QUARTER, _quarter), (_YEAR, lambda month: month[:4])):
        if all(pattern.fullmatch(name) for name in staff.periods):
            return replace(operations, frame=operations.frame.assign(period=months.map(named)))
    return operations


def _quarter(month: str) -> str:
    return f"{month[:4]}-Q{(int(month[5:7]) + 2) // 3}"


def _published(study: Study, performance: str) -> Panel:
    from cxanalytics.sources import panel_from_published
    from cxanalytics.sources._csps_names import ALONE

    spec = study.file.published
    assert spec is not None
    return panel_from_published(
        read_published(study.source),
        morale=spec.morale or "",
        performance=performance or spec.performance or "",
        only={"level": ALONE} if spec.reader == "csps" else None,
    )
