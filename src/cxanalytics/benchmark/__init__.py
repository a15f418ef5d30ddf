"""Where does each agency stand among its peers, and when can nobody tell?"""

from __future__ import annotations

from cxanalytics.benchmark.change import change_columns
from cxanalytics.benchmark.funnel import Funnel, benchmark_funnel
from cxanalytics.benchmark.scores import benchmark_scores

__all__ = ["Funnel", "benchmark_funnel", "benchmark_scores", "change_columns"]
