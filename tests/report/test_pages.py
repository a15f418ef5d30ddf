from __future__ import annotations

import base64
import csv
import gzip
import io
import re

import pytest
from bs4 import BeautifulSoup

from cxanalytics import report
from cxanalytics.errors import DataError
from cxanalytics.rules import Thresholds
from cxanalytics.words import Nouns, find_forbidden

PAGES = ["page", "index_page", "appendix_page"]
LARGEST = {"page": 600_000, "index_page": 600_000, "appendix_page": 600_000}


@pytest.fixture
def html(request):
    return request.getfixturevalue(request.param)


def soup_of(html):
    return BeautifulSoup(html, "html.parser")


@pytest.mark.parametrize("html", PAGES, indirect=True)
def test_ids_are_unique_and_every_reference_has_its_target(html):
    soup = soup_of(html)
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    pointed = set(re.findall(r"url\(#([^)]+)\)", html))
    pointed |= {tag["href"][1:] for tag in soup.find_all(href=True) if tag["href"][:1] == "#"}
    pointed |= {tag["aria-labelledby"] for tag in soup.find_all(attrs={"aria-labelledby": True})}
    assert pointed
    assert pointed <= set(ids)


@pytest.mark.parametrize("html", PAGES, indirect=True)
def test_page_is_one_file_without_script_and_with_its_landmarks(html):
    soup = soup_of(html)
    assert not soup.find_all("script")
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", html)
    assert "@import" not in html
    assert soup.html["lang"] == "en"
    assert len(soup.find_all("h1")) == 1
    for name in ("header", "nav", "main"):
        assert len(soup.find_all(name)) == 1
    assert soup.find("a", class_="skip")["href"] == "#main"
    assert "Simulated data." in soup.find(class_="notice").get_text()
    assert html.count("font/woff2;base64") == 4


@pytest.mark.parametrize("html", PAGES, indirect=True)
def test_only_sections_reach_the_page(html):
    assert "STRAY" not in html


@pytest.mark.parametrize("html", PAGES, indirect=True)
def test_sections_and_figures_are_numbered_as_present(html):
    soup = soup_of(html)
    numbers = [int(tag.get_text()) for tag in soup.find_all(class_="secno")]
    assert numbers == list(range(1, len(numbers) + 1))
    figures = [tag.get_text() for tag in soup.find_all(class_="figno")]
    assert figures == [f"Figure\u00a0{number}" for number in range(1, len(figures) + 1)]
    for number, figure in enumerate(soup.find_all("figure"), start=1):
        assert f"Show Figure\u00a0{number} as a table" in figure.summary.get_text()
    listed = [tag["href"][1:] for tag in soup.nav.find_all("a")]
    assert listed == [tag["id"] for tag in soup.find_all("section")]


@pytest.mark.parametrize("name", PAGES)
def test_page_keeps_its_budget(name, request):
    html = request.getfixturevalue(name).encode()
    assert len(html) <= LARGEST[name]
    if name == "page":
        assert len(gzip.compress(html)) <= 150_000


def test_titles_differ(page, index_page, appendix_page):
    titles = {soup_of(html).title.get_text() for html in (page, index_page, appendix_page)}
    assert len(titles) == 3


def test_rebuild_is_byte_identical(made_up, page):
    again = made_up.render(made_up.agency_sections(made_up.make_boards(), made_up.make_facts()))
    assert again == page


@pytest.mark.parametrize("html", PAGES[:2], indirect=True)
def test_executive_pages_use_no_forbidden_word(html):
    soup = soup_of(html)
    for hidden in soup(["style", "svg"]):
        hidden.decompose()
    assert find_forbidden(soup.get_text(" ")) == []


def test_hostile_names_are_text_and_nothing_else(made_up):
    boards = made_up.make_boards(agencies=made_up.HOSTILE + made_up.AGENCIES[:6])
    addresses = {name: f"agencies/{k}.html" for k, name in enumerate(made_up.HOSTILE)}
    facts = made_up.make_facts(kind="index", title=made_up.HOSTILE[0], pages=addresses)
    index = made_up.render(made_up.index_sections(boards, facts))
    soup = soup_of(index)
    assert not soup.find_all("script")
    assert not soup.find_all("b", string="bold")
    assert len(soup.find_all("style")) == 1
    assert "<script>alert('x')</script> & Sons" in soup.get_text()
    for name in made_up.HOSTILE:
        mine = made_up.make_facts(title=name)
        page = made_up.render(made_up.agency_sections(boards, mine, agency=name))
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f]", page)
        assert not soup_of(page).find_all("script")
        files = [tag["download"] for tag in soup_of(page).find_all("a", download=True)]
        assert all(re.fullmatch(r"[a-z0-9-]{1,60}\.(csv|json|xlsx)", file) for file in files)


def test_suppressed_agencies_show_reason_and_no_figure(made_up, boards, index_page, page):
    soup = soup_of(index_page)
    rows = {row.th.get_text(): row for row in soup.find_all("tr", class_="supp")}
    assert rows["Small Grants Desk"].get_text(" ").endswith("misleading figure. 22")
    assert rows["Tribal Liaison Office"].get_text(" ").endswith("protect privacy. <10")
    for name in made_up.SMALL:
        assert "%" not in rows[name].get_text()
        for svg in soup.find_all("svg"):
            assert name not in svg.get_text() + svg.get("aria-label", "")
        assert name not in soup_of(page).get_text()


@pytest.mark.parametrize(("compared", "columns"), [(True, 6), (False, 5)])
def test_the_index_has_a_rank_column_only_where_someone_is_ranked(made_up, compared, columns):
    boards = made_up.make_boards(peers_enough=compared)
    section = report.write_index_groups(boards, made_up.make_facts(kind="index"))
    soup = soup_of(str(section.html)).find("table", class_="league")
    assert len(soup.thead.find_all("th")) == columns
    for row in soup.find_all("tr"):
        assert sum(int(cell.get("colspan", 1)) for cell in row.find_all(["th", "td"])) == columns
    assert ("Rank of" in soup.get_text()) is compared
    assert "Not ranked<" not in str(section.html)


def test_hidden_agency_gets_no_page(made_up, boards):
    facts = made_up.make_facts(title="Tribal Liaison Office")
    for write in (report.write_masthead, report.write_scorecard, report.write_standing):
        with pytest.raises(DataError, match="hidden to protect privacy"):
            write(boards, facts, agency="Tribal Liaison Office")


def test_small_agency_shows_its_base_only(made_up, boards):
    facts = made_up.make_facts(title="Small Grants Desk")
    page = made_up.render(made_up.agency_sections(boards, facts, agency="Small Grants Desk"))
    soup = soup_of(page)
    assert "22 answers" in soup.find(class_="headline").get_text()
    assert "%" not in soup.find(id="brief").get_text()
    assert "%" not in soup.find(id="scorecard").get_text()
    own = [row for row in records_of(soup) if row["agency"] == "Small Grants Desk"]
    assert own
    assert all(row["estimate"] == row["gap"] == row["rank_low"] == "" for row in own)


def test_headline_verdict_equals_the_chip(made_up, boards):
    for agency in made_up.AGENCIES[::5]:
        facts = made_up.make_facts(title=agency)
        parts = made_up.agency_sections(boards, facts, agency=agency)
        soup = soup_of("".join(str(part.html) for part in parts))
        chip = soup.find(id="score-recommend").find(class_="chip")
        headline = soup.find(class_="headline").get_text().lower()
        word = chip.find("span").contents[0].lower()
        if word == "too close to call":
            assert "too close" in headline
        else:
            assert word in headline
            assert chip.find(class_="cert").get_text() in headline


def test_counts_in_the_answer_agree_with_the_chips(sections):
    soup = soup_of(str(sections[1].html))
    chips = [chip["class"][1] for chip in soup.find_all(class_="chip")]
    words = "zero one two three four five six seven".split()
    for kind in ("above", "below"):
        if kind in chips:
            assert words[chips.count(kind)] in sections[1].answer.lower()
    assert len(chips) == 7


def records_of(soup):
    link = soup.find("a", download=re.compile("csv$"))
    content = base64.b64decode(link["href"].split(",", 1)[1]).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def test_every_number_in_prose_is_in_the_csv(page, facts):
    soup = soup_of(page)
    records = records_of(soup)
    known = {"95", "80", "19", "20", "2", "1", "4", "5", "99"}
    for row in records:
        for name, value in row.items():
            if value in ("", None) or name in ("id", "agency", "measure", "label", "wave"):
                continue
            try:
                number = float(value)
            except ValueError:
                continue
            known |= {f"{abs(number):,.0f}", f"{abs(100 * number) + 1e-9:.0f}"}
    known |= {f"{round(100 * facts.response_rates[made]):d}" for made in facts.response_rates}
    known |= {
        str(len([row for row in records if row["id"].startswith("stand-") and row["estimate"]]))
    }
    known |= set(re.findall(r"\d+", f"{facts.wave} {facts.dates}"))
    prose = [
        *soup.find_all(class_="headline"),
        *soup.find_all(class_="answer"),
        *soup.find(class_="facts").find_all(["b", "span"]),
        *soup.find_all(class_="figtitle"),
    ]
    alt = [tag["aria-label"] for tag in soup.find_all("svg", role="img")]
    said = " ".join([*(tag.get_text(" ") for tag in prose), *alt])
    told = set(re.findall(r"\d[\d,]*", said))
    ends = (row["conf_low"] for row in records if row["conf_low"])
    assert len(list(ends)) == 31
    assert {number.rstrip(",") for number in told} <= known


def test_nouns_come_from_the_study(made_up, boards):
    nouns = Nouns(
        respondent="employee",
        respondents="employees",
        outcome_phrase="would recommend this agency as a place to work",
        outcome_short="would recommend it as a place to work",
    )
    facts = made_up.make_facts(nouns=nouns)
    page = made_up.render(made_up.agency_sections(boards, facts))
    soup = soup_of(page)
    for hidden in soup("style"):
        hidden.decompose()
    text = (
        soup.get_text(" ")
        .replace("Customer experience benchmark", "")
        .replace("Customer survey", "")
    )
    assert "customer" not in text.lower()
    assert "of your employees would recommend" in text


def test_first_wave_has_no_change_column(made_up):
    boards = made_up.make_boards(previous=False)
    facts = made_up.make_facts(previous="")
    html = str(report.write_scorecard(boards, facts, agency=made_up.YOU).html)
    assert "Since last wave" not in html
    assert "First wave: nothing to compare yet. Next update: January 2027." in html


def test_changed_question_says_so_instead_of_a_change(made_up, boards):
    facts = made_up.make_facts(changed={"wait": "Wave 5"})
    soup = soup_of(str(report.write_scorecard(boards, facts, agency=made_up.YOU).html))
    cell = soup.find(id="score-wait").find("td", class_="ch").get_text()
    assert cell == "Question changed in Wave 5; not comparable"


def test_too_few_peers_leave_score_and_no_comparison(made_up):
    boards = made_up.make_boards(peers_enough=False, agencies=made_up.AGENCIES[8:15])
    page = made_up.render(made_up.agency_sections(boards, made_up.make_facts()))
    soup = soup_of(page)
    assert "Fewer than eight peers" in soup.find(class_="headline").get_text()
    assert "Typical peer" not in soup.find(id="scorecard").get_text()
    assert "nan" not in soup.get_text(" ").lower()


def test_measure_that_was_not_asked_keeps_its_row(made_up, boards):
    fewer = {name: board for name, board in boards.items() if name != "easy"}
    section = report.write_scorecard(fewer, made_up.make_facts(), agency=made_up.YOU)
    row = soup_of(str(section.html)).find(id="score-easy")
    assert "Not asked in this wave." in row.get_text()


def test_page_without_notice_or_home_leaves_them_out(made_up, boards):
    facts = made_up.make_facts(simulated=False, home="javascript:alert(1)")
    soup = soup_of(made_up.render(made_up.agency_sections(boards, facts)))
    assert soup.find(class_="notice") is None
    assert soup.header.find("a") is None


def test_section_shows_itself_twice_in_a_notebook(sections):
    bundle = sections[1]._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain", report.SECTION_MIME}
    assert "0.635" in bundle["text/plain"]
    assert not re.search(r"\d\.0*[1-9]\d{3,}", bundle["text/plain"])
    assert set(sections[1]._repr_mimebundle_(include=["text/plain"])) == {"text/plain"}


def test_raised_thresholds_are_the_numbers_on_the_pages(made_up, boards):
    raised = Thresholds(hide=15, rank=40, caution=5000, funnel=30)

    def told(write, **changes):
        facts = made_up.make_facts(thresholds=raised, **changes)
        return " ".join(soup_of(made_up.render(write(boards, facts))).get_text(" ").split())

    def of_small(boards, facts):
        return made_up.agency_sections(boards, facts, agency="Small Grants Desk")

    small = told(of_small, title="Small Grants Desk")
    assert "Fewer than 40 answers. Not ranked" in small
    assert "Fewer than 30 answers" not in small
    assert "Use with care" in told(made_up.agency_sections)
    index = told(made_up.index_sections, kind="index")
    assert "Fewer than 15 answers. Hidden" in index and "<15" in index
    assert "Fewer than 30 agencies: what is chance" in index
    appendix = told(made_up.appendix_sections, kind="appendix")
    assert "n is at least 15 and effective n at least 40." in appendix
    assert "hide 15 rank 40 caution 5000" in appendix


def test_a_phone_folds_the_meaning_of_words_and_never_the_doubts(page):
    sure = soup_of(page).find(id="sure")
    folds = sure.find_all("details", class_="fold")
    assert [fold.summary.get_text() for fold in folds] == ["What our words mean"]
    assert folds[0].find("table", class_="words")
    assert sure.find("ul").find_parent("details") is None
