"""Where do answers come from? One file per data source, each a `read_*` function.

Beside the readers: stacking waves, joining sources by unit, and departments standing as agencies.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "a11": ["read_a11_v1"],
    "a11_response": ["read_a11_response"],
    "a11_v2": ["read_a11_v2"],
    "agency_table": ["read_agency_table"],
    "csps": ["read_csps"],
    "departments": ["departments_as_agencies"],
    "exposure_table": ["read_exposure_table"],
    "fevs_2018": ["read_fevs_2018"],
    "hcahps": ["read_hcahps"],
    "large": ["read_large"],
    "link": [
        "Linked",
        "compare_codes",
        "link_by_code",
        "link_sources",
        "link_through_crosswalk",
        "panel_from_links",
        "panel_from_published",
        "panel_through_crosswalk",
        "panel_with_operations",
        "read_crosswalk",
        "read_units",
        "suggest_units",
    ],
    "nhs_111": ["read_nhs_111"],
    "nhs_ae": ["read_nhs_ae"],
    "nhs_fft": ["read_nhs_fft"],
    "nhs_staff": ["read_nhs_staff"],
    "operations_table": ["read_operations_table"],
    "opm_separations": ["read_opm_separations"],
    "peers": ["add_peers"],
    "price_table": ["read_price_table"],
    "response_table": ["read_response_table"],
    "simulated": ["read_simulated"],
    "sql": ["read_sql"],
    "stack": ["stack_waves"],
    "table": ["read_table"],
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Linked",
    "add_peers",
    "compare_codes",
    "departments_as_agencies",
    "link_by_code",
    "link_sources",
    "link_through_crosswalk",
    "panel_from_links",
    "panel_from_published",
    "panel_through_crosswalk",
    "panel_with_operations",
    "read_a11_response",
    "read_a11_v1",
    "read_a11_v2",
    "read_crosswalk",
    "read_agency_table",
    "read_csps",
    "read_exposure_table",
    "read_fevs_2018",
    "read_hcahps",
    "read_large",
    "read_nhs_111",
    "read_nhs_ae",
    "read_nhs_fft",
    "read_nhs_staff",
    "read_operations_table",
    "read_opm_separations",
    "read_price_table",
    "read_response_table",
    "read_simulated",
    "read_sql",
    "read_table",
    "read_units",
    "stack_waves",
    "suggest_units",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'cxanalytics.sources' has no attribute {name!r}")
    return getattr(import_module(f"cxanalytics.sources.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
