"""How many of those who were asked have answered, and how far could the others move a score?

Customers, asked and answered are counts; the rate is divided only where the counts are possible.
An impossible row (more answers than people asked, say) is listed with its reason, gets no rate
and is in no sum: nothing is corrected. Counts of answers go through disclosure control, since
their total is printed too.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxanalytics.columns import plain, read_numbers
from cxanalytics.disclosure import suppress
from cxanalytics.errors import DataError
from cxanalytics.models.counted import hide_alike
from cxanalytics.rules import FEW, HIDDEN, THRESHOLDS, Thresholds

NONRESPONDENTS_DIFFER = 0.10
"""How far nonrespondents may differ, as a share, in the nonresponse bound."""

NEEDED = ("agency", "asked", "answered")
COUNTS = ("customers", "asked", "answered")
RESPONSE_COLUMNS = (
    "agency",
    "period",
    *COUNTS,
    "rate",
    "coverage",
    "bound",
    "left_out",
    "suppressed_reason",
)
IMPOSSIBLE_COLUMNS = ("row", "agency", "period", *COUNTS, "reason", "suppressed_reason")


def fit_response(
    funnel: pd.DataFrame, *, thresholds: Thresholds = THRESHOLDS
) -> dict[str, pd.DataFrame]:
    """Divide those who answered by those who were asked, agency by agency and wave by wave.

    Parameters
    ----------
    funnel : DataFrame
        Columns `agency`, `asked`, `answered` and, where known, `customers`, `period` and `row`
        (the row in the file; counted from 1 when absent). An agency may have several rows in a
        wave: they are summed before anything is divided.
    thresholds : Thresholds
        Read is `hide`, the fewest answers that are shown.

    Returns
    -------
    dict of str to DataFrame
        `response`: a row per agency and period with `customers asked answered`, `rate` (answered
        of asked), `coverage` (asked of customers), `bound` (how far the score could move),
        `left_out` (rows of this agency and wave that are impossible) and `suppressed_reason`.
        `impossible`: `row agency period customers asked answered reason suppressed_reason`, with
        no counts of an agency that `response` hides in that period.
        Shares are 0 to 1; a figure that is not known or not shown is NaN.

    Raises
    ------
    DataError
        The funnel lacks a column, a count is text, or an agency is empty.

    Assumes
    -------
    For `bound`: the score of those who did not answer differs by at most `NONRESPONDENTS_DIFFER`
    from that of those who did. The score of everyone asked is then off by at most 1 less the
    rate, times that difference. Customers who were never asked are not in it.

    Reference
    ---------
    AAPOR (2023), Standard Definitions, for the rate; Groves (2006), Public Opinion Quarterly
    70(5), for the bound; methods.md#response.
    """
    table = _read(funnel)
    table = table.assign(reason=_reasons(table))
    response = _response(table, thresholds)
    impossible = hide_alike(_impossible(table, thresholds), response, figures=COUNTS)
    return {"response": response, "impossible": impossible}


def _read(funnel: pd.DataFrame) -> pd.DataFrame:
    for column in NEEDED:
        if column not in funnel:
            raise DataError(
                f"`funnel` must have the columns agency, asked and answered; {column} is not "
                f"among {', '.join(map(str, funnel.columns))}."
            )
    rows = pd.RangeIndex(1, len(funnel) + 1)
    row = pd.Series(funnel["row"].to_numpy() if "row" in funnel else rows, index=rows)
    given = funnel.set_axis(rows)
    table = pd.DataFrame(
        {"row": row, "agency": given["agency"], "period": given.get("period", "")}, index=rows
    )
    for column in ("agency", "period"):
        table[column] = [plain(value) for value in table[column]]
    empty = table["agency"] == ""
    if empty.any():
        raise DataError(
            f"`funnel` must name the agency in every row; row {row[empty].iloc[0]} is empty."
        )
    for column in COUNTS:
        if column in given:
            table[column] = read_numbers(given[column].set_axis(row), f"`{column}` of `funnel`")
        else:
            table[column] = np.nan
    return table.reset_index(drop=True)


def _reasons(table: pd.DataFrame) -> pd.Series:
    """Say why a row can have no rate; "" where it can."""
    customers, asked, answered = (table[column] for column in COUNTS)
    found = pd.Series("", index=table.index, dtype=object)
    # The first that holds is told.
    for wrong, reason in (
        ((table[list(COUNTS)] < 0).any(axis=1), "A count is below 0."),
        (answered > asked, "More answered than were asked."),
        (answered > customers, "More answered than there were customers."),
        (asked > customers, "More were asked than there were customers."),
        (answered.isna(), "The number of answers is not given."),
        (asked.isna(), "The number asked is not given."),
        (asked == 0, "Nobody was asked."),
    ):
        found[wrong & (found == "")] = reason
    return found


def _response(table: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    by = ["agency", "period"]
    possible = table["reason"] == ""
    groups = table.loc[possible].groupby(by, sort=False)
    sums = groups[["asked", "answered"]].sum()
    # One row without customers leaves the sum unknown.
    sums["customers"] = groups["customers"].agg(lambda part: part.sum(skipna=False))
    left_out = table.loc[~possible].groupby(by).size().reindex(sums.index, fill_value=0)
    rate = sums["answered"] / sums["asked"]
    made = sums.assign(
        rate=rate,
        coverage=sums["asked"] / sums["customers"],
        bound=(1.0 - rate) * NONRESPONDENTS_DIFFER,
        left_out=left_out,
    ).reset_index()
    made["suppressed_reason"] = _hidden(made, thresholds)
    figures = [*COUNTS, "rate", "coverage", "bound"]
    made.loc[made["suppressed_reason"] != "", figures] = np.nan
    return made[list(RESPONSE_COLUMNS)]


def _hidden(made: pd.DataFrame, thresholds: Thresholds) -> pd.Series:
    reason = pd.Series("", index=made.index, dtype="str")
    for _, part in made.groupby("period", sort=False):
        why = suppress(part["answered"], total_published=True, thresholds=thresholds)
        # "few" forbids a comparison, not the count itself.
        reason[part.index] = why.where(why != FEW, "")
    return reason


def _impossible(table: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    wrong = table.loc[table["reason"] != ""].reset_index(drop=True)
    small = (wrong["answered"] > 0) & (wrong["answered"] < thresholds.hide)
    wrong["suppressed_reason"] = np.where(small, HIDDEN, "")
    wrong.loc[small, list(COUNTS)] = np.nan
    return wrong[list(IMPOSSIBLE_COLUMNS)]
