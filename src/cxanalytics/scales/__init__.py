"""What do the answers of a scale mean: order, positive, top, promoters?

The raw answer is kept; flags are derived by declared rules. "NPS" exists only for the 0 to 10
item. Scales are never equated without anchors.
"""

from cxanalytics.scales.declare import declare_scale
from cxanalytics.scales.labels import clash, fold, split_number
from cxanalytics.scales.missing import MISSING_REASONS, NOT_FOR_ALL, read_missing
from cxanalytics.scales.registry import SCALES, get_scale
from cxanalytics.scales.scale import Scale
from cxanalytics.scales.unlike import unlike, unlike_scale, unlike_wording

__all__ = [
    "MISSING_REASONS",
    "NOT_FOR_ALL",
    "SCALES",
    "Scale",
    "clash",
    "declare_scale",
    "fold",
    "get_scale",
    "read_missing",
    "split_number",
    "unlike",
    "unlike_scale",
    "unlike_wording",
]
