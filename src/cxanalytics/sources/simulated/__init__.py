"""What would a government look like whose truth is known?

A simulated government: two surveys, operations, registers, and the true values behind them.
It shares no code and no family of models with what is fitted to it.
"""

from __future__ import annotations

from cxanalytics.sources.simulated.names import DIMENSIONS, LEGS, QUESTIONS, STAFF_ITEMS, WORDINGS
from cxanalytics.sources.simulated.read import (
    SEED,
    SimulatedGovernment,
    read_simulated,
    truth_tables,
)
from cxanalytics.sources.simulated.worlds import WORLDS

__all__ = [
    "DIMENSIONS",
    "LEGS",
    "QUESTIONS",
    "SEED",
    "STAFF_ITEMS",
    "WORDINGS",
    "WORLDS",
    "SimulatedGovernment",
    "read_simulated",
    "truth_tables",
]
