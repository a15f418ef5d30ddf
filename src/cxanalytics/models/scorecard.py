"""How does every agency score on each measure of the scorecard, in one wave?"""

from __future__ import annotations

from collections.abc import Iterable

from cxanalytics.models.sampling import need_answers
from cxanalytics.models.scores import fit_scores
from cxanalytics.models.wave_covariance import add_wave_covariance
from cxanalytics.rules import LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Estimates, Survey


def fit_scorecard(
    survey: Survey,
    *,
    measures: Iterable[str],
    period: str | None,
    statistic: str = "positive",
    next_wave: str | None = None,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> dict[str, Estimates]:
    """Score several questions by agency.

    Parameters
    ----------
    survey : Survey
    measures : iterable of str
        Names of the questions; one that nobody answered in the wave is left out.
    period : str or None
        The wave; None, or one that the survey does not have, gives no scores. A survey without
        waves has the one wave "", which is never its own earlier wave.
    statistic : {"positive", "top"}
    next_wave : str, optional
        The wave that these scores are the earlier ones of: adds the column `wave_covariance`, for
        sampling units that answered in both.
    level : float
        Probability content of the intervals.
    thresholds : Thresholds

    Returns
    -------
    dict of str to Estimates
        By measure, in the order given.

    Raises
    ------
    DataError
        No such question.
    ModelError
        `survey` is `Published`, or as `fit_scores`.

    Assumes
    -------
    As `fit_scores`, measure by measure.

    Reference
    ---------
    See `fit_scores`; methods.md#scores.
    """
    need_answers(survey)
    names = list(measures)
    for name in names:
        survey.question(name)
    if period is None or period not in survey.periods:
        return {}
    answered = survey.in_period(period).frame[names].notna().any()
    scores = {
        name: fit_scores(
            survey,
            measure=name,
            period=period,
            statistic=statistic,
            level=level,
            thresholds=thresholds,
        )
        for name in names
        if answered[name]
    }
    if next_wave is None:
        return scores
    return {
        name: add_wave_covariance(score, survey, later=next_wave, thresholds=thresholds)
        for name, score in scores.items()
    }
