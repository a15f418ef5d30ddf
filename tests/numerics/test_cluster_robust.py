"""Cluster-robust covariances, Satterthwaite degrees of freedom, exact wild bootstrap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import ModelError
from cxanalytics.numerics.cluster_robust import (
    KINDS,
    cluster_interval,
    fit_clustered,
    robust_covariance,
    satterthwaite_df,
    wild_interval,
    wild_p_value,
)
from cxanalytics.numerics.panel import fixed_effects


def _produc(reference_dir):
    data = pd.read_csv(reference_dir / "produc.csv")
    logs = np.log(data[["pcap", "pc", "emp"]].to_numpy())
    return data, np.column_stack([logs, data["unemp"]]), np.log(data["gsp"].to_numpy())


@pytest.mark.parametrize("kind", KINDS)
def test_agrees_with_clubsandwich_on_nine_regions(reference, reference_dir, kind):
    """clubSandwich 0.5.8; both are exact algebra, so 1e-9 relative."""
    expected = reference("panel_cluster")["expected"]["produc_pooled_by_region"]["tests"][kind]
    data, x, y = _produc(reference_dir)
    fit = fit_clustered(np.column_stack([np.ones(len(x)), x]), y, data["region"])
    se = np.sqrt(np.diag(robust_covariance(fit, kind=kind)))
    df = [satterthwaite_df(fit, contrast, kind=kind) for contrast in np.eye(5)]
    np.testing.assert_allclose(se, expected["SE"], rtol=1e-9)
    np.testing.assert_allclose(df, expected["df"], rtol=1e-9)


def test_agrees_with_clubsandwich_after_state_effects(reference, reference_dir):
    expected = reference("panel_cluster")["expected"]["produc_state_FE"]
    data, x, y = _produc(reference_dir)
    within = fixed_effects(y, x, data["state"])
    fit = fit_clustered(within.rows_x, within.rows_y, data["state"], absorbed=within.absorbed)
    np.testing.assert_allclose(fit.coef, list(expected["coef"].values()), rtol=1e-10)
    cr2 = expected["CR2"]
    se = np.sqrt(np.diag(robust_covariance(fit, kind="CR2")))
    np.testing.assert_allclose(se, cr2["SE"], rtol=1e-8)
    df = [satterthwaite_df(fit, contrast) for contrast in np.eye(4)]
    np.testing.assert_allclose(df, cr2["df_Satt"], rtol=1e-6)
    for kind, name in (("CR0", "se_CR0"), ("CR1S", "se_vcovCL_HC1")):
        se = np.sqrt(np.diag(robust_covariance(fit, kind=kind)))
        np.testing.assert_allclose(se, list(expected[name].values()), rtol=1e-8)


def test_wild_bootstrap_agrees_with_full_enumeration_elsewhere(reference, reference_dir):
    """Ties decide single sign patterns: sandwich lost one of a mirrored pair in one of four
    p-values, so two patterns of 512 are allowed."""
    expected = reference("panel_cluster")["expected"]["produc_pooled_by_region"]["wild_exact"]
    data, x, y = _produc(reference_dir)
    fit = fit_clustered(np.column_stack([np.ones(len(x)), x]), y, data["region"])
    for place, values in enumerate(expected.values(), start=1):
        got = wild_p_value(fit, np.eye(5)[place])
        assert got == pytest.approx(values["p_abs_ge"], abs=1.01 / 512)


def _brute_force(x, y, cluster, j, null):
    """Refit every sign pattern by least squares."""
    keep = np.delete(np.arange(x.shape[1]), j)
    rest = np.linalg.lstsq(x[:, keep], y - null * x[:, j], rcond=None)[0]
    fitted = x[:, keep] @ rest + null * x[:, j]
    residual = y - fitted
    groups = np.unique(cluster)

    def t_value(outcome):
        fit = fit_clustered(x, outcome, cluster)
        return (fit.coef[j] - null) / np.sqrt(robust_covariance(fit, kind="CR1")[j, j])

    observed = abs(t_value(y))
    hits = 0
    for pattern in range(2 ** len(groups)):
        signs = 1.0 - 2.0 * ((pattern >> np.arange(len(groups))) & 1)
        star = t_value(fitted + residual * signs[np.searchsorted(groups, cluster)])
        hits += abs(star) >= observed - 1e-10
    return hits / 2 ** len(groups)


def _clustered(seed, clusters, effect=0.0):
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(clusters), rng.integers(3, 9, clusters))
    z = rng.normal(size=clusters)[cluster] + rng.normal(size=len(cluster))
    y = effect * z + rng.normal(size=clusters)[cluster] + rng.normal(size=len(cluster))
    return np.column_stack([np.ones(len(z)), z]), y, cluster


@pytest.mark.parametrize("null", [0.0, 0.4])
def test_wild_p_value_equals_refitting_every_pattern(null):
    x, y, cluster = _clustered(3, 6)
    fit = fit_clustered(x, y, cluster)
    got = wild_p_value(fit, [0.0, 1.0], null=null)
    assert got == pytest.approx(_brute_force(x, y, cluster, 1, null), abs=1e-12)


def test_wild_interval_ends_where_the_test_stops_rejecting():
    x, y, cluster = _clustered(5, 9, effect=0.5)
    fit = fit_clustered(x, y, cluster)
    low, high = wild_interval(fit, [0.0, 1.0])
    assert low < fit.coef[1] < high
    for inside, outside in ((low + 1e-6, low - 1e-6), (high - 1e-6, high + 1e-6)):
        assert wild_p_value(fit, [0.0, 1.0], null=inside) > 0.05
        assert wild_p_value(fit, [0.0, 1.0], null=outside) <= 0.05


@pytest.mark.parametrize(
    ("clusters", "method"), [(5, "none"), (6, "wild"), (12, "wild"), (13, "CR2"), (40, "CR1")]
)
def test_the_number_of_clusters_picks_the_method(clusters, method):
    x, y, cluster = _clustered(1, clusters)
    got = cluster_interval(fit_clustered(x, y, cluster), [0.0, 1.0])
    assert got.method == method
    assert np.isnan(got.low) == (method == "none")
    if method == "none":
        assert got.reason == "5 clusters; at least 6 are needed for an interval"


@pytest.mark.parametrize("clusters", [8, 15])
def test_intervals_cover_a_known_effect_with_few_clusters(clusters):
    hits = []
    for seed in range(250):
        x, y, cluster = _clustered(seed, clusters, effect=0.5)
        got = cluster_interval(fit_clustered(x, y, cluster), [0.0, 1.0])
        hits.append(got.low <= 0.5 <= got.high)
    assert 0.91 < np.mean(hits) < 0.99


def test_refuses_collinear_columns_and_too_many_clusters():
    x, y, cluster = _clustered(1, 14)
    with pytest.raises(ModelError, match="linearly independent"):
        fit_clustered(np.column_stack([x, x[:, 1]]), y, cluster)
    with pytest.raises(ModelError, match="at most 12 clusters"):
        wild_p_value(fit_clustered(x, y, cluster), [0.0, 1.0])
    with pytest.raises(ModelError, match="`kind` must be one of"):
        robust_covariance(fit_clustered(x, y, cluster), kind="CR9")
