"""What do the answers of a scale mean: order, positive, top, promoters?

The raw answer is kept; flags are derived by these declared rules. "NPS" exists
only for the 0 to 10 item. Scales are never equated without anchors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxanalytics.errors import ParamsError, must_be


@dataclass(frozen=True, slots=True)
class Scale:
    """One answer scale, ordered from worst to best.

    Attributes
    ----------
    id : str
        Name in the registry.
    answers : tuple of float
        Every allowed answer, worst first.
    positive, top : tuple of float
        Answers that count as positive, and as top box.
    promoters, detractors : tuple of float
        Answers that add and subtract in the net score.
    cut_label, top_label, net_label : str
        How the cut is named beside a figure.
    labels : mapping of str to float
        Verbal answers, lower case, to the answer they stand for.
    ends : tuple of str
        Names of the worst and the best answers, for charts.
    """

    id: str
    answers: tuple[float, ...]
    positive: tuple[float, ...]
    top: tuple[float, ...]
    promoters: tuple[float, ...]
    detractors: tuple[float, ...]
    cut_label: str
    top_label: str
    net_label: str
    labels: Mapping[str, float] = field(default_factory=dict)
    ends: tuple[str, str] = ("", "")

    def _member(self, values: ArrayLike, chosen: tuple[float, ...]) -> NDArray[np.float64]:
        answers = np.asarray(values, dtype=float)
        flag = np.isin(answers, chosen).astype(float)
        flag[np.isnan(answers)] = np.nan
        return flag

    def is_positive(self, values: ArrayLike) -> NDArray[np.float64]:
        """Flag positive answers: 1, 0, or NaN where the answer is missing."""
        return self._member(values, self.positive)

    def is_top(self, values: ArrayLike) -> NDArray[np.float64]:
        """Flag top-box answers: 1, 0, or NaN where the answer is missing."""
        return self._member(values, self.top)

    def net(self, values: ArrayLike) -> NDArray[np.float64]:
        """Score promoters 1, detractors -1, the rest 0, missing NaN."""
        return self._member(values, self.promoters) - self._member(values, self.detractors)

    def pomp(self, values: ArrayLike) -> NDArray[np.float64]:
        """Express answers as percent of the maximum possible (Cohen et al. 1999), 0 to 100."""
        answers = np.asarray(values, dtype=float)
        return 100.0 * (answers - self.answers[0]) / (self.answers[-1] - self.answers[0])

    def codes(self, values: ArrayLike) -> NDArray[np.int64]:
        """Number answers from 0 (worst) to K-1 (best); missing is -1."""
        answers = np.asarray(values, dtype=float)
        ladder = np.asarray(self.answers)
        place = np.clip(np.searchsorted(ladder, answers), 0, len(ladder) - 1)
        return np.where(ladder[place] == answers, place, -1).astype(np.int64)

    def allowed(self) -> str:
        """Name the allowed answers in words, for messages."""
        first, last = self.answers[0], self.answers[-1]
        if len(self.answers) > 2 and self.answers == tuple(np.arange(first, last + 1)):
            return f"{first:g} to {last:g}"
        return ", ".join(f"{answer:g}" for answer in self.answers)

    def read_label(self, text: str) -> float | None:
        """Find the answer a label stands for, ignoring case, spaces and prefixes like "5 - "."""
        plain = " ".join(text.replace("\u00a0", " ").split()).lower()
        if plain in self.labels:
            return self.labels[plain]
        stripped = re.sub(r"^\d+\s*[-–—.:)=]\s*", "", plain)
        return self.labels.get(stripped)


def _run(first: int, last: int) -> tuple[float, ...]:
    return tuple(float(answer) for answer in range(first, last + 1))


def _ladder(*worst_to_best: str) -> dict[str, float]:
    return {label: float(place) for place, label in enumerate(worst_to_best, start=1)}


def _five(scale_id: str, cut: str, top: str, ends: tuple[str, str], *ladder: str) -> Scale:
    return Scale(
        id=scale_id,
        answers=_run(1, 5),
        positive=(4.0, 5.0),
        top=(5.0,),
        promoters=(5.0,),
        detractors=(1.0, 2.0),
        cut_label=cut,
        top_label=top,
        net_label="net box (5 less 1 to 2)",
        labels=_ladder(*ladder),
        ends=ends,
    )


SCALES: dict[str, Scale] = {
    scale.id: scale
    for scale in (
        Scale(
            id="nps_0_10",
            answers=_run(0, 10),
            positive=(9.0, 10.0),
            top=(9.0, 10.0),
            promoters=(9.0, 10.0),
            detractors=_run(0, 6),
            cut_label="9 or 10 out of 10",
            top_label="9 or 10 out of 10",
            net_label="NPS",
            labels={"not at all likely": 0.0, "extremely likely": 10.0},
            ends=("Not at all likely", "Extremely likely"),
        ),
        Scale(
            id="rating_1_10",
            answers=_run(1, 10),
            positive=(9.0, 10.0),
            top=(9.0, 10.0),
            promoters=(9.0, 10.0),
            detractors=_run(1, 6),
            cut_label="9 or 10 on a scale of 1 to 10",
            top_label="9 or 10 on a scale of 1 to 10",
            net_label="NPS-like (1 to 10)",
        ),
        _five(
            "likert_1_5",
            "agree or strongly agree",
            "strongly agree",
            ("Strongly disagree", "Strongly agree"),
            "strongly disagree",
            "disagree",
            "neither agree nor disagree",
            "agree",
            "strongly agree",
        ),
        _five(
            "satisfied_1_5",
            "satisfied or very satisfied",
            "very satisfied",
            ("Very dissatisfied", "Very satisfied"),
            "very dissatisfied",
            "dissatisfied",
            "neither satisfied nor dissatisfied",
            "satisfied",
            "very satisfied",
        ),
        _five(
            "good_1_5",
            "good or very good",
            "very good",
            ("Very poor", "Very good"),
            "very poor",
            "poor",
            "fair",
            "good",
            "very good",
        ),
        Scale(
            id="likert_1_7",
            answers=_run(1, 7),
            positive=_run(5, 7),
            top=(7.0,),
            promoters=(7.0,),
            detractors=_run(1, 3),
            cut_label="5 to 7 on a scale of 1 to 7",
            top_label="7 on a scale of 1 to 7",
            net_label="net box (7 less 1 to 3)",
        ),
        Scale(
            id="likert_1_4",
            answers=_run(1, 4),
            positive=(3.0, 4.0),
            top=(4.0,),
            promoters=(4.0,),
            detractors=(1.0, 2.0),
            cut_label="3 or 4 on a scale of 1 to 4",
            top_label="4 on a scale of 1 to 4",
            net_label="net box (4 less 1 to 2)",
        ),
        Scale(
            id="yes_no",
            answers=(0.0, 1.0),
            positive=(1.0,),
            top=(1.0,),
            promoters=(1.0,),
            detractors=(0.0,),
            cut_label="yes",
            top_label="yes",
            net_label="yes less no",
            labels={"no": 0.0, "yes": 1.0},
            ends=("No", "Yes"),
        ),
    )
}


def get_scale(scale: str | Scale) -> Scale:
    """Look a scale up.

    Parameters
    ----------
    scale : str or Scale
        Its id, or the scale itself.

    Returns
    -------
    Scale

    Raises
    ------
    ParamsError
        No scale has that id.
    """
    if isinstance(scale, Scale):
        return scale
    if scale not in SCALES:
        raise ParamsError(must_be("scale", SCALES, scale))
    return SCALES[scale]
