"""Which unit of one source is which unit of another, and who is missing from the join?"""

from __future__ import annotations

from cxanalytics.sources.link.codes import compare_codes, link_by_code, unit_codes
from cxanalytics.sources.link.crosswalk import link_through_crosswalk, read_crosswalk
from cxanalytics.sources.link.join import Linked, link_sources
from cxanalytics.sources.link.panel import panel_from_links, panel_with_operations
from cxanalytics.sources.link.panel_parts import panel_through_crosswalk
from cxanalytics.sources.link.panel_published import panel_from_published
from cxanalytics.sources.link.units import confirmed_pairs, read_units, suggest_units

__all__ = [
    "Linked",
    "compare_codes",
    "confirmed_pairs",
    "link_sources",
    "link_by_code",
    "link_through_crosswalk",
    "panel_from_links",
    "panel_from_published",
    "panel_through_crosswalk",
    "panel_with_operations",
    "read_crosswalk",
    "read_units",
    "suggest_units",
    "unit_codes",
]
