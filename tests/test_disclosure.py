"""Small groups are hidden, and cannot be had by subtraction."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxanalytics.disclosure import (
    agency_reasons,
    publishable_rows,
    publishable_units,
    release_leaks,
    suppress,
    suppress_margins,
    suppress_within,
    withhold,
)
from cxanalytics.disclosure.groups import OPEN
from cxanalytics.errors import DataError, ParamsError
from cxanalytics.numerics.linear_attack import cell_bounds
from cxanalytics.numerics.subtraction import derivable_cells
from cxanalytics.rules import COMPLEMENTARY, FEW, HIDDEN, THRESHOLDS
from cxanalytics.tables import Estimates, Survey

GUARDED = [HIDDEN, COMPLEMENTARY]


def test_thresholds_are_inclusive():
    n = pd.Series({"a": 9, "b": 10, "c": 29, "d": 30})
    assert suppress(n, total_published=False).tolist() == [HIDDEN, FEW, FEW, ""]


def test_few_uses_the_effective_number():
    n = pd.Series({"a": 200.0, "b": 200.0})
    assert suppress(n, pd.Series({"a": 29.9, "b": 30}), total_published=False).tolist() == [FEW, ""]


def test_one_hidden_group_takes_the_next_smallest_along_when_the_total_is_known():
    n = pd.Series({"a": 500, "b": 7, "c": 60})
    assert suppress(n, total_published=True).tolist() == ["", HIDDEN, COMPLEMENTARY]
    assert suppress(n, total_published=False).tolist() == ["", HIDDEN, ""]


def test_several_hidden_groups_protect_each_other_once_they_add_up():
    together = pd.Series({"a": 500, "b": 7, "c": 6, "d": 60})
    assert suppress(together, total_published=True).tolist() == ["", HIDDEN, HIDDEN, ""]
    too_few = pd.Series({"a": 500, "b": 3, "c": 2, "d": 60})
    assert suppress(too_few, total_published=True).tolist() == ["", HIDDEN, HIDDEN, COMPLEMENTARY]


def test_two_groups_whose_sum_leaves_one_possibility_need_a_third():
    # both are fewer than ten, so eighteen together can only be nine and nine
    n = pd.Series({"a": 500, "b": 9, "c": 9, "d": 60})
    assert suppress(n, total_published=True).tolist() == ["", HIDDEN, HIDDEN, COMPLEMENTARY]


def test_who_knows_the_rule_cannot_bound_a_hidden_group_by_the_smallest_one_shown():
    # one protector of 60 beside a shown 60 would leave nine at least, and fewer than ten
    alike = pd.Series({"a": 500, "b": 9, "c": 60, "d": 60, "e": 70})
    assert suppress(alike, total_published=True).isin(GUARDED).tolist() == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_protectors_as_small_as_they_can_be_are_joined_by_a_larger_one():
    # 1 + 10 hidden, or 1 + 10 + 10, would leave the small group nothing but 1.
    n = pd.Series({"a": 1, "b": 10, "c": 10, "d": 14, "e": 60})
    assert suppress(n, total_published=True).isin(GUARDED).tolist() == [True] * 4 + [False]


def test_groups_that_are_all_alike_cost_one_group_and_not_all_of_them():
    n = pd.Series(60, index=list("abcdefgh")).astype(float)
    n["a"] = 9
    assert suppress(n, total_published=True).isin(GUARDED).sum() == 2


def test_an_empty_group_gives_nothing_away():
    n = pd.Series({"a": 500, "b": 0})
    assert suppress(n, total_published=True).tolist() == ["", HIDDEN]


def test_a_group_published_elsewhere_protects_nobody():
    n = pd.Series({"a": 500, "b": 7, "peer": 40, "d": 60})
    assert suppress(n, total_published=True)["peer"] == COMPLEMENTARY
    own = suppress(n, total_published=True, apart=["peer"])
    assert own.tolist() == ["", HIDDEN, "", COMPLEMENTARY]


def test_what_an_earlier_release_hid_stays_hidden_and_protects_as_well():
    n = pd.Series({"a": 500, "b": 7, "c": 60, "d": 90})
    got = suppress(n, total_published=True, held=["d"])
    assert got.tolist() == ["", HIDDEN, "", COMPLEMENTARY]


def test_tables_that_share_an_order_hide_the_same_group():
    recommend = pd.Series({"a": 500, "b": 7, "c": 60, "d": 61})
    easy = pd.Series({"a": 500, "b": 7, "c": 61, "d": 60})
    people = pd.Series({"a": 510, "b": 8, "c": 62, "d": 63})
    apart = [suppress(n, total_published=True).isin(GUARDED) for n in (recommend, easy)]
    assert not apart[0].equals(apart[1])
    alike = [
        suppress(n, total_published=True, order=people).isin(GUARDED) for n in (recommend, easy)
    ]
    assert alike[0].equals(alike[1])


@pytest.mark.parametrize("seed", range(6))
def test_no_hidden_number_follows_from_total_and_labels(seed):
    rng = np.random.default_rng(seed)
    sizes = np.where(rng.random(30) < 0.12, rng.integers(1, 10, 30), rng.integers(10, 300, 30))
    n = pd.Series(sizes.astype(float), index=[f"g{place}" for place in range(30)])
    reason = suppress(n, total_published=True)
    unknown = reason.isin(GUARDED)
    if not unknown.any():
        pytest.skip("no small group was drawn")
    small = (reason[unknown] == HIDDEN).to_numpy()
    most = n[~unknown].min()
    got = cell_bounds(
        np.ones((1, int(unknown.sum()))),
        [n[unknown].sum()],
        low=np.where(small, 1, THRESHOLDS.hide),
        high=np.where(small, THRESHOLDS.hide - 1, max(most, n[unknown].max())),
    )
    assert ((got.high - got.low)[small] >= OPEN).all()


def _table(seed: int, rows: int = 8, columns: int = 4) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = np.where(rng.random((rows, columns)) < 0.1, rng.integers(1, 10, (rows, columns)), 0)
    n = np.where(n > 0, n, rng.integers(12, 200, (rows, columns))).astype(float)
    cells = [(f"r{i}", f"c{j}", n[i, j]) for i in range(rows) for j in range(columns)]
    return pd.DataFrame(cells, columns=["agency", "channel", "n"])


@pytest.mark.parametrize("seed", range(8))
def test_no_cell_of_a_cross_table_follows_from_its_margins(seed):
    table = _table(seed)
    reason = suppress_margins(table, margins=["agency", "channel"])
    small = (table["n"] < THRESHOLDS.hide).to_numpy()
    assert (reason[small] == HIDDEN).all()
    grid = reason.isin(GUARDED).to_numpy().reshape(8, 4)
    assert not derivable_cells(grid)[small.reshape(8, 4)].any()
    assert (reason == COMPLEMENTARY).sum() <= 4 * small.sum()


def test_one_look_at_each_margin_is_not_enough():
    # 4 and 40 of a row, 4 and 45 of a column: the row's 40 follows from its own column
    table = pd.DataFrame(
        {
            "agency": np.repeat(["r0", "r1", "r2"], 3),
            "channel": np.tile(["c0", "c1", "c2"], 3),
            "n": [4.0, 40.0, 70.0, 45.0, 80.0, 90.0, 95.0, 99.0, 98.0],
        }
    )
    parts = [
        suppress(part["n"], total_published=True)
        for margin in ("agency", "channel")
        for _, part in table.groupby(margin)
    ]
    once = pd.concat(parts).isin(GUARDED).groupby(level=0).any().to_numpy()
    assert once.sum() == 3 and derivable_cells(once.reshape(3, 3))[0, 0]
    reason = suppress_margins(table, margins=["agency", "channel"])
    closed = reason.isin(GUARDED).to_numpy()
    assert closed.sum() == 4 and not derivable_cells(closed.reshape(3, 3)).any()


def test_a_total_over_one_cell_protects_nothing_and_costs_nothing():
    table = pd.DataFrame(
        {
            "unit": ["u0", "u0", "u1", "u1", "u2", "u2"],
            "side": ["A female", "A male", "B female", "B male", "B female", "B male"],
            "n": [4.0, 60.0, 50.0, 70.0, 55.0, 75.0],
        }
    )
    got = suppress_margins(table, margins=["unit", "side"])
    assert got.tolist() == [HIDDEN, COMPLEMENTARY, "", "", "", ""]


def test_margins_are_one_or_two():
    with pytest.raises(ParamsError, match="`margins` must be one of"):
        suppress_margins(_table(1), margins=["agency", "channel", "n"])
    assert suppress_margins(_table(1), margins=["agency"]).index.equals(_table(1).index)


def test_the_base_of_a_model_of_units_is_not_the_whole_less_a_small_one():
    sizes = pd.DataFrame(
        [("Ash", "a", "1", 3), ("Ash", "b", "1", 67), ("Elm", "c", "1", 90), ("Elm", "d", "1", 40)],
        columns=["agency", "unit", "period", "n"],
    )
    assert publishable_units(sizes).tolist() == [False, False, True, True]
    alone = publishable_units(sizes, thresholds=replace(THRESHOLDS, team=3))
    assert alone.all()


def test_no_child_of_a_hidden_parent_is_shown():
    children = pd.DataFrame(
        {
            "agency": ["A", "A", "B", "B", "B", "C", "C"],
            "n": [30.0, 40.0, 7.0, 50.0, 90.0, 60.0, 70.0],
        }
    )
    parents = pd.Series({"A": COMPLEMENTARY, "B": "", "C": ""})
    got = suppress_within(children, parents, parent="agency")
    assert got.tolist() == [COMPLEMENTARY] * 2 + [HIDDEN, COMPLEMENTARY, "", "", ""]


def test_withheld_rows_carry_no_figure_and_the_input_is_unchanged():
    frame = pd.DataFrame(
        {
            "key": ["a", "b", "c", "d"],
            "estimate": 0.5,
            "std_error": 0.1,
            "conf_low": 0.4,
            "conf_high": 0.6,
            "n": [500.0, 7.0, 20.0, 8.0],
        }
    )
    given = Estimates(frame, "share", covariance=np.eye(4))
    got = withhold(given)
    assert got.frame["suppressed_reason"].tolist() == ["", HIDDEN, FEW, HIDDEN]
    assert got.frame["estimate"].notna().tolist() == [True, False, False, False]
    assert got.frame["n"].fillna(-1).tolist() == [500, -1, 20, -1]
    assert np.isnan(got.covariance[1]).all() and got.covariance[0, 0] == 1
    assert given.frame["estimate"].notna().all() and given.covariance[1, 1] == 1


def _survey(sizes: dict[tuple[str, str], int]) -> Survey:
    frame = pd.DataFrame(
        [(agency, wave) for (agency, wave), n in sizes.items() for _ in range(n)],
        columns=["agency", "wave"],
    )
    rng = np.random.default_rng(2)
    answers = {name: rng.integers(1, 6, len(frame)).astype(float) for name in ("answer", "other")}
    return Survey.from_frame(
        frame.assign(**answers),
        agency="agency",
        period="wave",
        outcome="answer",
        scale="likert_1_5",
        questions={"other": "likert_1_5"},
    )


def test_every_question_of_a_wave_hides_the_same_protector():
    survey = _survey({("A", "1"): 90, ("B", "1"): 7, ("C", "1"): 60, ("D", "1"): 64})
    frame = survey.frame.copy()
    frame.loc[frame.index[frame["agency"] == "D"][:9], "other"] = np.nan
    survey = replace(survey, frame=frame)
    for measure in ("answer", "other"):
        reason = agency_reasons(survey, measure=measure)
        assert reason[reason.isin(GUARDED)].index.get_level_values("agency").tolist() == ["B", "C"]
    rows = publishable_rows(survey, measure=["answer", "other"])
    assert set(survey.frame.loc[rows, "agency"]) == {"A", "D"}


def test_a_survey_keeps_hidden_what_an_earlier_release_hid():
    survey = _survey({("A", "1"): 90, ("B", "1"): 40, ("A", "2"): 90, ("B", "2"): 40})
    held = replace(survey, held_back=(("1", "B"),))
    reason = agency_reasons(held, measure="answer")
    assert reason["1", "B"] == COMPLEMENTARY and reason["2", "B"] == ""
    assert (agency_reasons(survey, measure="answer") == "").all()


def test_releases_that_disagree_about_what_is_hidden_are_found():
    now = pd.DataFrame(
        {
            "agency": ["A", "B", "C", "D"],
            "period": "1",
            "measure": "answer",
            "n": [90.0, np.nan, 12.0, 50.0],
            "suppressed_reason": ["", HIDDEN, FEW, ""],
        }
    )
    before = now.assign(suppressed_reason=["", "", HIDDEN, COMPLEMENTARY])
    got = release_leaks(now, before)
    assert got[["agency", "hidden_in"]].values.tolist() == [
        ["B", "now"],
        ["C", "before"],
        ["D", "before"],
    ]
    assert release_leaks(now, now).empty
    assert release_leaks(now, before.assign(period="0")).empty
    with pytest.raises(DataError, match="`before` must have the columns"):
        release_leaks(now, before.drop(columns="n"))
