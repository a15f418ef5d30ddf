"""What an earlier release hid stays hidden in the next one."""

from __future__ import annotations

import pandas as pd
import pytest

from cxanalytics.disclosure import agency_reasons
from cxanalytics.errors import ParamsError
from cxanalytics.rules import COMPLEMENTARY
from cxanalytics.run import open_study
from cxanalytics.run.resolve import read_study

HEAD = "id,agency,measure,label,wave,n,suppressed_reason\r\n"


@pytest.fixture
def city(house):
    folder = house / "params/city"
    path = folder / "study.yaml"
    path.write_text(path.read_text() + "released: [{file: before.csv}]\n")
    sizes = {"North": 40, "South": 50, "+1 Desk": 60}
    answers = pd.DataFrame(
        [(name, 1 + place % 5) for name, n in sizes.items() for place in range(n)],
        columns=["office", "recommend"],
    )
    answers.to_csv(folder / "answers.csv", index=False)
    return folder


def _write(folder, *rows):
    text = "".join(f",{name},recommend,Would,,{n},{why}\r\n" for name, n, why in rows)
    (folder / "before.csv").write_text("\ufeff" + HEAD + text, encoding="utf-8")


def test_hidden_then_is_hidden_now_whatever_a_spreadsheet_makes_of_the_name(city):
    _write(city, ("North", "", "hidden"), ("'+1 Desk", "", "complementary"), ("South", 45, ""))
    survey = open_study("city").survey()
    assert survey.held_back == (("", "+1 Desk"), ("", "North"))
    reason = agency_reasons(survey, measure="recommend").droplevel("period")
    assert reason.to_dict() == {"North": COMPLEMENTARY, "South": "", "+1 Desk": COMPLEMENTARY}
    note = survey.notes[-1]
    assert note.passed and note.text == "2 agencies in a wave stay hidden, as released before."


def test_what_was_shown_then_and_is_hidden_now_is_said(city):
    answers = pd.read_csv(city / "answers.csv")
    small = answers[answers["office"] != "South"].index.union(
        answers[answers["office"] == "South"].index[:5]
    )
    answers.loc[small].to_csv(city / "answers.csv", index=False)
    _write(city, ("North", 40, ""), ("South", 45, ""), ("'+1 Desk", 60, ""))
    note = open_study("city").survey().notes[-1]
    assert note.passed is False
    assert "scores that are hidden now were shown then, and are known." in note.text


def test_a_file_that_is_no_download_is_refused_and_files_decide_the_key(city):
    (city / "before.csv").write_text("office,n\nNorth,4\n")
    with pytest.raises(ParamsError, match="`released` must name files that were taken from a page"):
        open_study("city").survey()
    assert "released.0.file" in read_study("city").input_digests()


def test_files_without_names_are_refused_and_what_is_not_found_is_said(city):
    _write(city, ("Peer 1", "", "hidden"), ("Peer 2", 45, ""))
    with pytest.raises(ParamsError, match="whose agencies are those of the survey; none is"):
        open_study("city").survey()
    _write(city, ("North", "", "hidden"), ("West", "", "complementary"))
    note = open_study("city").survey().notes[-1]
    assert note.passed is False
    assert "1 agencies in a wave stay hidden" in note.text
    assert "1 hidden then are not in the survey by that name and wave." in note.text


def test_names_are_found_as_files_write_them(city):
    answers = pd.read_csv(city / "answers.csv")
    answers["office"] = answers["office"].replace(
        {"North": "'North' branch", "South": "South\u202e side"}
    )
    answers.to_csv(city / "answers.csv", index=False)
    _write(city, ("'North' branch", "", "hidden"), ("South side", "", "complementary"))
    held = open_study("city").survey().held_back
    assert held == (("", "'North' branch"), ("", "South\u202e side"))
