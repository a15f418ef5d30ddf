"""Which dimensions are reliable, which can be told apart, and who is in the figures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import DataError, ModelError, ParamsError
from cxanalytics.models import (
    fit_dimension_pairs,
    fit_dimensions,
    fit_morale_index,
    get_item_map,
)
from cxanalytics.models.dimensions import NO_ITEM, NOTHING_SHARED, ONE_ITEM, SHARED, WEAK
from cxanalytics.models.item_maps import APPRECIATION, DIMENSIONS, STAND_INS
from cxanalytics.numerics.reliability import cronbach_alpha, intraclass, one_factor_omega
from cxanalytics.rules import Thresholds
from cxanalytics.tables import Survey

ITEMS = {
    "morale": ["m1", "m2", "m3"],
    "communication": ["c1", "c2"],
    "ownership": ["o1", "o2"],
    "systems": ["s1", "s2"],
}
NAMES = [item for items in ITEMS.values() for item in items]
PLACE = np.repeat(np.arange(4), [3, 2, 2, 2])
CUTS = [-1.65, -0.85, -0.10, 1.05]


def make_staff(seed=0, *, agencies=14, teams=5, low=12, high=40, twins=0.99, missing=0.0):
    """Communication and ownership nearly one feeling, the others apart from them and each other."""
    rng = np.random.default_rng(seed)
    size = rng.integers(low, high, agencies * teams)
    team = np.repeat(np.arange(agencies * teams), size)
    general = rng.normal(size=len(team)) * 0.7
    special = rng.normal(size=(len(team), 4)) * 0.7
    special[:, 2] = twins * special[:, 1] + np.sqrt(1 - twins**2) * special[:, 2]
    level = rng.normal(size=(agencies * teams, 4)) * 0.35
    level[:, 2] = twins * level[:, 1] + np.sqrt(1 - twins**2) * level[:, 2]
    felt = general[:, None] + special + level[team]
    about = felt[:, PLACE] + 0.6 * rng.normal(size=(len(team), len(PLACE)))
    answers = np.searchsorted(CUTS, about) + 1.0
    answers[rng.random(answers.shape) < missing] = np.nan
    frame = pd.DataFrame(answers, columns=NAMES)
    frame["team"] = [f"Team {place % teams}" for place in team]
    frame["agency"] = [f"Agency {place // teams:02d}" for place in team]
    return frame


def as_survey(frame, **roles):
    return Survey.from_frame(
        frame,
        agency="agency",
        unit="team",
        outcome=NAMES[0],
        scale="likert_1_5",
        questions=dict.fromkeys(NAMES, "likert_1_5"),
        **roles,
    )


@pytest.fixture(scope="module")
def staff():
    return make_staff()


def test_twins_are_one_and_the_others_are_told_apart(staff):
    got = fit_dimensions(as_survey(staff), items=ITEMS)
    frame = got.frame.set_index("key")
    assert frame["distinct"].to_dict() == {
        "morale": True,
        "communication": False,
        "ownership": False,
        "systems": True,
    }
    assert frame.loc["communication", "nearest"] == "ownership"
    assert frame.loc["communication", "nearest_low"] >= got.facts["cut"]
    assert frame.loc["morale", "nearest_high"] < got.facts["cut"]
    facts = {name: got.facts[name] for name in ("dimensions", "told_apart", "alike", "unsure")}
    assert facts == {"dimensions": 4, "told_apart": 2, "alike": 2, "unsure": 0}
    assert (frame["reason"] == "").all()


def test_figures_are_those_of_the_items(staff):
    got = fit_dimensions(as_survey(staff), items=ITEMS)
    frame = got.frame.set_index("key")
    items = staff[ITEMS["morale"]]
    alpha = cronbach_alpha(items)
    assert frame.loc["morale", "estimate"] == pytest.approx(alpha.alpha)
    assert frame.loc["morale", "conf_low"] <= alpha.low + 1e-12
    assert frame.loc["morale", "conf_high"] >= alpha.high - 1e-12
    assert frame.loc["morale", "omega"] == pytest.approx(one_factor_omega(items.cov())[0])
    assert np.isnan(frame.loc["systems", "omega"])
    assert frame.loc["morale", "n"] == len(staff)
    unit = staff["agency"] + staff["team"]
    own = intraclass(((items - 1) / 4).mean(axis=1), unit).unit_reliability
    assert frame.loc["morale", "unit_reliability"] == pytest.approx(np.median(own))
    assert frame.loc["morale", "placed"] == pytest.approx((own >= 0.70).mean())
    index = fit_morale_index(items, unit=unit, statistic="mean")
    assert frame.loc["morale", "placed"] == pytest.approx(index.frame["placed"].mean())


def test_pairs_hold_both_levels_and_agree_with_the_dimensions(staff):
    pairs = fit_dimension_pairs(as_survey(staff), items=ITEMS)
    assert len(pairs.frame) == 6
    row = pairs.row("communication | ownership")
    sums = [staff[ITEMS[name]].sum(axis=1) for name in ("communication", "ownership")]
    assert row["raw"] == pytest.approx(np.corrcoef(*sums)[0, 1])
    assert row["distinct"] is False
    frame = fit_dimensions(as_survey(staff), items=ITEMS).frame.set_index("key")
    assert row["estimate"] == pytest.approx(frame.loc["ownership", "nearest_r"])
    # levels of teams were drawn apart but for the twins, people share a mood
    others = pairs.frame.loc[pairs.frame["key"] != "communication | ownership"]
    assert row["between"] > 0.8
    assert others["between"].mean() < 0.25 < others["estimate"].min()


def test_cells_of_counts_give_the_same_as_rows(staff):
    cells = staff.groupby([*NAMES, "team", "agency"], as_index=False).size()
    counted = as_survey(cells, count="size")
    one, two = (fit_dimensions(survey, items=ITEMS) for survey in (as_survey(staff), counted))
    pd.testing.assert_frame_equal(one.frame, two.frame, rtol=1e-9)


def test_missing_answers_lose_the_answer_and_not_the_person():
    frame = make_staff(missing=0.08)
    got = fit_dimensions(as_survey(frame), items=ITEMS)
    whole = fit_dimensions(as_survey(make_staff()), items=ITEMS)
    assert got.facts["staff"] > 0.98 * len(frame)
    difference = got.frame["estimate"] - whole.frame["estimate"]
    assert difference.abs().max() < 0.02
    assert got.frame["distinct"].tolist() == whole.frame["distinct"].tolist()
    text = next(check.text for check in got.checks if check.name == "missing answers")
    assert "was skipped most often" in text


def test_small_teams_and_hidden_agencies_are_in_no_figure(staff):
    tiny = staff.iloc[:6].assign(team="Tiny")
    few = staff.iloc[:24].assign(agency=["Small one", "Small two"] * 12, team="Only")
    few.loc[few.index[:8], "m1"] = np.nan
    more = pd.concat([staff, tiny, few], ignore_index=True)
    # The smallest team of the same agency is left out as well: the base would give the six away.
    beside = staff["agency"].eq("Agency 00") & staff["team"].eq("Team 3")
    one, two = (fit_dimensions(as_survey(frame), items=ITEMS) for frame in (staff[~beside], more))
    pd.testing.assert_frame_equal(one.frame, two.frame)
    texts = {check.name: check.text for check in two.checks}
    assert "2 of the units" in texts["small units"]
    assert texts["small agencies"].endswith("2 agencies.")
    big = fit_dimensions(as_survey(staff), items=ITEMS, thresholds=Thresholds(team=30))
    assert big.facts["staff"] < one.facts["staff"]


def test_unlike_items_do_not_prove_that_two_dimensions_are_one(staff):
    """Alpha is low where items are unlike each other, and the correction overshoots."""
    rng = np.random.default_rng(8)
    noise = np.clip(np.round(rng.normal(3, 1.5, (len(staff), 2))), 1, 5)
    mixed = staff.assign(o1=staff["c1"], o2=np.where(rng.random(len(staff)) < 0.75, 3, noise[:, 0]))
    mixed["o2"] = np.where(rng.random(len(staff)) < 0.2, staff["c2"], mixed["o2"])
    got = fit_dimensions(as_survey(mixed), items=ITEMS).frame.set_index("key")
    assert got.loc["ownership", "estimate"] < 0.70
    assert got.loc["ownership", "nearest_low"] > 1.0
    assert got.loc["ownership", "distinct"] is None
    assert got.loc["ownership", "reason"] == WEAK
    assert got.loc["communication", "distinct"] is None


def test_what_cannot_be_measured_says_why(staff):
    items = {
        "nothing asked": [],
        "alone": ["m1"],
        "morale": ["m2", "m3"],
        "opposed": ["s1", "s2"],
        "index": ["m2", "c1", "c2"],
    }
    turned = staff.assign(s2=6 - staff["s1"])
    turned.loc[::9, "s2"] = 3.0
    got = fit_dimensions(as_survey(turned), items=items)
    frame = got.frame.set_index("key")
    assert frame["reason"].to_dict() == {
        "nothing asked": NO_ITEM,
        "alone": ONE_ITEM,
        "morale": "",
        "opposed": NOTHING_SHARED,
        "index": SHARED,
    }
    assert np.isnan(frame.loc["nothing asked", "n"])
    assert np.isnan(frame.loc["alone", "estimate"])
    assert frame.loc["alone", "unit_reliability"] > 0
    assert frame.loc["index", "estimate"] > 0.5
    assert frame.loc["index", "nearest"] == ""
    assert got.facts["dimensions"] == 4
    assert got.facts["measured"] == 2


def test_few_agencies_fall_back_on_units_and_then_on_no_range(staff):
    some = staff.loc[staff["agency"] < "Agency 04"]
    got = fit_dimensions(as_survey(some), items=ITEMS)
    assert (got.facts["clustered_by"], got.facts["clusters"]) == ("unit", 20)
    assert got.frame["nearest_low"].notna().all()
    one = fit_dimensions(as_survey(staff.loc[staff["agency"] == "Agency 03"]), items=ITEMS)
    assert one.facts["clusters"] == 5
    assert one.frame["nearest_low"].isna().all()
    assert one.frame["nearest_r"].notna().all()
    assert one.frame["distinct"].isna().all()
    assert one.frame["reason"].eq("too few agencies and units for a range").all()


def test_agencies_are_the_units_where_no_other_are_known(staff):
    survey = Survey.from_frame(
        staff,
        agency="agency",
        outcome="m1",
        scale="likert_1_5",
        questions=dict.fromkeys(NAMES, "likert_1_5"),
    )
    got = fit_dimensions(survey, items=ITEMS)
    assert got.facts["unit"] == "agency"
    assert got.facts["units"] == 14


def test_refuses(staff):
    survey = as_survey(staff)
    with pytest.raises(DataError, match="'morale' repeats one"):
        fit_dimensions(survey, items={"morale": ["m1", "m1"]})
    with pytest.raises(DataError, match="`x9` is not a question"):
        fit_dimensions(survey, items={"morale": ["m1", "x9"]})
    with pytest.raises(ModelError, match="one with at least 2 items; got none"):
        fit_dimensions(survey, items={"morale": ["m1"], "systems": []})
    with pytest.raises(ModelError, match="a unit with 10 answers; got none"):
        fit_dimensions(as_survey(staff.groupby("team").head(9)), items=ITEMS)


def test_published_scores_give_no_dimensions():
    from cxanalytics.published import Published, PublishedMeasure

    frame = pd.DataFrame(
        {"agency": ["A", "B"], "period": "2024", "measure": "m1", "value": [0.5, 0.6]}
    )
    published = Published(frame=frame, measures=(PublishedMeasure("m1", "Valued"),))
    with pytest.raises(ModelError, match="Not possible"):
        fit_dimensions(published, items=ITEMS)


@pytest.mark.parametrize("source", ["fevs_2018", "csps", "nhs_staff"])
def test_maps_name_the_eight_dimensions_and_each_item_once(source):
    found = get_item_map(source, appreciation=True)
    assert list(found) == [*DIMENSIONS, APPRECIATION]
    every = [item for items in found.values() for item in items]
    assert len(every) == len(set(every))
    assert set(STAND_INS[source]) <= set(found)
    assert list(get_item_map(source)) == list(DIMENSIONS)


def test_an_unknown_survey_has_no_map():
    with pytest.raises(ParamsError, match="`source` must be one of"):
        get_item_map("fevs")


def test_the_studys_map_is_the_default_one(root):
    import yaml

    study = yaml.safe_load((root / "params/fevs_2018/study.yaml").read_text(encoding="utf-8"))
    held = {name: study["staff"]["items"][name] for name in DIMENSIONS}
    assert held == get_item_map("fevs_2018")


def test_simulated_dimensions_come_back_as_they_were_made():
    import cxanalytics as cx
    from cxanalytics.sources.simulated.names import DIMENSIONS as MADE

    staff = cx.open_study(study="simulated").staff()
    got = cx.fit_dimensions(staff, items=MADE, period=staff.periods[-1])
    alike = got.frame.loc[got.frame["distinct"].eq(False), "key"]
    assert set(alike) == {"communication", "ownership of culture"}
    assert got.facts["told_apart"] == 6


@pytest.mark.data
def test_items_of_the_maps_are_in_the_files(data_dir):
    from cxanalytics.sources.fevs_2018 import ITEMS as FEVS
    from cxanalytics.sources.nhs_staff import MEASURES

    reference = pd.read_csv(data_dir / "csps" / "csps_questions_ref.csv", dtype=str)
    for source, held in (
        ("fevs_2018", FEVS),
        ("csps", set(reference["uid_num"])),
        ("nhs_staff", MEASURES),
    ):
        items = get_item_map(source, appreciation=True).values()
        assert {item for some in items for item in some} <= set(held)


@pytest.mark.data
def test_federal_employees_of_2018(data_dir):
    """Alphas of some dimensions beside pandas; verdicts as printed in the methods."""
    from cxanalytics.sources import read_fevs_2018

    items = get_item_map("fevs_2018")
    names = [item for some in items.values() for item in some]
    path = data_dir / "fevs_2018" / "test_set.csv.gz"
    survey = read_fevs_2018(path, questions=names, outcome=names[0])
    got = fit_dimensions(survey, items=items)
    frame = got.frame.set_index("key")
    # All but the pool of small agencies (29), and an agency (70) whose unit protects a small one.
    assert got.facts["staff"] == len(survey.frame) - 29 - 70
    for name in ("morale", "long-term thinking"):
        c = survey.frame[items[name]].cov().to_numpy()
        alpha = len(c) / (len(c) - 1) * (1 - np.trace(c) / c.sum())
        assert frame.loc[name, "estimate"] == pytest.approx(alpha, abs=0.002)
    assert frame.index[frame["distinct"].eq(True)].tolist() == ["use of systems"]
    assert frame.loc["morale", "nearest"] == "decisions at lower levels"
    assert frame.loc["morale", "nearest_r"] == pytest.approx(0.937, abs=0.001)
    assert (frame["estimate"] < 0.70).sum() == 4
