"""How many answers are missing, question by question, and why?

One bar per question, made of the reasons that the source tells apart, with the whole at its end.
A question put to somebody it did not apply to is not missing: such people stand in a column of
their own. A line marks the share above which a question is kept out of headlines.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.key import LIGHT_BLUE, LIGHT_ORANGE, Fill, draw_key, key_height
from cxanalytics.charts.labels import clean
from cxanalytics.charts.ladder import lay_ladder
from cxanalytics.charts.parts import stack_parts
from cxanalytics.charts.sheet import percent_tick
from cxanalytics.charts.style import INK_2, PAPER, PEER, get_size
from cxanalytics.formats import count, percent
from cxanalytics.rules import MISSING_AT_MOST

REASONS = ("no_answer", "dont_know", "refused")
ASIDE = ("not_applicable", "not_asked")
_FILLS = (
    Fill("no_answer", "No answer", PEER, ink=PAPER),
    Fill("dont_know", "Don’t know", LIGHT_BLUE),
    Fill("refused", "Refused", LIGHT_ORANGE, hatch="////", edge=INK_2),
    Fill("untold", "Missing, reason not recorded", PEER, ink=PAPER),
)


def missing_reasons_table(missing: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of the chart, most missing first.

    Parameters
    ----------
    missing : DataFrame
        `question label n missing share told dont_know refused no_answer not_applicable not_asked`:
        one row per question; `n` are the people it was put to and applied to, `told` is "yes"
        where the source tells reasons apart.

    Returns
    -------
    DataFrame
        `question label n missing share no_answer dont_know refused untold aside`: reasons as
        shares of n, `untold` the share without a known reason, `aside` the people it did not
        apply to or who were not asked (NaN where not known).
    """
    table = missing.loc[:, ["question", "label", "n", "missing", "share"]].copy()
    table["label"] = [clean(label) for label in table["label"]]
    known = missing["told"].eq("yes") & missing[list(REASONS)].notna().all(axis=1)
    for reason in REASONS:
        table[reason] = np.where(known, missing[reason] / missing["n"], 0.0)
    table["untold"] = np.where(known, 0.0, missing["share"])
    table["aside"] = missing[list(ASIDE)].sum(axis=1, min_count=len(ASIDE))
    order = ["share", "label"]
    return table.sort_values(order, ascending=[False, True], kind="stable").reset_index(drop=True)


def draw_missing_reasons(
    missing: pd.DataFrame,
    *,
    mark_above: float = MISSING_AT_MOST,
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw the share of missing answers of every question, by reason.

    Parameters
    ----------
    missing : DataFrame
        As for `missing_reasons_table`.
    mark_above : float
        Where the line stands.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table = missing_reasons_table(missing)
    chosen = get_size(size)
    fills = [fill for fill in _FILLS if (table[fill.name] > 0).any()]
    fills = fills if [fill.name for fill in fills] != ["untold"] else []
    most = float(table["share"].max()) if len(table) else 0.0
    end = max(1.12 * most, 0.05)
    aside = size == "wide" and bool((table["aside"] > 0).any())
    ladder = lay_ladder(
        list(table["label"]),
        size=chosen,
        limits=(0.0, end),
        tick=percent_tick,
        axis_label="Missing answers, share of those the question applied to",
        column=[_column(row, aside=aside) for _, row in table.iterrows()],
        column_align="right",
        column_title="Missing; did not apply" if aside else "Missing",
        reference=(mark_above, f"{percent(mark_above)} limit") if mark_above < end else None,
        above=key_height(fills, chosen),
        ax=ax,
    )
    draw_key(ladder.sheet, fills)
    if fills:
        stack_parts(ladder, table, fills, lambda share: percent(share, 1))
    else:
        stack_parts(ladder, table, _FILLS[-1:], lambda _: "")
    return ladder.sheet.figure


def _column(row: pd.Series, *, aside: bool) -> str:
    share = percent(row["share"], 1)
    if not aside:
        return share
    return f"{share}; {count(row['aside']) if row['aside'] > 0 else 'none'}"
