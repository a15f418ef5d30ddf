"""Which claims about customer experience are put to the test?

The list is fixed before any result, so that results cannot choose their own questions.
"""

from __future__ import annotations

from dataclasses import dataclass

from cxanalytics.claims.ingredients import get_ingredient
from cxanalytics.errors import ParamsError, must_be

COULD_BE_TESTED = "could be tested"
NOT_WITH_THESE_DATA = "not testable with these data"
NOT_TESTABLE = "not testable"
STATUSES = (COULD_BE_TESTED, NOT_WITH_THESE_DATA, NOT_TESTABLE)

TOPICS = (
    "Recommendation",
    "Morale and culture",
    "Measures and cost",
    "Benchmarking",
    "Improvement and roadmap",
    "Organization and 311",
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim, as something data could confirm, qualify or contradict.

    Attributes
    ----------
    number : int
        As in docs/claims.md.
    title : str
        The claim in a few plain words.
    topic : str
        One of `TOPICS`.
    needs : tuple of str
        Names of ingredients, all of them needed.
    not_built : str
        Why no study can test it here; "" for a claim that data can settle.
    note : str
        What is left out of the test, or to be known about the source; "" for nothing.
    """

    number: int
    title: str
    topic: str
    needs: tuple[str, ...]
    not_built: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if self.topic not in TOPICS:
            raise ParamsError(must_be("topic", TOPICS, self.topic))
        for name in self.needs:
            get_ingredient(name)


_R, _M, _K, _B, _I, _O = TOPICS
_LINK = "staff and results linked by unit and wave"
_SAME = "answers and operations for the same agencies and periods"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        1,
        "More attention to customer experience, 30 to 50% more recommendation",
        _R,
        (
            "recommend answers",
            "attention to customer experience from another source",
            "agencies to compare",
            "case mix",
        ),
    ),
    Claim(
        2,
        "A better experience goes with recommending",
        _R,
        ("recommend answers", "experience and recommendation of the same person"),
        note="Both answers come from the same person: a pattern, not a cause.",
    ),
    Claim(
        3,
        "The measure depends on its scale",
        _R,
        ("outcome answers", "questions on two scales"),
        note="Scales are put on one footing only where the same people answered both.",
    ),
    Claim(
        4,
        "Reputation is in the hands of staff",
        _R,
        ("outcome answers", "team or agent id", "topic of the contact"),
    ),
    Claim(
        5,
        "The employee is the most important element",
        _R,
        ("outcome answers", "driver questions", "a question about staff"),
    ),
    Claim(
        6,
        "A positive environment is a foolproof way to satisfy customers",
        _M,
        (_LINK, "three linked waves"),
    ),
    Claim(
        7,
        "Respect and appreciation drive exceptional performance",
        _M,
        ("appreciation items", _LINK),
        note="Whether the items form one factor beside morale is not tested.",
    ),
    Claim(
        8,
        "Leaders put customers first, and staff do not see it",
        _M,
        ("the same questions asked of leaders and staff", "outcome answers"),
        note="The response surface is not built.",
    ),
    Claim(
        9,
        "Mixed messages turn customer experience into noise",
        _M,
        ("items on messages and on pressure", _LINK),
        note="The region in which the relation holds is not built.",
    ),
    Claim(
        10,
        "The service-profit chain starts inside",
        _M,
        (_LINK, "three linked waves", "staff retention"),
        note="How strong an unmeasured cause would have to be is not built.",
    ),
    Claim(
        11,
        "Effectiveness has eight dimensions",
        _M,
        ("staff survey", "map of items to dimensions"),
        note="Whether the dimensions mean the same in every agency is not tested.",
    ),
    Claim(
        12,
        "Effectiveness, not efficiency",
        _M,
        ("map of items to dimensions", "operations counts", _LINK),
    ),
    Claim(
        13,
        "Excellent service takes long",
        _M,
        ("start dates of initiatives", "twenty-four periods of one series"),
    ),
    Claim(
        14,
        "Measures must serve wider goals",
        _K,
        ("operations counts", _SAME, "three waves"),
    ),
    Claim(
        15,
        "Starting with loyalty and ending with handle time is wrong",
        _K,
        ("outcome answers", "handle time", "resolution", _SAME),
    ),
    Claim(
        16,
        "The right measures are not aligned with goals",
        _K,
        ("reward weights of measures", _SAME),
    ),
    Claim(
        17,
        "Hold everyone accountable to customer measures",
        _K,
        (
            "outcome answers",
            "dates from which scores were rewarded",
            "an outcome that cannot be gamed",
            "response counts",
        ),
    ),
    Claim(
        18,
        "Expectations, capabilities and rewards are all needed",
        _K,
        ("items on expectations, tools and rewards", _LINK),
    ),
    Claim(
        19,
        "Customers are the right source of expectations",
        _K,
        ("outcome answers", "customers' themes"),
        not_built="It would take two sets of measures, chosen by customers and not, side by side.",
    ),
    Claim(
        20,
        "Social media holds the insight",
        _K,
        ("themes by source",),
        not_built="Who speaks on social media is not known, so agreement cannot be judged.",
    ),
    Claim(
        21,
        "Better service costs less in the long run",
        _K,
        ("cost and volume", "repeat contacts", "eight quarters of operations"),
    ),
    Claim(
        22,
        "Benchmark against reputable agencies",
        _B,
        ("outcome answers", "agencies to compare", "case mix"),
    ),
    Claim(
        23,
        "Comparing government with companies is futile",
        _B,
        ("both sectors", "two waves"),
    ),
    Claim(24, "Some agencies set the pace", _B, ("outcome answers", "agencies to compare")),
    Claim(
        25,
        "Benchmarks motivate employees",
        _B,
        ("two staff waves", "dates of published goals"),
    ),
    Claim(26, "Others' successes carry over", _B, ("five evaluated initiatives of one kind",)),
    Claim(
        27,
        "Self-assessment is not enough; rate channels objectively",
        _B,
        ("self-assessments", "outcome answers", "channel", "topic of the contact"),
    ),
    Claim(28, "The experience is the same in every channel", _B, ("outcome answers", "channel")),
    Claim(
        29,
        "Evaluate initiatives, or why improve?",
        _I,
        (
            "outcome answers",
            "three waves",
            "start dates of initiatives",
            "agencies that have not started",
            "targets with dates",
        ),
    ),
    Claim(30, "Benchmarking gives a baseline", _I, ("twelve periods of one series",)),
    Claim(
        31,
        "Benchmarking improves delivery",
        _I,
        ("outcome answers", "three waves", "dates of joining the benchmark"),
    ),
    Claim(
        32,
        "Close the gap to the vision",
        _I,
        ("outcome answers", "three waves", "targets with dates"),
    ),
    Claim(
        33,
        "The roadmap should start with what gains most",
        _I,
        ("outcome answers", "driver questions", "agencies to compare", "cost of each action"),
    ),
    Claim(
        34,
        "Audits by certified professionals save time and cost",
        _I,
        ("log of assessments",),
        not_built="It would take a log of assessments, assisted and not; nobody publishes one.",
        note="The source of this claim sells the service.",
    ),
    Claim(
        35,
        "Department officers make the strategy succeed",
        _O,
        (
            "outcome answers",
            "department id",
            "three waves",
            "start dates of department officers",
        ),
    ),
    Claim(
        36,
        "Hurdles slow adoption",
        _O,
        (
            "outcome answers",
            "department id",
            "start dates of initiatives",
            "barrier items by department",
        ),
    ),
    Claim(
        37,
        "Officers could fragment the program",
        _O,
        ("outcome answers", "department id", "two waves", "start dates of department officers"),
    ),
    Claim(
        38,
        "Validate measures every year",
        _O,
        ("operations counts", _SAME, "eight quarters of operations"),
    ),
    Claim(39, "311 relieves 911", _O, ("311 and 911 volumes", "promotion times")),
    Claim(40, "311 gives consistent answers in a crisis", _O, ("quality checks of answers",)),
    Claim(
        41,
        "311 shows trends first",
        _O,
        ("theme counts by hour or day", "official situation reports"),
    ),
    Claim(
        42,
        "Crises distort benchmarks",
        _O,
        ("outcome answers", "dates of answers", "crisis calendar"),
    ),
)
"""Every claim of docs/claims.md, in the order of its number."""
