"""Several findings at once."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from cxanalytics.errors import ModelError
from cxanalytics.numerics.multiplicity import METHODS, adjust_p_values


@pytest.mark.parametrize(("method", "name"), [("holm", "holm"), ("bh", "BH"), ("by", "BY")])
def test_agrees_with_r(reference, method, name):
    """p.adjust of R 4.2.2; the same arithmetic, so 1e-12."""
    expected = reference("multipletests")["expected"]
    got = adjust_p_values(expected["p"], method=method)
    np.testing.assert_allclose(got, expected[name], rtol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_agrees_with_statsmodels_in_any_order_and_with_ties(method):
    p = np.round(np.random.default_rng(1).random(40) ** 3, 2)
    other = {"bh": "fdr_bh", "by": "fdr_by"}.get(method, method)
    np.testing.assert_allclose(
        adjust_p_values(p, method=method), multipletests(p, method=other)[1], rtol=1e-12
    )


def test_what_has_no_p_value_is_no_part_of_the_family():
    got = adjust_p_values([0.01, np.nan, 0.04], method="holm")
    np.testing.assert_allclose(got, [0.02, np.nan, 0.04])
    assert np.isnan(adjust_p_values([np.nan], method="bh")).all()
    with pytest.raises(ModelError, match="`method` must be one of 'holm', 'bh', 'by'"):
        adjust_p_values([0.1], method="bonferroni")
