"""What do the data say of each claim about comparing agencies, in a sentence or two?"""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxanalytics.formats import certain, count, percent, share_range, signed
from cxanalytics.words.grammar import verb_of
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.sizes import say_size
from cxanalytics.words.tested_claims import say_missing


def say_benchmark_claims(claims: pd.DataFrame, *, nouns: Nouns) -> list[str]:
    """Say what the data say of each claim about comparing agencies.

    Parameters
    ----------
    claims : DataFrame
        From `fit_tested_benchmark_claims`.
    nouns : Nouns

    Returns
    -------
    list of str
        A sentence or two per row; the verdict stands beside them.
    """
    said = {22: _differs, 23: _futile, 24: _leaders}
    return [
        say_missing(str(row["missing"])) if row["missing"] else said[int(row["claim"])](row, nouns)
        for _, row in claims.iterrows()
    ]


def _differs(row: pd.Series[Any], nouns: Nouns) -> str:
    called = int(row["other"])
    return (
        f"Adjusted for who answered, {count(called)} of {count(row['agencies'])} "
        f"{nouns.organizations} {verb_of(called)} called above or below the typical peer, "
        f"unadjusted {count(row['changed'])}. The surest lies {say_size(row)} from it "
        f"({certain(row['p_first'])} certain)."
    )


def _futile(row: pd.Series[Any], nouns: Nouns) -> str:
    own = f"{signed(100 * row['share_low'], 1)} to {signed(100 * row['share_high'], 1)}"
    more = signed(100 * (row["ratio"] - 1.0))
    return (
        f"The middle of {count(row['changed'])} companies misses the next score of an "
        f"{nouns.organization} by {say_size(row)} more than the middle of its peers does "
        f"({more}%), and by {signed(100 * row['other'], 1)} points (likely {own}) more than its "
        "own score before."
    )


def _leaders(row: pd.Series[Any], nouns: Nouns) -> str:
    sure, may = int(row["changed"]), int(row["other"])
    told = (
        f"{count(sure)} of {count(row['agencies'])} {nouns.organizations} {verb_of(sure)} almost "
        f"certainly in the top tenth, and {count(may)} may be; the largest chance is "
        f"{certain(row['p_first'])}."
    )
    if pd.isna(row["estimate"]):
        return told
    likely = share_range(row["conf_low"], row["conf_high"])
    return f"{told} The leading group has likely reached {percent(row['estimate'])} ({likely})."
