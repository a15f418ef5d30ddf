"""Parts that only the audit page uses: things to look at, claims with their state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cxanalytics.claims import COULD_BE_TESTED, NOT_TESTABLE, NOT_WITH_THESE_DATA
from cxanalytics.formats import count
from cxanalytics.report.components.text import fill, join, sentence

if TYPE_CHECKING:
    from cxanalytics.words import Concern, Nouns

_MARKS = {
    COULD_BE_TESTED: ("held", "Could be tested"),
    NOT_WITH_THESE_DATA: ("lacks", "Something is missing"),
    NOT_TESTABLE: ("never", "Not testable here"),
}
_SHAPES = {
    "held": '<rect x="1" y="1" width="11" height="11" fill="currentColor"/>',
    "lacks": '<rect x="1.8" y="1.8" width="9.4" height="9.4" fill="none" stroke="currentColor"'
    ' stroke-width="1.6"/>',
    "never": '<path d="M2 2 L11 11 M11 2 L2 11" stroke="currentColor" stroke-width="1.8"/>',
}


def looks(concerns: Iterable[Concern]) -> Markup:
    """List what to look at, each with a link to the section that shows it.

    Parameters
    ----------
    concerns : iterable of Concern

    Returns
    -------
    Markup
        Empty for none.
    """
    entries = join(
        fill(
            '<li><a href="#{}">{}</a><span>{}</span></li>',
            concern.section,
            concern.title,
            concern.text,
        )
        for concern in concerns
    )
    if not entries:
        return Markup("")
    return fill('<h2 class="lookhead">Look at first</h2><ol class="looks">{}</ol>', entries)


_LEVELS = {
    "answers": "answers of people",
    "counts": "counts of answers",
    "no counts": "scores without counts",
    "operations": "counts of operations",
    "linked units": "units linked",
    "response counts": "counts of people asked",
}


def sources_list(sources: Iterable[Mapping[Any, Any]], *, nouns: Nouns) -> Markup:
    """List what is held: source, what is in it, and how much of it.

    Parameters
    ----------
    sources : iterable of mapping
        Rows of the audit's sources.
    nouns : Nouns

    Returns
    -------
    Markup
    """
    return fill('<dl class="holds">{}</dl>', join(_source(row, nouns) for row in sources))


def _source(row: Mapping[Any, Any], nouns: Nouns) -> Markup:
    agencies, waves = int(row["agencies"]), int(row["waves"])
    parts = [
        f"{count(row['rows'])} {'values' if row['level'] == 'no counts' else 'rows'}",
        f"{count(agencies)} {nouns.organization if agencies == 1 else nouns.organizations}",
        f"{count(waves)} {'wave' if waves == 1 else 'waves'}",
        _LEVELS[str(row["level"])],
    ]
    return fill(
        '<div><dt>{}</dt><dd>{}<span class="sub">{}</span></dd></div>',
        sentence(str(row["source"])),
        sentence(str(row["what"])),
        " · ".join(parts),
    )


def state(status: str) -> Markup:
    """Show the state of a claim as shape and words."""
    kind, words = _MARKS[status]
    return fill(
        '<span class="chip {}"><svg viewBox="0 0 13 13" aria-hidden="true" focusable="false">{}'
        "</svg><span>{}</span></span>",
        kind,
        Markup(_SHAPES[kind]),
        words,
    )


def claim_list(claims: Iterable[Mapping[Any, Any]]) -> Markup:
    """List claims: number, title, state, what is held for it and what is missing.

    Parameters
    ----------
    claims : iterable of mapping
        Rows of the audit's claims.

    Returns
    -------
    Markup
    """
    return fill('<ul class="claims">{}</ul>', join(_claim(row) for row in claims))


def _claim(row: Mapping[Any, Any]) -> Markup:
    missing = [part for part in str(row["missing"]).split("; ") if part]
    held = [part for part in str(row["needs"]).split("; ") if part and part not in missing]
    lines = [
        ("Missing", "; ".join(missing)),
        ("Held", "; ".join(held)),
        ("Note", str(row["note"])),
    ]
    details = join(
        fill("<div><dt>{}</dt><dd>{}</dd></div>", name, sentence(text))
        for name, text in lines
        if text
    )
    return fill(
        '<li id="claim-{0}"><b class="no">{0}</b><div><h3>{1}</h3>{2}<dl>{3}</dl></div></li>',
        row["number"],
        row["claim"],
        state(str(row["status"])),
        details,
    )


def pair_of_lists(heads: tuple[str, str], lists: tuple[Iterable[str], Iterable[str]]) -> Markup:
    """Set two lists side by side, such as what may be said and what may not."""
    columns = (
        fill(
            "<div><h3>{}</h3><ul>{}</ul></div>", head, join(fill("<li>{}</li>", e) for e in entries)
        )
        for head, entries in zip(heads, lists, strict=True)
    )
    return fill('<div class="pair">{}</div>', join(columns))
