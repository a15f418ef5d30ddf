"""Did the stabilized score foretell the next wave better than the raw score did?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cxanalytics.charts import draw_predictive_check, predictive_check_table
from cxanalytics.formats import count
from cxanalytics.report.components.appendix import checks_list
from cxanalytics.report.components.figures import figure
from cxanalytics.report.finding import Finding
from cxanalytics.report.record_ids import forecast_ids
from cxanalytics.report.section import Section, framed, refused
from cxanalytics.words import (
    FORECAST_NAMES,
    assert_sentence_allowed,
    say_alt_predictive_check,
    say_error,
    say_predictive_check,
    say_predictive_note,
    say_title_predictive_check,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Estimates

QUESTION = "Do stabilized scores foretell the next wave better?"


def write_appendix_predictive(
    estimates: Estimates | None, facts: PageFacts, *, reason: str = ""
) -> Section:
    """Write how far three forecasts missed the next wave.

    Parameters
    ----------
    estimates : Estimates or None
        From `fit_predictive_check`; None, or without rows and with the fact `reason`, where it was
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
            anchor="predictive",
            question=QUESTION,
            label="Next wave",
            reason=reason,
            answer="Not known: no later wave puts the scores to the test.",
        )
    unit = str(estimates.facts["unit"])
    rows = predictive_check_table(estimates, names=FORECAST_NAMES)
    ids = forecast_ids(rows["key"])
    table = pd.DataFrame(
        {
            "id": [ids[key] for key in rows["key"]],
            "Forecast": list(rows["name"]),
            "Usual error": [say_error(value, unit) for value in rows["estimate"]],
            "Interval": [
                f"{say_error(low, unit)} to {say_error(high, unit)}"
                for low, high in zip(rows["conf_low"], rows["conf_high"], strict=True)
            ],
            "With the common move": [say_error(value, unit) for value in rows["total"]],
        }
    )
    wide, narrow = (
        draw_predictive_check(estimates, names=FORECAST_NAMES, size=size)
        for size in ("wide", "narrow")
    )
    base = f"{count(float(estimates.facts['agencies']))} {facts.nouns.organizations}"
    finding = Finding(
        id="predictive",
        claim=say_title_predictive_check(estimates),
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_predictive_check(rows, unit=unit),
        subtitle=f"Error over {base}; line: chance alone",
        note=say_predictive_note(estimates, nouns=facts.nouns),
        checks=estimates.checks,
    )
    answer = say_predictive_check(estimates)
    for text in (answer, finding.claim):
        assert_sentence_allowed(text, page="appendix")
    return framed(
        figure(finding, number=1, numeric=tuple(table.columns[2:])) + checks_list(estimates.checks),
        kind="appendix",
        anchor="predictive",
        question=QUESTION,
        answer=answer,
        key_figures=estimates.frame[["key", "estimate", "conf_low", "conf_high", "total", "n"]],
        label="Next wave",
        figures=1,
    )
