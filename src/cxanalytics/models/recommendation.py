"""What goes with being recommended, within agencies?

A proportional-odds model of the outcome answer on the drivers, with an intercept per agency and
per wave, fitted with survey weights. Effects are told as what people can picture: the change in
the share of positive answers, in points, if everyone's answer to a driver went from its 25th to
its 75th percentile (one step of its scale at least) and all else stayed. Only one cut of the
scale is published, so the same change is also taken from the model of that cut alone; where the
two differ by more than a point or one standard error, the second is what is reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cxanalytics.errors import ModelError
from cxanalytics.models.answers import (
    AnswerRows,
    agencies_in_words,
    answer_rows,
    choose_cluster,
    refuse_few_events,
)
from cxanalytics.models.sampling import need_answers, weights_and_counts
from cxanalytics.numerics.ordinal import CumulativeLinkFit
from cxanalytics.numerics.standardize import ShareContrast, share_contrast
from cxanalytics.rules import DRAWS, LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Survey

Floats = NDArray[np.float64]

PROPORTIONAL_WITHIN = 0.01
"""Largest difference between the two models, as a share, that leaves the ordinal one in use."""

OVERLAP = 10.0
"""Variance inflation above which a driver's own part cannot be told from the others'."""

SAME_SOURCE = "Both measures come from the same respondents; the relation is likely overstated."


def fit_recommendation(
    survey: Survey,
    *,
    drivers: Sequence[str] | None = None,
    case_mix: Sequence[str] | None = None,
    period: str | None = None,
    statistic: str = "positive",
    agency_effects: bool = True,
    link: str = "logit",
    cluster: str | None = None,
    level: float = LEVEL,
    draws: int = DRAWS,
    seed: int,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Estimate how the share of positive outcome answers goes with each driver.

    Parameters
    ----------
    survey : Survey
    drivers : sequence of str, optional
        Driver questions, entered together; the survey's own by default.
    case_mix : sequence of str, optional
        Columns that are held constant; the survey's own by default.
    period : str, optional
        One wave; by default all waves, each with its own level.
    statistic : {"positive", "top"}
        Which outcome answers count.
    agency_effects : bool
        Give each agency its own level, so that people are compared within agencies.
    link : {"logit", "probit", "cloglog", "loglog", "cauchit"}
    cluster : {"agency", "psu", "respondent"}, optional
        What errors are clustered by: agencies from 40 on, else sampling units, else respondents.
    level : float
        Probability content of the intervals.
    draws : int
        Joint normal draws of the estimates.
    seed : int
    thresholds : Thresholds
        Smallest numbers of answers; agencies below `hide` are left out.

    Returns
    -------
    Estimates
        A row per driver, in the order given. `estimate` is the change in the share (0.05 is five
        points) for the step `from_value` to `to_value`, of size `step`; `share_from` and
        `share_to` the two shares; `ratio` (`ratio_low`, `ratio_high`) and `odds_ratio` (of the
        two shares, not a coefficient); `coefficient` and `coefficient_se` in units of the link
        per unit of the driver; `ordinal` and `at_cut` the change under the two models;
        `p_value`. Joint covariance and draws in the same order.

    Raises
    ------
    DataError, ParamsError
        A question, column, wave, statistic or cluster that does not exist.
    ModelError
        Fewer than 10 positive or 10 other answers per parameter, drivers that are combinations
        of others, or answers separated perfectly; or `survey` is `Published`.

    Assumes
    -------
    The effect of a driver is linear in the link and the same for all agencies. Agency levels are
    fixed, so nothing is assumed about their relation with the drivers. Both answers come from
    one person and survey: this describes what goes together, not what would change.

    Reference
    ---------
    McCullagh (1980); Binder (1983); Robins (1986); methods.md#recommendation.
    """
    need_answers(survey)
    chosen = tuple(survey.drivers if drivers is None else drivers)
    if not chosen:
        raise ModelError("`drivers` must name at least one question; got none.")
    rows = answer_rows(
        survey,
        drivers=chosen,
        case_mix=tuple(survey.case_mix if case_mix is None else case_mix),
        period=period,
        statistic=statistic,
        thresholds=thresholds,
    )
    checks = list(rows.checks)
    if not rows.drivers:
        raise ModelError("`drivers` must keep at least one question; all had too few answers.")
    if agency_effects:
        rows = _drop_unanimous(rows, checks)
    refuse_few_events(rows, rows.design.shape[1] + agency_effects * (len(rows.agencies) - 1) + 1)
    by, clusters = choose_cluster(rows, cluster)
    checks += [clusters, _overlap_check(rows)]
    fits = _fit_both(rows, link=link, cluster=by, agency_effects=agency_effects)
    steps = [_realistic_step(rows, driver) for driver in rows.drivers]
    ordinal, at_cut = (_contrasts(fit, steps, agency_effects=agency_effects) for fit in fits)
    labels = [rows.survey.question(driver).label for driver in rows.drivers]
    proportional = _is_proportional(labels, ordinal, at_cut, checks)
    used = fits[0] if proportional else fits[1]
    contrasts = ordinal if proportional else at_cut
    frame = _table(rows, used.fit, steps, contrasts, level=level)
    frame["ordinal"] = [contrast.difference for contrast in ordinal]
    frame["at_cut"] = [contrast.difference for contrast in at_cut]
    jacobian = np.array([contrast.gradient for contrast in contrasts])
    covariance = jacobian @ used.fit.covariance @ jacobian.T
    checks.append(Check("same_source", False, SAME_SOURCE))
    scale = survey.question(survey.outcome).scale
    cut_label = scale.cut_label if statistic == "positive" else scale.top_label
    weight = rows.survey.frame["weight"].to_numpy(dtype=float)
    return Estimates(
        frame=frame,
        quantity=f"Change in the share answering {cut_label}, per realistic step of the driver",
        level=level,
        covariance=covariance,
        draws=_draws(frame["estimate"].to_numpy(dtype=float), covariance, draws, seed),
        checks=(*survey.notes, *checks),
        facts={
            "outcome": survey.outcome,
            "statistic": statistic,
            "cut_label": cut_label,
            "period": period or "",
            "model": "proportional odds" if proportional else "positive answer only",
            "link": link,
            "agency_effects": agency_effects,
            "cluster": by,
            "clusters": used.fit.psus,
            "degrees_of_freedom": used.fit.degrees_of_freedom,
            "n": used.fit.n,
            "agencies": len(rows.agencies),
            "baseline": float(weight @ rows.positive / weight.sum()),
            "grade": "D",
            "draws": draws,
            "seed": seed,
        },
    )


@dataclass(frozen=True, slots=True)
class _Fitted:
    rows: AnswerRows
    fit: CumulativeLinkFit
    cut: int


@dataclass(frozen=True, slots=True)
class _Step:
    column: int
    low: float
    high: float


def _drop_unanimous(rows: AnswerRows, checks: list[Check]) -> AnswerRows:
    kept = rows.without_unanimous(rows.answers)
    left = len(rows.agencies) - len(kept.agencies)
    if left:
        count = agencies_in_words(left)
        text = f"Left out, because all gave the best or all the worst answer: {count}."
        checks.append(Check("unanimous_agencies", None, text))
    return kept


def _fit_both(
    rows: AnswerRows, *, link: str, cluster: str, agency_effects: bool
) -> tuple[_Fitted, _Fitted]:
    """Fit the ordinal model, and the model of the positive answer alone."""
    two_sided = rows.without_unanimous(rows.positive) if agency_effects else rows
    how = {"link": link, "cluster": cluster}
    return (
        _Fitted(rows, rows.fit(rows.answers, **how, agency_effects=agency_effects), rows.cut),
        _Fitted(
            two_sided, two_sided.fit(two_sided.positive, **how, agency_effects=agency_effects), 1
        ),
    )


def _realistic_step(rows: AnswerRows, driver: str) -> _Step:
    """Take the step from the 25th to the 75th percentile, one step of the scale at least."""
    column = rows.names.index(driver)
    value = rows.design[:, column].astype(float)
    weight = rows.survey.frame["weight"].to_numpy(dtype=float)
    order = np.argsort(value, kind="stable")
    reached = np.cumsum(weight[order]) / weight.sum()
    low, high = value[order][np.searchsorted(reached, [0.25, 0.75])]
    answers = rows.survey.question(driver).scale.answers
    smallest = float(np.diff(answers).min())
    if high - low < smallest:
        high = low + smallest
        if high > answers[-1]:
            low, high = answers[-1] - smallest, answers[-1]
    return _Step(column, float(low), float(high))


def _contrasts(fitted: _Fitted, steps: list[_Step], *, agency_effects: bool) -> list[ShareContrast]:
    weights, counts = weights_and_counts(fitted.rows.survey)
    return [
        share_contrast(
            fitted.fit,
            fitted.rows.design,
            cut=fitted.cut,
            before={step.column: step.low},
            after={step.column: step.high},
            mass=counts if weights is None else weights,
            groups=fitted.rows.agency if agency_effects else None,
        )
        for step in steps
    ]


def _is_proportional(
    labels: Sequence[str],
    ordinal: list[ShareContrast],
    at_cut: list[ShareContrast],
    checks: list[Check],
) -> bool:
    gaps = [abs(a.difference - b.difference) for a, b in zip(ordinal, at_cut, strict=True)]
    worst = int(np.argmax(gaps))
    in_errors = max(gap / a.difference_se for gap, a in zip(gaps, ordinal, strict=True))
    small = max(gaps) <= PROPORTIONAL_WITHIN
    used = small and in_errors <= 1.0
    reported = "the ordinal model" if used else "the model of the positive answer alone"
    text = (
        f"The ordinal model and the model of the positive answer alone differ by at most "
        f"{100 * max(gaps):.1f} points ({labels[worst]}), {in_errors:.1f} standard errors; "
        f"the figures are those of {reported}."
    )
    checks.append(Check("proportionality", small, text))
    return used


def _overlap_check(rows: AnswerRows) -> Check:
    """Compare how far each driver is predicted by the others."""
    count = len(rows.drivers)
    if count < 2:
        return Check("overlap", True, "There is one driver only.")
    weight = rows.survey.frame["weight"].to_numpy(dtype=float)
    covariance = np.cov(rows.design[:, :count].astype(float).T, aweights=weight)
    scale = np.sqrt(np.maximum(np.diag(covariance), 1e-300))
    inflation = np.diag(np.linalg.pinv(covariance / np.outer(scale, scale)))
    worst = int(np.argmax(inflation))
    label = rows.survey.question(rows.drivers[worst]).label
    text = (
        f"Most predictable from the other drivers: {label}, "
        f"variance inflation {inflation[worst]:.1f} (at most {OVERLAP:g})."
    )
    return Check("overlap", bool(inflation[worst] <= OVERLAP), text)


def _table(
    rows: AnswerRows,
    fit: CumulativeLinkFit,
    steps: list[_Step],
    contrasts: list[ShareContrast],
    *,
    level: float,
) -> pd.DataFrame:
    reach = float(stats.t.ppf(0.5 + level / 2.0, fit.degrees_of_freedom))
    estimate = np.array([contrast.difference for contrast in contrasts])
    error = np.array([contrast.difference_se for contrast in contrasts])
    log_ratio = np.array([contrast.log_ratio for contrast in contrasts])
    half = reach * np.array([contrast.log_ratio_se for contrast in contrasts])
    columns = [step.column for step in steps]
    return pd.DataFrame(
        {
            "key": list(rows.drivers),
            "estimate": estimate,
            "std_error": error,
            "conf_low": estimate - reach * error,
            "conf_high": estimate + reach * error,
            "n": fit.n,
            "label": [rows.survey.question(driver).label for driver in rows.drivers],
            "from_value": [step.low for step in steps],
            "to_value": [step.high for step in steps],
            "step": [step.high - step.low for step in steps],
            "share_from": [contrast.low for contrast in contrasts],
            "share_to": [contrast.high for contrast in contrasts],
            "ratio": np.exp(log_ratio),
            "ratio_low": np.exp(log_ratio - half),
            "ratio_high": np.exp(log_ratio + half),
            "odds_ratio": np.exp([contrast.log_odds_ratio for contrast in contrasts]),
            "coefficient": fit.coefficients[columns],
            "coefficient_se": fit.std_error[len(fit.thresholds) :][columns],
            "p_value": 2.0 * stats.t.sf(np.abs(estimate / error), fit.degrees_of_freedom),
        }
    )


def _draws(estimate: Floats, covariance: Floats, draws: int, seed: int) -> Floats:
    generator = np.random.default_rng(seed)
    return generator.multivariate_normal(estimate, covariance, size=draws, method="eigh")
