"""How near do the models come to the truth, where it is known? A block of the appendix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cxanalytics.formats import fixed
from cxanalytics.report.components.figures import data_table, folded, scrolling
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.components.text import clean
from cxanalytics.report.section import Section, framed
from cxanalytics.words import say_truth, say_truth_note

if TYPE_CHECKING:
    from markupsafe import Markup

    from cxanalytics.report.facts import PageFacts


def write_appendix_truth(
    beside: pd.DataFrame, facts: PageFacts, *, morale: pd.DataFrame | None = None
) -> Section:
    """Write true values beside estimated ones.

    Parameters
    ----------
    beside : DataFrame
        From `fit_beside_truth`; no rows where the truth is not known.
    facts : PageFacts
    morale : DataFrame, optional
        From `fit_morale_beside_truth`.

    Returns
    -------
    Section
    """
    if morale is not None and len(morale):
        beside = pd.concat([beside, morale], ignore_index=True) if len(beside) else morale
    answer = say_truth(beside)
    content = paragraphs(answer)
    if len(beside):
        own = beside["what"] == "agency"
        models = _table(beside.loc[~own])
        content = scrolling(_printed(models, "Models"), name="Truth beside estimate: models")
        many = facts.nouns.organizations.capitalize()
        shares = _printed(_table(beside.loc[own]), many)
        content += folded(many, scrolling(shares, name=f"Truth beside estimate: {many}"))
        content += paragraphs(say_truth_note(beside))
    return framed(
        content,
        kind="appendix",
        anchor="truth",
        question="How near do the models come to the truth?",
        answer=answer,
        key_figures=beside[["what", "key", "estimate", "conf_low", "conf_high", "truth"]],
        label="Truth",
    )


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    """Print truths and estimates in points; the figures of agencies in percent."""
    ends = zip(rows["conf_low"], rows["conf_high"], strict=True)
    return pd.DataFrame(
        {
            "Figure": [clean(label) for label in rows["label"]],
            "Truth": [fixed(100 * value, 1) for value in rows["truth"]],
            "Estimate": [fixed(100 * value, 1) for value in rows["estimate"]],
            "Interval": [f"{fixed(100 * low, 1)} to {fixed(100 * high, 1)}" for low, high in ends],
            "Unit": list(rows["unit"]),
            "Inside": ["yes" if inside else "no" for inside in rows["inside"]],
        }
    )


def _printed(table: pd.DataFrame, name: str) -> Markup:
    caption = f"{name}: truth beside estimate"
    return data_table(table, caption=caption, numeric=["Truth", "Estimate", "Interval"])
