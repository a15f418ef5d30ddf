"""Can the model of the outcome be trusted: elsewhere, without one agency, between agencies?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from cxanalytics.charts import (
    calibration_table,
    draw_calibration,
    draw_driver_levels,
    driver_levels_table,
)
from cxanalytics.formats import count, fixed, percent, points, points_range, share_range, signed
from cxanalytics.report.components.appendix import checks_list
from cxanalytics.report.components.figures import data_table, figure, folded, scrolling
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.components.text import clean, fill
from cxanalytics.report.finding import Finding
from cxanalytics.report.section import Section, framed, reason_of
from cxanalytics.words import (
    OTHER_MODEL,
    assert_sentence_allowed,
    say_alt_calibration,
    say_alt_driver_levels,
    say_calibration,
    say_calibration_note,
    say_diagnostics,
    say_driver_levels,
    say_driver_levels_note,
    say_influence,
    say_title_calibration,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Check, Estimates

_MOST_ROWS = 5


def write_appendix_diagnostics(
    facts: PageFacts,
    *,
    calibration: Estimates | None = None,
    influence: Estimates | None = None,
    levels: Estimates | None = None,
    labels: Mapping[str, str] | None = None,
) -> Section:
    """Write how far the model of the outcome holds: elsewhere, without one agency, between them.

    Parameters
    ----------
    facts : PageFacts
    calibration, influence, levels : Estimates, optional
        From `fit_calibration`, `fit_influence` and `fit_driver_levels`; without rows, and with
        the fact `reason`, where the model was refused.
    labels : mapping of str to str, optional
        Driver to the name to print.

    Returns
    -------
    Section
    """
    one, many = facts.nouns.organization, facts.nouns.organizations
    parts = [
        (f"Does it hold for {many} that it has not seen?", calibration, _calibration),
        (f"Does one {one} decide it?", influence, _influence),
        (f"Is it the same between {many} as within one?", levels, _levels),
    ]
    content, figures, keys = Markup(""), 0, []
    for title, estimates, write in parts:
        content += fill("<h3>{}</h3>", title)
        if estimates is None or estimates.frame.empty:
            content += paragraphs(reason_of(estimates))
            continue
        answer, body, drawn = write(estimates, facts, labels or {}, figures + 1)
        assert_sentence_allowed(answer, grade="D", page="appendix")
        content += paragraphs(answer) + body + checks_list(own_checks(estimates))
        figures += drawn
        keys.append(estimates.frame[["key", "estimate", "conf_low", "conf_high", "n"]])
    return framed(
        content,
        kind="appendix",
        anchor="diagnostics",
        question="Can the model be trusted?",
        answer=say_diagnostics(calibration, influence, nouns=facts.nouns),
        key_figures=pd.concat(keys, ignore_index=True) if keys else pd.DataFrame(),
        label="Diagnostics",
        figures=figures,
    )


_CHECKS = (
    "calibration_slope",
    "calibration_in_the_large",
    "calibration_bins",
    "skill",
    "discrimination",
    "agency_miss",
    "influence",
    "influence_others",
    "influence_refused",
    "agencies_between",
    "reliability_between",
    "ecological",
    "other_outcome",
    "outcome_left_out",
)


def own_checks(estimates: Estimates) -> list[Check]:
    """Keep the checks of the diagnosis; those of reading and rows stand in other sections."""
    return [check for check in estimates.checks if check.name in _CHECKS]


def _calibration(
    estimates: Estimates, facts: PageFacts, _: Mapping[str, str], number: int
) -> tuple[str, Markup, int]:
    bins = calibration_table(estimates)
    table = pd.DataFrame(
        {
            "Predicted": [percent(value, 1) for value in bins["predicted"]],
            "Observed": [percent(value, 1) for value in bins["estimate"]],
            "Interval": [
                share_range(low, high, 1)
                for low, high in zip(bins["conf_low"], bins["conf_high"], strict=True)
            ],
            "n": [count(value) for value in bins["n"]],
        }
    )
    wide, narrow = (draw_calibration(estimates, size=size) for size in ("wide", "narrow"))
    finding = Finding(
        id="calibration",
        claim=say_title_calibration(estimates, nouns=facts.nouns),
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_calibration(bins),
        subtitle=f"{estimates.quantity}, by predicted share",
        note=say_calibration_note(estimates, nouns=facts.nouns),
        checks=estimates.checks,
    )
    summary = estimates.frame.loc[estimates.frame["kind"] == "summary"]
    figures = pd.DataFrame(
        {
            "Figure": list(summary["label"]),
            "Estimate": [fixed(value, 3) for value in summary["estimate"]],
            "Interval": [
                "" if pd.isna(low) else f"{fixed(low, 3)} to {fixed(high, 3)}"
                for low, high in zip(summary["conf_low"], summary["conf_high"], strict=True)
            ],
        }
    )
    title = "Calibration and skill"
    printed = data_table(figures, caption=title, numeric=["Estimate", "Interval"])
    listed = folded(f"Show {title.lower()} in figures", scrolling(printed, name=title))
    answer = say_calibration(estimates, nouns=facts.nouns)
    return answer, figure(finding, number=number, numeric=tuple(table.columns)) + listed, 1


def _influence(
    estimates: Estimates, facts: PageFacts, labels: Mapping[str, str], _: int
) -> tuple[str, Markup, int]:
    frame = estimates.frame
    whole = f"Cut model, all {facts.nouns.organizations}"
    table = pd.DataFrame(
        {
            f"Without {facts.nouns.organization}": [clean(key) for key in frame["key"]],
            "Driver": [
                clean(labels.get(key, label))
                for key, label in zip(frame["driver"], frame["label"], strict=True)
            ],
            "Shift": [points(value, 1) for value in frame["estimate"]],
            "In standard errors": [signed(value, 1) for value in frame["in_errors"]],
            whole: [points(value, 1) for value in frame["full"]],
            "Without it": [points(value, 1) for value in frame["without"]],
            "Verdict": ["changes" if changed else "stays" for changed in frame["verdict_changes"]],
            "Answers": [count(value) for value in frame["n"]],
        }
    )
    caption = "Largest shift on any driver, most influential first"
    numeric = ["Shift", "In standard errors", whole, "Without it", "Answers"]
    listed = scrolling(
        data_table(table.head(_MOST_ROWS), caption=caption, numeric=numeric), name=caption
    )
    if len(table) > _MOST_ROWS:
        rest = data_table(table.iloc[_MOST_ROWS:], caption="", numeric=numeric)
        listed += folded(
            f"Show the other {count(len(table) - _MOST_ROWS)}",
            scrolling(rest, name=f"{caption}, the others"),
        )
    listed += paragraphs(OTHER_MODEL)
    return say_influence(estimates, nouns=facts.nouns, labels=labels), listed, 0


def _levels(
    estimates: Estimates, facts: PageFacts, labels: Mapping[str, str], number: int
) -> tuple[str, Markup, int]:
    rows = driver_levels_table(estimates, labels=labels)
    nouns = facts.nouns
    between = estimates.frame.loc[estimates.frame["term"] == "between"].set_index("driver")
    more = between.loc[list(rows["driver"])]
    table = pd.DataFrame(
        {
            "Driver": list(rows["name"]),
            **{
                head: [_sized(row, term) for _, row in rows.iterrows()]
                for head, term in (
                    ("Within", "within"),
                    ("Between", "between"),
                    ("Between less within", "difference"),
                )
            },
            "Between, uncorrected": [
                "not known" if pd.isna(value) else points(value, 1) for value in more["uncorrected"]
            ],
            "Reliability": [
                "not known" if pd.isna(value) else fixed(value, 2) for value in more["reliability"]
            ],
        }
    )
    wide, narrow = (
        draw_driver_levels(
            estimates,
            labels=labels,
            within=f"Within {nouns.organizations}",
            between=f"Between {nouns.organizations}",
            size=size,
        )
        for size in ("wide", "narrow")
    )
    finding = Finding(
        id="driver-levels",
        claim=f"People within {nouns.organizations}, and {nouns.organizations}, side by side",
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_driver_levels(rows),
        subtitle=estimates.quantity,
        note=say_driver_levels_note(estimates, nouns=nouns),
        checks=estimates.checks,
    )
    answer = say_driver_levels(estimates, nouns=nouns, labels=labels)
    return answer, figure(finding, number=number, numeric=tuple(table.columns[1:])), 1


def _sized(row: pd.Series[Any], term: str) -> str:
    if pd.isna(row[term]):
        return "not known"
    if pd.isna(row[f"{term}_low"]):
        return points(row[term], 1)
    return f"{points(row[term], 1)} ({points_range(row[f'{term}_low'], row[f'{term}_high'], 1)})"
