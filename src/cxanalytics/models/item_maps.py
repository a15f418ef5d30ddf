"""Which items of a public staff survey stand for which of the eight dimensions of effectiveness?

Defaults for the surveys whose wording was read: the codebook of the Federal Employee Viewpoint
Survey 2018, the question list of the Civil Service People Survey, and the columns of the NHS files.
A dimension without an item has an empty list: it is not measured there. No map is the publisher's
own. An item stands in one dimension only, and none is a measure of performance.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cxanalytics.errors import ParamsError, must_be

DIMENSIONS = (
    "morale",
    "communication",
    "innovative thinking",
    "use of systems",
    "ownership of culture",
    "long-term thinking",
    "decisions at lower levels",
    "development and retention",
)
APPRECIATION = "respect and appreciation"
"""Items beside the eight: kept out of morale, so that the two can be held against each other."""

_FEVS_2018 = (
    ("Q4", "Q5", "Q40", "Q53", "Q69", "Q71"),
    ("Q26", "Q56", "Q58", "Q64"),
    ("Q3", "Q8", "Q32"),
    ("Q2", "Q9"),
    ("Q7", "Q13", "Q16"),
    ("Q12", "Q57"),
    ("Q30", "Q63"),
    ("Q1", "Q18", "Q47", "Q67", "Q68"),
    ("Q31", "Q49", "Q65"),
)
_CSPS = (
    ("2.10.001.00", "2.10.002.00", "2.10.003.00", "2.10.004.00", "2.10.005.00"),
    ("2.09.008.00", "2.09.009.00", "3.01.006.00"),
    ("2.03.005.00", "2.04.003.00", "3.01.002.00"),
    ("2.07.001.00", "2.07.005.00", "3.03.003.00"),
    ("2.04.002.00", "3.01.004.00", "3.03.005.00"),
    ("2.02.001.00", "2.02.002.00", "2.09.003.00"),
    ("2.01.004.00", "2.01.005.00", "3.01.001.00"),
    ("2.05.001.00", "2.05.002.00", "2.05.003.00", "2.05.004.00", "4.01.001.04"),
    ("2.03.008.00", "2.06.002.00", "2.06.003.00"),
)
_NHS_STAFF = (
    ("engagement", "recommend_work"),
    ("freedom_to_speak", "openness"),
    *[()] * 7,
)
_MAPS: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {"fevs_2018": _FEVS_2018, "csps": _CSPS, "nhs_staff": _NHS_STAFF}
)
STAND_INS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "fevs_2018": {
            "use of systems": "no item names a system; information and resources to do the job",
            "long-term thinking": "no item looks ahead; how work relates to the agency's goals, "
            "and whether managers review progress toward them",
            "decisions at lower levels": "empowerment, and involvement in decisions",
            "development and retention": "development, training and a better job inside; none "
            "asks who stays",
        },
        "csps": {
            "use of systems": "information and tools; technology in some years only",
            "ownership of culture": "improving the service, saying “we”, and the public; the last "
            "two in some years only",
        },
        "nhs_staff": {
            "morale": "an index and one question; published scores, not answers",
            "communication": "two published scores, in the file from 2015 on",
        },
    }
)
"""Where items only come close to a dimension, and what they ask instead."""


def get_item_map(source: str, *, appreciation: bool = False) -> dict[str, list[str]]:
    """Give the items of each dimension in a public staff survey.

    Parameters
    ----------
    source : {"fevs_2018", "csps", "nhs_staff"}
        Items of the first two are question numbers and identifiers; of the third, scores.
    appreciation : bool
        Add the items on respect and appreciation, under `APPRECIATION`.

    Returns
    -------
    dict of str to list of str
        The eight dimensions in the order of `DIMENSIONS`; empty where the survey has no item.

    Raises
    ------
    ParamsError
        An unknown survey.
    """
    if source not in _MAPS:
        raise ParamsError(must_be("source", _MAPS, source))
    names = (*DIMENSIONS, APPRECIATION) if appreciation else DIMENSIONS
    return {name: list(items) for name, items in zip(names, _MAPS[source], strict=False)}
