"""Pages of studies whose peers have no names: who reads several of them learns of nobody else."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import pytest
from attack import match_rows
from harvest import Harvest, Table
from planted import OFFICES, SMALL, SMALL_BEFORE

from cxanalytics.formats import slugs
from cxanalytics.models.departments import BETWEEN

pytestmark = pytest.mark.slow

NAMES = (*OFFICES, SMALL, SMALL_BEFORE)
SLUGS = slugs(NAMES)
PAGES = {f"agencies/{SLUGS[office]}.html": office for office in OFFICES[:3]}
CODE = re.compile(r"Peer \d+")
OTHER_PAGES = re.compile(r'href="(?!data:|#)[^"]*"')
TYPICAL = ("peer", "peer_low_quarter", "peer_high_quarter", "raw")
"""Figures that describe peers together, and counted shares: one in seven says of nobody."""


@pytest.fixture(params=["anonymous", "summary"])
def masked(request) -> Harvest:
    return request.getfixturevalue(request.param)


def _tables(found: Harvest, page: str) -> list[Table]:
    """Give the tables of a page and of the files inside it."""
    return [table for table in found.tables if table.place.partition("#")[0] == page]


def _told(found: Harvest, page: str) -> Iterator[str]:
    """Give everything that a page holds: markup, text, attributes, and files inside it."""
    yield from found.markup[page].values()
    yield from found.words[page]
    for table in _tables(found, page):
        yield from itertools.chain(*table.rows)


def test_every_page_asked_for_is_there(anonymous, summary):
    assert {*PAGES, "index.html", "morale.html"} <= set(anonymous.markup)
    assert set(PAGES) <= set(summary.markup) and "index.html" not in summary.markup


def test_no_page_has_a_name_of_another_agency(masked):
    for page in {*PAGES, "index.html", "morale.html"} & set(masked.markup):
        text = "\n".join(_told(masked, page))
        others = [name for name in NAMES if name != PAGES.get(page)]
        assert not [name for name in others if name in text], page
        assert not [name for name in others if SLUGS[name] in text.casefold()], page


def test_no_page_leads_to_one_that_names_agencies(masked):
    for page in {*PAGES, "index.html", "morale.html"} & set(masked.markup):
        assert not OTHER_PAGES.findall("".join(masked.markup[page].values())), page


def test_no_page_has_an_exact_figure_of_another_agency(masked, published):
    figures = _exact_figures(published)
    assert min(map(len, figures.values())) > 20
    for page, office in PAGES.items():
        cells = _cells(masked, page)
        assert cells & figures[office]
        for other in OFFICES:
            assert not cells & figures[other] - figures[office], (page, other)


def test_the_same_look_finds_all_others_where_peers_are_named(published):
    figures, (page, office) = _exact_figures(published), next(iter(PAGES.items()))
    cells, text = _cells(published, page), "\n".join(_told(published, page))
    for other in set(OFFICES) - {office}:
        assert other in text and cells & figures[other] - figures[office]
    assert OTHER_PAGES.findall("".join(published.markup["index.html"].values()))


def _cells(found: Harvest, page: str) -> set[str]:
    return {cell for table in _tables(found, page) for cell in itertools.chain(*table.rows)}


def _exact_figures(published: Harvest) -> dict[str, set[str]]:
    """Read the figures of every agency from the file of the index that names them."""
    index = next(t for t in published.tables if t.place.startswith("index.html#") and t.rows)
    figures: dict[str, set[str]] = {name: set() for name in OFFICES}
    for row in index.records():
        exact = {row[name] for name in row if name not in TYPICAL and _is_exact(row[name])}
        if row["agency"] in figures:
            figures[row["agency"]] |= exact
    return figures


def _is_exact(text: str) -> bool:
    """Tell whether a cell is a figure with so many digits that no other agency has it."""
    return bool(re.fullmatch(r"-?0\.0*[1-9]\d{4,}", text))


def test_rows_of_peers_cannot_be_matched_between_pages(anonymous):
    shown = {page: _peers(anonymous, page) for page in (*PAGES, "index.html")}
    assert all(len(table.rows) > 30 for table in shown.values())
    for first, second in itertools.combinations(shown, 2):
        assert match_rows(shown[first], shown[second]) == {}, (first, second)


def _peers(found: Harvest, page: str) -> Table:
    """Collect the rows about peers from the tables of a page and from its file."""
    rows = [("Code", "Figures")]
    for table in _tables(found, page):
        for row in table.rows[1:]:
            codes = [cell for cell in row if CODE.fullmatch(cell)]
            told = [cell for cell in row if cell not in codes and not cell.startswith("stand")]
            rows += [(codes[0], *told)] if codes else []
    return Table(page, "peers", tuple(rows))


def test_a_page_of_the_summary_has_records_of_its_agency_alone(summary):
    for page, office in PAGES.items():
        for table in _tables(summary, page):
            if "agency" in table.rows[0]:
                named = {row["agency"].partition(BETWEEN)[0] for row in table.records()}
                assert named <= {office, ""}, (table.place, named)


def test_the_index_without_names_counts_as_the_one_with_names_does(anonymous, published):
    told = [
        text
        for text in published.words["index.html"]
        if "likely above" in text or "expected to be wrong" in text
    ]
    assert len(told) >= 2
    for text in told:
        assert any(_same(text, other) for other in anonymous.words["index.html"]), text


def _same(text: str, other: str) -> bool:
    """Compare the sentences that count; what stands before them may be about other figures."""
    counts = re.findall(r"[^.]*(?:likely above the|expected to be wrong)[^.]*\.", text)
    return bool(counts) and all(sentence in other for sentence in counts)


def test_no_average_on_the_index_has_a_verdict(anonymous):
    for table in _tables(anonymous, "index.html"):
        for row in table.records():
            assert row.get("verdict", "") == "" and row.get("certainty", "") in ("", "None"), row
