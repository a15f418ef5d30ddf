"""What do the figures look like? The only room that draws."""

from __future__ import annotations

from cxanalytics.charts.answer_bars import answer_bars_table, draw_answer_bars
from cxanalytics.charts.attention import attention_grid_table, draw_attention_grid
from cxanalytics.charts.blocks import blocks_table, draw_blocks
from cxanalytics.charts.calibration import calibration_table, draw_calibration
from cxanalytics.charts.case_mix import case_mix_table, draw_case_mix
from cxanalytics.charts.channels import channels_table, draw_channels
from cxanalytics.charts.claims import claims_table, draw_claims
from cxanalytics.charts.coefficients import coefficients_table, draw_coefficients
from cxanalytics.charts.companies import companies_table, draw_companies
from cxanalytics.charts.coverage import coverage_table, draw_coverage
from cxanalytics.charts.departments import departments_table, draw_departments
from cxanalytics.charts.dimensions import dimensions_table, draw_dimensions
from cxanalytics.charts.driver_levels import draw_driver_levels, driver_levels_table
from cxanalytics.charts.driver_shares import draw_driver_shares, driver_shares_table
from cxanalytics.charts.funnel import draw_funnel, funnel_table
from cxanalytics.charts.ingredients import draw_ingredients, ingredients_table
from cxanalytics.charts.kpi_cards import draw_kpi_cards, kpi_cards_table
from cxanalytics.charts.ladder_of_models import draw_ladder_of_models, ladder_of_models_table
from cxanalytics.charts.legs import (
    draw_leg_relation,
    draw_legs,
    leg_relation_table,
    legs_table,
)
from cxanalytics.charts.long_run_cost import draw_long_run_cost, long_run_cost_table
from cxanalytics.charts.missing import draw_missing, missing_table
from cxanalytics.charts.missing_reasons import draw_missing_reasons, missing_reasons_table
from cxanalytics.charts.mix_rate import draw_mix_rate, mix_rate_table, widest_column
from cxanalytics.charts.other_outcomes import draw_other_outcomes, other_outcomes_table
from cxanalytics.charts.predictive import draw_predictive_check, predictive_check_table
from cxanalytics.charts.priority import draw_priority, priority_table
from cxanalytics.charts.process import draw_process, process_table
from cxanalytics.charts.proportionality import draw_proportionality, proportionality_table
from cxanalytics.charts.published_groups import draw_published_groups, published_groups_table
from cxanalytics.charts.published_regression import (
    draw_published_regression,
    published_regression_table,
)
from cxanalytics.charts.rank_sets import draw_rank_sets, rank_sets_table
from cxanalytics.charts.response_bound import draw_response_bound, response_bound_table
from cxanalytics.charts.response_funnel import draw_response_funnel, response_funnel_table
from cxanalytics.charts.row_flow import draw_row_flow, row_flow_table
from cxanalytics.charts.scale_use import draw_scale_use, scale_use_table
from cxanalytics.charts.service_profit_chain import (
    draw_service_profit_chain,
    service_profit_chain_table,
)
from cxanalytics.charts.shrinkage import draw_shrinkage, shrinkage_table
from cxanalytics.charts.small_units import draw_small_units, small_units_table
from cxanalytics.charts.staff_items import draw_staff_items, staff_items_table
from cxanalytics.charts.standing import draw_standing, standing_table
from cxanalytics.charts.teams import draw_teams, teams_table
from cxanalytics.charts.unmeasured_cause import draw_unmeasured_cause, unmeasured_cause_table
from cxanalytics.charts.variance_parts import draw_variance_parts, variance_parts_table
from cxanalytics.charts.vision import draw_vision, vision_table
from cxanalytics.charts.who_answered import draw_who_answered, who_answered_table
from cxanalytics.charts.within_between import draw_within_between, within_between_table

__all__ = [
    "answer_bars_table",
    "attention_grid_table",
    "blocks_table",
    "calibration_table",
    "claims_table",
    "coefficients_table",
    "coverage_table",
    "draw_answer_bars",
    "draw_attention_grid",
    "draw_blocks",
    "draw_calibration",
    "draw_case_mix",
    "draw_channels",
    "draw_claims",
    "draw_coefficients",
    "draw_coverage",
    "draw_departments",
    "draw_driver_shares",
    "draw_driver_levels",
    "draw_funnel",
    "draw_ingredients",
    "draw_leg_relation",
    "draw_legs",
    "draw_long_run_cost",
    "draw_kpi_cards",
    "draw_ladder_of_models",
    "draw_missing",
    "draw_missing_reasons",
    "draw_mix_rate",
    "draw_priority",
    "draw_other_outcomes",
    "draw_predictive_check",
    "draw_process",
    "draw_published_groups",
    "dimensions_table",
    "draw_dimensions",
    "draw_proportionality",
    "draw_published_regression",
    "draw_companies",
    "draw_rank_sets",
    "draw_response_bound",
    "draw_response_funnel",
    "draw_row_flow",
    "draw_scale_use",
    "draw_shrinkage",
    "draw_small_units",
    "draw_staff_items",
    "draw_standing",
    "draw_teams",
    "draw_service_profit_chain",
    "draw_unmeasured_cause",
    "draw_variance_parts",
    "draw_vision",
    "draw_who_answered",
    "draw_within_between",
    "driver_shares_table",
    "driver_levels_table",
    "funnel_table",
    "ingredients_table",
    "leg_relation_table",
    "legs_table",
    "long_run_cost_table",
    "kpi_cards_table",
    "ladder_of_models_table",
    "missing_reasons_table",
    "missing_table",
    "priority_table",
    "other_outcomes_table",
    "published_groups_table",
    "published_regression_table",
    "proportionality_table",
    "response_bound_table",
    "response_funnel_table",
    "row_flow_table",
    "scale_use_table",
    "shrinkage_table",
    "small_units_table",
    "staff_items_table",
    "standing_table",
    "teams_table",
    "service_profit_chain_table",
    "unmeasured_cause_table",
    "variance_parts_table",
    "who_answered_table",
    "within_between_table",
    "case_mix_table",
    "channels_table",
    "departments_table",
    "mix_rate_table",
    "process_table",
    "predictive_check_table",
    "companies_table",
    "rank_sets_table",
    "vision_table",
    "widest_column",
]
