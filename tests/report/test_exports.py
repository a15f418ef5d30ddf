from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest

from cxanalytics.report import exports


@pytest.fixture
def records(boards, facts, made_up):
    return exports.score_records(boards, facts, agency=made_up.YOU) + exports.standing_records(
        boards, facts
    )


def test_three_files_hold_the_same_records(records, facts):
    rows = list(csv.DictReader(io.StringIO(exports.to_csv(records).decode("utf-8-sig"))))
    told = json.loads(exports.to_json(records, facts))["records"]
    sheet = openpyxl.load_workbook(io.BytesIO(exports.to_xlsx(records, facts)))["Figures"]
    assert [row["id"] for row in rows] == [row["id"] for row in told]
    assert [cell.value for cell in sheet["A"]][1:] == [row["id"] for row in told]
    column = exports.COLUMNS.index("estimate") + 1
    for place, row in enumerate(rows):
        value = told[place].get("estimate")
        assert row["estimate"] == ("" if value is None else str(value))
        assert sheet.cell(place + 2, column).value == value


def test_figures_have_six_significant_digits_and_counts_are_whole(records):
    first = records[0]
    assert len(str(first["estimate"]).replace("0.", "")) <= 6
    assert all(isinstance(first[name], int) for name in exports.WHOLE)
    assert {"conf_low", "conf_high", "p_above", "n", "suppressed_reason"} <= set(exports.COLUMNS)


def test_suppressed_records_carry_no_figures(records):
    suppressed = [record for record in records if record["suppressed_reason"]]
    assert {record["suppressed_reason"] for record in suppressed} == {"few", "hidden"}
    for record in suppressed:
        known = {name for name in exports.FIGURES if record[name] is not None}
        assert known == ({"n"} if record["suppressed_reason"] == "few" else set())


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "\u202e="])
def test_text_that_looks_like_a_formula_is_neutral(start, records, facts):
    record = {**records[0], "agency": f"{start}cmd|'/c calc'!A1"}
    row = next(csv.DictReader(io.StringIO(exports.to_csv([record]).decode("utf-8-sig"))))
    assert row["agency"].startswith("'")
    book = openpyxl.load_workbook(io.BytesIO(exports.to_xlsx([record], facts)))
    cell = book["Figures"].cell(2, exports.COLUMNS.index("agency") + 1)
    assert cell.data_type == "s"


def test_numbers_below_zero_stay_numbers(records):
    below = next(record for record in records if record["gap"] is not None and record["gap"] < 0)
    row = next(csv.DictReader(io.StringIO(exports.to_csv([below]).decode("utf-8-sig"))))
    assert float(row["gap"]) == below["gap"]


def test_a_record_keeps_what_differs_from_its_page_and_its_measure(records, facts):
    first, other = records[0], {**records[0], "id": "x", "label": "Own label", "wave": "Before"}
    told = json.loads(exports.to_json([first, other], facts))
    assert told["measures"] == {first["measure"]: first["label"]}
    assert not {"label", "wave"} & set(told["records"][0])
    assert (told["records"][1]["label"], told["records"][1]["wave"]) == ("Own label", "Before")


def test_workbook_is_the_same_to_the_byte(records, facts):
    assert exports.to_xlsx(records, facts) == exports.to_xlsx(records, facts)


def test_workbook_explains_itself_and_says_simulated(records, facts):
    sheet = openpyxl.load_workbook(io.BytesIO(exports.to_xlsx(records, facts)))["Read me"]
    told = {row[0].value: row[1].value for row in sheet}
    assert "Simulated" in told["Notice"]
    assert told["Run"] == facts.run_id
    assert set(exports.COLUMN_NOTES) <= set(told)
