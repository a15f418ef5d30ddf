"""What pages call the items of a staff survey, in study.yaml."""

from __future__ import annotations

import pytest

from cxanalytics.errors import ParamsError
from cxanalytics.run import open_study

STUDY = """schema: 1
title: T
programme: P
publisher: O
contact: C
survey:
  reader: table
  file: answers.csv
  columns: {agency: office}
  questions: {valued: {column: q1, scale: likert_1_5, label: Feel valued}}
  outcome: valued
staff:
  reader: table
  file: answers.csv
  columns: {agency: office}
  items: {morale: [q1, q2, q3]}
scorecard: [valued]
"""


@pytest.fixture
def study_of(tmp_path):
    """Open a study made of lines."""

    def make(text):
        (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
        (tmp_path / "answers.csv").write_text("office,q1,q2,q3\nA,1,2,3\n", encoding="utf-8")
        return open_study(study=str(tmp_path), output=str(tmp_path / "out"))

    return make


def test_an_item_is_called_by_its_label_or_by_that_of_its_question(study_of):
    assert study_of(STUDY).item_labels == {"q1": "Feel valued"}
    labels = "  items: {morale: [q1, q2, q3]}\n  labels: {q2: Heard, q1: Valued}\n"
    study = study_of(STUDY.replace("  items: {morale: [q1, q2, q3]}\n", labels))
    assert study.item_labels == {"q1": "Valued", "q2": "Heard"}


def test_a_label_of_no_item_is_refused(study_of):
    labels = "  items: {morale: [q1, q2, q3]}\n  labels: {q9: Proud}\n"
    with pytest.raises(
        ParamsError, match=r"`staff\.labels` must name items, q1, q2 and q3; got 'q9'"
    ):
        study_of(STUDY.replace("  items: {morale: [q1, q2, q3]}\n", labels))
