"""Each guess, on a few cells: what is decided, and what is left to the owner of the file."""

import gzip

import openpyxl
import pandas as pd
import pytest

from cxanalytics.errors import DataError
from cxanalytics.run.guess.dates import guess_date
from cxanalytics.run.guess.file import read_samples
from cxanalytics.run.guess.header import find_header
from cxanalytics.run.guess.levels import guess_levels, names_each_row, organization_rank
from cxanalytics.run.guess.operations import guess_operations
from cxanalytics.run.guess.personal import find_personal
from cxanalytics.run.guess.questions import choose_outcome, label_of, question_names, runs_against
from cxanalytics.run.guess.roles import guess_roles
from cxanalytics.run.guess.scale import guess_scale
from cxanalytics.run.guess.survey import drivers_of, guess_survey
from cxanalytics.run.guess.waves import name_period
from cxanalytics.run.guess.words import quoted, words_of

AGREE = ["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"]
POOR_IS_5 = ["1 - Very good", "2", "3", "4", "5 - Very poor"]


def column(cells, times=20):
    return pd.Series([str(cell) for cell in cells] * times, dtype=object)


def scale_of(cells, name="Q1", wording="", times=20):
    return guess_scale(column(cells, times), name=name, wording=wording)


@pytest.mark.parametrize(
    ("cells", "name", "scale"),
    [
        (range(11), "recommend", "nps_0_10"),
        (AGREE, "Q1", "likert_1_5"),
        (AGREE[:2] + AGREE[3:], "Q1", "agree_1_4"),
        ([f"{5 - place} - {text}" for place, text in enumerate(AGREE)], "Q1", "likert_1_5"),
        (["0 - Not at all likely", *range(1, 10), "10 - Extremely likely"], "Q1", "nps_0_10"),
        (["Very dissatisfied", "Satisfied", "VERY SATISFIED."], "Q1", "satisfied_1_5"),
        (
            [AGREE[0], "Disagree", "Somewhat disagree", "Neutral", "Somewhat agree", *AGREE[3:]],
            "Q1",
            "agree_1_7",
        ),
        (["Definitely no", "Probably no", "Probably yes", "Definitely yes"], "Q", "definitely_1_4"),
        (["Yes", "No", "Not sure"], "Q1", "yes_no"),
        (["👍", "👎"], "Q1", "thumbs"),
        ([0, 1], "thumbs up", "thumbs"),
        ([0, 25, 50, 75, 100], "Q1", "percent_0_100_by_25"),
        (["50%", "70%"], "Score", "percent_0_100_by_10"),
        (range(1, 8), "Q1", "likert_1_7"),
        (range(1, 6), "Overall satisfaction", "satisfied_1_5"),
        (range(1, 6), "Q1", "numbers_1_5"),
        (range(1, 11), "Rating (1-10)", "rating_1_10"),
    ],
)
def test_a_scale_is_found_by_words_or_by_range(cells, name, scale):
    assert scale_of(cells, name).scale == scale


@pytest.mark.parametrize(
    "cells", [["1 - North", "2 - South"], ["North", "South"], [0.5, 0.7], [""], [1500, 2000], ["a"]]
)
def test_other_columns_have_no_scale(cells):
    assert scale_of(cells) is None


@pytest.mark.parametrize(
    ("cells", "name", "missing"),
    [
        ([*range(1, 6), 98, 99], "Q1", (98, 99)),
        ([*range(1, 6), -1], "Q1", (-1,)),
        ([*range(1, 6), 8, 9], "Q1", (8, 9)),
        ([*range(1, 8), 9], "Q1", (9,)),
        ([*range(11), 99], "recommend", (99,)),
        ([*AGREE, 99], "Q1", (99,)),
        ([*range(11)], "recommend", ()),
        ([0, 10, 40, 90, 98, 99, 100], "Score", ()),
    ],
)
def test_codes_outside_a_scale_are_no_answer(cells, name, missing):
    found = scale_of(cells, name)
    assert found.missing == missing
    assert ("taken as no answer" in found.doubt) == bool(missing)


def test_answers_that_fit_two_ladders_are_said():
    found = scale_of(["Very dissatisfied", "Satisfied", "Very satisfied"])
    assert "it may be satisfied_1_7 or dissatisfied_1_4" in found.doubt
    assert not scale_of(AGREE).doubt


def test_what_numbers_alone_mean_is_not_claimed():
    found = scale_of(range(1, 6))
    assert found.declare == {"answers": [1, 2, 3, 4, 5]}
    assert "nothing says what the numbers mean" in found.doubt


def test_numbers_run_from_best_to_worst_where_words_say_so():
    assert scale_of(POOR_IS_5).reversed
    stated = scale_of(range(1, 6), wording="Rate us (1 = very good, 5 = very poor)")
    assert stated.scale == "good_1_5" and stated.reversed and not stated.doubt
    assert not scale_of(range(1, 6), wording="Rate us (1 = very poor, 5 = very good)").reversed
    words = scale_of([f"{place} - {text}" for place, text in enumerate(reversed(AGREE), start=1)])
    assert not words.reversed
    assert "the words decide" in words.why


def test_words_that_a_scale_lacks_are_listed_and_those_of_few_only_counted():
    cells = AGREE * 20 + ["So so"] * 12 + ["Jane told me so"] * 3
    found = guess_scale(pd.Series(cells, dtype=object), name="Q1")
    assert found.scale == ""
    assert "'So so' (12) and 1 other wording" in found.doubt
    assert "Jane" not in str(found)
    assert found.proposal == ("scale: likert_1_5", 'answers: {"So so": ?}')


def test_numbers_without_a_scale_are_to_be_declared():
    assert "numbers_1_6: {answers: [1, 2, 3, 4, 5, 6]}" in scale_of(range(1, 7)).doubt
    assert "which of them means yes" in scale_of([1, 2]).doubt
    assert "there is no 0 among 200 answers" in scale_of(range(1, 11), "recommend").doubt
    assert scale_of(range(1, 11), "recommend", times=2).scale == "nps_0_10"


@pytest.mark.parametrize(
    ("cells", "written"),
    [
        (["2026-04-30", "2026-05-01 10:00:00"], ""),
        (["30/04/2026", "01/05/2026"], "%d/%m/%Y"),
        (["04/30/2026", "05/01/2026"], "%m/%d/%Y"),
        (["30.04.2026 14:05"], "%d.%m.%Y %H:%M"),
        (["30-Apr-2026"], "%d-%b-%Y"),
    ],
)
def test_dates_are_recognized(cells, written):
    found = guess_date(pd.Series(cells))
    assert found.format == written
    assert not found.doubt


def test_the_order_of_day_and_month_may_stay_open():
    found = guess_date(pd.Series(["03/04/2026", "05/06/2026"]))
    assert found.doubt.endswith('date_format is "%d/%m/%Y" or "%m/%d/%Y"')
    assert guess_date(pd.Series(["1", "2"])) is None
    assert guess_date(pd.Series(["99/99/2026"])) is None


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("First name", ["x"]),
        ("RecipientEmail", [""]),
        ("IPAddress", ["x"]),
        ("contact", ["ann@example.org", "bob@example.org"]),
        ("host", ["10.0.0.1", "10.0.0.2"]),
        ("reach me", ["+49 30 123456", "(202) 555-0100"]),
        ("Q9_TEXT", ["it took far too long", "nobody called me back"]),
        ("notes", ["the person at the desk was very kind to me", "I waited for an hour and left"]),
    ],
)
def test_personal_columns_are_recognized(name, cells):
    assert find_personal(pd.Series(cells), name=name)


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("Office name", ["North", "South"] * 20),
        ("Street office", ["North", "South"] * 20),
        ("EndDate", ["2026-04-30 10:00:00"] * 20),
        ("Q1", AGREE * 4),
        ("Name", ["North", "South"] * 20),
    ],
)
def test_other_columns_are_not_personal(name, cells):
    assert not find_personal(pd.Series(cells), name=name)


def test_levels_run_from_the_larger_to_the_smaller():
    frame = pd.DataFrame(
        {
            "Team": ["a1", "a2", "b1", "b2"] * 5,
            "OfficeCode": ["1", "1", "2", "2"] * 5,
            "Office": ["North", "North", "South", "South"] * 5,
            "Region": ["East"] * 20,
            "Trust": ["1", "5", "4", "3"] * 5,
            "Years of service": ["1", "12", "4", "3"] * 5,
        }
    )
    found = guess_levels(frame, list(frame))
    assert found.columns == {"agency": "Office", "unit": "Team"}
    lone = guess_levels(frame.assign(Office="North")[["Office", "Team"]], ["Office", "Team"])
    assert lone.columns == {"agency": "Office", "department": "Team"}
    assert guess_levels(frame[["Region"]], ["Region"]).columns == {"agency": "Region"}


def test_a_level_with_blanks_is_not_the_agency_and_totals_are_refused():
    frame = pd.DataFrame(
        {"Unit": ["x", ""] * 10, "Office": ["Total", "North", "South", "East"] * 5}
    )
    found = guess_levels(frame, list(frame))
    assert found.columns == {"agency": "Office", "unit": "Unit"}
    assert "'Office' holds 'Total'" in found.refused[0]
    blank = guess_levels(frame[["Unit"]], ["Unit"])
    assert "is empty in some rows" in blank.refused[0]


def test_without_a_telling_name_a_column_that_comes_back_is_proposed():
    found = guess_levels(pd.DataFrame({"Ort": ["Berlin", "Bonn"] * 10}), ["Ort"])
    assert found.columns == {"agency": "Ort"}
    assert "no column is named like an agency" in found.doubts["agency"]
    assert not guess_levels(pd.DataFrame({"Ort": [str(n) for n in range(20)]}), ["Ort"]).columns
    assert organization_rank("Service quality") is None
    assert organization_rank("Contact Center") is not None


def roles_of(**columns):
    rows = max(len(cells) for cells in columns.values())
    frame = pd.DataFrame({name: (list(cells) * rows)[:rows] for name, cells in columns.items()})
    return guess_roles(frame.astype(str).astype(object), wordings={})


def test_roles_are_found_by_name_and_cells():
    found = roles_of(
        Office=["North", "South"],
        Quarter=["2026-Q1", "2026-Q2"],
        CaseID=range(40),
        Weight=["0.5", "1.5"],
        AgentNumber=["17", "18"],
        How=["Phone", "Web"],
        Age=["18", "30", "44"],
        DistributionChannel=["anonymous"],
    )
    assert found.columns == {
        "agency": "Office",
        "channel": "How",
        "period": "Quarter",
        "weight": "Weight",
        "psu": "AgentNumber",
        "respondent": "CaseID",
    }
    assert found.case_mix == ["Age"] and found.numbers == []
    assert found.technical == ["DistributionChannel"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"Weight": ["0,5", "1,5"]}, "decimal commas"),
        ({"Weight": ["0", "1.5"]}, "empty, 0 or below"),
        ({"Quarter": ["Q1 2026", "Q2 2026"]}, "Write the year first"),
        ({"Stratum": ["a", ""]}, "some of its cells are empty"),
    ],
)
def test_what_the_reader_would_refuse_is_said(columns, said):
    found = roles_of(Office=["North", "South"] * 10, **columns)
    assert any(said in text for text in found.refused), found.refused


def test_a_respondent_who_comes_back_is_left_to_the_owner():
    found = roles_of(Office=["North"] * 40, CaseID=range(20))
    assert found.held_back == {"respondent": "CaseID"}
    assert "map it to `psu`" in found.doubts["respondent"]
    named = roles_of(Office=["North"] * 40, Agent=["Ann", "Bob"])
    assert "Agent" in named.personal


def test_counts_are_recognized_where_no_other_row_is_the_same():
    frame = {"Office": ["North"] * 5 + ["South"] * 5, "answer": [*range(1, 6)] * 2}
    assert roles_of(**frame, n=range(10)).count == "n"
    assert roles_of(Office=["North"] * 10, answer=[1] * 10, n=range(10)).count == ""


@pytest.mark.parametrize(
    ("stem", "sheet", "period"),
    [
        ("survey", "Wave1", "wave 01"),
        ("survey", "Q1 2026", "2026-Q1"),
        ("survey 2025", "Q3", "2025-Q3"),
        ("survey", "April 2026", "2026-04"),
        ("2026-04 answers", "", "2026-04"),
        ("city_2025", "", "2025"),
        ("city", "Sheet1", ""),
    ],
)
def test_a_wave_is_named_so_that_it_sorts(stem, sheet, period):
    assert name_period(stem, sheet) == period


def test_the_row_of_column_names_is_found():
    data = [["North", "5", "4"]] * 5
    assert find_header([["Office", "Q1", "Q2"], *data]) == 1
    assert find_header([["A title", "", ""], ["", "", ""], ["Office", "Q1", "Q2"], *data]) == 3
    assert find_header([["", "Answers", ""], ["Office", "Q1", "Q2"], *data]) == 2
    assert find_header([["1", "2", "3"], ["4", "5", "6"]]) is None
    assert find_header([]) is None


def test_encoding_and_separator_are_found(tmp_path):
    text = "Behörde;Q1\nBürgeramt;5\nBürgeramt;4\n"
    for name, content, encoding in (
        ("a.csv", text.encode("cp1252"), "cp1252"),
        ("b.csv", text.encode("utf-8-sig"), "utf-8"),
        ("c.csv", text.encode("utf-16"), "utf-16"),
        ("d.csv.gz", gzip.compress(text.encode()), "utf-8"),
        ("e.csv", text.encode("utf-8") + b"\x81\xff;4\n", "latin-1"),
    ):
        (tmp_path / name).write_bytes(content)
        (sample,) = read_samples(tmp_path / name)
        assert (sample.encoding, sample.delimiter) == (encoding, ";"), name
        assert list(sample.frame) == ["Behörde", "Q1"] or encoding == "latin-1"


def test_files_that_hold_no_table(tmp_path):
    for name, content, said in (
        ("a.csv", b"1,2\n3,4\n", "must hold a row of column names"),
        ("b.csv", b"Office,Q1\n", "holds column names and no rows"),
        ("c.csv", b"PK\x03\x04 zip", "starts like an Excel or zip file"),
        ("d.csv.gz", b"no gzip", "is not a whole gzip file"),
        ("e.xlsx", b"no workbook", "is not a whole Excel file"),
        ("f.parquet", b"no parquet", "is not a whole Parquet file"),
        ("g.csv", b"Q,Q\n1,2\n", "must name its columns|row of column names"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match=said):
            read_samples(tmp_path / name)
    with pytest.raises(DataError, match=r"`#Wave1` names a sheet, but 'a\.csv' is no Excel file"):
        read_samples(f"{tmp_path}/a.csv#Wave1")


def test_other_formats_are_looked_at(tmp_path):
    frame = pd.DataFrame({"office": ["North", "South"] * 20, "recommend": [3, 9] * 20})
    frame.to_parquet(tmp_path / "a.parquet")
    (sample,) = read_samples(tmp_path / "a.parquet")
    assert sample.frame["recommend"].tolist()[:2] == ["3", "9"]
    pyreadstat = pytest.importorskip("pyreadstat")
    pyreadstat.write_sav(
        frame.assign(helpful=[5.0, 99.0] * 20),
        str(tmp_path / "a.sav"),
        column_labels={"helpful": "The staff were helpful."},
        variable_value_labels={"helpful": {5.0: "Strongly agree"}},
        missing_ranges={"helpful": [99.0]},
    )
    (sample,) = read_samples(tmp_path / "a.sav")
    assert sample.frame["helpful"].tolist()[:2] == ["5 - Strongly agree", ""]
    assert sample.wordings == {"helpful": "The staff were helpful."}


def test_hidden_sheets_and_repeated_names_are_passed_over(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Office", "Q1", "Q1"])
    for _ in range(4):
        book.active.append(["North", 4, 5])
    book.create_sheet("codes").sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    (sample,) = read_samples(tmp_path / "a.xlsx")
    assert sample.repeated == ("Q1",)
    assert "'codes'" in sample.said[-1]
    with pytest.raises(DataError, match="`sheet` must be one of 'Sheet', 'codes'; got 'Wave'"):
        read_samples(f"{tmp_path / 'a.xlsx'}#Wave")
    assert any("more than one column 'Q1'" in text for text in guess_survey([sample]).refused)


def test_the_outcome_is_the_item_about_recommending():
    found = scale_of(range(11), "recommend")
    columns = {"Q1": ("Overall, how satisfied were you?", found), "Q2": ("", found)}
    assert choose_outcome(columns) == "Q1"
    assert choose_outcome({**columns, "Q3": ("Would you recommend us?", found)}) == "Q3"
    assert choose_outcome({}) == ""


def test_questions_get_short_names_of_their_own():
    names = question_names(
        [
            "Unit",
            "Staff were helpful at all times today",
            "Staff were helpful at all times",
            "1",
            "R",
        ],
        outcome="R",
        taken=["age"],
    )
    assert list(names.values()) == [
        "unit_2",
        "staff_were_helpful_at_all",
        "staff_were_helpful_at_all_2",
        "q_1",
        "recommend",
    ]
    assert label_of("Q1", "How satisfied were you with... - The time you waited") == (
        "The time you waited"
    )
    assert label_of("WaitTime", "") == "Wait time"
    assert label_of("Q1", "word " * 30).endswith("…")
    assert words_of("OfficeName_2") == "office name 2"
    assert quoted('a"b\\c\nd') == r'"a\"b\\c\U0000000ad"'


def test_numbers_that_run_against_the_outcome_are_noticed():
    frame = pd.DataFrame({"a": range(11), "b": range(10, -1, -1)}).astype(str)
    frame = pd.concat([frame] * 10)
    guesses = {name: scale_of(range(11), "recommend") for name in frame}
    assert runs_against(frame, "b", "a", guesses)
    assert not runs_against(frame, "a", "a", guesses)


def test_published_scores_are_not_read_as_answers(tmp_path):
    rows = "".join(f"Hospital {place},{40 + place}%\n" for place in range(40))
    (tmp_path / "a.csv").write_text("Hospital,Recommendation score\n" + rows)
    (sample,) = read_samples(tmp_path / "a.csv")
    assert names_each_row(sample.frame) == "Hospital"
    found = guess_survey([sample])
    assert not found.questions
    assert "look like published scores" in found.refused[0]


def test_scales_that_differ_between_waves_are_refused(tmp_path):
    for name, last in (("2025", 5), ("2026", 10)):
        rows = "".join(f"North,{n % (last + 1) or 1},{n % 11}\n" for n in range(200))
        (tmp_path / f"{name}.csv").write_text("Office,Overall satisfaction,Recommend\n" + rows)
    samples = [read_samples(tmp_path / f"{name}.csv")[0] for name in ("2026", "2025")]
    found = guess_survey(samples)
    assert found.periods == ("2025", "2026")
    assert any("Scales are not equated: it is left out" in text for text in found.refused)
    assert [entry.name for entry in found.used()] == ["recommend"]
    assert drivers_of(found) == []


def test_the_measure_of_operations_and_response_counts_are_found(tmp_path):
    (tmp_path / "a.csv").write_text(
        "Office,Quarter,Average wait,Invited,Completed\nNorth,2026-Q1,4.5,100,20\n"
        "South,2026-Q1,3.5,90,30\n"
    )
    found = guess_operations(read_samples(tmp_path / "a.csv")[0])
    assert (found.performance, found.performance_is) == ("Average wait", "mean")
    assert not found.higher_is_better
    assert found.funnel == {"asked": "Invited", "answered": "Completed"}
    assert found.roles.columns == {"agency": "Office", "period": "Quarter"}
