"""How precise is a weighted share, mean, net score or ratio, given how people were drawn?

Taylor linearization with primary sampling units (PSU) taken as drawn with replacement within
strata (Binder 1983; Särndal, Swensson and Wretman 1992). Groups are domains: every PSU stays
in the design and contributes zero outside its domain, never filtered away first. A stratum
with one PSU is centered at the grand mean. Without PSUs each respondent is one. A row may stand
for `counts` respondents who answered alike; rows and counts give the same figures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from cxanalytics.errors import ModelError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Design:
    """How the rows were drawn.

    Attributes
    ----------
    psu : ndarray of int, shape (rows,), optional
        PSU of each row, 0 to n_psu - 1; None where every respondent is a PSU.
    stratum : ndarray of int, shape (rows,)
        Stratum of each row, 0 to n_strata - 1.
    psu_stratum : ndarray of int, shape (n_psu,), optional
        Stratum of each PSU.
    per_stratum : ndarray of shape (n_strata,)
        PSUs per stratum.
    counts : ndarray of shape (rows,), optional
        Respondents per row; None for one each.
    """

    psu: Integers | None
    stratum: Integers
    psu_stratum: Integers | None
    per_stratum: Floats
    counts: Floats | None

    @property
    def n_psu(self) -> int:
        """Number of primary sampling units."""
        return int(self.per_stratum.sum())

    @property
    def n_strata(self) -> int:
        """Number of strata."""
        return len(self.per_stratum)

    @property
    def single_strata(self) -> int:
        """Strata with one PSU, centered at the grand mean."""
        return int((self.per_stratum == 1).sum())

    @property
    def degrees_of_freedom(self) -> float:
        """PSUs less strata, at least one."""
        return max(float(self.n_psu - self.n_strata), 1.0)

    @property
    def per_unit(self) -> float:
        """PSUs over degrees of freedom."""
        return self.n_psu / self.degrees_of_freedom


@dataclass(frozen=True, slots=True)
class DomainEstimates:
    """One figure per domain, with its sampling error.

    Attributes
    ----------
    estimate : ndarray of shape (domains,)
    covariance : ndarray of shape (domains, domains)
        Includes what domains share through common PSUs.
    n : ndarray of shape (domains,)
        Respondents.
    n_eff : ndarray of shape (domains,)
        Kish's effective number, from the weights alone.
    deff : ndarray of shape (domains,)
        Variance over that of a simple random sample with replacement of the same size.
    degrees_of_freedom : ndarray of shape (domains,)
        PSUs less strata among those with a row in the domain, at least one.
    simple : ndarray of shape (domains,)
        Variance of a simple random sample with replacement of the same size.
    n_psu : ndarray of shape (domains,)
        PSUs with a row in the domain; the respondents where there are no PSUs.
    """

    estimate: Floats
    covariance: Floats
    n: Floats
    n_eff: Floats
    deff: Floats
    degrees_of_freedom: Floats
    simple: Floats
    n_psu: Floats

    @property
    def std_error(self) -> Floats:
        """Standard errors."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))


def _codes(values: ArrayLike) -> tuple[Any, Integers]:
    """Give the labels that occur, in order, and each row's place; without sorting if it can."""
    labels = np.asarray(values).ravel()
    small = labels.size > 0 and np.can_cast(labels.dtype, np.int64)
    low = int(labels.min()) if small else 0
    if not small or int(labels.max()) - low > 2 * labels.size:
        levels, places = np.unique(labels, return_inverse=True)
        return levels, places.astype(np.int64)
    offset = labels.astype(np.int64, copy=False) if low == 0 else labels.astype(np.int64) - low
    seen = np.zeros(int(offset.max()) + 1, dtype=np.bool_)
    seen[offset] = True
    return np.flatnonzero(seen) + low, offset if seen.all() else (np.cumsum(seen) - 1)[offset]


def survey_design(
    rows: int,
    *,
    psu: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    counts: ArrayLike | None = None,
) -> Design:
    """Describe how rows were drawn.

    Parameters
    ----------
    rows : int
    psu, strata : array_like of shape (rows,), optional
        Labels. The same PSU label in two strata is two PSUs.
    counts : array_like of shape (rows,), optional
        Respondents a row stands for.

    Returns
    -------
    Design

    Raises
    ------
    ModelError
        A length differs from `rows`, or there is only one PSU.
    """
    for name, given in (("psu", psu), ("strata", strata), ("counts", counts)):
        if given is not None and np.shape(given) != (rows,):
            raise ModelError(f"`{name}` must have {rows} entries; got shape {np.shape(given)}.")
    stratum = np.zeros(rows, dtype=np.int64) if strata is None else _codes(strata)[1]
    n_strata = int(stratum.max()) + 1 if rows else 0
    numbers = None if counts is None else np.asarray(counts, dtype=float)
    if psu is None:
        per_stratum = np.bincount(stratum, weights=numbers, minlength=n_strata).astype(float)
        design = Design(None, stratum, None, per_stratum, numbers)
    else:
        levels, place = _codes(psu)
        pairs = np.arange(len(levels))
        if n_strata > 1:
            place = place * n_strata
            place += stratum
            pairs, place = _codes(place)
        psu_stratum = np.asarray(pairs, dtype=np.int64) % n_strata
        per_stratum = np.bincount(psu_stratum, minlength=n_strata).astype(float)
        design = Design(place, stratum, psu_stratum, per_stratum, numbers)
    if design.n_psu < 2:
        raise ModelError("A sampling error needs at least 2 sampling units; got 1.")
    return design


def stratum_factors(design: Design) -> Floats:
    """Weigh squares in each stratum by n/(n - 1), or 1 where there is one PSU."""
    sizes = design.per_stratum
    return np.where(sizes > 1, sizes / np.maximum(sizes - 1.0, 1.0), 1.0)


def center_between(totals: Floats, design: Design) -> Floats:
    """Sum what centering takes off the squares of PSU totals.

    Parameters
    ----------
    totals : ndarray of shape (n_strata, columns)
        Sums of the linearized values over each stratum.
    design : Design

    Returns
    -------
    ndarray of shape (columns, columns)
    """
    sizes = design.per_stratum
    factors = stratum_factors(design)
    grand = totals.sum(axis=0) / design.n_psu
    alone = sizes == 1
    scaled = totals[~alone] * np.sqrt(factors[~alone] / sizes[~alone])[:, None]
    taken = scaled.T @ scaled
    if alone.any():
        lonely = totals[alone]
        single = lonely - grand
        taken = taken + lonely.T @ lonely - single.T @ single
    return taken


def _linearized_covariance(
    values: Floats, domains: Integers, n_domains: int, design: Design
) -> Floats:
    factors = stratum_factors(design)
    numbers = np.ones(len(values)) if design.counts is None else design.counts
    by_stratum = sparse.csr_array(
        (values * numbers, (design.stratum, domains)), shape=(design.n_strata, n_domains)
    ).toarray()
    if design.psu is None:
        squares = np.bincount(
            domains, weights=values**2 * numbers * factors[design.stratum], minlength=n_domains
        )
        between = np.diag(squares)
    else:
        assert design.psu_stratum is not None
        totals = sparse.csr_array(
            (values * numbers, (design.psu, domains)), shape=(design.n_psu, n_domains)
        )
        scaled = totals.multiply(np.sqrt(factors[design.psu_stratum])[:, None]).tocsr()
        between = (scaled.T @ scaled).toarray()
    return between - center_between(by_stratum, design)


def domain_ratios(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    design: Design,
    weights: ArrayLike | None = None,
    domains: ArrayLike | None = None,
) -> DomainEstimates:
    """Estimate a ratio of weighted totals in each domain.

    Parameters
    ----------
    numerator, denominator : array_like of shape (rows,)
        NaN where a row has no value; it then stays in the design with zero.
    design : Design
    weights : array_like of shape (rows,), optional
        Positive; their scale does not matter.
    domains : array_like of int, shape (rows,), optional
        0 to D - 1; -1 for rows in no domain. One domain when absent.

    Returns
    -------
    DomainEstimates
        In the order of the domain numbers.

    Raises
    ------
    ModelError
        A domain has no value.
    """
    top, bottom = np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    number = len(top)
    weight = np.ones(number) if weights is None else np.asarray(weights, dtype=float)
    domain = np.zeros(number, dtype=np.int64) if domains is None else np.asarray(domains, np.int64)
    n_domains = int(domain.max()) + 1
    here = (domain >= 0) & np.isfinite(top) & np.isfinite(bottom)
    place = np.where(here, domain, 0)
    counts = np.ones(number) if design.counts is None else design.counts
    mass = np.where(here, weight, 0.0)

    def total(values: Floats) -> Floats:
        return np.bincount(place, weights=values * counts, minlength=n_domains).astype(float)

    top, bottom = np.where(here, top, 0.0), np.where(here, bottom, 0.0)
    base, n = total(mass * bottom), total(here.astype(float))
    if (base <= 0).any():
        raise ModelError(f"Domain {int(np.flatnonzero(base <= 0)[0])} has no value.")
    estimate = total(mass * top) / base
    residual = top - estimate[place] * bottom
    linear = mass * residual / base[place]
    covariance = _linearized_covariance(linear, place, n_domains, design)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_square = total(mass * residual**2) * total(mass) / base**2
        simple = mean_square / (n - 1.0)
        deff = np.diag(covariance) / simple
        n_eff = total(mass) ** 2 / total(mass**2)
    units = _domain_units(design, here, place, n, n_domains)
    freedom = _domain_degrees(design, here, place, units, n_domains)
    return DomainEstimates(estimate, covariance, n, n_eff, deff, freedom, simple, units)


def domain_means(
    values: ArrayLike,
    *,
    design: Design,
    weights: ArrayLike | None = None,
    domains: ArrayLike | None = None,
) -> DomainEstimates:
    """Estimate a weighted mean (a share, a net score) in each domain.

    Parameters
    ----------
    values : array_like of shape (rows,)
        NaN where a row has no value.
    design, weights, domains
        As in `domain_ratios`.

    Returns
    -------
    DomainEstimates
    """
    given = np.asarray(values, dtype=float)
    return domain_ratios(
        given, np.ones_like(given), design=design, weights=weights, domains=domains
    )


def _domain_units(
    design: Design, here: NDArray[np.bool_], place: Integers, n: Floats, n_domains: int
) -> Floats:
    if design.psu is None:
        return n
    seen = np.unique(place[here] * design.n_psu + design.psu[here])
    return np.bincount(seen // design.n_psu, minlength=n_domains).astype(float)


def _domain_degrees(
    design: Design, here: NDArray[np.bool_], place: Integers, units: Floats, n_domains: int
) -> Floats:
    strata_seen = np.unique(place[here] * design.n_strata + design.stratum[here])
    strata = np.bincount(strata_seen // design.n_strata, minlength=n_domains)
    return np.maximum(units - strata, 1.0)


def pooled_design_effect(variance: Floats, simple: Floats, n: Floats, n_psu: Floats) -> float:
    """Pool the design effect of the domains that have two PSUs or more.

    Parameters
    ----------
    variance, simple : ndarray of shape (domains,)
        Variance under the design, and of a simple random sample of the same size.
    n, n_psu : ndarray of shape (domains,)
        Respondents and PSUs.

    Returns
    -------
    float

    Raises
    ------
    ModelError
        No domain has two PSUs.
    """
    several = (n_psu >= 2) & (simple > 0)
    if not several.any():
        raise ModelError(
            "Sampling error needs two sampling units in at least one group; every group has one."
        )
    return float(n[several] @ variance[several] / (n[several] @ simple[several]))


def borrow_design_effect(estimates: DomainEstimates) -> DomainEstimates:
    """Give domains with one PSU the design effect of the others.

    One PSU shows no spread between PSUs: its own variance would come out as zero, and the domain
    as perfectly known.

    Parameters
    ----------
    estimates : DomainEstimates

    Returns
    -------
    DomainEstimates
        The same where every domain has two PSUs or more.

    Raises
    ------
    ModelError
        No domain has two PSUs.
    """
    alone = (estimates.n_psu < 2) & (estimates.n > 1)
    if not alone.any():
        return estimates
    variance = np.diag(estimates.covariance)
    effect = pooled_design_effect(variance, estimates.simple, estimates.n, estimates.n_psu)
    covariance, deff = estimates.covariance.copy(), estimates.deff.copy()
    covariance[alone, :], covariance[:, alone] = 0.0, 0.0
    covariance[alone, alone] = effect * estimates.simple[alone]
    deff[alone] = effect
    freedom = estimates.degrees_of_freedom.copy()
    freedom[alone] = np.median(freedom[estimates.n_psu >= 2])
    return replace(estimates, covariance=covariance, deff=deff, degrees_of_freedom=freedom)


def kish_n_eff(weights: ArrayLike) -> float:
    """Count how many equally weighted respondents carry the same information (Kish 1965)."""
    weight = np.asarray(weights, dtype=float)
    return float(weight.sum() ** 2 / (weight**2).sum())


def kish_deff(weights: ArrayLike) -> float:
    """Express the loss of precision from unequal weights as a design effect."""
    return np.size(weights) / kish_n_eff(weights)
