"""Where does each agency stand among its peers on one measure?

Scores are stabilized by a normal-normal hierarchy with its spread integrated out; the typical
peer is the median of the *other* peers within each joint draw; a verdict is called at 80
percent or more, and "too close to call" is an answer. Suppressed agencies, and those with too
few answers, are not in the model: medians and pooled means could otherwise give them back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.benchmark.change import change_columns
from cxanalytics.benchmark.peer_sets import PEER_SET, member_rows
from cxanalytics.benchmark.variances import joint_variances, smooth_variances
from cxanalytics.disclosure import shared_control, suppress
from cxanalytics.errors import ParamsError, did_you_mean
from cxanalytics.numerics.peers import gaps_to_peer_sets, gaps_to_peers
from cxanalytics.numerics.ranks import RankSummary, summarize_ranks
from cxanalytics.numerics.shrinkage import NormalHierarchy, reml_tau2, shrink_normal
from cxanalytics.rules import (
    CALL_AT_LEAST,
    COMPLEMENTARY,
    DIFFERENCE,
    DRAWS,
    HIDDEN,
    LEVEL,
    NO_COUNTS,
    NOT_ASKED,
    THRESHOLDS,
    VERDICTS,
    Thresholds,
)
from cxanalytics.tables import BENCHMARK_COLUMNS, CHANGE_COLUMNS, Benchmark, Check, Estimates

Array = NDArray[np.float64]

FEWEST_TO_POOL = 6
TEXT_COLUMNS = ("key", "verdict", "suppressed_reason", "change_reason")
KEEPS_N = ("", "few")


def benchmark_scores(
    scores: Estimates,
    *,
    previous: Estimates | None = None,
    peers: Sequence[str] | Mapping[str, Collection[str]] | None = None,
    peer_rule: str = "",
    difference: float | None = None,
    draws: int = DRAWS,
    seed: int,
    level: float = LEVEL,
    changed_wording: bool = False,
    broken: Collection[str] = (),
    only_peers: Sequence[str] = (),
    thresholds: Thresholds = THRESHOLDS,
) -> Benchmark:
    """Compare each agency with the typical one of its peers.

    Parameters
    ----------
    scores : Estimates
        One row per agency; higher is better. A column `n_eff` (effective answers) lets variances be
        smoothed. `facts["total_published"]` False says that no overall figure is published.
    previous : Estimates, optional
        The same measure one wave earlier, from an independent sample.
    peers : sequence of str, or mapping of str to collection of str, optional
        Keys of the peer set; all shown agencies by default. An agency outside it is compared with
        the whole set. A mapping gives each agency peers of its own (`choose_peers`); with fewer
        than `thresholds.peers` of them shown, it has all.
    peer_rule : str
        The rule behind such a mapping in words, such as "alike in function".
    difference : float, optional
        Smallest difference that matters, in units of the scores; `rules.DIFFERENCE` when absent.
        Needed where the scores are means.
    draws : int
        Joint posterior draws.
    seed : int
    level : float
        Probability content of every interval.
    changed_wording : bool
        The question differs from the earlier wave: no change is computed.
    broken : collection of str
        Keys that were another organization in the earlier wave (`Survey.broken_between`): no
        change is given.
    only_peers : sequence of str
        Keys that are compared with, and never reported on; a fact of the result.
    thresholds : Thresholds
        Smallest numbers of answers and peers; read are `hide`, `rank`, `peers` and `wave`.

    Returns
    -------
    Benchmark
        Figures in the units of `scores`. With fewer other peers than `thresholds.peers`: no typical
        peer, verdict or rank, and a check that says so.

    Raises
    ------
    ParamsError
        An unknown peer, a `difference`, `draws`, `seed` or `level` out of range, or means without
        a `difference`.

    Assumes
    -------
    Independent agencies given their true scores (unless `scores.covariance` says otherwise),
    near-normal sampling error at 30 effective answers or more, true scores that scatter normally.

    Reference
    ---------
    Gelman et al. (2013), Bayesian Data Analysis, section 5.4; Goldstein and Spiegelhalter (1996),
    Journal of the Royal Statistical Society A 159(3); methods.md#benchmark.
    """
    difference = _choose_difference(scores, difference)
    _validate(scores, peers, difference, draws, seed, level)
    frame = _start_frame(scores, thresholds)
    shown = (frame["suppressed_reason"] == "").to_numpy()
    keys = frame.loc[shown, "key"].tolist()
    checks = [*scores.checks, *_suppression_checks(frame)]
    facts: dict[str, float | int | str | bool] = {**scores.facts, "seed": seed, "draws": draws}
    if only_peers:
        facts["only_peers"] = "\n".join(only_peers)
    rank_probability, p_ahead = _no_ranks(keys), _no_ranks(keys)
    frame.loc[shown, ["raw", "raw_low", "raw_high"]] = scores.frame.loc[
        shown, ["estimate", "conf_low", "conf_high"]
    ].to_numpy()
    if len(keys) < FEWEST_TO_POOL:
        frame.loc[shown, ["estimate", "conf_low", "conf_high"]] = frame.loc[
            shown, ["raw", "raw_low", "raw_high"]
        ].to_numpy()
        text = f"{len(keys)} agencies shown; {FEWEST_TO_POOL} are needed to stabilize scores."
        checks.append(Check("stabilized", False, text))
    else:
        used = scores.frame.loc[shown]
        smoothed = smooth_variances(used, statistic=str(scores.facts.get("statistic", "")))
        covariance = None
        if scores.covariance is not None:
            covariance = scores.covariance[np.ix_(shown, shown)]
        fit = shrink_normal(used["estimate"].to_numpy(float), joint_variances(smoothed, covariance))
        low, high = _range(scores)
        theta = np.clip(fit.draws(draws, seed=seed), low, high)
        fitted = _fit_columns(fit, level, low, high)
        frame.loc[shown, fitted.columns] = fitted.to_numpy()
        facts |= _fit_facts(fit, used["estimate"].to_numpy(float), smoothed)
        member, few = _members(keys, peers, thresholds.peers)
        if isinstance(peers, Mapping):
            checks.append(_rule_check(few, thresholds.peers))
            facts[PEER_SET] = peer_rule
        columns = _peer_columns(fit.mean, theta, member, difference, level, enough=thresholds.peers)
        frame.loc[shown, columns.columns] = columns.to_numpy()
        if len(keys) > thresholds.peers:
            ranks = summarize_ranks(theta, level=level)
            frame.loc[shown, ["p_top_quartile", "rank_low", "rank_high"]] = np.column_stack(
                [ranks.top_quartile, ranks.low, ranks.high]
            )
            rank_probability, p_ahead = _rank_frames(ranks, keys)
    _call(frame)
    checks.append(_peer_check(frame, peers, thresholds.peers))
    facts |= _call_facts(frame)
    if previous is not None:
        change, change_checks, change_facts = change_columns(
            scores,
            previous,
            shown=keys,
            difference=difference,
            draws=draws,
            seed=seed + 1,
            level=level,
            changed_wording=changed_wording,
            broken=broken,
            guarded=_guarded(previous, thresholds),
            thresholds=thresholds,
        )
        frame = frame.merge(change, on="key", how="left", validate="one_to_one")
        frame["change_reason"] = frame["change_reason"].fillna("")
        checks += change_checks
        facts |= change_facts
    columns_out = [*BENCHMARK_COLUMNS, *(CHANGE_COLUMNS if previous is not None else ())]
    return Benchmark(
        frame=frame[columns_out],
        quantity=scores.quantity,
        level=level,
        difference=difference,
        rank_probability=rank_probability,
        p_ahead=p_ahead,
        checks=tuple(checks),
        facts=facts,
    )


def _guarded(previous: Estimates, thresholds: Thresholds) -> list[str]:
    """List the keys whose earlier score is not shown, for their own or another's sake."""
    reasons = suppression_reasons(previous, thresholds=thresholds)
    return [str(key) for key in reasons.index[reasons.isin([HIDDEN, COMPLEMENTARY])]]


def suppression_reasons(
    scores: Estimates, *, thresholds: Thresholds = THRESHOLDS
) -> pd.Series[str]:
    """Say for each key why it is not shown ("" = shown).

    A row without a count of answers is "no_counts" when it has a score and "not_asked" when it has
    none; a row that the model already blanked is "hidden".
    """
    by_key = scores.frame.set_index("key")
    n = by_key["n"].astype(float)
    n_eff = by_key["n_eff"].astype(float) if "n_eff" in by_key else n
    known = n.notna()
    total = bool(scores.facts.get("total_published", True))
    shared = shared_control(scores)
    if shared["order"] is not None:
        shared["order"] = shared["order"][known]
    reasons = pd.Series("", index=by_key.index, dtype=object)
    if known.any():
        reasons[known] = suppress(
            n[known],
            n_eff[known].fillna(n[known]),
            total_published=total,
            **shared,
            thresholds=thresholds,
        )
    reasons[known & (n == 0)] = NOT_ASKED
    reasons[~known & by_key["estimate"].notna()] = NO_COUNTS
    reasons[~known & by_key["estimate"].isna()] = NOT_ASKED
    if "suppressed_reason" in by_key:
        given = by_key["suppressed_reason"].fillna("").astype(str)
        reasons[given != ""] = given[given != ""]
    blanked = (reasons == "") & by_key["estimate"].isna()
    reasons[blanked] = HIDDEN
    return reasons


def _choose_difference(scores: Estimates, difference: float | None) -> float:
    """Take the default for shares and net scores; a mean has the unit of its answers."""
    if difference is not None:
        return difference
    if scores.facts.get("statistic") == "mean":
        raise ParamsError(
            "`difference` must be given where the scores are means, in units of the answers "
            f"({scores.quantity}); the default of {DIFFERENCE} is for shares."
        )
    return DIFFERENCE


def _whole(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _validate(
    scores: Estimates,
    peers: Sequence[str] | Mapping[str, Collection[str]] | None,
    difference: float,
    draws: int,
    seed: int,
    level: float,
) -> None:
    if not difference >= 0.0:
        raise ParamsError(f"`difference` must be 0 or more; got {difference}.")
    if not _whole(draws) or draws < 1000:
        raise ParamsError(f"`draws` must be a whole number of at least 1000; got {draws!r}.")
    if not _whole(seed) or seed < 0:
        raise ParamsError(f"`seed` must be a whole number, 0 or more; got {seed!r}.")
    if not 0.0 < level < 1.0:
        raise ParamsError(f"`level` must lie between 0 and 1; got {level}.")
    if isinstance(peers, str):
        raise ParamsError(f"`peers` must be a list of keys; got {peers!r}.")
    known = set(scores.frame["key"])
    named = set().union(peers, *peers.values()) if isinstance(peers, Mapping) else peers
    for peer in named or ():
        if peer not in known:
            raise ParamsError(
                f"`peers` must name agencies with scores; got {peer!r}.{did_you_mean(peer, known)}"
            )


def _start_frame(scores: Estimates, thresholds: Thresholds) -> pd.DataFrame:
    columns = {name: ("" if name in TEXT_COLUMNS else np.nan) for name in BENCHMARK_COLUMNS}
    frame = pd.DataFrame(columns, index=scores.frame.index)
    frame["key"] = scores.frame["key"]
    frame["suppressed_reason"] = suppression_reasons(scores, thresholds=thresholds).to_numpy()
    keeps = frame["suppressed_reason"].isin(KEEPS_N)
    frame["n"] = scores.frame["n"].astype(float).where(keeps)
    n_eff = scores.frame["n_eff"] if "n_eff" in scores.frame else scores.frame["n"]
    frame["n_eff"] = n_eff.astype(float).where(keeps)
    return frame


def _range(scores: Estimates) -> tuple[float, float]:
    """Give the ends that no score can pass: of a share, or of a net score."""
    ends = {"positive": (0.0, 1.0), "top": (0.0, 1.0), "net": (-1.0, 1.0)}
    return ends.get(str(scores.facts.get("statistic", "")), (-np.inf, np.inf))


def _fit_columns(fit: NormalHierarchy, level: float, low: float, high: float) -> pd.DataFrame:
    tail = 0.5 * (1.0 - level)
    return pd.DataFrame(
        {
            "estimate": np.clip(fit.mean, low, high),
            "conf_low": np.clip(fit.quantile(tail), low, high),
            "conf_high": np.clip(fit.quantile(1.0 - tail), low, high),
            "reliability": fit.reliability,
        }
    )


def _fit_facts(fit: NormalHierarchy, raw: Array, variance: Array) -> Mapping[str, float]:
    return {
        "center": float(fit.center[0]),
        "spread": float(np.sqrt(fit.weight @ np.square(fit.tau))),
        "spread_reml": float(np.sqrt(reml_tau2(raw, variance))),
        "mean_reliability": float(fit.reliability.mean()),
    }


def _peer_columns(
    center: Array,
    theta: Array,
    member: NDArray[np.bool_],
    difference: float,
    level: float,
    *,
    enough: int,
) -> pd.DataFrame:
    """Gap columns of the shown agencies; NaN where there are fewer than `enough` other peers."""
    each = member.ndim == 2
    others = member.sum(axis=1) if each else member.sum() - member.astype(int)
    out = pd.DataFrame({"peers": others.astype(float)})
    judged = others >= enough
    if not judged.any():
        return out
    gaps = gaps_to_peer_sets(theta, member) if each else gaps_to_peers(theta, member)
    tail = 0.5 * (1.0 - level)
    low, high = np.quantile(gaps.gap, [tail, 1.0 - tail], axis=0)
    above = (gaps.gap > difference).mean(axis=0)
    below = (gaps.gap < -difference).mean(axis=0)
    columns = {
        "peer": gaps.median,
        "peer_low_quarter": gaps.low_quarter,
        "peer_high_quarter": gaps.high_quarter,
        "gap": center - gaps.median,
        "gap_low": low,
        "gap_high": high,
        "p_above": above,
        "p_below": below,
        "p_same": ((gaps.gap <= difference) & (gaps.gap >= -difference)).mean(axis=0),
    }
    return out.assign(**{name: np.where(judged, value, np.nan) for name, value in columns.items()})


def _members(
    keys: list[str], peers: Sequence[str] | Mapping[str, Collection[str]] | None, enough: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Flag the peer set, or a row of peers for each agency; and who had too few of their own."""
    if isinstance(peers, Mapping):
        return member_rows(keys, peers, enough=enough)
    return np.isin(keys, keys if peers is None else list(peers)), np.zeros(len(keys), dtype=bool)


def _rule_check(few: NDArray[np.bool_], enough: int) -> Check:
    if not few.any():
        return Check("peer rule", True, f"Every agency has {enough} peers or more by the rule.")
    text = (
        f"{int(few.sum())} of {len(few)} agencies have fewer than {enough} peers by the rule and "
        "are compared with all that are shown."
    )
    return Check("peer rule", False, text)


def _rank_frames(ranks: RankSummary, keys: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    places = pd.Index(range(1, len(keys) + 1), name="rank")
    index = pd.Index(keys, name="key")
    probability = pd.DataFrame(ranks.probability, index=index, columns=places)
    return probability, pd.DataFrame(ranks.ahead, index=index, columns=pd.Index(keys, name="over"))


def _no_ranks(keys: list[str]) -> pd.DataFrame:
    return pd.DataFrame(index=pd.Index(keys, name="key"))


def _call(frame: pd.DataFrame) -> None:
    """Fill `verdict` and `certainty` from the probabilities."""
    above, below, same, unclear = VERDICTS
    judged = frame["p_above"].notna()
    frame.loc[judged, "verdict"] = unclear
    for verdict, column in ((above, "p_above"), (below, "p_below"), (same, "p_same")):
        called = judged & (frame[column] >= CALL_AT_LEAST)
        frame.loc[called, "verdict"] = verdict
        frame.loc[called, "certainty"] = frame.loc[called, column]


def _call_facts(frame: pd.DataFrame) -> Mapping[str, float | int]:
    called = frame["certainty"].notna()
    return {
        "shown": int((frame["suppressed_reason"] == "").sum()),
        "suppressed": int((frame["suppressed_reason"] != "").sum()),
        "called": int(called.sum()),
        "expected_wrong": float((1.0 - frame.loc[called, "certainty"]).sum()),
    }


def _suppression_checks(frame: pd.DataFrame) -> list[Check]:
    counts = frame.loc[frame["suppressed_reason"] != "", "suppressed_reason"].value_counts()
    if counts.empty:
        return [Check("suppression", True, "Every agency has answers enough to be shown.")]
    listed = ", ".join(f"{reason} {number}" for reason, number in sorted(counts.items()))
    text = f"Agencies not shown, and left out of the model: {listed}."
    return [Check("suppression", None, text)]


def _peer_check(
    frame: pd.DataFrame,
    peers: Sequence[str] | Mapping[str, Collection[str]] | None,
    enough: int,
) -> Check:
    shown = frame.loc[frame["suppressed_reason"] == ""]
    judged = shown["p_above"].notna()
    if judged.any() and judged.all():
        return Check("peers", True, f"At least {enough} other peers to compare with.")
    if peers is None or isinstance(peers, Mapping):
        counted = f"{len(shown)} agencies shown"
    else:
        counted = f"{int(shown['key'].isin(list(peers)).sum())} agencies of the peer set shown"
    whom = f" for {int((~judged).sum())} of the {len(shown)} agencies shown" if judged.any() else ""
    without = "no typical peer and no verdict"
    if shown["rank_low"].isna().all():
        without = "no typical peer, no verdict and no rank"
    text = f"{counted}: fewer than {enough} other peers, so {without}{whom}."
    return Check("peers", False, text)
