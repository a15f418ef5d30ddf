"""How far does a driver realistically move?

From the 25th to the 75th percentile of its answers, weighted, and one step of its scale at least:
a difference between people that exists, in units that they were asked in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxanalytics.models.answers import AnswerRows


@dataclass(frozen=True, slots=True)
class Step:
    """A change of one driver.

    Attributes
    ----------
    column : int
        Of the design.
    low, high : float
        Where the change starts and ends, on the driver's scale.
    """

    column: int
    low: float
    high: float

    @property
    def size(self) -> float:
        """Length of the step."""
        return self.high - self.low


def realistic_step(rows: AnswerRows, driver: str) -> Step:
    """Take the step from the 25th to the 75th percentile, one step of the scale at least.

    Parameters
    ----------
    rows : AnswerRows
    driver : str
        One of `rows.drivers`.

    Returns
    -------
    Step
    """
    column = rows.names.index(driver)
    place, values = pd.factorize(rows.design[:, column], sort=True)
    weight = rows.survey.frame["weight"].to_numpy(dtype=float)
    reached = np.cumsum(np.bincount(place, weight)) / weight.sum()
    # A quarter that is reached exactly must be found whatever the weights are multiplied by.
    low, high = values[np.searchsorted(reached, np.array([0.25, 0.75]) - 1e-9)].astype(float)
    answers = rows.survey.question(driver).scale.answers
    smallest = float(np.diff(answers).min())
    if high - low < smallest:
        high = low + smallest
        if high > answers[-1]:
            low, high = answers[-1] - smallest, answers[-1]
    return Step(column, float(low), float(high))
