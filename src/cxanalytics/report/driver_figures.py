"""Which figures show the drivers of one agency, and what stands in the tables behind them?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from cxanalytics.charts import draw_answer_bars, draw_driver_shares, draw_priority
from cxanalytics.formats import count, percent, share_range
from cxanalytics.report.components.scorecard import agency_row
from cxanalytics.report.components.text import fill, join, quiet
from cxanalytics.report.driver_records import (
    answer_ids,
    answer_measure,
    answers_ids,
    driver_ids,
    step_ids,
)
from cxanalytics.report.finding import Finding
from cxanalytics.rules import COMPLEMENTARY
from cxanalytics.words import (
    CALLS,
    STEPS_DIFFER,
    say_alt_answers,
    say_alt_priority,
    say_alt_shares,
    say_answers_note,
    say_answers_title,
    say_downward,
    say_explained,
    say_gap,
    say_not_compared,
    say_priority_note,
    say_priority_title,
    say_shares_title,
    say_size,
    say_step_count,
    say_suppressed,
    say_verdict,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Benchmark, Estimates


def driver_positions(rows: Mapping[str, pd.Series[Any]]) -> pd.DataFrame:
    """List where the agency stands on each driver; no figures where it is not compared."""
    columns = ["gap", "gap_low", "gap_high", "verdict"]
    table = pd.DataFrame([row.reindex(columns) for row in rows.values()], columns=columns)
    return table.assign(key=list(rows)).astype(dict.fromkeys(columns[:3], float))


def drivers_finding(
    drivers: Estimates,
    table: pd.DataFrame,
    rows: Mapping[str, pd.Series[Any]],
    facts: PageFacts,
    *,
    effects: Estimates | None,
) -> Finding:
    """Draw the drivers by gap and share; by share alone where there is no peer to compare with."""
    compared = bool(table["gap"].notna().any())
    names = dict(zip(table["key"], table["name"], strict=True))
    positions = driver_positions(rows)
    wide, narrow = (
        draw_priority(drivers, positions, names=names, size=size)
        if compared
        else draw_driver_shares(drivers, names=names, size=size)
        for size in ("wide", "narrow")
    )
    by = "Share explained and gap" if compared else "Share explained"
    notes = (
        say_priority_note(table) if compared else "",
        say_downward(drivers, names=names, nouns=facts.nouns),
        say_explained(drivers),
        STEPS_DIFFER if effects is not None and _steps_differ(effects) else "",
    )
    return Finding(
        id="drivers",
        claim=say_priority_title(table) if compared else say_shares_title(table),
        table=_listed(drivers, table, rows, facts, effects),
        wide=wide,
        narrow=narrow,
        alt=say_alt_priority(table) if compared else say_alt_shares(table),
        subtitle=f"{by}, with likely ranges",
        note=" ".join(filter(None, notes)),
        checks=drivers.checks,
    )


def _steps_differ(effects: Estimates) -> bool:
    return "step" in effects.frame and effects.frame["step"].nunique() > 1


def _listed(
    drivers: Estimates,
    table: pd.DataFrame,
    rows: Mapping[str, pd.Series[Any]],
    facts: PageFacts,
    effects: Estimates | None,
) -> pd.DataFrame:
    """List the drivers as printed, the largest share first."""
    ids, tiers = driver_ids(table["key"]), drivers.frame.set_index("key")["tier"]
    steps_at = step_ids(table["key"])
    steps = {} if effects is None else {row["key"]: row for _, row in effects.frame.iterrows()}
    listed = []
    for row in table.to_dict("records"):
        key, own = row["key"], rows[row["key"]]
        compared = own["verdict"] != ""
        likely = share_range(row["share_low"], row["share_high"])
        listed.append(
            {
                "id": ids[key],
                "Driver": row["name"],
                "Share explained": f"{percent(row['share'])} ({likely})",
                "Gap to the typical peer": say_gap(own)
                if compared
                else say_not_compared(own, thresholds=facts.thresholds),
                "Against peers": say_verdict(own).text if compared else "",
                "Call": CALLS[row["call"]],
                "Steps": say_step_count(steps[key]) if key in steps else "",
                "Rated better": fill('<span id="{}">{}</span>', steps_at[key], say_size(steps[key]))
                if key in steps
                else "Not known",
                "Cannot be told apart": f"Group {tiers[key]}",
            }
        )
    # Strings of pandas would lose which cells are markup.
    return pd.DataFrame(listed, dtype=object)


def answers_finding(
    bars: pd.DataFrame,
    boards: Mapping[str, Benchmark],
    shares: pd.DataFrame,
    facts: PageFacts,
    names: Mapping[str, str],
    agency: str,
) -> Finding:
    """Draw how each question was answered."""
    own = shares.loc[shares["agency"] == agency]
    totals = dict(zip(bars["question"], bars["total"], strict=True))
    wide, narrow = (
        draw_answer_bars(own, totals, names=names, size=size) for size in ("wide", "narrow")
    )
    asked = [name for name in shares["question"].unique() if name not in totals]
    missing = {name: agency_row(boards.get(name), agency) for name in asked}
    who = f"Answers of your {facts.nouns.respondents}, in percent"
    return Finding(
        id="answers",
        claim=say_answers_title(bars),
        table=pd.concat(
            [_answers_listed(bars), _answers_missing(missing, own, names, facts)], ignore_index=True
        ),
        wide=wide,
        narrow=narrow,
        alt=say_alt_answers(bars),
        subtitle=", ".join(filter(None, (who, facts.dates))),
        note=say_answers_note(bars),
    )


def _answers_listed(bars: pd.DataFrame) -> pd.DataFrame:
    """List the questions as printed, each side with its parts."""
    ids = answers_ids(bars["question"].unique())
    parts_at = answer_ids(answer_measure(row) for row in bars.to_dict("records"))
    listed = []
    for key, bar in bars.groupby("question", sort=False):
        parts = {
            side: join(
                (
                    fill(
                        '<span id="{}">{} {}</span>',
                        parts_at[answer_measure(row)],
                        percent(row["share"]),
                        quiet(row["label"]),
                    )
                    for row in own.to_dict("records")
                ),
                ", ",
            )
            for side, own in bar.groupby("side")
        }
        against = [parts["negative"]] if "negative" in parts else []
        against += [fill("not positive: {}", parts["mixed"])] if "mixed" in parts else []
        listed.append(
            {
                "id": ids[str(key)],
                "Question": bar["name"].iloc[0],
                "Score": percent(bar["total"].iloc[0]),
                "Positive": parts.get("positive", "None"),
                "Neither": parts.get("neutral", "With negative" if "mixed" in parts else "None"),
                "Negative": join(against, ", ") or "None",
                "Answers": count(bar["n"].iloc[0]),
            }
        )
    # Strings of pandas would lose which cells are markup.
    return pd.DataFrame(listed, dtype=object)


def _answers_missing(
    rows: Mapping[str, pd.Series[Any]],
    own: pd.DataFrame,
    names: Mapping[str, str],
    facts: PageFacts,
) -> pd.DataFrame:
    """List the questions without a bar, with the reason."""
    held_back = set(own.loc[own["suppressed_reason"] != "", "question"])
    listed = []
    for name, row in rows.items():
        text = "Not known"
        if name in held_back:
            text = say_suppressed(COMPLEMENTARY)
        elif row["suppressed_reason"] != "":
            text = say_not_compared(row, thresholds=facts.thresholds)
        blank = dict.fromkeys(("id", "Score", "Neither", "Negative", "Answers"), "")
        listed.append({**blank, "Question": names[name], "Positive": text})
    return pd.DataFrame(listed)
