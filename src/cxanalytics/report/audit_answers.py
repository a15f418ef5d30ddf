"""What is missing and why, and how were the scales used?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from cxanalytics.charts import (
    draw_missing_reasons,
    draw_scale_use,
    missing_reasons_table,
    scale_use_table,
)
from cxanalytics.formats import count, percent
from cxanalytics.report.audit_parts import Audit, also_staff, audit_section, drawn, listed, said
from cxanalytics.report.components.text import clean, sentence
from cxanalytics.report.section import Section
from cxanalytics.rules import HIDDEN
from cxanalytics.words import (
    find_lead,
    lead_table,
    say_alt_missing_reasons,
    say_alt_scale_use,
    say_audit_missing,
    say_audit_scales,
    say_straight_lining,
    say_title_missing,
    say_title_scales,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts

_REASONS = {
    "no_answer": "No answer",
    "dont_know": "Don’t know",
    "refused": "Refused",
    "not_applicable": "Did not apply",
    "not_asked": "Not asked",
}


def write_audit_missing(facts: PageFacts, audit: Audit) -> Section:
    """Write which answers are missing, and for what reason.

    Parameters
    ----------
    facts : PageFacts
    audit : mapping of str to DataFrame

    Returns
    -------
    Section
    """
    missing = lead_table(audit, "missing")
    content, figures = Markup(""), 0
    if missing is not None and (missing["share"] > 0).any():
        told = missing["told"].eq("yes").any()
        rows = missing_reasons_table(missing)
        aside = "People a question did not apply to, or who were not asked, are not missing."
        unknown = "The source does not tell why an answer is missing."
        content += drawn(
            draw_missing_reasons,
            missing,
            number=1,
            name="missing",
            claim=say_title_missing(rows),
            alt=say_alt_missing_reasons(rows),
            table=_missing(missing),
            numeric=[name for name in _missing(missing).columns if name != "Question"],
            subtitle=f"Share of {facts.nouns.respondents} the question applied to, most first",
            note=aside if told else unknown,
        )
        figures = 1
    elif missing is not None:
        content += listed(_missing(missing), caption="Missing answers", fold="Every question")
    staff = also_staff(audit, "missing")
    if staff is not None:
        title = "Missing answers in the staff survey"
        content += listed(_missing(staff), caption=title, fold=title)
    return audit_section(
        content,
        facts=facts,
        anchor="missing",
        question="What is missing, and why?",
        answer=say_audit_missing(audit),
        label="Missing",
        key_figures=None if missing is None else missing[["label", "n", "missing", "share"]],
        figures=figures,
    )


def _missing(missing: pd.DataFrame) -> pd.DataFrame:
    """List questions as printed, most missing first; reasons only where some source tells them."""
    rows = missing.sort_values(["share", "label"], ascending=[False, True], kind="stable")
    table = pd.DataFrame(
        {
            "Question": [clean(label) for label in rows["label"]],
            "Applied to": [count(n) for n in rows["n"]],
            "Missing": [count(n) for n in rows["missing"]],
            "Share": [percent(share, 1) for share in rows["share"]],
        }
    )
    if not rows["told"].eq("yes").any():
        return table
    for name, label in _REASONS.items():
        table[label] = [
            _reason(value, told, reason)
            for value, told, reason in zip(
                rows[name], rows["told"], rows["suppressed_reason"], strict=True
            )
        ]
    return table


def _reason(value: float, told: str, reason: str) -> str:
    if pd.notna(value):
        return count(value)
    return "hidden" if told == "yes" and reason else "not told"


def write_audit_scales(facts: PageFacts, audit: Audit) -> Section:
    """Write how often each answer was given, and how many gave one answer throughout.

    Parameters
    ----------
    facts : PageFacts
    audit : mapping of str to DataFrame

    Returns
    -------
    Section
    """
    use = lead_table(audit, "scale_use")
    content, figures = Markup(""), 0
    if use is not None and len(use):
        content += drawn(
            draw_scale_use,
            use,
            number=1,
            name="scales",
            claim=say_title_scales(scale_use_table(use)),
            alt=say_alt_scale_use(scale_use_table(use)),
            table=_use(use, facts),
            numeric=["Answers", "Share"],
            subtitle="Answers in order, lowest first; dark: the most frequent, with its share",
            note=_ends(audit),
        )
        figures = 1
    straight = lead_table(audit, "straight_lining")
    if straight is not None:
        none = "No scale has enough questions to see whether people gave one answer throughout."
        told = say_straight_lining(audit, prefix=find_lead(audit) or "") or [none]
        if also_staff(audit, "straight_lining") is not None:
            told += say_straight_lining(audit, prefix="staff_")
        content += said(" ".join(told))
    return audit_section(
        content,
        facts=facts,
        anchor="scales",
        question="How were the scales used?",
        answer=say_audit_scales(audit),
        label="Scales",
        key_figures=straight,
        figures=figures,
    )


def _use(use: pd.DataFrame, facts: PageFacts) -> pd.DataFrame:
    hidden = {HIDDEN: f"<{facts.thresholds.hide}"}
    return pd.DataFrame(
        {
            "Question": [clean(label) for label in use["label"]],
            "Answer": [
                f"{answer:g}" if label == f"{answer:g}" else f"{answer:g}: {clean(label)}"
                for answer, label in zip(use["answer"], use["answer_label"], strict=True)
            ],
            "Answers": [
                hidden.get(reason, "hidden") if reason else count(n)
                for n, reason in zip(use["n"], use["suppressed_reason"], strict=True)
            ],
            "Share": [
                "hidden" if reason else percent(share, 1)
                for share, reason in zip(use["share"], use["suppressed_reason"], strict=True)
            ],
        }
    )


def _ends(audit: Audit) -> str:
    """Say what the ends of the most frequent scale are called."""
    use = lead_table(audit, "scale_use")
    assert use is not None
    ends: dict[str, int] = {}
    for _, part in use.groupby("question", sort=False):
        low, high = part.iloc[0], part.iloc[-1]
        words = (str(low["answer_label"]), str(high["answer_label"]))
        if words[0] != f"{low['answer']:g}" and words[1] != f"{high['answer']:g}":
            told = (
                f"{low['answer']:g} is “{clean(words[0])}”, {high['answer']:g} “{clean(words[1])}”"
            )
            ends[told] = ends.get(told, 0) + 1
    return f"{sentence('; '.join(ends))}." if 0 < len(ends) <= 3 else ""
