"""Does better service cost less in the long run?

The cost of a resolved case is the cost of a contact times the contacts it takes. Its change over
time is split exactly into the two. Then units are followed: where service became better than the
unit's usual, what did a resolved case cost in the quarters after? Order counts: what happens in the
same quarter is shown and carries no verdict, and service in the quarter after stands as a placebo.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxanalytics.claims.verdicts import (
    CONTRADICTED,
    NOT_TESTABLE_HERE,
    SUPPORTED,
    TOO_IMPRECISE,
    judge_interval,
)
from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.models.cost_lags import STEP, CostLags, follow_cost
from cxanalytics.models.cost_quarters import CostQuarters, cost_quarters
from cxanalytics.models.cost_service import service_quarters
from cxanalytics.numerics.cost_split import split_change_with_range
from cxanalytics.operations import Operations
from cxanalytics.rules import GRADES, LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Survey

QUARTERS = 8
"""Quarters of operations below which the claim is not testable."""

LAGS = 4
"""Quarters after the improvement that are looked at, where the series are long enough."""

RESAMPLES = 999
"""Draws of agencies behind the range of the break-even month."""

OWN_COUNTS = (
    "Service is measured by the counts that make the cost of a resolved case: it would take "
    "answers of those served, by unit and quarter."
)
NO_COSTS = "The study holds no cost by unit and month or quarter."
_YEAR = 4
_WHEN = ("_before", "_after")
CHANGES = ("cost_per_resolved", "unit_cost", "contacts_per_case", "shift")
LABELS = {
    "cost_per_resolved": "Cost of a resolved case",
    "unit_cost": "Cost of a contact",
    "contacts_per_case": "Contacts per case",
    "shift": "Cases moved",
    "lag0": "Same quarter",
    "lead1": "A quarter before",
    "order": "Later, per quarter, less a quarter before",
    "later": "Later quarters together",
    "later_unit_cost": "Later: contact cost",
    "later_contacts": "Later: contacts per case",
    "long_run": "All quarters together",
    "long_run_unit_cost": "All: contact cost",
    "long_run_contacts": "All: contacts per case",
    "net": "Net by the end",
}


def fit_long_run_cost(
    operations: Operations | None,
    *,
    cost: str = "cost",
    handled: str = "handled",
    resolved: str = "resolved",
    repeat: str = "",
    mix: str = "",
    index: Mapping[str, float] | None = None,
    service: Survey | None = None,
    measure: str = "",
    statistic: str = "positive",
    lags: int = LAGS,
    resamples: int = RESAMPLES,
    seed: int,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Split the cost of a resolved case, and follow it after service became better.

    Parameters
    ----------
    operations : Operations or None
        By agency, unit where there is one, and month or quarter; None is refused.
    cost, handled, resolved : str
        Columns with money, contacts handled, and cases resolved.
    repeat : str
        Column with contacts that came again: how many came for the first time is then held
        constant, as the volume that service does not make itself.
    mix : str
        Column with kinds of contact, whose shares are held constant.
    index : mapping of str to float, optional
        Prices by month, quarter or year; without it money is that of its time.
    service : Survey, optional
        The answers that measure service, by the same agencies, units and quarters. Without it
        service is the share of contacts resolved: the counts that also make the cost.
    measure : str
        Question of `service`; its outcome by default.
    statistic : {"positive", "top"}
        Which of its answers count.
    lags : int
        Quarters after the improvement, at least one; fewer where the series are short.
    resamples, seed : int
        Draws of agencies behind the range of the break-even month.
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        Smallest numbers of answers; read is `hide`.

    Returns
    -------
    Estimates
        `estimate` is a change of cost as a share (-0.07 is 7% less), with `log_change`, which adds
        up, and `label kind units p_value df method`. Kind "change": "cost_per_resolved" from the
        first four quarters to the last four, and its parts "unit_cost", "contacts_per_case" and
        "shift" (cases that moved to dearer or cheaper units). The others are for ten points better
        service. Kind "lag": "lag0" to "lagK" quarters later, and "lead1", the placebo. Kind "test":
        "order", the mean of lags 1 to K less the placebo, which a verdict needs too. Kind "sum":
        "later" (lags 1 to K) and "long_run" (lags 0 to K), each with its parts "_unit_cost" and
        "_contacts", and "net", by the end of quarter K, in quarters' worth of cost. Facts: `verdict
        grade order reason quarters first last lags units agencies followed break_even
        break_even_low break_even_high break_even_within` (months; NaN is later than followed, and
        all are NaN where a saving is not shown) and more.

    Raises
    ------
    DataError, ParamsError
        A column, question or price that does not exist; `lags` below one.
    ModelError
        No costs, fewer than eight quarters, or periods that are no months or quarters.

    Assumes
    -------
    A straight line between points of service and the logarithm of cost; no unmeasured reason moves
    a unit's service and its later cost; later service does not answer to earlier cost.

    Reference
    ---------
    Ang (2004); Almon (1965); Cameron, Gelbach and Miller (2008); Pustejovsky and Tipton (2018);
    methods.md#long-run-cost.
    """
    if lags < 1:
        raise ParamsError(f"`lags` must be at least 1; got {lags}.")
    if operations is None:
        raise ModelError(NO_COSTS)
    by_agency = service is not None and "unit" not in service.frame
    held = cost_quarters(
        operations,
        cost=cost,
        handled=handled,
        resolved=resolved,
        repeat=repeat,
        mix=mix,
        index=index,
        by_agency=by_agency,
    )
    served = service_quarters(
        held, service, measure=measure, statistic=statistic, thresholds=thresholds
    )
    quarters = sorted(served.frame["quarter"].unique())
    if len(quarters) < QUARTERS:
        raise ModelError(
            f"Cost must be followed for {QUARTERS} quarters or more; the data hold {len(quarters)}."
        )
    change = _change_rows(served.frame, quarters, level)
    lags_found = follow_cost(
        served.frame, held, lags=lags, resamples=resamples, seed=seed, level=level
    )
    rows = pd.concat([change, lags_found.rows], ignore_index=True)
    rows["label"] = [_label(key) for key in rows["key"]]
    facts: dict[str, float | int | str | bool] = {
        "quarters": len(quarters),
        "first": quarters[0],
        "last": quarters[-1],
        "service": served.label,
        "same_counts": served.own_counts,
        "deflated": held.deflated,
        "reliability": served.reliability,
        "step": STEP,
        "held_constant": _constant(held),
        **lags_found.facts,
        **_judge(lags_found, own_counts=served.own_counts),
    }
    if facts["verdict"] != SUPPORTED:
        facts |= {name: float("nan") for name in facts if name.startswith("break_even")}
    return Estimates(
        frame=rows,
        quantity="Change of the cost of a resolved case, as a share",
        level=level,
        checks=(*operations.notes, *held.checks, *served.checks, *_checks(lags_found, facts)),
        facts=facts,
    )


def _label(key: str) -> str:
    if key in LABELS:
        return LABELS[key]
    number = int(key.removeprefix("lag"))
    return f"{number} quarter{'' if number == 1 else 's'} later"


def _constant(held: CostQuarters) -> str:
    """Name what the model holds constant."""
    names = ["the kinds of contact"] if held.shares else []
    return " and ".join([*names, *(["new contacts"] if held.volume_known else [])])


def _change_rows(frame: pd.DataFrame, quarters: Sequence[str], level: float) -> pd.DataFrame:
    """Split the change from the first year to the last, for units that were there in both."""
    sums = []
    for year in (quarters[:_YEAR], quarters[-_YEAR:]):
        part = frame.loc[frame["quarter"].isin(year)].groupby(["agency", "unit"])
        whole = part.size() == _YEAR
        sums.append(part[["cost", "handled", "resolved"]].sum().loc[whole])
    before, after = (each.add_suffix(name) for each, name in zip(sums, _WHEN, strict=True))
    both = before.join(after, how="inner")
    if both.empty:
        raise ModelError("No unit has costs in all quarters of the first year and of the last.")
    cost, handled, resolved = (
        both[[f"{name}{when}" for when in _WHEN]].to_numpy()
        for name in ("cost", "handled", "resolved")
    )
    agency = both.index.get_level_values("agency").to_numpy()
    split = split_change_with_range(cost, handled, resolved, agency, level=level)
    turn = np.expm1
    return pd.DataFrame(
        {
            "key": list(CHANGES),
            "kind": "change",
            "estimate": turn(split.change),
            "std_error": np.exp(split.change) * split.std_error,
            "conf_low": turn(split.low),
            "conf_high": turn(split.high),
            "n": float(len(both)),
            "units": float(len(both)),
            "log_change": split.change,
            "p_value": np.nan,
            "df": split.df,
            "method": "none" if np.isnan(split.df) else "jackknife",
            "reason": "" if split.df > 0 else "too few agencies for a range",
        }
    )


def _judge(followed: CostLags, *, own_counts: bool) -> dict[str, str]:
    """Find the verdict, its grade, and whether service came first."""
    if followed.reason:
        return {
            "verdict": NOT_TESTABLE_HERE,
            "reason": followed.reason,
            "order": "not testable",
            "grade": "D",
        }
    if own_counts:
        return {
            "verdict": NOT_TESTABLE_HERE,
            "reason": OWN_COUNTS,
            "order": "not testable",
            "grade": "D",
        }
    rows = followed.rows.set_index("key")
    found = rows.loc["later"].to_dict()
    # The claim is that cost falls: a change below zero supports it.
    verdict = judge_interval(-float(found["conf_high"]), -float(found["conf_low"]))
    reason = str(found["reason"])
    order = "not settled"
    if verdict in (SUPPORTED, CONTRADICTED):
        side = -1 if verdict == SUPPORTED else 1
        stands_out = _side(rows, "order") == side and not _side(rows, "lead1")
        order = "service first" if stands_out else order
        if not stands_out:
            verdict = TOO_IMPRECISE
            reason = "It does not stand out from the quarter before the service, a placebo."
    return {"verdict": verdict, "reason": reason, "order": order, "grade": "C"}


def _side(rows: pd.DataFrame, key: str) -> int:
    """Tell whether a range lies above zero (1), below (-1), or holds it (0)."""
    return int(rows["conf_low"][key] > 0) - int(rows["conf_high"][key] < 0)


def _checks(followed: CostLags, facts: Mapping[str, Any]) -> tuple[Check, ...]:
    if followed.reason:
        return (Check("order in time", None, followed.reason),)
    rows = followed.rows.set_index("key")
    if np.isnan(rows["conf_low"]["lead1"]):
        order = Check("order in time", None, "Whether cost goes with later service is not known.")
    else:
        ahead = bool(_side(rows, "lead1"))
        said = "goes" if ahead else "is not shown to go"
        order = Check("order in time", not ahead, f"Cost {said} with service a quarter later.")
    reasons = sorted({str(reason) for reason in rows["reason"] if reason})
    clusters = f"{facts['clusters']} clusters ({facts['cluster']})."
    if reasons:
        clusters += f" No range, or an open one: {'; '.join(reasons)}."
    grade = GRADES[str(facts["grade"])]
    return (
        order,
        Check("clusters", not reasons, clusters),
        Check("grade", None, f"Grade {grade.letter}: {grade.design}."),
    )
