"""Do companies stand among the peers? Never, unless they are asked for, and then apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cxanalytics.errors import DataError
from cxanalytics.tables import Check, Survey

GOVERNMENT, CORPORATE = "government", "corporate"


def split_sectors(
    survey: Survey, sectors: Mapping[str, str] | None = None
) -> tuple[Survey, Survey | None]:
    """Set the agencies of other sectors apart from those of government.

    Parameters
    ----------
    survey : Survey
    sectors : mapping of str to str, optional
        Agency to its sector; the column `sector` of the survey where it is absent. An agency
        without a sector counts as government.

    Returns
    -------
    tuple of (Survey, Survey or None)
        The answers about government, which alone are compared and in a model; and those about
        others, None where there are none.

    Raises
    ------
    DataError
        An agency in two sectors, or none of government.
    """
    if sectors is None:
        sectors = _column(survey)
    other = survey.frame["agency"].map(lambda key: sectors.get(str(key)) or GOVERNMENT)
    outside = (other != GOVERNMENT).to_numpy()
    if outside.all():
        raise DataError(f"`sector` must be {GOVERNMENT!r} for some agency; got none.")
    if not outside.any():
        return survey, None
    number = survey.frame.loc[outside, "agency"].nunique()
    text = (
        f"{number} {'agency is' if number == 1 else 'agencies are'} not of government: compared "
        "with nobody here, and in no model."
    )
    kept = replace(
        survey,
        frame=survey.frame.loc[~outside],
        notes=(*survey.notes, Check("sectors", None, text)),
    )
    return kept, replace(survey, frame=survey.frame.loc[outside])


def _column(survey: Survey) -> dict[str, str]:
    if "sector" not in survey.frame:
        return {}
    pairs = survey.frame[["agency", "sector"]].drop_duplicates()
    both = pairs["agency"].duplicated()
    if both.any():
        raise DataError(
            "`sector` must be the same in every row of an agency; got two for "
            f"{pairs.loc[both, 'agency'].iloc[0]!r}."
        )
    pairs["sector"] = pairs["sector"].astype(object).where(pairs["sector"].notna(), "")
    return {str(agency): str(sector) for agency, sector in pairs.itertuples(index=False)}
