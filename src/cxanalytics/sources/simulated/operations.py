"""What does each team handle, month by month, and what does it cost?

First-contact resolution follows the same true experience as the survey. Contacts that are not
resolved come back the month after, so poor service makes work: failure demand. Handle time is
mostly the channel and the agency, and says little about quality.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxanalytics.sources.simulated.draws import Array, stream, two_groups
from cxanalytics.sources.simulated.government import Government
from cxanalytics.sources.simulated.names import AGENCIES, CHANNELS
from cxanalytics.sources.simulated.population import channel_shares
from cxanalytics.sources.simulated.times import CRISIS_START, crisis_agencies, months

MINUTES = np.array([6.4, 9.5, 8.0, 12.5])
WAIT_SECONDS = np.array([210.0, 55.0, 14_400.0, 900.0])
ABANDON = np.array([0.075, 0.05, 0.0, 0.03])
SEASON = 1.0 + 0.08 * np.sin(2.0 * np.pi * (np.arange(12) + 1.0) / 12.0)
RETURNS = 0.34
HOURLY_COST = 38.0


def _surge(government: Government, count: int) -> Array:
    """Multiply demand in the month of the crisis, (teams, months)."""
    month, _ = months()
    surge = np.ones((len(government.team_agency), count))
    struck = crisis_agencies()[government.team_agency]
    surge[np.ix_(struck, month == CRISIS_START.astype("datetime64[M]"))] = 1.35
    return surge


def _new_demand(government: Government, rng: np.random.Generator) -> Array:
    """Draw the contacts nobody caused, (teams, channels, months)."""
    month, quarter = months()
    agency = government.team_agency
    season = SEASON[(month.astype(int)) % 12]
    level = (government.volume[agency] * government.team_share / 3.0)[:, None, None]
    channel = government.channel_share[agency].transpose(0, 2, 1)[:, :, quarter]
    mean = level * channel * season * _surge(government, len(month))[:, None, :]
    return rng.poisson(mean * np.exp(two_groups(rng, mean.shape, 0.06)) * 0.88).astype(float)


def run_operations(government: Government, seed: int) -> pd.DataFrame:
    """Run the contact centers month by month.

    Parameters
    ----------
    government : Government
    seed : int

    Returns
    -------
    DataFrame
        One row per team, channel and month.
    """
    rng = stream(seed, "operations")
    month, quarter = months()
    experience = channel_shares(government, ("resolved", "wait"))
    resolved = experience["resolved"][:, quarter].transpose(0, 2, 1)
    patience = experience["wait"][:, quarter].transpose(0, 2, 1)
    slow = np.exp(2.2 * (0.6 - patience) + two_groups(rng, patience.shape, 0.12))
    surge = _surge(government, len(month))[:, None, :]
    demand = _new_demand(government, rng)
    chance = np.clip(resolved + two_groups(rng, resolved.shape, 0.02) + 0.04, 0.05, 0.97)
    leaving = np.clip(ABANDON[:, None] * slow * surge**2, 0.0, 0.6)
    columns = {name: np.zeros(demand.shape) for name in ("contacts", "handled", "first", "repeat")}
    returning = np.rint(demand[:, :, 0] * (1.0 - chance[:, :, 0]) * RETURNS)
    for place in range(len(month)):
        contacts = demand[:, :, place] + returning
        handled = contacts - rng.binomial(contacts.astype(np.int64), leaving[:, :, place])
        first = rng.binomial(handled.astype(np.int64), chance[:, :, place])
        columns["contacts"][:, :, place] = contacts
        columns["handled"][:, :, place] = handled
        columns["first"][:, :, place] = first
        columns["repeat"][:, :, place] = returning
        returning = rng.binomial((handled - first).astype(np.int64), RETURNS).astype(float)
    return _frame(government, rng, columns, slow * surge)


def _frame(
    government: Government, rng: np.random.Generator, columns: dict[str, Array], slow: Array
) -> pd.DataFrame:
    month, quarter = months()
    agency = government.team_agency
    shape = slow.shape
    habit = np.exp(two_groups(rng, len(AGENCIES), 0.12))[agency]
    pace = np.exp(two_groups(rng, len(agency), 0.08)) * habit
    handle = MINUTES[:, None] * 60.0 * pace[:, None, None] * np.exp(two_groups(rng, shape, 0.05))
    wait = WAIT_SECONDS[:, None] * slow
    occupancy = np.clip(0.78 + two_groups(rng, len(agency), 0.05), 0.55, 0.95)
    hours = columns["handled"] * handle / 3600.0 / occupancy[:, None, None]
    overhead = (1.25 + 0.1 * rng.random(len(AGENCIES)))[agency][:, None, None]
    inflation = 1.0025 ** np.arange(len(month))
    team, channel, when = (part.ravel() for part in np.indices(shape))
    names = np.array([plan.name for plan in AGENCIES], dtype=object)
    return pd.DataFrame(
        {
            "agency": names[agency[team]],
            "department": government.department_labels()[team, quarter[when]],
            "team": np.array(government.team_name, dtype=object)[team],
            "channel": np.array(CHANNELS, dtype=object)[channel],
            "month": month.astype("datetime64[D]")[when],
            "contacts": columns["contacts"].ravel().astype(np.int64),
            "handled": columns["handled"].ravel().astype(np.int64),
            "abandoned": (columns["contacts"] - columns["handled"]).ravel().astype(np.int64),
            "handle_time_seconds": handle.ravel().round(0),
            "wait_seconds": wait.ravel().round(0),
            "resolved_first": columns["first"].ravel().astype(np.int64),
            "repeat_contacts": columns["repeat"].ravel().astype(np.int64),
            "cost": (hours * HOURLY_COST * overhead * inflation).ravel().round(2),
            "staff_hours": hours.ravel().round(1),
        }
    )
