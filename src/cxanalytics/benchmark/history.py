"""Is each agency's score steady over time, or has something changed?

Process charts: p' charts for shares of answers, XmR charts for scores without counts. Limits come
from a baseline that is named and frozen, each with its reason. A new wording, a reorganization or
a declared break starts a new baseline, so that no statement goes across it. Few points show a line
only, and somewhat more give provisional limits.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.benchmark.history_points import (
    Baseline,
    Restart,
    applies_to,
    at_or_after,
    at_or_before,
    check_places,
    number_segments,
    points_of_published,
)
from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.numerics.process_chart import (
    ProcessLimits,
    false_alarm_chance,
    laney_limits,
    one_side,
    outside,
    xmr_limits,
)
from cxanalytics.published import Published
from cxanalytics.rules import (
    CHART_STATES,
    COMPLEMENTARY,
    FEW,
    HIDDEN,
    NO_POINTS,
    PROVISIONAL,
    PROVISIONAL_BELOW,
    RUN_CHART,
    RUN_CHART_BELOW,
    SETTLED,
    SIGNAL_RUN,
    SIGNALS,
)
from cxanalytics.tables import Check, Estimates, need_columns

Flags = NDArray[np.bool_]

SHORTEST_RUN = 6
"""Shorter runs on one side are no signal: chance makes one of five every few months."""

SHARE_ENDS = (0.0, 1.0)
P_PRIME, XMR = "p'", "XmR"

_POINT_COLUMNS = ("measure", "agency", "point", "wave", "suppressed_reason", "break_reason")


def benchmark_history(
    history: Estimates | Published,
    *,
    run: int = SIGNAL_RUN,
    baselines: Sequence[Baseline] = (),
    breaks: Sequence[Restart] = (),
) -> Estimates:
    """Judge every point of every agency against the limits of its baseline.

    Parameters
    ----------
    history : Estimates or Published
        From `fit_history`; or published scores, whose points have no range of sampling.
    run : int
        Points in a row on one side of the center that are a signal; 7 is used elsewhere too.
    baselines : sequence of Baseline
        Declared baselines; the last that fits a stretch between breaks is used. Without one, the
        first `PROVISIONAL_BELOW` points of the stretch.
    breaks : sequence of Restart
        Declared breaks, besides those in the history.

    Returns
    -------
    Estimates
        The rows of the history, and `segment` (numbered from 1 for each measure and agency),
        `chart` ("p'" or "XmR"), `center low high` (missing where there are no limits), `baseline`
        (the point sets the limits), `baseline_reason`, `state` ("none", "run_chart",
        "provisional" or "settled") and `signal`: "above" or "below" the limits, "run_above" or
        "run_below", or ""; `unsteady` (a signal of the baseline by itself); `chance`, how likely a
        steady stretch as long shows a signal somewhere. The row of a hidden point has none of these
        numbers but its `segment`, and not that where no point of the agency is shown. Facts: `run`,
        `every`, `charts`.

    Raises
    ------
    DataError
        A break or a baseline names a point that is not in the history.
    ParamsError
        `run` is too short.

    Assumes
    -------
    Points of a steady process are alike but for chance, their spread from one to the next being
    that of the baseline; no season.

    Reference
    ---------
    Wheeler and Chambers (1992), Understanding Statistical Process Control; Laney (2002), Quality
    Engineering 14(4); methods.md#history.
    """
    if not isinstance(run, int) or isinstance(run, bool) or run < SHORTEST_RUN:
        raise ParamsError(f"`run` must be a whole number of at least {SHORTEST_RUN}; got {run!r}.")
    points = points_of_published(history) if isinstance(history, Published) else history
    need_columns(points.frame, _POINT_COLUMNS, "A history")
    check_places(points.frame, baselines, breaks)
    frame = number_segments(points.frame.reset_index(drop=True), breaks)
    ends = _ends(history)
    parts: list[pd.DataFrame] = [
        _judge(part, baselines, run, ends.get(str(part["measure"].iloc[0]), SHARE_ENDS))
        for _, part in frame.groupby(["measure", "agency", "segment"], sort=False)
    ]
    judged = _blank_hidden(pd.concat(parts).sort_index())
    facts = dict(points.facts) | {
        "run": run,
        "charts": ", ".join(sorted(set(judged["chart"]) - {""})),
    }
    checks = (*points.checks, _state_check(judged), _baseline_check(judged))
    return Estimates(
        frame=judged, quantity=points.quantity, level=points.level, checks=checks, facts=facts
    )


def _blank_hidden(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave no number in the rows of hidden points.

    Where an agency is shown at other points, the row keeps its place in time.
    """
    guarded = frame["suppressed_reason"].isin([HIDDEN, COMPLEMENTARY])
    groups = [frame["measure"], frame["agency"]]
    shown = frame["suppressed_reason"].isin(["", FEW]).groupby(groups).transform("any")
    alone = ~shown & guarded.groupby(groups).transform("any")
    frame.loc[guarded, ["center", "chance"]] = np.nan
    frame["segment"] = frame["segment"].where(~alone)
    if "year" in frame:
        frame["year"] = frame["year"].where(~alone)
    return frame


def _ends(history: Estimates | Published) -> dict[str, tuple[float, float]]:
    """Give the lowest and the highest possible value of published measures."""
    if isinstance(history, Published):
        return {entry.name: (entry.low, entry.high) for entry in history.measures}
    return {}


def _judge(
    part: pd.DataFrame, baselines: Sequence[Baseline], run: int, ends: tuple[float, float]
) -> pd.DataFrame:
    """Set the limits of one stretch, and mark its signals."""
    values = part["estimate"].to_numpy(dtype=float)
    n_eff = part["n_eff"].to_numpy(dtype=float)
    seen = np.isfinite(values)
    chosen, reason = _choose(part, seen, baselines)
    held = int((chosen & seen).sum())
    state = NO_POINTS if not seen.any() else _state(held)
    out = part.assign(
        chart="",
        center=np.nan,
        low=np.nan,
        high=np.nan,
        baseline=chosen & seen,
        baseline_reason=reason if held else "",
        state=state,
        signal="",
        unsteady=False,
        chance=np.nan,
    )
    if state == NO_POINTS:
        return out
    if state == RUN_CHART:
        return out.assign(center=float(np.median(values[seen])))
    shares = bool(np.isfinite(n_eff[seen]).all())
    limits, chart = _limits(values, n_eff, chosen, shares)
    where = outside(values, limits)
    side = one_side(values, limits.center, run=run)
    # A run that begins in the baseline and ends after it is no sign of the baseline itself.
    held_side = one_side(np.where(chosen, values, np.nan), limits.center, run=run)
    signal = np.select(
        [where > 0, where < 0, side > 0, side < 0], list(SIGNALS), default=""
    ).astype(object)
    return out.assign(
        chart=chart,
        center=limits.center,
        low=np.where(seen, np.clip(limits.low, *ends), np.nan),
        high=np.where(seen, np.clip(limits.high, *ends), np.nan),
        signal=signal,
        unsteady=chosen & ((where != 0) | (held_side != 0)),
        chance=false_alarm_chance(int(seen.sum()), held, run=run),
    )


def _limits(
    values: NDArray[np.float64], n_eff: NDArray[np.float64], chosen: Flags, shares: bool
) -> tuple[ProcessLimits, str]:
    """A p' chart where answers are counted, unless all of them were of one kind."""
    if shares:
        try:
            return laney_limits(values, n_eff, baseline=chosen), P_PRIME
        except ModelError:
            return xmr_limits(values, baseline=chosen), XMR
    return xmr_limits(values, baseline=chosen), XMR


def _choose(part: pd.DataFrame, seen: Flags, baselines: Sequence[Baseline]) -> tuple[Flags, str]:
    """Find the points that set the limits, and why these."""
    for entry in reversed(baselines):
        inside = (
            applies_to(part, entry)
            & at_or_after(part, entry.first)
            & at_or_before(part, entry.last)
        )
        if (inside.to_numpy() & seen).any():
            return inside.to_numpy(), entry.reason
    first = np.cumsum(seen) <= PROVISIONAL_BELOW
    since = "" if part["segment"].iloc[0] == 1 else " since the break"
    if seen.sum() > PROVISIONAL_BELOW:
        return first, f"the first {PROVISIONAL_BELOW} points{since}"
    return first, f"all {int(seen.sum())} points{since}"


def _state(held: int) -> str:
    if held < RUN_CHART_BELOW:
        return RUN_CHART
    return PROVISIONAL if held < PROVISIONAL_BELOW else SETTLED


def _state_check(frame: pd.DataFrame) -> Check:
    states = frame.drop_duplicates(["measure", "agency"], keep="last")["state"].value_counts()
    many = {name: int(states.get(name, 0)) for name in CHART_STATES}
    text = (
        f"{many[SETTLED]} charts end with settled limits, {many[PROVISIONAL]} with provisional "
        f"ones (fewer than {PROVISIONAL_BELOW} points), {many[RUN_CHART]} without limits (fewer "
        f"than {RUN_CHART_BELOW})."
    )
    return Check("limits", None, text)


def _baseline_check(frame: pd.DataFrame) -> Check:
    limited = frame.loc[frame["state"].isin([PROVISIONAL, SETTLED])]
    groups = limited.groupby(["measure", "agency", "segment"])
    total = groups.ngroups
    unsteady = limited.loc[limited["unsteady"]]
    many = unsteady.groupby(["measure", "agency", "segment"]).ngroups
    text = f"{many} of {total} baselines hold a signal themselves: they are not steady."
    return Check("steady baselines", many == 0, text)
