"""How much do totals of sampling units differ, when rows come block by block?

The middle of every sandwich: squares and products of unit totals of weighted scores, centered
within strata. Where each respondent is a unit, nothing is kept but sums. Scores of group levels
have one entry a row and never become columns.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cxanalytics.numerics.survey_design import Design, center_between, stratum_factors

Floats = NDArray[np.float64]
Codes = NDArray[np.integer]


class BetweenUnits:
    """Sum weighted scores by sampling unit.

    Parameters
    ----------
    drawn : Design
    columns : int
        Entries of a row's score, those of groups aside.
    n_groups : int
        Groups, each with a score entry of its own after the columns.
    """

    def __init__(self, drawn: Design, columns: int, *, n_groups: int = 0) -> None:
        self.drawn, self.columns, self.n_groups = drawn, columns, n_groups
        size = columns + n_groups
        self._factor = stratum_factors(drawn)
        self._by_stratum = np.zeros((drawn.n_strata, size))
        self._meat = np.zeros((columns, columns))
        self._side = np.zeros((n_groups, columns))
        self._own = np.zeros(n_groups)
        self._totals = None if drawn.psu is None else np.zeros((drawn.n_psu, columns))
        self._groups: list[tuple[Codes, Codes, Floats]] = []

    def add(
        self,
        rows: Codes,
        scores: Floats,
        *,
        groups: Codes | None = None,
        group_scores: Floats | None = None,
    ) -> None:
        """Add some rows.

        Parameters
        ----------
        rows : ndarray of int, shape (rows,)
            Their places in `drawn`.
        scores : ndarray of shape (rows, columns)
            Weighted, and summed over the respondents that a row stands for.
        groups, group_scores : ndarray of shape (rows,), optional
            Group of each row and its score there.
        """
        stratum = self.drawn.stratum[rows]
        _add_up(self._by_stratum[:, : self.columns], stratum, scores)
        if groups is not None and group_scores is not None:
            np.add.at(self._by_stratum, (stratum, self.columns + groups), group_scores)
        if self._totals is not None:
            assert self.drawn.psu is not None
            unit = self.drawn.psu[rows]
            _add_up(self._totals, unit, scores)
            if groups is not None and group_scores is not None:
                self._groups.append((unit, groups, group_scores))
            return
        factor = self._factor[stratum]
        if self.drawn.counts is not None:
            factor = factor / self.drawn.counts[rows]
        scaled = scores * factor[:, None]
        self._meat += scaled.T @ scores
        if groups is not None and group_scores is not None:
            member = _indicator(groups, self.n_groups)
            self._side += member @ (scaled * group_scores[:, None])
            self._own += member @ (factor * group_scores**2)

    @property
    def totals(self) -> Floats:
        """Totals of the sampling units, shape (n_psu, columns + groups)."""
        assert self._totals is not None
        return np.hstack([self._totals, self._by_group().toarray()])

    def covariance(self) -> Floats:
        """Give the covariance of the sum of all scores.

        Returns
        -------
        ndarray of shape (columns + groups, columns + groups)
        """
        if self._totals is None:
            meat = np.block([[self._meat, self._side.T], [self._side, np.diag(self._own)]])
            return meat - center_between(self._by_stratum, self.drawn)
        assert self.drawn.psu_stratum is not None
        root = np.sqrt(self._factor[self.drawn.psu_stratum])[:, None]
        scaled = self._totals * root
        meat = scaled.T @ scaled
        if self.n_groups:
            weighted = self._by_group().multiply(root).tocsr()
            side = weighted.T @ scaled
            meat = np.block([[meat, side.T], [side, (weighted.T @ weighted).toarray()]])
        return meat - center_between(self._by_stratum, self.drawn)

    def _by_group(self) -> sparse.csr_array:
        shape = (self.drawn.n_psu, self.n_groups)
        if not self._groups:
            return sparse.csr_array(shape)
        unit, group, score = (np.concatenate(part) for part in zip(*self._groups, strict=True))
        return sparse.csr_array((score, (unit, group)), shape=shape)


def _add_up(totals: Floats, codes: Codes, scores: Floats) -> None:
    """Add rows to the totals they belong to, whatever the number of totals."""
    present, place = np.unique(codes, return_inverse=True)
    totals[present] += _indicator(place, len(present)) @ scores


def _indicator(codes: Codes, number: int) -> sparse.csc_array:
    ones, pointers = np.ones(len(codes)), np.arange(len(codes) + 1)
    return sparse.csc_array((ones, codes, pointers), shape=(number, len(codes)))
