"""Where may the data of a study come from, as study.yaml says it?

One part for each reader. A table is a file, or several files with one wave each.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from cxanalytics.errors import must_be
from cxanalytics.formats import list_words
from cxanalytics.run.strict import ScaleId, Strict, Text, text_entries, text_keys, wrong

_VARIABLE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")


def _period(value: object) -> object:
    # A wave named 2018 is a number to YAML, and its name to everyone else.
    return str(value) if type(value) is int else value


def _secret(value: object) -> object:
    if not isinstance(value, str) or not _VARIABLE.fullmatch(value):
        raise wrong(
            "must be one environment variable, such as ${SURVEY_DATABASE}, because an address may "
            "hold a password; got something else."
        )
    return value


Leg = Literal["expectations", "capabilities", "rewards"]
Period = Annotated[str, BeforeValidator(_period), Field(min_length=1)]
Secret = Annotated[str, BeforeValidator(_secret)]
Missing = Annotated[
    list[str | int | float] | dict[str, str], BeforeValidator(text_keys), Field(default=[])
]


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
    sector: Text | None = None


class Asked(Strict):
    """One question: its column, its scale, and how pages name it."""

    scale: ScaleId
    label: Text
    phrase: str = ""
    wording: str = ""
    column: Text | None = None
    changed: Annotated[list[str], BeforeValidator(text_entries)] = []
    answers: Annotated[dict[str, float], BeforeValidator(text_keys)] = {}
    missing: Missing
    reversed: bool = False


class Part(Strict):
    """One wave of a survey, in a file or a sheet of its own."""

    file: Text
    period: Period
    sheet: Text | None = None


class Funnel(Strict):
    """How many there were, were asked, and answered, for the response rates."""

    file: Text
    sheet: Text | None = None
    agency: Text = "agency"
    period: Text | None = None
    customers: Text | None = None
    asked: Text
    answered: Text


class _File(Strict):
    file: Text | None = None
    sheet: Text | None = None
    encoding: Text = "utf-8"
    delimiter: Text | None = None
    header: int = Field(default=1, ge=1)


class _Waves(_File):
    date_format: Text | None = None
    layout: Literal["plain", "qualtrics"] = "plain"
    missing: Missing
    parts: list[Part] = []

    @model_validator(mode="after")
    def _one_file_or_parts(self) -> _Waves:
        if getattr(self, "reader", "table") != "table":
            return self
        if bool(self.file) == bool(self.parts):
            raise wrong("needs either `file`, or `parts` with a file and a period each.")
        columns = getattr(self, "columns", None)
        if self.parts and columns and columns.period:
            raise wrong("cannot be mapped beside `parts`, which name it.", key="columns")
        if self.parts and self.sheet:
            raise wrong("belongs to each of `parts`.", key="sheet")
        periods = [part.period for part in self.parts]
        for period in periods:
            if periods.count(period) > 1:
                raise wrong(f"must name each period once; got {period!r} again.", key="parts")
        return self


class PublishedPeers(_File):
    """Published counts of other agencies: compared with, never reported on."""

    file: Text
    columns: Columns
    count: Text
    missing: Missing
    questions: dict[str, Asked] = Field(min_length=1)


class _Questions(Strict):
    questions: dict[str, Asked] = Field(min_length=1)
    outcome: Text
    drivers: list[str] = []
    about_staff: list[str] = []
    respondents_are: Literal["customers", "staff"] = "customers"
    case_mix: list[str] | dict[str, str] = []
    case_mix_numbers: list[str] = []
    funnel: Funnel | None = None
    history: Text | None = None
    published_peers: PublishedPeers | None = None

    @model_validator(mode="after")
    def _names_are_questions(self) -> _Questions:
        peers = list(self.published_peers.questions) if self.published_peers else []
        for key, names in (
            ("outcome", [self.outcome]),
            ("drivers", self.drivers),
            ("about_staff", self.about_staff),
            ("published_peers", peers),
        ):
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


class TableSurvey(_Waves, _Questions):
    """Files of any format, a row per respondent or per cell of counts."""

    reader: Literal["table"]
    columns: Columns
    count: Text | None = None


class LargeSurvey(_Questions):
    """Parquet or CSV files larger than memory; `file` may be a pattern such as `answers/*`."""

    reader: Literal["large"]
    file: Text
    columns: Columns
    count: Text | None = None
    missing: Missing
    memory: Text = "1GB"


class SqlSurvey(_Questions):
    """The result of a query; the address of the database stands in an environment variable."""

    reader: Literal["sql"]
    database: Secret
    query: Text | None = None
    query_file: Text | None = None
    columns: Columns
    count: Text | None = None
    missing: Missing

    @model_validator(mode="after")
    def _one_query(self) -> SqlSurvey:
        if bool(self.query) == bool(self.query_file):
            raise wrong("needs either `query` or `query_file`.")
        return self


class FevsSurvey(_Questions):
    """The public file of the Federal Employee Viewpoint Survey 2018."""

    reader: Literal["fevs_2018"]
    file: Text


class FftSurvey(_Questions):
    """Friends and Family answers of NHS patients."""

    reader: Literal["nhs_fft"]
    file: Text


class A11Survey(_Questions):
    """The customer-experience file of OMB Circular A-11, answers as counts."""

    reader: Literal["a11_v1"]
    file: Text


class A11RowsSurvey(_Questions):
    """The customer-experience file of OMB Circular A-11, a row per response."""

    reader: Literal["a11_v2"]
    file: Text
    responses: Text


SurveySource = Annotated[
    SimulatedSurvey
    | TableSurvey
    | LargeSurvey
    | SqlSurvey
    | FevsSurvey
    | FftSurvey
    | A11Survey
    | A11RowsSurvey,
    Field(discriminator="reader"),
]


def _needs(part: Strict, wanted: dict[str, tuple[str, ...]]) -> None:
    reader = getattr(part, "reader", "")
    for key in wanted.get(reader, ()):
        if getattr(part, key) is None:
            raise wrong(f"is required with reader {reader!r}.", key=key)


class StaffSource(_Waves):
    """Staff answers: each dimension of morale is made of items."""

    reader: Literal["simulated", "table", "fevs_2018"]
    columns: Columns | None = None
    items: dict[str, list[str]] = Field(min_length=1)
    legs: dict[Leg, Annotated[list[str], Field(min_length=1)]] = {}
    appreciation: list[str] = []
    labels: dict[str, Text] = {}
    scale: ScaleId = "likert_1_5"
    reversed: bool = False

    @model_validator(mode="after")
    def _a_file_is_read_with_its_columns(self) -> StaffSource:
        _needs(self, {"table": ("columns",), "fevs_2018": ("file",)})
        return self

    @model_validator(mode="after")
    def _labels_are_of_items(self) -> StaffSource:
        lists = [*self.items.values(), *self.legs.values(), self.appreciation]
        asked = sorted({item for items in lists for item in items})
        for item in self.labels:
            if item not in asked:
                raise wrong(f"must name items, {list_words(asked)}; got {item!r}.", key="labels")
        return self


class OperationsSource(_File):
    """Performance of the same units, one row per unit and period."""

    reader: Literal["simulated", "table", "nhs_ae", "nhs_111", "opm_separations"]
    columns: Columns | None = None
    performance: Text | None = None
    per: Text | None = None
    label: str = ""
    performance_is: Literal["share", "mean", "rate", "cost"] = "share"
    higher_is_better: bool = True
    headcount: Text | None = None
    crosswalk: Text | None = None

    @model_validator(mode="after")
    def _a_file_is_read_with_its_columns(self) -> OperationsSource:
        _needs(
            self,
            {
                "simulated": ("performance",),
                "table": ("file", "columns", "performance"),
                "nhs_ae": ("file",),
                "nhs_111": ("file",),
                "opm_separations": ("file", "headcount"),
            },
        )
        return self


class PublishedSource(Strict):
    """Scores as published, without the number of answers."""

    reader: Literal["csps", "hcahps"]
    file: Text
    hospitals: Text | None = None
    measures: list[str] = []
    morale: Text | None = None
    performance: Text | None = None

    @model_validator(mode="after")
    def _both_files(self) -> PublishedSource:
        _needs(self, {"hcahps": ("hospitals",)})
        for key, other in (("morale", "performance"), ("performance", "morale")):
            if getattr(self, key) is None and getattr(self, other) is not None:
                raise wrong(f"is required beside `{other}`.", key=key)
        return self


class Released(Strict):
    """A file that readers took from an earlier page."""

    file: Text


class PanelSource(Strict):
    """Scores of units over time beside their performance, already made."""

    reader: Literal["nhs_staff"]
    file: Text
    morale: Text = "engagement"
    performance: Text = "shmi"


class Kpi(Strict):
    """A measure of the contact center, made of columns of the operations."""

    name: Text
    label: Text
    top: Text
    per: Text | None = None
    kind: Literal["share", "mean", "rate", "cost"] = "share"
    higher_is_better: bool = True
    block: Literal["", "effectiveness", "efficiency", "outcome"] = ""
    role: Literal["", "resolution", "repeats"] = ""
    reward_weight: float | None = Field(default=None, ge=0)


class AttentionSource(_File):
    """Attention of each agency to customer experience, measured by others than the survey asks."""

    reader: Literal["simulated", "table"]
    agency: Text = "agency"
    score: Text
    period: Text | None = None
    at_least: float | None = None
    label: Text
    source: Text

    @model_validator(mode="after")
    def _a_file_is_read(self) -> AttentionSource:
        _needs(self, {"table": ("file",)})
        return self


class PriceIndex(_File):
    """A price index, in a file."""

    file: Text
    value: Text
    period: Text = "period"


class CostSource(_File):
    """Cost, contacts and resolved cases, in the operations or in a file of their own."""

    columns: Columns | None = None
    cost: Text
    handled: Text
    resolved: Text
    repeat: Text | None = None
    service: Text | None = None
    index: Annotated[dict[str, float], BeforeValidator(text_keys)] = {}
    index_from: PriceIndex | None = None

    @model_validator(mode="after")
    def _a_file_is_read_with_its_columns(self) -> CostSource:
        if self.file and not self.columns:
            raise wrong("is required with a file of its own.", key="columns")
        if self.index and self.index_from:
            raise wrong("cannot stand beside `index`; give one of them.", key="index_from")
        return self
