"""Effectiveness or efficiency: known worlds, silence where nothing predicts, and refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import ModelError, ParamsError
from cxanalytics.models import fit_blocks
from cxanalytics.tables import Estimates

EFFICIENCY = ("handle", "hourly")


@pytest.fixture(scope="module")
def compare(kpi_world):
    def fit(world, **options) -> Estimates:
        given = {
            "staff": world.staff,
            "dimensions": kpi_world.DIMENSIONS,
            "efficiency": EFFICIENCY,
            "resamples": 199,
        }
        return fit_blocks(world.customers, world.operations, **given | options)

    return fit


def test_effectiveness_leads_where_it_alone_moves_customers(kpi_world, compare) -> None:
    found = compare(kpi_world.make_world(1, quality_effect=0.05))
    first, second, gap = (found.row(key) for key in ("effectiveness", "efficiency", "difference"))
    assert found.facts["leader"] == "effectiveness" == found.facts["matters"]
    assert gap["conf_low"] > 0 and gap["estimate"] == pytest.approx(
        first["estimate"] - second["estimate"]
    )
    assert first["estimate"] + second["estimate"] == pytest.approx(found.facts["r2_out"])
    assert gap["estimate"] == pytest.approx(first["alone"] - second["alone"])
    assert first["share"] > 0.9 and second["delta_low"] < 0
    assert found.facts["folds"] == 14 and found.facts["units"] == 56


def test_efficiency_leads_where_it_alone_moves_customers(kpi_world, compare) -> None:
    found = compare(kpi_world.make_world(2, pace_effect=0.05))
    assert found.facts["leader"] == "efficiency"
    assert found.row("difference")["conf_high"] < 0


def test_the_second_block_is_said_to_add_where_both_move_customers(kpi_world, compare) -> None:
    world = kpi_world.make_world(3, quality_effect=0.05, pace_effect=0.05, agencies=24)
    found = compare(world)
    assert found.facts["matters"] == "effectiveness, efficiency"


def test_nothing_leads_in_worlds_where_nothing_predicts(kpi_world, compare) -> None:
    found = [compare(kpi_world.make_world(seed, units=3, waves=3)) for seed in range(12)]
    # At 5% a leader in each of 12 worlds, two or more have a chance of 12%; none is expected.
    assert sum(bool(each.facts["leader"]) for each in found) <= 1
    assert sum(bool(each.facts["matters"]) for each in found) <= 2
    assert all(np.isnan(each.row("effectiveness")["share"]) for each in found[:3])
    assert np.mean([each.facts["r2_out"] for each in found]) < 0.02


def test_an_outcome_of_the_operations_needs_no_customers(kpi_world) -> None:
    world = kpi_world.make_world(4)
    found = fit_blocks(
        None,
        world.operations,
        outcome="back",
        efficiency=EFFICIENCY,
        staff=world.staff,
        dimensions=kpi_world.DIMENSIONS,
        resamples=99,
    )
    assert found.facts["outcome_label"] == "Contacts that come back"
    assert found.facts["leader"] == "effectiveness"
    with pytest.raises(ParamsError, match="`outcome` must be one of 'handle'"):
        fit_blocks(
            None,
            world.operations,
            outcome="return",
            efficiency=EFFICIENCY,
            staff=world.staff,
            dimensions=kpi_world.DIMENSIONS,
        )


def test_teams_that_are_too_small_are_left_out_and_one_beside_each(kpi_world, compare) -> None:
    world = kpi_world.make_world(5)
    small = world.staff.frame["unit"].eq("Unit 0")
    few = world.staff.frame.loc[~small | (np.arange(len(small)) % 12 < 9)]
    found = compare(replace(world, staff=replace(world.staff, frame=few)))
    assert found.facts["units"] == 28
    assert found.row("difference")["n"] == 140


def test_an_agency_that_may_not_be_shown_is_in_no_row(kpi_world, compare) -> None:
    world = kpi_world.make_world(6)
    frame = world.customers.frame
    one = frame["agency"].eq("Agency 00")
    few = frame.assign(weight=np.where(one, 1.0, frame["weight"]))
    found = compare(replace(world, customers=replace(world.customers, frame=few)))
    # Agency 00 is hidden, and the next smallest with it, so that nobody finds it by subtraction.
    assert found.facts["agencies"] == 12


def test_no_table_is_changed(kpi_world, compare) -> None:
    world = kpi_world.make_world(7)
    before = [each.frame.copy() for each in (world.customers, world.staff, world.operations)]
    compare(world)
    for frame, each in zip(before, (world.customers, world.staff, world.operations), strict=True):
        pd.testing.assert_frame_equal(frame, each.frame)


def test_what_is_missing_is_named(kpi_world, compare) -> None:
    world = kpi_world.make_world(8)
    with pytest.raises(ModelError, match="names no measures of the contact center"):
        fit_blocks(world.customers, None, efficiency=())
    with pytest.raises(ModelError, match="no measure of efficiency"):
        compare(world, efficiency=())
    with pytest.raises(ModelError, match="no staff answers by unit"):
        compare(world, staff=None)
    with pytest.raises(ModelError, match="needs 10 agencies with both blocks; got 8"):
        compare(kpi_world.make_world(9, agencies=8))
    apart = world.operations.frame.assign(period="1999-01")
    with pytest.raises(ModelError, match="No unit has customers' answers"):
        compare(replace(world, operations=replace(world.operations, frame=apart)))
