"""Process charts of agencies: limits, states, signs, baselines and breaks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.benchmark import Baseline, Restart, benchmark_history
from cxanalytics.errors import DataError, ParamsError
from cxanalytics.published import Published, PublishedMeasure
from cxanalytics.tables import Estimates

STATE = "state"


def history(shares, *, n=400.0, agency="A", measure="satisfied", breaks=None) -> Estimates:
    """Make the points of one chart."""
    shares = np.asarray(shares, dtype=float)
    points = [f"{2020 + place // 12}-{place % 12 + 1:02d}" for place in range(len(shares))]
    seen = np.isfinite(shares)
    frame = pd.DataFrame(
        {
            "key": [f"{measure}@{point}@{agency}" for point in points],
            "measure": measure,
            "agency": agency,
            "point": points,
            "wave": points,
            "year": 2020 + (np.arange(len(shares)) + 0.5) / 12,
            "estimate": shares,
            "std_error": np.sqrt(shares * (1 - shares) / n),
            "conf_low": shares,
            "conf_high": shares,
            "n": np.where(seen, n, np.nan),
            "n_eff": np.where(seen, n, np.nan),
            "suppressed_reason": np.where(seen, "", "hidden"),
            "break_reason": "",
            "break_text": "",
        }
    )
    for point, reason in (breaks or {}).items():
        frame.loc[frame["point"] == point, ["break_reason", "break_text"]] = [reason, reason]
    return Estimates(frame, "share", facts={"every": "month", "statistic": "positive"})


def _noise(points, *, seed=1, level=0.6):
    return np.random.default_rng(seed).binomial(400, level, points) / 400


def test_published_scores_have_the_limits_of_the_reference(reference):
    expected = reference("xmr")["expected"]
    series = np.asarray(expected["series"]) / 100
    frame = pd.DataFrame(
        {
            "agency": "A",
            "period": [str(2010 + place) for place in range(len(series))],
            "measure": "engaged",
            "value": series,
        }
    )
    published = Published(frame, (PublishedMeasure("engaged", "Engaged"),))
    whole = Baseline("", "", "all points, to compare")
    got = benchmark_history(published, baselines=[whole]).frame
    # the reference was made from the same printed constants, so only rounding remains
    assert got["center"].iloc[0] == pytest.approx(expected["mean"] / 100, rel=1e-9)
    assert got["low"].iloc[0] == pytest.approx(expected["lo"] / 100, rel=1e-9)
    assert got["high"].iloc[0] == pytest.approx(expected["hi"] / 100, rel=1e-9)
    assert set(got["chart"]) == {"XmR"}
    assert got["n"].isna().all()
    first = benchmark_history(published, baselines=[Baseline("", "2017", "before the shift")])
    # from the reference's note: the first 8 points are the baseline
    assert first.frame["signal"].iloc[8:].tolist() == ["above"] * 6


@pytest.mark.parametrize(
    ("points", "state"),
    [(7, "run_chart"), (8, "provisional"), (11, "provisional"), (12, "settled")],
)
def test_the_state_follows_from_the_number_of_points(points, state):
    got = benchmark_history(history(_noise(points))).frame
    assert set(got[STATE]) == {state}
    assert got["low"].isna().all() == (state == "run_chart")


def test_hidden_points_count_for_nothing_and_move_no_limit():
    shares = _noise(14)
    full = benchmark_history(history(shares)).frame
    gap = np.insert(shares, 5, np.nan)
    got = benchmark_history(history(gap)).frame
    assert got["center"].iloc[0] == pytest.approx(full["center"].iloc[0], rel=1e-12)
    assert pd.isna(got["low"].iloc[5])
    assert got["signal"].iloc[5] == ""


def test_a_shift_after_the_baseline_is_a_sign_and_a_steady_score_shows_none():
    steady = np.tile([0.6, 0.61, 0.59, 0.6], 5)
    assert set(benchmark_history(history(steady)).frame["signal"]) == {""}
    moved = steady + np.where(np.arange(20) >= 12, 0.015, 0.0)
    got = benchmark_history(history(moved)).frame["signal"]
    assert got.iloc[12:].isin(["run_above", "above"]).all()
    jump = steady + np.where(np.arange(20) == 19, -0.2, 0.0)
    assert benchmark_history(history(jump)).frame["signal"].iloc[-1] == "below"


def test_a_run_that_ends_after_the_baseline_does_not_make_the_baseline_unsteady():
    late = np.r_[np.tile([0.61, 0.57], 4), np.tile([0.62, 0.61], 5)]
    got = benchmark_history(history(late))
    assert got.frame["signal"].iloc[8:].eq("run_above").all()
    assert not got.frame["unsteady"].any()
    assert got.checks[-1].passed
    early = np.r_[np.full(4, 0.60), np.tile([0.50, 0.51], 4), np.full(6, 0.60)]
    got = benchmark_history(history(early))
    assert got.frame["unsteady"].iloc[4:12].all()
    assert not got.checks[-1].passed


def test_a_break_starts_a_new_baseline_and_no_run_goes_across():
    shares = np.concatenate([np.tile([0.60, 0.62], 6), np.tile([0.70, 0.72], 6)])
    with_break = history(shares, breaks={"2021-01": "changed_wording"})
    got = benchmark_history(with_break).frame
    assert got["segment"].tolist() == [1] * 12 + [2] * 12
    assert set(got["signal"]) == {""}
    assert got["center"].iloc[-1] == pytest.approx(0.71)
    assert got["baseline_reason"].iloc[-1] == "all 12 points since the break"
    declared = benchmark_history(
        history(shares), breaks=[Restart("2021-01", "a new phone system", agency="A")]
    ).frame
    assert declared["center"].tolist() == pytest.approx(got["center"].tolist())
    assert declared.loc[declared["point"] == "2021-01", "break_text"].item() == "a new phone system"
    assert (benchmark_history(history(shares)).frame["signal"] != "").any()


def test_a_declared_baseline_is_frozen_and_keeps_its_reason():
    shares = _noise(24)
    chosen = Baseline("2020-03", "2020-12", "before the new system")
    got = benchmark_history(history(shares), baselines=[chosen]).frame
    assert got["center"].iloc[0] == pytest.approx(shares[2:12].mean())
    assert got["baseline"].sum() == 10
    assert set(got["baseline_reason"]) == {"before the new system"}
    assert set(got[STATE]) == {"provisional"}
    usual = benchmark_history(history(shares)).frame
    assert set(usual["baseline_reason"]) == {"the first 12 points"}


def test_false_signs_are_as_frequent_as_the_chart_says():
    charts = [history(_noise(18, seed=seed), agency=f"A{seed}") for seed in range(150)]
    frame = pd.concat([chart.frame for chart in charts], ignore_index=True)
    got = benchmark_history(Estimates(frame, "share", facts=charts[0].facts)).frame
    marked = (got["signal"] != "").groupby(got["agency"]).any().mean()
    # 150 charts: standard error 2.7 points
    assert marked == pytest.approx(got["chance"].iloc[0], abs=0.09)


def test_points_and_names_that_do_not_exist_are_refused():
    points = history(_noise(14))
    with pytest.raises(DataError, match="`breaks` must be one of"):
        benchmark_history(points, breaks=[Restart("1999", "long ago")])
    with pytest.raises(DataError, match="`agency` must be one of"):
        benchmark_history(points, baselines=[Baseline("", "", "why", agency="Z")])
    with pytest.raises(ParamsError, match="at least 6; got 3"):
        benchmark_history(points, run=3)
    with pytest.raises(ParamsError, match="must say why"):
        Baseline("", "", " ")
    with pytest.raises(ParamsError, match="must say what happened"):
        Restart("2020-01", "")


@pytest.mark.data
def test_charts_of_organizations_that_published_no_counts(data_dir):
    from cxanalytics.sources import read_csps

    published = read_csps(data_dir / "csps").only(["1.01.001.00"])
    got = benchmark_history(published)
    assert got.frame[["n", "n_eff", "std_error", "conf_low"]].isna().all().all()
    assert set(got.frame["chart"]) == {"", "XmR"}
    assert got.facts["published"]
