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
def page_files(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Name to file of each page to open: those of the simulated study, and hostile names.

    CXANALYTICS_PAGES names the output folder of another run whose pages are opened instead.
    """
    named = os.environ.get("CXANALYTICS_PAGES")
    run = Path(named) if named else request.getfixturevalue("simulated_run")
    path = Path(__file__).parents[1] / "report" / "made_up.py"
    spec = importlib.util.spec_from_file_location("made_up", path)
    assert spec and spec.loader
    made_up = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made_up)
    hostile = tmp_path_factory.mktemp("pages") / "hostile.html"
    hostile.write_text(made_up.all_pages()["hostile"], encoding="utf-8")
    return pages_of(run) | {"hostile": hostile}


def pages_of(output: Path) -> dict[str, Path]:
    """Choose the index, the appendix and four agencies of a run, by the number of answers."""
    from cxanalytics.formats import slugs
    from cxanalytics.run import open_run

    board = open_run(output).load("04_benchmark").benchmarks(["recommend"])["recommend"]
    names = slugs(board.frame["key"])
    keys = board.frame.sort_values("n")["key"]
    there = [path for key in keys if (path := output / f"agencies/{names[key]}.html").is_file()]
    chosen = {
        "small": there[0],
        "quarter": there[len(there) // 4],
        "median": there[len(there) // 2],
        "agency": there[-1],
        "index": output / "index.html",
        "audit": output / "audit.html",
        "appendix": output / "appendix.html",
    }
    return {name: path for name, path in chosen.items() if path.is_file()}
