"""The table of all measures of one agency, one row each, all on one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from cxanalytics.formats import percent, points, points_range
from cxanalytics.report.components.bars import BarScale, bar_head, bar_key, bar_scale, range_bar
from cxanalytics.report.components.chips import chip, why
from cxanalytics.report.components.text import fill, join
from cxanalytics.report.record_ids import score_ids
from cxanalytics.rules import FEW
from cxanalytics.words import (
    count_ranked,
    list_verdict_reasons,
    say_base,
    say_change,
    say_rank_cell,
    say_suppressed,
    say_verdict,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import Measure, PageFacts
    from cxanalytics.tables import Benchmark

Reasons = Sequence[tuple[str, str]]


def agency_row(board: Benchmark | None, agency: str) -> pd.Series[Any]:
    """Find the row of an agency; one that was not asked has only the reason."""
    if board is None or agency not in set(board.frame["key"]):
        empty = {"key": agency, "suppressed_reason": "not_asked", "verdict": "", "n": float("nan")}
        return pd.Series(empty, dtype=object)
    return board.row(agency)


def scorecard_scale(rows: list[pd.Series[Any]]) -> BarScale:
    """Choose one scale for all measures of an agency."""
    ends = ("conf_low", "conf_high", "peer_low_quarter", "peer_high_quarter")
    return bar_scale(
        float(row[end]) for row in rows if row["suppressed_reason"] == "" for end in ends
    )


def _cell(label: str, content: Markup, css: str = "") -> Markup:
    return fill(
        '<td role="cell"{}{}>{}</td>',
        fill(' class="{}"', css) if css else Markup(""),
        fill(' data-l="{}"', label) if label else Markup(""),
        content,
    )


def _change_cell(row: pd.Series[Any], measure: Measure, facts: PageFacts) -> Markup:
    """Print the change since the last wave, or why there is none."""
    changed = facts.changed.get(measure.name, "")
    said = say_change(row, changed=changed, thresholds=facts.thresholds)
    if not said.number:
        return fill('<span class="sub wrapped">{}</span>', said.words)
    return fill('<b>{}</b> <span class="sub">{}</span>', said.number, said.words)


def _measure_row(
    measure: Measure,
    row: pd.Series[Any],
    board: Benchmark | None,
    scale: BarScale,
    facts: PageFacts,
    *,
    anchor: str,
    compared: bool,
    has_previous: bool,
    more: Reasons,
) -> Markup:
    """Print one measure."""
    head = fill('<th scope="row" role="rowheader">{}</th>', measure.label)
    if board is None or row["suppressed_reason"] != "":
        columns = 2 + 3 * compared + has_previous + (not compared)
        reason = row["suppressed_reason"]
        text = say_suppressed(reason, answers=row["n"], thresholds=facts.thresholds)
        base = f"{say_base(row)} answers." if reason == FEW else ""
        return fill(
            '<tr class="supp" id="{}" role="row">{}<td role="cell" colspan="{}">{} {}</td></tr>',
            anchor,
            head,
            columns,
            text,
            base,
        )
    bar = range_bar(
        scale,
        estimate=row["estimate"],
        low=row["conf_low"],
        high=row["conf_high"],
        peer=row["peer"],
        peer_low=row["peer_low_quarter"],
        peer_high=row["peer_high_quarter"],
    )
    stands_on = list_verdict_reasons(
        row,
        board,
        record=anchor,
        adjusted_for=facts.adjusted_for,
        more=more,
        thresholds=facts.thresholds,
    )
    opened = why(measure.label, stands_on)
    cells = [_cell("You", fill("<b>{}</b>", percent(row["estimate"])), "num you")]
    if compared:
        cells.append(_peer_cell(row))
    cells.append(_cell("Likely range", bar, "rbc"))
    if compared:
        cells.append(
            _cell("Against peers", chip(say_verdict(row, thresholds=facts.thresholds)), "vd")
        )
        cells.append(_cell("Rank", fill("{}{}", say_rank_cell(row), opened), "rk"))
    if has_previous:
        cells.append(_cell("Since last wave", _change_cell(row, measure, facts), "ch"))
    if not compared:
        cells.append(_cell("", opened, "whyc"))
    return fill('<tr id="{}" role="row">{}{}</tr>', anchor, head, join(cells))


def _peer_cell(row: pd.Series[Any]) -> Markup:
    """Print the typical peer of one measure, and the gap to it with its range."""
    if pd.isna(row["peer"]):
        return _cell("Typical peer", Markup("Too few"), "pe")
    gap = points(row["gap"]).split("\u00a0")[0]
    likely = points_range(row["gap_low"], row["gap_high"])
    return _cell(
        "Typical peer",
        fill('{} <span class="sub">{} ({})</span>', percent(row["peer"]), gap, likely),
        "pe",
    )


def scorecard_table(
    boards: Mapping[str, Benchmark],
    facts: PageFacts,
    *,
    agency: str,
    reasons: Mapping[str, Reasons] | None = None,
) -> tuple[Markup, BarScale]:
    """Print the scorecard of an agency.

    Parameters
    ----------
    boards : mapping of str to Benchmark
        By measure.
    facts : PageFacts
    agency : str
    reasons : mapping of str to sequence of (str, str), optional
        Measure to further reasons behind its verdict: name and text.

    Returns
    -------
    tuple of (Markup, BarScale)
        The key and the table, and the scale of its bars.
    """
    rows = [agency_row(boards.get(measure.name), agency) for measure in facts.measures]
    shown = [row for row in rows if row["suppressed_reason"] == ""]
    compared = any(pd.notna(row["peer"]) for row in shown)
    has_previous = any(pd.notna(row.get("change", float("nan"))) for row in shown)
    scale = scorecard_scale(rows)
    ids = score_ids(measure.name for measure in facts.measures)
    body = join(
        _measure_row(
            measure,
            row,
            boards.get(measure.name),
            scale,
            facts,
            anchor=ids[measure.name],
            compared=compared,
            has_previous=has_previous,
            more=(reasons or {}).get(measure.name, ()),
        )
        for measure, row in zip(facts.measures, rows, strict=True)
    )
    if not shown:
        table = '<table class="score plainscore" role="table"><tbody role="rowgroup">'
        return fill(table + "{}</tbody></table>", body), scale
    ranked = max((count_ranked(board) for board in boards.values()), default=0)
    heads = [("Measure", ""), ("You", "num")]
    heads += [("Typical peer, gap in points", "pe")] if compared else []
    heads += [("Likely range", "rbh")]
    heads += [("Against peers", ""), (f"Rank of {ranked}", "rk")] if compared else []
    heads += [("Since last wave", "")] if has_previous else []
    cells = join(
        fill(
            '<th scope="col" role="columnheader"{}>{}</th>',
            fill(' class="{}"', css) if css else Markup(""),
            bar_head(scale, head) if css == "rbh" else head,
        )
        for head, css in heads
    )
    last = Markup("") if compared else Markup('<td role="cell" class="whyc"></td>')
    return fill(
        '{}<table class="score measures" role="table"><thead role="rowgroup"><tr role="row">'
        '{}{}</tr></thead><tbody role="rowgroup">{}</tbody></table>',
        bar_key("You", "peers") if compared else Markup(""),
        cells,
        last,
        body,
    ), scale
