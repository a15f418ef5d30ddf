"""How is a number printed: percent, points, counts, ranks, ranges, dates?

Halves round away from zero, as in spreadsheets. Minus is U+2212; a no-break
space stands before a unit; prose ranges say "a to b".
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from cxanalytics.rules import CERTAINTIES

MINUS = "\u2212"
NBSP = "\u00a0"
_SMALL = "zero one two three four five six seven eight nine".split()
SLUG_LENGTH = 60
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))]
)


def round_half_away(value: float, digits: int = 0) -> float:
    """Round with halves away from zero.

    Parameters
    ----------
    value : float
    digits : int
        Decimals to keep.

    Returns
    -------
    float
    """
    step = Decimal(1).scaleb(-digits)
    # Fifteen significant digits are what a double holds: 0.285 * 100 is 28.499999999999996.
    return float(Decimal(f"{value:.15g}").quantize(step, rounding=ROUND_HALF_UP))


def fixed(value: float, digits: int = 0) -> str:
    """Print a number with thousands commas, a true minus and fixed decimals."""
    rounded = round_half_away(value, digits)
    return ("" if rounded >= 0 else MINUS) + f"{abs(rounded):,.{digits}f}"


def signed(value: float, digits: int = 0) -> str:
    """Print a number with its sign; zero has none."""
    rounded = round_half_away(value, digits)
    return ("+" if rounded > 0 else "") + fixed(rounded, digits)


def percent(share: float, digits: int = 0) -> str:
    """Print a share as a percent: 0.634 is "63%"."""
    return f"{fixed(100 * share, digits)}%"


def points(difference: float, digits: int = 0) -> str:
    """Print a difference of shares in points: -0.07 is "−7 points"."""
    number = signed(100 * difference, digits)
    unit = "point" if number.lstrip("+" + MINUS) == "1" else "points"
    return f"{number}{NBSP}{unit}"


def share_range(low: float, high: float, digits: int = 0) -> str:
    """Print a range of shares: "61% to 66%"."""
    return f"{percent(low, digits)} to {percent(high, digits)}"


def points_range(low: float, high: float, digits: int = 0) -> str:
    """Print a range of differences: "−9 to +2"."""
    return f"{signed(100 * low, digits)} to {signed(100 * high, digits)}"


def size_range(low: float, high: float, digits: int = 0) -> str:
    """Print the range of a size whose direction is said in words: −9.7 to −1.3 is "1.3 to 9.7"."""
    if low + high < 0.0:
        low, high = -high, -low
    return f"{fixed(100 * low, digits)} to {fixed(100 * high, digits)}"


def count(number: float) -> str:
    """Print a count with thousands commas."""
    return fixed(number, 0)


def ordinal(number: int) -> str:
    """Print a rank: 1st, 2nd, 3rd, 4th, 11th, 21st."""
    tail = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{tail}"


def rank_range(low: float, high: float) -> str:
    """Print a rank range: "9th to 20th", or "3rd" when it is one rank wide."""
    first, last = ordinal(int(low)), ordinal(int(high))
    return first if first == last else f"{first} to {last}"


def certain(probability: float) -> str:
    """Print a probability as a whole percent that is never 0 or 100.

    A percent stays below the next word for certainty: 0.9499 is "94%", because "95%" would be
    "very likely". `rules.CERTAINTIES` holds the words.
    """
    rounded = round_half_away(100 * probability)
    higher = [entry.at_least for entry in CERTAINTIES if entry.at_least > probability]
    if higher and rounded / 100 >= min(higher):
        rounded -= 1
    if rounded >= 100:
        return f"over{NBSP}99%"
    if rounded < 1:
        return f"under{NBSP}1%"
    return f"{rounded:.0f}%"


def times_in(level: float) -> str:
    """Print the content of a range in plain words: 0.95 is "19 times in 20"."""
    ratio = Fraction(f"{level:g}")
    return f"{ratio.numerator} times in {ratio.denominator}"


def number_word(number: int) -> str:
    """Spell numbers below ten."""
    return _SMALL[number] if 0 <= number < len(_SMALL) else count(number)


def list_words(words: Sequence[str]) -> str:
    """Join words as "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def long_date(day: date) -> str:
    """Print a date as "5 October 2026"."""
    return f"{day.day} {day:%B %Y}"


def month(day: date) -> str:
    """Print a month as "Apr 2024"."""
    return f"{day:%b %Y}"


def significant(value: float, digits: int = 6) -> float:
    """Round to significant digits, as in every download."""
    return value if not math.isfinite(value) else float(f"{value:.{digits}g}")


def slug(name: str) -> str:
    """Turn a name from data into a safe file name part.

    Parameters
    ----------
    name : str
        Any text.

    Returns
    -------
    str
        Lower-case letters, digits and hyphens, at most 60 characters; a digest where no
        letter is left, the name was cut, or Windows keeps it for a device.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    cleaned = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if cleaned and len(cleaned) <= SLUG_LENGTH and cleaned not in _RESERVED:
        return cleaned
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{cleaned[: SLUG_LENGTH - 9].rstrip('-')}-{digest}".strip("-")


def slugs(names: Iterable[str]) -> dict[str, str]:
    """Give each name a slug of its own.

    Parameters
    ----------
    names : iterable of str
        Distinct names.

    Returns
    -------
    dict of str to str
        Name to slug; names that share one get a digest of the name behind it, so that no
        slug depends on the order of the names.
    """
    plain = {name: slug(name) for name in names}
    taken = list(plain.values())
    return {
        name: part
        if taken.count(part) == 1
        else f"{part}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
        for name, part in plain.items()
    }
