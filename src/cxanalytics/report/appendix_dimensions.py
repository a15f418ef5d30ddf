"""Can the dimensions of effectiveness be told apart, and how reliably is each measured?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cxanalytics.charts import dimensions_table, draw_dimensions
from cxanalytics.formats import count, fixed, percent
from cxanalytics.report.components.appendix import checks_list
from cxanalytics.report.components.figures import data_table, figure, folded, scrolling
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.finding import Finding
from cxanalytics.report.section import Section, framed, refused
from cxanalytics.words import (
    assert_sentence_allowed,
    say_agreement,
    say_alt_dimensions,
    say_dimensions,
    say_dimensions_note,
    say_placed,
    say_title_dimensions,
)

if TYPE_CHECKING:
    from markupsafe import Markup

    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Estimates

QUESTION = "Which dimensions of effectiveness can be told apart?"
_ANCHOR, _LABEL = "dimensions", "Dimensions"
_CHECKS = (
    "missing answers filled in",
    "missing answers",
    "small agencies",
    "small units",
    "items agree",
    "own reliability",
    "not tested",
)
_VERDICTS = {True: "yes", False: "no"}
_RELIABILITY = ("Items", "Answers", "Alpha", "Interval", "Omega", "Typical unit", "Placed")


def write_appendix_dimensions(
    estimates: Estimates | None,
    facts: PageFacts,
    *,
    pairs: Estimates | None = None,
    agreement: Estimates | None = None,
    reason: str = "",
) -> Section:
    """Write whether dimensions can be told apart, and how reliably each is measured.

    Parameters
    ----------
    estimates : Estimates or None
        From `fit_dimensions`; None, or without rows and with the fact `reason`, where it was
        refused.
    facts : PageFacts
    pairs : Estimates, optional
        From `fit_dimension_pairs`.
    agreement : Estimates, optional
        From `fit_agreement`; its units are not listed.
    reason : str
        Why there are no figures, for `estimates` None.

    Returns
    -------
    Section
    """
    if estimates is None or estimates.frame.empty:
        return refused(
            estimates,
            anchor=_ANCHOR,
            question=QUESTION,
            label=_LABEL,
            reason=reason,
            answer="Not known: the answers of single employees are needed.",
        )
    rows = dimensions_table(estimates)
    wide, narrow = (draw_dimensions(estimates, size=size) for size in ("wide", "narrow"))
    finding = Finding(
        id=_ANCHOR,
        claim=say_title_dimensions(estimates),
        table=_nearest(rows),
        wide=wide,
        narrow=narrow,
        alt=say_alt_dimensions(rows),
        subtitle="Dark: told apart from all others; grey: one with another; open: not settled",
        note=say_dimensions_note(estimates, nouns=facts.nouns),
        checks=estimates.checks,
    )
    answer = say_dimensions(estimates)
    told = [say_placed(estimates, nouns=facts.nouns)]
    if agreement is not None and len(agreement.frame):
        told.append(say_agreement(agreement))
    for text in (answer, finding.claim, *told):
        assert_sentence_allowed(text, grade="D", page="appendix")
    columns = ["key", "estimate", "conf_low", "conf_high", "omega", "nearest", "nearest_r", "n"]
    return framed(
        figure(finding, number=1, numeric=("Correlation", "Interval"))
        + paragraphs(*told)
        + _reliability(estimates)
        + _pairs(pairs)
        + checks_list(check for check in estimates.checks if check.name in _CHECKS),
        kind="appendix",
        anchor=_ANCHOR,
        question=QUESTION,
        answer=answer,
        key_figures=estimates.frame[columns],
        label=_LABEL,
        figures=1,
    )


def _known(value: float, digits: int = 2) -> str:
    return "" if pd.isna(value) else fixed(float(value), digits)


def _range(low: float, high: float) -> str:
    return "" if pd.isna(low) else f"{fixed(low, 2)} to {fixed(high, 2)}"


def _verdict(distinct: bool | float | None) -> str:
    return "not settled" if pd.isna(distinct) else _VERDICTS[bool(distinct)]


def _nearest(rows: pd.DataFrame) -> pd.DataFrame:
    ends = zip(rows["conf_low"], rows["conf_high"], strict=True)
    return pd.DataFrame(
        {
            "Dimension": list(rows["name"]),
            "Nearest": list(rows["nearest"]),
            "Correlation": [_known(value) for value in rows["estimate"]],
            "Interval": [_range(low, high) for low, high in ends],
            "Told apart from all": [
                "not settled" if unsure else "yes" if apart else "no"
                for apart, unsure in zip(rows["apart"], rows["unsure"], strict=True)
            ],
        }
    )


def _reliability(estimates: Estimates) -> Markup:
    frame = estimates.frame
    ends = zip(frame["conf_low"], frame["conf_high"], strict=True)
    table = pd.DataFrame(
        {
            "Dimension": list(frame["label"]),
            "Items": [count(value) for value in frame["items"]],
            "Answers": ["" if pd.isna(value) else count(value) for value in frame["n"]],
            "Alpha": [_known(value, 3) for value in frame["estimate"]],
            "Interval": [_range(low, high) for low, high in ends],
            "Omega": [_known(value, 3) for value in frame["omega"]],
            "Typical unit": [_known(value) for value in frame["unit_reliability"]],
            "Placed": ["" if pd.isna(value) else percent(value) for value in frame["placed"]],
            "Remark": list(frame["reason"]),
        }
    )
    caption = "Reliability of each dimension, and of the mean of units"
    printed = data_table(table, caption=caption, numeric=_RELIABILITY)
    return scrolling(printed, name=caption)


def _pairs(pairs: Estimates | None) -> Markup:
    if pairs is None or pairs.frame.empty:
        return paragraphs()
    frame = pairs.frame.sort_values("estimate", ascending=False, kind="stable")
    ends = zip(frame["conf_low"], frame["conf_high"], strict=True)
    table = pd.DataFrame(
        {
            "Two dimensions": [
                f"{first} and {second}"
                for first, second in zip(frame["first"], frame["second"], strict=True)
            ],
            "As answered": [_known(value) for value in frame["raw"]],
            "Corrected": [_known(value) for value in frame["estimate"]],
            "Interval": [_range(low, high) for low, high in ends],
            "Between units": [_known(value) for value in frame["between"]],
            "Two of their own": [_verdict(value) for value in frame["distinct"]],
        }
    )
    caption = "Correlations of every two dimensions"
    printed = data_table(table, caption=caption, numeric=tuple(table.columns[1:5]))
    return folded("Show every two dimensions", scrolling(printed, name=caption))
