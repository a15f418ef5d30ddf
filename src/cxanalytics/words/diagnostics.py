"""Can the model of the outcome be trusted: elsewhere, without one agency, between agencies?

Whether a figure passes is decided once, by the checks that ride with it; the sentences here follow
them. Sizes come with their ranges; nothing is said that the design does not carry.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cxanalytics.formats import (
    fixed,
    number_word,
    percent,
    points,
    signed,
)
from cxanalytics.tables import Estimates
from cxanalytics.words.grammar import capital, counted, none_or, verb
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.sizes import direction

Labels = Mapping[str, str] | None
OTHER_MODEL = "The figure published elsewhere may be of another model, that of the whole scale."
_TERMS = ("within", "between", "difference")


def _passed(estimates: Estimates, name: str) -> bool:
    return all(check.passed is not False for check in estimates.checks if check.name == name)


def named(key: str, label: str, labels: Labels) -> str:
    """Put the name of a driver or question in quotes."""
    return f"“{(labels or {}).get(key, label)}”"


def say_diagnostics(
    calibration: Estimates | None, influence: Estimates | None, *, nouns: Nouns
) -> str:
    """Say in one sentence whether the model holds elsewhere, and without any one agency.

    Parameters
    ----------
    calibration, influence : Estimates or None
        Without rows where a check was refused.
    nouns : Nouns

    Returns
    -------
    str
    """
    parts, good = [], []
    if calibration is not None and len(calibration.frame):
        good.append(all(_passed(calibration, name) for name in ("calibration_slope", "skill")))
        way = "holds" if good[-1] else "does not hold"
        parts.append(f"it {way} for {nouns.organizations} that it has not seen")
    if influence is not None and len(influence.frame):
        flagged = int(influence.frame["flagged"].sum())
        good.append(flagged == 0)
        many = counted(flagged, nouns.organization, nouns.organizations)
        parts.append(
            f"{many} {verb(flagged, 'moves', 'move')} it"
            if flagged
            else f"no single {nouns.organization} decides it"
        )
    if not parts:
        return "Not known: the data cannot carry the checks."
    joint = ", and " if len(set(good)) == 1 else ", but "
    return f"{capital(joint.join(parts))}."


def say_calibration(estimates: Estimates, *, nouns: Nouns) -> str:
    """Say whether predictions hold for agencies left out of the fit.

    Parameters
    ----------
    estimates : Estimates
        Rows "slope" and "brier_skill"; checks `calibration_slope` and `skill`.
    nouns : Nouns

    Returns
    -------
    str
        One sentence.
    """
    where = f"in {nouns.organizations} left out of the fit"
    if not _passed(estimates, "skill"):
        return f"No: {where}, the model tells no more than the overall share does."
    row = estimates.row("slope")
    likely = f"{fixed(row['conf_low'], 2)} to {fixed(row['conf_high'], 2)}"
    size = f"slope {fixed(row['estimate'], 2)}, likely {likely}; 1 is right"
    if _passed(estimates, "calibration_slope"):
        return f"Yes: {where}, predicted shares come true ({size})."
    way = "too extreme" if row["estimate"] < 1 else "too timid"
    return f"Not well: {where}, predicted shares are {way} ({size})."


def say_calibration_note(estimates: Estimates, *, nouns: Nouns) -> str:
    """Say how well people are told apart, how far an agency's share is missed, and the base.

    Parameters
    ----------
    estimates : Estimates
        Rows "auc" and "agency_miss"; facts `n agencies folds`.
    nouns : Nouns

    Returns
    -------
    str
    """
    facts, auc = estimates.facts, estimates.row("auc")["estimate"]
    miss = points(estimates.row("agency_miss")["estimate"], 1).removeprefix("+")
    return (
        f"Of two {nouns.respondents}, one positive and one not, the model puts the right one first "
        f"in {percent(auc)} of pairs; 50% is chance. The share of {_a(nouns.organization)} it has "
        f"not seen is missed by {miss} in the middle case. Base: {fixed(float(facts['n']))} "
        f"{nouns.respondents} in {facts['agencies']} {nouns.organizations}, dealt into "
        f"{facts['folds']} parts; each part is predicted from the others."
    )


def _a(noun: str) -> str:
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def say_title_calibration(estimates: Estimates, *, nouns: Nouns) -> str:
    """Say in a title whether predicted shares come true.

    Parameters
    ----------
    estimates : Estimates
        Checks `calibration_slope`, `calibration_bins` and `skill`.
    nouns : Nouns

    Returns
    -------
    str
    """
    fits = _passed(estimates, "calibration_slope") and _passed(estimates, "skill")
    if not fits:
        return f"Predicted shares do not carry to other {nouns.organizations}"
    if _passed(estimates, "calibration_bins"):
        return f"Predicted shares come true in other {nouns.organizations}"
    return "Predicted shares come true on the whole, not in every bin"


def say_influence(estimates: Estimates, *, nouns: Nouns, labels: Labels = None) -> str:
    """Say whether leaving out one agency changes what the model says.

    Parameters
    ----------
    estimates : Estimates
        One row an agency, the most influential first.
    nouns : Nouns
    labels : mapping of str to str, optional
        Driver to the name to print.

    Returns
    -------
    str
        One or two sentences.
    """
    flagged = estimates.frame.loc[estimates.frame["flagged"]]
    one = nouns.organization
    if flagged.empty:
        return (
            f"No {one} decides it alone: leaving one out moves no driver by more than its "
            "standard error."
        )
    row = flagged.iloc[0]
    driver = named(row["driver"], row["label"], labels)
    figures = (
        f"without {row['key']}, {driver} goes with {_points(row['without'])} instead of "
        f"{_points(row['full'])}"
    )
    changed = int(flagged["verdict_changes"].sum())
    number = capital(counted(len(flagged), one, nouns.organizations))
    first = f"{number} {verb(len(flagged), 'matters', 'matter')}: {figures}."
    if not changed:
        return f"{first} No verdict on a driver changes."
    return f"{first} Leaving one out changes a verdict {_times(changed)}."


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number_word(number)} times")


def _points(value: float) -> str:
    return points(value, 1)


def say_driver_levels(estimates: Estimates, *, nouns: Nouns, labels: Labels = None) -> str:
    """Say how many drivers go with the outcome within agencies, and how many between them.

    Parameters
    ----------
    estimates : Estimates
        Rows "driver/within", "driver/between" and "driver/difference".
    nouns : Nouns
    labels : mapping of str to str, optional
        Driver to the name to print.

    Returns
    -------
    str
        One to three sentences.
    """
    parts = {term: estimates.frame.loc[estimates.frame["term"] == term] for term in _TERMS}
    drivers = len(parts["within"])
    within = _clear(parts["within"])
    first = f"Within {_a(nouns.organization)}, {_of(within, drivers)} with {nouns.outcome}"
    known = parts["between"]["estimate"].notna()
    if not known.any():
        return f"{first}; between {nouns.organizations}, nothing can be told."
    between, total = _clear(parts["between"]), int(known.sum())
    told = f"{first}; between {nouns.organizations}, {none_or(between)} of {number_word(total)}."
    apart = _clear(parts["difference"])
    if not apart:
        return f"{told} No clear difference between the two is found."
    shown = parts["difference"].assign(
        clear=[direction(row) != 0 for _, row in parts["difference"].iterrows()]
    )
    shown = shown.loc[shown["clear"]]
    row = shown.iloc[int(shown["estimate"].abs().argmax())]
    pair = [estimates.row(f"{row['driver']}/{term}")["estimate"] for term in ("within", "between")]
    driver = named(row["driver"], row["label"], labels)
    return (
        f"{told} For {_drivers(apart)}, the two relations differ clearly; most for {driver}: "
        f"{signed(100 * pair[0])} and {points(pair[1])} for one step."
    )


def _clear(rows: pd.DataFrame) -> int:
    return int(((rows["conf_low"] > 0) | (rows["conf_high"] < 0)).sum())


def _of(number: int, total: int) -> str:
    if number == total:
        every = f"all {_drivers(total)}" if total > 1 else "the driver"
        return f"{every} {verb(total, 'goes', 'go')}"
    return f"{none_or(number)} of {_drivers(total)} {verb(number, 'goes', 'go')}"


def _drivers(number: int) -> str:
    return "one driver" if number == 1 else f"{number_word(number)} drivers"


def say_driver_levels_note(estimates: Estimates, *, nouns: Nouns) -> str:
    """Say what the two relations are of, how far agencies differ, and that neither is a cause.

    Parameters
    ----------
    estimates : Estimates
        Rows "driver/between" with `spread`, in steps.
    nouns : Nouns

    Returns
    -------
    str
    """
    spread = estimates.frame["spread"].dropna()
    parts = [
        f"Each driver alone, {nouns.respondents} compared at the same mix. “Between” is a relation "
        f"between {nouns.organizations}, not between people."
    ]
    if len(spread):
        low, high = fixed(spread.min(), 2), fixed(spread.max(), 2)
        reach = low if low == high else f"{low} to {high}"
        parts.append(
            f"{capital(nouns.organizations)} differ by {reach} steps (standard deviation), so a "
            "whole step between them is not seen."
        )
    parts.append("Both answers come from the same person and survey.")
    return " ".join(parts)
