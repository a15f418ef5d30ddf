"""Does morale go with performance in this study? A page of its own, with or without a survey.

The page answers first, shows the relation between and within side by side, then every model on one
axis, then what stands between the figures and a cause. A study that holds a panel and no answers of
persons has no other page that says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from cxanalytics.charts import draw_within_between, within_between_table
from cxanalytics.formats import count
from cxanalytics.report.appendix_ladder import ladder_finding
from cxanalytics.report.components.figures import figure
from cxanalytics.report.components.lists import Fact, facts_block, paragraphs
from cxanalytics.report.components.text import clean, fill, sentence
from cxanalytics.report.finding import Finding
from cxanalytics.report.morale_page_parts import REFUSED, hold_to_design, without_figures
from cxanalytics.report.section import Section, framed, reason_of
from cxanalytics.report.shell import page_shell
from cxanalytics.words import (
    Compared,
    better,
    name_compared,
    per_step,
    say_alt_within_between,
    say_better,
    say_ladder,
    say_morale_study,
    say_morale_study_apart,
    say_morale_study_base,
    say_morale_study_later,
    say_morale_study_looks,
    say_morale_study_sizes,
    say_morale_study_split,
    say_order,
    say_order_of_sources,
    say_same_source,
    say_title_morale_study,
    scale_of,
    with_looks,
)
from cxanalytics.words.morale_study import ranged

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts
    from cxanalytics.tables import Estimates, Panel

QUESTION = "Does morale go with performance?"


def write_morale_masthead(
    facts: PageFacts,
    morale: Estimates | None,
    *,
    panel: Panel | None,
    ladder: Estimates | None = None,
) -> Section:
    """Write the answer of the page, and four figures behind it.

    Parameters
    ----------
    facts : PageFacts
        Of kind "morale".
    morale : Estimates or None
        From `fit_morale_performance`, or a refusal.
    panel : Panel or None
    ladder : Estimates, optional
        From `fit_morale_ladder`: adds the wave after, and allows for several looks.

    Returns
    -------
    Section
    """
    if morale is None or panel is None or morale.frame.empty:
        headline, entries, caution = REFUSED, [], [clean(reason_of(morale))]
    else:
        compared = name_compared(panel, morale, nouns=facts.nouns)
        scaled = per_step(with_looks(morale, ladder), scale_of(panel))
        way, then = _one_wave_later(panel, ladder)
        headline = say_morale_study(
            scaled, compared=compared, later=way, thresholds=facts.thresholds
        )
        hold_to_design(morale, headline, then)
        entries = _facts(panel, morale, compared)
        caution = [then, clean(say_order_of_sources(panel)), say_same_source(panel)]
    kicker = " · ".join(filter(None, ("Morale and performance", clean(facts.title), _waves(panel))))
    html = fill(
        '<div class="mast" id="brief"><p class="kicker">{}</p><h1>{}</h1>'
        '<p class="headline">{}</p>{}{}</div>',
        kicker,
        QUESTION,
        headline,
        facts_block(entries) if entries else Markup(""),
        paragraphs(*caution),
    )
    figures = [(entry.name, entry.value) for entry in entries]
    return Section(
        id="brief",
        number=0,
        question=QUESTION,
        answer=headline,
        html=html,
        key_figures=pd.DataFrame(figures, columns=["fact", "value"]),
        page=page_shell(facts),
    )


def _one_wave_later(panel: Panel, ladder: Estimates | None) -> tuple[int, str]:
    """Tell which way results run one wave after morale, and how far."""
    if ladder is None or ladder.frame.empty:
        return 0, ""
    scale = scale_of(panel)
    scaled = per_step(ladder, scale)
    row = ranged(scaled, "morale_before")
    way = 0 if row is None else better(row, level=scaled.level)
    return way, say_morale_study_later(scaled, scale, panel=panel)


def _waves(panel: Panel | None) -> str:
    periods = [] if panel is None else sorted(filter(None, panel.frame["period"].unique()))
    return " to ".join(dict.fromkeys([*periods[:1], *periods[-1:]]))


def _facts(panel: Panel, morale: Estimates, compared: Compared) -> list[Fact]:
    scale = scale_of(panel)
    scaled = per_step(morale, scale)
    rows = int(morale.frame["n"].max())
    entries = [
        Fact(
            f"{sentence(compared.many)} compared",
            count(float(morale.facts["groups"])),
            f"{count(rows)} rows with morale and results",
        )
    ]
    for key, name in (("between", f"Between {compared.many}"), ("within", compared.inside)):
        row = ranged(scaled, key)
        value, told = "Not known", "no range can be given"
        if row is not None:
            value, _, likely = say_better(row, scale).partition(" (")
            told = f"{likely.rstrip(')')}, for {scale.step_words} more morale"
        entries.append(Fact(sentence(name), sentence(value), told))
    grade = str(morale.facts.get("grade", "D"))
    entries.append(Fact("Design", f"Grade {grade}", "of A to D; shows no cause"))
    return entries


def write_morale_relation(
    facts: PageFacts,
    morale: Estimates | None,
    *,
    panel: Panel | None,
    without: Estimates | None = None,
    ladder: Estimates | None = None,
) -> Section:
    """Write the relation between and within, side by side.

    Parameters
    ----------
    facts : PageFacts
    morale : Estimates or None
        From `fit_morale_performance`, or a refusal.
    panel : Panel or None
    without : Estimates, optional
        From `fit_without_apart`, or its refusal where no unit is set apart.
    ladder : Estimates, optional
        From `fit_morale_ladder`: allows for several looks, and gives the relation between
        different people.

    Returns
    -------
    Section
    """
    question, label = "Who does better where morale is higher?", "Between and within"
    if morale is None or panel is None or morale.frame.empty:
        return without_figures(facts, morale, anchor="relation", question=question, label=label)
    compared, scale = name_compared(panel, morale, nouns=facts.nouns), scale_of(panel)
    scaled = per_step(with_looks(morale, ladder), scale)
    sizes = say_morale_study_sizes(scaled, scale, panel=panel, compared=compared)
    said = [say_morale_study_looks(scaled)]
    if ladder is not None and not ladder.frame.empty:
        models = per_step(ladder, scale)
        said.append(say_morale_study_split(models, scale, panel=panel, compared=compared))
    if without is not None and not without.frame.empty:
        said += _apart(panel, without, compared)
    hold_to_design(morale, *sizes, *said)
    finding = _relation_finding(panel, morale, scaled, facts, compared)
    return framed(
        figure(finding, number=1) + paragraphs(*sizes[1:], *said),
        kind=facts.kind,
        anchor="relation",
        question=question,
        answer=sizes[0] if sizes else say_morale_study(scaled, compared=compared),
        key_figures=morale.frame[["key", "estimate", "conf_low", "conf_high", "n"]],
        label=label,
        figures=1,
    )


def _apart(panel: Panel, without: Estimates, compared: Compared) -> list[str]:
    scale = scale_of(panel)
    rows = panel.frame.loc[panel.frame["apart"] != ""]
    reasons = dict(zip(rows["unit"].astype(str), rows["apart"].map(clean), strict=True))
    scaled = per_step(without, scale)
    return [say_morale_study_apart(scaled, scale, reasons=reasons, compared=compared)]


def _relation_finding(
    panel: Panel, morale: Estimates, scaled: Estimates, facts: PageFacts, compared: Compared
) -> Finding:
    limits, scale = facts.thresholds, scale_of(panel)
    wide, narrow = (
        draw_within_between(panel, morale, many=compared.many, thresholds=limits, size=size)
        for size in ("wide", "narrow")
    )
    group = "agency" if compared.parts else "unit"
    drawn = within_between_table(panel, group=group, thresholds=limits)
    names = {
        "between": f"Between {compared.many}",
        "within": sentence(compared.inside),
    }
    rows = scaled.frame.loc[scaled.frame["key"].isin(names) & scaled.frame["conf_low"].notna()]
    table = pd.DataFrame(
        {
            "Relation": [names[key] for key in rows["key"]],
            "Size and likely range": [say_better(row, scale) for _, row in rows.iterrows()],
            "Rows": [count(n) for n in rows["n"]],
        }
    )
    morale_label, performance = clean(panel.morale_label), clean(panel.performance_label)
    return Finding(
        id="relation",
        claim=say_title_morale_study(scaled, compared=compared),
        table=table,
        wide=wide,
        narrow=narrow,
        alt=say_alt_within_between(
            drawn,
            morale=morale_label,
            performance=performance,
            parts=(facts.nouns.team, compared.parts) if compared.parts else _dots(compared),
            wholes=compared.many if compared.parts else "",
        ),
        subtitle=f"{performance} against {morale_label}"
        f"{'' if panel.higher_is_better else '; lower is better'}",
        note=say_morale_study_base(morale, compared=compared),
        checks=morale.checks,
    )


def _dots(compared: Compared) -> tuple[str, str]:
    return compared.one, compared.many


def write_morale_ladder(
    facts: PageFacts, ladder: Estimates | None, *, panel: Panel | None
) -> Section:
    """Write every model on one axis, and which came first where that is known.

    Parameters
    ----------
    facts : PageFacts
    ladder : Estimates or None
        From `fit_morale_ladder`, or a refusal.
    panel : Panel or None

    Returns
    -------
    Section
    """
    question, label = "Do other models agree, and which came first?", "Models"
    if ladder is None or panel is None or ladder.frame.empty:
        return without_figures(facts, ladder, anchor="ladder", question=question, label=label)
    scale = scale_of(panel)
    scaled = per_step(ladder, scale)
    compared = name_compared(panel, ladder, nouns=facts.nouns)
    answer = say_ladder(scaled, thresholds=facts.thresholds, many=compared.many)
    order = say_order(ladder, page="executive")
    hold_to_design(ladder, answer, order)
    finding = ladder_finding(scaled, panel, scale, compared=compared)
    return framed(
        figure(finding, number=1) + paragraphs(order),
        kind=facts.kind,
        anchor="ladder",
        question=question,
        answer=answer,
        key_figures=ladder.frame[["key", "estimate", "conf_low", "conf_high", "n"]],
        label=label,
        figures=1,
    )
