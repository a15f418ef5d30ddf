"""Which thresholds, certainty words and grades hold everywhere?

Each constant has this one home; pages, words and docs read it from here.
"""

from __future__ import annotations

from dataclasses import dataclass

LEVEL = 0.95
"""Probability content of every interval."""

DIFFERENCE = 0.02
"""Smallest difference that matters, as a share (0.02 is two points)."""

DRAWS = 10_000
"""Posterior draws behind ranks and verdicts."""

CALL_AT_LEAST = 0.80
"""Smallest probability at which a verdict is called."""

AHEAD_AT_LEAST = 0.95
"""Smallest probability at which one agency is clearly ahead of another."""

TOP_QUARTILE_AT_LEAST = 0.90
"""Smallest probability at which "top quartile" is stated."""

PLACE_RELIABILITY = 0.70
"""Reliability of a unit's own score below which it has too few answers to place."""

WIDE_RANK = 2 / 3
"""A rank range that spans this share of the agencies places nobody."""

MISSING_AT_MOST = 0.20
"""Share of missing answers above which a question is marked, and left out of models."""

KISH_DEFF_MAX = 3.0
"""Largest design effect of weighting that is accepted."""

NO_DRIVERS = "The study names no driver questions."
"""Reason of a model of drivers where there are none."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Smallest numbers of answers, agencies or staff for each use.

    Attributes
    ----------
    hide : int
        Fewer answers: nothing is shown.
    rank : int
        Fewer effective answers: base only, no score compared.
    caution : int
        Fewer effective answers: score with "use with care".
    team : int
        Fewer staff answers: the team is left out.
    peers : int
        Fewer other agencies: no typical peer, no ranks.
    cell : int
        Smaller cells of a cross-table are merged.
    wave : int
        Effective answers needed on each side of a comparison of waves.
    funnel : int
        Fewer agencies: no overdispersion, no signals.
    """

    hide: int = 10
    rank: int = 30
    caution: int = 100
    team: int = 10
    peers: int = 8
    cell: int = 5
    wave: int = 50
    funnel: int = 10


THRESHOLDS = Thresholds()

VERDICTS = ("above", "below", "same", "unclear")

HIDDEN = "hidden"
COMPLEMENTARY = "complementary"
FEW = "few"
NO_COUNTS = "no_counts"
NOT_ASKED = "not_asked"
SUPPRESSED_REASONS = (HIDDEN, COMPLEMENTARY, FEW, NO_COUNTS, NOT_ASKED)

FIRST_WAVE = "first_wave"
CHANGED_WORDING = "changed_wording"
REORGANIZED = "reorganized"
CHANGE_REASONS = (FIRST_WAVE, CHANGED_WORDING, REORGANIZED, FEW)

RUN_CHART_BELOW = 8
"""Points of a baseline below which a chart over time has a line and no limits."""

PROVISIONAL_BELOW = 12
"""Points of a baseline below which limits are provisional; the length of one not declared."""

SIGNAL_RUN = 8
"""Points in a row on one side of the center that are a signal."""

NO_POINTS, RUN_CHART, PROVISIONAL, SETTLED = ("none", "run_chart", "provisional", "settled")
CHART_STATES = (NO_POINTS, RUN_CHART, PROVISIONAL, SETTLED)
SIGNALS = ("above", "below", "run_above", "run_below")

FEW_POINTS, FEW_OTHERS, TOO_FAR, PAST = ("few_points", "few_agencies", "too_far", "past")
FORECAST_REASONS = (FEW_POINTS, FEW_OTHERS, TOO_FAR, PAST)


@dataclass(frozen=True, slots=True)
class Certainty:
    """One word for a probability.

    Attributes
    ----------
    word : str
        As printed, lower case.
    at_least : float
        Smallest probability that earns the word.
    use : str
        How a reader may use a statement that carries it.
    """

    word: str
    at_least: float
    use: str


CERTAINTIES = (
    Certainty("almost certainly", 0.995, "We would be very surprised to be wrong."),
    Certainty("very likely", 0.95, "Safe to act on."),
    Certainty("likely", CALL_AT_LEAST, "Act if the cost of being wrong is small."),
)


def certainty(probability: float) -> Certainty | None:
    """Find the strongest word that a probability earns.

    Parameters
    ----------
    probability : float
        Unrounded, between 0 and 1.

    Returns
    -------
    Certainty or None
        None below the weakest word.
    """
    for entry in CERTAINTIES:
        if probability >= entry.at_least:
            return entry
    return None


@dataclass(frozen=True, slots=True)
class Grade:
    """How far a design lets a sentence go.

    Attributes
    ----------
    letter : str
        A to D.
    design : str
        What earns it.
    verb : str
        The strongest wording allowed.
    """

    letter: str
    design: str
    verb: str


GRADES = {
    "A": Grade("A", "randomized or randomly ordered roll-out, declared", "caused"),
    "B": Grade(
        "B",
        "comparison over time with its checks passed",
        "the change is consistent with an effect of",
    ),
    "C": Grade("C", "same units followed over time, with a lag", "was followed by"),
    "D": Grade("D", "one point in time", "agencies where … also …"),
}
