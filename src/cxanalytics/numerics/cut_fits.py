"""What does each cut of an ordered answer say by itself, and how do the cuts vary together?

An ordered answer with m + 1 categories holds m yes-or-no answers, one per cut. Each gets a binary
model of its own. The fits share their rows, so their covariance is joint: between sampling units
of the stacked influence values, or Brant's (1990) model-based one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from cxanalytics.errors import ModelError
from cxanalytics.numerics.between import BetweenUnits
from cxanalytics.numerics.links import get_link
from cxanalytics.numerics.ordinal import CumulativeLinkFit, fit_cumulative_link
from cxanalytics.numerics.ordinal_sums import BLOCK
from cxanalytics.numerics.survey_design import Design

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CutFits:
    """Binary models of an ordered answer, and the rows they were fitted to.

    Attributes
    ----------
    cuts : ndarray of int, shape (m,)
        Smallest answer code at or above each cut.
    fits : tuple of CumulativeLinkFit
        Of answers 0 (below) and 1, with the inverse information for covariance.
    groups : tuple of ndarray of int or None
        Group of each row at each cut; -1 for rows of groups that all fall on one side of the
        cut, which are left out there. None without groups.
    answers : ndarray of int, shape (rows,)
    design : ndarray of shape (rows, p)
    mass : ndarray of shape (rows,)
        Counts times weights.
    """

    cuts: Integers
    fits: tuple[CumulativeLinkFit, ...]
    groups: tuple[Integers | None, ...]
    answers: Integers
    design: NDArray[np.generic]
    mass: Floats

    def slopes(self) -> Floats:
        """Give the slopes at each cut, shape (m, p)."""
        return np.array([fit.coefficients for fit in self.fits])

    def used(self, cut: int) -> NDArray[np.bool_]:
        """Tell which rows are in the model of the cut at a place."""
        codes = self.groups[cut]
        return np.ones(len(self.answers), dtype=bool) if codes is None else codes >= 0

    def joint_covariance(
        self,
        directions: Sequence[Floats],
        *,
        drawn: Design,
        less: Callable[[slice, Floats], Floats] | None = None,
    ) -> Floats:
        """Estimate the covariance of linear functions of the parameters of all cuts.

        Parameters
        ----------
        directions : sequence of ndarray
            One per cut, of shape (functions, parameters of that fit).
        drawn : Design
            How the rows were drawn; rows left out at a cut stay in it, with nothing to add.
        less : callable, optional
            Influence of some rows, by their slice and design, on what is taken off each function.

        Returns
        -------
        ndarray of shape (all functions, all functions)
            Functions of the first cut first.
        """
        leads = [
            direction @ fit.covariance for direction, fit in zip(directions, self.fits, strict=True)
        ]
        between = BetweenUnits(drawn, sum(len(lead) for lead in leads))
        for begin in range(0, len(self.answers), BLOCK):
            inside = slice(begin, min(begin + BLOCK, len(self.answers)))
            x = self.design[inside].astype(float)
            parts = [self._influence(k, lead, inside, x) for k, lead in enumerate(leads)]
            stacked = np.hstack(parts)
            if less is not None:
                stacked = stacked - less(inside, x)
            between.add(np.arange(inside.start, inside.stop), stacked)
        return between.covariance()

    def slope_covariance(self, *, drawn: Design) -> Floats:
        """Estimate the covariance of all slopes, those of the first cut first."""
        return self.joint_covariance([self._slope_rows(fit) for fit in self.fits], drawn=drawn)

    def classical_covariance(self) -> Floats:
        """Give Brant's (1990) covariance of all slopes, which trusts the binary models.

        Returns
        -------
        ndarray of shape (m p, m p)

        Raises
        ------
        ModelError
            Another link than the logit, or groups.
        """
        if any(fit.link != "logit" or len(fit.group_effects) for fit in self.fits):
            raise ModelError("The classical covariance needs the logit link and no groups.")
        m, p = self.slopes().shape
        leads = [self._slope_rows(fit) @ fit.covariance for fit in self.fits]
        total = np.zeros((m, m, p + 1, p + 1))
        for begin in range(0, len(self.answers), BLOCK):
            inside = slice(begin, min(begin + BLOCK, len(self.answers)))
            x = self.design[inside].astype(float)
            rows = np.column_stack([np.ones(len(x)), -x])
            above = np.column_stack(
                [expit(fit.predictor(x) - fit.thresholds[0]) for fit in self.fits]
            )
            for k in range(m):
                for other in range(k, m):
                    shared = above[:, other] - above[:, k] * above[:, other]
                    total[k, other] += rows.T @ (rows * (self.mass[inside] * shared)[:, None])
        covariance = np.zeros((m * p, m * p))
        for k in range(m):
            for other in range(k, m):
                part = leads[k] @ total[k, other] @ leads[other].T
                here = slice(k * p, (k + 1) * p), slice(other * p, (other + 1) * p)
                covariance[here] = part
                covariance[here[::-1]] = part.T
        return covariance

    def _slope_rows(self, fit: CumulativeLinkFit) -> Floats:
        return np.eye(len(fit.covariance))[1 : 1 + len(fit.coefficients)]

    def _influence(self, cut: int, lead: Floats, inside: slice, x: Floats) -> Floats:
        """Give each row's part in some functions of the parameters of one cut."""
        fit, codes = self.fits[cut], self.groups[cut]
        link, p = get_link(fit.link), x.shape[1]
        yes = self.answers[inside] >= self.cuts[cut]
        distance = fit.thresholds[0] - x @ fit.coefficients
        towards = lead[:, 0] - x @ lead[:, 1 : 1 + p].T
        weight = self.mass[inside]
        if codes is not None:
            code = codes[inside]
            levels = np.column_stack([np.zeros(len(lead)), lead[:, 1 + p :]])
            distance -= fit.group_effects[code]
            towards -= levels[:, code].T
            weight = np.where(code >= 0, weight, 0.0)
        density = link.density(distance)
        slope = np.where(yes, -density / link.above(distance), density / link.below(distance))
        return (weight * slope)[:, None] * towards


def fit_cuts(
    answers: ArrayLike,
    design: ArrayLike,
    *,
    cuts: Sequence[int] | None = None,
    weights: ArrayLike | None = None,
    counts: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    link: str = "logit",
    names: Sequence[str] | None = None,
    group_names: Sequence[str] | None = None,
) -> CutFits:
    """Fit a binary model at each cut of an ordered answer.

    Parameters
    ----------
    answers, design, weights, counts, groups, link, names, group_names
        As in `fit_cumulative_link`.
    cuts : sequence of int, optional
        Smallest answer codes at or above a cut; every answer but the lowest by default.

    Returns
    -------
    CutFits

    Raises
    ------
    ModelError
        A cut that leaves one side empty, or data that a binary model cannot be fitted to.
    """
    y, x = np.asarray(answers, dtype=np.int64), np.asarray(design)
    chosen = np.unique(y)[1:] if cuts is None else np.asarray(cuts, dtype=np.int64)
    codes = None if groups is None else np.asarray(groups, dtype=np.int64)
    weight, count = (
        None if value is None else np.asarray(value, dtype=float) for value in (weights, counts)
    )
    fits, kept = [], []
    for cut in chosen:
        yes = (y >= cut).astype(np.int64)
        rows, places, called = np.ones(len(y), dtype=bool), None, group_names
        if codes is not None:
            places, present = _two_sided(codes, yes)
            rows = places >= 0
            called = None if group_names is None else [group_names[j] for j in present]
        fits.append(
            fit_cumulative_link(
                yes[rows],
                x[rows],
                weights=None if weight is None else weight[rows],
                counts=None if count is None else count[rows],
                groups=None if places is None else places[rows],
                link=link,
                variance="information",
                names=names,
                group_names=called,
            )
        )
        kept.append(places)
    mass = np.ones(len(y))
    for value in (weight, count):
        mass = mass if value is None else mass * value
    return CutFits(chosen, tuple(fits), tuple(kept), y, x, mass)


def join_cuts(parts: Sequence[CutFits]) -> CutFits:
    """Put models of single cuts of the same rows together.

    Parameters
    ----------
    parts : sequence of CutFits
        At least one; answers, design and mass are those of the first.

    Returns
    -------
    CutFits
    """
    return replace(
        parts[0],
        cuts=np.concatenate([part.cuts for part in parts]),
        fits=tuple(fit for part in parts for fit in part.fits),
        groups=tuple(codes for part in parts for codes in part.groups),
    )


def _two_sided(codes: Integers, yes: Integers) -> tuple[Integers, Integers]:
    """Number the groups with answers on both sides anew; -1 for rows of the others."""
    size = np.bincount(codes)
    above = np.bincount(codes, weights=yes, minlength=len(size))
    present = np.flatnonzero((above > 0) & (above < size))
    number = np.full(len(size), -1, dtype=np.int64)
    number[present] = np.arange(len(present))
    return number[codes], present
