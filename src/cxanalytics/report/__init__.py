"""What does the reader get? Findings, sections, pages, the template and the downloads."""

from __future__ import annotations

from cxanalytics.report.agency import (
    write_data,
    write_masthead,
    write_scorecard,
    write_standing,
)
from cxanalytics.report.appendix import (
    write_appendix_cite,
    write_appendix_exclusions,
    write_appendix_masthead,
    write_appendix_scores,
    write_appendix_sensitivity,
    write_appendix_session,
    write_appendix_stabilized,
)
from cxanalytics.report.appendix_case_mix import (
    write_appendix_case_mix,
    write_appendix_mix_rate,
)
from cxanalytics.report.appendix_claims import write_appendix_claims
from cxanalytics.report.appendix_claims_benchmark import write_appendix_benchmark_claims
from cxanalytics.report.appendix_claims_morale import write_appendix_morale_claims
from cxanalytics.report.appendix_cost import write_appendix_cost, write_appendix_legs
from cxanalytics.report.appendix_departments import write_appendix_departments
from cxanalytics.report.appendix_diagnostics import write_appendix_diagnostics
from cxanalytics.report.appendix_differences import write_appendix_differences
from cxanalytics.report.appendix_dimensions import write_appendix_dimensions
from cxanalytics.report.appendix_drivers import (
    write_appendix_agencies,
    write_appendix_drivers,
)
from cxanalytics.report.appendix_history import write_appendix_history
from cxanalytics.report.appendix_kpis import write_appendix_blocks, write_appendix_kpis
from cxanalytics.report.appendix_ladder import write_appendix_ladder
from cxanalytics.report.appendix_models import (
    write_appendix_morale,
    write_appendix_recommendation,
)
from cxanalytics.report.appendix_outcomes import write_appendix_outcomes
from cxanalytics.report.appendix_peers import write_appendix_peers
from cxanalytics.report.appendix_predictive import write_appendix_predictive
from cxanalytics.report.appendix_proportionality import write_appendix_proportionality
from cxanalytics.report.appendix_ranks import write_appendix_ranks
from cxanalytics.report.appendix_sensitivity_morale import (
    write_appendix_chain,
    write_appendix_unmeasured,
)
from cxanalytics.report.appendix_truth import write_appendix_truth
from cxanalytics.report.appendix_variance import write_appendix_variance
from cxanalytics.report.audit import (
    write_audit_masthead,
    write_audit_read,
    write_audit_who,
)
from cxanalytics.report.audit_answers import (
    write_audit_missing,
    write_audit_scales,
)
from cxanalytics.report.audit_data import write_audit_data
from cxanalytics.report.audit_published import write_audit_published
from cxanalytics.report.audit_quality import (
    write_audit_changes,
    write_audit_repeats,
    write_audit_small,
    write_audit_weights,
)
from cxanalytics.report.audit_response import write_audit_response
from cxanalytics.report.audit_sources import (
    write_audit_claims,
    write_audit_fit,
)
from cxanalytics.report.departments import write_departments
from cxanalytics.report.drivers import write_drivers
from cxanalytics.report.facts import Measure, PageFacts
from cxanalytics.report.finding import Finding
from cxanalytics.report.history import write_history
from cxanalytics.report.index import (
    write_index_data,
    write_index_funnel,
    write_index_groups,
    write_index_masthead,
)
from cxanalytics.report.masked import mask_facts
from cxanalytics.report.morale import write_morale
from cxanalytics.report.morale_page import (
    write_morale_ladder,
    write_morale_masthead,
    write_morale_relation,
)
from cxanalytics.report.morale_page_sure import write_morale_data, write_morale_sure
from cxanalytics.report.published_standing import write_published_standing
from cxanalytics.report.section import SECTION_MIME, Section
from cxanalytics.report.shell import TEMPLATE_DIR, export_options, page_shell
from cxanalytics.report.sureness import write_sureness

__all__ = [
    "SECTION_MIME",
    "TEMPLATE_DIR",
    "Finding",
    "Measure",
    "PageFacts",
    "Section",
    "export_options",
    "page_shell",
    "write_appendix_agencies",
    "write_appendix_cite",
    "write_appendix_departments",
    "write_appendix_diagnostics",
    "write_appendix_outcomes",
    "write_appendix_benchmark_claims",
    "write_appendix_claims",
    "write_appendix_cost",
    "write_appendix_legs",
    "write_appendix_differences",
    "write_appendix_drivers",
    "write_appendix_exclusions",
    "write_appendix_history",
    "write_appendix_masthead",
    "write_appendix_morale",
    "write_appendix_case_mix",
    "write_appendix_mix_rate",
    "mask_facts",
    "write_appendix_peers",
    "write_appendix_predictive",
    "write_appendix_blocks",
    "write_appendix_kpis",
    "write_appendix_ladder",
    "write_appendix_morale_claims",
    "write_appendix_dimensions",
    "write_appendix_proportionality",
    "write_appendix_ranks",
    "write_appendix_recommendation",
    "write_appendix_scores",
    "write_appendix_sensitivity",
    "write_appendix_session",
    "write_appendix_stabilized",
    "write_appendix_chain",
    "write_appendix_truth",
    "write_appendix_unmeasured",
    "write_appendix_variance",
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
    "write_departments",
    "write_drivers",
    "write_history",
    "write_index_data",
    "write_index_funnel",
    "write_index_groups",
    "write_index_masthead",
    "write_masthead",
    "write_published_standing",
    "write_morale",
    "write_morale_data",
    "write_morale_ladder",
    "write_morale_masthead",
    "write_morale_relation",
    "write_morale_sure",
    "write_scorecard",
    "write_standing",
    "write_sureness",
]
