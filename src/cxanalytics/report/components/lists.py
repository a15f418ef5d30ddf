"""Fact blocks, provenance, bullet points and the frame of a section."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from cxanalytics.report.components.text import fill, join


@dataclass(frozen=True, slots=True)
class Fact:
    """One of the large figures under the headline."""

    name: str
    value: str
    note: str


def facts_block(entries: Sequence[Fact]) -> Markup:
    """Print up to four large figures side by side."""
    return fill(
        '<dl class="facts">{}</dl>',
        join(
            fill(
                "<div><dt>{}</dt><dd><b>{}</b><span>{}</span></dd></div>",
                entry.name,
                entry.value,
                entry.note,
            )
            for entry in entries
        ),
    )


def provenance(entries: Iterable[tuple[str, object]]) -> Markup:
    """Print names and values in two columns; an empty value leaves its row out."""
    return fill(
        '<dl class="prov">{}</dl>',
        join(
            fill("<div><dt>{}</dt><dd>{}</dd></div>", name, value)
            for name, value in entries
            if value not in ("", None)
        ),
    )


def bullets(entries: Iterable[tuple[str, str]]) -> Markup:
    """Print points, each with a short title in bold."""
    return fill(
        '<ul class="plain">{}</ul>',
        join(fill("<li><b>{}.</b> {}</li>", title, text) for title, text in entries),
    )


def glossary(entries: Iterable[tuple[str, str]]) -> Markup:
    """Print terms and what they mean."""
    return fill(
        '<dl class="gloss">{}</dl>',
        join(fill("<dt>{}</dt><dd>{}</dd>", term, text) for term, text in entries),
    )


def paragraphs(*texts: str) -> Markup:
    """Print paragraphs."""
    return join(fill("<p>{}</p>", text) for text in texts if text)


def section_frame(
    content: Markup, *, anchor: str, number: int, question: str, answer: str
) -> Markup:
    """Put a section's content beside its question, under its answer.

    Parameters
    ----------
    content : Markup
    anchor : str
        Id of the section.
    number : int
    question, answer : str

    Returns
    -------
    Markup
    """
    return fill(
        '<section class="sec" id="{0}" aria-labelledby="h-{0}"><div class="side">'
        '<p class="secno">{1}</p><h2 id="h-{0}">{2}</h2></div>'
        '<div class="main"><p class="answer">{3}</p>{4}</div></section>',
        anchor,
        number,
        question,
        answer,
        content,
    )
