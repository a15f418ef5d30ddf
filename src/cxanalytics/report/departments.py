"""How do an agency's departments and channels differ from each other? Folded on its page."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
from cxanalytics.report.components.figures import figure, folded, opened_reasons
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.components.text import clean, fill
from cxanalytics.report.exports import make_record
from cxanalytics.report.finding import Finding
from cxanalytics.report.section import Section, framed
from cxanalytics.tables import Benchmark, Estimates
from cxanalytics.words import (
    assert_sentence_allowed,
    list_part_reasons,
    say_alt_channels,
    say_alt_departments,
    say_channel_spread,
    say_channels,
    say_channels_left_out,
    say_channels_note,
    say_departments,
    say_departments_brief,
    say_departments_left_out,
    say_departments_note,
    say_title_channel_rows,
    say_title_departments,
    say_verdict,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cxanalytics.report.facts import PageFacts
    from cxanalytics.words import Nouns

_ANCHOR = "departments"
_BESIDE = {
    "department": "a department beside the others of its organization",
    "channel": "a channel beside the others of its organization",
}
"""What a record of a part is compared with."""

_NUMERIC = ("Score", "As answered", "Gap", "Answers")
_KEY_FIGURES = ["key", "estimate", "gap", "gap_low", "gap_high", "verdict", "certainty", "n"]


def name_parts(nouns: Nouns, *, channels: bool = True) -> str:
    """Name what the block is about, in the study's words: "departments and channels"."""
    return f"{nouns.departments} and channels" if channels else nouns.departments


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
    reason, nouns = reason or refused_reason(departments, channels), facts.nouns
    board = held_board(departments)
    channels = channels if channels is not None and len(channels.frame) else None
    names = [*_names(board, "department"), *_names(channels, "channel")]
    # Channels are named where there are any, or where nothing is known of either.
    label = name_parts(nouns, channels=channels is not None or board is None)
    content, rows = Markup(""), list[pd.DataFrame]()
    records: list[dict[str, Any]] = []
    brief = say_departments_brief(board, channels, agency=agency, nouns=nouns)
    for kind, part in (
        ("department", _departments(board, facts, agency)),
        ("channel", _channels(channels, facts, agency)),
    ):
        if part is None:
            continue
        assert_said(part.told, names, page="executive")
        told = part.told if part.finding and part.told not in brief else ""
        content += paragraphs(told, part.left_out)
        if part.finding:
            numeric = [name for name in _NUMERIC if name in part.finding.table]
            content += figure(part.finding, number=len(rows) + 1, numeric=numeric)
            content += opened_reasons(f"{kind}s", part.reasons)
            rows.append(part.table[_KEY_FIGURES])
            records += _records(part.table, facts, kind)
    answer = brief or f"{label.capitalize()} are not known."
    assert_said(answer, names, page="executive")
    if rows:
        drawn = folded(f"Compare your {label}", content, css="fold")
        content = fill('<div class="folds">{}</div>', drawn)
    elif not content:
        content = paragraphs(reason)
    section = framed(
        content,
        kind="agency",
        anchor=_ANCHOR,
        question=f"How do our {label} differ?",
        answer=answer,
        key_figures=pd.concat(rows) if rows else pd.DataFrame({"reason": [reason or answer]}),
        label=label.capitalize(),
        figures=len(rows),
    )
    return replace(section, records=tuple(records))


@dataclass(frozen=True, slots=True)
class _Part:
    """What the page holds of departments, or of channels; no finding where none is shown."""

    told: str
    left_out: str
    table: pd.DataFrame
    finding: Finding | None
    reasons: list[tuple[str, str]]


def _departments(board: Benchmark | None, facts: PageFacts, agency: str) -> _Part | None:
    if board is None:
        return None
    table = departments_table(board, agency=agency)
    return _Part(
        say_departments(board, agency=agency, nouns=facts.nouns),
        say_departments_left_out(board, agency=agency, nouns=facts.nouns),
        table,
        department_finding(board, table, facts, agency=agency) if len(table) else None,
        list_part_reasons(
            board.frame.set_index("key").loc[table["key"]].assign(name=list(table["name"])),
            beside=f"the average of the other {facts.nouns.departments}",
            difference=board.difference,
        ),
    )


def _channels(channels: Estimates | None, facts: PageFacts, agency: str) -> _Part | None:
    if channels is None:
        return None
    table = channels_table(channels, agency=agency)
    own = channels.frame.loc[channels.frame["agency"] == agency].set_index("key")
    return _Part(
        say_channels(channels, nouns=facts.nouns, agency=agency),
        say_channels_left_out(channels, nouns=facts.nouns, agency=agency),
        table,
        channel_finding(channels, table, facts, agency=agency) if len(table) else None,
        list_part_reasons(
            own.loc[table["key"]].assign(name=list(table["name"])),
            beside="the average of the other channels",
            difference=float(channels.facts["difference"]),
            adjusted=bool(channels.facts.get("adjusted_for")),
        ),
    )


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
    nouns = facts.nouns
    axis = f"Points from the other {nouns.departments}"
    most = max(len(table), 1)
    wide, narrow = (
        draw_departments(board, agency=agency, most=most, axis_label=axis, size=size)
        for size in ("wide", "narrow")
    )
    ids = row_ids(table, "department")
    return Finding(
        id=_ANCHOR if agency else "departments-all",
        claim=say_title_departments(board, agency=agency, nouns=nouns),
        table=pd.DataFrame(
            {
                "id": [ids[key] for key in table["key"]],
                nouns.department.capitalize(): list(table["name"]),
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
        alt=say_alt_departments(table, nouns=nouns),
        subtitle=f"{_who(facts)}, gap to the other {nouns.departments} and its likely range",
        note=say_departments_note(board, nouns=nouns, agency=agency, drawn=len(table)),
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
        claim=say_title_channel_rows(table),
        table=pd.DataFrame(
            {
                "id": [ids[key] for key in table["key"]],
                "Channel": list(table["name"]),
                "Score": [percent(value) for value in table["estimate"]],
                "Likely range": _shares(table, "conf_low", "conf_high"),
                "As answered": [percent(value) for value in table["raw"]],
                "Gap": ["" if pd.isna(gap) else points(gap) for gap in table["gap"]],
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
            measure=f"{facts.outcome.name}/{kind}",
            label=f"{facts.outcome.label}: {_BESIDE[kind]}",
        )
        for row in table.to_dict("records")
    ]
