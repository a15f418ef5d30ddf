"""How much of what all drivers explain together is each one's, and how sure is that?

Shapley shares of an ordinal fit (Johnson's relative weights beyond 12 drivers), with ranges,
places and tiers from resampled sampling units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from cxanalytics.errors import ModelError
from cxanalytics.models.answers import (
    AnswerRows,
    answer_rows,
    choose_cluster,
    two_sided,
)
from cxanalytics.models.driver_checks import (
    Player,
    agreement_check,
    direction_check,
    direction_of,
    explained_check,
    rank_agreement,
    refuse_few_answers,
    refuse_overlap,
    resample_check,
    rising_check,
    separable_check,
)
from cxanalytics.models.driver_places import share_table
from cxanalytics.models.driver_sums import DriverSums, driver_sums
from cxanalytics.models.recommendation import SAME_SOURCE
from cxanalytics.models.sampling import need_answers
from cxanalytics.numerics.importance import (
    MOST_PLAYERS,
    relative_weights,
    shapley_values,
    subset_r_squared,
)
from cxanalytics.numerics.importance_bootstrap import expanded_tails
from cxanalytics.rules import NO_DRIVERS, Thresholds
from cxanalytics.tables import Check, Estimates, Survey

Floats = NDArray[np.float64]

RESAMPLES = 1_000
"""Resamples behind the ranges."""


@dataclass(frozen=True, slots=True)
class How:
    """The options of `fit_drivers`, under the same names."""

    drivers: Sequence[str] | None
    case_mix: Sequence[str] | None
    period: str | None
    statistic: str
    agency_effects: bool
    resamples: int
    cluster: str | None
    level: float
    seed: int
    thresholds: Thresholds


@dataclass(frozen=True, slots=True)
class _Shares:
    """Shares (k,) with resampled ones (resamples, k), and what stands beside them."""

    shares: Floats
    resampled: Floats
    linear: Floats
    r_squared: float
    coefficients: Floats

    @property
    def exact(self) -> bool:
        """Whether every subset was fitted."""
        return len(self.shares) <= MOST_PLAYERS


def read_drivers(survey: Survey, how: How) -> tuple[AnswerRows, list[Check]]:
    """Choose the rows, and refuse where there are too few.

    Parameters
    ----------
    survey : Survey
    how : How

    Returns
    -------
    tuple of AnswerRows and list of Check

    Raises
    ------
    DataError, ParamsError, ModelError
        As `fit_drivers`.
    """
    need_answers(survey)
    chosen = tuple(survey.drivers if how.drivers is None else how.drivers)
    if not chosen:
        raise ModelError(NO_DRIVERS)
    rows = answer_rows(
        survey,
        drivers=chosen,
        case_mix=tuple(survey.case_mix if how.case_mix is None else how.case_mix),
        period=how.period,
        statistic=how.statistic,
        thresholds=how.thresholds,
    )
    checks = list(rows.checks)
    kept = two_sided(rows, checks) if how.agency_effects else rows
    refuse_few_answers(kept)
    return kept, checks


def share_out(
    rows: AnswerRows, players: Sequence[Player], checks: list[Check], how: How
) -> Estimates:
    """Compute shares, ranges, places and tiers, and what speaks for and against them.

    Parameters
    ----------
    rows : AnswerRows
    players : sequence of Player
    checks : list of Check
        What was noticed so far.
    how : How

    Returns
    -------
    Estimates

    Raises
    ------
    ModelError
        Fewer than 2 players, or players that overlap.
    """
    if len(players) < 2:
        raise ModelError(f"Sharing out needs at least 2 drivers; got {len(players)}.")
    by, clusters = choose_cluster(rows, how.cluster)
    sums = driver_sums(
        rows,
        cluster=by,
        agency_effects=how.agency_effects,
        resamples=how.resamples,
        seed=how.seed,
    )
    checks += [clusters, *refuse_overlap(rows, players, sums.covariance[:-1, :-1])]
    found = _shares(sums, players)
    signs = _signs(sums, found.coefficients, level=how.level)
    direction = [direction_of(signs, player) for player in players]
    tails = expanded_tails(how.level, sums.units.degrees_of_freedom)
    frame = share_table(players, found.shares, found.resampled, tails=tails, level=how.level)
    frame["direction"] = direction
    frame["n"] = float(rows.people.sum())
    linear = float(subset_r_squared(sums.covariance, [range(len(rows.drivers))])[-1])
    checks += [
        explained_check(found.r_squared, linear),
        separable_check(frame),
        direction_check(players, signs),
        rising_check(rows),
        _method_check(players, found),
        resample_check(how.resamples, sums.units, by),
        Check("same_source", False, SAME_SOURCE),
    ]
    tied = frame["tier"].eq(1).sum() > 1
    return Estimates(
        frame=frame,
        quantity="Share of what the drivers explain together",
        level=how.level,
        covariance=np.cov(found.resampled.T),
        draws=found.resampled,
        checks=(*rows.survey.notes, *checks),
        facts={
            "outcome": rows.survey.outcome,
            "statistic": how.statistic,
            "period": how.period or "",
            "method": "shapley" if found.exact else "johnson",
            "r_squared": found.r_squared,
            "r_squared_linear": linear,
            "agreement": rank_agreement(found.shares, found.linear),
            "agency_effects": how.agency_effects,
            "cluster": by,
            "clusters": sums.units.drawn,
            "resamples": how.resamples,
            "n": float(rows.people.sum()),
            "agencies": len(rows.agencies),
            "drivers": len(players),
            "equal_share": 1.0 / len(players),
            "leader": "" if tied else str(frame["key"].iloc[frame["estimate"].argmax()]),
            "grade": "D",
            "seed": how.seed,
        },
    )


def _shares(sums: DriverSums, players: Sequence[Player]) -> _Shares:
    """Compute Shapley shares of the ordinal fit; Johnson's weights where there are too many."""
    columns = [player.columns for player in players]
    if len(players) > MOST_PLAYERS:
        fits = sums.fit([[column for own in columns for column in own]])
        gains, resampled = (
            np.stack([weights[..., own].sum(axis=-1) for own in columns], axis=-1)
            for weights in map(relative_weights, (sums.covariance, sums.resampled_covariance))
        )
        linear = np.full(len(players), np.nan)
    else:
        fits = sums.fit(columns)
        gains, resampled = map(shapley_values, (fits.log_likelihood, fits.resampled))
        linear = _normalized(shapley_values(subset_r_squared(sums.covariance, columns)))
    return _Shares(
        shares=_normalized(gains),
        # A resample fits its own chance on top of the sample's; the excess is taken off.
        resampled=_normalized(resampled - (resampled.mean(axis=0) - gains)),
        linear=linear,
        r_squared=float(1.0 - fits.log_likelihood[-1] / fits.log_likelihood[0]),
        coefficients=fits.coefficients,
    )


def _normalized(gains: Floats) -> Floats:
    """Turn gains into shares; equal ones where nothing is gained."""
    above = np.maximum(gains, 0.0)
    total = above.sum(axis=-1, keepdims=True)
    return np.where(total > 0, above / np.where(total > 0, total, 1.0), 1.0 / gains.shape[-1])


def _signs(sums: DriverSums, coefficients: Floats, *, level: float) -> Floats:
    """Give the sign of each driver's coefficient, 0 where its range holds zero.

    The error is that of the slope of the linear model, which is cheap in every resample.
    """
    k = sums.covariance.shape[0] - 1
    slopes, resampled = (
        (np.linalg.pinv(moments[..., :k, :k], hermitian=True) @ moments[..., :k, k:])[..., 0]
        for moments in (sums.covariance, sums.resampled_covariance)
    )
    reach = stats.t.ppf(0.5 + level / 2.0, sums.units.degrees_of_freedom)
    clear = np.abs(slopes) > reach * resampled.std(axis=0, ddof=1)
    signs = np.sign(coefficients[:k])
    return np.where(clear & (np.sign(slopes) == signs), signs, 0.0)


def _method_check(players: Sequence[Player], found: _Shares) -> Check:
    if found.exact:
        return agreement_check(players, found.shares, found.linear)
    text = (
        f"An approximation: with more than {MOST_PLAYERS} drivers, shares are Johnson's relative "
        f"weights of a linear model."
    )
    return Check("agreement", None, text)
