"""Who can be told apart, and between which ranks may each agency be?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from cxanalytics.charts import draw_rank_sets, rank_sets_table
from cxanalytics.formats import rank_range
from cxanalytics.report.components.appendix import checks_list
from cxanalytics.report.components.figures import data_table, figure, folded, scrolling
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.components.text import clean, sentence
from cxanalytics.report.finding import Finding
from cxanalytics.report.record_ids import rank_ids
from cxanalytics.report.section import Section, framed, refused
from cxanalytics.words import (
    assert_sentence_allowed,
    say_alt_rank_sets,
    say_funnel_rules,
    say_rank_sets,
    say_rank_sets_note,
    say_title_rank_sets,
    say_told_apart,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Benchmark, Estimates, Funnel

QUESTION = "Who can be told apart?"


def write_appendix_ranks(
    sets: Estimates | None,
    facts: PageFacts,
    *,
    board: Benchmark,
    funnel: Funnel | None = None,
    reason: str = "",
) -> Section:
    """Write the ranges and the confidence sets of ranks side by side.

    Parameters
    ----------
    sets : Estimates or None
        From `benchmark_rank_sets`; None, or without rows and with the fact `reason`, where they
        were refused.
    facts : PageFacts
    board : Benchmark
        Of the same scores.
    funnel : Funnel, optional
        Of the same scores: its two rules are set side by side.
    reason : str
        Why there are no sets, for `sets` None.

    Returns
    -------
    Section
    """
    if sets is None or sets.frame.empty or board.shown["rank_low"].isna().all():
        return refused(
            sets,
            anchor="ranks",
            question=QUESTION,
            label="Ranks",
            reason=reason,
            answer=f"Nobody: too few {facts.nouns.organizations} can be ranked.",
        )
    names = {key: clean(key) for key in board.frame["key"]}
    rows = rank_sets_table(sets, board, names=names)
    head = sentence(facts.nouns.organization)
    ids = rank_ids(rows["key"])
    table = pd.DataFrame({"id": [ids[key] for key in rows["key"]], head: list(rows["name"])})
    columns = {"rank": "Range of the pages", "own": "Set by itself", "together": "Set for all"}
    for name, label in columns.items():
        ends = zip(rows[f"{name}_low"], rows[f"{name}_high"], strict=True)
        table[label] = [rank_range(low, high) for low, high in ends]
    wide, narrow = (
        draw_rank_sets(sets, board, names=names, size=size) for size in ("wide", "narrow")
    )
    finding = Finding(
        id="ranks",
        claim=say_title_rank_sets(sets, nouns=facts.nouns),
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_rank_sets(rows, nouns=facts.nouns),
        subtitle=f"{facts.outcome.label}: between which ranks each may be, best range first",
        note=say_rank_sets_note(sets),
        checks=sets.checks,
    )
    answer = say_told_apart(board, nouns=facts.nouns)
    told = say_rank_sets(sets, board, nouns=facts.nouns)
    for text in (answer, told, finding.claim):
        assert_sentence_allowed(text, page="appendix")
    return framed(
        paragraphs(told)
        + figure(finding, number=1, numeric=tuple(columns.values()))
        + checks_list(sets.checks)
        + _rules(funnel, facts),
        kind="appendix",
        anchor="ranks",
        question=QUESTION,
        answer=answer,
        key_figures=rows.drop(columns="name"),
        label="Ranks",
        figures=1,
    )


def _rules(funnel: Funnel | None, facts: PageFacts) -> Markup:
    """Set the two rules of the funnel side by side."""
    if funnel is None:
        return Markup("")
    text = say_funnel_rules(funnel, nouns=facts.nouns)
    assert_sentence_allowed(text, page="appendix")
    points = funnel.points.loc[funnel.points["outside"] | funnel.points["discovered"]]
    if points.empty:
        return paragraphs(text)
    table = pd.DataFrame(
        {
            sentence(facts.nouns.organization): [clean(key) for key in points["key"]],
            "Outside the limits": points["outside"].map({True: "yes", False: "no"}),
            "False discovery rate": [f"{rate:.3f}" for rate in points["discovery_rate"]],
            "By that rule": points["discovered"].map({True: "yes", False: "no"}),
        }
    )
    caption = "Called unusual, by either rule of the funnel"
    return paragraphs(text) + folded(
        caption, scrolling(data_table(table, caption=caption), name=caption)
    )
