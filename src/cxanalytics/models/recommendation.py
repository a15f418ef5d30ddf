"""What goes with being recommended, within agencies?

A proportional-odds model of the outcome answer on the drivers, with an intercept per agency and
per wave, fitted with survey weights. Effects are told as what people can picture: the change in
the share of positive answers, in points, if everyone's answer to a driver went from its 25th to
its 75th percentile (one step of its scale at least) and all else stayed. Only one cut of the
scale is published, so the same change is also taken from the model of that cut alone. Where the
two differ by more than a point or one standard error, the drivers that differ are freed to act
differently along the scale; where even that model misses the cut, the model of the cut alone is
what is reported. Answers that a driver separates perfectly get a penalized model of the cut.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cxanalytics.errors import ModelError, ParamsError, SeparationError, must_be
from cxanalytics.models.answers import (
    AnswerRows,
    answer_rows,
    choose_cluster,
    refuse_few_events,
    two_sided_at_cut,
)
from cxanalytics.models.recommendation_fits import (
    DriverEffects,
    How,
    fit_cut_effects,
    fit_ordinal_effects,
    fit_partial_effects,
    fit_penalized_effects,
    fit_random_effects,
)
from cxanalytics.models.sampling import need_answers
from cxanalytics.models.steps import Step, realistic_step
from cxanalytics.rules import DRAWS, LEVEL, NO_DRIVERS, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Survey

Floats = NDArray[np.float64]

PROPORTIONAL_WITHIN = 0.01
"""Largest difference between two models, as a share, that leaves the simpler one in use."""

OVERLAP = 10.0
"""Variance inflation above which a driver's own part cannot be told from the others'."""

SAME_SOURCE = "Both measures come from the same respondents; the relation is likely overstated."

FREED_AT_MOST = 2_000_000
"""Rows above which drivers are not freed and the cut alone is told."""

FEWEST_DRAWN = 10
"""Fewest agencies whose levels may be taken for draws from a distribution."""

AGENCY_EFFECTS = ("fixed", "random", "none")


def fit_recommendation(
    survey: Survey,
    *,
    drivers: Sequence[str] | None = None,
    case_mix: Sequence[str] | None = None,
    period: str | None = None,
    statistic: str = "positive",
    agency_effects: str = "fixed",
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
    agency_effects : {"fixed", "random", "none"}
        "fixed" gives each agency its own level, so that people are compared within agencies;
        "random" takes the levels for draws from a normal distribution and leaves sampling weights
        out of the fit (they weigh the average of the predictions).
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
        per unit of the driver; `ordinal` and `at_cut` the change under the two models, `freed`
        whether the driver may act differently along the scale; `p_value`. Joint covariance and
        draws in the same order.

    Raises
    ------
    DataError, ParamsError
        A question, column, wave, statistic or cluster that does not exist.
    ModelError
        No driver, fewer than 10 positive or 10 other answers per parameter, drivers that are
        combinations of others; or `survey` is `Published`.

    Assumes
    -------
    The effect of a driver is linear in the link and the same for all agencies. Fixed agency levels
    assume nothing about their relation with the drivers; random ones assume that there is none.
    Both answers come from one person and survey: this describes what goes together, not what
    would change.

    Reference
    ---------
    McCullagh (1980); Binder (1983); Robins (1986); Peterson and Harrell (1990); Firth (1993);
    methods.md#recommendation.
    """
    need_answers(survey)
    if agency_effects not in AGENCY_EFFECTS:
        raise ParamsError(must_be("agency_effects", AGENCY_EFFECTS, agency_effects))
    rows, checks = _rows(
        survey,
        drivers=survey.drivers if drivers is None else drivers,
        case_mix=survey.case_mix if case_mix is None else case_mix,
        period=period,
        statistic=statistic,
        levels=agency_effects != "none",
        thresholds=thresholds,
    )
    by, clusters = _clusters(rows, cluster, agency_effects)
    checks += [clusters, _overlap_check(rows)]
    how = How(link=link, cluster=by, agency_effects=agency_effects)
    steps = [realistic_step(rows, driver) for driver in rows.drivers]
    ordinal, at_cut = _fit_both(rows, steps, how, checks)
    used, freed = _choose(rows, steps, how, ordinal, at_cut, checks)
    checks.append(Check("same_source", False, SAME_SOURCE))
    frame = _table(rows, used, steps, level=level)
    frame["ordinal"] = np.nan if ordinal is None else ordinal.difference
    frame["at_cut"], frame["freed"] = at_cut.difference, freed
    scale = survey.question(survey.outcome).scale
    cut_label = scale.cut_label if statistic == "positive" else scale.top_label
    weight = rows.survey.frame["weight"].to_numpy(dtype=float)
    return Estimates(
        frame=frame,
        quantity=f"Change in the share answering {cut_label}, per realistic step of the driver",
        level=level,
        covariance=used.covariance,
        draws=_draws(frame["estimate"].to_numpy(dtype=float), used.covariance, draws, seed),
        checks=(*survey.notes, *checks),
        facts={
            "outcome": survey.outcome,
            "statistic": statistic,
            "cut_label": cut_label,
            "period": period or "",
            "model": used.model,
            "link": link,
            "agency_effects": agency_effects,
            "cluster": by,
            "clusters": used.clusters,
            "degrees_of_freedom": used.degrees_of_freedom,
            "n": used.n,
            "agencies": len(rows.agencies),
            "baseline": float(weight @ rows.positive / weight.sum()),
            "grade": "D",
            "draws": draws,
            "seed": seed,
        },
    )


def _rows(
    survey: Survey,
    *,
    drivers: Sequence[str],
    case_mix: Sequence[str],
    period: str | None,
    statistic: str,
    levels: bool,
    thresholds: Thresholds,
) -> tuple[AnswerRows, list[Check]]:
    """Choose the rows, and refuse what they cannot carry."""
    if not drivers:
        raise ModelError(NO_DRIVERS)
    rows = answer_rows(
        survey,
        drivers=tuple(drivers),
        case_mix=tuple(case_mix),
        period=period,
        statistic=statistic,
        thresholds=thresholds,
    )
    checks = list(rows.checks)
    if not rows.drivers:
        raise ModelError("`drivers` must keep at least one question; all had too few answers.")
    if levels:
        rows = two_sided_at_cut(rows, checks)
    free = rows.design.shape[1] + (len(rows.agencies) - 1 if levels else 0)
    refuse_few_events(rows, free + 1)
    return rows, checks


def _clusters(rows: AnswerRows, cluster: str | None, agency_effects: str) -> tuple[str, Check]:
    """Choose what errors are clustered by; random levels bring errors of their own."""
    if agency_effects != "random":
        return choose_cluster(rows, cluster)
    agencies = len(rows.agencies)
    if agencies < FEWEST_DRAWN:
        raise ModelError(
            f"Levels drawn from a distribution need at least {FEWEST_DRAWN} agencies; "
            f"got {agencies}."
        )
    text = (
        "Errors are those of the model: they allow for agencies, and take the people of one "
        "agency for independent of each other."
    )
    return "agency", Check(
        "clusters", None if rows.clusters("respondent")[0] is None else False, text
    )


def _fit_both(
    rows: AnswerRows, steps: Sequence[Step], how: How, checks: list[Check]
) -> tuple[DriverEffects | None, DriverEffects]:
    """Fit the whole answer and the published cut; penalize where answers are separated."""
    if how.agency_effects == "random":
        return fit_random_effects(rows, steps, how=how), fit_random_effects(
            rows, steps, how=how, whole=False
        )
    ordinal = None
    try:
        ordinal = fit_ordinal_effects(rows, steps, how=how)
        return ordinal, fit_cut_effects(rows, steps, how=how)
    except SeparationError as error:
        text = f"{error} The penalized model of the positive answer is used, which is finite."
        checks.append(Check("separation", False, text))
    return ordinal, fit_penalized_effects(rows, steps, how=how)


def _gaps(one: DriverEffects, other: DriverEffects) -> tuple[Floats, NDArray[np.bool_]]:
    """Compare two models driver by driver: gaps as shares, and which are too large."""
    gap = np.abs(one.difference - other.difference)
    with np.errstate(divide="ignore", invalid="ignore"):
        large = (gap > PROPORTIONAL_WITHIN) | (gap > one.difference_se)
    return gap, large


def _choose(
    rows: AnswerRows,
    steps: Sequence[Step],
    how: How,
    ordinal: DriverEffects | None,
    at_cut: DriverEffects,
    checks: list[Check],
) -> tuple[DriverEffects, NDArray[np.bool_]]:
    """Take the simplest model that tells the truth about the published cut."""
    none = np.zeros(len(steps), dtype=bool)
    if ordinal is None:
        return at_cut, none
    gap, large = _gaps(ordinal, at_cut)
    used, freed = (at_cut if large.any() else ordinal), none
    if large.any() and how.agency_effects != "random" and len(rows.answers) <= FREED_AT_MOST:
        partial = fit_partial_effects(rows, steps, how=how, free=large)
        if partial is not None and not _gaps(partial, at_cut)[1].any():
            used, freed = partial, large
    worst = int(np.argmax(gap))
    label = rows.survey.question(rows.drivers[worst]).label
    in_errors = gap[worst] / max(float(ordinal.difference_se[worst]), 1e-300)
    text = (
        f"The ordinal model and the model of the positive answer alone differ by at most "
        f"{100 * gap.max():.1f} points ({label}), {in_errors:.1f} standard errors; "
        f"the figures are those of the {_MODEL_WORDS[used.model]}."
    )
    checks.append(Check("proportionality", not large.any(), text))
    return used, freed


_MODEL_WORDS = {
    "proportional odds": "ordinal model",
    "partial proportional odds": "ordinal model with the drivers that differ freed",
    "positive answer only": "model of the positive answer alone",
    "penalized positive answer": "penalized model of the positive answer",
}


def _covariance(design: NDArray[np.generic], weight: Floats) -> Floats:
    """Give the weighted covariance of columns, block by block."""
    origin, first = design[0].astype(float), np.zeros(design.shape[1])
    square = np.zeros((design.shape[1],) * 2)
    for begin in range(0, len(design), 8_192):
        rows = slice(begin, begin + 8_192)
        part = design[rows] - origin
        first += weight[rows] @ part
        square += (part * weight[rows, None]).T @ part
    total = weight.sum()
    return square / total - np.outer(first, first) / total**2


def _overlap_check(rows: AnswerRows) -> Check:
    """Compare how far each driver is predicted by the others."""
    count = len(rows.drivers)
    if count < 2:
        return Check("overlap", True, "There is one driver only.")
    weight = rows.survey.frame["weight"].to_numpy(dtype=float)
    covariance = _covariance(rows.design[:, :count], weight)
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
    rows: AnswerRows, effects: DriverEffects, steps: Sequence[Step], *, level: float
) -> pd.DataFrame:
    reach = float(stats.t.ppf(0.5 + level / 2.0, effects.degrees_of_freedom))
    contrasts = effects.contrasts
    estimate, error = effects.difference, effects.difference_se
    log_ratio = np.array([contrast.log_ratio for contrast in contrasts])
    half = reach * np.array([contrast.log_ratio_se for contrast in contrasts])
    return pd.DataFrame(
        {
            "key": list(rows.drivers),
            "estimate": estimate,
            "std_error": error,
            "conf_low": estimate - reach * error,
            "conf_high": estimate + reach * error,
            "n": effects.n,
            "label": [rows.survey.question(driver).label for driver in rows.drivers],
            "from_value": [step.low for step in steps],
            "to_value": [step.high for step in steps],
            "step": [step.size for step in steps],
            "share_from": [contrast.low for contrast in contrasts],
            "share_to": [contrast.high for contrast in contrasts],
            "ratio": np.exp(log_ratio),
            "ratio_low": np.exp(log_ratio - half),
            "ratio_high": np.exp(log_ratio + half),
            "odds_ratio": np.exp([contrast.log_odds_ratio for contrast in contrasts]),
            "coefficient": effects.coefficient,
            "coefficient_se": effects.coefficient_se,
            "p_value": 2.0 * stats.t.sf(np.abs(estimate / error), effects.degrees_of_freedom),
        }
    )


def _draws(estimate: Floats, covariance: Floats, draws: int, seed: int) -> Floats:
    generator = np.random.default_rng(seed)
    return generator.multivariate_normal(estimate, covariance, size=draws, method="eigh")
