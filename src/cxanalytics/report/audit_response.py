"""Who did not answer, and what could they do to the scores?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from cxanalytics.charts import (
    draw_response_bound,
    draw_response_funnel,
    response_bound_table,
    response_funnel_table,
)
from cxanalytics.formats import count, percent, share_range
from cxanalytics.report.audit_parts import Audit, audit_section, drawn, listed
from cxanalytics.report.components.text import clean, sentence
from cxanalytics.report.section import Section
from cxanalytics.words import (
    say_alt_response_bound,
    say_alt_response_funnel,
    say_audit_response,
    say_title_bound,
    say_title_response,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts

_STEPS_TO_DRAW = 3


def write_audit_response(facts: PageFacts, audit: Audit) -> Section:
    """Write how many answered of those asked, and what the others could do to the scores.

    Parameters
    ----------
    facts : PageFacts
    audit : mapping of str to DataFrame

    Returns
    -------
    Section
    """
    content, figures = Markup(""), 0
    response = audit.get("response")
    if response is not None:
        last = response.loc[response["period"] == response["period"].max()]
        steps = response_funnel_table(last)
        if len(steps) >= _STEPS_TO_DRAW:
            figures += 1
            content += drawn(
                draw_response_funnel,
                last,
                number=figures,
                name="funnel",
                claim=say_title_response(steps),
                alt=say_alt_response_funnel(steps),
                table=_steps(steps),
                numeric=["People", "Share of the step before"],
                subtitle=", ".join(
                    filter(
                        None,
                        (f"{sentence(facts.nouns.organizations)} shown", last["period"].iloc[0]),
                    )
                ),
            )
    bound = audit.get("bound")
    if bound is not None and len(rows := response_bound_table(bound)):
        figures += 1
        content += _bound(facts, bound, rows, figures)
    content += _impossible(audit)
    return audit_section(
        content,
        facts=facts,
        anchor="response",
        question="Who did not answer?",
        answer=say_audit_response(audit),
        label="Response",
        key_figures=None if bound is None else response_bound_table(bound),
        figures=figures,
    )


def _bound(facts: PageFacts, bound: pd.DataFrame, rows: pd.DataFrame, number: int) -> Markup:
    first = rows.iloc[0]
    differ = (first["high"] - first["low"]) / 2 / (1 - first["rate"])
    shown = pd.DataFrame(
        {
            sentence(facts.nouns.organization): [clean(name) for name in rows["agency"]],
            "Answered": [percent(rate) for rate in rows["rate"]],
            "Score": [percent(score) for score in rows["score"]],
            "Bound": [
                share_range(low, high) for low, high in zip(rows["low"], rows["high"], strict=True)
            ],
        }
    )
    cut = clean(bound["cut"].iloc[0]) if "cut" in bound else ""
    return drawn(
        draw_response_bound,
        bound,
        number=number,
        name="bound",
        claim=say_title_bound(rows),
        alt=say_alt_response_bound(rows, nouns=facts.nouns),
        table=shown,
        numeric=["Answered", "Score"],
        subtitle=", ".join(filter(None, (f"Share with {cut}" if cut else "", first["period"])))
        + ". Dot: those who answered; bar: the bound",
        note=f"The bar holds if those who did not answer differ by {percent(differ).rstrip('%')} "
        "points either way. It is a bound, not a likely range.",
        axis_label=f"{sentence(facts.nouns.respondents)} with {cut}" if cut else "Score",
    )


def _steps(steps: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Step": list(steps["step"]),
            "People": [count(people) for people in steps["people"]],
            "Share of the step before": [
                "first step" if pd.isna(share) else percent(share, 1) for share in steps["share"]
            ],
        }
    )


def _impossible(audit: Audit) -> Markup:
    """List the rows of the response counts that cannot be right."""
    wrong = audit.get("impossible")
    if wrong is None or wrong.empty:
        return Markup("")

    def shown(value: float) -> str:
        return "not given" if pd.isna(value) else count(value)

    table = pd.DataFrame(
        {
            "Row": [count(row) for row in wrong["row"]],
            "Where": [
                " ".join(filter(None, (clean(agency), clean(period))))
                for agency, period in zip(wrong["agency"], wrong["period"], strict=True)
            ],
            **{
                name.capitalize(): [
                    "hidden" if reason else shown(value)
                    for value, reason in zip(wrong[name], wrong["suppressed_reason"], strict=True)
                ]
                for name in ("customers", "asked", "answered")
            },
            "Why": [clean(reason) for reason in wrong["reason"]],
        }
    )
    numeric = ["Row", "Customers", "Asked", "Answered"]
    return listed(table, caption="Response counts that cannot be right", numeric=numeric)
