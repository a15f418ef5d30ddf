"""Peers by rule, and how far verdicts hang on who they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.benchmark import (
    benchmark_peer_sensitivity,
    benchmark_scorecard,
    benchmark_scores,
    choose_peers,
    split_sectors,
)
from cxanalytics.benchmark.peer_sets import ALIKE_WITHIN, member_rows, nearest_neighbors
from cxanalytics.errors import DataError, ModelError, ParamsError
from cxanalytics.numerics.peers import gaps_to_peer_sets, gaps_to_peers, medians_without_one
from cxanalytics.tables import Survey


@pytest.fixture
def attributes():
    names = [f"Agency {place:02d}" for place in range(20)]
    return pd.DataFrame(
        {"function": ["tax"] * 12 + ["benefits"] * 8, "size": [100.0] * 10 + [900.0] * 10},
        index=names,
    )


def test_peers_are_alike_and_never_the_agency_itself(attributes):
    chosen, check = choose_peers(attributes, like=["function"])
    assert set(chosen["Agency 00"]) == {f"Agency {place:02d}" for place in range(1, 12)}
    assert all(key not in peers for key, peers in chosen.items())
    # The eight agencies of benefits have seven others each.
    assert len(chosen["Agency 15"]) == 19
    assert check.passed is False
    assert "8 of 20" in check.text


def test_a_number_is_alike_within_its_double(attributes):
    attributes["size"] = 100.0 * ALIKE_WITHIN ** np.repeat([0.0, 0.9, 2.1], [10, 5, 5])
    chosen, _ = choose_peers(attributes, like=["size"])
    assert set(chosen["Agency 00"]) == {f"Agency {place:02d}" for place in range(1, 15)}


def test_equal_numbers_are_alike_nothing_among_them(attributes):
    field = attributes.assign(abroad=[0.0] * 11 + [1.0] * 9)
    chosen, check = choose_peers(field, like=["abroad"])
    assert check.passed
    assert len(chosen["Agency 00"]) == 10
    assert len(chosen["Agency 19"]) == 8
    unknown = attributes.assign(abroad=[np.nan] * 11 + [1.0] * 9)
    assert len(choose_peers(unknown, like=["abroad"])[0]["Agency 00"]) == 19


def test_where_gives_everyone_the_same_peers(attributes):
    chosen, check = choose_peers(attributes, where={"function": ["tax"]})
    assert set(chosen["Agency 19"]) == {f"Agency {place:02d}" for place in range(12)}
    assert check.passed


@pytest.mark.parametrize("rule", [{}, {"like": ["mood"]}, {"where": {"function": ["war"]}}])
def test_a_rule_that_means_nothing_is_refused(attributes, rule):
    with pytest.raises(ParamsError):
        choose_peers(attributes, **rule)


def test_an_agency_without_an_entry_is_like_nobody(attributes):
    attributes.loc["Agency 00", "function"] = ""
    chosen, _ = choose_peers(attributes, like=["function"])
    assert "Agency 00" not in chosen["Agency 01"]


def test_own_sets_of_all_others_are_the_common_set():
    draws = np.random.default_rng(1).normal(size=(500, 9))
    own = gaps_to_peer_sets(draws, np.ones((9, 9), dtype=bool))
    common = gaps_to_peers(draws, np.ones(9, dtype=bool))
    np.testing.assert_allclose(own.gap, common.gap, atol=1e-14)
    np.testing.assert_allclose(own.low_quarter, common.low_quarter, atol=1e-14)
    np.testing.assert_array_equal(own.others, common.others)


@pytest.mark.parametrize("peers", [8, 9])
def test_leaving_one_out_is_the_median_of_the_rest(peers):
    draws = np.random.default_rng(2).normal(size=(50, peers))
    found = medians_without_one(draws)
    for place in range(peers):
        expected = np.median(np.delete(draws, place, axis=1), axis=1)
        np.testing.assert_allclose(found[:, place], expected, atol=1e-14)


def test_few_peers_are_refused():
    with pytest.raises(ModelError):
        gaps_to_peer_sets(np.zeros((5, 3)), np.eye(3, dtype=bool))
    with pytest.raises(ModelError):
        medians_without_one(np.zeros((5, 2)))


def test_an_agency_that_lost_its_peers_has_all(made_up):
    rows, few = member_rows(list("abcd"), {"a": ["b", "x"]}, enough=2)
    assert few.tolist() == [True, False, False, False]
    assert rows[0].tolist() == [False, True, True, True]


def test_the_benchmark_compares_with_the_peers_of_each(made_up):
    truth, n = made_up.truth_and_sizes(24, seed=3)
    truth = np.where(np.arange(24) < 12, 0.5, 0.8)
    scores = made_up.scores(truth, n, seed=4)
    names = made_up.keys(24)
    half = {key: names[:12] if place < 12 else names[12:] for place, key in enumerate(names)}
    near = benchmark_scores(scores, peers=half, peer_rule="alike in function", seed=5, draws=2000)
    far = benchmark_scores(scores, seed=5, draws=2000)
    assert (near.frame["peers"] == 11).all()
    assert near.frame["gap"].abs().mean() < 0.3 * far.frame["gap"].abs().mean()
    assert near.facts["peer_set"] == "alike in function"
    # The choice of peers moves no score.
    pd.testing.assert_series_equal(near.frame["estimate"], far.frame["estimate"])


def test_neighbors_are_nearest_in_standardized_numbers():
    profile = pd.DataFrame({"a": [0.0, 1.0, 10.0], "b": [0.0, 0.0, 0.0]}, index=list("xyz"))
    assert nearest_neighbors(profile, number=1) == {"x": ["y"], "y": ["x"], "z": ["y"]}


def test_verdicts_that_hang_on_the_peers_are_found(made_up):
    truth = np.where(np.arange(24) < 12, 0.5, 0.8)
    scores = made_up.scores(truth, np.full(24, 900), seed=6)
    names = made_up.keys(24)
    alike = {key: names[:12] if place < 12 else names[12:] for place, key in enumerate(names)}
    found = benchmark_peer_sensitivity(scores, alike=alike, seed=7, draws=1000)
    frame = found.frame.set_index(["agency", "way"])
    # Against all, the lower half is below and the upper above; among the like it is neither.
    assert found.facts["changed_alike"] >= 16
    # Nothing is declared, so that all of them are the peers already.
    assert set(found.frame["way"]) == {"declared", "alike", "nearest", "one_out"}
    assert not found.facts["declared"]
    by_rule = benchmark_peer_sensitivity(scores, peers=alike, alike=alike, seed=7, draws=1000)
    assert set(by_rule.frame["way"]) == {"declared", "all", "nearest", "one_out"}
    assert by_rule.facts["changed_all"] == found.facts["changed_alike"]
    assert frame.xs("one_out", level="way")["share"].between(0, 1).all()
    board = benchmark_scores(scores, seed=7, draws=4000)
    declared = frame.xs("declared", level="way")["estimate"]
    # Both are means of joint draws of one posterior; 1,000 draws leave an error of about 0.002.
    assert (declared - board.frame.set_index("key")["gap"]).abs().max() < 0.01


def test_the_declared_verdict_is_that_of_the_pages(made_up):
    # Verdicts at the edge of the rule: other draws of the same posterior would call some anew.
    scores = made_up.scores(np.linspace(0.55, 0.75, 24), np.full(24, 300), seed=11)
    board = benchmark_scores(scores, seed=12, draws=1000).frame.set_index("key")
    found = benchmark_peer_sensitivity(scores, seed=12, draws=1000).frame
    declared = found.loc[found["way"] == "declared"].set_index("agency")
    assert declared["verdict"].to_dict() == board["verdict"].to_dict()
    # The same counts of the same draws.
    chance = board.loc[declared.index, "certainty"].astype(float)
    assert np.allclose(declared["certainty"], chance, atol=1e-12, equal_nan=True)


def test_agencies_all_alike_have_no_verdict_that_hangs_on_peers(made_up):
    scores = made_up.scores(np.full(30, 0.6), np.full(30, 3000), seed=8)
    found = benchmark_peer_sensitivity(scores, seed=9, draws=1000)
    assert found.facts["turned_nearest"] == 0
    assert found.facts["turned_one_out"] == 0


def test_too_few_agencies_have_no_other_peers(made_up):
    with pytest.raises(ModelError):
        benchmark_peer_sensitivity(made_up.scores(np.full(8, 0.6), np.full(8, 99), seed=1), seed=1)


def test_an_agency_without_listed_peers_enough_has_no_verdict_to_hang_on_them(made_up):
    scores = made_up.scores(np.full(20, 0.6), np.full(20, 300), seed=1)
    names = made_up.keys(20)
    board = benchmark_scores(scores, peers=names[:8], seed=1, draws=1000).shown
    found = benchmark_peer_sensitivity(scores, peers=names[:8], seed=1, draws=1000)
    assert set(found.frame["agency"]) == set(board.loc[board["gap"].notna(), "key"])
    assert found.facts["agencies"] == 12
    with pytest.raises(ModelError, match="8 listed peers shown; got 7"):
        benchmark_peer_sensitivity(scores, peers=names[:7], seed=1)


def test_a_rule_may_name_agencies_that_a_measure_was_not_asked_of(made_up):
    names = made_up.keys(20)
    first = made_up.scores(np.full(20, 0.6), np.full(20, 300), seed=1)
    second = made_up.scores(np.full(18, 0.6), np.full(18, 300), seed=2, names=names[:18])
    rule = {key: [*names[:16], "A company"] for key in [*names, "A company"]}
    boards = benchmark_scorecard({"a": first, "b": second}, peers=rule, seed=1, draws=1000)
    assert (boards["b"].frame["peers"] >= 15).all()
    boards = benchmark_scorecard({"a": first, "b": second}, peers=names[9:], seed=1, draws=1000)
    assert boards["b"].frame["peers"].max() == 9
    with pytest.raises(ParamsError, match="Agency 99"):
        benchmark_scorecard({"a": first}, peers=[*names, "Agency 99"], seed=1, draws=1000)


@pytest.fixture
def survey():
    frame = pd.DataFrame({"who": ["A", "A", "B", "C"], "yes": [1.0, 0.0, 1.0, 1.0]})
    return Survey.from_frame(frame, agency="who", outcome="yes", scale="yes_no")


def test_companies_are_in_no_model_of_government(survey):
    own, outside = split_sectors(survey, {"A": "government", "B": "corporate"})
    assert own.agencies == ["A", "C"]
    assert outside.agencies == ["B"]
    assert "1 agency is not of government" in own.notes[-1].text
    assert split_sectors(survey)[1] is None


def test_the_sector_column_is_read_and_must_agree(survey):
    survey.frame["sector"] = ["government", "government", "corporate", ""]
    assert split_sectors(survey)[1].agencies == ["B"]
    # Who has no sector counts as government, however its cell is empty.
    survey.frame["sector"] = ["government", "government", "corporate", None]
    assert split_sectors(survey)[1].agencies == ["B"]
    survey.frame["sector"] = ["government", "corporate", "corporate", ""]
    with pytest.raises(DataError, match="two for 'A'"):
        split_sectors(survey)
    with pytest.raises(DataError, match="got none"):
        split_sectors(survey, dict.fromkeys("ABC", "corporate"))
