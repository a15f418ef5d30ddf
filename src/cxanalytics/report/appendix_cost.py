"""What does a resolved case cost after better service, and do staff have what they need?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cxanalytics.charts import (
    draw_leg_relation,
    draw_legs,
    draw_long_run_cost,
    leg_relation_table,
    legs_table,
    long_run_cost_table,
)
from cxanalytics.formats import (
    count,
    percent,
    points,
    points_range,
    rank_range,
    share_range,
    signed,
)
from cxanalytics.report.components.appendix import checks_list
from cxanalytics.report.components.figures import figure
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.components.text import clean
from cxanalytics.report.finding import Finding
from cxanalytics.report.section import Section, framed, refused
from cxanalytics.words import (
    assert_sentence_allowed,
    say_alt_leg_relation,
    say_alt_legs,
    say_alt_long_run_cost,
    say_break_even,
    say_cost_change,
    say_leg_relation,
    say_leg_sizes,
    say_legs_note,
    say_long_run_cost,
    say_long_run_cost_note,
    say_percent_change,
    say_title_cost_change,
    say_title_leg_relation,
    say_title_legs,
    say_title_long_run_cost,
)

if TYPE_CHECKING:
    from markupsafe import Markup

    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Estimates

COST_QUESTION = "Does better service cost less in the long run?"
LEGS_QUESTION = "Expectations, capabilities, rewards: are all three there, and needed?"
_COST_CHECKS = (
    "quarters",
    "prices",
    "service source",
    "units linked",
    "measurement",
    "order in time",
    "clusters",
    "grade",
)
_LEG_CHECKS = (
    "legs related",
    "legs apart",
    "legs measured",
    "clusters",
    "same source",
    "grade",
)


def _allowed(estimates: Estimates, *texts: str) -> None:
    grade = str(estimates.facts.get("grade", "D"))
    for text in texts:
        assert_sentence_allowed(text, grade=grade, page="appendix")


def _own(estimates: Estimates, names: tuple[str, ...]) -> Markup:
    return checks_list([check for check in estimates.checks if check.name in names])


def write_appendix_cost(
    estimates: Estimates | None, facts: PageFacts, *, reason: str = ""
) -> Section:
    """Write how the cost of a resolved case moved, and what followed better service.

    Parameters
    ----------
    estimates : Estimates or None
        From `fit_long_run_cost`; None, or without rows and with the fact `reason`, where it was
        refused.
    facts : PageFacts
    reason : str
        Why there are no figures, for `estimates` None.

    Returns
    -------
    Section
    """
    if estimates is None or estimates.frame.empty:
        return refused(
            estimates,
            anchor="cost",
            question=COST_QUESTION,
            label="Long-run cost",
            reason=reason,
            answer="Not testable with these data.",
        )
    answer = say_long_run_cost(estimates, nouns=facts.nouns)
    told = [say_cost_change(estimates), say_break_even(estimates)]
    titles = [say_title_cost_change(estimates), say_title_long_run_cost(estimates)]
    _allowed(estimates, answer, *told, *titles)
    content = figure(_cost_finding(estimates, "change", titles[0]), number=1, numeric=_NUMERIC)
    followed = "later" in set(estimates.frame["key"])
    if followed:
        content += figure(_cost_finding(estimates, "after", titles[1]), number=2, numeric=_NUMERIC)
    content += paragraphs(*[text for text in told if text])
    columns = ["key", "estimate", "conf_low", "conf_high", "n"]
    return framed(
        content + _own(estimates, _COST_CHECKS),
        kind="appendix",
        anchor="cost",
        question=COST_QUESTION,
        answer=answer,
        key_figures=estimates.frame[columns],
        label="Long-run cost",
        figures=1 + followed,
    )


_NUMERIC = ("Percent", "Likely range", "Rows")


def _cost_finding(estimates: Estimates, part: str, title: str) -> Finding:
    rows = long_run_cost_table(estimates, part=part)
    wide, narrow = (draw_long_run_cost(estimates, part=part, size=size) for size in _SIZES)
    table = pd.DataFrame(
        {
            "Change": list(rows["name"]),
            "Percent": [say_percent_change(value) for value in rows["estimate"]],
            "Likely range": [
                "not known" if pd.isna(low) or pd.isna(high) else f"{_end(low)} to {_end(high)}"
                for low, high in zip(rows["conf_low"], rows["conf_high"], strict=True)
            ],
            "Rows": ["" if pd.isna(n) else count(n) for n in rows["n"]],
        }
    )
    return Finding(
        id=f"cost-{part}",
        claim=title,
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_long_run_cost(rows),
        subtitle="Cost of a resolved case, change in percent",
        note=say_long_run_cost_note(estimates) if part == "after" else "",
        checks=estimates.checks,
    )


_SIZES = ("wide", "narrow")


def _end(value: float) -> str:
    return "open" if value in (float("inf"), float("-inf")) else say_percent_change(value)


def write_appendix_legs(
    estimates: Estimates | None, facts: PageFacts, *, reason: str = ""
) -> Section:
    """Write how expectations, capabilities and rewards stand, and whether all are needed.

    Parameters
    ----------
    estimates : Estimates or None
        From `fit_legs`; None, or without rows and with the fact `reason`, where it was refused.
    facts : PageFacts
    reason : str
        Why there are no figures, for `estimates` None.

    Returns
    -------
    Section
    """
    if estimates is None or estimates.frame.empty:
        return refused(
            estimates,
            anchor="legs",
            question=LEGS_QUESTION,
            label="What staff need",
            reason=reason,
            answer="Not testable with these data.",
        )
    answer = say_leg_relation(estimates)
    sizes = say_leg_sizes(estimates)
    titles = [say_title_legs(estimates, nouns=facts.nouns), say_title_leg_relation(estimates)]
    _allowed(estimates, answer, *sizes, *titles)
    content = figure(_scores_finding(estimates, facts, titles[0]), number=1)
    related = bool((estimates.frame["kind"] == "relation").any())
    if related:
        finding = _relation_finding(estimates, titles[1])
        content += figure(finding, number=2, numeric=("Difference", "Likely range"))
    columns = ["key", "estimate", "conf_low", "conf_high", "n"]
    relation = estimates.frame.loc[estimates.frame["kind"] == "relation", columns]
    scores = estimates.frame.loc[estimates.frame["kind"] == "score", columns]
    return framed(
        content + paragraphs(*sizes) + _own(estimates, _LEG_CHECKS),
        kind="appendix",
        anchor="legs",
        question=LEGS_QUESTION,
        answer=answer,
        key_figures=relation if related else scores,
        label="What staff need",
        figures=1 + related,
    )


def _scores_finding(estimates: Estimates, facts: PageFacts, title: str) -> Finding:
    rows = legs_table(estimates)
    wide, narrow = (draw_legs(estimates, size=size) for size in _SIZES)
    table = pd.DataFrame(
        {
            facts.nouns.organization.capitalize(): [clean(name) for name in rows["agency"]],
            "Leg": list(rows["name"]),
            "Score": [percent(value) for value in rows["estimate"]],
            "Likely range": [
                share_range(low, high)
                for low, high in zip(rows["conf_low"], rows["conf_high"], strict=True)
            ],
            "Likely place": [
                "" if pd.isna(low) else rank_range(low, high)
                for low, high in zip(rows["rank_low"], rows["rank_high"], strict=True)
            ],
            "Weakest": ["yes" if weakest else "" for weakest in rows["weakest"]],
        }
    ).sort_values([facts.nouns.organization.capitalize(), "Leg"], kind="stable")
    return Finding(
        id="legs",
        claim=title,
        table=table.reset_index(drop=True),
        wide=wide,
        narrow=narrow,
        alt=say_alt_legs(rows),
        subtitle=clean(f"Share of positive answers of staff, {estimates.facts['period']}"),
        note=say_legs_note(),
        checks=estimates.checks,
    )


def _relation_finding(estimates: Estimates, title: str) -> Finding:
    rows = leg_relation_table(estimates)
    share = estimates.facts["performance_is"] == "share"
    step = points(float(estimates.facts["step"])).removeprefix("+")
    wide, narrow = (draw_leg_relation(estimates, size=size) for size in _SIZES)
    table = pd.DataFrame(
        {
            f"With {step} more of": list(rows["name"]),
            "Difference": [
                points(value, 1) if share else signed(value, 3) for value in rows["estimate"]
            ],
            "Likely range": [
                _range(low, high, share=share)
                for low, high in zip(rows["conf_low"], rows["conf_high"], strict=True)
            ],
        }
    )
    return Finding(
        id="legs-relation",
        claim=title,
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_leg_relation(rows, in_points=share),
        subtitle=clean(estimates.facts["performance"]),
        checks=estimates.checks,
    )


def _range(low: float, high: float, *, share: bool) -> str:
    if pd.isna(low) or pd.isna(high):
        return "not known"
    ends = (low, high)
    if any(end in (float("inf"), float("-inf")) for end in ends):
        return "open"
    return points_range(low, high, 1) if share else f"{signed(low, 3)} to {signed(high, 3)}"
