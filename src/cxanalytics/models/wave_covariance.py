"""How do the scores of one wave covary with those of a later one?

People, agents or offices that answered in both waves are on both sides of a change. Told of it,
`benchmark.change_columns` does not take two waves of the same people for independent samples.
"""

from __future__ import annotations

from dataclasses import replace

from cxanalytics.models.score_differences import fit_score_differences
from cxanalytics.rules import THRESHOLDS, Thresholds
from cxanalytics.tables import Estimates, Survey


def add_wave_covariance(
    scores: Estimates, survey: Survey, *, later: str, thresholds: Thresholds = THRESHOLDS
) -> Estimates:
    """Add to the scores of a wave their sampling covariance with those of a later wave.

    Parameters
    ----------
    scores : Estimates
        Of `fit_scores` by agency in one wave of `survey`.
    survey : Survey
    later : str
        The later wave.
    thresholds : Thresholds

    Returns
    -------
    Estimates
        With a column `wave_covariance`: NaN where no change may be shown, 0 where the two waves
        share no sampling unit. Unchanged where nobody answered the question in the later wave.
    """
    measure, wave = str(scores.facts["measure"]), str(scores.facts["period"])
    if later not in set(survey.answers(measure)["period"]):
        return scores
    changes = fit_score_differences(
        survey,
        measure=measure,
        statistic=str(scores.facts["statistic"]),
        between="period",
        by="agency",
        period=later,
        reference=wave,
        level=scores.level,
        thresholds=thresholds,
    )
    covariance = scores.frame["key"].map(changes.frame.set_index("key")["covariance"])
    return replace(scores, frame=scores.frame.assign(wave_covariance=covariance))
