"""Which figures show morale on the page of one agency, with what tables behind them?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cxanalytics.charts import (
    draw_coefficients,
    draw_staff_items,
    draw_teams,
    staff_items_table,
)
from cxanalytics.formats import count, percent, share_range, significant
from cxanalytics.report.components.text import clean, fill, sentence
from cxanalytics.report.finding import Finding
from cxanalytics.report.morale_records import item_ids, team_ids
from cxanalytics.words import (
    Scale,
    say_alt_coefficients,
    say_alt_staff_items,
    say_alt_teams,
    say_better,
    say_gap,
    say_sizes_title,
    say_staff_items_note,
    say_staff_items_title,
    say_suppressed,
    say_teams_note,
    say_teams_title,
    say_verdict,
)

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Estimates, Panel


def size_names(estimates: Estimates, facts: PageFacts) -> dict[str, str]:
    """Name the comparisons in the study's nouns."""
    nouns = facts.nouns
    names = {
        "between": f"Between {nouns.teams}",
        "within": f"Same {nouns.team}, same wave",
        "later": f"Same {nouns.team}, a wave later",
    }
    if estimates.facts.get("group") == "agency":
        names["between"] = f"Between all {nouns.organizations}"
        names["within"] = f"Between {nouns.teams} of one {nouns.organization}"
    return names


def sizes_finding(sized: Estimates, panel: Panel, scale: Scale, facts: PageFacts) -> Finding:
    """Draw how much better performance is with morale, between and within side by side."""
    names = size_names(sized, facts)
    label = clean(panel.performance_label)
    ways = f"{'points ' if scale.unit else ''}better (+) or worse (−)"
    axes = {"wide": f"{label}: {ways}", "narrow": sentence(ways)}
    short = names | {"within": f"Within one {facts.nouns.organization}"}
    over_time = sized.facts.get("group") != "agency"
    wide, narrow = (
        draw_coefficients(
            sized,
            labels=names if size == "wide" or over_time else short,
            unit="points" if scale.unit else "number",
            axis_label=axes[size],
            sort=False,
            size=size,
        )
        for size in ("wide", "narrow")
    )
    rows = sized.frame
    table = pd.DataFrame(
        {
            "id": [f"morale-{key}" for key in rows["key"]],
            "Comparison": [names[key] for key in rows["key"]],
            "Difference": [say_better(row, scale) for _, row in rows.iterrows()],
        }
    )
    alt = rows.assign(name=[names[key] for key in rows["key"]])
    return Finding(
        id="morale-sizes",
        claim=say_sizes_title(sized),
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_coefficients(alt, in_points=bool(scale.unit)),
        subtitle=f"{label}, where morale is {scale.step_words} higher",
        note=_apart(names) if sized.facts.get("split") else "",
        checks=sized.checks,
    )


def _apart(names: Mapping[str, str]) -> str:
    return f"“{names['within']}”: morale and performance are those of different people."


def teams_finding(
    table: pd.DataFrame,
    teams: pd.DataFrame,
    morale: Estimates,
    panel: Panel,
    facts: PageFacts,
    *,
    agency: str,
    named: bool,
) -> Finding:
    """Draw the agency's teams beside the pattern of all."""
    morale_index, performance = clean(panel.morale_label), clean(panel.performance_label)
    wide, narrow = (
        draw_teams(
            teams,
            morale,
            agency=agency,
            performance_is=panel.performance_is,
            named=named,
            size=size,
            morale_label=morale_index,
            performance_label=performance,
        )
        for size in ("wide", "narrow")
    )
    team = sentence(facts.nouns.team)
    listed = table.assign(
        name=table["name"] if named else [f"{team} {k + 1}" for k in range(len(table))],
        morale_text=[_figure(value, share=True) for value in table["morale"]],
        performance_text=[
            _figure(value, share=panel.performance_is == "share") for value in table["performance"]
        ],
    )
    return Finding(
        id="morale-teams",
        claim=say_teams_title(len(table), morale, nouns=facts.nouns),
        table=_teams_listed(listed, team, morale_index, performance, named=named),
        wide=wide,
        narrow=narrow,
        alt=say_alt_teams(listed, morale=morale_index, performance=performance, nouns=facts.nouns),
        subtitle=f"{performance} against {morale_index}, averages of waves",
        note=say_teams_note(
            teams, morale, agency=agency, nouns=facts.nouns, thresholds=facts.thresholds
        ),
        checks=panel.notes,
    )


def _figure(value: float, *, share: bool) -> str:
    return percent(value) if share and abs(value) <= 1 else f"{significant(value, 3):g}"


def _teams_listed(
    listed: pd.DataFrame, team: str, morale: str, performance: str, *, named: bool
) -> pd.DataFrame:
    """List every team as printed; each of its two figures has an id."""
    ids = team_ids(listed["key"], named=named)
    marked = {
        column: [
            fill('<span id="{}">{}</span>', ids[key][column], text)
            for key, text in zip(listed["key"], listed[f"{column}_text"], strict=True)
        ]
        for column in ("morale", "performance")
    }
    # Strings of pandas would lose which cells are markup.
    return pd.DataFrame(
        {
            team: list(listed["name"]),
            morale: marked["morale"],
            performance: marked["performance"],
            "Staff answers": [count(n) for n in listed["n"]],
            "Waves": [count(waves) for waves in listed["waves"]],
        },
        dtype=object,
    )


def staff_items_finding(items: pd.DataFrame, facts: PageFacts, *, agency: str) -> Finding | None:
    """Draw what staff answered; None where no question may be shown."""
    table = staff_items_table(items, agency=agency)
    if table.empty:
        return None
    wide, narrow = (
        draw_staff_items(items, agency=agency, size=size) for size in ("wide", "narrow")
    )
    return Finding(
        id="morale-items",
        claim=say_staff_items_title(table),
        table=_items_listed(table, facts),
        wide=wide,
        narrow=narrow,
        alt=say_alt_staff_items(table),
        subtitle="Share of staff who answer positively, by wave",
        note=say_staff_items_note(table),
    )


def _with_range(row: Mapping[Hashable, Any]) -> str:
    likely = share_range(row["conf_low"], row["conf_high"])
    return f"{percent(row['estimate'])} ({likely})"


def _items_listed(table: pd.DataFrame, facts: PageFacts) -> pd.DataFrame:
    """List every question and wave as printed."""
    ids = item_ids(table)
    listed = []
    for row in table.to_dict("records"):
        held_back = str(row["suppressed_reason"])
        shown = pd.notna(row["estimate"])
        series = pd.Series(row)
        listed.append(
            {
                "id": ids[(row["item"], row["period"])],
                "Question": row["name"],
                "Wave": row["period"],
                "You": _with_range(row)
                if shown
                else say_suppressed(held_back, thresholds=facts.thresholds),
                "Typical peer": percent(row["peer"]) if shown and pd.notna(row["peer"]) else "",
                "Gap": say_gap(series) if shown and pd.notna(row["gap"]) else "",
                "Against peers": say_verdict(series).text if shown and row["verdict"] else "",
                "Staff answers": count(row["n"]) if pd.notna(row["n"]) else "",
            }
        )
    return pd.DataFrame(listed)
