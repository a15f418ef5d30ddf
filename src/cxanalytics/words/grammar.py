"""How do counts and nouns agree: "no agency is", "one agency is", "two agencies are"?"""

from __future__ import annotations

from collections.abc import Sequence

from cxanalytics.formats import number_word


def capital(text: str) -> str:
    """Write the first letter large and leave the rest."""
    return text[:1].upper() + text[1:]


def counted(number: int, singular: str, plural: str) -> str:
    """Count a noun in words: "no agency", "one agency", "two agencies", "12 agencies"."""
    if number == 0:
        return f"no {singular}"
    return f"{number_word(number)} {singular if number == 1 else plural}"


def none_or(number: int) -> str:
    """Spell a number before "of": "none", "two", "12"."""
    return number_word(number) if number else "none"


def verb(number: int, singular: str = "is", plural: str = "are") -> str:
    """Choose the form of a verb after `counted`: "no agency is", "two agencies are"."""
    return singular if number in (0, 1) else plural


def verb_of(number: int, singular: str = "is", plural: str = "are") -> str:
    """Choose the form of a verb after digits: "0 of 24 are", "1 of 24 is", "2 of 24 are"."""
    return singular if number == 1 else plural


def joined(parts: Sequence[str]) -> str:
    """Join clauses that may hold commas of their own: "a", "a, and b", "a, b, and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])}, and {parts[-1]}"


def shortened(name: object, most: int = 60) -> str:
    """Give a name on one line, cut with an ellipsis where it is long."""
    words = " ".join(str(name).split())
    return words if len(words) <= most else f"{words[:most].rstrip(' ,')}…"
