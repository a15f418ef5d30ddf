"""Each bad file gives one message, word for word, and nothing else."""

from __future__ import annotations

import gzip
import re

import pandas as pd
import pytest

from cxanalytics.errors import CxError, DataError, ParamsError
from cxanalytics.sources import read_table

COLUMNS = {"agency": "Agency"}
QUESTIONS = {"recommend": {"column": "Score", "scale": "nps_0_10"}}
GOOD = "Agency,Score,Weight,Wave,Person,Day\nParks,9,1.5,2024,a,2024-04-30\nRoads,3,2,2024,b,\n"


def read(path, **options):
    facts = {"columns": COLUMNS, "questions": QUESTIONS, "outcome": "recommend"} | options
    return read_table(path, **facts)


@pytest.fixture
def csv(tmp_path):
    def write(text, name="survey.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write


def refused(path, message, kind=DataError, **options):
    with pytest.raises(CxError) as caught:
        read(path, **options)
    assert str(caught.value) == message
    assert type(caught.value) is kind


def roles(**more):
    return {"columns": COLUMNS | more}


def rows(*cells, column="Score"):
    header = f"Agency,{column}\n"
    return header + "".join(f"Parks,{cell}\n" for cell in cells)


# The file


def test_missing_file(csv, tmp_path):
    csv(GOOD)
    path = tmp_path / "surve.csv"
    refused(
        path,
        f"`path` must be a file that exists; got '{path}'. Did you mean 'survey.csv'?",
    )


def test_missing_folder(tmp_path):
    path = tmp_path / "none" / "survey.csv"
    refused(path, f"`path` must be a file that exists; got '{path}'.")


def test_folder(csv, tmp_path):
    csv(GOOD)
    csv("notes", name="notes.txt")
    refused(tmp_path, f"`path` must be a file; got the folder '{tmp_path}'. It holds survey.csv.")


def test_wrong_type(csv):
    path = csv(GOOD, name="survey.pdf")
    refused(
        path,
        "`path` must end in .csv, .csv.gz, .tsv, .tsv.gz, .parquet, .xlsx, .xlsm, .sav, .zsav, "
        f".dta; got '{path}'.",
    )


def test_empty_file(csv):
    refused(csv(""), "'survey.csv' is empty: it holds 0 bytes.")


def test_blank_file(csv):
    refused(csv("\n \n"), "'survey.csv' is empty: it holds no text.")


def test_header_only(csv):
    refused(csv("Agency,Score\n"), "'survey.csv' holds column names and no rows.")


def test_header_and_blank_rows(csv):
    refused(csv("Agency,Score\n,\n\n"), "'survey.csv' holds column names and no rows.")


@pytest.mark.parametrize("text", ["\nAgency,Score\nParks,9\n", ",\nAgency,Score\nParks,9\n"])
def test_empty_first_row(csv, text):
    refused(csv(text), "'survey.csv' must have its column names in row 1; that row is empty.")


def test_wrong_encoding(csv):
    text = "Agency,Score\nParks,9\nMusées,8\n"
    refused(
        csv(text, encoding="cp1252"),
        "'survey.csv' is not utf-8: byte 0xe9 in row 3 (byte 25 of the file). Pass "
        "encoding='cp1252' (Excel on Windows often writes it), or save it as UTF-8.",
    )
    assert read(csv(text, encoding="cp1252"), encoding="cp1252").agencies == ["Musées", "Parks"]


def test_utf_16(csv):
    refused(
        csv(GOOD, encoding="utf-16"),
        "'survey.csv' is not utf-8: byte 0xff in row 1 (byte 1 of the file). "
        "Pass encoding='utf-16'.",
    )
    assert read(csv(GOOD, encoding="utf-16"), encoding="utf-16").agencies == ["Parks", "Roads"]


def test_nul_byte(csv):
    refused(
        csv(b"Agency,Score\nParks,\x009\n"),
        "'survey.csv' holds a NUL byte in row 2: it is not utf-8 text. "
        "Pass encoding='utf-16', or save it as UTF-8.",
    )


def test_unknown_encoding(csv):
    refused(
        csv(GOOD),
        "`encoding` must be the name of a text encoding, such as 'utf-8', 'cp1252' or 'utf-16'; "
        "got 'utf-9'.",
        encoding="utf-9",
    )


def test_excel_named_csv(csv):
    refused(
        csv(b"PK\x03\x04rest"),
        "'survey.csv' starts like an Excel or zip file, not like text. "
        "Give it the ending .xlsx, or save it as CSV.",
    )


def test_gzip_named_csv(csv):
    refused(
        csv(gzip.compress(GOOD.encode())),
        "'survey.csv' starts like a gzip file, not like text. Give it the ending .gz.",
    )


def test_cut_gzip(csv):
    refused(
        csv(gzip.compress(GOOD.encode())[:-9], name="survey.csv.gz"),
        "'survey.csv.gz' is not a whole gzip file: Compressed file ended before the end-of-stream "
        "marker was reached.",
    )


def test_corrupt_parquet(csv):
    refused(csv("PAR1 no", name="s.parquet"), "'s.parquet' is not a whole Parquet file.")


def test_corrupt_excel(csv):
    refused(
        csv("PK no", name="s.xlsx"),
        "'s.xlsx' is not a whole Excel file, or it is protected by a password.",
    )


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "book.xlsx"
    with pd.ExcelWriter(path) as writer:
        for sheet in ("Wave1", "Wave2"):
            pd.DataFrame({"Agency": ["Parks"], "Score": [9]}).to_excel(
                writer, sheet_name=sheet, index=False
            )
    return path


def test_unknown_sheet(book):
    refused(
        book,
        "`sheet` must be one of 'Wave1', 'Wave2'; got 'wave1'. Did you mean 'Wave1'?",
        sheet="wave1",
    )


def test_several_sheets(book):
    refused(book, "'book.xlsx' has 2 sheets; `sheet` must be one of 'Wave1', 'Wave2'.")


def test_empty_sheet(tmp_path):
    path = tmp_path / "book.xlsx"
    pd.DataFrame().to_excel(path, index=False)
    refused(path, "'book.xlsx' is empty: the sheet holds no cell.")


def test_sheet_of_a_csv(csv):
    refused(
        csv(GOOD),
        "`sheet` is for Excel files only; got 'Wave1' with 'survey.csv'.",
        sheet="Wave1",
    )


def test_ragged_row(csv):
    refused(
        csv("Agency,Score\nParks,9\nRoads, North,9\n"),
        "'survey.csv' must have 2 fields in each row, as in row 1; row 3 has 3. "
        "An answer with the separator inside needs quotes around it.",
    )


def test_open_quote(csv):
    refused(
        csv('Agency,Score\nParks,9\n"Roads,9\n'),
        "'survey.csv' opens a quote in row 3 and never closes it.",
    )


# The columns


def test_missing_column(csv):
    refused(
        csv("Agencies,Score\nParks,9\n"),
        "'survey.csv' has no column 'Agency' (for `agency`). Did you mean 'Agencies'? "
        "It has Agencies, Score.",
    )


def test_missing_column_among_many(csv):
    names = [f"c{place}" for place in range(20)]
    refused(
        csv(",".join(names) + "\n" + ",".join("1" * 20) + "\n"),
        "'survey.csv' has no column 'Agency' (for `agency`). It has "
        + ", ".join(names[:12])
        + " and 8 more.",
    )


def test_semicolons(csv):
    path = csv("Agency;Score\nParks;9\n")
    refused(
        path,
        "'survey.csv' has one column, 'Agency;Score', and no column 'Agency' (for `agency`). "
        "Pass delimiter=';'.",
    )
    assert read(path, delimiter=";").agencies == ["Parks"]


def test_duplicate_columns(csv):
    refused(
        csv("Agency,Score, Score \nParks,9,8\n"),
        "'survey.csv' must name each column once; columns 2 and 3 are both 'Score' "
        "(for `recommend`).",
    )


def test_duplicate_columns_that_are_not_used(csv):
    assert len(read(csv("Agency,Score,Note,Note\nParks,9,a,b\n")).frame) == 1


# The answers


def test_answer_outside_scale(csv):
    refused(
        csv(rows(9, 10, 11, 0, 11)),
        "`recommend` (column 'Score') must be 0 to 10 or a label such as 'not at all likely' "
        "(scale nps_0_10); row 4 has '11', and 1 more row. "
        "A code for no answer belongs in `missing`.",
    )


def test_answers_not_understood_are_listed(csv):
    refused(
        csv(rows("great", 9, -1, "bad", "great")),
        "`recommend` (column 'Score') must be 0 to 10 or a label such as 'not at all likely' "
        "(scale nps_0_10); row 2 has 'great', and 3 more rows. Not understood: "
        "'great' (2), '-1' (1), 'bad' (1). A code for no answer belongs in `missing`.",
    )


def test_row_numbers_count_blank_lines(csv):
    refused(
        csv("Agency,Score\nParks,9\n\n,\nRoads,12\n"),
        "`recommend` (column 'Score') must be 0 to 10 or a label such as 'not at all likely' "
        "(scale nps_0_10); row 5 has '12'. A code for no answer belongs in `missing`.",
    )


def test_row_numbers_of_excel(tmp_path):
    path = tmp_path / "book.xlsx"
    pd.DataFrame({"Agency": ["Parks", None, "Roads"], "Score": [9, None, 3.5]}).to_excel(
        path, index=False
    )
    refused(
        path,
        "`recommend` (column 'Score') must be 0 to 10 or a label such as 'not at all likely' "
        "(scale nps_0_10); row 4 has '3.5'. A code for no answer belongs in `missing`.",
    )


def test_all_answers_missing(csv):
    refused(
        csv(rows("", "NA", "99")),
        "`recommend` (column 'Score') must hold at least one answer; all 3 are missing.",
        missing=[99],
    )


def test_text_in_a_number_column(csv):
    refused(
        csv(GOOD.replace("1.5", "high")),
        "`weight` (column 'Weight') must be a number; row 2 has 'high'.",
        **roles(weight="Weight"),
    )


@pytest.mark.parametrize("text", ["1_000", "1,5", "0x10", "1.5.2"])
def test_numbers_are_not_guessed(csv, text):
    refused(
        csv(GOOD.replace("1.5", f'"{text}"')),
        f"`weight` (column 'Weight') must be a number; row 2 has '{text}'.",
        **roles(weight="Weight"),
    )


@pytest.mark.parametrize("weight", ["-1", "0", "inf"])
def test_weight_not_positive(csv, weight):
    refused(
        csv(GOOD.replace("1.5", weight)),
        f"`weight` (column 'Weight') must be positive and finite; row 2 has '{weight}'.",
        **roles(weight="Weight"),
    )


def test_weight_blank(csv):
    refused(
        csv(GOOD.replace("1.5", "").replace(",2,", ",NaN,")),
        "`weight` (column 'Weight') must be positive and finite; row 2 is empty, and 1 more row.",
        **roles(weight="Weight"),
    )


def test_agency_empty(csv):
    refused(
        csv("Agency,Score\nParks,9\n ,8\n"),
        "`agency` (column 'Agency') must be filled in every row; row 3 is empty.",
    )


def test_duplicate_respondents(csv):
    refused(
        csv(GOOD.replace(",b,", ",a,") + "Roads,1,1,2024,a,\nRoads,1,1,2025,a,\n"),
        "`respondent` (column 'Person') must be unique within a period; 'a' stands in rows 2 and 3 "
        "in period '2024', and 1 more row. Where one person may answer more than once, map that "
        "column to `psu`.",
        **roles(respondent="Person", period="Wave"),
    )


def test_a_respondent_may_answer_in_each_period(csv):
    survey = read(csv(GOOD + "Parks,9,1,2025,a,\n"), **roles(respondent="Person", period="Wave"))
    assert survey.periods == ["2024", "2025"]


def test_unparseable_date(csv):
    refused(
        csv(GOOD.replace("2024-04-30", "30/04/2024")),
        "`date` (column 'Day') must be a date such as 2024-04-30; row 2 has '30/04/2024'. "
        "Pass date_format='%d/%m/%Y' where the day comes first.",
        **roles(date="Day"),
    )


def test_date_format(csv):
    path = csv(GOOD.replace("2024-04-30", "30/04/2024"))
    survey = read(path, date_format="%d/%m/%Y", **roles(date="Day"))
    assert list(survey.frame["date"]) == [pd.Timestamp("2024-04-30"), pd.NaT]
    refused(
        path,
        "`date` (column 'Day') must be a date like %m/%d/%Y; row 2 has '30/04/2024'.",
        date_format="%m/%d/%Y",
        **roles(date="Day"),
    )


@pytest.mark.parametrize("wave", ["Q1 2024", "April 2024", "01/04/2024"])
def test_period_without_the_year_first(csv, wave):
    refused(
        csv(GOOD.replace("Parks,9,1.5,2024,", f"Parks,9,1.5,{wave},")),
        f"`period` (column 'Wave') must sort in time as text; got '{wave}'. "
        "Write the year first, such as '2024-04' or '2024 Q2'.",
        **roles(period="Wave"),
    )


def test_period_with_numbers_of_unlike_length(csv):
    refused(
        csv(GOOD.replace("1.5,2024", "1.5,Wave 9").replace("2,2024", "2,Wave 10")),
        "`period` (column 'Wave') must sort in time as text; 'Wave 10' would come before 'Wave 9'. "
        "Write numbers with the same digits, such as '09' and '10'.",
        **roles(period="Wave"),
    )


# Published counts


COUNTS = "Agency,Score,Count\nParks,9,12\nParks,3,{}\n"


@pytest.mark.parametrize("count", ["-1", "1.5", "inf"])
def test_count_not_whole(csv, count):
    refused(
        csv(COUNTS.format(count)),
        f"`count` (column 'Count') must be a whole number, 0 or more; row 3 has '{count}'.",
        count="Count",
    )


def test_count_blank(csv):
    refused(
        csv(COUNTS.format("")),
        "`count` (column 'Count') must be a whole number, 0 or more; row 3 is empty.",
        count="Count",
    )


def test_count_suppressed_by_its_publisher(csv):
    refused(
        csv(COUNTS.format("*")),
        "`count` (column 'Count') must be a number; row 3 has '*'.",
        count="Count",
    )


def test_counts_all_zero(csv):
    refused(
        csv("Agency,Score,Count\nParks,9,0\n"),
        "`count` (column 'Count') must hold at least one answer; every count is 0.",
        count="Count",
    )


def test_count_and_weight(csv):
    refused(
        csv(COUNTS.format(3)),
        "`count` and `columns.weight` exclude each other; got both.",
        kind=ParamsError,
        count="Count",
        **roles(weight="Count"),
    )


# The arguments


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"columns": COLUMNS | {"wieght": "Weight"}},
            "`columns` must be one of 'agency', 'department', 'unit', 'channel', 'period', 'date', "
            "'weight', 'psu', 'stratum', 'respondent', 'sector'; got 'wieght'. "
            "Did you mean 'weight'?",
        ),
        (
            {"columns": {"unit": "Agency"}},
            "`columns` must say which column holds the agency, such as {'agency': 'Agency'}; "
            "got {'unit': 'Agency'}.",
        ),
        (
            {"outcome": "recomend"},
            "`outcome` must be one of 'recommend'; got 'recomend'. Did you mean 'recommend'?",
        ),
        ({"drivers": ["wait"]}, "`drivers` must be one of 'recommend'; got 'wait'."),
        (
            {"case_mix_numbers": ["age"]},
            "`case_mix_numbers` must be one of (nothing is available); got 'age'.",
        ),
        (
            {"questions": {"recommend": {"colum": "Score", "scale": "nps_0_10"}}},
            "`questions.recommend` must be one of 'column', 'scale', 'label', 'wording', "
            "'changed', 'answers', 'missing', 'reversed'; got 'colum'. Did you mean 'column'?",
        ),
        (
            {"questions": {"recommend": {"column": "Score"}}},
            "`questions.recommend` must name its `scale`; got column.",
        ),
        (
            {"questions": {"recommend": {"scale": "yes_no", "answers": {"Maybe": 2}}}},
            "`questions.recommend.answers` must lead to 0, 1 (scale yes_no); 'maybe' leads to 2.",
        ),
        (
            {"case_mix": {"weight": "Weight"}},
            "`weight` must be the name of one thing: a role, a question or a case-mix column.",
        ),
    ],
)
def test_arguments(csv, options, message):
    refused(csv(GOOD), message, kind=ParamsError, **options)


def test_unknown_scale(csv):
    with pytest.raises(ParamsError, match=re.escape("got 'stars'.")):
        read(csv(GOOD), questions={"recommend": "stars"})


def test_long_and_odd_cells_are_cut_and_escaped_in_messages(csv):
    long = "\u202e" + "x" * 300
    with pytest.raises(DataError) as caught:
        read(csv(rows(long)))
    assert "\\u202e" in str(caught.value)
    assert len(str(caught.value)) < 300
