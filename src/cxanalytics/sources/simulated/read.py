"""Which tables does the simulated government publish?"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from cxanalytics.errors import ParamsError, must_be
from cxanalytics.sources.simulated.customers import survey_customers
from cxanalytics.sources.simulated.government import build_government
from cxanalytics.sources.simulated.names import AGENCIES, HOSTILE_NAMES
from cxanalytics.sources.simulated.operations import run_operations
from cxanalytics.sources.simulated.registers import (
    write_audit,
    write_events,
    write_initiatives,
    write_officers,
)
from cxanalytics.sources.simulated.staff import survey_staff
from cxanalytics.sources.simulated.truth import tell_truth
from cxanalytics.sources.simulated.worlds import WORLDS

SEED = 20_261


@dataclass(frozen=True, slots=True)
class SimulatedGovernment:
    """The tables of one simulated government.

    Attributes
    ----------
    customers : DataFrame
        One row per customer answer.
    funnel : DataFrame
        Customers invited and answering, by agency and wave.
    staff : DataFrame
        One row per staff answer.
    staff_funnel : DataFrame
        Staff invited and answering, by agency and wave.
    operations : DataFrame
        One row per team, channel and month.
    audit : DataFrame
        Audit score of each agency and year, independent of the surveys.
    officers, initiatives, events : DataFrame
        Registers with dates.
    truth : dict of str to DataFrame
        What a perfect analyst would find.
    """

    customers: pd.DataFrame
    funnel: pd.DataFrame
    staff: pd.DataFrame
    staff_funnel: pd.DataFrame
    operations: pd.DataFrame
    audit: pd.DataFrame
    officers: pd.DataFrame
    initiatives: pd.DataFrame
    events: pd.DataFrame
    truth: dict[str, pd.DataFrame]


def _check(world: str, seed: int, scale: float) -> None:
    if world not in WORLDS:
        raise ParamsError(must_be("world", WORLDS, world))
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ParamsError(f"`seed` must be a whole number of at least 0; got {seed!r}.")
    number = isinstance(scale, int | float) and not isinstance(scale, bool)
    if not number or not np.isfinite(scale) or scale <= 0:
        raise ParamsError(f"`scale` must be a number above 0; got {scale!r}.")


def _rename(frame: pd.DataFrame) -> pd.DataFrame:
    if "agency" not in frame:
        return frame
    names = {plan.name: name for plan, name in zip(AGENCIES, HOSTILE_NAMES, strict=False)}
    return frame.assign(agency=frame["agency"].replace(names))


def read_simulated(
    *, world: str = "default", seed: int = SEED, scale: float = 1.0, hostile_names: bool = False
) -> SimulatedGovernment:
    """Read the tables of a government that does not exist, with its truth.

    Parameters
    ----------
    world : str
        Name of the mechanism, one of `WORLDS`.
    seed : int
        The same seed gives the same tables.
    scale : float
        Multiplies the number of customer answers; agencies, staff and truth stay.
    hostile_names : bool
        Give the first agencies names that break careless code.

    Returns
    -------
    SimulatedGovernment

    Raises
    ------
    ParamsError
        The world is unknown, or seed or scale is not a possible number.
    """
    _check(world, seed, scale)
    government = build_government(int(seed), WORLDS[world])
    customers, funnel = survey_customers(government, int(seed), float(scale))
    staff, staff_funnel = survey_staff(government, int(seed))
    audit = write_audit(government, int(seed))
    simulated = SimulatedGovernment(
        customers=customers,
        funnel=funnel,
        staff=staff,
        staff_funnel=staff_funnel,
        operations=run_operations(government, int(seed)),
        audit=audit,
        officers=write_officers(government),
        initiatives=write_initiatives(government),
        events=write_events(),
        truth=tell_truth(government, audit),
    )
    return _with_hostile_names(simulated) if hostile_names else simulated


def _with_hostile_names(simulated: SimulatedGovernment) -> SimulatedGovernment:
    tables = {
        part.name: _rename(getattr(simulated, part.name))
        for part in fields(simulated)
        if part.name != "truth"
    }
    truth = {name: _rename(frame) for name, frame in simulated.truth.items()}
    return SimulatedGovernment(**tables, truth=truth)


def truth_tables(government: SimulatedGovernment) -> dict[str, pd.DataFrame]:
    """Copy the true values of a simulated government, table by table.

    Parameters
    ----------
    government : SimulatedGovernment

    Returns
    -------
    dict of str to DataFrame
        `world`, `shares`, `departments`, `teams`, `channels`, `spread`, `drivers`, `morale`,
        `audit`, `initiatives`, `officers` and `crisis`; shares and effects from 0 to 1.
    """
    return {name: frame.copy() for name, frame in government.truth.items()}
