"""What stands around the sections of a page, and how does nbconvert find it?

The template prints the sections of an executed notebook inside a shell: one file, no
JavaScript, no network. What the shell needs to know travels in the output of the masthead, so
`jupyter nbconvert` by hand gives the same page as the runner.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from cxanalytics.formats import long_date
from cxanalytics.report.components.text import clean
from cxanalytics.report.facts import PageFacts

REPORT_DIR = Path(__file__).resolve().parent
TEMPLATE_DIR = REPORT_DIR / "template"
FONT_DIR = REPORT_DIR / "fonts"
_FOOTER_LENGTH = 120
SIMULATED_NOTICE = (
    "All organizations, answers and figures on this page are made up by a computer program."
)


def notice_of(facts: PageFacts) -> tuple[str, str]:
    """Give the notice of a page: bold start and text; both empty where there is none."""
    if facts.simulated:
        return "Simulated data.", facts.notice or SIMULATED_NOTICE
    return ("Note.", facts.notice) if facts.notice else ("", "")


def page_shell(facts: PageFacts) -> dict[str, Any]:
    """Collect what the page shell prints.

    Parameters
    ----------
    facts : PageFacts

    Returns
    -------
    dict
        Plain text and lists only, fit for JSON; the template escapes them.
    """
    strong, text = notice_of(facts)
    home = facts.home if facts.kind != "index" else ""
    titles = {
        "agency": f"{facts.title}: {facts.programme}, {facts.wave}",
        "index": f"{facts.programme}, {facts.wave}: all {facts.nouns.organizations}",
        "appendix": f"Technical appendix: {facts.programme}, {facts.wave}",
        "audit": f"Data audit: {facts.title}",
        "morale": f"Morale and performance: {facts.title}",
    }
    made = " ".join(f"{name} {version}" for name, version in list(facts.versions.items())[:1])
    footer = [
        facts.publisher,
        f"run {facts.run_id}" if facts.run_id else "",
        made,
        f"issued {long_date(facts.produced)}" if facts.produced else "",
    ]
    return {
        "kind": facts.kind,
        "language": facts.language,
        "title": clean(titles[facts.kind]),
        "programme": clean(facts.publisher or facts.programme),
        "notice_strong": clean(strong),
        "notice": clean(text),
        "home": _relative(home),
        "home_label": f"All {clean(facts.nouns.organizations)}",
        "footer": [clean(part) for part in footer if part],
        "print_footer": _css_text(" · ".join([titles[facts.kind], *filter(None, footer[1:3])])),
    }


def _css_text(text: str) -> str:
    """Keep only characters that cannot end a string in a style sheet."""
    return re.sub(r"[^\w .,:·()-]", "", clean(text))[:_FOOTER_LENGTH]


def _relative(address: str) -> str:
    """Keep a web or relative address; drop anything that could run."""
    scheme = address.split(":", 1)[0].lower() if ":" in address else ""
    return address if scheme in ("", "http", "https") else ""


def export_options() -> dict[str, Any]:
    """Give the options with which nbconvert's HTMLExporter makes pages.

    Returns
    -------
    dict
        `HTMLExporter(**export_options())` turns an executed notebook into a page.
    """
    return {
        "template_name": TEMPLATE_DIR.name,
        "extra_template_basedirs": [str(REPORT_DIR)],
        "extra_template_paths": [str(FONT_DIR)],
        "exclude_input": True,
        "exclude_input_prompt": True,
        "exclude_output_prompt": True,
    }
