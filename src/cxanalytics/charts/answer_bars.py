"""How was each question answered: against, for, and neither?

One bar a question, answers against it to the left of a common line and answers for it to the right,
the most decided outside. Answers that are neither stand in a panel of their own, so that all three
start on a common line. Answers against and answers that are neither, where they had to be counted
together, stand hatched on the left: they are not positive. The bold number is the score as it is
printed everywhere: the stabilized one. The parts are drawn to match it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cxanalytics.charts.key import LIGHT_BLUE, LIGHT_GRAY, LIGHT_ORANGE, MID_BLUE, MID_ORANGE
from cxanalytics.charts.labels import Box, clean, measure, shorten, shorten_all
from cxanalytics.charts.sheet import Sheet
from cxanalytics.charts.style import ABOVE, BELOW, INK, INK_2, PAPER, PT_PER_PX, YOU, font, get_size
from cxanalytics.formats import fixed, percent

SIDES = ("negative", "positive", "neutral")
MIXED = "mixed"
NOT_POSITIVE = "Not positive: against or in between"
DARK_ORANGE, DARK_GRAY = "#9A3F06", "#B5BEC6"
_HATCHED, _HATCH = "#E3E8EC", "////"
_COLORS = {
    "negative": (LIGHT_ORANGE, MID_ORANGE, DARK_ORANGE),
    "positive": (LIGHT_BLUE, MID_BLUE, YOU),
    "neutral": (LIGHT_GRAY, DARK_GRAY, DARK_GRAY),
}
_ANY = {"negative": "Negative answers", "positive": "Positive answers", "neutral": "In between"}
_ONE_WORD = {"negative": "Negative", "positive": "Positive", "neutral": "Between"}
_WHITE_ON = (DARK_ORANGE, YOU)
_HEAD, _BAR, _TOTAL, _NUMBER, _BETWEEN, _GAP = 28.0, 21.0, 42.0, 26.0, 24.0, 14.0
_PITCH = {"wide": 32.0, "narrow": 43.0}
_NAME_LINE = 19.0
_KEY = 22.0


def answer_bars_table(
    shares: pd.DataFrame, totals: Mapping[str, float], *, names: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Give the parts of the bars, the question with the most positive answers first.

    Parameters
    ----------
    shares : DataFrame
        Of one agency, as `fit_answer_shares` gives them.
    totals : mapping of str to float
        Question to its stabilized score; a question without one has no bar.
    names : mapping of str to str, optional
        Question to the name to print; its label when absent.

    Returns
    -------
    DataFrame
        `question name answer label side share raw total n`, answers in the order of the scale.
        `share` is `raw` scaled so that the positive answers add to `total` and the others to
        the rest.
    """
    kept = shares["question"].map(totals).notna() & shares["share"].notna()
    table = shares.loc[kept].rename(columns={"share": "raw"}).reset_index(drop=True)
    table["total"] = table["question"].map(totals).astype(float)
    positive = table["side"] == "positive"
    counted = table["raw"].where(positive, 0.0).groupby(table["question"]).transform("sum")
    scaled = (table["total"] / counted).where(positive, (1 - table["total"]) / (1 - counted))
    table["share"] = table["raw"] * scaled
    named = zip(table["question"], table["question_label"], strict=True)
    table["name"] = [clean((names or {}).get(key, label)) for key, label in named]
    table["label"] = [clean(label) for label in table["label"]]
    columns = ["question", "name", "answer", "label", "side", "share", "raw", "total", "n"]
    ordered = table.sort_values(
        ["total", "name", "question", "answer"], ascending=[False, True, True, True], kind="stable"
    )
    return ordered[columns].reset_index(drop=True)


def draw_answer_bars(
    shares: pd.DataFrame,
    totals: Mapping[str, float],
    *,
    names: Mapping[str, str] | None = None,
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw how each question was answered.

    Parameters
    ----------
    shares, totals, names
        As for `answer_bars_table`.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    chosen = get_size(size)
    table = answer_bars_table(shares, totals, names=names)
    bars = [part for _, part in table.groupby("question", sort=False)]
    pitch = _PITCH[size]
    end = _HEAD + pitch * max(len(bars), 1) + 4.0
    mixed = bool((table["side"] == MIXED).any())
    sheet = Sheet(chosen, height=end + (_KEY if mixed else 0.0), ax=ax)
    wide = size == "wide"
    label = font(chosen.label)
    limit = 0.32 * sheet.width if wide else sheet.width - 4
    cut = shorten_all([bar["name"].iloc[0] for bar in bars], label, limit)
    left = max((measure(name, label)[0] for name in cut), default=0.0) + _GAP if wide else 2.0
    words = {side: _words(table, side, short=not wide) for side in SIDES}
    least = 0.0 if wide else measure(words["negative"], font(chosen.small, 600))[0] + 8
    panels = _lay(sheet, bars, left, least=least)
    _head(sheet, words, panels)
    for row, (name, bar) in enumerate(zip(cut, bars, strict=True)):
        top = _HEAD + row * pitch
        middle = top + pitch / 2 if wide else top + _NAME_LINE + _BAR / 2
        if wide:
            sheet.text(left - _GAP, middle, name, px=chosen.label, color=INK, align="right")
        else:
            sheet.text(left, top + 10, name, px=chosen.label, color=INK)
        _draw_bar(sheet, panels, bar, middle)
    starts = [_HEAD + row * pitch + _NAME_LINE - 3 for row in range(len(bars))]
    lines = [(_HEAD - 6, end - 1)] if wide else [(y, y + _BAR + 6) for y in starts]
    ends = list(zip(*lines, strict=True)) or [(), ()]
    panels.main.vlines([0.0] * len(lines), *ends, label="between against and for").set(
        color=INK, linewidth=1.3 * PT_PER_PX, zorder=5
    )
    if mixed:
        _key(sheet, panels, (2.0, end + _KEY / 2))
    return sheet.figure


@dataclass(frozen=True, slots=True)
class _Panels:
    """Where the two plots stand; `unit` is px per share, y is px from the top of the sheet."""

    main: Axes
    apart: Axes | None
    zero: float
    start: float
    unit: float


def _lay(sheet: Sheet, bars: Sequence[pd.DataFrame], left: float, *, least: float) -> _Panels:
    """Give all parts one unit: against and for about a common line, neither beside them.

    `least` is the room, in px, that the answers against have at least.
    """
    most = {side: max((_sum(bar, side) for bar in bars), default=0.0) for side in SIDES}
    apart = most["neutral"] > 0
    room = sheet.width - left - _TOTAL - (_BETWEEN + _NUMBER if apart else 0.0) - 4.0
    unit = room / max(sum(most.values()), 1e-9)
    if most["negative"] * unit < least:
        unit = (room - least) / max(most["positive"] + most["neutral"], 1e-9)
    zero = left + max(most["negative"] * unit, least) + 2.0
    end = zero + most["positive"] * unit
    start = end + _TOTAL + _BETWEEN
    y = (sheet.height, 0.0)
    first = Box(left, 0.0, max(end, left + 1), sheet.height)
    main = sheet.plot(first, x=((left - zero) / unit, (first.right - zero) / unit), y=y)
    second = None
    if apart:
        box = Box(start, 0.0, start + most["neutral"] * unit, sheet.height)
        second = sheet.plot(box, x=(0.0, most["neutral"]), y=y)
    return _Panels(main, second, zero, start, unit)


def _sum(bar: pd.DataFrame, side: str) -> float:
    sides = (side, MIXED) if side == "negative" else (side,)
    return float(bar.loc[bar["side"].isin(sides), "share"].sum())


def _key(sheet: Sheet, panels: _Panels, place: tuple[float, float]) -> None:
    """Say what a hatched part is."""
    left, middle = place
    width = 18.0
    start = (left - panels.zero) / panels.unit
    swatch = Rectangle((start, middle - 6), width / panels.unit, 12.0, zorder=3, clip_on=False)
    swatch.set(facecolor=_HATCHED, edgecolor=DARK_GRAY, hatch=_HATCH, linewidth=0)
    panels.main.add_artist(swatch)
    size = sheet.size.small
    text = shorten(NOT_POSITIVE, font(size), sheet.width - left - width - 6)
    sheet.text(left + width + 6, middle, text, px=size, color=INK_2)


def _head(sheet: Sheet, words: Mapping[str, str], panels: _Panels) -> None:
    """Name the sides above the bars."""
    size = sheet.size.small
    y, bold = 12.0, font(size, 600)
    against = shorten(words["negative"], bold, panels.zero - 6)
    sheet.text(panels.zero - 6, y, against, px=size, color=BELOW, weight=600, align="right")
    room = (panels.start if panels.apart else sheet.width) - panels.zero - 12
    agreed = shorten(words["positive"], bold, room)
    sheet.text(panels.zero + 6, y, agreed, px=size, color=ABOVE, weight=600)
    if panels.apart:
        beside = shorten(words["neutral"], bold, sheet.width - panels.start)
        sheet.text(panels.start, y, beside, px=size, color=INK_2, weight=600)


def _words(table: pd.DataFrame, side: str, *, short: bool) -> str:
    """Give the answers of a side as most questions have them; plain words where none do."""
    if side == "negative" and set(table["side"]) & {side, MIXED} == {MIXED}:
        return "Not positive"
    named = [tuple(bar.loc[bar["side"] == side, "label"]) for _, bar in table.groupby("question")]
    # Answers that are counted together are named together: "Strongly disagree or disagree".
    joined = [" or ".join(labels).lower() for labels in named]
    usual = max(joined, key=joined.count, default="")
    if not usual or 2 * joined.count(usual) <= len(joined) or usual[0].isdigit():
        return (_ONE_WORD if short else _ANY)[side]
    labels = max((n for n, j in zip(named, joined, strict=True) if j == usual), key=len)
    if side == "neutral":
        return labels[0].split(" ")[0] if len(labels) == 1 else _ONE_WORD[side]
    inner = labels[-1] if side == "negative" else labels[0]
    return inner if short and len(labels) > 1 else " · ".join(labels)


def _draw_bar(sheet: Sheet, panels: _Panels, bar: pd.DataFrame, middle: float) -> None:
    """Draw the parts of one question and its total."""
    for side, way in (("negative", -1), ("positive", 1), ("neutral", 1)):
        part = bar.loc[bar["side"].isin((side, MIXED) if side == "negative" else (side,))]
        # From the line outward: the answers against run the other way.
        values = part["share"].tolist()[::way]
        axes, origin = (
            (panels.apart, panels.start) if side == "neutral" else (panels.main, panels.zero)
        )
        at = 0.0
        for color, share in zip(_shades(side, part["side"].tolist()[::way]), values, strict=True):
            if axes is not None:
                _segment(sheet, axes, (at, way * share, middle), color, origin, panels.unit)
            at += way * share
        if side == "neutral" and values:
            x = origin + at * panels.unit + 5
            sheet.text(x, middle, fixed(100 * at), px=sheet.size.small, color=INK_2)
    end = panels.zero + _sum(bar, "positive") * panels.unit + 6
    total = percent(bar["total"].iloc[0])
    sheet.text(end, middle, total, px=sheet.size.label, color=YOU, weight=700)


def _shades(side: str, kinds: Sequence[str]) -> tuple[str, ...]:
    """Give the colors of parts from the line outward; the mixed one is next to the line."""
    light, middle, dark = _COLORS[side]
    mixed, parts = kinds.count(MIXED), len(kinds) - kinds.count(MIXED)
    if mixed:
        return (*[_HATCHED] * mixed, *_shades(side, [side] * parts))
    if parts <= 2:
        return (light, dark)[:parts]
    return (light, *[middle] * (parts - 2), dark)


def _segment(
    sheet: Sheet,
    ax: Axes,
    place: tuple[float, float, float],
    color: str,
    origin: float,
    unit: float,
) -> None:
    """Draw one part, with its number where there is room; beside the line stands none."""
    start, share, middle = place
    left = min(start, start + share)
    bar = Rectangle((left, middle - _BAR / 2), abs(share), _BAR, zorder=3)
    bar.set(facecolor=color, edgecolor=PAPER, linewidth=1.2 * PT_PER_PX)
    if color == _HATCHED:
        bar.set(edgecolor=DARK_GRAY, hatch=_HATCH)
    ax.add_patch(bar)
    text, size = fixed(100 * abs(share)), sheet.size.small
    if color in _COLORS["neutral"] or measure(text, font(size))[0] + 3 > abs(share) * unit:
        return
    x = origin + (left + abs(share) / 2) * unit
    ink = PAPER if color in _WHITE_ON else INK
    sheet.text(x, middle, text, px=size, color=ink, align="center").set_zorder(6)
