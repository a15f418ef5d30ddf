"""May published counts of other agencies serve as peers?

Only where question, wording and scale are the same. A peer is compared with and never reported on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from cxanalytics.columns import show
from cxanalytics.errors import DataError
from cxanalytics.formats import count as count_text
from cxanalytics.formats import list_words
from cxanalytics.scales import unlike
from cxanalytics.sources._cells import key
from cxanalytics.sources._together import as_rows, one_frame, shared_mix
from cxanalytics.tables import Check, Survey


def add_peers(own: Survey, peers: Survey, *, questions: Sequence[str]) -> Survey:
    """Let agencies of published counts stand beside a study's own as peers.

    Parameters
    ----------
    own : Survey
    peers : Survey
        Published counts (`counts`), in waves of `own`, or without waves where `own` has one.
    questions : sequence of str
        Names of the questions to compare, the outcome among them.

    Returns
    -------
    Survey
        With the peers in `only_peers`. Where `own` holds respondents, each published answer
        becomes a row of weight 1.

    Raises
    ------
    DataError
        A question is unknown, is on another scale or in other words; an agency stands on both
        sides; the peers are no counts, or are of other waves.
    """
    if not peers.counts:
        raise DataError("`peers` must hold published counts; got one row per respondent.")
    if own.outcome not in questions:
        raise DataError(
            f"`questions` must hold the outcome {own.outcome!r}; got "
            f"{', '.join(map(repr, questions)) or 'none'}."
        )
    unsure = [name for name in questions if _compare(own, peers, name)]
    _refuse_both_sides(own, peers)
    frame = _in_waves_of(own, peers)
    names = [question.name for question in own.questions]
    frame = frame.drop(columns=[name for name in names if name in frame and name not in questions])
    frame = frame.loc[frame[list(questions)].notna().any(axis=1)]
    if frame.empty:
        raise DataError("`peers` must hold an answer to a question that is compared; got none.")
    beside = replace(peers, frame=frame)
    mix, lost = shared_mix([own, beside], "the published counts")
    first, second = as_rows([own, beside])
    agencies = tuple(sorted(frame["agency"].unique()))
    return replace(
        own,
        frame=one_frame([first.frame, second.frame], names, mix),
        case_mix=mix,
        counts=first.counts and second.counts,
        notes=(*own.notes, *_peer_notes(own, frame, agencies, unsure), *lost),
        only_peers=tuple(sorted({*own.only_peers, *agencies})),
    )


def _compare(own: Survey, peers: Survey, name: str) -> bool:
    """Refuse a question that is not the same on both sides; True where that cannot be told."""
    for survey, whose in ((own, "the study; it has"), (peers, "the published counts; they have")):
        names = [question.name for question in survey.questions]
        if name not in names:
            raise DataError(f"`{name}` must be a question of {whose} {list_words(names)}.")
    mine, theirs = own.question(name), peers.question(name)
    why = unlike(mine, theirs)
    if why:
        raise DataError(f"`{name}` of the published counts may not serve for peers: {why}")
    return not (mine.wording and theirs.wording)


def _refuse_both_sides(own: Survey, peers: Survey) -> None:
    mine = {key(agency): agency for agency in own.agencies}
    both = [agency for agency in peers.agencies if key(agency) in mine]
    if both:
        raise DataError(
            f"An agency is either reported on or a peer; {show(both[0])} is both"
            f"{'' if len(both) == 1 else f', and {len(both) - 1} more'}. Leave it out of the "
            "published counts."
        )


def _in_waves_of(own: Survey, peers: Survey) -> pd.DataFrame:
    """Give the rows of the peers, in the waves of the study."""
    if peers.periods == own.periods:
        return peers.frame
    if peers.periods == [""] and len(own.periods) == 1:
        return peers.frame.assign(period=own.periods[0])
    known = list_words([show(period) for period in own.periods])
    if peers.periods == [""]:
        raise DataError(f"The published counts must name their wave, one of {known}; got none.")
    other = [period for period in peers.periods if period not in own.periods]
    if other:
        raise DataError(
            f"The published counts must be of the waves of the study, {known}; got "
            f"{show(other[0])}."
        )
    return peers.frame


def _peer_notes(
    own: Survey, frame: pd.DataFrame, agencies: Sequence[str], unsure: Sequence[str]
) -> list[Check]:
    answers = count_text(frame["weight"].sum())
    text = (
        f"{len(agencies)} peers come from published counts, {answers} answers. They are compared "
        "with and have no page of their own."
    )
    notes = [Check("published peers", None, text)]
    if not own.counts and (own.frame["weight"] != 1).any():
        text = "The answers of the peers have weight 1: published counts carry no survey weights."
        notes.append(Check("weights of peers", None, text))
    if unsure:
        text = (
            f"The wording is not given on both sides for {list_words(list(unsure))}: that it is "
            "the same could not be checked."
        )
        notes.append(Check("wording of peers", False, text))
    return notes
