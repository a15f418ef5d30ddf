"""Does one figure per driver hold along the whole scale of the outcome?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from cxanalytics.charts import draw_proportionality, proportionality_table
from cxanalytics.formats import points, points_range, signed
from cxanalytics.report.components.appendix import checks_list
from cxanalytics.report.components.figures import figure
from cxanalytics.report.finding import Finding
from cxanalytics.report.section import Section, framed, refused
from cxanalytics.words import (
    assert_sentence_allowed,
    say_alt_proportionality,
    say_proportionality,
    say_proportionality_note,
    say_title_proportionality,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Estimates

QUESTION = "Is it the same along the whole scale?"
_CHECKS = ("proportionality_at_cut", "equal_slopes", "cuts_left_out")


def write_appendix_proportionality(
    estimates: Estimates | None,
    facts: PageFacts,
    *,
    labels: Mapping[str, str] | None = None,
    reason: str = "",
) -> Section:
    """Write how each driver's figure moves over the cuts of the scale.

    Parameters
    ----------
    estimates : Estimates or None
        From `fit_proportionality`; None, or without rows and with the fact `reason`, where it was
        refused.
    facts : PageFacts
    labels : mapping of str to str, optional
        Driver to the name to print.
    reason : str
        Why there are no figures, for `estimates` None.

    Returns
    -------
    Section
    """
    if estimates is None or estimates.frame.empty:
        return refused(
            estimates,
            anchor="proportionality",
            question=QUESTION,
            label="Along the scale",
            reason=reason,
            answer="Not known: the data cannot carry a model of each cut.",
        )
    rows = proportionality_table(estimates, labels=labels)
    table = pd.DataFrame(
        {
            "Driver": list(rows["name"]),
            "Answers that count": [
                f"{label} (published)" if published else str(label)
                for label, published in zip(rows["cut_label"], rows["published"], strict=True)
            ],
            "Cut alone": [points(value, 1) for value in rows["estimate"]],
            "Interval": [
                points_range(low, high, 1)
                for low, high in zip(rows["conf_low"], rows["conf_high"], strict=True)
            ],
            "Whole scale": [points(value, 1) for value in rows["ordinal"]],
            "Difference": [signed(100 * value, 1) for value in rows["gap"]],
        }
    )
    wide, narrow = (
        draw_proportionality(estimates, labels=labels, size=size) for size in ("wide", "narrow")
    )
    finding = Finding(
        id="proportionality",
        claim=say_title_proportionality(estimates),
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_proportionality(rows),
        subtitle=estimates.quantity,
        note=say_proportionality_note(estimates, nouns=facts.nouns),
        checks=estimates.checks,
    )
    answer = say_proportionality(estimates, labels=labels)
    for text in (answer, finding.claim):
        assert_sentence_allowed(text, grade="D", page="appendix")
    own = [check for check in estimates.checks if check.name in _CHECKS]
    published = estimates.frame.loc[estimates.frame["published"]]
    return framed(
        figure(finding, number=1, numeric=tuple(table.columns[2:])) + checks_list(own),
        kind="appendix",
        anchor="proportionality",
        question=QUESTION,
        answer=answer,
        key_figures=published[["key", "estimate", "conf_low", "conf_high", "ordinal", "n"]],
        label="Along the scale",
        figures=1,
    )
