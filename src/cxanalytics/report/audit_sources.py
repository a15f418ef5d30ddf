"""Do the sources fit together, and what could be tested?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from cxanalytics.charts import claims_table as claims_by_topic
from cxanalytics.charts import (
    coverage_table,
    draw_claims,
    draw_coverage,
    draw_ingredients,
    ingredients_table,
)
from cxanalytics.claims import COULD_BE_TESTED
from cxanalytics.formats import count, fixed, percent
from cxanalytics.report.audit_parts import Audit, audit_section, drawn, listed, note
from cxanalytics.report.components.audit import claim_list
from cxanalytics.report.components.figures import folded
from cxanalytics.report.components.text import clean, sentence
from cxanalytics.report.section import Section
from cxanalytics.words import (
    say_alt_claims,
    say_alt_coverage,
    say_alt_ingredients,
    say_audit_claims,
    say_audit_fit,
    say_title_claims,
    say_title_coverage,
    say_title_ingredients,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts


def write_audit_fit(facts: PageFacts, audit: Audit) -> Section:
    """Write how far the sources can be linked, by name.

    Parameters
    ----------
    facts : PageFacts
    audit : mapping of str to DataFrame

    Returns
    -------
    Section
    """
    content, figures = Markup(""), 0
    coverage = audit.get("coverage")
    if coverage is not None and len(coverage):
        table = coverage_table(coverage)
        content += drawn(
            draw_coverage,
            coverage,
            number=1,
            name="coverage",
            claim=say_title_coverage(table),
            alt=say_alt_coverage(table),
            table=_coverage(table),
            numeric=["Names", "In full", "In part", "Not linked"],
            subtitle="Names in each source; in part: only in some periods",
        )
        figures = 1
        absent = coverage.loc[coverage["joined"] == 0]
        content += listed(_absent(absent), caption="Names that are not linked")
    if "panel" in audit:
        content += listed(_panel(audit["panel"]), caption="Morale and results side by side")
    operations = audit.get("operations")
    if operations is not None and len(operations):
        table = _operations(operations)
        title = "The operations"
        content += listed(table, caption=title, numeric=list(table.columns[1:]), fold=title)
    return audit_section(
        content,
        facts=facts,
        anchor="fit",
        question="Do the sources fit together?",
        answer=say_audit_fit(audit),
        label="Links",
        key_figures=None if coverage is None else coverage_table(coverage),
        figures=figures,
    )


def _coverage(table: pd.DataFrame) -> pd.DataFrame:
    heads = {"names": "Names", "whole": "In full", "part": "In part", "none": "Not linked"}
    return pd.DataFrame(
        {
            "Source": [sentence(source) for source in table["source"]],
            **{head: [count(n) for n in table[name]] for name, head in heads.items()},
        }
    )


def _absent(absent: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Source": [sentence(clean(source)) for source in absent["source"]],
            "Name": [clean(name) for name in absent["name"]],
            "Why": [sentence(clean(reason)) for reason in absent["reason"]],
        }
    )


def _panel(panel: pd.DataFrame) -> pd.DataFrame:
    row = panel.iloc[0]
    return pd.DataFrame(
        [
            ("Morale", clean(row["morale"])),
            ("Results", clean(row["performance"])),
            ("Units and periods", f"{count(row['units'])} units, {count(row['periods'])} periods"),
            ("Rows with both", f"{count(row['complete'])} of {count(row['rows'])}"),
            ("Without morale", count(row["missing_morale"])),
            ("Without results", count(row["missing_performance"])),
        ],
        columns=["Fact", "Value"],
    )


def _operations(operations: pd.DataFrame) -> pd.DataFrame:
    kinds = dict(zip(operations["label"], operations["kind"], strict=True))

    def shown(value: float, label: str) -> str:
        if pd.isna(value):
            return "not known"
        return percent(value, 1) if kinds[label] == "share" else fixed(value, 2)

    table = pd.DataFrame({"Measure": [clean(label) for label in operations["label"]]})
    table["Cases"] = [count(units) for units in operations["units"]]
    for column, head in (("lowest", "Lowest"), ("median", "Middle"), ("highest", "Highest")):
        pairs = zip(operations[column], operations["label"], strict=True)
        table[head] = [shown(value, label) for value, label in pairs]
    return table


def write_audit_claims(facts: PageFacts, audit: Audit) -> Section:
    """Write what each claim about customer experience would still need.

    Parameters
    ----------
    facts : PageFacts
    audit : mapping of str to DataFrame

    Returns
    -------
    Section
    """
    claims = audit["claims"]
    topics = claims_by_topic(claims)
    content = drawn(
        draw_claims,
        claims,
        number=1,
        name="claims",
        claim=say_title_claims(topics),
        alt=say_alt_claims(topics),
        table=_topics(topics),
        numeric=list(_topics(topics).columns[1:]),
        subtitle="One tile per claim, numbered as in the list below",
    )
    figures = 1
    gone = ingredients_table(audit["ingredients"])
    if len(gone):
        figures = 2
        content += drawn(
            draw_ingredients,
            audit["ingredients"],
            number=2,
            name="ingredients",
            claim=say_title_ingredients(gone),
            alt=say_alt_ingredients(gone),
            table=_wanted(gone),
            numeric=["Claims that lack only this", "Claims that need it"],
            subtitle="What is missing, first what a claim lacks alone",
        )
    for topic in topics["topic"]:
        part = claims.loc[claims["topic"] == topic].to_dict("records")
        ready = sum(row["status"] == COULD_BE_TESTED for row in part)
        summary = f"{topic}: {ready} of {len(part)} could be tested"
        content += folded(summary, claim_list(part), css="topic")
    content += note(
        "These are claims that are made about customer experience. They are listed to be tested, "
        "not because they are true."
    )
    return audit_section(
        content,
        facts=facts,
        anchor="claims",
        question="What could be tested, and what is missing?",
        answer=say_audit_claims(audit),
        label="Claims",
        key_figures=topics,
        figures=figures,
    )


def _topics(topics: pd.DataFrame) -> pd.DataFrame:
    columns = list(topics.columns[2:])
    return pd.DataFrame(
        {
            "Topic": list(topics["topic"]),
            "Claims": [count(n) for n in topics["claims"]],
            **{sentence(status): [count(n) for n in topics[status]] for status in columns},
        }
    )


def _wanted(gone: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Missing": [sentence(clean(name)) for name in gone["ingredient"]],
            "What would supply it": [sentence(clean(text)) for text in gone["supply"]],
            "Claims that lack only this": [count(n) for n in gone["alone"]],
            "Claims that need it": [count(n) for n in gone["needed_by"]],
        }
    )
