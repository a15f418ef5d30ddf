"""Cumulative-link models against R's ordinal, an exact survey fit, and truth."""

from __future__ import annotations

import json
import os
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray
from scipy.special import expit, log_expit

from cxanalytics.errors import ModelError
from cxanalytics.numerics.counting_sort import counting_sort
from cxanalytics.numerics.links import LINKS
from cxanalytics.numerics.ordinal import CumulativeLinkFit, fit_cumulative_link
from cxanalytics.numerics.ordinal_cells import add_up_equal_rows
from cxanalytics.numerics.ordinal_given import check_rows
from cxanalytics.numerics.ordinal_sums import sort_rows

FOLDER = os.environ.get("CXANALYTICS_REFERENCE")
needs_reference = pytest.mark.skipif(
    not FOLDER, reason="CXANALYTICS_REFERENCE does not name the folder of reference values"
)


def _expected(name: str) -> dict[str, Any]:
    return json.loads((Path(str(FOLDER)) / f"{name}.json").read_text())["expected"]


def _parameters(fit: CumulativeLinkFit) -> NDArray[np.float64]:
    return np.concatenate([fit.thresholds, fit.coefficients, fit.group_effects[1:]])


def _wine() -> tuple[pd.DataFrame, NDArray[np.int64], NDArray[np.int8]]:
    wine = pd.read_csv(Path(str(FOLDER)) / "wine.csv")
    design = np.column_stack([wine["temp"] == "warm", wine["contact"] == "yes"]).astype(np.int8)
    return wine, wine["rating"].to_numpy() - 1, design


def _housing() -> tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.int64]]:
    frame = pd.read_csv(Path(str(FOLDER)) / "housing.csv")
    answers = frame["Sat"].map({"Low": 0, "Medium": 1, "High": 2}).to_numpy()
    columns = [
        frame["Infl"] == "Medium",
        frame["Infl"] == "High",
        frame["Type"] == "Apartment",
        frame["Type"] == "Atrium",
        frame["Type"] == "Terrace",
        frame["Cont"] == "High",
    ]
    return answers, np.column_stack(columns).astype(np.int8), frame["Freq"].to_numpy()


@needs_reference
@pytest.mark.parametrize(
    ("link", "tolerance"),
    # clm stops its cloglog and loglog fits at scores of about 1e-8.
    [("logit", 1e-10), ("probit", 1e-10), ("cloglog", 3e-8), ("loglog", 1e-8)],
)
def test_links_agree_with_clm(link: str, tolerance: float) -> None:
    expected = _expected("ordinal_wine_clm")[link]
    _, answers, design = _wine()
    fit = fit_cumulative_link(answers, design, link=link)
    assert_allclose(_parameters(fit), list(expected["coef"].values()), rtol=tolerance)
    assert_allclose(fit.std_error, list(expected["se"].values()), rtol=tolerance)
    assert_allclose(fit.log_likelihood, expected["logLik"], rtol=1e-12)


@needs_reference
def test_cauchit_agrees_with_clm_up_to_its_finite_ends() -> None:
    """clm puts the outer thresholds at -1e5 and 1e5, where a Cauchy tail still holds 3e-6."""
    expected = _expected("ordinal_wine_clm")["cauchit"]
    _, answers, design = _wine()
    fit = fit_cumulative_link(answers, design, link="cauchit")
    assert_allclose(_parameters(fit), list(expected["coef"].values()), rtol=1e-4)
    assert_allclose(fit.std_error, list(expected["se"].values()), rtol=1e-4)
    theirs = np.array(list(expected["coef"].values()))

    def clm_log_likelihood(parameters: NDArray[np.float64]) -> float:
        ladder = np.concatenate([[-1e5], parameters[:4], [1e5]])
        predictor = design @ parameters[4:]
        high, low = ladder[answers + 1] - predictor, ladder[answers] - predictor
        return float(np.log(LINKS["cauchit"].between(high, low)).sum())

    assert clm_log_likelihood(theirs) == pytest.approx(expected["logLik"], abs=1e-10)
    steps = 1e-5 * np.eye(6)
    slopes = [
        (clm_log_likelihood(theirs + step) - clm_log_likelihood(theirs - step)) / 2e-5
        for step in steps
    ]
    assert_allclose(slopes, np.zeros(6), atol=1e-6)


@needs_reference
def test_interaction_weights_and_predictions_agree_with_clm() -> None:
    expected = _expected("ordinal_wine_clm")
    _, answers, design = _wine()
    crossed = np.column_stack([design, design[:, 0] * design[:, 1]])
    fit = fit_cumulative_link(answers, crossed)
    assert_allclose(
        _parameters(fit), list(expected["logit_interaction"]["coef"].values()), rtol=1e-8
    )
    assert_allclose(fit.covariance, expected["logit_interaction"]["vcov"]["values"], rtol=1e-8)
    plain = fit_cumulative_link(answers, design)
    assert_allclose(
        plain.probabilities([[0, 0], [1, 0], [0, 1], [1, 1]]),
        expected["predict"]["prob"],
        rtol=1e-10,
    )


@needs_reference
def test_sandwich_agrees_with_r() -> None:
    expected = _expected("ordinal_wine_clm")
    wine, answers, design = _wine()
    rowwise = fit_cumulative_link(answers, design, variance="sandwich")
    small_sample = len(answers) / (len(answers) - 1)
    assert_allclose(
        rowwise.covariance / small_sample, expected["sandwich_HC0"]["values"], rtol=1e-8
    )
    by_judge = fit_cumulative_link(answers, design, clusters=wine["judge"])
    assert_allclose(by_judge.covariance, expected["cluster_judge_G_over_Gm1"]["values"], rtol=1e-8)
    assert by_judge.degrees_of_freedom == 8


@needs_reference
def test_counts_agree_with_clm_and_with_rows() -> None:
    expected = _expected("ordinal_housing")["clm_weights"]
    answers, design, counts = _housing()
    cells = fit_cumulative_link(answers, design, counts=counts)
    rows = fit_cumulative_link(np.repeat(answers, counts), np.repeat(design, counts, axis=0))
    assert_allclose(_parameters(cells), list(expected["coef"].values()), rtol=1e-8)
    assert_allclose(cells.covariance, expected["vcov"]["values"], rtol=1e-7, atol=1e-12)
    assert cells.n == rows.n == 1681
    assert_allclose(_parameters(cells), _parameters(rows), rtol=1e-10)
    assert_allclose(cells.covariance, rows.covariance, rtol=1e-10, atol=1e-15)
    assert_allclose(cells.log_likelihood, rows.log_likelihood, rtol=1e-12)


@needs_reference
def test_survey_fit_agrees_with_the_exact_reference() -> None:
    expected = _expected("survey_olr_exact")
    frame = pd.read_csv(Path(str(FOLDER)) / "apiclus1.csv")
    frame["y"] = pd.cut(frame["meals"], [0, 25, 50, 75, 100]).cat.codes
    frame = frame[frame["avg.ed"].notna() & frame["y"].ge(0)]
    design = np.column_stack(
        [frame["avg.ed"], frame["mobility"], frame["stype"] == "H", frame["stype"] == "M"]
    )
    fit = fit_cumulative_link(
        frame["y"], design.astype(float), weights=frame["pw"], clusters=frame["dnum"]
    )
    assert fit.n == expected["n"] and fit.psus == expected["clusters"]
    assert_allclose(_parameters(fit), list(expected["coef"].values()), rtol=1e-9)
    observed = list(expected["se_observed_info_bread"].values())
    assert_allclose(fit.std_error, observed, rtol=1e-9)
    expected_bread = list(expected["se_expected_info_bread"].values())
    assert abs(fit.std_error[3] / expected_bread[3] - 1) > 0.05


def _drawn(
    seed: int, *, rows: int = 600, link: str = "logit"
) -> tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.float64], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    design = rng.integers(1, 6, (rows, 2)).astype(np.int8)
    cuts = np.array([0.0, 1.0, 2.5, 4.0])
    latent = design @ np.array([0.6, -0.2]) + LINKS[link].quantile(rng.uniform(size=rows))
    return (
        np.searchsorted(cuts, latent),
        design,
        rng.uniform(0.5, 3.0, rows),
        rng.integers(0, 40, rows),
    )


@pytest.mark.parametrize("clustered", [False, True])
@pytest.mark.parametrize("stratified", [False, True])
def test_scale_of_weights_changes_nothing(clustered: bool, stratified: bool) -> None:
    answers, design, weights, psu = _drawn(5)
    how = {
        "clusters": psu if clustered else None,
        "strata": psu % 4 if stratified else None,
        "groups": psu % 3,
    }
    once = fit_cumulative_link(answers, design, weights=weights, **how)
    more = fit_cumulative_link(answers, design, weights=137.0 * weights, **how)
    assert_allclose(_parameters(more), _parameters(once), rtol=1e-9)
    assert_allclose(more.covariance, once.covariance, rtol=1e-8, atol=1e-14)


@pytest.mark.parametrize("clustered", [False, True])
def test_counts_equal_rows_in_the_sandwich(clustered: bool) -> None:
    answers, design, weights, psu = _drawn(6)
    counts = np.random.default_rng(7).integers(1, 5, len(answers))

    def fit(number: NDArray[np.int64] | None, take: NDArray[np.int64]) -> CumulativeLinkFit:
        return fit_cumulative_link(
            answers[take],
            design[take],
            weights=weights[take],
            counts=number,
            groups=psu[take] % 3,
            strata=psu[take] % 4,
            clusters=psu[take] if clustered else None,
        )

    every = np.arange(len(answers))
    cells, rows = fit(counts, every), fit(None, np.repeat(every, counts))
    assert cells.degrees_of_freedom == rows.degrees_of_freedom
    assert_allclose(_parameters(cells), _parameters(rows), rtol=1e-10)
    assert_allclose(cells.covariance, rows.covariance, rtol=1e-9, atol=1e-14)


def test_groups_equal_indicator_columns() -> None:
    answers, design, weights, psu = _drawn(8)
    groups = psu % 5
    columns = (groups[:, None] == np.arange(1, 5)).astype(float)
    for clusters in (None, psu):
        how = {"weights": weights, "clusters": clusters, "strata": psu % 4}
        by_group = fit_cumulative_link(answers, design, groups=groups, **how)
        dense = fit_cumulative_link(answers, np.hstack([design, columns]), **how)
        assert_allclose(_parameters(by_group), _parameters(dense), rtol=1e-9)
        assert_allclose(by_group.covariance, dense.covariance, rtol=1e-8, atol=1e-13)


def test_large_data_start_at_a_subsample_and_end_at_the_same_fit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers, design, weights, psu = _drawn(9, rows=20_000)
    monkeypatch.setattr("cxanalytics.numerics.ordinal_cells.FEWEST_ROWS", 10**9)
    cold = fit_cumulative_link(answers, design, weights=weights, groups=psu % 3)
    monkeypatch.setattr("cxanalytics.numerics.ordinal.WARM_ROWS", 2_000)
    monkeypatch.setattr("cxanalytics.numerics.ordinal_sums.BLOCK", 1_000)
    warm = fit_cumulative_link(answers, design, weights=weights, groups=psu % 3)
    assert warm.iterations < cold.iterations
    assert_allclose(_parameters(warm), _parameters(cold), rtol=1e-8, atol=1e-9)


def test_large_cells_start_at_a_sample_of_their_respondents(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers, design, _, psu = _drawn(9, rows=30_000)
    cold = fit_cumulative_link(answers, design, groups=psu % 3)
    monkeypatch.setattr("cxanalytics.numerics.ordinal.WARM_ROWS", 70)
    warm = fit_cumulative_link(answers, design, groups=psu % 3)
    assert_allclose(_parameters(warm), _parameters(cold), rtol=1e-10, atol=1e-12)
    rows, _ = sort_rows(answers, design, None, psu + 1, None)
    sample = rows.sample(5_000)
    share = (psu + 1.0) / (psu + 1.0).sum()
    for k in range(5):
        assert np.diff(sample.starts)[k] / 5_000 == pytest.approx(
            share[answers == k].sum(), abs=1e-3
        )


WHOLE = {"weights": False, "counts": False, "groups": 0, "clusters": None, "strata": False}


@pytest.mark.parametrize(
    "how",
    [
        WHOLE,
        WHOLE | {"weights": True},
        WHOLE | {"weights": True, "strata": True},
        WHOLE | {"counts": True, "groups": 3, "strata": True},
        WHOLE | {"weights": True, "clusters": "within", "groups": 3},
        WHOLE | {"weights": True, "counts": True, "clusters": "across", "groups": 3},
        WHOLE | {"weights": True, "clusters": "across", "strata": True},
    ],
)
def test_equal_rows_added_up_give_the_fit_of_the_rows(
    how: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, design, weights, psu = _drawn(16, rows=3_000)
    counts = np.random.default_rng(17).integers(1, 5, len(answers))
    clusters = {None: None, "within": psu, "across": np.arange(len(answers)) % 50}

    def fit() -> CumulativeLinkFit:
        return fit_cumulative_link(
            answers,
            design,
            weights=weights.astype(np.float32) if how["weights"] else None,
            counts=counts if how["counts"] else None,
            groups=psu % how["groups"] if how["groups"] else None,
            clusters=clusters[how["clusters"]],
            strata=psu % 4 if how["strata"] else None,
        )

    rows = fit()
    monkeypatch.setattr("cxanalytics.numerics.ordinal_cells.FEWEST_ROWS", 1)
    given = check_rows(answers, design, None, None, psu % 3)
    grouped = add_up_equal_rows(given)
    assert grouped is not None and len(grouped[0].design) < 500
    cells = fit()
    # Sums run in another order: a few units in the last place, more where they nearly cancel.
    assert_allclose(_parameters(cells), _parameters(rows), rtol=1e-10, atol=1e-12)
    assert_allclose(cells.covariance, rows.covariance, rtol=1e-10, atol=1e-14)
    assert_allclose(cells.log_likelihood, rows.log_likelihood, rtol=1e-12)
    assert (cells.n, cells.psus, cells.strata) == (rows.n, rows.psus, rows.strata)
    assert_allclose(cells.weight_sum, rows.weight_sum, rtol=1e-12)


def test_answers_alone_give_their_shares() -> None:
    answers, design, weights, psu = _drawn(27, rows=25_000)
    fit = fit_cumulative_link(answers, design[:, :0], weights=weights, clusters=psu)
    below = np.cumsum(np.bincount(answers, weights))[:-1] / weights.sum()
    assert_allclose(fit.thresholds, LINKS["logit"].quantile(below), rtol=1e-10)
    assert fit.coefficients.shape == (0,)


def test_cells_hold_every_row_once(monkeypatch: pytest.MonkeyPatch) -> None:
    answers, design, weights, psu = _drawn(18)
    monkeypatch.setattr("cxanalytics.numerics.ordinal_cells.FEWEST_ROWS", 1)
    monkeypatch.setattr("cxanalytics.numerics.ordinal_cells.CELLS_PER_ROW", 1.0)
    given = check_rows(answers * 2, design - 3, weights, None, psu % 3)
    grouped = add_up_equal_rows(given)
    assert grouped is not None
    cells, cell = grouped
    assert_array_equal(cells.design[cell], design - 3)
    assert_array_equal(cells.groups[cell] if cells.groups is not None else None, psu % 3)
    assert_array_equal(np.searchsorted(cells.starts, cell, side="right") - 1, answers)
    assert_allclose(cells.mass, np.bincount(cell, weights), rtol=1e-12)
    assert cells.counts is not None and cells.counts.sum() == len(answers)


def test_rows_that_hardly_repeat_stay_rows() -> None:
    answers, design, _, psu = _drawn(19, rows=30_000)
    rng = np.random.default_rng(20)
    continuous = design + rng.normal(size=design.shape)
    assert add_up_equal_rows(check_rows(answers, continuous, None, None, None)) is None
    wide = np.column_stack([design, rng.integers(0, 50, (30_000, 2))]).astype(np.int8)
    assert add_up_equal_rows(check_rows(answers, wide, None, None, None)) is None
    many = rng.integers(0, 200, 30_000)
    assert add_up_equal_rows(check_rows(answers, design, None, None, many)) is None
    assert add_up_equal_rows(check_rows(answers, design, None, None, psu % 3)) is not None


def test_units_across_groups_equal_indicator_columns() -> None:
    answers, design, weights, psu = _drawn(21)
    groups = np.arange(len(answers)) % 5
    columns = (groups[:, None] == np.arange(1, 5)).astype(float)
    by_group = fit_cumulative_link(answers, design, weights=weights, groups=groups, clusters=psu)
    dense = fit_cumulative_link(
        answers, np.hstack([design, columns]), weights=weights, clusters=psu
    )
    assert_allclose(by_group.covariance, dense.covariance, rtol=1e-9, atol=1e-13)


def test_a_fit_needs_little_memory_per_answer() -> None:
    rng, rows = np.random.default_rng(22), 300_000
    design = rng.integers(1, 20, (rows, 8)).astype(np.int8)
    answers = np.digitize(0.2 * design[:, 0] + rng.logistic(size=rows), np.arange(10)).astype(
        np.int8
    )
    weights = rng.uniform(0.5, 2.0, rows).astype(np.float32)
    agency = rng.integers(0, 400, rows).astype(np.int32)
    tracemalloc.start()
    fit_cumulative_link(answers, design, weights=weights, groups=agency, clusters=agency)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Of it 20 bytes are blocks, which do not grow: ten million answers fit within 1 GB.
    assert peak / rows < 90


@pytest.mark.parametrize("link", sorted(LINKS))
def test_known_truth_is_recovered(link: str) -> None:
    answers, design, _, _ = _drawn(10, rows=40_000, link=link)
    fit = fit_cumulative_link(answers, design, link=link)
    truth = np.array([0.0, 1.0, 2.5, 4.0, 0.6, -0.2])
    assert (np.abs(_parameters(fit) - truth) < 4.5 * fit.std_error).all()
    assert fit.score_norm < 1e-10


@pytest.mark.parametrize("link", sorted(LINKS))
def test_second_derivatives_are_those_of_the_log_probability(link: str) -> None:
    predictor, step = np.linspace(-2, 2, 9), 1e-5
    for low, high in ((-np.inf, 0.3), (-0.4, 0.9), (0.2, np.inf)):
        got = LINKS[link].pieces(predictor, low, high)
        up, down = (LINKS[link].pieces(predictor + s, low, high) for s in (step, -step))
        slope = (up.log_p - down.log_p) / (2 * step)
        assert_allclose(-(got.high + got.low), slope, atol=1e-7)
        bend = -((up.high + up.low) - (down.high + down.low)) / (2 * step)
        assert_allclose(got.high_high + got.low_low + 2 * got.high_low, bend, atol=1e-7)


@pytest.mark.parametrize("link", sorted(LINKS))
def test_probabilities_stay_positive_far_out(link: str) -> None:
    for predictor in (-30.0, 30.0):
        pieces = LINKS[link].pieces(np.array([predictor]), -0.5, 0.5)
        if link in ("logit", "cauchit"):
            assert np.isfinite(pieces.log_p).all()
    assert np.isfinite(LINKS[link].pieces(np.array([6.0]), -0.5, 0.5).high).all()


def test_logit_keeps_its_digits_far_out() -> None:
    predictor = np.array([-300.0, -40.0, -1.0, 0.2, 40.0, 300.0])
    with np.errstate(under="ignore"):
        outer = LINKS["logit"].pieces(predictor, -np.inf, 0.5)
        inner = LINKS["logit"].pieces(predictor, -0.5, 0.5)
    assert_allclose(outer.log_p, log_expit(0.5 - predictor), rtol=1e-13, atol=1e-15)
    assert_allclose(outer.high, expit(predictor - 0.5), rtol=1e-13)
    width = np.log(-np.expm1(-1.0))
    expected = log_expit(0.5 - predictor) + log_expit(predictor + 0.5) + width
    assert_allclose(inner.log_p, expected, rtol=1e-13)
    shift = expit(predictor - 0.5) - expit(-0.5 - predictor)
    assert_allclose(inner.high + inner.low, shift, rtol=1e-13, atol=1e-15)


def test_counting_sort_is_a_stable_sort() -> None:
    codes = np.random.default_rng(26).integers(0, 7, 500).astype(np.int16)
    codes[codes == 3] = 4
    order, bounds = counting_sort(codes, 9)
    assert_array_equal(order, np.argsort(codes, kind="stable"))
    assert_array_equal(bounds, np.searchsorted(np.sort(codes), np.arange(10)))


def test_empty_categories_are_dropped() -> None:
    answers, design, _, _ = _drawn(11)
    gaps = np.array([0, 2, 3, 7, 9])[answers]
    fit = fit_cumulative_link(gaps, design)
    assert fit.categories.tolist() == [0, 2, 3, 7, 9]
    assert_allclose(_parameters(fit), _parameters(fit_cumulative_link(answers, design)))
    assert fit.threshold_below(5) == 2
    with pytest.raises(ModelError, match="`cut` must lie between answers that occur"):
        fit.threshold_below(0)


def test_separation_is_refused_by_name() -> None:
    answers, design, _, _ = _drawn(12)
    rare = np.zeros(len(answers))
    rare[np.flatnonzero(answers == 4)[:15]] = 1.0
    with pytest.raises(ModelError, match="`rare` must not separate the answers perfectly"):
        fit_cumulative_link(answers, np.column_stack([design, rare]), names=["a", "b", "rare"])
    groups = np.where(rare > 0, 1, 0)
    with pytest.raises(ModelError, match="`X` must not separate"):
        fit_cumulative_link(answers, design, groups=groups, group_names=["rest", "X"])


def test_constant_and_doubled_columns_are_refused_by_name() -> None:
    answers, design, _, _ = _drawn(13)
    for extra in (np.ones(len(answers)), design[:, 0] * 2.0):
        with pytest.raises(ModelError, match="`extra` must vary independently"):
            fit_cumulative_link(
                answers, np.column_stack([design, extra]), names=["a", "b", "extra"]
            )


def test_bad_arguments_are_named() -> None:
    answers, design, weights, _ = _drawn(14)
    with pytest.raises(ModelError, match="`link` must be one of 'logit'"):
        fit_cumulative_link(answers, design, link="logti")
    with pytest.raises(ModelError, match="`variance` must be one of"):
        fit_cumulative_link(answers, design, variance="robust")
    with pytest.raises(ModelError, match="`weights` must be 600 positive"):
        fit_cumulative_link(answers, design, weights=-weights)
    with pytest.raises(ModelError, match="at least 2 answers; got 1"):
        fit_cumulative_link(np.zeros(600, dtype=int), design)
    with pytest.raises(ModelError, match="`answers` must be 0 or more; got -1"):
        fit_cumulative_link(answers - 1, design)


def test_clustered_intervals_cover() -> None:
    rng = np.random.default_rng(15)
    hits, runs = 0, 200
    for _ in range(runs):
        psu = np.repeat(np.arange(40), 15)
        x = rng.normal(0, 1, 40)[psu] + rng.normal(0, 1, 600)
        latent = 0.5 * x + rng.normal(0, 0.4, 40)[psu] + rng.logistic(size=600)
        answers = np.digitize(latent, [-1.0, 0.0, 1.0])
        fit = fit_cumulative_link(answers, x[:, None], clusters=psu)
        # Averaging over the PSU effects shrinks the slope a little (Zeger, Liang, Albert 1988).
        truth = 0.5 / np.sqrt(1 + (16 * np.sqrt(3) / (15 * np.pi)) ** 2 * 0.16)
        hits += abs(fit.coefficients[0] - truth) <= 2.024 * fit.std_error[-1]
    assert 0.90 <= hits / runs <= 0.99
