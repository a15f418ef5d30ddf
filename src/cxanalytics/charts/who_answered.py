"""Who answered: how many in each agency, wave by wave?

A cell per agency and wave with its number of answers, filled by what that number allows. With one
wave the cells become bars on a common axis. Agencies with the fewest answers come last; where
there are more than fit, the largest are left to the table.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cxanalytics.charts.key import Fill, draw_key, key_height
from cxanalytics.charts.labels import clean, measure, shorten_all
from cxanalytics.charts.ladder import lay_ladder
from cxanalytics.charts.parts import draw_part
from cxanalytics.charts.sheet import Sheet, plain_tick
from cxanalytics.charts.small_units import size_fills
from cxanalytics.charts.style import INK, Size, font, get_size
from cxanalytics.formats import count
from cxanalytics.rules import HIDDEN, THRESHOLDS, Thresholds

MOST_ROWS = {"wide": 40, "narrow": 14}
_CELL = {"wide": 72.0, "narrow": 46.0}
_GAP = 12.0


def who_answered_table(
    agencies: pd.DataFrame, *, thresholds: Thresholds = THRESHOLDS
) -> pd.DataFrame:
    """Give the cells of the chart, agencies with most answers in the last wave first.

    Parameters
    ----------
    agencies : DataFrame
        `agency period n n_eff suppressed_reason`, one row per agency and wave that has answers.
    thresholds : Thresholds

    Returns
    -------
    DataFrame
        `agency period n kind text`: kind is "full", "care", "base" or "hidden"; text is the
        number as printed.
    """
    table = agencies.loc[:, ["agency", "period", "n", "n_eff", "suppressed_reason"]].copy()
    hidden = table["suppressed_reason"] != ""
    effective = table["n_eff"]
    table["kind"] = "full"
    table.loc[effective < thresholds.caution, "kind"] = "care"
    table.loc[effective < thresholds.rank, "kind"] = "base"
    table.loc[hidden, "kind"] = "hidden"
    table["text"] = [
        (f"<{thresholds.hide}" if reason == HIDDEN else "hidden") if reason else count(n)
        for n, reason in zip(table["n"], table["suppressed_reason"], strict=True)
    ]
    last = table.loc[table["period"] == table["period"].max()].set_index("agency")["n"]
    # Hidden counts sort by name alone, so that the order gives none of them away.
    table["order"] = -table["agency"].map(last).fillna(-1.0)
    table = table.sort_values(["order", "agency", "period"], kind="stable")
    return table[["agency", "period", "n", "kind", "text"]].reset_index(drop=True)


def draw_who_answered(
    agencies: pd.DataFrame,
    *,
    thresholds: Thresholds = THRESHOLDS,
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw the answers of every agency in every wave.

    Parameters
    ----------
    agencies : DataFrame
        As for `who_answered_table`.
    thresholds : Thresholds
        Name the fills.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    chosen = get_size(size)
    table = who_answered_table(agencies, thresholds=thresholds)
    names = list(dict.fromkeys(table["agency"]))
    kept = names[-MOST_ROWS[size] :]
    more = len(names) - len(kept)
    table = table.loc[table["agency"].isin(kept)]
    present = set(table["kind"])
    one = table["period"].nunique() < 2
    every = size_fills(thresholds, strong=one)
    fills = {fill.name: fill for fill in every if fill.name in present}
    rest = f"{count(more)} with more answers: see the table" if more else ""
    if one:
        return _draw_bars(table, fills, chosen, rest, ax)
    return _draw_cells(table, fills, chosen, rest, ax)


def _draw_bars(
    table: pd.DataFrame, fills: dict[str, Fill], size: Size, rest: str, ax: Axes | None
) -> Figure:
    shown = list(fills.values())
    most = float(table["n"].max()) if table["n"].notna().any() else 1.0
    ladder = lay_ladder(
        [clean(name) for name in table["agency"]],
        size=size,
        limits=(0.0, max(1.02 * most, 4.0)),
        tick=plain_tick,
        axis_label="Answers",
        column=list(table["text"]),
        column_align="right",
        above=key_height(shown, size),
        below=22.0 if rest else 0.0,
        ax=ax,
    )
    draw_key(ladder.sheet, shown)
    if rest:
        ladder.sheet.text(0.0, ladder.sheet.height - 10, rest, px=size.small)
    for at, row in zip(ladder.rows, table.to_dict("records"), strict=False):
        draw_part(ladder, float(at), 0.0, float(row["n"]), fills[row["kind"]])
    return ladder.sheet.figure


def _draw_cells(
    table: pd.DataFrame, fills: dict[str, Fill], size: Size, rest: str, ax: Axes | None
) -> Figure:
    shown = list(fills.values())
    names = list(dict.fromkeys(table["agency"]))
    top = key_height(shown, size) + 26.0
    bottom = 26.0 if rest else 4.0
    sheet = Sheet(size, height=top + len(names) * size.row + bottom, ax=ax)
    draw_key(sheet, shown)
    periods = _latest_that_fit(sorted(table["period"].unique()), size)
    cut = shorten_all([clean(name) for name in names], font(size.label), 0.44 * sheet.width)
    left = max(measure(name, font(size.label))[0] for name in cut) + _GAP
    pitch = (sheet.height - top - bottom) / len(names)
    cell = min(1.6 * _CELL[size.name], (sheet.width - left) / len(periods))
    heads = _heads(periods, size, cell)
    for j, head in enumerate(heads):
        sheet.text(left + (j + 0.5) * cell, top - 12, head, px=size.small, align="center")
    found = {(row["agency"], row["period"]): row for row in table.to_dict("records")}
    for i, (name, label) in enumerate(zip(names, cut, strict=True)):
        y = top + (i + 0.5) * pitch
        sheet.text(left - _GAP, y, label, px=size.label, color=INK, align="right")
        for j, period in enumerate(periods):
            row = found.get((name, period))
            if row is None:
                continue
            fill = fills[row["kind"]]
            box = Rectangle(
                (left + j * cell + 1, y - pitch / 2 + 1), cell - 2, pitch - 2, transform=sheet.px
            )
            box.set(**fill.style)
            if fill.name == "hidden":
                # A number has to be read on it.
                box.set(hatch="")
            sheet.figure.add_artist(box)
            at = left + (j + 0.5) * cell
            sheet.text(at, y, row["text"], px=size.small, color=fill.ink, align="center")
    if rest:
        sheet.text(0.0, sheet.height - 10, rest, px=size.small)
    return sheet.figure


def _latest_that_fit(periods: list[str], size: Size) -> list[str]:
    fit = int(0.54 * size.width // _CELL[size.name])
    return periods[-fit:]


def _heads(periods: list[str], size: Size, cell: float) -> list[str]:
    """Give column heads that fit: short ones where the whole period does not."""
    heads = [clean(period) for period in periods]
    properties = font(size.small)
    if max(measure(head, properties)[0] for head in heads) <= cell - 2:
        return heads
    # "2026-Q3" is "26 Q3" where the whole does not fit.
    short = [
        head[2:].replace("-", " ") if head[:4].isdigit() and len(head) > 4 else head
        for head in heads
    ]
    return shorten_all(short, properties, cell - 2)
