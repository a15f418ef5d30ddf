"""What is common to every part of study.yaml? Strict types, no unknown keys, plain errors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from cxanalytics.errors import did_you_mean, must_be
from cxanalytics.scales import SCALES


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


def _scale(name: str, info: ValidationInfo) -> str:
    known = [*SCALES, *(info.context or {}).get("scales", ())]
    if name not in known:
        raise wrong(must_be("scale", known, name).removeprefix("`scale` "))
    return name


def _date(value: object) -> object:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise wrong(f"must be a date such as 2026-10-05; got {value!r}.") from None
    return value


def text_keys(value: object) -> object:
    """Take keys as text: a wave named 2018 is a number to YAML, and its name to everyone else."""
    return {str(key): entry for key, entry in value.items()} if isinstance(value, dict) else value


def _value(value: object) -> object:
    entries = value if isinstance(value, list) else [value]
    if not all(isinstance(entry, str | bool | int | float) for entry in entries):
        raise wrong(f"must be text, a number, true, false or a list of these; got {value!r}.")
    return value


def text_entries(value: object) -> object:
    """Take entries as text."""
    return [str(entry) for entry in value] if isinstance(value, list) else value


ScaleId = Annotated[str, AfterValidator(_scale)]
Day = Annotated[date, BeforeValidator(_date)]
Text = Annotated[str, Field(min_length=1)]
Value = Annotated[object, AfterValidator(_value)]
