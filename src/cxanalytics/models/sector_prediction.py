"""Do companies tell an agency's next score worse than government peers, and than its own past?

Three forecasts of an agency's next score, made from the wave before: the middle score of the other
agencies of government, the middle score of companies, and its own score. A comparator that says
less about the agency than its peers do is a poor yardstick.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.disclosure import withhold
from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.models.refusal import HOLDS_NO
from cxanalytics.rules import LEVEL, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Estimates

Array = NDArray[np.float64]

PREDICTION_DRAWS = 2_000
"""Bootstrap draws of agencies and companies behind the errors of forecasts."""

BOTH_SECTORS = "both sectors"
"""What is missing where a study reads no companies, by the name of the ingredient."""

KEYS = ("government", "corporate", "own", "against_government", "against_own", "ratio")


def fit_sector_prediction(
    before: Estimates,
    now: Estimates,
    *,
    companies: Estimates,
    seed: int,
    changed: bool = False,
    broken: Collection[str] = (),
    draws: int = PREDICTION_DRAWS,
    level: float = LEVEL,
    thresholds: Thresholds = THRESHOLDS,
) -> Estimates:
    """Compare three forecasts of each agency's next score.

    Parameters
    ----------
    before, now : Estimates
        Scores of government agencies in a wave and the next, from `fit_scores`.
    companies : Estimates
        Scores of companies in the earlier wave, on the same question and scale.
    seed : int
    changed : bool
        The wording differs between the waves: nothing is foretold.
    broken : collection of str
        Agencies that were another organization in the earlier wave; left out.
    draws : int
        Bootstrap draws of agencies and companies.
    level : float
        Probability content of the intervals.
    thresholds : Thresholds
        Read are `hide`, `rank` and `peers`; agencies that are hidden in a wave are left out.

    Returns
    -------
    Estimates
        `KEYS`: the mean absolute errors of the three forecasts; that of companies less that of
        government peers, less that of the own score, and divided by that of government peers.
        Facts: `agencies`, `companies`, `grade`, `n`.

    Raises
    ------
    ModelError
        A new wording; too few agencies in both waves, or too few companies, that may be compared.
    ParamsError
        `draws` or `seed` out of range.

    Assumes
    -------
    Agencies are exchangeable, and so are companies. The middle of one's own kind has an advantage
    that no other has: the claim needs a company yardstick worse than both others.

    Reference
    ---------
    methods.md#companies-as-peers.
    """
    if draws < 200 or seed < 0:
        raise ParamsError(f"`draws` must be 200 or more and `seed` 0 or more; got {draws}, {seed}.")
    for table in (before, now, companies):
        if table.frame.empty:
            reason = str(table.facts.get("reason", "")) or "Scores of one side are missing."
            no_companies = table is companies and reason.startswith(HOLDS_NO)
            raise ModelError(BOTH_SECTORS if no_companies else reason)
    if changed:
        raise ModelError("The question changed between the waves, so none foretells the other.")
    first, second = _usable(before, thresholds), _usable(now, thresholds)
    shared = first.index.intersection(second.index).difference(list(broken)).sort_values()
    outside = _usable(companies, thresholds)
    if len(shared) <= thresholds.peers or len(outside) < thresholds.peers:
        raise ModelError(
            f"Forecasts by sector need more than {thresholds.peers} agencies in both waves and "
            f"{thresholds.peers} companies; got {len(shared)} and {len(outside)}."
        )
    then = first.loc[shared, "estimate"].to_numpy(dtype=float)
    later = second.loc[shared, "estimate"].to_numpy(dtype=float)
    corporate = outside["estimate"].to_numpy(dtype=float)
    found = _errors(then, later, corporate)
    rng = np.random.default_rng(seed)
    drawn = np.array([_errors(*_resample(rng, then, later, corporate)) for _ in range(draws)])
    tail = 0.5 * (1.0 - level)
    low, high = np.quantile(drawn, [tail, 1.0 - tail], axis=0)
    n = float(second.loc[shared, "n"].sum())
    frame = pd.DataFrame(
        {
            "key": KEYS,
            "estimate": found,
            "std_error": drawn.std(axis=0, ddof=1),
            "conf_low": low,
            "conf_high": high,
            "n": n,
        }
    )
    text = f"{len(shared)} agencies in both waves and {len(outside)} companies."
    return Estimates(
        frame=frame,
        quantity="Mean absolute error of a forecast of the next score, as a share",
        level=level,
        checks=(Check("sector_prediction", None, text),),
        facts={
            "agencies": len(shared),
            "companies": len(outside),
            "n": n,
            "grade": "D",
            "seed": seed,
        },
    )


def _usable(scores: Estimates, thresholds: Thresholds) -> pd.DataFrame:
    frame = withhold(scores, thresholds=thresholds).frame.set_index("key")
    base = frame["n_eff"] if "n_eff" in frame else frame["n"]
    return frame.loc[frame["estimate"].notna() & (base.astype(float) >= thresholds.rank)]


def _resample(
    rng: np.random.Generator, then: Array, later: Array, corporate: Array
) -> tuple[Array, Array, Array]:
    rows = rng.integers(len(then), size=len(then))
    return then[rows], later[rows], corporate[rng.integers(len(corporate), size=len(corporate))]


def _errors(then: Array, later: Array, corporate: Array) -> Array:
    """Mean absolute errors of the three forecasts, two differences and a ratio: `KEYS`."""
    others = np.array([np.median(np.delete(then, place)) for place in range(len(then))])
    government = float(np.abs(later - others).mean())
    companies = float(np.abs(later - np.median(corporate)).mean())
    own = float(np.abs(later - then).mean())
    ratio = companies / government if government > 0 else np.inf
    return np.array([government, companies, own, companies - government, companies - own, ratio])
