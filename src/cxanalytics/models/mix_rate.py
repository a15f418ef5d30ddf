"""How much of an agency's change comes from who answered, and how much from what they answered?

The change since an earlier wave is split exactly, once for each way of grouping people: by channel,
by each column of the case mix. The mix part is what other people bring; the rate part is the change
with the same people. Groups too small to be told in either wave are counted together. Errors come
from the design of both waves, sampling units that serve in both among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cxanalytics.errors import ModelError, ParamsError, must_be
from cxanalytics.models.case_mix_columns import CANNOT_CHOOSE
from cxanalytics.models.mix_rate_parts import ONE_GROUP, ONE_UNIT, split_column, take_waves
from cxanalytics.models.sampling import need_answers
from cxanalytics.models.score_differences import fit_score_differences
from cxanalytics.models.statistic import SHARES, score_quantity
from cxanalytics.numerics.difference_intervals import adjust_p_values
from cxanalytics.rules import LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Survey

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_GROUPS = 20
"""A column with more values is no way to group people."""

_CHANGE = {
    "estimate": "change",
    "conf_low": "change_low",
    "conf_high": "change_high",
    "p_adjusted": "change_p_adjusted",
    "n": "n",
    "n_reference": "n_before",
    "shared": "shared",
    "suppressed_reason": "suppressed_reason",
}


def fit_mix_rate(
    survey: Survey,
    *,
    by: Sequence[str] | None = None,
    measure: str | None = None,
    statistic: str = "positive",
    period: str | None = None,
    reference: str | None = None,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Split each agency's change since an earlier wave into mix and rate.

    Parameters
    ----------
    survey : Survey
    by : sequence of str, optional
        Columns that group people, each by itself; the channel and the survey's case mix by default.
    measure : str, optional
        Name of the question; the outcome by default.
    statistic : str
        A share, as in `fit_scores`.
    period, reference : str, optional
        The later wave (the last one) and the earlier one (the one before).
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        Read are `hide`, `rank` and `wave`; groups with fewer than `hide` people in either wave are
        counted together.

    Returns
    -------
    Estimates
        A row per agency and column, "agency@column". `estimate` is the mix part of the change (0.02
        is two points); `rate rate_std_error rate_low rate_high` the
        rest; ``estimate + rate == change``, which is that of `fit_score_differences`, with
        `change_low change_high change_p_adjusted`. `p_adjusted` is that of the mix part, and
        `rate_p_adjusted` that of the rate part, each adjusted for all rows; `groups` the number of
        groups, `merged` the share of people in groups that were counted together; `shared` the
        sampling units of both waves; `n n_before`. `reason` says why a change is not split
        ("one_group", "one_unit"), `suppressed_reason` why there is no change.

    Raises
    ------
    DataError
        No such question, column or wave.
    ParamsError
        An unknown statistic, or a column that cannot group people.
    ModelError
        No column, no earlier wave; or as `fit_score_differences`.

    Assumes
    -------
    As `fit_scores`. People who did not tell are a group of their own.

    Reference
    ---------
    Kitagawa (1955), Journal of the American Statistical Association 50(272); Binder (1983);
    methods.md#mix-and-rate.
    """
    need_answers(survey)
    if statistic not in SHARES:
        raise ParamsError(must_be("statistic", SHARES, statistic))
    measure = survey.outcome if measure is None else measure
    columns = _columns(survey, by)
    changes = fit_score_differences(
        survey,
        measure=measure,
        statistic=statistic,
        between="period",
        by="agency",
        period=period,
        reference=reference,
        level=level,
        thresholds=thresholds,
    )
    now, before = str(changes.facts["period"]), str(changes.facts["reference"])
    both = survey.frame["period"].isin([now, before])
    waves = replace(survey, frame=survey.frame[both].reset_index(drop=True))
    sample = take_waves(waves, measure, statistic, now)
    told = changes.frame.loc[changes.frame["suppressed_reason"] == "", "key"]
    parts = pd.concat(
        [
            split_column(sample, name, [str(agency) for agency in told], thresholds)
            for name in columns
        ],
        ignore_index=True,
    )
    frame = _table(changes, columns, parts, level)
    return Estimates(
        frame=frame,
        quantity=f"Part of the change that goes with who answered. "
        f"{score_quantity(survey.question(measure), statistic)}",
        level=level,
        checks=(*changes.checks, *_checks(frame, thresholds)),
        facts={
            **changes.facts,
            "columns": ", ".join(columns),
            "split": int(frame["estimate"].notna().sum()),
            "mix_clear": int((frame["p_adjusted"] < 1.0 - level).sum()),
        },
    )


def _columns(survey: Survey, by: Sequence[str] | None) -> tuple[str, ...]:
    own = (CANNOT_CHOOSE,) if CANNOT_CHOOSE in survey.frame.columns else ()
    names = tuple(dict.fromkeys((*own, *survey.case_mix) if by is None else by))
    if not names:
        raise ModelError("The study names neither channels nor case mix: nothing groups people.")
    usable = []
    for name in names:
        if name not in survey.frame.columns or name in (survey.outcome, "agency", "period"):
            raise ParamsError(must_be("by", (*own, *survey.case_mix), name))
        if survey.frame[name].nunique() <= MOST_GROUPS:
            usable.append(name)
        elif by is not None:
            raise ParamsError(
                f"`by` must group people in at most {MOST_GROUPS}; {name!r} does not."
            )
    if not usable:
        raise ModelError(f"No column groups people in at most {MOST_GROUPS} groups.")
    return tuple(usable)


def _table(
    changes: Estimates, columns: Sequence[str], parts: pd.DataFrame, level: float
) -> pd.DataFrame:
    """Put the parts beside the changes, a row per agency and column."""
    told = changes.frame[["key", "degrees_of_freedom", *_CHANGE]].rename(columns=_CHANGE)
    told = told.rename(columns={"key": "agency"})
    every = pd.DataFrame(_pairs(told["agency"], columns), columns=["agency", "column"])
    frame = every.merge(told, on="agency", how="left", validate="many_to_one")
    frame = frame.merge(parts, on=["agency", "column"], how="left", validate="one_to_one")
    frame["key"] = frame["agency"] + "@" + frame["column"]
    frame["reason"] = frame["reason"].fillna("")
    frame.loc[frame["estimate"].isna(), ["std_error", "rate_std_error"]] = np.nan
    reach = stats.t.ppf(0.5 + level / 2.0, frame["degrees_of_freedom"].to_numpy(dtype=float))
    for value, error, low, high, p in (
        ("estimate", "std_error", "conf_low", "conf_high", "p_adjusted"),
        ("rate", "rate_std_error", "rate_low", "rate_high", "rate_p_adjusted"),
    ):
        frame[low] = (frame[value] - reach * frame[error]).clip(-1.0, 1.0)
        frame[high] = (frame[value] + reach * frame[error]).clip(-1.0, 1.0)
        ratio = (frame[value].abs() / frame[error]).where(frame[error] > 0, 0.0)
        p_value = 2.0 * stats.t.sf(ratio.to_numpy(), frame["degrees_of_freedom"].to_numpy())
        frame[p] = adjust_p_values(np.where(frame[value].isna(), np.nan, p_value))
    ordered = ["key", "estimate", "std_error", "conf_low", "conf_high", "n", "agency", "column"]
    ordered += ["change", "change_low", "change_high", "change_p_adjusted", "rate"]
    ordered += ["rate_std_error", "rate_low", "rate_high", "p_adjusted", "rate_p_adjusted"]
    ordered += ["groups", "merged", "shared", "n_before", "reason", "suppressed_reason"]
    return frame[ordered]


def _pairs(agencies: pd.Series[str], columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((agency, name) for agency in agencies for name in columns)


def _checks(frame: pd.DataFrame, thresholds: Thresholds) -> list[Check]:
    merged = int((frame["merged"] > 0).sum())
    text = (
        f"Groups with fewer than {thresholds.hide} people in either wave are counted together: in "
        f"{merged} of {int(frame['merged'].notna().sum())} splits."
    )
    checks = [Check("small_groups", None, text)]
    for why, because in (
        (ONE_GROUP, "all people are in one group"),
        (ONE_UNIT, "a wave has one sampling unit"),
    ):
        if number := int((frame["reason"] == why).sum()):
            text = f"Not split, because {because}: {number} of {len(frame)} rows."
            checks.append(Check(why, False, text))
    return checks
