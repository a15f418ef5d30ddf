"""What does a page say besides its scores: who publishes it, from what, and in whose words?

No clock is read here: every date comes from the study, so that a rebuild is byte-identical.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from cxanalytics.errors import ParamsError, must_be
from cxanalytics.rules import THRESHOLDS, Thresholds

if TYPE_CHECKING:
    from cxanalytics.tables import Check
    from cxanalytics.words import Nouns

KINDS = ("agency", "index", "appendix", "audit", "morale")
WITHOUT_MEASURES = ("audit", "morale")
"""Kinds of pages that show no scorecard."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of the scorecard.

    Attributes
    ----------
    name : str
        Name of the question, and of its `Benchmark` in the boards.
    label : str
        Row label, for example "Would recommend us".
    phrase : str
        As it goes into a sentence about respondents, for example "would recommend you".
    cut_label : str
        What counts, for example "9 or 10 on a scale of 0 to 10".
    wording : str
        The question as asked.
    """

    name: str
    label: str
    phrase: str
    cut_label: str = ""
    wording: str = ""


@dataclass(frozen=True, slots=True)
class PageFacts:
    """Everything on a page that is not a score.

    Attributes
    ----------
    title : str
        Heading of the page: the agency, or what the index lists.
    kind : str
        "agency", "index", "appendix", "audit" or "morale".
    programme : str
        For example "Customer experience benchmark".
    wave : str
        Name of the wave, for example "Wave 6".
    dates : str
        Its fieldwork, for example "July to September 2026".
    publisher : str
        Who answers for the figures; named in the page's top bar.
    contact : str
        Where to ask for other formats and corrections.
    simulated : bool
        True prints a notice on every page that nothing on it is real.
    notice : str
        Text of the notice; a plain default when `simulated` and empty.
    nouns : Nouns
        Respondents, organizations and outcome in the study's words.
    measures : tuple of Measure
        In the order of the scorecard; the first is the outcome. Pages of the kinds "audit" and
        "morale" need none.
    response_rates : mapping of str to float
        Share answered among those asked, by agency; "" holds the rate of the whole survey.
    run_id, input_hash : str
        Which run and which input made the page.
    versions : mapping of str to str
        Packages and their versions, cxanalytics first.
    parameters : mapping of str to object
        As the run resolved them; printed in the appendix.
    site : str
        Address of the published site; empty for a page that travels alone.
    next_update : str
        For example "January 2027".
    source : str
        Names of the input data.
    data_cut : date or None
        Day the input was closed.
    produced : date or None
        Day of issue, as the study declares it.
    previous : str
        Name of the wave that changes refer to; empty in a first wave.
    checks : tuple of Check
        What the run tested in its input.
    caveats : tuple of (str, str)
        What could make the figures wrong, in this study: short title and sentence.
    changed : mapping of str to str
        Measure to the wave from which its wording differs; its change is not printed.
    adjusted_for : tuple of str
        Case mix that the scores are adjusted for, in words.
    thresholds : Thresholds
        Smallest numbers of answers and agencies, as the boards were made with.
    pages : mapping of str to str
        Agency to the address of its page, relative to this page.
    home : str
        Address of the index, relative to this page; empty when there is none beside it.
    appendix : str
        Address of the technical appendix, relative to this page; empty when it is not beside it.
    audit : str
        Address of the audit of the data, relative to this page; empty when it is not beside it.
    language : str
        Language tag of the page.
    citation : str
        How to cite the report, in BibTeX.
    command : str
        The command that makes the run again.
    parent : str
        The agency whose departments are compared; empty where agencies are.
    """

    title: str
    kind: str
    programme: str
    wave: str
    dates: str
    publisher: str
    contact: str
    simulated: bool
    nouns: Nouns
    measures: tuple[Measure, ...] = ()
    notice: str = ""
    response_rates: Mapping[str, float] = field(default_factory=dict)
    run_id: str = ""
    input_hash: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, object] = field(default_factory=dict)
    site: str = ""
    next_update: str = ""
    source: str = ""
    data_cut: date | None = None
    produced: date | None = None
    previous: str = ""
    checks: tuple[Check, ...] = ()
    caveats: tuple[tuple[str, str], ...] = ()
    changed: Mapping[str, str] = field(default_factory=dict)
    adjusted_for: tuple[str, ...] = ()
    thresholds: Thresholds = THRESHOLDS
    pages: Mapping[str, str] = field(default_factory=dict)
    home: str = ""
    appendix: str = ""
    audit: str = ""
    language: str = "en"
    citation: str = ""
    command: str = ""
    parent: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ParamsError(must_be("kind", KINDS, self.kind))
        if not self.measures and self.kind not in WITHOUT_MEASURES:
            raise ParamsError("`measures` must name at least one measure; got none.")

    @property
    def outcome(self) -> Measure:
        """The measure of the headline."""
        return self.measures[0]

    def measure(self, name: str) -> Measure:
        """Find a measure by the name of its question.

        Parameters
        ----------
        name : str

        Returns
        -------
        Measure

        Raises
        ------
        ParamsError
            When the page has no such measure.
        """
        for entry in self.measures:
            if entry.name == name:
                return entry
        raise ParamsError(must_be("measure", [entry.name for entry in self.measures], name))
