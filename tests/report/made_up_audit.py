"""Audits of made-up holdings: everything, a panel alone, published scores alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from cxanalytics import report
from cxanalytics.models import fit_audit
from cxanalytics.operations import OperationMeasure, Operations
from cxanalytics.published import Published, PublishedMeasure
from cxanalytics.tables import Break, Check, Panel, Survey

AGENCIES = (
    "Benefits Access Line",
    "Larkfield 311",
    "Permits and Licensing",
    "<script>alert('x')</script> & Sons",
    "Ministry of \u202edrow\u202c Things\u200f",
    "Long " + "name " * 40,
    "تجربة العملاء",
    "=HYPERLINK(1)",
    "Veterans Benefits Line",
    "Small Grants Desk",
    "Tribal Liaison Office",
)
SIZES = (320, 260, 210, 180, 160, 150, 140, 130, 60, 24, 6)
WAVES = ("2026-Q1", "2026-Q2", "2026-Q3")
ITEMS = ("easy", "wait", "resolved", "helpful", "told_next")
LABELS = {
    "recommend": "Would recommend us",
    "easy": "Easy to deal with",
    "wait": "Reasonable wait",
    "resolved": "Resolved <first> time",
    "helpful": "Staff were helpful",
    "told_next": "Told what happens next",
}
WRITERS = (
    "masthead",
    "read",
    "who",
    "missing",
    "scales",
    "response",
    "weights",
    "repeats",
    "small",
    "changes",
    "fit",
    "published",
    "standing",
    "claims",
    "data",
)


def make_rows(*, seed: int = 1, factor: float = 1.0) -> pd.DataFrame:
    """Make answers of people, some of them missing."""
    rng = np.random.default_rng(seed)
    frames = []
    for wave in WAVES:
        for place, (agency, size) in enumerate(zip(AGENCIES, SIZES, strict=True)):
            n = max(int(size * factor), 3)
            mood = rng.normal(0.3, 1, n)
            frame = pd.DataFrame({"agency": agency, "wave": wave}, index=range(n))
            frame["team"] = [f"Team {place}-{k % 4}" for k in range(n)]
            frame["recommend"] = np.clip(np.round(7 + 2 * mood), 0, 10)
            for item in ITEMS:
                answer = np.round(3.4 + mood + rng.normal(0, 0.6, n))
                frame[item] = np.clip(answer, 1, 5)
            frame["weight"] = rng.uniform(0.5, 2, n)
            frames.append(frame)
    rows = pd.concat(frames, ignore_index=True)
    rows["person"] = [f"p{place}" for place in range(len(rows))]
    rows.loc[rng.random(len(rows)) < 0.26, "wait"] = np.nan
    rows.loc[rng.random(len(rows)) < 0.05, "easy"] = np.nan
    return rows


def make_survey(*, told: bool = True) -> Survey:
    """Make a customer survey with reasons, a changed wording and a merged agency."""
    rows = make_rows()
    survey = Survey.from_frame(
        rows,
        agency="agency",
        unit="team",
        period="wave",
        weight="weight",
        respondent="person",
        outcome="recommend",
        scale="nps_0_10",
        questions=dict.fromkeys(ITEMS, "likert_1_5"),
        drivers=ITEMS,
        notes=(
            Check("rows read", None, "6,000 rows read from <b>answers</b>.csv."),
            Check("rows without answer", None, f"{6000 - len(rows):,} rows left out: no answer."),
            Check("rows kept", None, f"{len(rows):,} rows kept."),
            Check("agency names", False, "Some names of `agency` differ only in case."),
        ),
    )
    questions = tuple(
        replace(
            question,
            label=LABELS[question.name],
            wording=f"About {question.name}?",
            changed=("2026-Q2",) if question.name == "wait" else (),
        )
        for question in survey.questions
    )
    gone = {name: int(survey.frame[name].isna().sum()) for name in ("wait", "easy")}
    reasons = [
        ("wait", "not applicable", gone["wait"] // 4),
        ("wait", "don't know", gone["wait"] // 3),
        ("wait", "refused", 40),
        ("easy", "don't know", gone["easy"] - 12),
        ("easy", "refused", 12),
    ]
    return replace(
        survey,
        questions=questions,
        breaks=(Break("Larkfield 311", "2026-Q2", "Merged with the night line."),),
        reasons=pd.DataFrame(reasons, columns=["question", "reason", "n"]) if told else None,
    )


def make_staff() -> Survey:
    """Make a staff survey."""
    return Survey.from_frame(
        make_rows(seed=2, factor=0.2),
        agency="agency",
        period="wave",
        outcome="easy",
        scale="likert_1_5",
        questions=dict.fromkeys(ITEMS[1:], "likert_1_5"),
    )


def make_operations() -> Operations:
    """Make counts of calls."""
    frame = pd.DataFrame(
        [(agency, wave, 900.0, 1000.0) for agency in AGENCIES for wave in WAVES],
        columns=["agency", "period", "answered", "received"],
    )
    answered = OperationMeasure("answered", "Calls answered", "answered", "received")
    return Operations(frame, (answered,))


def make_funnel() -> pd.DataFrame:
    """Make a response funnel with one impossible row."""
    rows = [
        (agency, wave, 30.0 * size, 8.0 * size, float(size))
        for agency, size in zip(AGENCIES, SIZES, strict=True)
        for wave in WAVES
    ]
    funnel = pd.DataFrame(rows, columns=["agency", "period", "customers", "asked", "answered"])
    funnel.loc[2, "answered"] = 10_000.0
    return funnel


def make_coverage() -> pd.DataFrame:
    """Make the coverage of a link by name."""
    rows = [("staff survey", name, 3, 3, name, "") for name in AGENCIES[:8]]
    rows += [("staff survey", "Night <desk>", 3, 0, "", "no unit of this name")]
    rows += [("customer survey", name, 3, 2, name, "one period is missing") for name in AGENCIES]
    columns = ["source", "name", "rows", "joined", "partner", "reason"]
    return pd.DataFrame(rows, columns=columns)


def make_panel() -> Panel:
    """Make morale and results of units over time."""
    rng = np.random.default_rng(4)
    rows = [(f"Trust {k}", wave, *rng.uniform(0.4, 0.8, 2)) for k in range(20) for wave in WAVES]
    frame = pd.DataFrame(rows, columns=["agency", "period", "morale", "performance"])
    frame.loc[3, "morale"] = np.nan
    return Panel.from_frame(
        frame,
        agency="agency",
        period="period",
        morale="morale",
        performance="performance",
        morale_label="Staff engagement",
        performance_label="Seen within four hours",
    )


def make_published() -> Published:
    """Make published scores without counts."""
    rng = np.random.default_rng(5)
    rows = [
        (f"Office {k}", year, measure, float(rng.uniform(0.3, 0.9)))
        for k in range(12)
        for year in ("2024", "2025")
        for measure in ("engagement", "pay")
    ]
    frame = pd.DataFrame(rows, columns=["agency", "period", "measure", "value"])
    measures = (
        PublishedMeasure("engagement", "Engagement index", changed=("2025",)),
        PublishedMeasure("pay", "Fair <pay>"),
    )
    return Published(frame, measures)


def make_audit(**changes: object) -> dict[str, pd.DataFrame]:
    """Audit everything at once."""
    held: dict[str, object] = {
        "survey": make_survey(),
        "staff": make_staff(),
        "operations": make_operations(),
        "published": make_published(),
        "panel": make_panel(),
        "funnel": make_funnel(),
        "coverage": make_coverage(),
    }
    return fit_audit(**{**held, **changes})


def make_audits() -> dict[str, dict[str, pd.DataFrame]]:
    """Audit holdings of very different kinds."""
    counts = make_rows().groupby(["agency", "recommend"], as_index=False).size()
    counted = Survey.from_frame(
        counts, agency="agency", outcome="recommend", scale="nps_0_10", count="size"
    )
    one = make_rows().loc[lambda rows: rows["agency"] == AGENCIES[0]]
    return {
        "everything": make_audit(),
        "survey": fit_audit(survey=make_survey(told=False)),
        "counts": fit_audit(survey=counted),
        "one_agency": fit_audit(
            survey=Survey.from_frame(
                one, agency="agency", outcome="easy", scale="likert_1_5", unit="team"
            )
        ),
        "staff": fit_audit(staff=make_staff()),
        "published": fit_audit(published=make_published()),
        "panel": fit_audit(panel=make_panel()),
        "operations": fit_audit(operations=make_operations()),
    }


def audit_sections(audit: dict[str, pd.DataFrame], facts: report.PageFacts) -> list[report.Section]:
    """Write an audit page as its notebook does."""
    writers = {name: getattr(report, f"write_audit_{name}", None) for name in WRITERS}
    writers["standing"] = report.write_published_standing
    return [write(facts, audit) for write in writers.values()]
