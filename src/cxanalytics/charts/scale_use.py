"""How were the scales used: which answers, and how often?

One small chart per question, bars for its answers in order, the most frequent one dark and with
its share. Charts with equally many answers share their height, so that heaps can be compared.
"""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cxanalytics.charts.key import LIGHT_BLUE
from cxanalytics.charts.labels import clean, measure, shorten_all
from cxanalytics.charts.sheet import Sheet
from cxanalytics.charts.style import INK, INK_2, PAPER, PEER, PT_PER_PX, YOU, Size, font, get_size
from cxanalytics.formats import count, percent

ACROSS = {"wide": (4, 3), "narrow": (2,)}
"""Charts side by side: as many as leave room for every name, the last number if none does."""

MOST_PANELS = {"wide": 24, "narrow": 12}
_TITLE, _FOOT, _SPACE = 26.0, 22.0, 18.0
_BARS = {"wide": 62.0, "narrow": 46.0}


def scale_use_table(scale_use: pd.DataFrame) -> pd.DataFrame:
    """Give the bars of the chart, questions in their own order.

    Parameters
    ----------
    scale_use : DataFrame
        `question label answer answer_label n share suppressed_reason`: one row per question and
        possible answer; share of those who answered.

    Returns
    -------
    DataFrame
        `question label answer answer_label n share hidden most`: most marks the most frequent
        answer of each question.
    """
    table = scale_use.loc[
        :, ["question", "label", "answer", "answer_label", "n", "share"]
    ].reset_index(drop=True)
    table["label"] = [clean(label) for label in table["label"]]
    table["hidden"] = (scale_use["suppressed_reason"] != "").to_numpy()
    most = table.groupby("question", sort=False)["share"].transform("max")
    table["most"] = table["share"].notna() & (table["share"] == most)
    return table


def draw_scale_use(
    scale_use: pd.DataFrame, *, size: str = "wide", ax: Axes | None = None
) -> Figure:
    """Draw how often each answer of each question was given.

    Parameters
    ----------
    scale_use : DataFrame
        As for `scale_use_table`.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    chosen = get_size(size)
    table = scale_use_table(scale_use)
    questions = list(dict.fromkeys(table["question"]))
    kept = questions[: MOST_PANELS[size]]
    names = list(dict.fromkeys(table.loc[table["question"].isin(kept), "label"]))
    longest = max((measure(name, font(chosen.small, 600))[0] for name in names), default=0.0)
    fitting = [k for k in ACROSS[size] if longest <= (chosen.width - (k - 1) * _SPACE) / k]
    across = (fitting or [ACROSS[size][-1]])[0]
    down = max(math.ceil(len(kept) / across), 1)
    pitch = _TITLE + _BARS[size] + _FOOT + _SPACE
    more = len(questions) - len(kept)
    sheet = Sheet(chosen, height=down * pitch - _SPACE + 24.0 * bool(more) + 4.0, ax=ax)
    panels = {name: table.loc[table["question"] == name] for name in kept}
    tops = _tops(panels)
    wide = (sheet.width - (across - 1) * _SPACE) / across
    labels = shorten_all(
        [panel["label"].iloc[0] for panel in panels.values()], font(chosen.small, 600), wide
    )
    for place, (label, panel) in enumerate(zip(labels, panels.values(), strict=True)):
        left = (place % across) * (wide + _SPACE)
        top = (place // across) * pitch
        sheet.text(left, top + 11, label, px=chosen.small, color=INK, weight=600)
        _draw_panel(sheet, panel, left, top + _TITLE, wide, tops[len(panel)], chosen)
    if more:
        text = f"{count(more)} more questions: see the table"
        sheet.text(0.0, sheet.height - 9, text, px=chosen.small)
    return sheet.figure


def _tops(panels: dict[str, pd.DataFrame]) -> dict[int, float]:
    """Give the tallest share among questions with equally many answers."""
    tops: dict[int, float] = {}
    for panel in panels.values():
        most = panel["share"].max()
        tops[len(panel)] = max(tops.get(len(panel), 0.05), 0.0 if pd.isna(most) else float(most))
    return tops


def _draw_panel(
    sheet: Sheet, panel: pd.DataFrame, left: float, top: float, wide: float, most: float, size: Size
) -> None:
    base = top + _BARS[size.name]
    step = wide / len(panel)
    # The number over the tallest bar needs its own room.
    room = _BARS[size.name] - 18.0
    for i, row in enumerate(panel.to_dict("records")):
        x = left + i * step
        gap = min(3.0, 0.12 * step)
        if row["hidden"]:
            box = Rectangle((x + gap, base - 8), step - 2 * gap, 8, transform=sheet.px)
            box.set(facecolor=PAPER, edgecolor=INK_2, hatch="////", linewidth=PT_PER_PX)
            sheet.figure.add_artist(box)
            continue
        tall = max(room * float(row["share"]) / most, 0.8 if row["n"] > 0 else 0.0)
        color = YOU if row["most"] else LIGHT_BLUE
        bar = Rectangle((x + gap, base - tall), step - 2 * gap, tall, transform=sheet.px)
        bar.set(facecolor=color, edgecolor="none", linewidth=0)
        sheet.figure.add_artist(bar)
        if row["most"]:
            words = percent(row["share"])
            half = measure(words, font(size.small, 600))[0] / 2
            at = min(max(x + step / 2, left + half), left + wide - half)
            sheet.text(
                at, base - tall - 9, words, px=size.small, color=YOU, weight=600, align="center"
            )
    sheet.rule([left, left + wide], [base, base], color=PEER, linewidth=PT_PER_PX)
    for answer, x in (
        (panel["answer"].iloc[0], left + step / 2),
        (panel["answer"].iloc[-1], left + wide - step / 2),
    ):
        sheet.text(x, base + 12, f"{answer:g}", px=size.small, color=INK_2, align="center")
