"""Made-up scores with a known truth, for tests of the benchmark."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxanalytics.tables import Estimates


def keys(number: int) -> list[str]:
    """Name agencies."""
    return [f"Agency {place:02d}" for place in range(number)]


def scores(truth, n, *, seed, names=None, **facts) -> Estimates:
    """Draw one wave of shares."""
    n = np.asarray(n)
    share = np.random.default_rng(seed).binomial(n, truth) / n
    return from_shares(share, n, names=names, **facts)


def from_shares(share, n, *, names=None, **facts) -> Estimates:
    """Wrap shares and counts."""
    n = np.asarray(n, dtype=float)
    share = np.asarray(share, dtype=float)
    se = np.sqrt(share * (1 - share) / n)
    frame = pd.DataFrame(
        {
            "key": names or keys(len(n)),
            "estimate": share,
            "std_error": se,
            "conf_low": np.clip(share - 1.96 * se, 0, 1),
            "conf_high": np.clip(share + 1.96 * se, 0, 1),
            "n": n,
            "n_eff": n,
        }
    )
    return Estimates(frame, quantity="share positive", facts={"statistic": "positive", **facts})


def truth_and_sizes(number: int, *, seed: int = 0, spread: float = 0.06):
    """Draw true shares and numbers of answers."""
    rng = np.random.default_rng(seed)
    return rng.normal(0.6, spread, number), rng.integers(60, 900, number)
