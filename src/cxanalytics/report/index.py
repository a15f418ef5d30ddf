"""How do all agencies compare, and could the differences be chance?

Four groups, not a league table: inside the groups that cannot be told apart the order is
alphabetical, and an agency that is not shown keeps its line with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from cxanalytics.charts import draw_funnel, funnel_table
from cxanalytics.errors import DataError
from cxanalytics.formats import count, percent, times_in
from cxanalytics.numerics.funnel import INNER, OUTER
from cxanalytics.report.agency import key_figures, kicker, parent_note
from cxanalytics.report.components.bars import BarScale, bar_head, bar_key, bar_scale, range_bar
from cxanalytics.report.components.chips import chip, why
from cxanalytics.report.components.figures import figure
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.components.text import clean, fill, join
from cxanalytics.report.exports import funnel_records, standing_records
from cxanalytics.report.finding import Finding
from cxanalytics.report.index_measures import measures_table
from cxanalytics.report.masked import NAMED
from cxanalytics.report.provenance import data_content
from cxanalytics.report.record_ids import funnel_ids, standing_ids
from cxanalytics.report.section import Section, framed
from cxanalytics.report.shell import page_shell
from cxanalytics.rules import LEVEL
from cxanalytics.words import (
    PEERS_ARE,
    Group,
    are_averaged,
    count_all_verdicts,
    count_ranked,
    group_agencies,
    say_alt_funnel,
    say_base,
    say_expected_wrong,
    say_funnel,
    say_funnel_note,
    say_gap,
    say_index,
    say_index_answer,
    say_peer_names,
    say_rank_cell,
    say_suppressed,
    say_verdict,
    say_verdict_rule,
    short_verdict_reasons,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Benchmark, Funnel

_EFFECTIVE = "Less what weights and sampling cost"


def write_index_masthead(boards: Mapping[str, Benchmark], facts: PageFacts) -> Section:
    """Write the headline over all agencies.

    Parameters
    ----------
    boards : mapping of str to Benchmark
    facts : PageFacts

    Returns
    -------
    Section
    """
    board = boards[facts.outcome.name]
    headline = say_index(board, nouns=facts.nouns)
    html = fill(
        '<div class="mast" id="brief"><p class="kicker">{}</p><h1>{}</h1>'
        '<p class="headline">{}</p>{}</div>',
        kicker(facts),
        facts.title,
        headline,
        parent_note(facts),
    )
    verdicts = {kind: number for kind, number in count_all_verdicts(board).items() if number}
    return Section(
        id="brief",
        number=0,
        question=clean(facts.title),
        answer=headline,
        html=html,
        key_figures=pd.DataFrame(sorted(verdicts.items()), columns=["verdict", "number"]),
        page=page_shell(facts),
    )


def _name(key: str, facts: PageFacts) -> Markup:
    """Print an agency's name, linked where it has a page."""
    address = facts.pages.get(key, "")
    return fill('<a href="{}">{}</a>', address, key) if address else fill("{}", key)


def _cell(label: str, css: str, content: object) -> Markup:
    return fill('<td role="cell" class="{}" data-l="{}">{}</td>', css, label, content)


def _row(
    board: Benchmark, facts: PageFacts, key: str, *, anchor: str, scale: BarScale, ranked: bool
) -> Markup:
    """Print one agency that is shown."""
    row = board.row(key)
    bar = range_bar(
        scale,
        estimate=row["estimate"],
        low=row["conf_low"],
        high=row["conf_high"],
        peer=row["peer"],
        peer_low=row["peer_low_quarter"],
        peer_high=row["peer_high_quarter"],
    )
    opened = why(key, short_verdict_reasons(row, board, record=anchor, thresholds=facts.thresholds))
    verdict = chip(say_verdict(row, thresholds=facts.thresholds))
    if are_averaged(board):
        # An average has no verdict of its own.
        verdict = fill("{}", say_gap(row))
    cells = (
        _cell("Score", "num sc", fill("<b>{}</b>", percent(row["estimate"]))),
        _cell("Likely range", "rbc", bar),
        _cell("Against peers", "vd", verdict if ranked else fill("{} {}", verdict, opened)),
        _cell("Rank", "rk", fill("{} {}", say_rank_cell(row), opened)) if ranked else Markup(""),
        _cell("Answers", "num an", _base(row, facts, key)),
    )
    return fill(
        '<tr id="{}" role="row"><th scope="row" role="rowheader">{}</th>{}</tr>',
        anchor,
        _name(key, facts),
        join(cells),
    )


def _base(row: pd.Series[Any], facts: PageFacts, key: str) -> Markup:
    """Print the answers and, where it is known, the share of those asked who gave them."""
    rate = facts.response_rates.get(key)
    base = say_base(row, thresholds=facts.thresholds)
    if rate is None:
        return fill("{}", base)
    return fill('{} <span class="rate">({} of those asked)</span>', base, percent(rate))


def _suppressed_row(
    board: Benchmark, facts: PageFacts, key: str, *, anchor: str, ranked: bool
) -> Markup:
    """Print one agency that is not shown, with the reason."""
    row = board.row(key)
    return fill(
        '<tr class="supp" id="{}" role="row"><th scope="row" role="rowheader">{}</th>'
        '<td role="cell" colspan="{}" class="reason">{}</td>{}</tr>',
        anchor,
        _name(key, facts),
        4 if ranked else 3,
        say_suppressed(row["suppressed_reason"], answers=row["n"], thresholds=facts.thresholds),
        _cell("Answers", "num an", say_base(row, thresholds=facts.thresholds)),
    )


def _group(
    group: Group,
    board: Benchmark,
    facts: PageFacts,
    *,
    ids: Mapping[str, str],
    scale: BarScale,
    ranked: bool,
) -> Markup:
    """Print one group as a table body of its own."""
    rows = join(
        _suppressed_row(board, facts, key, anchor=ids[key], ranked=ranked)
        if group.kind == ""
        else _row(board, facts, key, anchor=ids[key], scale=scale, ranked=ranked)
        for key in group.keys
    )
    return fill(
        '<tbody role="rowgroup"><tr class="tier" role="row"><th colspan="{}" scope="rowgroup" '
        'role="rowheader">{}</th></tr>{}</tbody>',
        6 if ranked else 5,
        group.title,
        rows,
    )


def league_table(board: Benchmark, facts: PageFacts) -> tuple[Markup, BarScale]:
    """Print all agencies in groups.

    Parameters
    ----------
    board : Benchmark
        Of the outcome.
    facts : PageFacts

    Returns
    -------
    tuple of (Markup, BarScale)
        The table with its key, and the scale of its bars.
    """
    shown = board.shown
    ends = ("conf_low", "conf_high", "peer_low_quarter", "peer_high_quarter")
    scale = bar_scale(float(value) for end in ends for value in shown[end])
    ids = standing_ids(board.frame["key"])
    ranked = count_ranked(board)
    heads = (
        (facts.nouns.organization.capitalize(), ""),
        (facts.outcome.label, "num"),
        ("Likely range", "rbh"),
        ("Against peers", ""),
        *([(f"Rank of {ranked}", "")] if ranked else []),
        ("Answers", "num"),
    )
    head = join(
        fill(
            '<th scope="col" role="columnheader"{}>{}</th>',
            fill(' class="{}"', css) if css else Markup(""),
            bar_head(scale, name) if css == "rbh" else name,
        )
        for name, css in heads
    )
    groups = group_agencies(board, names={key: clean(key).casefold() for key in board.frame["key"]})
    bodies = join(
        _group(group, board, facts, ids=ids, scale=scale, ranked=ranked > 0) for group in groups
    )
    key = bar_key(facts.nouns.organization.capitalize(), facts.nouns.organizations)
    return fill(
        '{}<table class="score league" role="table"><thead role="rowgroup"><tr role="row">{}</tr>'
        "</thead>{}</table>",
        key,
        head,
        bodies,
    ), scale


def write_index_groups(boards: Mapping[str, Benchmark], facts: PageFacts) -> Section:
    """Write the table of all agencies.

    Parameters
    ----------
    boards : mapping of str to Benchmark
    facts : PageFacts
        `pages` holds the address of each agency's page.

    Returns
    -------
    Section
    """
    board = boards[facts.outcome.name]
    table, scale = league_table(board, facts)
    counted = f" Counted: {facts.outcome.cut_label}." if facts.outcome.cut_label else ""
    note = " ".join(
        filter(
            None,
            (
                f"Bars run from {scale.span}. Likely ranges and ranks hold the true value "
                f"{times_in(LEVEL)}.{counted}",
                say_verdict_rule(board.difference) if count_ranked(board) else "",
                say_expected_wrong(board),
                say_peer_names(board, facts.nouns),
            ),
        )
    )
    records = standing_records(boards, facts)
    return framed(
        table + fill('<p class="note">{}</p>', note) + measures_table(boards, facts),
        kind="index",
        anchor="groups",
        question=f"How do {facts.nouns.organizations} compare?",
        answer=say_index_answer(board),
        key_figures=key_figures(records).assign(agency=[clean(r["agency"]) for r in records]),
        label=f"All {facts.nouns.organizations}",
    )


def funnel_finding(funnel: Funnel, facts: PageFacts, *, difference: float | None = None) -> Finding:
    """Draw the funnel of all agencies, with what the drawing says in words.

    Parameters
    ----------
    funnel : Funnel
        As `benchmark_funnel` gives it.
    facts : PageFacts
    difference : float, optional
        Smallest difference that matters, where the page calls verdicts by it beside the limits.

    Returns
    -------
    Finding
    """
    names = {key: clean(key) for key in funnel.points["key"]}
    points = funnel_table(funnel, names=names)
    nouns = facts.nouns
    ids = funnel_ids(points["key"])
    places = {"above": "Above the outer band", "below": "Below the outer band"}
    table = pd.DataFrame(
        {
            "id": [ids[key] for key in points["key"]],
            nouns.organization.capitalize(): list(points["name"]),
            "Unadjusted score": [percent(value) for value in points["share"]],
            "Answers": [count(value) for value in points["n"]],
            _EFFECTIVE: [count(value) for value in points["n_eff"]],
            "Place": [places.get(side, "Inside") for side in points["side"]],
        }
    )
    if (points["n"] == points["n_eff"]).all():
        table = table.drop(columns=_EFFECTIVE)
    axis = f"{nouns.respondents.capitalize()} who {nouns.outcome_short}"
    wide, narrow = (
        draw_funnel(funnel, names=names, axis_label=axis, size=size) for size in ("wide", "narrow")
    )
    bands = f"Inner band: {100 * INNER:.0f} of 100 alike; outer: {1000 * OUTER:.0f} of 1,000"
    return Finding(
        id="funnel",
        claim=f"Small {nouns.organizations} swing more, so judge them against a wider band",
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_funnel(points, nouns=nouns),
        subtitle=f"{axis} by number of answers. {bands}",
        note=say_funnel_note(points, nouns=nouns, difference=difference),
    )


def write_index_funnel(
    boards: Mapping[str, Benchmark], facts: PageFacts, *, funnel: Funnel | None
) -> Section:
    """Write whether the differences could be chance.

    Parameters
    ----------
    boards : mapping of str to Benchmark
    facts : PageFacts
    funnel : Funnel or None
        Of the outcome; None where the scores are no shares, or none is shown.

    Returns
    -------
    Section
    """
    question, kind = "Could the differences be chance?", "index"
    if funnel is None:
        return framed(
            Markup(""),
            kind=kind,
            anchor="chance",
            question=question,
            answer="The data do not allow an answer: a funnel needs shares and counts.",
            key_figures=pd.DataFrame(),
            label="Chance",
        )
    board = boards[facts.outcome.name]
    if board.facts.get(PEERS_ARE, NAMED) != NAMED:
        return framed(
            paragraphs(say_peer_names(board, facts.nouns)),
            kind=kind,
            anchor="chance",
            question=question,
            answer=say_funnel(funnel.points, nouns=facts.nouns, thresholds=facts.thresholds),
            key_figures=pd.DataFrame(),
            label="Chance",
        )
    shown = set(board.shown["key"])
    hidden = set(funnel.points["key"]) - shown
    if hidden:
        raise DataError(f"`funnel` must hold shown agencies only; got {len(hidden)} others.")
    judged = board.difference if count_ranked(board) else None
    finding = funnel_finding(funnel, facts, difference=judged)
    section = framed(
        figure(finding, number=1, numeric=("Unadjusted score", "Answers", _EFFECTIVE)),
        kind=kind,
        anchor="chance",
        question=question,
        answer=say_funnel(funnel.points, nouns=facts.nouns, thresholds=facts.thresholds),
        key_figures=funnel.points[["n", "share", "side"]],
        label="Chance",
        figures=1,
    )
    return replace(section, records=tuple(funnel_records(funnel, facts)))


def write_index_data(
    boards: Mapping[str, Benchmark], facts: PageFacts, *, sections: Iterable[Section] = ()
) -> Section:
    """Write the downloads of all measures of all agencies, and where they come from.

    Parameters
    ----------
    boards : mapping of str to Benchmark
    facts : PageFacts
    sections : iterable of Section
        Sections of the page with records of their own.

    Returns
    -------
    Section
    """
    records = [
        record
        for measure in facts.measures
        if measure.name in boards
        for record in standing_records(boards, facts, measure=measure.name)
    ]
    records += [dict(record) for section in sections for record in section.records]
    return data_content(records, facts, name=f"{facts.programme} {facts.wave}", boards=boards)
