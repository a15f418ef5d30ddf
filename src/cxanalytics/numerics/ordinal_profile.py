"""Which sizes of an effect does the likelihood ratio of a general cumulative model not reject?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg

from cxanalytics.errors import ModelError, must_be
from cxanalytics.numerics.ordinal_problem import ordinal_problem
from cxanalytics.numerics.profile import profile_limits


def profile_interval(
    answers: ArrayLike, design: ArrayLike, *, column: int, level: float = 0.95, **model: Any
) -> tuple[float, float]:
    """Bound an effect by the values that the likelihood ratio does not reject.

    Parameters
    ----------
    answers, design
        As in `fit_partial_ordinal`.
    column : int
        A column with one effect.
    level : float
    **model
        Options of `ordinal_problem`; sampling weights are refused, because their likelihood
        ratio has no chi-squared distribution.

    Returns
    -------
    tuple of float
        Ends of the interval; infinite where no value is rejected.

    Raises
    ------
    ModelError
        Weights, or a column without one effect.
    """
    if model.get("weights") is not None:
        raise ModelError("A profile likelihood needs answers without sampling weights.")
    problem = ordinal_problem(answers, design, **model)
    location = problem.layout.location
    if column not in location:
        raise ModelError(must_be("column", [str(j) for j in location], column))
    place = problem.layout.parts[2].start + int(np.flatnonzero(location == column)[0])
    peak = problem.climb(tolerance=1e-10, most=100)
    problem.refuse_endless(peak)
    error = np.sqrt(linalg.inv(-peak.height.hessian)[place, place])

    def highest(value: float) -> float:
        held = {place: value}
        there = problem.climb(tolerance=1e-8, most=100, held=held, start=peak.parameters)
        return there.height.log_likelihood

    return profile_limits(
        highest,
        float(peak.parameters[place]),
        error=float(error),
        top=peak.height.log_likelihood,
        level=level,
    )
