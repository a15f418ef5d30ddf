"""What does a notebook cell hand to the page?

A `Section` shows itself twice: as the page fragment, and as a short table of key figures that
a reader of the notebook (and nbval) can compare. The template prints sections and nothing else,
so that a table shown in a notebook on the way never reaches a page by accident.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from cxanalytics.report.components.lists import paragraphs, section_frame

if TYPE_CHECKING:
    from cxanalytics.tables import Estimates

SECTION_MIME = "application/vnd.cxanalytics.section+json"

ORDER: Mapping[str, tuple[str, ...]] = {
    "audit": (
        "read",
        "who",
        "missing",
        "scales",
        "response",
        "weights",
        "repeats",
        "small",
        "changes",
        "fit",
        "published",
        "standing",
        "claims",
        "data",
    ),
    "agency": (
        "scorecard",
        "stand",
        "history",
        "drivers",
        "morale",
        "departments",
        "sure",
        "data",
    ),
    "index": ("groups", "chance", "data"),
    "morale": ("relation", "ladder", "sure", "data"),
    "appendix": (
        "exclusions",
        "scores",
        "stabilized",
        "differences",
        "ranks",
        "predictive",
        "casemix",
        "mixrate",
        "peers",
        "departments-all",
        "history_all",
        "shares",
        "recommendation",
        "proportionality",
        "diagnostics",
        "outcomes",
        "agencies",
        "variance",
        "claims",
        "claims_benchmark",
        "truth",
        "morale",
        "dimensions",
        "ladder",
        "unmeasured",
        "chain",
        "blocks",
        "kpis",
        "cost",
        "legs",
        "claims_morale",
        "sensitivity",
        "session",
        "cite",
    ),
}
"""Sections of each page in reading order. The template numbers those that are present."""


def number_of(kind: str, section: str) -> int:
    """Find the number that a section carries on its page.

    Parameters
    ----------
    kind : str
        "agency", "index", "appendix", "audit" or "morale".
    section : str
        Id of the section.

    Returns
    -------
    int
        Starting at 1.
    """
    return ORDER[kind].index(section) + 1


@dataclass(frozen=True, slots=True)
class Section:
    """One question of a page, answered.

    Attributes
    ----------
    id : str
        Anchor on the page.
    number : int
        As printed; 0 for the masthead.
    question : str
        The heading.
    answer : str
        The first line under it, in one sentence.
    html : Markup
        The whole fragment.
    key_figures : DataFrame
        What the fragment says in numbers; shown in notebooks with three significant digits.
    label : str
        Name in the page's navigation; empty for a part that is not listed there.
    figures : int
        Number of figures; the template numbers them on through the page.
    page : mapping
        What the page shell needs; only the masthead has it.
    records : tuple of dict
        What the files of the page say of it, where the files are made after it.
    """

    id: str
    number: int
    question: str
    answer: str
    html: Markup
    key_figures: pd.DataFrame
    label: str = ""
    figures: int = 0
    page: Mapping[str, Any] = field(default_factory=dict)
    records: tuple[Mapping[str, Any], ...] = ()

    def __str__(self) -> str:
        head = f"{self.number}. {self.question}" if self.number else self.question
        return f"{head}\n{self.answer}\n\n{plain_table(self.key_figures)}".rstrip()

    def _repr_html_(self) -> str:
        return str(self.html)

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, Any]:
        """Give the fragment, the plain table and the place in the page to the notebook."""
        bundle: dict[str, Any] = {
            "text/plain": str(self),
            "text/html": str(self.html),
            SECTION_MIME: {
                "id": self.id,
                "number": self.number,
                "label": self.label,
                "figures": self.figures,
                "page": dict(self.page),
            },
        }
        return choose(bundle, include, exclude)


def framed(
    content: Markup,
    *,
    kind: str,
    anchor: str,
    question: str,
    answer: str,
    key_figures: pd.DataFrame,
    label: str,
    figures: int = 0,
) -> Section:
    """Make a section of content: its question beside it, its answer above.

    Parameters
    ----------
    content : Markup
    kind : str
        Kind of the page; gives the number.
    anchor : str
        Id of the section.
    question, answer, key_figures, label, figures
        As in `Section`.

    Returns
    -------
    Section
    """
    number = number_of(kind, anchor)
    return Section(
        id=anchor,
        number=number,
        question=question,
        answer=answer,
        html=section_frame(content, anchor=anchor, number=number, question=question, answer=answer),
        key_figures=key_figures,
        label=label,
        figures=figures,
    )


def reason_of(estimates: Estimates | None) -> str:
    """Say why a model has no figures."""
    reason = "" if estimates is None else str(estimates.facts.get("reason", ""))
    return reason or "It was not computed."


def refused(
    estimates: Estimates | None,
    *,
    anchor: str,
    question: str,
    label: str,
    reason: str = "",
    answer: str = "The data cannot carry this model.",
) -> Section:
    """Keep the heading of an appendix block whose model could not be fitted, with the reason.

    Parameters
    ----------
    estimates : Estimates or None
        Without rows, and with the fact `reason`.
    anchor, question, label
        As in `framed`.
    reason : str
        The reason, for `estimates` None.
    answer : str
        What stands in the answer's place.

    Returns
    -------
    Section
    """
    told = reason or reason_of(estimates)
    return framed(
        paragraphs(told),
        kind="appendix",
        anchor=anchor,
        question=question,
        answer=answer,
        key_figures=pd.DataFrame({"reason": [told]}),
        label=label,
    )


def choose(
    bundle: Mapping[str, Any], include: Collection[str] | None, exclude: Collection[str] | None
) -> dict[str, Any]:
    """Keep the kinds of output that a notebook asks for."""
    return {
        kind: value
        for kind, value in bundle.items()
        if (include is None or kind in include) and (exclude is None or kind not in exclude)
    }


def plain_table(table: pd.DataFrame) -> str:
    """Print a table as text, numbers with three significant digits.

    Parameters
    ----------
    table : DataFrame

    Returns
    -------
    str
        Empty for a table without rows.
    """
    if table.empty:
        return ""

    def short(value: object) -> str:
        if isinstance(value, float):
            return "" if pd.isna(value) else f"{value:.3g}"
        return str(value)

    return str(table.map(short).to_string(index=False))
