"""The section "Does morale go with performance?": one value everywhere, no small team shown."""

from __future__ import annotations

import base64
import csv
import importlib.util
import io
import re
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup

from cxanalytics import report
from cxanalytics.report.section import ORDER
from cxanalytics.rules import HIDDEN
from cxanalytics.words import Nouns, find_forbidden

NEVER = r"statistic|coefficient|regression|p-value|robust|variance|correlat|median|signific"


@pytest.fixture(scope="module")
def made():
    path = Path(__file__).parent / "made_up_morale.py"
    spec = importlib.util.spec_from_file_location("made_up_morale", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def write(made_up, made, boards, facts):
    def section(agency=made_up.YOU, *, page=None, **changes):
        panel = changes.pop("panel", None) or made.make_panel()
        given = {
            "morale": made.make_morale(),
            "panel": panel,
            "teams": made.make_teams(panel),
            "ladder": made.make_ladder(),
            "unmeasured": made.make_unmeasured(),
            "items": made.make_items(),
            "claims": made.make_claims(),
        }
        return report.write_morale(boards, page or facts, agency=agency, **{**given, **changes})

    return section


@pytest.fixture(scope="module")
def section(write):
    return write()


@pytest.fixture(scope="module")
def whole(made_up, boards, facts, section):
    how = {"agency": made_up.YOU}
    return made_up.render(
        [
            report.write_masthead(boards, facts, **how),
            report.write_scorecard(boards, facts, **how),
            section,
            report.write_data(boards, facts, sections=[section], **how),
        ]
    )


def soup_of(section):
    return BeautifulSoup(str(getattr(section, "html", section)), "html.parser")


def said(section) -> str:
    return " ".join(soup_of(section).get_text(" ").split())


def test_it_stands_after_the_drivers_and_answers_with_points_first(section) -> None:
    order = ORDER["agency"]
    assert order.index("morale") == order.index("drivers") + 1
    assert section.question == "Does morale go with performance?"
    assert section.answer.startswith("Yes. Teams where morale is 10")
    assert "4.0\u00a0points better on “Would recommend us” (likely 3.6 to 4.4)" in section.answer
    assert soup_of(section).find(class_="answer").get_text() == section.answer
    assert section.figures == 3


def test_the_answer_the_chart_the_table_and_the_file_give_one_value(section, whole) -> None:
    soup = soup_of(whole)
    row = soup.find(id="morale-between").get_text(" ")
    assert "4.0\u00a0points better (likely 3.6 to 4.4)" in row
    drawn = soup.find(id="fig-morale-sizes").find(class_="only-wide").get_text()
    assert "+4.0 (+3.6 to +4.4)" in drawn
    link = soup.find("a", download=re.compile("csv$"))
    content = base64.b64decode(link["href"].split(",", 1)[1]).decode("utf-8-sig")
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(content))}
    assert float(rows["morale-between"]["estimate"]) == pytest.approx(0.04)
    assert float(rows["morale-between"]["conf_low"]) == pytest.approx(0.036)


def test_every_row_has_its_record_and_every_record_its_row(section) -> None:
    places = [tag["id"] for tag in soup_of(section).select("tr[id], td > span[id]")]
    assert sorted(places) == sorted(record["id"] for record in section.records)
    kept = {"team-intake--morale", "team-intake--performance", "morale-within", "morale-later"}
    assert kept <= set(places)


def test_a_small_team_is_counted_and_nowhere_else(made, write) -> None:
    panel = made.make_panel()
    teams = made.make_teams(panel)
    teams.loc[teams["unit"] == "Escalations", ["morale", "performance"]] = np.nan
    section = write(teams=teams)
    text = f"{section.html}{section.records}{section.key_figures}"
    assert "Escalations" not in text
    assert "One team is left out for fewer than 10 staff answers" in text


def test_figures_of_a_hidden_team_never_reach_the_page(made, write) -> None:
    teams = made.make_teams(made.make_panel())
    leaking = teams.assign(
        morale=teams["morale"].fillna(made.SMALL_SHARE), n=teams["n"].fillna(7.0)
    )
    section = write(teams=leaking)
    assert "Escalations" not in str(section.html)
    assert not [r for r in section.records if r["estimate"] == made.SMALL_SHARE or r["n"] == 7]


def test_teams_and_staff_of_other_agencies_never_reach_the_page(made, write, section) -> None:
    panel = made.make_panel()
    teams, items = made.make_teams(panel), made.make_items()
    own = {"teams": teams.loc[teams["agency"] == made.YOU],
           "items": items.loc[items["agency"] == made.YOU]}  # fmt: skip
    assert str(write(**own).html) == str(section.html)


def test_an_agency_that_is_hidden_sees_nothing_of_its_own(made, write) -> None:
    hidden = "Tribal Liaison Office"
    own = {
        "teams": made.make_teams(made.make_panel()).assign(agency=hidden),
        "items": made.make_items().replace({"agency": {made.YOU: hidden}}),
    }
    section = write(hidden, **own)
    assert section.answer.startswith("Yes.")
    assert "Your teams" not in said(section) and "What staff say" not in said(section)
    assert not [record for record in section.records if record["agency"] == hidden]


def test_order_other_causes_and_the_claim_are_told(section) -> None:
    text = said(section)
    assert "Higher morale was followed by better performance one wave later." in text
    assert "about a tenth of what is left open in both" in text
    assert "The claim that morale comes first and performance follows has a pattern" in text
    assert text.count("not proof of cause") == 1


def test_finding_nothing_is_said_as_plainly(made, write) -> None:
    section = write(
        morale=made.make_morale(between=0.02, within=0.0),
        ladder=None,
        unmeasured=made.make_unmeasured(),
    )
    assert section.answer.startswith("No clear pattern. Teams where morale is 10")
    assert "worse to" in section.answer
    text = said(section)
    assert "no clear pattern among all teams" in text and "None of two comparisons is clear" in text
    assert "left open" not in text


def test_looks_at_several_questions_are_allowed_for_in_answer_and_drawing(made, write) -> None:
    section = write(ladder=made.make_ladder(p=0.2))
    assert section.answer.startswith("No clear pattern.")
    assert "no clear pattern among all teams" in said(section)


def test_no_word_is_forbidden_no_alt_is_long_and_nothing_is_left_open(section) -> None:
    text = said(section)
    assert find_forbidden(text, grade="C") == []
    assert not re.search(NEVER, text)
    assert "nan" not in text.lower()
    for svg in soup_of(section).find_all("svg", role="img"):
        assert len(svg["aria-label"].split()) <= 60
        assert find_forbidden(svg["aria-label"]) == []


def test_numbers_of_an_alt_text_stand_in_the_table(section) -> None:
    soup = soup_of(section)
    for fig in soup.find_all("figure"):
        table = fig.table.get_text(" ")
        alt = re.sub("−", "", fig.svg["aria-label"])
        for number in re.findall(r"\d+(?:\.\d)?%|\d\.\d", alt):
            assert number in table, (number, fig["id"])


def test_a_survey_of_staff_never_speaks_of_customers(write, made_up) -> None:
    nouns = Nouns(
        respondent="employee", respondents="employees", outcome="workplace recommendation",
        outcome_phrase="would recommend it", outcome_short="would recommend it", peer="agency",
        team="office", teams="offices",
    )  # fmt: skip
    section = write(page=made_up.make_facts(nouns=nouns))
    assert "customer" not in said(section).lower()
    assert section.answer.startswith("Yes. Offices where morale is")
    assert " team" not in said(section).lower()


@pytest.mark.parametrize("reason", ["", "no staff survey was read"])
def test_a_refusal_keeps_the_heading_and_says_why(write, reason) -> None:
    section = write(morale=None, panel=None, items=None, claims=None, reason=reason)
    assert section.answer.startswith("Not known")
    assert section.figures == 0 and section.records == ()
    assert section.key_figures.empty
    assert "Why?" in said(section)


def test_without_names_teams_are_numbered_everywhere(write, made) -> None:
    section = write(named=False)
    text = f"{section.html}{[record['label'] for record in section.records]}"
    assert not [team for team in made.TEAMS if team in text]
    assert "Team 1" in text
    ids = {record["id"] for record in section.records}
    assert not [team for team in made.TEAMS for name in ids if team.lower() in name]
    assert {"team-1--morale", "team-1--performance"} <= ids


def test_hostile_names_are_text_and_nothing_else(made_up, made, write) -> None:
    teams = made_up.HOSTILE[:6]
    panel = made.make_panel(teams=teams, performance_label=made_up.HOSTILE[0])
    section = write(
        panel=panel,
        teams=made.make_teams(panel, hidden=()),
        items=made.make_items(labels=teams),
    )
    html = str(section.html)
    soup = soup_of(section)
    assert not soup.find_all("script")
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f]", html)
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))


def test_waves_that_may_not_be_shown_say_why(made, write) -> None:
    items = made.make_items()
    gone = (items["period"] == made.WAVES[0]) & (items["agency"] == made.YOU)
    figures = ["estimate", "conf_low", "conf_high", "peer", "gap", "gap_low", "gap_high", "n"]
    items.loc[gone, figures] = np.nan
    items.loc[gone, "suppressed_reason"] = HIDDEN
    items.loc[gone, "verdict"] = ""
    text = said(write(items=items))
    assert text.count("Hidden to protect privacy.") == len(made.ITEMS)
    assert "Waves with too few answers are left out." in text


def test_a_rebuild_is_the_same_to_the_byte(section, write) -> None:
    assert str(write().html) == str(section.html) and write().records == section.records


def test_what_a_phone_folds_stays_open_elsewhere(section) -> None:
    soup = soup_of(section)
    names = [part.summary.get_text() for part in soup.find(class_="folds").find_all(class_="fold")]
    assert names == ["Your teams", "Between and within", "How far it goes", "What staff say"]


def test_claims_and_comparisons_speak_of_teams(section, write, made) -> None:
    design = "same units followed over time"
    for part in (section, write(morale=made.make_morale(group="agency"))):
        assert not re.search(r"\bunits?\b", said(part).replace(design, ""))


def test_a_comparison_of_different_people_says_so(write, made) -> None:
    told = "morale and performance are those of different people"
    ladder = made.make_ladder()
    split = ladder.frame["key"] == "split_sample"
    ladder.frame.loc[split, ["estimate", "conf_low", "conf_high"]] = (0.2, 0.1, 0.3)
    assert told not in said(write(ladder=ladder))
    assert told in said(write(ladder=ladder, panel=made.make_panel(same_source=True)))


def test_the_answer_stands_on_every_comparison_it_makes(section) -> None:
    text = said(section)
    assert "Results are also compared with morale one wave earlier." in text
    assert "also after allowing for several looks" in text
