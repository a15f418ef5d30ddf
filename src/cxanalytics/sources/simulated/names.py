"""What are the agencies, departments, channels, waves and questions called?

The names are plausible and invented; none belongs to a real agency. A second list holds
names that break careless code, for tests of everything that prints or saves a name.
"""

from __future__ import annotations

from dataclasses import dataclass

DRIVERS = ("easy", "wait", "resolved", "helpful", "told_next")
OUTCOMES = ("recommend", "satisfied", "trust")
QUESTIONS = OUTCOMES + DRIVERS

CHANNELS = ("phone", "web chat", "email", "walk-in")
AGE_BANDS = ("18-34", "35-49", "50-64", "65 and over")
LANGUAGES = ("English", "Spanish", "Other")
NEEDS = ("information", "application", "payment", "complaint")

QUARTERS = (
    "2024-Q2",
    "2024-Q3",
    "2024-Q4",
    "2025-Q1",
    "2025-Q2",
    "2025-Q3",
    "2025-Q4",
    "2026-Q1",
    "2026-Q2",
    "2026-Q3",
)
WAVES = QUARTERS[4:]
FIRST_WAVE = 4

WORDING_CHANGED = "2026-Q1"
"""First wave that asks `wait` in its second wording."""

WORDINGS = {
    "recommend": "How likely are you to recommend this service to someone in your situation?",
    "satisfied": "I am satisfied with the service I received.",
    "trust": "This experience increased my trust in the agency.",
    "easy": "It was easy to do what I needed to do.",
    "wait": "The time I waited was reasonable.",
    "resolved": "My need was resolved the first time.",
    "helpful": "The staff I dealt with were helpful.",
    "told_next": "I was told clearly what would happen next.",
}
WAIT_SECOND_WORDING = "I was served quickly."

DIMENSIONS: dict[str, tuple[str, ...]] = {
    "morale": ("feel_valued", "positive_environment", "look_forward_to_work"),
    "communication": ("kept_informed", "can_speak_up"),
    "innovative thinking": ("new_ideas_welcome", "try_better_ways"),
    "use of systems": ("systems_help", "information_at_hand"),
    "ownership of culture": ("own_the_outcome", "customers_come_first"),
    "long-term thinking": ("clear_direction", "long_view"),
    "decisions at lower levels": ("decide_on_the_spot", "trusted_to_decide"),
    "development and retention": ("room_to_grow", "good_people_stay"),
}
LEGS: dict[str, tuple[str, ...]] = {
    "expectations": ("clear_expectations",),
    "capabilities": ("trained_for_the_job",),
    "rewards": ("fair_recognition",),
}
STAFF_ITEMS = tuple(item for items in (*DIMENSIONS.values(), *LEGS.values()) for item in items)


@dataclass(frozen=True, slots=True)
class AgencyPlan:
    """How large an agency is and how it is divided.

    Attributes
    ----------
    name : str
    answers : int
        Customer answers in the latest wave, before a small random variation.
    departments : tuple of str
    teams : int
        Teams in each department.
    """

    name: str
    answers: int
    departments: tuple[str, ...]
    teams: int


AGENCIES = (
    AgencyPlan("Benefits Access Line", 1148, ("Eligibility", "Payments", "Renewals"), 4),
    AgencyPlan("Business Registration", 273, ("Filings", "Name Search"), 3),
    AgencyPlan("Child Support Services", 366, ("Enforcement", "Payments", "Paternity"), 2),
    AgencyPlan("Courts Information Line", 198, ("Civil", "Traffic"), 2),
    AgencyPlan("Elections Information", 153, ("Registration", "Absentee Voting"), 2),
    AgencyPlan("Emergency Aid Intake", 562, ("Intake", "Shelter", "Cash Aid"), 2),
    AgencyPlan("Food Assistance Line", 1168, ("Applications", "Cards", "Recertification"), 4),
    AgencyPlan("Health Coverage Exchange", 447, ("Appeals", "Enrollment", "Reviews"), 2),
    AgencyPlan("Housing Assistance Line", 289, ("Vouchers", "Waiting List"), 3),
    AgencyPlan(
        "Immigration Services Line", 755, ("Case Status", "Forms", "Appointments", "Fees"), 2
    ),
    AgencyPlan("Larkfield 311", 1002, ("Streets", "Sanitation", "Water", "Animal Care"), 3),
    AgencyPlan("Motor Vehicle Services", 422, ("Licenses", "Titles"), 3),
    AgencyPlan("Parks and Recreation Line", 865, ("Reservations", "Programs", "Facilities"), 3),
    AgencyPlan("Permits and Licensing", 1321, ("Building", "Trades", "Events", "Renewals"), 3),
    AgencyPlan("Port Adair 311", 457, ("Streets", "Sanitation", "Parking"), 2),
    AgencyPlan("Public Utilities Desk", 273, ("Billing", "Outages"), 3),
    AgencyPlan("Records and Passports", 732, ("Passports", "Vital Records", "Archives"), 3),
    AgencyPlan("Retirement Services", 672, ("Claims", "Survivor Benefits", "Tax Forms"), 2),
    AgencyPlan("Small Business Loans", 1386, ("Applications", "Servicing", "Disaster"), 4),
    AgencyPlan("State Tax Helpline", 183, ("Refunds", "Payment Plans"), 2),
    AgencyPlan("Student Aid Line", 310, ("Grants", "Repayment"), 3),
    AgencyPlan("Unemployment Insurance", 267, ("Claims", "Appeals"), 3),
    AgencyPlan("Veterans Benefits Line", 76, ("Health Care", "Pensions"), 2),
    AgencyPlan("Workers Compensation", 606, ("Claims", "Medical Bills", "Hearings"), 2),
    AgencyPlan("Small Grants Desk", 21, ("Grants",), 1),
    AgencyPlan("Tribal Liaison Office", 7, ("Liaison",), 1),
)
SHOWN = 24
"""Agencies large enough to be shown; the two tiny ones follow them in the list."""

MERGED_AGENCY = "Health Coverage Exchange"
MERGED_FROM = ("Appeals", "Reviews")
MERGED_TO = "Appeals and Reviews"
MERGED_QUARTER = "2026-Q1"

CRISIS_AGENCIES = (
    "Emergency Aid Intake",
    "Housing Assistance Line",
    "Larkfield 311",
    "Port Adair 311",
    "Public Utilities Desk",
)

HOSTILE_NAMES = (
    "Parks/Recreation\\..\\Line",
    "The \"Quoted\" 'Agency'",
    "<script>alert(1)</script>",
    "=HYPERLINK(1)",
    "\u202ethgir ot tfel\u202c desk",
    "Names " + "of an agency that never ends " * 10 + "wide",
    "Water & Sewer",
    "Water, Sewer",
    "@SUM(A1)",
    "A & B < C > D &amp; E",
)
"""Replace the first names when asked for; the sixth has 300 characters, the next two one slug."""
