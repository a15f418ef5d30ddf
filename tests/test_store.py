"""What is written comes back the same, or not at all."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

from cxanalytics import store
from cxanalytics.errors import DataError
from cxanalytics.tables import Check, Estimates


@pytest.fixture
def estimates():
    frame = pd.DataFrame(
        {
            "key": ["x", "=cmd|' /C calc'!A0"],
            "estimate": [0.1, np.nan],
            "std_error": 0.1,
            "conf_low": 0.0,
            "conf_high": 0.2,
            "n": [5, 6],
        }
    )
    return Estimates(
        frame,
        "share",
        covariance=np.diag([1.0, 2.0]),
        draws=np.arange(6.0).reshape(3, 2),
        checks=(Check("few", None, "Few."),),
        facts={"loglik": np.float64(-3.5), "empty": float("nan")},
    )


def test_round_trip(tmp_path, estimates, benchmark_table):
    store.write_result(
        tmp_path / "r",
        {"fit": estimates, "board": benchmark_table, "plain": estimates.frame},
        {"wave": "2"},
    )
    back = store.read_result(tmp_path / "r")
    assert list(back) == ["fit", "board", "plain"] and back.facts == {"wave": "2"}
    pd.testing.assert_frame_equal(back["fit"].frame, estimates.frame)
    np.testing.assert_array_equal(back["fit"].covariance, estimates.covariance)
    np.testing.assert_array_equal(back["fit"].draws, estimates.draws)
    assert back["fit"].checks == estimates.checks
    assert back["fit"].facts["loglik"] == -3.5
    # JSON has no NaN: a figure that does not exist comes back as one that does not exist
    assert math.isnan(back["fit"].facts["empty"])
    board = back.benchmarks()["board"]
    for part in ("frame", "rank_probability", "p_ahead"):
        pd.testing.assert_frame_equal(getattr(board, part), getattr(benchmark_table, part))
    with pytest.raises(DataError, match=r"no table `fitt`.* Did you mean 'fit'\?"):
        back["fitt"]


def test_same_tables_same_bytes(tmp_path, estimates):
    for name in ("a", "b"):
        store.write_result(tmp_path / name, {"fit": estimates})
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert all(
        (tmp_path / "a" / f).read_bytes() == (tmp_path / "b" / f).read_bytes() for f in files
    )


def test_a_failed_write_leaves_the_old_result_and_no_scrap(tmp_path, estimates):
    store.write_result(tmp_path / "r", {"fit": estimates})
    broken = dataclasses.replace(estimates, facts={"object": object()})
    with pytest.raises(TypeError):
        store.write_result(tmp_path / "r", {"fit": broken})
    assert [path.name for path in tmp_path.iterdir()] == ["r"]
    assert list(store.read_result(tmp_path / "r")) == ["fit"]


def test_missing_and_foreign_results_are_named(tmp_path, estimates):
    with pytest.raises(DataError, match=r"must hold a result.json; 'r' has none"):
        store.read_result(tmp_path / "r")
    store.write_result(tmp_path / "r", {"fit": estimates})
    path = tmp_path / "r" / "result.json"
    path.write_text(path.read_text().replace('"schema_version": 1', '"schema_version": 99'))
    with pytest.raises(DataError, match="`schema_version` of 'r' must be 1; got 99"):
        store.read_result(tmp_path / "r")
