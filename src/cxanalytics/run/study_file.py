"""What may stand in params/<study>/study.yaml?

Everything is strict: an unknown key, a missing one, or a value of another type is one error that
names the line. Text is never read as a number nor a number as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    InstanceOf,
    model_validator,
)
from pydantic_core import PydanticCustomError

from cxanalytics.errors import CxError, did_you_mean, must_be
from cxanalytics.rules import DIFFERENCE, THRESHOLDS, Thresholds
from cxanalytics.scales import SCALES
from cxanalytics.words.nouns import Nouns

SCORECARD_AT_MOST = 7


def wrong(text: str, *, key: str = "") -> PydanticCustomError:
    """Build an error whose text is already a sentence; `key` is the key below that is at fault."""
    return PydanticCustomError("cx", "{text}", {"text": text, "key": key})


def refuse_unknown(data: object, allowed: list[str]) -> None:
    """Refuse keys that are not allowed, with a suggestion."""
    for key in data if isinstance(data, Mapping) else ():
        if key not in allowed:
            raise wrong(
                f"is not a key here; allowed are {', '.join(allowed)}.{did_you_mean(key, allowed)}",
                key=str(key),
            )


class Strict(BaseModel):
    """Base of every part: frozen, no conversions, no unknown keys."""

    model_config = ConfigDict(strict=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: object) -> object:
        refuse_unknown(data, [part.alias or name for name, part in cls.model_fields.items()])
        return data


def _scale(name: str) -> str:
    if name not in SCALES:
        raise wrong(must_be("scale", SCALES, name).removeprefix("`scale` "))
    return name


def _date(value: object) -> object:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise wrong(f"must be a date such as 2026-10-05; got {value!r}.") from None
    return value


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


def _text_keys(value: object) -> object:
    # A wave named 2018 is a number to YAML, and its name to everyone else.
    return {str(key): entry for key, entry in value.items()} if isinstance(value, dict) else value


def _value(value: object) -> object:
    entries = value if isinstance(value, list) else [value]
    if not all(isinstance(entry, str | bool | int | float) for entry in entries):
        raise wrong(f"must be text, a number, true, false or a list of these; got {value!r}.")
    return value


def _text_entries(value: object) -> object:
    return [str(entry) for entry in value] if isinstance(value, list) else value


ScaleId = Annotated[str, AfterValidator(_scale)]
Day = Annotated[date, BeforeValidator(_date)]
Text = Annotated[str, Field(min_length=1)]
Value = Annotated[object, AfterValidator(_value)]


class Dates(Strict):
    """When the data were closed, and when the next pages are due."""

    data_cut: Day | None = None
    produced: Day | None = None
    next_update: str = ""


class Columns(Strict):
    """Which column has which role; the right-hand sides are names in the file."""

    agency: Text
    department: Text | None = None
    unit: Text | None = None
    channel: Text | None = None
    period: Text | None = None
    date: Text | None = None
    weight: Text | None = None
    psu: Text | None = None
    stratum: Text | None = None
    respondent: Text | None = None


class Asked(Strict):
    """One question: its column, its scale, and how pages name it."""

    scale: ScaleId
    label: Text
    phrase: str = ""
    wording: str = ""
    column: Text | None = None
    changed: Annotated[list[str], BeforeValidator(_text_entries)] = []
    answers: Annotated[dict[str, float], BeforeValidator(_text_keys)] = {}
    missing: list[str | int | float] = []


class Funnel(Strict):
    """Who was asked and who answered, for the response rates."""

    file: Text
    sheet: Text | None = None
    agency: Text = "agency"
    period: Text | None = None
    asked: Text
    answered: Text


class _Questions(Strict):
    questions: dict[str, Asked] = Field(min_length=1)
    outcome: Text
    drivers: list[str] = []
    case_mix: list[str] | dict[str, str] = []
    case_mix_numbers: list[str] = []
    funnel: Funnel | None = None

    @model_validator(mode="after")
    def _names_are_questions(self) -> _Questions:
        for key, names in (("outcome", [self.outcome]), ("drivers", self.drivers)):
            for name in names:
                if name not in self.questions:
                    text = must_be("x", self.questions, name).removeprefix("`x` ")
                    raise wrong(f"{text} (the names under `questions`)", key=key)
        return self


class SimulatedSurvey(_Questions):
    """Customers of the simulated government."""

    reader: Literal["simulated"]
    seed: int
    world: Text = "default"


class TableSurvey(_Questions):
    """A CSV, Parquet or Excel file, a row per respondent or per cell of counts."""

    reader: Literal["table"]
    file: Text
    columns: Columns
    count: Text | None = None
    missing: list[str | int | float] = []
    sheet: Text | None = None
    encoding: Text = "utf-8"
    delimiter: Text | None = None
    date_format: Text | None = None


class FevsSurvey(_Questions):
    """The public file of the Federal Employee Viewpoint Survey 2018."""

    reader: Literal["fevs_2018"]
    file: Text


class _SecondSource(Strict):
    file: Text | None = None
    sheet: Text | None = None
    encoding: Text = "utf-8"
    columns: Columns | None = None

    @model_validator(mode="after")
    def _a_file_is_read_with_its_columns(self) -> _SecondSource:
        reader = getattr(self, "reader", "")
        for key in {"table": ("file", "columns"), "fevs_2018": ("file",)}.get(reader, ()):
            if getattr(self, key) is None:
                raise wrong(f"is required with reader {reader!r}.", key=key)
        return self


class StaffSource(_SecondSource):
    """Staff answers: each dimension of morale is made of items."""

    reader: Literal["simulated", "table", "fevs_2018"]
    items: dict[str, list[str]] = Field(min_length=1)
    scale: ScaleId = "likert_1_5"
    missing: list[str | int | float] = []
    delimiter: Text | None = None
    date_format: Text | None = None


class OperationsSource(_SecondSource):
    """Performance of the same units, one row per unit and period."""

    reader: Literal["simulated", "table"]
    performance: Text
    label: Text
    performance_is: Literal["share", "mean", "rate", "cost"] = "share"
    higher_is_better: bool = True


class Peers(Strict):
    """With whom an agency is compared, and whether peers are named."""

    members: Literal["all"] | list[str] = Field(default="all", alias="set")
    names: Literal["named"] = "named"


class StudyFile(Strict):
    """The whole of study.yaml."""

    version: Literal[1] = Field(alias="schema")
    title: Text
    programme: Text
    publisher: Text
    contact: Text
    survey: Annotated[SimulatedSurvey | TableSurvey | FevsSurvey, Field(discriminator="reader")]
    scorecard: list[str] = Field(min_length=1, max_length=SCORECARD_AT_MOST)
    headline: str = ""
    statistic: Literal["positive", "top"] = "positive"
    simulated: bool = False
    notice: str = ""
    dates: Dates = Dates()
    waves: Annotated[dict[str, str], BeforeValidator(_text_keys)] = {}
    nouns: Annotated[InstanceOf[Nouns], BeforeValidator(_nouns)] = Nouns()
    staff: StaffSource | None = None
    operations: OperationsSource | None = None
    peers: Peers = Peers()
    difference_points: float = Field(default=100 * DIFFERENCE, gt=0)
    thresholds: Annotated[InstanceOf[Thresholds], BeforeValidator(_thresholds)] = THRESHOLDS
    site: str = ""
    parameters: dict[str, Value] = {}

    @model_validator(mode="after")
    def _parts_fit_together(self) -> StudyFile:
        names = list(self.survey.questions)
        for key, chosen in (("scorecard", self.scorecard), ("headline", [self.headline])):
            for name in chosen:
                if name and name not in names:
                    text = must_be("x", names, name).removeprefix("`x` ")
                    raise wrong(f"{text} (the names under `survey.questions`)", key=key)
        for key in ("staff", "operations"):
            part = getattr(self, key)
            if part and part.reader == "simulated" and self.survey.reader != "simulated":
                raise wrong("cannot be 'simulated' beside a survey that is not.", key=key)
        if self.survey.reader == "simulated" and not self.simulated:
            raise wrong("must be true when the survey is simulated.", key="simulated")
        return self
