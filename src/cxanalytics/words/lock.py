"""May this sentence be said, given how the data were collected?

Verbs of cause and effect are locked by design grade, so that no pattern is told as an effect.
Some words are never used, and some are for researchers alone. Words are matched whole, in any
case but for "RAG". The nouns "driver" and "unmeasured causes", and the phrase "not proof of cause",
stay allowed.
"""

from __future__ import annotations

import re

from cxanalytics.errors import CxError, ParamsError, must_be
from cxanalytics.rules import GRADES

ALWAYS_FORBIDDEN = (
    "statistically significant",
    "best-in-class",
    "best in class",
    "world-class",
    "world class",
    "RAG",
    "N/A",
)
EXECUTIVE_FORBIDDEN = (
    "confidence interval",
    "confidence intervals",
    "CI",
    "p-value",
    "p-values",
    "significant",
    "significantly",
    "median",
    "medians",
    "pp",
    "percentage points",
)
_ONLY_A = (
    "drives",
    "drove",
    "driven by",
    "drives up",
    "drive up",
    "causes",
    "caused",
    "causing",
    "leads to",
    "led to",
    "leading to",
    "because of",
    "results in",
    "resulted in",
    "due to",
    "impact",
    "impacts",
    "impacted",
)
LOCKED_BELOW = {
    "A": _ONLY_A,
    "B": ("effect of", "effects of"),
    "C": ("was followed by", "were followed by"),
}
NOUNS = ("unmeasured causes", "causes that nobody measured", "causes nobody measured")
"""What else may be behind a pattern; no verb, so it says of nothing that it is a cause."""

PAGES = ("executive", "appendix")
_CASE_MATTERS = {"RAG", "CI"}


class ForbiddenWordError(CxError):
    """A sentence says more than its design supports, or uses a word no page uses."""


def find_forbidden(text: str, *, grade: str | None = None, page: str = "executive") -> list[str]:
    """List the words of a text that its design grade or its page does not allow.

    Parameters
    ----------
    text : str
        One sentence, or several.
    grade : str, optional
        Design grade "A" to "D"; None, the strictest, for text that is about no relation.
    page : str
        "executive" or "appendix".

    Returns
    -------
    list of str
        As they stand in the rules; empty when the text is allowed.

    Raises
    ------
    ParamsError
        An unknown grade or page.
    """
    if grade is not None and grade not in GRADES:
        raise ParamsError(must_be("grade", GRADES, grade))
    if page not in PAGES:
        raise ParamsError(must_be("page", PAGES, page))
    banned = list(ALWAYS_FORBIDDEN)
    banned += EXECUTIVE_FORBIDDEN if page == "executive" else ()
    for needed, phrases in LOCKED_BELOW.items():
        if grade is None or grade > needed:
            banned += phrases
    for noun in NOUNS:
        text = _whole(noun).sub("", text)
    return [phrase for phrase in banned if _whole(phrase).search(text)]


def _whole(phrase: str) -> re.Pattern[str]:
    flags = re.NOFLAG if phrase in _CASE_MATTERS else re.IGNORECASE
    spaced = r"\s+".join(map(re.escape, phrase.split()))
    return re.compile(rf"(?<![\w-]){spaced}(?![\w-])", flags)


def assert_sentence_allowed(
    text: str, *, grade: str | None = None, page: str = "executive"
) -> None:
    """Refuse a text with a word that its design grade or its page does not allow.

    Parameters
    ----------
    text : str
    grade : str, optional
        Design grade "A" to "D"; None for text that is about no relation.
    page : str
        "executive" or "appendix".

    Raises
    ------
    ForbiddenWordError
        Names the words, the grade and the text.
    """
    found = find_forbidden(text, grade=grade, page=page)
    if found:
        listed = ", ".join(f"'{word}'" for word in found)
        design = f"grade {grade}" if grade else "no design grade"
        raise ForbiddenWordError(
            f"`text` must not use {listed} with {design} on the {page} page; got {text!r}."
        )
