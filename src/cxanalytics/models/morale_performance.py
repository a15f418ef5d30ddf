"""Does performance go with staff morale, within units and between them?

The two answers stand side by side, because they can differ in size and even in sign; intervals are
cluster-robust by the method fit for the number of clusters. Contemporaneous figures never say which
came first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.errors import ParamsError
from cxanalytics.models.morale_error import (
    RELIABILITY_TO_RELATE,
    error_moments,
    morale_reliability,
)
from cxanalytics.models.morale_rows import KEYS, MoraleRows, morale_rows, relation_rows
from cxanalytics.numerics.cluster_robust import (
    FEWEST_CLUSTERS,
    MANY_CLUSTERS,
    SOME_CLUSTERS,
    ClusteredFit,
    Interval,
    bearing_on,
    cluster_interval,
    fit_clustered,
    robust_covariance,
)
from cxanalytics.numerics.panel import WithinBetween
from cxanalytics.numerics.wild_draws import wild_p_value_drawn
from cxanalytics.rules import GRADES, LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Panel

Array = NDArray[np.float64]

__all__ = ["RELIABILITY_TO_RELATE", "fit_morale_performance", "relation_quantity"]

WILD_DRAWS = 999
"""Sign patterns drawn for the check by wild bootstrap, where there are too many to list."""
METHOD_WORDS = {
    "CR1": "many clusters",
    "CR2": "some clusters, corrected for small samples",
    "wild": "few clusters, exact sign-flip bootstrap",
    "none": "no interval",
}


def fit_morale_performance(
    panel: Panel,
    *,
    group: str = "unit",
    covariates: Sequence[str] = (),
    exposure: str = "",
    level: float = LEVEL,
    standardize: bool = True,
    draws: int = WILD_DRAWS,
    seed: int = 0,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Relate performance to morale within groups and between them.

    Parameters
    ----------
    panel : Panel
        Rows without morale or performance, or with too few staff answers, are left out.
    group : {"unit", "agency"}
        What is followed: units over time, or agencies made of units. With one period "within" means
        between the units of one agency, whatever is asked for.
    covariates : sequence of str
        Further columns of the panel.
    exposure : str
        Column of the panel over which a rate or a cost was counted; rows count in proportion.
    level : float
        Probability content of the intervals.
    standardize : bool
        Per standard deviation of morale over all rows used; else per unit of morale.
    draws : int
        Sign patterns of the wild bootstrap that checks a p-value of more than 12 clusters.
    seed : int
        Of these draws.
    thresholds : Thresholds
        Smallest numbers of answers; read is `team`.

    Returns
    -------
    Estimates
        Rows "within", "between" and "difference" (between less within), in units of performance;
        further columns `p_value df method p_check`, the last by the wild bootstrap. Intervals are
        NaN with fewer than six clusters. Units seen once say nothing about change and are not
        counted there.

    Raises
    ------
    ParamsError
        An unknown group, covariate or exposure, or no draws.
    ModelError
        Fewer than three groups, or morale that does not differ between them.

    Assumes
    -------
    A straight line; no unmeasured reason that moves both; clusters independent of each other.
    Nothing about which came first.

    Reference
    ---------
    Mundlak (1978); Bell and Jones (2015); Bell and McCaffrey (2002); Pustejovsky and Tipton (2018);
    Cameron, Gelbach and Miller (2008); methods.md#morale-and-performance.
    """
    if draws < 1:
        raise ParamsError(f"`draws` must be at least 1; got {draws}.")
    rows = morale_rows(
        panel,
        group=group,
        covariates=covariates,
        exposure=exposure,
        standardize=standardize,
        thresholds=thresholds,
    )
    hybrid = rows.hybrid() if rows.changes() else None
    fit, contrasts = relation_rows(rows, hybrid)
    clustered = fit_clustered(fit[0], fit[1], rows.cluster)
    intervals = [_interval(clustered, contrast, level) for contrast in contrasts]
    checks = [_wild_check(clustered, contrast, draws, seed) for contrast in contrasts]
    facts = _relation_facts(panel, rows, hybrid, standardize, clustered.n_clusters)
    return Estimates(
        frame=_relation_frame(intervals, checks, len(rows.frame)),
        quantity=relation_quantity(panel, standardize),
        level=level,
        covariance=_joint(clustered, contrasts),
        checks=_relation_checks(panel, facts, intervals),
        facts=facts,
    )


def _interval(clustered: ClusteredFit, contrast: Array | None, level: float) -> Interval:
    if contrast is None:
        return Interval(*(float("nan"),) * 6, method="none", reason="no variation within groups")
    return cluster_interval(clustered, contrast, level=level)


def _wild_check(clustered: ClusteredFit, contrast: Array | None, draws: int, seed: int) -> float:
    """Check a p-value by the wild bootstrap; NaN where that is the method, or nothing is."""
    if contrast is None:
        return float("nan")
    bearing = bearing_on(clustered, contrast)
    if bearing.n_clusters < SOME_CLUSTERS:
        return float("nan")
    return wild_p_value_drawn(bearing, contrast, draws=draws, seed=seed)


def _joint(clustered: ClusteredFit, contrasts: Sequence[Array | None]) -> Array | None:
    if clustered.n_clusters < FEWEST_CLUSTERS or any(c is None for c in contrasts):
        return None
    kind = "CR1" if clustered.n_clusters >= MANY_CLUSTERS else "CR2"
    rows = np.stack([c for c in contrasts if c is not None])
    return np.asarray(rows @ robust_covariance(clustered, kind=kind) @ rows.T)


def _relation_frame(intervals: Sequence[Interval], checks: Sequence[float], n: int) -> pd.DataFrame:
    columns = {
        "key": list(KEYS),
        "estimate": [i.estimate for i in intervals],
        "std_error": [i.std_error for i in intervals],
        "conf_low": [i.low for i in intervals],
        "conf_high": [i.high for i in intervals],
        "n": float(n),
        "p_value": [i.p_value for i in intervals],
        "df": [i.df for i in intervals],
        "method": [i.method for i in intervals],
        "p_check": list(checks),
    }
    return pd.DataFrame(columns)


def relation_quantity(panel: Panel, standardize: bool) -> str:
    """Name what the slopes are, with their units."""
    step = "standard deviation" if standardize else "unit"
    return f"change in {panel.performance_label} per {step} of {panel.morale_label}"


def _relation_facts(
    panel: Panel,
    rows: MoraleRows,
    hybrid: WithinBetween | None,
    standardize: bool,
    clusters: int,
) -> dict[str, float | int | str | bool]:
    within, between = morale_reliability(error_moments(rows, hybrid))
    return {
        "group": rows.group,
        "groups": rows.groups,
        "periods": int(rows.frame["period"].nunique()),
        "rows_left_out": len(panel.frame) - len(rows.frame),
        "cluster": "agency" if rows.by_agency else "unit",
        "clusters": clusters,
        "morale_sd": rows.morale_sd,
        "standardized": standardize,
        "reliability_within": within,
        "reliability_between": between,
        "same_source": panel.same_source,
        "higher_is_better": panel.higher_is_better,
        "grade": "D",
    }


def _relation_checks(
    panel: Panel, facts: dict[str, float | int | str | bool], intervals: Sequence[Interval]
) -> tuple[Check, ...]:
    source = "Both measures come from the same respondents; the relation is likely overstated."
    if not panel.same_source:
        source = "Morale and performance come from different sources."
    reasons = sorted({i.reason for i in intervals if i.reason})
    used = ", ".join(sorted({METHOD_WORDS[i.method] for i in intervals}))
    text = f"{facts['clusters']} clusters ({facts['cluster']}): {used}."
    if reasons:
        text += f" No interval, or an open one: {'; '.join(reasons)}."
    grade = GRADES[str(facts["grade"])]
    waves = f"with {facts['periods']} wave{'' if facts['periods'] == 1 else 's'}"
    return (
        Check("order in time", None, f"Which came first cannot be settled {waves}."),
        Check("same source", not panel.same_source, source),
        Check("clusters", not reasons, text),
        Check("grade", None, f"Grade {grade.letter}: compared in the same wave, without a lag."),
        Check("ecological", None, "This is a relation between units, not between people."),
        _error_check(facts),
    )


def _error_check(facts: dict[str, float | int | str | bool]) -> Check:
    values = {k: float(facts[f"reliability_{k}"]) for k in ("within", "between")}
    known = {k: v for k, v in values.items() if np.isfinite(v)}
    if not known:
        return Check("measurement", None, "The sampling error of morale is not known.")
    listed = ", ".join(f"{k} groups {v:.2f}" for k, v in known.items())
    text = f"Reliability of differences in morale: {listed}. Relations are not corrected for it."
    return Check("measurement", min(known.values()) >= RELIABILITY_TO_RELATE, text)
