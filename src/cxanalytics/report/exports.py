"""How does a reader take the figures away?

One list of records serves the sentence, the table and every file: each record carries the id of
the row it stands in on the page. Suppressed rows keep their reason and carry no figure. The
workbook has a fixed date of creation, so that two builds are the same to the byte.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import xlsxwriter

from cxanalytics.formats import significant, slug
from cxanalytics.report.components.downloads import Download
from cxanalytics.report.components.text import clean
from cxanalytics.report.record_ids import funnel_ids, measure_ids, score_ids
from cxanalytics.rules import LEVEL, NOT_ASKED

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Benchmark, Funnel

FIGURES = (
    "estimate",
    "conf_low",
    "conf_high",
    "raw",
    "raw_low",
    "raw_high",
    "peer",
    "peer_low_quarter",
    "peer_high_quarter",
    "gap",
    "gap_low",
    "gap_high",
    "p_above",
    "p_below",
    "p_same",
    "p_top_quartile",
    "certainty",
    "rank_low",
    "rank_high",
    "peers",
    "n",
    "response_rate",
    "reliability",
    "change",
    "change_low",
    "change_high",
    "p_rise",
    "p_fall",
    "importance",
    "importance_low",
    "importance_high",
    "p_first",
)
WORDS = ("verdict", "change_reason", "suppressed_reason", "call", "tier")
WHOLE = ("rank_low", "rank_high", "peers", "n")
COLUMNS = ("id", "agency", "measure", "label", "wave", *FIGURES, *WORDS)
COLUMN_NOTES = {
    "id": "Id of the place on the page that shows the record; no two records share one.",
    "estimate": "Stabilized score, a share from 0 to 1; the page prints it as a percent.",
    "conf_low": f"Low end of the likely range ({LEVEL:.0%}); conf_high is its high end.",
    "raw": "Unadjusted score, with raw_low and raw_high.",
    "peer": "Typical peer: the middle score of the other organizations. For a department: the "
    "average of the other departments of its organization. A channel has none.",
    "peer_low_quarter": "Low end of the middle half of peers; peer_high_quarter is its high end.",
    "gap": "Score minus typical peer, with gap_low and gap_high; 0.01 is one point. For a channel: "
    "minus the average of the other channels of its organization.",
    "p_above": "Chance of a gap above the typical peer that matters; p_below, p_same alike.",
    "certainty": "Chance behind the verdict.",
    "rank_low": "Best likely rank; rank_high is the worst.",
    "peers": "How many others the gap is measured against.",
    "n": "Answers. Empty where hidden.",
    "response_rate": "Share answered among those asked, where it is known and may be shown.",
    "change": "Change since the wave before, with change_low and change_high.",
    "suppressed_reason": "Why a row carries no figures.",
    "importance": "Driver’s share of what all drivers explain together, with importance_low and "
    "importance_high; of all organizations together.",
    "p_first": "Chance that the driver has the largest share.",
    "call": "What the priority chart calls the driver, or the side outside the outer band of the "
    "funnel; empty for no call.",
    "tier": "Drivers with the same number cannot be told apart; 1 is the leader’s.",
}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
FIXED_CREATION = datetime(2020, 1, 1)
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def make_record(
    row: Mapping[Hashable, Any], facts: PageFacts, *, anchor: str, measure: str, label: str
) -> dict[str, Any]:
    """Make one record of a row of figures; whole numbers stay whole.

    Parameters
    ----------
    row : mapping
        `key`, and whichever of `FIGURES` and `WORDS` are known.
    facts : PageFacts
    anchor : str
        Id of the row of the page that shows it; "" for none.
    measure, label : str

    Returns
    -------
    dict
        With `COLUMNS` as keys; None for a figure that is not known.
    """
    row = {**row, "response_rate": facts.response_rates.get(str(row["key"]))}
    record: dict[str, Any] = {
        "id": anchor,
        "agency": row["key"],
        "measure": measure,
        "label": label,
        "wave": facts.wave,
    }
    for column in FIGURES:
        value = row.get(column)
        if value is None or pd.isna(value) or not math.isfinite(value):
            record[column] = None
        else:
            record[column] = int(value) if column in WHOLE else significant(float(value))
    for column in WORDS:
        value = row.get(column, "")
        record[column] = "" if value is None or pd.isna(value) else str(value)
    return record


def score_records(
    boards: Mapping[str, Benchmark], facts: PageFacts, *, agency: str
) -> list[dict[str, Any]]:
    """List one record for each measure of an agency, in the order of the scorecard.

    Parameters
    ----------
    boards : mapping of str to Benchmark
        By measure.
    facts : PageFacts
    agency : str
        A key of every board that knows it.

    Returns
    -------
    list of dict
        With `COLUMNS` as keys; None for a figure that is not known or not shown.
    """
    records = []
    ids = score_ids(measure.name for measure in facts.measures)
    for measure in facts.measures:
        board = boards.get(measure.name)
        if board is None or agency not in set(board.frame["key"]):
            row: Mapping[Hashable, Any] = {"key": agency, "suppressed_reason": NOT_ASKED}
        else:
            row = board.row(agency).to_dict()
        records.append(
            make_record(
                row,
                facts,
                anchor=ids[measure.name],
                measure=measure.name,
                label=measure.label,
            )
        )
    return records


def standing_records(
    boards: Mapping[str, Benchmark], facts: PageFacts, *, measure: str | None = None
) -> list[dict[str, Any]]:
    """List one record for each agency on one measure, best first, suppressed last.

    Parameters
    ----------
    boards : mapping of str to Benchmark
    facts : PageFacts
    measure : str, optional
        The outcome when absent.

    Returns
    -------
    list of dict
    """
    entry = facts.measure(measure) if measure else facts.outcome
    frame = boards[entry.name].frame.sort_values(
        ["estimate", "key"], ascending=[False, True], na_position="last"
    )
    anchors = measure_ids(boards, facts)[entry.name]
    return [
        make_record(
            row,
            facts,
            anchor=anchors[row["key"]],
            measure=entry.name,
            label=entry.label,
        )
        for row in frame.to_dict("records")
    ]


def funnel_records(funnel: Funnel, facts: PageFacts) -> list[dict[str, Any]]:
    """List one record for each agency of a funnel, by name.

    Parameters
    ----------
    funnel : Funnel
        Of the outcome.
    facts : PageFacts

    Returns
    -------
    list of dict
        `raw` is the unadjusted score, `call` the side outside the outer band.
    """
    ids = funnel_ids(funnel.points["key"])
    outcome = facts.outcome
    return [
        make_record(
            {"key": row["key"], "raw": row["share"], "n": row["n"], "call": row["side"]},
            facts,
            anchor=ids[row["key"]],
            measure=f"{outcome.name}/funnel",
            label=f"{outcome.label}: place in the funnel",
        )
        for row in funnel.points.sort_values("key").to_dict("records")
    ]


def neutral(value: object) -> object:
    """Keep a spreadsheet from reading text as a formula.

    Parameters
    ----------
    value : object
        A cell.

    Returns
    -------
    object
        Text that starts with one of = + - @ tab CR gets an apostrophe in front; the rest is
        unchanged.
    """
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def csv_cell(value: object) -> object:
    """Give a cell as CSV files have it; what cleaning bares is no formula either."""
    return neutral(clean(neutral(value))) if isinstance(value, str) else value


def to_csv(records: Sequence[Mapping[str, Any]]) -> bytes:
    """Write records as CSV, UTF-8 with a mark that spreadsheets recognise."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for record in records:
        cells = (record[name] for name in COLUMNS)
        writer.writerow(["" if cell is None else csv_cell(cell) for cell in cells])
    return buffer.getvalue().encode("utf-8-sig")


def to_json(records: Sequence[Mapping[str, Any]], facts: PageFacts) -> bytes:
    """Write records as JSON, with what they stand on.

    Unknown and empty fields are left out, and so are the usual label of a measure and the wave of
    the page, which stand once: the file travels inside the page.
    """
    told = {record["measure"]: record["label"] for record in reversed(records)}
    document = {
        "title": clean(facts.title),
        "programme": facts.programme,
        "wave": facts.wave,
        "dates": facts.dates,
        "simulated": facts.simulated,
        "level": LEVEL,
        "run_id": facts.run_id,
        "input_hash": facts.input_hash,
        "versions": dict(facts.versions),
        "columns": COLUMN_NOTES,
        "measures": {name: clean(label) for name, label in reversed(told.items())},
        "records": [
            {
                name: clean(value) if isinstance(value, str) else value
                for name, value in record.items()
                if value not in (None, "")
                and (name != "label" or value != told[record["measure"]])
                and (name != "wave" or value != facts.wave)
            }
            for record in records
        ],
    }
    compact = (",", ":")
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=compact).encode()


def to_xlsx(records: Sequence[Mapping[str, Any]], facts: PageFacts) -> bytes:
    """Write records as a workbook: the figures, and a sheet that explains them."""
    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties(
        {
            "title": clean(facts.title),
            "author": clean(facts.publisher),
            "comments": f"run {facts.run_id}",
            "created": FIXED_CREATION,
        }
    )
    bold = book.add_format({"bold": True, "bottom": 1})
    sheet = book.add_worksheet("Figures")
    sheet.freeze_panes(1, 4)
    sheet.write_row(0, 0, COLUMNS, bold)
    sheet.set_column(0, 3, 22)
    sheet.set_column(4, len(COLUMNS) - 1, 11)
    for place, record in enumerate(records, start=1):
        for column, name in enumerate(COLUMNS):
            value = record[name]
            if isinstance(value, str):
                sheet.write_string(place, column, clean(value))
            elif value is not None:
                sheet.write_number(place, column, value)
    _explain(book, facts, bold)
    book.close()
    return buffer.getvalue()


def _explain(book: xlsxwriter.Workbook, facts: PageFacts, bold: Any) -> None:
    """Add the sheet that says what the columns mean and where they come from."""
    sheet = book.add_worksheet("Read me")
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 100)
    notice = "Simulated data: nothing here is about a real organization." if facts.simulated else ""
    lines = [
        ("Page", facts.title),
        ("Notice", notice),
        ("Programme", facts.programme),
        ("Wave", ", ".join(dict.fromkeys(filter(None, (facts.wave, facts.dates))))),
        ("Source", facts.source),
        ("Run", facts.run_id),
        ("Input", facts.input_hash),
        *COLUMN_NOTES.items(),
    ]
    for place, (name, text) in enumerate(line for line in lines if line[1]):
        sheet.write_string(place, 0, name, bold)
        sheet.write_string(place, 1, clean(text))


def downloads(
    records: Sequence[Mapping[str, Any]], facts: PageFacts, *, name: str
) -> tuple[Download, ...]:
    """Make the three files that a page carries.

    Parameters
    ----------
    records : sequence of dict
        As `score_records` and `standing_records` give them.
    facts : PageFacts
    name : str
        Any text; the files are called by its slug.

    Returns
    -------
    tuple of Download
        CSV, JSON and Excel.
    """
    stem = slug(name)
    return (
        Download("CSV", f"{stem}.csv", "text/csv;charset=utf-8", to_csv(records)),
        Download("JSON", f"{stem}.json", "application/json", to_json(records, facts)),
        Download("Excel", f"{stem}.xlsx", WORKBOOK, to_xlsx(records, facts)),
    )
