"""What do the data say of the claims about morale, measures and cost? The block of the appendix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from cxanalytics.claims.morale_verdicts import HEADLINE, NO_INCREASE
from cxanalytics.claims.verdicts import NOT_TESTABLE_HERE, TOO_IMPRECISE
from cxanalytics.formats import fixed, points, points_range, signed
from cxanalytics.report.components.figures import data_table, scrolling
from cxanalytics.report.components.lists import bullets, paragraphs
from cxanalytics.report.components.text import clean, fill
from cxanalytics.report.section import Section, framed
from cxanalytics.words import (
    assert_sentence_allowed,
    say_morale_claim,
    say_morale_claims_answer,
    say_tested_morale_claims,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cxanalytics.report.facts import PageFacts

ANCHOR = "claims_morale"
_OPEN = (TOO_IMPRECISE, NO_INCREASE)


def write_appendix_morale_claims(
    claims: pd.DataFrame, facts: PageFacts, *, kind: str = "appendix"
) -> Section:
    """Write the verdicts on the claims about morale, measures and cost, and what they rest on.

    Parameters
    ----------
    claims : DataFrame
        From `fit_tested_morale_claims`.
    facts : PageFacts
    kind : str
        Kind of the page, whose order of sections must hold "claims_morale".

    Returns
    -------
    Section
    """
    said = say_tested_morale_claims(claims, nouns=facts.nouns)
    for text, grade in zip(said, claims["grade"], strict=True):
        assert_sentence_allowed(_unquoted(text, claims), grade=grade or "D", page="appendix")
    answer = say_morale_claim(claims)
    headline = claims.loc[claims["claim"] == HEADLINE].iloc[0]
    assert_sentence_allowed(answer, grade=str(headline["grade"]) or "D", page="appendix")
    entries = [
        (_titled(row), clean(text)) for (_, row), text in zip(claims.iterrows(), said, strict=True)
    ]
    content = paragraphs(say_morale_claims_answer(claims))
    content += grouped_claims(entries, claims["verdict"]) + _table(claims)
    figures = ["claim", "verdict", "grade", "estimate", "conf_low", "conf_high", "p_adjusted"]
    return framed(
        content,
        kind=kind,
        anchor=ANCHOR,
        question="Do the claims about morale, measures and cost hold?",
        answer=answer,
        key_figures=claims[figures],
        label="Claims about morale",
    )


_GROUPS = {
    "told": "What the data speak to",
    "open": "What they leave open",
    "missing": "What cannot be tested here",
}


def grouped_claims(entries: Sequence[tuple[str, str]], verdicts: Iterable[object]) -> Markup:
    """List claims under what the data speak to, leave open, and cannot test.

    Parameters
    ----------
    entries : sequence of (str, str)
        A claim with its verdict, and what is said of it.
    verdicts : iterable of str
        Of the same claims.

    Returns
    -------
    Markup
    """
    places = [_group(str(verdict)) for verdict in verdicts]
    content = Markup("")
    for group, head in _GROUPS.items():
        listed = [entry for entry, at in zip(entries, places, strict=True) if at == group]
        if listed:
            content += fill("<h3>{}</h3>", head) + bullets(listed)
    return content


def _group(verdict: str) -> str:
    if verdict == NOT_TESTABLE_HERE:
        return "missing"
    return "open" if verdict in _OPEN else "told"


def _titled(row: pd.Series[Any]) -> str:
    """Name a claim and its verdict; the headline has no number."""
    name = row["title"] if row["claim"] == HEADLINE else f"{row['claim']}. {row['title']}"
    return f"{name}: {row['verdict']}"


def _unquoted(text: str, claims: pd.DataFrame) -> str:
    """The text without names that come from data, which the lock does not read."""
    names = {str(value) for column in ("about", "detail") for value in claims[column] if value}
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(f"“{name}”", "“”")
    return text


def _table(claims: pd.DataFrame) -> Markup:
    shown = claims.loc[claims["estimate"].notna() & claims["conf_low"].notna()]
    if shown.empty:
        return paragraphs()
    rows = pd.DataFrame([_cells(row) for _, row in shown.iterrows()])
    numeric = ["Figure", "Interval", "p", "p, Holm"]
    table = data_table(rows, caption="Figures behind the verdicts on morale", numeric=numeric)
    return scrolling(table, name="Figures behind the verdicts on morale")


def _cells(row: pd.Series[Any]) -> dict[str, str]:
    name = "Headline" if row["claim"] == HEADLINE else str(row["claim"])
    figure, ends = _figure(row)
    return {
        "Claim": name,
        "Grade": str(row["grade"]),
        "Figure": figure,
        "Interval": ends,
        "Unit": _UNITS.get(str(row["unit"]), "Own unit"),
        "p": "" if pd.isna(row["p_value"]) else fixed(row["p_value"], 3),
        "p, Holm": "" if pd.isna(row["p_adjusted"]) else fixed(row["p_adjusted"], 3),
    }


_UNITS = {
    "points": "Points",
    "share": "Points explained",
    "percent": "% of cost",
    "correlation": "Correlation",
    "SD": "Standard deviations",
}


def _figure(row: pd.Series[Any]) -> tuple[str, str]:
    low, high = float(row["conf_low"]), float(row["conf_high"])
    if row["unit"] in ("points", "share", "percent"):
        figure = points(row["estimate"], 1).split("\u00a0")[0]
        return figure, points_range(low, high, 1)
    return signed(row["estimate"], 2), f"{signed(low, 2)} to {signed(high, 2)}"
