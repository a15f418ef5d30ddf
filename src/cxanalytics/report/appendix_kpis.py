"""Effectiveness or efficiency, and what is each measure worth? Two blocks of the appendix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from cxanalytics.charts import blocks_table, draw_blocks, draw_kpi_cards, kpi_cards_table
from cxanalytics.formats import count, percent, share_range
from cxanalytics.report.components.appendix import checks_list
from cxanalytics.report.components.figures import figure
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.finding import Finding
from cxanalytics.report.section import Section, framed, refused
from cxanalytics.words import (
    assert_sentence_allowed,
    say_alt_blocks,
    say_alt_kpi_cards,
    say_blocks,
    say_blocks_note,
    say_gaming,
    say_kpi_card,
    say_kpi_cards,
    say_kpi_cards_note,
    say_reliability,
    say_title_blocks,
    say_title_kpi_cards,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Estimates

BLOCKS_QUESTION = "Which predicts better: effectiveness or efficiency?"
KPIS_QUESTION = "What is each measure worth?"
_OWN_CHECKS = ("units_joined", "predicts_unseen", "folds", "looked_at_together", "signs_of_gaming")


def write_appendix_blocks(
    estimates: Estimates | None, facts: PageFacts, *, reason: str = ""
) -> Section:
    """Write what effectiveness and efficiency predict in agencies that were left out.

    Parameters
    ----------
    estimates : Estimates or None
        From `fit_blocks`; None, or without rows and with the fact `reason`, where it was refused.
    facts : PageFacts
    reason : str
        Why there are no figures, for `estimates` None.

    Returns
    -------
    Section
    """
    if estimates is None or estimates.frame.empty:
        return refused(
            estimates,
            anchor="blocks",
            question=BLOCKS_QUESTION,
            label="Effectiveness, efficiency",
            reason=reason,
            answer="Not testable with these data.",
        )
    rows = blocks_table(estimates)
    added = estimates.frame.set_index("key").reindex(rows["key"])
    table = pd.DataFrame(
        {
            "Block": list(rows["name"]),
            "Predicts": [percent(value) for value in rows["estimate"]],
            "Range": [
                share_range(low, high)
                for low, high in zip(rows["conf_low"], rows["conf_high"], strict=True)
            ],
            "Alone": [_percent(value) for value in added["alone"]],
            "Added to the other": [_percent(value) for value in added["delta_r2"]],
            "Columns": ["" if pd.isna(value) else count(value) for value in added["columns"]],
        }
    )
    wide, narrow = (draw_blocks(estimates, size=size) for size in ("wide", "narrow"))
    finding = Finding(
        id="blocks",
        claim=say_title_blocks(estimates),
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_blocks(rows),
        subtitle=estimates.quantity,
        note=say_blocks_note(estimates, nouns=facts.nouns),
        checks=estimates.checks,
    )
    answer = say_blocks(estimates, nouns=facts.nouns)
    for text in (answer, finding.claim):
        assert_sentence_allowed(text, grade=str(estimates.facts["grade"]), page="appendix")
    kept = ["key", "estimate", "conf_low", "conf_high", "delta_r2", "n"]
    return framed(
        figure(finding, number=1, numeric=tuple(table.columns[1:])) + _checks(estimates),
        kind="appendix",
        anchor="blocks",
        question=BLOCKS_QUESTION,
        answer=answer,
        key_figures=estimates.frame[kept],
        label="Effectiveness, efficiency",
        figures=1,
    )


def write_appendix_kpis(
    estimates: Estimates | None,
    facts: PageFacts,
    *,
    labels: Mapping[str, str] | None = None,
    reason: str = "",
) -> Section:
    """Write the card of every measure.

    Parameters
    ----------
    estimates : Estimates or None
        From `fit_kpi_cards`; None, or without rows and with the fact `reason`, where it was
        refused.
    facts : PageFacts
    labels : mapping of str to str, optional
        Measure to the name to print.
    reason : str
        Why there are no figures, for `estimates` None.

    Returns
    -------
    Section
    """
    if estimates is None or estimates.frame.empty:
        return refused(
            estimates,
            anchor="kpis",
            question=KPIS_QUESTION,
            label="Measures",
            reason=reason,
            answer="Not testable with these data.",
        )
    rows = [row for _, row in estimates.frame.iterrows()]
    table = pd.DataFrame(
        {
            "Measure": [(labels or {}).get(row["key"], row["label"]) for row in rows],
            "Reliable": [say_reliability(row) for row in rows],
            "p, all looks": [_p(row["p_adjusted"]) for row in rows],
            "p, bend": [_p(row["nonlinear_p"]) for row in rows],
            "Signs of gaming": [say_gaming(row) for row in rows],
            "Reward weight": [_weight(row["reward_weight"]) for row in rows],
            "Not testable": [str(row["reason"]) for row in rows],
        }
    )
    wide, narrow = (
        draw_kpi_cards(estimates, labels=labels, size=size) for size in ("wide", "narrow")
    )
    share = bool(estimates.facts["share"])
    finding = Finding(
        id="kpis",
        claim=say_title_kpi_cards(estimates),
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_kpi_cards(kpi_cards_table(estimates, labels=labels), share=share),
        subtitle=estimates.quantity,
        note=say_kpi_cards_note(estimates, nouns=facts.nouns),
        checks=estimates.checks,
    )
    answer = say_kpi_cards(estimates, labels=labels)
    cards = [say_kpi_card(row, estimates, labels=labels) for row in rows]
    for text in (answer, finding.claim, *cards):
        assert_sentence_allowed(text, grade=str(estimates.facts["grade"]), page="appendix")
    kept = ["key", "estimate", "conf_low", "conf_high", "reliability", "reward_weight", "n"]
    return framed(
        figure(finding, number=1) + paragraphs(*cards) + _checks(estimates),
        kind="appendix",
        anchor="kpis",
        question=KPIS_QUESTION,
        answer=answer,
        key_figures=estimates.frame[kept],
        label="Measures",
        figures=1,
    )


def _checks(estimates: Estimates) -> Markup:
    return checks_list([check for check in estimates.checks if check.name in _OWN_CHECKS])


def _percent(value: float) -> str:
    return "" if pd.isna(value) else percent(value)


def _p(value: float) -> str:
    if pd.isna(value):
        return ""
    return f"{value:.3f}" if value >= 0.001 else "under 0.001"


def _weight(value: float) -> str:
    return "" if pd.isna(value) else f"{value:g}"
