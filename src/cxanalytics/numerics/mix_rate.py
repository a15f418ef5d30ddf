"""How much of a change comes from who answered, and how much from what they answered?

A score is the sum over groups (channels, topics, regions) of the group's share of answers times its
own score. The change of the sum is split exactly: the mix part holds the groups' scores at the
average of the two waves, the rate part holds their shares there. Neither wave is favored, and
nothing is left over.

Kitagawa (1955), Journal of the American Statistical Association 50(272).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxanalytics.errors import ModelError

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MixRate:
    """A change, split.

    Attributes
    ----------
    change, mix, rate : the change and its two parts; ``mix + rate == change``.
    mix_error, rate_error : standard errors.
    mix_by_group, rate_by_group : (K,) what each group adds to each part. A group's part of the mix
        is counted from the average score, so that a group of average score adds nothing by growing.
    """

    change: float
    mix: float
    rate: float
    mix_error: float
    rate_error: float
    mix_by_group: Array
    rate_by_group: Array


def split_change(
    score_before: ArrayLike,
    score_now: ArrayLike,
    n_before: ArrayLike,
    n_now: ArrayLike,
    *,
    variance_before: ArrayLike,
    variance_now: ArrayLike,
) -> MixRate:
    """Split the change of a score into mix and rate.

    Parameters
    ----------
    score_before, score_now : (K,) score of each group in the two waves.
    n_before, n_now : (K,) effective numbers of answers, or weights that sum to them; the groups'
        shares are drawn from them as from a multinomial.
    variance_before, variance_now : (K,) sampling variances of the scores.

    Raises
    ------
    ModelError
        A group has no answers in one of the waves: its score there is unknown.

    Assumes
    -------
    Independent waves; simple random answers within groups given their effective numbers.
    """
    before, now = np.asarray(score_before, float), np.asarray(score_now, float)
    size_before, size_now = np.asarray(n_before, float), np.asarray(n_now, float)
    if not ((size_before > 0) & (size_now > 0)).all():
        raise ModelError("Every group must have answers in both waves; merge or leave out others.")
    w_before, w_now = size_before / size_before.sum(), size_now / size_now.sum()
    score, share = 0.5 * (before + now), 0.5 * (w_before + w_now)
    center = float(share @ score)
    mix_by_group = (w_now - w_before) * (score - center)
    rate_by_group = share * (now - before)
    variances = np.asarray(variance_before, float) + np.asarray(variance_now, float)
    moved = now - before
    mix_variance = 0.25 * float(np.square(w_now - w_before) @ variances)
    rate_variance = float(np.square(share) @ variances)
    for w, size in ((w_before, size_before.sum()), (w_now, size_now.sum())):
        mix_variance += _multinomial(score, w, size)
        rate_variance += 0.25 * _multinomial(moved, w, size)
    return MixRate(
        change=float(w_now @ now - w_before @ before),
        mix=float(mix_by_group.sum()),
        rate=float(rate_by_group.sum()),
        mix_error=float(np.sqrt(mix_variance)),
        rate_error=float(np.sqrt(rate_variance)),
        mix_by_group=mix_by_group,
        rate_by_group=rate_by_group,
    )


def _multinomial(values: Array, share: Array, n: float) -> float:
    """Variance of ``share @ values`` where the shares come from `n` answers."""
    return max(float(share @ np.square(values) - (share @ values) ** 2), 0.0) / n


def linear_parts(
    values: ArrayLike, groups: ArrayLike, now: ArrayLike, *, mass: ArrayLike
) -> tuple[Array, Array]:
    """Give what each answer does to the mix and to the rate part of one change.

    Sums of these over the sampling units that were drawn give the errors of the two parts under any
    design, units that serve in both waves among them.

    Parameters
    ----------
    values : (N,) what is averaged.
    groups : (N,) group of each answer, 0 to K - 1, each with answers in both waves.
    now : (N,) True in the later wave.
    mass : (N,) weights, counts included.

    Returns
    -------
    mix, rate : (N,) each sums to zero over the answers of either wave.
    """
    value, group = np.asarray(values, float), np.asarray(groups, dtype=np.int64)
    later, weight = np.asarray(now, dtype=bool), np.asarray(mass, float)
    many = int(group.max()) + 1
    side = later.astype(np.int64)
    place = side * many + group
    total = np.bincount(place, weights=weight, minlength=2 * many)
    score = np.bincount(place, weights=weight * value, minlength=2 * many) / total
    residual = weight * (value - score[place]) / total[place]
    total, score = total.reshape(2, many), score.reshape(2, many)
    share = total / total.sum(axis=1, keepdims=True)
    middle, moved = score.mean(axis=0), score[1] - score[0]
    shift, weight_of_group = share[1] - share[0], share.mean(axis=0)
    sign = np.where(later, 1.0, -1.0)
    in_wave = weight / total.sum(axis=1)[side]
    mix = sign * in_wave * (middle[group] - (share @ middle)[side])
    mix += 0.5 * shift[group] * residual
    rate = 0.5 * in_wave * (moved[group] - (share @ moved)[side])
    rate += sign * weight_of_group[group] * residual
    return mix, rate
