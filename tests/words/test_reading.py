"""Every sentence of a page is short, allowed, and grammatical, over many kinds of boards."""

import re

import pytest

from cxanalytics.words import (
    assert_sentence_allowed,
    group_agencies,
    list_doubts,
    list_terms,
    list_words_used,
    say_alt_standing,
    say_base,
    say_care,
    say_change,
    say_expected_wrong,
    say_gap,
    say_headline,
    say_index,
    say_index_answer,
    say_method,
    say_rank,
    say_scorecard,
    say_standing,
    say_standing_title,
    say_sureness,
    say_verdict,
)
from cxanalytics.words.standing import count_ranked

SENTENCE_WORDS, HEADLINE_WORDS, ALT_WORDS, METHOD_WORDS = 22, 28, 60, 90
BAD_GRAMMAR = (
    r"\b(one|1) (agencies|answers|measures|pairs|calls|groups|comparisons)\b",
    r"\b(two|three|four|[2-9]|\d\d) (agency|answer|measure|pair|call|group|comparison)\b",
    r"\b(one|no) \w+ are\b(?! clearly ahead of you, and)",
    r"(?<!of )\b(two|three|four|five|six|seven|eight|nine|\d\d) \w+ is\b",
    r"nan|None of zero|\bzero\b|  |\.\.|,\.|\( ",
    r"\d-\d|-\d",
)


def sentences(text):
    return [part for part in re.split(r"(?<=[.!?])\s+", text) if part]


def check(text, *, longest=SENTENCE_WORDS):
    assert text == text.strip()
    assert_sentence_allowed(text)
    for pattern in BAD_GRAMMAR:
        assert not re.search(pattern, text), (pattern, text)
    for sentence in sentences(text):
        assert len(sentence.split()) <= longest, sentence


def test_sentences_about_one_agency(any_board, nouns):
    for _, row in any_board.frame.iterrows():
        check(say_headline(row, nouns=nouns), longest=HEADLINE_WORDS)
        check(say_standing(any_board, row["key"], nouns=nouns))
        check(say_standing_title(any_board, row["key"], nouns=nouns))
        check(say_verdict(row).text)
        check(say_gap(row))
        check(say_base(row))
        check(say_care(row))
        check(say_change(row, next_update="January 2027").words)
        check(say_rank(row, count_ranked(any_board)))


def test_sentences_about_all_agencies(any_board, nouns):
    check(say_index(any_board, nouns=nouns), longest=HEADLINE_WORDS)
    check(say_index_answer(any_board))
    check(say_expected_wrong(any_board))
    check(say_standing_title(any_board, None, nouns=nouns))
    for group in group_agencies(any_board):
        check(group.title)


def test_alt_text_is_short_and_its_numbers_stand_in_the_table(any_board, nouns):
    shown = any_board.shown
    printed = " ".join(
        f"{round(100 * value + 1e-9)}%"
        for column in ("estimate", "conf_low", "conf_high")
        for value in shown[column]
    )
    for key in [None, *any_board.frame["key"]]:
        alt = say_alt_standing(any_board, key, nouns=nouns)
        assert len(alt.split()) <= ALT_WORDS
        assert_sentence_allowed(alt)
        for number in re.findall(r"\d+%", alt):
            assert number in printed


def test_sureness_reads_well(any_board, nouns):
    for _, row in any_board.frame.iterrows():
        check(say_sureness([row, row]))
        for title, text in list_doubts([row, row], nouns=nouns, response_rate=0.11):
            check(title)
            check(text)
        for cell in list_words_used([row]).to_numpy().ravel():
            check(cell)


def test_the_method_is_short(nouns):
    text = say_method(nouns, difference=0.02)
    assert len(text.split()) <= METHOD_WORDS
    check(text)
    for term, meaning in list_terms(nouns, difference=0.02):
        check(term)
        check(meaning)


@pytest.mark.parametrize("number", [1, 2, 7, 11])
def test_scorecards_read_well(make_board, number):
    boards = {str(i): make_board(12, spread=0.05, n=700, seed=i) for i in range(number)}
    for key in boards["0"].frame["key"]:
        check(say_scorecard(boards, key))
