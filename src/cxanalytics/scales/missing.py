"""Why is there no answer?

A missing answer is never a middle one. "Not applicable" and "not asked" say that the question was
not for this respondent: those are counted apart from missing answers.
"""

from __future__ import annotations

import re

from cxanalytics.scales.labels import split_number

MISSING_REASONS = ("don't know", "not applicable", "not asked", "refused", "no answer")
NOT_FOR_ALL = ("not applicable", "not asked")
"""Reasons that are no missing answer: the question was not meant for this respondent."""

_WORDINGS = {
    "don't know": (
        "don't know|dk|d/k|not sure|unsure|no opinion|no idea|no basis to judge|unable to judge|"
        "unable to say|unable to rate|unable to answer|can't say|can't tell|can't judge|can't rate|"
        "can't answer|can't remember|don't remember|can't recall|don't recall|hard to say"
    ),
    "not applicable": (
        "not applicable|n/a|n.a|not relevant|not relevant to me|doesn't apply|doesn't apply to me|"
        "not applicable to me|didn't use|have not used|haven't used|never used|didn't experience"
    ),
    "not asked": "not asked|question not asked|not shown|not displayed|filtered out|routed out",
    "refused": (
        "refused|refusal|prefer not to say|prefer not to answer|prefer not to respond|"
        "prefer not to disclose|prefer not to state|rather not say|rather not answer|"
        "don't want to say|don't want to answer|don't wish to say|don't wish to answer|"
        "declined|declined to answer|declined to say|choose not to answer|chose not to answer"
    ),
    "no answer": (
        "no answer|not answered|no response|no reply|not given|not stated|not provided|"
        "none given|unanswered|skipped|missing|blank|left blank|nonresponse|non-response"
    ),
}
_REASON_OF = {
    wording: reason for reason, listed in _WORDINGS.items() for wording in listed.split("|")
}
_SPELLINGS = (
    (re.compile(r"^(?:i(?:'d| would)? |respondent )"), ""),
    (re.compile(r"\bdo not\b|\bdont\b"), "don't"),
    (re.compile(r"\bdoes not\b|\bdoesnt\b"), "doesn't"),
    (re.compile(r"\bdid not\b|\bdidnt\b"), "didn't"),
    (re.compile(r"\bcannot\b|\bcan not\b|\bcant\b"), "can't"),
)
_ASIDE = re.compile(r"\s*\([^()]*\)$")


def read_missing(text: str) -> str | None:
    """Tell why a cell holds no answer, where its words say so.

    Parameters
    ----------
    text : str
        As in the file; a number before the words is ignored.

    Returns
    -------
    str or None
        One of `MISSING_REASONS`; None where the words say nothing of the kind.
    """
    words = split_number(text)[1]
    for spelled, written in _SPELLINGS:
        words = spelled.sub(written, words)
    for candidate in (words, _ASIDE.sub("", words)):
        if candidate in _REASON_OF:
            return _REASON_OF[candidate]
    parts = [part.strip() for part in re.split(r"/|,|\bor\b", words)]
    reasons = [_REASON_OF.get(part) for part in parts]
    return reasons[0] if len(parts) > 1 and None not in reasons else None
