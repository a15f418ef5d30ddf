"""Does morale go with performance where the same people tell of both?

A person in a good mood answers kindly to everything, so units look as if morale and performance
went together. Half of a unit's people give its morale, the other half its performance, again and
again: what one person's mood adds is then on one side only. Beside it stands the relation with
everybody on both sides, to show how much the mood makes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.disclosure import publishable_rows, publishable_units
from cxanalytics.errors import DataError, ModelError, ParamsError
from cxanalytics.models.morale import ITEMS_NEEDED
from cxanalytics.models.morale_error import PARTS, RELIABILITY_TO_RELATE
from cxanalytics.models.morale_performance import relation_quantity
from cxanalytics.models.morale_rows import MoraleRows, morale_rows
from cxanalytics.models.statistic import SHARES, score_values
from cxanalytics.numerics.cluster_robust import ClusteredFit, Interval, cluster_interval
from cxanalytics.numerics.halves import HalfMoments, half_moments
from cxanalytics.numerics.measurement_error import Moments, corrected_interval
from cxanalytics.rules import GRADES, LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Panel, Survey

Array = NDArray[np.float64]

SPLITS = 100
"""Times that the people of each unit are split in halves."""


def fit_split_sample(
    staff: Survey,
    *,
    items: Sequence[str],
    measure: str,
    statistic: str = "positive",
    splits: int = SPLITS,
    level: float = LEVEL,
    standardize: bool = False,
    seed: int = 0,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Relate performance to morale, each told by another half of the same people.

    Parameters
    ----------
    staff : Survey
        One row per person, with the morale items and the question on performance.
    items : sequence of str
        Questions that make the morale index; a person counts with two thirds of them answered.
    measure : str
        Question on performance.
    statistic : str
        What of its answers counts: one of `models.statistic.STATISTICS`. Items count by their
        positive answers.
    splits : int
        Random splits, each used both ways round.
    level : float
        Probability content of the intervals.
    standardize : bool
        Per standard deviation of morale between rows; else per 1 of morale, a share.
    seed : int
        Of the splits.
    thresholds : Thresholds
        Smallest numbers of answers; read are `team` and those that hide agencies.

    Returns
    -------
    Estimates
        Rows "within", "between" and "difference" by split halves; "within_corrected" and
        "between_corrected" with the sampling error of half a unit taken out; "within_together" and
        "between_together" with everybody on both sides. Further columns `p_value df method
        reason`. Facts: `groups periods people splits reliability_within reliability_between
        morale_sd`.

    Raises
    ------
    DataError
        The survey holds counts, or lacks a question.
    ModelError
        Fewer than three groups with answers enough, or morale that does not differ between them.
    ParamsError
        No items, fewer than two splits, or an unknown statistic.

    Assumes
    -------
    People of one unit answer independently of each other; a straight line; no unmeasured reason
    that moves both. What a whole unit's mood does to both sides is not taken out.

    Reference
    ---------
    Ostroff, Kinicki and Clark (2002), Journal of Applied Psychology 87(2);
    methods.md#morale-and-performance.
    """
    if staff.counts:
        raise DataError("`staff` must hold one row per person; it holds counts.")
    if not items:
        raise ParamsError("`items` must name a question or more; got none.")
    if splits < 2:
        raise ParamsError(f"`splits` must be at least 2; got {splits}.")
    people = _people(staff, items, measure, statistic, thresholds)
    panel, cell = _panel(people, staff.question(measure).label, statistic)
    rows = morale_rows(
        panel,
        group="unit",
        covariates=(),
        exposure="",
        standardize=standardize,
        thresholds=thresholds,
    )
    made = half_moments(
        people["morale"].to_numpy() / rows.step,
        people["performance"].to_numpy(),
        people["weight"].to_numpy(),
        cell,
        code=rows.code,
        wave=rows.wave,
        cluster=rows.cluster,
        splits=splits,
        seed=seed,
    )
    frame = _split_frame(made, rows, level)
    facts = _split_facts(made, rows, len(people), splits, standardize)
    return Estimates(
        frame=frame,
        quantity=relation_quantity(panel, standardize),
        level=level,
        checks=_split_checks(facts),
        facts=facts,
    )


def _people(
    staff: Survey, items: Sequence[str], measure: str, statistic: str, thresholds: Thresholds
) -> pd.DataFrame:
    """People with items enough and an answer on performance, in agencies that may be shown."""
    for name in (*items, measure):
        staff.question(name)
    kept = publishable_rows(staff, measure=[*items, measure], thresholds=thresholds).to_numpy()
    source = staff.frame.loc[kept]
    answers = np.column_stack(
        [
            score_values(staff.question(item), source[item].to_numpy(dtype=float), "positive")
            for item in items
        ]
    )
    known = np.isfinite(answers).sum(axis=1)
    enough = known >= ITEMS_NEEDED * len(items) - 1e-9
    people = pd.DataFrame(
        {
            "agency": source["agency"].astype(str).to_numpy(),
            "unit": (source["unit"] if "unit" in source else source["agency"]).to_numpy(),
            "period": source["period"].astype(str).to_numpy(),
            "weight": source["weight"].to_numpy(dtype=float),
            "morale": np.where(enough, np.nansum(answers, axis=1), np.nan) / np.maximum(known, 1),
            "performance": score_values(
                staff.question(measure), source[measure].to_numpy(dtype=float), statistic
            ),
        }
    ).dropna()
    cell = ["agency", "unit", "period"]
    sizes = people.groupby(cell, observed=True)["weight"].size().rename("n").reset_index()
    sizes["kept"] = publishable_units(sizes, thresholds=thresholds)
    kept = people[cell].merge(sizes, on=cell, how="left")["kept"].to_numpy(dtype=bool)
    people = people.loc[kept].astype({"unit": str}).reset_index(drop=True)
    if people.empty:
        raise ModelError(
            f"No unit has {thresholds.team} people with morale and an answer to `{measure}`."
        )
    return people


def _panel(people: pd.DataFrame, label: str, statistic: str) -> tuple[Panel, NDArray[np.intp]]:
    """Everybody's scores by unit and period, and the row of each person."""
    grouped = people.groupby(["agency", "unit", "period"], observed=True, sort=True)
    weighted = people.assign(
        morale=people["morale"] * people["weight"],
        performance=people["performance"] * people["weight"],
    )
    sums = weighted.groupby(["agency", "unit", "period"], observed=True, sort=True).sum()
    frame = sums[["morale", "performance"]].div(sums["weight"], axis=0)
    frame = frame.assign(n=grouped.size().astype(float)).reset_index()
    panel = Panel.from_frame(
        frame,
        agency="agency",
        unit="unit",
        period="period",
        morale="morale",
        performance="performance",
        n="n",
        morale_label="Morale index",
        performance_label=label,
        performance_is="share" if statistic in SHARES else "mean",
        same_source=True,
    )
    return panel, np.asarray(grouped.ngroup(), dtype=np.intp)


def _split_frame(made: HalfMoments, rows: MoraleRows, level: float) -> pd.DataFrame:
    found: dict[str, Interval] = {}
    halves = _clustered(made.xx, made.xy, len(rows.y))
    together = _clustered(made.xx_all, made.xy_all, len(rows.y))
    for part in PARTS:
        if part not in made.parts:
            for key in (part, f"{part}_corrected", f"{part}_together"):
                found[key] = _nothing("morale does not change within units")
            continue
        place = made.parts.index(part)
        contrast = np.eye(len(made.parts))[place]
        found[part] = cluster_interval(halves, contrast, level=level)
        found[f"{part}_together"] = cluster_interval(together, contrast, level=level)
        found[f"{part}_corrected"] = _corrected(made, place, level)
    found["difference"] = _nothing("morale does not change within units")
    if len(made.parts) > 1:
        found["difference"] = cluster_interval(halves, np.array([-1.0, 1.0]), level=level)
    order = [*PARTS, "difference"]
    order += [f"{part}_{how}" for how in ("corrected", "together") for part in PARTS]
    values = [found[key] for key in order]
    return pd.DataFrame(
        {
            "key": order,
            "estimate": [i.estimate for i in values],
            "std_error": [i.std_error for i in values],
            "conf_low": [i.low for i in values],
            "conf_high": [i.high for i in values],
            "n": float(len(rows.y)),
            "p_value": [i.p_value for i in values],
            "df": [i.df for i in values],
            "method": [i.method for i in values],
            "reason": [i.reason for i in values],
        }
    )


def _clustered(xx: Array, xy: Array, n: int) -> ClusteredFit:
    bread = np.linalg.inv(xx.sum(axis=0))
    coef = bread @ xy.sum(axis=0)
    return ClusteredFit(coef, bread, xx, xy - xx @ coef, n, absorbed=0)


def _nothing(reason: str) -> Interval:
    return Interval(*(float("nan"),) * 6, method="none", reason=reason)


def _moments(made: HalfMoments, place: int) -> Moments:
    """Moments of halves; the noise of one part is what the two halves do not share."""
    noise = made.xx[:, place, place] - made.across[:, place]
    return Moments(made.xx, made.xy, noise, place)


def _corrected(made: HalfMoments, place: int, level: float) -> Interval:
    moments = _moments(made, place)
    whole = _whole_reliability(moments)
    if whole < RELIABILITY_TO_RELATE:
        return _nothing(
            f"{whole:.2f} of the differences in morale is more than sampling error; "
            f"at least {RELIABILITY_TO_RELATE:.2f} is asked for"
        )
    return corrected_interval(moments, level=level)


def _whole_reliability(moments: Moments) -> float:
    """Reliability of a whole unit's score, from that of its halves (Spearman and Brown)."""
    half = moments.reliability
    return 2.0 * half / (1.0 + half)


def _split_facts(
    made: HalfMoments, rows: MoraleRows, people: int, splits: int, standardize: bool
) -> dict[str, float | int | str | bool]:
    reliability = {
        part: _whole_reliability(_moments(made, made.parts.index(part)))
        if part in made.parts
        else float("nan")
        for part in PARTS
    }
    return {
        "group": rows.group,
        "groups": rows.groups,
        "periods": int(rows.frame["period"].nunique()),
        "cluster": "agency" if rows.by_agency else "unit",
        "clusters": int(rows.cluster.max()) + 1,
        "people": people,
        "splits": splits,
        "morale_sd": rows.morale_sd,
        "standardized": standardize,
        "reliability_within": reliability["within"],
        "reliability_between": reliability["between"],
        "same_source": True,
        "higher_is_better": True,
        "grade": "D",
    }


def _split_checks(facts: dict[str, float | int | str | bool]) -> tuple[Check, ...]:
    grade = GRADES[str(facts["grade"])]
    return (
        Check(
            "same source",
            True,
            "Half of each unit's people give morale, the other half performance; the mean of "
            f"{facts['splits']} random splits.",
        ),
        Check("grade", None, f"Grade {grade.letter}: compared in the same wave, without a lag."),
        Check("ecological", None, "This is a relation between units, not between people."),
    )
