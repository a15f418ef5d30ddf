"""A change split by who answered: exact, with the errors of both waves, without small groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.models import fit_mix_rate, fit_score_differences
from cxanalytics.models.mix_rate_parts import merge_groups
from cxanalytics.rules import CHANGED_WORDING, FIRST_WAVE, HIDDEN
from cxanalytics.scales import get_scale
from cxanalytics.tables import Estimates, Question, Survey

SHARES = np.array([[0.5, 0.3, 0.2], [0.3, 0.3, 0.4]])
CHANCE = np.array([0.5, 0.65, 0.8])
RISE = 0.04
MIX = float((SHARES[1] - SHARES[0]) @ (CHANCE + RISE / 2))
"""True parts: the mix moves toward those who are easy to please, and all groups rise alike."""


def _waves(seed: int, *, agencies: int = 10, each: int = 400, units: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    parts = []
    for wave in (0, 1):
        number = agencies * each
        agency = np.repeat(np.arange(agencies), each)
        group = rng.choice(3, number, p=SHARES[wave])
        unit = agency * max(units, 1) + rng.integers(0, max(units, 1), number)
        # Units differ, the same in both waves: they are shared.
        lift = np.random.default_rng(seed + 10_000).choice([-0.15, 0.15], agencies * max(units, 1))
        chance = CHANCE[group] + RISE * wave + (lift[unit] if units else 0.0)
        parts.append(
            pd.DataFrame(
                {
                    "agency": [f"A{code:02d}" for code in agency],
                    "wave": f"2026-Q{wave + 1}",
                    "yes": (rng.uniform(size=number) < chance).astype(float),
                    "way": np.array(["phone", "web", "visit"])[group],
                    "age": np.array(["young", "old"])[rng.integers(0, 2, number)],
                    "office": [f"O{code}" for code in unit],
                    "weight": rng.uniform(0.5, 2.0, number),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _survey(frame: pd.DataFrame, **more: object) -> Survey:
    how = {"channel": "way", "case_mix": ["age"], **more}
    return Survey.from_frame(
        frame, agency="agency", outcome="yes", scale="yes_no", period="wave", **how
    )


def _check(estimates: Estimates, name: str):
    return next(check for check in estimates.checks if check.name == name)


def test_the_parts_add_up_to_the_published_change() -> None:
    frame = _waves(1, units=10)
    frame.loc[::7, "age"] = None
    survey = _survey(frame, weight="weight", psu="office")
    got = fit_mix_rate(survey)
    assert set(got.frame["column"]) == {"channel", "age"}
    assert_allclose(got.frame["estimate"] + got.frame["rate"], got.frame["change"], atol=1e-14)
    changes = fit_score_differences(survey, measure="yes", between="period", by="agency")
    told = changes.frame.set_index("key").loc[got.frame["agency"]]
    assert_allclose(got.frame["change"], told["estimate"], atol=1e-14)
    assert_allclose(got.frame["change_low"], told["conf_low"])


def test_known_parts_are_recovered() -> None:
    got = fit_mix_rate(_survey(_waves(2, each=6_000)))
    way = got.frame[got.frame["column"] == "channel"]
    age = got.frame[got.frame["column"] == "age"]
    assert (np.abs(way["estimate"] - MIX) < 4.0 * way["std_error"]).all()
    assert (np.abs(way["rate"] - RISE) < 4.0 * way["rate_std_error"]).all()
    assert (way["p_adjusted"] < 0.05).all() and MIX > 0.05
    assert (age["p_adjusted"] > 0.05).all() and age["estimate"].abs().max() < 0.01


@pytest.mark.parametrize("units", [0, 25])
def test_ranges_of_both_parts_hold_the_truth(units: int) -> None:
    """40 pairs of waves of 10 agencies; 25 sampling units an agency serve in both waves."""
    inside = []
    for seed in range(40):
        frame = _waves(100 + seed, each=300, units=units)
        more = {"psu": "office"} if units else {}
        got = fit_mix_rate(_survey(frame, weight="weight", **more), by=["channel"]).frame
        for low, high, truth in (("conf_low", "conf_high", MIX), ("rate_low", "rate_high", RISE)):
            inside.append(((got[low] <= truth) & (truth <= got[high])).to_numpy())
    # 400 ranges of either part: Monte Carlo error 1.1 points.
    share = np.array(inside).reshape(40, 2, -1).mean(axis=(0, 2))
    assert share == pytest.approx([0.95, 0.95], abs=0.033)


def test_shared_units_make_the_rate_surer() -> None:
    frame = _waves(3, units=25)
    shared = fit_mix_rate(_survey(frame, psu="office"), by=["channel"]).frame
    frame["office"] = frame["office"] + frame["wave"]
    apart = fit_mix_rate(_survey(frame, psu="office"), by=["channel"]).frame
    assert (shared["shared"] == 25).all() and (apart["shared"] == 0).all()
    assert_allclose(shared["estimate"], apart["estimate"], atol=1e-14)
    assert shared["rate_std_error"].mean() < 0.9 * apart["rate_std_error"].mean()


def test_small_groups_are_counted_together() -> None:
    label = np.repeat([0, 1, 2, 3], [40, 6, 3, 60])
    later = np.tile([True, False], 55)[: len(label)]
    group, merged = merge_groups(label, later, np.ones(len(label)), at_least=10)
    # Groups 1 and 2 have 9 people together: the smallest other group joins them.
    assert_array_equal(np.unique(group[label == 3]), [0])
    assert_array_equal(np.unique(group[label != 3]), [1])
    assert merged == pytest.approx(49 / 109)
    size = np.array([np.bincount(group[later == side]) for side in (True, False)])
    assert (size >= 10).all()
    alone, merged = merge_groups(np.zeros(30, int), later[:30], np.ones(30), at_least=10)
    assert not alone.any() and merged == 0.0


def test_a_single_group_is_not_split() -> None:
    frame = _waves(4)
    own = frame["agency"] == "A03"
    frame.loc[own, "way"] = np.where(np.arange(own.sum()) % 100 == 0, "web", "phone")
    got = fit_mix_rate(_survey(frame))
    row = got.row("A03@channel")
    assert row["reason"] == "one_group" and np.isnan(row["estimate"]) and np.isfinite(row["change"])
    assert np.isnan(row[["std_error", "p_adjusted", "rate_low"]].astype(float)).all()
    assert got.row("A03@age")["reason"] == ""
    assert _check(got, "one_group").passed is False


def test_a_lone_sampling_unit_is_not_split() -> None:
    frame = _waves(5, units=20)
    frame.loc[(frame["agency"] == "A02") & (frame["wave"] == "2026-Q1"), "office"] = "one"
    got = fit_mix_rate(_survey(frame, psu="office"), by=["channel"])
    assert got.row("A02@channel")["reason"] == "one_unit"
    assert np.isfinite(got.row("A01@channel")["estimate"])


def test_agencies_without_a_change_have_no_parts() -> None:
    frame = _waves(6)
    frame = frame[(frame["agency"] != "A05") | (frame["wave"] == "2026-Q2")]
    tiny = frame.head(6).assign(agency="Tiny")
    frame = pd.concat([frame, tiny, tiny.assign(wave="2026-Q2")], ignore_index=True)
    got = fit_mix_rate(_survey(frame)).frame.set_index("key")
    assert got.loc["A05@channel", "suppressed_reason"] == FIRST_WAVE
    assert got.loc["Tiny@channel", "suppressed_reason"] == HIDDEN
    hidden = got[got["suppressed_reason"] != ""]
    figures = hidden.select_dtypes("number").drop(columns=["n", "n_before"])
    assert figures.isna().all().all() and (hidden["reason"] == "").all()
    assert np.isnan(got.loc["Tiny@channel", "n"])


def test_a_changed_question_has_no_parts_at_all() -> None:
    question = Question("yes", "Yes", get_scale("yes_no"), changed=("2026-Q2",))
    survey = _survey(_waves(7), questions={"yes": question})
    got = fit_mix_rate(survey).frame
    assert (got["suppressed_reason"] == CHANGED_WORDING).all() and got["estimate"].isna().all()


def test_counts_and_rows_agree() -> None:
    frame = _waves(8)
    by = ["agency", "wave", "yes", "way", "age"]
    cells = frame.groupby(by).size().rename("count").reset_index()
    rows, counted = fit_mix_rate(_survey(frame)), fit_mix_rate(_survey(cells, count="count"))
    for column in ("estimate", "std_error", "rate", "rate_std_error", "groups"):
        assert_allclose(rows.frame[column], counted.frame[column], rtol=1e-9, atol=1e-12)


def test_what_cannot_group_people_is_refused() -> None:
    frame = _waves(9)
    frame["exact"] = np.arange(len(frame)) % 97
    survey = _survey(frame, case_mix=["age", "exact"])
    assert fit_mix_rate(survey).facts["columns"] == "channel, age"
    with pytest.raises(ParamsError, match="at most 20; 'exact' does not"):
        fit_mix_rate(survey, by=["exact"])
    with pytest.raises(ParamsError, match="`by` must be one of"):
        fit_mix_rate(survey, by=["agency"])
    with pytest.raises(ParamsError, match="`statistic` must be one of"):
        fit_mix_rate(survey, statistic="mean")
    with pytest.raises(ModelError, match="neither channels nor case mix"):
        fit_mix_rate(_survey(frame, channel=None, case_mix=[]))
    with pytest.raises(ModelError, match="needs an earlier wave"):
        fit_mix_rate(survey.in_period("2026-Q1"))
