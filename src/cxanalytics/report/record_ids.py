"""By which id are a place on the page and its record in the files the same?

Ids come from names alone, so that they are the same in every build.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from cxanalytics.formats import slugs

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Benchmark


def score_ids(measures: Iterable[str]) -> dict[str, str]:
    """Name the rows of a scorecard: one id for page and files."""
    return {name: f"score-{part}" for name, part in slugs(measures).items()}


def standing_ids(keys: Iterable[str]) -> dict[str, str]:
    """Name the rows of a comparison of agencies: one id for page and files."""
    return {key: f"stand-{part}" for key, part in slugs(keys).items()}


def funnel_ids(keys: Iterable[str]) -> dict[str, str]:
    """Name the rows of a funnel: one id for page and files."""
    return {key: f"funnel-{part}" for key, part in slugs(keys).items()}


def rank_ids(keys: Iterable[str]) -> dict[str, str]:
    """Name the rows of ranges and sets of ranks."""
    return {key: f"rank-{part}" for key, part in slugs(keys).items()}


def forecast_ids(keys: Iterable[str]) -> dict[str, str]:
    """Name the rows of forecasts of the next wave."""
    return {key: f"forecast-{part}" for key, part in slugs(keys).items()}


def estimate_ids(model: str, keys: Iterable[str]) -> dict[str, str]:
    """Name the rows of a model's whole table: one id for page and files."""
    return {key: f"{model}-{part}" for key, part in slugs(keys).items()}


def measure_ids(boards: Mapping[str, Benchmark], facts: PageFacts) -> dict[str, dict[str, str]]:
    """Name every score of a comparison on every measure: one id for page and files.

    Parameters
    ----------
    boards : mapping of str to Benchmark
    facts : PageFacts

    Returns
    -------
    dict of str to dict of str to str
        Measure to agency to id; those of the outcome are `standing_ids`.
    """
    measures = [entry.name for entry in facts.measures if entry.name in boards]
    parts = slugs(measures)
    # No slug has two hyphens in a row: the two parts cannot run into each other.
    return {
        name: standing_ids(boards[name].frame["key"])
        if name == facts.outcome.name
        else {
            key: f"on-{parts[name]}--{part}"
            for key, part in slugs(boards[name].frame["key"]).items()
        }
        for name in measures
    }
