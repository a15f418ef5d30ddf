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

from cxanalytics.errors import ModelError, ParamsError, did_you_mean, must_be
from cxanalytics.numerics.cluster_robust import (
    FEWEST_CLUSTERS,
    MANY_CLUSTERS,
    ClusteredFit,
    Interval,
    cluster_interval,
    fit_clustered,
    robust_covariance,
)
from cxanalytics.numerics.panel import as_codes, demean, unit_means, within_between
from cxanalytics.rules import GRADES, LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Panel

Array = NDArray[np.float64]

GROUPS = ("unit", "agency")
KEYS = ("within", "between", "difference")
RELIABILITY_TO_RELATE = 0.50
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
    level: float = LEVEL,
    standardize: bool = True,
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
    level : float
        Probability content of the intervals.
    standardize : bool
        Per standard deviation of morale over all rows used; else per unit of morale.
    thresholds : Thresholds
        Smallest numbers of answers; read is `team`.

    Returns
    -------
    Estimates
        Rows "within", "between" and "difference" (between less within), in units of performance;
        further columns `p_value df method`. Intervals are NaN with fewer than six clusters.

    Raises
    ------
    ParamsError
        An unknown group or covariate.
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
    if group not in GROUPS:
        raise ParamsError(must_be("group", GROUPS, group))
    for name in covariates:
        if name not in panel.frame:
            raise ParamsError(
                f"`covariates` must name columns of the panel; got {name!r}."
                f"{did_you_mean(name, panel.frame.columns)}"
            )
    frame = _panel_rows(panel, covariates, thresholds)
    periods = frame["period"].nunique()
    used = "agency" if periods == 1 else group
    labels = frame["agency"] if used == "agency" else frame["agency"] + "\x1f" + frame["unit"]
    code = as_codes(labels)
    groups = int(code.max()) + 1
    if groups < 3:
        raise ModelError(f"`panel` must hold at least 3 groups to compare; got {groups}.")
    sd = float(frame["morale"].std(ddof=1))
    morale = frame["morale"].to_numpy(dtype=float) / (sd if standardize else 1.0)
    fit, contrasts = _relation(frame, morale, code, covariates)
    cluster = _cluster_labels(frame, code)
    clustered = fit_clustered(fit[0], fit[1], cluster)
    intervals = [_interval(clustered, contrast, level) for contrast in contrasts]
    facts = _relation_facts(panel, frame, code, used, sd, standardize, clustered.n_clusters)
    return Estimates(
        frame=_relation_frame(intervals, len(frame)),
        quantity=_relation_quantity(panel, standardize),
        level=level,
        covariance=_joint(clustered, contrasts),
        checks=_relation_checks(panel, facts, intervals),
        facts=facts,
    )


def _panel_rows(panel: Panel, covariates: Sequence[str], thresholds: Thresholds) -> pd.DataFrame:
    frame = panel.frame
    complete = frame[["morale", "performance", *covariates]].notna().all(axis=1)
    enough = frame["n"].isna() | (frame["n"] >= thresholds.team)
    frame = frame.loc[complete & enough].reset_index(drop=True)
    if frame.empty:
        raise ModelError(
            f"`panel` must hold rows with morale, performance and {thresholds.team} answers; "
            "none is left."
        )
    return frame


def _cluster_labels(frame: pd.DataFrame, code: NDArray[np.intp]) -> NDArray[np.intp]:
    """Agencies where there are enough of them (units of one agency share its fortunes)."""
    agencies = as_codes(frame["agency"])
    return agencies if int(agencies.max()) + 1 >= FEWEST_CLUSTERS else code


def _relation(
    frame: pd.DataFrame, morale: Array, code: NDArray[np.intp], covariates: Sequence[str]
) -> tuple[tuple[Array, Array], list[Array | None]]:
    """Rows for least squares, and the contrasts of KEYS (None where there is nothing to learn)."""
    y = frame["performance"].to_numpy(dtype=float)
    wave = frame["period"].to_numpy() if frame["period"].nunique() > 1 else None
    z = frame[list(covariates)].to_numpy(dtype=float) if covariates else None
    inside = demean(morale, code, wave=wave)
    if np.std(inside) > 1e-9 * max(float(np.std(morale)), np.finfo(float).tiny):
        hybrid = within_between(y, morale, code, wave=wave, covariates=z)
        contrasts = [hybrid.contrast(key) for key in KEYS]
        return (hybrid.fit.rows_x, hybrid.fit.rows_y), list(contrasts)
    parts = [np.ones((len(y), 1)), unit_means(morale, code)[:, None]]
    if z is not None:
        parts.append(z)
    rows = np.column_stack(parts)
    return (rows, y), [None, np.eye(rows.shape[1])[1], None]


def _interval(clustered: ClusteredFit, contrast: Array | None, level: float) -> Interval:
    if contrast is None:
        return Interval(*(float("nan"),) * 6, method="none", reason="no variation within groups")
    return cluster_interval(clustered, contrast, level=level)


def _joint(clustered: ClusteredFit, contrasts: Sequence[Array | None]) -> Array | None:
    if clustered.n_clusters < FEWEST_CLUSTERS or any(c is None for c in contrasts):
        return None
    kind = "CR1" if clustered.n_clusters >= MANY_CLUSTERS else "CR2"
    rows = np.stack([c for c in contrasts if c is not None])
    return np.asarray(rows @ robust_covariance(clustered, kind=kind) @ rows.T)


def _relation_frame(intervals: Sequence[Interval], n: int) -> pd.DataFrame:
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
    }
    return pd.DataFrame(columns)


def _relation_quantity(panel: Panel, standardize: bool) -> str:
    step = "standard deviation" if standardize else "unit"
    return f"change in {panel.performance_label} per {step} of {panel.morale_label}"


def _relation_facts(
    panel: Panel,
    frame: pd.DataFrame,
    code: NDArray[np.intp],
    group: str,
    sd: float,
    standardize: bool,
    clusters: int,
) -> dict[str, float | int | str | bool]:
    by_agency = frame["agency"].nunique() == clusters
    within, between = _morale_reliability(frame, code)
    return {
        "group": group,
        "groups": int(code.max()) + 1,
        "periods": int(frame["period"].nunique()),
        "rows_left_out": len(panel.frame) - len(frame),
        "cluster": "agency" if by_agency else "unit",
        "clusters": clusters,
        "morale_sd": sd,
        "standardized": standardize,
        "reliability_within": within,
        "reliability_between": between,
        "same_source": panel.same_source,
        "higher_is_better": panel.higher_is_better,
        "grade": "D",
    }


def _morale_reliability(frame: pd.DataFrame, code: NDArray[np.intp]) -> tuple[float, float]:
    """Share of the variance of morale that is not sampling error: within groups, between."""
    if frame["morale_se"].isna().any():
        return float("nan"), float("nan")
    size = np.bincount(code).astype(float)
    noise = np.bincount(code, weights=np.square(frame["morale_se"])) / size
    wave = frame["period"].to_numpy() if frame["period"].nunique() > 1 else None
    inside = demean(frame["morale"], code, wave=wave)
    total = float(np.square(inside).sum())
    lost = float((noise * (size - 1.0)).sum())
    mean = np.bincount(code, weights=frame["morale"]) / size
    spread = float(mean.var(ddof=1))
    within = 1.0 - lost / total if total > 1e-12 else float("nan")
    between = 1.0 - float((noise / size).mean()) / spread if spread > 0 else float("nan")
    return max(within, 0.0) if np.isfinite(within) else within, max(between, 0.0)


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
