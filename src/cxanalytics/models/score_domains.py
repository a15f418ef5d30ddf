"""How high does each group of rows score, and between which ends may the truth lie?

Wilson for unweighted shares, Korn-Graubard for weighted or clustered ones, the adjusted Wald
interval for net scores from few answers, Student's t otherwise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from cxanalytics.models.statistic import SHARES, score_ends, score_values
from cxanalytics.numerics import small_samples
from cxanalytics.numerics import survey_design as sampling
from cxanalytics.tables import Question

Floats = NDArray[np.float64]

FEW_FOR_NET = 100
"""Effective answers below which a net score gets the interval for small samples."""


def score_domains(
    question: Question,
    answers: Floats,
    domains: NDArray[np.int64],
    design: sampling.Design,
    weights: Floats | None,
    *,
    statistic: str,
    level: float,
) -> tuple[sampling.DomainEstimates, Floats, Floats]:
    """Score groups of rows, and give both ends of their ranges.

    Parameters
    ----------
    question : Question
    answers : ndarray of shape (rows,)
    domains : ndarray of int, shape (rows,)
        Group of each row, each with an answer; -1 for none.
    design, weights
        From `drawn_as`.
    statistic, level
        As in `fit_scores`.

    Returns
    -------
    estimates : DomainEstimates
    low, high : ndarray of shape (groups,)
    """
    values = score_values(question, answers, statistic)
    got = sampling.domain_means(values, design=design, weights=weights, domains=domains)
    got = sampling.borrow_design_effect(got)
    low, high = _intervals(question, answers, got, design, weights, domains, statistic, level)
    return got, low, high


def _intervals(
    question: Question,
    answers: Floats,
    got: sampling.DomainEstimates,
    design: sampling.Design,
    weights: Floats | None,
    domains: NDArray[np.int64],
    statistic: str,
    level: float,
) -> tuple[Floats, Floats]:
    if statistic in SHARES:
        if weights is None and design.psu is None:
            return small_samples.wilson_interval(got.estimate, got.n, level=level)
        return small_samples.korn_graubard_interval(
            got.estimate,
            got.std_error**2,
            got.n,
            got.degrees_of_freedom,
            level=level,
            n_eff=got.n_eff,
        )
    lift = small_samples.few_units_factor(
        got.n_psu, got.degrees_of_freedom, per_unit=design.per_unit
    )
    error = np.sqrt(lift) * got.std_error
    half = stats.t.ppf(0.5 + level / 2.0, got.degrees_of_freedom) * error
    low, high = got.estimate - half, got.estimate + half
    if statistic == "net":
        effective = got.n_eff
        if design.psu is not None:
            with np.errstate(divide="ignore", invalid="ignore"):
                effective = np.fmin(effective, got.n / np.maximum(lift * got.deff, 1.0))
        net = question.scale.net(answers)
        mass = np.ones(len(answers)) if weights is None else weights
        mass = mass if design.counts is None else mass * design.counts
        few_low, few_high = _few_net(net, mass, domains, effective, level)
        few = effective < FEW_FOR_NET
        low, high = np.where(few, few_low, low), np.where(few, few_high, high)
    floor, ceiling = score_ends(question, statistic)
    return np.clip(low, floor, ceiling), np.clip(high, floor, ceiling)


def _few_net(
    net: Floats, mass: Floats, domains: NDArray[np.int64], effective: Floats, level: float
) -> tuple[Floats, Floats]:
    here = (domains >= 0) & ~np.isnan(net)
    total = np.bincount(domains[here], weights=mass[here], minlength=len(effective))
    promoters, detractors = (
        np.bincount(domains[here], weights=mass[here] * (net[here] == side)) / total
        for side in (1.0, -1.0)
    )
    _, low, high = small_samples.adjusted_wald_net(promoters, detractors, effective, level=level)
    return low, high
