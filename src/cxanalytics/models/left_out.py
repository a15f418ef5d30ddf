"""What does the model say of people in agencies that it has not seen?

Agencies are dealt into folds; each fold is predicted by the model of the positive answer fitted to
the others, an agency never on both sides. A new agency's own level is not known, so the
prediction is averaged over the levels of the agencies in the fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.model_selection import GroupKFold

from cxanalytics.models.answers import AnswerRows
from cxanalytics.models.sampling import weights_and_counts

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Predictions out of the fit.

    Attributes
    ----------
    predicted : ndarray of shape (rows,)
        Probability of a positive answer.
    base : ndarray of shape (rows,)
        Share of positive answers among those in the fit.
    mass : ndarray of shape (rows,)
        Weight of each row.
    """

    predicted: Floats
    base: Floats
    mass: Floats


def predict_left_out(rows: AnswerRows, *, folds: int, seed: int) -> LeftOut:
    """Predict each fold of agencies from the others.

    Parameters
    ----------
    rows : AnswerRows
    folds : int
        At most the number of agencies.
    seed : int
        Of the dealing.

    Returns
    -------
    LeftOut
    """
    weights, counts = weights_and_counts(rows.survey)
    mass = weights if weights is not None else rows.people if counts is None else counts
    predicted, base = np.empty(len(mass)), np.empty(len(mass))
    dealt = GroupKFold(n_splits=folds, shuffle=True, random_state=seed)
    for fit_on, left_out in dealt.split(rows.design, groups=rows.agency):
        known = np.zeros(len(mass), dtype=bool)
        known[fit_on] = True
        base[left_out] = mass[known] @ rows.positive[known] / mass[known].sum()
        predicted[left_out] = _from_others(rows, mass, known, left_out)
    return LeftOut(predicted, base, mass)


def _from_others(
    rows: AnswerRows, mass: Floats, known: NDArray[np.bool_], left_out: NDArray[np.int64]
) -> Floats:
    """Average the prediction of the people left out over the levels of the agencies in the fit."""
    kept = rows.keep(known)
    two_sided = kept.without_unanimous(kept.positive)
    fit = two_sided.fit(two_sided.positive, link="logit", cluster="agency", agency_effects=True)
    inside = np.isin(np.array(rows.agencies)[rows.agency[known]], two_sided.agencies)
    share = np.bincount(two_sided.agency, weights=mass[known][inside])
    share = share / share.sum()
    plain = rows.design[left_out].astype(float) @ fit.coefficients - fit.thresholds[0]
    out = np.zeros(len(left_out))
    for part, effect in zip(share, fit.group_effects, strict=True):
        out += part * expit(plain + effect)
    return out
