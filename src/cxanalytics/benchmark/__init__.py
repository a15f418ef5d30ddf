"""Where does each agency stand among its peers, and when can nobody tell?"""

from __future__ import annotations

from cxanalytics.benchmark.change import change_columns
from cxanalytics.benchmark.funnel import benchmark_funnel
from cxanalytics.benchmark.scorecard import benchmark_scorecard
from cxanalytics.benchmark.scores import benchmark_scores
from cxanalytics.benchmark.staff_items import benchmark_staff_items

__all__ = [
    "benchmark_funnel",
    "benchmark_scorecard",
    "benchmark_scores",
    "benchmark_staff_items",
    "change_columns",
]
