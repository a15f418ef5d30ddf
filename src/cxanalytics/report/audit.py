"""What do we hold, and can it be trusted? The head of the audit page, what was read, who answered.

The page is the first thing an analyst shares with a colleague: it says what is held, what was left
out and why, and what to look at before any figure is used. It corrects nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from cxanalytics.charts import (
    draw_row_flow,
    draw_who_answered,
    row_flow_table,
    who_answered_table,
)
from cxanalytics.formats import count, percent
from cxanalytics.report.audit_parts import (
    Audit,
    also_staff,
    audit_section,
    drawn,
    is_one_survey,
    listed,
    note,
)
from cxanalytics.report.components.audit import looks, sources_list
from cxanalytics.report.components.lists import Fact, facts_block
from cxanalytics.report.components.text import clean, fill, sentence
from cxanalytics.report.section import Section, number_of
from cxanalytics.report.shell import page_shell
from cxanalytics.words import (
    comparable,
    count_testable,
    lead_table,
    list_concerns,
    outcome_label,
    quoted,
    response_rate,
    row_tables,
    say_alt_rows,
    say_alt_who,
    say_audit,
    say_audit_read,
    say_audit_who,
    say_title_rows,
    say_title_who,
    span_of_waves,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts

QUESTION = "What do we hold, and can it be trusted?"
SOURCES_OF_ROWS = {
    "rows": "the survey",
    "staff_rows": "the staff survey",
    "operation_rows": "the operations",
    "published_rows": "the published scores",
    "panel_rows": "the linked staff and results",
}


def write_audit_masthead(facts: PageFacts, audit: Audit) -> Section:
    """Write the brief: what is held, whether it can be trusted, and what to look at.

    Parameters
    ----------
    facts : PageFacts
        Of kind "audit".
    audit : mapping of str to DataFrame
        As `fit_audit` gives it.

    Returns
    -------
    Section
    """
    headline = say_audit(audit, nouns=facts.nouns)
    concerns = sorted(
        list_concerns(audit, nouns=facts.nouns),
        key=lambda concern: number_of(facts.kind, concern.section),
    )
    entries = _facts(facts, audit)
    waves = ", ".join(dict.fromkeys(filter(None, (facts.wave, facts.dates))))
    waves = waves or clean(span_of_waves(audit))
    kicker = " · ".join(filter(None, ("Data audit", clean(facts.title), waves)))
    html = fill(
        '<div class="mast" id="brief"><p class="kicker">{}</p><h1>{}</h1>'
        '<p class="headline">{}</p>{}{}</div>',
        kicker,
        QUESTION,
        headline,
        facts_block(entries),
        looks(concerns),
    )
    return Section(
        id="brief",
        number=0,
        question=QUESTION,
        answer=headline,
        html=html,
        key_figures=pd.DataFrame(
            [(entry.name, entry.value) for entry in entries], columns=["fact", "value"]
        ),
        page=page_shell(facts),
    )


def _facts(facts: PageFacts, audit: Audit) -> list[Fact]:
    """Choose the four large figures under the headline."""
    nouns = facts.nouns
    sources = audit["sources"]
    rows = int(sources["rows"].max())
    different = len(sources) - is_one_survey(audit)
    several = f"{different} sources are held" if different > 1 else "one source is held"
    held = lead_table(audit, "waves")
    if held is not None:
        rows = int(held["n"].sum()) if held["n"].notna().all() else rows
        note_held = f"to “{clean(outcome_label(audit))}”; {several}"
        entries = [Fact("Answers held", count(rows), note_held)]
    else:
        entries = [Fact(f"{_unit(sources)} held", count(rows), several)]
    rate = response_rate(audit)
    if rate is None:
        entries.append(Fact("Answered, of those asked", "Not known", "no response counts are held"))
    else:
        asked, answered, _, period = rate
        when = f" in {period}" if period else ""
        entries.append(
            Fact("Answered, of those asked", percent(answered / asked), f"of {count(asked)}{when}")
        )
    found = comparable(audit)
    name = f"{sentence(nouns.organizations)} to compare"
    if found is None:
        agencies = int(sources["agencies"].max())
        entries.append(Fact(sentence(nouns.organizations), count(agencies), "no survey is held"))
    else:
        large, units, period = found
        when = f" in {period}" if period else ""
        need = f"with at least {facts.thresholds.rank} answers{when}"
        entries.append(Fact(name, f"{count(large)} of {count(units)}", need))
    testable, claims = count_testable(audit)
    entries.append(
        Fact("Claims to test", f"{testable} of {claims}", "have everything they need here")
    )
    return entries


def _unit(sources: pd.DataFrame) -> str:
    return "Values" if set(sources["level"]) == {"no counts"} else "Rows"


def write_audit_read(facts: PageFacts, audit: Audit) -> Section:
    """Write what was read, what was left out, and what the sources are.

    Parameters
    ----------
    facts : PageFacts
    audit : mapping of str to DataFrame

    Returns
    -------
    Section
    """
    names = row_tables(audit)
    figures, content = 0, Markup("")
    steps = audit[names[0]] if names else pd.DataFrame()
    if _left_out(steps):
        table = row_flow_table(steps)
        content += drawn(
            draw_row_flow,
            steps,
            number=1,
            name="rows",
            claim=say_title_rows(table),
            alt=say_alt_rows(table),
            table=_steps(steps),
            numeric=["Rows"],
            subtitle=f"Rows of {SOURCES_OF_ROWS[names[0]]}; hatched: left out",
        )
        figures = 1
    sources = audit["sources"]
    named = {"customer survey": f"survey of {facts.nouns.respondents}"}
    sources = sources.assign(source=sources["source"].replace(named))
    content += sources_list(sources.to_dict("records"), nouns=facts.nouns)
    for name in names[1:] if figures else names:
        if len(audit[name]) < 2:
            continue
        title = f"Rows of {SOURCES_OF_ROWS[name]}"
        content += listed(_steps(audit[name]), caption=title, numeric=["Rows"], fold=title)
    content += listed(
        _noticed(audit), caption="What was noticed", fold="Everything that was noticed"
    )
    same = "The staff survey and the survey of this page are one and the same answers."
    content += note(same if is_one_survey(audit) else "")
    return audit_section(
        content,
        facts=facts,
        anchor="read",
        question="What was read, and what was left out?",
        answer=say_audit_read(audit),
        label="Rows",
        key_figures=steps,
        figures=figures,
    )


def _left_out(steps: pd.DataFrame) -> bool:
    """Tell whether there is a way from the rows read to the rows kept."""
    return len(steps) > 2 or (len(steps) == 2 and steps["rows"].nunique() == 2)


def _steps(steps: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Step": [sentence(clean(step)) for step in steps["step"]],
            "Rows": [count(rows) for rows in steps["rows"]],
            "What happened": [clean(text) for text in steps["text"]],
        }
    )


def _noticed(audit: Audit) -> pd.DataFrame:
    """List every check that is not about rows: failed first, then passed, then what informs."""
    checks = audit["checks"]
    rank = checks["passed"].map({"no": 0, "yes": 1}).fillna(2)
    checks = checks.assign(rank=rank).sort_values("rank", kind="stable")
    told = {"yes": "Passed", "no": "Look at this"}
    return pd.DataFrame(
        {
            "What": [sentence(clean(name)) for name in checks["name"]],
            "Result": [told.get(passed, "Note") for passed in checks["passed"]],
            "In words": [quoted(clean(text)) for text in checks["text"]],
        }
    )


def write_audit_who(facts: PageFacts, audit: Audit) -> Section:
    """Write how many answered in each agency and wave.

    Parameters
    ----------
    facts : PageFacts
    audit : mapping of str to DataFrame

    Returns
    -------
    Section
    """
    answer = say_audit_who(audit, nouns=facts.nouns, thresholds=facts.thresholds)
    agencies = lead_table(audit, "agencies")
    content, figures = Markup(""), 0
    if agencies is not None and len(agencies):
        cells = who_answered_table(agencies, thresholds=facts.thresholds)
        waves = cells["period"].nunique() > 1
        hidden = "“<” and “hidden” protect small groups; hidden figures are in no file."
        content += drawn(
            draw_who_answered,
            agencies,
            number=1,
            name="who",
            claim=say_title_who(cells, nouns=facts.nouns),
            alt=say_alt_who(cells, nouns=facts.nouns),
            table=_grid(cells, facts),
            numeric=sorted(cells["period"].unique()) if waves else ["Answers"],
            subtitle=f"Answers to “{clean(outcome_label(audit))}” by {facts.nouns.organization}"
            f"{' and wave' if waves else ''}, most first",
            note=hidden if (cells["kind"] == "hidden").any() else "",
            thresholds=facts.thresholds,
        )
        figures = 1
    staff = also_staff(audit, "agencies")
    if staff is not None:
        cells = who_answered_table(staff, thresholds=facts.thresholds)
        title = f"Answers of staff in each {facts.nouns.organization}"
        content += listed(_grid(cells, facts), caption=title, fold=title)
    return audit_section(
        content,
        facts=facts,
        anchor="who",
        question="Who answered?",
        answer=answer,
        label="Who answered",
        key_figures=lead_table(audit, "waves"),
        figures=figures,
    )


def _grid(cells: pd.DataFrame, facts: PageFacts) -> pd.DataFrame:
    """Lay the cells out: agencies down, waves across."""
    names = list(dict.fromkeys(cells["agency"]))
    grid = cells.pivot(index="agency", columns="period", values="text").reindex(names)
    grid = grid.fillna("none").rename(columns=lambda period: period or "Answers")
    if len(grid.columns) == 1:
        grid.columns = pd.Index(["Answers"])
    grid.insert(0, sentence(facts.nouns.organization), [clean(name) for name in names])
    return grid.reset_index(drop=True)
