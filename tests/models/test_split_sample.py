"""Morale from one half of the people, performance from the other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import DataError, ModelError, ParamsError
from cxanalytics.models import fit_split_sample
from cxanalytics.numerics.halves import half_moments
from cxanalytics.numerics.panel import within_between
from cxanalytics.tables import Survey

ITEMS = ["valued", "heard", "proud"]


def _staff(seed=1, agencies=30, waves=4, people=30, within=0.0, between=0.6, mood=0.2, units=None):
    """Answers of people whose mood colors everything they say."""
    rng = np.random.default_rng(seed)
    agency, wave = np.divmod(np.arange(agencies * waves), waves)
    level = rng.normal(0, 0.1, agencies)[agency]
    change = rng.normal(0, 0.08, len(agency))
    change -= (np.bincount(agency, change) / waves)[agency]
    performance = 0.5 + within * change + between * level + rng.normal(0, 0.02, len(agency))
    cell = np.repeat(np.arange(len(agency)), people)
    own = rng.normal(0, mood, len(cell))
    frame = pd.DataFrame(
        {
            "agency": [f"A{place:02d}" for place in agency[cell]],
            "period": [f"{2015 + place}" for place in wave[cell]],
        }
    )
    for item in ITEMS:
        chance = np.clip(0.5 + (level + change)[cell] + own, 0, 1)
        frame[item] = (rng.random(len(cell)) < chance) * 1.0
    frame["good"] = (rng.random(len(cell)) < np.clip(performance[cell] + own, 0, 1)) * 1.0
    roles = {"agency": "agency", "period": "period"}
    if units:
        frame["team"] = [f"T{place % units}" for place in range(len(frame))]
        roles["unit"] = "team"
    return Survey.from_frame(
        frame, outcome="good", scale="yes_no", questions=dict.fromkeys(ITEMS, "yes_no"), **roles
    )


def _fit(staff, **options):
    return fit_split_sample(staff, items=ITEMS, measure="good", **{"splits": 10, **options})


def test_the_mood_of_people_is_no_relation_of_units():
    """Nothing goes together within units but what people's own mood adds to both sides."""
    seeds = range(12)
    got = [_fit(_staff(seed)).frame.set_index("key")["estimate"] for seed in seeds]
    mean = pd.concat(got, axis=1).mean(axis=1)
    # standard errors of these means are about .02; of the corrected ones, .03
    assert mean["within_together"] > 0.15
    assert mean["within"] == pytest.approx(0.0, abs=0.06)
    assert mean["within_corrected"] == pytest.approx(0.0, abs=0.09)
    assert mean["between_corrected"] == pytest.approx(0.6, abs=0.09)


def test_a_relation_of_units_is_recovered_and_covered():
    hits, got = [], []
    for seed in range(30):
        row = _fit(_staff(seed, within=0.5, people=40)).row("within_corrected")
        hits.append(row["conf_low"] <= 0.5 <= row["conf_high"])
        got.append(row["estimate"])
    assert np.mean(got) == pytest.approx(0.5, abs=0.08)
    # 30 draws: fewer than 25 would come once in a hundred times
    assert sum(hits) >= 25


def test_halves_are_what_splitting_by_hand_gives():
    """One split of four people a row, both ways round, by least squares on the two parts."""
    rng = np.random.default_rng(3)
    code, wave = np.divmod(np.arange(24), 3)
    cell = np.repeat(np.arange(24), 4)
    x, y = rng.normal(size=(2, 96))
    x += 2.0 * rng.normal(size=24)[cell]
    made = half_moments(
        x, y, np.ones(96), cell, code=code, wave=wave, cluster=code, splits=400, seed=1
    )
    means = [np.bincount(cell, values) / 4 for values in (x, y)]
    hybrid = within_between(means[1], means[0], code, wave=wave)
    coef = np.linalg.solve(made.xx_all.sum(axis=0), made.xy_all.sum(axis=0))
    expected = [hybrid.contrast(key) @ hybrid.fit.coef for key in ("within", "between")]
    np.testing.assert_allclose(coef, expected, rtol=1e-8)
    # over all splits, the products of halves are those of different people
    pairs = [x[cell == row][:, None] * y[cell == row][None, :] for row in range(24)]
    apart = [(pair.sum() - np.trace(pair)) / 12 for pair in pairs]
    together = [np.mean(x[cell == row]) * np.mean(y[cell == row]) for row in range(24)]
    gap = (np.array(apart) - together).mean()
    found = made.xy[:, 0].sum() - made.xy_all[:, 0].sum()
    left = hybrid.left.mean()
    assert found == pytest.approx(24 * gap * left, abs=0.5)


def test_facts_and_checks_tell_how_it_was_done():
    got = _fit(_staff())
    assert got.facts["people"] == 30 * 4 * 30 and got.facts["splits"] == 10
    assert 0.5 < got.facts["reliability_within"] < 0.9
    assert got.facts["reliability_between"] > got.facts["reliability_within"]
    text = {c.name: c.text for c in got.checks}["same source"]
    assert "the other half performance; the mean of 10 random splits" in text
    assert got.quantity == "change in good per unit of Morale index"


def test_one_wave_of_teams_and_one_of_agencies():
    teams = _fit(_staff(agencies=15, waves=1, people=120, units=4))
    assert teams.facts["group"] == "agency"
    assert teams.row("within")["n"] == 60
    lone = _fit(_staff(waves=1))
    assert np.isnan(lone.row("within")["estimate"])
    assert lone.row("within")["reason"] == "morale does not change within units"
    assert np.isfinite(lone.row("between_corrected")["conf_low"])


def test_per_standard_deviation_is_the_same_relation():
    plain, step = _fit(_staff()), _fit(_staff(), standardize=True)
    np.testing.assert_allclose(
        step.frame["estimate"], plain.frame["estimate"] * plain.facts["morale_sd"]
    )


def test_a_hidden_agency_changes_nothing():
    staff = _staff()
    small = staff.frame.iloc[:9].assign(agency="Tiny", good=1.0)
    frame = pd.concat([staff.frame, small], ignore_index=True)
    more = Survey(frame, staff.questions, staff.outcome)
    hidden = _fit(more).frame
    shown = _fit(staff).frame
    # a second agency is hidden with it in its wave, so that it cannot be had by subtraction
    assert hidden["n"].iloc[0] in (shown["n"].iloc[0], shown["n"].iloc[0] - 1)


def test_small_units_and_people_without_answers_are_left_out():
    staff = _staff(agencies=10, waves=2, people=48, units=4)
    team = staff.frame["agency"].eq("A00") & staff.frame["unit"].eq("T0")
    rows = np.flatnonzero(team & staff.frame["period"].eq("2015"))[:3]
    staff.frame.loc[rows, "good"] = np.nan
    got = _fit(staff)
    # One more is left out: the people of both bases would tell how many the small one has.
    assert got.row("within")["n"] == 10 * 2 * 4 - 2
    one = _staff(people=32)
    one.frame.loc[0, "valued"] = np.nan
    assert _fit(one).facts["people"] == 30 * 4 * 32
    one.frame.loc[0, ITEMS[1]] = np.nan
    assert _fit(one).facts["people"] == 30 * 4 * 32 - 1


def test_refuses():
    staff = _staff(agencies=8)
    with pytest.raises(ParamsError, match="`splits` must be at least 2"):
        _fit(staff, splits=1)
    with pytest.raises(DataError, match="it holds counts"):
        _fit(Survey(staff.frame, staff.questions, staff.outcome, counts=True))
    with pytest.raises((DataError, ParamsError), match="liked"):
        fit_split_sample(staff, items=ITEMS, measure="liked")
    with pytest.raises(ModelError):
        _fit(_staff(agencies=2))
