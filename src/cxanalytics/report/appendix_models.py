"""What did the models find, and what speaks against it? Blocks of the appendix, one a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from cxanalytics.charts import draw_coefficients, draw_within_between, within_between_table
from cxanalytics.formats import count, points, points_range, signed
from cxanalytics.report.components.appendix import checks_list, facts_table
from cxanalytics.report.components.figures import data_table, figure, folded, scrolling
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.components.text import clean
from cxanalytics.report.finding import Finding
from cxanalytics.report.section import Section, framed, refused
from cxanalytics.words import (
    assert_sentence_allowed,
    say_alt_coefficients,
    say_alt_within_between,
    say_morale,
    say_morale_note,
    say_recommendation,
    say_recommendation_note,
)

if TYPE_CHECKING:
    from markupsafe import Markup

    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Estimates, Panel

_PER = 0.10
_RELATIONS = {
    "unit": {"between": "Between units", "within": "Within a unit, over time"},
    "agency": {"between": "Between agencies", "within": "Within an agency, between its units"},
}


def _behind(estimates: Estimates) -> Markup:
    """Print the whole table of a model, its checks and its facts, folded."""
    frame = estimates.frame.copy()
    for column in frame.select_dtypes("number"):
        frame[column] = ["" if pd.isna(value) else f"{value:.4g}" for value in frame[column]]
    frame["key"] = [clean(key) for key in frame["key"]]
    table = data_table(frame, caption=estimates.quantity, numeric=list(frame.columns[1:]))
    return (
        checks_list(estimates.checks)
        + folded(
            "Show the estimates as the model gives them",
            scrolling(table, name=f"Estimates: {estimates.quantity}"),
        )
        + folded("Show the facts of the fit", facts_table(estimates.facts, caption="The fit"))
    )


def write_appendix_recommendation(
    estimates: Estimates | None,
    facts: PageFacts,
    *,
    labels: Mapping[str, str] | None = None,
    reason: str = "",
) -> Section:
    """Write the model of the outcome.

    Parameters
    ----------
    estimates : Estimates or None
        One row a driver, changes in shares; None, or without rows and with the fact `reason`,
        where the model was refused.
    facts : PageFacts
    labels : mapping of str to str, optional
        Driver to the name to print.
    reason : str
        Why there is no model, for `estimates` None.

    Returns
    -------
    Section
    """
    question = f"What goes with {facts.nouns.outcome}?"
    if estimates is None or estimates.frame.empty:
        return refused(
            estimates,
            anchor="recommendation",
            question=question,
            reason=reason,
            label="Recommendation model",
        )
    frame = estimates.frame.dropna(subset=["estimate"])
    frame = frame.sort_values("estimate", ascending=False, kind="stable")
    names = [clean((labels or {}).get(key, key)) for key in frame["key"]]
    table = pd.DataFrame(
        {
            "Driver": names,
            "Points": [points(value, 1) for value in frame["estimate"]],
            "Interval": _ranges(frame),
            "n": [count(value) for value in frame["n"]],
        }
    )
    wide, narrow = (
        draw_coefficients(estimates, labels=labels, size=size) for size in ("wide", "narrow")
    )
    clear = int(((frame["conf_low"] > 0) | (frame["conf_high"] < 0)).sum())
    finding = Finding(
        id="recommendation",
        claim=f"{clear} of {len(frame)} drivers have a range clear of zero",
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_coefficients(frame.assign(name=names)),
        subtitle=estimates.quantity,
        note=say_recommendation_note(estimates, nouns=facts.nouns),
        checks=estimates.checks,
    )
    return framed(
        figure(finding, number=1, numeric=("Points", "Interval", "n")) + _behind(estimates),
        kind="appendix",
        anchor="recommendation",
        question=question,
        answer=_allowed(say_recommendation(estimates, nouns=facts.nouns, labels=labels), estimates),
        key_figures=frame[["key", "estimate", "conf_low", "conf_high", "n"]],
        label="Recommendation model",
        figures=1,
    )


def _allowed(text: str, estimates: Estimates) -> str:
    """Hold a sentence to the words its design supports."""
    assert_sentence_allowed(text, grade=str(estimates.facts.get("grade", "D")), page="appendix")
    return text


def _ranges(frame: pd.DataFrame) -> list[str]:
    return [
        points_range(low, high, 1)
        for low, high in zip(frame["conf_low"], frame["conf_high"], strict=True)
    ]


def write_appendix_morale(
    estimates: Estimates | None,
    facts: PageFacts,
    *,
    panel: Panel | None = None,
    reason: str = "",
) -> Section:
    """Write the model of morale and performance, within and between units.

    Parameters
    ----------
    estimates : Estimates or None
        Rows "within", "between" and "difference"; None where the model was refused.
    facts : PageFacts
    panel : Panel, optional
        Draws the figure; without it the block has the table alone.
    reason : str
        Why there is no model, for `estimates` None.

    Returns
    -------
    Section
    """
    question = "Does morale go with performance?"
    if estimates is None or estimates.frame.empty:
        return refused(
            estimates, anchor="morale", question=question, reason=reason, label="Morale model"
        )
    frame = estimates.frame.dropna(subset=["estimate"])
    table = _slopes(estimates, panel)
    caption = f"{estimates.quantity[:1].upper()}{estimates.quantity[1:]}"
    if panel is not None:
        step = points(_PER).removeprefix("+")
        caption = f"{panel.performance_label}, for {step} more of {panel.morale_label}"
    printed = data_table(table, caption=caption, numeric=list(table.columns[1:]))
    content = scrolling(printed, name=caption)
    if panel is not None:
        content = figure(_panel_finding(panel, estimates, table, facts), number=1) + content
    return framed(
        content + paragraphs(say_morale_note(estimates)) + _behind(estimates),
        kind="appendix",
        anchor="morale",
        question=question,
        answer=_allowed(say_morale(estimates, thresholds=facts.thresholds), estimates),
        key_figures=frame[["key", "estimate", "conf_low", "conf_high", "n"]],
        label="Morale model",
        figures=int(panel is not None),
    )


def _group(estimates: Estimates) -> str:
    return "agency" if estimates.facts.get("group") == "agency" else "unit"


def _slopes(estimates: Estimates, panel: Panel | None) -> pd.DataFrame:
    """Print the slopes: per ten points of morale where the panel is known, else as fitted."""
    frame = estimates.frame.dropna(subset=["estimate"])
    figures = frame[["estimate", "conf_low", "conf_high"]]
    names = _RELATIONS[_group(estimates)]
    in_points = panel is not None and panel.performance_is == "share"
    if panel is not None:
        sd = float(estimates.facts["morale_sd"]) if estimates.facts.get("standardized") else 1.0
        figures = figures * (_PER / sd)
    ranges = [
        points_range(low, high, 1) if in_points else f"{signed(low, 3)} to {signed(high, 3)}"
        for low, high in zip(figures["conf_low"], figures["conf_high"], strict=True)
    ]
    return pd.DataFrame(
        {
            "Relation": [names.get(key, "Between minus within") for key in frame["key"]],
            "Points" if in_points else "Estimate": [
                points(value, 1).split("\u00a0")[0] if in_points else signed(value, 3)
                for value in figures["estimate"]
            ],
            "Interval": ranges,
            "Rows": [count(value) for value in frame["n"]],
        }
    )


def _panel_finding(
    panel: Panel, estimates: Estimates, table: pd.DataFrame, facts: PageFacts
) -> Finding:
    limits = facts.thresholds
    wide, narrow = (
        draw_within_between(panel, estimates, thresholds=limits, size=size)
        for size in ("wide", "narrow")
    )
    group = _group(estimates)
    many = {"unit": "units", "agency": "agencies"}[group]
    drawn = within_between_table(panel, group=group, thresholds=limits)
    return Finding(
        id="morale",
        claim=f"Between {many} and within them, side by side",
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_within_between(
            drawn,
            morale=panel.morale_label,
            performance=panel.performance_label,
            wholes=many if group == "agency" else "",
        ),
        subtitle=f"{panel.performance_label} against {panel.morale_label}",
        checks=estimates.checks,
    )
