"""Sections of the appendix on diagnostics, and what the audit page says of published groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from cxanalytics import report
from cxanalytics.models import (
    fit_audit,
    fit_calibration,
    fit_driver_levels,
    fit_influence,
    fit_other_outcomes,
)
from cxanalytics.published import Comparison, Published, PublishedMeasure
from cxanalytics.tables import Estimates, Survey
from cxanalytics.words import Nouns, find_forbidden

DRIVERS = ("easy", "wait")
LABELS = {"easy": "Easy <to> deal with", "trust": "Trust & confidence"}
ODD = "<b>Odd</b> & Sons"


@pytest.fixture(scope="module")
def fitted():
    rng = np.random.default_rng(1)
    agency = np.repeat(np.arange(14), 120)
    frame = pd.DataFrame(
        {"agency": [ODD if code == 3 else f"Office {code:02d}" for code in agency]}
    )
    for name in DRIVERS:
        frame[name] = np.clip(np.round(3.3 + rng.normal(0, 1.1, len(agency))), 1, 5)
    for outcome in ("recommend", "trust"):
        slope = np.where((agency == 3) & (outcome == "recommend"), -2.0, 0.7)
        predictor = 0.3 + slope * (frame["easy"] - 3.3) + 0.3 * (frame["wait"] - 3.3)
        chance = 1 / (1 + np.exp(-predictor))
        frame[outcome] = np.where(rng.random(len(agency)) < chance, 5.0, 2.0)
    survey = Survey.from_frame(
        frame, agency="agency", outcome="recommend", scale="likert_1_5",
        questions={"trust": "likert_1_5"}, drivers=DRIVERS,
    )  # fmt: skip
    return {
        "calibration": fit_calibration(survey, seed=1),
        "influence": fit_influence(survey),
        "levels": fit_driver_levels(survey),
        "outcomes": fit_other_outcomes(survey, draws=500, seed=1),
    }


@pytest.fixture(scope="module")
def appendix(made_up):
    return made_up.make_facts(kind="appendix", home="index.html")


@pytest.fixture(scope="module")
def page(made_up, appendix, fitted):
    parts = {name: fitted[name] for name in ("calibration", "influence", "levels")}
    return made_up.render(
        [
            report.write_appendix_masthead(appendix),
            report.write_appendix_diagnostics(appendix, **parts, labels=LABELS),
            report.write_appendix_outcomes(fitted["outcomes"], appendix, labels=LABELS),
        ]
    )


def refused(reason):
    columns = ["key", "estimate", "std_error", "conf_low", "conf_high", "n"]
    return Estimates(pd.DataFrame(columns=columns), quantity="", facts={"reason": reason})


def test_each_diagnosis_has_its_question_answer_and_figure(page):
    soup = BeautifulSoup(page, "html.parser")
    section = soup.find(id="diagnostics")
    heads = [tag.get_text() for tag in section.find_all("h3")]
    assert heads == [
        "Does it hold for agencies that it has not seen?",
        "Does one agency decide it?",
        "Is it the same between agencies as within one?",
    ]
    assert {tag["id"] for tag in section.find_all("figure")} == {
        "fig-calibration",
        "fig-driver-levels",
    }
    assert "one agency moves it" in section.find(class_="answer").get_text()
    assert soup.find(id="outcomes").find(id="fig-outcomes")
    answer = soup.find(id="outcomes").find(class_="answer").get_text()
    assert answer.startswith("“Trust & confidence” ")


def test_numbers_of_figures_run_on_and_ids_are_unique(page):
    soup = BeautifulSoup(page, "html.parser")
    figures = [tag.get_text() for tag in soup.find_all(class_="figno")]
    assert figures == [f"Figure\u00a0{number}" for number in (1, 2, 3)]
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))


def test_names_are_text_and_words_are_allowed(page):
    soup = BeautifulSoup(page, "html.parser")
    assert not soup.find_all("b", string="Odd")
    for hidden in soup(["style", "svg"]):
        hidden.decompose()
    text = soup.get_text(" ")
    assert ODD in text and "Easy <to> deal with" in text
    assert find_forbidden(text, grade="D", page="appendix") == []
    assert "nan" not in text.split()


def test_what_was_refused_keeps_its_place_with_the_reason(made_up, appendix, fitted):
    section = report.write_appendix_diagnostics(
        appendix,
        calibration=refused("Predictions need at least 6 agencies."),
        influence=fitted["influence"],
    )
    text = BeautifulSoup(str(section.html), "html.parser").get_text(" ")
    assert "Predictions need at least 6 agencies." in text
    assert "It was not computed." in text
    assert section.figures == 0
    nothing = report.write_appendix_diagnostics(appendix)
    assert nothing.answer == "Not known: the data cannot carry the checks."
    none = report.write_appendix_outcomes(refused("There is no other question."), appendix)
    assert "There is no other question." in str(none.html)
    assert report.write_appendix_outcomes(None, appendix).answer.startswith("Not known:")


def test_key_figures_are_numbers_of_the_models(appendix, fitted):
    section = report.write_appendix_outcomes(fitted["outcomes"], appendix)
    assert "trust/(leader)" in set(section.key_figures["key"])
    assert "trust/(leader)" in str(section)


@pytest.fixture(scope="module")
def hospitals():
    rng = np.random.default_rng(2)
    owner = np.array(["city", "state", "church", "private"])[np.arange(120) % 4]
    frame = pd.DataFrame({"agency": [f"H{k:03d}" for k in range(120)], "period": "2024"})
    frame["owner"] = owner
    frame["sector"] = np.where(np.isin(owner, ["city", "state"]), "government", "other")
    frame["kind"] = np.where(np.arange(120) % 3 == 0, "small", "large")
    parts = [
        frame.assign(
            measure=name,
            value=np.clip(
                80 + 5 * (frame["sector"] == "government") + rng.normal(0, 4, 120), 0, 100
            ),
        )
        for name in ("clean", "recommend")
    ]
    measures = [
        PublishedMeasure(name, name.title(), unit="score", high=100.0)
        for name in ("clean", "recommend")
    ]
    return Published(
        frame=pd.concat(parts),
        measures=tuple(measures),
        groups=("owner", "sector", "kind"),
        agency_noun="hospital",
        headline="recommend",
        comparison=Comparison(
            groups=("sector", "owner"),
            alike="kind",
            words={"government": "owned by government", "other": "of other owners"},
        ),
    )


def test_groups_of_published_scores_are_compared_on_the_audit_page(made_up, hospitals):
    nouns = Nouns(organization="hospital", organizations="hospitals")
    facts = made_up.make_facts(kind="audit", measures=(), nouns=nouns)
    audit = fit_audit(published=hospitals)
    section = report.write_audit_published(facts, audit)
    soup = BeautifulSoup(str(section.html), "html.parser")
    text = " ".join(soup.get_text(" ").split())
    assert "On “Recommend”, hospitals owned by government average" in text
    assert "The hospital is the unit: each counts once, 60 against 60." in text
    assert "Like compared with like" in text
    assert section.figures == 1 and soup.find(id="fig-published-groups")
    rows = soup.find(id="fig-published-groups").table.tbody.find_all("tr")
    assert len(rows) == 4
    assert "none may be ranked" in text
    assert find_forbidden(text, grade="D") == []
    folded = [tag.get_text() for tag in soup.find_all("summary")]
    assert "The same for every measure" in folded
    assert "Recommend: each beside the others" in folded


def test_without_a_comparison_the_section_has_no_figure(made_up, hospitals):
    from dataclasses import replace

    facts = made_up.make_facts(kind="audit", measures=())
    plain = replace(hospitals, comparison=None)
    section = report.write_audit_published(facts, fit_audit(published=plain))
    assert section.figures == 0
    assert "each counts once" not in str(section.html)
