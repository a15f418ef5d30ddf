"""In which encoding and with which separator is a text file written?"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from cxanalytics.errors import DataError
from cxanalytics.sources._grid import read_grid

CHECKED = 1 << 26
"""Bytes of a file that are looked at to find its encoding."""

LINES = 60
"""Lines by which the separator is found."""

BLOCK = 1 << 20
DELIMITERS = (",", ";", "\t", "|")
OTHER_FILES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"PAR1")


def _open(path: Path) -> BinaryIO:
    packed = path.name.lower().endswith(".gz")
    return cast("BinaryIO", gzip.open(path, "rb") if packed else path.open("rb"))


def open_text(path: Path, encoding: str) -> TextIO:
    """Open a text file, packed or not; line ends are kept as they are.

    Parameters
    ----------
    path : Path
    encoding : str
        From `find_encoding`.

    Returns
    -------
    text stream
    """
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    return io.TextIOWrapper(_open(path), encoding=name, errors="replace", newline="")


def find_encoding(path: Path) -> tuple[str, str]:
    """Find the encoding of a text file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    encoding : str
    said : str
        Why, where it is not UTF-8; else "".

    Raises
    ------
    DataError
        The file is no text, or a damaged gzip file.
    """
    try:
        with _open(path) as stream:
            first = stream.read(BLOCK)
            if first.startswith(OTHER_FILES):
                # Its own reader says what the file is instead.
                read_grid(path)
            if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return "utf-16", "It is UTF-16 text, as its first two bytes say."
            for encoding in ("utf-8", "cp1252"):
                if _decodes(path, encoding):
                    break
            else:
                encoding = "latin-1"
    except (gzip.BadGzipFile, EOFError) as error:
        raise DataError(f"'{path.name}' is not a whole gzip file: {error}.") from None
    if encoding == "utf-8":
        return encoding, ""
    return encoding, (
        f"It is not UTF-8 text; {encoding} is taken, which Excel on Windows often writes. Look "
        "whether names with accents come out right."
    )


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with _open(path) as stream:
        for _ in range(CHECKED // BLOCK):
            block = stream.read(BLOCK)
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError:
                return False
            if not block:
                break
    return True


def find_delimiter(path: Path, encoding: str) -> str | None:
    """Find the separator that parts most lines into the same number of fields.

    Parameters
    ----------
    path : Path
    encoding : str

    Returns
    -------
    str or None
        None where no separator parts the lines.
    """
    with open_text(path, encoding) as stream:
        lines = list(islice(stream, LINES))
    best: tuple[int, int] = (0, 0)
    found = None
    for delimiter in DELIMITERS:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            continue
        alike = [(times, width) for width, times in widths.items() if width > 1]
        if alike and max(alike) > best:
            best, found = max(alike), delimiter
    return found
