"""How much attention do agencies pay to customer experience, in a user's own table?

An audit, a maturity score, spending or a register: measured by others than those the survey asks.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cxanalytics.columns import show
from cxanalytics.sources._cells import numbers, rows_text, texts
from cxanalytics.sources._grid import read_grid
from cxanalytics.tables import Check, Exposure


def read_exposure_table(
    path: str | Path,
    *,
    score: str,
    label: str,
    source: str,
    agency: str = "agency",
    period: str | None = None,
    at_least: float | None = None,
    sheet: str | None = None,
    encoding: str = "utf-8",
    delimiter: str | None = None,
    header: int = 1,
) -> Exposure:
    """Read a measure of attention from a file of any tabular format.

    Parameters
    ----------
    path : str or Path
    score : str
        Column with the measure; 1 and 0 where it is had or not.
    label : str
        What the measure is, in a few words.
    source : str
        Who measured it and how.
    agency : str
        Column with the agency, named as in the survey.
    period : str, optional
        Column with the period of the measure.
    at_least : float, optional
        Score from which an agency counts as attentive.
    sheet, encoding, delimiter, header
        As in `read_table`.

    Returns
    -------
    Exposure
        Without the rows that have no score.

    Raises
    ------
    DataError
        A column is missing, a score is no number, or an agency stands twice in a period.
    """
    grid = read_grid(path, sheet=sheet, encoding=encoding, delimiter=delimiter, header=header)
    frame = pd.DataFrame(
        {
            "agency": texts(grid.column(agency, "agency")),
            "period": texts(grid.column(period, "period")) if period else "",
            "score": numbers(grid.column(score, "score"), f"`score` (column {show(score)})"),
        }
    )
    kept = frame.loc[frame["score"].notna() & (frame["agency"] != "")].reset_index(drop=True)
    notes = [Check("rows read", None, f"{rows_text(len(frame))} read from {grid.source}.")]
    if len(kept) < len(frame):
        left = rows_text(len(frame) - len(kept))
        notes.append(Check("rows without a score", None, f"Left out, without a score: {left}."))
    return Exposure(frame=kept, label=label, source=source, at_least=at_least, notes=tuple(notes))
