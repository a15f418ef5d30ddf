"""How much do agencies differ from each other, and from the wave before, beyond chance?

Each difference of two scores is one linearized contrast in the design of both: people and
sampling units that are on both sides make them covary, as agents who serve in two waves do. Only
independent samples add their variances. P-values are adjusted for the number of comparisons.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.errors import ParamsError
from cxanalytics.models.comparisons import REST, WAVES, Comparisons, find_comparisons
from cxanalytics.models.sampling import need_answers, role_codes, sampling_units, weights_and_counts
from cxanalytics.models.scores import design_checks
from cxanalytics.models.statistic import SHARES, score_ends, score_quantity, score_values
from cxanalytics.numerics.difference_intervals import (
    adjust_p_values,
    mean_difference_interval,
    share_difference_interval,
    share_ratio_interval,
)
from cxanalytics.numerics.differences import Differences, compare_domains, compare_with_rest
from cxanalytics.numerics.survey_design import Design, survey_design
from cxanalytics.rules import FEW, LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Survey

Floats = NDArray[np.float64]

FIGURES = (
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "score",
    "reference_score",
    "covariance",
    "degrees_of_freedom",
    "p_value",
)
RATIOS = ("ratio", "ratio_low", "ratio_high")


def fit_score_differences(
    survey: Survey,
    *,
    measure: str,
    statistic: str = "positive",
    between: str = "agency",
    reference: str | None = None,
    period: str | None = None,
    by: str | None = None,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Compare the scores of agencies, channels or other groups, or of two waves.

    Parameters
    ----------
    survey : Survey
    measure : str
        Name of the question.
    statistic : str
        As in `fit_scores`.
    between : str
        Column whose values are compared; "period" compares two waves.
    reference : str, optional
        With what: "rest", all other values together (the default); "pairs", every value with
        every other; or one value. Between waves, the earlier wave (by default the one before).
    period : str, optional
        One wave; all together by default. Between waves, the later one (by default the last).
    by : str, optional
        Column within whose values is compared: "agency" with `between="period"` gives the change
        of each agency.
    level : float
        Probability content of the intervals; an adjusted p-value under 1 - `level` is clear.
    thresholds : Thresholds
        Read are `hide` and `rank`, and `wave` between waves.

    Returns
    -------
    Estimates
        A row a comparison, `estimate` in the unit of the score. Further columns: `group side
        reference` (what is compared), `score reference_score` (of the two sides), `n n_eff
        n_reference n_eff_reference`, `covariance` of the two sides, `shared` (sampling units on
        both), `degrees_of_freedom`, `p_value p_adjusted` (for all rows of the table), for shares
        `ratio ratio_low ratio_high`, and `suppressed_reason`. A row with a reason has no figure.

    Raises
    ------
    DataError
        No such question, column or wave.
    ParamsError
        An unknown statistic or reference, or a `level` out of range.
    ModelError
        No earlier wave, nothing to compare, only one sampling unit in every group, or weights so
        unequal that the effective number of answers is under a third; or `survey` is `Published`.

    Assumes
    -------
    As `fit_scores`. A rest is the rest of those that may be shown.

    Reference
    ---------
    Binder (1983); Agresti and Caffo (2000); Benjamini and Hochberg (1995);
    methods.md#differences-of-scores.
    """
    need_answers(survey)
    if not 0.0 < level < 1.0:
        raise ParamsError(f"`level` must lie between 0 and 1; got {level}.")
    question = survey.question(measure)
    waves, compared = find_comparisons(
        survey,
        measure=measure,
        between=between,
        by=by,
        reference=reference,
        period=period,
        thresholds=thresholds,
    )
    values = score_values(question, waves.frame[measure].to_numpy(dtype=float), statistic)
    weights, counts = weights_and_counts(waves)
    design = survey_design(
        len(waves.frame),
        psu=sampling_units(waves.frame),
        strata=role_codes(waves.frame, "stratum"),
        counts=counts,
    )
    checks = design_checks(design, weights)
    frame = _start(compared, shares=statistic in SHARES)
    shown = (frame["suppressed_reason"] == "").to_numpy()
    if shown.any():
        found = _compare(values, compared, shown, design=design, weights=weights)
        floor, ceiling = score_ends(question, statistic)
        _fill(frame, shown, found, level, None if statistic in SHARES else ceiling - floor)
        checks += _unit_checks(found, design.psu is None, between)
    frame["p_adjusted"] = adjust_p_values(frame["p_value"])
    facts: dict[str, float | int | str | bool] = {
        "measure": measure,
        "statistic": statistic,
        "between": between,
        "by": by or "",
        "reference": compared.reference,
        "period": max(waves.periods) if between == WAVES else period or "",
        "weighted": weights is not None,
        "sampling_units": design.n_psu,
        "strata": design.n_strata,
        "comparisons": int(frame["p_value"].notna().sum()),
        "clear": int((frame["p_adjusted"] < 1.0 - level).sum()),
        "sharing": int((frame["shared"] > 0).sum()),
    }
    return Estimates(
        frame=frame,
        quantity=f"Difference of scores. {score_quantity(question, statistic)}",
        level=level,
        checks=(*survey.notes, *checks, *_table_checks(frame, compared.reference)),
        facts=facts,
    )


def _start(compared: Comparisons, *, shares: bool) -> pd.DataFrame:
    """Lay the table out, with the numbers of answers that may be told."""
    table, cells = compared.table, compared.cells
    frame = table[["key"]].copy()
    for name in FIGURES[:4]:
        frame[name] = np.nan
    told = cells["reason"].isin(["", FEW])
    known = {name: cells[name].where(told).to_numpy() for name in ("n", "n_eff")}
    paired = table["right"] >= 0
    for suffix, place in (("", table["left"]), ("_reference", table["right"])):
        for name in ("n", "n_eff"):
            number = pd.Series(known[name][place], index=table.index)
            frame[f"{name}{suffix}"] = number.where(paired) if suffix else number
    for name in ("group", "side", "reference"):
        frame[name] = table[name]
    for name in (*FIGURES[4:], "shared", "p_adjusted", *(RATIOS if shares else ())):
        frame[name] = np.nan
    frame["suppressed_reason"] = table["reason"].astype(str)
    return frame


def _compare(
    values: Floats,
    compared: Comparisons,
    shown: NDArray[np.bool_],
    *,
    design: Design,
    weights: Floats | None,
) -> Differences:
    """Compare the sides of the rows that may be shown, in their order."""
    left, right = (compared.table.loc[shown, name].to_numpy() for name in ("left", "right"))
    used, number = np.unique(np.concatenate([left, right[right >= 0]]), return_inverse=True)
    numbers = np.full(len(compared.cells) + 1, -1)
    numbers[used] = np.arange(len(used))
    domains = numbers[compared.place]
    if compared.reference == REST:
        groups = pd.factorize(compared.cells["group"].iloc[used])[0]
        return compare_with_rest(values, groups, design=design, weights=weights, domains=domains)
    pairs = number.reshape(2, -1).T
    return compare_domains(values, pairs, design=design, weights=weights, domains=domains)


def _fill(
    frame: pd.DataFrame,
    shown: NDArray[np.bool_],
    found: Differences,
    level: float,
    reach: float | None,
) -> None:
    """Write the figures of the rows that may be shown; `reach` is None for shares."""

    def write(**columns: Floats) -> None:
        for name, numbers in columns.items():
            frame.loc[shown, name] = numbers

    if reach is None:
        interval = share_difference_interval(found, level=level)
        ratio = share_ratio_interval(found, level=level)
        top, bottom = found.left.estimate, found.right.estimate
        size = np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0)
        write(ratio=size, ratio_low=ratio.low, ratio_high=ratio.high)
    else:
        interval = mean_difference_interval(found, level=level, reach=reach)
    write(
        estimate=found.estimate,
        std_error=found.std_error,
        conf_low=interval.low,
        conf_high=interval.high,
        p_value=interval.p_value,
        score=found.left.estimate,
        reference_score=found.right.estimate,
        covariance=found.covariance,
        shared=found.shared,
        degrees_of_freedom=found.degrees_of_freedom,
        n_reference=found.right.n,
        n_eff_reference=found.right.n_eff,
    )


def _unit_checks(found: Differences, every_answer: bool, between: str) -> list[Check]:
    """Say what the two sides share, and which of them have one sampling unit."""
    checks = []
    if not every_answer:
        sharing = int((found.shared > 0).sum())
        what = "The two waves" if between == WAVES else "The two sides"
        text = (
            f"{what} share sampling units in {sharing} of {len(found.shared)} comparisons; their "
            "covariance is part of the error."
        )
        checks.append(Check("shared_units", None, text))
    alone = int(((found.left.units < 2) | (found.right.units < 2)).sum())
    if alone:
        text = (
            f"{alone} of {len(found.shared)} comparisons have a side with one sampling unit: its "
            "own spread cannot be seen, so it gets the design effect of the others."
        )
        checks.append(Check("lone_sampling_units", False, text))
    return checks


def _table_checks(frame: pd.DataFrame, reference: str) -> list[Check]:
    tested, hidden = (
        int(frame["p_value"].notna().sum()),
        int((frame["suppressed_reason"] != "").sum()),
    )
    text = f"P-values are adjusted for {tested} comparisons (Benjamini and Hochberg)."
    checks = [Check("many_comparisons", None, text)]
    if hidden:
        text = f"{hidden} of {len(frame)} comparisons are not shown"
        tail = ", and their answers are in nobody's rest." if reference == REST else "."
        checks.append(Check("suppression", None, text + tail))
    return checks
