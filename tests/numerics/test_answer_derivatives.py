"""Derivatives of the log probability of an answer, against differences."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from cxanalytics.numerics.answer_derivatives import CONCAVE, Bend, bend, curve_of_sum
from cxanalytics.numerics.links import get_link

ETA = np.array([-1.3, 0.2, 0.9, 2.1])
SECOND, FIRST = np.array([0.3, 1.1, -0.4, 0.8]), np.array([0.5, -0.2, 0.7, 0.1])
STEP = 1e-4
BETWEEN = [(-np.inf, -0.4), (-0.4, 0.7), (0.7, np.inf)]

# Central differences with this step lose about 1e-8 to rounding and truncation; fourth derivatives
# are taken from third ones.
CLOSE = {"rtol": 1e-6, "atol": 1e-6}


def slope(of: object) -> NDArray[np.float64]:
    return (of(STEP) - of(-STEP)) / (2.0 * STEP)  # type: ignore[operator]


def full(value: object) -> NDArray[np.float64]:
    return np.zeros_like(ETA) + value  # type: ignore[operator]


@pytest.mark.parametrize("name", CONCAVE)
@pytest.mark.parametrize(("low", "high"), BETWEEN)
def test_derivatives_agree_with_differences(name: str, low: float, high: float) -> None:
    link = get_link(name)

    def at(eta: float = 0.0, low_by: float = 0.0, high_by: float = 0.0) -> Bend:
        return bend(link, ETA + eta, low + low_by, high + high_by)

    here = at()
    assert_allclose(slope(lambda h: at(h).log_p), -full(here.upper + here.lower), **CLOSE)
    if np.isfinite(high):
        assert_allclose(slope(lambda h: at(high_by=h).log_p), here.upper, **CLOSE)
        assert_allclose(slope(lambda h: at(h).upper), here.tilt_upper, **CLOSE)
        assert_allclose(slope(lambda h: full(at(h).tilt_upper)), here.turn_upper, **CLOSE)
    if np.isfinite(low):
        assert_allclose(slope(lambda h: at(low_by=h).log_p), here.lower, **CLOSE)
        assert_allclose(slope(lambda h: at(h).lower), here.tilt_lower, **CLOSE)
        assert_allclose(slope(lambda h: full(at(h).tilt_lower)), here.turn_lower, **CLOSE)
    if np.isfinite(low) and np.isfinite(high):
        assert_allclose(slope(lambda h: at(low_by=h).upper), full(here.both), **CLOSE)


@pytest.mark.parametrize("name", CONCAVE)
@pytest.mark.parametrize(("low", "high"), BETWEEN)
def test_fourth_derivatives_agree_with_differences(name: str, low: float, high: float) -> None:
    link = get_link(name)

    def in_eta(eta: float = 0.0, low_by: float = 0.0, high_by: float = 0.0) -> NDArray[np.float64]:
        there = bend(link, ETA + eta, low + low_by, high + high_by)
        second = -(there.tilt_upper + there.tilt_lower)
        return full(FIRST * second - SECOND * (there.turn_upper + there.turn_lower))

    upper, lower, _ = curve_of_sum(link, ETA, low, high, on_second=SECOND, on_first=FIRST)
    if np.isfinite(high):
        assert_allclose(slope(lambda h: in_eta(high_by=h)), full(upper), **CLOSE)
    if np.isfinite(low):
        assert_allclose(slope(lambda h: in_eta(low_by=h)), full(lower), **CLOSE)
    assert_allclose(slope(in_eta), -full(upper + lower), **CLOSE)


@pytest.mark.parametrize("name", CONCAVE)
def test_the_mixed_fourth_derivative_agrees_with_differences(name: str) -> None:
    link, low, high, step = get_link(name), -0.4, 0.7, 1e-3

    def value(low_by: float, high_by: float) -> NDArray[np.float64]:
        there = bend(link, ETA, low + low_by, high + high_by)
        second = -(there.tilt_upper + there.tilt_lower)
        return SECOND * second - FIRST * (there.upper + there.lower)

    mixed = value(step, step) - value(step, -step) - value(-step, step) + value(-step, -step)
    *_, both = curve_of_sum(link, ETA, low, high, on_second=SECOND, on_first=FIRST)
    # A second difference with step 1e-3 is good to about 1e-6 of the fourth derivatives.
    assert_allclose(mixed / (4.0 * step**2), full(both), rtol=1e-4, atol=1e-5)


def test_answers_far_out_stay_finite() -> None:
    far = np.array([-650.0, 650.0])
    for low, high in BETWEEN:
        there = bend(get_link("logit"), far, low, high)
        assert np.isfinite(there.log_p).all()
        assert np.isfinite(full(0.0)[:2] + there.turn_upper + there.turn_lower).all()
