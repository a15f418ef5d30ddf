"""What do the data say of each claim about measures, legs and cost, in a sentence or two?

Called by `claims_morale`, where the verdict, the base and the grade are added.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxanalytics.claims.morale_verdicts import FOLLOWS, GRADE_OF_ORDER
from cxanalytics.claims.verdicts import SUPPORTED
from cxanalytics.formats import (
    NBSP,
    count,
    fixed,
    percent,
    points,
    points_range,
    share_range,
)
from cxanalytics.words.grammar import capital, counted, none_or, verb
from cxanalytics.words.long_run_cost import say_percent_size
from cxanalytics.words.morale_sizes import Scale, say_better
from cxanalytics.words.nouns import Nouns

_TEN = f"10{NBSP}points"
FIGURES = ("estimate", "conf_low", "conf_high")


def say_points_of(row: pd.Series[Any], names: tuple[str, str, str] = FIGURES) -> str:
    """Print a difference of shares with its range: "+4.6 points (likely +2.1 to +7.2)"."""
    estimate, low, high = (float(row[name]) for name in names)
    digits = 1 if high - low < 0.10 else 0
    return f"{points(estimate, digits)} (likely {points_range(low, high, digits)})"


def say_better_of(
    row: pd.Series[Any], names: tuple[str, str, str] = FIGURES, *, unit: str | None = None
) -> str:
    """Print a figure as better or worse: "4.0 points better (likely 3.0 to 5.0)"."""
    sign, unit = float(row["better"]), str(row["unit"]) if unit is None else unit
    ends = sorted(sign * float(row[name]) for name in names[1:])
    told = {"estimate": sign * float(row[names[0]]), "conf_low": ends[0], "conf_high": ends[1]}
    times = 100.0 if unit == "points" else 1.0
    return say_better(pd.Series(told), Scale(1.0, "", times=times, unit=unit, sign=1))


def say_blocks(row: pd.Series[Any]) -> list[str]:
    """Say which block foretells the outcome better, and that the other counts too."""
    about = f" in “{row['about']}”" if row["about"] else ""
    parts = [
        f"In agencies not used for fitting, effectiveness predicts {say_points_of(row)} more of "
        f"the differences{about} than efficiency does."
    ]
    if pd.notna(row["other"]):
        share = percent(row["other"])
        likely = share_range(row["other_low"], row["other_high"])
        parts.append(f"Efficiency’s own part is {share} (likely {likely}).")
    if row["against"] == 1.0:
        parts.append("So efficiency still counts: it adds to what effectiveness predicts.")
    return parts


def say_wider_goals(row: pd.Series[Any], nouns: Nouns) -> list[str]:
    """Say how many measures foretell the outcome."""
    number = int(row["counted"])
    many = counted(int(row["of"]), "measure", "measures")
    foretell = verb(number, "foretells", "foretell")
    return [
        f"{capital(none_or(number))} of {many} {foretell} {nouns.outcome} one wave later.",
        _clearest(row),
    ]


def say_efficiency(row: pd.Series[Any], nouns: Nouns) -> list[str]:
    """Say with what the measures of efficiency go."""
    many = counted(int(row["of"]), "efficiency measure", "efficiency measures")
    worse, good = int(row["counted"]), int(row["against"])
    opening = f"With resolution known, of {many}" if row["detail"] else f"Of {many}"
    bound = ""
    if pd.notna(row["explained"]):
        each = "It" if row["of"] == 1 else "Each"
        most = f"{fixed(100 * row['explained'], 1)}{NBSP}points"
        bound = f"{each} is worth less than {most} per usual swing."
    return [
        f"{opening}, {none_or(good)} {verb(good, 'goes', 'go')} with better and "
        f"{none_or(worse)} with worse {nouns.outcome}.",
        bound,
        _clearest(row),
    ]


def _clearest(row: pd.Series[Any]) -> str:
    told = f"The clearest is “{row['about']}”: per usual swing {say_better_of(row)}"
    return f"{told}." if row["of"] < 2 else f"{told}, its range widened for their number."


def say_alignment(row: pd.Series[Any], nouns: Nouns) -> list[str]:
    """Say how far rewards agree with what measures are worth."""
    low, high = fixed(row["conf_low"], 2), fixed(row["conf_high"], 2)
    noise = "No measure is shown to be worth anything, so their order is chance."
    return [
        f"Reward weights and what measures are worth to {nouns.respondents} agree in rank by "
        f"{fixed(row['estimate'], 2)} (likely {low} to {high}; 1 is full agreement).",
        "" if row["counted"] else noise,
    ]


def say_signs(row: pd.Series[Any]) -> str:
    """Say how many measures show signs of gaming; "" where none was looked at."""
    if pd.isna(row["of"]) or not row["of"]:
        return ""
    number = int(row["counted"])
    many = counted(int(row["of"]), "measure", "measures")
    return f"{capital(none_or(number))} of {many} {verb(number, 'shows', 'show')} signs of gaming."


def say_legs(row: pd.Series[Any]) -> list[str]:
    """Say whether capabilities and rewards are worth more together."""
    about = f"“{row['about']}”" if row["about"] else "performance"
    return [
        f"Where rewards are high, what goes with {_TEN} more capabilities is {say_better_of(row)} "
        f"on {about} than where they are low."
    ]


def say_cost(row: pd.Series[Any]) -> list[str]:
    """Say what a resolved case costs after better service."""
    joint = "was followed by" if str(row["grade"]) <= GRADE_OF_ORDER else "goes with"
    parts = [
        f"A gain of {_TEN} in service {joint} a cost per resolved case of {say_percent_size(row)}."
    ]
    if row["verdict"] in (SUPPORTED, FOLLOWS) and pd.notna(row["other"]):
        parts.append(f"It is paid back after {count(row['other'])} months.")
    return parts
