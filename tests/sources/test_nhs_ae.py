"""Emergency waits: the right departments, the right year, counts summed before dividing."""

from __future__ import annotations

import sys
from datetime import date

import pandas as pd
import pytest

from cxanalytics.errors import DataError
from cxanalytics.sources.nhs_ae import TABLE, read_nhs_ae

rdata = pytest.importorskip("rdata", reason="rdata is in the extra `readers`")

COLUMNS = ["period", "org_code", "type", "attendances", "breaches", "admissions"]
ROWS = [
    ("2017-03-01", "R1A", "1", 100, 10, 5),
    ("2017-04-01", "R1A", "1", 100, 10, 5),
    ("2018-03-01", "R1A", "1", 300, 90, 50),
    ("2018-03-01", "R1A", "other", 900, 1, 0),
    ("2018-03-01", "R1A", "2", 80, 2, 1),
    ("2017-04-01", "NLX", "1", 50, 0, 0),
]


def days(text):
    return float((date.fromisoformat(text) - date(1970, 1, 1)).days)


@pytest.fixture
def rda(tmp_path):
    def write(rows=ROWS, *, table=TABLE, columns=COLUMNS):
        frame = pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(COLUMNS[3:], float))
        frame["period"] = [days(value) for value in frame["period"]]
        frame = frame.astype({"org_code": "category", "type": "category"})
        path = tmp_path / "waits.rda"
        rdata.write_rda(path, {table: frame[columns]})
        return path

    return write


def notes(operations):
    return {note.name: note.text for note in operations.notes}


def test_type_1_by_financial_year(rda):
    frame = read_nhs_ae(rda()).frame.set_index(["agency", "period"])
    assert frame.loc[("R1A", "2016"), ["attendances", "breaches"]].tolist() == [100, 10]
    assert frame.loc[("R1A", "2017"), ["attendances", "breaches"]].tolist() == [400, 100]
    assert frame.loc[("R1A", "2017"), "months"] == 2
    assert set(frame.index) == {("R1A", "2016"), ("R1A", "2017"), ("NLX", "2017")}


def test_counts_are_summed_before_they_are_divided(rda):
    scored = read_nhs_ae(rda()).score("within_four_hours").set_index(["agency", "period"])
    assert scored.loc[("R1A", "2017"), "value"] == pytest.approx(0.75)  # the mean of shares is 0.80
    assert scored.loc[("R1A", "2017"), "per"] == 400


def test_what_was_left_out_is_said(rda):
    said = notes(read_nhs_ae(rda()))
    assert said["rows read"] == "6 rows were read from 'waits.rda'."
    assert said["other departments"] == "2 rows of departments other than type 1 left out."
    assert said["part years"].startswith("3 rows of a provider and year sum fewer than 12 months")
    assert said["not trusts"] == "1 code is not of hospital trusts and kept: NLX."
    assert "from April to March" in said["financial years"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            ("2017-04-01", "R1B", "1", 10, 11, 0),
            "`breaches` in 'waits.rda' must not exceed `attendances`; row 7 has '11'.",
        ),
        (
            ("2017-04-01", "R1B", "1", -1, 0, 0),
            "`attendances` in 'waits.rda' must be a number, 0 or more; row 7 has '-1'.",
        ),
        (
            ("2017-04-01", "R1A", "1", 10, 1, 0),
            "'waits.rda' must have one row per provider, month and type; 'R1A' stands twice in "
            "2017-04.",
        ),
    ],
)
def test_bad_rows(rda, row, message):
    with pytest.raises(DataError) as caught:
        read_nhs_ae(rda([*ROWS, row]))
    assert str(caught.value) == message


def test_no_major_department(rda):
    with pytest.raises(DataError, match=r"^'waits.rda' holds no department of type '1'\.$"):
        read_nhs_ae(rda([row for row in ROWS if row[2] != "1"]))


def test_another_table_or_column(rda):
    with pytest.raises(DataError) as caught:
        read_nhs_ae(rda(table="deaths"))
    assert str(caught.value) == (
        "'waits.rda' must hold the table 'ae_attendances'; it holds deaths."
    )
    with pytest.raises(DataError, match=r"it lacks breaches\.$"):
        read_nhs_ae(rda(columns=[name for name in COLUMNS if name != "breaches"]))


@pytest.mark.parametrize("content", [b"", b"nonsense", b"a,b\n1,2\n", b"RDX2\nX\n\x00\x00"])
def test_no_r_data_file(tmp_path, content):
    path = tmp_path / "waits.rda"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"^'waits.rda' is not a whole R data file\.$"):
        read_nhs_ae(path)


def test_no_file(tmp_path):
    with pytest.raises(DataError, match="`path` must be a file that exists"):
        read_nhs_ae(tmp_path / "none.rda")


@pytest.mark.data
def test_what_the_published_file_holds(data_dir):
    waits = read_nhs_ae(data_dir / "nhs_ae" / "ae_attendances.rda")
    said = notes(waits)
    assert said["rows read"].startswith("12,765 rows")
    assert said["other departments"].startswith("7,833 rows")
    assert waits.periods == ["2016", "2017", "2018"]
    assert len(waits.frame) == 415
    assert waits.frame["agency"].nunique() == 140
    share = waits.score("within_four_hours", by=["period"])["value"]
    assert share.round(3).tolist() == [0.837, 0.824, 0.815]


@pytest.mark.data
def test_one_trust_year_agrees_with_the_joined_file(data_dir):
    joined = pd.read_csv(data_dir / "joins" / "nhs_staffsurvey_x_ae4h.csv", dtype={"fy": str})
    waits = read_nhs_ae(data_dir / "nhs_ae" / "ae_attendances.rda")
    scored = waits.score("within_four_hours")
    both = joined.merge(scored, left_on=["org_code", "fy"], right_on=["agency", "period"])
    assert len(both) == len(joined) == 396
    assert both["value"].to_numpy() == pytest.approx(both["within4h_type1"].to_numpy(), abs=1e-12)


def test_without_the_extra(rda, monkeypatch):
    path = rda()
    monkeypatch.setitem(sys.modules, "rdata", None)
    with pytest.raises(DataError, match=r"^Reading R data files needs rdata: pip install"):
        read_nhs_ae(path)
