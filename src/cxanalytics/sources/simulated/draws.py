"""How are random numbers drawn so that one table never disturbs another?

Every table has a stream of its own, named in words. Nothing here is normal alone:
effects are skewed, noise is a mixture with a wide part.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


def stream(seed: int, name: str) -> np.random.Generator:
    """Open the random stream of one table."""
    return np.random.default_rng([seed, crc32(name.encode())])


def skewed(rng: np.random.Generator, size: int | tuple[int, ...], sd: float) -> Array:
    """Draw effects with a long lower tail, mean 0."""
    return (2.0 - rng.standard_gamma(2.0, size)) * (sd / np.sqrt(2.0))


def two_groups(rng: np.random.Generator, size: int | tuple[int, ...], sd: float) -> Array:
    """Draw from a mixture of an ordinary and a wide group, mean 0."""
    wide = np.where(rng.random(size) < 0.15, 2.0, 0.686)
    return rng.standard_normal(size) * wide * sd


def pick(rng: np.random.Generator, probabilities: Array) -> Indices:
    """Draw one category per row from the row's own probabilities.

    Parameters
    ----------
    probabilities : (rows, categories) array
        Need not sum to 1.

    Returns
    -------
    (rows,) array of int
    """
    steps = np.cumsum(probabilities, axis=1)
    height = rng.random(len(steps)) * steps[:, -1]
    return (height[:, None] >= steps[:, :-1]).sum(axis=1)


def standardized(values: Array, group: slice) -> Array:
    """Give the members of a group mean 0 and standard deviation 1."""
    return (values - values[group].mean()) / values[group].std()


def centered(values: Array, group: Indices, share: Array) -> Array:
    """Subtract the share-weighted mean of each group, over the first axis."""
    groups = int(group.max()) + 1
    total = np.bincount(group, share, groups)
    flat = values.reshape(len(values), -1)
    means = np.stack(
        [np.bincount(group, share * column, groups) / total for column in flat.T], axis=1
    )
    return (flat - means[group]).reshape(values.shape)
