"""Calls to NHS 111: days and weeks give one answer, and the wrong columns are never used."""

from __future__ import annotations

import pandas as pd
import pytest

from cxanalytics.errors import DataError
from cxanalytics.sources.nhs_111 import read_nhs_111

DAILY = (
    "date,region_code,contract_code,contract_name,calls_received,calls_answered,"
    "calls_answered_60s,calls_abandoned,calls_triaged,week_ending"
)
DAYS = (
    "2025-11-24,North,C1,Moor,100,90,60,100,80,2025-11-30",
    "2025-11-25,North,C1,Moor,0,0,0,0,0,2025-11-30",
    "2025-11-24,South,C2,Vale,300,150,150,300,100,2025-11-30",
    "2025-12-01,South,C2,Vale,0,0,0,0,0,2025-12-07",
)


@pytest.fixture
def calls(tmp_path):
    def write(*rows, header=DAILY):
        path = tmp_path / "calls.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return write


def test_days_sum_to_weeks(calls):
    operations = read_nhs_111(calls(*DAYS))
    answered = operations.score("answered").set_index(["agency", "period"])["value"]
    assert answered[("Moor", "2025-11-30")] == pytest.approx(0.9)
    assert answered[("Vale", "2025-11-30")] == pytest.approx(0.5)
    assert pd.isna(answered[("Vale", "2025-12-07")])
    within = operations.score("answered_60s", by=["agency"]).set_index("agency")
    assert within.loc["Moor", ["top", "per"]].tolist() == [60, 90]
    assert operations.levels == ["agency", "department", "period"]
    assert operations.frame["date"].min() == pd.Timestamp("2025-11-24")


def test_abandoned_calls_are_never_read(calls):
    wrong = [row.replace(",300,100,", ",nonsense,100,") for row in DAYS]
    operations = read_nhs_111(calls(*wrong))
    assert not [name for name in operations.frame if "abandoned" in name]
    said = {note.name: note.text for note in operations.notes}
    assert said["abandoned calls"].startswith("The file's abandoned calls are wrong and were not")


def test_days_without_calls_are_said(calls):
    said = {note.name: note.text for note in read_nhs_111(calls(*DAYS)).notes}
    assert said["no calls"] == (
        "2 rows of a contract and day without any call kept; they add nothing to a share. No "
        "contract has a call in 1 week (ending 2025-12-07), as in a week not yet reported."
    )
    assert "no calls" not in {note.name for note in read_nhs_111(calls(DAYS[0])).notes}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "2025-11-26,North,C1,Moor,10,11,5,0,1,2025-11-30",
            "`answered` (column 'calls_answered') must not exceed `received`; row 6 has '11'.",
        ),
        (
            "2025-11-26,North,C1,Moor,10,5,6,0,1,2025-11-30",
            "`answered_60s` (column 'calls_answered_60s') must not exceed `answered`; row 6 has "
            "'6'.",
        ),
        (
            "2025-11-26,North,C1,Moor,-1,0,0,0,1,2025-11-30",
            "`received` (column 'calls_received') must be a whole number, 0 or more; row 6 has "
            "'-1'.",
        ),
        (
            "2025-11-26,North,C1,,1,0,0,0,1,2025-11-30",
            "`agency` (column 'contract_name') must be filled in every row; row 6 is empty.",
        ),
        (
            "2025-11-24,North,C1,Moor,1,0,0,0,1,2025-11-30",
            "'calls.csv' must have one row per contract and day; 'Moor' stands twice on "
            "2025-11-24 (again in row 6).",
        ),
        (
            "2025-11-26,North,C3,Moor,1,0,0,0,1,2025-11-30",
            "'calls.csv' must give each contract one code and one name; the name 'Moor' has 2 "
            "codes.",
        ),
        (
            "2025-11-26,North,C1,Heath,1,0,0,0,1,2025-11-30",
            "'calls.csv' must give each contract one code and one name; the code 'C1' has 2 names.",
        ),
    ],
)
def test_bad_rows(calls, row, message):
    with pytest.raises(DataError) as caught:
        read_nhs_111(calls(*DAYS, row))
    assert str(caught.value) == message


def test_the_national_file_has_no_contracts(calls):
    header = "week_ending,calls_received,calls_answered,calls_answered_60s,calls_triaged"
    with pytest.raises(DataError, match=r"no column 'contract_name' \(for `agency`\)"):
        read_nhs_111(calls("2025-11-30,10,9,8,7", header=header))


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "rows", "silent"), [("daily", 28 * 133, 203), ("weekly", 28 * 19, 29)]
)
def test_what_the_files_hold(data_dir, name, rows, silent):
    operations = read_nhs_111(data_dir / "nhs111_weekly" / f"nhs111_{name}.csv")
    frame = operations.frame
    assert (len(frame), frame["agency"].nunique(), frame["period"].nunique()) == (rows, 28, 19)
    assert int((frame["received"] == 0).sum()) == silent
    said = {note.name: note.text for note in operations.notes}
    assert said["no calls"].startswith(f"{silent} rows")
    assert "(ending 2026-04-05)" in said["no calls"]


@pytest.mark.data
def test_both_files_give_the_same_shares(data_dir):
    folder = data_dir / "nhs111_weekly"
    daily, weekly = (read_nhs_111(folder / f"nhs111_{name}.csv") for name in ("daily", "weekly"))
    for measure in ("answered", "answered_60s"):
        pd.testing.assert_frame_equal(daily.score(measure), weekly.score(measure))
    by_day = daily.frame.loc[daily.frame["received"] > 0]
    lost = 1 - by_day["answered"] / by_day["received"]
    assert lost.mean() == pytest.approx(0.066, abs=0.0005)


@pytest.mark.data
def test_why_abandoned_calls_are_not_read(data_dir):
    raw = pd.read_csv(data_dir / "nhs111_weekly" / "nhs111_daily.csv")
    assert (raw["calls_abandoned"] == raw["calls_received"]).mean() == pytest.approx(0.39, abs=0.01)
