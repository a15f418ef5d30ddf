"""Which columns of a survey say how its respondents were drawn?

Weights, counts, sampling units and strata as the numerics want them. Counts are respondents;
weights are not. Where no sampling units are named but people answered more than once, each
person is one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.errors import ModelError
from cxanalytics.numerics.survey_design import Design, survey_design
from cxanalytics.published import NOT_POSSIBLE, Published
from cxanalytics.tables import Survey

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def need_answers(data: object) -> None:
    """Refuse published scores, which have no number of answers and so no sampling error.

    Parameters
    ----------
    data : object
        What a model was given.

    Raises
    ------
    ModelError
        It is `Published`.
    """
    if isinstance(data, Published):
        raise ModelError(NOT_POSSIBLE)


def weights_and_counts(survey: Survey) -> tuple[Floats | None, Floats | None]:
    """Give sampling weights (None where all are equal) and counts (None where rows are people)."""
    weight = survey.frame["weight"].to_numpy(dtype=float)
    if survey.counts:
        return None, weight
    return (None if np.ptp(weight) == 0 else weight), None


def drawn_as(survey: Survey) -> tuple[Design, Floats | None]:
    """Say how the rows were drawn, and what each weighs (None where all weigh the same)."""
    weights, counts = weights_and_counts(survey)
    psu, strata = sampling_units(survey.frame), role_codes(survey.frame, "stratum")
    return survey_design(len(survey.frame), psu=psu, strata=strata, counts=counts), weights


def role_codes(frame: pd.DataFrame, role: str) -> Integers | None:
    """Number the values of one role from 0; None where the survey has no such column."""
    if role not in frame.columns:
        return None
    return np.asarray(pd.factorize(frame[role], use_na_sentinel=False)[0], dtype=np.int64)


def sampling_units(frame: pd.DataFrame) -> Integers | None:
    """Number the sampling units; None where every row is one."""
    if "psu" in frame.columns:
        return role_codes(frame, "psu")
    if "respondent" in frame.columns and frame["respondent"].duplicated().any():
        return role_codes(frame, "respondent")
    return None
