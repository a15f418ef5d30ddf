"""Case-mix standardized shares: exact without case mix, truth with it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit

from cxanalytics.errors import ModelError
from cxanalytics.models.agency_effects import fit_agency_effects
from cxanalytics.models.scores import fit_scores
from cxanalytics.rules import COMPLEMENTARY, HIDDEN, Thresholds
from cxanalytics.tables import Survey


def _people(seed: int, *, each: int = 400) -> tuple[pd.DataFrame, np.ndarray]:
    """Eight agencies; the later ones serve more of the people who are hard to please."""
    rng = np.random.default_rng(seed)
    agency = np.repeat(np.arange(8), each)
    level = np.linspace(0.6, -0.6, 8)[::-1]
    hard = rng.uniform(size=len(agency)) < np.linspace(0.1, 0.8, 8)[agency]
    age = rng.integers(20, 80, len(agency)).astype(float)
    chance = expit(0.5 + level[agency] - 1.2 * hard + 0.01 * (age - 50))
    frame = pd.DataFrame(
        {
            "agency": [f"A{code}" for code in agency],
            "yes": (rng.uniform(size=len(agency)) < chance).astype(float),
            "need": np.where(hard, "hard", "plain"),
            "age": age,
            "weight": rng.uniform(0.5, 2.0, len(agency)),
        }
    )
    truth = [expit(0.5 + one - 1.2 * hard + 0.01 * (age - 50)).mean() for one in level]
    return frame, np.array(truth)


def _survey(frame: pd.DataFrame, **more: object) -> Survey:
    return Survey.from_frame(frame, agency="agency", outcome="yes", scale="yes_no", **more)


def test_without_case_mix_the_observed_shares_come_back() -> None:
    frame, _ = _people(1)
    survey = _survey(frame, weight="weight")
    got, raw = fit_agency_effects(survey), fit_scores(survey, measure="yes")
    assert got.frame["key"].tolist() == raw.frame["key"].tolist()
    assert_allclose(got.frame["estimate"], raw.frame["estimate"], rtol=1e-8)
    assert_allclose(got.frame["raw"], raw.frame["estimate"], rtol=1e-12)
    assert_allclose(got.frame["std_error"], raw.frame["std_error"], rtol=2e-3)
    assert_allclose(got.frame["n_eff"], raw.frame["n_eff"], rtol=1e-12)


def test_known_truth_is_recovered() -> None:
    frame, truth = _people(2, each=3000)
    got = fit_agency_effects(_survey(frame, case_mix=["need", "age"]))
    table = got.frame
    assert (np.abs(table["estimate"] - truth) < 4.5 * table["std_error"]).all()
    assert abs(table["raw"] - truth).max() > 0.05
    assert got.covariance is not None
    assert_allclose(np.sqrt(np.diag(got.covariance)), table["std_error"])
    off = got.covariance - np.diag(np.diag(got.covariance))
    assert np.abs(off).max() > 0


def test_agencies_that_may_not_be_shown_carry_no_figure_and_no_count() -> None:
    frame, _ = _people(3)
    tiny = frame.head(4).assign(agency="Tiny")
    glad = frame.head(30).assign(agency="Glad", yes=1.0)
    got = fit_agency_effects(_survey(pd.concat([frame, tiny, glad], ignore_index=True)))
    # Totals are published, so the next smallest agency protects the hidden one.
    reasons = got.frame.set_index("key")["suppressed_reason"]
    assert reasons["Tiny"] == HIDDEN and reasons["Glad"] == COMPLEMENTARY
    assert got.frame.set_index("key").loc[["Tiny", "Glad"], "n"].isna().all()
    for key in ("Tiny", "Glad"):
        assert got.row(key)[["estimate", "std_error", "conf_low", "conf_high"]].isna().all()
    assert got.covariance is not None and got.covariance.shape == (10, 10)
    rest = got.frame["key"].str.startswith("A").to_numpy()
    assert np.isfinite(got.covariance[np.ix_(rest, rest)]).all()
    assert np.isnan(got.row("Tiny")["raw"])


def test_agencies_with_other_people_are_not_standardized() -> None:
    frame, _ = _people(4)
    frame.loc[frame["agency"] == "A0", "age"] += 200
    got = fit_agency_effects(_survey(frame, case_mix=["age"]))
    assert np.isnan(got.row("A0")["estimate"]) and got.row("A0")["support"] < 0.8
    (check,) = [check for check in got.checks if check.name == "common_support"]
    assert check.passed is False


def test_too_few_answers_are_refused() -> None:
    frame, _ = _people(5, each=12)
    with pytest.raises(ModelError, match="8 parameters needs at least 80 positive"):
        fit_agency_effects(_survey(frame), thresholds=Thresholds(hide=5, rank=5))
    one = frame[frame["agency"] == "A0"]
    with pytest.raises(ModelError, match="at least 2 agencies with both kinds of answer; got 1"):
        fit_agency_effects(_survey(one), thresholds=Thresholds(hide=5, rank=5))


def test_a_raised_threshold_leaves_more_agencies_out() -> None:
    frame, _ = _people(3)
    survey = _survey(pd.concat([frame, frame.head(30).assign(agency="Small")], ignore_index=True))
    assert np.isfinite(fit_agency_effects(survey).row("Small")["estimate"])
    got = fit_agency_effects(survey, thresholds=Thresholds(hide=31))
    assert got.row("Small")[["estimate", "raw", "n_eff"]].isna().all()
    texts = [check.text for check in got.checks]
    # The second protects the first: totals are published.
    assert "Left out, because they may not be shown: 2 agencies." in texts


def test_few_sampling_units_in_each_agency_keep_the_promise_of_the_range() -> None:
    """Each agency has three units: its own two degrees of freedom, not those of the whole."""
    inside, total = 0, 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        agency, unit = np.repeat(np.arange(20), 120), np.repeat(np.arange(60), 40)
        level = 0.3 * rng.normal(size=20)
        chance = expit(0.5 + level[agency] + 0.5 * rng.normal(size=60)[unit])
        truth = expit(0.5 + level[:, None] + 0.5 * rng.normal(size=(1, 20_000))).mean(axis=1)
        frame = pd.DataFrame(
            {
                "agency": [f"A{code:02d}" for code in agency],
                "unit": unit.astype(str),
                "yes": (rng.random(len(agency)) < chance).astype(float),
            }
        )
        got = fit_agency_effects(
            Survey.from_frame(frame, agency="agency", outcome="yes", scale="yes_no", psu="unit")
        )
        inside += int(got.frame["conf_low"].le(truth).mul(got.frame["conf_high"].ge(truth)).sum())
        total += 20
        assert "single sampling unit" not in " ".join(check.text for check in got.checks)
    assert inside / total >= 0.90
