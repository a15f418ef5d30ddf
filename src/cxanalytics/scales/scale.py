"""What is a scale?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxanalytics.scales.labels import fold, split_number


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
        Verbal answers, folded, to the answer they stand for.
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

    def mirror(self, answer: float) -> float:
        """Give the answer at the same distance from the other end: 1 for 5 on 1 to 5."""
        return self.answers[-1 - self.answers.index(answer)]

    def allowed(self) -> str:
        """Name the allowed answers in words, for messages."""
        first, last = self.answers[0], self.answers[-1]
        steps = set(np.diff(self.answers))
        if len(self.answers) > 2 and len(steps) == 1:
            (step,) = steps
            if step == 1:
                return f"{first:g} to {last:g}"
            if len(self.answers) > 4:
                return f"{first:g} to {last:g} in steps of {step:g}"
        return ", ".join(f"{answer:g}" for answer in self.answers)

    def read_label(self, text: str) -> float | None:
        """Find the answer a label stands for; "5 - Agree" and "AGREE." are both "agree"."""
        plain = fold(text)
        if plain in self.labels:
            return self.labels[plain]
        return self.labels.get(split_number(text)[1])
