"""How is staff morale, and where can the figure be trusted?

The index is the mean over items of the share of positive answers (or of the position on the
scale). A unit is placed only when the reliability of its own mean reaches .70; agreement within
units and the size of differences between them describe, and never gate.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t as student

from cxanalytics.columns import read_numbers, refuse_repeated_columns
from cxanalytics.errors import DataError, ModelError, ParamsError, did_you_mean, must_be
from cxanalytics.models.morale_performance import fit_morale_performance
from cxanalytics.numerics.reliability import (
    cronbach_alpha,
    intraclass,
    one_factor_omega,
    own_mean_reliability,
)
from cxanalytics.rules import (
    HIDDEN,
    LEVEL,
    MISSING_AT_MOST,
    PLACE_RELIABILITY,
    THRESHOLDS,
    Thresholds,
)
from cxanalytics.scales import Scale, get_scale
from cxanalytics.tables import Check, Estimates

Array = NDArray[np.float64]

__all__ = ["fit_morale_index", "fit_morale_performance"]

STATISTICS = ("positive", "mean")
ITEMS_NEEDED = 2 / 3
ALPHA_AT_LEAST = 0.70


def fit_morale_index(
    items: pd.DataFrame,
    *,
    unit: ArrayLike,
    weight: ArrayLike | None = None,
    scale: str | Scale = "likert_1_5",
    statistic: str = "positive",
    reverse: Sequence[str] = (),
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Score the morale of every unit from the answers of its staff.

    Parameters
    ----------
    items : DataFrame of shape (staff, items)
        Answers on `scale`; NaN is missing. A person counts with two thirds of the items answered.
    unit : array_like of shape (staff,)
        Team, department or agency of each person.
    weight : array_like of shape (staff,), optional
    scale : str or Scale
        The one scale of all items.
    statistic : {"positive", "mean"}
        Mean over items of the share of positive answers, or of the position on the scale, both from
        0 to 1.
    reverse : sequence of str
        Items where agreement is bad; they are turned around first.
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        Smallest numbers of answers; read is `team`.

    Returns
    -------
    Estimates
        A row per unit in the order of its name; further columns `n_eff`, `reliability` (of the
        unit's own mean), `placed` (reliability of .70 or more) and `suppressed_reason`. Units with
        fewer answers than `thresholds.team` carry no figure and are not in the model. Facts:
        `alpha alpha_low alpha_high omega icc1 icc2 unit_sd items staff`.

    Raises
    ------
    DataError
        An answer off its scale, an unknown item in `reverse`, labels or weights of another length,
        or fewer than two items.
    ParamsError
        An unknown statistic.
    ModelError
        No unit has answers enough.

    Assumes
    -------
    Colleagues answer independently given their unit; a skipped item is like those answered; staff
    who did not answer are like those who did.

    Reference
    ---------
    Cronbach (1951); Feldt (1965); McDonald (1999); Bliese (2000); methods.md#morale-index.
    """
    if statistic not in STATISTICS:
        raise ParamsError(must_be("statistic", STATISTICS, statistic))
    keyed = _keyed_items(items, get_scale(scale), reverse)
    people = _people(keyed, unit, weight, get_scale(scale), statistic)
    size = people.groupby("unit", sort=True).size()
    large = size.index[size >= thresholds.team]
    if len(large) == 0:
        largest = size.max() if len(size) else 0
        raise ModelError(f"No unit has {thresholds.team} answers; the largest has {largest}.")
    known = people.loc[people["unit"].isin(large)]
    frame = _unit_scores(known, level)
    facts: dict[str, float | int | str | bool] = {
        "statistic": statistic,
        "items": items.shape[1],
        "staff": len(people),
        "too_few_items": int(len(items) - len(people)),
        "units_hidden": int(len(size) - len(large)),
    }
    facts |= _item_facts(keyed.loc[known.index], level)
    frame["reliability"], unit_facts = _unit_reliability(known, frame)
    facts |= unit_facts
    frame["placed"] = frame["reliability"] >= PLACE_RELIABILITY
    frame["suppressed_reason"] = ""
    frame = frame.set_index("key").reindex(size.index.astype(str)).rename_axis("key").reset_index()
    hidden = frame["estimate"].isna()
    frame.loc[hidden, "suppressed_reason"] = HIDDEN
    frame["placed"] = frame["placed"].eq(True)
    what = "share of positive answers" if statistic == "positive" else "position on the scale"
    return Estimates(
        frame=frame,
        quantity=f"morale index: mean over {items.shape[1]} items of the {what} (0 to 1)",
        level=level,
        checks=_index_checks(frame, facts, keyed, thresholds),
        facts=facts,
    )


def _keyed_items(items: pd.DataFrame, scale: Scale, reverse: Sequence[str]) -> pd.DataFrame:
    items = pd.DataFrame(items)
    items = items.set_axis(list(map(str, items.columns)), axis=1)
    if items.shape[1] < 2:
        raise DataError(f"`items` must hold at least 2 items; got {items.shape[1]}.")
    refuse_repeated_columns(items, items.columns)
    for name in reverse:
        if name not in items:
            raise DataError(
                f"`reverse` must name items; got {name!r}.{did_you_mean(name, items.columns)}"
            )
    keyed = items.reset_index(drop=True)
    names = list(map(str, keyed.columns))
    keyed = keyed.assign(**{name: read_numbers(keyed[name], f"`{name}`") for name in names})
    for name in names:
        off = keyed[name].notna().to_numpy() & (scale.codes(keyed[name].to_numpy()) < 0)
        if off.any():
            raise DataError(
                f"`{name}` must be on the scale {scale.id}; got "
                f"{keyed[name][off].iloc[0]:g} in row {int(np.flatnonzero(off)[0]) + 1}."
            )
    turned = min(scale.answers) + max(scale.answers)
    return keyed.assign(**{str(name): turned - keyed[name] for name in reverse})


def _people(
    keyed: pd.DataFrame,
    unit: ArrayLike,
    weight: ArrayLike | None,
    scale: Scale,
    statistic: str,
) -> pd.DataFrame:
    """One row per person with enough items: score, unit, weight (index: place in the items)."""
    labels = np.asarray(unit, dtype=object)
    weights = np.ones(len(keyed))
    if weight is not None:
        weights = read_numbers(pd.Series(np.asarray(weight)), "`weight`")
    for name, values in (("unit", labels), ("weight", weights)):
        if len(values) != len(keyed):
            raise DataError(f"`{name}` must have {len(keyed)} values; got {len(values)}.")
    if not (np.isfinite(weights) & (weights > 0)).all():
        raise DataError("`weight` must be positive and finite in every row.")
    values = keyed.to_numpy()
    if statistic == "positive":
        flags = np.column_stack([scale.is_positive(column) for column in values.T]).astype(float)
        part = np.where(np.isnan(values), np.nan, flags)
    else:
        low, high = min(scale.answers), max(scale.answers)
        part = (values - low) / (high - low)
    answered = np.isfinite(part).sum(axis=1)
    enough = (answered >= ITEMS_NEEDED * values.shape[1] - 1e-9) & pd.notna(labels)
    score = np.nansum(part[enough], axis=1) / answered[enough]
    columns = {"unit": labels[enough].astype(str), "score": score, "weight": weights[enough]}
    return pd.DataFrame(columns, index=np.flatnonzero(enough))


def _unit_scores(known: pd.DataFrame, level: float) -> pd.DataFrame:
    rows = []
    for key, part in known.groupby("unit", sort=True):
        w, s = part["weight"].to_numpy(), part["score"].to_numpy()
        n, mean = len(part), float(w @ s / w.sum())
        se = float(np.sqrt(n / (n - 1.0) * np.square(w * (s - mean)).sum()) / w.sum())
        half = float(student.ppf(0.5 + 0.5 * level, n - 1)) * se
        n_eff = float(w.sum() ** 2 / np.square(w).sum())
        low, high = max(0.0, mean - half), min(1.0, mean + half)
        rows.append((str(key), mean, se, low, high, float(n), n_eff))
    columns = ["key", "estimate", "std_error", "conf_low", "conf_high", "n", "n_eff"]
    return pd.DataFrame(rows, columns=columns)


def _item_facts(keyed: pd.DataFrame, level: float) -> dict[str, float]:
    """Alpha and omega of the complete rows, NaN where the answers cannot carry them."""
    complete = keyed.dropna().to_numpy()
    facts = dict.fromkeys(("alpha", "alpha_low", "alpha_high", "omega"), float("nan"))
    if len(complete) <= keyed.shape[1] or (complete.std(axis=0) == 0).any():
        return facts
    alpha = cronbach_alpha(complete, level=level)
    facts |= {"alpha": alpha.alpha, "alpha_low": alpha.low, "alpha_high": alpha.high}
    if (
        keyed.shape[1] > 2
        and np.linalg.matrix_rank(np.cov(complete, rowvar=False)) == keyed.shape[1]
    ):
        facts["omega"] = one_factor_omega(np.cov(complete, rowvar=False, ddof=0))[0]
    return facts


def _unit_reliability(
    known: pd.DataFrame, frame: pd.DataFrame
) -> tuple[Array, dict[str, float | int | str | bool]]:
    blank = np.full(len(frame), np.nan)
    if len(frame) < 2 or known["score"].nunique() < 2:
        return blank, {"icc1": float("nan"), "icc2": float("nan"), "unit_sd": float("nan")}
    found = intraclass(known["score"], known["unit"])
    facts: dict[str, float | int | str | bool] = {
        "icc1": found.icc1,
        "icc2": found.icc2,
        "unit_sd": float(np.sqrt(found.unit_variance)),
        "staff_sd": float(np.sqrt(found.residual_variance)),
    }
    own = own_mean_reliability(found.unit_variance, found.residual_variance, frame["n_eff"])
    return own, facts


def _index_checks(
    frame: pd.DataFrame,
    facts: dict[str, float | int | str | bool],
    keyed: pd.DataFrame,
    thresholds: Thresholds,
) -> tuple[Check, ...]:
    alpha = float(facts["alpha"])
    shown = frame.loc[frame["suppressed_reason"] == ""]
    placed = int(shown["placed"].sum())
    missing = keyed.isna().mean()
    worst = str(missing.idxmax())
    return (
        Check(
            "items agree",
            bool(alpha >= ALPHA_AT_LEAST) if np.isfinite(alpha) else None,
            f"Cronbach's alpha is {alpha:.2f}; at least {ALPHA_AT_LEAST:.2f} is asked for.",
        ),
        Check(
            "own reliability",
            placed == len(shown),
            f"{placed} of {len(shown)} units reach a reliability of {PLACE_RELIABILITY:.2f}; "
            "the others have too few answers to place.",
        ),
        Check(
            "missing answers",
            bool(missing.max() <= MISSING_AT_MOST),
            f"{worst} was skipped most often, by {100 * missing.max():.0f}% of staff.",
        ),
        Check(
            "small units",
            None,
            f"Units with fewer than {thresholds.team} answers, not shown and not in the model: "
            f"{facts['units_hidden']}.",
        ),
    )
