"""A new study from awkward files: what it writes passes the check, and what it cannot is said."""

from __future__ import annotations

import csv
import json
import random
from datetime import datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxanalytics.errors import DataError, ParamsError
from cxanalytics.run import open_study
from cxanalytics.run.check import check_study
from cxanalytics.run.guess.words import quoted, yaml_text
from cxanalytics.run.new import make_study
from cxanalytics.run.new_source import path_text
from cxanalytics.run.resolve import read_study
from cxanalytics.run.yaml_file import read_yaml
from cxanalytics.sources.link import read_units

AGREE = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")
SATISFIED = (
    "Very dissatisfied",
    "Dissatisfied",
    "Neither satisfied nor dissatisfied",
    "Satisfied",
    "Very satisfied",
)
RECOMMEND = "How likely are you to recommend this service? (0-10)"


def write_csv(path, rows, **options):
    encoding = options.pop("encoding", "utf-8")
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, **options).writerows(rows)
    return path


@pytest.fixture
def workbook(tmp_path):
    """Title rows, a wave per sheet, labels after numbers, 99 and words for no answer."""
    draw = random.Random(3)
    book = openpyxl.Workbook()
    book.active.title = "Read me"
    book.active["A1"] = "City survey"
    heads = ["Response ID", "Office", "Team", "Contact method", "Age group", "E-mail", RECOMMEND]
    heads += ["My need was resolved.", "Staff were helpful.", "Any comments?", "Survey date"]

    def answer():
        place = draw.choice([0, 1, 2, 3, 3, 4, 4, 5, 6])
        texts = [f"{number} - {text}" for number, text in enumerate(AGREE, start=1)]
        return [*texts, 99, "Don't know"][place]

    for wave in ("Wave2 2026", "Wave1 2025"):
        sheet = book.create_sheet(wave)
        for row in (["City of Testing: customer survey"], [f"Exported: {wave}"], [], heads):
            sheet.append(row)
        for number in range(150):
            office = draw.choice(["North", "South", "East", "Harbor"])
            words = [
                f"R{number}",
                office,
                f"{office} {draw.choice('AB')}",
                draw.choice(["Phone", "Web", "In person"]),
                draw.choice(["Under 35", "35 to 59", "60 and over"]),
                f"person{number}@example.org",
                draw.choice([*range(11), 99]),
                answer(),
                answer(),
                draw.choice(["", f"I waited far too long at the desk that day, case {number}"]),
                datetime(2026, 4, 1 + number % 28),
            ]
            sheet.append(words)
    book.save(tmp_path / "city.xlsx")
    return tmp_path / "city.xlsx"


@pytest.fixture
def umlauts(tmp_path):
    """Semicolons, cp1252, the day first, decimal commas, 9 for no answer, German names."""
    draw = random.Random(4)
    rows = [["Fall-ID", "Behörde", "Region", "Datum", "Gewicht"]]
    rows[0] += ["Würden Sie uns weiterempfehlen (0-10)?", "Zufriedenheit insgesamt", "Wartezeit"]
    rows[0] += ["Telefon", "Kommentar"]
    for number in range(300):
        words = [
            number,
            draw.choice(["Bürgeramt Süd", "Bürgeramt Nord", "Kfz-Stelle"]),
            draw.choice(["Ost", "West"]),
            f"{1 + number % 28:02}.{1 + number % 12:02}.2026",
            f"{draw.uniform(0.5, 2):.3f}".replace(".", ","),
            draw.randint(0, 10),
            draw.choice([1, 2, 3, 4, 5, 9]),
            draw.choice([1, 2, 3, 4, 5]),
            f"+49 30 {draw.randint(100_000, 999_999)}",
            draw.choice(["", f"Sehr freundlich und schnell, vielen Dank dafür {number}"]),
        ]
        rows.append(words)
    return write_csv(tmp_path / "umfrage.csv", rows, encoding="cp1252", delimiter=";")


@pytest.fixture
def export(tmp_path):
    """A Qualtrics export, staff in another file with other unit names, and operations."""
    draw = random.Random(5)
    names = ["StartDate", "EndDate", "Status", "IPAddress", "Finished", "ResponseId"]
    names += ["RecipientLastName", "DistributionChannel", "UserLanguage", "Center", "Quarter"]
    names += ["Q1_NPS_GROUP", "Q1", "Q2_1", "Q2_2", "Q3", "Q4_TEXT"]
    texts = [*names[:11], "Recommend - Group", "How likely are you to recommend us to a friend?"]
    texts += ["How satisfied were you with... - The time you waited"]
    texts += ["How satisfied were you with... - The person you spoke to"]
    texts += ["Was your question answered?", "Please tell us why"]
    rows = [names, texts, [json.dumps({"ImportId": name}) for name in names]]
    centers = ["Denver Contact Center", "Tampa Contact Center", "Boise Contact Center"]
    for number in range(240):
        likely = draw.randint(0, 10)
        day = f"2026-0{1 + number % 6}-15 10:00:00"
        group = "Promoter" if likely > 8 else "Passive" if likely > 6 else "Detractor"
        status = "Survey Preview" if number < 4 else "IP Address"
        words = [day, day, status, f"10.0.0.{number}", "True", f"R_{number}", "", "anonymous"]
        words += [draw.choice(["EN", "ES"]), draw.choice(centers)]
        words += [draw.choice(["2026-Q1", "2026-Q2"]), group, likely, draw.choice(SATISFIED)]
        words += [draw.choice([*SATISFIED, "Prefer not to say"]), draw.choice(["Yes", "No"])]
        words += [draw.choice(["", f"The agent explained everything very well indeed {number}"])]
        rows.append(words)
    customers = write_csv(tmp_path / "export.csv", rows, quoting=csv.QUOTE_ALL)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Staff survey 2026"])
    heads = ["Contact Center", "Quarter", "I feel valued at work", "I am kept informed"]
    sheet.append([*heads, "Years of service"])
    units = ["Denver CC", "Tampa Contact Ctr.", "Boise contact center", "Omaha Contact Center"]
    for number in range(120):
        quarter = ["2026-Q1", "2026-Q2"][number % 2]
        answers = [draw.choice([1, 2, 3, 4, 5, 98]), draw.choice([1, 2, 3, 4, 5])]
        sheet.append([units[number % 4], quarter, *answers, draw.randint(0, 30)])
    book.save(tmp_path / "staff.xlsx")
    heads = ["Center", "Quarter", "Average wait (seconds)", "Resolved first time", "Surveys sent"]
    measured = [[*heads, "Responses"]]
    measured += [
        [center, quarter, draw.randint(60, 300), 0.8, 400, 40]
        for center in centers
        for quarter in ("2026-Q1", "2026-Q2")
    ]
    operations = write_csv(tmp_path / "operations.csv", measured)
    return customers, tmp_path / "staff.xlsx", operations


def check(folder):
    return [str(finding) for finding in check_study(folder)]


def test_a_workbook_with_title_rows_and_a_wave_per_sheet(workbook, tmp_path):
    made = make_study("city", customers=[workbook], folder=tmp_path / "city")
    assert any("survey: passed" in line for line in check(made.folder))
    study = read_study(made.folder)
    survey = open_study(made.folder).survey()
    assert survey.periods == ["2025", "2026"]
    assert len(survey.frame) == 300
    spec = study.file.survey
    assert (spec.header, spec.file) == (4, None)
    assert spec.columns.model_dump(exclude_none=True) == {
        "agency": "Office",
        "unit": "Team",
        "channel": "Contact method",
        "date": "Survey date",
        "respondent": "Response ID",
    }
    assert [spec.questions[name].scale for name in (spec.outcome, *spec.drivers)] == [
        "nps_0_10",
        "likert_1_5",
        "likert_1_5",
    ]
    assert {tuple(question.missing) for question in spec.questions.values()} == {(99,)}
    assert spec.case_mix == {"age_group": "Age group"}
    assert study.file.nouns.organizations == "offices"
    left_out = [text for text in made.refused if "left out" in text]
    assert [text.split("'")[1] for text in left_out] == ["E-mail", "Any comments?"]
    assert any("'Read me'" in text for text in made.guessed)


def test_named_sheets_are_waves_in_the_order_of_their_names(workbook, tmp_path):
    sheets = [f"{workbook}#Wave2 2026", f"{workbook}#Wave1 2025"]
    make_study("city", customers=sheets, folder=tmp_path / "city")
    parts = read_study(tmp_path / "city").file.survey.parts
    assert [(part.sheet, part.period) for part in parts] == [
        ("Wave1 2025", "2025"),
        ("Wave2 2026", "2026"),
    ]
    assert {part.file for part in parts} == {"../city.xlsx"}


def test_a_semicolon_file_in_another_encoding_with_the_day_first(umlauts, tmp_path):
    made = make_study("amt", customers=[umlauts], folder=tmp_path / "amt")
    assert any("survey: passed" in line for line in check(made.folder))
    study = read_study(made.folder)
    spec = study.file.survey
    assert (spec.encoding, spec.delimiter, spec.date_format) == ("cp1252", ";", "%d.%m.%Y")
    survey = open_study(made.folder).survey()
    assert "Bürgeramt Süd" in survey.agencies
    assert survey.frame["date"].dt.month.nunique() == 12
    assert spec.questions[spec.outcome].scale == "nps_0_10"
    assert spec.questions["zufriedenheit_insgesamt"].missing == [9]
    assert spec.columns.weight is None
    refused = " ".join(made.refused)
    for said in ("decimal commas", "'Telefon' is left out", "'Kommentar' is left out: free text"):
        assert said in refused
    # Nothing tells that a waiting time in five steps is a rating, so it stays a comment.
    assert any("'Wartezeit': only a comment so far" in text for text in made.unsure)
    assert "# wartezeit:" in (made.folder / "study.yaml").read_text(encoding="utf-8")


def test_an_export_with_staff_and_operations_in_other_files(export, tmp_path):
    customers, staff, operations = export
    made = make_study(
        "calls",
        customers=[customers],
        staff=[staff],
        operations=[operations],
        folder=tmp_path / "calls",
    )
    lines = check(made.folder)
    for part in ("survey", "staff", "operations", "response"):
        assert any(line.startswith(f"{part}: passed") for line in lines), part
    study = read_study(made.folder)
    spec = study.file.survey
    assert spec.layout == "qualtrics"
    assert len(open_study(made.folder).survey().frame) == 236
    assert spec.questions["recommend"].wording == "How likely are you to recommend us to a friend?"
    assert spec.questions["q2_1"].label == "The time you waited"
    assert list(spec.questions) == ["recommend", "q2_1", "q2_2", "q3"]
    assert spec.columns.channel is None and spec.columns.department is None
    assert (spec.funnel.asked, spec.funnel.answered) == ("Surveys sent", "Responses")
    assert study.file.operations.performance == "Resolved first time"
    assert study.file.staff.items == {"morale": ["I feel valued at work", "I am kept informed"]}
    assert (
        open_study(made.folder).staff().questions[0].scale.cut_label
        == "4 or 5 on a scale of 1 to 5"
    )


def test_units_are_suggested_and_join_only_once_confirmed(export, tmp_path):
    customers, staff, _ = export
    made = make_study("calls", customers=[customers], staff=[staff], folder=tmp_path / "calls")
    units = read_units(made.folder / "units.csv").set_index("staff_unit")
    assert dict(units["confirmed"]) == {
        "Boise contact center": "yes",
        "Denver CC": "no",
        "Omaha Contact Center": "no",
        "Tampa Contact Ctr.": "no",
    }
    assert units.loc["Tampa Contact Ctr.", "customer_unit"] == "Tampa Contact Center"
    assert any("not the same on both sides: 3" in text for text in made.unsure)
    assert read_study(made.folder).file.units == "units.csv"
    assert any("needs `columns.unit`" in text for text in made.unsure)


def test_names_of_units_are_no_formulas(tmp_path):
    files = [
        write_csv(
            tmp_path / f"{name}.csv",
            [
                ["Team", "Office", question],
                *[[team, "City", 1 + n % 5] for n in range(8) for team in teams],
            ],
        )
        for name, question, teams in (
            ("customers", "The staff were helpful", ["=1+1", "Harbor"]),
            ("staff", "I feel valued at work", ["=1+1", "-Harbor"]),
        )
    ]
    made = make_study("f", customers=files[:1], staff=files[1:], folder=tmp_path / "f")
    text = (made.folder / "units.csv").read_text(encoding="utf-8")
    assert "'=1+1,'=1+1,1.0,yes" in text and "'-Harbor," in text
    units = read_units(made.folder / "units.csv")
    assert set(units["staff_unit"]) >= {"=1+1", "-Harbor"}
    assert "=1+1" in set(units["customer_unit"])


def test_waves_that_never_meet_are_said(workbook, export, tmp_path):
    made = make_study("a", customers=[workbook], staff=[export[1]], folder=tmp_path / "a")
    said = "No wave of staff ('2026-Q1' and '2026-Q2') is one of customers ('2025' and '2026')"
    assert any(said in text for text in made.unsure)


def test_no_answer_of_a_respondent_is_written_or_said(workbook, tmp_path):
    made = make_study("city", customers=[workbook], folder=tmp_path / "city")
    text = (made.folder / "study.yaml").read_text(encoding="utf-8")
    said = " ".join([*made.guessed, *made.unsure, *made.refused])
    for secret in ("example.org", "waited far too long", "R17"):
        assert secret not in text + said


def test_nothing_is_written_over(workbook, tmp_path, house):
    (tmp_path / "taken").mkdir()
    with pytest.raises(ParamsError, match="exists already, and nothing is written over"):
        make_study("taken", customers=[workbook], folder=tmp_path / "taken")
    with pytest.raises(ParamsError, match="is a study already"):
        make_study("city", customers=[workbook])
    made = make_study("town", customers=[workbook])
    assert made.folder == (house / "params" / "town").resolve()
    assert sorted(path.name for path in made.folder.parent.iterdir()) == [
        "city",
        "simulated",
        "town",
    ]


def test_a_failure_leaves_nothing_behind(workbook, tmp_path, monkeypatch):
    from cxanalytics.run import new

    def fail(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(new.Path, "write_text", fail)
    with pytest.raises(OSError, match="disk full"):
        make_study("city", customers=[workbook], folder=tmp_path / "studies" / "city")
    assert list((tmp_path / "studies").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("a b", {"customers": ["x.csv"]}, "`name` must be letters, digits, - and _; got 'a b'"),
        ("a", {"customers": []}, "`customers` must name at least one file"),
        ("a", {"customers": ["x.csv"], "operations": ["y", "z"]}, "`operations` must be one file"),
    ],
)
def test_what_was_typed_wrong_is_one_sentence(tmp_path, name, given, said):
    with pytest.raises(ParamsError, match=said):
        make_study(name, folder=tmp_path / "new", **given)


def test_a_file_that_is_not_there_or_has_unlike_sheets(tmp_path):
    with pytest.raises(DataError, match="must be a file that exists"):
        make_study("a", customers=[tmp_path / "none.csv"], folder=tmp_path / "a")
    book = openpyxl.Workbook()
    for title, heads in (("one", ["Office", "Rating"]), ("two", ["Site", "Score"])):
        sheet = book.create_sheet(title)
        sheet.append(heads)
        for number in range(30):
            sheet.append(["North", 1 + number % 5])
    book.remove(book["Sheet"])
    book.save(tmp_path / "b.xlsx")
    with pytest.raises(DataError, match=r"Name those that are meant: 'b\.xlsx#one', 'b\.xlsx#two'"):
        make_study("a", customers=[tmp_path / "b.xlsx"], folder=tmp_path / "a")
    with pytest.raises(DataError, match="name the one with operations data"):
        make_study(
            "a",
            customers=[f"{tmp_path}/b.xlsx#one"],
            operations=[tmp_path / "b.xlsx"],
            folder=tmp_path / "a",
        )
    assert not (tmp_path / "a").exists()


def test_without_agency_or_question_the_check_says_what_to_complete(tmp_path):
    rows = [["Zip", "Amount"], *([str(place), f"{place}.5"] for place in range(50))]
    made = make_study("a", customers=[write_csv(tmp_path / "a.csv", rows)], folder=tmp_path / "a")
    assert any("`columns.agency` is needed" in text for text in made.refused)
    assert any("`questions` and `outcome` are needed" in text for text in made.refused)
    with pytest.raises(ParamsError, match="line"):
        check(made.folder)


def test_counts_and_hostile_names_survive(tmp_path):
    office, question = 'Office: #1 "x"\n', "recommend, [us] {now}"
    rows = [[office, question, "n"]]
    rows += [[name, answer, 20] for name in ("=A1", "@b", "- c") for answer in range(11)]
    path = write_csv(tmp_path / "it's $HOME #1.csv", rows)
    made = make_study("a", customers=[path], folder=tmp_path / "a b")
    survey = open_study(made.folder).survey()
    assert survey.counts and survey.frame["weight"].sum() == 660
    assert survey.agencies == ["- c", "=A1", "@b"]


def test_columns_that_one_wave_lacks_and_layouts_that_differ_are_said(tmp_path):
    for year, extra in (("2025", "Helpful staff"), ("2026", "Helpfull staff")):
        rows = [["Office", "Recommend", extra]]
        rows += [["North", place % 11, place % 5 + 1] for place in range(60)]
        delimiter = "," if year == "2025" else ";"
        write_csv(tmp_path / f"{year}.csv", rows, delimiter=delimiter)
    made = make_study(
        "a", customers=[tmp_path / "2025.csv", tmp_path / "2026.csv"], folder=tmp_path / "a"
    )
    assert any("Did you mean 'Helpfull staff'?" in text for text in made.unsure)
    assert any("a study has one for all its waves" in text for text in made.refused)


def test_paths_lead_to_the_file_from_the_study(tmp_path, monkeypatch):
    folder = tmp_path / "params" / "a"
    assert path_text(tmp_path / "data" / "x.csv", folder) == "../../data/x.csv"
    assert path_text(tmp_path / "x.csv", tmp_path.parents[-1] / "elsewhere") == str(
        tmp_path / "x.csv"
    )
    monkeypatch.setenv("CXANALYTICS_DATA", str(tmp_path / "data"))
    assert path_text(tmp_path / "data" / "x.csv", folder) == "${CXANALYTICS_DATA}/x.csv"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_yaml_reads_the_text_that_was_written(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("yaml") / "a.yaml"
    path.write_text(f"a: {yaml_text(text)}  # b\nc: [{quoted(text)}]\n", encoding="utf-8")
    assert read_yaml(path).data == {"a": text, "c": [text]}
