"""Where do answers differ: between agencies, teams, agents, or only between people?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from cxanalytics.charts import draw_variance_parts, variance_parts_table
from cxanalytics.formats import count, fixed, percent, share_range
from cxanalytics.report.components.appendix import checks_list, facts_table
from cxanalytics.report.components.figures import data_table, figure, folded, scrolling
from cxanalytics.report.components.text import clean
from cxanalytics.report.finding import Finding
from cxanalytics.report.section import Section, framed, refused
from cxanalytics.words import (
    assert_sentence_allowed,
    level_names,
    say_alt_variance_parts,
    say_variance_note,
    say_variance_parts,
    say_variance_spread,
)
from cxanalytics.words.grammar import capital, counted

if TYPE_CHECKING:
    from markupsafe import Markup

    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Estimates

_ANCHOR, _LABEL = "variance", "Parts of the variance"


def write_appendix_variance(
    estimates: Estimates | None,
    facts: PageFacts,
    *,
    labels: Mapping[str, str] | None = None,
    reason: str = "",
) -> Section:
    """Write how the variance of the outcome is divided among nested groups.

    Parameters
    ----------
    estimates : Estimates or None
        From `fit_variance_parts`; None, or without rows and with the fact `reason`, where the
        model was refused.
    facts : PageFacts
    labels : mapping of str to str, optional
        Level to the plural name of its groups: {"psu": "agents"}.
    reason : str
        Why there is no model, for `estimates` None.

    Returns
    -------
    Section
    """
    question = f"Where do answers on {facts.nouns.outcome} differ?"
    if estimates is None or estimates.frame.empty:
        return refused(estimates, anchor=_ANCHOR, question=question, label=_LABEL, reason=reason)
    called = level_names(nouns=facts.nouns, names=labels)
    printed = {key: capital(clean(name)) for key, name in called.items()}
    rows = variance_parts_table(estimates, names=printed)
    wide, narrow = (
        draw_variance_parts(estimates, names=printed, size=size) for size in ("wide", "narrow")
    )
    clear = int(rows["clear"].sum())
    finding = Finding(
        id=_ANCHOR,
        claim=f"{capital(counted(clear, 'level', 'levels'))} with differences clear of zero",
        table=_parts(estimates, printed),
        wide=wide,
        narrow=narrow,
        alt=say_alt_variance_parts(rows),
        subtitle=f"Spread of the share answering {estimates.facts['cut_label']}, between groups",
        note=say_variance_note(estimates, nouns=facts.nouns),
        checks=estimates.checks,
    )
    told = [
        say(estimates, nouns=facts.nouns, names=labels)
        for say in (say_variance_parts, say_variance_spread)
    ]
    answer = " ".join(sentence for sentence in told if sentence)
    assert_sentence_allowed(answer, grade=str(estimates.facts["grade"]), page="appendix")
    columns = ["key", "estimate", "conf_low", "conf_high", "points", "groups", "n"]
    return framed(
        figure(finding, number=1, numeric=("Part", "Interval", "Points", "Groups", "Odds"))
        + _behind(estimates),
        kind="appendix",
        anchor=_ANCHOR,
        question=question,
        answer=answer,
        key_figures=estimates.frame[columns],
        label=_LABEL,
        figures=1,
    )


def _parts(estimates: Estimates, names: Mapping[str, str]) -> pd.DataFrame:
    """Print all parts of the variance, the levels with what they mean."""
    frame = estimates.frame

    def known(name: str, write: Callable[[float], str]) -> list[str]:
        return ["" if pd.isna(value) else write(float(value)) for value in frame[name]]

    return pd.DataFrame(
        {
            "Between": [names.get(key, key) for key in frame["key"]],
            "Part": [percent(value, 1) for value in frame["estimate"]],
            "Interval": [
                share_range(low, high, 1)
                for low, high in zip(frame["conf_low"], frame["conf_high"], strict=True)
            ],
            "Points": known("points", lambda value: fixed(100.0 * value, 1)),
            "Odds": known("median_odds_ratio", lambda value: fixed(value, 2)),
            "Groups": known("groups", count),
        }
    )


def _behind(estimates: Estimates) -> Markup:
    """Print the whole table of the model, its checks and its facts, folded."""
    frame = estimates.frame.copy()
    for column in frame.select_dtypes("number"):
        frame[column] = ["" if pd.isna(value) else f"{value:.4g}" for value in frame[column]]
    table = data_table(frame, caption=estimates.quantity, numeric=list(frame.columns[1:]))
    return (
        checks_list(estimates.checks)
        + folded(
            "Show the estimates as the model gives them",
            scrolling(table, name=f"Estimates: {estimates.quantity}"),
        )
        + folded("Show the facts of the fit", facts_table(estimates.facts, caption="The fit"))
    )
