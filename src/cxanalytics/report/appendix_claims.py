"""What do the data say of the claims about recommendation? The block of the appendix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from cxanalytics.charts import attention_grid_table, draw_attention_grid
from cxanalytics.formats import count, fixed, percent, points, points_range
from cxanalytics.report.components.appendix import checks_list
from cxanalytics.report.components.figures import data_table, figure, folded, scrolling
from cxanalytics.report.components.lists import bullets, paragraphs
from cxanalytics.report.components.text import clean, sentence
from cxanalytics.report.finding import Finding
from cxanalytics.report.section import Section, framed
from cxanalytics.words import (
    assert_sentence_allowed,
    say_alt_attention_grid,
    say_attention,
    say_attention_grid,
    say_attention_note,
    say_claims_answer,
    say_feasibility,
    say_tested_claims,
)

if TYPE_CHECKING:
    from markupsafe import Markup

    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Estimates

_METHODS = {
    "primary": "Regression of agencies, Hartung and Knapp",
    "cr2": "Agencies as clusters, CR2",
    "wild": "Wild cluster bootstrap",
    "one_stage": "One model of all people, clustered by agency",
}


def write_appendix_claims(
    claims: pd.DataFrame,
    facts: PageFacts,
    *,
    attention: Estimates | None = None,
    grid: Estimates | None = None,
    labels: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
) -> Section:
    """Write the verdicts on the claims, and what the one of 30 to 50% more rests on.

    Parameters
    ----------
    claims : DataFrame
        From `fit_tested_claims`.
    facts : PageFacts
    attention, grid : Estimates, optional
        From `fit_attention` and `fit_attention_grid`; without rows, or absent, where the claim is
        not testable.
    labels : mapping of str to str, optional
        Driver to the name to print.
    names : mapping of str to str, optional
        Level to the plural name of its groups: {"psu": "agents"}.

    Returns
    -------
    Section
    """
    said = say_tested_claims(claims, nouns=facts.nouns, labels=labels, names=names)
    for text, grade in zip(said, claims["grade"], strict=True):
        assert_sentence_allowed(text, grade=grade or "D", page="appendix")
    content = bullets(
        (
            f"{row['claim']}. {row['title']}: {row['verdict']}",
            f"{text} {claim_base(row, facts)}".strip(),
        )
        for (_, row), text in zip(claims.iterrows(), said, strict=True)
    )
    if attention is not None and len(attention.frame):
        content += _comparison(attention, facts)
    if grid is not None and len(grid.frame):
        content += _definitions(grid)
    figures = ["claim", "verdict", "estimate", "conf_low", "conf_high", "ratio", "n", "agencies"]
    return framed(
        content,
        kind="appendix",
        anchor="claims",
        question=f"Do the claims about {facts.nouns.outcome} hold?",
        answer=say_claims_answer(claims),
        key_figures=claims[figures],
        label="Claims",
        figures=int(grid is not None and len(grid.frame) > 0),
    )


def claim_base(row: pd.Series[Any], facts: PageFacts) -> str:
    """Say the base and the design grade of one claim's figures."""
    if pd.isna(row["n"]):
        return ""
    groups = "" if pd.isna(row["agencies"]) else f" in {count(row['agencies'])} "
    groups += facts.nouns.organizations if groups else ""
    return f"Base: {count(row['n'])} {facts.nouns.respondents}{groups}; grade {row['grade']}."


def _comparison(attention: Estimates, facts: PageFacts) -> Markup:
    """Points, ratio, verdict, feasibility; and the same figures reckoned otherwise."""
    row = attention.row("primary")
    texts = (
        say_attention(attention, nouns=facts.nouns),
        say_feasibility(row),
        say_attention_note(attention, nouns=facts.nouns),
    )
    for text in texts:
        assert_sentence_allowed(text, grade="D", page="appendix")
    columns = ["Points", "Interval", "Ratio", "Interval of the ratio", "Odds ratio", "p"]
    table = pd.DataFrame([_reckoned(row) for _, row in attention.frame.iterrows()])
    shown = data_table(
        table, caption="High against low attention, and other ways to reckon it", numeric=columns
    )
    return paragraphs(*texts) + scrolling(shown, name="Other ways") + checks_list(attention.checks)


def _reckoned(row: pd.Series[Any]) -> dict[str, str]:
    return {
        "Method": _METHODS[str(row["key"])],
        "Points": points(row["estimate"], 1).split("\u00a0")[0],
        "Interval": _pair(row["conf_low"], row["conf_high"], in_points=True),
        "Ratio": _number(row["ratio"]),
        "Interval of the ratio": _pair(row["ratio_low"], row["ratio_high"]),
        "Odds ratio": _number(row["odds_ratio"]),
        "p": _number(row["p_value"], 3),
        "Verdict": sentence(str(row["verdict"])) if pd.notna(row["verdict"]) else "",
    }


def _number(value: float, digits: int = 2) -> str:
    return "" if pd.isna(value) else fixed(value, digits)


def _pair(low: float, high: float, *, in_points: bool = False) -> str:
    if pd.isna(low) or pd.isna(high) or high == float("inf"):
        return ""
    return points_range(low, high, 1) if in_points else f"{fixed(low, 2)} to {fixed(high, 2)}"


def _definitions(grid: Estimates) -> Markup:
    """The picture of all definitions, with its table and what was refused."""
    rows = attention_grid_table(grid)
    table = pd.DataFrame(
        {
            "Question": [clean(label) for label in rows["label"]],
            "Answers": rows["cut"],
            "Attention": rows["compare"],
            "Adjusted for": rows["adjustment"],
            "Weights": rows["weighting"],
            "Points": [points(value, 1).split("\u00a0")[0] for value in rows["estimate"]],
            "Ratio": [_number(value) for value in rows["ratio"]],
            "Interval": [
                _pair(low, high)
                for low, high in zip(rows["ratio_low"], rows["ratio_high"], strict=True)
            ],
            "Verdict": [
                f"{sentence(verdict)}{' (chosen beforehand)' if primary else ''}"
                for verdict, primary in zip(rows["verdict"], rows["primary"], strict=True)
            ],
        }
    )
    wide, narrow = (draw_attention_grid(grid, size=size) for size in ("wide", "narrow"))
    finding = Finding(
        id="definitions",
        claim=f"The ratio under {len(rows)} definitions of recommended and attentive",
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_attention_grid(rows),
        subtitle="Ratio of shares, agencies of high to low attention, with its "
        f"{percent(grid.level)} interval",
        note=say_attention_grid(grid),
        checks=grid.checks,
    )
    numeric = ("Points", "Ratio", "Interval")
    return figure(finding, number=1, numeric=numeric) + folded(
        "Show what was left out or refused", checks_list(grid.checks)
    )
