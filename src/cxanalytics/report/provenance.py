"""Can I check it and take it away? One answer for every kind of page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from cxanalytics.formats import count, long_date
from cxanalytics.report.components.downloads import download_links
from cxanalytics.report.components.figures import folded
from cxanalytics.report.components.lists import provenance
from cxanalytics.report.components.text import fill
from cxanalytics.report.exports import downloads
from cxanalytics.report.section import Section, framed

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Benchmark


def _checks(facts: PageFacts) -> str:
    """Count the tests of the input; those that failed are named."""
    decided = [check for check in facts.checks if check.passed is not None]
    failed = [check.text for check in decided if not check.passed]
    if not decided:
        return ""
    told = f"{len(decided) - len(failed)} of {len(decided)} data tests passed"
    return f"{told}. Not passed: {' '.join(failed)}" if failed else told


def _answers(boards: Mapping[str, Benchmark], facts: PageFacts, agency: str) -> str:
    """Say the base, where no hidden count could be had by subtraction."""
    board = boards[facts.outcome.name]
    shown = board.shown
    total = f"{count(shown['n'].sum())} in the {len(shown)} {facts.nouns.organizations} shown"
    own = shown.loc[shown["key"] == agency, "n"]
    return f"{count(own.iloc[0])} {facts.nouns.respondents}; {total}" if len(own) else total


def _link(address: str, text: str) -> Markup:
    return fill('<a href="{}">{}</a>', address, text) if address else Markup("")


def provenance_entries(
    boards: Mapping[str, Benchmark], facts: PageFacts, *, agency: str = ""
) -> list[tuple[str, object]]:
    """List where the figures come from.

    Parameters
    ----------
    boards : mapping of str to Benchmark
    facts : PageFacts
    agency : str
        The agency of the page, if it is one's.

    Returns
    -------
    list of (str, object)
        Name and text.
    """
    packages = list(facts.versions.items())
    version = " ".join(packages[0]) if packages else ""
    produced = [
        long_date(facts.produced) if facts.produced else "",
        f"by {version}" if version else "",
    ]
    made = " ".join(filter(None, produced))
    run = f"run {facts.run_id}" if facts.run_id else ""
    hashed = fill("<code>{}</code>", facts.input_hash) if facts.input_hash else Markup("")
    return [
        ("Source", facts.source),
        ("Answers", _answers(boards, facts, agency)),
        ("Data cut", long_date(facts.data_cut) if facts.data_cut else ""),
        ("Produced", ", ".join(filter(None, (made, run)))),
        ("Input hash", hashed),
        ("Input checks", _checks(facts)),
        ("Methods", _link(facts.appendix, "Technical appendix")),
        ("Data", _link(facts.audit, "What do we hold, and can it be trusted?")),
        ("Next update", facts.next_update),
        ("Published by", facts.publisher),
        ("Other formats", facts.contact),
    ]


def data_content(
    records: Sequence[Mapping[str, Any]],
    facts: PageFacts,
    *,
    name: str,
    boards: Mapping[str, Benchmark],
) -> Section:
    """Write the section with the downloads and the provenance of any page.

    Parameters
    ----------
    records : sequence of dict
        What the files hold.
    facts : PageFacts
    name : str
        Names the files; the agency, on an agency's page.
    boards : mapping of str to Benchmark

    Returns
    -------
    Section
    """
    files = downloads(records, facts, name=name)
    told = provenance(provenance_entries(boards, facts, agency=name))
    content = fill(
        '{}<p class="print-only">The figures are in the files that come with this page: {}.</p>'
        '<div class="folds">{}</div>',
        download_links(files),
        ", ".join(entry.filename for entry in files),
        folded("Where the figures come from", told, css="fold"),
    )
    return framed(
        content,
        kind=facts.kind,
        anchor="data",
        question="Can I check it and take it away?",
        answer="Yes. Every score, gap and rank is in these files, and the run can be repeated.",
        key_figures=pd.DataFrame({"file": [f.filename for f in files], "rows": len(records)}),
        label="Data",
    )
