"""How do tables travel from one notebook to the next? Parquet files and one result.json.

A table is written as a frame per part; its plain values go to the JSON, so that the same type
comes back. A folder appears whole or not at all.
"""

from __future__ import annotations

import json
import math
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from cxanalytics.errors import DataError, did_you_mean
from cxanalytics.tables import Benchmark, Check, Estimates, Funnel, Panel

SCHEMA_VERSION = 1

Table = Estimates | Benchmark | Funnel | Panel | pd.DataFrame

_TYPES: dict[str, Callable[..., Table]] = {
    kind.__name__: kind for kind in (Estimates, Benchmark, Funnel, Panel)
}
_ARRAYS = {"covariance", "draws"}
_CHECKS = {"checks", "notes"}


@dataclass(frozen=True, slots=True)
class Result(Mapping[str, Table]):
    """The tables one notebook handed over.

    Attributes
    ----------
    tables : mapping of str to table
    facts : mapping
        Plain values saved beside them.
    """

    tables: Mapping[str, Table]
    facts: Mapping[str, Any]

    def __getitem__(self, name: str) -> Table:
        if name not in self.tables:
            raise DataError(
                f"This result has no table `{name}`; it has {', '.join(self.tables)}."
                f"{did_you_mean(name, self.tables)}"
            )
        return self.tables[name]

    def __contains__(self, name: object) -> bool:
        return name in self.tables

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def __len__(self) -> int:
        return len(self.tables)

    def benchmarks(self, measures: Iterable[str] | None = None) -> dict[str, Benchmark]:
        """The tables that are benchmarks, in the order saved; of some measures when given."""
        found = {name: t for name, t in self.tables.items() if isinstance(t, Benchmark)}
        kept = set(found if measures is None else measures)
        return {name: table for name, table in found.items() if name in kept}


def _parts(table: Table) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Split a table into frames and plain values, field by field."""
    if isinstance(table, pd.DataFrame):
        return {"frame": table}, {"type": "DataFrame"}
    parts: dict[str, pd.DataFrame] = {}
    plain: dict[str, Any] = {}
    for part in fields(table):
        value = getattr(table, part.name)
        if isinstance(value, pd.DataFrame):
            parts[part.name] = value.rename(columns=str)
        elif isinstance(value, np.ndarray):
            columns = [f"c{place}" for place in range(value.shape[1])]
            parts[part.name] = pd.DataFrame(value, columns=columns)
        elif part.name in _CHECKS:
            plain[part.name] = [[check.name, check.passed, check.text] for check in value]
        else:
            plain[part.name] = value
    return parts, {"type": type(table).__name__, "plain": plain}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, np.generic):
        value = value.item()
    # JSON has no NaN: a figure that does not exist is null.
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write_result(
    folder: Path, tables: Mapping[str, Table], facts: Mapping[str, Any] | None = None
) -> None:
    """Write tables and facts; the folder appears whole or not at all.

    Parameters
    ----------
    folder : Path
        Replaced if it exists.
    tables : mapping of str to Estimates, Benchmark, Funnel, Panel or DataFrame
    facts : mapping, optional
        Plain values.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder.parent))
    try:
        index: dict[str, Any] = {}
        for place, (name, table) in enumerate(tables.items()):
            parts, described = _parts(table)
            for part, frame in parts.items():
                frame.to_parquet(scratch / f"{place:02d}-{part}.parquet")
            index[name] = described | {"place": place, "parts": list(parts)}
        document = {"schema_version": SCHEMA_VERSION, "tables": index, "facts": dict(facts or {})}
        text = json.dumps(_plain(document), indent=1, allow_nan=False)
        (scratch / "result.json").write_text(text, encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        scratch.replace(folder)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise


def _read_table(folder: Path, described: Mapping[str, Any]) -> Table:
    parts: dict[str, Any] = {
        part: pd.read_parquet(folder / f"{described['place']:02d}-{part}.parquet")
        for part in described["parts"]
    }
    if described["type"] == "DataFrame":
        return cast("pd.DataFrame", parts["frame"])
    for name in _ARRAYS & parts.keys():
        parts[name] = parts[name].to_numpy()
    if "rank_probability" in parts:
        parts["rank_probability"] = parts["rank_probability"].rename(columns=int)
    plain: dict[str, Any] = dict(described["plain"])
    for name in _CHECKS & plain.keys():
        plain[name] = tuple(Check(*check) for check in plain[name])
    if "facts" in plain:
        told = plain["facts"].items()
        plain["facts"] = {name: math.nan if fact is None else fact for name, fact in told}
    return _TYPES[described["type"]](**parts, **plain)


def read_result(folder: Path) -> Result:
    """Read back what `write_result` wrote.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    Result

    Raises
    ------
    DataError
        No result is there, or another schema version wrote it.
    """
    path = folder / "result.json"
    if not path.is_file():
        raise DataError(f"`folder` must hold a result.json; {folder.name!r} has none.")
    document = json.loads(path.read_text(encoding="utf-8"))
    if document["schema_version"] != SCHEMA_VERSION:
        raise DataError(
            f"`schema_version` of {folder.name!r} must be {SCHEMA_VERSION}; "
            f"got {document['schema_version']}. Run the study again."
        )
    tables = {name: _read_table(folder, entry) for name, entry in document["tables"].items()}
    return Result(tables=tables, facts=document["facts"])
