"""What do the verdicts on parts of an organization, and on its past, stand on?

The same figures as behind a verdict on the whole: base, scores, gap, chances and the rule.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxanalytics.formats import count, percent, share_range
from cxanalytics.tables import Estimates
from cxanalytics.words.process_signs import name_point
from cxanalytics.words.scorecard import say_gap
from cxanalytics.words.why import say_verdict_chances, say_verdict_rule


def list_part_reasons(
    rows: pd.DataFrame, *, difference: float, beside: str, adjusted: bool = False
) -> list[tuple[str, str]]:
    """List what verdicts on departments or channels stand on: an entry each, and what they share.

    Parameters
    ----------
    rows : DataFrame
        `name n raw estimate conf_low conf_high gap gap_low gap_high p_above p_same p_below`; a part
        without a gap has nothing to be compared with.
    difference : float
        Smallest difference that matters, as a share.
    beside : str
        What a gap is measured against: "the average of the other channels".
    adjusted : bool
        Whether `estimate` is adjusted for who answered.

    Returns
    -------
    list of (str, str)
        Name and text.
    """
    made = "adjusted and stabilized" if adjusted else "stabilized"
    entries = []
    for _, row in rows.iterrows():
        likely = share_range(row["conf_low"], row["conf_high"])
        text = (
            f"{count(row['n'])} answers. Unadjusted {percent(row['raw'])}, {made} "
            f"{percent(row['estimate'])} ({likely})."
        )
        if pd.notna(row["gap"]):
            chances = say_verdict_chances(row, difference)
            text = f"{text} Gap {say_gap(row)}. {chances}"
        entries.append((str(row["name"]), text))
    return [*entries, ("Gap", f"To {beside}"), ("Rule", say_verdict_rule(difference))]


def list_history_reasons(row: pd.Series[Any], history: Estimates) -> list[tuple[str, str]]:
    """List what the verdict on an agency's past stands on.

    Parameters
    ----------
    row : Series
        The latest point of `Estimates.frame` that is shown.
    history : Estimates
        From `benchmark_history`; facts `every` and `run`.

    Returns
    -------
    list of (str, str)
        Name and text.
    """
    every, run = str(history.facts["every"]), int(history.facts["run"])
    latest = name_point(str(row["point"]), every=every)
    base = "" if pd.isna(row["n"]) else f"{count(row['n'])} in {latest}"
    usual = "Not yet known"
    if pd.notna(row["low"]):
        usual = f"{share_range(row['low'], row['high'])}, around {percent(row['center'])}"
    entries = [
        ("Answers", base),
        ("Score", f"{percent(row['estimate'])} in {latest}, unadjusted and not stabilized"),
        ("Usual range", usual),
        ("Peers", "None: the past of the same scores alone"),
        (
            "Rule",
            f"A sign of change: a {every} outside the usual range, or {run} in a row on one side "
            "of its middle. Otherwise no sign.",
        ),
    ]
    return [(name, text) for name, text in entries if text]
