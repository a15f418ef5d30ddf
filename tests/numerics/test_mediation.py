"""Both paths and their product are those of lavaan and sandwich; resamples are those of refits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import ModelError
from cxanalytics.numerics.mediation import (
    Chain,
    draw_products,
    fit_chain,
    path_errors,
    resample_paths,
)

# lavaan maximizes by iteration; least squares is exact
REFERENCE = 1e-9


@pytest.fixture(scope="module")
def people(reference_dir) -> pd.DataFrame:
    return pd.read_csv(reference_dir / "mediation_sim.csv")


def chain_of(frame: pd.DataFrame) -> Chain:
    one = np.ones((len(frame), 1))
    return fit_chain(frame["morale"], frame["sat"], frame["perf"], frame["g"], others=one)


def likelihood_covariance(chain: Chain, frame: pd.DataFrame) -> np.ndarray:
    """The covariance of a, b and the direct path as maximum likelihood has it: divided by n."""
    one = np.ones(len(frame))
    first = frame["sat"] - np.column_stack([frame["morale"], one]) @ chain.middle.coef
    x = np.column_stack([frame["morale"], frame["sat"], one])
    second = frame["perf"] - x @ chain.outcome.coef
    out = np.zeros((3, 3))
    out[0, 0] = np.square(first).mean() * chain.middle.bread[0, 0]
    out[1:, 1:] = np.square(second).mean() * chain.outcome.bread[:2, :2][::-1, ::-1]
    return out


def test_paths_and_errors_are_those_of_lavaan_and_sandwich(people, reference) -> None:
    expected = reference("mediation_sim")["expected"]
    chain = chain_of(people)
    found = {
        "a": chain.a,
        "b": chain.b,
        "c": chain.direct,
        "ind": chain.indirect,
        "tot": chain.total,
        "pm": chain.indirect / chain.total,
    }
    assert found == pytest.approx(expected["lavaan"], rel=REFERENCE)
    assert float(chain.whole.coef[0]) == pytest.approx(chain.total, abs=1e-12)
    covariance = likelihood_covariance(chain, people)
    made = path_errors(chain, covariance)
    told = dict(zip("abc", np.sqrt(np.diag(covariance)), strict=True))
    told |= {"ind": made["indirect"], "tot": made["total"], "pm": made["share"]}
    assert told == pytest.approx(expected["lavaan_se"], rel=REFERENCE)
    robust = np.sqrt(np.diag(chain.covariance(kind="CR1S")))
    ols = expected["ols"]
    n = len(people)
    assert {"a": chain.a, "b": chain.b, "c": chain.direct} == pytest.approx(
        {name: ols[name] for name in "abc"}, rel=REFERENCE
    )
    assert told["a"] * np.sqrt(n / (n - 2)) == pytest.approx(ols["se_a"], rel=REFERENCE)
    assert told["b"] * np.sqrt(n / (n - 3)) == pytest.approx(ols["se_b"], rel=REFERENCE)
    assert robust[:2] == pytest.approx([ols["cluster_se_a"], ols["cluster_se_b"]], rel=REFERENCE)


def test_drawn_products_have_the_range_of_a_million_draws(people, reference) -> None:
    read = reference("mediation_sim")
    ols, chain = read["expected"]["ols"], chain_of(people)
    covariance = np.diag([ols["se_a"] ** 2, ols["se_b"] ** 2])
    drawn = draw_products(chain.a, chain.b, covariance, draws=200_000, seed=1)
    # Monte Carlo error of both sides
    ends = read["expected"]["mc_ci_independent"]
    assert np.quantile(drawn, [0.025, 0.975]) == pytest.approx(ends, abs=read["tol"]["mc"])


def test_a_resample_gives_what_a_refit_of_its_clusters_gives() -> None:
    rng = np.random.default_rng(8)
    g, size = 9, 5
    cluster = np.repeat(np.arange(g), size)
    wave = np.eye(size)[np.tile(np.arange(size), g)][:, 1:]
    x, noise, rest = rng.normal(size=(3, g * size))
    m = 0.5 * x + noise
    y = 0.4 * m + 0.2 * x + rest
    others = np.column_stack([np.ones(g * size), wave])
    paths = resample_paths(x, m, y, cluster, others=others, draws=20, seed=4)
    chosen = np.random.default_rng(4).multinomial(g, np.full(g, 1 / g), size=20)
    for draw in (0, 7, 19):
        rows = np.concatenate(
            [np.flatnonzero(cluster == c) for c in range(g) for _ in range(chosen[draw, c])]
        )
        labels = np.repeat(np.arange(g), size)
        again = fit_chain(x[rows], m[rows], y[rows], labels, others=others[rows])
        assert paths[draw] == pytest.approx([again.a, again.b, again.direct], abs=1e-9)


def test_a_resample_that_cannot_tell_a_path_is_missing_and_not_wild() -> None:
    cluster = np.array([0, 0, 1, 1, 2, 2])
    x = np.array([0.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    m = x + np.array([0.1, -0.1, 0.3, 0.2, -0.3, 0.5])
    y = m + np.array([0.2, 0.1, -0.3, 0.1, 0.0, 0.4])
    one = np.ones((6, 1))
    paths = resample_paths(x, m, y, cluster, others=one, draws=200, seed=1)
    chosen = np.random.default_rng(1).multinomial(3, np.full(3, 1 / 3), size=200)
    without = chosen[:, 0] == 0
    assert without.any() and np.isnan(paths[without]).all()


def test_the_covariance_has_its_kinds() -> None:
    rng = np.random.default_rng(2)
    x, m, y = rng.normal(size=(3, 60))
    chain = fit_chain(x, m, y, np.repeat(np.arange(12), 5), others=np.ones((60, 1)))
    ratio = np.diag(chain.covariance(kind="CR1S")) / np.diag(chain.covariance())
    assert ratio == pytest.approx([59 / 58, 59 / 57, 59 / 57])
    with pytest.raises(ModelError, match=r"`kind` must be one of 'CR1', 'CR1S'; got 'HC3'"):
        chain.covariance(kind="HC3")
