"""What do weights cost, what stands twice, what is too small, and what changed?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from cxanalytics.charts import draw_small_units, small_units_table
from cxanalytics.formats import count, fixed, percent
from cxanalytics.report.audit_parts import (
    Audit,
    also_staff,
    audit_section,
    drawn,
    listed,
    note,
    said,
)
from cxanalytics.report.components.text import clean, sentence
from cxanalytics.report.section import Section
from cxanalytics.rules import KISH_DEFF_MAX
from cxanalytics.words import (
    lead_table,
    list_changes,
    say_alt_small,
    say_audit_changes,
    say_audit_repeats,
    say_audit_small,
    say_audit_weights,
    say_title_small,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts

_WEIGHT_FACTS = {
    "n": "Answers",
    "n_eff": "Worth, in equally weighted answers",
    "deff": "Answers for one equally weighted answer",
    "smallest": "Smallest weight",
    "median": "Middle weight",
    "largest": "Largest weight",
    "cv": "Spread of the weights, as a share of their mean",
}


def write_audit_weights(facts: PageFacts, audit: Audit) -> Section:
    """Write how unequal the weights are, and what that costs.

    Parameters
    ----------
    facts : PageFacts
    audit : mapping of str to DataFrame

    Returns
    -------
    Section
    """
    weights = lead_table(audit, "weights")
    content = Markup("")
    unequal = weights is not None and len(weights) > 0 and _fact(weights, "deff") >= 1.0005
    if weights is not None and unequal:
        content += said(
            f"Up to {KISH_DEFF_MAX:g} answers for one that weighs the same are accepted; here it "
            f"takes {fixed(_fact(weights, 'deff'), 2)}. Weights are not trimmed."
        )
        title = "The weights"
        content += listed(_weights(weights), caption=title, numeric=["Value"], fold=title)
        title = "Worth of the answers, wave by wave"
        content += listed(_waves(audit), caption=title, numeric=["Answers", "Worth"], fold=title)
    return audit_section(
        content,
        facts=facts,
        anchor="weights",
        question="What does weighting cost?",
        answer=say_audit_weights(audit),
        label="Weights",
        key_figures=weights,
    )


def _fact(weights: pd.DataFrame, name: str) -> float:
    return float(weights.loc[weights["fact"] == name, "value"].iloc[0])


def _weights(weights: pd.DataFrame) -> pd.DataFrame:
    whole = ("n", "n_eff")
    return pd.DataFrame(
        {
            "Fact": [_WEIGHT_FACTS.get(fact, sentence(fact)) for fact in weights["fact"]],
            "Value": [
                count(value) if fact in whole else fixed(value, 2)
                for fact, value in zip(weights["fact"], weights["value"], strict=True)
            ],
        }
    )


def _waves(audit: Audit) -> pd.DataFrame:
    waves = lead_table(audit, "waves")
    if waves is None or len(waves) < 2:
        return pd.DataFrame()
    hidden = waves["suppressed_reason"] != ""
    return pd.DataFrame(
        {
            "Wave": [clean(period) for period in waves["period"]],
            "Answers": _counts(waves["n"], hidden),
            "Worth": _counts(waves["n_eff"], hidden),
        }
    )


def _counts(values: pd.Series[float], hidden: pd.Series[bool]) -> list[str]:
    return ["hidden" if gone else count(value) for value, gone in zip(values, hidden, strict=True)]


def write_audit_repeats(facts: PageFacts, audit: Audit) -> Section:
    """Write whether people or whole rows stand more than once.

    Parameters
    ----------
    facts : PageFacts
    audit : mapping of str to DataFrame

    Returns
    -------
    Section
    """
    repeats = lead_table(audit, "duplicates")
    content = Markup("")
    if repeats is not None and len(repeats):
        content += said("Rows can be equal by chance; no row is left out for it.")
        title = "Repeats by kind"
        content += listed(_repeats(repeats), caption=title, numeric=["Rows", "Share"], fold=title)
    staff = also_staff(audit, "duplicates")
    if staff is not None and len(staff):
        title = "Repeats in the staff survey"
        content += listed(_repeats(staff), caption=title, numeric=["Rows", "Share"], fold=title)
    return audit_section(
        content,
        facts=facts,
        anchor="repeats",
        question="Does anything stand twice?",
        answer=say_audit_repeats(audit),
        label="Repeats",
        key_figures=repeats,
    )


def _repeats(repeats: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "What": [sentence(clean(kind)) for kind in repeats["kind"]],
            "Rows": [count(rows) for rows in repeats["rows"]],
            "Share": [percent(share, 2) for share in repeats["share"]],
        }
    )


def write_audit_small(facts: PageFacts, audit: Audit) -> Section:
    """Write how many units have too few answers.

    Parameters
    ----------
    facts : PageFacts
    audit : mapping of str to DataFrame

    Returns
    -------
    Section
    """
    small = lead_table(audit, "small")
    content, figures = Markup(""), 0
    if small is not None and len(small):
        table = small_units_table(small)
        period = str(table["period"].iloc[0])
        content += drawn(
            draw_small_units,
            small,
            number=1,
            name="small",
            claim=say_title_small(table, nouns=facts.nouns),
            alt=say_alt_small(table),
            table=_sizes(table, facts),
            numeric=list(_sizes(table, facts).columns[1:]),
            subtitle=f"Units by number of answers{f', {period}' if period else ''}",
            note="From 10 to 29 answers their number is shown and no score.".replace(
                "10 to 29", f"{facts.thresholds.hide} to {facts.thresholds.rank - 1}"
            ),
            thresholds=facts.thresholds,
        )
        figures = 1
    staff = also_staff(audit, "small")
    if staff is not None:
        title = "Sizes in the staff survey"
        table = _sizes(small_units_table(staff), facts)
        content += listed(table, caption=title, numeric=list(table.columns[1:]), fold=title)
    return audit_section(
        content,
        facts=facts,
        anchor="small",
        question="Which units are too small?",
        answer=say_audit_small(audit, nouns=facts.nouns),
        label="Sizes",
        key_figures=None if small is None else small_units_table(small),
        figures=figures,
    )


def _sizes(table: pd.DataFrame, facts: PageFacts) -> pd.DataFrame:
    least = facts.thresholds
    heads = {
        "units": "Units",
        "full": f"{least.caution} or more",
        "care": f"{least.rank} to {least.caution - 1}",
        "base": f"{least.hide} to {least.rank - 1}",
        "hidden": f"Fewer than {least.hide}",
    }
    columns = {head: [count(n) for n in table[name]] for name, head in heads.items()}
    return pd.DataFrame({"Level": [sentence(level) for level in table["level"]], **columns})


def write_audit_changes(facts: PageFacts, audit: Audit) -> Section:
    """Write which wordings and organizations changed, and where trends are cut.

    Parameters
    ----------
    facts : PageFacts
    audit : mapping of str to DataFrame

    Returns
    -------
    Section
    """
    wordings, broken = list_changes(audit)
    asked = pd.DataFrame(
        [(clean(label), clean(waves)) for label, waves in wordings],
        columns=["Question", "Worded otherwise from"],
    )
    moved = pd.DataFrame(
        [(clean(agency), clean(period), clean(text)) for agency, period, text in broken],
        columns=[sentence(facts.nouns.organization), "From", "What happened"],
    )
    content = listed(asked, caption="Changes of wording")
    content += listed(moved, caption=f"Changes of {facts.nouns.organizations}")
    if len(asked) or len(moved):
        content += note("No change is printed across a change of wording or of organization.")
    wording = lead_table(audit, "wording")
    if wording is not None:
        title = "Every question, its scale and its wording"
        content += listed(_wordings(wording), caption=title, fold=title)
    return audit_section(
        content,
        facts=facts,
        anchor="changes",
        question="What changed on the way?",
        answer=say_audit_changes(audit, nouns=facts.nouns),
        label="Changes",
        key_figures=pd.concat([asked, moved], ignore_index=True) if len(asked) else moved,
    )


def _wordings(wording: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Question": [clean(label) for label in wording["label"]],
            "Answers": [clean(answers) for answers in wording["answers"]],
            "Wording": [clean(text) or "not given" for text in wording["wording"]],
        }
    )
