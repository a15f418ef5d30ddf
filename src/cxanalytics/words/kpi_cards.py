"""What is each measure worth, said in points, and where do rewards part from it?

That a measure goes with the outcome is said only where its card says that this is shown. Where
nothing is shown, the range says how large a relation could still be.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cxanalytics.formats import fixed, number_word, percent
from cxanalytics.rules import DIFFERENCE
from cxanalytics.tables import Estimates
from cxanalytics.words.grammar import capital, counted, none_or, verb
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.sizes import NOT_CAUSE, say_base_of_pattern, say_size

Labels = Mapping[str, str] | None

SIGNS = {
    "heaping": "numbers end in 0 or 5 too often",
    "falling_response": "it rises while fewer answer",
    "repeats_not_down": "it rises while repeat contacts do not fall",
}
NOT_TESTABLE = "not testable"


def _name(row: pd.Series[Any], labels: Labels) -> str:
    return f"“{(labels or {}).get(row['key'], row['label'])}”"


def _unit(estimates: Estimates) -> str:
    return "points" if estimates.facts.get("share", True) else "number"


def _size(row: pd.Series[Any], figure: str, unit: str) -> str:
    """Print one relation with its range; "" where there is none."""
    ends = {"conf_low": row[f"{figure}_low"], "conf_high": row[f"{figure}_high"]}
    if pd.isna(row[figure]) or any(pd.isna(value) or abs(value) > 1e12 for value in ends.values()):
        return ""
    return say_size(pd.Series({"estimate": row[figure]} | ends), unit=unit)


def say_kpi_cards(estimates: Estimates, *, labels: Labels = None) -> str:
    """Say how many measures go with the outcome, and how many foretell it.

    Parameters
    ----------
    estimates : Estimates
        From `fit_kpi_cards`.
    labels : mapping of str to str, optional
        Measure to the name to print.

    Returns
    -------
    str
        Two to four sentences.
    """
    frame, facts = estimates.frame, estimates.facts
    tested = frame.loc[frame["validity_low"].notna()]
    if tested.empty:
        return "Not testable: no measure is known for enough units in two waves or more."
    better, worse = (int((tested["shown"] == way).sum()) for way in (1, -1))
    many = counted(len(tested), "measure", "measures")
    said = [
        f"Of {many}, {none_or(better)} {verb(better)} shown to go with a better "
        f"“{facts['outcome_label']}” in the same unit and wave"
        + (f", and {number_word(worse)} with a worse one." if worse else ".")
    ]
    lagged = frame.loc[frame["lagged_low"].notna()]
    if len(lagged):
        later = int((lagged["lagged_shown"] > 0).sum())
        said.append(f"{capital(none_or(later))} {verb(later)} shown to foretell it by one wave.")
    else:
        said.append("Whether any foretells it is not testable with these waves.")
    return " ".join([*said, say_reward_weights(estimates, labels=labels)]).strip()


def say_reward_weights(estimates: Estimates, *, labels: Labels = None) -> str:
    """Say whether rewards follow what measures are worth.

    Parameters
    ----------
    estimates : Estimates
        From `fit_kpi_cards`: facts `rank_agreement low high mismatch`.
    labels : mapping of str to str, optional
        Measure to the name to print.

    Returns
    -------
    str
        "" where no weights are known.
    """
    facts = estimates.facts
    low, high = (float(facts.get(end, float("nan"))) for end in ("low", "high"))
    if pd.isna(low):
        return ""
    how = (
        "agree in rank with"
        if low > 0
        else "run against"
        if high < 0
        else "are not shown to follow"
    )
    found = fixed(float(facts["rank_agreement"]), 2)
    said = (
        f"Reward weights {how} what the measures are worth: {found} (likely {fixed(low, 2)} to "
        f"{fixed(high, 2)}; 1 is full agreement)."
    )
    if facts["mismatch"]:
        row = estimates.row(str(facts["mismatch"]))
        weight = f"{row['reward_weight']:g}"
        said += f" The largest weight without a relation shown: {_name(row, labels)}, {weight}."
    return said


def say_kpi_card(
    row: pd.Series[Any],
    estimates: Estimates,
    *,
    labels: Labels = None,
    difference: float = DIFFERENCE,
) -> str:
    """Say what one measure is worth.

    Parameters
    ----------
    row : Series
        A row of the cards.
    estimates : Estimates
        The cards.
    labels : mapping of str to str, optional
        Measure to the name to print.
    difference : float
        Smallest difference that matters, as a share.

    Returns
    -------
    str
        A few short sentences.
    """
    unit, name = _unit(estimates), _name(row, labels)
    same = _size(row, "validity", unit)
    if not same:
        return f"{name} is not testable: {row['reason'] or 'no range'}."
    ways = {1: "improving goes with a better outcome", -1: "improving goes with a worse outcome"}
    said = [f"{name}: {ways.get(int(row['shown']), 'no relation shown')}, {same} per usual swing."]
    small = max(abs(row["validity_low"]), abs(row["validity_high"])) < difference
    if unit == "points" and not row["shown"] and small:
        said.append("Any relation is smaller than what matters.")
    later, beyond = _size(row, "lagged", unit), _size(row, "increment", unit)
    if later:
        said.append(f"One wave later: {later}.")
    if beyond:
        adds = ("not shown to add to resolution", "adds to resolution", "less where it improves")
        said.append(f"With resolution held: {beyond}, {adds[int(row['increment_shown'])]}.")
    if row["curved"]:
        said.append("The relation bends: it is not the same at low and high values.")
    return " ".join(said)


def say_reliability(row: pd.Series[Any]) -> str:
    """Print the reliability of a measure: "99% signal", or "not testable".

    Parameters
    ----------
    row : Series
        A row of the cards.

    Returns
    -------
    str
    """
    if pd.notna(row["reliability"]):
        return f"{percent(row['reliability'])} signal"
    if pd.notna(row["split_half"]):
        return f"{percent(row['split_half'])}, two halves"
    return NOT_TESTABLE


def say_gaming(row: pd.Series[Any]) -> str:
    """Print the signs of gaming of a measure: "none found", or which.

    Parameters
    ----------
    row : Series
        A row of the cards.

    Returns
    -------
    str
    """
    if row["gaming"] == NOT_TESTABLE:
        return NOT_TESTABLE
    found = [SIGNS[sign] for sign in str(row["gaming"]).split(";") if sign]
    untested = len([sign for sign in str(row["gaming_untested"]).split(";") if sign])
    rest = f" ({counted(untested, 'sign', 'signs')} not testable)" if untested else ""
    return ("; ".join(found) or "none found") + rest


def say_title_kpi_cards(estimates: Estimates) -> str:
    """Say in a title how many measures go with the outcome.

    Parameters
    ----------
    estimates : Estimates
        From `fit_kpi_cards`.

    Returns
    -------
    str
    """
    shown = int((estimates.frame["shown"] > 0).sum())
    many = counted(len(estimates.frame), "measure", "measures")
    go = f"{verb(shown)} shown to go"
    return f"{capital(none_or(shown))} of {many} {go} with a better outcome of the same unit"


def say_kpi_cards_note(estimates: Estimates, *, nouns: Nouns) -> str:
    """Say how to read the cards, and what they rest on.

    Parameters
    ----------
    estimates : Estimates
        From `fit_kpi_cards`.
    nouns : Nouns

    Returns
    -------
    str
    """
    base = say_base_of_pattern(
        answers=estimates.frame["n"].max() if len(estimates.frame) else None,
        respondents="rows of units and waves",
        groups=int(estimates.facts["agencies"]),
        group=nouns.organizations,
    )
    return (
        "Each unit is compared with itself, net of what all units share in a wave. A usual swing "
        "is how much a unit’s measure moves around its own level. Above zero, the better side of "
        f"the measure goes with a better outcome. {base} {NOT_CAUSE}"
    )


def say_alt_kpi_cards(table: pd.DataFrame, *, share: bool = True) -> str:
    """Describe the chart of the cards.

    Parameters
    ----------
    table : DataFrame
        Columns `name series estimate`, a row per measure and relation.
    share : bool
        Whether the outcome is counted in points.

    Returns
    -------
    str
    """
    own = table.loc[(table["series"] == "validity") & table["estimate"].notna()]
    measures = counted(table["name"].nunique(), "measure", "measures")
    text = f"Dots with ranges for {measures}: same wave, one wave later, resolution held."
    if own.empty:
        return text
    ends = [own.iloc[int(place)] for place in (own["estimate"].argmax(), own["estimate"].argmin())]
    times, unit = (100.0, " points") if share else (1.0, "")
    told = [
        f"{' '.join(str(row['name']).split())[:40]} {fixed(times * row['estimate'], 1)}{unit}"
        for row in ends
    ]
    return f"{text} Same wave, from {told[0]} to {told[1]}."
