"""How does a wrong study file become one sentence with its line?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cxanalytics.errors import ParamsError
from cxanalytics.run.study_file import StudyFile
from cxanalytics.run.yaml_file import YamlFile, read_yaml, short_path

READERS = ("simulated", "table", "large", "sql", "fevs_2018", "nhs_fft", "a11_v1", "a11_v2")

_NEEDS = {
    "string_type": "text (in quotes, when it looks like a number)",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "`key: value` lines",
    "model_type": "`key: value` lines",
    "model_attributes_type": "`key: value` lines",
    "is_instance_of": "`key: value` lines",
    "union_tag_not_found": "`key: value` lines with a `reader`",
}


def read_study_file(path: Path) -> StudyFile:
    """Read and check a study.yaml.

    Parameters
    ----------
    path : Path

    Returns
    -------
    StudyFile

    Raises
    ------
    ParamsError
        One line: file, line, key, what is allowed, what came.
    """
    file = read_yaml(path)
    try:
        declared = file.data.get("scales")
        names = list(declared) if isinstance(declared, Mapping) else []
        return StudyFile.model_validate(file.data, context={"scales": names})
    except ValidationError as error:
        # The first in the file is the one to mend first.
        messages = [_in_words(entry, file) for entry in error.errors()]
        line, text = min(messages)
        raise ParamsError(f"{short_path(path)}, line {line}: {text}") from None


def _in_words(error: ErrorDetails, file: YamlFile) -> tuple[int, str]:
    context = error.get("ctx", {})
    loc = [*error["loc"], *([context["key"]] if context.get("key") else [])]
    keys = _keys(loc, file.data)
    if error["type"] == "union_tag_invalid":
        keys = [*keys, "reader"]
    line = file.line(keys)
    name = ".".join(str(key) for key in keys) or "the file"
    return line, f"`{name}` {_sentence(error, context)}"


def _sentence(error: ErrorDetails, context: Mapping[str, Any]) -> str:
    kind, got = error["type"], error.get("input")
    if kind == "cx":
        return str(context["text"])
    if kind == "missing":
        return "is required."
    if kind == "union_tag_not_found" and isinstance(got, Mapping):
        return f"needs a `reader`: {', '.join(READERS)}."
    if kind == "union_tag_invalid":
        return f"must be one of {context['expected_tags']}; got {context['tag']!r}."
    if kind == "literal_error":
        return f"must be {context['expected']}; got {got!r}."
    if kind == "too_long":
        return f"may have at most {context['max_length']} entries; got {context['actual_length']}."
    if kind in ("too_short", "string_too_short"):
        return "must not be empty."
    if kind == "greater_than":
        return f"must be greater than {context['gt']:g}; got {got!r}."
    needed = _NEEDS.get(kind)
    return f"must be {needed}; got {got!r}." if needed else f"is wrong: {error['msg']}."


def _keys(loc: Sequence[str | int], data: Any) -> list[str | int]:
    """Drop from pydantic's path what is no key: the tags of unions and the types tried."""
    keys: list[str | int] = []
    for place, part in enumerate(loc):
        inside = isinstance(data, Mapping) and part in data
        inside |= isinstance(data, list) and isinstance(part, int) and part < len(data)
        if inside:
            keys.append(part)
            data = data[part]
        elif place == len(loc) - 1 and isinstance(data, Mapping) and not _is_tag(part, keys):
            keys.append(part)
    return keys


def _is_tag(part: str | int, keys: Sequence[str | int]) -> bool:
    return list(keys) == ["survey"] and part in READERS
