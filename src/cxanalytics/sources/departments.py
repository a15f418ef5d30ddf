"""With whom is one agency compared that stands alone? Its departments, with each other."""

from __future__ import annotations

from dataclasses import replace

from cxanalytics.columns import show
from cxanalytics.errors import DataError
from cxanalytics.formats import list_words
from cxanalytics.sources._cells import rows_text
from cxanalytics.tables import Break, Check, Survey

SUPPLY = (
    "Name the column of departments in `columns.department`, or add peers: other agencies, or "
    "published counts with the same wording and scale."
)


def departments_as_agencies(survey: Survey) -> Survey:
    """Compare the departments of one agency with each other.

    Parameters
    ----------
    survey : Survey
        Of one agency, with a column `department`.

    Returns
    -------
    Survey
        Its agencies are the departments; `parent` is the agency. Rows without a department are
        left out and counted; reasons for missing answers, which they share, then go untold.

    Raises
    ------
    DataError
        There are several agencies, no departments, or only one.
    """
    if len(survey.agencies) > 1:
        named = list_words([show(agency) for agency in survey.agencies[:2]])
        raise DataError(
            f"Departments are compared within one agency; got {len(survey.agencies)}, such as "
            f"{named}. Several agencies are compared with each other."
        )
    (parent,) = survey.agencies
    if "department" not in survey.frame:
        raise DataError(f"One agency, {show(parent)}, has nobody to be compared with. {SUPPLY}")
    department = survey.frame["department"]
    blank = (department.isna() | department.astype(str).str.strip().eq("")).to_numpy()
    found = sorted(department[~blank].astype(str).unique())
    if len(found) < 2:
        got = show(found[0]) if found else "none"
        raise DataError(
            f"{show(parent)} must have at least two departments to be compared; got {got}. {SUPPLY}"
        )
    frame = survey.frame.loc[~blank]
    frame = frame.assign(agency=frame["department"].astype(str)).drop(columns="department")
    notes = [
        Check(
            "departments compared",
            None,
            f"One agency, {parent}: its {len(found)} departments are compared with each other. "
            "Peers for the agency as a whole would be other agencies, or published counts with "
            "the same wording and scale.",
        )
    ]
    reasons = survey.reasons
    if blank.any():
        reasons = None
        text = f"{rows_text(int(blank.sum()))} left out: no department, so nothing to compare."
        notes.append(Check("rows without department", None, text))
    return replace(
        survey,
        frame=frame.reset_index(drop=True),
        notes=(*survey.notes, *notes),
        breaks=tuple(
            Break(name, entry.period, entry.text)
            for entry in survey.breaks
            for name in (found if entry.agency == parent else [entry.agency])
        ),
        parent=parent,
        reasons=reasons,
    )
