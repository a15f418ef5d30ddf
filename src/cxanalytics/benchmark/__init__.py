"""Where does each agency stand among its peers, and when can nobody tell?"""

from __future__ import annotations

from cxanalytics.benchmark.achievable import benchmark_achievable
from cxanalytics.benchmark.change import change_columns
from cxanalytics.benchmark.channels import benchmark_channels
from cxanalytics.benchmark.departments import benchmark_departments
from cxanalytics.benchmark.funnel import benchmark_funnel
from cxanalytics.benchmark.history import benchmark_history
from cxanalytics.benchmark.history_points import Baseline, Restart
from cxanalytics.benchmark.peer_names import PEER_NAMES, mask_leaders, mask_peers
from cxanalytics.benchmark.peer_sensitivity import benchmark_peer_sensitivity
from cxanalytics.benchmark.peer_sets import choose_peers, name_rule, peers_with_scores
from cxanalytics.benchmark.predictive import fit_predictive_check
from cxanalytics.benchmark.rank_sets import benchmark_rank_sets
from cxanalytics.benchmark.scorecard import benchmark_scorecard
from cxanalytics.benchmark.scores import benchmark_scores
from cxanalytics.benchmark.sectors import split_sectors
from cxanalytics.benchmark.staff_items import benchmark_staff_items
from cxanalytics.benchmark.vision import Target, benchmark_vision

__all__ = [
    "PEER_NAMES",
    "Baseline",
    "Restart",
    "Target",
    "benchmark_achievable",
    "benchmark_channels",
    "benchmark_departments",
    "benchmark_funnel",
    "benchmark_history",
    "benchmark_peer_sensitivity",
    "benchmark_rank_sets",
    "benchmark_scorecard",
    "benchmark_scores",
    "benchmark_vision",
    "change_columns",
    "choose_peers",
    "fit_predictive_check",
    "mask_leaders",
    "mask_peers",
    "name_rule",
    "peers_with_scores",
    "split_sectors",
    "benchmark_staff_items",
]
