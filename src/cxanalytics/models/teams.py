"""Which teams may be shown beside one another, and how are their morale and performance?

A team is shown by its average over the waves in which it may be shown. Small teams are left out,
and where one alone is left out of its agency in a wave, so is the next smallest: no team can be
found by taking the others away from the whole.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from cxanalytics.disclosure import suppress
from cxanalytics.rules import COMPLEMENTARY, HIDDEN, THRESHOLDS, Thresholds
from cxanalytics.tables import Panel, Survey

_LEVELS = ["agency", "unit", "period"]


def fit_teams(
    panel: Panel, *, staff: Survey | None = None, thresholds: Thresholds = THRESHOLDS
) -> pd.DataFrame:
    """Average morale and performance of each team over the waves in which it may be shown.

    Parameters
    ----------
    panel : Panel
        Teams by wave, with `n` staff answers.
    staff : Survey, optional
        The staff answers the panel was made of: tells of teams that are not in the panel.
    thresholds : Thresholds
        Smallest numbers of answers; read is `team`.

    Returns
    -------
    DataFrame
        `agency unit morale performance n waves suppressed_reason`, a row per team in the order of
        agency and name. `n` sums the staff answers of `waves` waves. A team that may be shown in no
        wave has its reason, and no figure.

    Assumes
    -------
    A team not in the panel had too few answers on one side.

    Reference
    ---------
    See `disclosure.suppress`; methods.md#teams.
    """
    least = thresholds.team
    rules = replace(thresholds, hide=least, rank=least, caution=max(least, thresholds.caution))
    rows = panel.frame[[*_LEVELS, "morale", "performance", "n"]].copy()
    complete = rows[["morale", "performance", "n"]].notna().all(axis=1)
    known = rows.loc[complete & (rows["n"] >= least)]
    every = known.set_index(_LEVELS).join(_present(panel, staff), how="outer")
    every["outside"] = every["n"].isna()
    every["size"] = every["n"].fillna(every["there"])
    every["reason"] = ""
    for _, part in every.groupby(level=["agency", "period"], sort=False):
        size = part["size"].astype(float)
        held = part.index[part["outside"]]
        if len(held) == 1:
            # Alone outside the panel, it is too small on one side, however many on the other.
            size[held] = size[held].clip(upper=least - 1)
        every.loc[part.index, "reason"] = suppress(
            size, total_published=True, held=list(held), thresholds=rules
        )
    every = every.reset_index()
    shown = every.loc[every["reason"] == ""]
    means = shown.groupby(["agency", "unit"]).agg(
        morale=("morale", "mean"),
        performance=("performance", "mean"),
        n=("n", "sum"),
        waves=("period", "nunique"),
    )
    reasons = every.groupby(["agency", "unit"])["reason"].agg(_reason)
    table = means.reindex(reasons.index).assign(suppressed_reason=reasons)
    return table.reset_index()


def _present(panel: Panel, staff: Survey | None) -> pd.DataFrame:
    """Count the staff answers of every team and wave there is."""
    counts = panel.frame.set_index(_LEVELS)["n"].fillna(0.0).rename("there")
    if staff is None:
        return counts.to_frame()
    frame = staff.frame.loc[staff.frame["unit"].notna()]
    size = frame["weight"] if staff.counts else pd.Series(1.0, index=frame.index)
    keys = [frame[level].astype(str) for level in _LEVELS]
    there = size.groupby(keys, observed=True).sum().rename_axis(_LEVELS)
    return pd.concat([counts, there.rename("there")]).groupby(level=_LEVELS).max().to_frame()


def _reason(reasons: pd.Series[str]) -> str:
    """Keep a reason only where the team may be shown in no wave."""
    if (reasons == "").any():
        return ""
    return HIDDEN if (reasons == HIDDEN).any() else COMPLEMENTARY
