"""How does a table of estimates look once small groups are hidden?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from cxanalytics.disclosure.groups import suppress
from cxanalytics.rules import FEW, THRESHOLDS, Thresholds
from cxanalytics.tables import Estimates


def shared_control(estimates: Estimates) -> dict[str, Any]:
    """Give what all tables of a wave share, as `suppress` takes it.

    Parameters
    ----------
    estimates : Estimates
        With a column `people` for the order in which groups are hidden, and the facts `only_peers`
        and `held_back`, names apart by line ends; each where it is known.

    Returns
    -------
    dict
        `order`, `apart` and `held`.
    """
    frame = estimates.frame.set_index("key")
    named = {name: str(estimates.facts.get(name, "")) for name in ("only_peers", "held_back")}
    return {
        "order": frame["people"].astype(float) if "people" in frame else None,
        "apart": named["only_peers"].split("\n"),
        "held": named["held_back"].split("\n"),
    }


def withhold(
    estimates: Estimates, *, total_published: bool = True, thresholds: Thresholds = THRESHOLDS
) -> Estimates:
    """Blank the rows that may not be published.

    Parameters
    ----------
    estimates : Estimates
        A row per group, with `n` and, where known, `n_eff`.
    total_published : bool
        True where the sum over all groups is published anywhere.
    thresholds : Thresholds

    Returns
    -------
    Estimates
        With a column `suppressed_reason`; a suppressed row has NaN in every figure, its `n` is
        kept only where the reason is "few".
    """
    frame = estimates.frame.set_index("key", drop=False)
    n = frame["n"].astype(float)
    n_eff = frame["n_eff"].fillna(n) if "n_eff" in frame else None
    shared = shared_control(estimates)
    reason = suppress(n, n_eff, total_published=total_published, **shared, thresholds=thresholds)
    numbers = [name for name in frame.select_dtypes("number") if name != "n"]
    frame["n"] = n.where(reason.isin(["", FEW]))
    frame.loc[reason != "", numbers] = np.nan
    frame["suppressed_reason"] = reason
    covariance = estimates.covariance
    if covariance is not None:
        hidden = (reason != "").to_numpy()
        covariance = covariance.copy()
        covariance[hidden, :], covariance[:, hidden] = np.nan, np.nan
    return replace(estimates, frame=frame.reset_index(drop=True), covariance=covariance)
