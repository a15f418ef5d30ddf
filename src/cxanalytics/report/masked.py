"""What may a page say beside its scores where peers have no names?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts

NAMED = "named"


def mask_facts(facts: PageFacts, agency: str | None, *, names: str) -> PageFacts:
    """Leave out of a page's facts what names other agencies.

    Parameters
    ----------
    facts : PageFacts
    agency : str or None
        The agency of the page; None for the page of all.
    names : str
        "named", "anonymous" or "summary", as for `mask_peers`.

    Returns
    -------
    PageFacts
        Without links to pages that name agencies, and with the response rate of the agency itself
        and of the whole alone; checks of the run are left to the appendix.
    """
    if names == NAMED:
        return facts
    rates = {key: rate for key, rate in facts.response_rates.items() if key in ("", agency)}
    return replace(facts, pages={}, home="", appendix="", audit="", response_rates=rates, checks=())
