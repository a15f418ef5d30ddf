"""Do models of morale keep their word on data at the edge?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import CxError, DataError, ModelError, ParamsError
from cxanalytics.models import (
    fit_morale_index,
    fit_morale_ladder,
    fit_morale_performance,
    fit_service_profit_chain,
    lag_morale,
)
from cxanalytics.models.kpi.validity import earlier_wave
from cxanalytics.models.panel_rows import numbered_rows
from cxanalytics.numerics.cluster_robust import cluster_interval, fit_clustered
from cxanalytics.numerics.unit_intercept import random_intercept
from cxanalytics.rules import THRESHOLDS
from cxanalytics.tables import Panel


def _frame(agencies=10, periods=("2018", "2019", "2020", "2021"), spread=0.05):
    rng = np.random.default_rng(1)
    place = pd.MultiIndex.from_product([[f"A{a:02d}" for a in range(agencies)], ["u0"], periods])
    frame = place.to_frame(index=False, name=["agency", "unit", "period"])
    level = rng.normal(0, spread, agencies)[pd.factorize(frame["agency"])[0]]
    frame["morale"] = 0.6 + rng.normal(0, 0.05, len(frame)) + rng.normal(0, 0.03, len(frame))
    frame["performance"] = level + 0.3 * frame["morale"] + rng.normal(0, 0.03, len(frame))
    return frame.assign(se=0.02, n=50.0, middle=rng.normal(size=len(frame)))


def _panel(frame):
    roles = {name: name for name in ("agency", "unit", "period", "morale", "performance", "n")}
    made = Panel.from_frame(frame, morale_se="se", **roles)
    return replace(made, frame=made.frame.assign(middle=frame["middle"].to_numpy()))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("performance", "good"),
        ("morale", np.inf),
        ("se", -0.1),
        ("unit", None),
        ("period", None),
    ],
)
def test_a_panel_refuses_what_is_no_number_or_no_name(column, value):
    frame = _frame()
    frame[column] = frame[column].astype(object)
    frame.loc[3, column] = value
    with pytest.raises(DataError):
        _panel(frame)


def test_a_panel_refuses_waves_that_do_not_sort():
    with pytest.raises(DataError, match="sort in time"):
        _panel(_frame(periods=("2025-8", "2025-9", "2025-10")))


def test_a_year_that_was_left_out_is_no_wave_before():
    panel = _panel(_frame(periods=("2018", "2019", "2021", "2022")))
    assert set(lag_morale(panel).frame["period"]) == {"2019", "2022"}
    place = numbered_rows(panel, columns=[], thresholds=THRESHOLDS)["place"]
    assert sorted(set(place)) == [0, 1, 3, 4]
    rows = panel.frame.assign(wave=panel.frame["period"])
    before = earlier_wave(rows, "morale", ("2018", "2019", "2021", "2022"))
    assert before.loc[before["wave"].isin(["2018", "2021"]), "before"].isna().all()
    assert before.loc[before["wave"].isin(["2019", "2022"]), "before"].notna().all()


def test_a_wave_without_usable_rows_keeps_its_number():
    frame = _frame(periods=("2018", "2019", "2020", "2021", "2022"))
    frame.loc[frame["period"].isin(["2019", "2021"]), "performance"] = np.nan
    assert fit_morale_ladder(_panel(frame)).facts["order"] == "not testable"


def test_an_exact_fit_ends_and_its_range_has_no_width():
    frame = _frame().assign(performance=lambda made: 0.5 * made["morale"])
    got = fit_morale_performance(_panel(frame), standardize=False).frame.set_index("key")
    assert got.loc["within", ["conf_low", "conf_high"]].to_numpy(float) == pytest.approx(0.5)


@pytest.mark.parametrize("column", ["morale", "performance"])
def test_a_side_that_never_varies_is_refused(column):
    with pytest.raises(ModelError, match=f"{column} that varies"):
        fit_morale_ladder(_panel(_frame().assign(**{column: 0.5})))


@pytest.mark.parametrize(
    "options",
    [{"level": 95}, {"draws": 0}, {"covariates": ["unit"]}, {"exposure": "unit"}],
)
def test_options_out_of_bounds_are_refused(options):
    with pytest.raises(ParamsError):
        fit_morale_performance(_panel(_frame()), **options)


def test_a_chain_refuses_levels_and_draws_out_of_bounds():
    for options in ({"level": 95}, {"draws": 0}):
        with pytest.raises(ParamsError):
            fit_service_profit_chain(_panel(_frame()), middle="middle", **options)


def test_items_of_text_or_with_one_name_twice_are_refused():
    items = pd.DataFrame(np.random.default_rng(0).integers(1, 6, (60, 3)).astype(float))
    unit = np.repeat(["a", "b", "c"], 20)
    numbered = fit_morale_index(items, unit=unit).frame
    named = fit_morale_index(items.set_axis(["0", "1", "2"], axis=1), unit=unit).frame
    pd.testing.assert_frame_equal(numbered, named)
    for bad in (items.astype(object).assign(x="Agree"), items.set_axis(["a", "a", "b"], axis=1)):
        with pytest.raises(CxError):
            fit_morale_index(bad, unit=unit)


def test_omega_is_unknown_where_items_repeat_each_other():
    items = pd.DataFrame(np.random.default_rng(0).integers(1, 6, (60, 3)), columns=list("abc"))
    got = fit_morale_index(items.assign(b=6 - items["a"]), unit=np.repeat(["a", "b", "c"], 20))
    assert np.isnan(got.facts["omega"])


def test_one_agency_with_half_of_the_units_is_not_taken_for_many_clusters():
    """CR1 on t(44) covered 74% here; CR2 with Satterthwaite degrees of freedom 90%."""
    rng = np.random.default_rng(0)
    cluster = np.repeat(np.arange(45), [200, *[5] * 44])
    inside, met, small, draws = np.sqrt(0.7), 0, 0, 60
    for _ in range(draws):
        shared = np.sqrt(0.3) * rng.normal(size=(2, 45))
        x = shared[0][cluster] + inside * rng.normal(size=len(cluster))
        slope = 0.3 * rng.normal(size=45)[cluster]
        y = shared[1][cluster] + slope * x + inside * rng.normal(size=len(cluster))
        fit = fit_clustered(np.column_stack([x, np.ones(len(x))]), y, cluster)
        found = cluster_interval(fit, [1.0, 0.0])
        small += found.method in ("CR2", "none")
        met += not (found.low > 0 or found.high < 0)
    assert small >= 0.9 * draws
    # Three standard errors of 60 draws below 90%.
    assert met >= 0.78 * draws


def test_units_a_thousand_times_as_far_apart_as_their_rows_do_not_bend_the_likelihood():
    """The ratio of variances was held below e^8: slopes then seemed to differ between units."""
    rng = np.random.default_rng(0)
    code = np.repeat(np.arange(40), 5)
    y = 1000.0 * rng.normal(size=40)[code] + rng.normal(size=200)
    fit = random_intercept(y, np.ones((200, 1)), code)
    between = pd.Series(y).groupby(code).mean().var() - fit.residual_variance / 5
    assert fit.unit_variance == pytest.approx(between, rel=1e-3)
    ladder = fit_morale_ladder(_panel(_frame(agencies=40, spread=30.0)))
    assert ladder.facts["slope_p_value"] > 0.01
