"""What share of people answered positively, how sure is that, for each agency or unit?

Weighted shares, means and net scores with design-based errors: sampling units and strata count
where the survey names them, groups are domains of one design, and answers that share sampling
units are not independent. A wave is its own sample. Small samples get intervals that keep their
promise: Wilson for unweighted shares, Korn-Graubard for weighted or clustered ones, the
adjusted Wald interval for net scores from few answers, Student's t otherwise.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cxanalytics.errors import DataError, ModelError, ParamsError, did_you_mean, must_be
from cxanalytics.models.sampling import need_answers, role_codes, sampling_units, weights_and_counts
from cxanalytics.numerics import survey_design as sampling
from cxanalytics.rules import KISH_DEFF_MAX, LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Question, Survey

Floats = NDArray[np.float64]

STATISTICS = ("positive", "top", "mean", "net")

EVERYONE = "all"
"""Key of the one row when there are no groups."""

FEW_FOR_NET = 100
"""Effective answers below which a net score gets the interval for small samples."""


def fit_scores(
    survey: Survey,
    *,
    measure: str,
    by: str | None = "agency",
    statistic: str = "positive",
    period: str | None = None,
    level: float = LEVEL,
    hide: bool = True,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Score one question for every agency, unit, channel or other group.

    Parameters
    ----------
    survey : Survey
    measure : str
        Name of the question.
    by : str, optional
        Column whose values are scored; None scores everyone together, under the key "all".
    statistic : {"positive", "top", "mean", "net"}
        Share of positive or of top answers (0 to 1), mean in units of the scale, or share of
        promoters less share of detractors (-1 to 1).
    period : str, optional
        One wave; all waves together by default.
    level : float
        Probability content of the intervals.
    hide : bool
        Leave the figures of groups with fewer answers than `thresholds.hide` out (NaN); their `n`
        stays, for disclosure control.
    thresholds : Thresholds
        Smallest numbers of answers; read is `hide`.

    Returns
    -------
    Estimates
        A row per group with an answer, in the order of its name; further columns `n_eff` (Kish)
        and `deff`; joint covariance in the same order.

    Raises
    ------
    DataError
        No such question, column or wave, or nobody answered.
    ParamsError
        An unknown statistic, or a `level` out of range.
    ModelError
        Only one sampling unit in every group, or weights so unequal that the effective number of
        answers is under a third; or `survey` is `Published`.

    Assumes
    -------
    Sampling units were drawn independently within strata. Without them, each respondent is one
    and only unequal weighting is reflected. Nonrespondents are like respondents of equal weight.

    Reference
    ---------
    Binder (1983); Särndal, Swensson and Wretman (1992), ch. 5; Korn and Graubard (1998); Rocks
    (2016), The American Statistician; methods.md#scores.
    """
    need_answers(survey)
    if statistic not in STATISTICS:
        raise ParamsError(must_be("statistic", STATISTICS, statistic))
    if not 0.0 < level < 1.0:
        raise ParamsError(f"`level` must lie between 0 and 1; got {level}.")
    wave = survey if period is None else survey.in_period(period)
    question, frame = survey.question(measure), wave.frame
    values = _values(question, frame[measure].to_numpy(dtype=float), statistic)
    keys, domains = _domains(frame, by, ~np.isnan(values))
    weights, counts = weights_and_counts(wave)
    design = sampling.survey_design(
        len(frame), psu=sampling_units(frame), strata=role_codes(frame, "stratum"), counts=counts
    )
    got = sampling.domain_means(values, design=design, weights=weights, domains=domains)
    checks = [*_checks(wave, design, weights), *_lone_units(got)]
    got = sampling.borrow_design_effect(got)
    low, high = _intervals(question, frame, got, design, weights, domains, statistic, level)
    table = pd.DataFrame(
        {
            "key": keys,
            "estimate": got.estimate,
            "std_error": got.std_error,
            "conf_low": low,
            "conf_high": high,
            "n": got.n,
            "n_eff": got.n_eff,
            "deff": got.deff,
        }
    )
    covariance = got.covariance.copy()
    hidden = (table["n"] < thresholds.hide).to_numpy() & hide
    table.loc[hidden, ["estimate", "std_error", "conf_low", "conf_high", "n_eff", "deff"]] = np.nan
    covariance[hidden, :], covariance[:, hidden] = np.nan, np.nan
    return Estimates(
        frame=table,
        quantity=_quantity(question, statistic),
        level=level,
        covariance=covariance,
        checks=(*survey.notes, *checks),
        facts={
            "measure": measure,
            "statistic": statistic,
            "by": by or EVERYONE,
            "period": period or "",
            "weighted": weights is not None,
            "sampling_units": design.n_psu,
            "strata": design.n_strata,
        },
    )


def _values(question: Question, answers: Floats, statistic: str) -> Floats:
    scale = question.scale
    if statistic == "mean":
        return answers
    by_name = {"positive": scale.is_positive, "top": scale.is_top, "net": scale.net}
    return by_name[statistic](answers)


def _domains(
    frame: pd.DataFrame, by: str | None, answered: NDArray[np.bool_]
) -> tuple[list[str], NDArray[np.int64]]:
    if not answered.any():
        raise DataError("A score needs at least one answer; got none.")
    if by is None:
        return [EVERYONE], np.asarray(np.where(answered, 0, -1), dtype=np.int64)
    if by not in frame.columns:
        columns = [str(column) for column in frame.columns]
        raise DataError(
            f"`by` must be a column of the survey: {', '.join(columns)}; got {by!r}."
            f"{did_you_mean(by, columns)}"
        )
    label = frame[by].where(answered)
    keys = sorted(str(key) for key in label.dropna().unique())
    place = label.dropna().astype(str).map({key: place for place, key in enumerate(keys)})
    numbers = place.reindex(frame.index).fillna(-1).to_numpy()
    return keys, np.asarray(numbers, dtype=np.int64)


def _checks(wave: Survey, design: sampling.Design, weights: Floats | None) -> list[Check]:
    checks = []
    if design.psu is None:
        text = "No sampling units are known: intervals reflect the number of answers and weighting."
        checks.append(Check("sampling_units", None, text))
    if design.single_strata:
        text = (
            f"{design.single_strata} strata have one sampling unit; they are centered on the whole."
        )
        checks.append(Check("single_unit_strata", None, text))
    if weights is not None:
        loss = sampling.kish_deff(weights)
        if loss > KISH_DEFF_MAX:
            raise ModelError(
                f"`weight` must leave at least 1 in {KISH_DEFF_MAX:g} answers effective; got a "
                f"design effect of weighting of {loss:.1f} over {len(wave.frame):,} rows."
            )
        text = (
            f"Unequal weights cost precision by a factor of {loss:.2f} (at most {KISH_DEFF_MAX:g})."
        )
        checks.append(Check("weights", True, text))
    return checks


def _lone_units(got: sampling.DomainEstimates) -> list[Check]:
    alone = int(((got.n_psu < 2) & (got.n > 1)).sum())
    if not alone:
        return []
    text = (
        f"{alone} of {len(got.n)} groups have one sampling unit: their own spread cannot be seen, "
        "so they get the design effect of the others."
    )
    return [Check("lone_sampling_units", False, text)]


def _intervals(
    question: Question,
    frame: pd.DataFrame,
    got: sampling.DomainEstimates,
    design: sampling.Design,
    weights: Floats | None,
    domains: NDArray[np.int64],
    statistic: str,
    level: float,
) -> tuple[Floats, Floats]:
    if statistic in ("positive", "top"):
        if weights is None and design.psu is None:
            return sampling.wilson_interval(got.estimate, got.n, level=level)
        return sampling.korn_graubard_interval(
            got.estimate,
            got.std_error**2,
            got.n,
            got.degrees_of_freedom,
            level=level,
            n_eff=got.n_eff,
        )
    half = stats.t.ppf(0.5 + level / 2.0, got.degrees_of_freedom) * got.std_error
    low, high = got.estimate - half, got.estimate + half
    answers = question.scale.answers
    floor, ceiling = (-1.0, 1.0) if statistic == "net" else (answers[0], answers[-1])
    if statistic == "net":
        effective = got.n_eff
        if design.psu is not None:
            with np.errstate(divide="ignore", invalid="ignore"):
                effective = np.fmin(effective, got.n / np.maximum(got.deff, 1.0))
        net = question.scale.net(frame[question.name].to_numpy(dtype=float))
        missing = np.isnan(net)
        promoters, detractors = (
            sampling.domain_means(
                np.where(missing, np.nan, net == side),
                design=design,
                weights=weights,
                domains=domains,
            ).estimate
            for side in (1.0, -1.0)
        )
        _, few_low, few_high = sampling.adjusted_wald_net(
            promoters, detractors, effective, level=level
        )
        few = effective < FEW_FOR_NET
        low, high = np.where(few, few_low, low), np.where(few, few_high, high)
    return np.clip(low, floor, ceiling), np.clip(high, floor, ceiling)


def _quantity(question: Question, statistic: str) -> str:
    scale = question.scale
    return {
        "positive": f"Share answering {scale.cut_label}: {question.label}",
        "top": f"Share answering {scale.top_label}: {question.label}",
        "mean": f"Mean answer, {scale.allowed()}: {question.label}",
        "net": f"{scale.net_label}, -1 to 1: {question.label}",
    }[statistic]
