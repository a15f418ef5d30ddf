"""Which columns do the two files of NHS staff scores and mortality have, and what are they?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Measure:
    """What a score is; `one_item` where it is the share of one question's answers."""

    label: str
    kind: str
    higher_is_better: bool = True
    one_item: bool = False


MEASURES = MappingProxyType(
    {
        "engagement": Measure("Staff engagement", "mean"),
        "engagement_share": Measure("Staff engagement, share of positive answers", "share"),
        "recommend_work": Measure("Staff recommend as a place to work", "mean"),
        "recommend_work_share": Measure(
            "Staff who recommend as a place to work", "share", one_item=True
        ),
        "recommend_care": Measure("Staff happy with the standard of care for a friend", "mean"),
        "recommend_care_share": Measure(
            "Staff happy with the standard of care for a friend", "share", one_item=True
        ),
        "work_stress": Measure("Staff unwell from work stress", "share", False, one_item=True),
        "freedom_to_speak": Measure("Freedom to speak up", "share"),
        "openness": Measure("Openness about errors", "share"),
        "shmi": Measure("Hospital mortality (SHMI)", "rate", False),
    }
)
STAFF = tuple(name for name in MEASURES if name != "shmi")


@dataclass(frozen=True, slots=True)
class Shape:
    """One of the two files: its key columns, its measures, its other columns."""

    unit: str
    year: str
    measures: Mapping[str, str]
    covariates: Mapping[str, str]
    texts: Mapping[str, str]
    weighted: bool


LONG = Shape(
    unit="Code",
    year="Year.Index",
    measures=MappingProxyType(
        {
            "engagement": "Engagement.Index",
            "engagement_share": "Engagement.Index.dichot",
            "recommend_work": "RecommendWork.Index",
            "recommend_work_share": "RecommendWork.Index.dichot",
            "recommend_care": "RecommendCare.Index",
            "recommend_care_share": "RecommendCare.Index.dichot",
            "work_stress": "WorkStress.Index",
            "freedom_to_speak": "FreedomSpeak.Index",
            "openness": "Openness.Index",
            "shmi": "SHMI.Index",
        }
    ),
    covariates=MappingProxyType(
        {"shmi_before": "SHMI.before", "clinical_share": "Survey.clinical.proportion"}
    ),
    texts=MappingProxyType({"name": "Name", "region": "HEE.region.name"}),
    weighted=False,
)
SHORT = Shape(
    unit="Code",
    year="Year.index",
    measures=MappingProxyType(
        {
            "engagement": "Engagement",
            "recommend_work": "RecommendWork",
            "recommend_care": "RecommendCare",
            "work_stress": "WorkStress",
            "freedom_to_speak": "FreedomSpeak",
            "openness": "Openness",
            "shmi": "SHMI.index",
        }
    ),
    covariates=MappingProxyType(
        {
            "shmi_before": "SHMI.before",
            "clinical_share": "Survey.clinical.proportion",
            "response_rate": "rr",
        }
    ),
    texts=MappingProxyType({}),
    weighted=True,
)
