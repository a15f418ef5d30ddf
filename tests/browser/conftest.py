"""A real Chromium, and the page files that it opens.

Without a browser these tests are skipped with the reason; CXANALYTICS_REQUIRE_BROWSER=1 makes
that a failure.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def no_browser(reason: str) -> None:
    """Skip, or fail where a browser is required."""
    if os.environ.get("CXANALYTICS_REQUIRE_BROWSER") == "1":
        pytest.fail(f"{reason}, and CXANALYTICS_REQUIRE_BROWSER is 1")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        no_browser(f"none of {', '.join(NAMES)} is on PATH")
    if importlib.util.find_spec("playwright") is None:
        no_browser("playwright is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def page_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Name to file of each page to open.

    CXANALYTICS_PAGES names the output folder of a run whose pages are opened instead of made-up
    ones.
    """
    run = os.environ.get("CXANALYTICS_PAGES")
    if run:
        return pages_of(Path(run))
    path = Path(__file__).parents[1] / "report" / "made_up.py"
    spec = importlib.util.spec_from_file_location("made_up", path)
    assert spec and spec.loader
    made_up = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made_up)
    folder = tmp_path_factory.mktemp("pages")
    files = {}
    for name, html in made_up.all_pages().items():
        files[name] = folder / f"{name}.html"
        files[name].write_text(html, encoding="utf-8")
    return files


def pages_of(output: Path) -> dict[str, Path]:
    """Choose the index, the appendix and two agencies of a run: the smallest and largest file."""
    agencies = sorted((output / "agencies").glob("*.html"), key=lambda path: path.stat().st_size)
    chosen = {
        "agency": agencies[-1],
        "small": agencies[0],
        "index": output / "index.html",
        "appendix": output / "appendix.html",
    }
    return {name: path for name, path in chosen.items() if path.is_file()}
