"""Which way runs the chain from morale through something to performance, and how sure is each link?

Three boxes from top to bottom, with an arrow for each link and one past the middle. An arrow is
dark where its range leaves zero out, and gray and broken where it does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxanalytics.charts.labels import Box, clean, shorten
from cxanalytics.charts.sheet import Sheet
from cxanalytics.charts.style import INK, INK_2, PEER, PT_PER_PX, TINT_ABOVE, YOU, font, get_size
from cxanalytics.tables import Estimates

PATHS = ("a", "b", "direct")
_BOX, _GAP, _LINE, _PAD = 38.0, 74.0, 20.0, 12.0
_LEFT, _STEM = 30.0, 28.0


def service_profit_chain_table(estimates: Estimates) -> pd.DataFrame:
    """Give the arrows of the picture.

    Parameters
    ----------
    estimates : Estimates
        From `fit_service_profit_chain`.

    Returns
    -------
    DataFrame
        `key label estimate conf_low conf_high clear`; a row per arrow, in the order of `PATHS`.
        `clear` tells whether the range leaves zero out.
    """
    columns = ["key", "label", "estimate", "conf_low", "conf_high"]
    if estimates.frame.empty:
        return pd.DataFrame(columns=[*columns, "clear"])
    table = estimates.frame.set_index("key").loc[list(PATHS)].reset_index()[columns]
    return table.assign(clear=(table["conf_low"] > 0) | (table["conf_high"] < 0))


def draw_service_profit_chain(
    estimates: Estimates,
    *,
    names: Sequence[str],
    sizes: Mapping[str, Sequence[str]],
    size: str = "wide",
    ax: Axes | None = None,
) -> Figure:
    """Draw the chain.

    Parameters
    ----------
    estimates : Estimates
        As for `service_profit_chain_table`.
    names : sequence of str
        Of morale, the middle and performance.
    sizes : mapping of str to sequence of str
        Lines of text beside each arrow; the first is bold.
    size : str
        "wide" or "narrow".
    ax : Axes, optional
        Draw inside the box of these axes.

    Returns
    -------
    Figure
    """
    table, chosen = service_profit_chain_table(estimates), get_size(size)
    below = _LINE * len(sizes.get("direct", ())) + _PAD
    sheet = Sheet(chosen, height=3 * _BOX + 2 * _GAP + 2 * _PAD + below, ax=ax)
    tops = [_PAD + i * (_BOX + _GAP) for i in range(3)]
    for top, name in zip(tops, names, strict=True):
        box = Box(_LEFT + 14, top, sheet.width, top + _BOX)
        sheet.band(box, color=TINT_ABOVE)
        words = shorten(clean(name), font(chosen.label, 600), box.right - box.left - 2 * _PAD)
        middle = (box.top + box.bottom) / 2
        sheet.text(box.left + _PAD, middle, words, px=chosen.label, color=INK, weight=600)
    for row in table.to_dict("records"):
        key, clear = str(row["key"]), bool(row["clear"])
        lines = list(sizes.get(key, ()))
        if key == "direct":
            _past(sheet, tops, clear)
            _lines(sheet, 0.0, tops[2] + _BOX + _PAD, lines)
            continue
        top = tops[PATHS.index(key)] + _BOX
        x = _LEFT + 14 + _STEM
        _arrow(sheet, [x, x], [top + 3, top + _GAP - 3], clear=clear, name=key, head="v")
        _lines(sheet, x + _STEM, top + (_GAP - _LINE * len(lines)) / 2, lines)
    return sheet.figure


def _past(sheet: Sheet, tops: Sequence[float], clear: bool) -> None:
    """Draw the arrow past the middle, along the left."""
    first, last = (tops[i] + _BOX / 2 for i in (0, 2))
    edge = _LEFT + 14
    _arrow(
        sheet, [edge, 10, 10, edge - 3], [first, first, last, last],
        clear=clear, name="direct", head=">",
    )  # fmt: skip


def _arrow(
    sheet: Sheet, x: Sequence[float], y: Sequence[float], *, clear: bool, name: str, head: str
) -> None:
    color = YOU if clear else PEER
    sheet.rule(
        x,
        y,
        color=color,
        linewidth=(2.4 if clear else 1.6) * PT_PER_PX,
        linestyle="-" if clear else (0, (4, 3)),
        label=name,
    )
    end = {"marker": head, "markersize": 8 * PT_PER_PX, "color": color, "linestyle": "none"}
    sheet.rule(x[-1:], y[-1:], **end)


def _lines(sheet: Sheet, left: float, top: float, lines: Sequence[str]) -> None:
    for i, words in enumerate(lines):
        weight = 600 if i == 0 else 400
        cut = shorten(clean(words), font(sheet.size.small, weight), sheet.width - left)
        color = INK if i == 0 else INK_2
        sheet.text(
            left, top + (i + 0.5) * _LINE, cut, px=sheet.size.small, color=color, weight=weight
        )
