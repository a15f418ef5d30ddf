"""Which initiatives and officers start when, and what do they truly do?

Initiatives start right after an agency's worst recent quarter, as they do in life:
whoever compares before with after is fooled by regression to the mean, and three of the
eight do nothing at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxanalytics.sources.simulated.draws import Array, Indices, stream
from cxanalytics.sources.simulated.names import (
    AGENCIES,
    DRIVERS,
    MERGED_AGENCY,
    QUARTERS,
    SHOWN,
)

OFFICER_EFFECT = 0.045
RAMP = (0.45, 0.85, 1.0)
"""Share of an initiative's full effect in its first, second and later quarters."""


@dataclass(frozen=True, slots=True)
class InitiativePlan:
    """One initiative before it has found its agency.

    Attributes
    ----------
    id, name, kind : str
    quarter : str
        First quarter.
    end : str
        Last day, empty while it runs.
    effect : dict of str to float
        Full effect on each driver; empty when it does nothing.
    """

    id: str
    name: str
    kind: str
    quarter: str
    end: str
    effect: dict[str, float]


INITIATIVES = (
    InitiativePlan(
        "I1", "Callback service", "callback", "2025-Q4", "", {"wait": 0.45, "resolved": 0.28}
    ),
    InitiativePlan("I2", "Courtesy coaching", "training", "2025-Q4", "", {}),
    InitiativePlan(
        "I3", "Shared knowledge base", "knowledge", "2025-Q4", "", {"resolved": 0.32, "easy": 0.1}
    ),
    InitiativePlan("I4", "Shorter online forms", "forms", "2026-Q1", "", {"easy": 0.40}),
    InitiativePlan("I5", "New call script", "script", "2026-Q1", "", {}),
    InitiativePlan(
        "I6", "Callback service", "callback", "2026-Q1", "", {"wait": 0.45, "resolved": 0.28}
    ),
    InitiativePlan("I7", "Case status messages", "messages", "2026-Q2", "", {"told_next": 0.35}),
    InitiativePlan("I8", "Lobby kiosks", "kiosk", "2026-Q2", "2026-08-31", {}),
)


@dataclass(frozen=True, slots=True)
class Plans:
    """Who started what, and the true effects on experience.

    Attributes
    ----------
    initiative_agency : (initiatives,) array
    initiative_effect : (agencies, quarters, drivers) array
    officer_department : (officers,) array
    officer_quarter : (officers,) array
        First quarter, may lie before the first one simulated.
    officer_effect : (departments, quarters) array
    """

    initiative_agency: Indices
    initiative_effect: Array
    officer_department: Indices
    officer_quarter: Indices
    officer_effect: Array


def effect_over_time(plan: InitiativePlan) -> Array:
    """Spread the effect of an initiative over quarters and drivers."""
    effect = np.zeros((len(QUARTERS), len(DRIVERS)))
    start = QUARTERS.index(plan.quarter)
    for quarter in range(start, len(QUARTERS)):
        share = RAMP[min(quarter - start, len(RAMP) - 1)]
        for driver, full in plan.effect.items():
            effect[quarter, DRIVERS.index(driver)] = share * full
    return effect


def _choose_agencies(shock: Array) -> Indices:
    """Give each initiative the free agency with the worst quarter before its start."""
    free = set(range(SHOWN))
    chosen: list[int] = []
    for plan in INITIATIVES:
        before = QUARTERS.index(plan.quarter) - 1
        worst = min(free, key=lambda agency: shock[agency, before])
        chosen.append(worst)
        free.discard(worst)
    return np.array(chosen)


def draw_plans(
    seed: int, shock: Array, department_agency: Indices, department_name: tuple[str, ...]
) -> Plans:
    """Place the initiatives after bad quarters, and officers at random."""
    chosen = _choose_agencies(shock)
    initiative_effect = np.zeros((len(AGENCIES), len(QUARTERS), len(DRIVERS)))
    for plan, agency in zip(INITIATIVES, chosen, strict=True):
        initiative_effect[agency] += effect_over_time(plan)
    rng = stream(seed, "officers")
    merged = [plan.name for plan in AGENCIES].index(MERGED_AGENCY)
    able = np.flatnonzero((department_agency < SHOWN) & (department_agency != merged))
    departments = np.sort(rng.choice(able, size=24, replace=False))
    starts = rng.integers(-2, len(QUARTERS) - 1, size=24)
    officer_effect = np.zeros((len(department_name), len(QUARTERS)))
    for department, start in zip(departments, starts, strict=True):
        officer_effect[department, max(start, 0) :] = OFFICER_EFFECT
    return Plans(chosen, initiative_effect, departments, starts, officer_effect)
