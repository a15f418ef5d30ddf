"""The simulated government keeps its promises: repeatable, true to its truth, wrong by name."""

import time
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import ParamsError
from cxanalytics.formats import slug
from cxanalytics.sources.simulated import (
    DIMENSIONS,
    QUESTIONS,
    STAFF_ITEMS,
    WORLDS,
    read_simulated,
    truth_tables,
)
from cxanalytics.sources.simulated.draws import stream
from cxanalytics.sources.simulated.names import HOSTILE_NAMES, WAVES
from cxanalytics.sources.simulated.weights import rake

TABLES = (
    "customers",
    "funnel",
    "staff",
    "staff_funnel",
    "operations",
    "audit",
    "officers",
    "initiatives",
    "events",
)
LATEST = WAVES[-1]


@lru_cache(maxsize=16)
def government(world="default", scale=1.0):
    return read_simulated(world=world, scale=scale)


def positive(customers, question):
    answer = customers[question]
    cut = 9 if question == "recommend" else 4
    return (answer >= cut).astype(float).where(answer.notna())


def compare(simulated, question, *, weighted=True):
    """Estimate each agency and wave from the answers and set it beside the truth."""
    rows = simulated.customers[["agency", "wave"]].copy()
    rows["y"] = positive(simulated.customers, question)
    rows["w"] = simulated.customers["weight"] if weighted else 1.0
    rows = rows.dropna()
    rows["wy"], rows["ww"] = rows["w"] * rows["y"], rows["w"] ** 2
    sums = rows.groupby(["agency", "wave"])[["w", "wy", "ww"]].sum()
    share, size = sums["wy"] / sums["w"], sums["w"] ** 2 / sums["ww"]
    truth = simulated.truth["shares"].query("question == @question")
    table = pd.DataFrame({"estimate": share, "size": size})
    table["truth"] = truth.set_index(["agency", "wave"])["share"]
    table["z"] = (share - table["truth"]) / np.sqrt(table["truth"] * (1 - table["truth"]) / size)
    return table[table["size"] > 300]


def true_shares(simulated, question="recommend", wave=LATEST):
    shares = simulated.truth["shares"].query("question == @question and wave == @wave")
    return shares.set_index("agency")["share"].iloc[:24]


def driver_effect(simulated):
    drivers = simulated.truth["drivers"].set_index(["outcome", "driver"])
    return drivers.loc[("recommend", "resolved"), "effect"]


def team_panel(simulated):
    """Line up each team's recommendation and morale with the wave before."""
    keys = ["agency", "team", "wave"]
    customers, staff = simulated.customers, simulated.staff
    performance = positive(customers, "recommend").groupby([customers[key] for key in keys])
    count = performance.count()
    morale = staff[list(DIMENSIONS["morale"])].mean(axis=1).groupby([staff[key] for key in keys])
    panel = pd.DataFrame({"y": performance.mean()[count > 15], "m": morale.mean()})
    return panel["y"].unstack("wave"), panel["m"].unstack("wave")


def lagged_slope(cause, effect):
    """Fit effect on cause one wave before, within teams and waves; slope over its error."""
    before, now = cause.shift(1, axis=1).iloc[:, 1:], effect.iloc[:, 1:]
    both = before.notna() & now.notna()
    before, now = before[both], now[both]
    for _ in range(15):
        before = before.sub(before.mean(axis=1), axis=0)
        before = before - before.mean()
        now = now.sub(now.mean(axis=1), axis=0)
        now = now - now.mean()
    x, y = before.fillna(0).to_numpy(), now.fillna(0).to_numpy()
    slope = (x * y).sum() / (x * x).sum()
    error = np.sqrt(((x * (y - slope * x)).sum(axis=1) ** 2).sum()) / (x * x).sum()
    return slope / error


def test_the_same_seed_gives_the_same_tables():
    first, second = read_simulated(seed=7), read_simulated(seed=7)
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name))
    for name, table in first.truth.items():
        pd.testing.assert_frame_equal(table, second.truth[name])


def test_another_seed_gives_other_answers():
    other = read_simulated(seed=8).customers["recommend"].to_numpy()[:500]
    assert not np.array_equal(other, government().customers["recommend"].to_numpy()[:500])


def test_each_table_has_a_stream_of_its_own():
    assert stream(3, "staff").random() == stream(3, "staff").random()
    assert stream(3, "staff").random() != stream(3, "customers").random()
    pd.testing.assert_frame_equal(government().staff, government(scale=4.0).staff)
    pd.testing.assert_frame_equal(government().operations, government(scale=4.0).operations)


def test_truth_does_not_depend_on_the_answers():
    few, many = government().truth, government(scale=4.0).truth
    for name, table in few.items():
        pd.testing.assert_frame_equal(table, many[name])


def test_it_is_quick():
    read_simulated()
    begun = time.process_time()
    read_simulated()
    assert time.process_time() - begun < 2.5


def test_sizes():
    simulated = government()
    customers = simulated.customers
    assert 60_000 <= len(customers) <= 80_000
    assert customers["agency"].nunique() == 26
    assert sorted(customers["wave"].unique()) == list(WAVES)
    latest = customers[customers["wave"] == LATEST]["agency"].value_counts()
    assert latest.index[-2:].tolist() == ["Small Grants Desk", "Tribal Liaison Office"]
    assert 10 <= latest["Small Grants Desk"] <= 29
    assert latest["Tribal Liaison Office"] < 10
    assert 65 <= latest.iloc[:24].min() <= 85
    assert 1_300 <= latest.iloc[:24].max() <= 1_500
    assert len(STAFF_ITEMS) == 20


def test_answers_stay_on_their_scales():
    customers, staff = government().customers, government().staff
    assert customers["respondent"].is_unique
    assert staff["respondent"].is_unique
    assert set(customers["recommend"].dropna()) == set(range(11))
    for question in QUESTIONS[1:]:
        assert set(customers[question].dropna()) == {1, 2, 3, 4, 5}
        assert 0.005 < customers[question].isna().mean() < 0.10
    for item in (*STAFF_ITEMS, "would_recommend_workplace"):
        assert set(staff[item].dropna()) == {1, 2, 3, 4, 5}


def test_dates_lie_in_their_wave():
    customers = government().customers
    quarter = customers["date"].dt.to_period("Q").astype(str)
    assert (quarter.str.replace("Q", "-Q") == customers["wave"]).all()


def test_agencies_differ_as_real_ones_do():
    spread = [true_shares(read_simulated(seed=seed)).std() for seed in (1, 2, 3)]
    assert 0.040 < np.mean(spread) < 0.056
    assert 0.040 < true_shares(government()).std() < 0.052
    assert true_shares(government()).between(0.50, 0.76).all()


def test_funnels_count_the_answers():
    simulated = government()
    for answers, funnel in (
        (simulated.customers, simulated.funnel),
        (simulated.staff, simulated.staff_funnel),
    ):
        counted = answers.groupby(["agency", "wave"]).size()
        told = funnel.set_index(["agency", "wave"])["answered"]
        assert (counted.reindex(told.index, fill_value=0) == told).all()
        assert (funnel["offered"] >= funnel["answered"]).all()


@pytest.mark.parametrize("question", QUESTIONS)
def test_truth_is_what_many_answers_show(question):
    table = compare(government(scale=10.0), question)
    assert len(table) > 120
    assert abs((table["estimate"] - table["truth"]).mean()) < 0.003
    assert table["z"].std() == pytest.approx(1.0, abs=0.25)
    assert table["z"].abs().max() < 4.6


def test_team_and_department_truths_add_up():
    truth = government().truth
    shares = truth["shares"].query("question == 'recommend'")
    agencies = shares.set_index(["agency", "wave"])
    departments = truth["departments"].query("question == 'recommend'")
    ends = departments.groupby(["agency", "wave"])["share"].agg(["min", "max"])
    ends["agency"] = agencies["share"]
    assert (ends["min"] <= ends["agency"] + 1e-12).all()
    assert (ends["max"] >= ends["agency"] - 1e-12).all()
    channels = truth["channels"]
    total = (channels["share_without_crisis"] * channels["population_share"]).groupby(
        [channels["agency"], channels["wave"]]
    )
    difference = total.sum() - agencies["share_without_crisis"]
    assert difference.abs().max() < 1e-12


def test_weights_have_mean_1_and_undo_nonresponse():
    simulated = government(scale=10.0)
    groups = simulated.customers.groupby(["agency", "wave"])["weight"]
    np.testing.assert_allclose(groups.mean(), 1.0, atol=1e-9)
    plain, weighted = (
        (table["estimate"] - table["truth"]).mean()
        for table in (
            compare(simulated, "recommend", weighted=False),
            compare(simulated, "recommend"),
        )
    )
    assert plain > 0.006
    assert abs(weighted) < 0.003


def test_raking_meets_both_margins():
    rng = np.random.default_rng(1)
    group, first, second = rng.integers(0, 3, 900), rng.integers(0, 4, 900), rng.integers(0, 2, 900)
    targets = (np.full((3, 4), 0.25), np.tile([0.7, 0.3], (3, 1)))
    weight = rake(group, first, second, targets)
    for axis, target in ((first, targets[0]), (second, targets[1])):
        reached = pd.Series(weight).groupby([group, axis]).sum().unstack()
        np.testing.assert_allclose(reached.div(reached.sum(axis=1), axis=0), target, atol=1e-6)


def test_the_crisis_week_lowers_scores_where_it_struck():
    simulated = government(scale=4.0)
    struck = simulated.events.query("event == 'crisis week'")
    assert len(struck) == 5
    customers = simulated.customers
    wave = customers[(customers["wave"] == "2026-Q1") & customers["agency"].isin(struck["agency"])]
    week = wave["date"].between(struck["start"].iloc[0], struck["end"].iloc[0])
    fall = positive(wave, "wait")[week].mean() - positive(wave, "wait")[~week].mean()
    truth = simulated.truth["crisis"].query("question == 'wait'")["effect"].mean()
    assert truth < -0.15
    assert fall == pytest.approx(truth, abs=0.05)


def test_the_new_wording_lowers_wait_everywhere():
    shares = government().truth["shares"].query("question == 'wait'")
    after = shares[shares["wave"] >= "2026-Q1"]
    before = shares[shares["wave"] < "2026-Q1"]
    assert (after["share_without_crisis"] < after["share_first_wording"] - 0.03).all()
    assert (before["share_without_crisis"] == before["share_first_wording"]).all()


def test_two_departments_merge():
    simulated = government()
    for table, when in (("customers", "wave"), ("staff", "wave"), ("operations", "month")):
        frame = getattr(simulated, table)
        frame = frame[frame["agency"] == "Health Coverage Exchange"]
        late = frame[when] >= ("2026-Q1" if when == "wave" else pd.Timestamp("2026-01-01"))
        assert set(frame["department"][~late]) == {"Appeals", "Enrollment", "Reviews"}
        assert set(frame["department"][late]) == {"Appeals and Reviews", "Enrollment"}


def test_initiatives_follow_bad_quarters_and_some_do_nothing():
    dips = []
    for seed in range(1, 5):
        simulated = read_simulated(seed=seed)
        table = simulated.truth["initiatives"].query("question == 'recommend'")
        started = table.query("wave == @LATEST").set_index("id")["effect"]
        assert started[["I2", "I5", "I8"]].abs().max() == 0.0
        assert started[["I1", "I3", "I6"]].min() > 0.02
        assert table.loc[~table["started"], "effect"].abs().max() == 0.0
        level = simulated.truth["shares"].query("question == 'recommend'")
        level = level.set_index(["agency", "wave"])["share_without_crisis"].unstack("wave")
        for row in simulated.initiatives.itertuples():
            wave = f"{row.start.year}-Q{row.start.quarter}"
            at = WAVES.index(wave) - 1
            others = [name for place, name in enumerate(WAVES) if place < at + 1 and place != at]
            dips.append(level.loc[row.agency, WAVES[at]] - level.loc[row.agency, others].mean())
    assert np.nanmean(dips) < -0.015


def test_the_audit_effect_is_modest_and_true():
    truth = government().truth["audit"]
    assert truth["risk_ratio"].between(1.02, 1.12).all()
    np.testing.assert_allclose(truth["risk_difference"], truth["share_high"] - truth["share_low"])
    gaps = []
    for seed in range(10, 16):
        simulated = read_simulated(seed=seed)
        score = simulated.audit.query("year == 2026").set_index("agency")["audit_score"]
        shares = true_shares(simulated)
        high = score[shares.index] >= 60
        gap = shares[high].mean() - shares[~high].mean()
        gaps.append(gap - simulated.truth["audit"]["risk_difference"].iloc[0])
    assert abs(np.mean(gaps)) < 0.02


def test_operations_are_consistent():
    operations = government().operations
    assert (operations["handled"] + operations["abandoned"] == operations["contacts"]).all()
    assert (operations["resolved_first"] <= operations["handled"]).all()
    assert operations["month"].nunique() == 30
    assert operations[["cost", "staff_hours", "handle_time_seconds"]].notna().all().all()
    monthly = operations.groupby("month")[["repeat_contacts", "contacts"]].sum()
    repeat = monthly["repeat_contacts"] / monthly["contacts"]
    assert repeat.between(0.06, 0.13).all()


def test_staff_measure_morale_well_enough_to_place_most_teams():
    staff = government().staff.query("wave == @LATEST")
    index = staff[list(DIMENSIONS["morale"])].mean(axis=1)
    teams = index.groupby([staff["agency"], staff["team"]])
    size = teams.size()
    within = (teams.var() * (size - 1)).sum() / (size - 1).sum()
    between = (size * (teams.mean() - index.mean()) ** 2).sum() / (len(size) - 1)
    assert (size >= 10).mean() > 0.7
    assert 1.0 - within / between > 0.75


def test_morale_comes_first_by_default_and_truth_says_by_how_much():
    truth = government().truth["morale"].set_index(["direction", "term"])["effect_per_sd"]
    assert 0.008 < truth["morale_to_performance", "within"] < 0.02
    assert truth["performance_to_morale", "within"] == 0.0
    performance, morale = team_panel(government())
    assert lagged_slope(morale, performance) > 2.5


def test_non_proportional_world_has_no_single_odds_ratio():
    def gap(world):
        customers = government(world, 4.0).customers.dropna(subset=["recommend", "resolved"])
        good, bad = customers["resolved"] == 5, customers["resolved"] <= 2

        def log_odds(flag):
            share = np.array([flag[good].mean(), flag[bad].mean()])
            return np.diff(np.log(share / (1 - share)))[0]

        low, high = customers["recommend"] >= 7, customers["recommend"] >= 9
        return log_odds(high) - log_odds(low)

    assert gap("non_proportional") > gap("default") + 0.5
    effect, usual_effect = (
        driver_effect(government(world)) for world in ("non_proportional", "default")
    )
    assert effect < 0.4 * usual_effect


def test_confounded_world_shows_effects_that_do_not_exist():
    simulated = government("confounded")
    truth = simulated.truth
    np.testing.assert_allclose(truth["audit"]["risk_ratio"], 1.0, atol=1e-12)
    assert truth["morale"]["effect_per_sd"].abs().max() == 0.0
    performance, morale = team_panel(simulated)
    assert lagged_slope(morale, performance) > 1.96
    correlation = simulated.customers[["recommend", "resolved"]].corr().iloc[0, 1]
    usual = government().customers[["recommend", "resolved"]].corr().iloc[0, 1]
    effect, usual_effect = (
        each.truth["drivers"]
        .set_index(["outcome", "driver"])
        .loc[("recommend", "resolved"), "effect"]
        for each in (simulated, government())
    )
    assert correlation > 0.8 * usual
    assert effect < 0.55 * usual_effect


def test_informative_nonresponse_is_not_undone_by_weights():
    table = compare(government("informative_nonresponse", 4.0), "recommend")
    bias = (table["estimate"] - table["truth"]).groupby("agency").mean()
    assert bias.mean() > 0.03
    assert bias.std() > 0.015
    assert np.corrcoef(table["estimate"], table["truth"])[0, 1] < 0.95


def test_zero_effect_is_zero():
    simulated = government("zero_effect", 4.0)
    truth = simulated.truth
    assert (truth["drivers"]["effect"] == 0.0).all()
    assert (truth["morale"]["effect_per_sd"] == 0.0).all()
    assert (truth["audit"]["risk_ratio"] == 1.0).all()
    assert (truth["initiatives"]["effect"] == 0.0).all()
    assert (truth["officers"]["effect"] == 0.0).all()
    customers = simulated.customers
    columns = list(QUESTIONS)
    inside = customers[columns] - customers.groupby(["agency", "wave"])[columns].transform("mean")
    assert inside.corr().loc["recommend", columns[3:]].abs().max() < 0.02
    assert true_shares(simulated).std() > 0.03


def test_performance_causes_morale_and_not_the_reverse():
    simulated = government("performance_causes_morale")
    truth = simulated.truth["morale"].set_index(["direction", "term"])["effect_per_sd"]
    assert truth["morale_to_performance", "within"] == 0.0
    assert truth["performance_to_morale", "within"] > 0.4
    performance, morale = team_panel(simulated)
    assert lagged_slope(performance, morale) > 2.5
    assert abs(lagged_slope(morale, performance)) < 2.6


@pytest.mark.parametrize("world", WORLDS)
def test_every_world_has_the_same_tables(world):
    simulated = government(world)
    for name in TABLES:
        assert list(getattr(simulated, name)) == list(getattr(government(), name))
    assert simulated.truth["world"]["world"].tolist() == [world]
    assert list(truth_tables(simulated)) == list(government().truth)


def test_truth_tables_are_copies():
    tables = truth_tables(government())
    tables["shares"]["share"] = 0.0
    assert (government().truth["shares"]["share"] > 0.0).all()


def test_hostile_names_reach_every_table():
    simulated = read_simulated(hostile_names=True)
    for name in ("customers", "staff", "operations", "audit", "funnel"):
        assert set(HOSTILE_NAMES) < set(getattr(simulated, name)["agency"])
    assert set(HOSTILE_NAMES) < set(simulated.truth["shares"]["agency"])
    assert set(simulated.initiatives["agency"]) <= set(simulated.customers["agency"])
    assert max(map(len, HOSTILE_NAMES)) == 300
    assert slug("Water & Sewer") == slug("Water, Sewer")
    assert any(name.startswith("=") for name in HOSTILE_NAMES)
    assert any("\u202e" in name for name in HOSTILE_NAMES)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (
            {"world": "defualt"},
            "`world` must be one of 'default', 'non_proportional', 'confounded', "
            "'informative_nonresponse', 'zero_effect', 'performance_causes_morale'; "
            "got 'defualt'. Did you mean 'default'?",
        ),
        ({"seed": -1}, "`seed` must be a whole number of at least 0; got -1."),
        ({"seed": 1.5}, "`seed` must be a whole number of at least 0; got 1.5."),
        ({"scale": 0}, "`scale` must be a number above 0; got 0."),
        ({"scale": "big"}, "`scale` must be a number above 0; got 'big'."),
    ],
)
def test_a_wrong_option_is_one_message(option, message):
    with pytest.raises(ParamsError) as raised:
        read_simulated(**option)
    assert str(raised.value) == message
