"""Which claims could be tested with what a study holds, and what does each other one lack?

An ingredient counts as held only where a column gives it away or the study declares it. Nothing is
taken as a stand-in: a question on experience is not a measure of an agency's attention to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from cxanalytics.claims import (
    CLAIMS,
    COULD_BE_TESTED,
    DECLARED,
    INGREDIENTS,
    NOT_TESTABLE,
    NOT_WITH_THESE_DATA,
    Claim,
)
from cxanalytics.models.holdings import Holdings
from cxanalytics.models.ingredients import see_customers, see_linked, see_operations, see_staff
from cxanalytics.operations import Operations
from cxanalytics.published import Published
from cxanalytics.rules import THRESHOLDS, Thresholds
from cxanalytics.tables import Panel, Survey


def fit_claims(
    *,
    survey: Survey | None = None,
    staff: Survey | None = None,
    operations: Operations | None = None,
    published: Published | None = None,
    panel: Panel | None = None,
    funnel: pd.DataFrame | None = None,
    coverage: pd.DataFrame | None = None,
    declared: Sequence[str] = (),
    thresholds: Thresholds = THRESHOLDS,
) -> pd.DataFrame:
    """Say of every claim whether it could be tested with these data.

    Parameters
    ----------
    survey, staff : Survey, optional
        Answers of customers, and of staff.
    operations : Operations, optional
    published : Published, optional
    panel : Panel, optional
    funnel : DataFrame, optional
        People asked and answered.
    coverage : DataFrame, optional
    declared : sequence of str
        Ingredients that no column gives away, from `cxanalytics.claims.INGREDIENTS`.
    thresholds : Thresholds
        `peers` decides whether there are agencies to compare.

    Returns
    -------
    DataFrame
        A row per claim: `number claim topic needs missing status note`. Lists are joined by "; ".

    Raises
    ------
    ParamsError
        A declared ingredient is unknown, or can be seen in the data.

    Assumes
    -------
    That questions and measures are named for what they are: a question about recommending has
    the word in its name, label or wording.

    Reference
    ---------
    docs/claims.md lists the claims, and how each is to be tested.
    """
    held = Holdings(
        survey=survey,
        staff=staff,
        operations=operations,
        published=published,
        panel=panel,
        funnel=funnel,
        coverage=coverage,
        declared=tuple(declared),
    )
    return claims_table(held_ingredients(held, thresholds=thresholds))


def held_ingredients(holdings: Holdings, *, thresholds: Thresholds = THRESHOLDS) -> dict[str, bool]:
    """Say of every ingredient whether a study holds it.

    Parameters
    ----------
    holdings : Holdings
    thresholds : Thresholds

    Returns
    -------
    dict of str to bool
        In the order of `INGREDIENTS`.
    """
    seen = {
        **see_customers(holdings, thresholds=thresholds),
        **see_staff(holdings),
        **see_operations(holdings),
        **see_linked(holdings),
    }
    return {
        name: name in holdings.declared if entry.source == DECLARED else seen[name]
        for name, entry in INGREDIENTS.items()
    }


def _missing(claim: Claim, held: Mapping[str, bool]) -> list[str]:
    return [name for name in claim.needs if not held[name]]


def _status(claim: Claim, held: Mapping[str, bool]) -> str:
    if claim.not_built:
        return NOT_TESTABLE
    return NOT_WITH_THESE_DATA if _missing(claim, held) else COULD_BE_TESTED


def claims_table(held: Mapping[str, bool]) -> pd.DataFrame:
    """Tabulate the claims: `number claim topic needs missing status note`."""
    return pd.DataFrame(
        {
            "number": [claim.number for claim in CLAIMS],
            "claim": [claim.title for claim in CLAIMS],
            "topic": [claim.topic for claim in CLAIMS],
            "needs": ["; ".join(claim.needs) for claim in CLAIMS],
            "missing": ["; ".join(_missing(claim, held)) for claim in CLAIMS],
            "status": [_status(claim, held) for claim in CLAIMS],
            "note": [" ".join(filter(None, (claim.not_built, claim.note))) for claim in CLAIMS],
        }
    )


def ingredients_table(held: Mapping[str, bool]) -> pd.DataFrame:
    """Tabulate what claims need: `ingredient source supply held needed_by alone_missing`.

    `alone_missing` counts the claims that lack only this ingredient.
    """
    open_claims = [claim for claim in CLAIMS if not claim.not_built]
    alone = [missing[0] for missing in _lacks(open_claims, held) if len(missing) == 1]
    return pd.DataFrame(
        {
            "ingredient": list(INGREDIENTS),
            "source": [entry.source for entry in INGREDIENTS.values()],
            "supply": [entry.supply for entry in INGREDIENTS.values()],
            "held": ["yes" if held[name] else "no" for name in INGREDIENTS],
            "needed_by": [sum(name in claim.needs for claim in CLAIMS) for name in INGREDIENTS],
            "alone_missing": [alone.count(name) for name in INGREDIENTS],
        }
    )


def _lacks(claims: Sequence[Claim], held: Mapping[str, bool]) -> Iterator[list[str]]:
    for claim in claims:
        yield _missing(claim, held)
