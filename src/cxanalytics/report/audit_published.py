"""What may scores say that were published without the number of answers?

What may be said is said here: how groups of agencies differ, where each lies among the others, and
how far scores move from wave to wave anyway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from cxanalytics.charts import draw_published_groups, published_groups_table
from cxanalytics.formats import count, fixed, percent, points, signed
from cxanalytics.published import NOT_POSSIBLE
from cxanalytics.report.audit_parts import Audit, audit_section, drawn, listed, note, said
from cxanalytics.report.components.audit import pair_of_lists
from cxanalytics.report.components.text import clean, sentence
from cxanalytics.report.section import Section
from cxanalytics.words import (
    assert_sentence_allowed,
    say_alt_published_groups,
    say_audit_published,
    say_published_difference,
    say_published_groups,
    say_published_groups_note,
    say_published_noise,
    say_title_published_groups,
    say_value,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts

MAY = (
    "The value, as published.",
    "The middle value of peers, and their middle half.",
)
OVER_TIME = "The change from wave to wave, beside how much values usually move."
BETWEEN_GROUPS = (
    "The difference between groups, such as kinds of owners, each member counting once."
)
MAY_NOT = (
    "A likely range: it takes the number of answers.",
    "A rank, or a range of ranks.",
    "A certainty, such as “likely above”.",
)


def write_audit_published(facts: PageFacts, audit: Audit) -> Section:
    """Write what published scores without counts allow to be said, and say it.

    Parameters
    ----------
    facts : PageFacts
    audit : mapping of str to DataFrame

    Returns
    -------
    Section
    """
    content, figures = Markup(""), 0
    published = audit.get("published")
    if published is not None:
        heads = ("What may be said", "What may not")
        last = OVER_TIME if published["waves"].max() > 1 else BETWEEN_GROUPS
        content += pair_of_lists(heads, ((*MAY, last), MAY_NOT))
        content += note(f"Every other slot says: “{NOT_POSSIBLE}”")
        differences = audit.get("published_differences")
        if differences is not None and len(differences):
            content += _groups(facts, audit["published_groups"], differences)
            figures = 1
        content += _places(facts, audit) + _changes(facts, audit)
        table = _published(published)
        title = "Every published measure"
        numeric = ("Waves", sentence(facts.nouns.organizations), "Lowest", "Middle", "Highest")
        table = table.rename(columns={"Agencies": sentence(facts.nouns.organizations)})
        content += listed(table, caption=title, numeric=numeric)
    return audit_section(
        content,
        facts=facts,
        anchor="published",
        question="What may published figures say?",
        answer=say_audit_published(audit, nouns=facts.nouns),
        label="Published",
        key_figures=published,
        figures=figures,
    )


def _groups(facts: PageFacts, groups: pd.DataFrame, differences: pd.DataFrame) -> Markup:
    """Show the groups of the headline, its difference in words, and the others in a table."""
    nouns = facts.nouns
    headline = differences["measure"].iloc[0]
    own = differences.loc[differences["measure"] == headline]
    texts = say_published_groups(own, nouns=nouns)
    for text in texts:
        assert_sentence_allowed(text, grade="D")
    finest = groups.loc[groups["measure"] == headline]
    finest = finest.loc[finest["group"] == finest["group"].iloc[-1]]
    share = own["unit"].iloc[0] == "share"
    label = clean(own["label"].iloc[0])
    table = published_groups_table(finest)
    many = sentence(nouns.organizations)
    figure = drawn(
        draw_published_groups,
        finest,
        number=1,
        name="published-groups",
        claim=say_title_published_groups(own, nouns=nouns),
        alt=say_alt_published_groups(table, unit=str(own["unit"].iloc[0]), nouns=nouns),
        table=_means(table, str(own["unit"].iloc[0]), many),
        numeric=["Mean", "Likely range", many],
        subtitle=f"{label}, mean of {nouns.organizations} by {finest['group'].iloc[0]}",
        note=say_published_groups_note(own, nouns=nouns),
        share=share,
        axis_label=label,
        column_title=many,
    )
    heads = ["Measure", "Among", *_sides(own.iloc[0]), "Difference"]
    rows = [
        (
            clean(row["label"]),
            clean(row["kind"]) or "all",
            say_value(row["first_mean"], row["unit"]),
            say_value(row["second_mean"], row["unit"]),
            say_published_difference(row),
        )
        for _, row in differences.iterrows()
    ]
    title = "The same for every measure"
    every = listed(pd.DataFrame(rows, columns=heads), caption=title, numeric=heads[2:], fold=title)
    return said(*texts) + figure + every


def _sides(row: pd.Series[str]) -> list[str]:
    return [sentence(clean(row[f"{side}_words"] or row[side])) for side in ("first", "second")]


def _means(table: pd.DataFrame, unit: str, many: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Group": [clean(name) for name in table["name"]],
            "Mean": [say_value(value, unit) for value in table["estimate"]],
            "Likely range": [
                f"{say_value(low, unit)} to {say_value(high, unit)}"
                for low, high in zip(table["conf_low"], table["conf_high"], strict=True)
            ],
            many: [count(number) for number in table["agencies"]],
        }
    )


def _places(facts: PageFacts, audit: Audit) -> Markup:
    """List each value of the headline beside the middle of the others."""
    placed = audit.get("published_positions")
    if placed is None or placed.empty:
        return Markup("")
    unit = str(placed["unit"].iloc[0])

    def shown(value: float) -> str:
        return "not known" if pd.isna(value) else say_value(value, unit)

    table = pd.DataFrame(
        {
            sentence(facts.nouns.organization): [clean(name) for name in placed["agency"]],
            "Value": [shown(value) for value in placed["value"]],
            "Middle of the others": [shown(value) for value in placed["median"]],
            "Their middle half": [
                "not known" if pd.isna(low) else f"{shown(low)} to {shown(high)}"
                for low, high in zip(placed["low_quarter"], placed["high_quarter"], strict=True)
            ],
            "Difference": [
                "not known"
                if pd.isna(value)
                else (points(value, 1) if unit == "share" else signed(value, 1))
                for value in placed["difference"]
            ],
        }
    )
    title = f"{clean(placed['label'].iloc[0])}: each beside the others"
    return listed(table, caption=title, numeric=list(table.columns[1:]), fold=title)


def _changes(facts: PageFacts, audit: Audit) -> Markup:
    """Say how far scores usually move, and list it for every measure."""
    noise = audit.get("published_noise")
    if noise is None or noise.empty:
        return Markup("")
    text = say_published_noise(noise.iloc[0], nouns=facts.nouns)
    assert_sentence_allowed(text)
    units = list(noise["unit"])
    table = pd.DataFrame({"Measure": [clean(label) for label in noise["label"]]})
    for head, column in (("Usual move", "robust_sd"), ("Standard deviation", "sd")):
        table[head] = [
            points(value, 1).removeprefix("+") if unit == "share" else fixed(value, 1)
            for value, unit in zip(noise[column], units, strict=True)
        ]
    table["Changes"] = [count(number) for number in noise["changes"]]
    title = "How far values usually move from wave to wave"
    return said(text) + listed(table, caption=title, numeric=list(table.columns[1:]), fold=title)


def _published(published: pd.DataFrame) -> pd.DataFrame:
    units = list(published["unit"])

    def shown(values: pd.Series[float]) -> list[str]:
        return [
            "not published"
            if pd.isna(value)
            else (percent(value, 1) if unit == "share" else fixed(value, 1))
            for value, unit in zip(values, units, strict=True)
        ]

    return pd.DataFrame(
        {
            "Measure": [clean(label) for label in published["label"]],
            "Waves": [
                count(waves)
                if first == last
                else f"{count(waves)}, {clean(first)} to {clean(last)}"
                for waves, first, last in zip(
                    published["waves"], published["first"], published["last"], strict=True
                )
            ],
            "Agencies": [count(agencies) for agencies in published["agencies"]],
            "Lowest": shown(published["lowest"]),
            "Middle": shown(published["median"]),
            "Highest": shown(published["highest"]),
        }
    )
