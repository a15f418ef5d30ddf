"""A group with one sampling unit is not perfectly known."""

import numpy as np
import pandas as pd
import pytest

from cxanalytics.benchmark import benchmark_scores
from cxanalytics.errors import ModelError
from cxanalytics.models import fit_scores
from cxanalytics.tables import Survey


def _survey(offices: list[int]) -> Survey:
    """100 answers per agency, spread over its number of offices; offices differ."""
    rng = np.random.default_rng(5)
    rows = []
    for place, number in enumerate(offices):
        office = rng.integers(0, number, 100)
        share = np.clip(rng.normal(0.6, 0.1, number), 0, 1)[office]
        rows.append(
            pd.DataFrame(
                {
                    "agency": f"A{place:02d}",
                    "office": [f"{place}-{o}" for o in office],
                    "yes": (rng.random(100) < share).astype(float),
                }
            )
        )
    frame = pd.concat(rows, ignore_index=True)
    return Survey.from_frame(frame, agency="agency", outcome="yes", scale="yes_no", psu="office")


def test_lone_groups_borrow_the_design_effect_of_the_others():
    got = fit_scores(_survey([1] * 6 + [8] * 8), measure="yes")
    alone, several = got.frame.iloc[:6], got.frame.iloc[6:]
    assert (alone["std_error"] > 0.02).all()
    pooled = (several["std_error"] ** 2).sum() / (
        (several["std_error"] ** 2 / several["deff"]).sum()
    )
    np.testing.assert_allclose(alone["deff"], pooled)
    (check,) = [check for check in got.checks if check.name == "lone_sampling_units"]
    assert check.passed is False and check.text.startswith("6 of 14 groups")


def test_groups_with_several_units_are_untouched():
    checks = fit_scores(_survey([8] * 8), measure="yes").checks
    assert "lone_sampling_units" not in {check.name for check in checks}


def test_sampling_units_that_are_the_groups_are_refused():
    with pytest.raises(ModelError, match="two sampling units in at least one group"):
        fit_scores(_survey([1] * 8), measure="yes")


def test_no_score_leaves_its_scale():
    rng = np.random.default_rng(6)
    frame = pd.DataFrame(
        {"agency": np.repeat([f"A{i:02d}" for i in range(12)], 60), "yes": rng.random(720) < 0.97}
    )
    frame["yes"] = frame["yes"].astype(float)
    survey = Survey.from_frame(frame, agency="agency", outcome="yes", scale="yes_no")
    board = benchmark_scores(fit_scores(survey, measure="yes"), seed=1).frame
    assert board["conf_high"].max() <= 1 and board["estimate"].max() <= 1
    assert (board["conf_low"] <= board["estimate"]).all()
