"""The block of claims about comparing: one list, one grammar, a way to the figures."""

from __future__ import annotations

import numpy as np
import pytest
from bs4 import BeautifulSoup

from cxanalytics.claims import CLAIMS
from cxanalytics.claims.verdicts import NOT_TESTABLE_HERE
from cxanalytics.models import fit_claims, fit_tested_benchmark_claims
from cxanalytics.models.claims_departments import fit_department_claims
from cxanalytics.report import write_appendix_benchmark_claims
from cxanalytics.report.appendix_claims_benchmark import _EVIDENCE, NO_TEST, UNTESTED
from cxanalytics.report.section import ORDER

NUMBERS = [22, 23, 24, 25, 26, 27, 28, 35, 36, 37]


@pytest.fixture
def claims():
    """Claim 22 with figures; the others lack theirs."""
    table = fit_tested_benchmark_claims()
    first = {"verdict": "supported", "grade": "D", "missing": "", "estimate": 0.1}
    first |= {"conf_low": 0.05, "conf_high": 0.15, "n": 9000.0, "agencies": 24.0}
    first |= {"changed": 5.0, "other": 0.0, "p_first": 0.99}
    for column, value in first.items():
        table.loc[0, column] = value
    return table


@pytest.fixture
def section(claims, made_up):
    return write_appendix_benchmark_claims(
        claims,
        made_up.make_facts(kind="appendix"),
        departments=fit_department_claims(),
        listed=fit_claims(),
    )


def test_every_claim_has_number_title_verdict_and_sentence(section):
    soup = BeautifulSoup(str(section.html), "html.parser")
    told = {entry.b.get_text(): entry.get_text() for entry in soup.find_all("li")}
    titles = {claim.number: claim.title for claim in CLAIMS}
    for number in NUMBERS:
        head = [name for name in told if name.startswith(f"{number}. {titles[number]}: ")]
        assert len(head) == 1, number
        assert len(told[head[0]]) > len(head[0]) + 10
    assert section.key_figures["claim"].tolist() == NUMBERS
    assert section.answer == (
        "Of 10 claims about comparing agencies: one supported, nine not testable with these data."
    )


def test_what_is_not_tested_says_what_is_missing(section):
    soup = BeautifulSoup(str(section.html), "html.parser")
    for number in UNTESTED:
        (entry,) = [li for li in soup.find_all("li") if li.b.get_text().startswith(f"{number}. ")]
        assert NOT_TESTABLE_HERE in entry.b.get_text()
        assert "Missing: " in entry.get_text()
    assert "two staff waves; dates of published goals" in soup.get_text()


def test_figures_are_linked_to_the_block_that_holds_them(section):
    soup = BeautifulSoup(str(section.html), "html.parser")
    assert [a["href"] for a in soup.find_all("a")] == ["#casemix"]
    assert "None of 24" not in soup.get_text()
    assert "0 of 24 agencies are called above or below" in soup.get_text()
    assert "Base: 9,000 customers in 24 agencies; grade D." in soup.get_text()
    assert set(_EVIDENCE.values()) < set(ORDER["appendix"])


def test_a_claim_whose_data_are_held_lacks_its_test(claims, made_up):
    listed = fit_claims().assign(missing="")
    facts = made_up.make_facts(kind="appendix")
    found = write_appendix_benchmark_claims(claims, facts, listed=listed)
    assert str(found.html).count(f"Missing: {NO_TEST}.") == len(UNTESTED)
    assert found.key_figures["estimate"].notna().sum() == 1
    assert np.isnan(found.key_figures["n"].iloc[-1])
