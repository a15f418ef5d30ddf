"""What does a study hold, besides what its columns give away?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cxanalytics.claims import DECLARED, INGREDIENTS
from cxanalytics.errors import ParamsError, must_be
from cxanalytics.operations import Operations
from cxanalytics.published import Published
from cxanalytics.tables import Panel, Survey


@dataclass(frozen=True, slots=True)
class Holdings:
    """Everything a study has read; what it has not is None.

    Attributes
    ----------
    survey, staff : Survey, optional
        Answers of customers, and of staff.
    operations : Operations, optional
    published : Published, optional
        Scores without counts.
    panel : Panel, optional
        Staff and results, linked.
    funnel : DataFrame, optional
        People asked and answered, by agency and wave.
    coverage : DataFrame, optional
        How the sources fit together, by name.
    declared : tuple of str
        Ingredients of claims that no column gives away.
    """

    survey: Survey | None = None
    staff: Survey | None = None
    operations: Operations | None = None
    published: Published | None = None
    panel: Panel | None = None
    funnel: pd.DataFrame | None = None
    coverage: pd.DataFrame | None = None
    declared: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        allowed = [entry.name for entry in INGREDIENTS.values() if entry.source == DECLARED]
        for name in self.declared:
            if name not in allowed:
                raise ParamsError(must_be("declared", allowed, name))
