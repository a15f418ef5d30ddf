"""Morale and performance of units meet by agency, unit and period."""

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import DataError, ModelError
from cxanalytics.models import fit_morale_panel, fit_morale_performance, fit_scores
from cxanalytics.tables import Survey

ITEMS = ["valued", "heard"]
STAFF = 400  # so many that error in morale hardly flattens the slope


def _surveys(*, slope: float = 0.5, agencies: int = 12, tiny: bool = False):
    """Units whose true positive share of customers rises with the true morale of their staff."""
    rng = np.random.default_rng(8)
    staff, customers = [], []
    for agency in range(agencies):
        for unit in range(3):
            morale = rng.uniform(0.3, 0.8)
            where = {"agency": f"A{agency:02d}", "unit": f"U{unit}"}
            positive = rng.random((STAFF, 2)) < morale
            answers = np.where(positive, 5, 2).astype(float)
            staff.append(pd.DataFrame(answers, columns=ITEMS).assign(**where))
            glad = rng.random(400) < 0.3 + slope * morale
            customers.append(pd.DataFrame({"good": glad.astype(float)}).assign(**where))
    if tiny:
        where = {"agency": "Tiny", "unit": "U0"}
        staff.append(pd.DataFrame({"valued": [5.0] * 40, "heard": [5.0] * 40}).assign(**where))
        customers.append(pd.DataFrame({"good": [1.0] * 15}).assign(**where))
    read = {"agency": "agency", "unit": "unit"}
    return (
        Survey.from_frame(
            pd.concat(staff, ignore_index=True),
            outcome="valued",
            scale="likert_1_5",
            questions={"heard": "likert_1_5"},
            **read,
        ),
        Survey.from_frame(
            pd.concat(customers, ignore_index=True), outcome="good", scale="yes_no", **read
        ),
    )


def test_both_sides_are_those_of_the_unit():
    staff, customers = _surveys()
    panel = fit_morale_panel(staff, customers, items=ITEMS, measure="good")
    assert len(panel.frame) == 36 and set(panel.frame["n"]) == {STAFF}
    row = panel.frame.query("agency == 'A03' and unit == 'U1'").iloc[0]
    of_unit = customers.frame.query("agency == 'A03' and unit == 'U1'")["good"].mean()
    positive = staff.frame.query("agency == 'A03' and unit == 'U1'")[ITEMS].ge(4).to_numpy().mean()
    assert row["performance"] == pytest.approx(of_unit)
    assert row["morale"] == pytest.approx(positive)


def test_the_true_relation_is_recovered():
    staff, customers = _surveys(slope=0.5)
    panel = fit_morale_panel(staff, customers, items=ITEMS, measure="good")
    within = fit_morale_performance(panel, standardize=False).row("within")
    assert within["conf_low"] < 0.5 < within["conf_high"]
    assert within["conf_low"] > 0


def test_units_of_an_agency_that_may_not_be_shown_are_left_out():
    staff, customers = _surveys(tiny=True)
    assert "Tiny" in set(fit_scores(customers, measure="good").frame["key"])
    panel = fit_morale_panel(staff, customers, items=ITEMS, measure="good")
    assert "Tiny" not in set(panel.frame["agency"]) and len(panel.frame) == 36


def test_surveys_without_units_are_refused():
    staff, customers = _surveys()
    frame = customers.frame[["agency", "good"]]
    bare = Survey.from_frame(frame, agency="agency", outcome="good", scale="yes_no")
    with pytest.raises(DataError, match="`performance` must have a column `unit`"):
        fit_morale_panel(staff, bare, items=ITEMS, measure="good")
    elsewhere = customers.frame.assign(unit="Z")
    other = Survey.from_frame(
        elsewhere, agency="agency", unit="unit", outcome="good", scale="yes_no"
    )
    with pytest.raises(ModelError, match="No unit has 10 staff answers and 10 answers to `good`"):
        fit_morale_panel(staff, other, items=ITEMS, measure="good")
