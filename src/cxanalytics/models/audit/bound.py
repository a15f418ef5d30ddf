"""How far could a score be off if people who did not answer think differently?"""

from __future__ import annotations

import pandas as pd

from cxanalytics.models.counted import answer_rows, hide_agencies
from cxanalytics.models.response import NONRESPONDENTS_DIFFER
from cxanalytics.rules import Thresholds
from cxanalytics.tables import Survey

FIGURES = ["n", "score", "rate", "low", "high"]


def nonresponse_bound(
    survey: Survey, response: pd.DataFrame, *, thresholds: Thresholds
) -> pd.DataFrame:
    """Bound the share of positive answers to the outcome, by agency and wave.

    Parameters
    ----------
    survey : Survey
    response : DataFrame
        As `fit_response` gives it.
    thresholds : Thresholds

    Returns
    -------
    DataFrame
        `agency period n cut score rate low high suppressed_reason`, for the agencies and waves
        that have both answers and a response rate.
    """
    scale = survey.question(survey.outcome).scale
    rows = answer_rows(survey)
    positive = scale.is_positive(rows[survey.outcome]) * rows["weight"]
    sums = (
        rows.assign(positive=positive)
        .groupby(["agency", "period"], sort=True)[["n", "weight", "square", "positive"]]
        .sum()
    )
    n_eff = sums["n"] if survey.counts else sums["weight"] ** 2 / sums["square"]
    scores = pd.DataFrame(
        {"n": sums["n"], "n_eff": n_eff, "score": sums["positive"] / sums["weight"]}
    ).reset_index()
    own = hide_agencies(
        scores.assign(cut=scale.cut_label),
        survey,
        figures=["n", "score"],
        few=True,
        thresholds=thresholds,
    )
    rates = response[["agency", "period", "rate", "suppressed_reason"]]
    table = own.merge(rates, on=["agency", "period"], suffixes=("", "_of_rate"))
    reason = table["suppressed_reason"]
    table["suppressed_reason"] = reason.where(reason != "", table["suppressed_reason_of_rate"])
    off = (1 - table["rate"]) * NONRESPONDENTS_DIFFER
    table["low"] = (table["score"] - off).clip(lower=0.0)
    table["high"] = (table["score"] + off).clip(upper=1.0)
    table.loc[table["suppressed_reason"] != "", FIGURES] = float("nan")
    columns = ["agency", "period", "n", "cut", "score", "rate", "low", "high", "suppressed_reason"]
    return table[columns].reset_index(drop=True)
