"""Shares of answers are those of the people, and no small number of people can be had from them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import DataError, ModelError, ParamsError
from cxanalytics.models import fit_answer_shares
from cxanalytics.models.joined_cells import publishable_parts
from cxanalytics.rules import COMPLEMENTARY, FEW, HIDDEN, Thresholds
from cxanalytics.scales import get_scale
from cxanalytics.tables import Question, Survey

LIKERT_SIDES = ("negative", "negative", "neutral", "positive", "positive")


def survey_of(counts, *, scale="likert_1_5", weights=None, as_counts=False, **more):
    """Make a survey whose one question got these numbers of answers, agency by agency."""
    answers = get_scale(scale).answers
    rows = [
        (agency, answer, number)
        for agency, numbers in counts.items()
        for answer, number in zip(answers, numbers, strict=True)
        if number
    ]
    frame = pd.DataFrame(rows, columns=["agency", "easy", "n"])
    if not as_counts:
        frame = frame.loc[frame.index.repeat(frame["n"])].reset_index(drop=True)
    if weights is not None:
        frame["w"] = frame["agency"].map(weights) * np.where(frame["easy"] > 2, 1.0, 2.0)
    roles = {"count": "n"} if as_counts else {"weight": "w"} if weights is not None else {}
    label = Question("easy", "Easy to deal with", get_scale(scale))
    made = Survey.from_frame(frame, agency="agency", outcome="easy", scale=scale, **roles)
    return replace(made, questions=(label,), **more)


LARGE = {f"Agency {i}": [20 + i, 30, 40, 60 + i, 50] for i in range(4)}


def table_of(shares, agency):
    own = shares.loc[shares["agency"] == agency]
    return dict(zip(own["label"], own["share"], strict=True))


def test_shares_are_the_counts_over_their_sum():
    shares = fit_answer_shares(survey_of(LARGE))
    assert list(shares.columns) == (
        "agency question question_label answer label side share n suppressed_reason".split()
    )
    own = shares.loc[shares["agency"] == "Agency 1"]
    assert own["share"].tolist() == pytest.approx(
        [21 / 202, 30 / 202, 40 / 202, 61 / 202, 50 / 202]
    )
    assert own["n"].unique() == [202]
    assert own["side"].tolist() == list(LIKERT_SIDES)
    assert own["label"].tolist() == [
        "Strongly disagree",
        "Disagree",
        "Neither agree nor disagree",
        "Agree",
        "Strongly agree",
    ]
    assert (shares["suppressed_reason"] == "").all()


def test_counts_and_rows_give_the_same():
    rows, counts = (
        fit_answer_shares(survey_of(LARGE, as_counts=as_counts)) for as_counts in (0, 1)
    )
    pd.testing.assert_frame_equal(rows, counts, rtol=1e-12)


def test_weights_change_shares_and_not_their_scale():
    plain = fit_answer_shares(survey_of(LARGE, weights=dict.fromkeys(LARGE, 1.0)))
    scaled = fit_answer_shares(survey_of(LARGE, weights=dict.fromkeys(LARGE, 7.0)))
    pd.testing.assert_frame_equal(plain, scaled, rtol=1e-12)
    assert table_of(plain, "Agency 0")["Strongly disagree"] == pytest.approx(40 / 250)
    assert plain["n"].iloc[0] == 200


def test_positive_answers_add_to_the_score_that_the_benchmark_starts_from():
    from cxanalytics.models import fit_scores

    survey = survey_of(
        {**LARGE, "Small": [3, 12, 2, 25, 14]}, weights=dict.fromkeys([*LARGE, "Small"], 1.0)
    )
    shares = fit_answer_shares(survey)
    positive = shares.loc[shares["side"] == "positive"].groupby("agency")["share"].sum()
    scores = fit_scores(survey, measure="easy").frame.set_index("key")["estimate"]
    assert positive.to_dict() == pytest.approx(scores.to_dict(), abs=1e-12)


def test_answers_that_few_gave_are_counted_with_the_next_on_their_side():
    shares = fit_answer_shares(
        survey_of({**LARGE, "B": [2, 20, 30, 40, 50], **{key: [4, 15, 9, 33, 3] for key in "CD"}})
    )
    assert table_of(shares, "B") == pytest.approx(
        {
            "Strongly disagree or disagree": 22 / 142,
            "Neither agree nor disagree": 30 / 142,
            "Agree": 40 / 142,
            "Strongly agree": 50 / 142,
        }
    )
    assert set(table_of(shares, "C")) == {
        "Strongly disagree or disagree",
        "Neither agree nor disagree",
        "Agree or strongly agree",
    }


def test_an_agency_alone_in_holding_an_answer_back_gets_company():
    shares = fit_answer_shares(survey_of({**LARGE, "B": [2, 20, 30, 40, 50]}))
    joined = shares.loc[shares["label"] == "Strongly disagree or disagree", "agency"]
    # Agency 0 has the fewest answers "strongly disagree" of the others.
    assert set(joined) == {"B", "Agency 0"}


def test_a_side_that_few_are_on_joins_the_middle_and_never_the_positive_side():
    shares = fit_answer_shares(
        survey_of({**LARGE, "B": [1, 2, 30, 40, 50], "C": [1, 2, 30, 40, 50]})
    )
    own = shares.loc[shares["agency"] == "B"]
    assert own["side"].tolist() == ["mixed", "positive", "positive"]
    assert own["share"].sum() == pytest.approx(1.0)
    assert own["label"].iloc[0] == "Strongly disagree, disagree or neither agree nor disagree"


def test_an_agency_whose_score_rests_on_few_shows_no_parts():
    shares = fit_answer_shares(survey_of({**LARGE, "B": [30, 40, 20, 1, 2]}))
    own = shares.loc[shares["agency"] == "B"]
    assert own["share"].isna().all()
    assert set(own["suppressed_reason"]) == {COMPLEMENTARY}
    assert len(own) == 5


def test_agencies_that_may_not_be_shown_are_absent():
    small = {"Nine": [1, 2, 2, 2, 2], "Twenty": [4, 4, 4, 4, 4]}
    shares = fit_answer_shares(survey_of({**LARGE, **small}))
    # Nine alone would be given back by subtraction, so the smallest other one is hidden with it.
    assert set(shares["agency"]) == set(LARGE)
    raised = fit_answer_shares(survey_of(LARGE), thresholds=Thresholds(rank=203))
    assert set(raised["agency"]) == {"Agency 2", "Agency 3"}


def test_peers_from_published_counts_are_never_reported_on():
    shares = fit_answer_shares(survey_of(LARGE, only_peers=("Agency 1",)))
    assert "Agency 1" not in set(shares["agency"])


def test_long_scales_are_given_in_three_parts():
    counts = {f"A{i}": [8] * 7 + [10, 12, 30, 20 + i] for i in range(3)}
    shares = fit_answer_shares(survey_of(counts, scale="nps_0_10"))
    own = shares.loc[shares["agency"] == "A0"]
    assert own["label"].tolist() == ["0 to 6", "7 or 8", "9 or 10"]
    assert own["side"].tolist() == ["negative", "neutral", "positive"]
    assert own["share"].tolist() == pytest.approx([56 / 128, 22 / 128, 50 / 128])
    top = fit_answer_shares(survey_of(LARGE), statistic="top")
    assert top.loc[top["agency"] == "Agency 0", "side"].tolist() == [
        "negative",
        "negative",
        "neutral",
        "neutral",
        "positive",
    ]


def test_two_answers_are_for_and_against():
    shares = fit_answer_shares(survey_of({f"A{i}": [30 + i, 70] for i in range(3)}, scale="yes_no"))
    assert shares.loc[shares["agency"] == "A1", "side"].tolist() == ["negative", "positive"]


def test_one_wave_is_counted_and_it_is_the_latest():
    frame = pd.DataFrame(
        {
            "agency": np.repeat(["A", "B"], 200),
            "wave": np.tile(np.repeat(["1", "2"], 100), 2),
            "easy": np.tile(
                np.r_[np.ones(50), np.full(50, 5.0), np.full(60, 4.0), np.full(40, 2.0)], 2
            ),
        }
    )
    survey = Survey.from_frame(
        frame, agency="agency", outcome="easy", scale="likert_1_5", period="wave"
    )
    latest, first = fit_answer_shares(survey), fit_answer_shares(survey, period="1")
    assert latest["n"].unique() == [100]
    assert set(latest.loc[latest["share"] > 0, "answer"]) <= {1.0, 2.0, 4.0}
    assert not latest.equals(first)
    with pytest.raises(DataError, match="`period` must be one of '1', '2'; got '3'"):
        fit_answer_shares(survey, period="3")


def test_what_cannot_be_counted_is_refused():
    with pytest.raises(
        ParamsError, match="`statistic` must be one of 'positive', 'top'; got 'net'"
    ):
        fit_answer_shares(survey_of(LARGE), statistic="net")
    with pytest.raises(DataError, match="`wait` is not a question"):
        fit_answer_shares(survey_of(LARGE), questions=["wait"])


def attack(people, parts, shown, held):
    """Bound the cells that are held back, from what is shown and from the sums over agencies."""
    from scipy.optimize import linprog

    rows, columns = people.shape
    equal, values = [], []
    for j in range(columns):
        sums = np.zeros(people.shape)
        sums[:, j] = 1.0
        equal.append(sums.ravel())
        values.append(people[:, j].sum())
    for i in range(rows):
        for part in (parts[i] or [range(columns)]) if shown[i] else [range(columns)]:
            sums = np.zeros(people.shape)
            sums[i, list(part)] = 1.0
            equal.append(sums.ravel())
            values.append(people[i, list(part)].sum())
    widths = np.zeros(people.shape)
    for place in map(tuple, np.argwhere(held)):
        cost = np.zeros(people.shape)
        cost[place] = 1.0
        ends = [
            linprog(sign * cost.ravel(), A_eq=equal, b_eq=values).fun * sign for sign in (1, -1)
        ]
        widths[place] = ends[1] - ends[0]
    return widths


@pytest.mark.parametrize("seed", range(6))
def test_no_small_cell_can_be_solved_for_from_the_table_and_its_totals(seed):
    draw = np.random.default_rng(seed)
    people = draw.multinomial(draw.integers(35, 160), [0.05, 0.1, 0.1, 0.45, 0.3], size=7).astype(
        float
    )
    few = draw.integers(0, 7)
    people[few] = draw.multinomial(20, [0.05, 0.1, 0.1, 0.45, 0.3])
    reasons = pd.Series("", index=[f"A{i}" for i in range(7)])
    reasons.iloc[few] = FEW
    parts = publishable_parts(people, reasons, LIKERT_SIDES, 5)
    shown = (reasons == "").to_numpy()
    small = people < 5
    apart = np.zeros(people.shape, dtype=bool)
    for i, found in enumerate(parts.values()):
        for part in found or []:
            if len(part) == 1 and shown[i]:
                apart[i, part[0]] = True
    assert not (apart & small).any()
    held = small & ~apart
    assert (attack(people, list(parts.values()), shown, held)[held] > 1e-6).all()


def test_a_hidden_agency_protects_its_whole_row():
    people = np.array([[8.0, 9, 9, 9, 9], [3, 2, 1, 2, 1], [9, 9, 9, 9, 9], [20, 20, 20, 20, 20]])
    reasons = pd.Series(["", HIDDEN, "", ""], index=list("ABCD"))
    parts = publishable_parts(people, reasons, LIKERT_SIDES, 5)
    assert parts["B"] is None
    assert parts["A"] == [[0, 1, 2], [3, 4]]


def test_published_scores_are_refused():
    from cxanalytics.published import Published

    with pytest.raises(ModelError, match="the number of answers was not published"):
        fit_answer_shares(object.__new__(Published))
