"""Who can be told apart, and how far do two ways to bound a rank agree?

No sentence gives a single rank. Posterior ranges assume that true scores scatter like a bell;
confidence sets do not, and are wider.
"""

from __future__ import annotations

import pandas as pd

from cxanalytics.formats import count, fixed, percent
from cxanalytics.numerics.funnel import FALSE_DISCOVERY, OUTER
from cxanalytics.tables import Benchmark, Estimates, Funnel
from cxanalytics.words.grammar import capital, counted, verb
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.standing import count_clear_pairs, count_ranked


def say_told_apart(benchmark: Benchmark, *, nouns: Nouns) -> str:
    """Say in one sentence who can be told apart.

    Parameters
    ----------
    benchmark : Benchmark
        Of agencies, sub-agencies, departments or channels.
    nouns : Nouns

    Returns
    -------
    str
    """
    clear, pairs = count_clear_pairs(benchmark)
    ranked, many = count_ranked(benchmark), nouns.organizations
    if pairs == 0 or ranked == 0:
        return f"Nobody can be told apart: too few {many} have answers enough to be compared."
    if clear == 0:
        return f"No two of the {count(ranked)} {many} can be told apart on {nouns.outcome}."
    shown = benchmark.shown
    width = float((shown["rank_high"] - shown["rank_low"] + 1).median())
    return (
        f"Of {count(pairs)} pairs of {many}, {count(clear)} ({percent(clear / pairs)}) can be told "
        f"apart on {nouns.outcome}, and the usual range of ranks spans {count(width)} of "
        f"{count(ranked)} places."
    )


def say_rank_sets(sets: Estimates, benchmark: Benchmark, *, nouns: Nouns) -> str:
    """Say how many agencies may be first, in each of the three ways.

    Parameters
    ----------
    sets : Estimates
        From `benchmark_rank_sets`.
    benchmark : Benchmark
        Of the same scores.
    nouns : Nouns

    Returns
    -------
    str
    """
    posterior = int((benchmark.shown["rank_low"] == 1).sum())
    total, many = int(sets.facts["agencies"]), nouns.organizations
    own, together = int(sets.facts["first_own"]), int(sets.facts["first_together"])
    return (
        f"Any of {count(posterior)} of {count(total)} {many} may be first by the ranges of the "
        f"pages, any of {count(own)} by confidence sets for each by itself, and any of "
        f"{count(together)} by sets that hold for all at once."
    )


def say_title_rank_sets(sets: Estimates, *, nouns: Nouns) -> str:
    """Say in a title how much the sets leave open.

    Parameters
    ----------
    sets : Estimates
    nouns : Nouns

    Returns
    -------
    str
    """
    frame, total = sets.frame, int(sets.facts["agencies"])
    width = float((frame["own_high"] - frame["own_low"] + 1).median())
    one = nouns.organization
    return f"By itself, the usual {one} is placed within {count(width)} of {count(total)} ranks"


def say_rank_sets_note(sets: Estimates) -> str:
    """Say what the three ranges are and which to use.

    Parameters
    ----------
    sets : Estimates

    Returns
    -------
    str
    """
    level = percent(sets.level)
    return (
        f"All three hold a rank {level} of the time. The range of the pages uses stabilized "
        "scores, and assumes that true scores scatter like a bell. The sets use raw scores and "
        "assume nothing of the kind. Use the widest to make a statement about all ranks at once."
    )


def say_alt_rank_sets(table: pd.DataFrame, *, nouns: Nouns) -> str:
    """Describe the chart of ranges.

    Parameters
    ----------
    table : DataFrame
        `name rank_low rank_high own_low own_high together_low together_high`.
    nouns : Nouns

    Returns
    -------
    str
    """
    many = counted(len(table), nouns.organization, nouns.organizations)
    text = f"Three ranges of ranks for each of {many}, from the best range."
    if table.empty:
        return text
    widths = [
        fixed(float((table[f"{name}_high"] - table[f"{name}_low"] + 1).median()))
        for name in ("rank", "own", "together")
    ]
    return (
        f"{text} They usually span {widths[0]} places by the ranges of the pages, {widths[1]} "
        f"by sets for each by itself, and {widths[2]} by sets for all at once."
    )


def say_funnel_rules(funnel: Funnel, *, nouns: Nouns) -> str:
    """Say how many agencies each of the two rules of the funnel calls unusual.

    Parameters
    ----------
    funnel : Funnel
    nouns : Nouns

    Returns
    -------
    str
    """
    points = funnel.points
    if points["discovery_rate"].isna().all():
        return f"Too few {nouns.organizations} are shown to call any unusual."
    outside, discovered = int(points["outside"].sum()), int(points["discovered"].sum())
    first = capital(counted(outside, nouns.organization, nouns.organizations))
    chance = f", which means to name no more than {percent(FALSE_DISCOVERY)} by chance"
    told = chance if discovered else ""
    return (
        f"{first} {verb(outside, 'lies', 'lie')} outside the {percent(OUTER, 1)} limits; "
        f"{counted(discovered, nouns.organization, nouns.organizations)} "
        f"{verb(discovered)} called unusual by the false discovery rule{told}."
    )
