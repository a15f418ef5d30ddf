"""Whose answers to the staff items count, and in which unit do they stand?

One base for every figure about the items: agencies that may be shown on all of them, people who
answered two thirds of them, and units of a wave with people enough. A base that differs from figure
to figure could give a small team back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.disclosure import publishable_rows, publishable_units
from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.models.answers import agencies_in_words
from cxanalytics.models.morale import ITEMS_NEEDED
from cxanalytics.models.sampling import need_answers
from cxanalytics.rules import MISSING_AT_MOST, Thresholds
from cxanalytics.tables import Check, Survey

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class StaffRows:
    """Answers of staff, a row per person.

    Attributes
    ----------
    items : tuple of str
    codes : ndarray of shape (people, items)
        Answers from 0, the worst, upward; NaN is missing.
    choices : ndarray of shape (items,)
        Answers that each item's scale has.
    unit : ndarray of int, shape (people,)
        Place in `units`.
    units : DataFrame
        `agency unit period`, a row per unit and wave; `unit` is "" where agencies are the units.
    checks : tuple of Check
    """

    items: tuple[str, ...]
    codes: Floats
    choices: Integers
    unit: Integers
    units: pd.DataFrame
    checks: tuple[Check, ...]

    @property
    def positions(self) -> Floats:
        """Answers as positions on their scales, from 0 to 1."""
        return self.codes / (self.choices - 1.0)

    @property
    def agency(self) -> Integers:
        """Number the agency of each person."""
        place = pd.factorize(self.units["agency"], sort=True)[0]
        return np.asarray(place, dtype=np.int64)[self.unit]

    def columns(self, items: Sequence[str]) -> list[int]:
        """Find the places of some items."""
        return [self.items.index(item) for item in items]

    def score(self, items: Sequence[str]) -> Floats:
        """Give each person's mean position on some items; NaN below two thirds of them."""
        part = self.positions[:, self.columns(items)]
        answered = np.isfinite(part).sum(axis=1)
        enough = answered >= ITEMS_NEEDED * part.shape[1] - 1e-9
        return np.where(enough, np.nansum(part, axis=1) / np.maximum(answered, 1), np.nan)


def staff_rows(
    survey: Survey, *, items: Sequence[str], period: str | None, thresholds: Thresholds
) -> StaffRows:
    """Choose the people and units for figures about staff items.

    Parameters
    ----------
    survey : Survey
    items : sequence of str
        Questions, each once.
    period : str, optional
        One wave; all waves by default, each unit and wave a unit of its own.
    thresholds : Thresholds
        Agencies that may not be shown are left out, and units with fewer people than `team`,
        with those that protect them.

    Returns
    -------
    StaffRows

    Raises
    ------
    DataError
        A question or wave that does not exist.
    ParamsError
        No items.
    ModelError
        Nobody is left, or `survey` is `Published`.
    """
    need_answers(survey)
    if not items:
        raise ParamsError("`items` must name a question or more; got none.")
    wave = survey if period is None else survey.in_period(period)
    scales = [wave.question(item).scale for item in items]
    frame = wave.frame
    shown = publishable_rows(wave, measure=items, thresholds=thresholds).to_numpy()
    hidden = frame["agency"].nunique() - frame.loc[shown, "agency"].nunique()
    named = shown & (frame["unit"].notna().to_numpy() if "unit" in frame else True)
    part = frame.loc[named]
    if wave.counts:
        part = part.loc[part.index.repeat(part["weight"].astype(int))]
    codes = np.column_stack(
        [scale.codes(part[item].to_numpy()) for item, scale in zip(items, scales, strict=True)]
    ).astype(float)
    codes[codes < 0] = np.nan
    enough = np.isfinite(codes).sum(axis=1) >= ITEMS_NEEDED * len(items) - 1e-9
    missing = np.isnan(codes).mean(axis=0) if len(codes) else np.zeros(len(items))
    place, units = _units(part.loc[enough])
    sizes = units.assign(n=np.bincount(place, minlength=len(units)))
    kept = publishable_units(sizes, thresholds=thresholds).to_numpy()
    if not kept.any():
        raise ModelError(
            f"Figures about staff items need a unit with {thresholds.team} answers; got none."
        )
    there = kept[place]
    return StaffRows(
        items=tuple(items),
        codes=codes[enough][there],
        choices=np.array([len(scale.answers) for scale in scales]),
        unit=(np.cumsum(kept) - 1)[place[there]],
        units=units.loc[kept].reset_index(drop=True),
        checks=_checks(items, missing, hidden, int((~kept).sum()), thresholds),
    )


def _units(people: pd.DataFrame) -> tuple[Integers, pd.DataFrame]:
    names = ["agency", "unit", "period"]
    levels = people.reindex(columns=names, fill_value="").astype(str)
    place = np.asarray(levels.groupby(names, sort=True).ngroup(), dtype=np.int64)
    return place, levels.drop_duplicates().sort_values(names)


def _checks(
    items: Sequence[str], missing: Floats, hidden: int, small: int, thresholds: Thresholds
) -> tuple[Check, ...]:
    worst = int(missing.argmax())
    return (
        Check(
            "missing answers",
            bool(missing[worst] <= MISSING_AT_MOST),
            f"{items[worst]} was skipped most often, by {missing[worst]:.0%} of staff.",
        ),
        Check(
            "small agencies",
            None,
            f"Left out, because they may not be shown on some item: {agencies_in_words(hidden)}.",
        ),
        Check(
            "small units",
            None,
            f"Left out, because they or others beside them have fewer than {thresholds.team} "
            f"answers in a wave: {small:,} of the units.",
        ),
    )
