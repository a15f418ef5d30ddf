"""Does morale go with performance, on the page of one agency?

The answer is that of the teams of all agencies, between them and within each over time. The
agency's own teams are set beside that pattern; those too small to be shown are counted and never
drawn. What would speak against the answer stands under it, and so does the claim that it tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from cxanalytics.charts import teams_table
from cxanalytics.claims.morale_verdicts import HEADLINE
from cxanalytics.claims.verdicts import NOT_TESTABLE_HERE, OF_STAFF
from cxanalytics.report.components.figures import figure, folded, opened_reasons
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.components.scorecard import agency_row
from cxanalytics.report.components.text import fill, join
from cxanalytics.report.driver_records import claim_id, claim_records
from cxanalytics.report.finding import Finding
from cxanalytics.report.morale_figures import (
    sizes_finding,
    staff_items_finding,
    teams_finding,
)
from cxanalytics.report.morale_records import size_records, staff_item_records, team_records
from cxanalytics.report.section import Section, framed
from cxanalytics.rules import COMPLEMENTARY, HIDDEN
from cxanalytics.words import (
    better,
    find_forbidden,
    list_morale_reasons,
    morale_comparisons,
    say_morale_answer,
    say_morale_beside,
    say_morale_missing,
    say_no_teams,
    say_order,
    say_other_cause,
    scale_of,
    with_looks,
)
from cxanalytics.words.claims_morale import say_morale_claim, say_tested_morale_claims

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Benchmark, Estimates, Panel

QUESTION = "Does morale go with performance?"
CLAIMS_ON_MORALE = (6, 7, 10, 12, 18)
"""Claims on morale that the page gives its verdict on, where they could be tested."""

_ASKED = "Is it true that …"


def write_morale(
    boards: Mapping[str, Benchmark],
    facts: PageFacts,
    *,
    agency: str,
    morale: Estimates | None,
    panel: Panel | None,
    teams: pd.DataFrame | None = None,
    ladder: Estimates | None = None,
    unmeasured: Estimates | None = None,
    items: pd.DataFrame | None = None,
    claims: pd.DataFrame | None = None,
    named: bool = True,
    reason: str = "",
) -> Section:
    """Write whether morale goes with performance, and where the agency's teams stand.

    Parameters
    ----------
    boards : mapping of str to Benchmark
        By measure. An agency that they hide sees nothing of its own here.
    facts : PageFacts
    agency : str
    morale : Estimates or None
        From `fit_morale_performance`; None, or without rows and with the fact `reason`, where it
        was refused.
    panel : Panel or None
        What it was fitted on.
    teams : DataFrame, optional
        From `fit_teams`.
    ladder : Estimates, optional
        From `fit_morale_ladder`: order in time and design grade.
    unmeasured : Estimates, optional
        From `fit_unmeasured_cause`.
    items : DataFrame, optional
        From `benchmark_staff_items`.
    claims : DataFrame, optional
        From `fit_tested_morale_claims`.
    named : bool
        Whether the agency's own teams may be named.
    reason : str
        Why there is no answer; the fact `reason` of the estimates when empty.

    Returns
    -------
    Section
        Its `records` belong into the files of the page.
    """
    hidden = _hidden(boards, facts, agency)
    shown = _Shown()
    answer = _refusal(morale, reason)
    if morale is not None and panel is not None and not morale.frame.empty:
        answer = say_morale_answer(
            morale, panel=panel, nouns=facts.nouns, ladder=ladder, thresholds=facts.thresholds
        )
        own = None if hidden else teams
        compared = morale_comparisons(morale, panel=panel, ladder=ladder)
        looked = with_looks(morale, ladder)
        _add_teams(shown, facts, agency, looked, panel, own, named=named)
        _add_comparisons(shown, facts, compared, panel)
        beside = say_morale_beside(
            morale, panel=panel, nouns=facts.nouns, ladder=ladder, thresholds=facts.thresholds
        )
        said = _sentences(compared, ladder, unmeasured, claims)
        told = paragraphs(*filter(None, (beside, *said)))
        if told:
            shown.folds.append(folded("How far it goes", told, css="fold"))
    if items is not None and not hidden:
        _add_items(shown, items, facts, agency)
    if claims is not None:
        _add_claims(shown, claims, facts)
    shown.folds.append(_why(morale, panel, ladder, facts, reason))
    section = framed(
        fill('<div class="folds">{}</div>', join(shown.folds)),
        kind="agency",
        anchor="morale",
        question=QUESTION,
        answer=answer,
        key_figures=_key_figures(morale),
        label="Morale",
        figures=len(shown.findings),
    )
    return replace(section, records=tuple(shown.records))


class _Shown:
    """What the section shows so far."""

    def __init__(self) -> None:
        self.folds: list[Markup] = []
        self.findings: list[Finding] = []
        self.records: list[dict[str, Any]] = []

    def draw(self, finding: Finding) -> Markup:
        """Draw a finding under the next number."""
        self.findings.append(finding)
        return figure(finding, number=len(self.findings))


def _hidden(boards: Mapping[str, Benchmark], facts: PageFacts, agency: str) -> bool:
    row = agency_row(boards.get(facts.outcome.name), agency)
    return row["suppressed_reason"] in (HIDDEN, COMPLEMENTARY)


def _refusal(morale: Estimates | None, reason: str) -> str:
    told = reason or ("" if morale is None else str(morale.facts.get("reason", "")))
    return say_morale_missing(told)


def _key_figures(morale: Estimates | None) -> pd.DataFrame:
    columns = ["key", "estimate", "conf_low", "conf_high", "n"]
    return pd.DataFrame(columns=columns) if morale is None else morale.frame[columns]


def _add_teams(
    shown: _Shown,
    facts: PageFacts,
    agency: str,
    morale: Estimates,
    panel: Panel,
    teams: pd.DataFrame | None,
    *,
    named: bool,
) -> None:
    """Add the teams of the agency, or why none is drawn."""
    if teams is None or morale.facts.get("group") == "agency":
        return
    table = teams_table(teams, agency=agency)
    if len(table):
        finding = teams_finding(table, teams, morale, panel, facts, agency=agency, named=named)
        shown.folds.append(folded(f"Your {facts.nouns.teams}", shown.draw(finding), css="fold"))
        shown.records += team_records(table, facts, panel=panel, agency=agency, named=named)
        return
    hidden = int((teams["agency"] == agency).sum())
    told = paragraphs(say_no_teams(hidden, nouns=facts.nouns, thresholds=facts.thresholds))
    shown.folds.append(folded(f"Your {facts.nouns.teams}", told, css="fold"))


def _add_comparisons(shown: _Shown, facts: PageFacts, compared: Estimates, panel: Panel) -> None:
    """Add the pattern between teams, within them, and one wave later, side by side."""
    if len(compared.frame):
        finding = sizes_finding(compared, panel, scale_of(panel), facts)
        shown.folds.append(folded("Between and within", shown.draw(finding), css="fold"))
        shown.records += size_records(compared, facts, panel=panel)


def _sentences(
    compared: Estimates,
    ladder: Estimates | None,
    unmeasured: Estimates | None,
    claims: pd.DataFrame | None,
) -> list[str]:
    """Say which came first, what else could explain it, and what comes of the claim."""
    said = [] if ladder is None else [say_order(ladder, page="executive")]
    term = "within" if unmeasured is None else str(unmeasured.facts.get("term", "within"))
    rows = compared.frame.loc[compared.frame["key"] == term]
    clear = len(rows) > 0 and better(rows.iloc[0], level=compared.level) != 0
    said.append(say_other_cause(unmeasured, shown=clear))
    if claims is not None and (claims["claim"] == HEADLINE).any():
        said.append(say_morale_claim(claims))
    return [text for text in said if text]


def _add_items(shown: _Shown, items: pd.DataFrame, facts: PageFacts, agency: str) -> None:
    """Add what staff answered, behind a summary on a phone."""
    finding = staff_items_finding(items, facts, agency=agency)
    if finding is not None:
        shown.folds.append(folded("What staff say", shown.draw(finding), css="fold"))
        shown.records += staff_item_records(items, facts, agency=agency)


def _add_claims(shown: _Shown, claims: pd.DataFrame, facts: PageFacts) -> None:
    """Put claims that could be tested beside what the data say of them."""
    tested = (claims["verdict"] != NOT_TESTABLE_HERE) & (claims["missing"] != OF_STAFF)
    here = claims.loc[tested & claims["claim"].isin(CLAIMS_ON_MORALE)]
    units = (facts.nouns.team, facts.nouns.teams)
    said = say_tested_morale_claims(here, nouns=facts.nouns, units=units)
    lines = []
    for (_, row), text in zip(here.iterrows(), said, strict=True):
        if find_forbidden(text, grade=str(row["grade"]) or None):
            continue
        verdict = f"{str(row['verdict'])[:1].upper()}{str(row['verdict'])[1:]}."
        lines.append(
            fill(
                '<tr id="{}"><th scope="row">{}</th><td><b>{}</b> {}</td></tr>',
                claim_id(int(row["claim"])),
                row["title"],
                verdict,
                text,
            )
        )
    if lines:
        table = fill('<table class="asked"><tbody>{}</tbody></table>', join(lines))
        shown.folds.append(folded(_ASKED, fill("<h3>{}</h3>{}", _ASKED, table), css="fold"))
        shown.records += claim_records(here, facts)


def _why(
    morale: Estimates | None,
    panel: Panel | None,
    ladder: Estimates | None,
    facts: PageFacts,
    reason: str,
) -> Markup:
    """Open the answer to what it stands on."""
    entries = [("Reason", _refusal(morale, reason))]
    if morale is not None and panel is not None and not morale.frame.empty:
        looked = with_looks(morale, ladder)
        entries = list_morale_reasons(looked, panel=panel, nouns=facts.nouns, ladder=ladder)
    return opened_reasons("morale", entries)
