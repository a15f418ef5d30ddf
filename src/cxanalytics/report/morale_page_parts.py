"""What do the sections of the morale page share: the lock on words, a section without figures?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.components.text import clean
from cxanalytics.report.section import Section, framed, reason_of
from cxanalytics.words import assert_sentence_allowed

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Estimates

REFUSED = "These data cannot tell."


def hold_to_design(estimates: Estimates, *texts: str) -> None:
    """Refuse a sentence that says more than the design of the estimates supports."""
    grade = str(estimates.facts.get("grade", "D"))
    for text in texts:
        assert_sentence_allowed(text, grade=grade, page="executive")


def without_figures(
    facts: PageFacts, model: Estimates | None, *, anchor: str, question: str, label: str
) -> Section:
    """Keep the heading of a section whose model was refused, with the reason."""
    told = clean(reason_of(model))
    return framed(
        paragraphs(told),
        kind=facts.kind,
        anchor=anchor,
        question=question,
        answer=REFUSED,
        key_figures=pd.DataFrame({"reason": [told]}),
        label=label,
    )
