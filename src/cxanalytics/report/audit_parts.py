"""What do the sections of the audit page share: figures in two sizes, tables, the staff survey?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from cxanalytics.report.components.figures import data_table, figure, folded, scrolling
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.finding import Finding
from cxanalytics.report.section import Section, framed
from cxanalytics.words import find_lead

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from cxanalytics.report.facts import PageFacts

Audit = Mapping[str, pd.DataFrame]
_FOLD_ABOVE = 12


def audit_section(
    content: Markup,
    *,
    facts: PageFacts,
    anchor: str,
    question: str,
    answer: str,
    label: str,
    key_figures: pd.DataFrame | None = None,
    figures: int = 0,
) -> Section:
    """Make a section of the audit page; as `framed`."""
    return framed(
        content,
        kind=facts.kind,
        anchor=anchor,
        question=question,
        answer=answer,
        key_figures=pd.DataFrame() if key_figures is None else key_figures,
        label=label,
        figures=figures,
    )


def drawn(
    draw: Callable[..., Figure],
    data: pd.DataFrame,
    *,
    number: int,
    name: str,
    claim: str,
    alt: str,
    table: pd.DataFrame,
    numeric: Sequence[str] = (),
    subtitle: str = "",
    note: str = "",
    **options: Any,
) -> Markup:
    """Show one chart of the audit with its title, its words and its table.

    Parameters
    ----------
    draw : callable
        A `draw_x` of the charts.
    data : DataFrame
        What it draws.
    number : int
        Of the figure in its section.
    name : str
        Anchor of the figure.
    claim, alt, table, subtitle, note
        As in `Finding`.
    numeric : sequence of str
        Columns of the table to set flush right.
    **options
        Passed to `draw`.

    Returns
    -------
    Markup
    """
    wide, narrow = (draw(data, size=size, **options) for size in ("wide", "narrow"))
    finding = Finding(
        id=name,
        claim=claim,
        table=table,
        wide=wide,
        narrow=narrow,
        alt=alt,
        subtitle=subtitle,
        note=note,
    )
    return figure(finding, number=number, numeric=numeric)


def listed(
    table: pd.DataFrame, *, caption: str, numeric: Sequence[str] = (), fold: str = ""
) -> Markup:
    """Print a table of words; a long one, or one with a name in `fold`, behind a summary."""
    if table.empty:
        return Markup("")
    printed = data_table(table, caption=caption, numeric=numeric)
    wide = scrolling(printed, name=caption)
    if fold or len(table) > _FOLD_ABOVE:
        return folded(fold or f"Show all: {caption.lower()}", wide)
    return wide


def note(*texts: str) -> Markup:
    """Print notes under a figure or table."""
    return Markup("").join(Markup('<p class="note">{}</p>').format(text) for text in texts if text)


def said(*texts: str) -> Markup:
    """Print paragraphs."""
    return paragraphs(*texts)


def also_staff(audit: Audit, name: str) -> pd.DataFrame | None:
    """Give a table of the staff survey where it stands beside a customer survey.

    Parameters
    ----------
    audit : mapping of str to DataFrame
    name : str
        Without prefix.

    Returns
    -------
    DataFrame or None
        None where the page is about the staff survey, there is none, or both are one.
    """
    other = audit.get(f"staff_{name}")
    if find_lead(audit) != "" or other is None or is_one_survey(audit):
        return None
    return other


def is_one_survey(audit: Audit) -> bool:
    """Tell whether the staff survey holds the same answers as the survey of the page."""
    if "agencies" not in audit or "staff_agencies" not in audit:
        return False
    return audit["agencies"].equals(audit["staff_agencies"])
