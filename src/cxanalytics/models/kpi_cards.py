"""What is each measure of a contact center worth: reliable, valid, more than resolution, honest?

One card per measure. A relation counts as shown only where its own range leaves zero out and it
is among those that stay when all relations on all cards, and all of its kind, are looked at
together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxanalytics.errors import ModelError, ParamsError, must_be
from cxanalytics.models.kpi.gaming import repeats_trend, response_trend, signs_of_gaming
from cxanalytics.models.kpi.reliability import measure_reliability
from cxanalytics.models.kpi.rows import UnitRows, need_measures, unit_rows
from cxanalytics.models.kpi.together import lagged_skill, turned, weight_agreement
from cxanalytics.models.kpi.validity import earlier_wave, moves_within, no_interval, relate
from cxanalytics.numerics.cluster_robust import Interval
from cxanalytics.numerics.multiplicity import FALSE_AT_MOST, adjust_p_values
from cxanalytics.operations import OperationMeasure, Operations
from cxanalytics.rules import LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates, Survey

RESAMPLES = 999
"""Resamples of agencies behind ranges over all cards."""

TESTS = ("validity", "lagged", "nonlinear", "increment")


def fit_kpi_cards(
    customers: Survey | None,
    operations: Operations | None,
    *,
    kpis: Sequence[str] | None = None,
    outcome: str | None = None,
    statistic: str = "positive",
    resolution: str = "",
    repeats: str = "",
    blocks: Mapping[str, str] | None = None,
    reward_weights: Mapping[str, float] | None = None,
    response: pd.DataFrame | None = None,
    resamples: int = RESAMPLES,
    seed: int = 1,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Examine each measure against what customers say.

    Parameters
    ----------
    customers : Survey or None
        Answers of customers, with `unit` where units are compared.
    operations : Operations or None
        With the measures; None is refused.
    kpis : sequence of str, optional
        Measures of `operations`; all of them, less the outcome, when absent.
    outcome : str, optional
        Question of `customers`, its own outcome when absent; without customers, a measure.
    statistic : {"positive", "top"}
        Which answers count.
    resolution, repeats : str
        Measures of contacts resolved the first time, and of contacts that come back; "" for none.
    blocks : mapping of str to str, optional
        Measure to "effectiveness", "efficiency" or "outcome"; printed beside it.
    reward_weights : mapping of str to float, optional
        Weight of each measure in what is rewarded; 0 where it is not.
    response : DataFrame, optional
        How many were asked and answered: agency, period, asked, answered.
    resamples, seed : int
        Resamples of agencies.
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        Smallest numbers of answers; read are `hide` and `rank`.

    Returns
    -------
    Estimates
        A row per measure: `key label block`; `reliability` (signal in one wave) and `split_half`;
        `validity` (the same as `estimate`), `lagged` (one wave before, the same wave held) and
        `increment` (resolution held), each with `_low _high`, in units of the outcome per usual
        `swing` of the measure, positive where its better side goes with a better outcome;
        `nonlinear_p`; `p_adjusted lagged_p_adjusted nonlinear_p_adjusted increment_p_adjusted` over
        all cards; `shown lagged_shown increment_shown` (1, -1, or 0 for not shown) and `curved`;
        `gaming` (signs joined by ";", "" for none, or "not testable") and `gaming_untested`;
        `reward_weight`, `n units agencies`, and `reason` (what is missing, joined by "; ").
        Facts `rank_agreement low high` (Kendall's tau of reward weight and validity), `mismatch`
        (the measure with the largest weight of those not shown to be valid), `skill skill_low
        skill_high` (share of the outcome's movement in unseen agencies that all measures of the
        wave before predict beyond those of the same wave), `predicting` (measures that foretell),
        `outcome agencies units waves`.

    Raises
    ------
    ParamsError
        A measure or an outcome that does not exist.
    ModelError
        No measure, or units that meet on no side.

    Assumes
    -------
    Nothing that moves within units moves both sides; straight lines but for `nonlinear_p`;
    agencies independent of each other. Nothing about cause.

    Reference
    ---------
    Mundlak (1978); Bell and McCaffrey (2002); Benjamini and Hochberg (1995); Spearman (1910);
    Kendall (1945); methods.md#kpi-cards.
    """
    operations = need_measures(customers, operations, outcome)
    names = _names(operations, kpis, outcome if customers is None else None)
    asked = list(dict.fromkeys([*names, *filter(None, (resolution, repeats))]))
    rows = unit_rows(
        customers,
        operations,
        kpis=asked,
        outcome=outcome,
        statistic=statistic,
        thresholds=thresholds,
    )
    answering = response_trend(response, rows, level=level)
    back = repeats_trend(rows, repeats, level=level)
    measures = [operations.measure(name) for name in names]
    cards = [
        _card(rows, measure, resolution=resolution, level=level)
        | _signs(rows, measure, repeats=repeats, back=back, response=answering, level=level)
        for measure in measures
    ]
    frame = _shown(pd.DataFrame(cards))
    weights = {} if reward_weights is None else dict(reward_weights)
    frame.insert(2, "block", [(blocks or {}).get(name, "") for name in names])
    frame["reward_weight"] = [float(weights.get(name, np.nan)) for name in names]
    facts = {
        **_base(rows),
        **weight_agreement(rows, measures, frame, resamples=resamples, seed=seed, level=level),
        **lagged_skill(rows, measures, resamples=resamples, seed=seed, level=level),
        "predicting": ", ".join(frame.loc[frame["lagged_shown"] > 0, "key"]),
        "resolution": resolution,
        "repeats": repeats,
    }
    return Estimates(
        frame=frame,
        quantity=f"Change in {rows.label} per usual swing of the measure toward its better side",
        level=level,
        checks=(*rows.checks, *_checks(frame)),
        facts=facts,
    )


def _names(operations: Operations, kpis: Sequence[str] | None, outcome: str | None) -> list[str]:
    known = [measure.name for measure in operations.measures]
    names = list(known if kpis is None else kpis)
    for name in names:
        if name not in known:
            raise ParamsError(must_be("kpis", known, name))
    names = [name for name in names if name != outcome]
    if not names:
        raise ModelError("The study names no measures (`kpis`).")
    return names


def _card(
    rows: UnitRows, measure: OperationMeasure, *, resolution: str, level: float
) -> dict[str, Any]:
    frame = turned(rows, measure)
    moves = moves_within(frame, ["x"])
    found = {
        "validity": relate(moves, level=level),
        "lagged": _lagged(frame, rows.waves, level=level),
        "nonlinear": relate(moves_within(frame, ["x", "squared"]), column=1, level=level),
        "increment": _increment(rows, frame, measure, resolution=resolution, level=level),
    }
    reliable = measure_reliability(rows.work, measure)
    reasons = {test: each.reason for test, each in found.items() if each.reason}
    if reliable.reason:
        reasons["reliability"] = reliable.reason
    valid = found["validity"]
    card: dict[str, Any] = {
        "key": measure.name,
        "label": measure.label,
        "estimate": valid.estimate,
        "std_error": valid.std_error,
        "conf_low": valid.low,
        "conf_high": valid.high,
        "reliability": reliable.signal,
        "split_half": reliable.halves,
        "swing": float(moves.x.std()) if moves else np.nan,
    }
    for test in ("validity", "lagged", "increment"):
        each = found[test]
        card |= {test: each.estimate, f"{test}_low": each.low, f"{test}_high": each.high}
        card |= {f"{test}_df": each.df, f"{test}_se": each.std_error}
    card |= {f"{test}_p": each.p_value for test, each in found.items()}
    known = frame.dropna(subset=["x"])
    return card | {
        "n": float(len(moves.y)) if moves else 0.0,
        "units": len(known[["agency", "unit"]].drop_duplicates()),
        "agencies": known["agency"].nunique(),
        "method": valid.method,
        "reason": "; ".join(f"{test}: {reason}" for test, reason in reasons.items()),
    }


def _lagged(frame: pd.DataFrame, waves: tuple[str, ...], *, level: float) -> Interval:
    if len(waves) < 3:
        return no_interval("three waves")
    # Without the same wave the two share a mean within units, which looks like a relation.
    return relate(moves_within(earlier_wave(frame, "x", waves), ["before", "x"]), level=level)


def _increment(
    rows: UnitRows,
    frame: pd.DataFrame,
    measure: OperationMeasure,
    *,
    resolution: str,
    level: float,
) -> Interval:
    if not resolution:
        return no_interval("a measure of contacts resolved the first time")
    if resolution == measure.name:
        return no_interval("it is what the others are held against")
    held = frame.assign(resolution=rows.frame[f"kpi:{resolution}"])
    return relate(moves_within(held, ["x", "resolution"]), level=level)


def _signs(
    rows: UnitRows,
    measure: OperationMeasure,
    *,
    repeats: str,
    back: Interval | None,
    response: Interval | None,
    level: float,
) -> dict[str, str]:
    signs = signs_of_gaming(
        rows, measure, repeats=repeats, back=back, response=response, level=level
    )
    return {"gaming": signs.text, "gaming_untested": ";".join(signs.untested)}


def _shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Adjust every test on every card together, and say which relations are shown."""
    raw = frame[[f"{test}_p" for test in TESTS]].to_numpy(dtype=float)
    # Strong relations of one kind would make room for chance findings of another.
    alike = np.column_stack([adjust_p_values(column, method="bh") for column in raw.T])
    adjusted = np.maximum(alike, adjust_p_values(raw.ravel(), method="bh").reshape(raw.shape))
    for place, test in enumerate(TESTS):
        name = "p_adjusted" if test == "validity" else f"{test}_p_adjusted"
        frame[name] = adjusted[:, place]
        stays = frame[name] <= FALSE_AT_MOST
        if test == "nonlinear":
            frame["curved"] = stays
            continue
        low, high = frame[f"{test}_low"], frame[f"{test}_high"]
        way = np.where(low > 0, 1, np.where(high < 0, -1, 0))
        frame["shown" if test == "validity" else f"{test}_shown"] = np.where(stays, way, 0)
    return frame.rename(columns={"validity_p": "p_value"})


def _base(rows: UnitRows) -> dict[str, float | int | str | bool]:
    return {
        "outcome": rows.outcome,
        "outcome_label": rows.label,
        "share": rows.share,
        "agencies": int(rows.frame["agency"].nunique()),
        "units": len(rows.frame[["agency", "unit"]].drop_duplicates()),
        "waves": int(rows.frame["wave"].nunique()),
        "grade": "D",
        "lagged_grade": "C",
    }


def _checks(frame: pd.DataFrame) -> tuple[Check, ...]:
    tests = int(frame[["p_adjusted", *(f"{test}_p_adjusted" for test in TESTS[1:])]].count().sum())
    text = (
        f"{tests} relations on {len(frame)} cards are looked at together: of those called shown, "
        f"at most {100 * FALSE_AT_MOST:.0f}% are expected to be false."
    )
    signs = "A sign of gaming is a reason to look, and proves nothing."
    return (
        Check("looked_at_together", None, text),
        Check("signs_of_gaming", bool((~frame["gaming"].str.contains("_|heap")).all()), signs),
        Check(
            "grade", None, "Measures and outcome are followed within units; nobody assigned them."
        ),
    )
