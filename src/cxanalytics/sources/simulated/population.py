"""What share of the whole population of contacts would answer well?

Every team, quarter, channel and case is visited once and weighted by its share of contacts;
no sampled answer is used, so the truth holds no sampling error.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from cxanalytics.sources.simulated.answering import REPEATS, kernel
from cxanalytics.sources.simulated.draws import Array
from cxanalytics.sources.simulated.effects import case_effects, crisis_effect, locations
from cxanalytics.sources.simulated.government import Government
from cxanalytics.sources.simulated.names import DRIVERS, QUESTIONS


def _cases(government: Government) -> tuple[Array, Array]:
    """List the cases: share within channel (agencies, channels, cases), effect (…, questions)."""
    effects = case_effects(government.world)
    share = np.einsum(
        "gca,gl,gcn->gcaln",
        government.age_share,
        government.language_share,
        government.need_share,
    )
    effect = (
        effects["channel"][:, None, None, None, :]
        + effects["age"][None, :, None, None, :]
        + effects["language"][None, None, :, None, :]
        + effects["need"][None, None, None, :, :]
    )
    channels = share.shape[1]
    return (
        share.reshape(len(share), channels, -1),
        effect.reshape(channels, -1, effect.shape[-1]),
    )


def channel_shares(
    government: Government,
    curves: Iterable[str],
    *,
    placed: Array | None = None,
    crisis: bool = False,
) -> dict[str, Array]:
    """Compute the true share positive by team, quarter and channel.

    Parameters
    ----------
    government : Government
    curves : iterable of str
        Questions, or `detractors`.
    placed : (teams, quarters, questions) array, optional
        Locations, the government's own by default.
    crisis : bool
        As in the crisis week.

    Returns
    -------
    dict of str to (teams, quarters, channels) array
    """
    where = locations(government) if placed is None else placed
    where = where + crisis_effect(government.world) if crisis else where
    share, effect = _cases(government)
    own = share[government.team_agency]
    known = kernel(government.world)

    def plain(curve: str) -> Array:
        column = QUESTIONS.index("recommend" if curve == "detractors" else curve)
        result = np.empty((*where.shape[:2], effect.shape[0]))
        for channel in range(effect.shape[0]):
            at = where[:, :, column, None] + effect[channel, :, column]
            result[:, :, channel] = np.einsum("tqk,tk->tq", known.share(curve, at), own[:, channel])
        return result

    repeated = plain("easy") if any(curve in DRIVERS for curve in curves) else None
    shares = {}
    for curve in curves:
        shares[curve] = plain(curve)
        if curve in DRIVERS and repeated is not None:
            shares[curve] = (1.0 - REPEATS) * shares[curve] + REPEATS * repeated
    return shares


def team_shares(
    government: Government,
    curves: Iterable[str],
    *,
    placed: Array | None = None,
    crisis: bool = False,
) -> dict[str, Array]:
    """Compute the true share positive by team and quarter, over its channels."""
    mix = government.channel_share[government.team_agency]
    by_channel = channel_shares(government, curves, placed=placed, crisis=crisis)
    return {curve: (share * mix).sum(axis=2) for curve, share in by_channel.items()}


def agency_total(government: Government, by_team: Array) -> Array:
    """Average teams into agencies by their share of contacts, over the first axis."""
    agency = government.team_agency
    weighted = (government.team_share * by_team.reshape(len(agency), -1).T).T
    total = np.zeros((int(agency.max()) + 1, weighted.shape[1]))
    np.add.at(total, agency, weighted)
    result: Array = total.reshape(len(total), *by_team.shape[1:])
    return result
