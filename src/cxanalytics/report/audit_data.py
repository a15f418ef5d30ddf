"""Can the audit be checked and taken away? Every table of it, in one workbook."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
import xlsxwriter

from cxanalytics.formats import SLUG_LENGTH, long_date, significant, slug
from cxanalytics.report.audit_parts import Audit, audit_section
from cxanalytics.report.components.downloads import Download, download_links
from cxanalytics.report.components.lists import provenance
from cxanalytics.report.components.text import clean, fill
from cxanalytics.report.driver_records import claim_id
from cxanalytics.report.exports import FIXED_CREATION, WORKBOOK, neutral

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.report.section import Section

_SHEET_NAME = 31
CSV = "text/csv;charset=utf-8"


def write_audit_data(facts: PageFacts, audit: Audit) -> Section:
    """Write the downloads and where the figures come from.

    Parameters
    ----------
    facts : PageFacts
    audit : mapping of str to DataFrame

    Returns
    -------
    Section
    """
    claims = audit["claims"]
    claims = claims.assign(id=[claim_id(number) for number in claims["number"]])
    claims = claims[["id", *audit["claims"].columns]]
    book = audit_workbook({**audit, "claims": claims}, facts)
    files = (
        Download("Excel, all tables", f"{_stem(facts)}.xlsx", WORKBOOK, book),
        Download("CSV, claims", f"{_stem(facts)}-claims.csv", CSV, claims_csv(claims)),
    )
    content = fill(
        '{}<p class="print-only">The figures are in the files that come with this page: {}.</p>{}',
        download_links(files),
        ", ".join(entry.filename for entry in files),
        provenance(_entries(facts, audit)),
    )
    names = pd.DataFrame({"table": list(audit), "rows": [len(table) for table in audit.values()]})
    return audit_section(
        content,
        facts=facts,
        anchor="data",
        question="Can I check it and take it away?",
        answer="Yes. Every table behind this page is in the workbook; hidden numbers are in none.",
        label="Data",
        key_figures=names,
    )


def _stem(facts: PageFacts) -> str:
    return f"audit-{slug(facts.title)}"[: SLUG_LENGTH - 7].rstrip("-")


def _entries(facts: PageFacts, audit: Audit) -> list[tuple[str, object]]:
    checks = audit["checks"]["passed"]
    decided, passed = int((checks != "").sum()), int((checks == "yes").sum())
    made = " ".join(next(iter(facts.versions.items()))) if facts.versions else ""
    run = [
        long_date(facts.produced) if facts.produced else "",
        f"by {made}" if made else "",
        f"run {facts.run_id}" if facts.run_id else "",
    ]
    hashed = fill("<code>{}</code>", facts.input_hash) if facts.input_hash else ""
    return [
        ("Source", facts.source),
        ("Input checks", f"{passed} of {decided} passed" if decided else ""),
        ("Data cut", long_date(facts.data_cut) if facts.data_cut else ""),
        ("Produced", ", ".join(filter(None, run))),
        ("Input hash", hashed),
        ("Run again", facts.command),
        ("Published by", facts.publisher),
        ("Other formats", facts.contact),
    ]


def _value(value: Any) -> Any:
    """Keep text clean, numbers at six digits, and nothing for what is not known or not shown."""
    if isinstance(value, str):
        return clean(value)
    if value is None or pd.isna(value):
        return None
    number = float(value)
    if not math.isfinite(number):
        return None
    return int(number) if number == int(number) else significant(number)


def claims_csv(claims: pd.DataFrame) -> bytes:
    """Write the claims and what each lacks as CSV, UTF-8 with a mark that spreadsheets know.

    The first column is the id of the claim on the page.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(claims.columns)
    for row in claims.itertuples(index=False):
        writer.writerow([neutral(clean(cell)) for cell in row])
    return buffer.getvalue().encode("utf-8-sig")


def audit_workbook(audit: Audit, facts: PageFacts) -> bytes:
    """Write the tables of an audit as a workbook, one sheet each.

    Parameters
    ----------
    audit : mapping of str to DataFrame
    facts : PageFacts

    Returns
    -------
    bytes
        The same for the same tables.
    """
    buffer = io.BytesIO()
    options: Mapping[str, bool] = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(buffer, dict(options))
    book.set_properties(
        {
            "title": clean(facts.title),
            "author": clean(facts.publisher),
            "comments": f"run {facts.run_id}",
            "created": FIXED_CREATION,
        }
    )
    bold = book.add_format({"bold": True, "bottom": 1})
    for name, table in audit.items():
        sheet = book.add_worksheet(name[:_SHEET_NAME])
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, max(len(table.columns) - 1, 0), 18)
        sheet.write_row(0, 0, [str(column) for column in table.columns], bold)
        for place, row in enumerate(table.itertuples(index=False), start=1):
            for column, cell in enumerate(row):
                value = _value(cell)
                if isinstance(value, str):
                    sheet.write_string(place, column, str(neutral(value)))
                elif value is not None:
                    sheet.write_number(place, column, value)
    book.close()
    return buffer.getvalue()
