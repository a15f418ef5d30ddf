"""What moved the cost of a resolved case: the price of a contact, or contacts per case?

``cost / resolved = (cost / handled) (handled / resolved)`` in every unit. Over units the change of
the whole is split exactly, in logarithms, with the logarithmic-mean weights of the additive Divisia
index (Ang 2004, Energy Policy 32(9)): unit cost, contacts per case, and cases that moved to dearer
or cheaper units. Its error comes from leaving out one cluster at a time (Efron and Stein 1981,
Annals of Statistics 9(3)).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t as student

from cxanalytics.errors import ModelError
from cxanalytics.numerics.cluster_robust import FEWEST_CLUSTERS

Array = NDArray[np.float64]

PARTS = ("total", "unit_cost", "contacts", "shift")


@dataclass(frozen=True, slots=True)
class CostSplit:
    """Parts of a change in the cost per resolved case, in the order of `PARTS`.

    Attributes
    ----------
    change : (4,) changes of the logarithm; the first is the sum of the others.
    std_error, low, high : (4,) NaN with fewer than six clusters.
    df : degrees of freedom of the intervals.
    """

    change: Array
    std_error: Array
    low: Array
    high: Array
    df: float


def split_change(cost: ArrayLike, handled: ArrayLike, resolved: ArrayLike) -> Array:
    """Return the (4,) parts of the change of the logarithm of total cost per resolved case.

    Parameters
    ----------
    cost, handled, resolved : (units, 2) positive sums of each unit, before and after.

    Raises
    ------
    ModelError
        When a sum is not positive.
    """
    money, contacts, cases = (np.asarray(part, dtype=float) for part in (cost, handled, resolved))
    if not all((part > 0.0).all() for part in (money, contacts, cases)):
        raise ModelError("`cost`, `handled` and `resolved` must be positive in every unit.")
    whole = cases.sum(axis=0)
    held = money / whole
    total = money.sum(axis=0) / whole
    weight = _log_mean(held[:, 0], held[:, 1]) / _log_mean(*total)
    parts = (money / contacts, contacts / cases, cases / whole)
    steps = [float(weight @ np.log(part[:, 1] / part[:, 0])) for part in parts]
    return np.array([np.log(total[1] / total[0]), *steps])


def split_change_with_range(
    cost: ArrayLike,
    handled: ArrayLike,
    resolved: ArrayLike,
    cluster: ArrayLike,
    *,
    level: float = 0.95,
) -> CostSplit:
    """Split the change, with intervals over clusters of units.

    Parameters
    ----------
    cost, handled, resolved : as in `split_change`.
    cluster : (units,) labels.
    level : probability content of the intervals.
    """
    sums = [np.asarray(part, dtype=float) for part in (cost, handled, resolved)]
    change = split_change(*sums)
    code = np.unique(np.asarray(cluster), return_inverse=True)[1].ravel()
    groups = int(code.max()) + 1
    if groups < FEWEST_CLUSTERS:
        nothing = np.full(len(PARTS), np.nan)
        return CostSplit(change, nothing, nothing, nothing, np.nan)
    left = np.array(
        [split_change(*(part[code != group] for part in sums)) for group in range(groups)]
    )
    spread = np.square(left - left.mean(axis=0)).sum(axis=0)
    error = np.sqrt((groups - 1.0) / groups * spread)
    half = float(student.ppf(0.5 + 0.5 * level, groups - 1)) * error
    return CostSplit(change, error, change - half, change + half, float(groups - 1))


def _log_mean(first: ArrayLike, second: ArrayLike) -> Array:
    """Logarithmic mean ``(a - b) / log(a / b)``, its limit where both are nearly the same."""
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    step = np.log(a / b)
    near = np.abs(step) < 1e-6
    return np.asarray(np.where(near, np.sqrt(a * b), (a - b) / np.where(near, 1.0, step)))
