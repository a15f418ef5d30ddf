"""What do the data say of each claim about morale, measures and cost, in a sentence or two?

The verdict stands beside the sentence and comes from the model; here are the figures it rests on,
in points or the unit of performance, with range, base and grade, or what is missing. A null is
said as plainly as a finding.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from cxanalytics.claims.ingredients import INGREDIENTS
from cxanalytics.claims.morale_verdicts import (
    FOLLOWS,
    GOES_TOGETHER,
    GRADE_OF_ORDER,
    HEADLINE,
    NO_INCREASE,
    ORDERS,
    OTHER_WAY,
    VERDICTS_ON_MORALE,
)
from cxanalytics.claims.verdicts import (
    CONTRADICTED,
    NOT_TESTABLE_HERE,
    SUPPORTED,
    TOO_IMPRECISE,
)
from cxanalytics.formats import (
    NBSP,
    count,
    fixed,
    number_word,
    percent,
    points,
)
from cxanalytics.rules import DIFFERENCE, LEVEL
from cxanalytics.words.claims_kpis import (
    say_alignment,
    say_better_of,
    say_blocks,
    say_cost,
    say_efficiency,
    say_legs,
    say_points_of,
    say_signs,
    say_wider_goals,
)
from cxanalytics.words.grammar import capital, counted
from cxanalytics.words.morale_study import with_article
from cxanalytics.words.nouns import Nouns

_CLEAR = (SUPPORTED, FOLLOWS, CONTRADICTED, GOES_TOGETHER, OTHER_WAY)
UNITS = ("unit", "units")
_ORDERS = {
    "morale first": "The reverse was not seen.",
    "performance first": "The reverse was seen: better performance came before higher morale.",
    "both": "The reverse was seen too: neither came first.",
    "not settled": "Which came first is not settled.",
    "not testable": "Which came first cannot be tested.",
}


def say_tested_morale_claims(
    claims: pd.DataFrame, *, nouns: Nouns, units: tuple[str, str] = UNITS
) -> list[str]:
    """Say what the data say of each claim about morale, measures and cost.

    Parameters
    ----------
    claims : DataFrame
        From `fit_tested_morale_claims`.
    nouns : Nouns
    units : (str, str)
        What morale and performance are held of, one and many.

    Returns
    -------
    list of str
        A few sentences per row, the base and the grade last; the verdict stands beside them.
    """
    return [_say_claim(row, nouns, units) for _, row in claims.iterrows()]


def say_morale_claim(claims: pd.DataFrame) -> str:
    """Say the verdict on the headline: morale comes first, performance follows, beyond question.

    Parameters
    ----------
    claims : DataFrame
        From `fit_tested_morale_claims`.

    Returns
    -------
    str
        One sentence, or two where the claim was tested.
    """
    row = claims.loc[claims["claim"] == HEADLINE].iloc[0]
    verdict = str(row["verdict"])
    joint = "is " if verdict in (SUPPORTED, CONTRADICTED, NOT_TESTABLE_HERE) else ""
    told = f"The claim that morale comes first and performance follows {joint}{_as_told(verdict)}."
    if verdict == NOT_TESTABLE_HERE:
        return told
    return f"{told} {_say_question(row)}"


def say_morale_claims_answer(claims: pd.DataFrame) -> str:
    """Say in one sentence what came of the claims about morale, measures and cost.

    Parameters
    ----------
    claims : DataFrame
        From `fit_tested_morale_claims`.

    Returns
    -------
    str
    """
    listed = claims.loc[claims["claim"] != HEADLINE, "verdict"]
    counts = listed.value_counts()
    parts = [
        f"{number_word(int(counts[verdict]))} {verdict}"
        for verdict in VERDICTS_ON_MORALE
        if verdict in counts
    ]
    many = counted(len(listed), "claim", "claims")
    return f"Of {many} about morale, measures and cost: {'; '.join(parts)}."


def _as_told(verdict: str) -> str:
    words = {
        FOLLOWS: "has an order in time behind it, and cause is not shown",
        GOES_TOGETHER: "has a pattern behind it, and cause is not shown",
        OTHER_WAY: "meets a pattern that runs the other way, and cause is not shown",
        NO_INCREASE: "finds no support: no increase is shown",
        TOO_IMPRECISE: "cannot be settled: the figures are too imprecise",
    }
    return words.get(verdict, verdict)


def _say_question(row: pd.Series[Any]) -> str:
    """Answer "beyond question": no design but a randomized one leaves few questions."""
    if row["grade"] == "A":
        return "The design is randomized, so few questions are left."
    return f"Beyond question it is not: a design of grade {row['grade']} leaves other reasons open."


def _say_claim(row: pd.Series[Any], nouns: Nouns, units: tuple[str, str]) -> str:
    if row["verdict"] == NOT_TESTABLE_HERE:
        lacks = _say_missing(str(row["missing"]))
        return f"{lacks} {say_signs(row)}".strip() if row["claim"] == 17 else lacks
    said: dict[int, Callable[[], list[str]]] = {
        HEADLINE: lambda: [*_say_order(row, units), _say_question(row)],
        6: lambda: _say_order(row, units),
        7: lambda: _say_appreciation(row, units[1]),
        10: lambda: _say_chain(row),
        11: lambda: _say_dimensions(row),
        12: lambda: say_blocks(row),
        14: lambda: say_wider_goals(row, nouns),
        15: lambda: say_efficiency(row, nouns),
        16: lambda: say_alignment(row, nouns),
        18: lambda: say_legs(row),
        21: lambda: say_cost(row),
    }
    parts = [*said[int(row["claim"])](), _say_family(row), _say_base(row, units[1])]
    return " ".join(part for part in parts if part)


def _say_missing(missing: str) -> str:
    """Name what is missing; what would supply it, where it is one of the listed ingredients."""
    if missing in INGREDIENTS:
        return f"Missing: {missing}. What would supply it: {INGREDIENTS[missing].supply}."
    return missing if missing.endswith(".") else f"Missing: {missing}."


def _say_family(row: pd.Series[Any]) -> str:
    """Say where a figure is clear alone but not among the claims of its topic."""
    alone = float(row["p_value"]) <= 1.0 - LEVEL < float(row["p_adjusted"])
    if not alone or row["verdict"] != TOO_IMPRECISE:
        return ""
    many = number_word(int(row["family"]))
    return f"Clear alone, but not when all {many} claims of its topic are counted."


def _say_base(row: pd.Series[Any], many: str) -> str:
    if pd.isna(row["n"]):
        return f"Grade {row['grade']}."
    what = {"dimensions": "staff", "kpis": "rows", "chain": "rows", "units": many}
    base = f"{count(row['n'])} {what.get(str(row['kind']), 'rows')}"
    if pd.notna(row["agencies"]) and row["kind"] != "units":
        base += f" of {count(row['agencies'])} {many}"
    return f"Base: {base}; grade {row['grade']}."


_LATER = ("later", "later_low", "later_high")


def _say_order(row: pd.Series[Any], units: tuple[str, str]) -> list[str]:
    kind, size = str(row["kind"]), say_better_of(row)
    about = f"“{row['about']}”" if row["about"] else "performance"
    follows = kind == "later" and str(row["grade"]) <= GRADE_OF_ORDER
    joint = "was followed by" if follows else "goes with"
    when = " one wave later" if kind == "later" else ""
    place = f"Between {units[1]}" if kind == "between" else f"Within {with_article(units[0])}"
    parts = [f"{place}, {_step(row)} more morale {joint} {about} {size}{when}."]
    if kind != "later" and pd.notna(row["later"]):
        then = say_better_of(row, names=_LATER, unit=str(row["detail"]))
        per = " per standard deviation" if row["detail"] == "SD" else ""
        parts.append(f"One wave later it is {then}{per}.")
    ordered = str(row["grade"]) <= GRADE_OF_ORDER
    parts.append(_ORDERS[str(row["order"]) if ordered else ORDERS[-1]])
    if row["verdict"] == NO_INCREASE:
        parts.append(f"A gain that matters, {_plain_points(DIFFERENCE)}, is excluded.")
    if row["verdict"] in _CLEAR and pd.notna(row["robustness"]):
        parts.append(
            f"An unmeasured cause that explains {percent(row['robustness'])} of what is left of "
            "both would be enough to remove this."
        )
    return parts


def _step(row: pd.Series[Any]) -> str:
    """Say the difference in morale that a figure is told for."""
    if row["unit"] == "SD":
        return "one standard deviation"
    return f"{fixed(100 * row['step'])}{NBSP}points" if row["step"] < 1 else "one point"


def _plain_points(share: float) -> str:
    return points(share).lstrip("+")


_OTHER = ("other", "other_low", "other_high")


def _say_appreciation(row: pd.Series[Any], many: str) -> list[str]:
    parts = []
    if pd.notna(row["other"]):
        parts.append(
            f"In the best {row['detail']} {many} appreciation differs from the others by "
            f"{say_points_of(row, _OTHER)}."
        )
    parts.append(f"Beyond what goes with general morale, that is {say_points_of(row)}.")
    return parts


def _say_chain(row: pd.Series[Any]) -> list[str]:
    about = f"“{row['detail']}”" if row["detail"] else "performance"
    size = say_better_of(row)
    parts = [f"Through “{row['about']}”, {_step(row)} more morale goes with {about} {size}."]
    if row["verdict"] in (SUPPORTED, FOLLOWS, GOES_TOGETHER):
        parts.append("That is consistent with a chain that starts inside; other reasons are open.")
    return parts


def _say_dimensions(row: pd.Series[Any]) -> list[str]:
    number, total = int(row["counted"]), int(row["of"])
    parts = [
        f"{capital(number_word(number))} of {counted(total, 'dimension', 'dimensions')} can be "
        "told apart from all others."
    ]
    if row["about"] and row["detail"] and pd.notna(row["estimate"]):
        near = "cannot be told apart" if row["verdict"] == CONTRADICTED else "are nearest"
        ends = ""
        if pd.notna(row["conf_low"]):
            ends = f", likely {fixed(row['conf_low'], 2)} to {fixed(row['conf_high'], 2)}"
        names = f"“{row['about']}” and “{row['detail']}”"
        parts.append(f"{names} {near} (correlation {fixed(row['estimate'], 2)}{ends}).")
    parts.append("Whether they mean the same in every agency is not tested.")
    return parts
