"""How is what the drivers explain shared out, and where would agencies stand with the same people?

Blocks of the appendix: the shares of the drivers with their ranges, ranks and ties, and the
observed and the standardized share of each agency.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from cxanalytics.charts import draw_driver_shares, driver_shares_table
from cxanalytics.formats import certain, count, percent, points, share_range
from cxanalytics.report.components.appendix import checks_list
from cxanalytics.report.components.figures import data_table, figure, folded, scrolling
from cxanalytics.report.components.text import clean
from cxanalytics.report.finding import Finding
from cxanalytics.report.section import Section, framed, refused
from cxanalytics.words import (
    assert_sentence_allowed,
    say_alt_shares,
    say_explained,
    say_shares_title,
    say_standardized,
    say_together,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Estimates


def write_appendix_drivers(
    drivers: Estimates | None,
    facts: PageFacts,
    *,
    labels: Mapping[str, str] | None = None,
    reason: str = "",
) -> Section:
    """Write the share of each driver in what all of them explain.

    Parameters
    ----------
    drivers : Estimates or None
        From `fit_drivers`; without rows, and with the fact `reason`, where it was refused.
    facts : PageFacts
    labels : mapping of str to str, optional
        Driver to the name to print.
    reason : str
        Why there are no shares, for `drivers` None.

    Returns
    -------
    Section
    """
    question = f"How much of {facts.nouns.outcome} goes with each driver?"
    if drivers is None or drivers.frame.empty:
        return refused(
            drivers, anchor="shares", question=question, reason=reason, label="Shares of drivers"
        )
    names = {key: clean((labels or {}).get(key, key)) for key in drivers.frame["key"]}
    drawn = driver_shares_table(drivers, names=names)
    title = say_shares_title(drawn)
    wide, narrow = (
        draw_driver_shares(drivers, names=names, size=size) for size in ("wide", "narrow")
    )
    finding = Finding(
        id="driver-shares",
        claim=title,
        table=_shares(drivers, names),
        wide=wide,
        narrow=narrow,
        alt=say_alt_shares(drawn),
        subtitle=drivers.quantity,
        note=" ".join((say_explained(drivers), *say_together(drivers, names=names))),
        checks=drivers.checks,
    )
    assert_sentence_allowed(f"{title} {finding.note}", grade="D", page="appendix")
    shown = ["key", "estimate", "conf_low", "conf_high", "p_first", "rank_low", "rank_high", "tier"]
    return framed(
        figure(finding, number=1, numeric=tuple(finding.table.columns[1:]))
        + checks_list(drivers.checks),
        kind="appendix",
        anchor="shares",
        question=question,
        answer=f"{title}.",
        key_figures=drivers.frame[shown],
        label="Shares of drivers",
        figures=1,
    )


def _shares(drivers: Estimates, names: Mapping[str, str]) -> pd.DataFrame:
    rows = drivers.frame.sort_values("estimate", ascending=False, kind="stable")
    ends = zip(rows["conf_low"], rows["conf_high"], strict=True)
    ranks = zip(rows["rank_low"], rows["rank_high"], strict=True)
    return pd.DataFrame(
        {
            "Driver": [names[key] for key in rows["key"]],
            "Share": [percent(value, 1) for value in rows["estimate"]],
            "Interval": [share_range(low, high, 1) for low, high in ends],
            "P(first)": [certain(value) for value in rows["p_first"]],
            "Rank interval": [f"{low:.0f} to {high:.0f}" for low, high in ranks],
            "Tier": [count(value) for value in rows["tier"]],
        }
    )


def write_appendix_agencies(
    agencies: Estimates | None,
    facts: PageFacts,
    *,
    case_mix: Estimates | None = None,
    reason: str = "",
) -> Section:
    """Write the share each agency would have with all people of the survey.

    Parameters
    ----------
    agencies : Estimates or None
        From `fit_agency_effects`; without rows, and with the fact `reason`, where it was refused.
    facts : PageFacts
    case_mix : Estimates, optional
        From `fit_case_mix`: the adjusted scores, to say how far both lie apart.
    reason : str
        Why there are no shares, for `agencies` None.

    Returns
    -------
    Section
    """
    question = f"How do {facts.nouns.organizations} compare with each other for the same people?"
    if agencies is None or agencies.frame.empty:
        return refused(
            agencies, anchor="agencies", question=question, reason=reason, label="Same people"
        )
    shown = agencies.frame.dropna(subset=["estimate"])
    adjusted = None
    if case_mix is not None and not case_mix.frame.empty:
        adjusted = case_mix.frame.set_index("key")["estimate"]
    ends = zip(shown["conf_low"], shown["conf_high"], strict=True)
    table = pd.DataFrame(
        {
            facts.nouns.organization.capitalize(): [clean(key) for key in shown["key"]],
            "Same people": [percent(value, 1) for value in shown["estimate"]],
            "Interval": [share_range(low, high, 1) for low, high in ends],
        }
    )
    if adjusted is not None:
        apart = shown["estimate"] - shown["key"].map(adjusted)
        table["From the adjusted score"] = [
            "not adjusted" if pd.isna(value) else points(value, 1) for value in apart
        ]
    caption = f"{facts.outcome.label}: standardized to the same people"
    answer = say_standardized(
        shown, nouns=facts.nouns, mix=str(agencies.facts["case_mix"]), adjusted=adjusted
    )
    shares = data_table(table, caption=caption, numeric=list(table.columns[1:]))
    return framed(
        folded(f"Show all {len(table)} shares", scrolling(shares, name=caption))
        + checks_list(agencies.checks),
        kind="appendix",
        anchor="agencies",
        question=question,
        answer=answer,
        key_figures=shown[["key", "estimate", "conf_low", "conf_high", "n"]],
        label="Same people",
    )
