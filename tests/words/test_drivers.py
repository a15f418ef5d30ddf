"""What is said of drivers is short, allowed, plain, and true of the table it is said of."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest

from cxanalytics.claims.verdicts import NO_ATTENTION
from cxanalytics.rules import COMPLEMENTARY, FEW, HIDDEN, NOT_ASKED
from cxanalytics.tables import Check, Estimates
from cxanalytics.words import (
    NOT_CAUSE,
    Nouns,
    assert_sentence_allowed,
    explained_share,
    is_separated,
    list_driver_reasons,
    say_alt_answers,
    say_alt_priority,
    say_alt_shares,
    say_answers_note,
    say_answers_title,
    say_claim_question,
    say_downward,
    say_drivers,
    say_explained,
    say_no_answers,
    say_not_compared,
    say_priority_note,
    say_priority_title,
    say_shares_title,
    say_step,
    say_step_count,
    say_together,
    say_verdict_on_claim,
)
from cxanalytics.words.drivers import quote, say_part

LABELS = ("Resolved first time", "Staff were helpful", "Reasonable wait", "Told what happens next")
NAMES = {f"d{i}": label for i, label in enumerate(LABELS)}
SENTENCE_WORDS, TITLE_WORDS, ALT_WORDS, GRADE = 22, 15, 60, 9.0


def check(text, *, longest=SENTENCE_WORDS):
    assert text == text.strip()
    assert_sentence_allowed(text, grade="D")
    assert not re.search(r"nan|  |\.\.|,\.|\( |\d-\d|\bNone\b(?! of)", text), text
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        assert len(sentence.split()) <= longest, sentence


def reading_grade(text):
    """Estimate the school grade by Flesch and Kincaid; syllables are groups of vowels."""
    sentences = [part for part in re.split(r"[.!?:;]\s", text) if part]
    words = re.findall(r"[A-Za-z’]+", text)
    syllables = sum(
        max(len(re.findall(r"[aeiouy]+", re.sub("e$", "", word.lower()))), 1) for word in words
    )
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def drivers(*shares, half=0.05, tiers=None, direction=None, checks=(), **facts):
    shares = shares or (0.4, 0.3, 0.2, 0.1)
    k = len(shares)
    frame = pd.DataFrame({"key": list(NAMES)[:k], "estimate": shares, "label": LABELS[:k]})
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - half, frame["estimate"] + half
    frame["std_error"], frame["n"] = half / 2, 9000.0
    frame["tier"] = list(tiers or range(1, k + 1))
    frame["direction"] = list(direction or [1] * k)
    told = {"equal_share": 1 / k, "drivers": k, "n": 9000.0, "agencies": 24, "grade": "D"}
    return Estimates(frame=frame, quantity="share", facts={**told, **facts}, checks=checks)


def board_row(verdict="below", certainty=0.97, reason="", n=400.0):
    return pd.Series(
        {"verdict": verdict, "certainty": certainty, "suppressed_reason": reason, "n": n}
    )


def listed(**changes):
    frame = pd.DataFrame(
        {
            "name": LABELS,
            "share": [0.4, 0.3, 0.2, 0.1],
            "gap": [-0.07, 0.02, 0.05, np.nan],
            "call": ["fix first", "", "protect", ""],
        }
    )
    for column in ("share", "gap"):
        frame[f"{column}_low"] = frame[column] - 0.03
        frame[f"{column}_high"] = frame[column] + 0.03
    return frame.assign(**changes)


def test_the_answer_names_the_driver_its_share_and_where_the_agency_stands():
    said = say_drivers(drivers(), board_row(), nouns=Nouns(), names=NAMES)
    assert said == (
        "“Resolved first time” goes most with recommendation: about two fifths of what the four "
        "drivers explain together (35% to 45%). There you are very likely below the typical "
        "government peer (97% certain)."
    )
    without = say_drivers(drivers(), None, nouns=Nouns(), names=NAMES)
    assert without == said.split(" There")[0]
    hidden = board_row("", np.nan, reason=FEW)
    assert say_drivers(drivers(), hidden, nouns=Nouns(), names=NAMES) == without


def test_a_leader_that_cannot_be_told_from_others_is_not_made_one():
    said = say_drivers(drivers(tiers=(1, 1, 2, 3)), None, nouns=Nouns(), names=NAMES)
    assert "though not clearly more than “Staff were helpful”. It explains about two fifths" in said
    said = say_drivers(drivers(tiers=(1, 1, 1, 2)), None, nouns=Nouns(), names=NAMES)
    assert "though not clearly more than two others." in said


def test_drivers_that_cannot_be_separated_are_not_named():
    refused = {
        "": ": the answers cannot carry the comparison.",
        "Four drivers need 120 people; got 80. Use fewer.": (
            ". Four drivers need 120 people; got 80."
        ),
        "A and B must be told apart; their correlation is 0.95.": (
            ": some of them are answered too much alike."
        ),
        "A statistically significant overlap.": ": the answers cannot carry the comparison.",
        "`groups` must not overlap.": ": the answers cannot carry the comparison.",
    }
    cases = {
        text: Estimates(frame=drivers().frame.iloc[:0], quantity="", facts={"reason": reason})
        for reason, text in refused.items()
    }
    equal = ": each of them may explain an equal share ({})."
    cases[equal.format("25%")] = drivers(0.26, 0.25, 0.25, 0.24, half=0.06)
    cases[equal.format("100%")] = drivers(1.0, half=0.0)
    for text, estimates in cases.items():
        assert not is_separated(estimates)
        said = say_drivers(estimates, board_row(), nouns=Nouns(), names=NAMES)
        assert said == f"We cannot yet separate the drivers{text}"
        check(said)
    assert is_separated(drivers())


def test_a_driver_to_fix_first_that_is_not_the_first_is_named_in_the_answer():
    how = {"nouns": Nouns(), "names": NAMES}
    plain = say_drivers(drivers(), board_row("above"), **how)
    assert say_drivers(drivers(), board_row(), **how, fix_first=["d0", "d1"]) == say_drivers(
        drivers(), board_row(), **how
    )
    one = say_drivers(drivers(), board_row("above"), **how, fix_first=["d1"])
    assert one == (
        f"{plain} “Staff were helpful” is to fix first: there your whole likely range lies below "
        "the typical government peer."
    )
    two = say_drivers(drivers(), board_row("above"), **how, fix_first=["d1", "d2"])
    assert "“Staff were helpful” and “Reasonable wait” are to fix first" in two
    three = say_drivers(drivers(), board_row("above"), **how, fix_first=["d1", "d2", "d3"])
    assert "Three other drivers are to fix first" in three
    for text in (one, two, three):
        check(text)


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.34, "a third"),
        (0.31, "a third"),
        (0.22, "a fifth"),
        (0.52, "half"),
        (0.99, "all"),
        (0.03, "a twentieth"),
        (0.7, "two thirds"),
    ],
)
def test_shares_are_told_as_common_fractions(share, said):
    assert say_part(share) == f"about {said}"


def test_a_fraction_outside_the_range_gives_way_to_the_percent():
    assert say_part(0.293, within=(0.275, 0.308)) == "about 29%"
    assert say_part(0.293, within=(0.24, 0.34)) == "about a third"
    said = say_drivers(drivers(0.45, 0.3, 0.2, 0.05, half=0.02), None, nouns=Nouns(), names=NAMES)
    assert "recommendation: about 45% of what the four drivers" in said


def test_sentences_are_short_allowed_and_plain(nouns):
    said = []
    for verdict, tiers, half in itertools.product(
        ("above", "below", "same", "unclear"),
        ((1, 2, 3, 3), (1, 1, 2, 2), (1, 1, 1, 1)),
        (0.02, 0.2),
    ):
        estimates = drivers(half=half, tiers=tiers, direction=(1, 1, -1, 1))
        row = board_row(verdict, np.nan if verdict == "unclear" else 0.91)
        said += [say_drivers(estimates, row, nouns=nouns, names=NAMES)]
        said += say_together(estimates, names=NAMES)
        said += [say_downward(estimates, names=NAMES, nouns=nouns)]
    for text in said:
        check(text)
    assert reading_grade(" ".join(dict.fromkeys(said))) <= GRADE


def test_titles_are_short_and_tell_what_comes_first():
    table = listed()
    assert say_priority_title(table) == "“Resolved first time” is the one clear priority"
    two = listed(call=["fix first", "fix first", "", ""])
    assert say_priority_title(two) == (
        "“Resolved first time” and “Staff were helpful” are clear priorities"
    )
    assert say_priority_title(listed(call=["fix first"] * 3 + [""])) == (
        "Three drivers are priorities"
    )
    near = listed(share_low=0.2)
    assert say_priority_title(near) == "“Resolved first time” is the one priority"
    none = listed(call=["", "", "protect", ""])
    assert say_priority_title(none) == (
        "No driver is a clear priority; “Reasonable wait” is one to protect"
    )
    assert say_priority_title(listed(call="")) == "No driver is a clear priority"
    for frame in (table, two, none):
        check(say_priority_title(frame), longest=TITLE_WORDS)
    check(say_shares_title(table), longest=TITLE_WORDS)


def test_the_note_names_the_drivers_that_are_not_drawn():
    assert say_priority_note(listed()).endswith("not drawn: “Told what happens next”.")
    assert "not drawn" not in say_priority_note(listed(gap=0.01))
    check(say_priority_note(listed()))


def effect(estimate, half=0.02, step=1.0):
    low, high = estimate - half, estimate + half
    return pd.Series({"estimate": estimate, "conf_low": low, "conf_high": high, "step": step})


def test_how_much_is_told_in_points_with_its_range():
    said = say_step(effect(0.09), nouns=Nouns(), name="Resolved first time")
    assert said == (
        "Where “Resolved first time” is rated one step better, 9.0 points more would recommend "
        "(7.0 to 11.0)."
    )
    said = say_step(effect(-0.09, half=0.06, step=2.0), nouns=Nouns(), name="Wait")
    assert said == (
        "Where “Wait” is rated 2 steps better, 9 points fewer would recommend (3 to 15)."
    )
    said = say_step(effect(0.01), nouns=Nouns(), name="Wait")
    assert said.endswith("there is no clear difference (−1.0 to 3.0 points).")
    assert [say_step_count(effect(0.09, step=step)) for step in (1.0, 1.5, 2.0, np.nan)] == [
        "1",
        "1.5",
        "2",
        "1",
    ]


def test_sentences_on_size_keep_to_their_length(nouns):
    for value, step in itertools.product((-0.09, 0.0, 0.09), (1.0, 1.5, 2.0, np.nan)):
        check(say_step(effect(value, step=step), nouns=nouns, name="Told what would happen next"))
    check(NOT_CAUSE)


@pytest.mark.parametrize(
    ("tiers", "said"),
    [
        ((1, 2, 3, 4), []),
        ((1, 2, 2, 3), ["“Staff were helpful” and “Reasonable wait” cannot be told apart."]),
        ((1, 1, 1, 1), ["None of the four drivers can be told apart."]),
        (
            (1, 2, 2, 2),
            [
                "“Staff were helpful”, “Reasonable wait” and “Told what happens next” cannot be "
                "told apart."
            ],
        ),
    ],
)
def test_ties_are_told_in_words(tiers, said):
    assert say_together(drivers(tiers=tiers), names=NAMES) == said


def test_many_ties_are_told_in_few_words():
    names = {f"d{i}": f"Driver {i}" for i in range(7)}
    frame = pd.DataFrame({"key": list(names), "estimate": np.linspace(0.4, 0.05, 7)})
    frame[["std_error", "conf_low", "conf_high", "n"]] = 0.1
    frame["tier"] = [1, 2, 2, 2, 2, 2, 2]
    estimates = Estimates(frame=frame, quantity="share")
    assert say_together(estimates, names=names) == [
        "“Driver 1”, “Driver 2” and four more cannot be told apart."
    ]


def test_little_explained_is_said_where_the_model_says_so():
    enough = Check("explained", True, "x")
    little = Check("explained", False, "x")
    assert say_explained(drivers(checks=(enough,), r_squared_linear=0.41)) == ""
    said = say_explained(drivers(checks=(little,), r_squared_linear=0.19, r_squared=0.1))
    assert said == (
        "All drivers together explain only about a fifth of the differences in answers (19%)."
    )
    check(said)
    assert explained_share(drivers(r_squared=0.1)) == 0.1
    assert explained_share(drivers()) is None
    assert say_explained(drivers(checks=(little,))) == ""


@pytest.mark.parametrize(
    ("reason", "n", "said"),
    [
        (FEW, 22.0, "Not compared: fewer than 30 answers"),
        (HIDDEN, np.nan, "Not compared: fewer than 10 answers"),
        (NOT_ASKED, np.nan, "Not compared: not asked in this wave"),
        (
            COMPLEMENTARY,
            np.nan,
            "Not compared: hidden to protect the privacy of another small group",
        ),
        ("", 400.0, "Not compared: fewer than eight peers"),
    ],
)
def test_a_driver_without_a_place_says_why(reason, n, said):
    assert say_not_compared(board_row("", np.nan, reason=reason, n=n)) == said


def test_answers_that_are_not_shown_say_why(nouns):
    few = say_no_answers(board_row("", np.nan, reason=FEW, n=22.0), nouns=nouns)
    assert few.endswith("answered each question is not shown: fewer than 30 answers.")
    check(few)
    check(say_no_answers(board_row(), nouns=nouns))


def test_reasons_are_plain_and_short(nouns):
    estimates = drivers(
        cluster="psu", clusters=640, resamples=1000, method="shapley", r_squared_linear=0.41
    )
    entries = list_driver_reasons(estimates, nouns=nouns, left_out=["“Channel” is left out."])
    told = dict(entries)
    assert told["Base"] == f"9,000 {nouns.respondents} in 24 agencies."
    assert told["Likely range"] == (
        "Found by drawing the 640 groups of people asked together again, 1,000 times."
    )
    assert told["All drivers together"].startswith("They explain 41% of")
    assert told["Left out"] == "“Channel” is left out."
    assert "25%" in told["Rule"]
    for _, text in entries:
        check(text, longest=26)
    assert reading_grade(" ".join(text for _, text in entries)) <= GRADE
    many = list_driver_reasons(drivers(method="johnson", agency_effects=False), nouns=nouns)
    assert "approximated" in dict(many)["Method"]
    assert "Left out" not in dict(many)
    assert dict(many)["Likely range"] == "Found by drawing the answers again and again."


def test_reasons_say_why_there_are_no_drivers():
    refused = Estimates(frame=drivers().frame.iloc[:0], quantity="")
    assert list_driver_reasons(refused, nouns=Nouns(), reason="Too few.") == [
        ("Reason", "Too few.")
    ]
    assert list_driver_reasons(refused, nouns=Nouns())[0][1].startswith("The answers cannot")
    alike = list_driver_reasons(drivers(0.25, 0.25, 0.25, 0.25), nouns=Nouns())
    assert dict(alike)["Reason"] == "No driver’s range leaves an equal share (25%) out."


def bars(n=(400.0, 380.0)):
    rows = []
    for question, name, total, size in (("a", "Wait", 0.7, n[0]), ("b", "Ease", 0.52, n[1])):
        for side, label, share in (
            ("negative", "Disagree", 0.1),
            ("neutral", "Neither agree nor disagree", 0.9 - total),
            ("positive", "Agree", total),
        ):
            rows.append((question, name, label, side, share, total, size))
    columns = ["question", "name", "label", "side", "share", "total", "n"]
    return pd.DataFrame(rows, columns=columns)


def test_bars_are_titled_by_the_best_and_the_worst_answered():
    assert say_answers_title(bars()) == "“Wait” is answered best (70%), “Ease” worst (52%)"
    near = bars().assign(total=lambda table: table["total"].where(table["question"] == "b", 0.53))
    assert say_answers_title(near) == "All questions are answered alike (52% to 53%)"
    assert say_answers_title(near.assign(total=0.6)).endswith("alike (60%)")
    one = bars().loc[lambda table: table["question"] == "a"]
    assert say_answers_title(one) == "70% of answers to “Wait” are positive"
    check(say_answers_title(bars()), longest=TITLE_WORDS)


def test_the_note_of_bars_says_base_scale_and_what_was_counted_together():
    assert say_answers_note(bars()) == (
        "Base: 380 to 400 answers. Bold: the stabilized score. The parts are scaled to it and may "
        "not add up as printed."
    )
    other = bars().replace({"label": {"Agree": "9 or 10"}})
    mixed = pd.concat([bars(), other.assign(question="c", name="Recommend").head(3)])
    assert "Positive in “Recommend”: 9 or 10." in say_answers_note(mixed)
    joined = bars().replace({"label": {"Disagree": "Strongly disagree or disagree"}})
    assert say_answers_note(joined).endswith("are counted with the one next to them.")
    spanning = bars().replace({"side": {"negative": "mixed"}})
    assert "Hatched: not positive," in say_answers_note(spanning)
    assert "“Wait”, 70% positive: 70% agree and 10% not positive." in say_alt_answers(spanning)
    for table in (bars(), mixed, joined, spanning):
        check(say_answers_note(table))


def test_alternative_texts_are_short_and_their_numbers_stand_in_the_table():
    for table in (listed(), listed(gap=np.nan), listed().head(1), listed(call="")):
        said = say_alt_priority(table)
        fixed = (table["call"] == "fix first") & table["gap"].notna()
        assert ("“Resolved first time” is to fix first." in said) == fixed.any()
        assert len(said.split()) <= ALT_WORDS
        assert_sentence_allowed(said, grade="D")
        numbers = {f"{100 * abs(value):.0f}" for value in table.select_dtypes("number").stack()}
        assert set(re.findall(r"\d+", said)) <= numbers
        check(say_alt_shares(table), longest=ALT_WORDS)
    said = say_alt_answers(bars())
    assert said == (
        "Diverging bar chart of two questions, most positive answers first. “Wait”, 70% positive: "
        "70% agree. Fewest: “Ease”, 52% positive: 52% agree."
    )
    assert say_alt_answers(bars().head(0)).startswith("Diverging bar chart of no question")


def test_a_claim_is_told_with_its_verdict_and_within_its_grade():
    row = pd.Series({"verdict": "too imprecise to tell", "grade": "D", "missing": ""})
    assert say_verdict_on_claim(row, "With high attention 65% would recommend.") == (
        "Too imprecise to tell.",
        "With high attention 65% would recommend.",
    )
    assert say_verdict_on_claim(row, "Attention drives recommendation.") == (
        "Too imprecise to tell.",
        "",
    )
    lacking = row.copy()
    lacking["missing"] = "team or agent id"
    assert say_verdict_on_claim(lacking, "")[1] == "Missing: team or agent id."
    lacking["verdict"] = NO_ATTENTION
    told, _ = say_verdict_on_claim(lacking, "")
    assert told == "Not testable: nobody outside the survey measured attention to customers."
    check(told)


def test_claims_are_asked_in_the_words_of_the_study(nouns):
    for number in (1, 5):
        check(say_claim_question(number, nouns=nouns))


def test_labels_are_quoted_and_cut_to_what_a_sentence_holds():
    assert quote("Wait") == "“Wait”"
    assert quote("  I was told   what would happen next ") == "“I was told what would…”"
    assert len(quote("W" * 200)) == 43
