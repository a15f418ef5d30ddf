"""What becomes of a model that the data cannot carry?

A notebook goes on where a model is refused, and the page says why in the model's place. Wrong
arguments and wrong data are no refusals: they stop the notebook.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

import pandas as pd

from cxanalytics.errors import ModelError
from cxanalytics.tables import ESTIMATE_COLUMNS, Check, Estimates

REFUSED = "refused"
"""Name of the check that carries the reason."""
HOLDS_NO = "The study holds no"
"""Start of the reason where data are not there at all."""

NOT_HELD = {
    "staff": "staff answers",
    "survey": "answers to a survey",
    "customers": "answers of customers",
    "operations": "counts of what units did",
    "before": "scores of an earlier wave",
    "panel": "morale and results of the same units",
}


def fit_or_reason(fit: Callable[..., Estimates], *data: Any, **options: Any) -> Estimates:
    """Fit a model, or give the reason why these data cannot carry it.

    Data that a study does not hold come as None; where `fit` does not take None for them, that is
    the reason. Estimates that were refused hand their reason on.

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
    if lacking := _lacking(fit, data):
        return _refusal(lacking)
    try:
        return fit(*data, **options)
    except ModelError as error:
        return _refusal(str(error))


def _lacking(fit: Callable[..., Estimates], data: tuple[Any, ...]) -> str:
    """Say which data are not held and needed, or were themselves refused."""
    for value in data:
        if isinstance(value, Estimates) and value.frame.empty and value.facts.get("reason"):
            return str(value.facts["reason"])
    asked = signature(fit).parameters.values()
    for value, parameter in zip(data, asked, strict=False):
        if value is None and "None" not in str(parameter.annotation):
            return f"{HOLDS_NO} {NOT_HELD.get(parameter.name, 'data for this model')}."
    return ""


def _refusal(reason: str) -> Estimates:
    return Estimates(
        frame=pd.DataFrame(columns=list(ESTIMATE_COLUMNS)),
        quantity="Nothing: the data cannot carry the model",
        checks=(Check(REFUSED, False, reason),),
        facts={"reason": reason},
    )
