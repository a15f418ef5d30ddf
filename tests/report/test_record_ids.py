"""A record of a file has one id: that of the place on the page that prints it."""

from __future__ import annotations

import base64
import csv
import io
import json
import re

import pytest
from bs4 import BeautifulSoup

from cxanalytics.formats import percent
from cxanalytics.report.exports import COLUMNS
from cxanalytics.report.record_ids import score_ids

FAMILIES = ["agency", "small", "hostile", "index"]


@pytest.fixture(scope="module")
def pages(made_up):
    return made_up.all_pages()


def soup_of(html):
    return BeautifulSoup(html, "html.parser")


def file_of(soup, ending):
    link = soup.find("a", download=re.compile(rf"{ending}$"))
    return base64.b64decode(link["href"].split(",", 1)[1]).decode("utf-8-sig")


def records_of(soup):
    return list(csv.DictReader(io.StringIO(file_of(soup, "csv"))))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_record_of_every_file_has_an_id_of_its_own_on_the_page(pages, family, record_ids):
    soup = soup_of(pages[family])
    told = [row["id"] for row in records_of(soup)]
    assert told and record_ids(pages[family]) == told
    assert [row["id"] for row in json.loads(file_of(soup, "json"))["records"]] == told


@pytest.mark.parametrize("family", FAMILIES)
def test_the_place_of_a_record_prints_its_figure(pages, family):
    soup = soup_of(pages[family])
    checked = 0
    for row in records_of(soup):
        told = soup.find(id=row["id"]).get_text(" ")
        figure = row["raw"] if row["id"].startswith("funnel-") else row["estimate"]
        if figure:
            # Files round to six digits: what lies on a half may print as either percent.
            near = {percent(float(figure) + step) for step in (-1e-6, 0.0, 1e-6)}
            assert any(text in told for text in near)
            checked += 1
    assert checked or family == "small"


def test_ids_are_the_same_in_every_build(pages, made_up):
    again = made_up.all_pages()
    for family in FAMILIES:
        assert records_of(soup_of(again[family])) == records_of(soup_of(pages[family]))


def test_an_agency_page_names_nobody_it_leaves_out_not_even_in_its_files(pages, made_up):
    soup = soup_of(pages["agency"])
    assert {row["agency"] for row in records_of(soup)} == set(made_up.AGENCIES)
    assert not [row for row in records_of(soup) if row["suppressed_reason"]]
    index = {row["agency"]: row for row in records_of(soup_of(pages["index"]))}
    for name in made_up.SMALL:
        assert index[name]["suppressed_reason"] in ("few", "hidden")
        assert index[name]["estimate"] == ""


def test_measures_that_share_a_slug_keep_ids_of_their_own():
    ids = score_ids(["easy?", "easy!", "easy"])
    assert len(set(ids.values())) == 3
    assert all(re.fullmatch(r"score-[a-z0-9-]+", name) for name in ids.values())


def test_the_funnel_is_in_the_files_with_the_unadjusted_score(pages):
    soup = soup_of(pages["index"])
    rows = [row for row in records_of(soup) if row["measure"] == "recommend/funnel"]
    assert len(rows) == 24
    assert {row["call"] for row in rows} <= {"", "above", "below"}
    assert "call" in COLUMNS
    for row in rows:
        assert row["estimate"] == "" and row["raw"] and row["n"]
