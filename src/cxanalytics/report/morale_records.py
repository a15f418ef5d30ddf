"""How does a reader take the figures on morale away?

The records of the section on morale, with the ids of the rows that show them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from cxanalytics.charts import staff_items_table
from cxanalytics.formats import slugs
from cxanalytics.report.components.text import sentence
from cxanalytics.report.exports import make_record

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Estimates, Panel

_BETWEEN = "\x1f"


def team_ids(teams: Iterable[str], *, named: bool = True) -> dict[str, dict[str, str]]:
    """Name the figures of teams: one id for page and files.

    Parameters
    ----------
    teams : iterable of str
        In the order of the page.
    named : bool
        False numbers them: an id that held the name would give it away.

    Returns
    -------
    dict of str to dict of str to str
        Team to "morale" and "performance" to id.
    """
    listed = list(teams)
    numbers = {key: str(place) for place, key in enumerate(listed, start=1)}
    parts = slugs(listed) if named else numbers
    # No slug has two hyphens in a row: the two parts cannot run into each other.
    return {
        key: {column: f"team-{part}--{column}" for column in ("morale", "performance")}
        for key, part in parts.items()
    }


def item_ids(table: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Name the rows of staff questions and waves: one id for page and files."""
    pairs = list(zip(table["item"], table["period"], strict=True))
    parts = slugs(f"{item}{_BETWEEN}{period}" for item, period in pairs)
    return {pair: f"staff-{parts[_BETWEEN.join(pair)]}" for pair in pairs}


def size_records(sized: Estimates, facts: PageFacts, *, panel: Panel) -> list[dict[str, Any]]:
    """List the records of the sizes between and within, of all agencies together."""
    return [
        make_record(
            {"key": None, **{name: row[name] for name in _FIGURES}},
            facts,
            anchor=f"morale-{row['key']}",
            measure=f"morale/{row['key']}",
            label=f"{panel.performance_label} where morale is higher, {row['key']}",
        )
        for row in sized.frame.to_dict("records")
    ]


_FIGURES: tuple[Hashable, ...] = ("estimate", "conf_low", "conf_high", "n")


def team_records(
    table: pd.DataFrame, facts: PageFacts, *, panel: Panel, agency: str, named: bool
) -> list[dict[str, Any]]:
    """List a record of morale and one of performance for each team that is drawn."""
    ids = team_ids(table["key"], named=named)
    records = []
    for place, row in enumerate(table.to_dict("records"), start=1):
        name = row["name"] if named else f"{sentence(facts.nouns.team)} {place}"
        for column, label in (
            ("morale", panel.morale_label),
            ("performance", panel.performance_label),
        ):
            record = make_record(
                {"key": agency, "estimate": row[column], "n": row["n"]},
                facts,
                anchor=ids[row["key"]][column],
                measure=f"team/{column}",
                label=f"{name}: {label}",
            )
            # That of customers says nothing of staff, nor of averages of waves.
            records.append(record | {"response_rate": None})
    return records


def staff_item_records(
    items: pd.DataFrame, facts: PageFacts, *, agency: str
) -> list[dict[str, Any]]:
    """List a record for each staff question and wave of the agency."""
    table = staff_items_table(items, agency=agency)
    ids = item_ids(table)
    return [
        {
            **make_record(
                {**row, "key": agency},
                facts,
                anchor=ids[(row["item"], row["period"])],
                measure=f"staff/{row['item']}",
                label=row["name"],
            ),
            "wave": row["period"],
            "response_rate": None,
        }
        for row in table.to_dict("records")
    ]
