"""Parts of the variance: known truth, levels that cannot be, weights, counts, and the study."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.models.variance_parts import fit_variance_parts
from cxanalytics.numerics.random_intercept import fit_random_intercept
from cxanalytics.tables import Estimates, Survey

SD = {"agency": 0.5, "unit": 0.4, "psu": 0.6}
CUTS = np.array([-1.5, -0.5, 0.6, 1.8])


def people(
    seed: int, *, agencies: int = 16, teams: int = 4, agents: int = 5, each: int = 20
) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    sizes = (agencies, teams, agents)
    agency, team, agent = (
        part.ravel().repeat(each)
        for part in np.meshgrid(*(np.arange(size) for size in sizes), indexing="ij")
    )
    need = rng.integers(0, 3, len(agency))
    latent = 0.8 * (need == 1) + rng.logistic(size=len(agency))
    latent += SD["agency"] * rng.normal(size=agencies)[agency]
    latent += SD["unit"] * rng.normal(size=sizes[:2])[agency, team]
    latent += SD["psu"] * rng.normal(size=sizes)[agency, team, agent]
    return pd.DataFrame(
        {
            "agency": [f"A{code:02d}" for code in agency],
            "team": [f"T{code}" for code in team],
            "agent": [f"P{a}-{t}-{p}" for a, t, p in zip(agency, team, agent, strict=True)],
            "need": np.array(["a", "b", "c"], dtype=object)[need],
            "answer": np.digitize(latent, CUTS) + 1.0,
            "weight": rng.uniform(0.7, 1.4, len(agency)),
        }
    )


def survey(frame: pd.DataFrame, **roles: str) -> Survey:
    given = {"unit": "team", "psu": "agent", **roles}
    return Survey.from_frame(
        frame,
        agency="agency",
        outcome="answer",
        scale="satisfied_1_5",
        case_mix=["need"],
        **{role: column for role, column in given.items() if column},
    )


def check(found: Estimates, name: str) -> list[str]:
    return [each.text for each in found.checks if each.name == name]


@pytest.fixture(scope="module")
def found() -> Estimates:
    return fit_variance_parts(survey(people(1)))


def test_known_standard_deviations_are_recovered(found: Estimates) -> None:
    frame = found.frame.set_index("key")
    assert list(frame.index) == ["agency", "unit", "psu", "case_mix", "rest"]
    for level, sd in SD.items():
        assert frame.loc[level, "sd_low"] < sd < frame.loc[level, "sd_high"]
    assert frame.loc["psu", "groups"] == 320
    truth = np.array([*(sd**2 for sd in SD.values()), 0.64 * 2.0 / 9.0, np.pi**2 / 3.0])
    assert (frame["conf_low"] < truth / truth.sum()).all()
    assert (frame["conf_high"] > truth / truth.sum()).all()


def test_parts_sum_to_one_and_belong_to_one_fit(found: Estimates) -> None:
    frame = found.frame
    assert frame["estimate"].sum() == pytest.approx(1.0)
    # Parts that sum to one have a covariance whose rows sum to zero.
    assert_allclose(found.covariance.sum(axis=0), 0.0, atol=1e-12)
    assert_allclose(frame["std_error"], np.sqrt(np.diag(found.covariance)))
    levels = frame.iloc[:3]
    rest = frame["estimate"].iloc[-1]
    assert_allclose(levels["estimate"] / rest, levels["sd"] ** 2 / (np.pi**2 / 3.0))
    assert_allclose(levels["median_odds_ratio"], np.exp(0.95387 * levels["sd"]), rtol=1e-4)
    assert (levels["points_low"] < levels["points"]).all()
    assert (levels["points"] < levels["points_high"]).all()
    assert found.facts["staff_share"] == pytest.approx(levels["estimate"].iloc[1:].sum())
    assert found.facts["topic"] is True
    assert found.facts["staff_low"] < found.facts["staff_share"] < found.facts["staff_high"]


def test_the_spread_in_points_is_that_of_the_groups_shares(found: Estimates) -> None:
    """Agencies of 400 people show their own share to a point or two."""
    big = people(2, agencies=60, teams=2, agents=2, each=100)
    parts = fit_variance_parts(survey(big), levels=["agency"]).row("agency")
    raw = (big["answer"] >= 4).groupby(big["agency"]).mean()
    noise = (raw * (1 - raw) / 400).mean()
    assert parts["points"] == pytest.approx(np.sqrt(raw.var() - noise), rel=0.1)


def test_the_figures_are_those_of_the_numeric_fit(found: Estimates) -> None:
    frame = people(1)
    codes = np.column_stack(
        [pd.factorize(frame[name], sort=True)[0] for name in ("agency", "team", "agent")]
    )
    design = np.column_stack([frame["need"] == "a", frame["need"] == "b"]).astype(float)
    fit = fit_random_intercept(frame["answer"].astype(int) - 1, design, codes, intervals=False)
    assert found.facts["log_likelihood"] == pytest.approx(fit.log_likelihood, abs=1e-6)


def test_counts_give_the_figures_of_rows(found: Estimates) -> None:
    columns = ["agency", "team", "agent", "need", "answer"]
    cells = people(1).groupby(columns).size().rename("people").reset_index()
    counted = fit_variance_parts(survey(cells, count="people"))
    same = ["estimate", "std_error", "conf_low", "conf_high", "points", "n"]
    assert_allclose(counted.frame[same], found.frame[same], rtol=1e-6)


def test_weights_are_a_check_of_levels_with_many_answers(found: Estimates) -> None:
    weighted = fit_variance_parts(survey(people(1), weight="weight"))
    assert_allclose(weighted.frame["estimate"], found.frame["estimate"], rtol=1e-8)
    assert weighted.frame["weighted"].notna().tolist() == [True, True, False, False, False]
    change = (weighted.frame["weighted"] - weighted.frame["unweighted"]).abs()
    assert 0.0 < change.max() < 0.02
    (text,) = check(weighted, "weights")
    assert "parts of the 2 levels with 30 answers or more" in text
    assert found.frame["weighted"].isna().all()


def test_groups_far_out_are_told_and_widen_ranges() -> None:
    frame = people(12, agencies=12)
    far = frame["agent"].isin([f"P{a}-0-0" for a in range(6)])
    frame.loc[far, "answer"] = np.where(frame.loc[far].index % 9 == 0, 2.0, 1.0)
    far_out = fit_variance_parts(survey(frame))
    (text,) = check(far_out, "normal_groups")
    assert text.startswith("Ranges are widened") and "sampling units by 1." in text
    # The plain normal range, on the log scale, is narrower than the one given.
    row = far_out.row("psu")
    assert row["sd_high"] / row["sd_low"] > 1.3


def test_teams_of_one_name_in_two_agencies_are_two_teams(found: Estimates) -> None:
    assert people(1)["team"].nunique() == 4
    assert found.row("unit")["groups"] == 64


def test_levels_with_too_few_groups_are_left_out_and_said() -> None:
    few = fit_variance_parts(survey(people(3, agencies=6)))
    assert few.frame["key"].tolist() == ["unit", "psu", "case_mix", "rest"]
    (text,) = check(few, "few_groups")
    assert text == (
        "Agencies are left out as a level: 6 are fewer than the 10 needed; they are held constant."
    )
    one = people(3).assign(team="the only one")
    held = fit_variance_parts(survey(one))
    assert held.frame["key"].tolist() == ["agency", "psu", "case_mix", "rest"]
    (text,) = check(held, "few_groups")
    assert text == (
        "Teams are left out as a level: 16 are fewer than the 10 needed beyond the 16 groups that "
        "hold them."
    )


def test_agencies_held_constant_do_not_pass_for_differences_between_teams() -> None:
    frame = people(4, agencies=6, teams=6)
    apart = frame.assign(answer=np.where(frame["agency"] < "A03", frame["answer"], 5.0))
    apart.loc[apart.index % 7 == 0, "answer"] = frame["answer"]
    held = fit_variance_parts(survey(apart)).row("unit")
    loose = fit_variance_parts(survey(apart.assign(team=apart["agency"] + apart["team"])))
    assert held["sd"] == pytest.approx(loose.row("unit")["sd"])
    assert held["sd"] < 1.0


def test_sampling_units_that_cross_teams_are_no_level() -> None:
    crossed = people(5)
    crossed["agent"] = np.random.default_rng(0).integers(0, 300, len(crossed)).astype(str)
    found = fit_variance_parts(survey(crossed))
    assert "psu" not in set(found.frame["key"])
    assert "not nested" in check(found, "crossed_units")[0]
    asked = fit_variance_parts(survey(crossed), levels=["agency", "unit"])
    assert_allclose(asked.frame["estimate"], found.frame["estimate"])


def test_single_answers_are_no_level() -> None:
    single = people(6)
    single["agent"] = [f"P{row}" for row in range(len(single))]
    found = fit_variance_parts(survey(single))
    assert "psu" not in set(found.frame["key"])
    assert "1.0 answers each are fewer than 2" in check(found, "few_groups")[0]


def test_unknown_groups_are_left_out_and_counted() -> None:
    gaps = people(7)
    gaps.loc[gaps.index % 10 == 0, "agent"] = None
    found = fit_variance_parts(survey(gaps))
    assert check(found, "unknown_groups") == ["Left out, their group unknown: 10.0%."]
    assert found.facts["n"] == 0.9 * len(gaps)
    gaps.loc[gaps.index % 2 == 0, "agent"] = None
    assert "psu" not in set(fit_variance_parts(survey(gaps)).frame["key"])


def test_the_answers_of_a_hidden_agency_change_nothing() -> None:
    frame = people(8)
    found = [
        fit_variance_parts(
            survey(
                pd.concat(
                    [frame, frame.head(7).assign(agency="Z", answer=answer)], ignore_index=True
                )
            )
        ).frame
        for answer in (1.0, 5.0)
    ]
    pd.testing.assert_frame_equal(*found)


def test_without_case_mix_there_is_no_part_for_it() -> None:
    found = fit_variance_parts(survey(people(9)), case_mix=[])
    assert found.frame["key"].tolist() == ["agency", "unit", "psu", "rest"]
    assert found.facts["topic"] is False
    assert found.covariance.shape == (4, 4)
    assert found.frame["estimate"].sum() == pytest.approx(1.0, abs=1e-6)


def test_what_cannot_be_asked_is_refused() -> None:
    small = people(10, agencies=3, teams=2, agents=1)
    with pytest.raises(ModelError, match="at least 10 groups and 2 answers in each; got none"):
        fit_variance_parts(survey(small))
    with pytest.raises(ParamsError, match="`levels` must be one of 'agency', 'unit', 'psu'"):
        fit_variance_parts(survey(people(10)), levels=["department"])
    with pytest.raises(ParamsError, match="`statistic` must be one of"):
        fit_variance_parts(survey(people(10)), statistic="mean")


@pytest.mark.slow
def test_the_simulated_government_has_the_spread_that_is_found() -> None:
    from cxanalytics.sources import read_simulated

    government = read_simulated()
    customers = Survey.from_frame(
        government.customers,
        agency="agency",
        outcome="recommend",
        scale="nps_0_10",
        department="department",
        unit="team",
        psu="agent",
        channel="channel",
        period="wave",
        case_mix=["age_band", "language", "need"],
    )
    parts = fit_variance_parts(customers).frame.set_index("key")
    truth = government.truth["spread"].set_index("level")["sd"]
    for level, name in (("department", "department"), ("unit", "team"), ("psu", "agent")):
        assert parts.loc[level, "points_low"] < truth[name] < parts.loc[level, "points_high"]
    assert parts["estimate"].iloc[-1] > 0.9
