"""Sections on ranks, on the next wave, and on scores published without counts."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from cxanalytics.benchmark import benchmark_funnel, benchmark_rank_sets, benchmark_scores
from cxanalytics.charts import (
    draw_predictive_check,
    draw_published_regression,
    draw_rank_sets,
    predictive_check_table,
    published_regression_table,
    rank_sets_table,
)
from cxanalytics.report.appendix_predictive import write_appendix_predictive
from cxanalytics.report.appendix_ranks import write_appendix_ranks
from cxanalytics.report.published_standing import NONE_HELD, write_published_standing
from cxanalytics.report.section import ORDER
from cxanalytics.tables import Check, Estimates
from cxanalytics.words import (
    Nouns,
    assert_sentence_allowed,
    say_funnel_rules,
    say_predictive_check,
    say_published_regression,
    say_rank_sets,
    say_title_predictive_check,
    say_told_apart,
    say_told_apart_published,
)

HOSTILE = "<script>alert('x')</script>"


@pytest.fixture(autouse=True)
def ordered(monkeypatch):
    """The sections, whether or not a page lists them."""
    for kind, anchors in (("appendix", ("predictive", "ranks")), ("audit", ("standing",))):
        missing = [name for name in anchors if name not in ORDER[kind]]
        monkeypatch.setitem(ORDER, kind, (*ORDER[kind], *missing))


@pytest.fixture(scope="module")
def scores() -> Estimates:
    rng = np.random.default_rng(1)
    n = rng.integers(60, 900, 16).astype(float)
    share = rng.binomial(n.astype(int), rng.normal(0.6, 0.08, 16)) / n
    se = np.sqrt(share * (1 - share) / n)
    frame = pd.DataFrame({"key": [HOSTILE, *(f"Agency {i:02}" for i in range(15))]})
    frame = frame.assign(estimate=share, std_error=se, conf_low=share - 2 * se)
    frame = frame.assign(conf_high=share + 2 * se, n=n, n_eff=n)
    return Estimates(frame, quantity="share positive", facts={"statistic": "positive"})


@pytest.fixture(scope="module")
def board(scores):
    return benchmark_scores(scores, draws=1000, seed=1)


@pytest.fixture(scope="module")
def sets(scores):
    return benchmark_rank_sets(scores, draws=1000, seed=1)


def predictive(less: float, low: float, high: float, verdict: str) -> Estimates:
    keys = ["stabilized", "raw", "average"]
    frame = pd.DataFrame({"key": keys, "estimate": [0.03, 0.04, 0.05], "std_error": 0.002})
    frame = frame.assign(conf_low=frame["estimate"] - 0.004, conf_high=frame["estimate"] + 0.004)
    frame = frame.assign(n=24.0, total=frame["estimate"] + 0.01)
    facts = {"less_error": less, "less_low": low, "less_high": high, "verdict": verdict}
    facts |= {"unit": "share", "floor": 0.02, "agencies": 24, "pairs": 24, "waves": 2}
    check = Check("predictive", None, "Foretold.")
    return Estimates(frame, quantity="error", checks=(check,), facts=facts)


@pytest.fixture
def regression() -> pd.DataFrame:
    keys = ["kept", "top", "top_change", "bottom", "bottom_change"]
    values = [0.87, 0.12, -0.013, -0.12, 0.02]
    rows = pd.DataFrame({"key": keys, "estimate": values, "n": 150.0})
    rows = rows.assign(conf_low=rows["estimate"] - 0.01, conf_high=rows["estimate"] + 0.01)
    return rows.assign(
        measure="good",
        label=HOSTILE,
        unit="share",
        agencies=60,
        waves=8,
        changes=420,
        same_error=0.034,
        shrunk_error=0.032,
        less_error=0.06,
        less_low=0.02,
        less_high=0.1,
    )


# Ranks


def test_ranks_are_ranges_in_three_ways(made_up, sets, board, scores):
    facts = made_up.make_facts(kind="appendix")
    section = write_appendix_ranks(sets, facts, board=board, funnel=benchmark_funnel(scores))
    assert section.answer == say_told_apart(board, nouns=facts.nouns)
    html = str(section.html)
    assert "fig-ranks" in html and "Set by itself" in html
    assert "false discovery rule" in html
    assert HOSTILE not in html and "&lt;script&gt;" in html
    assert say_rank_sets(sets, board, nouns=facts.nouns) in html
    assert len(section.key_figures) == 16 and "name" not in section.key_figures


def test_ranks_that_were_refused_leave_a_reason(made_up, board):
    facts = made_up.make_facts(kind="appendix")
    section = write_appendix_ranks(None, facts, board=board, reason="Too few.")
    assert "Too few." in str(section.html)
    assert section.answer == "Nobody: too few agencies can be ranked."


def test_who_is_told_apart_is_counted_in_pairs(board):
    said = say_told_apart(board, nouns=Nouns())
    clear = int((board.p_ahead.to_numpy() >= 0.95).sum())
    assert said.startswith(f"Of 120 pairs of agencies, {clear} (")
    assert "of 16 places" in said
    alike = dataclasses.replace(board, p_ahead=0.0 * board.p_ahead)
    assert say_told_apart(alike, nouns=Nouns()).startswith("No two of the 16 agencies can be told")
    nobody = dataclasses.replace(board, p_ahead=board.p_ahead.iloc[:, :0])
    assert say_told_apart(nobody, nouns=Nouns()).startswith("Nobody can be told apart")


def test_the_chart_draws_both_ends_and_no_single_rank(sets, board):
    table = rank_sets_table(sets, board)
    assert table["rank_low"].is_monotonic_increasing
    for size in ("wide", "narrow"):
        ax = draw_rank_sets(sets, board, size=size).axes[0]
        for name in ("rank", "own", "together"):
            lines = [line for line in ax.lines if line.get_label() == name]
            drawn = [list(line.get_xdata()) for line in lines]
            assert drawn == [list(table[f"{name}_low"]), list(table[f"{name}_high"])]


def test_the_rules_of_a_funnel_are_told(scores):
    funnel = benchmark_funnel(scores)
    assert "by the false discovery rule" in say_funnel_rules(funnel, nouns=Nouns())
    few = dataclasses.replace(funnel, points=funnel.points.assign(discovery_rate=np.nan))
    assert say_funnel_rules(few, nouns=Nouns()) == "Too few agencies are shown to call any unusual."


# The next wave


@pytest.mark.parametrize(
    ("less", "low", "high", "verdict", "start"),
    [
        (0.12, 0.05, 0.18, "better", "Yes: stabilized scores foretold the next wave with 12% less"),
        (-0.12, -0.2, -0.05, "worse", "No: stabilized scores foretold the next wave with 12% more"),
        (0.05, -0.02, 0.11, "unclear", "The data cannot tell: stabilized scores had 5% less error"),
        (-0.05, -0.1, 0.02, "unclear", "The data cannot tell: stabilized scores had 5% more error"),
    ],
)
def test_better_is_said_only_where_the_interval_says_so(
    made_up, less: float, low: float, high: float, verdict: str, start: str
):
    estimates = predictive(less, low, high, verdict)
    assert say_predictive_check(estimates).startswith(start)
    facts = made_up.make_facts(kind="appendix")
    section = write_appendix_predictive(estimates, facts)
    assert section.answer.startswith(start)
    html = str(section.html)
    assert "4.0\u00a0points" in html and "Foretold." in html
    assert "24 forecasts" in html
    assert len(say_title_predictive_check(estimates).split()) <= 15


def test_no_later_wave_leaves_a_reason(made_up):
    section = write_appendix_predictive(
        None, made_up.make_facts(kind="appendix"), reason="One wave only."
    )
    assert "One wave only." in str(section.html)
    assert section.answer == "Not known: no later wave puts the scores to the test."


def test_the_chart_has_a_row_per_forecast():
    estimates = predictive(0.1, 0.0, 0.2, "better")
    table = predictive_check_table(estimates)
    assert list(table["key"]) == ["stabilized", "raw", "average"]
    ax = draw_predictive_check(estimates).axes[0]
    drawn = {line.get_label(): list(line.get_xdata()) for line in ax.lines}
    assert drawn["error, stabilized"] == pytest.approx([3.0])
    assert drawn["error, others"] == pytest.approx([4.0, 5.0])
    assert drawn["Chance alone"] == pytest.approx([2.0, 2.0])


# Published without counts


def test_published_scores_tell_nobody_apart(made_up, regression):
    facts = made_up.make_facts(kind="audit")
    audit = {"published": pd.DataFrame({"label": [HOSTILE]}), "published_regression": regression}
    section = write_published_standing(facts, audit)
    assert section.answer.startswith("No two agencies can be told apart on")
    assert section.answer.endswith("for the number of answers was not published.")
    html = str(section.html)
    assert HOSTILE not in html
    assert "One wave later, 87% of a gap to the average is left (likely 86% to 88%)." in html
    assert section.figures == 1


def test_a_study_with_counts_says_so(made_up):
    section = write_published_standing(made_up.make_facts(kind="audit"), {})
    assert section.answer == NONE_HELD and section.figures == 0


def test_groups_are_told_apart_with_their_range():
    row = {"first": "g", "second": "o", "first_words": "owned by government"}
    row |= {"second_words": "owned by others", "group": "sector", "unit": "score", "kind": ""}
    row |= {"difference": 1.4, "difference_low": 0.9, "difference_high": 1.8}
    said = say_told_apart_published("Score", pd.DataFrame([row]), nouns=Nouns())
    assert said.endswith(
        "agencies owned by government score higher on the whole, +1.4 (likely +0.9 to +1.8)."
    )
    row |= {"difference_low": -0.2}
    unclear = say_told_apart_published("Score", pd.DataFrame([row]), nouns=Nouns())
    assert "as groups: no clear difference" in unclear
    for text in (said, unclear):
        assert_sentence_allowed(text, grade="D")


def test_moves_are_said_where_their_range_leaves_zero_out(regression):
    said = " ".join(say_published_regression(regression, nouns=Nouns()))
    assert "stood +12.0\u00a0points from the average, and then moved by −1.3\u00a0points" in said
    assert "came nearer to the next wave than" in said
    top = regression["key"] == "top_change"
    open_ended = regression.assign(
        conf_high=regression["conf_high"].mask(top, 0.01), less_low=-0.01
    )
    said = " ".join(say_published_regression(open_ended, nouns=Nouns()))
    assert "then showed no clear move" in said and "came about as near" in said
    for text in say_published_regression(regression, nouns=Nouns()):
        assert_sentence_allowed(text, grade="D")


def test_the_chart_shows_the_gap_and_what_is_left(regression):
    table = published_regression_table(regression)
    assert list(table["series"]) == ["now", "later", "now", "later"]
    assert table["estimate"].tolist() == pytest.approx([0.12, 0.107, -0.12, -0.10])
    ax = draw_published_regression(regression, share=True).axes[0]
    drawn = {line.get_label(): list(line.get_xdata()) for line in ax.lines}
    assert drawn["now"] == pytest.approx([0.12, -0.12])
    assert drawn["later"] == pytest.approx([0.107, -0.10])
