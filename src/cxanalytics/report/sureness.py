"""How sure are we? The words used, what could make the figures wrong, and the method.

On a phone the meaning of the words opens on demand; the doubts never hide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from markupsafe import Markup

from cxanalytics.report.components.figures import data_table, folded
from cxanalytics.report.components.lists import bullets, glossary, paragraphs
from cxanalytics.report.components.scorecard import agency_row
from cxanalytics.report.components.text import fill
from cxanalytics.report.section import Section, framed
from cxanalytics.words import (
    list_doubts,
    list_terms,
    list_words_used,
    say_method,
    say_sureness,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Benchmark


def write_sureness(boards: Mapping[str, Benchmark], facts: PageFacts, *, agency: str) -> Section:
    """Write the words used, what could be wrong, the method and the glossary.

    Parameters
    ----------
    boards : mapping of str to Benchmark
        By measure; the outcome's must be there.
    facts : PageFacts
    agency : str

    Returns
    -------
    Section
    """
    rows = [agency_row(boards.get(measure.name), agency) for measure in facts.measures]
    difference = boards[facts.outcome.name].difference
    used = list_words_used(rows)
    meaning = "What our words mean"
    table = folded(meaning, data_table(used, caption=meaning, css="data words"), css="fold")
    doubts = list_doubts(
        rows,
        nouns=facts.nouns,
        response_rate=facts.response_rates.get(agency),
        adjusted_for=facts.adjusted_for,
        changed=[facts.measure(name).label for name in facts.changed],
    )
    content = fill(
        "{}<h3>What could make these figures wrong</h3>{}{}{}",
        fill('<div class="folds">{}</div>', table) if len(used) else Markup(""),
        bullets([*doubts, *facts.caveats]),
        folded("Method in plain words", paragraphs(say_method(facts.nouns, difference=difference))),
        folded("Glossary", glossary(list_terms(facts.nouns, difference=difference))),
    )
    return framed(
        content,
        kind="agency",
        anchor="sure",
        question="How sure are we?",
        answer=say_sureness(rows),
        key_figures=used,
        label="How sure are we",
    )
