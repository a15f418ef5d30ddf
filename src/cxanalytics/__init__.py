"""Benchmarks of public-service customer experience: read, fit, benchmark, draw, say, write.

Every noun and verb, loaded when first used, so that `import cxanalytics` is quick and a
notebook that only draws never loads a model.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "errors": ["CxError", "DataError", "ModelError", "ParamsError"],
    "tables": ["Benchmark", "Check", "Estimates", "Panel", "Question", "Survey"],
    "scales": ["Scale", "get_scale"],
    "sources": ["read_fevs_2018", "read_simulated", "read_table"],
    "models": [
        "fit_agency_effects",
        "fit_audit",
        "fit_morale_index",
        "fit_morale_performance",
        "fit_recommendation",
        "fit_scores",
    ],
    "benchmark": ["benchmark_funnel", "benchmark_scores"],
    "run": ["open_run", "open_study", "parameters", "run_study"],
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [*_HOME_OF, "__version__"]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'cxanalytics' has no attribute {name!r}")
    return getattr(import_module(f"cxanalytics.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
