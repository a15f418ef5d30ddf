"""How much of the differences in morale is no more than sampling error?

The standard error of each unit's morale gives the noise to expect in its change over time and in
its average, each at the unit's own number of answers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxanalytics.models.morale_rows import MoraleRows, relation_rows
from cxanalytics.numerics.measurement_error import (
    Moments,
    hybrid_moments,
    moments,
    noise_of_means,
)
from cxanalytics.numerics.panel import WithinBetween

Array = NDArray[np.float64]

PARTS = ("within", "between")
RELIABILITY_TO_RELATE = 0.50


def error_moments(
    rows: MoraleRows, hybrid: WithinBetween | None
) -> dict[str, Moments | None] | None:
    """Give the moments and the expected noise of each part.

    Parameters
    ----------
    rows : MoraleRows
    hybrid : WithinBetween, optional
        None where morale does not change within groups: that part is then None.

    Returns
    -------
    dict or None
        None where the error of some row is not known.
    """
    error = np.square(rows.frame["morale_se"].to_numpy(dtype=float) / rows.step)
    if not np.isfinite(error).all():
        return None
    if hybrid is not None:
        return {
            part: hybrid_moments(hybrid, error, rows.weight, rows.cluster, which=part)
            for part in PARTS
        }
    (table, y), _ = relation_rows(rows, None)
    other = np.delete(table, 1, axis=1)
    noise = noise_of_means(error, rows.weight, rows.code, other, theta=np.zeros(len(y)))
    return {"within": None, "between": moments(table, y, 1, noise, rows.cluster)}


def morale_reliability(parts: dict[str, Moments | None] | None) -> tuple[float, float]:
    """Give the share that is no sampling error, within groups and between; NaN if unknown."""
    found = [None if parts is None else parts[part] for part in PARTS]
    within, between = (float("nan") if made is None else made.reliability for made in found)
    return within, between
