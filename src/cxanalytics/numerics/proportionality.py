"""Does a driver act alike at every cut of a scale?

Under proportional odds the binary models of all cuts have the same slopes. Wald tests compare the
slopes (Brant 1990), with a model-based covariance or with that between sampling units;
likelihood-ratio tests (R's `nominal_test` and `scale_test`) free one term at a time, for answers
without sampling weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from cxanalytics.errors import ModelError
from cxanalytics.numerics.ordinal_problem import ordinal_problem

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Terms = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class TermTests:
    """Tests of terms, one each.

    Attributes
    ----------
    statistic : ndarray of shape (terms,)
        Chi-squared.
    df : ndarray of int, shape (terms,)
    p_value : ndarray of shape (terms,)
    log_likelihood : ndarray of shape (terms,)
        Of the larger models; NaN for Wald tests.
    """

    statistic: Floats
    df: Integers
    p_value: Floats
    log_likelihood: Floats


def brant_test(
    slopes: ArrayLike,
    covariance: ArrayLike,
    *,
    terms: Terms | None = None,
    degrees_of_freedom: float = np.inf,
) -> TermTests:
    """Test whether slopes are the same at all cuts.

    Parameters
    ----------
    slopes : array_like of shape (m, p)
    covariance : array_like of shape (m p, m p)
        Slopes of the first cut first.
    terms : sequence of sequence of int, optional
        Columns that are tested together; each column by default.
    degrees_of_freedom : float
        Of the design, for the covariance between sampling units: the p-value is then that of
        Hotelling's F.

    Returns
    -------
    TermTests
        All columns together first, then the terms. NaN where the sampling units are too few.

    Reference
    ---------
    Brant (1990).
    """
    b, v = np.asarray(slopes, dtype=float), np.asarray(covariance, dtype=float)
    m, p = b.shape
    each = [[j] for j in range(p)] if terms is None else [list(term) for term in terms]
    statistic, df, p_value = [], [], []
    for term in [list(range(p)), *each]:
        places = np.arange(m)[:, None] * p + np.asarray(term)
        flat = places.ravel()
        differ = np.kron(np.eye(m)[1:] - np.eye(m)[0], np.eye(len(term)))
        gap = differ @ b.ravel()[flat]
        spread = differ @ v[np.ix_(flat, flat)] @ differ.T
        wald, size = float(gap @ np.linalg.solve(spread, gap)), len(gap)
        statistic.append(wald)
        df.append(size)
        p_value.append(_p_value(wald, size, degrees_of_freedom))
    return TermTests(np.array(statistic), np.array(df), np.array(p_value), np.full(len(df), np.nan))


def _p_value(wald: float, size: int, degrees_of_freedom: float) -> float:
    if np.isinf(degrees_of_freedom):
        return float(stats.chi2.sf(wald, size))
    left = degrees_of_freedom - size + 1.0
    if left < 1.0:
        return np.nan
    return float(stats.f.sf(wald / size * left / degrees_of_freedom, size, left))


def nominal_test(
    answers: ArrayLike, design: ArrayLike, *, terms: Terms | None = None, **model: Any
) -> TermTests:
    """Test by likelihood ratio whether each term acts alike at all thresholds.

    Parameters
    ----------
    answers, design
        As in `fit_partial_ordinal`.
    terms : sequence of sequence of int, optional
        Columns that are freed together; each column by default.
    **model
        `counts`, `groups`, `link`, `names`, as in `fit_partial_ordinal`.

    Returns
    -------
    TermTests

    Raises
    ------
    ModelError
        Sampling weights are given, whose likelihood ratio has no chi-squared distribution.

    Reference
    ---------
    Peterson and Harrell (1990).
    """
    return _likelihood_ratios(answers, design, "nominal", terms, model)


def scale_test(
    answers: ArrayLike, design: ArrayLike, *, terms: Terms | None = None, **model: Any
) -> TermTests:
    """Test by likelihood ratio whether each term changes the spread.

    Parameters
    ----------
    answers, design, terms, **model
        As in `nominal_test`.

    Returns
    -------
    TermTests
    """
    return _likelihood_ratios(answers, design, "scale", terms, model)


def _likelihood_ratios(
    answers: ArrayLike, design: ArrayLike, part: str, terms: Terms | None, model: dict[str, Any]
) -> TermTests:
    if model.get("weights") is not None:
        raise ModelError("A likelihood-ratio test needs answers without sampling weights.")
    columns = np.shape(design)[1]
    each = [[j] for j in range(columns)] if terms is None else [list(term) for term in terms]
    highest, sizes = [], []
    for term in [[], *each]:
        freed: dict[str, Any] = {part: term}
        problem = ordinal_problem(answers, design, **freed, **model)
        # A freed effect may be infinite at one threshold; the likelihood still has a limit.
        highest.append(problem.climb(tolerance=1e-10, most=100).height.log_likelihood)
        sizes.append(problem.layout.size)
    statistic = 2.0 * (np.array(highest[1:]) - highest[0])
    df = np.array(sizes[1:]) - sizes[0]
    return TermTests(statistic, df, np.asarray(stats.chi2.sf(statistic, df)), np.array(highest[1:]))
