"""How do an agency's departments and channels differ from each other? Folded on its page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from cxanalytics.charts import (
    channels_table,
    departments_table,
    draw_channels,
    draw_departments,
)
from cxanalytics.formats import count, percent, points, points_range, share_range, slugs
from cxanalytics.report.components.figures import figure, folded
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.components.text import clean, fill
from cxanalytics.report.exports import make_record
from cxanalytics.report.finding import Finding
from cxanalytics.report.section import Section, framed
from cxanalytics.tables import Benchmark, Estimates
from cxanalytics.words import (
    assert_sentence_allowed,
    say_alt_channels,
    say_alt_departments,
    say_channel_spread,
    say_channels,
    say_channels_note,
    say_departments,
    say_departments_brief,
    say_departments_note,
    say_title_channels,
    say_title_departments,
    say_verdict,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cxanalytics.report.facts import PageFacts

_ANCHOR, _LABEL = "departments", "Departments and channels"
_KEY_FIGURES = ["key", "estimate", "gap", "gap_low", "gap_high", "verdict", "certainty", "n"]


def held_board(table: Benchmark | Estimates | None) -> Benchmark | None:
    """Give the board of departments; None where the model was refused."""
    return table if isinstance(table, Benchmark) and len(table.frame) else None


def refused_reason(*tables: Benchmark | Estimates | None) -> str:
    """Say why the first model that was refused has no figures; "" where none was."""
    return next((r for t in tables if t and (r := str(t.facts.get("reason", "")))), "")


def write_departments(
    departments: Benchmark | Estimates | None,
    facts: PageFacts,
    *,
    agency: str,
    channels: Estimates | None = None,
    reason: str = "",
) -> Section:
    """Write how the departments and channels of one agency compare with each other.

    Parameters
    ----------
    departments : Benchmark, Estimates or None
        From `benchmark_departments`; without rows where it was refused.
    facts : PageFacts
    agency : str
    channels : Estimates, optional
        From `benchmark_channels`; without rows counts as absent.
    reason : str
        Why there is neither.

    Returns
    -------
    Section
        Its records are the departments and channels of the agency that may be shown.
    """
    reason = reason or refused_reason(departments, channels)
    board = held_board(departments)
    channels = channels if channels is not None and len(channels.frame) else None
    content = Markup("")
    rows: list[pd.DataFrame] = []
    records: list[dict[str, Any]] = []
    names = [*_names(board, "department"), *_names(channels, "channel")]
    if board is not None:
        told = say_departments(board, agency=agency)
        assert_said(told, names, page="executive")
        table = departments_table(board, agency=agency)
        if len(table):
            finding = department_finding(board, table, facts, agency=agency)
            drawn = figure(finding, number=1, numeric=("Score", "Gap", "Answers"))
            content += paragraphs(told) + drawn
            rows.append(table[_KEY_FIGURES])
            records += _records(table, facts, "department")
    if channels is not None:
        told = say_channels(channels, nouns=facts.nouns, agency=agency)
        assert_said(told, names, page="executive")
        table = channels_table(channels, agency=agency)
        if len(table):
            finding = channel_finding(channels, table, facts, agency=agency)
            columns = ("Score", "As answered", "Gap", "Answers")
            drawn = figure(finding, number=len(rows) + 1, numeric=columns)
            content += paragraphs(told) + drawn
            rows.append(table[_KEY_FIGURES])
            records += _records(table, facts, "channel")
    brief = say_departments_brief(board, channels, agency=agency)
    answer = brief or "Departments and channels are not known."
    assert_said(answer, names, page="executive")
    if content:
        drawn = folded("Compare your departments and channels", content, css="fold")
        content = fill('<div class="folds">{}</div>', drawn)
    elif reason:
        content = paragraphs(reason)
    section = framed(
        content,
        kind="agency",
        anchor=_ANCHOR,
        question="How do our departments and channels differ?",
        answer=answer,
        key_figures=pd.concat(rows) if rows else pd.DataFrame({"reason": [reason or answer]}),
        label=_LABEL,
        figures=len(rows),
    )
    return replace(section, records=tuple(records))


def assert_said(text: str, names: Iterable[str], *, page: str) -> None:
    """Refuse words that no page uses; what departments call themselves is not ours to choose."""
    for name in sorted(set(names), key=len, reverse=True):
        text = text.replace(name, "").replace(f"{name[:1].upper()}{name[1:]}", "")
    assert_sentence_allowed(text, grade="D", page=page)


def department_finding(
    board: Benchmark, table: pd.DataFrame, facts: PageFacts, *, agency: str = ""
) -> Finding:
    """Draw departments with what the drawing says in words.

    Parameters
    ----------
    board : Benchmark
    table : DataFrame
        From `departments_table`.
    facts : PageFacts
    agency : str
        One agency; all when empty.

    Returns
    -------
    Finding
    """
    wide, narrow = (
        draw_departments(board, agency=agency, most=max(len(table), 1), size=size)
        for size in ("wide", "narrow")
    )
    ids = row_ids(table, "department")
    note = say_departments_note(
        board,
        nouns=facts.nouns,
        agency=agency,
        drawn=len(table),
        thresholds=facts.thresholds,
    )
    return Finding(
        id=_ANCHOR if agency else "departments-all",
        claim=say_title_departments(board, agency=agency),
        table=pd.DataFrame(
            {
                "id": [ids[key] for key in table["key"]],
                "Department": list(table["name"]),
                "Score": [percent(value) for value in table["estimate"]],
                "Likely range": _shares(table, "conf_low", "conf_high"),
                "Gap": [points(value) for value in table["gap"]],
                "Gap, likely range": _points(table, "gap_low", "gap_high"),
                "Against the others": [say_verdict(row).text for _, row in table.iterrows()],
                "Answers": [count(value) for value in table["n"]],
            }
        ),
        wide=wide,
        narrow=narrow,
        alt=say_alt_departments(table),
        subtitle=f"{_who(facts)}, gap to the other departments and its likely range",
        note=note,
        checks=board.checks,
    )


def channel_finding(
    channels: Estimates, table: pd.DataFrame, facts: PageFacts, *, agency: str = ""
) -> Finding:
    """Draw channels with what the drawing says in words.

    Parameters
    ----------
    channels : Estimates
    table : DataFrame
        From `channels_table`.
    facts : PageFacts
    agency : str
        One agency; all together when empty.

    Returns
    -------
    Finding
    """
    axis = _who(facts)
    wide, narrow = (
        draw_channels(channels, agency=agency, axis_label=axis, size=size)
        for size in ("wide", "narrow")
    )
    ids = row_ids(table, "channel")
    spread = say_channel_spread(channels, nouns=facts.nouns, agency=agency)
    note = " ".join(filter(None, (spread, say_channels_note(channels, nouns=facts.nouns))))
    return Finding(
        id="channels" if agency else "channels-all",
        claim=say_title_channels(channels, agency=agency),
        table=pd.DataFrame(
            {
                "id": [ids[key] for key in table["key"]],
                "Channel": list(table["name"]),
                "Score": [percent(value) for value in table["estimate"]],
                "Likely range": _shares(table, "conf_low", "conf_high"),
                "As answered": [percent(value) for value in table["raw"]],
                "Gap": ["" if pd.isna(gap) else points(gap, 1) for gap in table["gap"]],
                "Gap, likely range": _points(table, "gap_low", "gap_high"),
                "Against the others": [_verdict(row) for _, row in table.iterrows()],
                "Answers": [count(value) for value in table["n"]],
            }
        ),
        wide=wide,
        narrow=narrow,
        alt=say_alt_channels(table),
        subtitle=f"{axis}, score with its likely range",
        note=note,
        checks=channels.checks,
    )


def row_ids(table: pd.DataFrame, kind: str) -> dict[str, str]:
    """Name the rows of departments or channels: one id for page and files."""
    return {key: f"{kind}-{part}" for key, part in slugs(table["key"]).items()}


def _who(facts: PageFacts) -> str:
    return f"{facts.nouns.respondents.capitalize()} who {facts.nouns.outcome_short}"


def _verdict(row: pd.Series[Any]) -> str:
    return say_verdict(row).text if row["verdict"] else "Nothing to compare with"


def _shares(table: pd.DataFrame, low: str, high: str) -> list[str]:
    return [share_range(*ends) for ends in zip(table[low], table[high], strict=True)]


def _points(table: pd.DataFrame, low: str, high: str) -> list[str]:
    return [
        "" if pd.isna(ends[0]) else points_range(*ends)
        for ends in zip(table[low], table[high], strict=True)
    ]


def _names(table: Benchmark | Estimates | None, column: str) -> list[str]:
    return [] if table is None or table.frame.empty else list(map(str, table.frame[column]))


def _records(table: pd.DataFrame, facts: PageFacts, kind: str) -> list[dict[str, Any]]:
    """Make a record of each row of the page, for its files."""
    ids = row_ids(table, kind)
    return [
        make_record(
            {**row, "key": clean(str(row["key"]))},
            facts,
            anchor=ids[str(row["key"])],
            measure=facts.outcome.name,
            label=facts.outcome.label,
        )
        for row in table.to_dict("records")
    ]
