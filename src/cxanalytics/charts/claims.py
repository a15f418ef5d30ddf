"""Which claims could be tested with what is held?

A numbered tile per claim, in rows by topic: filled where it could be tested, open where something
is missing, crossed out where no study can settle it here.
"""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cxanalytics.charts.key import WASH_FILL, Fill, draw_key, key_height
from cxanalytics.charts.labels import clean, measure, shorten
from cxanalytics.charts.sheet import Sheet
from cxanalytics.charts.style import INK, INK_2, PAPER, PT_PER_PX, YOU, Size, font, get_size
from cxanalytics.claims import COULD_BE_TESTED, NOT_TESTABLE, NOT_WITH_THESE_DATA

FILLS = (
    Fill(COULD_BE_TESTED, "Could be tested", YOU, ink=PAPER),
    Fill(NOT_WITH_THESE_DATA, "Something is missing", PAPER, ink=INK, edge=INK_2),
    Fill(NOT_TESTABLE, "Not testable here, crossed out", WASH_FILL, ink=INK_2),
)
_TILE = {"wide": (56.0, 38.0), "narrow": (34.0, 30.0)}
_SPACE = {"wide": 6.0, "narrow": 4.0}


def claims_table(claims: pd.DataFrame) -> pd.DataFrame:
    """Count the claims of each topic by status, topics in their own order.

    Parameters
    ----------
    claims : DataFrame
        `number claim topic status`, one row per claim.

    Returns
    -------
    DataFrame
        `topic claims`, and a column for every status.
    """
    counts = pd.crosstab(claims["topic"], claims["status"])
    counts = counts.reindex(index=list(dict.fromkeys(claims["topic"])), fill_value=0)
    counts = counts.reindex(columns=[fill.name for fill in FILLS], fill_value=0)
    table = counts.reset_index()
    table.columns.name = None
    table.insert(1, "claims", counts.sum(axis=1).to_numpy())
    return table


def draw_claims(claims: pd.DataFrame, *, size: str = "wide", ax: Axes | None = None) -> Figure:
    """Draw every claim by topic and status.

    Parameters
    ----------
    claims : DataFrame
        As for `claims_table`.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    chosen = get_size(size)
    table = claims_table(claims)
    wide = size == "wide"
    (across, down), space = _TILE[size], _SPACE[size]
    names = [clean(topic) for topic in table["topic"]]
    left = max((measure(name, font(chosen.label))[0] for name in names), default=0.0) + 16.0
    left = left if wide else 0.0
    fit = max(int((chosen.width - left - (70.0 if wide else 0.0) + space) // (across + space)), 1)
    lines = [max(math.ceil(number / fit), 1) for number in table["claims"]]
    head = 0.0 if wide else 22.0
    tall = [number * (down + space) + head + 8.0 for number in lines]
    top = key_height(FILLS, chosen) + 6.0
    sheet = Sheet(chosen, height=top + sum(tall), ax=ax)
    draw_key(sheet, FILLS)
    for topic, name, high in zip(table["topic"], names, tall, strict=True):
        part = claims.loc[claims["topic"] == topic]
        first = top + head
        told = f"{int((part['status'] == COULD_BE_TESTED).sum())} of {len(part)}"
        middle = first + down / 2 if wide else top + 10.0
        limit = (left - 16.0) if wide else sheet.width - 70.0
        label = shorten(name, font(chosen.label), limit)
        sheet.text(0.0, middle, label, px=chosen.label, color=INK)
        sheet.text(
            sheet.width - 2, middle, told, px=chosen.label, color=INK, weight=600, align="right"
        )
        for place, row in enumerate(part.to_dict("records")):
            x = left + (place % fit) * (across + space)
            y = first + (place // fit) * (down + space)
            _draw_tile(sheet, x, y, str(row["number"]), row["status"], chosen)
        top += high
    return sheet.figure


def _draw_tile(sheet: Sheet, x: float, y: float, number: str, status: str, size: Size) -> None:
    wide, tall = _TILE[size.name]
    fill = next(fill for fill in FILLS if fill.name == status)
    box = Rectangle((x + 0.5, y + 0.5), wide - 1, tall - 1, transform=sheet.px)
    box.set(**fill.style)
    sheet.figure.add_artist(box)
    if status == NOT_TESTABLE:
        # A cross that leaves its middle to the number.
        for across in (x + 3, x + wide - 3):
            for down in (y + 3, y + tall - 3):
                inward = 5 if across < x + wide / 2 else -5
                lower = 5 if down < y + tall / 2 else -5
                ends = [across, across + inward], [down, down + lower]
                sheet.rule(*ends, color=INK_2, linewidth=1.2 * PT_PER_PX)
    words = sheet.text(
        x + wide / 2,
        y + tall / 2,
        number,
        px=size.small,
        color=fill.ink,
        weight=600,
        align="center",
    )
    words.set_zorder(5)
