"""How is the change of each agency split by one way of grouping people?

Groups with few people in either wave are counted together before anything is computed. What each
answer does to either part is summed by sampling unit over both waves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.models.case_mix_columns import NOT_TOLD
from cxanalytics.models.sampling import role_codes, sampling_units, weights_and_counts
from cxanalytics.models.statistic import score_values
from cxanalytics.numerics.between import BetweenUnits
from cxanalytics.numerics.mix_rate import linear_parts, split_change
from cxanalytics.numerics.small_samples import few_units_factor
from cxanalytics.numerics.survey_design import Design, domain_means, survey_design
from cxanalytics.rules import Thresholds
from cxanalytics.tables import Survey

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ONE_GROUP, ONE_UNIT = "one_group", "one_unit"
"""Why a change that is shown is not split: a single group, or a single sampling unit in a wave."""

_SPLIT = ("estimate", "rate", "groups", "merged", "reason")


@dataclass(frozen=True, slots=True)
class TwoWaves:
    """Both waves, with what is averaged; every array has shape (rows,)."""

    frame: pd.DataFrame
    values: Floats
    mass: Floats
    people: Floats
    later: NDArray[np.bool_]
    design: Design


def take_waves(waves: Survey, measure: str, statistic: str, now: str) -> TwoWaves:
    """Take what is averaged, and how it was drawn, from two waves; `now` is the later one."""
    frame = waves.frame
    weights, counts = weights_and_counts(waves)
    mass = np.ones(len(frame)) if weights is None else weights
    return TwoWaves(
        frame=frame,
        values=score_values(
            waves.question(measure), frame[measure].to_numpy(dtype=float), statistic
        ),
        mass=mass if counts is None else mass * counts,
        people=np.ones(len(frame)) if counts is None else counts,
        later=(frame["period"] == now).to_numpy(),
        design=survey_design(
            len(frame),
            psu=sampling_units(frame),
            strata=role_codes(frame, "stratum"),
            counts=counts,
        ),
    )


def split_column(
    sample: TwoWaves, name: str, agencies: Sequence[str], thresholds: Thresholds
) -> pd.DataFrame:
    """Split the changes of some agencies by one column."""
    column = sample.frame[name]
    label, _ = pd.factorize(column.astype(object).where(column.notna(), NOT_TOLD).astype(str))
    number = {key: place for place, key in enumerate(agencies)}
    agency = sample.frame["agency"].astype(str).map(number).fillna(-1).to_numpy(dtype=np.int64)
    answered = np.isfinite(sample.values)
    rows: list[dict[str, float | str]] = []
    linear = np.zeros((2, len(label)))
    for place, key in enumerate(agencies):
        here = np.flatnonzero((agency == place) & answered)
        row, parts = _split_agency(sample, label, here, thresholds)
        rows.append({"agency": key, "column": name, **row})
        if parts is not None:
            linear[:, here] = parts
    table = pd.DataFrame(rows, columns=["agency", "column", *_SPLIT])
    table = table.astype(dict.fromkeys(_SPLIT[:-1], float))
    if not len(agencies):
        return table.assign(std_error=np.nan, rate_std_error=np.nan)
    lift = _lift(sample, np.where(answered, agency, -1))
    domain = np.maximum(agency, 0)
    for part, error in zip(linear, ("std_error", "rate_std_error"), strict=True):
        between = BetweenUnits(sample.design, 0, n_groups=len(agencies))
        between.add(
            np.arange(len(label)), np.empty((len(label), 0)), groups=domain, group_scores=part
        )
        table[error] = np.sqrt(lift * np.maximum(np.diag(between.covariance()), 0.0))
    return table


def _lift(sample: TwoWaves, domain: Integers) -> Floats:
    """Find how much variances from the few sampling units of an agency are too small."""
    weight = sample.mass if sample.design.counts is None else sample.mass / sample.design.counts
    own = domain_means(sample.values, design=sample.design, weights=weight, domains=domain)
    return few_units_factor(own.n_psu, own.degrees_of_freedom, per_unit=sample.design.per_unit)


def _split_agency(
    sample: TwoWaves, label: Integers, here: Integers, thresholds: Thresholds
) -> tuple[dict[str, float | str], NDArray[np.float64] | None]:
    """Split one change; None where it cannot be split."""
    later, people = sample.later[here], sample.people[here]
    group, merged = merge_groups(label[here], later, people, at_least=thresholds.hide)
    many = int(group.max()) + 1
    empty = {"estimate": np.nan, "rate": np.nan, "groups": float(many), "merged": merged}
    if many < 2:
        return {**empty, "reason": ONE_GROUP}, None
    unit = sample.design.psu
    if unit is not None and min(len(np.unique(unit[here][later == side])) for side in (0, 1)) < 2:
        return {**empty, "reason": ONE_UNIT}, None
    value, mass = sample.values[here], sample.mass[here]
    place = later.astype(np.int64) * many + group
    total = np.bincount(place, weights=mass, minlength=2 * many).reshape(2, many)
    score = np.bincount(place, weights=mass * value, minlength=2 * many).reshape(2, many) / total
    nothing = np.zeros(many)
    split = split_change(
        score[0], score[1], total[0], total[1], variance_before=nothing, variance_now=nothing
    )
    found = {"estimate": split.mix, "rate": split.rate, "groups": float(many), "merged": merged}
    return {**found, "reason": ""}, np.array(linear_parts(value, group, later, mass=mass))


def merge_groups(
    label: Integers, later: NDArray[np.bool_], people: Floats, *, at_least: int
) -> tuple[Integers, float]:
    """Count groups together that have too few people in either of two waves.

    Small groups become one; while that one is too small as well, the smallest other group joins it.

    Parameters
    ----------
    label : ndarray of int, shape (rows,)
    later : ndarray of bool, shape (rows,)
    people : ndarray of shape (rows,)
    at_least : int

    Returns
    -------
    groups : ndarray of int, shape (rows,)
        Numbered from 0, in the order of the labels; those counted together are the last.
    merged : float
        Share of the people who are in groups that were counted together.
    """
    names, place = np.unique(label, return_inverse=True)
    size = np.zeros((2, len(names)))
    np.add.at(size, (later.astype(np.int64), place), people)
    joined: NDArray[np.bool_] = np.any(size < at_least, axis=0)
    while joined.any() and not joined.all():
        if (size[:, joined].sum(axis=1) >= at_least).all():
            break
        smallest = np.where(joined, np.inf, size.min(axis=0))
        joined[int(smallest.argmin())] = True
    number = np.cumsum(~joined) - 1
    number[joined] = int((~joined).sum())
    return number[place].astype(np.int64), float(size[:, joined].sum() / size.sum())
