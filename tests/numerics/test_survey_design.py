"""Survey estimates against the R package survey, and against truth."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from cxanalytics.errors import ModelError
from cxanalytics.numerics import survey_design as sd

FOLDER = os.environ.get("CXANALYTICS_REFERENCE")
needs_reference = pytest.mark.skipif(
    not FOLDER, reason="CXANALYTICS_REFERENCE does not name the folder of reference values"
)


def _expected(name: str) -> dict[str, Any]:
    return json.loads((Path(str(FOLDER)) / f"{name}.json").read_text())["expected"]


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    frame = pd.read_csv(Path(str(FOLDER)) / "nps_sim.csv")
    net = (frame["y"] >= 9).astype(float) - (frame["y"] <= 6)
    return frame.assign(net=100 * net, domain=frame["agency"].astype("category").cat.codes)


@needs_reference
def test_net_score_agrees_with_r_survey(answers: pd.DataFrame) -> None:
    expected = _expected("survey_nps")
    design = sd.survey_design(len(answers), psu=answers["psu"], strata=answers["strata"])
    got = sd.domain_means(answers["net"], design=design, weights=answers["w"])
    assert design.degrees_of_freedom == expected["degf"]
    assert_allclose(got.estimate[0], expected["nps"]["est"]["sc"], rtol=1e-10)
    assert_allclose(got.std_error[0], expected["nps"]["se"]["sc"], rtol=1e-10)
    half = stats.t.ppf(0.975, design.degrees_of_freedom) * got.std_error[0]
    assert_allclose(got.estimate[0] + np.array([-half, half]), expected["ci95_t"], rtol=1e-10)
    assert_allclose(sd.kish_n_eff(answers["w"]), expected["kish_neff"], rtol=1e-10)
    # R's svymean multiplies the simple-random-sample variance by 1 - n/sum(w).
    replaced = 1.0 - len(answers) / answers["w"].sum()
    assert_allclose(got.deff[0] / replaced, expected["nps"]["deff"]["sc"], rtol=1e-10)
    alone = sd.survey_design(len(answers))
    weights_only = sd.domain_means(answers["net"], design=alone, weights=answers["w"])
    assert_allclose(weights_only.std_error[0], expected["nps_weights_only"]["se"]["sc"], rtol=1e-10)


@needs_reference
def test_domains_agree_with_r_survey(answers: pd.DataFrame) -> None:
    expected = _expected("survey_nps")
    design = sd.survey_design(len(answers), psu=answers["psu"], strata=answers["strata"])
    got = sd.domain_means(
        answers["net"], design=design, weights=answers["w"], domains=answers["domain"]
    )
    by_agency = expected["by_agency"]
    assert_allclose(got.estimate, by_agency["sc"], rtol=1e-10)
    assert_allclose(got.std_error, by_agency["se"], rtol=1e-10)
    assert_allclose(got.degrees_of_freedom, by_agency["degf"])


@needs_reference
def test_unweighted_figures_agree_with_r(answers: pd.DataFrame) -> None:
    expected = _expected("survey_nps")["unweighted"]
    got = sd.domain_means(answers["net"], design=sd.survey_design(len(answers)))
    assert got.n[0] == expected["n"]
    assert_allclose(got.estimate[0], expected["nps"], rtol=1e-12)
    assert_allclose(got.std_error[0], expected["sd"] / np.sqrt(expected["n"]), rtol=1e-12)


@needs_reference
def test_jackknife_of_r_is_that_of_our_estimate(answers: pd.DataFrame) -> None:
    """One unit left out at a time, the rest of its stratum weighted up: R's JKn."""
    whole = sd.domain_means(
        answers["net"], design=sd.survey_design(len(answers)), weights=answers["w"]
    ).estimate[0]
    variance = 0.0
    for name, stratum in answers.groupby("strata"):
        units = stratum["psu"].unique()
        share = (len(units) - 1) / len(units)
        for unit in units:
            kept = answers[answers["psu"].ne(unit) | answers["strata"].ne(name)]
            weights = kept["w"] / np.where(kept["strata"].eq(name), share, 1.0)
            left = sd.domain_means(kept["net"], design=sd.survey_design(len(kept)), weights=weights)
            variance += share * (left.estimate[0] - whole) ** 2
    expected = _expected("survey_nps")["nps_JKn"]
    assert_allclose(whole, expected["est"]["sc"], rtol=1e-10)
    # The tolerance of the file.
    assert_allclose(np.sqrt(variance), expected["se"]["sc"], rtol=1e-8)


def _drawn(seed: int, *, rows: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "y": rng.integers(0, 2, rows).astype(float),
            "w": rng.uniform(0.5, 3.0, rows),
            "psu": rng.integers(0, 40, rows),
            "domain": rng.integers(0, 3, rows),
        }
    )


def test_scale_of_weights_does_not_matter() -> None:
    frame = _drawn(1)
    design = sd.survey_design(len(frame), psu=frame["psu"])
    once = sd.domain_means(frame["y"], design=design, weights=frame["w"], domains=frame["domain"])
    more = sd.domain_means(
        frame["y"], design=design, weights=7.3 * frame["w"], domains=frame["domain"]
    )
    assert_allclose(more.estimate, once.estimate, rtol=1e-12)
    assert_allclose(more.covariance, once.covariance, rtol=1e-10, atol=1e-18)
    assert_allclose(more.deff, once.deff, rtol=1e-10)


@pytest.mark.parametrize("clustered", [False, True])
def test_counts_equal_rows(clustered: bool) -> None:
    cells = _drawn(2, rows=60).assign(count=np.random.default_rng(3).integers(1, 30, 60))
    rows = cells.loc[cells.index.repeat(cells["count"])]
    by_rows = sd.survey_design(len(rows), psu=rows["psu"] if clustered else None)
    by_cells = sd.survey_design(
        len(cells), psu=cells["psu"] if clustered else None, counts=cells["count"]
    )
    from_rows = sd.domain_means(rows["y"], design=by_rows, domains=rows["domain"])
    from_cells = sd.domain_means(cells["y"], design=by_cells, domains=cells["domain"])
    for name in ("estimate", "covariance", "n", "n_eff", "deff", "degrees_of_freedom"):
        assert_allclose(getattr(from_cells, name), getattr(from_rows, name), rtol=1e-10, atol=1e-16)


def test_domain_is_not_a_filtered_sample() -> None:
    frame = _drawn(4, rows=60)
    inside = frame["domain"].eq(0)
    whole = sd.survey_design(len(frame), psu=frame["psu"])
    domain = sd.domain_means(frame["y"], design=whole, domains=np.where(inside, 0, -1))
    filtered = sd.survey_design(int(inside.sum()), psu=frame.loc[inside, "psu"])
    alone = sd.domain_means(frame.loc[inside, "y"], design=filtered)
    assert_allclose(domain.estimate, alone.estimate)
    assert domain.covariance[0, 0] != pytest.approx(alone.covariance[0, 0], rel=1e-6)


def test_single_psu_stratum_is_centered_at_the_grand_mean() -> None:
    y = np.array([1.0, 0.0, 1.0, 1.0, 0.0])
    design = sd.survey_design(5, psu=[1, 2, 3, 4, 5], strata=["a", "a", "a", "a", "b"])
    got = sd.domain_means(y, design=design)
    z = (y - y.mean()) / 5
    in_a = z[:4] - z[:4].mean()
    assert design.single_strata == 1
    assert got.covariance[0, 0] == pytest.approx(4 / 3 * (in_a**2).sum() + z[4] ** 2, rel=1e-12)


def test_missing_answers_stay_in_the_design() -> None:
    y = np.array([1.0, 0.0, np.nan, 1.0])
    got = sd.domain_means(y, design=sd.survey_design(4))
    assert got.n[0] == 3
    assert got.estimate[0] == pytest.approx(2 / 3)


@pytest.mark.parametrize("stratified", [False, True])
@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.uint64])
def test_units_by_number_are_units_by_name(stratified: bool, dtype: type[np.integer]) -> None:
    number = np.random.default_rng(21).choice([3, 4, 9, 100], 60).astype(dtype)
    strata = number % 2 if stratified else None
    by_number = sd.survey_design(60, psu=number, strata=strata)
    names = np.array([f"{value:03d}" for value in number])
    by_name = sd.survey_design(60, psu=names, strata=strata)
    assert by_number.psu is not None and by_number.psu_stratum is not None
    np.testing.assert_array_equal(by_number.psu, by_name.psu)
    np.testing.assert_array_equal(by_number.psu_stratum, by_name.psu_stratum)
    kept = number.copy()
    sd.survey_design(60, psu=kept, strata=strata)
    np.testing.assert_array_equal(kept, number)


def test_one_unit_is_refused() -> None:
    with pytest.raises(ModelError, match="at least 2 sampling units; got 1"):
        sd.survey_design(3, psu=["a", "a", "a"])
    with pytest.raises(ModelError, match="`psu` must have 3 entries"):
        sd.survey_design(3, psu=["a", "a"])


def test_clustered_intervals_cover() -> None:
    rng = np.random.default_rng(20)
    truth, hits, runs = 0.0, 0, 400
    for _ in range(runs):
        effect = rng.normal(0, 0.5, 30)
        psu = np.repeat(np.arange(30), 10)
        y = truth + effect[psu] + rng.normal(0, 1, 300)
        design = sd.survey_design(300, psu=psu)
        got = sd.domain_means(y, design=design, weights=rng.uniform(0.5, 2, 300))
        half = stats.t.ppf(0.975, design.degrees_of_freedom) * got.std_error[0]
        hits += abs(got.estimate[0] - truth) <= half
    assert 0.92 <= hits / runs <= 0.98
