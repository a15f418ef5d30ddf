"""Differences of two groups: against R, against brute force, against truth."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from cxanalytics.errors import ModelError
from cxanalytics.numerics import survey_design as sd
from cxanalytics.numerics.difference_intervals import (
    adjust_p_values,
    mean_difference_interval,
    share_difference_interval,
    share_ratio_interval,
)
from cxanalytics.numerics.differences import compare_domains, compare_with_rest

FOLDER = os.environ.get("CXANALYTICS_REFERENCE")
needs_reference = pytest.mark.skipif(
    not FOLDER, reason="CXANALYTICS_REFERENCE does not name the folder of reference values"
)


@needs_reference
def test_difference_of_two_agencies_agrees_with_r_survey() -> None:
    folder = Path(str(FOLDER))
    expected = json.loads((folder / "survey_nps.json").read_text())["expected"]["diff_A1_A2"]
    frame = pd.read_csv(folder / "nps_sim.csv")
    design = sd.survey_design(len(frame), psu=frame["psu"], strata=frame["strata"])
    got = compare_domains(
        100 * ((frame["y"] >= 9).astype(float) - (frame["y"] <= 6)),
        [[0, 1], [1, 0]],
        design=design,
        weights=frame["w"],
        domains=frame["agency"].astype("category").cat.codes,
    )
    assert_allclose(got.estimate, [expected["est"], -expected["est"]], rtol=1e-10)
    assert_allclose(got.std_error, expected["se"], rtol=1e-10)


@needs_reference
def test_adjusted_p_values_agree_with_r() -> None:
    expected = json.loads((Path(str(FOLDER)) / "multipletests.json").read_text())["expected"]
    assert_allclose(adjust_p_values(expected["p"]), expected["BH"], rtol=1e-12)
    padded = adjust_p_values([np.nan, *expected["p"]])
    assert np.isnan(padded[0]) and padded[1] == pytest.approx(expected["BH"][0])
    assert np.isnan(adjust_p_values([np.nan])).all()


def _drawn(*, clustered: bool, counted: bool) -> tuple[pd.DataFrame, sd.Design]:
    rng = np.random.default_rng(8)
    frame = pd.DataFrame(
        {
            "y": np.where(rng.random(900) < 0.05, np.nan, rng.normal(size=900)),
            "w": rng.lognormal(0, 0.5, 900),
            "domain": rng.integers(-1, 6, 900),
            "stratum": np.r_[9, rng.integers(0, 3, 899)],
            "psu": rng.integers(0, 60, 900),
        }
    )
    design = sd.survey_design(
        900,
        psu=frame["psu"] if clustered else None,
        strata=frame["stratum"],
        counts=rng.integers(1, 5, 900) if counted else None,
    )
    return frame.assign(y=frame["y"] + 0.3 * frame["domain"]), design


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("clustered", [False, True])
def test_pairs_and_rest_equal_the_covariance_of_recoded_domains(
    clustered: bool, counted: bool
) -> None:
    frame, design = _drawn(clustered=clustered, counted=counted)
    how = {"design": design, "weights": frame["w"]}
    joint = sd.domain_means(frame["y"], **how, domains=frame["domain"])
    pairs = compare_domains(frame["y"], [[0, 3], [5, 1]], **how, domains=frame["domain"])
    for place, take in enumerate(([1, 0, 0, -1, 0, 0], [0, -1, 0, 0, 0, 1])):
        assert pairs.std_error[place] ** 2 == pytest.approx(take @ joint.covariance @ take)
    group = np.array([0, 0, 1, 1, 1, 0])
    rest = compare_with_rest(frame["y"], group, **how, domains=frame["domain"])
    for one in range(6):
        near = frame["domain"].isin(np.flatnonzero(group == group[one]))
        two = np.where(frame["domain"] == one, 0, np.where(near, 1, -1))
        direct = sd.domain_means(frame["y"], **how, domains=two)
        assert rest.estimate[one] == pytest.approx(direct.estimate[0] - direct.estimate[1])
        assert rest.right.variance[one] == pytest.approx(direct.covariance[1, 1], rel=1e-9)
        # In strata without shared units the covariance is small, and loses digits.
        assert rest.covariance[one] == pytest.approx(direct.covariance[0, 1], rel=1e-5, abs=1e-12)
        for name in ("n", "n_eff", "degrees_of_freedom"):
            assert getattr(rest.right, name)[one] == pytest.approx(getattr(direct, name)[1])
        assert rest.right.units[one] == direct.n_psu[1]


def test_a_unit_on_both_sides_takes_its_share_out_of_the_error() -> None:
    rng = np.random.default_rng(2)
    unit = np.tile(np.repeat(np.arange(40), 10), 2)
    wave = np.repeat([0, 1], 400)
    y = 3.0 * rng.normal(size=40)[unit] + rng.normal(size=800)
    paired = compare_domains(y, [[1, 0]], design=sd.survey_design(800, psu=unit), domains=wave)
    apart = compare_domains(
        y, [[1, 0]], design=sd.survey_design(800, psu=unit + 100 * wave), domains=wave
    )
    assert paired.shared[0] == 40 and apart.shared[0] == 0
    assert apart.covariance[0] == 0
    assert paired.std_error[0] < 0.2 * apart.std_error[0]
    # Forty pairs have 39 degrees of freedom, two samples of forty have 78.
    assert paired.degrees_of_freedom[0] == 39
    assert apart.degrees_of_freedom[0] == pytest.approx(78, rel=0.02)


def test_scale_of_weights_changes_nothing() -> None:
    frame, design = _drawn(clustered=True, counted=False)
    once, more = (
        compare_with_rest(
            frame["y"],
            np.zeros(6, dtype=int),
            design=design,
            weights=scale * frame["w"],
            domains=frame["domain"],
        )
        for scale in (1.0, 70.0)
    )
    assert_allclose(more.std_error, once.std_error, rtol=1e-10)
    assert_allclose(more.degrees_of_freedom, once.degrees_of_freedom, rtol=1e-9)


def test_a_side_with_one_unit_borrows_and_all_such_are_refused() -> None:
    rng = np.random.default_rng(3)
    domain = np.repeat([0, 1, 2], 60)
    unit = np.where(domain == 0, 0, 1 + np.arange(180) // 10)
    y = rng.normal(size=180)
    got = compare_with_rest(y, [0, 0, 0], design=sd.survey_design(180, psu=unit), domains=domain)
    assert got.left.units[0] == 1 and got.left.variance[0] > 0.5 * got.left.variance[1:].min()
    assert got.covariance[0] == 0 and got.degrees_of_freedom[0] > 5
    with pytest.raises(ModelError, match="two sampling units in at least one group"):
        compare_domains(y, [[0, 1]], design=sd.survey_design(180, psu=domain), domains=domain)


def test_messages_say_what_is_missing() -> None:
    design = sd.survey_design(4)
    with pytest.raises(ModelError, match="Domain 1 has no value"):
        compare_domains([1, 0, 1, np.nan], [[0, 1]], design=design, domains=[0, 0, 0, 1])
    with pytest.raises(ModelError, match="needs others in its group"):
        compare_with_rest([1, 0, 1, 0], [0, 0, 1], design=design, domains=[0, 1, 2, 2])


def _two(hits: tuple[int, int], n: tuple[int, int]):
    y = np.concatenate([np.arange(size) < hit for hit, size in zip(hits, n, strict=True)])
    return compare_domains(
        y.astype(float),
        [[0, 1]],
        design=sd.survey_design(sum(n)),
        domains=np.repeat([0, 1], n),
    )


def test_unweighted_shares_get_the_range_of_agresti_and_caffo() -> None:
    """56 of 70 against 48 of 80: one of each kind added gives 57 of 72 and 49 of 82."""
    got = _two((56, 48), (70, 80))
    range_ = share_difference_interval(got, level=0.95)
    one, two = 57 / 72, 49 / 82
    error = np.sqrt(one * (1 - one) / 72 + two * (1 - two) / 82)
    # Student's quantile for the normal one, and n - 1 answers for n, move the third digit.
    assert range_.low[0] == pytest.approx(one - two - 1.96 * error, abs=0.003)
    assert range_.high[0] == pytest.approx(one - two + 1.96 * error, abs=0.003)
    again = stats.t.ppf(1 - range_.p_value[0] / 2, got.degrees_of_freedom[0])
    at_zero = share_difference_interval(got, level=1 - range_.p_value[0])
    assert again > 0 and at_zero.low[0] == pytest.approx(0, abs=1e-4)


def test_unanimous_sides_are_not_certain() -> None:
    got = _two((30, 0), (30, 40))
    range_ = share_difference_interval(got, level=0.95)
    assert range_.low[0] < 0.95 and range_.high[0] == 1.0
    ratio = share_ratio_interval(got, level=0.95)
    assert np.isnan([ratio.low[0], ratio.high[0], ratio.p_value[0]]).all()
    turned = share_ratio_interval(_two((0, 30), (40, 30)), level=0.95)
    assert turned.low[0] == 0.0 and 0 < turned.high[0] < 0.3
    means = mean_difference_interval(got, level=0.95, reach=1.0)
    assert means.low[0] < 0.9 and means.high[0] == 1.0
    same = mean_difference_interval(_two((30, 30), (30, 30)), level=0.95)
    assert np.isnan([same.low[0], same.high[0], same.p_value[0]]).all()


@pytest.mark.parametrize("paired", [False, True])
def test_ranges_of_clustered_differences_cover(paired: bool) -> None:
    """A quick look; benchmarks/qualify_differences.py measures it in full."""
    rng = np.random.default_rng(4)
    runs, units, each = 300, 20, 10
    place = rng.random((2, runs, units))
    place[1] = place[0] if paired else place[1]
    first = stats.beta.ppf(place[0], 0.6 * 9, 0.4 * 9)
    second = stats.beta.ppf(place[1], 0.5 * 9, 0.5 * 9)
    y = rng.binomial(1, np.repeat(np.stack([first, second]).reshape(2, -1), each, axis=1))
    unit = np.repeat(np.arange(runs * units), each)
    run = unit // units
    design = sd.survey_design(
        2 * len(unit), psu=np.concatenate([unit, unit if paired else unit + runs * units])
    )
    got = compare_domains(
        y.ravel().astype(float),
        np.column_stack([np.arange(runs), np.arange(runs) + runs]),
        design=design,
        domains=np.concatenate([run, run + runs]),
    )
    range_ = share_difference_interval(got, level=0.95)
    ratio = share_ratio_interval(got, level=0.95)
    # Three Monte Carlo errors at 300 runs are 0.038.
    assert 0.912 < np.mean((range_.low <= 0.1) & (range_.high >= 0.1)) < 0.988
    assert 0.912 < np.mean((ratio.low <= 1.2) & (ratio.high >= 1.2)) < 0.988
