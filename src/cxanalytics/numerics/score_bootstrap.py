"""Is an effect on answers clear of a null value when clusters are few?

The score wild cluster bootstrap (Kline and Santos 2012): the null is imposed, the scores of whole
clusters at the restricted estimates are given random signs, and the studentized effect of one
step is compared with that of the data. Every sign pattern is listed up to 12 clusters. Each step
is studentized with scores taken after it, as in the bootstrap of a regression (MacKinnon, Nielsen
and Webb 2023), if the information of each cluster is given; the ordinal test below gives it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxanalytics.errors import ModelError, must_be
from cxanalytics.numerics.cluster_robust import ENUMERATED, FEWEST_CLUSTERS, TIE
from cxanalytics.numerics.ordinal_problem import ordinal_problem
from cxanalytics.numerics.ordinal_sums import SortedRows
from cxanalytics.numerics.partial_ordinal_sums import evaluate
from cxanalytics.numerics.profile import FARTHEST

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

PATTERNS = 9_999
"""Random sign patterns where not all are listed."""


@dataclass(frozen=True, slots=True)
class ScoreBootstrap:
    """A score wild cluster bootstrap test.

    Attributes
    ----------
    statistic : float
        Studentized effect of one step from the restricted estimates.
    p_value : float
        Share of sign patterns with a statistic as large, ties counted.
    clusters : int
    patterns : int
        Sign patterns compared, that of the data among them.
    exact : bool
        Whether these are all patterns.
    """

    statistic: float
    p_value: float
    clusters: int
    patterns: int
    exact: bool


def score_bootstrap_p(
    scores: ArrayLike,
    information: ArrayLike,
    *,
    tested: int,
    cluster_information: ArrayLike | None = None,
    patterns: int = PATTERNS,
    seed: int,
) -> ScoreBootstrap:
    """Test one parameter from the scores of clusters at estimates that obey the null.

    Parameters
    ----------
    scores : array_like of shape (G, k)
        Sums of the weighted scores of each cluster.
    information : array_like of shape (k, k)
        Minus the second derivatives of the log likelihood.
    tested : int
        Place of the parameter that was held.
    cluster_information : array_like of shape (G, k, k), optional
        The parts of `information`; with them each step is studentized with scores after it.
    patterns : int
        Random sign patterns where there are more than 12 clusters.
    seed : int

    Returns
    -------
    ScoreBootstrap

    Raises
    ------
    ModelError
        Fewer than 6 clusters: too few sign patterns to say anything at the 5% level.

    Reference
    ---------
    Kline and Santos (2012).
    """
    s = np.asarray(scores, dtype=float)
    inverse = np.linalg.inv(np.asarray(information, dtype=float))
    row, number = inverse[tested], len(s)
    if number < FEWEST_CLUSTERS:
        raise ModelError(
            f"The score bootstrap needs at least {FEWEST_CLUSTERS} clusters; got {number}."
        )
    effect = s @ row
    influence = np.diag(effect)
    if cluster_information is None:
        influence = influence - effect / number
    else:
        lean = np.einsum("k,gkl->gl", row, np.asarray(cluster_information, dtype=float))
        influence = influence - lean @ inverse @ s.T
    exact = number <= ENUMERATED
    signs = _signs(number, patterns, seed, exact=exact)
    shift = signs @ effect
    spread = np.square(signs @ influence.T).sum(axis=1) * number / (number - 1.0)
    simulated = shift / np.sqrt(np.maximum(spread, np.finfo(float).tiny))
    observed = abs(simulated[0])
    reached = np.abs(simulated) >= observed - TIE * max(1.0, observed)
    return ScoreBootstrap(float(simulated[0]), float(reached.mean()), number, len(signs), exact)


def _signs(number: int, patterns: int, seed: int, *, exact: bool) -> Floats:
    """Give sign patterns, that of the data first; half of all stand for all."""
    if exact:
        bits = (np.arange(2 ** (number - 1))[:, None] >> np.arange(number)) & 1
        return np.asarray(1.0 - 2.0 * bits)
    drawn = np.random.default_rng(seed).integers(0, 2, (patterns, number))
    return np.vstack([np.ones(number), 1.0 - 2.0 * drawn])


def score_bootstrap_test(
    answers: ArrayLike,
    design: ArrayLike,
    *,
    column: int,
    clusters: ArrayLike,
    null: float = 0.0,
    patterns: int = PATTERNS,
    seed: int,
    **model: Any,
) -> ScoreBootstrap:
    """Test the effect of one column of a cumulative or binary model.

    Parameters
    ----------
    answers, design
        As in `fit_cumulative_link`.
    column : int
    clusters : array_like of shape (rows,)
        Labels.
    null : float
        Value of the coefficient under the null.
    patterns, seed
        As in `score_bootstrap_p`.
    **model
        `weights`, `counts`, `groups`, `link`, `names`, as in `fit_cumulative_link`.

    Returns
    -------
    ScoreBootstrap

    Raises
    ------
    ModelError
        As `fit_cumulative_link` and `score_bootstrap_p`.
    """
    return _Clustered(answers, design, column, clusters, model).test(null, patterns, seed)


def score_bootstrap_interval(
    answers: ArrayLike,
    design: ArrayLike,
    *,
    column: int,
    clusters: ArrayLike,
    level: float = 0.95,
    patterns: int = PATTERNS,
    seed: int,
    **model: Any,
) -> tuple[float, float]:
    """Bound the effect of one column by the values that the test does not reject.

    Parameters
    ----------
    answers, design, column, clusters, patterns, seed, **model
        As in `score_bootstrap_test`.
    level : float

    Returns
    -------
    tuple of float
        An end is infinite where no value far out is rejected, which few clusters can bring about.

    Raises
    ------
    ModelError
        As `score_bootstrap_test`.
    """
    clustered = _Clustered(answers, design, column, clusters, model)
    peak = clustered.problem.climb(tolerance=1e-10, most=100)
    clustered.problem.refuse_endless(peak)
    clustered.start = peak.parameters
    place = clustered.place
    estimate = float(peak.parameters[place])
    error = float(np.sqrt(np.linalg.inv(-peak.height.hessian)[place, place]))

    def kept(value: float) -> bool:
        return clustered.test(value, patterns, seed).p_value > 1.0 - level

    def end(side: float) -> float:
        inside, away = estimate, error
        while kept(estimate + side * away):
            inside, away = estimate + side * away, 2.0 * away
            if away > FARTHEST * error:
                return side * float("inf")
        outside = estimate + side * away
        while abs(outside - inside) > 1e-4 * error:
            middle = 0.5 * (inside + outside)
            inside, outside = (middle, outside) if kept(middle) else (inside, middle)
        return 0.5 * (inside + outside)

    return end(-1.0), end(1.0)


class _Clustered:
    """A model of answers in clusters, one effect of which is held at values."""

    def __init__(
        self,
        answers: ArrayLike,
        design: ArrayLike,
        column: int,
        clusters: ArrayLike,
        model: dict[str, Any],
    ) -> None:
        self.problem = ordinal_problem(answers, design, **model)
        columns = self.problem.rows.design.shape[1]
        if not 0 <= column < columns:
            raise ModelError(must_be("column", [str(j) for j in range(columns)], column))
        labels, codes = np.unique(np.asarray(clusters), return_inverse=True)
        rows = self.problem.rows
        own = codes.ravel()[rows.order]
        self.parts = [_only(rows, np.flatnonzero(own == g)) for g in range(len(labels))]
        self.place = self.problem.layout.parts[2].start + column
        self.start: Floats | None = None

    def test(self, null: float, patterns: int, seed: int) -> ScoreBootstrap:
        problem = self.problem
        held = {self.place: null}
        peak = problem.climb(tolerance=1e-9, most=100, held=held, start=self.start)
        self.start = peak.parameters
        heights = [
            evaluate(part, problem.link, problem.layout, peak.parameters) for part in self.parts
        ]
        return score_bootstrap_p(
            np.array([height.score for height in heights]),
            -peak.height.hessian,
            tested=self.place,
            cluster_information=np.array([-height.hessian for height in heights]),
            patterns=patterns,
            seed=seed,
        )


def _only(rows: SortedRows, kept: Integers) -> SortedRows:
    """Keep some places of the sorted rows."""
    return replace(
        rows,
        design=rows.design[kept],
        mass=None if rows.mass is None else rows.mass[kept],
        counts=None if rows.counts is None else rows.counts[kept],
        groups=None if rows.groups is None else rows.groups[kept],
        starts=np.searchsorted(kept, rows.starts),
        order=rows.order[kept],
    )
