"""Periods of different length meet by the months they cover."""

import pytest

from cxanalytics.models.months import months_by_period, months_covered


@pytest.mark.parametrize(
    ("period", "months"),
    [
        ("2024-11", ("2024-11",)),
        ("2024-Q1", ("2024-01", "2024-02", "2024-03")),
        ("2024Q4", ("2024-10", "2024-11", "2024-12")),
        ("2024-02-29", ("2024-02",)),
        ("2011-12", ("2011-12",)),
        ("", ("",)),
        ("before", ("before",)),
        ("2024-99", ("2024-99",)),
    ],
)
def test_months_of_a_period(period, months):
    assert months_by_period([period]) == {period: months}


def test_a_year_has_twelve_months():
    months = months_by_period(["2024"])["2024"]
    assert (len(months), months[0], months[-1]) == (12, "2024-01", "2024-12")


def test_a_financial_year_is_told_by_its_neighbors():
    months = months_by_period(["2011-12", "2012-13", "2013/14"])
    assert months["2011-12"][0] == "2011-04"
    assert months["2012-13"][-1] == "2013-03"
    assert months["2013/14"][0] == "2013-04"


def test_months_are_counted_once():
    assert months_covered(["2024-Q1", "2024-02", "2024-04"]) == 4
    assert months_covered([f"20{year}" for year in (24, 25)]) == 24
