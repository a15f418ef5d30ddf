"""Answers mean what their scale declares."""

import re
from itertools import takewhile
from pathlib import Path

import numpy as np
import pytest

from cxanalytics.errors import ParamsError
from cxanalytics.scales import (
    MISSING_REASONS,
    SCALES,
    Scale,
    clash,
    declare_scale,
    fold,
    get_scale,
    read_missing,
    split_number,
    unlike,
)
from cxanalytics.tables import Question

DOCS = (Path(__file__).parents[1] / "docs" / "scales.md").read_text(encoding="utf-8")


def table(head):
    lines = DOCS[DOCS.index(f"\n{head}") + 1 :].splitlines()
    body = list(takewhile(lambda line: line.startswith("|"), lines))[2:]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in body]


def test_unknown_scale_is_named_with_a_suggestion():
    with pytest.raises(ParamsError) as caught:
        get_scale("nps_0-10")
    assert str(caught.value).startswith("`scale` must be one of 'nps_0_10', 'rating_1_10'")
    assert str(caught.value).endswith("got 'nps_0-10'. Did you mean 'nps_0_10'?")


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)
def test_flags_and_codes_agree_with_the_ladder(scale):
    answers = np.array([*scale.answers, np.nan])
    codes = scale.codes(answers)
    assert codes.tolist() == [*range(len(scale.answers)), -1]
    assert np.isnan(scale.is_positive(answers)[-1]) and np.isnan(scale.net(answers)[-1])
    assert scale.is_top(answers)[-2] == 1 and scale.is_positive(answers)[0] == 0
    assert set(scale.top) <= set(scale.positive)
    assert not set(scale.promoters) & set(scale.detractors)
    assert scale.pomp(answers)[0] == 0 and scale.pomp(answers)[-2] == 100
    assert (np.diff(scale.is_positive(answers[:-1])) >= 0).all()
    assert (np.diff(scale.net(answers[:-1])) >= 0).all()
    assert [scale.mirror(answer) for answer in scale.answers] == list(scale.answers[::-1])


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)
def test_labels_are_stored_as_they_are_compared_and_are_never_missing_answers(scale):
    for label, answer in scale.labels.items():
        assert fold(label) == label
        assert answer in scale.answers
        assert read_missing(label) is None


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)
def test_the_words_of_the_ends_are_the_ends(scale):
    if scale.ends != ("", ""):
        assert scale.read_label(scale.ends[0]) == scale.answers[0]
        assert scale.read_label(scale.ends[1]) == scale.answers[-1]


@pytest.mark.parametrize(
    ("scale", "positive", "top"),
    [
        ("nps_0_10", [9, 10], [9, 10]),
        ("rating_1_10", [9, 10], [9, 10]),
        ("likert_1_5", [4, 5], [5]),
        ("likely_1_5", [4, 5], [5]),
        ("excellent_1_5", [4, 5], [5]),
        ("agree_1_7", [5, 6, 7], [7]),
        ("satisfied_1_7", [5, 6, 7], [7]),
        ("agree_1_4", [3, 4], [4]),
        ("satisfied_1_4", [3, 4], [4]),
        ("definitely_1_4", [3, 4], [4]),
        ("thumbs", [1], [1]),
        ("percent_0_100_by_25", [75, 100], [100]),
        ("percent_0_100_by_20", [80, 100], [100]),
        ("percent_0_100_by_10", [80, 90, 100], [100]),
    ],
)
def test_positive_and_top_by_the_declared_rule(scale, positive, top):
    assert list(get_scale(scale).positive) == positive
    assert list(get_scale(scale).top) == top


def test_nps_is_said_of_0_to_10_alone():
    assert [scale.id for scale in SCALES.values() if scale.net_label == "NPS"] == ["nps_0_10"]
    assert get_scale("rating_1_10").net_label == "NPS-like (1 to 10)"


def test_promoters_are_nine_and_ten_detractors_zero_to_six():
    net = get_scale("nps_0_10").net(np.arange(11))
    assert net.tolist() == [-1] * 7 + [0, 0] + [1, 1]


def test_answers_off_the_ladder_have_no_code():
    assert get_scale("likert_1_5").codes([0, 6, 2.5, np.inf, 3]).tolist() == [-1, -1, -1, -1, 2]


@pytest.mark.parametrize(
    ("scale", "allowed"),
    [
        ("percent_0_100_by_1", "0 to 100"),
        ("percent_0_100_by_5", "0 to 100 in steps of 5"),
        ("percent_0_100_by_25", "0 to 100 in steps of 25"),
        ("yes_no", "0, 1"),
    ],
)
def test_allowed_answers_in_words(scale, allowed):
    assert get_scale(scale).allowed() == allowed


@pytest.mark.parametrize(
    "text",
    [
        "Strongly Agree",
        " strongly  agree ",
        "5 - Strongly agree",
        "STRONGLY\u00a0AGREE",
        "Strongly agree.",
        "Strongly agree (5)",
        "(5) Strongly agree",
        "5 (Strongly agree)",
        "5 Strongly agree",
        "“Strongly agree”",
        "Strongly\u200b agree",
    ],
)
def test_labels_ignore_case_spaces_marks_and_numbers(text):
    assert get_scale("likert_1_5").read_label(text) == 5
    assert get_scale("likert_1_5").read_label("no idea") is None


@pytest.mark.parametrize(
    ("scale", "text", "answer"),
    [
        ("likert_1_5", "Neither agree nor disagree", 3),
        ("likert_1_5", "neither agree / disagree", 3),
        ("likert_1_5", "Neither Agree or Disagree", 3),
        ("likert_1_5", "Neutral", 3),
        ("likert_1_5", "Tend to disagree", 2),
        ("good_1_5", "Neither good nor poor", 3),
        ("satisfied_1_5", "Neither satisfied nor unsatisfied", 3),
        ("satisfied_1_5", "Fairly dissatisfied", 2),
        ("satisfied_1_4", "Not satisfied", 1),
        ("satisfied_1_4", "Somewhat satisfied", 2),
        ("dissatisfied_1_4", "Somewhat satisfied", 3),
        ("excellent_1_5", "Good", 3),
        ("good_1_5", "Good", 4),
        ("likely_1_5", "Extremely unlikely", 1),
        ("definitely_1_4", "Yes, definitely", 4),
        ("definitely_1_4", "Probably not", 2),
        ("agree_1_7", "Slightly agree", 5),
        ("thumbs", "👍🏽", 1),
        ("thumbs", "👎\ufe0f", 0),
        ("thumbs", "Thumbs Up!", 1),
        ("yes_no", "TRUE", 1),
    ],
)
def test_verbal_ladders(scale, text, answer):
    assert get_scale(scale).read_label(text) == answer


def test_british_and_american_spelling_are_one():
    assert fold("Very Favourable") == fold("very favorable")


@pytest.mark.parametrize(
    ("text", "number", "words"),
    [
        ("5 - Agree", 5, "agree"),
        ("Agree", None, "agree"),
        ("-1 = refused", -1, "refused"),
        ("9-10", 9, "10"),
        ("7 -", 7, ""),
        ("5stars", None, "5stars"),
    ],
)
def test_numbers_beside_words(text, number, words):
    assert split_number(text)[:2] == (number, words)


def test_one_answer_in_two_words_is_another_ladder():
    ladder = {"agree": 4.0, "somewhat agree": 4.0, "disagree": 2.0}
    assert clash(ladder) == ("agree", "somewhat agree")
    assert clash({"neutral": 3.0, "neither agree nor disagree": 3.0, "agree": 4.0}) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Don't know", "don't know"),
        ("DON’T KNOW", "don't know"),
        ("I do not know.", "don't know"),
        ("dk", "don't know"),
        ("98 - Don't know", "don't know"),
        ("Can’t say", "don't know"),
        ("No basis to judge", "don't know"),
        ("Don't know / not applicable", "don't know"),
        ("N/A", "not applicable"),
        ("Not applicable (I did not call)", "not applicable"),
        ("Does not apply", "not applicable"),
        ("not relevant", "not applicable"),
        ("Not asked", "not asked"),
        ("Prefer not to say", "refused"),
        ("-9: Refused", "refused"),
        ("I’d rather not say", "refused"),
        ("No response", "no answer"),
        ("NA", None),
        ("Neither agree nor disagree", None),
        ("Neutral", None),
        ("98", None),
        ("", None),
    ],
)
def test_why_there_is_no_answer(text, reason):
    assert read_missing(text) == reason
    assert reason is None or reason in MISSING_REASONS


# A scale of one's own


def test_a_declared_scale_needs_only_its_answers():
    scale = declare_scale("city_1_6", {"answers": [1, 2, 3, 4, 5, 6], "labels": {"Poor": 1}})
    assert isinstance(scale, Scale)
    assert (scale.positive, scale.top) == ((5.0, 6.0), (6.0,))
    assert (scale.promoters, scale.detractors) == ((6.0,), (1.0, 2.0, 3.0))
    assert scale.cut_label == "5 or 6 on a scale of 1 to 6"
    assert scale.net_label == "net box (6 less 1 to 3)"
    assert scale.read_label("poor") == 1
    assert get_scale("city_1_6", {"city_1_6": scale}) is scale


def test_a_declared_scale_with_everything():
    facts = {
        "answers": [1, 2, 3],
        "positive": [2, 3],
        "top": [3],
        "promoters": [3],
        "detractors": [1],
        "labels": {"low": 1, "Mid ": 2, "high": 3},
        "cut_label": "mid or high",
        "top_label": "high",
        "net_label": "high less low",
        "ends": ["Low", "High"],
    }
    scale = declare_scale("three", facts)
    assert scale.positive == (2.0, 3.0) and scale.labels["mid"] == 2
    assert (scale.cut_label, scale.net_label) == ("mid or high", "high less low")


def test_defaults_are_those_of_the_known_scale_with_the_same_answers():
    scale = declare_scale("mine", {"answers": list(range(11))})
    assert (scale.positive, scale.net_label) == ((9.0, 10.0), "NPS")
    assert declare_scale("mine", {"answers": [0, 25, 50, 75, 100]}).positive == (75.0, 100.0)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (
            {"positive": [1]},
            "`scales.x` must list its `answers`, worst first; got positive.",
        ),
        (
            {"answers": [1, 2], "colour": 1},
            "`scales.x` must be one of 'answers', 'positive', 'top', 'promoters', 'detractors', "
            "'labels', 'cut_label', 'top_label', 'net_label', 'ends'; got 'colour'.",
        ),
        ({"answers": "1-5"}, "`scales.x.answers` must be a list of numbers; got '1-5'."),
        ({"answers": [1, True]}, "`scales.x.answers` must be a list of numbers; got [1, True]."),
        ({"answers": [1, 1]}, "`scales.x.answers` must be two different numbers or more; got 1 or"),
        (
            {"answers": [3, 2, 1]},
            "`scales.x.answers` must rise from the worst to the best; got 3, 2 or 1. Where the "
            "file's lowest number is the best answer, say `reversed: true` in the question.",
        ),
        (
            {"answers": list(range(1, 10))},
            "`scales.x.positive` must say which answers count as positive: there is no common "
            "rule for 1 to 9.",
        ),
        (
            {"answers": [1, 2, 3], "positive": [4]},
            "`scales.x.positive` must be among 1, 2 or 3; got 4.",
        ),
        (
            {"answers": [1, 2, 3], "positive": [1, 2]},
            "`scales.x.positive` must be the best answers and not all of them; got 1 or 2 of "
            "1, 2 or 3.",
        ),
        (
            {"answers": [1, 2, 3], "detractors": [3]},
            "`scales.x.detractors` must be the worst answers and not all of them; got 3 of "
            "1, 2 or 3.",
        ),
        (
            {"answers": [1, 2, 3], "top": [2, 3]},
            "`scales.x.top` must be among the positive answers, 3; got 2 or 3.",
        ),
        (
            {"answers": [1, 2, 3], "promoters": [2, 3], "detractors": [1, 2]},
            "`scales.x.promoters` and `scales.x.detractors` exclude each other; both hold 2.",
        ),
        (
            {"answers": [1, 2, 3], "labels": {"good": 4}},
            "`scales.x.labels` must lead to 1, 2 or 3; 'good' leads to 4.",
        ),
        (
            {"answers": [1, 2, 3], "labels": ["good"]},
            "`scales.x.labels` must be words and the answer of each; got ['good'].",
        ),
        (
            {"answers": [1, 2, 3], "labels": {"Don't know": 2}},
            '`scales.x.labels` must be answers; "Don\'t know" is a missing answer and never a '
            "middle one.",
        ),
        (
            {"answers": [1, 2, 3], "labels": {"good": 3, "Good": 2}},
            "`scales.x.labels` must give 'Good' one answer; it has two.",
        ),
        (
            {"answers": [1, 2, 3], "labels": {"very poor": 3, "very good": 1}},
            "`scales.x.labels` must rise from the worst to the best; 'very poor' is 3 and "
            "'very good' is 1.",
        ),
        (
            {"answers": [1, 2, 3], "net_label": "NPS"},
            "`scales.x.net_label` may be 'NPS' only for answers 0 to 10 with promoters 9 and 10 "
            "and detractors 0 to 6; got 'NPS' for 1, 2 or 3. Leave it out to have "
            "'net box (3 less 1)'.",
        ),
        (
            {"answers": list(range(11)), "promoters": [10], "net_label": "Net Promoter Score"},
            "`scales.x.net_label` may be 'NPS' only for answers 0 to 10",
        ),
        ({"answers": [1, 2], "cut_label": ""}, "`scales.x.cut_label` must be words; got ''."),
        (
            {"answers": [1, 2], "ends": ["Low"]},
            "`scales.x.ends` must be two texts, for the worst and the best answer; got ['Low'].",
        ),
    ],
)
def test_a_wrong_declaration(facts, message):
    with pytest.raises(ParamsError) as caught:
        declare_scale("x", facts)
    assert str(caught.value).startswith(message)


def test_a_known_name_is_taken():
    with pytest.raises(ParamsError, match=r"`scales\.thumbs` is already the name of a scale"):
        declare_scale("thumbs", {"answers": [0, 1]})


def test_nps_like_may_be_said_of_another_scale():
    facts = {"answers": [1, 2, 3], "net_label": "NPS-like (1 to 3)"}
    assert declare_scale("x", facts).net_label == "NPS-like (1 to 3)"


# Comparing


def question(scale="nps_0_10", wording="How likely are you to recommend us?"):
    return Question("recommend", "Would recommend", get_scale(scale), wording)


def test_the_same_question_is_comparable_whatever_its_punctuation():
    assert unlike(question(), question(wording="how likely are you to  recommend us")) == ""
    assert unlike(question(), question(wording="")) == ""


def test_nps_and_nps_like_are_unlike():
    assert unlike(question(), question("rating_1_10")) == (
        "'Would recommend' is asked on 0 to 10 (scale nps_0_10) and 1 to 10 (scale rating_1_10); "
        '"NPS" is said of 0 to 10 alone, and scales are not put on one footing without people who '
        "answered on both."
    )


def test_ladders_of_other_words_are_unlike():
    assert unlike(question("likert_1_5"), question("satisfied_1_5")).startswith(
        "'Would recommend' is asked on 1 to 5 (scale likert_1_5) and 1 to 5 (scale satisfied_1_5);"
    )


def test_two_scales_of_one_name_are_unlike():
    one = declare_scale("mine", {"answers": [1, 2, 3]})
    other = declare_scale("mine", {"answers": [1, 2, 3], "positive": [2, 3]})
    first, second = (Question("q", "Q", scale) for scale in (one, other))
    assert "two scales named mine that do not mean the same" in unlike(first, second)


def test_another_wording_is_unlike():
    assert unlike(question(), question(wording="Would you recommend us?")) == (
        "'Would recommend' is worded in two ways, “How likely are you to recommend us?” and "
        "“Would you recommend us?”: a difference could come from the words."
    )


# The page


def test_the_page_prints_the_registry():
    assert table("| scale |") == [
        [scale.id, scale.allowed(), scale.cut_label, scale.top_label, scale.net_label]
        for scale in SCALES.values()
    ]


def test_the_page_prints_the_first_words_of_each_ladder():
    for name, words in table("| ladder |"):
        listed = [SCALES[name].labels[word] for word in words.split(" · ")]
        assert listed == sorted(set(SCALES[name].labels.values()))
    assert {row[0] for row in table("| ladder |")} == {
        scale.id for scale in SCALES.values() if scale.labels
    }


def test_the_words_for_no_answer_on_the_page_are_known():
    for reason, words in table("| reason |"):
        assert {read_missing(word) for word in words.split(" · ")} == {reason}
    assert tuple(row[0] for row in table("| reason |")) == MISSING_REASONS


def test_the_scale_declared_on_the_page_is_possible():
    import yaml

    block = re.search(r"```yaml\n(scales:.*?)```", DOCS, re.DOTALL)
    assert block
    for name, facts in yaml.safe_load(block[1])["scales"].items():
        declare_scale(name, facts)
