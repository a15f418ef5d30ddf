"""What does a resolved case cost in the quarters after service became better?"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.errors import ModelError
from cxanalytics.models.cost_quarters import MONTHS, CostQuarters
from cxanalytics.numerics.cluster_robust import FEWEST_CLUSTERS, Interval, cluster_interval
from cxanalytics.numerics.distributed_lag import (
    LagFit,
    fit_lags,
    net_path,
    paid_back_after,
    resample_lags,
    shift_back,
)

Array = NDArray[np.float64]

QUARTERS_LEFT = 4
"""Quarters that must stay for the model when lags have used up theirs."""

STEP = 0.10
"""Improvement of service that figures are told for: ten points."""


@dataclass(frozen=True, slots=True)
class CostLags:
    """Cost after service became better.

    Attributes
    ----------
    rows : DataFrame
        Rows of kind "lag" and "sum"; none where there is a reason.
    reason : str
        Why nothing can be followed; "" where it can.
    facts : mapping
    """

    rows: pd.DataFrame
    reason: str = ""
    facts: dict[str, float | int | str | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Columns of the regressions, row by row."""

    frame: pd.DataFrame
    unit: NDArray[np.int64]
    cluster: NDArray[np.int64]
    covariates: Array | None
    level: float

    def fit(self, outcome: Array, shifts: list[int]) -> LagFit:
        service = self.frame["service"].to_numpy(dtype=float)
        number = self.frame["number"].to_numpy()
        cause = [shift_back(service, self.unit, number, steps) for steps in shifts]
        return fit_lags(
            outcome,
            np.column_stack(cause),
            self.unit,
            number,
            self.cluster,
            covariates=self.covariates,
        )

    def interval(self, lags: LagFit, weights: list[float]) -> Interval:
        contrast = lags.contrast(STEP * np.asarray(weights))
        return cluster_interval(lags.fit, contrast, level=self.level)


def follow_cost(
    frame: pd.DataFrame,
    held: CostQuarters,
    *,
    lags: int,
    resamples: int,
    seed: int,
    level: float,
) -> CostLags:
    """Relate the cost of a resolved case to service in the same and in earlier quarters.

    Parameters
    ----------
    frame : DataFrame
        Of `ServiceQuarters`.
    held : CostQuarters
        Says which shares are held constant.
    lags : int
        Most quarters after the improvement.
    resamples, seed : int
        Draws of clusters for the break-even month.
    level : float

    Returns
    -------
    CostLags
    """
    measured = int(frame.loc[frame["service"].notna(), "quarter"].nunique())
    used = min(lags, measured - QUARTERS_LEFT)
    if used < 1:
        return CostLags(
            pd.DataFrame(),
            f"Service must be measured in {QUARTERS_LEFT + 1} quarters or more, to be followed by "
            f"what comes later; it is in {measured}.",
        )
    rows = _prepare(frame, held, level)
    money = {name: _logs(frame, name) for name in ("cost", "unit_cost", "contacts")}
    shifts = list(range(used + 1))
    try:
        fits = {name: rows.fit(outcome, shifts) for name, outcome in money.items()}
    except ModelError as error:
        return CostLags(pd.DataFrame(), str(error))
    cost = fits["cost"]
    lines = [
        _line(f"lag{k}", "lag", rows.interval(cost, _only(k, used)), cost) for k in range(used + 1)
    ]
    lines += _placebo(rows, money["cost"], used)
    later = [0.0] + [1.0] * used
    lines += [
        _line("later", "sum", rows.interval(cost, later), cost),
        _line("later_unit_cost", "sum", rows.interval(fits["unit_cost"], later), cost),
        _line("later_contacts", "sum", rows.interval(fits["contacts"], later), cost),
    ]
    whole = [1.0] * (used + 1)
    lines += [
        _line("long_run", "sum", rows.interval(cost, whole), cost),
        _line("long_run_unit_cost", "sum", rows.interval(fits["unit_cost"], whole), cost),
        _line("long_run_contacts", "sum", rows.interval(fits["contacts"], whole), cost),
    ]
    worth = [float(used + 1 - k) for k in range(used + 1)]
    lines.append(_line("net", "sum", rows.interval(cost, worth), cost, relative=False))
    groups = cost.fit.n_clusters
    facts: dict[str, float | int | str | bool] = {
        "lags": used,
        "units": cost.units,
        "agencies": int(frame.loc[cost.used, "agency"].nunique()),
        "clusters": groups,
        "cluster": "agency" if groups == frame.loc[cost.used, "agency"].nunique() else "unit",
        "followed": MONTHS * (used + 1),
        **_break_even(cost, used, resamples, seed, level),
    }
    return CostLags(pd.DataFrame(lines), "", facts)


def _prepare(frame: pd.DataFrame, held: CostQuarters, level: float) -> _Rows:
    agency, unit = (
        np.asarray(frame.groupby(keys).ngroup(), dtype=np.int64)
        for keys in (["agency"], ["agency", "unit"])
    )
    known = frame["service"].notna().to_numpy()
    enough = len(np.unique(agency[known])) >= FEWEST_CLUSTERS
    constant = frame[list(held.shares)].to_numpy(dtype=float)
    if held.volume_known:
        fresh = np.maximum((frame["handled"] - frame["repeat"]).to_numpy(dtype=float), 1.0)
        constant = np.column_stack([constant, np.log(fresh)])
    return _Rows(frame, unit, agency if enough else unit, constant, level)


def _logs(frame: pd.DataFrame, name: str) -> Array:
    cost, handled, resolved = (
        np.log(frame[column].to_numpy(dtype=float)) for column in ("cost", "handled", "resolved")
    )
    parts = {"unit_cost": cost - handled, "contacts": handled - resolved}
    return np.asarray(parts[name] if name in parts else cost - resolved)


def _only(place: int, used: int) -> list[float]:
    return [float(k == place) for k in range(used + 1)]


def _placebo(rows: _Rows, outcome: Array, used: int) -> list[dict[str, object]]:
    """Ask whether cost goes with service that is still to come, and less than with what was.

    Where service lasts and is measured with error, the quarters around carry a part of the same
    quarter's, before as after: so what comes after must stand out from what comes before.
    """
    shifts = [-1, *range(used + 1)]
    try:
        ahead = rows.fit(outcome, shifts)
    except ModelError as error:
        empty = Interval(*(float("nan"),) * 6, method="none", reason=str(error))
        return [_line("lead1", "lag", empty, None), _line("order", "test", empty, None)]
    lead = [1.0] + [0.0] * (used + 1)
    apart = [-1.0, 0.0] + [1.0 / used] * used
    return [
        _line("lead1", "lag", rows.interval(ahead, lead), ahead),
        _line("order", "test", rows.interval(ahead, apart), ahead),
    ]


def _line(
    key: str, kind: str, found: Interval, lags: LagFit | None, *, relative: bool = True
) -> dict[str, object]:
    turn = np.expm1 if relative else np.asarray
    scale = float(np.exp(found.estimate)) if relative else 1.0
    return {
        "key": key,
        "kind": kind,
        "estimate": float(turn(found.estimate)),
        "std_error": scale * found.std_error,
        "conf_low": float(turn(found.low)),
        "conf_high": float(turn(found.high)),
        "n": np.nan if lags is None else float(lags.used.sum()),
        "units": np.nan if lags is None else float(lags.units),
        "log_change": found.estimate,
        "p_value": found.p_value,
        "df": found.df,
        "method": found.method,
        "reason": found.reason,
    }


def _break_even(
    cost: LagFit, used: int, resamples: int, seed: int, level: float
) -> dict[str, float | int | str | bool]:
    """Say after how many months an improvement that stays has paid for itself."""
    months = MONTHS * float(paid_back_after(net_path(cost.fit.coef[: used + 1])))
    found = {"break_even": months if np.isfinite(months) else float("nan")}
    names = ("break_even_low", "break_even_high", "break_even_within")
    if cost.fit.n_clusters < FEWEST_CLUSTERS:
        return {**found, **dict.fromkeys(names, float("nan"))}
    drawn = resample_lags(cost, resamples=resamples, seed=seed)
    when = MONTHS * paid_back_after(net_path(drawn))
    tails = [0.5 - level / 2, 0.5 + level / 2]
    low, high = np.quantile(when, tails, method="inverted_cdf")
    ends = [float(end) if np.isfinite(end) else float("nan") for end in (low, high)]
    return {**found, **dict(zip(names, [*ends, float(np.isfinite(when).mean())], strict=True))}
