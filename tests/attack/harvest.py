"""Everything that a run hands out, as an attacker would collect it: tables, files, words, marks."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import openpyxl

_SKIPPED = ("style", "script")
_DIGEST = re.compile(r"\b[0-9a-f]{12,64}\b")
_SECTION = re.compile(r'<section[^>]*\bid="([^"]+)"')
_DATA = re.compile(r'download="([^"]+)"\s+href="data:([^;,"]*)[^,"]*,([^"]*)"')


@dataclass(frozen=True, slots=True)
class Table:
    """A table found somewhere: the name of the place, and rows of cells; the first is its head."""

    place: str
    name: str
    rows: tuple[tuple[str, ...], ...]

    def records(self) -> Iterator[dict[str, str]]:
        head, *rows = self.rows or ((),)
        for row in rows:
            yield dict(zip(head, row, strict=False))


@dataclass(frozen=True, slots=True)
class Harvest:
    """What was found.

    Attributes
    ----------
    tables : tuple of Table
        Of pages, their files and executed notebooks.
    words : dict of str to tuple of str
        By place: text outside of tables, and text in attributes.
    markup : dict of str to dict of str to str
        By page and section, or by notebook and code, down to the coordinates of every mark; what
        changes with any input (digests) is left out.
    """

    tables: tuple[Table, ...]
    words: dict[str, tuple[str, ...]]
    markup: dict[str, dict[str, str]]


class _Page(HTMLParser):
    """Collects the tables of a page, its text, and the text in its attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.text: list[str] = []
        self._open: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._skip = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._skip += tag in _SKIPPED
        told = [
            value
            for name, value in attrs
            if value
            and not value.startswith("data:")
            and (name in ("alt", "title", "content", "id") or name[:5] in ("aria-", "data-"))
        ]
        self.text += told
        if tag == "table":
            self._open.append([])
        elif tag == "tr" and self._open:
            self._open[-1].append([])
        elif tag in ("td", "th") and self._open and self._open[-1]:
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        self._skip -= tag in _SKIPPED
        if tag in ("td", "th") and self._cell is not None:
            self._open[-1][-1].append(" ".join("".join(self._cell).split()))
            self._cell = None
        elif tag == "table" and self._open:
            self.tables.append(self._open.pop())

    def handle_data(self, data: str) -> None:
        if self._skip:
            return
        if self._cell is not None:
            self._cell.append(data)
        elif data.strip():
            self.text.append(" ".join(data.split()))


def harvest(output: Path) -> Harvest:
    """Read every page, file and executed notebook of a run.

    Parameters
    ----------
    output : Path
        The folder of a run.

    Returns
    -------
    Harvest
    """
    tables: list[Table] = []
    words: dict[str, tuple[str, ...]] = {}
    markup: dict[str, dict[str, str]] = {}
    for path in sorted(output.rglob("*.html")):
        place = path.relative_to(output).as_posix()
        html = path.read_text(encoding="utf-8")
        found, text = _page(place, html)
        tables += found
        words[place] = text
        markup[place] = _sections(html)
    for path in sorted(output.rglob("*.ipynb")):
        if ".state" in path.parts:
            continue
        place = path.relative_to(output).as_posix()
        document = json.loads(path.read_text(encoding="utf-8"))
        found, text = _notebook(place, document)
        tables += found
        words[place] = text
        markup[place] = _cells(document)
    run = output / "run.json"
    words["run.json"] = tuple(_leaves(json.loads(run.read_text(encoding="utf-8"))))
    return Harvest(tuple(tables), words, markup)


def _sections(html: str) -> dict[str, str]:
    """Cut a page at its sections; files inside it are read on their own."""
    plain = _DIGEST.sub("#", re.sub(r'href="data:[^"]*"', "", html))
    pieces = _SECTION.split(plain)
    return {"": pieces[0], **dict(zip(pieces[1::2], pieces[2::2], strict=True))}


def _cells(document: dict[str, Any]) -> dict[str, str]:
    """Give what each cell of a notebook printed or drew; files inside it are read on their own."""
    return {
        "".join(cell["source"]): _DIGEST.sub(
            "#", re.sub(r'href=\\"data:.*?\\"', "", json.dumps(cell["outputs"]))
        )
        for cell in document["cells"]
        if cell["cell_type"] == "code"
    }


def _page(place: str, html: str) -> tuple[list[Table], tuple[str, ...]]:
    page = _Page()
    page.feed(re.sub(r'href="data:[^"]*"', "", html))
    tables = [_table(place, "html", rows) for rows in page.tables]
    text = list(page.text)
    for filename, kind, content in _DATA.findall(html):
        found, said = _file(f"{place}#{filename}", kind, _bytes(content))
        tables += found
        text += said
    return tables, tuple(text)


def _bytes(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except ValueError:
        return unquote(content).encode()


def _file(place: str, kind: str, content: bytes) -> tuple[list[Table], list[str]]:
    if kind.endswith("csv"):
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        return [_table(place, "csv", rows)], []
    if kind.endswith("json"):
        document = json.loads(content)
        return [_from_records(place, document.get("records", []))], list(_leaves(document))
    if "sheet" in kind:
        book = openpyxl.load_workbook(io.BytesIO(content))
        sheets = [
            _table(
                place,
                sheet.title,
                [
                    ["" if c is None else str(c) for c in row]
                    for row in sheet.iter_rows(values_only=True)
                ],
            )
            for sheet in book
        ]
        return sheets, []
    return [], [content.decode("utf-8", errors="replace")]


def _from_records(place: str, records: list[dict[str, Any]]) -> Table:
    head = list(dict.fromkeys(name for record in records for name in record))
    rows = [[str(record.get(name, "")) for name in head] for record in records]
    return _table(place, "json", [head, *rows])


def _table(place: str, name: str, rows: list[list[str]]) -> Table:
    return Table(place, name, tuple(tuple(row) for row in rows if row))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield str(name)
            yield from _leaves(part)
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(part)
    elif value is not None:
        yield str(value)


def _notebook(place: str, document: dict[str, Any]) -> tuple[list[Table], tuple[str, ...]]:
    tables: list[Table] = []
    text: list[str] = []
    for cell in document["cells"]:
        for output in cell.get("outputs", ()):
            told = {"text/plain": output["text"]} if "text" in output else output.get("data", {})
            for kind, part in told.items():
                content = part if isinstance(part, str) else "".join(map(str, part))
                if kind == "text/html":
                    found, said = _page(place, content)
                    tables += found
                    text += said
                elif kind == "text/plain":
                    text += content.splitlines()
                else:
                    text.append(content)
    return tables, tuple(text)
