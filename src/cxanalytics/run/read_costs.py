"""Where do the costs of a study come from, and what makes its legs?

Costs stand in the operations of the study or in a file of their own; the arguments that name their
columns go to `fit_long_run_cost` as they are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cxanalytics.operations import OperationMeasure, Operations
from cxanalytics.run.read import roles
from cxanalytics.run.read_more import read_operations, read_staff

if TYPE_CHECKING:
    from cxanalytics.run.resolve import StudyFolder
    from cxanalytics.run.study_sources import CostSource
    from cxanalytics.tables import Survey


def read_costs(study: StudyFolder) -> Operations | None:
    """Read costs, contacts and resolved cases by unit and period.

    Parameters
    ----------
    study : StudyFolder

    Returns
    -------
    Operations or None
        With the measures of `operations` where the costs stand in its file; None where the study
        names no costs.
    """
    spec, operations = study.file.cost, study.file.operations
    if spec is None:
        return None
    made = _measures(spec)
    if operations is not None and operations.reader == "simulated" and not spec.file:
        found = read_operations(study)
        return replace(found, measures=(*found.measures, *made))
    from cxanalytics.sources import read_operations_table

    source: Any = spec if spec.file else operations
    if operations is not None and not spec.file:
        made = (*read_operations(study).measures, *made)
    key = "cost.file" if spec.file else "operations.file"
    columns = spec.columns or source.columns
    return read_operations_table(
        study.path(key, source.file),
        columns=roles(columns),
        measures=made,
        sheet=source.sheet,
        encoding=source.encoding,
        delimiter=source.delimiter,
        header=source.header,
    )


def _measures(spec: CostSource) -> tuple[OperationMeasure, ...]:
    made = [
        OperationMeasure("cost", "Cost of a contact", spec.cost, spec.handled, "cost", False),
        OperationMeasure("resolved", "Cases resolved", spec.resolved, spec.handled, "rate"),
    ]
    if spec.repeat:
        label = "Repeat contacts"
        made.append(OperationMeasure("repeat", label, spec.repeat, spec.handled, "rate", False))
    return tuple(made)


def cost_options(study: StudyFolder) -> dict[str, Any]:
    """Give the arguments of `fit_long_run_cost` that the study decides.

    Parameters
    ----------
    study : StudyFolder

    Returns
    -------
    dict of str to value
        Columns, the question that measures service, and the price index; empty without costs.
    """
    spec = study.file.cost
    if spec is None:
        return {}
    found: dict[str, Any] = {
        "cost": spec.cost,
        "handled": spec.handled,
        "resolved": spec.resolved,
        "repeat": spec.repeat or "",
        "measure": spec.service or "",
        "index": dict(spec.index) or None,
    }
    if spec.index_from:
        from cxanalytics.sources import read_price_table

        part = spec.index_from
        found["index"] = read_price_table(
            study.path("cost.index_from.file", part.file or ""),
            value=part.value,
            period=part.period,
            sheet=part.sheet,
            encoding=part.encoding,
            delimiter=part.delimiter,
            header=part.header,
        )
    return found


def read_legs(study: StudyFolder) -> Survey | None:
    """Read the staff answers on expectations, capabilities and rewards.

    Parameters
    ----------
    study : StudyFolder

    Returns
    -------
    Survey or None
        None where the study maps no items to them.
    """
    spec = study.file.staff
    if spec is None or not spec.legs:
        return None
    return read_staff(study, items=[item for items in spec.legs.values() for item in items])
