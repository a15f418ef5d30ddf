"""What may stand in params/<study>/study.yaml?

Everything is strict: an unknown key, a missing one, or a value of another type is one error that
names the line. Text is never read as a number nor a number as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, InstanceOf, model_validator

from cxanalytics.errors import CxError, must_be
from cxanalytics.rules import DIFFERENCE, THRESHOLDS, Thresholds
from cxanalytics.run.strict import Day, Strict, Text, Value, refuse_unknown, text_keys, wrong
from cxanalytics.run.study_sources import (
    Asked,
    AttentionSource,
    CostSource,
    Kpi,
    OperationsSource,
    PanelSource,
    Period,
    PublishedSource,
    Released,
    StaffSource,
    SurveySource,
)
from cxanalytics.scales import Scale, declare_scale
from cxanalytics.words.nouns import Nouns

SCORECARD_AT_MOST = 7


def _nouns(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    refuse_unknown(value, [part.name for part in fields(Nouns)])
    try:
        return Nouns(**value)
    except CxError as error:
        raise wrong(str(error).partition("` ")[2], key=str(error).split("`")[1][6:]) from None


def _thresholds(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    floor = {part.name: getattr(THRESHOLDS, part.name) for part in fields(Thresholds)}
    refuse_unknown(value, list(floor))
    for name, number in value.items():
        if type(number) is not int or number < floor[name]:
            raise wrong(
                f"must be a whole number of at least {floor[name]} (it may be raised, never "
                f"lowered); got {number!r}.",
                key=name,
            )
    return Thresholds(**floor | dict(value))


def _scales(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    made = {}
    for name, facts in value.items():
        if not isinstance(facts, Mapping):
            raise wrong(f"must be `key: value` lines; got {facts!r}.", key=str(name))
        try:
            made[str(name)] = declare_scale(str(name), facts)
        except CxError as error:
            raise wrong(f"is no scale: {error}", key=str(name)) from None
    return made


class Dates(Strict):
    """When the data were closed, and when the next pages are due."""

    data_cut: Day | None = None
    produced: Day | None = None
    next_update: str = ""


class Peers(Strict):
    """With whom an agency is compared, who is alike, and whether peers are named."""

    members: Literal["all"] | list[str] = Field(default="all", alias="set")
    file: Text | None = None
    like: list[Text] = []
    where: dict[str, list[str]] = {}
    corporate: bool = False
    names: Literal["named", "anonymous", "summary"] = "named"

    @property
    def by_rule(self) -> bool:
        """Whether a rule chooses the peers."""
        return bool(self.like or self.where)

    @model_validator(mode="after")
    def _one_way_to_choose(self) -> Peers:
        if self.by_rule and self.members != "all":
            raise wrong("cannot list peers beside `like` or `where`, which choose them.", key="set")
        if self.by_rule and not self.file:
            raise wrong("is required: `like` and `where` read it.", key="file")
        return self


class VisionTarget(Strict):
    """What a question should reach by a day; for all, or for one agency."""

    measure: Text
    target: float = Field(gt=0, lt=100)
    by: Day
    agency: str = ""


class DeclaredBaseline(Strict):
    """Points that set the limits of charts over time, and why these."""

    first: Period = Field(alias="from")
    last: Period | None = Field(default=None, alias="to")
    reason: Text
    measure: str = ""
    agency: str = ""


class DeclaredBreak(Strict):
    """A wave or month from which a new baseline starts, and what happened."""

    start: Period = Field(alias="from")
    reason: Text
    measure: str = ""
    agency: str = ""


class StudyFile(Strict):
    """The whole of study.yaml."""

    version: Literal[1] = Field(alias="schema")
    title: Text
    programme: Text
    publisher: Text
    contact: Text
    scales: Annotated[dict[str, InstanceOf[Scale]], BeforeValidator(_scales)] = {}
    survey: SurveySource | None = None
    scorecard: list[str] = Field(default=[], max_length=SCORECARD_AT_MOST)
    headline: str = ""
    statistic: Literal["positive", "top"] = "positive"
    compare: Literal["", "agency", "department"] = ""
    departments: Literal["department", "unit"] = "department"
    simulated: bool = False
    notice: str = ""
    dates: Dates = Dates()
    waves: Annotated[dict[str, str], BeforeValidator(text_keys)] = {}
    nouns: Annotated[InstanceOf[Nouns], BeforeValidator(_nouns)] = Nouns()
    staff: StaffSource | None = None
    operations: OperationsSource | None = None
    published: PublishedSource | None = None
    panel: PanelSource | None = None
    attention: AttentionSource | None = None
    cost: CostSource | None = None
    kpis: list[Kpi] = []
    units: Text | None = None
    peers: Peers = Peers()
    released: list[Released] = []
    vision: list[VisionTarget] = []
    baseline: list[DeclaredBaseline] = []
    breaks: list[DeclaredBreak] = []
    difference_points: float = Field(default=100 * DIFFERENCE, gt=0)
    thresholds: Annotated[InstanceOf[Thresholds], BeforeValidator(_thresholds)] = THRESHOLDS
    site: str = ""
    parameters: dict[str, Value] = {}
    holds: list[Text] = []

    @property
    def questions(self) -> dict[str, Asked]:
        """The questions of the survey, by name; none without a survey."""
        return self.survey.questions if self.survey else {}

    @property
    def outcome(self) -> str:
        """Name of the question the pages open with; "" without a survey."""
        return self.headline or (self.survey.outcome if self.survey else "")

    @property
    def staff_meets_survey(self) -> bool:
        """Whether staff and survey answers can be put side by side by unit."""
        parts = (self.survey, self.staff)
        mapped = [columns for part in parts if (columns := getattr(part, "columns", None))]
        return all(columns.unit for columns in mapped)

    @property
    def lacks_morale(self) -> str:
        """What is missing to put morale beside results: a part of the study, "units", "results"."""
        linked = self.operations and self.operations.reader != "nhs_111"
        if self.panel or (self.published and self.published.morale):
            return ""
        if not self.staff:
            return "staff"
        if linked:
            return ""
        if not self.survey:
            return "results"
        return "" if self.staff_meets_survey else "units"

    @property
    def drivers(self) -> list[str]:
        """Questions the model of the outcome is made of."""
        return self.survey.drivers if self.survey else []

    @model_validator(mode="after")
    def _parts_fit_together(self) -> StudyFile:
        if not (self.survey or self.published or self.panel or self.operations or self.staff):
            raise wrong(
                "is required, or one of staff, operations, published and panel.", key="survey"
            )
        names = list(self.survey.questions) if self.survey else []
        if self.survey and not self.scorecard:
            raise wrong("must not be empty.", key="scorecard")
        for key, chosen in (("scorecard", self.scorecard), ("headline", [self.headline])):
            for name in chosen:
                if name and name not in names:
                    text = must_be("x", names, name).removeprefix("`x` ")
                    raise wrong(f"{text} (the names under `survey.questions`)", key=key)
        for key in ("vision", "baseline", "breaks"):
            for entry in getattr(self, key):
                if entry.measure and entry.measure not in names:
                    text = must_be("x", names, entry.measure).removeprefix("`x` ")
                    raise wrong(f"{text} (the names under `survey.questions`)", key=key)
        reader = self.survey.reader if self.survey else ""
        for key in ("staff", "operations", "attention"):
            part = getattr(self, key)
            if part and part.reader == "simulated" and reader != "simulated":
                raise wrong("cannot be 'simulated' beside a survey that is not.", key=key)
        self._departments_can_be_read()
        self._costs_can_be_read(names)
        self._kpis_can_be_read()
        if reader == "simulated" and not self.simulated:
            raise wrong("must be true when the survey is simulated.", key="simulated")
        return self

    def _departments_can_be_read(self) -> None:
        """Refuse a declared role that no column of the survey has."""
        if "departments" not in self.model_fields_set:
            return
        columns = getattr(self.survey, "columns", None)
        if not self.survey or (columns and not getattr(columns, self.departments)):
            raise wrong(
                f"needs `survey.columns.{self.departments}`: it names what is compared inside "
                f"{self.nouns.organizations}.",
                key="departments",
            )

    def _kpis_can_be_read(self) -> None:
        """Refuse measures without operations to count them, and a name or a role given twice."""
        if self.kpis and not self.operations:
            raise wrong("needs `operations`, whose columns the measures are made of.", key="kpis")
        for key in ("name", "role"):
            given = [value for kpi in self.kpis if (value := getattr(kpi, key))]
            for value in given:
                if given.count(value) > 1:
                    raise wrong(f"must give each {key} once; got {value!r} again.", key="kpis")

    def _costs_can_be_read(self, questions: list[str]) -> None:
        """Refuse costs without a file that holds them, and service that nobody was asked about."""
        if self.cost is None:
            return
        readers = ("simulated", "table")
        if not self.cost.file and (not self.operations or self.operations.reader not in readers):
            raise wrong(
                "needs a `file` of its own, or operations with reader 'table' or 'simulated'.",
                key="cost",
            )
        if self.cost.service and self.cost.service not in questions:
            text = must_be("x", questions, self.cost.service).removeprefix("`x` ")
            raise wrong(f"{text} (the names under `survey.questions`)", key="cost")
