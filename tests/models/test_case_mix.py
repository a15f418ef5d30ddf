"""Case mix: what it recovers, what it never adjusts away, and whom it refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit

from cxanalytics.benchmark import benchmark_scores
from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.models import fit_case_mix, fit_scores, keep_adjusted
from cxanalytics.numerics.case_mix import common_level
from cxanalytics.numerics.ordinal import fit_cumulative_link
from cxanalytics.rules import COMPLEMENTARY, HIDDEN
from cxanalytics.sources.simulated import SEED, WORLDS, read_simulated
from cxanalytics.sources.simulated.government import AGENCIES as PLANS
from cxanalytics.sources.simulated.government import build_government
from cxanalytics.sources.simulated.true_scores import Population
from cxanalytics.tables import Estimates, Survey

AGENCIES = 12
HARD = np.linspace(0.1, 0.8, AGENCIES)
SLOPE = -1.2


def _people(
    seed: int, *, each: int = 500, level: np.ndarray | None = None
) -> tuple[pd.DataFrame, np.ndarray]:
    """Agencies whose people differ; what each would reach by observed over expected."""
    rng = np.random.default_rng(seed)
    agency = np.repeat(np.arange(AGENCIES), each)
    level = np.zeros(AGENCIES) if level is None else level
    hard = rng.uniform(size=len(agency)) < HARD[agency]
    chance = expit(0.5 + level[agency] + SLOPE * hard)
    frame = pd.DataFrame(
        {
            "agency": [f"A{code:02d}" for code in agency],
            "yes": (rng.uniform(size=len(agency)) < chance).astype(float),
            "need": np.where(hard, "hard", "plain"),
            "weight": rng.uniform(0.5, 2.0, len(agency)),
        }
    )
    return frame, _truth(level)


def _truth(level: np.ndarray) -> np.ndarray:
    share = np.column_stack([1 - HARD, HARD])
    index = np.array([0.0, SLOPE])
    observed = (share * expit(0.5 + level[:, None] + index)).sum(axis=1)
    common = common_level(index, share.mean(axis=0), observed.mean())
    return observed / (share * expit(common + index)).sum(axis=1) * observed.mean()


def _survey(frame: pd.DataFrame, **more: object) -> Survey:
    more = {"case_mix": ["need"], **more}
    return Survey.from_frame(frame, agency="agency", outcome="yes", scale="yes_no", **more)


def _check(estimates: Estimates, name: str):
    return next(check for check in estimates.checks if check.name == name)


def test_agencies_that_differ_only_in_their_people_come_out_alike() -> None:
    frame, truth = _people(1, each=4_000)
    got = fit_case_mix(_survey(frame)).frame
    assert np.ptp(truth) < 1e-12
    assert np.ptp(got["raw"]) > 0.15
    assert (np.abs(got["estimate"] - truth) < 4.0 * got["std_error"]).all()
    assert np.ptp(got["estimate"]) < 0.05
    assert_allclose(got["difference"], got["estimate"] - got["raw"], atol=1e-12)


def test_performance_that_goes_with_hard_people_is_not_adjusted_away() -> None:
    """Agencies with hard people also do badly: only the people may be taken out (trap 18)."""
    level = np.linspace(0.6, -0.6, AGENCIES)
    frame, truth = _people(2, each=10_000, level=level)
    got = fit_case_mix(_survey(frame, weight="weight")).frame
    assert (np.abs(got["estimate"] - truth) < 4.0 * got["std_error"]).all()
    spread = got["estimate"].iloc[0] - got["estimate"].iloc[-1]
    assert spread == pytest.approx(truth[0] - truth[-1], abs=0.05)
    # Without levels of the agencies the slope takes what they do badly for what their people are.
    hard = (frame["need"] == "hard").to_numpy(dtype=float)[:, None]
    code = pd.factorize(frame["agency"])[0]
    y = frame["yes"].to_numpy(dtype=int)
    pooled = fit_cumulative_link(y, hard, link="logit")
    within = fit_cumulative_link(y, hard, groups=code, link="logit")
    assert within.coefficients[0] == pytest.approx(SLOPE, abs=0.1)
    assert pooled.coefficients[0] < SLOPE - 0.2
    expected = expit(pooled.predictor(hard) - pooled.thresholds[0])
    by = pd.DataFrame({"code": code, "y": y, "e": expected}).groupby("code").mean()
    naive = by["y"] / by["e"] * y.mean()
    # 10,000 people an agency: the ratio has a sampling error of .03.
    assert naive.iloc[0] - naive.iloc[-1] < 0.92 * (truth[0] - truth[-1])


def test_what_people_say_of_the_service_is_no_case_mix() -> None:
    frame, _ = _people(3)
    frame["easy"] = frame["yes"]
    survey = _survey(frame, drivers=["easy"])
    for name in ("yes", "easy"):
        with pytest.raises(ParamsError, match="what they say of the service"):
            fit_case_mix(survey, case_mix=[name])
    with pytest.raises(ParamsError, match="how agencies are organized"):
        fit_case_mix(survey, case_mix=["agency"])
    with pytest.raises(ParamsError, match="`case_mix` must be one of"):
        fit_case_mix(survey, case_mix=["needs"])


def test_a_column_that_tells_agencies_apart_is_left_out() -> None:
    frame, _ = _people(4)
    frame["staffing"] = np.where(frame["agency"] < "A06", "full", "short")
    got = fit_case_mix(_survey(frame, case_mix=["need", "staffing"]))
    assert got.facts["case_mix"] == "need"
    assert "tells agencies apart" in _check(got, "case_mix_left_out").text
    assert_allclose(got.frame["estimate"], fit_case_mix(_survey(frame)).frame["estimate"])
    with pytest.raises(ModelError, match=r"no case mix.*Staffing is left out"):
        fit_case_mix(_survey(frame, case_mix=["staffing"]))
    with pytest.raises(ModelError, match="names no case mix"):
        fit_case_mix(_survey(frame, case_mix=[]))


def test_raw_shares_are_the_published_scores() -> None:
    frame, _ = _people(5)
    frame.loc[::11, "need"] = None
    frame["psu"] = frame["agency"] + (np.arange(len(frame)) % 9).astype(str)
    survey = _survey(frame, weight="weight", psu="psu")
    got, raw = fit_case_mix(survey), fit_scores(survey, measure="yes")
    for mine, theirs in (("raw", "estimate"), ("raw_low", "conf_low"), ("n_eff", "n_eff")):
        assert_allclose(got.frame[mine], raw.frame[theirs], rtol=1e-12)
    # People who did not tell stay in: nobody can be had by subtraction.
    assert got.facts["n"] == len(frame)
    assert "did not tell" in _check(got, "case_mix_untold").text


def test_agencies_with_people_found_nowhere_else_are_refused() -> None:
    frame, _ = _people(6)
    own = frame["agency"] == "A03"
    frame.loc[own & (np.arange(len(frame)) % 10 < 3), "need"] = "offshore"
    got = fit_case_mix(_survey(frame))
    row = got.row("A03")
    assert row["reason"] == "unlike" and row["support"] == pytest.approx(0.7, abs=0.02)
    assert np.isnan(row["estimate"]) and np.isfinite(row["raw"])
    assert got.covariance is not None and np.isnan(got.covariance[3]).all()
    assert _check(got, "common_support").passed is False
    # In a number, the range of the others is what counts.
    frame["need"] = "plain"
    frame["age"] = 40.0 + np.arange(len(frame)) % 20 + 50.0 * own
    got = fit_case_mix(_survey(frame, case_mix=["age"]))
    assert got.row("A03")["reason"] == "unlike" and got.row("A03")["support"] == 0.0
    assert got.row("A02")["reason"] == ""


def test_other_refusals_name_their_reason() -> None:
    frame, _ = _people(7)
    frame.loc[frame["agency"] == "A01", "yes"] = 1.0
    frame.loc[(frame["agency"] == "A02") & (np.arange(len(frame)) % 3 == 0), "need"] = None
    best = frame["agency"] == "A11"
    frame.loc[best, "yes"] = (np.arange(best.sum()) % 50 > 0).astype(float)
    frame.loc[frame["agency"].isin(["A04", "A05", "A06", "A07"]), "yes"] = np.where(
        np.arange(2_000) % 8 == 0, 0.0, 1.0
    )
    got = fit_case_mix(_survey(frame))
    assert got.row("A01")["reason"] == "one_sided"
    assert got.row("A02")["reason"] == "untold"
    # 98% of the hardest people: over what such people answer, it would pass 100%.
    assert got.row("A11")["reason"] == "beyond"
    for reason in ("one_sided", "untold", "beyond"):
        assert _check(got, reason).text.endswith("1 agency.")


def test_hidden_agencies_are_neither_in_the_model_nor_in_the_table() -> None:
    frame, _ = _people(8)
    small = pd.concat(
        [frame.head(6).assign(agency="Tiny"), frame.head(40).assign(agency="Next")],
        ignore_index=True,
    )
    survey = _survey(pd.concat([frame, small], ignore_index=True))
    got = fit_case_mix(survey)
    reasons = got.frame.set_index("key")["suppressed_reason"]
    assert reasons["Tiny"] == HIDDEN and reasons["Next"] == COMPLEMENTARY
    figures = got.frame.select_dtypes("number").loc[(reasons != "").to_numpy()]
    assert figures.isna().all().all()
    alone = fit_case_mix(_survey(frame))
    shown = (reasons == "").to_numpy()
    assert_allclose(got.frame.loc[shown, "estimate"], alone.frame["estimate"], rtol=1e-12)
    assert got.facts["overall"] == alone.facts["overall"]


def test_those_that_are_only_compared_with_are_not_reported_on() -> None:
    frame, _ = _people(13)
    frame.loc[frame["agency"] == "A04", "need"] = None
    survey = replace(_survey(frame), only_peers=("A04",))
    got = fit_case_mix(survey)
    # Published counts know no traits: who is only compared with counts against no column.
    assert got.row("A04")["reason"] == "untold" and got.facts["only_peers"] == "A04"
    assert got.facts["adjusted"] == AGENCIES - 1
    assert not [check for check in got.checks if check.name == "untold"]


def test_the_benchmark_takes_what_is_adjusted() -> None:
    frame, _ = _people(9, level=np.linspace(0.6, -0.6, AGENCIES))
    frame.loc[frame["agency"] == "A01", "yes"] = 1.0
    tiny = frame.head(6).assign(agency="Tiny")
    next_one = frame.head(40).assign(agency="Next")
    frame = pd.concat([frame, tiny, next_one], ignore_index=True)
    kept = keep_adjusted(fit_case_mix(_survey(frame)))
    assert kept.covariance is not None and len(kept.covariance) == len(kept.frame)
    board = benchmark_scores(kept, draws=2_000, seed=1)
    assert "A01" not in set(board.frame["key"])
    reasons = board.frame.set_index("key")["suppressed_reason"]
    assert reasons["Tiny"] == HIDDEN and reasons["Next"] == COMPLEMENTARY
    assert len(board.shown) == AGENCIES - 1
    assert_allclose(board.shown["raw"], kept.frame.dropna(subset=["estimate"])["estimate"])


def test_counts_and_rows_agree() -> None:
    frame, _ = _people(10)
    cells = frame.groupby(["agency", "yes", "need"]).size().rename("count").reset_index()
    rows, counted = fit_case_mix(_survey(frame)), fit_case_mix(_survey(cells, count="count"))
    for column in ("estimate", "std_error", "difference", "expected", "direct", "support"):
        assert_allclose(rows.frame[column], counted.frame[column], rtol=1e-6, atol=1e-9)


def test_direct_standardization_is_near_by() -> None:
    frame, _ = _people(11, each=2_000, level=np.linspace(0.3, -0.3, AGENCIES))
    got = fit_case_mix(_survey(frame))
    # One column of two kinds: direct shares by hand are its weighted mean of two shares.
    cell = frame.groupby(["agency", "need"])["yes"].mean().unstack()
    by_hand = cell @ frame["need"].value_counts(normalize=True)[cell.columns]
    # The model holds the slope alike in all agencies, the hand does not: sampling error apart.
    assert np.abs(got.frame["direct"].to_numpy() - by_hand.to_numpy()).max() < 0.03
    assert _check(got, "direct_standardization").passed in (True, False)
    assert np.abs(got.frame["direct"] - got.frame["estimate"]).max() < 0.05


def test_a_lone_sampling_unit_is_not_taken_for_certainty() -> None:
    frame, _ = _people(12)
    frame["psu"] = frame["agency"] + (np.arange(len(frame)) % 7).astype(str)
    frame.loc[frame["agency"] == "A00", "psu"] = "one"
    got = fit_case_mix(_survey(frame, psu="psu"))
    row = got.row("A00")
    others = got.frame.loc[got.frame["key"] != "A00", "std_error"]
    assert row["std_error"] > 0.5 * others.median()
    assert np.isnan(row[["difference_low", "p_adjusted"]].astype(float)).all()
    assert _check(got, "lone_sampling_units").passed is False


def test_ranges_hold_the_truth_with_clusters_and_weights() -> None:
    """40 samples of 12 agencies, each of 25 sampling units that differ by up to 15 points."""
    inside = np.zeros((40, AGENCIES))
    level = np.linspace(0.3, -0.3, AGENCIES)
    for seed in range(40):
        frame, truth = _people(100 + seed, each=300, level=level)
        rng = np.random.default_rng(seed)
        unit = rng.integers(0, 25, len(frame))
        shift = rng.choice([-0.15, 0.15], (AGENCIES, 25))[pd.factorize(frame["agency"])[0], unit]
        chance = expit(
            0.5 + level[pd.factorize(frame["agency"])[0]] + SLOPE * (frame["need"] == "hard")
        )
        frame["yes"] = (rng.uniform(size=len(frame)) < chance + shift).astype(float)
        frame["psu"] = frame["agency"] + unit.astype(str)
        got = fit_case_mix(_survey(frame, weight="weight", psu="psu")).frame
        inside[seed] = (got["conf_low"] <= truth) & (truth <= got["conf_high"])
    # 480 ranges: Monte Carlo error 1 point.
    assert inside.mean() == pytest.approx(0.95, abs=0.03)


def test_the_simulated_government_moves_as_its_truth_does() -> None:
    """The truth: the same agencies, every one of them with the average agency's people."""
    government = build_government(SEED, WORLDS["default"])
    alike = {
        name: np.broadcast_to(share.mean(axis=0), share.shape)
        for name in ("age_share", "language_share", "need_share")
        for share in [getattr(government, name)]
    }
    true, same = (
        pd.Series(
            Population(world).agencies("recommend")[:, -1], index=[plan.name for plan in PLANS]
        )
        for world in (government, replace(government, **alike))
    )
    frame = read_simulated().customers.rename(columns={"wave": "period"})
    survey = Survey.from_frame(
        frame,
        agency="agency",
        outcome="recommend",
        scale="nps_0_10",
        period="period",
        weight="weight",
        psu="agent",
        case_mix=["age_band", "language", "need"],
    )
    got = fit_case_mix(survey).frame.set_index("key").dropna(subset=["estimate"])
    move = (same - true)[got.index]
    # Moves have errors of .3 points and a spread of .8: a correlation near .9 is all there is.
    assert np.corrcoef(move, got["difference"])[0, 1] > 0.8
    inside = (got["conf_low"] <= same[got.index]) & (same[got.index] <= got["conf_high"])
    assert inside.sum() >= 22 and len(got) == 24
    raw, adjusted = (((got[name] - same[got.index]) ** 2).mean() for name in ("raw", "estimate"))
    assert adjusted < raw


@pytest.mark.data
def test_the_federal_survey_moves_little(data_dir: Path) -> None:
    from cxanalytics.run import open_study

    survey = open_study(study="fevs_2018").survey()
    got = fit_case_mix(survey)
    assert got.facts["case_mix"] == "sex, education, tenure, supervisor, minority"
    rows = got.frame.dropna(subset=["estimate"])
    assert len(rows) == 44 and (got.frame["support"].dropna() > 0.99).all()
    # Demographic facts of employees move an agency's share by about half a point.
    assert rows["difference"].abs().median() < 0.01
    assert rows["difference"].abs().max() == pytest.approx(0.041, abs=0.003)
    assert _check(got, "direct_standardization").passed is True
