"""What do the data say of each claim about recommendation, in a sentence or two?

The verdict stands beside the sentence and comes from the model; here are the figures it rests on,
points first, or what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cxanalytics.claims.ingredients import INGREDIENTS
from cxanalytics.claims.verdicts import TOO_IMPRECISE, VERDICTS_OF_CLAIMS
from cxanalytics.formats import certain, count, fixed, number_word, percent, share_range
from cxanalytics.words.attention import say_claim, say_detectable, say_ratio_of
from cxanalytics.words.grammar import counted
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.sizes import say_size
from cxanalytics.words.variance_parts import level_names

_WAYS = {
    "positive": "the share of positive answers",
    "top": "the share of top answers",
    "mean": "the mean",
    "net": "the net score",
}


def say_tested_claims(
    claims: pd.DataFrame,
    *,
    nouns: Nouns,
    labels: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
) -> list[str]:
    """Say what the data say of each claim about recommendation.

    Parameters
    ----------
    claims : DataFrame
        From `fit_tested_claims`.
    nouns : Nouns
    labels : mapping of str to str, optional
        Driver to label.
    names : mapping of str to str, optional
        Level to the plural name of its groups: {"psu": "agents"}.

    Returns
    -------
    list of str
        A sentence or two per row; the verdict stands beside them.
    """
    levels = level_names(nouns=nouns, names=names)
    return [
        _say_claim(row, nouns=nouns, labels=labels or {}, levels=levels)
        for _, row in claims.iterrows()
    ]


def _say_claim(
    row: pd.Series[Any], *, nouns: Nouns, labels: Mapping[str, str], levels: Mapping[str, str]
) -> str:
    if row["missing"]:
        return say_missing(str(row["missing"]))
    said = {
        1: lambda: _say_of_attention(row, nouns),
        2: lambda: (
            f"Within one {nouns.organization}, where “{_named(row, labels)}” is rated one "
            f"step better, {nouns.outcome} differs by {say_size(row)}. Both answers come from the "
            "same person and survey, so this is no proof of cause."
        ),
        3: lambda: (
            f"Counted by {_WAYS[str(row['about'])]}, {nouns.organizations} differ as they do here "
            f"with a correlation of {fixed(row['estimate'], 2)} (likely "
            f"{fixed(row['conf_low'], 2)} to {fixed(row['conf_high'], 2)}), chance in the answers "
            f"taken out. Above, below or not clear: {count(row['changed'])} of "
            f"{count(row['agencies'])} change."
        ),
        4: lambda: _say_of_staff(row, levels),
        5: lambda: (
            f"“{_named(row, labels)}” holds {percent(row['estimate'])} of what the drivers explain "
            f"(likely {share_range(row['conf_low'], row['conf_high'])}). A question about "
            f"staff comes first with a chance of {certain(row['p_first'])}."
        ),
    }
    return said[int(row["claim"])]()


def _named(row: pd.Series[Any], labels: Mapping[str, str]) -> str:
    return labels.get(str(row["about"]), str(row["about"]).replace("_", " "))


def say_missing(missing: str) -> str:
    """Say what a claim misses, and what would supply it.

    Parameters
    ----------
    missing : str
        Name of an ingredient, several of them, or a sentence.

    Returns
    -------
    str
    """
    if missing in INGREDIENTS:
        return f"Missing: {missing}. What would supply it: {INGREDIENTS[missing].supply}."
    return missing if missing.endswith(".") else f"Missing: {missing}."


def _say_of_attention(row: pd.Series[Any], nouns: Nouns) -> str:
    told = (
        f"With high attention {percent(row['share_high'])} {nouns.outcome_short}, with low "
        f"attention {percent(row['share_low'])}: {say_size(row)}. {say_ratio_of(row)}"
    )
    return f"{told} {say_detectable(row)}" if row["verdict"] == TOO_IMPRECISE else told


def _say_of_staff(row: pd.Series[Any], levels: Mapping[str, str]) -> str:
    held = [levels[key] for key in str(row["about"]).split(" and ")]
    told = (
        f"{percent(row['estimate'])} of the differences between answers lie between "
        f"{' and between their '.join(held)} "
        f"(likely {share_range(row['conf_low'], row['conf_high'])})"
    )
    if pd.notna(row["other"]) and len(held) > 1:
        told += f", {percent(row['other'])} between {held[1]} alone"
    return f"{told}."


def say_claims_answer(claims: pd.DataFrame) -> str:
    """Say in one sentence or two what came of the claims.

    Parameters
    ----------
    claims : DataFrame
        From `fit_tested_claims`; the first row is the claim of 30 to 50% more.

    Returns
    -------
    str
    """
    first, others = claims.iloc[0], claims.iloc[1:]
    told = say_claim(str(first["verdict"]))
    counts = _count_verdicts(others)
    return f"{told} Of {number_word(len(others))} others: {counts}." if counts else told


def _count_verdicts(claims: pd.DataFrame) -> str:
    counts = claims["verdict"].value_counts()
    return ", ".join(
        f"{number_word(int(counts[verdict]))} {verdict}"
        for verdict in VERDICTS_OF_CLAIMS
        if verdict in counts
    )


def say_claims_count(claims: pd.DataFrame, *, about: str) -> str:
    """Say in one sentence what came of the claims about one topic.

    Parameters
    ----------
    claims : DataFrame
        A row per claim with a `verdict`.
    about : str
        The topic: "comparing agencies".

    Returns
    -------
    str
    """
    many = counted(len(claims), "claim", "claims")
    return f"Of {many} about {about}: {_count_verdicts(claims)}."
