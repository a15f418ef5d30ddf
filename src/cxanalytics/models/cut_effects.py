"""How does each driver come out at every cut of the outcome's scale, and in one model of them all?

Both are told as the change in the share at or above the cut for the driver's realistic step, with
the joint covariance of all drivers and cuts. Cuts with too few answers on one side are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from cxanalytics.errors import ModelError
from cxanalytics.models.answers import EVENTS_PER_PARAMETER, AnswerRows
from cxanalytics.models.recommendation import PROPORTIONAL_WITHIN
from cxanalytics.models.sampling import weights_and_counts
from cxanalytics.models.steps import Step
from cxanalytics.numerics.cut_fits import CutFits, fit_cuts, join_cuts
from cxanalytics.numerics.ordinal import CumulativeLinkFit, fit_cumulative_link
from cxanalytics.numerics.ordinal_influence import ordinal_influence
from cxanalytics.numerics.proportionality import brant_test
from cxanalytics.numerics.standardize import ShareContrast, share_contrast
from cxanalytics.numerics.survey_design import Design
from cxanalytics.scales import Scale
from cxanalytics.tables import Check

Floats = NDArray[np.float64]

MOST_CUTS = 10
"""Cuts of a longer scale that are shown, the published one among them."""


@dataclass(frozen=True, slots=True)
class CutEffects:
    """Effects of the drivers at the cuts.

    Attributes
    ----------
    labels : tuple of str
        Of the drivers.
    fits : CutFits
    contrasts, ordinal : list of list of ShareContrast
        Per driver and cut: in the model of that cut alone, and in the ordinal model.
    covariance : ndarray of shape (drivers times cuts,) * 2
        Of the differences at single cuts, those of the first driver first.
    p_same : ndarray of shape (1 + drivers,)
        P-values of equal slopes, all columns together first.
    gap_covariance : ndarray of shape (drivers times cuts,) * 2
        Of the differences at single cuts less those of the ordinal model, in the same order.
    at : int
        Place of the published cut.
    degrees_of_freedom : float
    """

    labels: tuple[str, ...]
    fits: CutFits
    contrasts: list[list[ShareContrast]]
    ordinal: list[list[ShareContrast]]
    covariance: Floats
    p_same: Floats
    gap_covariance: Floats
    at: int
    degrees_of_freedom: float

    @property
    def gap_at_cut(self) -> Floats:
        """Distance of the two at the published cut, per driver."""
        return np.array(
            [
                abs(alone[self.at].difference - whole[self.at].difference)
                for alone, whole in zip(self.contrasts, self.ordinal, strict=True)
            ]
        )

    @property
    def errors(self) -> Floats:
        """Standard errors of the ordinal model there."""
        return np.array([whole[self.at].difference_se for whole in self.ordinal])

    @property
    def gap_errors(self) -> Floats:
        """Standard errors of the gaps, shape (drivers, cuts)."""
        variance = np.maximum(np.diag(self.gap_covariance), 0.0)
        return np.asarray(np.sqrt(variance).reshape(len(self.labels), -1))

    def differ(self, level: float) -> NDArray[np.bool_]:
        """Tell which freed drivers have a gap clear of zero, all drivers looked at together."""
        tail = (1.0 - level) / (2.0 * len(self.labels))
        reach = float(stats.t.isf(tail, self.degrees_of_freedom))
        return self.freed & (self.gap_at_cut > reach * self.gap_errors[:, self.at])

    @property
    def freed(self) -> NDArray[np.bool_]:
        """Drivers whose two figures are further apart there than the rule allows."""
        gap = self.gap_at_cut
        return (gap > PROPORTIONAL_WITHIN) | (gap > self.errors)


def fit_usable_cuts(
    rows: AnswerRows, scale: Scale, checks: list[Check], *, link: str, levels: bool
) -> CutFits:
    """Fit the cuts that the answers can carry.

    Parameters
    ----------
    rows : AnswerRows
    scale : Scale
        Of the outcome.
    checks : list of Check
        Gets one that names the cuts left out.
    link : str
    levels : bool
        Give each agency a level of its own.

    Returns
    -------
    CutFits

    Raises
    ------
    ModelError
        The answers cannot carry the published cut, or there is no other.
    """
    cuts = np.unique(rows.answers)[1:]
    if len(cuts) < 2:
        raise ModelError("An outcome with two answers has one cut: there is nothing to compare.")
    weights, counts = weights_and_counts(rows.survey)
    parts, left_out = [], []
    for cut in _spread_out(cuts, rows.cut):
        try:
            _refuse_few(rows, cut, levels=levels)
            parts.append(
                fit_cuts(
                    rows.answers,
                    rows.design,
                    cuts=[cut],
                    weights=weights,
                    counts=counts,
                    groups=rows.agency if levels else None,
                    link=link,
                    names=rows.names,
                    group_names=rows.agencies,
                )
            )
        except ModelError:
            if cut == rows.cut:
                raise
            left_out.append(name_cut(scale, cut))
    if left_out:
        named = "; ".join(f"“{label}”" for label in left_out)
        text = (
            f"Cuts that cannot carry a model, with too few answers on one side or answers that a "
            f"driver separates: {named}."
        )
        checks.append(Check("cuts_left_out", None, text))
    return join_cuts(parts)


def _spread_out(cuts: NDArray[np.int64], published: int) -> list[int]:
    """Choose cuts over the whole scale where there are too many to show."""
    if len(cuts) <= MOST_CUTS:
        return [int(cut) for cut in cuts]
    chosen = cuts[np.linspace(0, len(cuts) - 1, MOST_CUTS).round().astype(int)]
    chosen[int(np.abs(chosen - published).argmin())] = published
    return [int(cut) for cut in chosen]


def _refuse_few(rows: AnswerRows, cut: int, *, levels: bool) -> None:
    people, above = rows.people, rows.answers >= cut
    parameters = rows.design.shape[1] + 1
    if levels:
        per_agency = np.bincount(rows.agency, weights=above)
        size = np.bincount(rows.agency)
        parameters += int(((per_agency > 0) & (per_agency < size)).sum()) - 1
    events = min(float(people[above].sum()), float(people[~above].sum()))
    needed = EVENTS_PER_PARAMETER * parameters
    if events < needed:
        raise ModelError(
            f"A cut with {parameters} parameters needs at least {needed} answers on each side; "
            f"got {events:,.0f}. Use fewer drivers or case-mix columns, or leave the agency "
            f"effects out."
        )


def tell_effects(
    rows: AnswerRows,
    steps: Sequence[Step],
    fits: CutFits,
    whole: CumulativeLinkFit,
    drawn: Design,
    *,
    levels: bool,
) -> CutEffects:
    """Turn the models into changes of shares, with their joint covariance.

    Parameters
    ----------
    rows : AnswerRows
    steps : sequence of Step
        One per driver.
    fits : CutFits
    whole : CumulativeLinkFit
        The ordinal model of the same rows.
    drawn : Design
    levels : bool
        Whether agencies have levels of their own.

    Returns
    -------
    CutEffects
    """
    groups = rows.agency if levels else None
    alone = [
        [
            share_contrast(
                fit,
                rows.design[used],
                cut=1,
                before={step.column: step.low},
                after={step.column: step.high},
                mass=fits.mass[used],
                groups=None if codes is None else codes[used],
            )
            for step in steps
        ]
        for k, (fit, codes) in enumerate(zip(fits.fits, fits.groups, strict=True))
        for used in [fits.used(k)]
    ]
    ordinal = [
        [
            share_contrast(
                whole,
                rows.design,
                cut=int(cut),
                before={step.column: step.low},
                after={step.column: step.high},
                mass=fits.mass,
                groups=groups,
            )
            for cut in fits.cuts
        ]
        for step in steps
    ]
    gradients = [np.array([contrast.gradient for contrast in cut]) for cut in alone]
    joint = fits.joint_covariance(gradients, drawn=drawn)
    size = len(steps)
    order = np.arange(len(fits.cuts) * size).reshape(-1, size).T.ravel()
    gaps = fits.joint_covariance(
        gradients,
        drawn=drawn,
        less=_whole_influence(rows, fits, whole, ordinal, groups=groups),
    )
    test = brant_test(
        fits.slopes(),
        fits.slope_covariance(drawn=drawn),
        terms=[[step.column] for step in steps],
        degrees_of_freedom=drawn.degrees_of_freedom,
    )
    return CutEffects(
        labels=tuple(rows.survey.question(driver).label for driver in rows.drivers),
        fits=fits,
        contrasts=[[cut[j] for cut in alone] for j in range(size)],
        ordinal=ordinal,
        covariance=joint[np.ix_(order, order)],
        p_same=test.p_value,
        gap_covariance=gaps[np.ix_(order, order)],
        at=int(np.flatnonzero(fits.cuts == rows.cut)[0]),
        degrees_of_freedom=drawn.degrees_of_freedom,
    )


def _whole_influence(
    rows: AnswerRows,
    fits: CutFits,
    whole: CumulativeLinkFit,
    ordinal: Sequence[Sequence[ShareContrast]],
    *,
    groups: NDArray[np.int64] | None,
) -> Callable[[slice, Floats], Floats]:
    """Give what each row adds to the figures of the ordinal model, drivers within cuts."""
    weights, counts = weights_and_counts(rows.survey)
    informed = fit_cumulative_link(
        rows.answers,
        rows.design,
        weights=weights,
        counts=counts,
        groups=groups,
        link=whole.link,
        variance="information",
        names=rows.names,
        group_names=None if groups is None else rows.agencies,
    )
    gradient = [step[k].gradient for k in range(len(fits.cuts)) for step in ordinal]
    lead = np.array(gradient) @ informed.covariance

    def influence(inside: slice, design: Floats) -> Floats:
        return ordinal_influence(
            informed,
            rows.answers[inside],
            design,
            fits.mass[inside],
            lead=lead,
            groups=None if groups is None else groups[inside],
        )

    return influence


def name_cut(scale: Scale, cut: int) -> str:
    """Name the answers at or above a cut, in words where the scale has them.

    Parameters
    ----------
    scale : Scale
    cut : int
        Place of the lowest of them.

    Returns
    -------
    str
    """
    answer = scale.answers[cut]
    words: dict[float, str] = {}
    for text, value in scale.labels.items():
        words.setdefault(value, text)
    last = cut == len(scale.answers) - 1
    if set(words) == set(scale.answers):
        return words[answer] if last else f"{words[answer]} or better"
    return f"{answer:g}" if last else f"{answer:g} or more"
