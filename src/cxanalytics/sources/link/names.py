"""How alike are two names of a unit, when each file spells it in its own way?

Words are compared: case, punctuation, order, bracketed acronyms and little words do not count, and
"Headquarters" is "HQ". A word that many names of the lists hold ("office", "command", "defense")
says little about which unit is meant, so each word weighs by its rarity. A likeness of names is a
hint for a person, and never a reason to join.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile

import numpy as np
from rapidfuzz import fuzz, process

from cxanalytics.sources._cells import key

SAME_WORD = 85.0
STEM_LETTERS = 5
STEM_SHARE = 0.7
LEAST_ALIKE = 0.5
MOST_ALIKE = 0.99
CANDIDATES = 10
_BRACKETED = re.compile(r"\([^()]*\)")
_INITIALS = re.compile(r"\b(?:[a-z]\.\s?){2,}")
_LITTLE = frozenset("a an and at by for from in of on or the to und de la le".split())
_WRITTEN = {
    "united states of america": "us",
    "united states": "us",
    "headquarters": "hq",
    "department": "dept",
    "centre": "center",
    "defence": "defense",
    "organisation": "organization",
    "saint": "st",
}


def words_of(name: str) -> tuple[str, ...]:
    """Split a name into the words that count.

    Parameters
    ----------
    name : str

    Returns
    -------
    tuple of str
        In the order of the name, without repeats; empty where the name holds no word.
    """
    text = _INITIALS.sub(lambda found: re.sub(r"[.\s]", "", found[0]) + " ", key(name))
    text = text.replace("&", " and ").replace("'s ", "s ")
    inside = _BRACKETED.sub(" ", text)
    text = inside if inside.strip() else text
    text = " ".join(re.sub(r"[\W_]+", " ", text).split())
    for written, short in _WRITTEN.items():
        text = re.sub(rf"\b{written}\b", short, text)
    return tuple(dict.fromkeys(word for word in text.split() if word not in _LITTLE))


def weigh_words(names: Iterable[str]) -> dict[str, float]:
    """Weigh each word by how few of the names hold it.

    Parameters
    ----------
    names : iterable of str
        All names of both lists.

    Returns
    -------
    dict of str to float
        Above 0; a word in every name weighs least.
    """
    held: Counter[str] = Counter()
    total = 0
    for name in set(names):
        held.update(words_of(name))
        total += 1
    return {word: math.log(1 + total / number) for word, number in held.items()}


def containment(first: str, second: str, *, weights: Mapping[str, float]) -> float:
    """Say how much of one name is found in the other.

    Parameters
    ----------
    first, second : str
    weights : mapping of str to float
        From `weigh_words`; a word that it lacks weighs as the heaviest.

    Returns
    -------
    float
        Weight of the shared words over the weight of the name, for the name that shares more: 0
        (no word in common) to 1 (all of one name is in the other).
    """
    shares = _shares(words_of(first), words_of(second), weights)
    return max((shared / whole for shared, whole in shares if whole), default=0.0)


def likeness(first: str, second: str, *, weights: Mapping[str, float]) -> float:
    """Say how alike two whole names are, in words and in letters.

    Parameters
    ----------
    first, second : str
    weights : mapping of str to float
        From `weigh_words`.

    Returns
    -------
    float
        Mean of the weight of the shared words over all words, and of the likeness of the letters
        with the words in order; 0 to 1, and 1 only for names equal but for case and spaces.
    """
    if key(first) == key(second):
        return 1.0
    left, right = words_of(first), words_of(second)
    shares = _shares(left, right, weights)
    whole = sum(weight for _, weight in shares)
    in_words = sum(shared for shared, _ in shares) / whole if whole else 0.0
    in_letters = fuzz.token_sort_ratio(" ".join(left) or key(first), " ".join(right) or key(second))
    return min((in_words + in_letters / 100.0) / 2.0, MOST_ALIKE)


def closest_names(names: Sequence[str], others: Sequence[str]) -> list[tuple[str, float]]:
    """Find for each name the most similar one of another list.

    Parameters
    ----------
    names, others : sequence of str
        Without repeats; `others` holds at least one.

    Returns
    -------
    list of (str, float)
        For each of `names`, the other name and its `likeness`; "" and 0 where that is below
        `LEAST_ALIKE`.
    """
    weights = weigh_words([*names, *others])
    found = []
    for name, near in zip(names, _candidates(names, others), strict=True):
        alike, best = max((likeness(name, other, weights=weights), other) for other in near)
        found.append((best, alike) if alike >= LEAST_ALIKE else ("", 0.0))
    return found


def _candidates(names: Sequence[str], others: Sequence[str]) -> list[list[str]]:
    """Pick for each name the few others that a quick comparison of letters puts first."""
    if len(others) <= CANDIDATES:
        return [list(others)] * len(names)
    left, right = [key(name) for name in names], [key(name) for name in others]
    picked: list[set[int]] = [set() for _ in names]
    for scorer in (fuzz.token_set_ratio, fuzz.token_sort_ratio):
        table = process.cdist(left, right, scorer=scorer, dtype=np.float32)
        best = np.argsort(-table, axis=1, kind="stable")[:, :CANDIDATES]
        picked = [have | set(row.tolist()) for have, row in zip(picked, best, strict=True)]
    return [[others[place] for place in sorted(places)] for places in picked]


def _shares(
    left: Sequence[str], right: Sequence[str], weights: Mapping[str, float]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Weigh, for each name, the words that the other has too, and all its words."""
    rarest = max(weights.values(), default=1.0)

    def weigh(words: Sequence[str], others: Sequence[str]) -> tuple[float, float]:
        each = {word: weights.get(word, rarest) for word in words}
        shared = [word for word in words if any(_same(word, other) for other in others)]
        return sum(each[word] for word in shared), sum(each.values())

    return weigh(left, right), weigh(right, left)


def _same(first: str, second: str) -> bool:
    """Tell whether two words are one: equal, of one stem, or a slip of the pen apart."""
    if first == second:
        return True
    shorter = min(len(first), len(second))
    if shorter < STEM_LETTERS:
        return False
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False))
    stem = sum(1 for _ in alike)
    same_stem = stem >= STEM_LETTERS and stem >= STEM_SHARE * shorter
    return same_stem or fuzz.ratio(first, second) >= SAME_WORD
