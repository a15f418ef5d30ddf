"""The audit page: complete for every kind of holding, safe, in plain words, the same twice."""

from __future__ import annotations

import base64
import csv
import importlib.util
import io
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook

from cxanalytics import report
from cxanalytics.errors import ParamsError
from cxanalytics.report.section import ORDER
from cxanalytics.rules import Thresholds
from cxanalytics.words import Nouns, find_forbidden, list_concerns
from cxanalytics.words.audit_tables import NO_SURVEY

KINDS = [
    "everything",
    "survey",
    "counts",
    "one_agency",
    "staff",
    "published",
    "panel",
    "operations",
]


@pytest.fixture(scope="session")
def made_up_audit():
    path = Path(__file__).parent / "made_up_audit.py"
    spec = importlib.util.spec_from_file_location("made_up_audit", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def audits(made_up_audit):
    return made_up_audit.make_audits()


@pytest.fixture(scope="session")
def audit_facts(made_up):
    return made_up.make_facts(
        kind="audit", title="24 contact centers", measures=(), command="cxanalytics run made_up"
    )


@pytest.fixture(scope="session")
def audit_pages(made_up, made_up_audit, audits, audit_facts):
    return {
        kind: made_up.render(made_up_audit.audit_sections(audit, audit_facts))
        for kind, audit in audits.items()
    }


def soup_of(html):
    return BeautifulSoup(html, "html.parser")


@pytest.mark.parametrize("kind", KINDS)
def test_every_section_is_there_in_order_and_answered(audit_pages, kind):
    soup = soup_of(audit_pages[kind])
    assert [tag["id"] for tag in soup.find_all("section")] == list(ORDER["audit"])
    answers = [tag.get_text() for tag in soup.find_all(class_="answer")]
    assert all(answer.endswith(".") for answer in answers)
    assert len(soup.find_all("h1")) == 1
    assert soup.body["class"] == ["audit"]
    assert soup.title.get_text() == "Data audit: 24 contact centers"
    assert len(soup.find(class_="facts").find_all("dt")) == 4


@pytest.mark.parametrize("kind", KINDS)
def test_ids_are_unique_and_targets_exist(audit_pages, kind):
    html = audit_pages[kind]
    soup = soup_of(html)
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    pointed = set(re.findall(r"url\(#([^)]+)\)", html))
    pointed |= {tag["href"][1:] for tag in soup.find_all(href=True) if tag["href"][:1] == "#"}
    assert pointed <= set(ids)
    figures = [tag.get_text() for tag in soup.find_all(class_="figno")]
    assert figures == [f"Figure\u00a0{number}" for number in range(1, len(figures) + 1)]
    assert not soup.find_all("script")
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", html)


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_keeps_to_its_words_and_its_budget(audit_pages, kind):
    html = audit_pages[kind]
    assert len(html.encode()) <= 600_000
    soup = soup_of(html)
    for hidden in soup(["style", "svg"]):
        hidden.decompose()
    text = soup.get_text(" ")
    assert find_forbidden(text) == []
    assert not re.search(r"\bnan\b|\bNone\b(?! of)|\bNaT\b", text)


def test_a_section_without_data_is_one_line(audit_pages):
    soup = soup_of(audit_pages["published"])
    for name in ("who", "missing", "scales", "weights", "repeats", "small"):
        main = soup.find(id=name).find(class_="main")
        assert len(main.find_all(True, recursive=False)) == 1
        assert main.get_text() == NO_SURVEY


def test_what_to_look_at_is_counted_and_linked(audit_pages, audits, audit_facts):
    for kind, audit in audits.items():
        concerns = list_concerns(audit, nouns=audit_facts.nouns)
        soup = soup_of(audit_pages[kind])
        links = [tag["href"][1:] for tag in soup.select(".looks a")]
        places = [ORDER["audit"].index(name) for name in links]
        assert len(links) == len(concerns)
        assert places == sorted(places)
        headline = soup.find(class_="headline").get_text()
        assert ("to look at first" in headline) is bool(concerns)


def test_hostile_names_are_text_and_nothing_else(audit_pages):
    soup = soup_of(audit_pages["everything"])
    assert not soup.find_all("b", string="answers")
    assert len(soup.find_all("style")) == 1
    assert not soup.find_all("desk")
    assert "<script>alert('x')</script> & Sons" in soup.get_text()
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f]", audit_pages["everything"])
    names = [tag["download"] for tag in soup.find_all("a", download=True)]
    assert all(re.fullmatch(r"[a-z0-9-]{1,75}\.(xlsx|csv)", name) for name in names)


def workbook_of(html):
    link = soup_of(html).find("a", download=re.compile("xlsx$"))
    return load_workbook(io.BytesIO(base64.b64decode(link["href"].split(",", 1)[1])))


def test_hidden_groups_are_hidden_on_the_page_and_in_the_workbook(audit_pages, audits):
    soup = soup_of(audit_pages["everything"])
    table = soup.find(id="fig-who").table
    rows = {row.th.get_text(): row.get_text(" ") for row in table.tbody.find_all("tr")}
    assert rows["Tribal Liaison Office"].count("<10") == 3
    assert rows["Small Grants Desk"].count("hidden") == 3
    sheet = workbook_of(audit_pages["everything"])["agencies"]
    heads = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2, values_only=True):
        found = dict(zip(heads, row, strict=True))
        if found["suppressed_reason"]:
            assert found["n"] is found["n_eff"] is found["deff"] is None


def test_the_workbook_holds_every_table_and_no_formula(audit_pages, audits):
    book = workbook_of(audit_pages["everything"])
    assert book.sheetnames == [name[:31] for name in audits["everything"]]
    for name, table in audits["everything"].items():
        assert book[name].max_row == len(table) + 1 or (len(table) == 0 and book[name].max_row == 1)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert "'=HYPERLINK(1)" in {cell.value for cell in cells}


def test_the_claims_can_be_taken_away(audit_pages, record_ids):
    link = soup_of(audit_pages["survey"]).find("a", download=re.compile("claims.csv$"))
    content = base64.b64decode(link["href"].split(",", 1)[1]).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [int(row["number"]) for row in rows] == list(range(1, 43))
    places = {tag["id"] for tag in soup_of(audit_pages["survey"]).select(".claims li")}
    assert [row["id"] for row in rows if row["id"] not in places] == []
    assert record_ids(audit_pages["survey"]) == [row["id"] for row in rows]


def test_each_claim_has_its_state_and_what_it_lacks(audit_pages, audits):
    soup = soup_of(audit_pages["everything"])
    claims = audits["everything"]["claims"]
    listed = {item["id"]: item for item in soup.select(".claims li")}
    assert list(listed) == [f"claim-{number}" for number in claims["number"]]
    words = {
        "could be tested": "Could be tested",
        "not testable with these data": "Something is missing",
        "not testable": "Not testable here",
    }
    for row in claims.itertuples():
        item = listed[f"claim-{row.number}"]
        assert item.find(class_="chip").get_text() == words[row.status]
        lacks = {tag.dt.get_text(): tag.dd.get_text() for tag in item.select("dl div")}
        assert lacks.get("Missing", "").lower() == row.missing.lower()
    summaries = [tag.get_text() for tag in soup.select("details.topic > summary")]
    ready = sum(int(re.search(r": (\d+) of", text)[1]) for text in summaries)
    assert ready == (claims["status"] == "could be tested").sum()


def test_the_same_number_stands_in_fact_sentence_and_chart(audit_pages):
    soup = soup_of(audit_pages["everything"])
    facts = {tag.dt.get_text(): tag.b.get_text() for tag in soup.select(".facts > div")}
    rate = facts["Answered, of those asked"]
    assert soup.find(id="response").find(class_="answer").get_text().startswith(rate)
    assert facts["Agencies to compare"] == "9 of 11"
    assert soup.find(id="who").find(class_="answer").get_text().startswith("Nine of 11 agencies")
    ready = facts["Claims to test"].split(" of ")[0]
    tiles = soup.find(id="fig-claims").table.find_all("tr")[1:]
    assert sum(int(row.find_all("td")[1].get_text()) for row in tiles) == int(ready)


def test_reasons_are_in_the_table_and_the_unknown_is_said(audit_pages):
    told = soup_of(audit_pages["everything"]).find(id="fig-missing")
    heads = [tag.get_text() for tag in told.table.find_all("th", scope="col")]
    assert heads[-5:] == ["No answer", "Don’t know", "Refused", "Did not apply", "Not asked"]
    untold = soup_of(audit_pages["survey"]).find(id="fig-missing")
    assert "does not tell why" in untold.get_text()
    assert len(untold.table.find_all("th", scope="col")) == 4


def test_published_scores_never_get_a_range_or_a_rank(audit_pages):
    section = soup_of(audit_pages["published"]).find(id="published").get_text(" ")
    assert "Not possible: the number of answers was not published." in section
    assert "none may be ranked" in section
    assert not re.search(r"\d+% to \d+%", section)


def test_impossible_counts_and_unlinked_names_are_listed(audit_pages):
    soup = soup_of(audit_pages["everything"])
    assert "10,000" in soup.find(id="response").get_text()
    assert "Night <desk>" in soup.find(id="fit").get_text()
    assert "Merged with the night line." in soup.find(id="changes").get_text()


def test_rebuild_is_byte_identical(made_up, made_up_audit, audit_pages, audit_facts):
    again = made_up.render(made_up_audit.audit_sections(made_up_audit.make_audit(), audit_facts))
    assert again == audit_pages["everything"]


def test_words_and_thresholds_come_from_the_study(made_up, made_up_audit, audit_facts):
    raised = Thresholds(hide=15, rank=40, caution=140)
    audit = made_up_audit.make_audit(thresholds=raised)
    nouns = Nouns(
        respondent="employee",
        respondents="employees",
        organization="office",
        organizations="offices",
    )
    facts = made_up.make_facts(
        kind="audit", title="Offices", measures=(), nouns=nouns, thresholds=raised
    )
    text = " ".join(
        soup_of(made_up.render(made_up_audit.audit_sections(audit, facts))).get_text(" ").split()
    )
    assert "employees in 11 offices" in text
    assert "with at least 40 answers" in text
    assert "<15" in text
    assert "<10" not in text
    assert "15 to 39" in text


def test_sections_show_plain_tables_in_a_notebook(made_up_audit, audits, audit_facts):
    for section in made_up_audit.audit_sections(audits["everything"], audit_facts):
        bundle = section._repr_mimebundle_()
        assert set(bundle) == {"text/html", "text/plain", report.SECTION_MIME}
        assert section.answer in bundle["text/plain"]
        assert not re.search(r"\d\.0*[1-9]\d{3,}", bundle["text/plain"])


def test_an_audit_page_needs_no_measures_and_other_pages_do(made_up):
    assert made_up.make_facts(kind="audit", measures=()).measures == ()
    with pytest.raises(ParamsError, match="`measures` must name at least one"):
        made_up.make_facts(kind="index", measures=())
