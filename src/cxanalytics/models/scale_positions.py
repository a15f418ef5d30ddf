"""Would agencies stand elsewhere if the answers were counted another way?

Scales are compared within themselves: the same answers as a share, a top share, a mean and a net
score. Two ways of counting the same answers share sampling error, which is taken out: what is
correlated are true scores. Beside them, what the same people said on another scale; that question
is another one, so it informs and does not decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.special import logit

from cxanalytics.disclosure import withhold
from cxanalytics.errors import ModelError, ParamsError, must_be
from cxanalytics.models.sampling import need_answers, role_codes, sampling_units, weights_and_counts
from cxanalytics.models.scores import STATISTICS, fit_scores
from cxanalytics.models.statistic import score_ends, score_values
from cxanalytics.numerics import survey_design as sampling
from cxanalytics.numerics.true_relation import FEWEST_UNITS, true_correlation
from cxanalytics.rules import LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import ESTIMATE_COLUMNS, Check, Estimates, Survey

Floats = NDArray[np.float64]

SAME_ORDER = 0.90
"""Correlation of agencies' true scores from which two ways to count are called the same."""

CUT, SCALE = "cut", "scale"
"""Kinds of rows: the same answers counted otherwise, and another scale."""

_SAME = 1e-12


def fit_scale_positions(
    survey: Survey,
    *,
    measures: Sequence[str] = (),
    period: str | None = None,
    statistic: str = "positive",
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Compare the order of agencies under other ways to count the answers.

    Parameters
    ----------
    survey : Survey
    measures : sequence of str
        Questions on other scales; one on the outcome's own scale is passed over.
    period : str, optional
        One wave; by default all waves together.
    statistic : {"positive", "top", "mean", "net"}
        How the outcome is counted on the pages.
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        Agencies that may not be shown are left out; fewer than `peers` and one are refused.

    Returns
    -------
    Estimates
        A row per other way: `estimate` is the correlation of the agencies' true scores, on the
        logit scale, with those of the pages; ranges of the ways to count the same answers are
        widened for their number, so that they hold together; `uncorrected` is the rank correlation
        of the scores as they are; `measure label statistic kind`, `agencies`, and how many of them
        are `changed` (above the others, below them or not clear, by their range) and `flipped`
        (from above to below or the reverse). No correlation where a score is the same for all or
        fewer than four agencies are left.

    Raises
    ------
    DataError, ParamsError
        A question, wave or statistic that does not exist.
    ModelError
        Too few agencies; or `survey` is `Published`.

    Assumes
    -------
    Agencies are a sample of such agencies, with true scores that are normal on the logit scale:
    there a shift of all answers alike moves all ways to count nearly in step. Scores of one agency
    share the sampling error of the same people.

    Reference
    ---------
    Fuller (1987); methods.md#the-30-to-50-claim.
    """
    need_answers(survey)
    if statistic not in STATISTICS:
        raise ParamsError(must_be("statistic", STATISTICS, statistic))
    how: dict[str, Any] = {"period": period, "level": level, "thresholds": thresholds}
    first = _scores(survey, survey.outcome, statistic, how)
    if len(first) <= thresholds.peers:
        raise ModelError(
            f"Comparing the order of agencies needs more than {thresholds.peers} that may be "
            f"shown; got {len(first)}."
        )
    scale = survey.question(survey.outcome).scale
    ways = [(survey.outcome, other, CUT) for other in _ways(survey, survey.outcome, statistic)]
    ways += [
        (name, statistic, SCALE)
        for name in measures
        if survey.question(name).scale.answers != scale.answers
    ]
    wave = survey if period is None else survey.in_period(period)
    widened = 1.0 - (1.0 - level) / max(sum(kind == CUT for *_, kind in ways), 1)
    rows = [
        {
            "key": f"{name}, {other}",
            "measure": name,
            "label": survey.question(name).label,
            "statistic": other,
            "kind": kind,
            **_compare(
                wave,
                ((survey.outcome, statistic), (name, other)),
                (first, _scores(survey, name, other, how)),
                level=widened if kind == CUT else level,
            ),
        }
        for name, other, kind in ways
    ]
    more = ["measure", "label", "statistic", "kind", "uncorrected"]
    more += ["agencies", "changed", "flipped"]
    return Estimates(
        frame=pd.DataFrame(rows, columns=[*ESTIMATE_COLUMNS, *more]),
        quantity="Correlation of agencies' true scores with those of the pages",
        level=level,
        checks=(_people_check(survey, [name for name, _, kind in ways if kind == SCALE], period),),
        facts={
            "outcome": survey.outcome,
            "statistic": statistic,
            "scale": scale.id,
            "period": period or "",
            "agencies": len(first),
            "n": float(first["n"].sum()),
            "grade": "D",
        },
    )


def _ways(survey: Survey, measure: str, statistic: str) -> list[str]:
    """List the other statistics that count the answers in a way of their own."""
    scale = survey.question(measure).scale
    if len(scale.answers) == 2:
        return []
    ways = [other for other in STATISTICS if other != statistic]
    if set(scale.positive) == set(scale.top):
        ways = [other for other in ways if {other, statistic} != {"positive", "top"}]
    return ways


def _scores(survey: Survey, measure: str, statistic: str, how: dict[str, Any]) -> pd.DataFrame:
    """Score the agencies that may be shown, and say on which side of the others each is."""
    told = withhold(
        fit_scores(survey, measure=measure, statistic=statistic, **how),
        thresholds=how["thresholds"],
    )
    assert told.covariance is not None
    shown = told.frame["estimate"].notna().to_numpy()
    frame = told.frame.loc[shown, ["key", "estimate", "n"]].set_index("key")
    count = len(frame)
    if count < 2:
        return frame.assign(side=0)
    apart = np.eye(count) - (1.0 - np.eye(count)) / (count - 1.0)
    gap = apart @ frame["estimate"].to_numpy(dtype=float)
    covariance = apart @ told.covariance[np.ix_(shown, shown)] @ apart.T
    reach = float(stats.norm.ppf(0.5 + 0.5 * how["level"])) * np.sqrt(np.diag(covariance))
    return frame.assign(side=np.where(np.abs(gap) > reach, np.sign(gap), 0.0))


def _compare(
    wave: Survey,
    ways: tuple[tuple[str, str], tuple[str, str]],
    scores: tuple[pd.DataFrame, pd.DataFrame],
    *,
    level: float,
) -> dict[str, float]:
    """Correlate what is true of agencies in both, and count those that change sides."""
    both = scores[0].join(scores[1].add_suffix("_other"), how="inner")
    told = {
        "n": float(both["n"].sum()),
        "agencies": float(len(both)),
        "changed": float((both["side"] != both["side_other"]).sum()),
        "flipped": float((both["side"] * both["side_other"] < 0).sum()),
    }
    pair, error = _pairs(wave, ways, [str(key) for key in both.index])
    if len(pair) < FEWEST_UNITS or (np.ptp(pair, axis=0) <= _SAME).any():
        return told
    found = true_correlation(pair[:, 0], pair[:, 1], error, level=level)
    return told | {
        "estimate": found.median,
        "std_error": found.std_error,
        "conf_low": found.low,
        "conf_high": found.high,
        "uncorrected": float(stats.spearmanr(pair[:, 0], pair[:, 1]).statistic),
    }


def _pairs(
    wave: Survey, ways: tuple[tuple[str, str], tuple[str, str]], keys: Sequence[str]
) -> tuple[Floats, Floats]:
    """Take two scores of the same people, on the logit scale, and their joint sampling error.

    Returns
    -------
    tuple of ndarray of shape (agencies, 2) and ndarray of shape (agencies, 2, 2)
        Agencies where someone answered both; none where sampling error cannot be seen in any.
    """
    frame = wave.frame
    values = [
        score_values(wave.question(name), frame[name].to_numpy(dtype=float), way)
        for name, way in ways
    ]
    answered = ~np.isnan(values[0] + values[1])
    agency = frame["agency"].astype(str)
    own = pd.Categorical(agency.where(answered & agency.isin(keys)), categories=list(keys))
    own = own.remove_unused_categories()
    weights, counts = weights_and_counts(wave)
    design = sampling.survey_design(
        len(frame), psu=sampling_units(frame), strata=role_codes(frame, "stratum"), counts=counts
    )
    codes = np.asarray(own.codes, dtype=np.int64)
    if not len(own.categories):
        return np.empty((0, 2)), np.empty((0, 2, 2))
    one, two, total = (
        sampling.domain_means(column, design=design, weights=weights, domains=codes)
        for column in (*values, values[0] + values[1])
    )
    first, second, summed = (np.diag(got.covariance) for got in (one, two, total))
    shared = 0.5 * (summed - first - second)
    error = np.stack([first, shared, shared, second], axis=1).reshape(-1, 2, 2)
    seen = (first > _SAME) & (second > _SAME) & (one.n_psu > 1)
    if not seen.any():
        return np.empty((0, 2)), np.empty((0, 2, 2))
    # Where all answered alike, or one sampling unit hides the error, an answer counts as elsewhere.
    typical = (one.n[seen, None, None] * error[seen]).mean(axis=0)
    error[~seen] = typical / one.n[~seen, None, None]
    scores, slopes = zip(
        *(
            _on_logits(got.estimate, got.n, score_ends(wave.question(name), way))
            for got, (name, way) in zip((one, two), ways, strict=True)
        ),
        strict=True,
    )
    slope = np.column_stack(slopes)
    return np.column_stack(scores), error * slope[:, :, None] * slope[:, None, :]


def _on_logits(score: Floats, n: Floats, ends: tuple[float, float]) -> tuple[Floats, Floats]:
    """Lay scores on the logit scale, half an answer from its ends, with the slope there."""
    width = ends[1] - ends[0]
    part = ((score - ends[0]) / width * n + 0.5) / (n + 1.0)
    return logit(part), 1.0 / (part * (1.0 - part) * width)


def _people_check(survey: Survey, measures: Sequence[str], period: str | None) -> Check:
    frame = (survey if period is None else survey.in_period(period)).frame
    answered = frame[survey.outcome].notna()
    both = [name for name in measures if (frame[name].notna() & answered).any()]
    text = (
        "Scales are compared within themselves: nobody answered one question on two scales, so "
        "none can be put on another's footing. Questions on another scale, answered by the same "
        f"people: {len(both)}."
    )
    return Check("scales_apart", None, text)
