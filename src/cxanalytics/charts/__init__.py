"""What do the figures look like? The only room that draws."""

from __future__ import annotations

from cxanalytics.charts.coefficients import coefficients_table, draw_coefficients
from cxanalytics.charts.funnel import draw_funnel, funnel_table
from cxanalytics.charts.missing import draw_missing, missing_table
from cxanalytics.charts.shrinkage import draw_shrinkage, shrinkage_table
from cxanalytics.charts.standing import draw_standing, standing_table
from cxanalytics.charts.within_between import draw_within_between, within_between_table

__all__ = [
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
]
