"""What do the figures look like? The only room that draws."""

from __future__ import annotations

from cxanalytics.charts.claims import claims_table, draw_claims
from cxanalytics.charts.coefficients import coefficients_table, draw_coefficients
from cxanalytics.charts.coverage import coverage_table, draw_coverage
from cxanalytics.charts.funnel import draw_funnel, funnel_table
from cxanalytics.charts.ingredients import draw_ingredients, ingredients_table
from cxanalytics.charts.missing import draw_missing, missing_table
from cxanalytics.charts.missing_reasons import draw_missing_reasons, missing_reasons_table
from cxanalytics.charts.response_bound import draw_response_bound, response_bound_table
from cxanalytics.charts.response_funnel import draw_response_funnel, response_funnel_table
from cxanalytics.charts.row_flow import draw_row_flow, row_flow_table
from cxanalytics.charts.scale_use import draw_scale_use, scale_use_table
from cxanalytics.charts.shrinkage import draw_shrinkage, shrinkage_table
from cxanalytics.charts.small_units import draw_small_units, small_units_table
from cxanalytics.charts.standing import draw_standing, standing_table
from cxanalytics.charts.who_answered import draw_who_answered, who_answered_table
from cxanalytics.charts.within_between import draw_within_between, within_between_table

__all__ = [
    "claims_table",
    "coefficients_table",
    "coverage_table",
    "draw_claims",
    "draw_coefficients",
    "draw_coverage",
    "draw_funnel",
    "draw_ingredients",
    "draw_missing",
    "draw_missing_reasons",
    "draw_response_bound",
    "draw_response_funnel",
    "draw_row_flow",
    "draw_scale_use",
    "draw_shrinkage",
    "draw_small_units",
    "draw_standing",
    "draw_who_answered",
    "draw_within_between",
    "funnel_table",
    "ingredients_table",
    "missing_reasons_table",
    "missing_table",
    "response_bound_table",
    "response_funnel_table",
    "row_flow_table",
    "scale_use_table",
    "shrinkage_table",
    "small_units_table",
    "standing_table",
    "who_answered_table",
    "within_between_table",
]
