"""How far do colleagues of a unit agree, and how much do units differ?

The agreement indices r_wg and r_wg(j) against answers given at random, without and with a lean
toward good answers, the mean absolute deviation AD_M, and ICC(1) and ICC(2). All of them describe,
in the words of LeBreton and Senter, and none gates what is shown: with hundreds of answers a unit's
mean is reliable however much its people differ.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.errors import ModelError
from cxanalytics.models.staff_rows import StaffRows, staff_rows
from cxanalytics.numerics.reliability import agreement_of_items, intraclass, null_variance
from cxanalytics.rules import LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Survey

Floats = NDArray[np.float64]

WORDS = (
    ("lack of agreement", 0.0),
    ("weak agreement", 0.31),
    ("moderate agreement", 0.51),
    ("strong agreement", 0.71),
    ("very strong agreement", 0.91),
)
"""Words for r_wg(j), rounded to two decimals, and the smallest figure that earns each."""

LEAN = (0.05, 0.15, 0.20, 0.35, 0.25)
"""Shares of five answers, worst first, that a slight lean toward good ones would give."""

DEVIATION_AT_MOST = 1 / 6
"""Largest AD_M that counts as agreement, as a share of the number of answers of the scale."""

_NAN = float("nan")


def fit_agreement(
    staff: Survey,
    *,
    items: Sequence[str],
    period: str | None = None,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Describe the agreement of colleagues in each unit on items of one length of scale.

    Parameters
    ----------
    staff : Survey
        Staff answers.
    items : sequence of str
        Questions of one dimension.
    period : str, optional
        One wave; by default all, each unit and wave a unit of its own.
    level : float
        Probability content of the interval of ICC(1).
    thresholds : Thresholds
        Units with fewer people than `team` are left out.

    Returns
    -------
    Estimates
        A row per unit: `estimate` is r_wg(j) against equally likely answers, 0 where colleagues
        differ more than that; it carries no error and no interval. `raw` may be negative; `skewed`
        is the same against answers with a slight lean, known for five answers; `deviation` is AD_M
        in answers of the scale; `word`, `close` (AD_M counts as agreement), `agency unit period`.
        Facts: `icc1 icc1_low icc1_high icc1_mean_size icc2 f p_value median median_skewed strong
        close units staff answers`; `strong` and `close` are shares of units. ICC(1) takes units for
        as large as n0, or as their mean; ICC(2) is the same by either.

    Raises
    ------
    DataError
        A question or wave that does not exist.
    ModelError
        Items with scales of different length, fewer than two units, or `staff` is `Published`.

    Assumes
    -------
    Without agreement answers would fall as the null distribution says; no one knows which.

    Reference
    ---------
    James, Demaree and Wolf (1984); Burke and Dunlap (2002); LeBreton and Senter (2008); Bliese
    (2000); methods.md#agreement-within-units.
    """
    rows = staff_rows(staff, items=items, period=period, thresholds=thresholds)
    choices = np.unique(rows.choices)
    if len(choices) > 1:
        listed = ", ".join(map(str, choices))
        raise ModelError(f"`items` must have scales of one length; got {listed} answers.")
    score = rows.score(items)
    known = np.isfinite(score)
    found = intraclass(score[known], rows.unit[known], level=level)
    frame = _table(rows, int(choices[0]))
    return Estimates(
        frame=frame,
        quantity="Agreement within units, r_wg(j) against equally likely answers (0 to 1)",
        level=level,
        checks=(*staff.notes, *rows.checks, *_checks(frame)),
        facts={
            "icc1": found.icc1,
            "icc1_mean_size": intraclass(score[known], rows.unit[known], k="mean").icc1,
            "icc1_low": found.icc1_low,
            "icc1_high": found.icc1_high,
            "icc2": found.icc2,
            "f": found.f,
            "p_value": found.p_value,
            "median": float(frame["estimate"].median()),
            "median_skewed": float(frame["skewed"].median()),
            "strong": float((frame["estimate"].round(2) >= dict(WORDS)["strong agreement"]).mean()),
            "close": float(frame["close"].mean()),
            "units": len(frame),
            "staff": len(rows.codes),
            "answers": int(choices[0]),
            "reason": "",
        },
    )


def name_agreement(value: float) -> str:
    """Say in a word how strong an agreement is.

    Parameters
    ----------
    value : float
        r_wg or r_wg(j).

    Returns
    -------
    str
    """
    rounded = round(max(value, 0.0), 2)
    return [word for word, at_least in WORDS if rounded >= at_least][-1]


def _table(rows: StaffRows, choices: int) -> pd.DataFrame:
    codes = pd.DataFrame(rows.codes, columns=list(rows.items))
    grouped = codes.groupby(rows.unit)
    away = (codes - grouped.transform("mean")).abs().groupby(rows.unit).mean().mean(axis=1)
    variance = grouped.var(ddof=1).mean(axis=1)
    uniform = variance / null_variance(np.full(choices, 1 / choices))
    raw = agreement_of_items(uniform, len(rows.items))
    units = rows.units
    told = units[["agency", "unit", "period"]].apply(
        lambda names: ", ".join(name for name in names if name), axis=1
    )
    shown = np.where(uniform < 1.0, raw, 0.0)
    return pd.DataFrame(
        {
            "key": told,
            "estimate": shown,
            "std_error": _NAN,
            "conf_low": _NAN,
            "conf_high": _NAN,
            "n": np.bincount(rows.unit, minlength=len(units)),
            "raw": raw,
            "skewed": _skewed(variance.to_numpy(), len(rows.items), choices),
            "deviation": away.to_numpy(),
            "close": away.to_numpy() <= DEVIATION_AT_MOST * choices,
            "word": [name_agreement(value) for value in shown],
            "agency": units["agency"],
            "unit": units["unit"],
            "period": units["period"],
        }
    )


def _skewed(variance: Floats, items: int, choices: int) -> Floats:
    if choices != len(LEAN):
        return np.full(len(variance), np.nan)
    ratio = variance / null_variance(LEAN)
    return np.where(ratio < 1.0, agreement_of_items(ratio, items), 0.0)


def _checks(frame: pd.DataFrame) -> tuple[Check, ...]:
    none = int((frame["raw"] <= 0).sum() + (frame["raw"] > 1).sum())
    return (
        Check(
            "agreement",
            None,
            f"Units whose people differ at least as much as answers given at random: {none:,} of "
            f"{len(frame):,}. Agreement describes and hides nobody.",
        ),
    )
