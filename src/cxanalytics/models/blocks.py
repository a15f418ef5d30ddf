"""Which predicts the customer outcome better: effectiveness or efficiency?

Effectiveness is what staff say of eight dimensions (and measures that a study puts there);
efficiency is handle time, contacts per hour, cost per contact. Both are tried on agencies that the
fit has not seen. That one block predicts better never means that the other does not matter: what
each adds to the other stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.errors import ModelError
from cxanalytics.models.kpi.rows import UnitRows, need_measures, unit_rows
from cxanalytics.numerics.out_of_sample import (
    PENALTY,
    Skill,
    compare_two_blocks,
    draw_groups,
    drawn_range,
    group_moments,
)
from cxanalytics.operations import Operations
from cxanalytics.rules import LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Survey

Floats = NDArray[np.float64]

BLOCKS = ("effectiveness", "efficiency")

AGENCIES_TO_LEAVE_OUT = 10
"""Agencies needed before one is left out and predicted from the others."""

RESAMPLES = 999
"""Resamples of agencies behind ranges of what blocks predict."""


def fit_blocks(
    customers: Survey | None,
    operations: Operations | None,
    *,
    efficiency: Sequence[str],
    staff: Survey | None = None,
    dimensions: Mapping[str, Sequence[str]] | None = None,
    effectiveness: Sequence[str] = (),
    outcome: str | None = None,
    statistic: str = "positive",
    resamples: int = RESAMPLES,
    seed: int = 1,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Compare what effectiveness and efficiency predict, leaving one agency out.

    Parameters
    ----------
    customers : Survey or None
        Answers of customers, with `unit` where units are compared.
    operations : Operations or None
        With the measures; None is refused.
    efficiency : sequence of str
        Measures of `operations` in the block of efficiency.
    staff : Survey, optional
    dimensions : mapping of str to sequence of str, optional
        Staff questions of each dimension; all dimensions are the block of effectiveness.
    effectiveness : sequence of str
        Measures of `operations` that belong to effectiveness too.
    outcome : str, optional
        Question of `customers`, its own outcome when absent; without customers, a measure.
    statistic : {"positive", "top"}
        Which answers count.
    resamples, seed : int
        Resamples of agencies.
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        Smallest numbers of answers; read are `hide`, `rank` and `team`.

    Returns
    -------
    Estimates
        Rows "effectiveness", "efficiency" and "difference" (the first less the second), in shares
        of the variance between units and waves of agencies that the fit has not seen: `estimate`
        is the Shapley value of the block, so that the first two sum to the fact `r2_out`, and the
        third is what effectiveness predicts alone less what efficiency does. `delta_r2 delta_low
        delta_high` is what the block adds to the other, `alone` what it predicts alone, `share` its
        part of what both predict (NaN unless the range of `r2_out` is above 0), `columns` its size.
        Facts `r2_out r2_low r2_high leader` (the block whose own range and whose lead are both
        clear of zero, else "") `matters` (the blocks that add to the other, joined by ", ")
        `outcome folds agencies units waves`.

    Raises
    ------
    ModelError
        A block is empty, or fewer agencies than are needed.
    DataError, ParamsError
        A question, measure or statistic that does not exist.

    Assumes
    -------
    Agencies are independent of each other; straight lines; a fixed penalty per column, so that
    neither block is favored by its size. Nothing about cause, or about which came first.

    Reference
    ---------
    Hoerl and Kennard (1970); Lindeman, Merenda and Gold (1980) for the parts;
    methods.md#effectiveness-or-efficiency.
    """
    operations = need_measures(customers, operations, outcome)
    _need_blocks(staff, dimensions, effectiveness, efficiency)
    names = [*effectiveness, *efficiency]
    rows = unit_rows(
        customers,
        operations,
        kpis=names,
        outcome=outcome,
        statistic=statistic,
        staff=staff,
        dimensions=dimensions,
        thresholds=thresholds,
    )
    one = [f"dim:{name}" for name in dimensions or () if staff is not None]
    one += [f"kpi:{name}" for name in effectiveness]
    other = [f"kpi:{name}" for name in efficiency]
    frame = rows.frame.dropna(subset=[*one, *other])
    agencies = frame["agency"].nunique()
    if agencies < AGENCIES_TO_LEAVE_OUT:
        raise ModelError(
            f"Leaving one agency out needs {AGENCIES_TO_LEAVE_OUT} agencies with both blocks; got "
            f"{agencies}."
        )
    moments = group_moments(
        rows.sign * frame["outcome"].to_numpy(dtype=float),
        [frame[names].to_numpy(dtype=float) for names in (one, other)],
        frame["agency"].to_numpy(),
        fixed=pd.get_dummies(frame["wave"]).to_numpy(dtype=float),
    )
    found = compare_two_blocks(moments, np.ones((1, agencies)))
    drawn = compare_two_blocks(moments, draw_groups(agencies, resamples, seed=seed))
    table = _table(found, drawn, agencies, sizes=(len(one), len(other)), level=level, n=len(frame))
    facts = _facts(rows, frame, table, found, drawn, level=level)
    return Estimates(
        frame=table,
        quantity="Share of the differences between units of unseen agencies that a block predicts",
        level=level,
        checks=(*rows.checks, *_checks(facts, table)),
        facts=facts,
    )


def _need_blocks(
    staff: Survey | None,
    dimensions: Mapping[str, Sequence[str]] | None,
    effectiveness: Sequence[str],
    efficiency: Sequence[str],
) -> None:
    if not efficiency:
        raise ModelError("The study names no measure of efficiency (`block: efficiency`).")
    if not effectiveness and (staff is None or not dimensions):
        raise ModelError("The study has no staff answers by unit for the block of effectiveness.")


def _table(
    found: Skill, drawn: Skill, agencies: int, *, sizes: tuple[int, int], level: float, n: int
) -> pd.DataFrame:
    def three(skill: Skill, what: str) -> Floats:
        both = np.asarray(getattr(skill, what))
        return np.column_stack([both, both[:, 0] - both[:, 1]])

    low, high = drawn_range(three(drawn, "parts"), agencies, level=level)
    delta_low, delta_high = drawn_range(three(drawn, "added"), agencies, level=level)
    settled = drawn_range(drawn.together, agencies, level=level)[0] > 0
    shares = found.parts[0] / found.together[0] if settled else np.full(2, np.nan)
    return pd.DataFrame(
        {
            "key": [*BLOCKS, "difference"],
            "estimate": three(found, "parts")[0],
            "std_error": three(drawn, "parts").std(axis=0, ddof=1),
            "conf_low": low,
            "conf_high": high,
            "n": float(n),
            "delta_r2": [*found.added[0], np.nan],
            "delta_low": [*delta_low[:2], np.nan],
            "delta_high": [*delta_high[:2], np.nan],
            "alone": [*found.alone[0], np.nan],
            "share": [*shares, np.nan],
            "columns": [*map(float, sizes), np.nan],
        }
    )


def _facts(
    rows: UnitRows,
    frame: pd.DataFrame,
    table: pd.DataFrame,
    found: Skill,
    drawn: Skill,
    *,
    level: float,
) -> dict[str, float | int | str | bool]:
    agencies = int(frame["agency"].nunique())
    low, high = drawn_range(drawn.together, agencies, level=level)
    gap = table.iloc[2]
    ahead = {BLOCKS[0]: gap["conf_low"] > 0, BLOCKS[1]: gap["conf_high"] < 0}
    # A block that only overfits less than the other leads nothing.
    leads = [
        key for key, own in zip(BLOCKS, table["conf_low"], strict=False) if ahead[key] and own > 0
    ]
    return {
        "outcome": rows.outcome,
        "outcome_label": rows.label,
        "r2_out": float(found.together[0]),
        "r2_low": float(low),
        "r2_high": float(high),
        "leader": "".join(leads),
        "matters": ", ".join(table.loc[table["delta_low"] > 0, "key"]),
        "folds": agencies,
        "agencies": agencies,
        "units": len(frame[["agency", "unit"]].drop_duplicates()),
        "waves": int(frame["wave"].nunique()),
        "penalty": PENALTY,
        "grade": "D",
    }


def _checks(
    facts: Mapping[str, float | int | str | bool], table: pd.DataFrame
) -> tuple[Check, ...]:
    low, high = float(facts["r2_low"]), float(facts["r2_high"])
    predicted = (
        f"Both blocks together predict {100 * float(facts['r2_out']):.0f}% of the differences in "
        f"unseen agencies (range {100 * low:.0f} to {100 * high:.0f}%)."
    )
    sizes = [int(size) for size in table["columns"].iloc[:2]]
    return (
        Check("predicts_unseen", low > 0, predicted),
        Check(
            "folds",
            None,
            f"{facts['folds']} agencies, each predicted from the others; {sizes[0]} columns of "
            f"effectiveness, {sizes[1]} of efficiency, all shrunk by {facts['penalty']:g} per row.",
        ),
        Check("grade", None, "Grade D: compared in the same wave, without a lag."),
    )
