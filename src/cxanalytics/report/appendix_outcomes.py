"""Would another overall question tell another story?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from cxanalytics.charts import draw_other_outcomes, other_outcomes_table
from cxanalytics.formats import fixed, points, points_range
from cxanalytics.report.appendix_diagnostics import own_checks
from cxanalytics.report.components.appendix import checks_list
from cxanalytics.report.components.figures import data_table, figure, scrolling
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.components.text import clean
from cxanalytics.report.finding import Finding
from cxanalytics.report.section import Section, framed, refused
from cxanalytics.words import (
    assert_sentence_allowed,
    say_alt_other_outcomes,
    say_other_outcomes,
    say_other_outcomes_note,
    say_story,
    say_title_outcomes,
)

if TYPE_CHECKING:
    from markupsafe import Markup

    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Estimates


def write_appendix_outcomes(
    outcomes: Estimates | None,
    facts: PageFacts,
    *,
    labels: Mapping[str, str] | None = None,
) -> Section:
    """Write what the model says of other overall questions.

    Parameters
    ----------
    outcomes : Estimates or None
        From `fit_other_outcomes`; without rows, and with the fact `reason`, where refused.
    facts : PageFacts
    labels : mapping of str to str, optional
        Driver or outcome to the name to print.

    Returns
    -------
    Section
    """
    question = "Would another question tell another story?"
    if outcomes is None or outcomes.frame.empty:
        return refused(
            outcomes,
            anchor="outcomes",
            question=question,
            label="Other questions",
            answer="Not known: no other overall question can be compared.",
        )
    rows = other_outcomes_table(outcomes, labels=labels)
    table = pd.DataFrame(
        {
            "Driver": list(rows["name"]),
            "Question": list(rows["outcome_name"]),
            "Points": [points(value, 1) for value in rows["estimate"]],
            "Interval": [
                points_range(low, high, 1)
                for low, high in zip(rows["conf_low"], rows["conf_high"], strict=True)
            ],
        }
    )
    wide, narrow = (
        draw_other_outcomes(outcomes, labels=labels, size=size) for size in ("wide", "narrow")
    )
    others = [
        name for name in outcomes.frame["outcome"].unique() if name != outcomes.facts["outcome"]
    ]
    finding = Finding(
        id="outcomes",
        claim=say_title_outcomes(outcomes),
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_other_outcomes(rows),
        subtitle=outcomes.quantity,
        note=say_other_outcomes_note(outcomes),
        checks=outcomes.checks,
    )
    answer = say_other_outcomes(outcomes, labels=labels)
    told = [say_story(outcomes, name, nouns=facts.nouns, labels=labels) for name in others]
    for text in (answer, *told):
        assert_sentence_allowed(text, grade="D", page="appendix")
    agreement = _agreement(outcomes, labels or {}, facts)
    columns = ["key", "estimate", "conf_low", "conf_high", "n"]
    return framed(
        figure(finding, number=1, numeric=("Points", "Interval"))
        + paragraphs(*told)
        + agreement
        + checks_list(own_checks(outcomes)),
        kind="appendix",
        anchor="outcomes",
        question=question,
        answer=answer,
        key_figures=outcomes.frame.loc[outcomes.frame["kind"] != "driver", columns],
        label="Other questions",
        figures=1,
    )


def _agreement(outcomes: Estimates, labels: Mapping[str, str], facts: PageFacts) -> Markup:
    """Print how alike the order of drivers and the places of agencies are."""
    frame = outcomes.frame
    kinds = (("order", "Order of drivers"), ("agencies", f"Places of {facts.nouns.organizations}"))
    lines = []
    for name in dict.fromkeys(frame.loc[frame["kind"] == "leader", "outcome"]):
        cells = []
        for kind, _ in kinds:
            row = outcomes.row(f"{name}/({kind})")
            likely = f"{fixed(row['conf_low'], 2)} to {fixed(row['conf_high'], 2)}"
            known = pd.notna(row["estimate"])
            cells.append(f"{fixed(row['estimate'], 2)} ({likely})" if known else "not known")
        label = str(outcomes.row(f"{name}/(leader)")["outcome_label"])
        lines.append((clean(labels.get(name, label)), *cells))
    heads = ["Question", *(head for _, head in kinds)]
    caption = "How alike they are: 1 is the same order, 0 none"
    table = data_table(pd.DataFrame(lines, columns=heads), caption=caption, numeric=heads[1:])
    return scrolling(table, name=caption)
