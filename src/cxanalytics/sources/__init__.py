"""Where do answers come from? One file per data source, each a `read_*` function."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME_OF = {
    "read_fevs_2018": "fevs_2018",
    "read_simulated": "simulated",
    "read_table": "table",
}

__all__ = ["read_fevs_2018", "read_simulated", "read_table"]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'cxanalytics.sources' has no attribute {name!r}")
    return getattr(import_module(f"cxanalytics.sources.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
