"""Which role of the survey is compared inside agencies, in study.yaml."""

from __future__ import annotations

import pytest

from cxanalytics.errors import ParamsError
from cxanalytics.run import open_study
from cxanalytics.run.describe import page_facts
from cxanalytics.run.places import find_study

OWN = """schema: 1
title: T
programme: P
publisher: O
contact: C
survey:
  reader: table
  file: answers.csv
  columns: {agency: office, unit: desk}
  questions: {recommend: {scale: nps_0_10, label: L}}
  outcome: recommend
scorecard: [recommend]
"""


@pytest.fixture
def study_of(tmp_path):
    """Open a study made of lines."""

    def make(text):
        (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
        (tmp_path / "answers.csv").write_text("office,desk,recommend\nA,1,9\n", encoding="utf-8")
        return open_study(study=str(tmp_path), output=str(tmp_path / "out"))

    return make


def test_departments_are_compared_unless_the_study_names_units(study_of):
    assert study_of(OWN).department_role == "department"
    units = study_of(f"{OWN}departments: unit\n")
    assert units.department_role == "unit"
    assert page_facts(units, kind="audit").nouns.departments == "units"


def test_the_study_may_have_a_word_of_its_own(study_of):
    nouns = "nouns: {department: desk, departments: desks}\n"
    study = study_of(f"{OWN}departments: unit\n{nouns}")
    assert page_facts(study, kind="audit").nouns.department == "desk"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("departments: department\n", "`departments` needs `survey.columns.department`"),
        ("departments: teams\n", "must be 'department' or 'unit'"),
    ],
)
def test_a_role_that_no_column_has_is_refused(study_of, text, told):
    with pytest.raises(ParamsError, match=told):
        study_of(OWN + text)


def test_sub_agencies_of_the_federal_survey_are_compared(monkeypatch, tmp_path):
    monkeypatch.setenv("CXANALYTICS_DATA", str(tmp_path))
    text = (find_study("fevs_2018") / "study.yaml").read_text(encoding="utf-8")
    assert "\ndepartments: unit\n" in text
    assert "departments: sub-agencies" in text
