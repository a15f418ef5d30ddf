"""Where do scores stand that were published without counts, and does a lead last?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from cxanalytics.charts import draw_published_regression
from cxanalytics.report.audit_parts import Audit, audit_section, drawn, note, said
from cxanalytics.report.components.text import clean
from cxanalytics.report.section import Section
from cxanalytics.words import (
    assert_sentence_allowed,
    say_alt_published_regression,
    say_published_gap,
    say_published_gap_range,
    say_published_noise,
    say_published_regression,
    say_title_published_regression,
    say_told_apart_published,
    say_value,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts

QUESTION = "Who can be told apart?"
NONE_HELD = "No published scores are held; every score here has its number of answers."


def write_published_standing(facts: PageFacts, audit: Audit) -> Section:
    """Write who can be told apart without counts, and what is left of a lead one wave later.

    Parameters
    ----------
    facts : PageFacts
    audit : mapping of str to DataFrame
        The tables of `fit_audit`; read are those of published scores.

    Returns
    -------
    Section
    """
    published = audit.get("published")
    content, figures, answer = Markup(""), 0, NONE_HELD
    key_figures: pd.DataFrame | None = None
    if published is not None and len(published):
        label, own = _headline(audit, published)
        answer = say_told_apart_published(label, own, nouns=facts.nouns)
        assert_sentence_allowed(answer, grade="D")
        content += _spread(facts, audit) + _noise(facts, audit)
        rows = audit.get("published_regression")
        if rows is not None and len(rows):
            content += _regression(facts, rows)
            key_figures, figures = rows[["key", "estimate", "conf_low", "conf_high", "n"]], 1
    return audit_section(
        content,
        facts=facts,
        anchor="standing",
        question=QUESTION,
        answer=answer,
        label="Standing",
        key_figures=key_figures,
        figures=figures,
    )


def _headline(audit: Audit, published: pd.DataFrame) -> tuple[str, pd.DataFrame | None]:
    """Name the headline measure, and the differences of its groups where there are any."""
    differences = audit.get("published_differences")
    if differences is not None and len(differences):
        own = differences.loc[differences["measure"] == differences["measure"].iloc[0]]
        return clean(own["label"].iloc[0]), own
    for name in ("published_positions", "published_regression"):
        table = audit.get(name)
        if table is not None and len(table):
            return clean(table["label"].iloc[0]), None
    return clean(published["label"].iloc[0]), None


def _spread(facts: PageFacts, audit: Audit) -> Markup:
    """Say between which values the middle half of all lies."""
    placed = audit.get("published_positions")
    if placed is None or placed["value"].notna().sum() <= facts.thresholds.peers:
        return Markup("")
    unit = str(placed["unit"].iloc[0])
    low, middle, high = placed["value"].quantile([0.25, 0.5, 0.75])
    text = (
        f"The middle half of {facts.nouns.organizations} lies between {say_value(low, unit)} and "
        f"{say_value(high, unit)}, around {say_value(middle, unit)}. Outside it is no verdict."
    )
    assert_sentence_allowed(text)
    return said(text)


def _noise(facts: PageFacts, audit: Audit) -> Markup:
    noise = audit.get("published_noise")
    if noise is None or noise.empty:
        return Markup("")
    text = say_published_noise(noise.iloc[0], nouns=facts.nouns)
    assert_sentence_allowed(text)
    return said(text)


def _regression(facts: PageFacts, rows: pd.DataFrame) -> Markup:
    """Show how far the first and the last come back, with the words for it."""
    texts = say_published_regression(rows, nouns=facts.nouns)
    title = say_title_published_regression(rows, nouns=facts.nouns)
    for text in (*texts, title):
        assert_sentence_allowed(text, grade="D")
    unit = str(rows["unit"].iloc[0])
    table = pd.DataFrame(
        {
            "Which": ["First tenth" if key == "top" else "Last tenth" for key in ("top", "bottom")],
            **{
                head: [_printed(rows, f"{key}{end}", unit) for key in ("top", "bottom")]
                for head, end in (("Gap in a wave", ""), ("Move to the next", "_change"))
            },
        }
    )
    share = unit == "share"
    label = clean(rows["label"].iloc[0])
    figure = drawn(
        draw_published_regression,
        rows,
        number=1,
        name="published-regression",
        claim=title,
        alt=say_alt_published_regression(rows),
        table=table,
        numeric=list(table.columns[1:]),
        subtitle=f"{label}: gap to the average of the wave{', in points' if share else ''}",
        note="A later gap has the range of the move. The tenths are chosen anew in each wave.",
        share=share,
    )
    return said(texts[0]) + figure + note(*texts[1:])


def _printed(rows: pd.DataFrame, key: str, unit: str) -> str:
    row = rows.loc[rows["key"] == key].iloc[0]
    likely = say_published_gap_range(row["conf_low"], row["conf_high"], unit=unit)
    return f"{say_published_gap(row['estimate'], unit=unit)} (likely {likely})"
