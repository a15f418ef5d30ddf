"""How sure is the answer of the morale page, and can it be checked and taken away?"""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from cxanalytics.formats import long_date, significant, slug
from cxanalytics.report.audit_data import CSV, audit_workbook
from cxanalytics.report.components.appendix import checks_list, facts_table
from cxanalytics.report.components.downloads import Download, download_links
from cxanalytics.report.components.figures import data_table, folded, scrolling
from cxanalytics.report.components.lists import bullets, provenance
from cxanalytics.report.components.text import clean, fill, sentence
from cxanalytics.report.exports import WORKBOOK, neutral
from cxanalytics.report.morale_page_parts import hold_to_design, without_figures
from cxanalytics.report.record_ids import estimate_ids
from cxanalytics.report.section import Section, framed
from cxanalytics.words import list_morale_study_doubts, say_order
from cxanalytics.words.morale_study import ORDER_OF_SOURCES

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Estimates, Panel


def write_morale_sure(
    facts: PageFacts,
    morale: Estimates | None,
    *,
    panel: Panel | None,
    ladder: Estimates | None = None,
    unmeasured: Estimates | None = None,
) -> Section:
    """Write what stands between these figures and a cause, and what reading noticed.

    Parameters
    ----------
    facts : PageFacts
    morale : Estimates or None
    panel : Panel or None
    ladder : Estimates, optional
        From `fit_morale_ladder`: what is known of the order in time.
    unmeasured : Estimates, optional
        From `fit_unmeasured_cause`, printed for those who check.

    Returns
    -------
    Section
    """
    question, label = "How sure are we?", "How sure"
    if morale is None or panel is None or morale.frame.empty:
        return without_figures(facts, morale, anchor="sure", question=question, label=label)
    order = ""
    if ladder is not None and not ladder.frame.empty:
        order = say_order(ladder, page="executive")
        hold_to_design(ladder, order)
    doubts = list_morale_study_doubts(panel, morale, order=order)
    answer = "This shows what goes together, not what would follow from a change."
    hold_to_design(morale, answer, *(text.removesuffix(order) for _, text in doubts))
    content = bullets((title, clean(text)) for title, text in doubts)
    alone = morale if not order else _without_order(morale)
    content += _noticed(panel)
    for name, told, model in (
        ("relation", "the relation", alone),
        ("models", "the models", ladder),
        ("unmeasured", "an unmeasured reason", unmeasured),
    ):
        content += _behind(name, told, model)
    return framed(
        content,
        kind=facts.kind,
        anchor="sure",
        question=question,
        answer=answer,
        key_figures=pd.DataFrame(doubts, columns=["doubt", "text"]),
        label=label,
    )


def _without_order(morale: Estimates) -> Estimates:
    """Leave out what one model says of the order in time: the ladder of models tells more."""
    checks = tuple(check for check in morale.checks if check.name != ORDER_OF_SOURCES)
    return replace(morale, checks=checks)


def _noticed(panel: Panel) -> Markup:
    rows = [(sentence(clean(note.name)), clean(note.text)) for note in panel.notes]
    if not rows:
        return Markup("")
    title = "What reading and linking the data noticed"
    table = data_table(pd.DataFrame(rows, columns=["What", "In words"]), caption=title)
    return folded(f"Show {title[:1].lower()}{title[1:]}", scrolling(table, name=title))


def _behind(name: str, told: str, model: Estimates | None) -> Markup:
    """Print a whole table of a model, its checks and its facts, folded."""
    if model is None or model.frame.empty:
        return Markup("")
    frame, ids = model.frame.copy(), estimate_ids(name, model.frame["key"])
    for column in frame.select_dtypes("number"):
        frame[column] = ["" if pd.isna(value) else f"{value:.4g}" for value in frame[column]]
    frame = frame.fillna("").astype(str).map(clean)
    numeric = list(frame.columns[1:])
    frame.insert(0, "id", [ids[key] for key in model.frame["key"]])
    table = data_table(frame, caption=model.quantity, numeric=numeric)
    content = scrolling(table, name=f"Estimates: {told}") + checks_list(model.checks)
    content += facts_table(model.facts, caption="The fit")
    return folded(f"For those who check: {told}", content)


def write_morale_data(
    facts: PageFacts,
    morale: Estimates | None,
    *,
    panel: Panel | None,
    ladder: Estimates | None = None,
) -> Section:
    """Write the downloads and where the figures come from.

    Parameters
    ----------
    facts : PageFacts
    morale : Estimates or None
    panel : Panel or None
    ladder : Estimates, optional

    Returns
    -------
    Section
    """
    tables = {
        name: _plain(name, model)
        for name, model in (("relation", morale), ("models", ladder))
        if model is not None and not model.frame.empty
    }
    notes = () if panel is None else panel.notes
    tables["notes"] = pd.DataFrame(
        [(note.name, note.text) for note in notes], columns=["name", "text"]
    )
    stem = f"morale-{slug(facts.title)}"
    files = [Download("Excel, all tables", f"{stem}.xlsx", WORKBOOK, audit_workbook(tables, facts))]
    if "relation" in tables:
        content = _csv(pd.concat([tables[name] for name in tables if name != "notes"]))
        files.append(Download("CSV, all estimates", f"{stem}.csv", CSV, content))
    html = fill(
        '{}<p class="print-only">The figures are in the files that come with this page: {}.</p>{}',
        download_links(files),
        ", ".join(entry.filename for entry in files),
        provenance(_entries(facts)),
    )
    return framed(
        html,
        kind=facts.kind,
        anchor="data",
        question="Can I check it and take it away?",
        answer="Yes. Every estimate of this page is in these files, and the run can be repeated.",
        key_figures=pd.DataFrame(
            {"table": list(tables), "rows": [len(table) for table in tables.values()]}
        ),
        label="Data",
    )


def _plain(name: str, model: Estimates) -> pd.DataFrame:
    """Give the rows of a model with their ids on the page, and what they are an estimate of."""
    frame = model.frame.copy()
    for column in frame.select_dtypes("number"):
        frame[column] = [
            None if pd.isna(value) else significant(float(value)) for value in frame[column]
        ]
    frame.insert(1, "quantity", model.quantity)
    ids = estimate_ids(name, frame["key"])
    frame.insert(0, "id", [ids[key] for key in frame["key"]])
    return frame


def _csv(frame: pd.DataFrame) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(frame.columns)
    for row in frame.itertuples(index=False):
        writer.writerow([_cell(cell) for cell in row])
    return buffer.getvalue().encode("utf-8-sig")


def _cell(cell: Any) -> object:
    if isinstance(cell, str):
        return neutral(clean(cell))
    return "" if cell is None or pd.isna(cell) else cell


def _entries(facts: PageFacts) -> list[tuple[str, object]]:
    made = " ".join(next(iter(facts.versions.items()))) if facts.versions else ""
    run = [
        long_date(facts.produced) if facts.produced else "",
        f"by {made}" if made else "",
        f"run {facts.run_id}" if facts.run_id else "",
    ]
    link = fill('<a href="{}">{}</a>', facts.audit, "What do we hold, and can it be trusted?")
    return [
        ("Source", facts.source),
        ("Data", link if facts.audit else ""),
        ("Data cut", long_date(facts.data_cut) if facts.data_cut else ""),
        ("Produced", ", ".join(filter(None, run))),
        ("Input hash", fill("<code>{}</code>", facts.input_hash) if facts.input_hash else ""),
        ("Run again", facts.command),
        ("Published by", facts.publisher),
        ("Other formats", facts.contact),
    ]
