"""Which differences between scores are clear, after allowing for how many are looked at?

For researchers: the words of statistics are allowed. Where nothing is clear, that is said.
"""

from __future__ import annotations

from cxanalytics.formats import count, fixed, list_words
from cxanalytics.tables import Estimates
from cxanalytics.words.grammar import capital, counted, none_or, verb
from cxanalytics.words.nouns import Nouns


def say_differences(estimates: Estimates, *, nouns: Nouns) -> str:
    """Say how many organizations differ clearly from all others together.

    Parameters
    ----------
    estimates : Estimates
        Of `fit_score_differences` between organizations: `p_value p_adjusted estimate`.
    nouns : Nouns

    Returns
    -------
    str
        One sentence.
    """
    compared, above, below = _clear(estimates)
    if not compared:
        return f"No {nouns.organization} has answers enough to be compared with the others."
    told = f"after allowing for {count(compared)} comparisons"
    if compared == 1:
        told = "in one comparison"
    number = above + below
    if not number:
        return f"No {nouns.organization} differs clearly from the others together, {told}."
    some = f"{capital(none_or(number))} of {count(compared)} {nouns.organizations}"
    where = _split([(above, "above"), (below, "below")])
    differ = verb(number, "differs", "differ")
    return f"{some} {differ} clearly from the others together, {told}: {where}."


def say_wave_differences(estimates: Estimates, *, nouns: Nouns, since: str = "") -> str:
    """Say how many organizations changed clearly, and what the two waves share.

    Parameters
    ----------
    estimates : Estimates
        Of `fit_score_differences` between waves: `p_value p_adjusted estimate shared`.
    nouns : Nouns
    since : str
        Name of the earlier wave; the fact `reference` when empty.

    Returns
    -------
    str
        One or two sentences.
    """
    compared, up, down = _clear(estimates)
    since = since or str(estimates.facts.get("reference", ""))
    if not compared:
        return f"No {nouns.organization} has answers enough to be compared with {since}."
    number = up + down
    changed = f"No {nouns.organization} of {count(compared)} changed clearly since {since}."
    if number:
        where = _split([(up, "up"), (down, "down")])
        some = f"{capital(none_or(number))} of {count(compared)} {nouns.organizations}"
        changed = f"{some} changed clearly since {since}: {where}."
    return f"{changed} {_say_shared(estimates, compared, nouns)}"


def _say_shared(estimates: Estimates, compared: int, nouns: Nouns) -> str:
    sharing = int((estimates.frame["shared"] > 0).sum())
    if not sharing:
        return "No sampling unit is known to have answered in both waves: errors simply add up."
    some = counted(sharing, nouns.organization, nouns.organizations)
    whom = f"all {count(compared)}" if sharing == compared else some
    return (
        f"In {whom} the same sampling units answered in both waves; the error of the change allows "
        "for it."
    )


def say_chance_among_clear(estimates: Estimates) -> str:
    """Say how many of the differences called clear are expected to be chance.

    Parameters
    ----------
    estimates : Estimates
        With a `level`.

    Returns
    -------
    str
    """
    tail = 1.0 - estimates.level
    return (
        "A difference is called clear where its p-value, adjusted for the number of comparisons "
        f"(Benjamini and Hochberg), is under {tail:.2g}: of those called clear, at most "
        f"{fixed(100 * tail)} in 100 are expected to be chance."
    )


def _clear(estimates: Estimates) -> tuple[int, int, int]:
    """Number of comparisons, and how many of them are clearly above and below zero."""
    frame = estimates.frame
    clear = frame.loc[frame["p_adjusted"] < 1.0 - estimates.level, "estimate"]
    return int(frame["p_value"].notna().sum()), int((clear > 0).sum()), int((clear < 0).sum())


def _split(parts: list[tuple[int, str]]) -> str:
    return list_words([f"{count(number)} {where}" for number, where in parts if number])
