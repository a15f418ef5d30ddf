"""In whose words does a study speak: who answers, about what, compared with whom?

"Your customers" is false for a staff survey, so every sentence takes its nouns from here.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from cxanalytics.errors import ParamsError


@dataclass(frozen=True, slots=True)
class Nouns:
    """The study's own nouns and phrases, all in lower case.

    Attributes
    ----------
    respondent, respondents : str
        Who answers: "customer", "customers".
    organization, organizations : str
        What is compared: "agency", "agencies".
    outcome : str
        The measure of the headline as a noun: "recommendation".
    outcome_phrase : str
        The measure after "63% of your customers": "would recommend you".
    outcome_short : str
        The same without an object, for axes and the index: "would recommend".
    peer : str
        After "the typical": "government peer".
    team, teams : str
        The units of an organization whose morale and performance are compared: "team".
    department, departments : str
        The parts of an organization that are compared with each other: "department".
    """

    respondent: str = "customer"
    respondents: str = "customers"
    organization: str = "agency"
    organizations: str = "agencies"
    outcome: str = "recommendation"
    outcome_phrase: str = "would recommend you"
    outcome_short: str = "would recommend"
    peer: str = "government peer"
    team: str = "team"
    teams: str = "teams"
    department: str = "department"
    departments: str = "departments"

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, str) or not value.strip():
                raise ParamsError(f"`nouns.{field.name}` must be a word or phrase; got {value!r}.")
