"""Which groups of one published total may be shown?

Primary suppression hides groups smaller than a threshold. Pages say so ("fewer than 10"), and the
total is published, so a reader may calculate: the hidden groups together have a known number of
answers, each small one has less than the threshold, and a group hidden for another's sake is no
larger than the smallest one shown. More groups are hidden until the number of every small one
stays open under all of that.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.rules import COMPLEMENTARY, FEW, HIDDEN, THRESHOLDS, Thresholds

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

OPEN = 2
"""How far apart the least and the most that a hidden number of answers could be must lie."""

PROTECTORS = 4
"""Most groups hidden for the sake of small ones: more would not help where all are alike."""

ALL_HIDDEN = 2
"""Most groups that are all hidden, so that who knows the rule has none shown to calculate with."""


def suppress(
    n: pd.Series[float],
    n_eff: pd.Series[float] | None = None,
    *,
    total_published: bool,
    order: pd.Series[float] | None = None,
    apart: Collection[str] = (),
    held: Collection[str] = (),
    thresholds: Thresholds = THRESHOLDS,
) -> pd.Series[str]:
    """Say for each group why it is not shown.

    Parameters
    ----------
    n : Series
        Answers per group.
    n_eff : Series, optional
        Effective answers per group, same index; `n` when absent.
    total_published : bool
        True where the sum over all groups is published anywhere.
    order : Series, optional
        Sizes by which the next group is chosen, same index: the same in all tables of a wave, so
        that no table shows the group that another one hides for the same reason. `n` when absent.
    apart : collection of str
        Groups that are published elsewhere and are in no total: they protect nobody.
    held : collection of str
        Groups that an earlier release hid: they stay hidden.
    thresholds : Thresholds

    Returns
    -------
    Series of str
        "" for shown; "few" below `rank` (base only); "hidden" below `hide`; "complementary"
        for a group hidden to protect another.
    """
    answers = np.asarray(n, dtype=np.float64)
    effective = answers if n_eff is None else np.asarray(n_eff, dtype=np.float64)
    told = np.full(len(n), "", dtype=object)
    told[effective < thresholds.rank] = FEW
    told[answers < thresholds.hide] = HIDDEN
    told[n.index.isin(list(held)) & (answers >= thresholds.hide)] = COMPLEMENTARY
    if total_published:
        sizes = answers if order is None else np.asarray(order, dtype=np.float64)
        own = np.flatnonzero(~n.index.isin(list(apart)))
        chosen = _protectors(answers[own], sizes[own], told[own], thresholds.hide)
        told[own[chosen]] = COMPLEMENTARY
    return pd.Series(told, index=n.index, dtype=object)


def _protectors(n: Floats, order: Floats, told: NDArray[np.object_], hide: int) -> Places:
    """Choose the groups to hide for the sake of small ones, the next smallest first."""
    hidden, kept = told == HIDDEN, told == COMPLEMENTARY
    small = n[hidden & (n > 0)]
    free = np.flatnonzero(~hidden & ~kept)
    free = free[np.argsort(order[free], kind="stable")]
    if small.size == 0:
        return free[:0]
    for knows_rule in (True, False):
        for count in range(min(PROTECTORS, len(free)) + 1):
            if knows_rule and ALL_HIDDEN < count == len(free):
                break
            chosen, shown = n[free[:count]], n[free[count:]]
            if _open(small, n[kept], chosen, shown if knows_rule else shown[:0], hide):
                return free[:count]
    return free[:1]


def _open(small: Floats, kept: Floats, chosen: Floats, shown: Floats, hide: int) -> bool:
    """Tell whether the number of every small group stays open to who knows total and rule."""
    more = len(kept) + len(chosen)
    total = small.sum() + kept.sum() + chosen.sum()
    if total < hide:
        return False
    rest = len(small) - 1
    bounded = len(shown) > 0 and len(kept) == 0
    most = max(shown[0], *chosen, 0.0) if bounded else np.inf
    low = max(1.0, total - rest * (hide - 1) - (more * most if more else 0.0))
    high = min(hide - 1.0, total - rest - more * hide)
    return bool(high - low >= OPEN)
