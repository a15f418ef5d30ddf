"""Appreciation stands out beyond general morale only where it truly does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from cxanalytics.errors import ModelError
from cxanalytics.models import fit_appreciation, fit_tested_morale_claims
from cxanalytics.tables import Panel

ERROR = 0.04


def made_panels(seed, *, special=0.0, general=0.6, agencies=30, teams=6, waves=3, lower=False):
    """Panels of one common morale, and of what appreciation adds of its own.

    Performance answers to `general` morale and to the `special` part of appreciation.
    """
    rng = np.random.default_rng(seed)
    units = agencies * teams
    agency = np.repeat(np.arange(agencies), teams)
    morale = 0.06 * rng.normal(size=agencies)[agency] + 0.06 * rng.normal(size=units)
    own = 0.06 * rng.normal(size=units)
    level = general * morale + special * own + 0.04 * rng.normal(size=units)
    place = np.tile(np.arange(units), waves)
    rows = pd.DataFrame(
        {
            "agency": [f"A{a:02d}" for a in agency[place]],
            "unit": [f"U{u:03d}" for u in place],
            "period": np.repeat([f"2026-Q{w + 1}" for w in range(waves)], units),
            "performance": (-1.0 if lower else 1.0) * level[place] + 0.5,
        }
    )
    frames = []
    for index in (0.8 * morale + own * bool(special), morale):
        noisy = 0.6 + index[place] + ERROR * rng.normal(size=len(place))
        frames.append(rows.assign(morale=noisy, morale_se=ERROR, performance_se=0.01, n=20.0))
    return [Panel(frame, "Morale", "Result", higher_is_better=not lower) for frame in frames]


def beyond(*panels, **options):
    return fit_appreciation(*panels, seed=1, **options).row("beyond")


def test_a_part_of_its_own_that_performance_answers_to_is_found() -> None:
    row = beyond(*made_panels(1, special=1.2, general=0.0))
    assert row["conf_low"] > 0.02
    turned = beyond(*made_panels(1, special=1.2, general=0.0, lower=True))
    assert turned["estimate"] == pytest.approx(row["estimate"], abs=1e-12)


def test_a_part_of_its_own_that_performance_ignores_is_no_support() -> None:
    found = [beyond(*made_panels(seed, special=1e-9, general=0.6)) for seed in range(8)]
    assert all(row["conf_low"] <= 0.0 for row in found)


def test_one_common_morale_gives_no_excess_and_its_range_covers_zero() -> None:
    rows = [beyond(*made_panels(seed)) for seed in range(60)]
    inside = np.mean([row["conf_low"] <= 0.0 <= row["conf_high"] for row in rows])
    # 60 worlds at 95%: 88% is 2.5 standard errors below.
    assert inside >= 0.88
    assert abs(np.mean([row["estimate"] for row in rows])) < 0.004
    supported = np.mean([row["conf_low"] > 0.0 for row in rows])
    assert supported <= 0.08


def test_the_parts_add_up_and_the_facts_are_told() -> None:
    found = fit_appreciation(*made_panels(3, special=1.0), seed=1)
    rows = found.frame.set_index("key")["estimate"]
    assert rows["apart"] - rows["expected"] == pytest.approx(rows["beyond"], abs=1e-12)
    assert found.facts["units"] == 180 and found.facts["top_units"] == 18
    assert found.facts["grade"] == "D" and len(found.draws) == 1999


def test_the_best_tenth_by_performance_is_what_is_compared() -> None:
    appreciation, morale = made_panels(4)
    frame = appreciation.frame
    level = frame.groupby(["agency", "unit"])["performance"].mean()
    best = level.nlargest(18).index
    mean = frame.groupby(["agency", "unit"])["morale"].mean()
    apart = mean.loc[best].mean() - mean.drop(best).mean()
    found = fit_appreciation(appreciation, morale, seed=1)
    assert found.row("apart")["estimate"] == pytest.approx(apart, abs=1e-12)


def test_the_error_agrees_with_least_squares_by_agency() -> None:
    appreciation, morale = made_panels(5)
    found = fit_appreciation(appreciation, morale, seed=1)
    unit = appreciation.frame.groupby(["agency", "unit"])[["morale", "performance"]].mean()
    top = (unit["performance"].rank(ascending=False) <= 18).astype(float)
    groups = pd.factorize(unit.index.get_level_values("agency"))[0]
    fit = sm.OLS(unit["morale"].to_numpy(), sm.add_constant(top.to_numpy())).fit(
        cov_type="cluster", cov_kwds={"groups": groups}
    )
    row = found.row("apart")
    assert row["estimate"] == pytest.approx(fit.params[1], abs=1e-12)
    # One resamples clusters, the other linearizes with 30 of them: alike within a tenth.
    assert row["std_error"] == pytest.approx(fit.bse[1], rel=0.10)


def test_few_units_and_unreliable_indices_are_refused() -> None:
    with pytest.raises(ModelError, match="The best tenth must be 8 units or more; it is 6 of 60"):
        fit_appreciation(*made_panels(1, agencies=10), seed=1)
    appreciation, morale = made_panels(1)
    noise = Panel(morale.frame.assign(morale_se=0.2), "Morale", "Result")
    with pytest.raises(ModelError, match="`morale` must differ between units with a reliability"):
        fit_appreciation(appreciation, noise, seed=1)


def test_small_teams_are_left_out() -> None:
    appreciation, morale = made_panels(1)
    few = morale.frame["unit"].isin([f"U{u:03d}" for u in range(20)])
    small = Panel(morale.frame.assign(n=np.where(few, 9.0, 20.0)), "Morale", "Result")
    assert fit_appreciation(appreciation, small, seed=1).facts["units"] == 160


def test_the_claim_takes_its_verdict_from_the_excess() -> None:
    found = fit_appreciation(*made_panels(1, special=1.2, general=0.0), seed=1)
    row = fit_tested_morale_claims(appreciation=found).set_index("claim").loc[7]
    assert row["verdict"] == "goes together, cause not shown" and row["grade"] == "D"
    assert row["other"] == found.row("apart")["estimate"] and row["detail"] == "18"
