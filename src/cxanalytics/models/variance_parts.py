"""How much of the differences between answers lies between agencies, teams and agents?

A cumulative-link model of the outcome answer with a normal intercept per group, groups nested in
groups. On the latent scale the variance of an answer is the sum of what contact and customer bring
along, of the groups of each level, and of the rest, which no group accounts for; the parts are told
as shares of that sum. What the share of positive answers would then be in one group and another
is told in points.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cxanalytics.formats import list_words
from cxanalytics.models.answers import answer_rows, refuse_few_events
from cxanalytics.models.ingredients import ABOUT_TOPIC
from cxanalytics.models.sampling import need_answers, weights_and_counts
from cxanalytics.models.variance_levels import PLURAL, Levels, choose_levels
from cxanalytics.models.variance_shares import VarianceShares, divide_variance, range_of_share
from cxanalytics.numerics.marginal_shares import level_spread
from cxanalytics.numerics.random_intercept import fit_random_intercept
from cxanalytics.numerics.random_intercept_result import RandomInterceptFit
from cxanalytics.rules import LEVEL, MISSING_AT_MOST, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Survey

Floats = NDArray[np.float64]
Frame = pd.DataFrame

CASE_MIX, REST = "case_mix", "rest"
"""Keys of the parts that are no level."""

STAFF_LEVELS = ("unit", "psu")

WIDENED_FROM = 1.1
"""Ratio of the scatter of groups to that of normal ones from which a check tells of it."""

WEIGHTED_FROM = 30
"""Answers per group, on average, from which a level is checked with survey weights."""

MEDIAN_GAP = float(np.sqrt(2.0) * stats.norm.ppf(0.75))
"""Median difference between two standard normal effects, the larger less the smaller."""


def fit_variance_parts(
    survey: Survey,
    *,
    levels: Sequence[str] | None = None,
    case_mix: Sequence[str] | None = None,
    period: str | None = None,
    statistic: str = "positive",
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Divide the variance of the outcome answer among nested groups.

    Parameters
    ----------
    survey : Survey
    levels : sequence of str, optional
        Of "agency", "department", "unit" and "psu"; by default those that the survey has.
    case_mix : sequence of str, optional
        What contacts and customers bring along; the survey's case mix and the channel by default.
    period : str, optional
        One wave; by default all waves, each with its own level.
    statistic : {"positive", "top"}
        Which answers count for the spread in points.
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        Agencies that may not be shown are left out.

    Returns
    -------
    Estimates
        A row per level, coarsest first, then "case_mix" and "rest"; the estimates sum to 1.
        `estimate` is the part of the variance on the latent scale. For levels: `groups`; `sd`
        (`sd_low`, `sd_high`) in units of the link; `points` (`points_low`, `points_high`) the
        standard deviation of the share of positive answers between groups; `median_odds_ratio`
        and its interval; `p_value` of no differences; `unweighted` and `weighted` the part by
        plain maximum likelihood without and with survey weights, in a model of the levels with 30
        answers a group or more. Joint covariance.

    Raises
    ------
    DataError, ParamsError
        A column, wave, level or statistic that does not exist.
    ModelError
        No level with at least 10 groups, fewer than 10 positive or 10 other answers per
        parameter, or `survey` is `Published`.

    Assumes
    -------
    Intercepts are normal and independent of case mix. Groups are nested: somebody who works in two
    teams counts as two. Intervals are those of groups like these, not of these alone.

    Reference
    ---------
    Goldstein, Browne and Rasbash (2002); Larsen and Merlo (2005); Cox and Reid (1987); Kent (1982);
    methods.md#parts-of-the-variance.
    """
    need_answers(survey)
    mix = tuple(case_mix) if case_mix is not None else _case_mix(survey, period)
    every = answer_rows(
        survey,
        drivers=(),
        case_mix=mix,
        period=period,
        statistic=statistic,
        thresholds=thresholds,
    )
    chosen = choose_levels(every, levels)
    rows = chosen.rows
    design = np.hstack([rows.design, chosen.held])
    refuse_few_events(rows, design.shape[1] + len(chosen.names))
    weights, counts = weights_and_counts(rows.survey)
    names = [*rows.names, *rows.agencies[1:]]
    fit = fit_random_intercept(
        rows.answers, design, chosen.codes, counts=counts, level=level, names=names
    )
    shares = divide_variance(fit, rows.design, rows.people, fit.sd_adjusted)
    frame = _table(fit, chosen, shares, level=level)
    kept = frame.index.to_numpy(dtype=np.int64)
    checks = [*every.checks, *chosen.checks, _tails_check(fit, chosen)]
    frame["unweighted"], frame["weighted"] = np.nan, np.nan
    if weights is not None:
        checks.append(_compare_weighted(frame, chosen, design, weights))
    facts: dict[str, float | int | str | bool] = {
        "statistic": statistic,
        "period": period or "",
        "case_mix": ", ".join(mix),
        "topic": any(re.search(ABOUT_TOPIC, name) for name in mix),
    }
    return Estimates(
        frame=frame.reset_index(drop=True),
        quantity="Part of the variance of the answers, on the latent scale",
        level=level,
        covariance=shares.covariance[np.ix_(kept, kept)],
        checks=(*survey.notes, *checks),
        facts=facts | _facts(survey, chosen, fit, statistic) | _staff(chosen.names, shares, level),
    )


def _facts(
    survey: Survey, chosen: Levels, fit: RandomInterceptFit, statistic: str
) -> dict[str, float | int | str | bool]:
    rows, scale = chosen.rows, survey.question(survey.outcome).scale
    weight = rows.survey.frame["weight"].to_numpy(dtype=float)
    return {
        "outcome": survey.outcome,
        "cut_label": scale.cut_label if statistic == "positive" else scale.top_label,
        "levels": ", ".join(chosen.names),
        "link": fit.link,
        "n": fit.n,
        "agencies": len(rows.agencies),
        "baseline": float(weight @ rows.positive / weight.sum()),
        "log_likelihood": fit.log_likelihood,
        "grade": "D",
    }


def _case_mix(survey: Survey, period: str | None) -> tuple[str, ...]:
    """Take the case mix, and the channel where most people have one."""
    frame = survey.frame if period is None else survey.in_period(period).frame
    known = "channel" in frame and frame["channel"].nunique() > 1
    if known and float(frame["channel"].isna().mean()) <= MISSING_AT_MOST:
        return (*survey.case_mix, *({"channel"} - {*survey.case_mix}))
    return survey.case_mix


def _table(
    fit: RandomInterceptFit, chosen: Levels, shares: VarianceShares, *, level: float
) -> Frame:
    """Lay out the parts; intervals of levels are those of their standard deviations."""
    depth, error = len(fit.sd), shares.std_error
    low, high = range_of_share(shares.parts, error, level)
    others = shares.total * (1.0 - shares.parts[:depth])
    low[:depth] = fit.sd_low**2 / (fit.sd_low**2 + others)
    high[:depth] = fit.sd_high**2 / (fit.sd_high**2 + others)
    frame = pd.DataFrame(
        {
            "key": [*chosen.names, CASE_MIX, REST],
            "estimate": shares.parts,
            "std_error": error,
            "conf_low": low,
            "conf_high": high,
            "n": fit.n,
            "groups": [*chosen.groups, np.nan, np.nan],
        }
    )
    ends = {"": fit.sd_adjusted, "_low": fit.sd_low, "_high": fit.sd_high}
    for end, sd in ends.items():
        frame[f"sd{end}"] = [*sd, np.nan, np.nan]
        frame[f"points{end}"] = [*_in_points(fit, chosen, sd), np.nan, np.nan]
        frame[f"median_odds_ratio{end}"] = [*np.exp(MEDIAN_GAP * sd), np.nan, np.nan]
    frame["p_value"] = [*fit.p_value, np.nan, np.nan]
    return frame if chosen.rows.design.shape[1] else frame.loc[frame["key"] != CASE_MIX]


def _in_points(fit: RandomInterceptFit, chosen: Levels, sd: Floats) -> list[float]:
    """Turn standard deviations of the levels into those of shares."""
    design = np.hstack([chosen.rows.design, chosen.held])
    cut, people = chosen.rows.cut, chosen.rows.people
    return [
        level_spread(fit, design, cut=cut, level=at, sd=float(value), mass=people)
        for at, value in enumerate(sd)
    ]


def _staff(
    names: Sequence[str], shares: VarianceShares, level: float
) -> dict[str, float | int | str | bool]:
    """Add up the parts of teams and agents: what claims about staff are about."""
    at = [place for place, name in enumerate(names) if name in STAFF_LEVELS]
    if not at:
        return {}
    share = np.array([shares.parts[at].sum()])
    error = np.sqrt([shares.covariance[np.ix_(at, at)].sum()])
    low, high = range_of_share(share, error, level)
    return {
        "staff_share": float(share[0]),
        "staff_low": float(low[0]),
        "staff_high": float(high[0]),
    }


def _tails_check(fit: RandomInterceptFit, chosen: Levels) -> Check:
    """Tell which ranges are widened, because groups lie further out than normal ones."""
    wider = [
        f"{PLURAL[name].lower()} by {np.sqrt(tail):.2f}"
        for name, tail in zip(chosen.names, fit.tails, strict=True)
        if tail >= WIDENED_FROM
    ]
    if not wider:
        return Check("normal_groups", True, "Groups scatter as normal intercepts would.")
    text = (
        f"Ranges are widened, because some groups lie further out than normal intercepts would: "
        f"{list_words(wider)}."
    )
    return Check("normal_groups", False, text)


def _compare_weighted(
    frame: Frame, chosen: Levels, design: NDArray[np.generic], weights: Floats
) -> Check:
    """Fit the coarser levels with and without survey weights, and tell how far parts move.

    Small groups look more different than they are when their few answers are weighted.
    """
    rows = chosen.rows
    people, depth = float(rows.people.sum()), 0
    for groups in chosen.groups:
        depth += people >= WEIGHTED_FROM * groups
    if not depth:
        text = f"Not checked with survey weights: groups have under {WEIGHTED_FROM} answers each."
        return Check("weights", None, text)
    for name, weight in (("unweighted", None), ("weighted", weights)):
        fit = fit_random_intercept(
            rows.answers,
            design,
            chosen.codes[:, :depth],
            weights=weight,
            intervals=False,
            quadrature=1,
        )
        mass = rows.people if weight is None else weights
        parts = divide_variance(fit, rows.design, mass, fit.sd).parts
        frame.loc[frame.index[:depth], name] = parts[:depth]
    kept = frame.iloc[:depth]
    change = (kept["weighted"] - kept["unweighted"]).abs()
    width = kept["conf_high"] - kept["conf_low"]
    text = (
        f"Survey weights move the parts of the {depth} levels with {WEIGHTED_FROM} answers or more "
        f"in each group by at most {100 * change.max():.1f} points."
    )
    return Check("weights", bool((change <= width / 2.0).all()), text)
