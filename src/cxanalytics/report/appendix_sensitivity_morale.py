"""Could something unmeasured be behind the relation, and is there a chain to performance?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cxanalytics.charts import (
    draw_service_profit_chain,
    draw_unmeasured_cause,
    unmeasured_cause_table,
)
from cxanalytics.formats import percent
from cxanalytics.report.components.appendix import checks_list
from cxanalytics.report.components.figures import figure
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.finding import Finding
from cxanalytics.report.section import Section, framed, refused
from cxanalytics.words import (
    Scale,
    assert_sentence_allowed,
    chain_paths,
    per_step,
    say_alt_chain,
    say_alt_unmeasured,
    say_association,
    say_better,
    say_chain,
    say_chain_note,
    say_chain_share,
    say_title_chain,
    say_title_unmeasured,
    say_unmeasured_cause,
    say_unmeasured_note,
    scale_of,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Estimates, Panel

UNMEASURED = "Could something unmeasured be behind it?"
CHAIN = "Is there a chain from morale to performance?"
_FIGURES = ["key", "estimate", "conf_low", "conf_high", "n"]


def write_appendix_unmeasured(
    estimates: Estimates | None, facts: PageFacts, *, panel: Panel | None = None, reason: str = ""
) -> Section:
    """Write how strong an unmeasured cause of morale and performance would have to be.

    Parameters
    ----------
    estimates : Estimates or None
        From `fit_unmeasured_cause`; None, or without rows and with the fact `reason`, where it was
        refused.
    facts : PageFacts
        Nothing is said about fewer units than `thresholds.peers`.
    panel : Panel, optional
        What it was fitted to; needed where there are estimates.
    reason : str
        Why there are no figures, for `estimates` None.

    Returns
    -------
    Section
    """
    if estimates is None or estimates.frame.empty or panel is None or _few(estimates, facts):
        return refused(
            estimates,
            anchor="unmeasured",
            question=UNMEASURED,
            label="Unmeasured causes",
            reason=reason or _few(estimates, facts),
            answer="Not known: the data cannot carry the model.",
        )
    scale = scale_of(panel)
    told = unmeasured_cause_table(per_step(estimates, scale))
    table = pd.DataFrame(
        {
            "Unmeasured cause": list(told["label"]),
            "Of the rest of morale": [_share(value) for value in told["share_morale"]],
            "Of the rest of performance": [_share(value) for value in told["share_performance"]],
            "Left of the relation": [_left(row, scale) for _, row in told.iterrows()],
        }
    )
    wide, narrow = (draw_unmeasured_cause(estimates, size=size) for size in ("wide", "narrow"))
    finding = Finding(
        id="unmeasured",
        claim=say_title_unmeasured(estimates),
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_unmeasured(told),
        subtitle=f"{panel.performance_label} and {panel.morale_label}",
        note=say_unmeasured_note(estimates),
        checks=estimates.checks,
    )
    answer = say_unmeasured_cause(estimates, scale=scale)
    caveat = say_association(
        estimates, morale=panel.morale_label, performance=panel.performance_label
    )
    _allow(estimates, answer, caveat, finding.claim, finding.note)
    return framed(
        figure(finding, number=1, numeric=tuple(table.columns[1:3]))
        + paragraphs(caveat)
        + checks_list(estimates.checks),
        kind="appendix",
        anchor="unmeasured",
        question=UNMEASURED,
        answer=answer,
        key_figures=estimates.frame[[*_FIGURES[:4], "share_morale", "share_performance", "n"]],
        label="Unmeasured causes",
        figures=1,
    )


def _few(estimates: Estimates | None, facts: PageFacts) -> str:
    """Say that there are too few units to speak of; "" where there are enough."""
    units = None if estimates is None else estimates.facts.get("units")
    if units is None or float(units) >= facts.thresholds.peers:
        return ""
    return f"There are {units} units; at least {facts.thresholds.peers} are needed."


def _share(value: float) -> str:
    return "" if pd.isna(value) else percent(value, 1)


def _left(row: pd.Series[Any], scale: Scale) -> str:
    """Print what is left: a size, nothing, or why there is none."""
    if row["key"] == "zero":
        return "nothing"
    if row["key"] == "range":
        return "a range that holds zero"
    return str(row["reason"]) if pd.isna(row["conf_low"]) else say_better(row, scale)


def _allow(estimates: Estimates, *texts: str) -> None:
    for text in texts:
        grade = str(estimates.facts.get("grade", "D"))
        assert_sentence_allowed(text, grade=grade, page="appendix")


def write_appendix_chain(
    estimates: Estimates | None, facts: PageFacts, *, panel: Panel | None = None, reason: str = ""
) -> Section:
    """Write whether the figures are consistent with a chain from morale to performance.

    Parameters
    ----------
    estimates : Estimates or None
        From `fit_service_profit_chain`; None, or without rows and with the fact `reason`, where it
        was refused.
    facts : PageFacts
        Nothing is said about fewer units than `thresholds.peers`.
    panel : Panel, optional
        What it was fitted to; needed where there are estimates.
    reason : str
        Why there are no figures, for `estimates` None.

    Returns
    -------
    Section
    """
    if estimates is None or estimates.frame.empty or panel is None or _few(estimates, facts):
        return refused(
            estimates,
            anchor="chain",
            question=CHAIN,
            label="Service-profit chain",
            reason=reason or _few(estimates, facts),
            answer="Not known: the data cannot carry the model.",
        )
    paths = chain_paths(estimates, panel)
    labels = dict(zip(estimates.frame["key"], estimates.frame["label"], strict=True))
    table = pd.DataFrame(
        {
            "Path": [labels[key] for key in paths],
            "Size": [path.size for path in paths.values()],
            "For": [path.step for path in paths.values()],
        }
    )
    share = say_chain_share(estimates)
    if share:
        table.loc[len(table)] = ["Share of the total by way of the middle", share, ""]
    names = [panel.morale_label, str(estimates.facts["middle_label"]), panel.performance_label]
    beside = {key: _beside(paths[key].size, paths[key].step) for key in ("a", "b", "direct")}
    beside["direct"] = [f"Past the middle: {beside['direct'][0]}", *beside["direct"][1:]]
    wide, narrow = (
        draw_service_profit_chain(estimates, names=names, sizes=beside, size=size)
        for size in ("wide", "narrow")
    )
    finding = Finding(
        id="chain",
        claim=say_title_chain(estimates),
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_chain(estimates, panel),
        subtitle=f"From {names[0]} through {names[1]} to {names[2]}",
        note=say_chain_note(estimates),
        checks=estimates.checks,
    )
    answer = say_chain(estimates, panel)
    _allow(estimates, answer, finding.claim, finding.note)
    return framed(
        figure(finding, number=1) + checks_list(estimates.checks),
        kind="appendix",
        anchor="chain",
        question=CHAIN,
        answer=answer,
        key_figures=estimates.frame[_FIGURES],
        label="Service-profit chain",
        figures=1,
    )


def _beside(size: str, step: str) -> list[str]:
    """Break a size into the lines that stand beside its arrow."""
    middle, _, likely = size.partition(" (likely ")
    lines = [middle, f"likely {likely.removesuffix(')')}" if likely else "", f"for {step}"]
    return [line for line in lines if line]
