"""What does a column of names or codes say, with every blank as ""?"""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxanalytics.columns import plain


def as_text(column: pd.Series[Any]) -> pd.Series[str]:
    """Write each cell as text, as in `plain`; the index is kept.

    Parameters
    ----------
    column : Series
        Of any type; a missing cell is "".

    Returns
    -------
    Series of str
    """
    return pd.Series([plain(value) for value in column], index=column.index, dtype=str)
