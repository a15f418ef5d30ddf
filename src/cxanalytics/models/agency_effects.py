"""What share of positive answers would each agency get from the same people?

Case-mix standardization by g-computation: a model of the positive answer on the case mix with an
intercept per agency, then each agency's predicted share averaged over all people in the survey.
Only what an agency cannot choose belongs in the case mix. The model is of the published cut
alone, so that without case mix an agency's share is exactly the one observed. Errors are
clustered by sampling unit: these agencies are the population, not a sample of agencies.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit, logit

from cxanalytics.disclosure import withhold
from cxanalytics.errors import ModelError
from cxanalytics.models.answers import AnswerRows, agencies_in_words, answer_rows, refuse_few_events
from cxanalytics.models.sampling import weights_and_counts
from cxanalytics.numerics.common_support import in_range_of_others, share_of_group
from cxanalytics.numerics.standardize import group_shares_above
from cxanalytics.rules import LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Survey

Floats = NDArray[np.float64]

SUPPORT = 0.80
"""Share of an agency's people that must resemble people elsewhere."""

SUPPORT_TAIL = 0.01
"""Share cut off at each end of the other agencies' people when resemblance is judged."""


def fit_agency_effects(
    survey: Survey,
    *,
    case_mix: Sequence[str] | None = None,
    period: str | None = None,
    statistic: str = "positive",
    link: str = "logit",
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Estimate each agency's share of positive answers if all served the same people.

    Parameters
    ----------
    survey : Survey
    case_mix : sequence of str, optional
        Columns an agency cannot choose; the survey's own by default.
    period : str, optional
        One wave; by default all waves, each with its own level.
    statistic : {"positive", "top"}
        Which outcome answers count.
    link : {"logit", "probit", "cloglog", "loglog", "cauchit"}
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        Smallest numbers of answers; agencies below `hide` are left out.

    Returns
    -------
    Estimates
        A row per agency with an answer, by name: `estimate` is the standardized share, `raw` the
        observed one, `n_eff` Kish's effective number, `support` the share of its people that
        resemble people elsewhere. Agencies that may not be shown carry a `suppressed_reason`;
        they, and those the model leaves out (all or none positive, too different people), have no
        figures. Joint covariance in the same order, NaN for those.

    Raises
    ------
    DataError, ParamsError
        A column, wave or statistic that does not exist.
    ModelError
        Fewer than two agencies, or fewer than 10 positive or 10 other answers per parameter.

    Assumes
    -------
    Case mix acts alike in all agencies and is recorded alike. The mix people are standardized to is
    taken as fixed.

    Reference
    ---------
    Robins (1986); Binder (1983); methods.md#recommendation.
    """
    mix = tuple(survey.case_mix if case_mix is None else case_mix)
    every = answer_rows(
        survey,
        drivers=(),
        case_mix=mix,
        period=period,
        statistic=statistic,
        thresholds=thresholds,
    )
    rows = every.without_unanimous(every.positive)
    if len(rows.agencies) < 2:
        raise ModelError(
            f"Standardized shares need at least 2 agencies with both kinds of answer; "
            f"got {len(rows.agencies)}."
        )
    refuse_few_events(rows, rows.design.shape[1] + len(rows.agencies))
    fit = rows.fit(rows.positive, link=link, cluster="respondent", agency_effects=True)
    weights, counts = weights_and_counts(rows.survey)
    mass = counts if weights is None else weights
    shares, gradient = group_shares_above(fit, rows.design, cut=1, mass=mass)
    covariance = gradient @ fit.covariance @ gradient.T
    units, freedom = _units(rows)
    covariance = with_error_of_others(
        covariance, shares * (1.0 - shares) / _effective(rows), alone=units < 2
    )
    support = _support(rows, rows.design.astype(float) @ fit.coefficients)
    outside = support < SUPPORT
    shares[outside], covariance[outside, :], covariance[:, outside] = np.nan, np.nan, np.nan
    frame = _observed(survey, every, period)
    table, joint = _placed(frame, rows, shares, covariance, support)
    error = np.sqrt(np.diag(joint))
    own = pd.Series(freedom, index=rows.agencies).reindex(table["key"]).to_numpy()
    half = stats.t.ppf(0.5 + level / 2.0, own) * error
    half = half / (table["estimate"] * (1.0 - table["estimate"])).to_numpy()
    center = logit(table["estimate"].to_numpy())
    table["std_error"] = error
    table["conf_low"], table["conf_high"] = expit(center - half), expit(center + half)
    scale = survey.question(survey.outcome).scale
    cut_label = scale.cut_label if statistic == "positive" else scale.top_label
    columns = [
        "key",
        "estimate",
        "std_error",
        "conf_low",
        "conf_high",
        "n",
        "n_eff",
        "raw",
        "support",
    ]
    estimates = Estimates(
        frame=table[columns],
        quantity=f"Share answering {cut_label}, standardized to the same people",
        level=level,
        covariance=joint,
        checks=(
            *survey.notes,
            *rows.checks,
            *_checks(every, rows, outside, mix, units),
        ),
        facts={
            "outcome": survey.outcome,
            "measure": survey.outcome,
            "statistic": statistic,
            "period": period or "",
            "case_mix": ", ".join(mix),
            "link": link,
            "n": fit.n,
            "agencies": int((~outside).sum()),
        },
    )
    return withhold(estimates, thresholds=thresholds)


def _observed(survey: Survey, rows: AnswerRows, period: str | None) -> pd.DataFrame:
    """Count answers per agency, and take the observed share where the agency is shown."""
    wave = survey if period is None else survey.in_period(period)
    answered = wave.answers(survey.outcome)
    people = answered["weight"] if survey.counts else pd.Series(1.0, index=answered.index)
    n = people.groupby(answered["agency"]).sum().sort_index()
    used = rows.survey.frame[["agency", "weight"]].assign(positive=rows.positive)
    used["hit"], used["square"] = used["weight"] * used["positive"], used["weight"] ** 2
    sums = used.groupby("agency")[["weight", "hit", "square"]].sum().reindex(n.index)
    n_eff = sums["weight"] if survey.counts else sums["weight"] ** 2 / sums["square"]
    return pd.DataFrame(
        {"key": n.index.astype(str), "n": n, "n_eff": n_eff, "raw": sums["hit"] / sums["weight"]}
    ).reset_index(drop=True)


def _placed(
    frame: pd.DataFrame, rows: AnswerRows, shares: Floats, covariance: Floats, support: Floats
) -> tuple[pd.DataFrame, Floats]:
    place = {key: position for position, key in enumerate(frame["key"])}
    at = np.array([place[agency] for agency in rows.agencies])
    table = frame.assign(estimate=np.nan, support=np.nan)
    table.loc[at, "estimate"], table.loc[at, "support"] = shares, support
    joint = np.full((len(frame), len(frame)), np.nan)
    joint[np.ix_(at, at)] = covariance
    return table, joint


def _support(rows: AnswerRows, predictor: Floats) -> Floats:
    """Share of each agency's people within the central range of the people of the others."""
    if not rows.design.shape[1]:
        return np.ones(len(rows.agencies))
    near = in_range_of_others(predictor, rows.agency, rows.people, tail=SUPPORT_TAIL)
    return share_of_group(near, rows.agency, rows.people)


def _checks(
    every: AnswerRows,
    rows: AnswerRows,
    outside: NDArray[np.bool_],
    mix: Sequence[str],
    units: Floats,
) -> list[Check]:
    checks = []
    text = (
        f"Standardized for {', '.join(mix)}." if mix else "There is no case mix to standardize for."
    )
    checks.append(Check("case_mix", None, text))
    if alone := int((units < 2).sum()):
        text = (
            f"With a single sampling unit, so that its own error cannot be seen, an agency gets "
            f"that of the typical one: {alone}."
        )
        checks.append(Check("lone_sampling_units", False, text))
    unanimous = len(every.agencies) - len(rows.agencies)
    if unanimous:
        count = agencies_in_words(unanimous)
        text = f"No standardized share, with all or no positive answers: {count}."
        checks.append(Check("unanimous_agencies", None, text))
    text = (
        f"Not standardized, because fewer than {SUPPORT:.0%} of its people resemble those of the "
        f"others: {agencies_in_words(int(outside.sum()))}."
    )
    checks.append(Check("common_support", not outside.any(), text))
    return checks


def with_error_of_others(
    covariance: Floats, binomial: Floats, *, alone: NDArray[np.bool_]
) -> Floats:
    """Give agencies whose only sampling unit hides their error that of a typical agency.

    Parameters
    ----------
    covariance : ndarray of shape (agencies, agencies)
    binomial : ndarray of shape (agencies,)
        Variance of a share of as many independent answers.
    alone : ndarray of bool, shape (agencies,)
        Agencies with one sampling unit.

    Returns
    -------
    ndarray of shape (agencies, agencies)

    Raises
    ------
    ModelError
        Every agency has one sampling unit.
    """
    if not alone.any():
        return covariance
    if alone.all():
        raise ModelError(
            "Sampling error needs two sampling units in at least one agency; every agency has one."
        )
    effect = np.diag(covariance) / binomial
    mended = covariance.copy()
    mended[alone, :], mended[:, alone] = 0.0, 0.0
    mended[alone, alone] = float(np.median(effect[~alone])) * binomial[alone]
    return mended


def _units(rows: AnswerRows) -> tuple[Floats, Floats]:
    """Count the sampling units of each agency, and its own degrees of freedom, at least one.

    An agency with one sampling unit gets the degrees of freedom of the middle one.
    """
    psu, stratum = rows.clusters("respondent")
    agencies = len(rows.agencies)
    if psu is None:
        units = np.bincount(rows.agency, weights=rows.people, minlength=agencies).astype(float)
    else:
        pairs = np.unique(rows.agency * (psu.max() + 1) + psu) // (psu.max() + 1)
        units = np.bincount(pairs, minlength=agencies).astype(float)
    strata = np.ones(agencies)
    if stratum is not None:
        pairs = np.unique(rows.agency * (stratum.max() + 1) + stratum) // (stratum.max() + 1)
        strata = np.bincount(pairs, minlength=agencies).astype(float)
    freedom = np.maximum(units - strata, 1.0)
    several = units >= 2
    if several.any():
        freedom[~several] = np.median(freedom[several])
    return units, freedom


def _effective(rows: AnswerRows) -> Floats:
    """Count effective answers per agency, in the order of the agencies."""
    weight = rows.survey.frame["weight"].to_numpy(dtype=float)
    total = np.bincount(rows.agency, weights=weight).astype(float)
    if rows.survey.counts:
        return total
    return total**2 / np.bincount(rows.agency, weights=weight**2)
