"""A file larger than memory gives the survey, and the scores, of the same file read whole."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import CxError, DataError, ParamsError
from cxanalytics.models import fit_scores
from cxanalytics.sources import read_table
from cxanalytics.sources.large import read_large

pytest.importorskip("duckdb", reason="files larger than memory need duckdb")

FACTS = {
    "columns": {"agency": "Agency", "period": "Wave", "channel": "Channel"},
    "questions": {
        "recommend": {"column": "Score", "scale": "nps_0_10", "missing": {98: "don't know"}},
        "speed": {"column": "Speed", "scale": "likert_1_5"},
    },
    "outcome": "recommend",
    "drivers": ["speed"],
    "case_mix": {"need": "Need"},
}
SMALL = {
    "columns": {"agency": "Agency"},
    "questions": {"recommend": {"column": "Score", "scale": "nps_0_10"}},
    "outcome": "recommend",
}


def answers(rows, seed=7):
    random = np.random.default_rng(seed)
    score = random.integers(0, 12, rows).astype(float)
    score[score == 11] = np.nan
    score[random.random(rows) < 0.02] = 98
    return pd.DataFrame(
        {
            "Person": np.arange(rows),
            "Agency": random.choice(["Parks", "Roads", " Museés ", "Tax"], rows),
            "Wave": random.choice([2023, 2024], rows),
            "Channel": random.choice(["web", "phone", None], rows),
            "Score": pd.array(score, dtype="Int64"),
            "Speed": random.choice(["Agree", "5 - Strongly agree", "1", "n/a", "DISAGREE"], rows),
            "Need": random.choice(["permit", "tax", None], rows),
            "Weight": random.choice([0.5, 1.0, 2.5], rows),
            "Day": pd.Timestamp("2024-05-01") + pd.to_timedelta(random.integers(0, 9, rows), "D"),
            "Block": random.integers(0, 50, rows),
            "Comment": "long and never used",
        }
    )


WRITERS = {
    "s.parquet": lambda frame, path: frame.to_parquet(path),
    "s.csv": lambda frame, path: frame.to_csv(path, index=False),
    "s.tsv.gz": lambda frame, path: frame.to_csv(path, index=False, sep="\t"),
}


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def notes(survey):
    return {note.name: note.text for note in survey.notes}


def as_text(frame):
    """Undo what saves memory: categories of text, and answers in half the bytes."""
    whole = dict.fromkeys(frame.select_dtypes("float32"), "float64")
    return frame.astype(whole | dict.fromkeys(frame.select_dtypes("category"), "str"))


def refused(message, path, kind=DataError, **options):
    with pytest.raises(CxError) as caught:
        read_large(path, **(SMALL | options))
    assert str(caught.value) == message
    assert type(caught.value) is kind


@pytest.mark.parametrize("name", WRITERS)
def test_counted_cells_score_as_rows_do(tmp_path, name):
    WRITERS[name](answers(20_000), tmp_path / name)
    whole = read_table(tmp_path / name, **FACTS)
    cells = read_large(tmp_path / name, **FACTS)
    assert cells.counts and not whole.counts
    assert len(cells.frame) < len(whole.frame) / 4
    for measure in ("recommend", "speed"):
        for statistic in ("positive", "top", "mean", "net"):
            for by in ("agency", "channel", None):
                options = {"measure": measure, "statistic": statistic, "by": by}
                ours = fit_scores(cells, **options).frame
                theirs = fit_scores(whole, **options).frame
                pd.testing.assert_frame_equal(ours, theirs, rtol=1e-12, atol=1e-12)
    pd.testing.assert_frame_equal(cells.reasons, whole.reasons)
    ours, theirs = notes(cells), notes(whole)
    combinations = f"{len(cells.frame):,}"
    kept = theirs["rows kept"].removesuffix(".")
    assert ours.pop("rows kept") == f"{kept}, counted in {combinations} combinations of answers."
    assert ours == {name: text for name, text in theirs.items() if name != "rows kept"}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("role", [{"weight": "Weight"}, {"psu": "Block", "date": "Day"}])
def test_rows_stay_rows_where_a_role_needs_them(tmp_path, name, role):
    WRITERS[name](answers(3_000), tmp_path / name)
    facts = FACTS | {"columns": FACTS["columns"] | role}
    whole, large = read_table(tmp_path / name, **facts), read_large(tmp_path / name, **facts)
    pd.testing.assert_frame_equal(as_text(large.frame), whole.frame)
    assert large.frame["agency"].dtype == "category"
    assert large.frame["recommend"].dtype == np.float32
    assert (large.notes, large.counts) == (whole.notes, False)


def test_respondents_are_checked_across_the_file(tmp_path):
    frame = answers(50)
    frame.loc[7, "Person"] = 3
    frame.to_parquet(tmp_path / "s.parquet")
    facts = FACTS | {"columns": {"agency": "Agency", "respondent": "Person"}}
    with pytest.raises(DataError, match="'3' stands in rows 5 and 9"):
        read_large(tmp_path / "s.parquet", **facts)


def test_published_counts(tmp_path):
    path = write(tmp_path / "c.csv", "Agency,Score,Count\nParks,9,12\nParks,3,0\nRoads,1,4\n")
    options = SMALL | {"count": "Count"}
    large, whole = read_large(path, **options).frame, read_table(path, **options).frame
    pd.testing.assert_frame_equal(as_text(large), whole)


def test_dates_may_be_counted_with_their_cells(tmp_path):
    answers(4_000).to_parquet(tmp_path / "s.parquet")
    facts = SMALL | {"columns": {"agency": "Agency", "date": "Day"}}
    facts |= {"questions": {"recommend": FACTS["questions"]["recommend"]}}
    survey = read_large(tmp_path / "s.parquet", **facts)
    assert survey.counts
    whole = read_table(tmp_path / "s.parquet", **facts).frame["date"].value_counts()
    counted = survey.frame.groupby("date")["weight"].sum()
    pd.testing.assert_series_equal(
        counted.astype(int), whole.sort_index(), check_names=False, check_dtype=False
    )


def test_several_files_are_one(tmp_path):
    frame = answers(900)
    for place, part in enumerate(np.array_split(np.arange(900), 3)):
        frame.iloc[part].to_csv(tmp_path / f"part-{place}.csv", index=False)
    frame.to_csv(tmp_path / "whole.csv", index=False)
    parts = read_large(tmp_path / "part-*.csv", **FACTS)
    whole = read_large(tmp_path / "whole.csv", **FACTS)
    pd.testing.assert_frame_equal(parts.frame, whole.frame)
    assert notes(parts)["rows read"] == "900 rows read from part-0.csv and 2 more files."
    write(tmp_path / "part-1.csv", "Agency,Score\nParks,9\n")
    refused(
        "Files read together must have the same columns in one order; 'part-1.csv' differs from "
        "'part-0.csv'.",
        tmp_path / "part-*.csv",
    )


def test_text_is_read_as_text(tmp_path):
    body = (
        '\ufeffAgency;Score;Note\n"Parks; ""North""\nand West";9;a\n007;3;=1+1\n;;\nno;10;\n'
        "NULL;1;\n"
    )
    path = tmp_path / "s.csv"
    path.write_text(body, encoding="utf-8")
    survey = read_large(path, delimiter=";", **SMALL)
    assert survey.agencies == sorted(['Parks; "North"\nand West', "007", "no", "NULL"])
    assert notes(survey)["rows read"] == "5 rows read from s.csv."
    assert notes(survey)["rows empty"] == "1 row left out: every cell is empty."


def test_a_row_that_is_empty_only_where_it_is_read_is_not_left_out(tmp_path):
    path = write(tmp_path / "s.csv", "Agency,Score,Note\nParks,9,a\n,,b\n,,\n")
    refused("`agency` (column 'Agency') must be filled in every row; row 3 is empty.", path)


@pytest.mark.parametrize("several", [False, True])
def test_a_bad_cell_has_the_row_of_its_file(tmp_path, several):
    write(tmp_path / "a.csv", "Agency,Score\nParks,9\n")
    write(tmp_path / "b.csv", "Agency,Score\n" + "Parks,9\nRoads,9\n" * 3 + "Roads,12\n" * 40)
    where = "8 of b.csv" if several else "8"
    refused(
        "`recommend` (column 'Score') must be 0 to 10 or a label such as 'not at all likely' "
        f"(scale nps_0_10); row {where} has '12'. A code for no answer belongs in `missing`.",
        tmp_path / ("*.csv" if several else "b.csv"),
    )


def test_counted_cells_are_not_called_rows_in_a_message(tmp_path):
    path = write(
        tmp_path / "s.csv", "Agency,Score\n" + "Parks,12\nRoads,12\nParks,x\nParks,9\n" * 5
    )
    refused(
        "`recommend` (column 'Score') must be 0 to 10 or a label such as 'not at all likely' "
        "(scale nps_0_10); row 2 has '12', and more rows. Not understood: '12', 'x'. "
        "A code for no answer belongs in `missing`.",
        path,
    )


def test_missing_column(tmp_path):
    refused(
        "'s.csv' has no column 'Score' (for `recommend`). Did you mean 'Scores'? It has Agency, "
        "Scores.",
        write(tmp_path / "s.csv", "Agency,Scores\nParks,9\n"),
    )


@pytest.mark.parametrize("memory", ["1", "much", "-1GB", "0GB", 5])
def test_memory_is_no_amount(tmp_path, memory):
    refused(
        f"`memory` must be an amount such as '500MB' or '4GB'; got {memory!r}.",
        write(tmp_path / "s.csv", "Agency,Score\nParks,9\n"),
        kind=ParamsError,
        memory=memory,
    )


def test_memory_does_not_suffice(tmp_path):
    pd.DataFrame(
        {"Agency": [f"Agency {i} {'x' * 200}" for i in range(60_000)], "Score": 9}
    ).to_parquet(tmp_path / "s.parquet")
    refused(
        "'s.parquet' needs more than memory='1MB'. Pass more, such as memory='4GB', or map fewer "
        "columns.",
        tmp_path / "s.parquet",
        memory="1MB",
    )


def test_a_pattern_that_matches_nothing(tmp_path):
    path = tmp_path / "none-*.csv"
    refused(f"`path` must match at least one file; got the pattern '{path}'.", path)


def test_a_kind_that_is_not_read_in_parts(tmp_path):
    pd.DataFrame({"Agency": ["A"], "Score": [9]}).to_excel(tmp_path / "s.xlsx", index=False)
    message = (
        "`path` must end in one of .parquet, .csv, .csv.gz, .tsv, .tsv.gz, the same for every "
        "file; got '{}'."
    )
    refused(message.format(tmp_path / "s.xlsx"), tmp_path / "s.xlsx")
    write(tmp_path / "s.csv", "Agency,Score\nParks,9\n")
    refused(message.format(tmp_path / "s.*"), tmp_path / "s.*")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("s.csv", b"Agency,Score\nParks,9\nMus\xe9es,8\n", "'s.csv' is not utf-8. Save it as"),
        ("s.csv", b"Ag\xe9ncy,Score\nParks,9\n", "'s.csv' is not utf-8. Save it as"),
        ("s.csv", b"\nAgency,Score\nParks,9\n", "must have its column names in row 1"),
        ("s.csv", b"Agency,Score\n", "'s.csv' holds column names and no rows."),
        ("s.csv", b"Agency,Score\nParks,9,8\n", "'s.csv' cannot be read as a table, row 2: "),
        ("s.parquet", b"PAR1 no", "'s.parquet' is not a whole Parquet file."),
        ("s.csv.gz", gzip.compress(b"Agency,Score\nParks,9\n", mtime=0)[:-9], "'s.csv.gz'"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_large(tmp_path / name, **SMALL)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("Parks,9,Ann is ill", "it must have 2 columns; got 3"),
        ('"Ann\nis ill",9,8', "it must have 2 columns; got 3"),
        ('"Ann is ill,9', "a quote is opened and not closed, or stands inside a cell"),
        ('"Ann" is ill,9', "a quote is opened and not closed, or stands inside a cell"),
    ],
)
def test_a_bad_row_is_not_shown(tmp_path, row, told):
    path = write(tmp_path / "s.csv", f"Agency,Score\nRoads,3\n{row}\n")
    refused(f"'s.csv' cannot be read as a table, row 3: {told}.", path)


def test_odd_file_names(tmp_path):
    path = write(tmp_path / "it's [1] *.csv", "Agency,Score\nParks,9\n")
    write(tmp_path / "it's 1 x.csv", "Agency,Score\nRoads,9\n")
    assert read_large(path, **SMALL).agencies == ["Parks"]


PEAK = """
import re, sys
from pathlib import Path
from cxanalytics.sources.large import read_large
survey = read_large(
    sys.argv[1],
    columns={"agency": "Agency", "period": "Wave"} | dict(zip(sys.argv[2:], sys.argv[2:])),
    questions={"recommend": {"column": "Score", "scale": "nps_0_10", "missing": [98]}},
    outcome="recommend",
    memory="200MB",
)
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]
people = survey.frame["weight"].sum() if survey.counts else len(survey.frame)
print(int(people), int(peak) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is in /proc only")
@pytest.mark.parametrize("roles", [[], ["weight", "psu"]], ids=["counted", "rows"])
def test_two_million_rows_in_little_memory(tmp_path, roles):
    random = np.random.default_rng(8)
    frame = answers(2_000_000)[["Agency", "Wave", "Score", "Comment"]]
    frame["Comment"] += frame.index.astype(str)
    frame["weight"] = random.uniform(0.5, 2.0, len(frame))
    frame["psu"] = random.integers(0, 20_000, len(frame))
    frame.to_parquet(tmp_path / "s.parquet")
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(tmp_path / "s.parquet"), *roles],
        capture_output=True,
        text=True,
        check=True,
    )
    kept, peak = (int(part) for part in done.stdout.split())
    assert kept == int((frame["Score"].notna() & (frame["Score"] != 98)).sum())
    assert peak < 450, peak
