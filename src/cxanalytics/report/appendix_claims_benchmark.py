"""What do the data say of the claims about comparing agencies? The block of the appendix.

Verdicts stand here, each with a link to the block that holds its figures. Claims without a test
say what is missing, as the others do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cxanalytics.claims.verdicts import NOT_TESTABLE_HERE
from cxanalytics.report.appendix_claims import claim_base
from cxanalytics.report.appendix_claims_morale import grouped_claims
from cxanalytics.report.components.text import fill
from cxanalytics.report.section import Section, framed
from cxanalytics.words import (
    assert_sentence_allowed,
    say_benchmark_claims,
    say_claims_count,
    say_department_claims,
    say_missing,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts

ANCHOR = "claims_benchmark"
UNTESTED = (25, 26, 36)
"""Numbers of the claims about comparing that no model here tests."""

NO_TEST = "a test of the claim, which is not built"
"""What such a claim misses where a study holds everything it needs."""

_EVIDENCE = {
    22: "casemix",
    23: "peers",
    24: "ranks",
    27: "departments-all",
    28: "departments-all",
    35: "departments-all",
    37: "departments-all",
}
_FIGURES = ("estimate", "other", "n")


def write_appendix_benchmark_claims(
    claims: pd.DataFrame,
    facts: PageFacts,
    *,
    departments: pd.DataFrame | None = None,
    listed: pd.DataFrame | None = None,
) -> Section:
    """Write the verdicts on the claims about comparing agencies, channels and departments.

    Parameters
    ----------
    claims : DataFrame
        From `fit_tested_benchmark_claims`.
    facts : PageFacts
    departments : DataFrame, optional
        From `fit_department_claims`.
    listed : DataFrame, optional
        From `fit_claims`: what the claims without a test lack.

    Returns
    -------
    Section
    """
    nouns = facts.nouns
    parts = [claims.assign(said=say_benchmark_claims(claims, nouns=nouns))]
    if departments is not None:
        said = say_department_claims(departments, nouns=nouns)
        parts.append(departments.assign(said=said))
    if listed is not None:
        parts.append(_untested(listed, claims))
    table = pd.concat(parts, ignore_index=True).sort_values("claim", kind="stable")
    entries = []
    for _, row in table.iterrows():
        text = f"{row['said']} {claim_base(row, facts)}".strip()
        assert_sentence_allowed(text, grade=str(row["grade"]) or "D", page="appendix")
        title = f"{row['claim']}. {row['title']}: {row['verdict']}"
        entries.append((title, _linked(row, text)))
    answer = say_claims_count(table, about=f"comparing {nouns.organizations}")
    figures = ["claim", "verdict", "grade", "estimate", "conf_low", "conf_high", "n", "agencies"]
    return framed(
        grouped_claims(entries, table["verdict"]),
        kind="appendix",
        anchor=ANCHOR,
        question=f"Do the claims about comparing {nouns.organizations} hold?",
        answer=answer,
        key_figures=table[figures].reset_index(drop=True),
        label="Claims about comparing",
    )


def _untested(listed: pd.DataFrame, like: pd.DataFrame) -> pd.DataFrame:
    """Give the claims without a test, with what the study lacks for them, as tested ones are."""
    rows = listed.loc[listed["number"].isin(UNTESTED)]
    missing = [str(text) or NO_TEST for text in rows["missing"]]
    table = pd.DataFrame(
        {
            "claim": rows["number"].to_numpy(),
            "title": rows["claim"].to_numpy(),
            "verdict": NOT_TESTABLE_HERE,
            "grade": "",
            "missing": missing,
        }
    )
    return table.reindex(columns=like.columns).assign(said=[say_missing(text) for text in missing])


def _linked(row: pd.Series[Any], text: str) -> str:
    """Add the way to the figures, where there are any."""
    anchor = _EVIDENCE.get(int(row["claim"]))
    if anchor is None or row[list(_FIGURES)].isna().all():
        return text
    return fill('{} <a href="#{}">Figures behind claim {}</a>', text, anchor, row["claim"])
