"""Which scale do bare numbers belong to, and which of them are codes for no answer?

Numbers alone never say what they mean. Where the wording does not help, the scale that claims
least is proposed, and the doubt is said.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cxanalytics.formats import count, list_words
from cxanalytics.scales import SCALES

CODES = frozenset(
    {-1.0, -2.0, -7.0, -8.0, -9.0, -66.0, -77.0, -88.0, -97.0, -98.0, -99.0, -999.0}
    | {66.0, 77.0, 88.0, 96.0, 97.0, 98.0, 99.0, 777.0, 888.0, 997.0, 998.0, 999.0, 9999.0}
)
"""Numbers that surveys use for no answer."""

HIGH_CODES = (7.0, 8.0, 9.0)
"""The same on scales that end well before them."""

ZERO_EXPECTED = 100
"""Answers among which a scale from 0 shows a 0."""

RECOMMEND = re.compile(r"recomm?[ae]nd|\bnps\b|net promoter|would (?:tell|refer)|empf[eo]hl")
_STATED = re.compile(r"\b([01])\s*(?:-|–|—|to|bis|à|a|through)\s*(4|5|6|7|10|100)\b")
_FIVE = (
    ("satisfied_1_5", re.compile(r"satisf|zufrieden|satisfait|satisfecho")),
    ("likely_1_5", re.compile(r"\blikel(?:y|ihood)|wahrscheinlich")),
    ("likert_1_5", re.compile(r"\bagree|extent|zustimm|d'accord")),
    ("good_1_5", re.compile(r"\bhow (?:good|would you rate)|\bgood\b|\bpoor\b|\bquality\b")),
)
_SEVEN = {"satisfied_1_5": "satisfied_1_7", "likert_1_5": "agree_1_7"}
_FOUR = {"satisfied_1_5": "dissatisfied_1_4", "likert_1_5": "agree_1_4"}


@dataclass(frozen=True, slots=True)
class NumberGuess:
    """What bare numbers look like; the fields are those of a ScaleGuess."""

    scale: str
    why: str
    doubt: str = ""
    missing: tuple[float, ...] = ()
    declare: Mapping[str, Any] = field(default_factory=dict)
    proposal: tuple[str, ...] = ()


def code_text(code: float) -> str:
    """Write a code as it stands in a file."""
    return f"{code:g}"


def guess_numbers(
    counts: Mapping[float, int], *, said: str, stated: Mapping[float, str]
) -> NumberGuess | None:
    """Guess the scale of bare numbers.

    Parameters
    ----------
    counts : mapping of float to int
        Number to how often it stands.
    said : str
        Column name and wording, lower case.
    stated : mapping of float to str
        What the wording says about single numbers.

    Returns
    -------
    NumberGuess or None
        None where they are no answers on a scale.
    """
    if any(number != math.floor(number) for number in counts):
        return None
    recommend = bool(RECOMMEND.search(said))
    answers, missing = _part_codes(set(counts), recommend=recommend)
    if not answers:
        return None
    low, high = min(answers), max(answers)
    rows = sum(counts[number] for number in answers)
    range_said = _STATED.search(said)
    if range_said and float(range_said[1]) <= low and high <= float(range_said[2]):
        low, high = float(range_said[1]), float(range_said[2])
    found = _by_range(low, high, answers, rows, said, recommend, bool(range_said), stated)
    if found is None:
        return None
    doubt = "; ".join(part for part in (found.doubt, _missing_doubt(missing)) if part)
    return NumberGuess(found.scale, found.why, doubt, missing, found.declare, found.proposal)


def _part_codes(numbers: set[float], *, recommend: bool) -> tuple[set[float], tuple[float, ...]]:
    """Part the answers from codes for no answer."""
    between = any(11 <= number <= 95 for number in numbers - CODES)
    codes = {number for number in numbers & CODES if number < 0 or number > 100 or not between}
    answers = numbers - codes
    if answers and not recommend:
        run_end = min(answers)
        while run_end + 1 in answers:
            run_end += 1
        beyond = {number for number in answers if number > run_end}
        limit = 5 if 8.0 in beyond else 7
        apart = bool(beyond) and min(beyond) >= run_end + 2
        if apart and beyond <= set(HIGH_CODES) and 3 <= run_end <= limit:
            codes, answers = codes | beyond, answers - beyond
    return answers, tuple(sorted(codes))


def _missing_doubt(missing: tuple[float, ...]) -> str:
    if not missing:
        return ""
    listed = list_words([code_text(code) for code in missing])
    are = "is" if len(missing) == 1 else "are"
    return f"{listed} {are} taken as no answer; say why in `missing`, such as {{98: don't know}}"


def _by_range(
    low: float,
    high: float,
    answers: set[float],
    rows: int,
    said: str,
    recommend: bool,
    is_stated: bool,
    stated: Mapping[float, str],
) -> NumberGuess | None:
    span = f"numbers from {low:g} to {high:g}"
    if high == 10 or (recommend and 5 < high < 10):
        return _up_to_ten(low, span, rows, recommend, is_stated)
    if (low, high) == (0, 1):
        thumbs = "thumbs" if "thumb" in said else "yes_no"
        return NumberGuess(thumbs, "0 and 1", f"1 is taken as {SCALES[thumbs].cut_label}")
    if high == 7 and low >= 1:
        return _worded("likert_1_7", _SEVEN, span, said, stated)
    if high == 5 and low >= 1:
        return _five(span, said, stated)
    if high == 4 and low >= 1:
        return _worded("likert_1_4", _FOUR, span, said, stated)
    if 10 < high <= 100 and low >= 0:
        return _percent(answers, span)
    if high in (3, 6, 8, 9) or (low == 0 and high in (2, 3, 4, 5)):
        return _unknown(low, high, span)
    if (low, high) == (1, 2):
        return NumberGuess(
            "",
            "1 and 2",
            "say under `answers` which of them means yes",
            proposal=("scale: yes_no", "answers: {1: 1, 2: 0}"),
        )
    return None


def _up_to_ten(low: float, span: str, rows: int, recommend: bool, is_stated: bool) -> NumberGuess:
    about = "" if recommend else "only a question about recommending gives an NPS"
    if low == 0:
        return NumberGuess("nps_0_10", span, about)
    if is_stated or rows >= ZERO_EXPECTED:
        doubt = (
            ""
            if is_stated
            else (
                f"there is no 0 among {count(rows)} answers; where 0 could be chosen it is nps_0_10"
            )
        )
        return NumberGuess("rating_1_10", span, doubt)
    doubt = "no 0 among so few answers; where the lowest answer was 1 it is rating_1_10"
    return NumberGuess("nps_0_10", span, doubt)


def _wording_scale(said: str, stated: Mapping[float, str]) -> str:
    for name in ("satisfied_1_5", "good_1_5", "likely_1_5", "likert_1_5"):
        if any(words in SCALES[name].labels for words in stated.values()):
            return name
    return next((name for name, pattern in _FIVE if pattern.search(said)), "")


def _five(span: str, said: str, stated: Mapping[float, str]) -> NumberGuess:
    scale = _wording_scale(said, stated)
    if scale:
        doubt = "" if stated else f"5 is taken as '{SCALES[scale].ends[1].lower()}'"
        return NumberGuess(scale, f"{span}, and its wording", doubt)
    return NumberGuess(
        "numbers_1_5",
        span,
        "nothing says what the numbers mean; 5 is taken as the best",
        declare={"answers": [1, 2, 3, 4, 5]},
    )


def _worded(
    plain: str, by_wording: Mapping[str, str], span: str, said: str, stated: Mapping[float, str]
) -> NumberGuess:
    scale = by_wording.get(_wording_scale(said, stated), plain)
    best = SCALES[scale].answers[-1]
    doubt = "" if stated else f"{best:g} is taken as the best"
    return NumberGuess(scale, span, doubt)


def _percent(answers: set[float], span: str) -> NumberGuess | None:
    step = math.gcd(*(int(answer) for answer in answers))
    found = next((size for size in (25, 20, 10, 5, 1) if step % size == 0), 1)
    return NumberGuess(
        f"percent_0_100_by_{found}", f"{span} in steps of {found}", "100 is taken as the best"
    )


def _unknown(low: float, high: float, span: str) -> NumberGuess:
    first = min(low, 1.0)
    name = f"numbers_{first:g}_{high:g}"
    listed = ", ".join(str(number) for number in range(int(first), int(high) + 1))
    return NumberGuess(
        "",
        span,
        f"no scale has these answers; declare it under `scales`, such as {name}: "
        f"{{answers: [{listed}]}}, after a look whether one of the numbers is no answer",
        proposal=(f"scale: {name}",),
    )
