"""Does better service cost less in the long run, said in percent of the cost of a resolved case?

What came after is told apart from what happened in the same quarter, where nobody knows which came
first. That cost fell or rose is said only where the range says so; a null is said as plainly.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from cxanalytics.claims.verdicts import CONTRADICTED, NOT_TESTABLE_HERE, SUPPORTED
from cxanalytics.formats import count, number_word, percent, points, signed
from cxanalytics.tables import Estimates
from cxanalytics.words.grammar import capital, counted, verb
from cxanalytics.words.nouns import Nouns
from cxanalytics.words.sizes import NOT_CAUSE, direction

NO_INDEX = "Prices are those of their time: no price index was given."


def say_percent_change(value: float) -> str:
    """Print a change as a percent with its sign: -0.07 is "−7.0%".

    Parameters
    ----------
    value : float
        A share.

    Returns
    -------
    str
    """
    return f"{signed(100 * value, 1)}%"


def say_percent_size(row: pd.Series[Any]) -> str:
    """Print a change with its likely range: "−7.0% (likely −15.0% to +2.0%)".

    Parameters
    ----------
    row : Series
        Columns `estimate conf_low conf_high`.

    Returns
    -------
    str
    """
    told = say_percent_change(row["estimate"])
    if not _ranged(row):
        return f"{told} (range not known)"
    low, high = (
        say_percent_change(row[end]) if math.isfinite(row[end]) else "no end"
        for end in ("conf_low", "conf_high")
    )
    return f"{told} (likely {low} to {high})"


def _step(estimates: Estimates) -> str:
    return points(float(estimates.facts["step"])).removeprefix("+")


def _base(estimates: Estimates, nouns: Nouns) -> str:
    facts = estimates.facts
    agencies = counted(int(facts["agencies"]), nouns.organization, nouns.organizations)
    units = counted(int(facts["units"]), "unit", "units")
    return f"{units} of {agencies}, grade {facts['grade']}"


def _quarters(estimates: Estimates) -> str:
    return counted(int(estimates.facts["lags"]), "quarter", "quarters")


def say_long_run_cost(estimates: Estimates, *, nouns: Nouns) -> str:
    """Say whether better service was followed by a lower cost of a resolved case.

    Parameters
    ----------
    estimates : Estimates
        From `fit_long_run_cost`.
    nouns : Nouns

    Returns
    -------
    str
        One to three sentences; the reason alone where it cannot be told.
    """
    facts = estimates.facts
    verdict = str(facts["verdict"])
    if verdict == NOT_TESTABLE_HERE:
        told = f"Not testable with these data. {facts['reason']}"
        known = facts["same_counts"] and "long_run" in set(estimates.frame["key"])
        return f"{told} {_say_of_own_counts(estimates, nouns)}" if known else told
    row, step = estimates.row("later"), _step(estimates)
    size, base = say_percent_size(row), _base(estimates, nouns)
    after = f"{_quarters(estimates)} of service {step} better"
    were = verb(int(facts["lags"]), "was", "were")
    followed = f"{after} {were} followed by {size} in the cost of a resolved case; {base}"
    if verdict == SUPPORTED:
        told = f"Yes: {followed}. {_say_parts(estimates, 'later')}"
    elif verdict == CONTRADICTED:
        told = f"No, cost rose: {followed}. {_say_parts(estimates, 'later')}"
    elif facts["reason"]:
        told = f"Not settled: {followed}. {facts['reason']}"
    else:
        told = f"Not shown: {followed}. The range holds zero."
    return f"{told} {say_same_quarter(estimates)}"


def _say_of_own_counts(estimates: Estimates, nouns: Nouns) -> str:
    """Say what goes with more contacts resolved, where arithmetic is a part of it."""
    row, step = estimates.row("long_run"), _step(estimates)
    return (
        f"In part by arithmetic, where {step} more contacts are resolved a resolved case costs "
        f"{say_percent_size(row)}; {_base(estimates, nouns)}. {_say_parts(estimates, 'long_run')}"
    )


def _say_parts(estimates: Estimates, key: str) -> str:
    unit, contacts = (estimates.row(f"{key}_{part}") for part in ("unit_cost", "contacts"))
    return (
        f"Of it, the cost of a contact: {say_percent_size(unit)}; contacts per resolved case: "
        f"{say_percent_size(contacts)}."
    )


def say_same_quarter(estimates: Estimates) -> str:
    """Say how cost differs in the very quarter in which service is better.

    Parameters
    ----------
    estimates : Estimates
        Row "lag0".

    Returns
    -------
    str
        "" where it is not known.
    """
    row = estimates.row("lag0")
    if not _ranged(row):
        return ""
    size = say_percent_size(row)
    if not direction(row):
        return f"In the same quarter the cost differs by {size}, which may be chance."
    return f"In the same quarter the cost differs by {size}; which came first is not known."


def say_cost_change(estimates: Estimates) -> str:
    """Say how the cost of a resolved case changed over time, and what moved it.

    Parameters
    ----------
    estimates : Estimates
        Rows "cost_per_resolved", "unit_cost", "contacts_per_case" and "shift".

    Returns
    -------
    str
        Two or three sentences.
    """
    facts = estimates.facts
    rows = {key: estimates.row(key) for key in ("cost_per_resolved", "unit_cost", "shift")}
    contacts = estimates.row("contacts_per_case")
    way = direction(rows["cost_per_resolved"]) if _ranged(rows["cost_per_resolved"]) else 0
    opening = {1: "The cost of a resolved case rose", -1: "The cost of a resolved case fell"}
    told = opening.get(way, "No clear change of the cost of a resolved case")
    prices = f"In prices of {facts['last']}." if facts["deflated"] else NO_INDEX
    return (
        f"{told} from the first four quarters ({facts['first']} on) to the last four (to "
        f"{facts['last']}): {say_percent_size(rows['cost_per_resolved'])}. Its parts: the cost of "
        f"a contact {say_percent_size(rows['unit_cost'])}, contacts per resolved case "
        f"{say_percent_size(contacts)}, cases that moved to dearer or cheaper units "
        f"{say_percent_size(rows['shift'])}. {prices}"
    )


def _ranged(row: pd.Series[Any]) -> bool:
    return bool(pd.notna(row["conf_low"]) and pd.notna(row["conf_high"]))


def say_break_even(estimates: Estimates) -> str:
    """Say after how many months service that stays better has paid for itself.

    Parameters
    ----------
    estimates : Estimates
        Row "net"; facts `verdict followed break_even break_even_low break_even_high
        break_even_within`.

    Returns
    -------
    str
        One or two sentences; "" where nothing could be followed.
    """
    facts = estimates.facts
    if facts["verdict"] == NOT_TESTABLE_HERE:
        return ""
    followed = f"{count(float(facts['followed']))} months"
    net = estimates.row("net")
    worth = (
        f"Net by the end of {followed}: {_months_of_cost(net)} of the cost of a month, the same "
        "quarter included."
    )
    if facts["verdict"] != SUPPORTED:
        return (
            f"{worth} In that quarter nobody knows which came first: no saving and no break-even "
            "month are claimed."
        )
    when = float(facts["break_even"])
    if pd.isna(when):
        return f"{worth} It is not paid back within the {followed} that were followed."
    low, high = float(facts["break_even_low"]), float(facts["break_even_high"])
    if pd.isna(low):
        return f"{worth} Break-even after {_month(when)}; its range is not known."
    late = f"later than {followed}" if pd.isna(high) else _month(high)
    return f"{worth} Break-even after {_month(when)} (likely {_number(low)} to {late})."


def _months_of_cost(row: pd.Series[Any]) -> str:
    """Print quarters' worth of cost in months."""
    return say_percent_size(3.0 * row[["estimate", "conf_low", "conf_high"]])


def _number(months: float) -> str:
    return number_word(round(months))


def _month(months: float) -> str:
    whole = round(months)
    return f"{number_word(whole)} {'month' if whole == 1 else 'months'}"


def say_title_long_run_cost(estimates: Estimates) -> str:
    """Say in a title what followed better service.

    Parameters
    ----------
    estimates : Estimates
        From `fit_long_run_cost`, with rows of kind "sum".

    Returns
    -------
    str
    """
    if estimates.facts["same_counts"]:
        return "Contacts resolved, and the cost of a resolved case"
    told = {
        SUPPORTED: "Better service was followed by a lower cost of a resolved case",
        CONTRADICTED: "Better service was followed by a higher cost of a resolved case",
    }
    later = "No lower cost of a resolved case is shown after better service"
    return told.get(str(estimates.facts["verdict"]), later)


def say_title_cost_change(estimates: Estimates) -> str:
    """Say in a title which way the cost of a resolved case went.

    Parameters
    ----------
    estimates : Estimates
        Row "cost_per_resolved".

    Returns
    -------
    str
    """
    row = estimates.row("cost_per_resolved")
    way = direction(row) if _ranged(row) else 0
    told = {1: "The cost of a resolved case rose", -1: "The cost of a resolved case fell"}
    return told.get(way, "No clear change of the cost of a resolved case")


def say_long_run_cost_note(estimates: Estimates) -> str:
    """Say what is held constant, and what the figures cannot show.

    Parameters
    ----------
    estimates : Estimates
        Facts `step service held_constant same_counts`.

    Returns
    -------
    str
    """
    facts = estimates.facts
    constant = f", {facts['held_constant']}" if facts.get("held_constant") else ""
    return (
        f"For {_step(estimates)} more of “{facts['service']}” than the unit's usual. Held "
        f"constant: the unit, the quarter{constant}, and service in the other quarters shown. The "
        "row of the quarter before is a placebo: cost cannot follow service that is still to come. "
        f"{NOT_CAUSE}"
    )


def say_alt_long_run_cost(table: pd.DataFrame) -> str:
    """Describe a ladder of changes of cost.

    Parameters
    ----------
    table : DataFrame
        Columns `name estimate conf_low conf_high clear`, in the order of the rows.

    Returns
    -------
    str
    """
    many = capital(counted(len(table), "row", "rows"))
    text = f"{many} of dots and ranges: change of cost in percent, with a line at zero."
    if table.empty:
        return text
    clear = int(table["clear"].sum())
    ranges = f"{counted(clear, 'range', 'ranges')} {verb(clear, 'leaves', 'leave')} zero out"
    first = table.iloc[int(table["estimate"].abs().argmax())]
    size = percent(abs(first["estimate"]), 1)
    way = "less" if first["estimate"] < 0 else "more"
    return f"{text} {capital(ranges)}. Furthest from zero: {first['name']}, {size} {way}."
