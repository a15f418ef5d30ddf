"""How are millions of cells kept in few bytes while they arrive?

Each distinct cell is kept once, and every row as its number, in one byte where there are few.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray


class Column:
    """One column of a table that arrives in batches.

    Parameters
    ----------
    as_numbers : bool
        Keep numbers as they are, where the column has nothing else.
    """

    def __init__(self, *, as_numbers: bool) -> None:
        self._as_numbers = as_numbers
        self._codes: dict[Any, int] = {}
        self._parts: list[NDArray[Any]] = []

    def add(self, batch: pa.Array) -> None:
        """Add a batch: its numbers, or the codes of its cells; -1 is none."""
        if self._as_numbers and (
            pa.types.is_floating(batch.type) or pa.types.is_integer(batch.type)
        ):
            self._parts.append(batch.to_numpy(zero_copy_only=False).astype(float))
            return
        self._as_numbers = False
        coded = batch.dictionary_encode()
        cells = coded.dictionary.to_pylist()
        table = [self._codes.setdefault(cell, len(self._codes)) for cell in cells]
        width = np.min_scalar_type(-max(len(self._codes), 2))
        places = coded.indices.fill_null(len(cells)).to_numpy(zero_copy_only=False)
        self._parts.append(np.array([*table, -1], dtype=width)[places])

    def series(self, index: pd.Index) -> pd.Series:
        """Put the batches together."""
        if self._as_numbers and self._parts:
            return pd.Series(np.concatenate(self._parts), index=index)
        codes = np.concatenate([np.empty(0, dtype=np.int8), *self._parts])
        self._parts.clear()
        return pd.Series(pd.Categorical.from_codes(codes, pd.Index(list(self._codes))), index=index)
