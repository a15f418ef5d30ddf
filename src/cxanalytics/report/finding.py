"""What does a figure claim, and what does the claim stand on?

The claim, the two drawings, the alternative text and the table behind them are computed from
one table, and travel together.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxanalytics.errors import DataError
from cxanalytics.report.components.text import fill
from cxanalytics.report.section import choose, plain_table
from cxanalytics.report.svg import to_svg

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from cxanalytics.tables import Check

_ID = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim with its figure and its table.

    Attributes
    ----------
    id : str
        Lower-case letters, digits and hyphens; the figure's anchor on the page.
    claim : str
        Title of the figure: what it shows, in at most 15 words.
    table : DataFrame
        What is drawn, one row a mark, column heads as printed; values already in words.
        An `id` column, where there is one, becomes the id of each row.
    wide, narrow : Figure
        The same figure at 800 and 350 pixels.
    alt : str
        What a reader who cannot see the figure is told.
    subtitle : str
        Measure, who, when.
    note : str
        Base, how to read it, caveat.
    checks : tuple of Check
        Checks behind the claim.
    """

    id: str
    claim: str
    table: pd.DataFrame
    wide: Figure
    narrow: Figure
    alt: str
    subtitle: str = ""
    note: str = ""
    checks: tuple[Check, ...] = ()

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise DataError(
                "`id` must be lower-case letters, digits and hyphens, a letter first; "
                f"got {self.id!r}."
            )
        if not self.alt:
            raise DataError(f"`alt` must say what figure '{self.id}' shows; got nothing.")

    def __str__(self) -> str:
        parts = (self.claim, self.subtitle, plain_table(self.table), self.note)
        return "\n\n".join(part for part in parts if part)

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, Any]:
        """Give the claim and its table as text, and with the picture as HTML, to the notebook."""
        picture = to_svg(self.wide, prefix=self.id, label=self.alt)
        html = fill("<p><strong>{}</strong></p>{}<p>{}</p>", self.claim, picture, self.note)
        bundle = {"text/plain": str(self), "text/html": str(html)}
        return choose(bundle, include, exclude)
