"""Which scores, associations and reliabilities do the answers carry?"""

from __future__ import annotations

from cxanalytics.models.agency_effects import fit_agency_effects
from cxanalytics.models.agreement import fit_agreement
from cxanalytics.models.answer_shares import fit_answer_shares
from cxanalytics.models.appreciation import fit_appreciation
from cxanalytics.models.attention import fit_attention, fit_attention_grid
from cxanalytics.models.audit import fit_audit
from cxanalytics.models.beside_truth import fit_beside_truth
from cxanalytics.models.blocks import fit_blocks
from cxanalytics.models.calibration import fit_calibration
from cxanalytics.models.case_mix import fit_case_mix, keep_adjusted
from cxanalytics.models.channels import fit_channel_scores
from cxanalytics.models.claims import fit_claims
from cxanalytics.models.claims_benchmark import fit_tested_benchmark_claims
from cxanalytics.models.claims_departments import fit_department_claims
from cxanalytics.models.claims_morale import fit_tested_morale_claims
from cxanalytics.models.claims_tested import fit_tested_claims
from cxanalytics.models.departments import fit_department_scores
from cxanalytics.models.dimension_pairs import fit_dimension_pairs
from cxanalytics.models.dimensions import fit_dimensions
from cxanalytics.models.driver_levels import fit_driver_levels
from cxanalytics.models.drivers import fit_driver_groups, fit_drivers
from cxanalytics.models.history import fit_history
from cxanalytics.models.influence import fit_influence
from cxanalytics.models.item_maps import get_item_map
from cxanalytics.models.kpi_cards import fit_kpi_cards
from cxanalytics.models.leg_scores import fit_leg_scores
from cxanalytics.models.legs import fit_legs
from cxanalytics.models.long_run_cost import fit_long_run_cost
from cxanalytics.models.mix_rate import fit_mix_rate
from cxanalytics.models.morale import fit_morale_index
from cxanalytics.models.morale_beside_truth import fit_morale_beside_truth
from cxanalytics.models.morale_ladder import fit_morale_ladder
from cxanalytics.models.morale_lag import lag_morale
from cxanalytics.models.morale_panel import fit_morale_panel
from cxanalytics.models.morale_performance import fit_morale_performance
from cxanalytics.models.other_outcomes import fit_other_outcomes
from cxanalytics.models.proportionality import fit_proportionality
from cxanalytics.models.published import (
    fit_published_groups,
    fit_published_noise,
    fit_published_positions,
)
from cxanalytics.models.published_regression import fit_published_regression
from cxanalytics.models.recommendation import fit_recommendation
from cxanalytics.models.refusal import fit_or_reason
from cxanalytics.models.response import fit_response
from cxanalytics.models.scale_positions import fit_scale_positions
from cxanalytics.models.score_differences import fit_score_differences
from cxanalytics.models.scorecard import fit_scorecard
from cxanalytics.models.scores import fit_scores
from cxanalytics.models.sector_prediction import fit_sector_prediction
from cxanalytics.models.service_profit_chain import fit_service_profit_chain
from cxanalytics.models.split_sample import fit_split_sample
from cxanalytics.models.staff_items import fit_staff_items
from cxanalytics.models.teams import fit_teams
from cxanalytics.models.unmeasured_cause import fit_unmeasured_cause
from cxanalytics.models.variance_parts import fit_variance_parts
from cxanalytics.models.without_apart import fit_without_apart

__all__ = [
    "fit_agency_effects",
    "fit_agreement",
    "fit_answer_shares",
    "fit_appreciation",
    "fit_attention",
    "fit_attention_grid",
    "fit_audit",
    "fit_beside_truth",
    "fit_blocks",
    "fit_calibration",
    "fit_case_mix",
    "fit_channel_scores",
    "fit_claims",
    "fit_department_claims",
    "fit_department_scores",
    "fit_dimension_pairs",
    "fit_dimensions",
    "fit_driver_groups",
    "fit_driver_levels",
    "fit_drivers",
    "fit_history",
    "fit_influence",
    "fit_mix_rate",
    "fit_kpi_cards",
    "fit_leg_scores",
    "fit_legs",
    "fit_long_run_cost",
    "fit_morale_index",
    "fit_morale_beside_truth",
    "fit_morale_ladder",
    "fit_morale_panel",
    "fit_morale_performance",
    "fit_or_reason",
    "fit_other_outcomes",
    "fit_proportionality",
    "fit_published_groups",
    "fit_published_noise",
    "fit_published_positions",
    "fit_published_regression",
    "fit_recommendation",
    "fit_response",
    "fit_scale_positions",
    "fit_score_differences",
    "fit_scorecard",
    "fit_scores",
    "fit_sector_prediction",
    "fit_tested_benchmark_claims",
    "fit_service_profit_chain",
    "fit_split_sample",
    "fit_staff_items",
    "fit_teams",
    "fit_tested_claims",
    "fit_tested_morale_claims",
    "fit_unmeasured_cause",
    "fit_variance_parts",
    "keep_adjusted",
    "fit_without_apart",
    "get_item_map",
    "lag_morale",
]
