"""Which claims about customer experience are put to the test, and what would each one need?"""

from __future__ import annotations

from cxanalytics.claims.ingredients import (
    DECLARED,
    INGREDIENTS,
    SOURCES,
    Ingredient,
    get_ingredient,
)
from cxanalytics.claims.listed import (
    CLAIMS,
    COULD_BE_TESTED,
    NOT_TESTABLE,
    NOT_WITH_THESE_DATA,
    STATUSES,
    TOPICS,
    Claim,
)

__all__ = [
    "CLAIMS",
    "COULD_BE_TESTED",
    "DECLARED",
    "INGREDIENTS",
    "NOT_TESTABLE",
    "NOT_WITH_THESE_DATA",
    "SOURCES",
    "STATUSES",
    "TOPICS",
    "Claim",
    "Ingredient",
    "get_ingredient",
]
