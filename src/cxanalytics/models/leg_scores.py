"""How clear are expectations, how well equipped are staff, and how fair are rewards?

Each leg is an index of the items that the study maps to it: the mean over items of the share of
positive answers, from staff who answered two thirds of them. It is scored by agency, so that it is
benchmarked like any score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from cxanalytics.disclosure import publishable_rows
from cxanalytics.errors import ModelError, ParamsError, must_be
from cxanalytics.models.morale import ITEMS_NEEDED
from cxanalytics.models.sampling import role_codes, sampling_units, weights_and_counts
from cxanalytics.models.scores import fit_scores
from cxanalytics.numerics.survey_design import DomainEstimates, domain_means, survey_design
from cxanalytics.rules import LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Estimates, Survey

Array = NDArray[np.float64]

LEGS = ("expectations", "capabilities", "rewards")
NO_LEGS = "No staff items are mapped to expectations, capabilities or rewards."


def fit_leg_scores(
    staff: Survey,
    *,
    legs: Mapping[str, Sequence[str]],
    period: str | None = None,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> dict[str, Estimates]:
    """Score expectations, capabilities and rewards by agency, as staff see them.

    Parameters
    ----------
    staff : Survey
        Answers of staff.
    legs : mapping of str to sequence of str
        Leg ("expectations", "capabilities", "rewards") to its items.
    period : str, optional
        One wave; the latest by default.
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        Smallest numbers of answers; agencies that may not be shown on any item are left out.

    Returns
    -------
    dict of str to Estimates
        By leg, a row per agency with `n_eff`: what `benchmark_scores` takes.

    Raises
    ------
    DataError
        An item is no question of the survey.
    ParamsError
        A leg is unknown or has no items.
    ModelError
        No leg is mapped, or no agency may be shown.

    Assumes
    -------
    As `fit_scores`; a skipped item is like those answered.

    Reference
    ---------
    See `fit_scores`; methods.md#expectations-capabilities-and-rewards.
    """
    check_legs(staff, legs)
    wave = staff.in_period(period or staff.periods[-1])
    shown = shown_staff(wave, legs, thresholds)
    return {leg: _score(shown, leg, items, level, thresholds) for leg, items in legs.items()}


def check_legs(staff: Survey, legs: Mapping[str, Sequence[str]]) -> None:
    """Refuse legs that are unknown or empty, and items that the survey does not ask."""
    if not legs:
        raise ModelError(NO_LEGS)
    for leg, items in legs.items():
        if leg not in LEGS:
            raise ParamsError(must_be("legs", LEGS, leg))
        if not items:
            raise ParamsError(f"`legs` must give `{leg}` one item or more; got none.")
        for item in items:
            staff.question(item)


def shown_staff(staff: Survey, legs: Mapping[str, Sequence[str]], thresholds: Thresholds) -> Survey:
    """Keep people who answered on every leg, and agencies that may be shown with them.

    All legs have one base: two bases of one agency would give away those in one of them alone.
    """
    items = list(dict.fromkeys(item for each in legs.values() for item in each))
    values = np.column_stack([leg_values(staff, each) for each in legs.values()])
    whole = np.asarray(np.isfinite(values).all(axis=1))
    # The rows stay, without an answer: a group is a part of the design.
    answers = {item: staff.frame[item].where(whole) for item in items}
    staff = replace(staff, frame=staff.frame.assign(**answers))
    kept = publishable_rows(staff, measure=items, thresholds=thresholds)
    if not kept.any():
        raise ModelError("No agency has staff answers enough to be shown.")
    return replace(staff, frame=staff.frame.loc[kept].reset_index(drop=True))


def leg_values(staff: Survey, items: Sequence[str]) -> Array:
    """Give each person's index of one leg; NaN with fewer than two thirds of the items."""
    parts = []
    for item in items:
        answers = staff.frame[item].to_numpy(dtype=float)
        flags = staff.question(item).scale.is_positive(answers).astype(float)
        parts.append(np.where(np.isnan(answers), np.nan, flags))
    table = np.column_stack(parts)
    answered = np.isfinite(table).sum(axis=1)
    enough = answered >= ITEMS_NEEDED * len(items) - 1e-9
    total = np.nansum(table, axis=1)
    return np.where(enough, total / np.maximum(answered, 1), np.nan)


def agency_means(staff: Survey, values: Array, agencies: Sequence[str]) -> DomainEstimates:
    """Take design-based means of one value per person in each agency."""
    frame = staff.frame
    place = {agency: number for number, agency in enumerate(agencies)}
    domains = frame["agency"].map(place).fillna(-1).to_numpy(dtype=np.int64)
    weights, counts = weights_and_counts(staff)
    design = survey_design(
        len(frame), psu=sampling_units(frame), strata=role_codes(frame, "stratum"), counts=counts
    )
    return domain_means(values, design=design, weights=weights, domains=domains)


def _score(
    staff: Survey, leg: str, items: Sequence[str], level: float, thresholds: Thresholds
) -> Estimates:
    """Score one leg; a leg of one item is the score of that question."""
    quantity = f"Share of positive answers on {leg}"
    if len(items) == 1:
        found = fit_scores(staff, measure=items[0], level=level, thresholds=thresholds)
        facts = {**found.facts, "measure": leg, "items": 1}
        return replace(found, quantity=quantity, facts=facts)
    values = leg_values(staff, items)
    answered = staff.frame.loc[np.isfinite(values)]
    agencies = sorted(answered["agency"].astype(str).unique())
    got = agency_means(staff, values, agencies)
    half = student.ppf(0.5 + level / 2.0, got.degrees_of_freedom) * got.std_error
    table = pd.DataFrame(
        {
            "key": agencies,
            "estimate": got.estimate,
            "std_error": got.std_error,
            "conf_low": np.clip(got.estimate - half, 0.0, 1.0),
            "conf_high": np.clip(got.estimate + half, 0.0, 1.0),
            "n": got.n,
            "n_eff": got.n_eff,
            "deff": got.deff,
            "degrees_of_freedom": got.degrees_of_freedom,
        }
    )
    covariance = got.covariance.copy()
    hidden = (table["n"] < thresholds.hide).to_numpy()
    table.loc[hidden, [name for name in table if name not in ("key", "n")]] = np.nan
    covariance[hidden, :], covariance[:, hidden] = np.nan, np.nan
    return Estimates(
        frame=table,
        quantity=quantity,
        level=level,
        covariance=covariance,
        checks=staff.notes,
        facts={"measure": leg, "statistic": "positive", "by": "agency", "items": len(items)},
    )
