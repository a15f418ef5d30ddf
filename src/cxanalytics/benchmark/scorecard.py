"""Where does each agency stand on every measure of the scorecard?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from cxanalytics.benchmark.peer_sets import peers_with_scores
from cxanalytics.benchmark.scores import benchmark_scores
from cxanalytics.rules import DRAWS, LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Benchmark, Estimates


def benchmark_scorecard(
    scores: Mapping[str, Estimates],
    *,
    previous: Mapping[str, Estimates] | None = None,
    changed: Collection[str] = (),
    broken: Collection[str] = (),
    only_peers: Sequence[str] = (),
    peers: Sequence[str] | Mapping[str, Collection[str]] | None = None,
    peer_rule: str = "",
    difference: float | None = None,
    draws: int = DRAWS,
    seed: int,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> dict[str, Benchmark]:
    """Compare every agency with the typical peer, measure by measure.

    Parameters
    ----------
    scores : mapping of str to Estimates
        By measure.
    previous : mapping of str to Estimates, optional
        The same one wave earlier; a measure that is not in it has no change columns.
    changed : collection of str
        Measures whose wording differs from the earlier wave.
    broken : collection of str
        Keys that were another organization in the earlier wave (`Survey.broken_between`): no
        change is given.
    only_peers : sequence of str
        As in `benchmark_scores`.
    peers : sequence of str, or mapping of str to collection of str, optional
        Keys of the peer set; all shown agencies by default. As in `benchmark_scores`; who has no
        answer to a measure is no peer there.
    peer_rule : str
        As in `benchmark_scores`.
    difference : float, optional
        Smallest difference that matters, in units of the scores; as in `benchmark_scores`.
    draws : int
    seed : int
    level : float
    thresholds : Thresholds

    Returns
    -------
    dict of str to Benchmark
        By measure, in the order given.
    """
    before = previous or {}
    everyone = {key for estimates in scores.values() for key in estimates.frame["key"]}
    # A listed peer without a score on any measure is refused; a rule may name agencies of a table.
    nowhere = set() if peers is None or isinstance(peers, Mapping) else set(peers) - everyone
    return {
        name: benchmark_scores(
            estimates,
            previous=before.get(name),
            peers=peers_with_scores(peers, {*estimates.frame["key"], *nowhere}),
            peer_rule=peer_rule,
            difference=difference,
            draws=draws,
            seed=seed,
            level=level,
            changed_wording=name in changed,
            broken=broken,
            only_peers=only_peers,
            thresholds=thresholds,
        )
        for name, estimates in scores.items()
    }
