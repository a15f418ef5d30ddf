"""What did each unit spend, handle and resolve in a quarter, in money of one time?

Months are summed to quarters before anything is divided; a quarter that lacks a month is left out.
With a price index, money is put into prices of the last quarter, month by month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.models.months import months_by_period
from cxanalytics.operations import Operations
from cxanalytics.tables import Check, need_columns

MONTHS = 3


@dataclass(frozen=True, slots=True)
class CostQuarters:
    """Costs and contacts of units, quarter by quarter.

    Attributes
    ----------
    frame : DataFrame
        `agency unit quarter` (text such as "2026-Q1"), `number` (quarters counted on without a
        gap), `cost handled resolved repeat` (the last NaN where it is not known), and a column for
        each further share that is held constant.
    shares : tuple of str
        Those columns.
    by_agency : bool
        True where agencies are followed, False for their units.
    volume_known : bool
        Whether it is known which contacts came again.
    deflated : bool
    checks : tuple of Check
    """

    frame: pd.DataFrame
    shares: tuple[str, ...]
    by_agency: bool
    volume_known: bool
    deflated: bool
    checks: tuple[Check, ...]

    @property
    def quarters(self) -> list[str]:
        """Quarters in time order."""
        return sorted(self.frame["quarter"].unique())


def quarter_of(periods: Sequence[str]) -> dict[str, str]:
    """Name the quarter of each period.

    Parameters
    ----------
    periods : sequence of str
        Quarters or months, such as "2026-Q1" and "2026-03".

    Returns
    -------
    dict of str to str

    Raises
    ------
    ModelError
        A period is neither.
    """
    named = {}
    for period, months in months_by_period(periods).items():
        quarters = {_quarter(month) for month in months}
        if len(quarters) != 1 or "" in quarters:
            raise ModelError(
                f"Costs are followed by quarter: `period` must be a month or a quarter, such as "
                f"2026-03 or 2026-Q1; got {period!r}."
            )
        named[period] = quarters.pop()
    return named


def _quarter(month: str) -> str:
    year, _, number = month.partition("-")
    if not (year.isdigit() and number.isdigit()):
        return ""
    return f"{year}-Q{(int(number) - 1) // MONTHS + 1}"


def count_quarters(quarters: pd.Series[str]) -> pd.Series[int]:
    """Number quarters on without a gap."""
    return 4 * quarters.str[:4].astype(int) + quarters.str[-1].astype(int)


def cost_quarters(
    operations: Operations,
    *,
    cost: str,
    handled: str,
    resolved: str,
    repeat: str = "",
    mix: str = "",
    index: Mapping[str, float] | None = None,
    by_agency: bool = False,
) -> CostQuarters:
    """Sum costs and contacts by unit and quarter.

    Parameters
    ----------
    operations : Operations
    cost, handled, resolved : str
        Columns with money, contacts handled, and cases resolved.
    repeat : str
        Column with contacts that came again; "" where it is not known.
    mix : str
        Column with kinds of contact, such as the channel; "" for none.
    index : mapping of str to float, optional
        Prices by month, quarter or year, any base.
    by_agency : bool
        Sum over the units of each agency.

    Returns
    -------
    CostQuarters

    Raises
    ------
    DataError
        A column is missing.
    ParamsError
        The index lacks a period, or is not positive.
    ModelError
        Periods are no months or quarters, or no unit has a complete quarter.
    """
    columns = {"cost": cost, "handled": handled, "resolved": resolved}
    columns |= {"repeat": repeat} if repeat else {}
    need_columns(operations.frame, [*columns.values(), *([mix] if mix else [])], "Operations")
    frame = pd.DataFrame({name: operations.frame[column] for name, column in columns.items()})
    by_agency = by_agency or "unit" not in operations.frame
    unit = "agency" if by_agency else "unit"
    frame = frame.astype(float).assign(
        agency=operations.frame["agency"].astype(str),
        unit=operations.frame[unit].astype(str),
        period=operations.frame["period"].astype(str),
    )
    if mix:
        frame["mix"] = operations.frame[mix].astype(str)
    known = frame[list(columns)].notna().all(axis=1)
    frame = frame.loc[known].reset_index(drop=True)
    quarters = quarter_of(sorted(frame["period"].unique()))
    frame["quarter"] = frame["period"].map(quarters)
    frame["cost"] /= _prices(frame, quarters, index)
    summed, shares, broken = _summed(frame, list(columns), mix=bool(mix))
    checks = [
        Check("quarters", broken == 0, f"Quarters of a unit left out as incomplete: {broken:,}."),
        _deflation(index, max(summed["quarter"])),
    ]
    return CostQuarters(summed, shares, by_agency, bool(repeat), index is not None, tuple(checks))


def _prices(
    frame: pd.DataFrame, quarters: Mapping[str, str], index: Mapping[str, float] | None
) -> pd.Series[float]:
    """Give the price level of each row, 1 in the last period."""
    if index is None:
        return pd.Series(1.0, index=frame.index)
    found = {}
    for period, quarter in quarters.items():
        named = [key for key in (period, quarter, quarter[:4]) if key in index]
        if not named:
            raise ParamsError(
                f"`index` must give the prices of every period; {period!r} is missing."
            )
        found[period] = float(index[named[0]])
        if not found[period] > 0.0:
            raise ParamsError(f"`index` must be positive; got {found[period]:g} for {named[0]}.")
    return frame["period"].map(found) / found[max(found)]


def _deflation(index: Mapping[str, float] | None, last: str) -> Check:
    if index is None:
        text = (
            "No price index was given: money is that of its time, so the change over time holds "
            "inflation. What all units share in a quarter is taken out of the other figures."
        )
        return Check("prices", False, text)
    return Check("prices", True, f"Money is in prices of {last}, by the price index of the study.")


def _summed(
    frame: pd.DataFrame, sums: list[str], *, mix: bool
) -> tuple[pd.DataFrame, tuple[str, ...], int]:
    """Sum to quarters; say which shares are held constant, and how many quarters were broken."""
    keys = ["agency", "unit", "quarter"]
    grouped = frame.groupby(keys, sort=True)
    months = grouped["period"].nunique()
    most = frame.groupby("quarter")["period"].nunique()
    # A source of quarters has one period in each; one of months has three.
    wanted = 1 if (most == 1).all() else MONTHS
    table = grouped[sums].sum()
    good = (months >= wanted) & (table[["cost", "handled", "resolved"]] > 0).all(axis=1)
    shares: list[str] = []
    if mix:
        kinds = frame.pivot_table(index=keys, columns="mix", values="handled", aggfunc="sum")
        kinds = kinds.fillna(0.0)
        kept = kinds.drop(columns=[kinds.sum().idxmax()])
        shares = [f"share of {name}" for name in kept.columns]
        table[shares] = kept.to_numpy() / kinds.sum(axis=1).to_numpy()[:, None]
    if not good.any():
        raise ModelError("No unit has a quarter with cost, contacts and resolved cases.")
    made = table.loc[good].reset_index()
    if "repeat" not in made:
        made["repeat"] = np.nan
    made["number"] = count_quarters(made["quarter"])
    return made, tuple(shares), int((~good).sum())
