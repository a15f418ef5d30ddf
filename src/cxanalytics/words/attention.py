"""Does more attention to customer experience go with 30 to 50% more recommendation?

Points come first, then the ratio, then the verdict on the claim; the odds ratio is for the appendix
alone. A claim that cannot be tested says what is missing.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxanalytics.claims import get_ingredient
from cxanalytics.claims.verdicts import (
    CLAIMED_HIGH,
    CLAIMED_LOW,
    NO_ATTENTION,
    NOT_TESTABLE_HERE,
    TOO_IMPRECISE,
)
from cxanalytics.formats import count, fixed, list_words, percent
from cxanalytics.tables import Estimates
from cxanalytics.words.grammar import capital, counted
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.sizes import NOT_CAUSE, say_base_of_pattern, say_size

CLAIM = f"{100 * (CLAIMED_LOW - 1):.0f} to {100 * (CLAIMED_HIGH - 1):.0f}% more"

_SIDES = {
    "declared": ("In {agencies} whose {label} is at least {cut}", "in the others"),
    "halves": ("In the upper half of {agencies} by {label}", "in the lower half"),
    "quarters": ("In the top quarter of {agencies} by {label}", "in the bottom quarter"),
    "line": ("At the 75th percentile of the {label}", "at the 25th"),
}
_DIMENSIONS = {
    "measure": "the question that counts",
    "cut": "which of its answers count",
    "compare": "how attention is divided",
    "adjustment": "whether people are made alike",
    "weighting": "the weights",
}


def say_attention(estimates: Estimates, *, nouns: Nouns) -> str:
    """Say how the outcome differs with attention: shares, points, ratio, verdict.

    Parameters
    ----------
    estimates : Estimates
        From `fit_attention`.
    nouns : Nouns

    Returns
    -------
    str
        A few sentences; one where the claim is not testable.
    """
    if estimates.frame.empty:
        return say_not_testable(str(estimates.facts.get("reason", "")))
    row, facts = estimates.row("primary"), estimates.facts
    high, low = _SIDES[str(facts["compare"])]
    cut = f"{float(facts['at_least']):g}" if "at_least" in facts else ""
    where = high.format(agencies=nouns.organizations, label=facts["attention"], cut=cut)
    what = _what(str(facts.get("cut_label", "")), nouns)
    return " ".join(
        [
            f"{where}, {percent(row['share_high'])} of {nouns.respondents} {what}, against "
            f"{percent(row['share_low'])} {low}.",
            f"That is a difference of {say_size(row)}.",
            say_ratio_of(row),
            say_verdict_on_claim(row),
        ]
    )


def _what(cut_label: str, nouns: Nouns) -> str:
    return f"answer {cut_label}" if cut_label else nouns.outcome_short


def say_ratio_of(row: pd.Series[Any]) -> str:
    """Say the ratio of two shares with its range, after the points.

    Parameters
    ----------
    row : Series
        Columns `ratio ratio_low ratio_high`.

    Returns
    -------
    str
    """
    high = row["ratio_high"]
    if pd.isna(high) or high > 1000:
        return "The baseline is too uncertain for a ratio."
    return (
        f"As a ratio: {fixed(row['ratio'], 2)} (likely {fixed(row['ratio_low'], 2)} to "
        f"{fixed(high, 2)})."
    )


def say_verdict_on_claim(row: pd.Series[Any]) -> str:
    """Say the verdict on "30 to 50% more", and what could have been detected.

    Parameters
    ----------
    row : Series
        Columns `verdict share_low detectable`.

    Returns
    -------
    str
    """
    verdict = str(row["verdict"])
    told = say_claim(verdict)
    return f"{told} {say_detectable(row)}" if verdict == TOO_IMPRECISE else told


def say_claim(verdict: str) -> str:
    """Say a verdict on the claim of 30 to 50% more."""
    joint = " is" if verdict.startswith("not ") else ":"
    return f"The claim of {CLAIM}{joint} {verdict}."


def say_detectable(row: pd.Series[Any]) -> str:
    """Say the smallest ratio that the comparison could have detected.

    Parameters
    ----------
    row : Series
        Columns `share_low detectable`.

    Returns
    -------
    str
        One sentence.
    """
    if row["detectable"] * row["share_low"] >= 1.0:
        return "No ratio that is possible here could have been detected."
    return f"The smallest ratio that could have been detected is {fixed(row['detectable'], 2)}."


def say_feasibility(row: pd.Series[Any]) -> str:
    """Say what 30% and 50% more would come to, from this baseline.

    Parameters
    ----------
    row : Series
        Columns `share_low baseline_low`.

    Returns
    -------
    str
        One sentence.
    """
    base = float(row["share_low"])
    parts = []
    for ratio in (CLAIMED_LOW, CLAIMED_HIGH):
        more = f"{100 * (ratio - 1):.0f}% more"
        if ratio * float(row["baseline_low"]) > 1.0:
            parts.append(f"{more} would be over 100%, so it cannot apply here")
        elif ratio * base > 1.0:
            parts.append(f"{more} would be over 100%, unless the baseline is lower than it looks")
        else:
            parts.append(f"{more} would be {percent(ratio * base)}")
    return f"From a baseline of {percent(base)}, {' and '.join(parts)}."


def say_attention_note(estimates: Estimates, *, nouns: Nouns) -> str:
    """Say what the comparison rests on, who measured attention, and that it proves no cause.

    Parameters
    ----------
    estimates : Estimates
        From `fit_attention`, with rows.
    nouns : Nouns

    Returns
    -------
    str
    """
    facts = estimates.facts
    base = say_base_of_pattern(
        answers=float(facts["n"]),
        respondents=nouns.respondents,
        groups=int(facts["agencies"]),
        group=nouns.organizations,
    )
    when = f" in {facts['measured']}" if facts.get("measured") else ""
    sides = (
        f"{count(float(facts['agencies_high']))} {nouns.organizations} have high and "
        f"{count(float(facts['agencies_low']))} low attention."
    )
    mix = str(facts["case_mix"]).replace("_", " ")
    alike = f"People are made alike in {list_words(mix.split(', '))}." if mix else ""
    source = f"The {facts['attention']} was measured{when} by {facts['source']}."
    counted_are = f"What is counted are {nouns.organizations}, however many people answered."
    parts = (base, sides, alike, source, counted_are, NOT_CAUSE)
    return " ".join(part for part in parts if part)


def say_attention_grid(grid: Estimates) -> str:
    """Say how far the ratio moves with the definition, and which choice moves it most.

    Parameters
    ----------
    grid : Estimates
        From `fit_attention_grid`.

    Returns
    -------
    str
    """
    frame, facts = grid.frame, grid.facts
    if frame.empty:
        return say_not_testable(str(facts.get("reason", "")))
    low, high = fixed(frame["ratio"].min(), 2), fixed(frame["ratio"].max(), 2)
    many = counted(len(frame), "definition", "definitions")
    if not facts.get("moves_most"):
        return f"There is {many}; its ratio is {low}."
    most = str(facts["moves_most"])
    differ = float(facts[f"verdicts_{most}"])
    verdicts = (
        f"with it the verdict changes in {percent(differ)} of these comparisons"
        if differ
        else "the verdict stays the same"
    )
    return (
        f"Over {many} the ratio runs from {low} to {high}. What moves it most is "
        f"{_DIMENSIONS[most]}: by {fixed(float(facts[f'range_{most}']), 2)} on average, all else "
        f"the same; {verdicts}. The definitions share people and agencies, so how many of them "
        "agree says nothing."
    )


def say_alt_attention_grid(table: pd.DataFrame) -> str:
    """Describe the chart of definitions.

    Parameters
    ----------
    table : DataFrame
        From `charts.attention_grid_table`.

    Returns
    -------
    str
    """
    text = f"Chart of {counted(len(table), 'definition', 'definitions')}, lowest ratio first"
    text += ", with a mark for every choice below."
    if table.empty:
        return text
    low, high = fixed(table["ratio"].min(), 2), fixed(table["ratio"].max(), 2)
    text += f" Ratios run from {low} to {high}."
    for _, row in table.loc[table["primary"]].iterrows():
        text += (
            f" The one chosen beforehand is {fixed(row['ratio'], 2)}, likely "
            f"{fixed(row['ratio_low'], 2)} to {fixed(row['ratio_high'], 2)}."
        )
    clear = capital(counted(int(table["clear"].sum()), "range leaves", "ranges leave"))
    return f"{text} {clear} no difference out."


def say_not_testable(reason: str) -> str:
    """Say that the claim of 30 to 50% more cannot be tested, and why.

    Parameters
    ----------
    reason : str
        As the model gives it.

    Returns
    -------
    str
    """
    if reason in ("", NO_ATTENTION):
        need = get_ingredient("attention to customer experience from another source").supply
        return f"{say_claim(NO_ATTENTION)} It would take {need}."
    return f"{say_claim(NOT_TESTABLE_HERE)} {reason}"
