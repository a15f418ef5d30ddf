"""What goes with being recommended, said no more strongly than the design allows?

Points first, then the range; the ratio and the base follow. At grade D the sentence says what
goes together, at grade C what came first in time. "Not proof of cause" is said once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cxanalytics.errors import ParamsError, must_be
from cxanalytics.formats import fixed, list_words, percent
from cxanalytics.tables import Estimates
from cxanalytics.words.grammar import capital, counted, verb
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.sizes import NOT_CAUSE, direction, say_base_of_pattern, say_size

_GRADES = ("C", "D")
_LABEL_WORDS = 5


def say_driver(row: pd.Series[Any], *, nouns: Nouns, label: str, grade: str = "D") -> str:
    """Say how much recommendation differs where one driver is rated better.

    Parameters
    ----------
    row : Series
        A row of the estimates: `estimate conf_low conf_high` in shares, and `step`, the realistic
        step in points of its scale, where known.
    nouns : Nouns
    label : str
        The driver's label.
    grade : str
        Design grade "C" or "D".

    Returns
    -------
    str
        One sentence.

    Raises
    ------
    ParamsError
        Another grade.
    """
    if grade not in _GRADES:
        raise ParamsError(must_be("grade", _GRADES, grade))
    better = f"“{_short(label)}” is rated {_step(row)} better"
    way = direction(row)
    if way == 0:
        likely = say_size(row).split("(", 1)[1].rstrip(")")
        return f"Where {better}, {nouns.outcome} shows no clear difference ({likely})."
    if grade == "C":
        return f"A rise of “{_short(label)}” was followed by {nouns.outcome} {say_size(row)}."
    return f"Where {better}, {nouns.outcome} differs by {say_size(row)}."


def _short(label: str) -> str:
    words = label.split()
    return label if len(words) <= _LABEL_WORDS else " ".join(words[:_LABEL_WORDS]) + "…"


def _step(row: pd.Series[Any]) -> str:
    step = row.get("step", 1.0)
    if step is None or pd.isna(step) or step == 1:
        return "one step"
    return f"{fixed(step, 0 if float(step).is_integer() else 1)} steps"


def say_recommendation(
    estimates: Estimates,
    *,
    nouns: Nouns,
    labels: Mapping[str, str] | None = None,
    grade: str = "D",
) -> str:
    """Say which driver goes most with recommendation, and how many are clear.

    Parameters
    ----------
    estimates : Estimates
        One row per driver, in shares per realistic step.
    nouns : Nouns
    labels : mapping of str to str, optional
        Driver to label.
    grade : str
        Design grade "C" or "D".

    Returns
    -------
    str
        One or two sentences.
    """
    frame = estimates.frame.loc[estimates.frame["estimate"].notna()]
    clear = frame.loc[[direction(row) != 0 for _, row in frame.iterrows()]]
    if clear.empty:
        return "We cannot yet separate the drivers: no range leaves zero out."
    top = clear.iloc[int(clear["estimate"].abs().argmax())]
    first = say_driver(top, nouns=nouns, label=_label(top, labels), grade=grade)
    if len(frame) == 1:
        return first
    drivers = counted(len(frame), "driver", "drivers")
    number = capital(counted(len(clear), "", "").strip())
    return f"{first} {number} of {drivers} {verb(len(clear), 'has', 'have')} a range clear of zero."


def _label(row: pd.Series[Any], labels: Mapping[str, str] | None) -> str:
    return str((labels or {}).get(row["key"], row.get("label", row["key"])))


def say_ratio(row: pd.Series[Any]) -> str:
    """Say a driver's figure as a ratio, after the points.

    Parameters
    ----------
    row : Series
        A row of the estimates with `ratio ratio_low ratio_high`.

    Returns
    -------
    str
    """
    likely = f"{fixed(row['ratio_low'], 2)} to {fixed(row['ratio_high'], 2)}"
    return f"As a ratio: {fixed(row['ratio'], 2)} (likely {likely})."


def say_recommendation_note(estimates: Estimates, *, nouns: Nouns) -> str:
    """Say the base of the drivers' figures, their source, and that they prove no cause.

    Parameters
    ----------
    estimates : Estimates
        Facts `agencies baseline grade`, where known.
    nouns : Nouns

    Returns
    -------
    str
    """
    facts = estimates.facts
    n = estimates.frame["n"].max() if len(estimates.frame) else None
    agencies = facts.get("agencies")
    parts = [
        say_base_of_pattern(
            answers=n,
            respondents=nouns.respondents,
            groups=None if agencies is None else int(agencies),
            group=nouns.organizations,
        )
    ]
    if "baseline" in facts:
        parts.append(f"Of these, {percent(float(facts['baseline']))} {nouns.outcome_short}.")
    parts.append("Both answers come from the same person and survey.")
    return " ".join(part for part in (*parts, NOT_CAUSE) if part)


def say_unclear_drivers(estimates: Estimates, *, labels: Mapping[str, str] | None = None) -> str:
    """Name the drivers whose range holds zero.

    Parameters
    ----------
    estimates : Estimates
    labels : mapping of str to str, optional
        Driver to label.

    Returns
    -------
    str
        "" where there is none.
    """
    names = [
        _label(row, labels)
        for _, row in estimates.frame.iterrows()
        if pd.notna(row["estimate"]) and direction(row) == 0
    ]
    if not names:
        return ""
    return f"Too close to call: {list_words([_short(name) for name in names])}."


def say_standardized(
    agencies: pd.DataFrame, *, nouns: Nouns, mix: str, adjusted: pd.Series[float] | None = None
) -> str:
    """Say what shares of the same people are for, and how far they lie from the adjusted scores.

    Parameters
    ----------
    agencies : DataFrame
        Columns `key estimate`, a row per agency with a share.
    nouns : Nouns
    mix : str
        Case mix that was held alike; "" for none.
    adjusted : Series, optional
        Key to the score adjusted for who answered.

    Returns
    -------
    str
        One or two sentences.
    """
    if not mix:
        return "There is no case mix to hold alike: the observed shares stand."
    if agencies.empty:
        return f"No {nouns.organization} can be given the same people."
    held = list_words(mix.replace("_", " ").split(", "))
    told = (
        f"With {held} held alike, any two {nouns.organizations} can be set beside each other; an "
        "adjusted score is against everybody."
    )
    other = agencies["key"].map(adjusted) if adjusted is not None else pd.Series(dtype=float)
    apart = 100.0 * (agencies["estimate"] - other).abs().dropna()
    if apart.empty:
        return told
    return (
        f"{told} The two differ by {fixed(apart.median(), 1)} points in the middle case and by "
        f"{fixed(apart.max(), 1)} at most."
    )
