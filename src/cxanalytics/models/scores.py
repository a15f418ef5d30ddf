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

from cxanalytics.errors import DataError, ModelError, ParamsError, did_you_mean
from cxanalytics.models.sampling import drawn_as, need_answers
from cxanalytics.models.score_domains import score_domains
from cxanalytics.models.statistic import score_quantity, score_values
from cxanalytics.numerics import survey_design as sampling
from cxanalytics.rules import KISH_DEFF_MAX, LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Survey

Floats = NDArray[np.float64]

STATISTICS = ("positive", "top", "mean", "net")
"""Ways to count that put the best first, none of them another one in other units."""

EVERYONE = "all"
"""Key of the one row when there are no groups."""

KEPT = ("key", "n", "people")
"""Columns that disclosure control reads of a group that is too small to show."""


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
    statistic : str
        Shares, 0 to 1: "positive", "top" (best answers by the rule of the scale), "top_two" (the
        two best answers), "promoters", "detractors". "mean" in units of the scale; "pomp", the
        mean as a share of the maximum possible, 0 to 1; "net", promoters less detractors, -1 to 1.
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
        A row per group with an answer, in the order of its name; further columns `n_eff` (Kish),
        `deff`, `degrees_of_freedom` and `people` (asked or not: the order in which disclosure
        control hides groups); joint covariance in the same order.

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
    if not 0.0 < level < 1.0:
        raise ParamsError(f"`level` must lie between 0 and 1; got {level}.")
    wave = survey if period is None else survey.in_period(period)
    question, frame = survey.question(measure), wave.frame
    answers = frame[measure].to_numpy(dtype=float)
    keys, domains = _domains(frame, by, ~np.isnan(score_values(question, answers, statistic)))
    design, weights = drawn_as(wave)
    checks = design_checks(design, weights)
    got, low, high = score_domains(
        question, answers, domains, design, weights, statistic=statistic, level=level
    )
    checks += _lone_units(got)
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
            "degrees_of_freedom": got.degrees_of_freedom,
            "people": _people(frame, by, keys, wave.counts),
        }
    )
    covariance = got.covariance.copy()
    hidden = (table["n"] < thresholds.hide).to_numpy() & hide
    table.loc[hidden, [name for name in table.columns if name not in KEPT]] = np.nan
    covariance[hidden, :], covariance[:, hidden] = np.nan, np.nan
    return Estimates(
        frame=table,
        quantity=score_quantity(question, statistic),
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
            **(_held_alike(wave) if by == "agency" else {}),
        },
    )


def _people(frame: pd.DataFrame, by: str | None, keys: list[str], counts: bool) -> Floats:
    """Count the people of each group, whether they answered the question or not."""
    stand = frame["weight"].to_numpy(dtype=float) if counts else np.ones(len(frame))
    if by is None:
        return np.array([stand.sum()])
    return pd.Series(stand).groupby(frame[by].astype(str).to_numpy()).sum()[keys].to_numpy()


def _held_alike(wave: Survey) -> dict[str, str]:
    """Tell disclosure control which agencies are published elsewhere, and which stay hidden."""
    held = sorted({agency for period in wave.periods for agency in wave.held_in(period)})
    told = {"only_peers": "\n".join(wave.only_peers), "held_back": "\n".join(held)}
    return {name: names for name, names in told.items() if names}


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


def design_checks(design: sampling.Design, weights: Floats | None) -> list[Check]:
    """Say what the design leaves open, and refuse weights that leave too little.

    Parameters
    ----------
    design : Design
    weights : ndarray of shape (rows,), optional

    Returns
    -------
    list of Check

    Raises
    ------
    ModelError
        The effective number of answers is under a third.
    """
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
                f"design effect of weighting of {loss:.1f} over {len(weights):,} rows."
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
