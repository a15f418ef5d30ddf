"""What becomes of a model that the data cannot carry?

A notebook goes on where a model is refused, and the page says why in the model's place. Wrong
arguments and wrong data are no refusals: they stop the notebook.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from cxanalytics.errors import ModelError
from cxanalytics.tables import ESTIMATE_COLUMNS, Check, Estimates

REFUSED = "refused"
"""Name of the check that carries the reason."""


def fit_or_reason(fit: Callable[..., Estimates], *data: Any, **options: Any) -> Estimates:
    """Fit a model, or give the reason why these data cannot carry it.

    Parameters
    ----------
    fit : callable
        A function that returns `Estimates`, such as `fit_drivers`.
    *data, **options
        Its arguments.

    Returns
    -------
    Estimates
        What `fit` returns; where it refuses with a `ModelError`, no rows, with the message as the
        fact `reason` and as a failed check.

    Raises
    ------
    DataError, ParamsError
        As `fit` does.
    """
    try:
        return fit(*data, **options)
    except ModelError as error:
        return Estimates(
            frame=pd.DataFrame(columns=list(ESTIMATE_COLUMNS)),
            quantity="Nothing: the data cannot carry the model",
            checks=(Check(REFUSED, False, str(error)),),
            facts={"reason": str(error)},
        )
