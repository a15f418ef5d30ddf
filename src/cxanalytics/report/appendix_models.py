"""What did the models find, and what speaks against it? Blocks of the appendix, one a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from cxanalytics.charts import draw_coefficients, draw_within_between, within_between_table
from cxanalytics.formats import count, fixed, points, points_range, signed
from cxanalytics.report.components.appendix import checks_list, facts_table
from cxanalytics.report.components.figures import data_table, figure, folded, scrolling
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.components.text import clean
from cxanalytics.report.finding import Finding
from cxanalytics.report.section import Section, framed
from cxanalytics.words import say_alt_coefficients, say_alt_within_between

if TYPE_CHECKING:
    from markupsafe import Markup

    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Estimates, Panel

_ASSOCIATION = (
    "These figures describe how answers move together. They do not show that changing one would "
    "change the other."
)
_ECOLOGICAL = "This is a relation between units, not between people."


def _behind(estimates: Estimates) -> Markup:
    """Print the whole table of a model, its checks and its facts, folded."""
    frame = estimates.frame.copy()
    for column in frame.select_dtypes("number"):
        frame[column] = ["" if pd.isna(value) else f"{value:.4g}" for value in frame[column]]
    frame["key"] = [clean(key) for key in frame["key"]]
    table = data_table(frame, caption=estimates.quantity, numeric=list(frame.columns[1:]))
    return (
        checks_list(estimates.checks)
        + folded("Show the estimates as the model gives them", scrolling(table, name="Estimates"))
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
        One row a driver, changes in shares; None where the model was refused.
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
    if estimates is None:
        return _refused("recommendation", question, reason, label="Recommendation model")
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
    largest = f"{points(frame['estimate'].iloc[0], 1)} ({_ranges(frame)[0]})"
    clear = int(((frame["conf_low"] > 0) | (frame["conf_high"] < 0)).sum())
    finding = Finding(
        id="recommendation",
        claim=f"{clear} of {len(frame)} drivers go with {facts.nouns.outcome} clearly",
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_coefficients(frame.assign(name=names)),
        subtitle=estimates.quantity,
        note=_ASSOCIATION,
        checks=estimates.checks,
    )
    return framed(
        figure(finding, number=1, numeric=("Points", "Interval", "n")) + _behind(estimates),
        kind="appendix",
        anchor="recommendation",
        question=question,
        answer=f"{names[0]} goes with the largest difference: {largest}.",
        key_figures=frame[["key", "estimate", "conf_low", "conf_high", "n"]],
        label="Recommendation model",
        figures=1,
    )


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
    if estimates is None:
        return _refused("morale", question, reason, label="Morale model")
    frame = estimates.frame.dropna(subset=["estimate"])
    table = pd.DataFrame(
        {
            "Relation": [clean(key).capitalize() for key in frame["key"]],
            "Estimate": [signed(value, 3) for value in frame["estimate"]],
            "Interval": [
                f"{signed(low, 3)} to {signed(high, 3)}"
                for low, high in zip(frame["conf_low"], frame["conf_high"], strict=True)
            ],
            "n": [count(value) for value in frame["n"]],
        }
    )
    content = data_table(table, caption=estimates.quantity, numeric=("Estimate", "Interval", "n"))
    notes = [_ASSOCIATION, _ECOLOGICAL]
    if panel is not None:
        if panel.same_source:
            notes.append(
                f"Both measures come from the same {facts.nouns.respondents}; the relation is "
                "likely overstated."
            )
        content = figure(_panel_finding(panel, estimates, table, facts), number=1) + content
    return framed(
        content + paragraphs(*notes) + _behind(estimates),
        kind="appendix",
        anchor="morale",
        question=question,
        answer=_morale_answer(frame),
        key_figures=frame[["key", "estimate", "conf_low", "conf_high", "n"]],
        label="Morale model",
        figures=int(panel is not None),
    )


def _panel_finding(
    panel: Panel, estimates: Estimates, table: pd.DataFrame, facts: PageFacts
) -> Finding:
    limits = facts.thresholds
    wide, narrow = (
        draw_within_between(panel, estimates, thresholds=limits, size=size)
        for size in ("wide", "narrow")
    )
    labels = {"morale": panel.morale_label, "performance": panel.performance_label}
    return Finding(
        id="morale",
        claim="Between units and within units, side by side",
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_within_between(within_between_table(panel, thresholds=limits), **labels),
        subtitle=f"{panel.performance_label} against {panel.morale_label}",
        checks=estimates.checks,
    )


def _morale_answer(frame: pd.DataFrame) -> str:
    """Say both slopes with their intervals."""
    told = [
        f"{key} units {fixed(row['estimate'], 3)} "
        f"({signed(row['conf_low'], 3)} to {signed(row['conf_high'], 3)})"
        for key, row in frame.set_index("key").iterrows()
        if key in ("between", "within")
    ]
    return f"Slopes: {'; '.join(told)}." if told else "No slope could be estimated."


def _refused(anchor: str, question: str, reason: str, *, label: str) -> Section:
    """Keep the heading of a block whose model could not be fitted, with the reason."""
    return framed(
        paragraphs(reason),
        kind="appendix",
        anchor=anchor,
        question=question,
        answer="The data cannot carry this model.",
        key_figures=pd.DataFrame({"reason": [reason]}),
        label=label,
    )
