"""The section "What goes with being recommended?": one value everywhere, nothing that leaks."""

from __future__ import annotations

import base64
import csv
import importlib.util
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from cxanalytics import report
from cxanalytics.claims.verdicts import OF_STAFF
from cxanalytics.formats import percent
from cxanalytics.report.exports import COLUMN_NOTES, COLUMNS
from cxanalytics.words import Nouns, find_forbidden

LARGEST = 600_000


@pytest.fixture(scope="module")
def made():
    path = Path(__file__).parent / "made_up_drivers.py"
    spec = importlib.util.spec_from_file_location("made_up_drivers", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def all_boards(made_up, boards):
    told = made_up.make_board("told_next", mean=0.6, spread=0.03, seed=11, small=made_up.SMALL)
    return {**boards, "told_next": told}


@pytest.fixture(scope="module")
def write(made_up, made, all_boards, facts):
    def section(agency=made_up.YOU, *, boards=None, page=None, labels=None, **changes):
        own = all_boards if boards is None else boards
        given = {
            "drivers": made.make_drivers(labels=labels),
            "shares": made.add_outcome(made.make_shares(own, labels=labels), own),
            "effects": made.make_effects(),
            "claims": made.make_claims(),
        }
        about = (facts if page is None else page) if agency == made_up.YOU else None
        about = about or made_up.make_facts(title=agency)
        return report.write_drivers(own, about, agency=agency, **{**given, **changes})

    return section


@pytest.fixture(scope="module")
def section(write):
    return write()


@pytest.fixture(scope="module")
def whole(made_up, all_boards, facts, section):
    """The whole page with the section in its place."""
    how = {"agency": made_up.YOU}
    return made_up.render(
        [
            report.write_masthead(all_boards, facts, **how),
            report.write_scorecard(all_boards, facts, **how),
            report.write_standing(all_boards, facts, **how),
            section,
            report.write_sureness(all_boards, facts, **how),
            report.write_data(all_boards, facts, sections=[section], **how),
        ]
    )


def soup_of(section):
    html = section if isinstance(section, str) else str(section.html)
    return BeautifulSoup(html, "html.parser")


def texts(soup, id_):
    """The cells of the row with an id."""
    return [cell.get_text() for cell in soup.find(id=id_).find_all(["th", "td"])]


def test_it_is_the_fourth_question_and_answers_it(section):
    assert (section.id, section.number) == ("drivers", 4)
    assert section.question == "What goes with recommendation?"
    assert section.answer.startswith(
        "“Resolved first time” goes most with recommendation: about a third of what the five "
        "drivers explain together (31% to 41%)."
    )
    assert section.figures == 2
    assert soup_of(section).find(class_="answer").get_text() == section.answer


def test_the_verdict_of_the_answer_is_that_of_board_table_and_scorecard(section, whole, all_boards):
    row = all_boards["resolved"].row("Benefits Access Line")
    soup = soup_of(whole)
    chip = soup.find(id="score-resolved").find(class_="chip")
    word = chip.find("span").contents[0].lower()
    assert f"you are {word} the typical government peer" in section.answer
    assert texts(soup, "driver-resolved")[3].lower().startswith(word)
    assert row["verdict"] in word
    assert section.key_figures.iloc[0]["gap"] == row["gap"]


def test_the_positive_total_is_the_score_of_the_scorecard(whole):
    soup = soup_of(whole)
    for name in ("recommend", "easy", "wait", "resolved", "helpful"):
        score = soup.find(id=f"score-{name}").find(class_="you").get_text()
        assert texts(soup, f"answers-{name}")[1] == score
        for size in ("wide", "narrow"):
            drawn = soup.find(id="fig-answers").find(class_=f"only-{size}").svg
            bold = [t.get_text() for t in drawn.find_all("text") if "700" in t.get("style", "")]
            assert score in bold


def test_every_row_of_the_section_has_its_record_and_every_record_its_row(section):
    soup = soup_of(section)
    rows = {row["id"] for row in soup.find_all("tr", id=True)}
    told = [record["id"] for record in section.records]
    assert len(told) == len(set(told))
    assert set(told) <= {tag["id"] for tag in soup.find_all(id=True)}
    assert {name for name in rows if not name.startswith("answers-")} <= set(told)
    assert {"driver-resolved", "driver-told-next", "answers-easy", "claim-1", "claim-5"} <= rows
    assert {"step-resolved", "answer-easy-4", "drivers-explained"} <= set(told)
    assert "claim-2" not in rows


def test_the_files_hold_what_the_page_prints(whole, section):
    link = soup_of(whole).find("a", download=re.compile("csv$"))
    content = base64.b64decode(link["href"].split(",", 1)[1]).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert len(rows) == 7 + 24 + len(section.records)
    first = next(row for row in rows if row["id"] == "driver-resolved" and row["importance"])
    assert [percent(float(first[f"importance{end}"])) for end in ("", "_low", "_high")] == [
        "36%",
        "31%",
        "41%",
    ]
    assert (first["call"], first["tier"], first["p_first"]) == ("fix first", "1", "0.97")
    step = next(row for row in rows if row["measure"] == "resolved/step")
    assert (step["estimate"], step["conf_low"], step["agency"]) == ("0.09", "0.078", "")
    parts = [row for row in rows if re.fullmatch(r"easy/\d", row["measure"])]
    assert sum(float(row["estimate"]) for row in parts) == pytest.approx(1.0, abs=1e-5)
    assert {row["label"] for row in parts} >= {"Easy to deal with: Agree"}
    score = next(row for row in rows if row["id"] == "score-easy")["estimate"]
    agreed = [row for row in parts if row["measure"] in ("easy/4", "easy/5")]
    assert sum(float(row["estimate"]) for row in agreed) == pytest.approx(float(score), abs=1e-5)
    assert {"importance", "p_first", "call", "tier"} <= set(COLUMN_NOTES) & set(COLUMNS)


def test_every_number_of_the_section_is_in_the_files(section, facts):
    soup = soup_of(section)
    known = set(re.findall(r"\d+", f"{facts.dates} {COLUMN_NOTES}")) | {"30", "50", "2", "3"}
    for record in section.records:
        for value in record.values():
            if isinstance(value, int | float):
                size = abs(float(value))
                known |= {f"{size:,.0f}", f"{100 * size + 1e-9:.0f}", f"{100 * size:.1f}"}
    told = [*soup.find_all(class_="answer"), *soup.find_all(class_="figtitle")]
    told += soup.find_all("p", class_=None)
    said = " ".join(part.get_text(" ") for part in told)
    said += " ".join(svg["aria-label"] for svg in soup.find_all("svg", role="img"))
    numbers = {number.strip(".,") for number in re.findall(r"\d[\d,.]*", said)}
    assert numbers - known == set()


def test_not_proof_of_cause_is_said_once(section):
    said = soup_of(section).get_text(" ")
    assert said.count("not proof of cause") == 1
    assert "9.0 points more would recommend (7.8 to 10.2)" in said


def test_no_word_is_forbidden_and_nothing_is_left_open(section):
    soup = soup_of(section)
    assert find_forbidden(soup.get_text(" ")) == []
    for svg in soup.find_all("svg", role="img"):
        assert find_forbidden(svg["aria-label"]) == []
        assert len(svg["aria-label"].split()) <= 60
    assert "nan" not in soup.get_text().lower()


def test_the_page_keeps_its_budget_and_its_ids(whole):
    soup = soup_of(whole)
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert len(whole.encode()) <= LARGEST
    numbers = [tag.get_text() for tag in soup.find_all(class_="figno")]
    assert numbers == [f"Figure\u00a0{place}" for place in (1, 2, 3)]
    assert [tag.get_text() for tag in soup.find_all(class_="secno")] == ["1", "2", "3", "4", "5"]


def test_a_rebuild_is_the_same_to_the_byte(section, write):
    assert str(write().html) == str(section.html)
    assert write().records == section.records


def test_drivers_that_cannot_be_separated_leave_the_bars(write, made):
    refused = write(drivers=made.refused())
    alike = write(drivers=made.make_drivers(shares=(0.2,) * 5, half=0.1))
    why = ("some of them are answered too much alike", "each of them may explain an equal share")
    for section, reason in zip((refused, alike), why, strict=True):
        soup = soup_of(section)
        assert section.answer.startswith(f"We cannot yet separate the drivers: {reason}")
        assert section.figures == 1
        assert soup.find(id="fig-answers")
        assert not soup.find(id="fig-drivers")
        assert "points more would recommend" not in soup.get_text()
        assert not [r for r in section.records if r["id"].startswith("driver-")]
        assert section.key_figures.empty
    assert "`drivers` must not overlap" in soup_of(refused).find(class_="reasons").get_text()
    told = write(drivers=made.refused("A statistically significant overlap."))
    assert "significant" not in soup_of(told).get_text()
    given = write(drivers=made.refused(), reason="No driver questions were asked.")
    assert "No driver questions were asked." in soup_of(given).find(class_="reasons").get_text()


def test_a_small_agency_sees_the_drivers_and_none_of_its_own_answers(write):
    section = write("Small Grants Desk")
    soup = soup_of(section)
    assert section.answer.endswith("(31% to 41%).")
    assert section.figures == 1
    assert "not shown: fewer than 30 answers." in soup.get_text()
    assert texts(soup, "driver-resolved")[2] == "Not compared: fewer than 30 answers"
    own = [record for record in section.records if record["agency"] == "Small Grants Desk"]
    assert all(record["estimate"] is None and record["gap"] is None for record in own)
    assert not soup.find(id="fig-answers")


def test_a_driver_without_a_board_is_listed_and_not_drawn(write, all_boards):
    fewer = {name: board for name, board in all_boards.items() if name != "told_next"}
    soup = soup_of(write(boards=fewer))
    assert texts(soup, "driver-told-next")[2] == "Not compared: not asked in this wave"
    drawn = soup.find(id="fig-drivers").find(class_="only-wide").get_text()
    assert "Told what" not in drawn
    assert "not drawn: “Told what happens next”." in soup.find(id="fig-drivers").get_text()


def test_without_peers_the_shares_stand_alone(write, made_up):
    lone = made_up.make_boards(peers_enough=False, agencies=made_up.AGENCIES[8:15])
    section = write(boards=lone)
    soup = soup_of(section)
    assert section.answer.endswith("(31% to 41%).")
    assert "FIX FIRST" not in soup.get_text()
    assert "has the largest share" in soup.find(class_="figtitle").get_text()
    assert soup.find(id="fig-answers")


def test_answers_that_are_held_back_are_listed_with_the_reason(write, made, all_boards):
    shares = made.hold_back(made.make_shares(all_boards), question="easy")
    soup = soup_of(write(shares=shares))
    assert not soup.find(id="answers-easy")
    table = soup.find(id="fig-answers").table.get_text(" ")
    assert "Hidden to protect the privacy of another small group." in table
    none = write(shares=made.make_shares(all_boards).iloc[:0])
    assert none.figures == 1
    assert "answered each question is not known" in soup_of(none).get_text()


def test_answers_of_others_never_reach_the_page(write, made, all_boards):
    shares = made.add_outcome(made.make_shares(all_boards), all_boards)
    own = shares.loc[shares["agency"] == "Benefits Access Line"]
    assert str(write(shares=own).html) == str(write(shares=shares).html)


def test_claims_are_told_with_their_verdicts_or_left_out(section, write, made):
    soup = soup_of(section)
    assert [row.b.get_text() for row in soup.find(class_="asked").find_all("tr")] == [
        "Too imprecise to tell.",
        "Contradicted.",
    ]
    assert "+3\u00a0points (likely −2 to +8)" in soup.find(id="claim-1").get_text()
    base = "Base: 12,592 customers in 24 agencies. Evidence D."
    assert all(base in row.get_text() for row in soup.find(class_="asked").find_all("tr"))
    lacking = made.make_claims().assign(n=float("nan"), grade="")
    assert "Base" not in soup_of(write(claims=lacking)).find(class_="asked").get_text()
    assert not soup_of(write(claims=None)).find(class_="asked")
    of_staff = made.make_claims().assign(missing=OF_STAFF)
    assert not soup_of(write(claims=of_staff)).find(class_="asked")
    others = made.make_claims().loc[lambda rows: rows["claim"] == 2]
    assert not soup_of(write(claims=others)).find(class_="asked")


def test_little_explained_and_drivers_that_run_the_other_way_are_said(write, made):
    drivers = made.make_drivers(explained=0.18)
    frame = drivers.frame.assign(direction=[1, 1, 1, -1, 1])
    soup = soup_of(write(drivers=replace(drivers, frame=frame)))
    note = soup.find(id="fig-drivers").find(class_="note").get_text()
    assert "explain only about a fifth of the differences in answers (18%)" in note
    assert "“Reasonable wait” runs the other way" in note


def test_why_has_base_method_cluster_and_what_was_left_out(section):
    told = soup_of(section).find(class_="reasons")
    entries = {row.dt.get_text(): row.dd.get_text() for row in told.find_all("div")}
    assert entries["Base"] == "12,592 customers in 24 agencies."
    assert entries["Likely range"] == (
        "Found by drawing the 640 groups of people asked together again, 1,000 times."
    )
    assert entries["Left out"] == "channel is left out: 31% did not answer it (at most 20%)."
    assert {"Method", "Rule", "Source", "All drivers together"} <= set(entries)


def test_without_effects_nothing_is_said_of_size(write, made):
    for effects in (None, made.refused()):
        soup = soup_of(write(effects=effects))
        assert "points more" not in soup.get_text()
        assert texts(soup, "driver-resolved")[5:7] == ["", "Not known"]


def test_hostile_names_are_text_and_nothing_else(write, made_up):
    labels = dict(zip(("resolved", "easy", "helpful", "wait"), made_up.HOSTILE, strict=False))
    labels["told_next"] = "Long " + "name " * 59 + "!"
    measures = tuple(
        report.Measure(name=name, label=labels.get(name, label), phrase=label)
        for name, label, _, _ in made_up.MEASURES
    )
    section = write(labels=labels, page=made_up.make_facts(measures=measures))
    html = str(section.html)
    soup = soup_of(html)
    assert not soup.find_all("script")
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f]", html)
    assert "<script>alert('x')</script> & Sons" in soup.get_text()
    assert len({tag["id"] for tag in soup.find_all(id=True)}) == len(soup.find_all(id=True))


def test_names_that_share_a_slug_keep_rows_of_their_own(write, made, all_boards):
    labels = {"easy?": "One", "easy!": "Two", "easy": "Three", "wait": "Four", "a b": "Five"}
    boards = {**all_boards, **dict.fromkeys(labels, all_boards["easy"])}
    section = write(boards=boards, labels=labels)
    ids = [tag["id"] for tag in soup_of(section).find_all(id=True)]
    assert len(ids) == len(set(ids))
    told = [record["id"] for record in section.records]
    assert len(told) == len(set(told))
    assert set(told) <= set(ids)


def test_a_staff_survey_speaks_of_staff(write, made_up):
    nouns = Nouns(
        respondent="employee",
        respondents="employees",
        outcome="workplace recommendation",
        outcome_phrase="would recommend this agency as a place to work",
        outcome_short="would recommend it as a place to work",
        peer="federal agency",
    )
    section = write(page=made_up.make_facts(nouns=nouns))
    said = soup_of(section).get_text(" ")
    assert "customer" not in said.replace("customer experience", "").lower()
    assert section.question == "What goes with workplace recommendation?"
    assert "more would recommend it as a place to work" in said


def test_what_a_phone_folds_stays_open_elsewhere(section):
    soup = soup_of(section)
    folded = [part.summary.get_text() for part in soup.find(class_="folds").find_all(class_="fold")]
    assert folded == ["Cannot be told apart", "How people answered", "Is it true that …"]
    css = (report.TEMPLATE_DIR / "static" / "report.css").read_text(encoding="utf-8")
    rule = css[css.index("@supports selector(::details-content)") :]
    assert rule.count(".fold::details-content { content-visibility:visible") == 2
    assert "@media print" in rule[:600]
