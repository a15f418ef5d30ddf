"""Benchmarks of public-service customer experience: read, fit, benchmark, draw, say, write.

Every noun and verb, loaded when first used, so that `import cxanalytics` is quick and a
notebook that only draws never loads a model.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "errors": ["CxError", "DataError", "ModelError", "ParamsError"],
    "tables": ["Benchmark", "Check", "Estimates", "Funnel", "Panel", "Question", "Survey"],
    "published": ["Published", "PublishedMeasure"],
    "operations": ["OperationMeasure", "Operations"],
    "history": ["History", "read_history"],
    "scales": ["Scale", "declare_scale", "get_scale"],
    "sources": [
        "Linked",
        "add_peers",
        "compare_codes",
        "departments_as_agencies",
        "link_by_code",
        "link_sources",
        "link_through_crosswalk",
        "panel_from_links",
        "panel_with_operations",
        "read_a11_response",
        "read_a11_v1",
        "read_a11_v2",
        "read_crosswalk",
        "read_csps",
        "read_fevs_2018",
        "read_hcahps",
        "read_large",
        "read_nhs_111",
        "read_nhs_ae",
        "read_nhs_fft",
        "read_nhs_staff",
        "read_operations_table",
        "read_opm_separations",
        "read_response_table",
        "read_simulated",
        "read_sql",
        "read_table",
        "read_units",
        "stack_waves",
        "suggest_units",
    ],
    "models": [
        "fit_agency_effects",
        "fit_audit",
        "fit_claims",
        "fit_morale_index",
        "fit_morale_panel",
        "fit_morale_performance",
        "fit_published_groups",
        "fit_published_noise",
        "fit_published_positions",
        "fit_recommendation",
        "fit_response",
        "fit_scorecard",
        "fit_scores",
    ],
    "benchmark": ["benchmark_funnel", "benchmark_scorecard", "benchmark_scores"],
    "charts": [
        "coefficients_table",
        "draw_coefficients",
        "draw_funnel",
        "draw_missing",
        "draw_shrinkage",
        "draw_standing",
        "draw_within_between",
        "funnel_table",
        "missing_table",
        "shrinkage_table",
        "standing_table",
        "within_between_table",
    ],
    "words": [
        "Nouns",
        "say_alt_coefficients",
        "say_alt_missing",
        "say_alt_within_between",
        "say_headline",
        "say_index",
        "say_morale",
        "say_morale_note",
        "say_recommendation",
        "say_recommendation_note",
        "say_scorecard",
        "say_standing",
    ],
    "report": [
        "Finding",
        "Measure",
        "PageFacts",
        "Section",
        "write_appendix_cite",
        "write_appendix_exclusions",
        "write_appendix_masthead",
        "write_appendix_morale",
        "write_appendix_recommendation",
        "write_appendix_scores",
        "write_appendix_sensitivity",
        "write_appendix_session",
        "write_appendix_stabilized",
        "write_audit_changes",
        "write_audit_claims",
        "write_audit_data",
        "write_audit_fit",
        "write_audit_masthead",
        "write_audit_missing",
        "write_audit_published",
        "write_audit_read",
        "write_audit_repeats",
        "write_audit_response",
        "write_audit_scales",
        "write_audit_small",
        "write_audit_weights",
        "write_audit_who",
        "write_data",
        "write_index_data",
        "write_index_funnel",
        "write_index_groups",
        "write_index_masthead",
        "write_masthead",
        "write_scorecard",
        "write_standing",
        "write_sureness",
    ],
    "run": ["open_run", "open_study", "parameters", "run_study"],
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [*_HOME_OF, "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'cxanalytics' has no attribute {name!r}")
    return getattr(import_module(f"cxanalytics.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
