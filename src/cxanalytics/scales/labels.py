"""When are two answers in words the same answer?

Case, spaces, invisible marks, curly quotes, closing punctuation, skin tones and British spelling
do not matter. How strong a word is does: "agree" is not "somewhat agree".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

_QUOTES = str.maketrans({"‘": "'", "’": "'", "´": "'", "`": "'", "ʼ": "'"})
_DRAWN = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_BRITISH = re.compile(r"\b(unfav|fav|hon|behavi|col|lab)our")
_NEITHER = re.compile(r"^neither (\w+)(?:\s*/\s*|\s+(?:or|and)\s+)")
_OUTSIDE = ' "“”«».,;:!?*…'
_BEFORE = re.compile(
    r"(?:\((?P<inside>[+-]?\d+)\)|(?P<bare>[+-]?\d+)\s*(?P<mark>[-–—.:)=]|(?=[\s(])))\s*(?P<rest>.*)",
    re.DOTALL,
)
_AFTER = re.compile(
    r"(?P<rest>.*\D)\s*(?:\((?P<inside>\d+)\)|\s[-–—:=]\s*(?P<bare>\d+))", re.DOTALL
)


def fold(text: str) -> str:
    """Write a label the one way in which labels are compared.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Lower case, single spaces, straight quotes, American spelling.
    """
    visible = "".join(mark for mark in _DRAWN.sub("", text) if unicodedata.category(mark) != "Cf")
    plain = " ".join(unicodedata.normalize("NFKC", visible).split()).casefold()
    plain = plain.translate(_QUOTES).strip(_OUTSIDE)
    plain = _BRITISH.sub(r"\1or", plain).replace("unsatisfied", "dissatisfied")
    return _NEITHER.sub(r"neither \1 nor ", plain)


def split_number(text: str) -> tuple[float | None, str, bool]:
    """Take the number off a label such as "5 - Agree", "(5) Agree", "5 Agree" or "Agree (5)".

    Parameters
    ----------
    text : str

    Returns
    -------
    number : float or None
        None where there is none.
    words : str
        The rest, folded.
    marked : bool
        True where a mark, and not only a space, stands between a first number and the words.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    for pattern in (_BEFORE, _AFTER):
        found = pattern.fullmatch(plain)
        if found:
            parts = found.groupdict()
            words = fold(parts["rest"])
            if words.startswith("(") and words.endswith(")"):
                words = fold(words[1:-1])
            marked = pattern is _BEFORE and bool(parts["inside"] or parts["mark"])
            return float(parts["inside"] or parts["bare"]), words, marked
    return None, fold(text), False


def clash(read: Mapping[str, float]) -> tuple[str, str] | None:
    """Find two labels of one column that are not the same word and yet lead to one answer.

    Parameters
    ----------
    read : mapping of str to float
        Label, folded, to the answer it was read as.

    Returns
    -------
    tuple of str or None
        The two labels, such as "agree" and "somewhat agree": a sign that the column uses another
        ladder of words. Words for the middle ("neutral", "neither ...") are one.
    """
    first: dict[float, str] = {}
    for label, answer in read.items():
        other = first.setdefault(answer, label)
        if other != label and not (_is_middle(label) and _is_middle(other)):
            return other, label
    return None


def _is_middle(label: str) -> bool:
    return label.startswith(("neither", "neutral"))


def ladder(worst_to_best: Iterable[str], *, first: float = 1.0) -> dict[str, float]:
    """Number the rungs of a ladder of words.

    Parameters
    ----------
    worst_to_best : iterable of str
        One text per answer; words for the same answer are separated by "|".
    first : float
        The worst answer.

    Returns
    -------
    dict of str to float
    """
    return {
        label: first + place
        for place, rung in enumerate(worst_to_best)
        for label in rung.split("|")
        if label
    }
