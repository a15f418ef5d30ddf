"""What does a score count: which answers, on which footing, and how is that named?

Every figure names its cut, because "positive" on one scale is not "positive" on another.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxanalytics.errors import ParamsError, must_be
from cxanalytics.scales import Scale
from cxanalytics.tables import Question

Floats = NDArray[np.float64]

SHARES = ("positive", "top", "top_two", "promoters", "detractors")
STATISTICS = (*SHARES, "mean", "pomp", "net")

FEWEST_FOR_TOP_TWO = 4
"""Answers a scale must have before its two best ones are a score."""


def score_values(question: Question, answers: Floats, statistic: str) -> Floats:
    """Turn answers into what is averaged.

    Parameters
    ----------
    question : Question
    answers : ndarray of shape (rows,)
        NaN is missing.
    statistic : str
        One of `STATISTICS`.

    Returns
    -------
    ndarray of shape (rows,)
        1 or 0 for a share; the answer itself for "mean", and its place between the worst (0) and
        the best (1) for "pomp"; 1, 0 or -1 for "net"; NaN where the answer is missing.

    Raises
    ------
    ParamsError
        An unknown statistic, or "top_two" on a scale of fewer than four answers.
    """
    if statistic not in STATISTICS:
        raise ParamsError(must_be("statistic", STATISTICS, statistic))
    scale = question.scale
    if statistic == "mean":
        return answers
    if statistic == "pomp":
        return scale.pomp(answers) / 100.0
    if statistic == "net":
        return scale.net(answers)
    if statistic == "positive":
        return scale.is_positive(answers)
    if statistic == "top":
        return scale.is_top(answers)
    return _flag(answers, _chosen(scale, statistic))


def _chosen(scale: Scale, statistic: str) -> tuple[float, ...]:
    if statistic != "top_two":
        return scale.promoters if statistic == "promoters" else scale.detractors
    if len(scale.answers) < FEWEST_FOR_TOP_TWO:
        raise ParamsError(
            f"`statistic` 'top_two' needs a scale of {FEWEST_FOR_TOP_TWO} answers or more; "
            f"{scale.id!r} has {len(scale.answers)}."
        )
    return scale.answers[-2:]


def _flag(answers: Floats, chosen: tuple[float, ...]) -> Floats:
    return np.where(np.isnan(answers), np.nan, np.isin(answers, chosen).astype(float))


def score_ends(question: Question, statistic: str) -> tuple[float, float]:
    """Give the ends that no score can pass."""
    if statistic == "mean":
        return question.scale.answers[0], question.scale.answers[-1]
    return (-1.0, 1.0) if statistic == "net" else (0.0, 1.0)


def score_quantity(question: Question, statistic: str) -> str:
    """Name a score with its cut or its unit."""
    scale = question.scale
    what = {
        "positive": f"Share answering {scale.cut_label}",
        "top": f"Share answering {scale.top_label}",
        "top_two": f"Share giving one of the two best answers of {scale.allowed()}",
        "promoters": f"Share of promoters ({_listed(scale.promoters)} of {scale.allowed()})",
        "detractors": f"Share of detractors ({_listed(scale.detractors)} of {scale.allowed()})",
        "mean": f"Mean answer, {scale.allowed()}",
        "pomp": f"Mean answer of {scale.allowed()}, as a share of the maximum possible (POMP)",
        "net": f"{scale.net_label}, -1 to 1",
    }
    return f"{what[statistic]}: {question.label}"


def _listed(answers: tuple[float, ...]) -> str:
    return f"{answers[0]:g}" if len(answers) == 1 else f"{answers[0]:g} to {answers[-1]:g}"
