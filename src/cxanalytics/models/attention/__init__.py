"""Is the outcome better where an agency pays more attention to customer experience?"""

from __future__ import annotations

from cxanalytics.models.attention.contrast import DETECT_WITH, FEWEST_PER_ARM
from cxanalytics.models.attention.fit import fit_attention
from cxanalytics.models.attention.grid import fit_attention_grid

__all__ = ["DETECT_WITH", "FEWEST_PER_ARM", "fit_attention", "fit_attention_grid"]
