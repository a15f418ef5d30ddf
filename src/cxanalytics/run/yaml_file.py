"""What does a YAML file say, and on which line does it say it?

Stricter than PyYAML: a key may stand once only, and `yes`, `no`, `on` and `off` are words, as
in YAML 1.2 (a country code NO is not False). Dates stay text.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cxanalytics.errors import ParamsError

_WORDS_IN_YAML_1_2 = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
_VARIABLE = re.compile(r"\$\{(\w+)\}")


class _Loader(yaml.SafeLoader):
    """SafeLoader with the booleans of YAML 1.2 and without dates."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _WORDS_IN_YAML_1_2]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A YAML file that was read.

    Attributes
    ----------
    path : Path
    data : dict
    root : yaml node or None
        The syntax tree, which knows the lines; None for an empty file.
    """

    path: Path
    data: dict[str, Any]
    root: yaml.Node | None

    def line(self, keys: Sequence[str | int]) -> int:
        """Find the line of a key, or of the closest one above it that stands in the file.

        Parameters
        ----------
        keys : sequence of str or int
            Path from the top: keys of mappings, places in lists.

        Returns
        -------
        int
            Starting at 1.
        """
        node, line = self.root, 1
        for key in keys:
            found = _child(node, key)
            if found is None:
                break
            line, node = found
        return line

    def where(self, keys: Sequence[str | int]) -> str:
        """Say file and line: "params/city/study.yaml, line 12"."""
        return f"{short_path(self.path)}, line {self.line(keys)}"


def _child(node: yaml.Node | None, key: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == str(key):
                return name.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key].start_mark.line + 1, node.value[key]
    return None


def short_path(path: Path) -> str:
    """Print a path relative to the working directory where it lies below it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def read_yaml(path: Path) -> YamlFile:
    """Read a YAML file whose top level is a mapping.

    Parameters
    ----------
    path : Path

    Returns
    -------
    YamlFile

    Raises
    ------
    ParamsError
        The file is missing, not UTF-8, not YAML (with line and column), has a key twice, or is
        no mapping.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ParamsError(f"{short_path(path)} does not exist.") from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ParamsError(
            f"{short_path(path)}, line {line}: the file must be UTF-8 text; save it as UTF-8."
        ) from None
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
        _refuse_repeated(root, path)
        data = loader.construct_document(root) if root is not None else {}
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        # PyYAML's text may span lines; the message is one.
        problem = " ".join(str(error.problem or error.context).split())
        raise ParamsError(f"{short_path(path)}{place}: not YAML: {problem}.") from None
    except yaml.YAMLError as error:
        problem = " ".join(str(error).split())
        raise ParamsError(f"{short_path(path)}: not YAML: {problem}.") from None
    if not isinstance(data, dict):
        raise ParamsError(f"{short_path(path)}: must hold `key: value` lines; got {data!r}.")
    return YamlFile(path=path, data=data, root=root)


def _refuse_repeated(node: yaml.Node | None, path: Path) -> None:
    if isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            _refuse_repeated(entry, path)
    if not isinstance(node, yaml.MappingNode):
        return
    first: dict[str, int] = {}
    for name, value in node.value:
        line = name.start_mark.line + 1
        if name.value in first:
            raise ParamsError(
                f"{short_path(path)}, line {line}: `{name.value}` stands twice; "
                f"first in line {first[name.value]}."
            )
        first[name.value] = line
        _refuse_repeated(value, path)


def resolve_path(text: str, *, folder: Path, argument: str) -> Path:
    """Turn a path from a study file into one that can be opened.

    Parameters
    ----------
    text : str
        Relative to the study's folder; `${NAME}` is an environment variable.
    folder : Path
        The study's folder.
    argument : str
        Key path, for the message.

    Returns
    -------
    Path

    Raises
    ------
    ParamsError
        A variable is not set, or nothing is there.
    """

    def value(found: re.Match[str]) -> str:
        if not os.environ.get(found[1]):
            raise ParamsError(
                f"`{argument}` is {text!r}, but the environment variable {found[1]} is not set. "
                f"Set it to the folder that holds the data: export {found[1]}=/path/to/data"
            )
        return os.environ[found[1]]

    path = folder / Path(_VARIABLE.sub(value, text)).expanduser()
    if not path.exists():
        raise ParamsError(f"`{argument}` must name an existing file; {short_path(path)} is not.")
    return path
