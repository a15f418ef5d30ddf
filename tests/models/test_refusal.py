"""A refused model leaves its reason; anything else goes through."""

from __future__ import annotations

import pandas as pd
import pytest

from cxanalytics.errors import DataError, ModelError, ParamsError
from cxanalytics.models.refusal import fit_or_reason
from cxanalytics.store import read_result, write_result
from cxanalytics.tables import Estimates


def _fit(data: float, *, fail: type[Exception] | None = None) -> Estimates:
    if fail:
        raise fail("Ten answers are needed; got 3.")
    row = {"key": ["a"], "estimate": data, "std_error": 0.1, "conf_low": 0.0, "conf_high": 1.0}
    return Estimates(pd.DataFrame(row | {"n": 5}), quantity="share")


def test_a_fit_that_succeeds_is_handed_on() -> None:
    assert fit_or_reason(_fit, 0.5).row("a")["estimate"] == 0.5


def test_a_refusal_becomes_a_table_without_rows_that_says_why() -> None:
    got = fit_or_reason(_fit, 0.5, fail=ModelError)
    assert got.frame.empty
    assert got.facts["reason"] == "Ten answers are needed; got 3."
    assert [(check.passed, check.text) for check in got.checks] == [
        (False, "Ten answers are needed; got 3.")
    ]


@pytest.mark.parametrize("error", [DataError, ParamsError, ZeroDivisionError])
def test_a_mistake_is_no_refusal(error: type[Exception]) -> None:
    with pytest.raises(error):
        fit_or_reason(_fit, 0.5, fail=error)


def test_a_refusal_survives_the_hand_over(tmp_path) -> None:
    write_result(tmp_path / "x", {"drivers": fit_or_reason(_fit, 0.5, fail=ModelError)})
    again = read_result(tmp_path / "x")["drivers"]
    assert isinstance(again, Estimates)
    assert again.frame.empty and "got 3" in str(again.facts["reason"])
