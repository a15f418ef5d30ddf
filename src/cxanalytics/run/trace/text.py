"""How is a trace told, to people and to programs?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from cxanalytics.run.trace.compare import TOLERANCE
from cxanalytics.run.trace.follow import Trace
from cxanalytics.run.trace.rows import Counted
from cxanalytics.tables import Check

_WORDS = {True: "agrees", False: "DIFFERS", None: "not known"}
_FIRST = ("agency", "measure")


def as_plain(trace: Trace) -> dict[str, Any]:
    """Give a trace as plain data.

    Parameters
    ----------
    trace : Trace

    Returns
    -------
    dict
        With `agrees` and `tolerance` beside the fields of the trace.
    """
    return {**asdict(trace), "agrees": trace.agrees, "tolerance": TOLERANCE}


def as_lines(trace: Trace) -> Iterator[str]:
    """Tell a trace in lines.

    Parameters
    ----------
    trace : Trace

    Yields
    ------
    str
    """
    yield f"{trace.id} on {trace.page}"
    yield f"  Printed: {trace.printed}"
    if trace.record:
        known = {name: value for name, value in trace.record.items() if value not in (None, "")}
        yield f"  Record: {', '.join(f'{name} {value}' for name, value in known.items())}"
    yield f"  Written by: {trace.notebook}, cell {trace.cell}: {_one_line(trace.source)}"
    yield f"  Tables: {', '.join(trace.tables) or 'none'}"
    for call in trace.calls:
        told = ", ".join(f"{name}={value}" for name, value in call.arguments.items())
        yield f"  Call: {call.notebook}, cell {call.cell}: {call.function}({told})"
    if trace.counted:
        yield from _rows(trace.counted)
    for check in trace.checks:
        yield f"  {_WORDS[check.passed]}: {check.text}"
    yield f"  {_verdict(trace)}"


def _one_line(source: str) -> str:
    return " ".join(source.split())


def _rows(counted: Counted) -> Iterator[str]:
    for text in counted.reading:
        yield f"  Rows: {text}"
    for step in counted.filters:
        yield f"  Filter: {step.name}: {step.kept:,.0f} kept, {step.left_out:,.0f} left out"
    for text in counted.notes:
        yield f"  Note: {text}"


def _verdict(trace: Trace) -> str:
    """Say in one sentence whether everything agrees."""
    failed = [check for check in trace.checks if check.passed is False]
    if any(check.name == "again" for check in failed):
        return "This number was not computed again: the lines above are how far it leads."
    if failed:
        return f"The rows do not give this number: {_names(failed)}."
    if any(check.name == "printed" and check.passed is None for check in trace.checks):
        return "There is no number to compare."
    return f"The rows give this number again, within {TOLERANCE:g} of its size."


def _names(checks: list[Check]) -> str:
    return ", ".join(dict.fromkeys(check.name for check in checks))
