"""Do departments differ more than agencies, and is the experience the same in every channel?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from cxanalytics.charts import channels_table, departments_table
from cxanalytics.formats import count, percent, points, points_range, share_range
from cxanalytics.report.components.appendix import checks_list
from cxanalytics.report.components.figures import data_table, figure, folded, scrolling
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.components.text import clean
from cxanalytics.report.departments import (
    assert_said,
    channel_finding,
    department_finding,
    held_board,
    name_parts,
    refused_reason,
)
from cxanalytics.report.section import Section, framed, refused
from cxanalytics.words import (
    say_all_departments,
    say_channels,
    say_channels_left_out,
    say_departments_left_out,
    say_dispersion,
    say_spread,
    say_title_channels,
    say_verdict,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Benchmark, Estimates
    from cxanalytics.words import Nouns

_ANCHOR = "departments-all"
_CHECKS = ("no_department", "stabilized_departments")
_CHANNEL_CHECKS = ("channels_adjusted", "case_mix_left_out")
_ALONE = "Nothing to compare with"


def write_appendix_departments(
    departments: Benchmark | Estimates | None,
    facts: PageFacts,
    *,
    channels: Estimates | None = None,
    reason: str = "",
) -> Section:
    """Write how departments and channels differ, over all agencies.

    Parameters
    ----------
    departments : Benchmark or None
        From `benchmark_departments`.
    facts : PageFacts
    channels : Estimates, optional
        From `benchmark_channels`; without rows, and with the fact `reason`, where it was refused.
    reason : str
        Why there are no departments.

    Returns
    -------
    Section
    """
    nouns, label = facts.nouns, name_parts(facts.nouns)
    question = f"Do {label} differ?"
    there = channels is not None and len(channels.frame) > 0
    board, reason = held_board(departments), reason or refused_reason(departments)
    if board is None and not there:
        return refused(
            channels,
            anchor=_ANCHOR,
            question=question,
            label=label.capitalize(),
            reason=reason,
            answer=f"Not known: neither {nouns.departments} nor channels can be compared.",
        )
    content, answers, figures = Markup(""), [], 0
    names: list[str] = []
    if board is not None:
        names += list(map(str, board.frame["department"]))
        answers.append(say_all_departments(board, nouns=nouns))
        told, drawn = _departments(board, facts)
        content, figures = content + told, figures + drawn
    if channels is not None and there:
        names += list(map(str, channels.frame["channel"]))
        answers.append(f"{say_title_channels(channels)}.")
        content += _channels(channels, facts, number=figures + 1)
        figures += 1
    answer = " ".join(answers)
    assert_said(answer, names, page="appendix")
    return framed(
        content,
        kind="appendix",
        anchor=_ANCHOR,
        question=question,
        answer=answer,
        key_figures=_key_figures(board, channels if there else None),
        label=label.capitalize(),
        figures=figures,
    )


def _departments(board: Benchmark, facts: PageFacts) -> tuple[Markup, int]:
    """Draw the departments furthest from their others; list all behind a summary."""
    nouns = facts.nouns
    told = paragraphs(
        say_spread(board, nouns=nouns),
        say_dispersion(board, nouns=nouns),
        say_departments_left_out(board, nouns=nouns),
    )
    table = departments_table(board)
    own = [check for check in board.checks if check.name in _CHECKS]
    if table.empty:
        return told + checks_list(own), 0
    finding = department_finding(board, table, facts)
    drawn = figure(finding, number=1, numeric=("Score", "Gap", "Answers"))
    return told + drawn + _all_departments(board, nouns) + checks_list(own), 1


def _all_departments(board: Benchmark, nouns: Nouns) -> Markup:
    rows = board.shown.sort_values(["agency", "department"], kind="stable")
    table = pd.DataFrame(
        {
            nouns.department.capitalize(): [clean(str(name)) for name in rows["department"]],
            "Of": [clean(str(name)) for name in rows["agency"]],
            "Raw": [percent(value) for value in rows["raw"]],
            "Stabilized": [percent(value) for value in rows["estimate"]],
            "Interval": _ranges(rows),
            "Gap to the others": _gaps(rows, ""),
            "Verdict": [_verdict(row, "") for _, row in rows.iterrows()],
        }
    )
    if rows["kind_gap"].notna().any():
        table["Gap to its kind"] = _gaps(rows, "kind_")
        table["Verdict on its kind"] = [_verdict(row, "kind_") for _, row in rows.iterrows()]
    table["Answers"] = [count(value) for value in rows["n"]]
    caption = f"All {nouns.departments} that may be shown"
    shown = data_table(table, caption=caption, numeric=("Raw", "Stabilized", "Answers"))
    return folded(f"Show all {len(table)} {nouns.departments}", scrolling(shown, name=caption))


def _ranges(rows: pd.DataFrame) -> list[str]:
    ends = zip(rows["conf_low"], rows["conf_high"], strict=True)
    return [share_range(low, high) for low, high in ends]


def _gaps(rows: pd.DataFrame, prefix: str) -> list[str]:
    columns = [rows[f"{prefix}{name}"] for name in ("gap", "gap_low", "gap_high")]
    return [
        _ALONE if pd.isna(gap) else f"{points(gap)} ({points_range(low, high)})"
        for gap, low, high in zip(*columns, strict=True)
    ]


def _verdict(row: pd.Series[Any], prefix: str) -> str:
    if not row[f"{prefix}verdict"]:
        return _ALONE
    told = {"verdict": row[f"{prefix}verdict"], "certainty": row[f"{prefix}certainty"]}
    return say_verdict(pd.Series({**told, "suppressed_reason": "", "n": row["n"]})).text


def _channels(channels: Estimates, facts: PageFacts, *, number: int) -> Markup:
    """Draw the channels over all agencies, and list their pairs before and after adjusting."""
    finding = channel_finding(channels, channels_table(channels), facts)
    frame = channels.frame
    pairs = frame.loc[(frame["row"] == "pair") & (frame["agency"] == "")]
    table = pd.DataFrame(
        {
            "Channel": [clean(str(name)) for name in pairs["channel"]],
            "Less": [clean(str(name)) for name in pairs["other"]],
            "Points": [points(value, 1) for value in pairs["gap"]],
            "Interval": [
                points_range(low, high, 1)
                for low, high in zip(pairs["gap_low"], pairs["gap_high"], strict=True)
            ],
            "Verdict": [say_verdict(row).text for _, row in pairs.iterrows()],
            "As answered": [points(value, 1) for value in pairs["raw_gap"]],
        }
    )
    caption = "Pairs of channels over all agencies"
    shown = data_table(table, caption=caption, numeric=("Points", "As answered"))
    own = [check for check in channels.checks if check.name in _CHANNEL_CHECKS]
    told = say_channels(channels, nouns=facts.nouns)
    assert_said(told, map(str, frame["channel"]), page="appendix")
    return (
        paragraphs(told, say_channels_left_out(channels, nouns=facts.nouns))
        + figure(finding, number=number, numeric=("Score", "As answered", "Gap", "Answers"))
        + scrolling(shown, name=caption)
        + checks_list(own)
    )


def _key_figures(departments: Benchmark | None, channels: Estimates | None) -> pd.DataFrame:
    columns = ["key", "estimate", "conf_low", "conf_high", "gap", "verdict", "certainty", "n"]
    rows = []
    if departments is not None:
        called = departments.shown["verdict"].isin(["above", "below"])
        rows.append(departments.shown.loc[called, columns])
    if channels is not None:
        frame = channels.frame
        rows.append(frame.loc[(frame["agency"] == "") & (frame["row"] == "channel"), columns])
    return pd.concat(rows, ignore_index=True)
