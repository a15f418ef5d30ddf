"""What did reading the UK Civil Service People Survey drop, keep and notice?"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cxanalytics.columns import show
from cxanalytics.formats import count as count_text
from cxanalytics.formats import list_words
from cxanalytics.sources._csps_measures import ANXIOUS, CALM, RESPONSE_RATE
from cxanalytics.sources._csps_names import WITH_AGENCIES
from cxanalytics.tables import Check

LISTED = 5

NOTES = (
    Check(
        "no counts",
        None,
        "The publisher gives no number of answers: no range can be given to any score.",
    ),
    Check(
        "rounding",
        None,
        "Scores are whole percents to 2020 and have decimals from 2021: a change of less than a "
        "point up to 2021 may be rounding.",
    ),
    Check(
        "departments",
        None,
        "`department` is the publisher's grouping of the year, whose names change between years.",
    ),
)


def tell(every: pd.DataFrame, frame: pd.DataFrame) -> tuple[Check, ...]:
    """Say what became of the rows.

    Parameters
    ----------
    every : DataFrame
        All rows as read: `year name label value uid measure`, and whether the name is in neither
        list (`unnamed`), no organization (`made_up`), or the answer not "yes" (`other`).
    frame : DataFrame
        The scores kept.

    Returns
    -------
    tuple of Check
    """
    real = every.loc[~every["made_up"]]
    return (
        *NOTES,
        *_flow(every, real, len(frame)),
        _pseudo_note(every.loc[every["made_up"]]),
        *_level_note(frame),
        _names_note(frame),
        *_unknown_notes(real),
        *_other_note(real),
        *_rate_note(real.loc[real["measure"] == RESPONSE_RATE]),
        *_anxious_note(set(frame["measure"])),
    )


def _flow(every: pd.DataFrame, real: pd.DataFrame, kept: int) -> list[Check]:
    """Count the values from the file to the table; each is left out for one reason."""
    rates = real["measure"] == RESPONSE_RATE
    lost = real["measure"] == ""
    steps = (
        ("rows read", len(every), "read, one per organization, year and measure."),
        ("rows of no organization", int(every["made_up"].sum()), "left out: medians and means."),
        ("rows of no measure", int(lost.sum()), "left out: their labels lead to no measure."),
        ("rows of other answers", int((real["other"] & ~lost).sum()), 'left out: not "yes".'),
        ("rows of response rates", int(rates.sum()), "set apart: no scores."),
        ("rows kept", kept, "kept."),
    )
    must = ("rows read", "rows kept")
    return [
        Check(name, None, f"{count_text(number)} rows {text}")
        for name, number, text in steps
        if number or name in must
    ]


def _pseudo_note(rows: pd.DataFrame) -> Check:
    waves = len(rows[["year", "name"]].drop_duplicates())
    text = (
        f"{count_text(len(rows))} values of the publisher's own median and mean, which stand among "
        f"the organizations {count_text(waves)} times, are left out."
    )
    return Check("not organizations", None, text)


def _level_note(frame: pd.DataFrame) -> list[Check]:
    both = sorted(frame.loc[frame["level"] == WITH_AGENCIES, "agency"].unique())
    if not both:
        return []
    text = (
        f"{list_words(both)} {'is a department' if len(both) == 1 else 'are departments'} together "
        "with the agencies, which also stand on their own: compare within `level`, or the same "
        "people count twice."
    )
    return [Check("departments with their agencies", None, text)]


def _names_note(frame: pd.DataFrame) -> Check:
    variants = frame["name"].nunique()
    return Check(
        "names of organizations",
        None,
        f"{count_text(variants)} published names stand for {count_text(frame['uid'].nunique())} "
        "organizations; each goes by its latest name. Some were reorganized under one name.",
    )


def _unknown_notes(real: pd.DataFrame) -> list[Check]:
    notes, unnamed = [], real.loc[real["unnamed"]]
    if len(unnamed):
        names = sorted(unnamed["name"].unique())
        text = f"{_listed(names)} {'is' if len(names) == 1 else 'are'} in neither list of names."
        notes.append(Check("unknown names", False, f"{text} Each stands on its own, unchanged."))
    lost = real.loc[real["measure"] == ""]
    if len(lost):
        text = (
            f"{count_text(len(lost))} values are left out, because their labels lead to no measure"
        )
        notes.append(
            Check("unknown labels", False, f"{text}: {_listed(sorted(lost['label'].unique()))}.")
        )
    return notes


def _listed(names: Sequence[str]) -> str:
    more = len(names) - LISTED
    shown = [show(name) for name in names[:LISTED]]
    return list_words(shown + ([f"{count_text(more)} more"] if more > 0 else []))


def _other_note(real: pd.DataFrame) -> list[Check]:
    others = int((real["other"] & (real["measure"] != "")).sum())
    if not others:
        return []
    text = (
        f'{count_text(others)} shares of "no" and "prefer not to say" are left out: only the share '
        'of "yes" was published in every year.'
    )
    return [Check("other answers", None, text)]


def _rate_note(rates: pd.DataFrame) -> list[Check]:
    if rates.empty:
        return []
    over = rates.loc[rates["value"] > 100]
    text = f"{count_text(len(rates))} response rates are kept beside the scores, none as a score."
    if len(over):
        named = [f"{name} {year}" for name, year in zip(over["name"], over["year"], strict=True)]
        text += f" {count_text(len(over))} exceed 100%: {list_words(named)}."
    return [Check("response rates", not len(over), text)]


def _anxious_note(found: set[str]) -> list[Check]:
    if not {ANXIOUS, CALM} <= found:
        return []
    text = (
        "To 2017 and in 2020 the share who felt anxious 0 to 3 of 10 was published, in the other "
        "years since 2018 the share who felt anxious 6 to 10: two measures, not one series."
    )
    return [Check("anxiety", None, text)]
