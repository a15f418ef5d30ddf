"""Where is a likelihood highest, with some parameters held if need be?

Newton steps with the analytic gradient and Hessian, halved while the likelihood falls, on a
diagonal that is lifted where the likelihood is not concave.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

Floats = NDArray[np.float64]

HALVINGS = 40


@dataclass(frozen=True, slots=True)
class Height:
    """A likelihood at one point.

    Attributes
    ----------
    log_likelihood : float
        -inf outside the range of the model.
    score : ndarray of shape (k,)
    hessian : ndarray of shape (k, k)
        Second derivatives, or what stands for them in the step.
    """

    log_likelihood: float
    score: Floats
    hessian: Floats


@dataclass(frozen=True, slots=True)
class Peak:
    """Where the climb ended.

    Attributes
    ----------
    parameters : ndarray of shape (k,)
    height : Height
    iterations : int
    norm : float
        Largest absolute score among free parameters, over `scale`.
    """

    parameters: Floats
    height: Height
    iterations: int
    norm: float


def newton_step(information: Floats, score: Floats) -> Floats:
    """Solve for the step, lifting the diagonal where the likelihood is not concave.

    Parameters
    ----------
    information : ndarray of shape (k, k)
        Minus the Hessian.
    score : ndarray of shape (k,)

    Returns
    -------
    ndarray of shape (k,)
    """
    scale = np.sqrt(np.maximum(np.abs(np.diag(information)), 1e-300))
    unit = information / np.outer(scale, scale)
    for lift in (0.0, 1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0):
        try:
            factor = linalg.cho_factor(unit + lift * np.eye(len(unit)))
        except linalg.LinAlgError:
            continue
        return linalg.cho_solve(factor, score / scale) / scale
    return score / scale**2


def climb(
    evaluate: Callable[[Floats], Height],
    start: Floats,
    *,
    scale: Floats,
    tolerance: float,
    most: int,
    free: NDArray[np.bool_] | None = None,
) -> Peak:
    """Climb from a start until the score vanishes or no step helps.

    Parameters
    ----------
    evaluate : callable
        Parameters to `Height`; the start must be inside the range of the model.
    start : ndarray of shape (k,)
    scale : ndarray of shape (k,)
        What scores are measured in.
    tolerance : float
        Largest absolute score over `scale` at the end.
    most : int
        Largest number of steps.
    free : ndarray of bool, shape (k,), optional
        Parameters that may move; all by default.

    Returns
    -------
    Peak
    """
    moving = np.flatnonzero(np.ones(len(start), dtype=bool) if free is None else free)
    parameters, here, iterations = start, evaluate(start), 0
    while True:
        score = here.score[moving]
        norm = float(np.max(np.abs(score) / scale[moving], initial=0.0))
        if norm < tolerance or iterations >= most:
            return Peak(parameters, here, iterations, norm)
        step = newton_step(-here.hessian[np.ix_(moving, moving)], score)
        slack = 1e-12 * abs(here.log_likelihood)
        for halving in range(HALVINGS):
            trial = parameters.copy()
            trial[moving] += step * 0.5**halving
            there = evaluate(trial)
            if there.log_likelihood >= here.log_likelihood - slack:
                break
        else:
            return Peak(parameters, here, iterations, norm)
        parameters, here = trial, there
        iterations += 1
