"""Do the models of morale and performance agree, and which came first?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from cxanalytics.charts import draw_ladder_of_models, ladder_of_models_table
from cxanalytics.formats import count
from cxanalytics.report.components.appendix import checks_list
from cxanalytics.report.components.figures import figure
from cxanalytics.report.components.lists import paragraphs
from cxanalytics.report.components.text import sentence
from cxanalytics.report.finding import Finding
from cxanalytics.report.section import Section, framed, refused
from cxanalytics.words import (
    SHORT_NAMES,
    Compared,
    Scale,
    assert_sentence_allowed,
    name_models,
    per_step,
    say_alt_ladder,
    say_ladder,
    say_ladder_note,
    say_model_size,
    say_order,
    say_title_ladder,
    scale_of,
)

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Estimates, Panel

QUESTION = "Do the models of morale agree, and which came first?"
_LABEL = "Models of morale"
_ORDERS = {
    "lag_forward": ("Morale, then performance", "morale_before"),
    "lag_backward": ("Performance, then morale", "performance_before"),
    "lag_difference": ("First less second", ""),
}


def write_appendix_ladder(
    ladder: Estimates | None,
    facts: PageFacts,
    *,
    panel: Panel | None = None,
    reason: str = "",
) -> Section:
    """Write every model of morale and performance on one axis, and what is known of the order.

    Parameters
    ----------
    ladder : Estimates or None
        From `fit_morale_ladder`; None, or without rows and with the fact `reason`, where it was
        refused.
    facts : PageFacts
    panel : Panel, optional
        Gives units, labels and direction; needed where there is a ladder.
    reason : str
        Why there are no figures, for `ladder` None.

    Returns
    -------
    Section
    """
    if ladder is None or ladder.frame.empty or panel is None:
        return refused(ladder, anchor="ladder", question=QUESTION, label=_LABEL, reason=reason)
    scale = scale_of(panel)
    scaled = per_step(ladder, scale)
    finding = ladder_finding(scaled, panel, scale)
    answer, order = say_ladder(scaled, thresholds=facts.thresholds), say_order(ladder)
    grade = str(ladder.facts.get("grade", "D"))
    for text in (answer, order, finding.claim, finding.note):
        assert_sentence_allowed(text, grade=grade, page="appendix")
    kept = ["key", "estimate", "conf_low", "conf_high", "n"]
    return framed(
        figure(finding, number=1) + paragraphs(order) + checks_list(ladder.checks),
        kind="appendix",
        anchor="ladder",
        question=QUESTION,
        answer=answer,
        key_figures=ladder.frame[kept],
        label=_LABEL,
        figures=1,
    )


def ladder_finding(
    ladder: Estimates, panel: Panel, scale: Scale, *, compared: Compared | None = None
) -> Finding:
    """Draw the ladder of models with its table.

    Parameters
    ----------
    ladder : Estimates
        As `per_step` gives it.
    panel : Panel
    scale : Scale
    compared : Compared, optional
        What the study compares; "units" without.

    Returns
    -------
    Finding
    """
    claim = say_title_ladder(ladder)
    own = {} if compared is None else name_models(compared)
    ladder = _with_both_orders(_renamed(ladder, own), scale)
    rows = ladder_of_models_table(ladder)
    unit = f"{scale.unit}, " if scale.unit else ""
    ways = f"{unit}better (+) or worse (−)"
    axes = {"wide": f"{panel.performance_label}: {ways}", "narrow": sentence(ways)}
    wide, narrow = (
        draw_ladder_of_models(
            ladder,
            names=_short_names(own) if size == "narrow" else None,
            times=scale.times,
            axis_label=axes[size],
            size=size,
        )
        for size in ("wide", "narrow")
    )
    return Finding(
        id="ladder",
        claim=claim,
        table=_listed(rows, ladder, scale),
        wide=wide,
        narrow=narrow,
        alt=say_alt_ladder(rows, scale),
        subtitle=f"{panel.performance_label} with {scale.step_words} more of {panel.morale_label}",
        note=say_ladder_note(ladder, scale, many="units" if compared is None else compared.many),
        checks=ladder.checks,
    )


def _renamed(ladder: Estimates, names: Mapping[str, str]) -> Estimates:
    """Put the study's own nouns into the names of the models."""
    frame = ladder.frame
    if not names:
        return ladder
    labels = [names.get(key, own) for key, own in zip(frame["key"], frame["label"], strict=True)]
    return replace(ladder, frame=frame.assign(label=labels))


def _short_names(own: Mapping[str, str]) -> Mapping[str, str]:
    if not own:
        return SHORT_NAMES
    return {**SHORT_NAMES, "fixed_effects": "Own level, wave fixed"}


def _with_both_orders(ladder: Estimates, scale: Scale) -> Estimates:
    """Put both orders in time, and their difference, in place of the one that has no axis."""
    facts, frame = ladder.facts, ladder.frame
    if pd.isna(facts.get("lag_forward", float("nan"))):
        return ladder
    p_adjusted = frame.set_index("key").get("p_adjusted", pd.Series(dtype=float))
    rows = []
    for key, (label, model) in _ORDERS.items():
        ends = [scale.sign * float(facts[f"{key}{end}"]) for end in ("_low", "_high")]
        row = {"key": key, "label": label, "estimate": scale.sign * float(facts[key])}
        row |= {"conf_low": min(ends), "conf_high": max(ends), "n": facts.get("pairs")}
        rows.append(row | {"standardized": True, "p_adjusted": p_adjusted.get(model)})
    kept = frame.loc[frame["key"] != "performance_before"]
    return replace(ladder, frame=pd.concat([kept, pd.DataFrame(rows)], ignore_index=True))


def _listed(rows: pd.DataFrame, ladder: Estimates, scale: Scale) -> pd.DataFrame:
    """List the models as printed."""
    method = ladder.frame.get("method", pd.Series("", index=ladder.frame.index)).to_numpy()
    p_value = ladder.frame.get("p_value", pd.Series(float("nan"), index=rows.index)).to_numpy()
    return pd.DataFrame(
        {
            "Model": rows["name"],
            "Size and likely range": [say_model_size(row, scale) for _, row in rows.iterrows()],
            "p": [_p(value) for value in p_value],
            "p, all looks": [_p(value) for value in rows["p_adjusted"]],
            "Rows": ["" if pd.isna(value) else count(value) for value in rows["n"]],
            "Interval by": ["" if pd.isna(text) or text == "none" else text for text in method],
        }
    )


def _p(value: Any) -> str:
    if pd.isna(value):
        return ""
    return f"{value:.3f}" if value >= 0.001 else "under 0.001"
