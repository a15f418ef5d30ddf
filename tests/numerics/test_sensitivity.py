"""The figures of sensemakr and of the E-value paper, and bounds that are exact when known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from cxanalytics.errors import ModelError
from cxanalytics.numerics.sensitivity import (
    Slope,
    adjust,
    as_strong_as,
    e_value,
    e_value_of_range,
    omitted_bias,
    outcome_for_range,
    outcome_needed,
    ratio_from_difference,
    ratio_from_odds,
    robustness_value,
    times_needed,
)

# sensemakr fits its own regressions by another solver
REFERENCE = 1e-6
PUBLISHED = ["age", "farmer_dar", "herder_dar", "pastvoted", "hhsize_darfur", "female"]
SLOPE = Slope(0.30, 0.05, 200.0)


def least_squares(frame: pd.DataFrame, outcome: str, columns: list[str]) -> dict[str, Slope]:
    villages = pd.get_dummies(frame["village"], drop_first=True, dtype=float).to_numpy()
    x = np.column_stack([frame[columns].to_numpy(dtype=float), np.ones(len(frame)), villages])
    y = frame[outcome].to_numpy(dtype=float)
    coef = np.linalg.lstsq(x, y, rcond=None)[0]
    rank = np.linalg.matrix_rank(x)
    df = len(y) - rank
    variance = np.square(y - x @ coef).sum() / df * np.diag(np.linalg.pinv(x.T @ x))
    return {
        name: Slope(float(coef[i]), float(np.sqrt(variance[i])), float(df))
        for i, name in enumerate(columns)
    }


def test_robustness_values_and_bounds_are_those_of_sensemakr(reference, reference_dir) -> None:
    expected = reference("sensitivity_darfur")["expected"]
    frame = pd.read_csv(reference_dir / "darfur.csv")
    outcome = least_squares(frame, "peacefactor", ["directlyharmed", *PUBLISHED])
    cause = least_squares(frame, "directlyharmed", PUBLISHED)
    slope, told = outcome["directlyharmed"], expected["estimate"]
    found = {
        "estimate": slope.estimate,
        "se": slope.std_error,
        "t_statistic": slope.estimate / slope.std_error,
        "r2yd.x": slope.partial_r2,
        "rv_q": robustness_value(slope),
        "rv_qa": robustness_value(slope, reach=slope.reach()),
        "f2yd.x": slope.f**2,
        "dof": slope.df,
    }
    assert found == pytest.approx({name: told[name] for name in found}, rel=REFERENCE)
    strengths = [
        as_strong_as(cause["female"].partial_r2, outcome["female"].partial_r2, times)
        for times in (1, 2, 3)
    ]
    # sensemakr takes its t quantile on the degrees of freedom before the bound
    reach = float(student.ppf(0.975, slope.df))
    left = adjust(
        slope,
        cause=[each[0] for each in strengths],
        outcome=[each[1] for each in strengths],
        below=reach,
        above=reach,
    )
    for name, values in {
        "r2dz.x": [each[0] for each in strengths],
        "r2yz.dx": [each[1] for each in strengths],
        "adjusted_estimate": left.estimate,
        "adjusted_se": left.std_error,
        "adjusted_t": left.estimate / left.std_error,
        "adjusted_lower_CI": left.low,
        "adjusted_upper_CI": left.high,
    }.items():
        assert list(values) == pytest.approx(expected["bounds"][name], rel=REFERENCE), name


def test_e_values_are_those_of_the_reference(reference) -> None:
    expected = reference("evalue")["expected"]
    assert [e_value(ratio) for ratio in expected["RR"]] == pytest.approx(expected["E"], abs=1e-12)
    odds, smd = expected["OR_common_sqrt"], expected["SMD"]
    assert ratio_from_odds(odds["OR"]) == pytest.approx(odds["RR"], abs=1e-12)
    assert e_value(ratio_from_odds(odds["OR"])) == pytest.approx(odds["E"], abs=1e-12)
    assert ratio_from_difference(smd["d"]) == pytest.approx(smd["RR"], abs=1e-12)
    assert e_value(ratio_from_difference(smd["d"])) == pytest.approx(smd["E"], abs=1e-12)


def test_the_e_value_of_a_range_is_that_of_its_end_nearer_1() -> None:
    assert e_value_of_range(1.8, 8.0) == pytest.approx(e_value(1.8))
    assert e_value_of_range(0.5, 0.8) == pytest.approx(e_value(1 / 0.8))
    assert e_value_of_range(0.9, 3.0) == 1.0
    with pytest.raises(ModelError, match=r"`ratio` must be positive; got -1"):
        e_value(-1.0)


def test_a_cause_left_out_moves_the_slope_by_exactly_its_bound() -> None:
    rng = np.random.default_rng(3)
    z = rng.normal(size=400)
    d = 0.8 * z + rng.normal(size=400)
    y = 0.5 * d + 0.7 * z + rng.normal(size=400)

    def fit(columns: list[np.ndarray], target: np.ndarray) -> tuple[np.ndarray, float, np.ndarray]:
        x = np.column_stack([*columns, np.ones(400)])
        coef = np.linalg.lstsq(x, target, rcond=None)[0]
        rest = float(np.square(target - x @ coef).sum())
        return coef, rest, np.diag(np.linalg.inv(x.T @ x))

    short, rest, bread = fit([d], y)
    long, full, wide = fit([d, z], y)
    _, alone, _ = fit([], d)
    _, with_z, _ = fit([z], d)
    slope = Slope(float(short[0]), float(np.sqrt(rest / 398 * bread[0])), 398.0)
    shares = {"cause": 1 - with_z / alone, "outcome": 1 - full / rest}
    left = adjust(slope, **shares)
    # the formula is exact algebra, so that only rounding is left
    assert float(left.estimate) == pytest.approx(long[0], abs=1e-10)
    assert float(left.std_error) == pytest.approx(np.sqrt(full / 397 * wide[0]), abs=1e-10)
    assert float(omitted_bias(slope, **shares)) == pytest.approx(short[0] - long[0], abs=1e-10)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_cause_as_strong_as_the_robustness_value_leaves_what_it_says(sign: float) -> None:
    slope = Slope(sign * SLOPE.estimate, SLOPE.std_error, SLOPE.df)
    value, alpha = robustness_value(slope), robustness_value(slope, reach=2.2)
    gone = adjust(slope, cause=value, outcome=value)
    assert float(gone.estimate) == pytest.approx(0.0, abs=1e-12)
    half = robustness_value(slope, q=0.5)
    assert float(adjust(slope, cause=half, outcome=half).estimate) == pytest.approx(sign * 0.15)
    left = adjust(slope, cause=alpha, outcome=alpha, below=2.2, above=2.2)
    assert float(left.low if sign > 0 else left.high) == pytest.approx(0.0, abs=1e-12)
    assert 0 < alpha < value < 1
    assert robustness_value(slope, reach=10.0) == 0.0


def test_with_few_degrees_of_freedom_a_weaker_cause_of_the_outcome_is_enough() -> None:
    slope = Slope(3.0, 1.0, 5.0)
    value, critical = robustness_value(slope, reach=2.5), 2.5 / 2.0
    # the worst over every cause up to that strength: sought on a grid
    shares = np.linspace(0.0, 1.0, 2_001)[:-1, None]
    outcome = shares.T
    inside = outcome <= shares
    left = slope.f - np.sqrt(outcome * shares / (1 - shares))
    holds = left <= critical * np.sqrt((1 - outcome) / (1 - shares))
    sought = np.broadcast_to(shares, inside.shape)[inside & holds].min()
    assert value == pytest.approx(sought, abs=1e-3)


def test_lines_of_the_map_are_where_nothing_is_left_and_where_the_range_holds_zero() -> None:
    cause = np.linspace(0.15, 0.60, 8)
    needed = outcome_needed(SLOPE, cause)
    kept = needed <= 1
    assert adjust(SLOPE, cause=cause[kept], outcome=needed[kept]).estimate == pytest.approx(0)
    first = outcome_for_range(SLOPE, cause, reach=2.2)
    assert (first < needed).all()
    assert adjust(SLOPE, cause=cause, outcome=first, below=2.2).low == pytest.approx(0, abs=1e-12)
    assert np.isinf(outcome_for_range(SLOPE, [1e-4], reach=2.2)).all()
    assert outcome_for_range(SLOPE, [0.999], reach=2.2)[0] == 0.0


def test_times_needed_is_the_strength_that_leaves_nothing() -> None:
    times = times_needed(SLOPE, 0.02, 0.03)
    cause, outcome = as_strong_as(0.02, 0.03, times)
    assert float(adjust(SLOPE, cause=cause, outcome=outcome).estimate) == pytest.approx(0, abs=1e-8)
    assert times_needed(SLOPE, 0.0, 0.5) == times_needed(SLOPE, 0.3, 0.0) == np.inf
    assert times_needed(SLOPE, 0.3, 1e-9) < 0.7 / 0.3
    with pytest.raises(ModelError, match="Nothing can be 3 times as strong"):
        as_strong_as(0.4, 0.1, 3)
