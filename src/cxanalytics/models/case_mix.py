"""Where would each agency stand if it served everybody's mix of people?

Only what an agency cannot choose is adjusted for: who its people are, never what it did for them.
A logistic model with a level per agency says what the mix does, so that an agency's performance
cannot pass for its people. Observed over expected, times the overall share, is the adjusted one,
beside the share as answered. Agencies whose people are found nowhere else are refused. People who
did not tell are a kind of their own, so that an adjusted share rests on the same people as the
published one, and nothing can be subtracted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit, logit

from cxanalytics.disclosure import withhold
from cxanalytics.errors import ModelError
from cxanalytics.formats import list_words
from cxanalytics.models.agency_effects import SUPPORT
from cxanalytics.models.answers import AnswerRows, agencies_in_words, answer_rows, refuse_few_events
from cxanalytics.models.case_mix_columns import MixColumns, choose_case_mix
from cxanalytics.models.case_mix_shares import (
    FoundShares,
    find_support,
    fit_shares,
    keep_varying,
)
from cxanalytics.models.sampling import need_answers
from cxanalytics.models.scores import fit_scores
from cxanalytics.numerics.difference_intervals import adjust_p_values
from cxanalytics.rules import DIFFERENCE, LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Survey

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

UNLIKE, ONE_SIDED, BEYOND, UNTOLD = "unlike", "one_sided", "beyond", "untold"
REASONS = (UNLIKE, ONE_SIDED, BEYOND, UNTOLD)
"""Why an agency that is shown has no adjusted share."""

FEWEST_AGENCIES = 2
"""Agencies with both kinds of answer that a comparison of their people needs."""

_FIGURES = (
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "difference",
    "difference_low",
    "difference_high",
    "p_adjusted",
    "expected",
    "direct",
)


def fit_case_mix(
    survey: Survey,
    *,
    case_mix: Sequence[str] | None = None,
    period: str | None = None,
    statistic: str = "positive",
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Adjust each agency's share of positive answers for who its respondents are.

    Parameters
    ----------
    survey : Survey
    case_mix : sequence of str, optional
        Columns of respondents that an agency cannot choose; the survey's own by default.
    period : str, optional
        The wave; the latest by default.
    statistic : {"positive", "top"}
        Which outcome answers count.
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        Agencies that may not be shown are left out of the model; cells of the case mix with fewer
        than `cell` people elsewhere are no common support.

    Returns
    -------
    Estimates
        A row per agency with an answer, by name. `estimate` is the adjusted share, 0 to 1; `raw
        raw_low raw_high` the share as answered, as `fit_scores` gives it; `difference
        difference_low difference_high` the first less the second, and `p_adjusted` its p-value,
        adjusted for all agencies (neither with one sampling unit); `expected` what people like
        these answer at the average agency; `direct` the share by direct standardization; `support`
        the share of its people found elsewhere too; `n n_eff people`. `reason` says why a shown
        agency has no adjusted share ("unlike", "one_sided", "beyond", "untold");
        `suppressed_reason` why one is not shown: it has no figure. Joint covariance in the same
        order, NaN where there is none. Facts `case_mix not_adjusted overall adjusted`.

    Raises
    ------
    DataError, ParamsError
        A column, wave or statistic that does not exist; a column that is no trait of people.
    ModelError
        No case mix, fewer than two agencies with both kinds of answer, or fewer than 10 positive
        or 10 other answers per parameter; or `survey` is `Published`.

    Assumes
    -------
    Case mix acts alike in all agencies, on the scale of log odds, and is recorded alike.

    Reference
    ---------
    Breslow and Day (1987), ch. 2; Robins (1986); Binder (1983); methods.md#case-mix.
    """
    need_answers(survey)
    wave = survey.in_period(survey.periods[-1] if period is None else period)
    period = wave.periods[0]
    mix = choose_case_mix(wave, survey.case_mix if case_mix is None else case_mix)
    every = answer_rows(
        mix.survey,
        drivers=(),
        case_mix=mix.names,
        period=None,
        statistic=statistic,
        thresholds=thresholds,
    )
    told = every.keep(~mix.untold(every.agencies)[every.agency])
    rows = told.without_unanimous(told.positive)
    if len(rows.agencies) < FEWEST_AGENCIES:
        raise ModelError(
            f"Case mix needs at least {FEWEST_AGENCIES} agencies with both kinds of answer; "
            f"got {len(rows.agencies)}."
        )
    support = find_support(rows, mix, thresholds)
    rows = keep_varying(rows)
    refuse_few_events(rows, rows.design.shape[1] + len(rows.agencies))
    found = fit_shares(rows, support)
    scores = withhold(
        fit_scores(
            wave, measure=survey.outcome, statistic=statistic, level=level, thresholds=thresholds
        ),
        thresholds=thresholds,
    )
    frame, covariance = _table(scores, every, told, rows, found, level)
    own = frame.loc[~frame["key"].isin(wave.only_peers)]
    return Estimates(
        frame=frame,
        quantity=f"{scores.quantity}, adjusted for case mix",
        level=level,
        covariance=covariance,
        checks=(*scores.checks, *every.checks, *mix.checks, *_checks(own, found, mix)),
        facts={
            **{name: scores.facts[name] for name in ("measure", "statistic")},
            **{
                name: scores.facts[name]
                for name in ("only_peers", "held_back")
                if name in scores.facts
            },
            "outcome": survey.outcome,
            "period": period,
            "case_mix": ", ".join(mix.names),
            "not_adjusted": ", ".join(mix.left_alone),
            "overall": found.shares.overall,
            "n": found.fit.n,
            "agencies": len(rows.agencies),
            "adjusted": int(own["estimate"].notna().sum()),
            "moved": int((own["p_adjusted"] < 1.0 - level).sum()),
        },
    )


def keep_adjusted(estimates: Estimates) -> Estimates:
    """Keep the rows that can be compared: agencies with an adjusted share, and hidden ones.

    Parameters
    ----------
    estimates : Estimates
        From `fit_case_mix`, or without rows where it was refused.

    Returns
    -------
    Estimates
        As `benchmark_scores` takes it: an agency that could not be adjusted is not there, so that
        it does not pass for a hidden one.
    """
    if estimates.frame.empty:
        return estimates
    kept = (estimates.frame["reason"] == "").to_numpy()
    covariance = estimates.covariance
    return replace(
        estimates,
        frame=estimates.frame.loc[kept].reset_index(drop=True),
        covariance=None if covariance is None else covariance[np.ix_(kept, kept)],
    )


def _table(
    scores: Estimates,
    every: AnswerRows,
    told: AnswerRows,
    rows: AnswerRows,
    found: FoundShares,
    level: float,
) -> tuple[pd.DataFrame, Floats]:
    """Put the figures beside the scores as answered; the joint covariance in the same order."""
    shares, reach = found.shares, stats.t.ppf(0.5 + level / 2.0, found.freedom)
    error = np.sqrt(np.maximum(np.diag(found.covariance), 0.0))
    moved = shares.adjusted - shares.observed
    moved_error = np.sqrt(np.maximum(found.moved_variance, 0.0))
    inside = (shares.adjusted > 0.0) & (shares.adjusted < 1.0)
    bounded = np.where(inside, shares.adjusted, 0.5)
    half = reach * error / (bounded * (1.0 - bounded))
    own = pd.DataFrame(
        {
            "estimate": shares.adjusted,
            "std_error": error,
            "conf_low": expit(logit(bounded) - half),
            "conf_high": expit(logit(bounded) + half),
            "difference": moved,
            "difference_low": moved - reach * moved_error,
            "difference_high": moved + reach * moved_error,
            "p_adjusted": _p_values(moved, moved_error, found.freedom),
            "expected": shares.expected,
            "direct": found.direct,
            "support": found.support,
        },
        index=list(rows.agencies),
    )
    reason = pd.Series("", index=own.index)
    reason[~inside] = BEYOND
    reason[found.support < SUPPORT] = UNLIKE
    own.loc[reason != "", list(_FIGURES)] = np.nan
    own["p_adjusted"] = adjust_p_values(own["p_adjusted"])
    frame = scores.frame.drop(columns=["deff", "degrees_of_freedom"]).rename(
        columns={"estimate": "raw", "conf_low": "raw_low", "conf_high": "raw_high"}
    )
    frame = frame.drop(columns="std_error").join(own, on="key")
    frame["reason"] = frame["key"].map(reason).fillna("")
    for kept, left, why in ((every, told, UNTOLD), (told, rows, ONE_SIDED)):
        frame.loc[frame["key"].isin(set(kept.agencies) - set(left.agencies)), "reason"] = why
    place = pd.Series(range(len(frame)), index=frame["key"])[list(own.index)].to_numpy()
    good = (reason == "").to_numpy()
    joint = np.full((len(frame), len(frame)), np.nan)
    joint[np.ix_(place[good], place[good])] = found.covariance[np.ix_(good, good)]
    ordered = ["key", *_FIGURES[:4], "n", "n_eff", "people", "raw", "raw_low", "raw_high"]
    return frame[[*ordered, *_FIGURES[4:], "support", "reason", "suppressed_reason"]], joint


def _p_values(moved: Floats, error: Floats, freedom: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(error == 0, 0.0, np.abs(moved) / error)
    return np.asarray(2.0 * stats.t.sf(statistic, freedom))


def _checks(frame: pd.DataFrame, found: FoundShares, mix: MixColumns) -> list[Check]:
    named = list_words([name.replace("_", " ") for name in mix.names])
    checks = [Check("case_mix", None, f"Adjusted for {named}, as answered or recorded.")]
    count = {why: int((frame["reason"] == why).sum()) for why in REASONS}
    text = (
        f"Not adjusted, because fewer than {SUPPORT:.0%} of its people are found elsewhere: "
        f"{agencies_in_words(count[UNLIKE])}."
    )
    checks.append(Check("common_support", not count[UNLIKE], text))
    told = {
        ONE_SIDED: "all or none of their answers are positive",
        BEYOND: "the adjusted share would pass its end",
        UNTOLD: "too many of their people did not tell",
    }
    for why, because in told.items():
        if count[why]:
            text = f"Not adjusted, because {because}: {agencies_in_words(count[why])}."
            checks.append(Check(why, False, text))
    if found.alone.any():
        text = (
            f"With a single sampling unit, so that its own error cannot be seen, an agency gets "
            f"that of the typical one: {int(found.alone.sum())}."
        )
        checks.append(Check("lone_sampling_units", False, text))
    apart = (frame["estimate"] - frame["direct"]).abs().max()
    if not np.isnan(apart):
        text = (
            f"Direct standardization, every agency with all people, differs by at most "
            f"{100 * apart:.1f} points (at most {100 * DIFFERENCE:g})."
        )
        checks.append(Check("direct_standardization", bool(apart <= DIFFERENCE), text))
    return checks
