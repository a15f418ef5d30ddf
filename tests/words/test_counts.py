"""Counts in sentences agree with the rows they count."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import DataError, ParamsError
from cxanalytics.rules import AHEAD_AT_LEAST, Thresholds
from cxanalytics.tables import BENCHMARK_COLUMNS, Benchmark
from cxanalytics.words import (
    Nouns,
    count_clear,
    count_verdicts,
    find_extremes,
    group_agencies,
    is_placed,
    say_base,
    say_care,
    say_change,
    say_funnel,
    say_funnel_note,
    say_gap,
    say_headline,
    say_index,
    say_not_shown,
    say_rank,
    say_rank_cell,
    say_scorecard,
    say_standing,
    say_standing_title,
    say_suppressed,
    say_verdict,
    say_wrong_calls,
)

NBSP = "\u00a0"


def boards_of(*verdicts):
    """One board a verdict, each with the single agency "A"."""
    boards = {}
    for i, verdict in enumerate(verdicts):
        frame = pd.DataFrame({column: [np.nan] for column in BENCHMARK_COLUMNS})
        frame["key"], frame["verdict"], frame["n"] = "A", verdict, 500.0
        frame["certainty"] = np.nan if verdict in ("", "unclear") else 0.9
        frame["suppressed_reason"] = "few" if verdict == "" else ""
        frame["gap"] = {"above": 0.04, "below": -0.03 - i / 1000, "": np.nan}.get(verdict, 0.0)
        boards[f"m{i}"] = Benchmark(frame, "share", 0.95, 0.02, pd.DataFrame(), pd.DataFrame())
    return boards


@pytest.mark.parametrize(
    ("verdicts", "sentence"),
    [
        (
            ["above"] * 2 + ["below"] * 3 + ["unclear"] * 2,
            "Two of seven measures are likely above peers, three are likely below, "
            "and two are too close to call.",
        ),
        (
            ["above", "same", "below", "unclear"],
            "One of four measures is likely above peers, one is about the same, "
            "one is likely below, and one is too close to call.",
        ),
        (
            ["same", "below"],
            "One of two measures is about the same as peers, and one is likely below.",
        ),
        (["above"], "The one measure compared is likely above peers."),
        (["unclear"] * 2, "Both measures are too close to call."),
        (["same"] * 3, "All three measures are about the same as peers."),
        (
            ["above", "above", ""],
            "Both measures are likely above peers. One more measure is not compared.",
        ),
        (["", ""], "None of the two measures can be compared with peers."),
        ([""], "This measure cannot be compared with peers."),
    ],
)
def test_the_scorecard_counts_its_chips(verdicts, sentence):
    boards = boards_of(*verdicts)
    assert say_scorecard(boards, "A") == sentence
    assert sum(count_verdicts(boards, "A").values()) == len(verdicts)


def test_a_scorecard_needs_a_measure():
    with pytest.raises(DataError, match="at least one measure"):
        say_scorecard({}, "A")


def test_extremes_are_the_largest_gaps_of_each_sign():
    boards = boards_of("below", "above", "below", "")
    assert find_extremes(boards, "A") == ("m2", "m1")
    assert find_extremes(boards_of("above"), "A") == (None, "m0")
    assert find_extremes(boards_of(""), "A") == (None, None)


def test_measures_not_shown_are_named_with_the_reason():
    text = say_not_shown(boards_of("above", ""), "A", labels={"m1": "Equity"})
    assert text.startswith("Equity: Too few answers once weighted.")


def rank_row(low, high, *, reliability=0.9):
    return pd.Series({"rank_low": low, "rank_high": high, "reliability": reliability})


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (rank_row(9, 20), "between 9th and 20th of 24"),
        (rank_row(3, 3), "3rd of 24"),
        (rank_row(1, 15), "between 1st and 15th of 24"),
        (rank_row(1, 16), "too close to its peers to place"),
        (rank_row(1, 16, reliability=0.69), "too few answers to place you"),
        (rank_row(1, 16, reliability=0.70), "too close to its peers to place"),
        (rank_row(np.nan, np.nan), "not ranked"),
    ],
)
def test_a_range_over_two_thirds_places_nobody(row, said):
    assert say_rank(row, 24) == said
    assert is_placed(row, 24) is said.endswith("of 24")


def test_rank_cells():
    assert say_rank_cell(rank_row(9, 20)) == "9th to 20th"
    assert say_rank_cell(rank_row(3, 3)) == "3rd"
    assert say_rank_cell(rank_row(np.nan, np.nan)) == "Not ranked"


def test_clearly_ahead_is_counted_from_the_joint_draws(board):
    for key in board.p_ahead.index:
        ahead, behind = count_clear(board, key)
        column, line = board.p_ahead[key].drop(key), board.p_ahead.loc[key].drop(key)
        assert ahead == (column >= AHEAD_AT_LEAST).sum()
        assert behind == (line >= AHEAD_AT_LEAST).sum()


def titled(ahead, behind):
    p = ahead + behind + 2
    matrix = np.full((p, p), 0.5)
    matrix[1 : 1 + ahead, 0] = 0.95
    matrix[0, 1 + ahead : 1 + ahead + behind] = 0.97
    keys = list(range(p))
    frame = boards_of("unclear")["m0"].frame
    table = pd.DataFrame(matrix, index=keys, columns=keys)
    board = Benchmark(frame, "share", 0.95, 0.02, pd.DataFrame(), table)
    return say_standing_title(board, 0, nouns=Nouns())


def test_the_title_counts_who_is_clearly_ahead_and_behind():
    assert titled(3, 1) == "Three agencies are clearly ahead of you, and one is clearly behind"
    assert titled(1, 12) == "One agency is clearly ahead of you, and 12 are clearly behind"
    assert titled(0, 2) == "No agency is clearly ahead of you; two are clearly behind"
    assert titled(2, 0) == "Two agencies are clearly ahead of you; none is clearly behind"
    assert titled(0, 0) == "No agency is clearly ahead of you or clearly behind"


def test_groups_hold_every_agency_once(any_board):
    groups = group_agencies(any_board)
    listed = [key for group in groups for key in group.keys]
    assert sorted(listed) == sorted(any_board.frame["key"])
    for group in groups:
        assert group.title.endswith(f"({len(group.keys)})")
        if group.kind in ("unclear", "same", ""):
            assert list(group.keys) == sorted(group.keys)


def test_the_index_counts_its_groups(make_board):
    board = make_board(24, spread=0.06, n=900)
    counts = board.shown["verdict"].value_counts()
    sentence = say_index(board, nouns=Nouns())
    assert sentence.count(" are ") + sentence.count(" is ") == len(counts)


def test_few_agencies_are_not_compared(make_board):
    board = make_board(2)
    assert say_index(board, nouns=Nouns()) == "Two agencies have a score; too few to compare."
    row = board.frame.iloc[0]
    assert say_headline(row, nouns=Nouns()).endswith("Fewer than eight peers. Not compared.")
    assert say_standing(board, row["key"], nouns=Nouns()).startswith("Fewer than eight peers")


def test_headlines_without_a_score(make_board):
    few = make_board(12, n=22).frame.iloc[0]
    assert say_headline(few, nouns=Nouns()) == "22 answers: too few for a score, so none is shown."
    hidden = make_board(12, n=8).frame.iloc[0]
    said = say_headline(hidden, nouns=Nouns())
    assert said == "Fewer than 10 answers, hidden to protect privacy."
    assert say_base(hidden) == "<10"


def test_a_small_base_gets_a_warning(make_board):
    assert say_care(make_board(12, n=62).frame.iloc[0]) == "Use with care: 62 answers."
    assert say_care(make_board(12, n=100).frame.iloc[0]) == ""


def test_gaps_carry_their_range():
    row = pd.Series({"gap": -0.07, "gap_low": -0.09, "gap_high": -0.04})
    assert say_gap(row) == f"−7{NBSP}points (−9 to −4)"
    assert say_gap(pd.Series({"gap": np.nan})) == ""


def change_row(change, rise=0.0, fall=0.0, reason=""):
    return pd.Series(
        {
            "suppressed_reason": "",
            "change": change,
            "change_low": change - 0.02,
            "change_high": change + 0.02,
            "p_rise": rise,
            "p_fall": fall,
            "change_reason": reason,
        }
    )


@pytest.mark.parametrize(
    ("row", "number", "words"),
    [
        (change_row(0.02, rise=0.81), "+2", "likely a real rise"),
        (change_row(-0.04, fall=0.96), "−4", "very likely a real fall"),
        (change_row(0.004, rise=0.4), "0", "no clear change"),
        (change_row(0.02, rise=0.7999), "+2", "no clear change"),
        (change_row(np.nan, reason="changed_wording"), "", "Question changed; not comparable"),
        (
            change_row(np.nan, reason="few"),
            "",
            "Fewer than 50 answers in one wave; not comparable",
        ),
        (change_row(np.nan, reason="first_wave"), "", "First wave: nothing to compare yet."),
    ],
)
def test_changes(row, number, words):
    said = say_change(row)
    assert (said.number, said.words) == (number, words)


@pytest.mark.parametrize(
    ("n", "n_eff", "start"),
    [(60.0, 45.0, "Too few answers once weighted in one wave"), (45.0, 40.0, "Fewer than 50")],
)
def test_weights_can_leave_too_few_answers_for_a_change(n, n_eff, start):
    row = pd.concat([change_row(np.nan, reason="few"), pd.Series({"n": n, "n_eff": n_eff})])
    assert say_change(row).words.startswith(start)


def test_a_changed_question_names_its_wave():
    said = say_change(change_row(0.03, rise=0.99), changed="2025")
    assert said.words == "Question changed in 2025; not comparable"
    first = pd.Series({"suppressed_reason": ""})
    later = "First wave: nothing to compare yet. Next: January 2027"
    assert say_change(first, next_update="January 2027").words == later


@pytest.mark.parametrize(
    ("outside", "start"),
    [(0, "No agency differs"), (1, "One agency differs"), (12, "12 agencies differ")],
)
def test_the_funnel_sentence(outside, start):
    table = pd.DataFrame({"outside": [True] * outside + [False] * (14 - outside)})
    said = say_funnel(table, nouns=Nouns())
    assert said.startswith(f"{start} from the average by far more than chance alone would produce.")
    rest = "The rest may differ too, but less clearly."
    assert said.endswith(rest if outside else "Smaller differences may still be real.")
    few = say_funnel(table.head(9), nouns=Nouns())
    assert few.startswith("Fewer than 10 agencies")


def test_wrong_calls_are_expected_ones():
    rows = [pd.Series({"verdict": "above", "certainty": 0.85})] * 10
    said = say_wrong_calls(rows)
    assert said == "Of the 10 calls made here, about two are expected to be wrong."
    said = say_wrong_calls(rows[:1])
    assert said == ""
    assert say_wrong_calls([pd.Series({"verdict": "unclear", "certainty": np.nan})]) == ""


def test_an_unknown_reason_or_an_empty_noun_is_refused():
    with pytest.raises(DataError, match="`reason` must be one of 'hidden'"):
        say_suppressed("lost")
    with pytest.raises(ParamsError, match=r"`nouns.peer` must be a word or phrase; got ' '"):
        Nouns(peer=" ")


def test_a_raised_threshold_is_the_number_that_is_printed(board):
    raised = Thresholds(hide=20, rank=60, caution=9000, peers=70, funnel=40)
    (few,) = boards_of("").values()
    hidden = replace(few, frame=few.frame.assign(suppressed_reason="hidden"))
    assert say_base(hidden.row("A"), thresholds=raised) == "<20"
    row = pd.Series({"verdict": "", "suppressed_reason": "few", "n": 45.0})
    assert say_verdict(row, thresholds=raised).word.startswith("Fewer than 60 answers.")
    said = say_not_shown({"m1": hidden}, "A", labels={"m1": "Equity"}, thresholds=raised)
    assert said == "Equity: Fewer than 20 answers. Hidden to protect privacy."
    largest = board.row(board.shown.sort_values("n")["key"].iloc[-1])
    assert say_care(largest) == ""
    assert say_care(largest, thresholds=raised) == "Use with care: 3,000 answers."
    unranked = replace(board, frame=board.frame.assign(rank_low=np.nan, rank_high=np.nan))
    said = say_standing(unranked, largest["key"], nouns=Nouns(), thresholds=raised)
    assert said == "Fewer than 70 peers can be compared, so no rank is given."
    table = pd.DataFrame({"outside": [True] * 2 + [False] * 30})
    assert say_funnel(table, nouns=Nouns(), thresholds=raised).startswith("Fewer than 40 agencies")


@pytest.mark.parametrize(
    ("chance", "told"),
    [
        (0.94, " You are likely in the top quarter (94% certain)."),
        (0.9499, " You are likely in the top quarter (94% certain)."),
        (0.97, " You are very likely in the top quarter (97% certain)."),
        (0.9999, " You are almost certainly in the top quarter (over\u00a099% certain)."),
        (0.89, ""),
        (float("nan"), ""),
    ],
)
def test_the_top_quarter_is_said_with_its_certainty(benchmark_table, chance, told):
    frame = benchmark_table.frame.assign(p_top_quartile=chance, rank_high=1)
    said = say_standing(replace(benchmark_table, frame=frame), "A", nouns=Nouns())
    assert said == f"You rank 1st of 2 on recommendation.{told}"


def test_the_funnel_names_the_rule_of_limits_and_that_of_verdicts():
    table = pd.DataFrame({"outside": [False, True]})
    told = say_funnel_note(table, nouns=Nouns(), difference=0.03)
    assert told.startswith("Triangles lie outside the outer band.")
    assert "at least 80% certain of a gap over 3\u00a0points" in told
    assert "verdict" not in say_funnel_note(table, nouns=Nouns()).lower()
    assert "Triangles" not in say_funnel_note(table.iloc[:1], nouns=Nouns())
