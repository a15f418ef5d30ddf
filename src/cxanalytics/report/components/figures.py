"""Figures in two sizes, each with its table behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pandas as pd
from markupsafe import Markup

from cxanalytics.report.components.lists import provenance
from cxanalytics.report.components.text import fill, join
from cxanalytics.report.finding import Finding
from cxanalytics.report.svg import to_svg


def data_table(
    table: pd.DataFrame,
    *,
    caption: str,
    numeric: Collection[str] = (),
    row_heads: bool = True,
    css: str = "data",
) -> Markup:
    """Print a frame of words as a table.

    Parameters
    ----------
    table : DataFrame
        Cells already as printed. A column `id` becomes the id of each row.
    caption : str
        What the table holds; empty for none.
    numeric : collection of str
        Columns to set flush right.
    row_heads : bool
        True makes the first column the head of its row.
    css : str
        Class of the table.

    Returns
    -------
    Markup
    """
    columns = [column for column in table.columns if column != "id"]
    right = [Markup(' class="num"') if column in numeric else Markup("") for column in columns]
    heads = join(
        fill('<th scope="col"{}>{}</th>', style, column)
        for style, column in zip(right, columns, strict=True)
    )
    rows = []
    for record in table.to_dict("records"):
        cells = [
            fill('<th scope="row">{}</th>', record[column])
            if row_heads and place == 0
            else fill("<td{}>{}</td>", right[place], record[column])
            for place, column in enumerate(columns)
        ]
        anchor = fill(' id="{}"', record["id"]) if record.get("id") else Markup("")
        rows.append(fill("<tr{}>{}</tr>", anchor, join(cells)))
    return fill(
        '<table class="{}">{}<thead><tr>{}</tr></thead><tbody>{}</tbody></table>',
        css,
        fill("<caption>{}</caption>", caption) if caption else Markup(""),
        heads,
        join(rows),
    )


def scrolling(content: Markup, *, name: str) -> Markup:
    """Let wide content scroll, by keyboard too."""
    return fill(
        '<div class="scroll" role="region" aria-label="{}" tabindex="0">{}</div>', name, content
    )


def folded(summary: str, content: Markup, *, css: str = "tbl") -> Markup:
    """Put content behind a summary."""
    return fill('<details class="{}"><summary>{}</summary>{}</details>', css, summary, content)


def opened_reasons(about: str, entries: Iterable[tuple[str, object]]) -> Markup:
    """Open an answer to what it stands on.

    Parameters
    ----------
    about : str
        What the answer is about, for those who hear the page.
    entries : iterable of (str, object)
        Name and text; an empty text leaves its row out.

    Returns
    -------
    Markup
    """
    return fill(
        '<details class="tbl reasons"><summary>Why?<span class="vh"> What the answer on {} stands '
        "on</span></summary>{}</details>",
        about,
        provenance(entries),
    )


def figure(finding: Finding, *, number: int, numeric: Collection[str] = ()) -> Markup:
    """Show a finding: title, drawing in two sizes, note, table.

    Parameters
    ----------
    finding : Finding
    number : int
        Of the figure, on this page.
    numeric : collection of str
        Columns of its table to set flush right.

    Returns
    -------
    Markup
    """
    name = f"Figure\u00a0{number}"
    sizes = join(
        fill(
            '<div class="only-{}">{}</div>',
            size,
            to_svg(drawing, prefix=f"{finding.id}-{size}", label=finding.alt),
        )
        for size, drawing in (("wide", finding.wide), ("narrow", finding.narrow))
    )
    table = data_table(finding.table, caption=finding.claim, numeric=numeric)
    return fill(
        '<figure class="fig" id="fig-{}"><figcaption><span class="figno">{}</span>'
        '<span class="figtitle">{}</span>{}</figcaption>{}{}{}</figure>',
        finding.id,
        name,
        finding.claim,
        fill('<span class="figsub">{}</span>', finding.subtitle)
        if finding.subtitle
        else Markup(""),
        sizes,
        fill('<p class="note">{}</p>', finding.note) if finding.note else Markup(""),
        folded(f"Show {name} as a table", scrolling(table, name=f"{name} as a table")),
    )
