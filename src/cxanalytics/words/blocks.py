"""Which predicts better in agencies nobody has seen: effectiveness or efficiency?

That one leads is said only where the range of the difference says so. No sentence says that a
block does not matter: it says what the block adds, or that nothing is shown.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxanalytics.formats import percent, share_range, signed
from cxanalytics.tables import Estimates
from cxanalytics.words.grammar import capital
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.sizes import NOT_CAUSE, say_base_of_pattern

OTHER = {"effectiveness": "efficiency", "efficiency": "effectiveness"}


def _predicts(row: pd.Series[Any]) -> str:
    return f"{percent(row['estimate'])} (likely {share_range(row['conf_low'], row['conf_high'])})"


def say_blocks(estimates: Estimates, *, nouns: Nouns) -> str:
    """Say which block predicts the outcome better, and whether the other adds to it.

    Parameters
    ----------
    estimates : Estimates
        From `fit_blocks`.
    nouns : Nouns

    Returns
    -------
    str
        Two or three sentences.
    """
    facts, leader = estimates.facts, str(estimates.facts["leader"])
    parts = {key: _predicts(estimates.row(key)) for key in OTHER}
    unseen = f"{nouns.organizations} not used for fitting"
    if leader:
        opening = (
            f"{capital(leader)} predicts “{facts['outcome_label']}” better in {unseen}: "
            f"{parts[leader]} of the differences, against {parts[OTHER[leader]]}."
        )
        return f"{opening} {_other(estimates, OTHER[leader])}"
    both = {"estimate": facts["r2_out"], "conf_low": facts["r2_low"], "conf_high": facts["r2_high"]}
    together = _predicts(pd.Series(both))
    if float(facts["r2_low"]) <= 0:
        return (
            f"No clear pattern: whether either predicts “{facts['outcome_label']}” in {unseen} is "
            f"not shown. Together they account for {together} of the differences."
        )
    return (
        f"Too close to call: together they account for {together} of the differences in "
        f"“{facts['outcome_label']}” in {unseen}. Effectiveness has {parts['effectiveness']}, "
        f"efficiency {parts['efficiency']}."
    )


def _other(estimates: Estimates, block: str) -> str:
    row = estimates.row(block)
    adds = f"{percent(row['delta_r2'])} (likely {share_range(row['delta_low'], row['delta_high'])})"
    if block in str(estimates.facts["matters"]).split(", "):
        return f"{capital(block)} still matters: it adds {adds}."
    return f"Whether {block} adds to that is not shown: {adds}."


def say_title_blocks(estimates: Estimates) -> str:
    """Say in a title which block leads.

    Parameters
    ----------
    estimates : Estimates
        From `fit_blocks`.

    Returns
    -------
    str
    """
    leader = str(estimates.facts["leader"])
    if leader:
        return f"{capital(leader)} predicts better than {OTHER[leader]}"
    if float(estimates.facts["r2_low"]) <= 0:
        return "Neither effectiveness nor efficiency is shown to predict the outcome"
    return "Effectiveness and efficiency are too close to call"


def say_blocks_note(estimates: Estimates, *, nouns: Nouns) -> str:
    """Say how to read the shares, and what they rest on.

    Parameters
    ----------
    estimates : Estimates
        From `fit_blocks`.
    nouns : Nouns

    Returns
    -------
    str
    """
    facts = estimates.facts
    base = say_base_of_pattern(
        answers=estimates.frame["n"].max(),
        respondents="rows of units and waves",
        groups=int(facts["agencies"]),
        group=nouns.organizations,
    )
    return (
        f"Each {nouns.organization} is predicted from the others. 0% is no better than the average "
        "of the wave, and less is worse. The parts of the two blocks add up to both together. "
        f"{base} {NOT_CAUSE}"
    )


def say_alt_blocks(table: pd.DataFrame) -> str:
    """Describe the chart of the blocks.

    Parameters
    ----------
    table : DataFrame
        Columns `name estimate`, a row per mark.

    Returns
    -------
    str
    """
    told = ", ".join(
        f"{name} {signed(100 * value)}%"
        for name, value in zip(table["name"], table["estimate"], strict=True)
    )
    return f"Dots with ranges: share of the differences that is predicted. {told}."
