"""How do tables travel from one notebook to the next? Parquet files and one result.json.

A table is written as a frame per part; its plain facts go to the JSON, so that the same type
comes back. A folder appears whole or not at all.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cxanalytics.errors import DataError, did_you_mean
from cxanalytics.tables import Benchmark, Check, Estimates

SCHEMA_VERSION = 1

Table = Estimates | Benchmark | pd.DataFrame


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

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def __len__(self) -> int:
        return len(self.tables)

    def benchmarks(self) -> dict[str, Benchmark]:
        """The tables that are benchmarks, in the order saved."""
        return {name: table for name, table in self.tables.items() if isinstance(table, Benchmark)}


def _square(array: np.ndarray[Any, Any]) -> pd.DataFrame:
    return pd.DataFrame(array, columns=[f"c{place}" for place in range(array.shape[1])])


def _parts(table: Table) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    if isinstance(table, pd.DataFrame):
        return {"frame": table}, {"type": "DataFrame"}
    facts: dict[str, Any] = {
        "type": type(table).__name__,
        "quantity": table.quantity,
        "level": table.level,
        "checks": [[check.name, check.passed, check.text] for check in table.checks],
        "facts": dict(table.facts),
    }
    parts = {"frame": table.frame}
    if isinstance(table, Benchmark):
        facts["difference"] = table.difference
        parts["rank_probability"] = table.rank_probability.rename(columns=str)
        parts["p_ahead"] = table.p_ahead
        return parts, facts
    for name in ("covariance", "draws"):
        array = getattr(table, name)
        if array is not None:
            parts[name] = _square(array)
    return parts, facts


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
    tables : mapping of str to Estimates, Benchmark or DataFrame
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
        os.replace(scratch, folder)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise


def _read_table(folder: Path, described: Mapping[str, Any]) -> Table:
    parts = {
        part: pd.read_parquet(folder / f"{described['place']:02d}-{part}.parquet")
        for part in described["parts"]
    }
    if described["type"] == "DataFrame":
        return parts["frame"]
    common = {
        "frame": parts["frame"],
        "quantity": described["quantity"],
        "level": described["level"],
        "checks": tuple(Check(*check) for check in described["checks"]),
        "facts": described["facts"],
    }
    if described["type"] == "Benchmark":
        return Benchmark(
            **common,
            difference=described["difference"],
            rank_probability=parts["rank_probability"].rename(columns=int),
            p_ahead=parts["p_ahead"],
        )
    arrays = {name: parts[name].to_numpy() for name in ("covariance", "draws") if name in parts}
    return Estimates(**common, **arrays)


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
