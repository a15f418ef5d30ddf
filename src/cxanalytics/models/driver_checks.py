"""Can what the drivers explain be shared out among them, and how far can the shares be trusted?

Refusals come first: too few answers, or drivers that overlap so much that nobody can say whose
part is whose. Checks ride along.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cxanalytics.errors import ModelError
from cxanalytics.formats import list_words
from cxanalytics.models.answers import AnswerRows
from cxanalytics.models.recommendation import OVERLAP
from cxanalytics.numerics.importance import inflation
from cxanalytics.numerics.importance_bootstrap import Units
from cxanalytics.rules import DIFFERENCE
from cxanalytics.tables import Check

Floats = NDArray[np.float64]

CORRELATION = 0.9
"""Correlation of two drivers above which they are not told apart."""

PEOPLE_PER_DRIVER = 30
"""Respondents needed for each driver."""

EVENTS = 100
"""Positive answers, and other answers, needed."""

LITTLE = 0.25
"""Share of the differences in the outcome below which the drivers explain only little."""

AGREE_WITHIN = 0.05
"""Largest difference between ordinal and linear shares that passes."""

FEWEST_AT_ANSWER = 30
"""People at an answer to a driver before its share of positive answers is looked at."""


@dataclass(frozen=True, slots=True)
class Player:
    """A driver, or a group of drivers, that gets a share.

    Attributes
    ----------
    key, label, group : str
    columns : tuple of int
        Of the design.
    """

    key: str
    label: str
    group: str
    columns: tuple[int, ...]


def refuse_few_answers(rows: AnswerRows) -> None:
    """Refuse too few respondents, or too few of either kind.

    Parameters
    ----------
    rows : AnswerRows

    Raises
    ------
    ModelError
    """
    people = float(rows.people.sum())
    needed = PEOPLE_PER_DRIVER * len(rows.drivers)
    if people < needed:
        raise ModelError(
            f"Sharing out what {len(rows.drivers)} drivers explain needs at least {needed} people; "
            f"got {people:,.0f}. Use fewer drivers, or more answers."
        )
    positive = float(rows.people @ rows.positive)
    for kind, number in (("positive", positive), ("other", people - positive)):
        if number < EVENTS:
            raise ModelError(
                f"Sharing out what drivers explain needs at least {EVENTS} positive and {EVENTS} "
                f"other answers; got {number:,.0f} {kind} ones."
            )


def refuse_overlap(
    rows: AnswerRows, players: Sequence[Player], covariance: Floats
) -> tuple[Check, ...]:
    """Refuse players that cannot be told apart; say how far the closest can.

    Parameters
    ----------
    rows : AnswerRows
    players : sequence of Player
    covariance : ndarray of shape (drivers, drivers)
        Of the drivers, with all that is held constant taken out.

    Returns
    -------
    tuple of Check

    Raises
    ------
    ModelError
        A driver that does not vary, a correlation above .9, or a variance inflation above 10.
    """
    labels = [rows.survey.question(name).label for name in rows.drivers]
    spread = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    for label, size in zip(labels, spread, strict=True):
        if size == 0:
            raise ModelError(f"{label} must vary among the people compared; all gave one answer.")
    correlation = covariance / np.outer(spread, spread)
    of = {column: place for place, player in enumerate(players) for column in player.columns}
    for i, first in enumerate(labels):
        for j, second in enumerate(labels[:i]):
            if of[i] != of[j] and abs(correlation[i, j]) > CORRELATION:
                raise ModelError(
                    f"{second} and {first} must be told apart to share out what they explain; "
                    f"their correlation is {correlation[i, j]:.2f} (at most {CORRELATION:g}). "
                    f"Merge them, or leave one out."
                )
    factors = inflation(covariance, [player.columns for player in players])
    worst = int(np.argmax(factors))
    if not factors[worst] <= OVERLAP:
        raise ModelError(
            f"{players[worst].label} must not follow from the other drivers; its variance "
            f"inflation is {factors[worst]:.1f} (at most {OVERLAP:g}). Merge it with one of them, "
            f"or leave it out."
        )
    text = (
        f"Most predictable from the other drivers: {players[worst].label}, variance inflation "
        f"{factors[worst]:.1f} (at most {OVERLAP:g})."
    )
    return (Check("overlap", True, text),)


def explained_check(r_squared: float, r_squared_linear: float) -> Check:
    """Say how much there is to share out."""
    enough = r_squared_linear >= LITTLE
    text = (
        f"All drivers together explain {'' if enough else 'only '}{r_squared_linear:.0%} of the "
        f"differences in the answer between people (McFadden's pseudo R2 is {r_squared:.3f})."
    )
    return Check("explained", enough, text)


def agreement_check(players: Sequence[Player], ordinal: Floats, linear: Floats) -> Check:
    """Compare with the shares of a linear model."""
    gap = np.abs(ordinal - linear)
    worst = int(np.argmax(gap))
    text = (
        f"A linear model shares out alike to within {100 * gap[worst]:.1f} points "
        f"({players[worst].label}); rank correlation {rank_agreement(ordinal, linear):.2f}."
    )
    return Check("agreement", bool(gap[worst] <= AGREE_WITHIN), text)


def rank_agreement(first: Floats, second: Floats) -> float:
    """Correlate the ranks of two lists of shares."""
    return float(np.corrcoef(stats.rankdata(first), stats.rankdata(second))[0, 1])


def direction_of(signs: Floats, player: Player) -> int:
    """Give the one clear sign of a player's coefficients; 0 where none is clear, or they differ.

    Parameters
    ----------
    signs : ndarray of shape (drivers,)
        -1, 0 or 1; 0 where the range of a coefficient holds zero.
    player : Player

    Returns
    -------
    int
    """
    clear = set(signs[list(player.columns)]) - {0.0}
    return int(clear.pop()) if len(clear) == 1 else 0


def direction_check(players: Sequence[Player], signs: Floats) -> Check:
    """Name the drivers whose better answers clearly go with worse outcomes."""
    downward = [p.label for p in players if direction_of(signs, p) < 0]
    open_ones = [p for p in players if direction_of(signs, p) == 0]
    mixed = [p.label for p in open_ones if signs[list(p.columns)].any()]
    unclear = [p.label for p in open_ones if p.label not in mixed]
    parts = []
    if downward:
        parts.append(f"Better answers to {list_words(downward)} go with a worse outcome")
    if mixed:
        parts.append(f"The drivers of {list_words(mixed)} point in different directions")
    others = f" No clear direction: {list_words(unclear)}." if unclear else ""
    if parts:
        text = f"{'. '.join(parts)}, the other drivers held equal.{others}"
        return Check("direction", False, text)
    if len(unclear) == len(players):
        return Check("direction", None, "No driver has a clear direction, the others held equal.")
    which = "every other driver" if unclear else "every driver"
    text = f"Better answers to {which} go with a better outcome, the others held equal.{others}"
    return Check("direction", True, text)


def rising_check(rows: AnswerRows) -> Check:
    """Look whether the share of positive answers rises from answer to answer of each driver."""
    weight = rows.survey.frame["weight"].to_numpy(dtype=float)
    falling = []
    for column, name in enumerate(rows.drivers):
        _, place = np.unique(rows.design[:, column], return_inverse=True)
        people = np.bincount(place, rows.people)
        share = np.bincount(place, weight * rows.positive) / np.bincount(place, weight)
        share = share[people >= FEWEST_AT_ANSWER]
        if (np.diff(share) < -DIFFERENCE).any() and (np.diff(share) > DIFFERENCE).any():
            falling.append(rows.survey.question(name).label)
    if not falling:
        text = "The share of positive answers runs one way along the answers to every driver."
        return Check("one_way", True, text)
    text = (
        f"The share of positive answers rises and falls along the answers to "
        f"{list_words(falling)}; a straight line misses some of what it explains."
    )
    return Check("one_way", False, text)


def separable_check(frame: pd.DataFrame) -> Check:
    """Say which shares can be told from an equal one."""
    equal = 1.0 / len(frame)
    apart = frame.loc[(frame["conf_low"] > equal) | (frame["conf_high"] < equal), "label"]
    if apart.empty:
        text = f"No share can be told from an equal share of {equal:.0%}."
        return Check("separable", False, text)
    text = f"Told from an equal share of {equal:.0%}: {list_words(list(apart))}."
    return Check("separable", True, text)


def resample_check(resamples: int, units: Units, by: str) -> Check:
    """Say what was resampled."""
    unit = {"agency": "agencies", "psu": "sampling units", "respondent": "respondents"}[by]
    text = f"Ranges come from {resamples:,} resamples of {units.drawn:,} {unit}"
    dealt = len(units.stratum)
    return Check(
        "resamples",
        None,
        f"{text}, dealt at random into {dealt:,} groups." if dealt < units.drawn else f"{text}.",
    )
