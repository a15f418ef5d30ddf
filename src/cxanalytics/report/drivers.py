"""What goes with the outcome, on the page of one agency?

Which drivers go most with the outcome is found among all agencies; where this agency stands on each
comes from its rows of the boards. The bars of its answers end in the score that is printed
everywhere else. Where the drivers cannot be separated, no driver is named and the bars stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from cxanalytics.charts import answer_bars_table, priority_table
from cxanalytics.claims.verdicts import OF_STAFF
from cxanalytics.formats import count
from cxanalytics.report.components.figures import figure, folded, opened_reasons
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.components.scorecard import agency_row
from cxanalytics.report.components.text import clean, fill, join
from cxanalytics.report.driver_figures import answers_finding, driver_positions, drivers_finding
from cxanalytics.report.driver_records import (
    EXPLAINED,
    answer_records,
    claim_id,
    claim_records,
    driver_records,
    explained_record,
)
from cxanalytics.report.finding import Finding
from cxanalytics.report.section import Section, framed
from cxanalytics.words import (
    NOT_CAUSE,
    by_share,
    explained_share,
    find_forbidden,
    is_separated,
    list_driver_reasons,
    say_claim_question,
    say_drivers,
    say_no_answers,
    say_step,
    say_tested_claims,
    say_together,
    say_verdict_on_claim,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Benchmark, Estimates

CLAIMS_HERE = (1, 5)
"""Claims that the page gives its verdict on."""

_LEFT_OUT = "missing_driver"
_ASKED = "Is it true that …"
_TOGETHER = "All drivers together"


def write_drivers(
    boards: Mapping[str, Benchmark],
    facts: PageFacts,
    *,
    agency: str,
    drivers: Estimates,
    shares: pd.DataFrame,
    effects: Estimates | None = None,
    claims: pd.DataFrame | None = None,
    reason: str = "",
) -> Section:
    """Write which drivers go with the outcome, and where the agency stands on them.

    Parameters
    ----------
    boards : mapping of str to Benchmark
        By measure; a driver without one is listed and not placed.
    facts : PageFacts
    agency : str
    drivers : Estimates
        From `fit_drivers`; no rows where it was refused.
    shares : DataFrame
        From `fit_answer_shares`, of all agencies.
    effects : Estimates, optional
        From `fit_recommendation`.
    claims : DataFrame, optional
        From `fit_tested_claims`.
    reason : str
        Why there are no drivers; the fact `reason` of the estimates when empty.

    Returns
    -------
    Section
        Its `records` belong into the files of the page.
    """
    names = _names(drivers, shares, facts)
    rows = {str(key): agency_row(boards.get(str(key)), agency) for key in drivers.frame["key"]}
    parts: list[Markup] = []
    folds: list[Markup] = []
    records: list[dict[str, Any]] = []
    findings: list[Finding] = []
    table = pd.DataFrame()
    if is_separated(drivers):
        table = priority_table(drivers, driver_positions(rows), names=names)
        findings.append(drivers_finding(drivers, table, rows, facts, effects=effects))
        said = _sentences(drivers, facts, names, effects)
        parts += [figure(findings[0], number=1), paragraphs(said)]
        tied = say_together(drivers, names=names)
        folds += [folded("Cannot be told apart", paragraphs(*tied), css="fold")] if tied else []
        records += _driver_records(drivers, table, rows, facts, effects)
    bars = _bars(boards, shares, names, agency)
    if len(bars):
        findings.append(answers_finding(bars, boards, shares, facts, names, agency))
        shown = figure(findings[-1], number=len(findings))
        folds.append(folded("How people answered", shown, css="fold"))
        records += answer_records(bars, facts, agency=agency)
    else:
        row = agency_row(boards.get(facts.outcome.name), agency)
        parts.append(
            paragraphs(say_no_answers(row, nouns=facts.nouns, thresholds=facts.thresholds))
        )
    if claims is not None:
        # A page about employees has nothing to say of customers.
        own = claims["missing"] != OF_STAFF
        here = claims.loc[own & claims["claim"].isin(CLAIMS_HERE)]
        folds.append(_claims(here, facts, names))
        records += claim_records(here, facts)
    folds.append(_why(drivers, facts, names, reason))
    parts.append(fill('<div class="folds">{}</div>', join(folds)))
    first = "" if drivers.frame.empty else str(by_share(drivers)["key"].iloc[0])
    fix_first = [] if table.empty else list(table.loc[table["call"] == "fix first", "key"])
    section = framed(
        join(parts),
        kind="agency",
        anchor="drivers",
        question=f"What goes with {facts.nouns.outcome}?",
        answer=say_drivers(
            drivers, rows.get(first), nouns=facts.nouns, names=names, fix_first=fix_first
        ),
        key_figures=table.drop(columns="key", errors="ignore"),
        label="Drivers",
        figures=len(findings),
    )
    return replace(section, records=tuple(records))


def _names(drivers: Estimates, shares: pd.DataFrame, facts: PageFacts) -> dict[str, str]:
    """Give every question one name: that of the scorecard where it is there."""
    asked = dict(zip(shares["question"], shares["question_label"], strict=True))
    own = drivers.frame.get("label", pd.Series(dtype=object))
    modeled = dict(zip(drivers.frame["key"], own, strict=True))
    measured = {measure.name: measure.label for measure in facts.measures}
    return {str(key): clean(name) for key, name in {**asked, **modeled, **measured}.items()}


def _driver_records(
    drivers: Estimates,
    table: pd.DataFrame,
    rows: Mapping[str, pd.Series[Any]],
    facts: PageFacts,
    effects: Estimates | None,
) -> list[dict[str, Any]]:
    """List what the first figure, its table and the sentences under it say."""
    records = driver_records(
        table,
        {key: row.to_dict() for key, row in rows.items()},
        facts,
        drivers=drivers.frame,
        effects=None if effects is None else effects.frame,
    )
    explained = explained_share(drivers)
    if explained is not None:
        records.append(explained_record(explained, float(drivers.facts["n"]), facts))
    return records


def _sentences(
    drivers: Estimates, facts: PageFacts, names: Mapping[str, str], effects: Estimates | None
) -> str:
    """Say how much goes with the first driver, and that it is no proof."""
    first = str(by_share(drivers)["key"].iloc[0])
    if effects is None or not (effects.frame["key"] == first).any():
        return NOT_CAUSE
    return f"{say_step(effects.row(first), nouns=facts.nouns, name=names[first])} {NOT_CAUSE}"


def _bars(
    boards: Mapping[str, Benchmark], shares: pd.DataFrame, names: Mapping[str, str], agency: str
) -> pd.DataFrame:
    """Give the parts of the agency's bars, scaled to the scores of the boards."""
    own = shares.loc[shares["agency"] == agency]
    rows = {name: agency_row(boards.get(name), agency) for name in own["question"].unique()}
    totals = {
        name: float(row["estimate"]) for name, row in rows.items() if row["suppressed_reason"] == ""
    }
    return answer_bars_table(own, totals, names=names)


def _claims(claims: pd.DataFrame, facts: PageFacts, names: Mapping[str, str]) -> Markup:
    """Put the claims that leaders are told beside what the data say of them."""
    said = say_tested_claims(claims, nouns=facts.nouns, labels=names)
    lines = [
        fill(
            '<tr id="{}"><th scope="row">{}</th><td><b>{}</b> {} {}</td></tr>',
            claim_id(int(row["claim"])),
            say_claim_question(int(row["claim"]), nouns=facts.nouns),
            *say_verdict_on_claim(row, text),
            _base(row, facts),
        )
        for (_, row), text in zip(claims.iterrows(), said, strict=True)
    ]
    if not lines:
        return Markup("")
    table = fill('<table class="asked"><tbody>{}</tbody></table>', join(lines))
    return folded(_ASKED, fill("<h3>{}</h3>{}", _ASKED, table), css="fold")


def _base(row: pd.Series[Any], facts: PageFacts) -> str:
    """Say the base and the grade of one claim's figures, where they are known."""
    if pd.isna(row["n"]):
        return ""
    groups = f" in {count(row['agencies'])} {facts.nouns.organizations}"
    known = "" if pd.isna(row["agencies"]) else groups
    return f"Base: {count(row['n'])} {facts.nouns.respondents}{known}. Evidence {row['grade']}."


def _why(drivers: Estimates, facts: PageFacts, names: Mapping[str, str], reason: str) -> Markup:
    """Open the answer to what it stands on."""
    told = reason or str(drivers.facts.get("reason", ""))
    left_out = [check.text for check in drivers.checks if check.name == _LEFT_OUT]
    entries = list_driver_reasons(
        drivers,
        nouns=facts.nouns,
        left_out=[_with_label(text, names) for text in left_out],
        reason="" if find_forbidden(told) else told,
    )
    return opened_reasons(
        "drivers",
        (
            (name, fill('<span id="{}">{}</span>', EXPLAINED, text) if name == _TOGETHER else text)
            for name, text in entries
        ),
    )


def _with_label(text: str, names: Mapping[str, str]) -> str:
    """Start a sentence about a question with its label instead of its name."""
    name, _, rest = text.partition(" ")
    return f"“{names[name]}” {rest}" if name in names else text
