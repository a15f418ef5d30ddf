"""What do the registers hold: audits, officers, initiatives and events?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.sources.simulated.draws import Indices, stream, two_groups
from cxanalytics.sources.simulated.government import Government
from cxanalytics.sources.simulated.names import (
    AGENCIES,
    CRISIS_AGENCIES,
    MERGED_AGENCY,
    MERGED_FROM,
    MERGED_QUARTER,
    MERGED_TO,
    QUARTERS,
    WAIT_SECOND_WORDING,
    WORDING_CHANGED,
    WORDINGS,
)
from cxanalytics.sources.simulated.plans import INITIATIVES
from cxanalytics.sources.simulated.times import CRISIS_END, CRISIS_START, quarter_start

AUDIT_YEARS = (2024, 2025, 2026)


def write_audit(government: Government, seed: int) -> pd.DataFrame:
    """Audit each agency's attention to customer experience once a year, 0 to 100."""
    rng = stream(seed, "audit")
    agencies = len(AGENCIES)
    noise = two_groups(rng, (agencies, len(AUDIT_YEARS)), 3.0)
    score = 56.0 + 12.0 * government.attention[:, None] + 1.0 * np.arange(3) + noise
    return pd.DataFrame(
        {
            "agency": np.repeat([plan.name for plan in AGENCIES], len(AUDIT_YEARS)),
            "year": np.tile(AUDIT_YEARS, agencies),
            "audit_score": np.clip(score, 0.0, 100.0).ravel().round(0),
        }
    )


def _first_days(quarters: Indices) -> NDArray[np.datetime64]:
    first = quarter_start(QUARTERS[0]).astype("datetime64[M]")
    return (first + 3 * quarters).astype("datetime64[D]")


def write_officers(government: Government) -> pd.DataFrame:
    """List the departments with a customer experience officer, and since when."""
    plans = government.plans
    place = government.department_agency[plans.officer_department]
    return pd.DataFrame(
        {
            "agency": [AGENCIES[agency].name for agency in place],
            "department": [
                government.department_name[department] for department in plans.officer_department
            ],
            "start": _first_days(plans.officer_quarter),
        }
    )


def write_initiatives(government: Government) -> pd.DataFrame:
    """List the initiatives: where, from when, to when, of which kind."""
    return pd.DataFrame(
        {
            "id": [plan.id for plan in INITIATIVES],
            "agency": [AGENCIES[agency].name for agency in government.plans.initiative_agency],
            "name": [plan.name for plan in INITIATIVES],
            "start": np.array([quarter_start(plan.quarter) for plan in INITIATIVES]),
            "end": np.array([plan.end or "NaT" for plan in INITIATIVES], dtype="datetime64[D]"),
            "kind": [plan.kind for plan in INITIATIVES],
        }
    )


def write_events() -> pd.DataFrame:
    """List what breaks comparisons: the crisis week, the wording, the merger."""
    rows = [
        {
            "event": "crisis week",
            "agency": name,
            "start": CRISIS_START,
            "end": CRISIS_END,
            "question": "",
            "detail": "Winter storm: more contacts and longer waits for one week.",
        }
        for name in CRISIS_AGENCIES
    ]
    rows.append(
        {
            "event": "change of wording",
            "agency": "",
            "start": quarter_start(WORDING_CHANGED),
            "end": np.datetime64("NaT"),
            "question": "wait",
            "detail": f"“{WORDINGS['wait']}” became “{WAIT_SECOND_WORDING}”",
        }
    )
    rows.extend(
        {
            "event": "reorganization",
            "agency": MERGED_AGENCY,
            "start": quarter_start(MERGED_QUARTER),
            "end": np.datetime64("NaT"),
            "question": "",
            "detail": f"{name} became part of {MERGED_TO}.",
            "from_department": name,
            "to_department": MERGED_TO,
        }
        for name in MERGED_FROM
    )
    frame = pd.DataFrame(rows)
    frame["start"] = pd.to_datetime(frame["start"])
    frame["end"] = pd.to_datetime(frame["end"])
    return frame.fillna({"from_department": "", "to_department": ""})
