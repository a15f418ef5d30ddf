"""What do we hold, and can it be trusted?"""

from __future__ import annotations

from cxanalytics.models.audit.everything import fit_audit
from cxanalytics.models.audit.patterns import STRAIGHT_ITEMS

__all__ = ["STRAIGHT_ITEMS", "fit_audit"]
