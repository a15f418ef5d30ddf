"""What does a finished page say: its records, and the text at each of its ids?"""

from __future__ import annotations

import base64
import binascii
import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from cxanalytics.errors import DataError

_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_UNSEEN = frozenset(["style", "script", "svg"])


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page as it can be read by a program.

    Attributes
    ----------
    records : mapping of str to mapping
        Id to record, as in the JSON file of the page, or in the CSV file where there is no other;
        empty for a page without either.
    facts : mapping
        What stands beside the records: `run_id input_hash versions wave` and more.
    texts : mapping of str to str
        Id to the text of the element that has it, with single spaces.
    within : mapping of str to tuple of str
        Id to the ids of the elements around it, itself first.
    """

    records: Mapping[str, Mapping[str, Any]]
    facts: Mapping[str, Any]
    texts: Mapping[str, str]
    within: Mapping[str, tuple[str, ...]]


class _Reader(HTMLParser):
    """Collects the text of every element with an id, and the files."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, str]] = []
        self.parts: dict[str, list[str]] = {}
        self.within: dict[str, tuple[str, ...]] = {}
        self.files: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        name = told.get("id") or ""
        if name and name not in self.parts:
            self.parts[name] = []
            around = [anchor for _, anchor in reversed(self.open) if anchor]
            self.within[name] = (name, *around)
        if tag == "a" and (download := told.get("download")):
            self.files.setdefault(download.rpartition(".")[2], told.get("href") or "")
        if tag not in _VOID:
            self.open.append((tag, name))

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self.open) - 1, -1, -1):
            if self.open[place][0] == tag:
                del self.open[place:]
                return

    def handle_data(self, data: str) -> None:
        if any(tag in _UNSEEN for tag, _ in self.open):
            return
        for _, name in self.open:
            if name:
                self.parts[name].append(data)


def read_html(html: str) -> ReadPage:
    """Read a page, or a part of one.

    Parameters
    ----------
    html : str

    Returns
    -------
    ReadPage

    Raises
    ------
    DataError
        The file of its records cannot be read.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    document = _document(reader.files.get("json", ""))
    rows = document.get("records", []) if document else _table(reader.files.get("csv", ""))
    return ReadPage(
        records={str(row["id"]): row for row in rows if row.get("id")},
        facts={name: value for name, value in document.items() if name != "records"},
        texts={name: " ".join(" ".join(parts).split()) for name, parts in reader.parts.items()},
        within=reader.within,
    )


def read_page(path: Path) -> ReadPage:
    """Read a page from its file."""
    return read_html(path.read_text(encoding="utf-8"))


def _document(address: str) -> dict[str, Any]:
    """Decode the JSON file that a page carries; empty where it carries none."""
    if not address:
        return {}
    try:
        return dict(json.loads(_content(address)))
    except (ValueError, TypeError):
        raise DataError("The JSON file inside the page is broken.") from None


def _table(address: str) -> list[dict[str, Any]]:
    """Decode the CSV file that a page carries, numbers as numbers; empty where it carries none."""
    try:
        text = _content(address).decode("utf-8-sig")
    except ValueError:
        raise DataError("The CSV file inside the page is broken.") from None
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return [{str(name): _number(cell) for name, cell in row.items()} for row in rows]


def _content(address: str) -> bytes:
    try:
        return base64.b64decode(address.partition(",")[2], validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None


def _number(cell: Any) -> Any:
    """Read a cell as a number where it is one."""
    for kind in (int, float):
        try:
            return kind(cell)
        except (TypeError, ValueError):
            continue
    return cell
