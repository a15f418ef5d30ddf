"""Has a score really changed since the last wave?

The words use the probability that the change exceeds the smallest difference that matters, with
the scale of `rules.CERTAINTIES`. A change that cannot be compared says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from cxanalytics.formats import certain, points_range, signed
from cxanalytics.rules import (
    CHANGED_WORDING,
    FEW,
    REORGANIZED,
    THRESHOLDS,
    Thresholds,
    certainty,
)

NO_CHANGE = "no clear change"


@dataclass(frozen=True, slots=True)
class Change:
    """A change as a number and words.

    Attributes
    ----------
    number : str
        In points: "+2", "−4", "0"; "" where nothing can be compared.
    words : str
        "likely a real rise", "no clear change", or why there is no number.
    kind : str
        "rise", "fall", "none" or "".
    certain : str
        For example "97% certain"; "" without a call.
    range : str
        Likely range in points: "−1 to +4"; "" without a number.
    """

    number: str
    words: str
    kind: str
    certain: str = ""
    range: str = ""


def say_change(
    row: pd.Series[Any],
    *,
    changed: str = "",
    reorganized: str = "",
    next_update: str = "",
    thresholds: Thresholds = THRESHOLDS,
) -> Change:
    """Say the change of one measure since the last wave.

    Parameters
    ----------
    row : Series
        A row of `Benchmark.frame`; without change columns it is a first wave.
    changed : str
        Name of the wave in which the question's wording changed; "" if not known.
    reorganized : str
        Name of the wave from which this is another organization; "" if not known.
    next_update : str
        When the next wave comes, for a first wave.
    thresholds : Thresholds

    Returns
    -------
    Change
    """
    if row["suppressed_reason"] != "":
        return Change(number="", words="", kind="")
    change = row.get("change")
    if changed or reorganized or change is None or pd.isna(change):
        reason = row.get("change_reason")
        if changed or reorganized:
            reason = CHANGED_WORDING if changed else REORGANIZED
        words = _why(row, reason, changed or reorganized, next_update, thresholds)
        return Change(number="", words=words, kind="")
    number = signed(100 * change)
    likely = points_range(row["change_low"], row["change_high"])
    for kind, column in (("rise", "p_rise"), ("fall", "p_fall")):
        entry = certainty(row[column])
        if entry is not None:
            sure = f"{certain(row[column])} certain"
            words = f"{entry.word} a real {kind}"
            return Change(number=number, words=words, kind=kind, certain=sure, range=likely)
    return Change(number=number, words=NO_CHANGE, kind="none", range=likely)


def _why(
    row: pd.Series[Any], reason: object, wave: str, next_update: str, thresholds: Thresholds
) -> str:
    if reason == FEW:
        # The other wave's base is not in the row: with weights, its answers may have been enough.
        if row.get("n", 0.0) >= thresholds.wave and row.get("n_eff", row["n"]) != row["n"]:
            return "Too few answers once weighted in one wave; not comparable"
        return f"Fewer than {thresholds.wave} answers in one wave; not comparable"
    if reason in (CHANGED_WORDING, REORGANIZED):
        what = "Question changed" if reason == CHANGED_WORDING else "Reorganized"
        return f"{what}{f' in {wave}' if wave else ''}; not comparable"
    later = f" Next: {next_update}" if next_update else ""
    return f"First wave: nothing to compare yet.{later}"
