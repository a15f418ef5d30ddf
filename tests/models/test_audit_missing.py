"""Missing answers are told apart by reason, and people not asked are no part of the base."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxanalytics.models.audit import fit_audit
from cxanalytics.models.audit.missing import REASONS, TOTALS
from cxanalytics.rules import HIDDEN
from cxanalytics.scales import MISSING_REASONS
from cxanalytics.sources import read_table
from cxanalytics.tables import Survey

COLUMNS = list(REASONS)


def make(n=500, *, missing=0, reasons=None, waves=("",)):
    frame = pd.DataFrame({"agency": "A", "answer": np.tile([1.0, 2, 3, 4, 5], n // 5)})
    frame = pd.concat([frame.assign(period=wave) for wave in waves], ignore_index=True)
    frame.loc[: missing - 1, "answer"] = np.nan
    frame["other"] = 3.0
    survey = Survey.from_frame(
        frame,
        agency="agency",
        outcome="answer",
        scale="likert_1_5",
        period="period" if any(waves) else None,
        questions={"other": "likert_1_5"},
    )
    if reasons is None:
        return survey
    rows = [("answer", reason, number) for reason, number in reasons.items()]
    return replace(survey, reasons=pd.DataFrame(rows, columns=["question", "reason", "n"]))


def row_of(survey, question="answer"):
    return fit_audit(survey=survey)["missing"].set_index("question").loc[question]


def test_the_columns_are_the_reasons_that_sources_give():
    assert set(REASONS.values()) == set(MISSING_REASONS)
    assert sorted(column for columns in TOTALS for column in columns) == sorted(REASONS)


def test_without_reasons_a_missing_answer_is_only_missing():
    row = row_of(make(missing=50))
    assert row[["n", "missing", "share"]].tolist() == [500, 50, 0.1]
    assert row["told"] == "no"
    assert row[COLUMNS].isna().all()


def test_reasons_are_told_and_the_rest_is_no_answer():
    told = {"don't know": 40, "refused": 20, "not applicable": 100, "not asked": 50}
    row = row_of(make(missing=240, reasons=told))
    assert row["told"] == "yes"
    assert row[COLUMNS].tolist() == [40, 20, 30, 100, 50]
    # 150 people are no part of the base.
    assert row[["n", "missing"]].tolist() == [350, 90]
    assert row["share"] == pytest.approx(90 / 350)


def test_a_question_without_reasons_has_none():
    row = row_of(make(missing=40, reasons={"don't know": 40}), "other")
    assert row[COLUMNS].tolist() == [0, 0, 0, 0, 0]
    assert row[["n", "missing", "share"]].tolist() == [500, 0, 0]


@pytest.mark.parametrize("told", [{}, {"not asked": 500}])
def test_a_wave_that_did_not_ask_is_no_missing_answer(told):
    survey = make(missing=500, reasons=told | {"refused": 0}, waves=("2023", "2024"))
    row = row_of(survey)
    assert row[["n", "missing", "not_asked"]].tolist() == [500, 0, 500]


def test_a_wave_that_did_not_ask_says_nothing_of_the_others():
    survey = make(missing=520, reasons={"don't know": 12}, waves=("2023", "2024"))
    row = row_of(survey)
    assert row[["n", "missing", "not_asked"]].tolist() == [500, 20, 500]


def test_few_people_with_a_reason_are_hidden():
    row = row_of(make(missing=103, reasons={"don't know": 60, "refused": 3}))
    assert row["suppressed_reason"] == HIDDEN
    assert row["missing"] == 103
    # The total less one shown reason would give the hidden one back.
    assert np.isnan(row[["refused", "no_answer"]].astype(float)).all()
    assert row["dont_know"] == 60


def test_a_lone_hidden_reason_is_not_given_back_by_zeros():
    row = row_of(make(missing=3, reasons={"refused": 3}))
    assert row[["dont_know", "refused", "no_answer"]].isna().all()
    assert row[["not_applicable", "not_asked"]].tolist() == [0, 0]


def test_each_total_protects_its_own_reasons():
    told = {"don't know": 60, "refused": 50, "not applicable": 4, "not asked": 80}
    row = row_of(make(missing=194, reasons=told))
    assert row[["dont_know", "refused"]].tolist() == [60, 50]
    assert row[["not_applicable", "not_asked"]].isna().all()


def test_a_question_nobody_answered_has_no_share():
    survey = make(missing=500)
    row = row_of(survey)
    assert row[["n", "missing"]].tolist() == [0, 0]
    assert np.isnan(row["share"])


def test_people_whose_row_is_left_out_are_in_no_base(tmp_path):
    path = tmp_path / "survey.csv"
    path.write_text(
        "Agency,Q1\n" + "Parks,5\n" * 100 + "Parks,Not applicable\n" * 300, encoding="utf-8"
    )
    survey = read_table(
        path,
        columns={"agency": "Agency"},
        questions={"answer": {"column": "Q1", "scale": "likert_1_5"}},
        outcome="answer",
    )
    row = row_of(survey)
    assert (row["n"], row["missing"], row["told"]) == (100, 0, "no")
