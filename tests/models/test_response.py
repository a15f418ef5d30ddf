"""Who answered of those who were asked: possible rows are divided, impossible ones are listed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import DataError
from cxanalytics.models.response import NONRESPONDENTS_DIFFER, fit_response
from cxanalytics.rules import COMPLEMENTARY, HIDDEN, Thresholds


def funnel(*rows, columns=("agency", "customers", "asked", "answered")):
    return pd.DataFrame(rows, columns=list(columns))


def test_rate_coverage_and_bound():
    response = fit_response(funnel(("A", 1000, 400, 100), ("B", 500, 500, 250)))["response"]
    assert response["rate"].tolist() == [0.25, 0.5]
    assert response["coverage"].tolist() == [0.4, 1.0]
    assert response["bound"].tolist() == [
        pytest.approx(0.75 * NONRESPONDENTS_DIFFER),
        pytest.approx(0.5 * NONRESPONDENTS_DIFFER),
    ]
    assert response["suppressed_reason"].tolist() == ["", ""]


def test_the_bound_holds_where_nonrespondents_differ_that_much():
    asked, answered, score = 400, 100, 0.6
    response = fit_response(funnel(("A", 1000, asked, answered)))["response"].iloc[0]
    for others in (score - NONRESPONDENTS_DIFFER, score + NONRESPONDENTS_DIFFER):
        everyone = (answered * score + (asked - answered) * others) / asked
        assert abs(everyone - score) == pytest.approx(response["bound"])


def test_rows_of_an_agency_are_summed_before_they_are_divided():
    rows = funnel(("A", 100, 100, 90), ("A", 900, 900, 90))
    response = fit_response(rows)["response"]
    assert response["rate"].tolist() == [0.18]
    assert response["customers"].tolist() == [1000.0]


def test_one_row_without_customers_leaves_coverage_unknown():
    response = fit_response(funnel(("A", 100, 100, 90), ("A", np.nan, 900, 90)))["response"]
    assert response["rate"].tolist() == [0.18]
    assert response[["customers", "coverage"]].isna().all(axis=None)


def test_customers_need_not_be_known():
    columns = ("agency", "asked", "answered")
    tables = fit_response(funnel(("A", 100, 40), columns=columns))
    assert tables["response"]["rate"].tolist() == [0.4]
    assert tables["impossible"].empty


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ((1000, 400, -1), "A count is below 0."),
        ((1000, 40, 60), "More answered than were asked."),
        ((50, np.nan, 60), "More answered than there were customers."),
        ((300, 400, 60), "More were asked than there were customers."),
        ((1000, 400, np.nan), "The number of answers is not given."),
        ((1000, np.nan, 60), "The number asked is not given."),
        ((1000, 0, 0), "Nobody was asked."),
    ],
)
def test_an_impossible_row_is_listed_and_stops_nothing(row, reason):
    tables = fit_response(funnel(("A", 1000, 400, 100), ("B", *row), ("A", *row)))
    assert tables["impossible"]["reason"].tolist() == [reason, reason]
    assert tables["impossible"]["row"].tolist() == [2, 3]
    assert tables["impossible"]["agency"].tolist() == ["B", "A"]
    response = tables["response"]
    assert response["agency"].tolist() == ["A"]
    assert response["rate"].tolist() == [0.25]
    assert response["left_out"].tolist() == [1]


def test_rows_keep_the_numbers_of_their_file():
    given = funnel(("A", 10, 40, 60)).assign(row=17)
    assert fit_response(given)["impossible"]["row"].tolist() == [17]


def test_small_agencies_cannot_be_read_or_computed():
    response = fit_response(funnel(("A", 90, 80, 7), ("B", 90, 80, 60), ("C", 90, 80, 70)))
    table = response["response"]
    assert table["suppressed_reason"].tolist() == [HIDDEN, COMPLEMENTARY, ""]
    figures = ["customers", "asked", "answered", "rate", "coverage", "bound"]
    assert table.loc[:1, figures].isna().all(axis=None)
    assert table.loc[2, figures].notna().all()


def test_each_wave_is_protected_on_its_own():
    rows = [("A", "1", 80, 7), ("B", "1", 80, 60), ("A", "2", 80, 60), ("B", "2", 80, 60)]
    table = fit_response(funnel(*rows, columns=("agency", "period", "asked", "answered")))
    reasons = table["response"]["suppressed_reason"].tolist()
    assert reasons == [HIDDEN, COMPLEMENTARY, "", ""]


def test_an_impossible_row_of_few_answers_is_not_printed():
    table = fit_response(funnel(("A", 5, 6, 7), ("B", 50, 60, 70)))["impossible"]
    assert table["suppressed_reason"].tolist() == [HIDDEN, ""]
    assert table.loc[0, ["customers", "asked", "answered"]].isna().all()
    assert table.loc[1, "answered"] == 70


def test_an_impossible_row_of_a_hidden_agency_is_not_printed():
    rows = funnel(("A", 90, 80, 7), ("B", 90, 80, 60), ("C", 90, 80, 70), ("B", 50, 60, 70))
    (row,) = fit_response(rows)["impossible"].to_dict("records")
    assert row["suppressed_reason"] == COMPLEMENTARY
    assert np.isnan([row["customers"], row["asked"], row["answered"]]).all()


def test_thresholds_are_those_given():
    rows = funnel(("A", 90, 80, 15), ("B", 90, 80, 60))
    reasons = fit_response(rows, thresholds=Thresholds(hide=20))["response"]["suppressed_reason"]
    assert reasons.tolist() == [HIDDEN, COMPLEMENTARY]


def test_the_funnel_is_not_changed():
    given = funnel(("A", 10, 40, 60))
    before = given.copy()
    fit_response(given)
    pd.testing.assert_frame_equal(given, before)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            pd.DataFrame({"agency": ["A"], "asked": [3]}),
            "`funnel` must have the columns agency, asked and answered; answered is not among "
            "agency, asked.",
        ),
        (
            funnel(("A", 10, 5, 3), ("", 10, 5, 3)),
            "`funnel` must name the agency in every row; row 2 is empty.",
        ),
        (
            funnel(("A", 10, "many", 3)),
            "`asked` of `funnel` must be a number; row 1 has 'many'.",
        ),
    ],
)
def test_messages(given, message):
    with pytest.raises(DataError) as error:
        fit_response(given)
    assert str(error.value) == message
