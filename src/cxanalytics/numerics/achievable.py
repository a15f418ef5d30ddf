"""What level does the leading group reach together?

The achievable benchmark of care: units in the order of an adjusted share, ``(x + 1) / (n + 2)``,
which keeps a tiny unit with a perfect score from leading; the first ones that together hold a tenth
of all answers are the leading group, and the benchmark is their pooled share. It is what some have
reached, not the best that chance has shown.

Weissman et al. (1999), Journal of Evaluation in Clinical Practice 5(3); Kiefe et al. (2001), JAMA
285(22).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxanalytics.errors import ModelError

LEADING_SHARE = 0.10


@dataclass(frozen=True, slots=True)
class AchievableBenchmark:
    """Level of the leading group.

    Attributes
    ----------
    level : pooled share of the leading group.
    leading : (G,) flags of its units.
    n : answers of the leading group.
    """

    level: float
    leading: NDArray[np.bool_]
    n: float


def achievable_benchmark(
    share: ArrayLike, n: ArrayLike, *, at_least: float = LEADING_SHARE
) -> AchievableBenchmark:
    """Return the achievable benchmark of shares.

    Parameters
    ----------
    share, n : (G,) share of each unit, and its (effective) number of answers.
    at_least : part of all answers that the leading group holds.

    Raises
    ------
    ModelError
        Without units, or `at_least` outside 0 to 1.
    """
    share, n = np.asarray(share, dtype=float), np.asarray(n, dtype=float)
    if not len(share) or not (n > 0).all():
        raise ModelError("`n` must be positive for at least one unit, and for every unit.")
    if not 0.0 < at_least <= 1.0:
        raise ModelError(f"`at_least` must lie above 0 and at most at 1; got {at_least}.")
    adjusted = (share * n + 1.0) / (n + 2.0)
    order = np.argsort(-adjusted, kind="stable")
    held = np.cumsum(n[order]) / n.sum()
    # rounding must not add a unit where the group holds its part exactly
    last = int(np.flatnonzero(held >= at_least - 1e-12)[0])
    # units that tie with the last one lead as well: nothing tells them apart
    leading = adjusted >= adjusted[order[last]]
    return AchievableBenchmark(
        level=float(n[leading] @ share[leading] / n[leading].sum()),
        leading=leading,
        n=float(n[leading].sum()),
    )
