"""Figures of real studies that must be found again from the raw files."""

from __future__ import annotations

import numpy as np
import pytest

from cxanalytics.models import fit_morale_ladder, fit_morale_performance
from cxanalytics.numerics.cluster_robust import fit_clustered, robust_covariance
from cxanalytics.numerics.panel import fixed_effects, random_intercept, unit_means
from cxanalytics.numerics.units import dummies
from cxanalytics.sources.link import panel_with_operations
from cxanalytics.sources.nhs_ae import read_nhs_ae
from cxanalytics.sources.nhs_staff import read_nhs_staff

pytestmark = pytest.mark.data
LONG = "nhs_ebmgt/data.NHS.2012_2019.csv"


@pytest.fixture(scope="module")
def waits(data_dir):
    """Staff who recommend the care, beside four-hour waits of the same trust and year."""
    staff = read_nhs_staff(data_dir / LONG, morale="recommend_care")
    operations = read_nhs_ae(data_dir / "nhs_ae" / "ae_attendances.rda")
    return panel_with_operations(staff, operations, measure="within_four_hours")[0]


@pytest.fixture(scope="module")
def mortality(data_dir):
    """Staff engagement beside deaths against what is expected."""
    return read_nhs_staff(data_dir / LONG)


def test_waits_go_with_recommended_care_within_trusts_and_between(waits):
    got = fit_morale_performance(waits, standardize=False)
    assert got.row("within")["n"] == 396 and got.facts["groups"] == 135
    assert 100 * got.row("within")["estimate"] == pytest.approx(9.62, abs=0.005)
    assert 100 * got.row("within")["std_error"] == pytest.approx(2.8, abs=0.05)
    assert 100 * got.row("between")["estimate"] == pytest.approx(14.3, abs=0.05)
    assert (got.frame.set_index("key").loc[["within", "between"], "conf_low"] > 0).all()


def test_the_two_standard_errors_are_two_conventions(waits):
    """Unit effects lie within clusters: counting them as parameters too gives 3.5 for 2.8."""
    frame = waits.frame.dropna(subset=["morale", "performance"])
    fit = fixed_effects(
        frame["performance"], frame["morale"], frame["agency"], wave=frame["period"]
    )
    se = {}
    for absorbed in (0, fit.absorbed):
        made = fit_clustered(fit.rows_x, fit.rows_y, frame["agency"], absorbed=absorbed)
        se[absorbed] = 100 * np.sqrt(robust_covariance(made, kind="CR1S")[0, 0])
    assert se[0] == pytest.approx(2.8, abs=0.05)
    assert se[fit.absorbed] == pytest.approx(3.45, abs=0.01)


def test_261_pairs_of_years_do_not_settle_which_came_first(waits):
    got = fit_morale_ladder(waits)
    assert got.facts["pairs"] == 261
    assert got.facts["order"] == "not settled"
    assert got.row("morale_before")["conf_low"] < 0 < got.row("morale_before")["conf_high"]
    assert got.row("fixed_effects")["estimate"] == pytest.approx(0.0962, abs=5e-5)
    assert "in a row" in got.row("lead")["reason"]


def test_better_places_die_less_and_are_not_shown_to_improve(mortality):
    got = fit_morale_performance(mortality, standardize=False)
    assert got.row("between")["n"] == 1_073 and got.facts["groups"] == 144
    assert got.row("between")["estimate"] == pytest.approx(-0.36, abs=0.005)
    assert got.row("between")["std_error"] == pytest.approx(0.11, abs=0.005)
    assert got.row("within")["estimate"] == pytest.approx(-0.0144, abs=5e-5)
    assert got.row("within")["conf_low"] < 0 < got.row("within")["conf_high"]
    assert got.facts["higher_is_better"] is False
    ladder = fit_morale_ladder(mortality)
    assert ladder.facts["order"] == "not settled" and ladder.facts["grade"] == "C"


def test_two_hundredths_within_is_the_plain_distance_from_the_mean(mortality):
    """With gaps, distances from the mean still hold some of the waves: -.0186, not -.0144."""
    frame = mortality.frame.dropna(subset=["morale", "performance"])
    mean = unit_means(frame["morale"], frame["agency"])
    waves = dummies(frame["period"])
    table = np.column_stack([np.ones(len(frame)), waves, frame["morale"] - mean, mean])
    found = random_intercept(frame["performance"], table, frame["agency"])
    assert found.coef[-2] == pytest.approx(-0.0186, abs=5e-5)
    assert found.coef[-1] == pytest.approx(-0.364, abs=5e-4)
