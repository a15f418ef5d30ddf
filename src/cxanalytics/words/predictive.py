"""Did the stabilized score foretell the next wave better, said by a rule and with its range?

"Better" and "worse" are said only where the interval of the saved error leaves zero out; else the
data cannot tell, which is said as plainly.
"""

from __future__ import annotations

import pandas as pd

from cxanalytics.formats import count, fixed, percent, points, share_range
from cxanalytics.tables import Estimates
from cxanalytics.words.grammar import counted
from cxanalytics.words.nouns import Nouns

FORECAST_NAMES = {
    "stabilized": "Stabilized score",
    "raw": "Raw score, as last time",
    "average": "Average of all",
}


def say_error(error: float, unit: str) -> str:
    """Print the size of an error: in points for a share, else in units of the score.

    Parameters
    ----------
    error : float
    unit : str
        "share" or "score".

    Returns
    -------
    str
    """
    return points(error, 1).removeprefix("+") if unit == "share" else fixed(error, 2)


def say_predictive_check(estimates: Estimates) -> str:
    """Say which score foretold the next wave better.

    Parameters
    ----------
    estimates : Estimates
        From `fit_predictive_check`.

    Returns
    -------
    str
        One or two sentences.
    """
    facts = estimates.facts
    less, low, high = (float(facts[name]) for name in ("less_error", "less_low", "less_high"))
    likely = f"likely {share_range(low, high)}" if low >= 0 else f"likely up to {percent(high)}"
    if facts["verdict"] == "better":
        return (
            f"Yes: stabilized scores foretold the next wave with {percent(less)} less error than "
            f"raw scores ({likely})."
        )
    if facts["verdict"] == "worse":
        return (
            f"No: stabilized scores foretold the next wave with {percent(-less)} more error than "
            f"raw scores (likely {share_range(-high, -low)})."
        )
    size = f"{percent(abs(less))} {'less' if less >= 0 else 'more'} error"
    return (
        f"The data cannot tell: stabilized scores had {size} than raw scores, but the range runs "
        f"from {percent(max(-low, 0.0))} more to {percent(max(high, 0.0))} less."
    )


def say_title_predictive_check(estimates: Estimates) -> str:
    """Say in a title which forecast came nearer to the next wave.

    Parameters
    ----------
    estimates : Estimates
        As in `say_predictive_check`.

    Returns
    -------
    str
    """
    told = {
        "better": "Stabilized scores came nearer to the next wave than raw scores",
        "worse": "Raw scores came nearer to the next wave than stabilized scores",
    }
    unclear = "Whether stabilized or raw scores came nearer to the next wave is not clear"
    return told.get(str(estimates.facts["verdict"]), unclear)


def say_predictive_note(estimates: Estimates, *, nouns: Nouns) -> str:
    """Say what the errors are, what they rest on, and what is left to chance.

    Parameters
    ----------
    estimates : Estimates
    nouns : Nouns

    Returns
    -------
    str
    """
    facts = estimates.facts
    agencies = counted(int(facts["agencies"]), nouns.organization, nouns.organizations)
    pairs, waves = (count(float(facts[name])) for name in ("pairs", "waves"))
    floor = say_error(float(facts["floor"]), str(facts["unit"]))
    return (
        "A common rise or fall counts for no forecast. Chance in the next wave alone leaves an "
        f"error of about {floor} to any forecast, the truth included. Base: {agencies} shown in "
        f"both waves, {pairs} forecasts, {waves} waves."
    )


def say_alt_predictive_check(table: pd.DataFrame, *, unit: str) -> str:
    """Describe the chart of errors.

    Parameters
    ----------
    table : DataFrame
        `name estimate`, from `predictive_check_table`.
    unit : str
        "share" or "score".

    Returns
    -------
    str
    """
    text = "Dot-and-range chart of the usual error of each forecast of the next wave."
    if table.empty:
        return text
    best = table.iloc[int(table["estimate"].to_numpy().argmin())]
    return f"{text} The smallest is that of “{best['name']}”, {say_error(best['estimate'], unit)}."
