"""Parts that only the appendix uses: checks, plain facts, code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from cxanalytics.report.components.figures import data_table
from cxanalytics.report.components.text import fill, join

if TYPE_CHECKING:
    from cxanalytics.tables import Check

_OUTCOMES = {True: "Passed", False: "Failed", None: "Note"}


def checks_list(checks: Iterable[Check]) -> Markup:
    """Print what was checked and what came of it; nothing for no checks."""
    lines = [(_OUTCOMES[check.passed], check.text) for check in checks]
    if not lines:
        return Markup("")
    return data_table(pd.DataFrame(lines, columns=["Check", "Result"]), caption="Checks")


def facts_table(values: Mapping[str, object], *, caption: str) -> Markup:
    """Print names and values, floats with four significant digits."""

    def shown(value: object) -> str:
        return f"{value:.4g}" if isinstance(value, float) else str(value)

    table = pd.DataFrame(
        [(name, shown(value)) for name, value in values.items()], columns=["Name", "Value"]
    )
    return data_table(table, caption=caption) if len(table) else Markup("")


def preformatted(text: str, *, name: str) -> Markup:
    """Print code line by line; long lines scroll, by keyboard too."""
    lines = join((fill("{}", line) for line in text.splitlines()), "\n")
    return fill(
        '<pre role="region" aria-label="{}" tabindex="0"><code>{}</code></pre>', name, lines
    )
