"""Gaps to targets: the gap of the page, the chance of reaching it, and who kept up the pace."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from cxanalytics.benchmark import Target, benchmark_history, benchmark_scores, benchmark_vision
from cxanalytics.errors import ParamsError
from cxanalytics.tables import Estimates

YEARS = 10
SEEN = [str(2014 + place) for place in range(YEARS)]


def _world(truth, n=800, *, seed=1):
    """Give boards and history of true shares (agencies, years)."""
    rng = np.random.default_rng(seed)
    share = rng.binomial(n, truth) / n
    names = [f"Agency {place:02d}" for place in range(len(truth))]
    rows = pd.DataFrame(
        {
            "measure": "satisfied",
            "agency": np.repeat(names, YEARS),
            "point": np.tile(SEEN, len(names)),
            "wave": np.tile(SEEN, len(names)),
            "year": np.tile([int(year) + 0.5 for year in SEEN], len(names)),
            "estimate": share.ravel(),
            "std_error": np.sqrt(share * (1 - share) / n).ravel(),
            "conf_low": share.ravel(),
            "conf_high": share.ravel(),
            "n": float(n),
            "n_eff": float(n),
            "suppressed_reason": "",
            "break_reason": "",
            "break_text": "",
        }
    )
    rows["key"] = rows["point"] + rows["agency"]
    history = Estimates(rows, "share", facts={"every": "wave", "statistic": "positive"})
    last = rows.loc[rows["point"] == SEEN[-1]].assign(key=names).reset_index(drop=True)
    board = benchmark_scores(Estimates(last, "share", facts={"statistic": "positive"}), seed=1)
    return {"satisfied": board}, history


def _flat(level=0.6, agencies=14):
    return np.full((agencies, YEARS), level)


def _tell(world, target, **more):
    boards, history = world
    judged = benchmark_history(history)
    return benchmark_vision(boards, judged, targets=[target], seed=1, draws=400, **more)


def test_the_gap_is_that_of_the_score_on_the_page():
    world = _world(_flat() + np.linspace(-0.05, 0.05, 14)[:, None])
    got = _tell(world, Target("satisfied", 0.7, date(2026, 6, 30))).frame.set_index("agency")
    board = world[0]["satisfied"].frame.set_index("key")
    assert got["estimate"].to_numpy() == pytest.approx(0.7 - board["estimate"].to_numpy())
    assert got["conf_low"].to_numpy() == pytest.approx(0.7 - board["conf_high"].to_numpy())
    # from the middle of 2023 to the end of June 2026
    assert got["years"].iloc[0] == pytest.approx(3.0, abs=0.01)
    assert got["pace"].to_numpy() == pytest.approx((got["estimate"] / got["years"]).to_numpy())


def test_a_rise_that_goes_on_is_likely_to_arrive_and_a_flat_line_is_not():
    truth = _flat(0.55)
    truth[0] += 0.02 * np.arange(YEARS)
    got = _tell(_world(truth), Target("satisfied", 0.75, date(2025, 7, 1))).frame
    chance = got.set_index("agency")["p_reach"]
    assert chance["Agency 00"] > 0.5
    assert chance.drop("Agency 00").max() < 0.1


def test_a_pace_that_three_of_fourteen_kept_up_is_found():
    truth = _flat(0.5)
    truth[:3] += 0.03 * np.arange(YEARS)
    got = _tell(_world(truth, n=3000), Target("satisfied", 0.53, date(2026, 7, 1))).frame
    flat = got.set_index("agency").loc["Agency 10"]
    # one point a year is needed; three others gained three
    assert flat["others"] == 13
    assert 3 <= flat["managed"] <= 4.5
    assert flat["managed_low"] >= 3


def test_near_the_ceiling_the_same_points_count_for_more():
    truth = _flat(0.5)
    truth[1:4] = 0.5 + 0.02 * np.arange(YEARS)
    truth[-1] = 0.93
    got = _tell(_world(truth, n=3000), Target("satisfied", 0.97, date(2025, 7, 1))).frame
    high = got.set_index("agency").loc["Agency 13"]
    assert high["pace"] == pytest.approx(0.02, abs=0.006)
    assert high["managed"] < 1.0


def test_what_cannot_be_told_says_why():
    world = _world(_flat())
    far = _tell(world, Target("satisfied", 0.7, date(2040, 1, 1))).frame
    assert set(far["reason"]) == {"too_far"}
    assert far["p_reach"].isna().all()
    past = _tell(world, Target("satisfied", 0.7, date(2020, 1, 1))).frame
    assert set(past["reason"]) == {"past"}
    assert past["pace"].isna().all()
    few = _world(_flat(agencies=8))
    assert set(_tell(few, Target("satisfied", 0.7, date(2025, 1, 1))).frame["reason"]) == {
        "few_agencies"
    }
    boards, history = world
    broken = history.frame.copy()
    late = (broken["point"] == "2020") & (broken["agency"] == "Agency 00")
    broken.loc[late, "break_reason"] = "reorganized"
    judged = benchmark_history(Estimates(broken, "share", facts=history.facts))
    target = Target("satisfied", 0.7, date(2025, 1, 1))
    got = benchmark_vision(boards, judged, targets=[target], seed=1, draws=400).frame
    reasons = got.set_index("agency")["reason"]
    assert reasons["Agency 00"] == "few_points"
    assert (reasons.drop("Agency 00") == "").all()


def test_an_agency_with_a_target_of_its_own_is_held_to_that():
    boards, history = _world(_flat())
    targets = [
        Target("satisfied", 0.8, date(2025, 1, 1), agency="Agency 03"),
        Target("satisfied", 0.7, date(2026, 1, 1)),
    ]
    judged = benchmark_history(history)
    got = benchmark_vision(boards, judged, targets=targets, seed=1, draws=400).frame
    told = got.set_index("agency")["target"]
    assert told["Agency 03"] == 0.8
    assert (told.drop("Agency 03") == 0.7).all()


def test_the_chance_is_calibrated_in_worlds_like_its_own():
    stated, came = [], []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        steps = rng.normal(0.02, 0.12, (14, YEARS + 2)).cumsum(axis=1)
        truth = 1 / (1 + np.exp(-(0.4 + rng.normal(0, 0.3, (14, 1)) + steps)))
        world = _world(truth[:, :YEARS], seed=seed)
        got = _tell(world, Target("satisfied", 0.65, date(2025, 7, 1))).frame
        stated += list(got["p_reach"])
        came += list(truth[:, -1] >= 0.65)
    # 84 agencies in 6 worlds
    assert np.mean(stated) == pytest.approx(np.mean(came), abs=0.12)
    order = np.argsort(stated)
    assert np.mean(np.array(came)[order[-28:]]) > np.mean(np.array(came)[order[:28]]) + 0.3


def test_impossible_targets_are_refused():
    boards, history = _world(_flat())
    judged = benchmark_history(history)
    with pytest.raises(ParamsError, match="`measure` must be one of"):
        benchmark_vision(boards, judged, targets=[Target("x", 0.7, date(2025, 1, 1))], seed=1)
    other = Target("satisfied", 0.7, date(2025, 1, 1), agency="Nobody")
    with pytest.raises(ParamsError, match="`agency` must be one of"):
        benchmark_vision(boards, judged, targets=[other], seed=1)
    with pytest.raises(ParamsError, match="between 0 and 1"):
        Target("satisfied", 70, date(2025, 1, 1))
    with pytest.raises(ParamsError, match="at least 200"):
        benchmark_vision(boards, judged, targets=[], seed=1, draws=10)
