"""Which readers serve what a study holds beside its survey, and do the sources fit together?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from cxanalytics.errors import ParamsError, must_be
from cxanalytics.operations import OperationMeasure, Operations
from cxanalytics.run.read import (
    compared,
    read_companies,
    read_government,
    read_survey,
    read_waves,
    roles,
)
from cxanalytics.run.study_sources import (
    A11Survey,
    AttentionSource,
    Columns,
    Leg,
    OperationsSource,
    SimulatedSurvey,
)
from cxanalytics.scales import get_scale
from cxanalytics.tables import Check, Exposure, Panel, Survey

if TYPE_CHECKING:
    import pandas as pd

    from cxanalytics.published import Published
    from cxanalytics.run.resolve import StudyFolder

SIMULATED_STAFF: dict[str, Any] = {
    "agency": "agency",
    "department": "department",
    "unit": "team",
    "period": "wave",
    "respondent": "respondent",
}

ITEM_MAP = "map of items to dimensions"
"""What a study holds as soon as it has staff: `staff.items` maps items to dimensions."""

BOTH_SECTORS = "both sectors"
"""What a study holds where companies are read beside government."""
LEG_ITEMS = "items on expectations, tools and rewards"
"""What a study holds as soon as `staff.legs` maps items to all three."""

REWARD_WEIGHTS = "reward weights of measures"
"""What a study holds as soon as one of `kpis` has a reward weight."""

ATTENTION = "attention to customer experience from another source"
"""What a study holds as soon as it has attention, measured by others."""


def _need(study: StudyFolder, part: str, what: str) -> Any:
    spec = getattr(study.file, part)
    if not spec:
        raise ParamsError(f"`{part}` is not in the study.yaml of '{study.name}': it has no {what}.")
    return spec


def read_staff(study: StudyFolder, *, items: Sequence[str] = ()) -> Survey:
    """Read the staff answers of a study, its units under the customers' names for them.

    Parameters
    ----------
    study : StudyFolder
    items : sequence of str
        Items to read; those of the dimensions of morale when empty.

    Returns
    -------
    Survey
        The first item stands as the outcome.

    Raises
    ------
    ParamsError
        The study has no staff survey.
    """
    return _as_customers_name(study, _staff(study, items))


def _staff(study: StudyFolder, chosen: Sequence[str] = ()) -> Survey:
    """Read the staff answers, units as staff name them; questions are the items."""
    spec = _need(study, "staff", "staff")
    mapped = [item for items in spec.items.values() for item in items]
    items = list(dict.fromkeys(chosen or mapped))
    scale = get_scale(spec.scale, study.file.scales)
    if spec.reader == "simulated":
        frame = read_government(study).staff
        for item in items:
            if item not in frame:
                raise ParamsError(must_be("staff.items", frame.columns[5:], item))
        return Survey.from_frame(
            frame,
            outcome=items[0],
            scale=scale,
            questions=dict.fromkeys(items, scale),
            **SIMULATED_STAFF,
        )
    if spec.reader == "table":
        fact = {"scale": scale, "reversed": spec.reversed}
        staff = read_waves(
            study, spec, "staff", questions=dict.fromkeys(items, fact), outcome=items[0]
        )
        return compared(study, staff)
    from cxanalytics.sources import read_fevs_2018

    path = study.path("staff.file", spec.file or "")
    return read_fevs_2018(path, questions=items, outcome=items[0])


def _as_customers_name(study: StudyFolder, staff: Survey) -> Survey:
    """Give staff units the customers' names; a unit that is not confirmed joins nothing."""
    if not study.file.units or "unit" not in staff.frame:
        return staff
    from cxanalytics.sources import read_units
    from cxanalytics.sources.link import confirmed_pairs

    pairs = confirmed_pairs(read_units(study.path("units", study.file.units)))
    names = dict(zip(pairs["staff_unit"], pairs["customer_unit"], strict=True))
    unit = staff.frame["unit"].map(names)
    apart = int(staff.frame.loc[unit.isna() & staff.frame["unit"].notna(), "unit"].nunique())
    note = Check(
        "units not confirmed",
        apart == 0,
        f"Staff units that are not confirmed in {study.file.units} and join nothing: {apart}.",
    )
    return replace(staff, frame=staff.frame.assign(unit=unit), notes=(*staff.notes, note))


def read_operations(study: StudyFolder, *, measures: Sequence[OperationMeasure] = ()) -> Operations:
    """Read the performance of units.

    Parameters
    ----------
    study : StudyFolder
    measures : sequence of OperationMeasure
        Further measures whose columns a table must hold.

    Returns
    -------
    Operations

    Raises
    ------
    ParamsError
        The study has no operations data.
    """
    spec: OperationsSource = _need(study, "operations", "operations data")
    if spec.reader == "simulated":
        frame = read_government(study).operations.rename(columns={"team": "unit"})
        frame = frame.assign(period=frame["month"].dt.strftime("%Y-%m")).drop(columns="month")
        return Operations(frame=frame, measures=(_measure(spec),))
    path = study.path("operations.file", spec.file or "")
    if spec.reader == "nhs_ae":
        from cxanalytics.sources import read_nhs_ae

        return read_nhs_ae(path)
    if spec.reader == "nhs_111":
        from cxanalytics.sources import read_nhs_111

        return read_nhs_111(path)
    if spec.reader == "opm_separations":
        from cxanalytics.sources import read_opm_separations

        headcount = study.path("operations.headcount", spec.headcount or "")
        return read_opm_separations(path, headcount)
    from cxanalytics.sources import read_operations_table

    columns = roles(spec.columns or Columns(agency="agency"))
    return read_operations_table(
        path,
        columns=columns,
        measures=(_measure(spec), *measures),
        sheet=spec.sheet,
        encoding=spec.encoding,
        delimiter=spec.delimiter,
        header=spec.header,
    )


def read_kpis(study: StudyFolder) -> Operations:
    """Read the counts of the operations with the measures that `kpis` names, and no other.

    Parameters
    ----------
    study : StudyFolder

    Returns
    -------
    Operations

    Raises
    ------
    ParamsError
        The study names no measures, or a column that the operations do not hold.
    """
    measures = tuple(
        OperationMeasure(
            name=kpi.name,
            label=kpi.label,
            top=kpi.top,
            per=kpi.per or "",
            kind=kpi.kind,
            higher_is_better=kpi.higher_is_better,
        )
        for kpi in _need(study, "kpis", "measures of the contact center")
    )
    table = study.file.operations is not None and study.file.operations.reader == "table"
    operations = read_operations(study, measures=measures if table else ())
    columns = [str(name) for name in operations.frame.select_dtypes("number").columns]
    for number, measure in enumerate(measures):
        for name in filter(None, (measure.top, measure.per)):
            if name not in columns:
                raise ParamsError(must_be(f"kpis.{number + 1} ({measure.name})", columns, name))
    return replace(operations, measures=measures)


def _measure(spec: OperationsSource) -> OperationMeasure:
    name = spec.performance or ""
    return OperationMeasure(
        name=name,
        label=spec.label or name.replace("_", " ").capitalize(),
        top=name,
        per=spec.per or "",
        kind=spec.performance_is,
        higher_is_better=spec.higher_is_better,
    )


def read_published(study: StudyFolder) -> Published:
    """Read scores as published, without the number of answers.

    Parameters
    ----------
    study : StudyFolder

    Returns
    -------
    Published

    Raises
    ------
    ParamsError
        The study has none.
    """
    spec = _need(study, "published", "published scores")
    path = study.path("published.file", spec.file)
    if spec.reader == "csps":
        from cxanalytics.sources import read_csps

        found = read_csps(path)
    else:
        from cxanalytics.sources import read_hcahps

        found = read_hcahps(path, study.path("published.hospitals", spec.hospitals or ""))
    return found.only(spec.measures) if spec.measures else found


def read_panel(study: StudyFolder, *, performance: str = "") -> tuple[Panel, pd.DataFrame | None]:
    """Read units over time; with operations that hold the performance, the two are linked.

    Parameters
    ----------
    study : StudyFolder
    performance : str
        Another measure than the one that study.yaml names.

    Returns
    -------
    (Panel, DataFrame or None)
        The panel, and who could be linked.

    Raises
    ------
    ParamsError
        The study has no panel.
    """
    from cxanalytics.sources import panel_with_operations, read_nhs_staff

    spec = _need(study, "panel", "panel of units over time")
    path = study.path("panel.file", spec.file)
    chosen = performance or spec.performance
    operations = read_operations(study) if study.file.operations else None
    if operations and chosen in [entry.name for entry in operations.measures]:
        panel = read_nhs_staff(path, morale=spec.morale)
        panel, linked = panel_with_operations(panel, operations, measure=chosen)
        return panel, linked.coverage
    return read_nhs_staff(path, morale=spec.morale, performance=chosen), None


def read_response(study: StudyFolder) -> pd.DataFrame | None:
    """Read how many there were, were asked and answered.

    Parameters
    ----------
    study : StudyFolder

    Returns
    -------
    DataFrame or None
        Columns agency, period, asked, answered and, where known, customers; None where the study
        does not say.
    """
    spec = study.file.survey
    if isinstance(spec, SimulatedSurvey):
        names = {"wave": "period", "offered": "asked"}
        return read_government(study).funnel.rename(columns=names)
    if spec is None:
        return None
    funnel = spec.funnel
    if funnel is None and isinstance(spec, A11Survey):
        from cxanalytics.sources import read_a11_response

        return read_a11_response(study.path("survey.file", spec.file))
    if funnel is None:
        return None
    from cxanalytics.sources import read_response_table

    return read_response_table(
        study.path("survey.funnel.file", funnel.file),
        agency=funnel.agency,
        asked=funnel.asked,
        answered=funnel.answered,
        period=funnel.period,
        customers=funnel.customers,
        sheet=funnel.sheet,
    )


def read_attributes(study: StudyFolder) -> pd.DataFrame | None:
    """Read what the study says of each agency.

    Parameters
    ----------
    study : StudyFolder

    Returns
    -------
    DataFrame or None
        Index: the agency; None where `peers.file` is not given.
    """
    if not study.file.peers.file:
        return None
    from cxanalytics.sources import read_agency_table

    return read_agency_table(study.path("peers.file", study.file.peers.file))


def read_attention(study: StudyFolder) -> Exposure | None:
    """Read how much attention each agency pays to customer experience, as others measured it.

    Parameters
    ----------
    study : StudyFolder

    Returns
    -------
    Exposure or None
        None where the study holds no such measure.

    Raises
    ------
    ParamsError
        The measure comes from the file of the survey itself, or is not in the simulated audit.
    """
    spec = study.file.attention
    if spec is None:
        return None
    told: dict[str, Any] = {
        "label": spec.label,
        "source": spec.source,
        "at_least": spec.at_least,
    }
    if spec.reader == "simulated":
        return _simulated_attention(study, spec, told)
    digests = study.input_digests()
    same = [key for key, digest in digests.items() if digest == digests["attention.file"]]
    if any(key.startswith("survey.") for key in same):
        raise ParamsError(
            f"{study.yaml.where(['attention', 'file'])}: `attention.file` must be another file "
            "than the survey's: attention is measured by others than those who answer."
        )
    from cxanalytics.sources import read_exposure_table

    return read_exposure_table(
        study.path("attention.file", spec.file or ""),
        agency=spec.agency,
        score=spec.score,
        period=spec.period,
        sheet=spec.sheet,
        encoding=spec.encoding,
        delimiter=spec.delimiter,
        header=spec.header,
        **told,
    )


def _simulated_attention(
    study: StudyFolder, spec: AttentionSource, told: dict[str, Any]
) -> Exposure:
    audit = read_government(study).audit
    for key in ("agency", "score", "period"):
        name = getattr(spec, key)
        if name is not None and name not in audit:
            raise ParamsError(must_be(f"attention.{key}", audit.columns, name))
    frame = audit.rename(columns={spec.agency: "agency", spec.score: "score"})
    periods = frame[spec.period].astype(str) if spec.period else ""
    return Exposure(frame=frame.assign(period=periods)[["agency", "period", "score"]], **told)


def read_coverage(study: StudyFolder, survey: Survey, staff: Survey) -> pd.DataFrame | None:
    """Say by name which units of the staff survey and the survey meet.

    Parameters
    ----------
    study : StudyFolder
    survey, staff : Survey

    Returns
    -------
    DataFrame or None
        As `Linked.coverage`; None where one side has no units.

    Raises
    ------
    DataError
        A unit has several confirmed partners.
    """
    from cxanalytics.sources import link_sources, read_units

    units = read_units(study.path("units", study.file.units)) if study.file.units else None
    by = ["unit", "period"]
    if not all("unit" in side.frame for side in (survey, staff)):
        return None
    if survey.agencies == staff.agencies or units is None:
        by = ["agency", *by] if set(survey.agencies) & set(staff.agencies) else by
    if set(survey.periods) != set(staff.periods):
        by.remove("period")
    sides = [side.frame.dropna(subset=["unit"])[by].drop_duplicates() for side in (staff, survey)]
    return link_sources(*sides, by=by, units=units, must_join=False).coverage


def _same_people(study: StudyFolder) -> bool:
    """Say whether survey and staff are one file: then there is nothing to link."""
    digests = study.input_digests()
    staff = {digest for key, digest in digests.items() if key.startswith("staff.")}
    return bool(staff & {digest for key, digest in digests.items() if key.startswith("survey.")})


def holdings(study: StudyFolder) -> dict[str, Any]:
    """Read everything a study holds.

    Parameters
    ----------
    study : StudyFolder

    Returns
    -------
    dict
        Those of survey, staff, operations, published, panel, funnel, coverage and declared that
        the study has: the arguments of `fit_audit`.
    """
    file = study.file
    mapped = [ITEM_MAP] if file.staff else []
    if file.staff and set(file.staff.legs) == set(get_args(Leg)):
        mapped.append(LEG_ITEMS)
    if any(kpi.reward_weight is not None for kpi in file.kpis):
        mapped.append(REWARD_WEIGHTS)
    if read_attention(study) is not None:
        mapped.append(ATTENTION)
    if file.survey and read_companies(study) is not None:
        mapped.append(BOTH_SECTORS)
    found: dict[str, Any] = {"declared": tuple(dict.fromkeys([*mapped, *file.holds]))}
    if file.survey:
        found["survey"] = read_survey(study)
    if file.staff:
        found["staff"] = read_staff(study)
    if file.operations:
        found["operations"] = read_operations(study)
    if file.cost and (not file.operations or not file.cost.file):
        from cxanalytics.run.read_costs import read_costs

        found["operations"] = read_costs(study)
    if file.published:
        found["published"] = read_published(study)
    if file.panel:
        found["panel"], found["coverage"] = read_panel(study)
    if file.survey and file.staff and not _same_people(study):
        found["coverage"] = read_coverage(study, found["survey"], _staff(study))
    if file.staff and file.operations and not file.survey:
        from cxanalytics.run.morale import crosswalk_coverage

        found["coverage"] = crosswalk_coverage(study, found["staff"], found["operations"])
    found["funnel"] = read_response(study)
    return {name: value for name, value in found.items() if value is not None}
