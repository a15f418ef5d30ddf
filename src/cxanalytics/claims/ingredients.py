"""What may a claim need, and what would supply it?

The list is closed, so that every study can say what it still lacks.
"""

from __future__ import annotations

from dataclasses import dataclass

from cxanalytics.errors import ParamsError, must_be

DECLARED = "declared by the study"
"""Source of an ingredient that no column gives away; a study lists it under `holds`."""

SOURCES = (
    "customer survey",
    "staff survey",
    "operations",
    "staff and results, linked",
    "any series",
    DECLARED,
)


@dataclass(frozen=True, slots=True)
class Ingredient:
    """Something a claim cannot be tested without.

    Attributes
    ----------
    name : str
        As printed, lower case.
    source : str
        Where it would be found, one of `SOURCES`.
    supply : str
        What would supply it, one plain phrase.
    """

    name: str
    source: str
    supply: str

    def __post_init__(self) -> None:
        if self.source not in SOURCES:
            raise ParamsError(must_be("source", SOURCES, self.source))


_CUSTOMERS, _STAFF, _OPERATIONS, _LINKED, _SERIES, _ = SOURCES

INGREDIENTS: dict[str, Ingredient] = {
    name: Ingredient(name, source, supply)
    for name, source, supply in (
        ("outcome answers", _CUSTOMERS, "answers, or counts of answers, to an outcome question"),
        ("recommend answers", _CUSTOMERS, "a question whether people would recommend"),
        (
            "experience and recommendation of the same person",
            _CUSTOMERS,
            "rows that hold both the recommend answer and another answer of the same person",
        ),
        ("questions on two scales", _CUSTOMERS, "questions answered on more than one scale"),
        ("driver questions", _CUSTOMERS, "two or more questions about the experience"),
        ("a question about staff", _CUSTOMERS, "a question about the people who served"),
        ("agencies to compare", _CUSTOMERS, "answers from enough agencies to have peers"),
        ("department id", _CUSTOMERS, "a column with the department"),
        ("team or agent id", _CUSTOMERS, "a column with the team, unit or agent"),
        ("channel", _CUSTOMERS, "a column with the channel: phone, web, visit"),
        ("topic of the contact", _CUSTOMERS, "a column with the need or topic of each contact"),
        ("case mix", _CUSTOMERS, "columns with what agencies cannot choose: age, language, need"),
        ("dates of answers", _CUSTOMERS, "a column with the date of each answer"),
        ("response counts", _CUSTOMERS, "how many people were asked, by agency and wave"),
        ("two waves", _CUSTOMERS, "a second wave"),
        ("three waves", _CUSTOMERS, "three waves or more"),
        (
            "both sectors",
            _CUSTOMERS,
            "scores of government and of companies, with a column `sector`",
        ),
        ("staff survey", _STAFF, "answers of staff"),
        ("two staff waves", _STAFF, "a second wave of the staff survey"),
        ("appreciation items", _STAFF, "staff questions on respect, recognition or being valued"),
        (
            "staff and results linked by unit and wave",
            _LINKED,
            "morale from staff beside results from customers or operations, by unit and wave",
        ),
        ("three linked waves", _LINKED, "three waves in which staff and results are linked"),
        ("operations counts", _OPERATIONS, "counts of what was done, by agency and period"),
        ("handle time", _OPERATIONS, "minutes and number of contacts"),
        ("resolution", _OPERATIONS, "how many contacts were resolved, or a question about it"),
        ("cost and volume", _OPERATIONS, "cost and number of cases, by period"),
        ("repeat contacts", _OPERATIONS, "how many contacts were repeated or avoidable"),
        ("staff retention", _OPERATIONS, "how many staff left or stayed, by unit and period"),
        ("eight quarters of operations", _OPERATIONS, "two years of operations or more"),
        (
            "answers and operations for the same agencies and periods",
            _OPERATIONS,
            "operations with the names and periods of the customer survey",
        ),
        ("twelve periods of one series", _SERIES, "twelve months, quarters or waves in a row"),
        ("twenty-four periods of one series", _SERIES, "twelve periods before and twelve after"),
        (
            "attention to customer experience from another source",
            DECLARED,
            "an audit, a maturity score, spending or an officer's register; not the same survey",
        ),
        ("map of items to dimensions", DECLARED, "which staff items stand for which dimension"),
        (
            "the same questions asked of leaders and staff",
            DECLARED,
            "answers of leaders and of staff to the same questions",
        ),
        (
            "items on messages and on pressure",
            DECLARED,
            "staff items on what is said about customers and on pressure for efficiency",
        ),
        (
            "items on expectations, tools and rewards",
            DECLARED,
            "staff items for clear expectations, for tools and training, and for recognition",
        ),
        ("barrier items by department", DECLARED, "what stands in the way, by department"),
        ("start dates of initiatives", DECLARED, "who started what, and when"),
        ("agencies that have not started", DECLARED, "agencies without the initiative so far"),
        (
            "five evaluated initiatives of one kind",
            DECLARED,
            "evaluations of five alike initiatives",
        ),
        ("start dates of department officers", DECLARED, "which department has one, since when"),
        ("dates of joining the benchmark", DECLARED, "who takes part since when, and who does not"),
        ("dates of published goals", DECLARED, "when goals from benchmarks were announced"),
        ("dates from which scores were rewarded", DECLARED, "when scores began to count"),
        (
            "an outcome that cannot be gamed",
            DECLARED,
            "repeat contacts, complaints or a survey by someone else",
        ),
        ("reward weights of measures", DECLARED, "how much each measure counts in bonuses"),
        ("targets with dates", DECLARED, "what is to be reached, and by when"),
        ("cost of each action", DECLARED, "cost and effort of each action, as a range"),
        ("self-assessments", DECLARED, "what agencies say of themselves, on the same scale"),
        ("customers' themes", DECLARED, "themes of customers' comments, coded"),
        ("themes by source", DECLARED, "theme counts of social media and of a survey"),
        ("theme counts by hour or day", DECLARED, "how often each theme came up, hour by hour"),
        ("official situation reports", DECLARED, "when officials first named the problem"),
        ("crisis calendar", DECLARED, "which days or weeks were a crisis, and where"),
        ("quality checks of answers", DECLARED, "checked answers, in a surge and outside one"),
        ("311 and 911 volumes", DECLARED, "calls to both numbers by type and hour"),
        ("promotion times", DECLARED, "when 311 was promoted"),
        ("log of assessments", DECLARED, "start, end and findings of each assessment"),
    )
}


def get_ingredient(name: str) -> Ingredient:
    """Look an ingredient up.

    Parameters
    ----------
    name : str

    Returns
    -------
    Ingredient

    Raises
    ------
    ParamsError
        There is no such ingredient.
    """
    if name not in INGREDIENTS:
        raise ParamsError(must_be("ingredient", INGREDIENTS, name))
    return INGREDIENTS[name]
