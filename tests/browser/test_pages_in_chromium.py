from __future__ import annotations

import io
import time

import pytest

pytestmark = pytest.mark.browser

KINDS = ["agency", "median", "quarter", "small", "hostile", "index", "appendix", "audit"]
WIDTHS = {"desktop": 1280, "phone": 390, "narrow": 320}
RULES = {
    "runOnly": {
        "type": "tag",
        "values": [
            "wcag2a",
            "wcag2aa",
            "wcag21a",
            "wcag21aa",
            "wcag22a",
            "wcag22aa",
            "best-practice",
        ],
    }
}
A4_WIDTH = 794 - round((14 + 14) / 25.4 * 96)


@pytest.fixture
def opened(browser, page_files, request):
    """Open a page of a kind at a width, and note what it asks for and complains of."""
    contexts = []

    def open_page(kind, width=1280):
        if kind not in page_files:
            pytest.skip(f"this run has no {kind} page")
        context = browser.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.requests, page.complaints = [], []
        page.on("request", lambda asked: page.requests.append(asked.url))
        page.on("console", lambda said: page.complaints.append(said.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(page_files[kind].as_uri(), wait_until="load")
        return page

    yield open_page
    for context in contexts:
        context.close()


def unfold(page):
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")


@pytest.mark.parametrize("state", ["shut", "open"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_no_violation(opened, kind, width, state):
    from axe_playwright_python.sync_playwright import Axe

    page = opened(kind, width)
    if state == "open":
        unfold(page)
    found = Axe().run(page, options=RULES).response["violations"]
    told = [
        f"{entry['id']}: {node['html'][:160]}" for entry in found for node in entry["nodes"][:3]
    ]
    assert told == []


@pytest.mark.parametrize("state", ["shut", "open"])
@pytest.mark.parametrize("width", [1280, 1000, 768, 390, 320])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_overflows_sideways(opened, kind, width, state):
    page = opened(kind, width)
    if state == "open":
        unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("kind", KINDS)
def test_page_asks_for_nothing_and_complains_of_nothing(opened, kind, record_property):
    start = time.perf_counter()
    page = opened(kind)
    record_property("load_seconds", round(time.perf_counter() - start, 3))
    outside = [url for url in page.requests if not url.startswith(("file:", "data:"))]
    assert outside == []
    assert len([url for url in page.requests if url.startswith("file:")]) == 1
    assert page.complaints == []


@pytest.mark.parametrize("kind", KINDS)
def test_fonts_of_the_page_are_used(opened, kind):
    page = opened(kind)
    assert page.evaluate("document.fonts.check('600 20px \"Source Serif 4\"')")
    assert page.evaluate("[...document.fonts].filter(one => one.status === 'loaded').length") >= 2


@pytest.mark.parametrize("kind", ["agency", "small", "index"])
def test_phone_page_is_at_most_7000_px_high(opened, kind):
    page = opened(kind, WIDTHS["phone"])
    assert page.evaluate("document.documentElement.scrollHeight") <= 7_000


def test_one_size_of_each_figure_is_shown(opened):
    for width, shown in ((1280, "only-wide"), (390, "only-narrow")):
        page = opened("agency", width)
        seen = page.eval_on_selector_all(
            ".only-wide,.only-narrow",
            "all => all.filter(one => one.offsetParent !== null).map(one => one.className)",
        )
        assert seen
        assert set(seen) == {shown}


@pytest.mark.parametrize("width", [1280, 390])
def test_chart_text_is_large_enough(opened, width):
    page = opened("agency", width)
    sizes = page.evaluate(
        """() => [...document.querySelectorAll('.fig svg text')]
            .filter(one => one.closest('div').offsetParent !== null)
            .map(one => {
                const svg = one.ownerSVGElement;
                const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
                return scale * parseFloat(getComputedStyle(one).fontSize);
            })"""
    )
    assert sizes
    assert min(sizes) >= (12.5 if width == 1280 else 12.0) - 0.3


@pytest.mark.parametrize("width", [1280, 390])
def test_targets_are_large_enough(opened, width):
    page = opened("agency", width)
    small = page.evaluate(
        """() => [...document.querySelectorAll('a.dl')]
            .filter(one => one.getBoundingClientRect().height < 44).length
            + [...document.querySelectorAll('summary,.toc a')]
            .filter(one => one.getBoundingClientRect().height < 24).length"""
    )
    assert small == 0


def test_why_opens_by_keyboard_and_shows_what_the_verdict_stands_on(opened):
    page = opened("agency")
    page.focus(".why summary")
    page.keyboard.press("Enter")
    box = page.locator(".why[open] dl")
    assert box.is_visible()
    assert "Stabilized score" in box.inner_text()
    edge = box.bounding_box()
    assert edge["x"] >= 0
    assert edge["x"] + edge["width"] <= 1280


def test_download_gives_the_file(opened):
    page = opened("agency")
    with page.expect_download() as waiting:
        page.click("a.dl >> nth=0")
    assert waiting.value.suggested_filename.endswith(".csv")


# An agency page takes a sheet for its summary and, as a rule, one for each of its eight sections.
@pytest.mark.parametrize(("kind", "most"), [("agency", 9), ("small", 9), ("index", 5)])
def test_print_keeps_every_column_and_few_pages(opened, kind, most):
    from pypdf import PdfReader

    page = opened(kind)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": A4_WIDTH, "height": 1000})
    assert page.evaluate("document.documentElement.scrollWidth") <= A4_WIDTH
    clipped = page.evaluate(
        """() => [...document.querySelectorAll('main *')]
            .filter(one => one.checkVisibility() && !one.closest('.vh, svg'))
            .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
            .map(one => one.tagName + '.' + one.className)"""
    )
    assert clipped == []
    pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, tagged=True, outline=True)))
    assert len(pdf.pages) <= most
    text = " ".join(sheet.extract_text() for sheet in pdf.pages)
    assert "run" in pdf.pages[0].extract_text()
    assert "Why?" not in text
    assert "files that come with this page" in " ".join(text.split())
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
