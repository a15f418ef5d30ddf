"""Which scores, associations and reliabilities do the answers carry?"""

from __future__ import annotations

from cxanalytics.models.agency_effects import fit_agency_effects
from cxanalytics.models.audit import fit_audit
from cxanalytics.models.claims import fit_claims
from cxanalytics.models.morale import fit_morale_index
from cxanalytics.models.morale_panel import fit_morale_panel
from cxanalytics.models.morale_performance import fit_morale_performance
from cxanalytics.models.published import (
    fit_published_groups,
    fit_published_noise,
    fit_published_positions,
)
from cxanalytics.models.recommendation import fit_recommendation
from cxanalytics.models.response import fit_response
from cxanalytics.models.scorecard import fit_scorecard
from cxanalytics.models.scores import fit_scores

__all__ = [
    "fit_agency_effects",
    "fit_audit",
    "fit_claims",
    "fit_morale_index",
    "fit_morale_panel",
    "fit_morale_performance",
    "fit_published_groups",
    "fit_published_noise",
    "fit_published_positions",
    "fit_recommendation",
    "fit_response",
    "fit_scorecard",
    "fit_scores",
]
