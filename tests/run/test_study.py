"""A Study reads, names, hands over and describes; by hand and under the runner alike."""

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import CxError, ParamsError
from cxanalytics.rules import Thresholds
from cxanalytics.run import by_hand, open_study
from cxanalytics.run.parameters import read_cells
from cxanalytics.run.places import notebooks
from cxanalytics.store import Result


def test_what_a_study_knows(house):
    study = open_study("city", seed=3)
    assert (study.name, study.folder) == ("city", house / "params/city")
    assert study.output == house / "outputs/city"
    assert study.params == {"seed": 3}
    assert study.headline == "recommend"
    assert study.difference == pytest.approx(0.02)
    assert study.peers is None
    assert study.items == {}
    (measure,) = study.measures
    assert (measure.name, measure.label) == ("recommend", "Would recommend us")
    assert measure.cut_label == "agree or strongly agree"
    assert len(study.survey().frame) == 104
    assert open_study("city", output="here").output == house / "here"
    with pytest.raises(ParamsError, match=r"`staff` is not in the study.yaml of 'city'"):
        study.staff()
    with pytest.raises(ParamsError, match=r"`operations` is not in the study.yaml of 'city'"):
        study.operations()
    with pytest.raises(ParamsError, match="needs a simulated study; 'city' reads 'table'"):
        study.government()
    assert study.response() is None


def test_names_and_labels(house):
    study = open_study("city")
    assert study.measure_names == ["recommend"]
    assert study.labels == {"recommend": "Would recommend us"}
    assert study.drivers == [] and study.other_outcomes == []
    path = house / "params/city/study.yaml"
    text = path.read_text()
    easy = "recommend: {scale: likert_1_5, label: Would recommend us, phrase: would recommend you}"
    text = text.replace(easy, f"{easy}\n    easy: {{scale: yes_no, label: Easy}}")
    text = text.replace("scorecard: [recommend]", "scorecard: [easy, recommend]")
    text = text.replace("outcome: recommend", "outcome: recommend\n  drivers: [easy]")
    path.write_text(text)
    study = open_study("city")
    assert study.measure_names == ["recommend", "easy"]
    assert study.labels == {"recommend": "Would recommend us", "easy": "Easy"}
    assert study.drivers == ["easy"]
    assert study.compared == ["recommend", "easy"] and study.other_outcomes == []
    path.write_text(text + "headline: easy\n")
    assert open_study("city").measure_names == ["easy", "recommend"]
    path.write_text(text.replace("scorecard: [easy, recommend]", "scorecard: [recommend]"))
    assert open_study("city").compared == ["recommend", "easy"]
    path.write_text(text.replace("\n  drivers: [easy]", ""))
    assert open_study("city").other_outcomes == ["easy"]


def test_items_of_morale(house):
    path = house / "params/city/study.yaml"
    staff = "staff:\n  reader: table\n  file: answers.csv\n  columns: {agency: office}\n"
    path.write_text(path.read_text() + staff + "  items: {pride: [a, b], systems: [b, c]}\n")
    study = open_study("city")
    assert study.items == {"pride": ["a", "b"], "systems": ["b", "c"]}
    assert study.morale_items() == ["a", "b", "c"]
    assert study.morale_items("systems") == ["b", "c"]
    with pytest.raises(ParamsError, match="`dimension` must be one of 'pride', 'systems'; got"):
        study.morale_items("system")


def test_waves(house):
    answers = house / "params/city/answers.csv"
    study = open_study("city")
    assert study.waves(study.survey()) == ("", "")
    rows = [f"North,4,2026-Q{quarter}" for quarter in (1, 2, 3)]
    answers.write_text("office,recommend,quarter\n" + "\n".join(rows) + "\n")
    path = house / "params/city/study.yaml"
    path.write_text(
        path.read_text().replace("{agency: office}", "{agency: office, period: quarter}")
    )
    survey = open_study("city").survey()
    assert open_study("city").waves(survey) == ("2026-Q3", "2026-Q2")
    assert open_study("city", period="2026-Q1").waves(survey) == ("2026-Q1", "")
    with pytest.raises(CxError, match="2026-Q4"):
        open_study("city", period="2026-Q4").waves(survey)


def test_data_that_a_study_lacks_are_an_empty_result_with_the_reason(house, notebook_writer):
    cells = ["study: str = 'city'  # name", "study.staff()"]
    notebook_writer(house / "notebooks/03_morale.ipynb", cells)
    found = open_study("city").load("03_morale")
    assert (dict(found), found.facts) == ({}, {"reason": "The study has no staff survey."})


def test_agencies_with_a_score_and_those_with_a_page(ran):
    study = open_study("city")
    assert study.agencies == ["North", "South <b>"]
    assert study.pages() == {
        "Few": "agencies/few.html",
        "North": "agencies/north.html",
        "South <b>": "agencies/south-b.html",
    }


def test_facts_of_a_page(ran):
    path = ran / "params/city/study.yaml"
    lines = "waves: {2026-Q2: April to June, 2026-Q3: July to September}\n"
    lines += "dates: {produced: 2026-10-12}\nthresholds: {rank: 45}\n"
    path.write_text(path.read_text() + lines)
    text = path.read_text()
    path.write_text(text.replace("phrase: would", "changed: [2026-Q3], phrase: would"))
    study = open_study("city")
    response = pd.DataFrame(
        {
            "agency": ["North", "Tiny", "North"],
            "period": ["2026-Q3", "2026-Q3", "2026-Q2"],
            "asked": [80.0, np.nan, 50.0],
            "answered": [40.0, np.nan, 50.0],
            "rate": [0.5, np.nan, 1.0],
            "suppressed_reason": ["", "hidden", ""],
        }
    )
    failed = {"name": "rows", "passed": "no", "text": "Four rows were left out."}
    checks = [failed | {"source": "customer survey"}, failed | {"source": "staff survey"}]
    audit = Result({"response": response, "checks": pd.DataFrame(checks)}, {})
    scores = Result({}, {"period": "2026-Q3", "previous": "2026-Q2"})
    page = study.facts(kind="agency", agency="North", scores=scores, audit=audit)
    assert (page.title, page.programme, page.publisher) == (
        "North",
        "City survey",
        "City of Testing",
    )
    assert (page.wave, page.dates, page.previous) == ("2026-Q3", "July to September", "2026-Q2")
    assert page.changed == {"recommend": "2026-Q3"}
    assert page.response_rates == {"": 0.5, "North": 0.5}
    assert [check.passed for check in page.checks] == [False]
    assert page.caveats == (("Rows", "Four rows were left out."),)
    assert (page.home, page.pages) == ("", {})
    assert page.source == "answers.csv"
    assert page.thresholds == Thresholds(rank=45)
    assert page.versions["cxanalytics"]
    assert "@techreport{city" in page.citation
    assert "2026" in page.citation
    first = Result({}, {"period": "2026-Q2", "previous": ""})
    earlier = study.facts(kind="agency", agency="North", scores=first, audit=audit)
    assert (earlier.previous, earlier.changed) == ("", {})
    assert page.run_id == study.facts(kind="appendix", scores=scores, audit=audit).run_id


def test_results_out_of_date_name_the_command(ran):
    study = open_study("city")
    assert study.load("04_benchmark").facts == {"bonus": 0.0}
    path = ran / "params/city/study.yaml"
    path.write_text(path.read_text().replace("City survey", "City survey, second"))
    with pytest.raises(ParamsError) as error:
        open_study("city").load("04_benchmark")
    assert str(error.value) == (
        "04_benchmark is out of date for study 'city'. Run: cxanalytics run city --only 04"
    )
    with pytest.raises(ParamsError, match=r"01_audit has not been run .* --only 01 -o elsewhere"):
        open_study("city", output="elsewhere").load("01_audit")
    with pytest.raises(ParamsError, match=r"`step` must be one of .*; got '04_bench'"):
        study.load("04_bench")


def _by_hand(monkeypatch, step, extra=()):
    cells = [cell["source"] for cell in read_cells(notebooks()[step])]
    monkeypatch.setattr(by_hand, "history", lambda: ["# Parameters\nrepeat = 2", *cells, *extra])


def test_a_notebook_run_by_hand_gives_the_key_of_the_runner(ran, monkeypatch):
    _by_hand(monkeypatch, "01_audit")
    study = open_study("city", repeat=2, share=0.5)
    before = study.load("01_audit")["rows"]
    assert study.save("01_audit", rows=pd.DataFrame({"rows": [1]})) == "01_audit: rows"
    results = [path.name for path in (study.output / "results/01_audit").iterdir()]
    assert len(results) == 2
    assert study.load("01_audit")["rows"].equals(pd.DataFrame({"rows": [1]}))
    assert not before.empty


def test_other_parameters_and_edited_cells_are_remembered(ran, monkeypatch):
    _by_hand(monkeypatch, "01_audit", extra=["repeat = 5"])
    study = open_study("city", repeat=2, share=0.25)
    study.save("01_audit", rows=pd.DataFrame({"rows": [1]}))
    assert study.load("01_audit")["rows"]["rows"].tolist() == [1]
    from cxanalytics.run import run_study

    report = run_study("city", only=["01"], dry_run=True)
    assert [entry.skipped for entry in report.done] == [False]


def test_saving_an_unknown_step(house):
    with pytest.raises(ParamsError, match=r"`step` must be one of .*; got '11_mine'"):
        open_study("city").save("11_mine")
