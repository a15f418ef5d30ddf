"""How near do estimates come to a known truth, and where do they miss it?"""

from __future__ import annotations

import pandas as pd

from cxanalytics.formats import list_words, number_word

UNKNOWN = "The truth is known of made-up data only."


def say_truth(beside: pd.DataFrame) -> str:
    """Count the ranges that hold the truth.

    Parameters
    ----------
    beside : DataFrame
        Columns `what inside`.

    Returns
    -------
    str
        One sentence.
    """
    if beside.empty:
        return UNKNOWN
    own = beside["what"] == "agency"
    told = [
        f"{int(part['inside'].sum())} of {len(part)} ranges of {name}"
        for name, part in (("the models", beside.loc[~own]), ("single scores", beside.loc[own]))
        if len(part)
    ]
    return f"{list_words(told)} hold the truth."


def say_truth_note(beside: pd.DataFrame) -> str:
    """Say which estimates miss the truth, and why associations may.

    Parameters
    ----------
    beside : DataFrame
        Columns `what label inside estimate truth`.

    Returns
    -------
    str
        "" where no model misses.
    """
    return " ".join(filter(None, (_drivers_missed(beside), _morale_missed(beside))))


def _morale_missed(beside: pd.DataFrame) -> str:
    missed = beside.loc[(beside["what"] == "morale") & ~beside["inside"]]
    nearer = int((missed["estimate"].abs() < missed["truth"].abs()).sum())
    if missed.empty or not nearer:
        return ""
    one = f"{number_word(nearer).capitalize()} of the models of morale"
    verb = "lies" if nearer == 1 else "lie"
    return f"{one} {verb} too near zero: chance in the morale index hides part of the relation."


def _drivers_missed(beside: pd.DataFrame) -> str:
    missed = beside.loc[(beside["what"] == "driver") & ~beside["inside"]]
    if missed.empty:
        return ""
    above = int((missed["estimate"] > missed["truth"]).sum())
    count = number_word(len(missed))
    verb = "misses" if len(missed) == 1 else "miss"
    return (
        f"{count.capitalize()} of the drivers {verb}, {number_word(above)} from above: answers of "
        "one person share a mood, which no model of one questionnaire can take out. The truth is "
        "what would follow from raising the driver alone."
    )
