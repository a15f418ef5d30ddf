"""Where would agencies stand with everybody's mix of people, and how much of a change is mix?

Two blocks of the appendix. Scores as answered and adjusted stand side by side, with what is and is
not adjusted, and who is refused. The change since the earlier wave is split for each grouping.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cxanalytics.charts import (
    case_mix_table,
    draw_case_mix,
    draw_mix_rate,
    mix_rate_table,
    widest_column,
)
from cxanalytics.formats import count, percent, points, points_range, share_range, signed
from cxanalytics.report.components.appendix import checks_list
from cxanalytics.report.components.figures import figure
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.components.text import clean
from cxanalytics.report.finding import Finding
from cxanalytics.report.section import Section, framed, refused
from cxanalytics.words import (
    assert_sentence_allowed,
    say_alt_case_mix,
    say_alt_mix_rate,
    say_case_mix,
    say_case_mix_note,
    say_case_mix_refusals,
    say_case_mix_verdicts,
    say_mix_rate,
    say_mix_rate_note,
    say_title_case_mix,
    say_title_mix_rate,
    say_what_is_adjusted,
)
from cxanalytics.words.grammar import capital

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Benchmark, Estimates

_MIX_CHECKS = (
    "case_mix_left_out",
    "case_mix_untold",
    "common_support",
    "direct_standardization",
    "lone_sampling_units",
    "one_sided",
    "beyond",
    "untold",
)
_RATE_CHECKS = ("shared_units", "small_groups", "one_group", "one_unit")


def write_appendix_case_mix(
    estimates: Estimates | None,
    facts: PageFacts,
    *,
    raw: Benchmark | None = None,
    adjusted: pd.DataFrame | None = None,
    reason: str = "",
) -> Section:
    """Write scores as answered beside scores adjusted for who answered.

    Parameters
    ----------
    estimates : Estimates or None
        From `fit_case_mix`; None, or without rows and with the fact `reason`, where it was
        refused.
    facts : PageFacts
    raw : Benchmark, optional
        Board of the scores as answered.
    adjusted : DataFrame, optional
        Frame of the board of `keep_adjusted`: how many verdicts read the same.
    reason : str
        Why there are no figures, for `estimates` None.

    Returns
    -------
    Section
    """
    question = f"What if all {facts.nouns.organizations} had the same mix of people?"
    if estimates is None or estimates.frame.empty:
        return refused(
            estimates,
            anchor="casemix",
            question=question,
            label="Case mix",
            reason=reason,
            answer="Not known: the data cannot carry an adjustment for case mix.",
        )
    names = {key: clean(key) for key in estimates.frame["key"]}
    rows = case_mix_table(estimates, names=names)
    wide, narrow = (
        draw_case_mix(estimates, names=names, axis_label="Score", size=size)
        for size in ("wide", "narrow")
    )
    finding = Finding(
        id="casemix",
        claim=say_title_case_mix(estimates, nouns=facts.nouns),
        table=_adjusted_table(rows, estimates, facts),
        wide=wide,
        narrow=narrow,
        alt=say_alt_case_mix(rows),
        subtitle=estimates.quantity,
        note=say_case_mix_note(estimates, nouns=facts.nouns),
        checks=estimates.checks,
    )
    answer = say_case_mix(estimates, nouns=facts.nouns)
    told = [
        say_what_is_adjusted(estimates, nouns=facts.nouns),
        *say_case_mix_refusals(estimates, nouns=facts.nouns, names=names),
    ]
    if raw is not None and adjusted is not None:
        told.append(say_case_mix_verdicts(raw, adjusted, nouns=facts.nouns, names=names))
    for text in (answer, finding.claim, *told):
        assert_sentence_allowed(text, grade="D", page="appendix")
    own = [check for check in estimates.checks if check.name in _MIX_CHECKS]
    shown = ["key", "raw", "estimate", "conf_low", "conf_high", "difference", "n"]
    return framed(
        paragraphs(*filter(None, told))
        + figure(finding, number=1, numeric=tuple(finding.table.columns[1:]))
        + checks_list(own),
        kind="appendix",
        anchor="casemix",
        question=question,
        answer=answer,
        key_figures=rows[shown],
        label="Case mix",
        figures=1,
    )


def _adjusted_table(rows: pd.DataFrame, estimates: Estimates, facts: PageFacts) -> pd.DataFrame:
    frame = estimates.frame.set_index("key").loc[rows["key"]]
    raw_ends = zip(frame["raw_low"], frame["raw_high"], strict=True)
    ends = zip(frame["conf_low"], frame["conf_high"], strict=True)
    moved = zip(frame["difference_low"], frame["difference_high"], strict=True)
    return pd.DataFrame(
        {
            capital(facts.nouns.organization): list(rows["name"]),
            "As answered": [percent(value, 1) for value in frame["raw"]],
            "Interval": [share_range(low, high, 1) for low, high in raw_ends],
            "Expected": [percent(value, 1) for value in frame["expected"]],
            "Adjusted": [percent(value, 1) for value in frame["estimate"]],
            "Interval, adjusted": [share_range(low, high, 1) for low, high in ends],
            "Moved": [points(value, 1) for value in frame["difference"]],
            "Interval, moved": [points_range(low, high, 1) for low, high in moved],
            "Common support": [percent(value) for value in frame["support"]],
            "n": [count(value) for value in frame["n"]],
        }
    )


def write_appendix_mix_rate(
    estimates: Estimates | None, facts: PageFacts, *, reason: str = ""
) -> Section:
    """Write how much of each change since the earlier wave is who answered.

    Parameters
    ----------
    estimates : Estimates or None
        From `fit_mix_rate`; None, or without rows and with the fact `reason`, where it was
        refused.
    facts : PageFacts
    reason : str
        Why there are no figures, for `estimates` None.

    Returns
    -------
    Section
    """
    question = "How much of the change is who answered?"
    column = "" if estimates is None or estimates.frame.empty else widest_column(estimates)
    if estimates is None or not column:
        unsplit = "" if estimates is None or estimates.facts.get("reason") else _no_split(facts)
        return refused(
            estimates,
            anchor="mixrate",
            question=question,
            label="Mix and rate",
            reason=reason or unsplit,
            answer="Not known: no change can be split.",
        )
    names = {key: clean(key) for key in estimates.frame["agency"]}
    rows = mix_rate_table(estimates, column=column, names=names)
    since = facts.previous or str(estimates.facts.get("reference", ""))
    wide, narrow = (
        draw_mix_rate(
            estimates, column=column, names=names, axis_label=f"Points since {since}", size=size
        )
        for size in ("wide", "narrow")
    )
    finding = Finding(
        id="mixrate",
        claim=say_title_mix_rate(estimates, column=column),
        table=_parts_table(rows, estimates, column, facts),
        wide=wide,
        narrow=narrow,
        alt=say_alt_mix_rate(rows),
        subtitle=estimates.quantity,
        note=say_mix_rate_note(estimates, column=column, nouns=facts.nouns),
        checks=estimates.checks,
    )
    answer = say_mix_rate(estimates, nouns=facts.nouns, since=since, names=names)
    for text in (answer, finding.claim):
        assert_sentence_allowed(text, grade="D", page="appendix")
    own = [check for check in estimates.checks if check.name in _RATE_CHECKS]
    shown = ["key", "change", "estimate", "conf_low", "conf_high", "rate", "n"]
    return framed(
        figure(finding, number=1, numeric=tuple(finding.table.columns[1:])) + checks_list(own),
        kind="appendix",
        anchor="mixrate",
        question=question,
        answer=answer,
        key_figures=rows[shown],
        label="Mix and rate",
        figures=1,
    )


def _no_split(facts: PageFacts) -> str:
    return f"No {facts.nouns.organization} has a change that may be shown and split."


def _parts_table(
    rows: pd.DataFrame, estimates: Estimates, column: str, facts: PageFacts
) -> pd.DataFrame:
    """Print the parts of the grouping drawn with their ranges, and the mix part of the others."""
    ends = zip(rows["conf_low"], rows["conf_high"], strict=True)
    rate_ends = zip(rows["rate_low"], rows["rate_high"], strict=True)
    mix = f"Who answered, by {column.replace('_', ' ')}"
    table = pd.DataFrame(
        {
            capital(facts.nouns.organization): list(rows["name"]),
            "Change": [points(value, 1) for value in rows["change"]],
            mix: [signed(100 * value, 1) for value in rows["estimate"]],
            "Interval": [points_range(low, high, 1) for low, high in ends],
            "Same people": [signed(100 * value, 1) for value in rows["rate"]],
            "Interval, same people": [points_range(low, high, 1) for low, high in rate_ends],
        }
    )
    for name in dict.fromkeys(estimates.frame["column"]):
        if name == column:
            continue
        own = estimates.frame.loc[estimates.frame["column"] == name].set_index("agency")["estimate"]
        table[f"By {name.replace('_', ' ')}"] = [
            "not split" if pd.isna(value) else signed(100 * value, 1)
            for value in own.reindex(rows["agency"])
        ]
    return table
