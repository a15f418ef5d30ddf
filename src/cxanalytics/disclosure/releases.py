"""What does a release give away beside an earlier one of the same waves?

Answers that come late, or corrections, move a group over a threshold. What one release hides and
the other shows is then known, and with it whatever the first release hid beside it.
"""

from __future__ import annotations

import pandas as pd

from cxanalytics.errors import DataError
from cxanalytics.rules import COMPLEMENTARY, HIDDEN

CELL = ("agency", "period", "measure")
NEEDED = (*CELL, "n", "suppressed_reason")
GUARDED = (HIDDEN, COMPLEMENTARY)


def release_leaks(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """List the cells that one of two releases hides and the other one shows.

    Parameters
    ----------
    now, before : DataFrame
        The published cells of each release: `agency period measure n suppressed_reason`.

    Returns
    -------
    DataFrame
        `agency period measure hidden_in`, "now" or "before"; no row where the releases are safe
        beside each other. A cell that only one of them has tells nothing.

    Raises
    ------
    DataError
        A column is missing.
    """
    for name, table in (("now", now), ("before", before)):
        lacking = [column for column in NEEDED if column not in table]
        if lacking:
            raise DataError(
                f"`{name}` must have the columns {', '.join(NEEDED)}; {lacking[0]} is "
                "not among them."
            )
    both = now[list(NEEDED)].merge(before[list(NEEDED)], on=list(CELL), suffixes=("", "_before"))
    guarded = both["suppressed_reason"].isin(GUARDED)
    guarded_before = both["suppressed_reason_before"].isin(GUARDED)
    leaks = both.loc[guarded != guarded_before, list(CELL)]
    hidden_in = guarded[leaks.index].map({True: "now", False: "before"})
    return leaks.assign(hidden_in=hidden_in).reset_index(drop=True)
