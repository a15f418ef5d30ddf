"""From a study to executed notebooks, pages and a manifest.

Loaded when first used: a notebook that only reads its parameters never loads papermill.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# At once, since the function must win over the module of the same name.
from cxanalytics.run.parameters import parameters

_HOMES = {"open_run": "handover", "open_study": "study", "run_study": "execute"}

__all__ = ["open_run", "open_study", "parameters", "run_study"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'cxanalytics.run' has no attribute {name!r}")
    return getattr(import_module(f"cxanalytics.run.{_HOMES[name]}"), name)
