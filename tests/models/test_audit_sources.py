"""The audit describes every source a study has, and nothing it has not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import DataError
from cxanalytics.models.audit import fit_audit
from cxanalytics.operations import OperationMeasure, Operations
from cxanalytics.published import NOT_POSSIBLE, Published, PublishedMeasure
from cxanalytics.store import read_result, write_result
from cxanalytics.tables import Check, Panel, Survey

ALWAYS = {"sources", "claims", "ingredients", "checks"}
OF_A_SURVEY = {
    "rows",
    "waves",
    "agencies",
    "missing",
    "scale_use",
    "straight_lining",
    "duplicates",
    "weights",
    "small",
    "wording",
    "breaks",
}


def make_survey(label="recommend"):
    frame = pd.DataFrame({"agency": np.repeat(["A", "B"], 50), label: np.tile([1.0, 5.0], 50)})
    return Survey.from_frame(frame, agency="agency", outcome=label, scale="likert_1_5")


def small_staff():
    frame = pd.DataFrame({"agency": ["A"] * 12, "pride": [1.0, 5.0, 4.0] * 4})
    return Survey.from_frame(frame, agency="agency", outcome="pride", scale="likert_1_5")


def make_operations(**columns):
    frame = pd.DataFrame(
        {
            "agency": ["A", "A", "B", "B", "C"],
            "period": ["2024-01", "2024-02"] * 2 + ["2024-01"],
            "resolved": [60.0, 20, 90, 0, 3],
            "contacts": [100.0, 50, 100, 0, 4],
        }
    ).assign(**columns)
    measures = (
        OperationMeasure("resolved", "Resolved", "resolved", "contacts"),
        OperationMeasure("wait", "Wait", "contacts", kind="mean", higher_is_better=False),
    )
    notes = (Check("rows read", None, "1,005 rows read."), Check("rows kept", None, "5 rows kept."))
    return Operations(frame, measures, notes)


def make_published():
    values = {"2023": [0.5, 0.6, np.nan], "2024": [0.4, 0.7, 0.8]}
    frame = pd.concat(
        [
            pd.DataFrame(
                {"agency": list("ABC"), "period": wave, "measure": "pride", "value": value}
            )
            for wave, value in values.items()
        ],
        ignore_index=True,
    )
    return Published(frame, (PublishedMeasure("pride", "Proud to work here", changed=("2024",)),))


def make_panel(*, same_source=False):
    frame = pd.DataFrame(
        {
            "agency": ["A", "A", "B", "B"],
            "period": ["2023", "2024"] * 2,
            "morale": [3.5, 3.6, np.nan, 3.1],
            "share": [0.5, 0.6, 0.7, 0.8],
        }
    )
    return Panel.from_frame(
        frame,
        agency="agency",
        period="period",
        morale="morale",
        performance="share",
        same_source=same_source,
    )


def test_only_tables_that_apply_are_there():
    assert set(fit_audit(survey=make_survey())) == ALWAYS | OF_A_SURVEY
    assert set(fit_audit(staff=make_survey())) == ALWAYS | {f"staff_{x}" for x in OF_A_SURVEY}
    assert set(fit_audit(panel=make_panel())) == ALWAYS | {"panel", "panel_waves", "panel_rows"}
    assert set(fit_audit(operations=make_operations())) == ALWAYS | {
        "operations",
        "operation_rows",
    }
    assert set(fit_audit(published=make_published())) == ALWAYS | {
        "published",
        "published_waves",
        "published_rows",
        "published_positions",
    }


def test_no_source_at_all():
    with pytest.raises(DataError) as caught:
        fit_audit()
    assert str(caught.value) == (
        "An audit needs at least one source: survey, staff, operations, published, panel or "
        "funnel; got none."
    )


def test_sources_say_what_is_held():
    frame = pd.DataFrame({"agency": ["A"], "asked": [200], "answered": [50]})
    sources = fit_audit(
        survey=make_survey(),
        staff=make_survey("pride"),
        operations=make_operations(),
        published=make_published(),
        panel=make_panel(),
        funnel=frame,
    )["sources"]
    assert sources.to_numpy().tolist() == [
        ["customer survey", "recommend", 100, 2, 1, "answers"],
        ["staff survey", "pride", 100, 2, 1, "answers"],
        ["operations", "Resolved and Wait", 5, 3, 2, "operations"],
        ["published scores", "Proud to work here", 6, 3, 2, "no counts"],
        ["staff and results, linked", "morale and share", 4, 2, 2, "linked units"],
        ["response counts", "people asked and answered", 1, 1, 1, "response counts"],
    ]


def test_counts_are_called_counts():
    frame = pd.DataFrame({"agency": ["A"] * 3, "answer": [1.0, 4, 5], "people": [40, 50, 60]})
    survey = Survey.from_frame(
        frame, agency="agency", outcome="answer", scale="likert_1_5", count="people"
    )
    assert fit_audit(survey=survey)["sources"]["level"].tolist() == ["counts"]


def test_checks_say_which_source_they_are_about():
    checks = fit_audit(survey=make_survey(), staff=small_staff(), operations=make_operations())
    names = dict(zip(checks["checks"]["name"], checks["checks"]["source"], strict=True))
    assert names["weighting loss"] == "customer survey"
    assert names["staff survey: agencies too small"] == "staff survey"
    assert names["operations: rows read"] == "operations"


def test_one_file_for_both_surveys_is_told_once():
    survey = make_survey()
    checks = fit_audit(survey=survey, staff=survey)["checks"]
    assert set(checks["source"]) == {"customer survey"}
    assert not checks.duplicated(["name", "text"]).any()


def test_operations_are_summed_before_they_are_divided():
    table = fit_audit(operations=make_operations())["operations"].set_index("measure")
    row = table.loc["resolved"]
    # B has nothing to divide by in February, and C too few contacts to be shown.
    assert row[["lowest", "median", "highest"]].tolist() == [0.4, 0.6, 0.9]
    assert row[["units", "periods", "zero_rows", "small", "impossible"]].tolist() == [3, 2, 1, 1, 0]
    assert table.loc["wait", "units"] == 5
    assert table.loc["wait", "highest"] == 100


def test_a_share_above_one_is_told_and_stops_nothing():
    tables = fit_audit(operations=make_operations(resolved=[60.0, 70, 90, 0, 3]))
    row = tables["operations"].set_index("measure").loc["resolved"]
    assert row[["impossible", "units", "highest"]].tolist() == [1, 2, 0.9]
    check = tables["checks"].set_index("name").loc["operations: shares possible"]
    assert check["passed"] == "no"
    assert check["text"] == "Shares above 1 (an agency in a period): 1."


def test_rows_of_other_sources_are_their_notes():
    rows = fit_audit(operations=make_operations())["operation_rows"]
    assert rows["rows"].tolist() == [1005, 5]
    bare = fit_audit(published=make_published())["published_rows"]
    assert bare.to_numpy().tolist() == [["rows kept", 6, "6 rows kept."]]


def test_a_note_without_a_count_is_no_row():
    survey = make_survey()
    told = Survey(
        frame=survey.frame,
        questions=survey.questions,
        outcome=survey.outcome,
        notes=(Check("rows twice", None, "Nobody knows how many."),),
    )
    tables = fit_audit(survey=told)
    assert tables["rows"]["step"].tolist() == ["rows kept"]
    assert "rows twice" in set(tables["checks"]["name"])


def test_published_scores_have_no_counts():
    tables = fit_audit(published=make_published())
    assert tables["published"].to_numpy().tolist() == [
        ["pride", "Proud to work here", "share", 2, 3, 1, 0.4, 0.7, 0.8, "2023", "2024", "2024"]
    ]
    assert tables["published_waves"].to_numpy().tolist() == [["2023", 2, 1, 2], ["2024", 3, 1, 3]]
    texts = tables["checks"].set_index("name")["text"]
    assert NOT_POSSIBLE in texts["published scores: no counts"]
    assert texts["published scores: wordings changed"] == (
        "The wording changed: Proud to work here (2024)."
    )


def test_a_panel_is_counted_by_unit_and_wave():
    tables = fit_audit(panel=make_panel())
    (row,) = tables["panel"].to_dict("records")
    assert row == {
        "morale": "morale",
        "performance": "share",
        "same_source": "no",
        "agencies": 2,
        "units": 2,
        "periods": 2,
        "rows": 4,
        "complete": 3,
        "missing_morale": 1,
        "missing_performance": 0,
    }
    assert tables["panel_waves"].to_numpy().tolist() == [["2023", 2, 2, 1], ["2024", 2, 2, 2]]


def test_one_source_for_both_sides_is_a_failed_check():
    checks = fit_audit(panel=make_panel(same_source=True))["checks"].set_index("name")
    assert checks.loc["staff and results, linked: two sources", "passed"] == "no"


def test_coverage_is_handed_on():
    coverage = pd.DataFrame({"name": ["A"], "joined": [True]})
    tables = fit_audit(panel=make_panel(), coverage=coverage)
    pd.testing.assert_frame_equal(tables["coverage"], coverage)


def test_coverage_names_no_small_unit():
    frame = pd.DataFrame({"agency": "A", "unit": ["one"] * 9 + ["one two"] * 12, "pride": 4.0})
    staff = Survey.from_frame(
        frame, agency="agency", unit="unit", outcome="pride", scale="likert_1_5"
    )
    coverage = pd.DataFrame(
        {
            "source": "staff survey",
            "name": ["A / one", "A / one two"],
            "rows": 1,
            "joined": [1, 0],
            "partner": ["A / one", ""],
            "reason": ["", "no such name; the closest is A / one"],
        }
    )
    told = fit_audit(staff=staff, coverage=coverage)["coverage"]
    unnamed = "a unit with too few answers to be named"
    assert list(told["name"]) == [unnamed, "A / one two"]
    assert list(told["partner"]) == [unnamed, ""]
    assert told["reason"][1] == f"no such name; the closest is {unnamed}"
    assert list(told["joined"]) == [1, 0]


def test_every_table_survives_the_hand_over(tmp_path):
    tables = fit_audit(
        survey=make_survey(),
        operations=make_operations(),
        published=make_published(),
        panel=make_panel(),
    )
    write_result(tmp_path / "audit", tables)
    back = read_result(tmp_path / "audit")
    for name, table in tables.items():
        pd.testing.assert_frame_equal(back[name], table)
