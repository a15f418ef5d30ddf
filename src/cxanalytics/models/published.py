"""What can be said of scores that were published without the number of answers?

Without that number no score has a sampling error, so no function here gives a range, a rank or a
probability for one agency. What remains: where a score lies among the others, how much scores move
from wave to wave anyway, and how groups of agencies differ when each agency is one draw.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cxanalytics.errors import DataError, ModelError, ParamsError, must_be
from cxanalytics.numerics.cluster_robust import cluster_interval, fit_clustered
from cxanalytics.published import NOT_POSSIBLE, Published
from cxanalytics.rules import FEW, LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates

Floats = NDArray[np.float64]

LEVEL_COLUMN = "level"
"""Where a source has it, agencies are compared within it only: a department that holds its agencies
would count their people twice."""

CHANGES = 10
"""Fewer changes show no year-to-year noise."""

ROBUST = 1.4826
"""Makes the median absolute deviation a standard deviation where deviations are normal."""

POSITION_COLUMNS = ("agency", "value", "median", "low_quarter", "high_quarter", "difference")
NOISE_COLUMNS = (
    "measure",
    "label",
    "unit",
    "agencies",
    "waves",
    "changes",
    "over_a_gap",
    "left_out",
    "sd",
    "robust_sd",
)


def fit_published_positions(
    published: Published,
    *,
    measure: str,
    period: str | None = None,
    group: str | None = None,
    thresholds: Thresholds = THRESHOLDS,
) -> pd.DataFrame:
    """Set each agency's published score beside the other agencies' median and quarters.

    Parameters
    ----------
    published : Published
    measure : str
    period : str, optional
        The last wave that has the measure by default.
    group : str, optional
        One of the groups: agencies are compared with others of the same group only.
    thresholds : Thresholds
        Read is `peers`: with fewer others there is no median.

    Returns
    -------
    DataFrame
        `agency value median low_quarter high_quarter difference`, in the order of the name. The
        median and the quarters (25th and 75th percentile) are those of the other agencies;
        `difference` is the value less the median. No range and no rank: the number of answers
        was not published.

    Raises
    ------
    DataError
        No such measure, wave or group, or no value in it.

    Assumes
    -------
    Nothing about sampling. A difference may be chance.

    Reference
    ---------
    methods.md#published-scores.
    """
    rows = _wave(published, measure, period)
    within = [LEVEL_COLUMN] if LEVEL_COLUMN in rows else []
    if group is not None:
        within = [*within, _group(published, group)]
        rows = rows.loc[rows[group] != ""]
    parts = [rows] if not within else [part for _, part in rows.groupby(within, sort=True)]
    placed = [_beside_others(part, thresholds.peers) for part in parts]
    if not placed:
        raise DataError(f"`{group}` must be known for at least one agency; got none.")
    table = pd.concat(placed).sort_values("agency", ignore_index=True)
    return table[list(POSITION_COLUMNS)]


def fit_published_noise(published: Published, *, measure: str) -> pd.DataFrame:
    """Measure how much agencies' published scores move from one wave to the next.

    Parameters
    ----------
    published : Published
    measure : str

    Returns
    -------
    DataFrame
        One row: `measure label unit agencies waves changes over_a_gap left_out sd robust_sd`. A
        change runs from a wave of an agency to its next one, less the mean change of all agencies
        to that wave; `over_a_gap` changes skip a wave. Changes across a new wording are
        `left_out`. `sd` is in units of the score; `robust_sd` is 1.4826 median absolute deviations.

    Raises
    ------
    DataError
        No such measure.
    ModelError
        Fewer than 10 changes.

    Assumes
    -------
    Nothing: this is a description. It holds chance, rounding and every real change of a single
    agency, so it is no sampling error and makes no range.

    Reference
    ---------
    Rousseeuw and Croux (1993), for the robust spread; methods.md#published-scores.
    """
    known = published.measure(measure)
    rows = published.frame.loc[published.frame["measure"] == measure].dropna(subset="value")
    rows = rows.sort_values(["agency", "period"])
    waves = {period: place for place, period in enumerate(sorted(rows["period"].unique()))}
    before = rows.groupby("agency")["period"].shift()
    moved = rows.assign(
        change=rows.groupby("agency")["value"].diff(),
        gap=rows["period"].map(waves) - before.map(waves),
        broken=[
            isinstance(first, str) and any(first < new <= last for new in known.changed)
            for first, last in zip(before, rows["period"], strict=True)
        ],
    ).dropna(subset="change")
    kept = moved.loc[~moved["broken"]]
    if len(kept) < CHANGES:
        raise ModelError(
            f"Year-to-year noise needs at least {CHANGES} changes of `{measure}` from wave to "
            f"wave; got {len(kept)}."
        )
    own = (kept["change"] - kept.groupby("period")["change"].transform("mean")).to_numpy()
    row = (
        measure,
        known.label,
        known.unit,
        int(kept["agency"].nunique()),
        len(waves),
        len(kept),
        int((kept["gap"] > 1).sum()),
        int(moved["broken"].sum()),
        float(np.std(own, ddof=1)),
        float(ROBUST * np.median(np.abs(own - np.median(own)))),
    )
    return pd.DataFrame([row], columns=list(NOISE_COLUMNS))


def fit_published_groups(
    published: Published,
    *,
    measure: str,
    group: str,
    period: str | None = None,
    together: str = "",
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Estimate the mean published score of each group of agencies, agencies being the draws.

    Parameters
    ----------
    published : Published
    measure : str
    group : str
        One of the groups, such as the sector of a hospital.
    period : str, optional
        The last wave that has the measure by default.
    together : str
        One of the groups, whose agencies share conditions, such as a state; "" for none.
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        Read is `peers`: a group of fewer agencies has no figures.

    Returns
    -------
    Estimates
        A row per group, by name; `n` is the number of agencies, and a small group carries a
        `suppressed_reason`. Diagonal joint covariance. With two groups shown, the facts hold the
        `difference` of the first less the second, `difference_low` and `difference_high`; and
        with `together` the ends `together_low` and `together_high` where those of one of its
        groups count as one draw.

    Raises
    ------
    DataError
        No such measure, wave or group.
    ParamsError
        A `level` out of range.
    ModelError
        No group is large enough.

    Assumes
    -------
    Agencies are independent draws of what such agencies score, each counting once however many
    people it serves. The error of each published score is part of the spread between them.

    Reference
    ---------
    Welch (1947); Pustejovsky and Tipton (2018) for `together`; methods.md#published-scores.
    """
    if not 0.0 < level < 1.0:
        raise ParamsError(f"`level` must lie between 0 and 1; got {level}.")
    rows = _wave(published, measure, period)
    column = _group(published, group)
    unknown = int((rows[column] == "").sum())
    parts = rows.loc[rows[column] != ""].groupby(column, sort=True)["value"]
    table = parts.agg(estimate="mean", sd="std", n="count").rename_axis("key").reset_index()
    shown = (table["n"] >= thresholds.peers).to_numpy()
    noun = published.agency_noun
    if not shown.any():
        raise ModelError(
            f"`{group}` needs a group of at least {thresholds.peers} agencies ({noun}); the "
            f"largest has {int(table['n'].max()) if len(table) else 0}."
        )
    known = published.measure(measure)
    error = (table["sd"] / np.sqrt(table["n"])).where(shown).to_numpy(dtype=float)
    center = table["estimate"].where(shown).to_numpy(dtype=float)
    half = stats.t.ppf(0.5 + level / 2.0, np.maximum(table["n"] - 1, 1)) * error
    frame = pd.DataFrame(
        {
            "key": table["key"],
            "estimate": center,
            "std_error": error,
            "conf_low": np.clip(center - half, known.low, known.high),
            "conf_high": np.clip(center + half, known.low, known.high),
            "n": table["n"],
            "suppressed_reason": np.where(shown, "", FEW),
        }
    )
    facts: dict[str, float | int | str | bool] = {
        "measure": measure,
        "by": group,
        "period": str(rows["period"].iloc[0]),
        "sampling_unit": noun,
    }
    if int(shown.sum()) == 2:
        facts |= _welch(center[shown], error[shown], table.loc[shown, "n"].to_numpy(), level)
        if together:
            sides = list(table.loc[shown, "key"])
            facts |= _clustered(rows, column, sides, _group(published, together), level)
    unit = "0 to 1" if known.unit == "share" else f"{known.low:g} to {known.high:g}"
    return Estimates(
        frame=frame,
        quantity=f"Mean published score, {unit}, each {noun} counting once: {known.label}",
        level=level,
        covariance=np.diag(error**2),
        checks=(*published.notes, *_group_checks(noun, unknown, int((~shown).sum()), thresholds)),
        facts=facts,
    )


def _wave(published: Published, measure: str, period: str | None) -> pd.DataFrame:
    published.measure(measure)
    rows = published.frame.loc[published.frame["measure"] == measure].dropna(subset="value")
    if rows.empty:
        raise DataError(f"`{measure}` must have a value of at least one agency; got none.")
    wave = str(rows["period"].max()) if period is None else period
    if wave not in set(rows["period"]):
        raise DataError(must_be("period", sorted(rows["period"].unique()), wave))
    return rows.loc[rows["period"] == wave]


def _group(published: Published, group: str) -> str:
    if group not in published.groups:
        raise DataError(must_be("group", published.groups, group))
    return group


def _beside_others(rows: pd.DataFrame, peers: int) -> pd.DataFrame:
    values = rows["value"].to_numpy(dtype=float)
    quarters = np.full((len(values), 3), np.nan)
    if len(values) > peers:
        for place in range(len(values)):
            quarters[place] = np.percentile(np.delete(values, place), (25, 50, 75))
    return rows.assign(
        low_quarter=quarters[:, 0],
        median=quarters[:, 1],
        high_quarter=quarters[:, 2],
        difference=values - quarters[:, 1],
    )


def _welch(center: Floats, error: Floats, n: NDArray[np.int64], level: float) -> dict[str, float]:
    """Compare two means of unequal spread."""
    variance = error**2
    total = float(variance.sum())
    degrees = total**2 / float((variance**2 / (n - 1)).sum()) if total > 0 else float(n.sum() - 2)
    half = float(stats.t.ppf(0.5 + level / 2.0, degrees) * np.sqrt(total))
    difference = float(center[0] - center[1])
    return {
        "difference": difference,
        "difference_low": difference - half,
        "difference_high": difference + half,
        "degrees_of_freedom": degrees,
    }


def _clustered(
    rows: pd.DataFrame, column: str, sides: list[str], together: str, level: float
) -> dict[str, float]:
    """Compare the two means where agencies of one group are no separate draws."""
    used = rows.loc[rows[column].isin(sides)]
    first = (used[column] == sides[0]).to_numpy(dtype=float)
    design = np.column_stack([np.ones(len(used)), first])
    fit = fit_clustered(design, used["value"].to_numpy(dtype=float), used[together].to_numpy())
    found = cluster_interval(fit, [0.0, 1.0], level=level)
    return {
        "together_low": found.low,
        "together_high": found.high,
        "clusters": float(fit.n_clusters),
    }


def _group_checks(noun: str, unknown: int, small: int, thresholds: Thresholds) -> list[Check]:
    checks = [
        Check(
            "sampling_unit",
            None,
            f"The sampling unit is one {noun}, not one answer. For one {noun}: {NOT_POSSIBLE}",
        )
    ]
    if unknown:
        text = f"Left out, because the group is not known: {unknown} ({noun})."
        checks.append(Check("unknown_group", False, text))
    if small:
        text = f"Groups with fewer than {thresholds.peers} members, which get no figures: {small}."
        checks.append(Check("small_groups", None, text))
    return checks
