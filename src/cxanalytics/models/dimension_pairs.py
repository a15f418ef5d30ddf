"""How far does each dimension of effectiveness go with each other one?"""

from __future__ import annotations

import pandas as pd

from cxanalytics.models.dimension_items import Items, measure_items, measurement_facts
from cxanalytics.rules import LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Estimates, Survey


def fit_dimension_pairs(
    staff: Survey,
    *,
    items: Items,
    period: str | None = None,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Correlate every two dimensions, corrected for their unreliability.

    Parameters
    ----------
    staff, items, period, level, thresholds
        As in `fit_dimensions`.

    Returns
    -------
    Estimates
        A row per pair, "first | second": `estimate` is the corrected correlation of people's
        scores, which may exceed 1; `raw` the correlation before; `between` the correlation of the
        true levels of units, NaN where they hardly differ; `first second distinct`.

    Raises
    ------
    DataError, ModelError
        As `fit_dimensions`.

    Assumes
    -------
    As `fit_dimensions`.

    Reference
    ---------
    Spearman (1904); methods.md#dimensions-of-effectiveness.
    """
    found = measure_items(staff, items, period=period, level=level, thresholds=thresholds)
    between = found.between()
    rows = []
    for i, first in enumerate(found.names):
        for j in range(i + 1, len(found.names)):
            second, both = found.names[j], found.correlations
            rows.append(
                {
                    "key": f"{first} | {second}",
                    "estimate": both.corrected[i, j],
                    "std_error": both.std_error[i, j],
                    "conf_low": both.low[i, j],
                    "conf_high": both.high[i, j],
                    "n": len(found.rows.codes),
                    "first": first,
                    "second": second,
                    "raw": both.raw[i, j],
                    "between": between[i, j],
                    "distinct": found.verdict(i, [j]),
                }
            )
    columns = ["key", "estimate", "std_error", "conf_low", "conf_high", "n", "first", "second"]
    frame = pd.DataFrame(rows, columns=[*columns, "raw", "between", "distinct"])
    return Estimates(
        frame=frame.astype({"distinct": object}),
        quantity="Correlation of two dimensions, corrected for their unreliability",
        level=level,
        checks=(*staff.notes, *found.rows.checks),
        facts=measurement_facts(found),
    )
