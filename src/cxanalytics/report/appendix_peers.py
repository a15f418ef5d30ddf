"""Would another choice of peers give other verdicts? The block of the appendix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cxanalytics.charts import companies_table, draw_companies
from cxanalytics.formats import count, percent, share_range
from cxanalytics.report.components.appendix import checks_list
from cxanalytics.report.components.figures import data_table, figure, folded, scrolling
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.components.text import clean, sentence
from cxanalytics.report.finding import Finding
from cxanalytics.report.section import Section, framed, refused
from cxanalytics.tables import Benchmark
from cxanalytics.words import (
    assert_sentence_allowed,
    name_verdict,
    name_way,
    say_alt_companies,
    say_companies,
    say_declared_peers,
    say_peer_sensitivity,
    say_peer_ways,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Estimates

QUESTION = "Would other peers give other verdicts?"


def write_appendix_peers(
    sensitivity: Estimates | None,
    facts: PageFacts,
    *,
    board: Benchmark | None = None,
    companies: Benchmark | Estimates | None = None,
    rule: str = "",
    named: bool = True,
    reason: str = "",
) -> Section:
    """Write how far verdicts hang on the choice of peers.

    Parameters
    ----------
    sensitivity : Estimates or None
        From `benchmark_peer_sensitivity`; None, or without rows and with the fact `reason`, where
        it was refused.
    facts : PageFacts
    board, companies : Benchmark, optional
        Of the outcome: of government, and of companies, stabilized apart. Companies are drawn
        where both are given.
    rule : str
        The rule that chooses the declared peers, in words.
    named : bool
        Whether agencies may be named here.
    reason : str
        Why there is none, for `sensitivity` None.

    Returns
    -------
    Section
    """
    if sensitivity is None or sensitivity.frame.empty:
        return refused(
            sensitivity,
            anchor="peers",
            question=QUESTION,
            label="Peers",
            reason=reason,
            answer=f"Nobody can tell: too few {facts.nouns.organizations} can be compared.",
        )
    answer = say_peer_sensitivity(sensitivity, nouns=facts.nouns)
    ways = say_peer_ways(sensitivity, nouns=facts.nouns)
    chosen = say_declared_peers(sensitivity, nouns=facts.nouns, rule=rule)
    # The rule is the study's own text.
    for text in (answer, *ways, chosen.replace(rule, "") if rule else chosen):
        assert_sentence_allowed(text, page="appendix")
    content = paragraphs(chosen, " ".join(ways))
    if named:
        caption = "Verdicts that hang on the choice of peers"
        table = _changed(sensitivity, facts)
        if len(table):
            shown = scrolling(data_table(table, caption=caption), name=caption)
            content += folded(caption, shown)
    content += checks_list(sensitivity.checks)
    drawn = _companies(board, companies, facts) if named else None
    if drawn is not None:
        content += figure(drawn, number=1, numeric=("Score", "Answers"))
    return framed(
        content,
        kind="appendix",
        anchor="peers",
        question=QUESTION,
        answer=answer,
        key_figures=_by_way(sensitivity),
        label="Peers",
        figures=int(drawn is not None),
    )


def _companies(
    board: Benchmark | None, companies: Benchmark | Estimates | None, facts: PageFacts
) -> Finding | None:
    """Draw companies in gray beside the typical agency; None where there are none to show."""
    if board is None or not isinstance(companies, Benchmark) or companies.shown.empty:
        return None
    if board.shown.empty:
        return None
    typical = float(board.shown["estimate"].median())
    names = {key: clean(key) for key in companies.frame["key"]}
    rows = companies_table(companies, names=names)
    axis = f"{facts.nouns.respondents.capitalize()} who {facts.nouns.outcome_short}"
    wide, narrow = (
        draw_companies(companies, typical, names=names, axis_label=axis, size=size)
        for size in ("wide", "narrow")
    )
    table = pd.DataFrame(
        {
            "Company": list(rows["name"]),
            "Score": [percent(value) for value in rows["estimate"]],
            "Likely range": [
                share_range(low, high)
                for low, high in zip(rows["conf_low"], rows["conf_high"], strict=True)
            ],
            "Answers": [count(value) for value in rows["n"]],
        }
    )
    claim = say_companies(typical, rows["estimate"], nouns=facts.nouns)
    assert_sentence_allowed(claim, page="appendix")
    return Finding(
        id="companies",
        claim=claim,
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_companies(typical, rows, nouns=facts.nouns),
        subtitle=f"{axis}, best estimate and likely range, companies alone",
        note="Companies are in no typical peer and in no model of government.",
        checks=companies.checks,
    )


def _by_way(sensitivity: Estimates) -> pd.DataFrame:
    counted = sensitivity.frame.groupby("way", sort=False)[["changed", "turned"]].sum()
    return counted.astype(int).reset_index()


def _changed(sensitivity: Estimates, facts: PageFacts) -> pd.DataFrame:
    """List each verdict that another choice of peers changes."""
    rows = sensitivity.frame.loc[sensitivity.frame["changed"]].sort_values(["agency", "way"])
    return pd.DataFrame(
        {
            sentence(facts.nouns.organization): [clean(name) for name in rows["agency"]],
            "On the pages": [name_verdict(word) for word in rows["declared"]],
            "Other choice": [name_way(way) for way in rows["way"]],
            "Verdict then": [
                f"Another for {percent(row['share'])} of peers"
                if row["way"] == "one_out"
                else name_verdict(row["verdict"])
                for _, row in rows.iterrows()
            ],
        }
    )
