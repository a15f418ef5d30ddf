"""Small groups are hidden, and cannot be had by subtraction."""

import numpy as np
import pandas as pd

from cxanalytics.disclosure import suppress, withhold
from cxanalytics.rules import COMPLEMENTARY, FEW, HIDDEN
from cxanalytics.tables import Estimates


def test_thresholds_are_inclusive():
    n = pd.Series({"a": 9, "b": 10, "c": 29, "d": 30})
    assert suppress(n, total_published=False).tolist() == [HIDDEN, FEW, FEW, ""]


def test_few_uses_the_effective_number():
    n = pd.Series({"a": 200.0, "b": 200.0})
    assert suppress(n, pd.Series({"a": 29.9, "b": 30}), total_published=False).tolist() == [FEW, ""]


def test_one_hidden_group_takes_the_next_smallest_along_when_the_total_is_known():
    n = pd.Series({"a": 500, "b": 7, "c": 60})
    assert suppress(n, total_published=True).tolist() == ["", HIDDEN, COMPLEMENTARY]
    assert suppress(n, total_published=False).tolist() == ["", HIDDEN, ""]


def test_several_hidden_groups_protect_each_other_once_they_add_up():
    together = pd.Series({"a": 500, "b": 7, "c": 6, "d": 60})
    assert suppress(together, total_published=True).tolist() == ["", HIDDEN, HIDDEN, ""]
    too_few = pd.Series({"a": 500, "b": 3, "c": 2, "d": 60})
    assert suppress(too_few, total_published=True).tolist() == ["", HIDDEN, HIDDEN, COMPLEMENTARY]


def test_an_empty_group_gives_nothing_away():
    n = pd.Series({"a": 500, "b": 0})
    assert suppress(n, total_published=True).tolist() == ["", HIDDEN]


def test_withheld_rows_carry_no_figure_and_the_input_is_unchanged():
    frame = pd.DataFrame(
        {
            "key": ["a", "b", "c", "d"],
            "estimate": 0.5,
            "std_error": 0.1,
            "conf_low": 0.4,
            "conf_high": 0.6,
            "n": [500.0, 7.0, 20.0, 8.0],
        }
    )
    given = Estimates(frame, "share", covariance=np.eye(4))
    got = withhold(given)
    assert got.frame["suppressed_reason"].tolist() == ["", HIDDEN, FEW, HIDDEN]
    assert got.frame["estimate"].notna().tolist() == [True, False, False, False]
    assert got.frame["n"].fillna(-1).tolist() == [500, -1, 20, -1]
    assert np.isnan(got.covariance[1]).all() and got.covariance[0, 0] == 1
    assert given.frame["estimate"].notna().all() and given.covariance[1, 1] == 1
