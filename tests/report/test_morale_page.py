"""The morale page of a study: it answers, shows, doubts, and keeps its headings without figures."""

from __future__ import annotations

import csv
import io
import re
from base64 import b64decode
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxanalytics import report
from cxanalytics.models import fit_morale_performance, fit_or_reason, fit_without_apart
from cxanalytics.report.section import ORDER
from cxanalytics.tables import Check, Estimates, Panel
from cxanalytics.words import Nouns, find_forbidden

HOSTILE = "<script>alert('x')</script>"
NOUNS = Nouns(
    respondent="employee", respondents="employees", organization="trust", organizations="trusts"
)
UNITS, WAVES = 60, 4


@pytest.fixture(scope="module")
def panel() -> Panel:
    rng = np.random.default_rng(8)
    lasting = rng.normal(3.9, 0.2, UNITS)[:, None]
    morale = lasting + rng.normal(0, 0.1, (UNITS, WAVES))
    results = 0.5 + 0.1 * lasting + rng.normal(0, 0.01, (UNITS, WAVES))
    frame = pd.DataFrame(
        {
            "trust": np.repeat([f"R{i:02}" for i in range(UNITS)], WAVES),
            "year": np.tile([str(2016 + i) for i in range(WAVES)], UNITS),
            "morale": morale.ravel(),
            "waits": results.ravel(),
        }
    )
    made = Panel.from_frame(
        frame, agency="trust", period="year", morale="morale", performance="waits",
        morale_label="Care", performance_label=HOSTILE,
        notes=(
            Check("order in time", None, "The waits are of 2015 and before."),
            Check("rows read", None, f"{HOSTILE} was read."),
        ),
    )  # fmt: skip
    apart = np.where(made.frame["unit"] == "R00", "hires by season", "")
    return Panel(
        made.frame.assign(apart=apart), made.morale_label, made.performance_label, notes=made.notes
    )


@pytest.fixture(scope="module")
def ladder() -> Estimates:
    rows = [
        ("between", "Between units", 0.10, 0.02, 0.06, 0.14, 240.0, 0.001, 0.001, False, ""),
        ("within", "Within a unit", 0.00, 0.01, -0.02, 0.02, 240.0, 0.8, 0.8, False, ""),
        ("lead", "After", np.nan, np.nan, np.nan, np.nan, 0.0, np.nan, np.nan, False, "too few"),
    ]
    columns = ["key", "label", "estimate", "std_error", "conf_low", "conf_high", "n", "p_value"]
    frame = pd.DataFrame(rows, columns=[*columns, "p_adjusted", "standardized", "reason"])
    told = {"order": "not settled", "reason": "", "waves": 4, "units": 60, "grade": "D"}
    return Estimates(frame=frame.assign(method="CR1"), quantity="change in waits", facts=told)


@pytest.fixture(scope="module")
def morale_facts(made_up):
    return made_up.make_facts(
        kind="morale", title="Trusts & waits", measures=(), nouns=NOUNS, audit="audit.html",
        command="cxanalytics run trusts",
    )  # fmt: skip


@pytest.fixture(scope="module")
def sections(panel, ladder, morale_facts):
    morale = fit_morale_performance(panel, standardize=False)
    without = fit_or_reason(fit_without_apart, panel, standardize=False)
    return [
        report.write_morale_masthead(morale_facts, morale, panel=panel),
        report.write_morale_relation(morale_facts, morale, panel=panel, without=without),
        report.write_morale_ladder(morale_facts, ladder, panel=panel),
        report.write_morale_sure(morale_facts, morale, panel=panel, ladder=ladder),
        report.write_morale_data(morale_facts, morale, panel=panel, ladder=ladder),
    ]


def _text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_sections_are_those_of_the_page_in_its_order(sections) -> None:
    assert [part.id for part in sections] == ["brief", *ORDER["morale"]]
    assert [part.number for part in sections] == [0, 1, 2, 3, 4]
    assert sections[0].page["title"] == "Morale and performance: Trusts & waits"


def test_the_first_screen_answers_with_sizes_base_and_grade(sections) -> None:
    brief = sections[0]
    assert brief.answer.startswith("Better places, not shown to improve: trusts with higher morale")
    text = _text(str(brief.html))
    assert "Morale and performance · Trusts & waits · 2016 to 2019" in text.replace("&amp;", "&")
    figures = dict(zip(brief.key_figures["fact"], brief.key_figures["value"], strict=True))
    assert figures["Trusts compared"] == "60"
    assert figures["Between trusts"].endswith("points better")
    assert figures["Design"] == "Grade D"
    assert "The waits are of 2015 and before." in text


def test_the_relation_is_drawn_and_tabled_and_repeated_without_units_set_apart(sections) -> None:
    relation = sections[1]
    text = _text(str(relation.html))
    assert "Between trusts" in text and "Within a trust" in text
    assert "Without the one unit, which hires by season: between trusts" in text
    assert relation.figures == 1 and "fig-relation" in str(relation.html)


def test_doubts_stand_before_what_only_experts_open(sections) -> None:
    html = str(sections[3].html)
    open_part, _, folded = html.partition("<details")
    text = _text(open_part)
    assert "Which came first is not settled with four waves." in text
    assert "Grade D on a scale of A to D" in text
    assert "Rows read" in folded and "CR1" in folded


def test_an_order_in_time_is_told_where_the_models_of_it_allow_the_words(
    panel, ladder, morale_facts
) -> None:
    morale = fit_morale_performance(panel, standardize=False)
    first = {**ladder.facts, "order": "morale first", "grade": "C"}
    settled = replace(ladder, facts=first)
    section = report.write_morale_sure(morale_facts, morale, panel=panel, ladder=settled)
    assert "Higher morale was followed by better performance" in _text(str(section.html))
    plain = replace(ladder, facts={**first, "grade": "D"})
    section = report.write_morale_sure(morale_facts, morale, panel=panel, ladder=plain)
    assert "was followed by" not in _text(str(section.html))


def test_words_are_held_to_the_design(sections) -> None:
    for part in sections[:-1]:
        html = re.sub(r"<details.*?</details>", " ", str(part.html), flags=re.DOTALL)
        html = re.sub(r"<svg.*?</svg>", " ", html, flags=re.DOTALL)
        assert find_forbidden(_text(html), grade="D") == []


def test_names_from_the_data_do_no_harm(sections, made_up) -> None:
    page = made_up.render(sections)
    assert "<script" not in page
    assert '<body class="morale">' in page


def test_every_estimate_is_in_the_file(sections, panel, record_ids) -> None:
    html = str(sections[4].html)
    address = re.search(r'href="data:text/csv[^,]*,([^"]+)"', html).group(1)
    rows = list(csv.DictReader(io.StringIO(b64decode(address).decode("utf-8-sig"))))
    keys = ["within", "between", "difference", "between", "within", "lead"]
    assert [row["key"] for row in rows] == keys
    told = record_ids("".join(str(part.html) for part in sections))
    assert told == [row["id"] for row in rows]
    assert told == [f"{'models' if k > 2 else 'relation'}-{key}" for k, key in enumerate(keys)]
    fitted = fit_morale_performance(panel, standardize=False)
    assert float(rows[1]["estimate"]) == pytest.approx(fitted.row("between")["estimate"], rel=1e-5)
    assert 'href="audit.html"' in html


def test_a_refused_model_keeps_the_headings_with_the_reason(panel, morale_facts) -> None:
    few = Panel(panel.frame.iloc[:8], "Care", "Waits")
    refused = fit_or_reason(fit_morale_performance, few)
    assert "at least 3 groups" in refused.facts["reason"]
    brief = report.write_morale_masthead(morale_facts, refused, panel=few)
    assert brief.answer == "These data cannot tell."
    assert "at least 3 groups" in str(brief.html)
    for section in (
        report.write_morale_relation(morale_facts, refused, panel=few),
        report.write_morale_ladder(morale_facts, refused, panel=few),
        report.write_morale_sure(morale_facts, refused, panel=few),
    ):
        assert section.answer == "These data cannot tell." and section.figures == 0
        assert "at least 3 groups" in _text(str(section.html))
    data = report.write_morale_data(morale_facts, refused, panel=few)
    assert data.key_figures["table"].tolist() == ["notes"]


def test_a_panel_without_units_set_apart_says_nothing_of_them(panel, morale_facts) -> None:
    plain = Panel(panel.frame.assign(apart=""), "Care", "Waits")
    morale = fit_morale_performance(plain, standardize=False)
    without = fit_or_reason(fit_without_apart, plain, standardize=False)
    section = report.write_morale_relation(morale_facts, morale, panel=plain, without=without)
    assert "Without the" not in _text(str(section.html))


def test_models_speak_of_what_the_study_compares(sections) -> None:
    text = _text(str(sections[2].html))
    assert "Between trusts" in text and "Within a trust" in text
    assert "Base: 60 trusts, four waves." in text
    assert not re.search(r"\bunits?\b", re.sub(r"<svg.*?</svg>", "", text))
    drawn = _text("".join(re.findall(r"<svg.*?</svg>", str(sections[1].html), re.DOTALL)))
    assert "Between trusts: averages" in drawn


def _with_later(ladder: Estimates, **changes) -> Estimates:
    row = ladder.frame.iloc[[0]].assign(
        key="morale_before", estimate=0.05, conf_low=0.03, conf_high=0.07, grade="C", **changes
    )
    return replace(ladder, frame=pd.concat([ladder.frame.assign(grade="D"), row]))


def test_what_is_shown_one_wave_later_stands_on_the_first_screen(
    panel, ladder, morale_facts
) -> None:
    morale = fit_morale_performance(panel, standardize=False)
    frame = morale.frame.assign(conf_low=-0.1, conf_high=0.1)
    nothing = replace(morale, frame=frame)

    def brief(given):
        return report.write_morale_masthead(morale_facts, nothing, panel=panel, ladder=given)

    assert brief(ladder).answer.startswith("No clear pattern: trusts")
    later = brief(_with_later(ladder))
    assert later.answer.startswith(
        "Only one wave later: results are better where morale was higher. In the same wave, trusts"
    )
    text = _text(str(later.html)).replace("\u00a0", " ")
    assert "5.0 points better (likely 3.0 to 7.0); grade C" in text
    assert brief(_with_later(ladder, p_adjusted=0.2)).answer == brief(ladder).answer


def test_several_looks_count_in_headline_and_title_as_they_do_among_the_models(
    panel, ladder, morale_facts
) -> None:
    morale = fit_morale_performance(panel, standardize=False)
    looked = replace(ladder, frame=ladder.frame.assign(p_adjusted=0.08))
    given = {"panel": panel, "ladder": looked}
    brief = report.write_morale_masthead(morale_facts, morale, **given)
    relation = report.write_morale_relation(morale_facts, morale, **given)
    models = report.write_morale_ladder(morale_facts, looked, panel=panel)
    assert brief.answer.startswith("No clear pattern")
    assert "No clear pattern between trusts or within a trust" in str(relation.html)
    assert "several looks were taken at one question" in _text(str(relation.html))
    assert "shows a clear relation" in models.answer and models.answer.startswith("None of two")


def test_a_relation_between_different_people_is_told_where_both_sides_are_of_the_same(
    panel, ladder, morale_facts
) -> None:
    morale = fit_morale_performance(panel, standardize=False)
    row = ladder.frame.iloc[[0]].assign(key="split_sample", label="Split")
    split = replace(ladder, frame=pd.concat([ladder.frame, row]))

    def text(given):
        section = report.write_morale_relation(morale_facts, morale, panel=given, ladder=split)
        return _text(str(section.html))

    told = "Where morale and results come from different people, it is"
    assert told not in text(panel)
    assert told in text(replace(panel, same_source=True))


def test_one_model_alone_does_not_deny_the_order_that_the_models_tell(
    panel, ladder, morale_facts
) -> None:
    morale = fit_morale_performance(panel, standardize=False)
    denial = "Which came first cannot be settled with 4 waves."
    alone = report.write_morale_sure(morale_facts, morale, panel=panel)
    both = report.write_morale_sure(morale_facts, morale, panel=panel, ladder=ladder)
    assert denial in _text(str(alone.html))
    assert denial not in _text(str(both.html))


def test_alt_texts_say_what_is_drawn(panel, ladder, morale_facts) -> None:
    morale = fit_morale_performance(panel, standardize=False)

    def alt(section) -> str:
        return re.findall(r'aria-label="([^"]+)"', str(section.html))[0]

    over_time = report.write_morale_relation(morale_facts, morale, panel=panel)
    assert "Two scatter charts of 60 trusts" in alt(over_time)
    assert "each trust with its own average over time" in alt(over_time)
    inside = replace(panel, frame=panel.frame.assign(unit=panel.frame["unit"] + "x"))
    by_agency = replace(morale, facts={**morale.facts, "group": "agency"})
    section = report.write_morale_relation(morale_facts, by_agency, panel=inside)
    assert "compares trusts by their averages, the second teams with the average" in alt(section)
    models = report.write_morale_ladder(morale_facts, ladder, panel=panel)
    assert alt(models).startswith("Dot-and-range chart of two rows")
