"""What does an agency read about itself?

The masthead is the brief; each section is a question whose first line is the answer. Every
number is taken from the agency's rows of the boards, so that sentence, chip, chart, table and
download agree. An agency that is hidden has no page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from cxanalytics.charts import draw_standing
from cxanalytics.errors import DataError
from cxanalytics.formats import count, number_word, percent, points, points_range, times_in
from cxanalytics.report.components.figures import figure, folded, opened_reasons
from cxanalytics.report.components.lists import Fact, facts_block
from cxanalytics.report.components.scorecard import agency_row, scorecard_table
from cxanalytics.report.components.text import clean, fill
from cxanalytics.report.exports import score_records, standing_records
from cxanalytics.report.finding import Finding
from cxanalytics.report.provenance import data_content
from cxanalytics.report.record_ids import standing_ids
from cxanalytics.report.section import Section, framed
from cxanalytics.report.shell import page_shell
from cxanalytics.rules import COMPLEMENTARY, HIDDEN, LEVEL
from cxanalytics.words import (
    PEERS_ARE,
    SUMMARY,
    count_ranked,
    find_extremes,
    is_placed,
    list_verdict_reasons,
    say_alt_standing,
    say_base,
    say_care,
    say_extreme,
    say_headline,
    say_parent,
    say_peer_names,
    say_rank_cell,
    say_score_range,
    say_scorecard,
    say_standing,
    say_standing_title,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Benchmark

_LONG_TITLE = 60
_MANY_ROWS = 12
"""Rows of a comparison from which a phone shows it behind a summary."""
KEY_COLUMNS = (
    "measure",
    "estimate",
    "conf_low",
    "conf_high",
    "peer",
    "gap",
    "verdict",
    "certainty",
    "rank_low",
    "rank_high",
    "n",
    "suppressed_reason",
)


def _outcome(boards: Mapping[str, Benchmark], facts: PageFacts, agency: str) -> pd.Series[Any]:
    """Find the row of the headline, and refuse a page for a hidden agency."""
    row = agency_row(boards.get(facts.outcome.name), agency)
    if row["suppressed_reason"] in (HIDDEN, COMPLEMENTARY):
        raise DataError(
            f"`agency` must be one that may be shown; got {agency!r}, which is hidden to protect "
            "privacy."
        )
    return row


def key_figures(records: list[dict[str, Any]]) -> pd.DataFrame:
    """Keep the columns of records that a notebook shows."""
    return pd.DataFrame(records)[list(KEY_COLUMNS)]


def _kicker(row: pd.Series[Any], facts: PageFacts, agency: str) -> str:
    """Say programme, wave, base and response rate in one line."""
    answers = "" if pd.isna(row["n"]) else f"{say_base(row, thresholds=facts.thresholds)} answers"
    rate = facts.response_rates.get(agency)
    rated = f", {percent(rate)} of those asked" if rate is not None and answers else ""
    return kicker(facts, f"{answers}{rated}")


def kicker(facts: PageFacts, base: str = "") -> str:
    """Say programme, wave, dates and base in one line."""
    wave = ", ".join(dict.fromkeys(filter(None, (facts.wave, facts.dates))))
    return " · ".join(filter(None, (facts.programme, wave, base)))


def parent_note(facts: PageFacts) -> Markup:
    """Say whose departments are compared, and what would supply peers of the whole."""
    if not facts.parent:
        return Markup("")
    return fill('<p class="care">{}</p>', say_parent(facts.parent, nouns=facts.nouns))


def _gap_note(row: pd.Series[Any]) -> str:
    if pd.isna(row["gap"]):
        return ""
    return (
        f"; {points(row['gap'])} against the typical peer "
        f"({points_range(row['gap_low'], row['gap_high'])})"
    )


def _extreme_fact(
    boards: Mapping[str, Benchmark], facts: PageFacts, agency: str, *, name: str, found: str | None
) -> Fact:
    """Print the weakest or strongest measure against peers."""
    if found is None:
        side = "below" if name.startswith("Weakest") else "above"
        return Fact(name, "None", f"no measure is {side} its typical peer")
    row = boards[found].row(agency)
    return Fact(name, points(row["gap"]), say_extreme(row, label=facts.measure(found).label))


def _facts(
    boards: Mapping[str, Benchmark], facts: PageFacts, agency: str, row: pd.Series[Any]
) -> list[Fact]:
    """Choose the four large figures under the headline."""
    label = facts.outcome.label
    if row["suppressed_reason"] != "":
        return []
    entries = [Fact(label, percent(row["estimate"]), f"{say_score_range(row)}{_gap_note(row)}")]
    ranked = count_ranked(boards[facts.outcome.name])
    if pd.notna(row["rank_low"]):
        held = f"the true rank is in this range {times_in(LEVEL)}"
        wide = "too wide a range to place you"
        entries.append(
            Fact(
                f"Rank among {ranked} {facts.nouns.organizations}",
                say_rank_cell(row),
                held if is_placed(row, ranked) else wide,
            )
        )
    asked = {
        measure.name: boards[measure.name]
        for measure in facts.measures
        if measure.name in boards
        and agency_row(boards[measure.name], agency)["suppressed_reason"] == ""
    }
    if len(asked) > 1 and pd.notna(row["gap"]):
        weakest, strongest = find_extremes(asked, agency)
        extremes = (("Weakest against peers", weakest), ("Strongest against peers", strongest))
        for name, found in extremes:
            entries.append(_extreme_fact(asked, facts, agency, name=name, found=found))
    return entries


def write_masthead(boards: Mapping[str, Benchmark], facts: PageFacts, *, agency: str) -> Section:
    """Write the brief: the headline and the figures it rests on.

    Parameters
    ----------
    boards : mapping of str to Benchmark
        By measure; the outcome's must be there.
    facts : PageFacts
    agency : str
        Key of the agency.

    Returns
    -------
    Section

    Raises
    ------
    DataError
        For an agency that is hidden.
    """
    row = _outcome(boards, facts, agency)
    headline = say_headline(row, nouns=facts.nouns, thresholds=facts.thresholds)
    care = say_care(row, thresholds=facts.thresholds)
    entries = _facts(boards, facts, agency, row)
    html = fill(
        '<div class="mast" id="brief"><p class="kicker">{}</p><h1{}>{}</h1>'
        '<p class="headline">{}</p>{}{}{}</div>',
        _kicker(row, facts, agency),
        Markup(' class="long"') if len(facts.title) > _LONG_TITLE else Markup(""),
        facts.title,
        headline,
        fill('<p class="care">{}</p>', care) if care else Markup(""),
        parent_note(facts),
        facts_block(entries) if entries else Markup(""),
    )
    return Section(
        id="brief",
        number=0,
        question=clean(facts.title),
        answer=headline,
        html=html,
        key_figures=pd.DataFrame(
            [(entry.name, entry.value) for entry in entries], columns=["fact", "value"]
        ),
        page=page_shell(facts),
    )


def _scorecard_note(
    boards: Mapping[str, Benchmark], facts: PageFacts, agency: str, span: str
) -> str:
    """Say base, how to read the ranges, and what is not shown."""
    rows = [agency_row(boards.get(measure.name), agency) for measure in facts.measures]
    bases = sorted(
        round(float(row["n"])) for row in rows if row["suppressed_reason"] == "" and row["n"] > 0
    )
    parts = []
    if bases:
        least, most = count(bases[0]), count(bases[-1])
        base = most if least == most else f"{least} to {most}"
        parts.append(f"Base: {base} answers.")
        parts.append(f"“Likely range” is where the true score lies {times_in(LEVEL)}.")
        parts.append(f"Bars run from {span}.")
        parts.append("Gaps are computed before rounding.")
    cuts = {measure.cut_label for measure in facts.measures if measure.cut_label}
    if len(cuts) == 1:
        parts.append(f"Counted: {cuts.pop()}.")
    elif cuts:
        parts.append(_counted(facts))
    return " ".join(parts)


def _counted(facts: PageFacts) -> str:
    """Say which answers count, the answer that most measures share in short."""
    labels: dict[str, list[str]] = {}
    for measure in facts.measures:
        if measure.cut_label:
            labels.setdefault(measure.cut_label, []).append(measure.label)
    usual = max(labels, key=lambda cut: len(labels[cut]))
    own = [f"{', '.join(names)}: {cut}" for cut, names in labels.items() if cut != usual]
    return f"Counted: {'; '.join(own)}; all others: {usual}."


def write_scorecard(
    boards: Mapping[str, Benchmark],
    facts: PageFacts,
    *,
    agency: str,
    reasons: Mapping[str, Sequence[tuple[str, str]]] | None = None,
) -> Section:
    """Write the table of all measures.

    Parameters
    ----------
    boards : mapping of str to Benchmark
        By measure; one that is missing prints "Not asked in this wave".
    facts : PageFacts
    agency : str
    reasons : mapping of str to sequence of (str, str), optional
        Measure to further reasons behind its verdict, name and text, for its "Why?".

    Returns
    -------
    Section
    """
    _outcome(boards, facts, agency)
    here = {m.name: boards[m.name] for m in facts.measures if m.name in boards}
    answer = say_scorecard(here, agency)
    table, scale = scorecard_table(boards, facts, agency=agency, reasons=reasons)
    first = "" if facts.previous else _first_wave(facts)
    note = " ".join(filter(None, (_scorecard_note(boards, facts, agency, scale.span), first)))
    return framed(
        table + fill('<p class="note">{}</p>', note),
        kind="agency",
        anchor="scorecard",
        question="How are we doing?",
        answer=answer,
        key_figures=key_figures(score_records(boards, facts, agency=agency)),
        label="Scorecard",
    )


def _first_wave(facts: PageFacts) -> str:
    later = f" Next update: {facts.next_update}." if facts.next_update else ""
    return f"First wave: nothing to compare yet.{later}"


def standing_table(board: Benchmark, facts: PageFacts) -> pd.DataFrame:
    """List the agencies of the comparison as printed, best first."""
    ids = standing_ids(board.frame["key"])
    rows = board.shown.sort_values(["estimate", "key"], ascending=[False, True])
    return pd.DataFrame(
        {
            "id": [ids[key] for key in rows["key"]],
            facts.nouns.organization.capitalize(): [clean(key) for key in rows["key"]],
            "Score": [percent(value) for value in rows["estimate"]],
            "Likely range": [
                f"{percent(low)} to {percent(high)}"
                for low, high in zip(rows["conf_low"], rows["conf_high"], strict=True)
            ],
            "Rank, likely range": [say_rank_cell(row) for _, row in rows.iterrows()],
            "Answers": [count(value) for value in rows["n"]],
        }
    )


def left_out(board: Benchmark, facts: PageFacts) -> str:
    """Say how many agencies a comparison leaves out, without naming them."""
    number = int((board.frame["suppressed_reason"] != "").sum())
    if not number:
        return ""
    noun = facts.nouns.organization if number == 1 else facts.nouns.organizations
    verb = "is" if number == 1 else "are"
    return (
        f"{number_word(number).capitalize()} {noun} {verb} left out: too few answers, or hidden to "
        "protect privacy."
    )


def standing_finding(board: Benchmark, facts: PageFacts, *, highlight: str | None) -> Finding:
    """Draw all agencies on the outcome, with what the drawing says in words.

    Parameters
    ----------
    board : Benchmark
        Of the outcome.
    facts : PageFacts
    highlight : str or None
        The agency of the page.

    Returns
    -------
    Finding
    """
    names = {key: clean(key) for key in board.frame["key"]}
    shown = len(board.shown)
    axis = f"{facts.nouns.respondents.capitalize()} who {facts.nouns.outcome_short}"
    band = "Gray band: middle half." if board.shown["peer"].notna().any() else ""
    drawn = f"Scores of {facts.nouns.organizations} with few answers are drawn toward the average."
    note = " ".join(
        filter(None, (band, say_peer_names(board, facts.nouns), left_out(board, facts), drawn))
    )
    who = f"{shown} {facts.nouns.organizations}"
    if board.facts.get(PEERS_ARE) == SUMMARY:
        who = f"{count_ranked(board)} {facts.nouns.organizations}, only yours shown"
    subtitle = ", ".join(filter(None, (axis, "best estimate and likely range", who, facts.dates)))
    wide, narrow = (
        draw_standing(board, highlight=highlight, names=names, axis_label=axis, size=size)
        for size in ("wide", "narrow")
    )
    return Finding(
        id="standing",
        claim=say_standing_title(board, highlight, nouns=facts.nouns),
        table=standing_table(board, facts),
        wide=wide,
        narrow=narrow,
        alt=say_alt_standing(board, highlight, nouns=facts.nouns, names=names),
        subtitle=subtitle,
        note=note,
        checks=board.checks,
    )


def write_standing(boards: Mapping[str, Benchmark], facts: PageFacts, *, agency: str) -> Section:
    """Write where the agency stands among its peers on the outcome.

    Parameters
    ----------
    boards : mapping of str to Benchmark
    facts : PageFacts
    agency : str

    Returns
    -------
    Section
    """
    row = _outcome(boards, facts, agency)
    board = boards[facts.outcome.name]
    highlight = agency if row["suppressed_reason"] == "" else None
    finding = standing_finding(board, facts, highlight=highlight)
    drawn = figure(finding, number=1, numeric=("Score", "Answers"))
    if highlight is not None:
        anchor = standing_ids(board.frame["key"])[agency]
        reasons = list_verdict_reasons(
            row,
            board,
            record=anchor,
            adjusted_for=facts.adjusted_for,
            more=[("Rank", say_rank_cell(row))],
            thresholds=facts.thresholds,
        )
        drawn += opened_reasons("where you stand", reasons)
    if len(board.shown) > _MANY_ROWS:
        summary = f"Compare all {len(board.shown)} {facts.nouns.organizations}"
        drawn = fill('<div class="folds">{}</div>', folded(summary, drawn, css="fold"))
    return framed(
        drawn,
        kind="agency",
        anchor="stand",
        question=f"Where do we stand among {facts.nouns.peer}s?",
        answer=say_standing(board, agency, nouns=facts.nouns, thresholds=facts.thresholds),
        key_figures=key_figures(standing_records(boards, facts)),
        label="Where you stand",
        figures=1,
    )


def write_data(
    boards: Mapping[str, Benchmark],
    facts: PageFacts,
    *,
    agency: str,
    sections: Iterable[Section] = (),
) -> Section:
    """Write the downloads and where the figures come from.

    Parameters
    ----------
    boards : mapping of str to Benchmark
    facts : PageFacts
    agency : str
    sections : iterable of Section
        Sections of the page with records of their own.

    Returns
    -------
    Section
    """
    _outcome(boards, facts, agency)
    # The page names no agency that it leaves out, and neither do its files.
    standing = [row for row in standing_records(boards, facts) if not row["suppressed_reason"]]
    records = [
        *score_records(boards, facts, agency=agency),
        *standing,
        *(record for section in sections for record in section.records),
    ]
    return data_content(records, facts, name=agency, boards=boards)
