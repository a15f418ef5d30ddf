"""The answer on morale: sizes with ranges, nulls as plain as findings, no word above its grade."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pandas as pd
import pytest

from cxanalytics.formats import NBSP
from cxanalytics.rules import Thresholds
from cxanalytics.tables import Estimates, Panel
from cxanalytics.words import (
    Nouns,
    assert_sentence_allowed,
    better,
    list_morale_reasons,
    morale_comparisons,
    per_step,
    say_better,
    say_ladder,
    say_ladder_note,
    say_morale_answer,
    say_morale_beside,
    say_morale_missing,
    say_no_teams,
    say_order,
    say_other_cause,
    say_sizes_title,
    say_teams_note,
    say_teams_title,
    say_title_ladder,
    scale_of,
)

NEVER = r"statistic|coefficient|regression|p-value|robust|variance|correlat|median|signific|\bnan\b"
HALF = 0.02


def make_panel(**facts) -> Panel:
    frame = pd.DataFrame({"agency": list("AAB"), "unit": list("xyz"), "period": "1"})
    frame["morale"], frame["performance"] = [0.4, 0.6, 0.7], [0.5, 0.6, 0.7]
    for column in ("morale", "performance"):
        frame[column] *= facts.pop(f"{column}_times", 1.0)
    frame["morale_se"], frame["performance_se"], frame["n"] = np.nan, np.nan, 20.0
    labels = {"morale_label": "Morale index", "performance_label": "Would recommend us"}
    return Panel(frame=frame, **{**labels, **facts})


def make_estimates(rows, **facts) -> Estimates:
    """Make slopes per unit of morale: key to the middle of a range, or None for no range."""
    frame = pd.DataFrame({"key": list(rows), "estimate": [np.nan if v is None else v for v in
                                                          rows.values()]})  # fmt: skip
    frame["std_error"], frame["n"] = HALF / 2, 897.0
    frame["conf_low"], frame["conf_high"] = frame["estimate"] - HALF, frame["estimate"] + HALF
    frame["label"], frame["reason"], frame["standardized"] = frame["key"], "", False
    known = {"group": "unit", "groups": 168, "periods": 6, "standardized": False, "grade": "D"}
    known |= {"cluster": "agency", "units": 168, "waves": 6}
    return Estimates(frame=frame, quantity="slopes", facts={**known, **facts})


def make_ladder(rows, **facts) -> Estimates:
    return make_estimates(rows, **{"grade": "C", "order": "not settled", **facts})


MORALE = make_estimates({"within": 0.2, "between": 0.4, "difference": 0.2})


def answer(between, within, later=None, *, panel=None, nouns=None, **facts) -> str:
    rows = {"within": within, "between": between}
    ladder = None if later is None else make_ladder({**rows, "morale_before": later}, **facts)
    return say_morale_answer(
        make_estimates(rows), panel=panel or make_panel(), nouns=nouns or Nouns(), ladder=ladder
    )


def test_the_answer_gives_points_and_a_range() -> None:
    assert answer(0.4, 0.2) == (
        f"Yes. Teams where morale is 10{NBSP}points higher also do 4.0{NBSP}points better on "
        "“Would recommend us” (likely 3.8 to 4.2)."
    )
    assert answer(0.01, -0.01) == (
        f"No clear pattern. Teams where morale is 10{NBSP}points higher do 0.1{NBSP}points better "
        "on “Would recommend us” (likely 0.1 worse to 0.3 better)."
    )


@pytest.mark.parametrize(
    ("between", "within", "later", "start"),
    [
        (0.4, 0.0, None, "Only between teams. Teams where"),
        (0.0, 0.4, None, "Only within a team, in the same wave. When its own morale"),
        (-0.4, -0.2, None, "The other way round. Teams where"),
        (-0.4, 0.0, None, "The other way round, only between teams."),
        (0.4, -0.4, None, "It depends on what is compared."),
        (0.4, None, None, "Yes. Teams where"),
        (0.0, 0.0, 0.1, "Only one wave later. One wave after its own morale"),
        (0.0, 0.2, 0.1, "Only within a team. When its own morale"),
        (0.2, 0.2, 0.0, "Yes, in the same wave."),
        (0.2, 0.0, 0.2, "Yes, between teams, and one wave later."),
        (0.2, 0.2, 0.2, "Yes. Teams where"),
        (0.0, 0.0, 0.0, "No clear pattern. Teams where"),
        (0.0, 0.0, -0.2, "The other way round, only one wave later."),
    ],
)
def test_where_the_pattern_is_clear_is_said_first(between, within, later, start) -> None:
    assert answer(between, within, later).startswith(start)


def test_what_followed_needs_a_design_that_follows_units_and_a_settled_order() -> None:
    followed = answer(0.0, 0.0, 0.1, grade="C", order="morale first")
    assert f"Morale 10{NBSP}points higher than a team’s usual was followed by results" in followed
    assert "followed" not in answer(0.0, 0.0, 0.1, grade="D", order="morale first")
    assert "followed" not in answer(0.0, 0.0, 0.1, grade="C")
    assert "One wave after its own morale" in answer(0.0, 0.0, 0.1, grade="D")


def test_where_lower_is_better_the_words_turn_and_the_sizes_do_not() -> None:
    lower = make_panel(higher_is_better=False, performance_label="Waits over four hours")
    assert answer(-0.4, -0.2, panel=lower).startswith("Yes.")
    assert f"do 4.0{NBSP}points better on “Waits over four hours”" in answer(-0.4, 0.0, panel=lower)
    assert answer(0.4, 0.2, panel=lower).startswith("The other way round.")


def test_a_measure_that_is_no_share_is_told_in_its_own_units() -> None:
    mortality = make_panel(
        morale_times=10.0, performance_is="rate", higher_is_better=False, performance_label="SHMI"
    )
    told = answer(-0.36, -0.02, panel=mortality)
    assert told.startswith("Only between teams. Teams where morale is one point higher also do")
    assert "0.360 better on “SHMI” (likely 0.340 to 0.380)" in told


def test_the_other_comparisons_stand_beside_the_answer() -> None:
    told = {"panel": make_panel(), "nouns": Nouns()}
    beside = say_morale_beside(MORALE, **told)
    assert beside.startswith("When its own morale") and "2.0" in beside
    ladder = make_ladder({"within": 0.0, "between": 0.0, "morale_before": 0.2})
    both = say_morale_beside(MORALE, ladder=ladder, **told)
    assert both.count("(likely") == 2 and "followed" not in both
    few = make_estimates({"within": 0.2, "between": 0.4}, groups=7)
    assert say_morale_beside(few, **told) == ""


def test_too_few_teams_give_no_answer() -> None:
    told = {"panel": make_panel(), "nouns": Nouns()}
    few = make_estimates({"within": 0.2, "between": 0.4}, groups=7)
    assert say_morale_answer(few, **told) == "Too few teams (fewer than 8) to tell."
    more = say_morale_answer(few, thresholds=Thresholds(peers=5), **told)
    assert more.startswith("Yes.")
    lost = make_estimates({"within": None, "between": None})
    assert say_morale_answer(lost, **told).startswith("Too few teams to tell")


def test_a_range_clear_of_zero_is_no_finding_once_all_looks_are_allowed_for() -> None:
    rows = {"within": 0.0, "between": 0.025, "morale_before": 0.0}
    ladder = make_ladder(rows)
    told = {"panel": make_panel(), "nouns": Nouns()}
    assert say_morale_answer(MORALE, ladder=ladder, **told).startswith("Only between teams.")
    looked = ladder.frame.assign(p_adjusted=[0.9, 0.06, 0.9])
    ladder = make_ladder(rows)
    ladder = Estimates(frame=looked, quantity="", facts=ladder.facts)
    assert say_morale_answer(MORALE, ladder=ladder, **told).startswith("No clear pattern.")


def test_answers_of_the_same_people_count_by_their_separate_halves() -> None:
    ladder = make_ladder({"within": 0.5, "between": 0.4, "split_sample": 0.01})
    halves = morale_comparisons(MORALE, panel=make_panel(same_source=True), ladder=ladder)
    whole = morale_comparisons(MORALE, panel=make_panel(), ladder=ladder)
    assert halves.row("within")["estimate"] == pytest.approx(0.001)
    assert whole.row("within")["estimate"] == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("low", "middle", "high", "said"),
    [
        (0.03, 0.04, 0.05, f"4.0{NBSP}points better (likely 3.0 to 5.0)"),
        (-0.05, -0.04, -0.03, f"4.0{NBSP}points worse (likely 3.0 to 5.0)"),
        (-0.01, 0.004, 0.02, f"0.4{NBSP}points better (likely 1.0 worse to 2.0 better)"),
        (-0.01, 0.0001, 0.01, "no better (likely 1.0 worse to 1.0 better)"),
        (-0.0001, 0.01, 0.02, f"1.0{NBSP}points better (likely 0.0 to 2.0)"),
        (-0.06, 0.01, 0.08, f"1{NBSP}point better (likely 6 worse to 8 better)"),
        (-0.09, 0.0002, 0.0001, "no better (likely 0.0 to 9.0 worse)"),
    ],
)
def test_a_size_names_its_direction_once_or_at_both_ends(low, middle, high, said) -> None:
    row = pd.Series({"estimate": middle, "conf_low": low, "conf_high": high})
    assert say_better(row, scale_of(make_panel())) == said


def test_sizes_do_not_depend_on_how_the_model_was_standardized() -> None:
    scale = scale_of(make_panel())
    plain = per_step(MORALE, scale).frame
    sd = MORALE.frame.copy()
    sd[["estimate", "std_error", "conf_low", "conf_high"]] *= 0.13
    facts = {**MORALE.facts, "standardized": True, "morale_sd": 0.13}
    other = per_step(Estimates(frame=sd, quantity="", facts=facts), scale).frame
    pd.testing.assert_frame_equal(plain, other)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"between": 0.4, "within": 0.4}, "Both comparisons say better"),
        ({"between": -0.4}, "The one comparison says worse"),
        ({"between": 0.4, "within": 0.0}, "Of two comparisons, one says better"),
        (
            {"between": 0.4, "within": -0.4},
            "Of two comparisons, one says better and one says worse",
        ),
        ({"between": 0.0, "within": 0.0}, "None of two comparisons is clear"),
    ],
)
def test_the_title_counts_the_comparisons(rows, said) -> None:
    assert say_sizes_title(make_estimates(rows)) == said


def test_turning_the_sign_turns_the_ends() -> None:
    lower = scale_of(make_panel(higher_is_better=False))
    turned = per_step(MORALE, lower).row("between")
    assert turned["conf_low"] < turned["estimate"] < turned["conf_high"] < 0
    assert turned["std_error"] > 0 and better(turned) == -1


@pytest.mark.parametrize(
    ("order", "grade", "said"),
    [
        ("morale first", "C", "Higher morale was followed by better performance one wave later."),
        ("performance first", "C", "Better performance was followed by higher morale"),
        ("both", "C", "Neither came first, and trends of the units would look alike."),
        ("morale first", "D", "Which came first is not settled with six waves."),
        ("not settled", "C", "Which came first is not settled with six waves."),
        ("not testable", "D", "Which came first cannot be tested with six waves."),
    ],
)
def test_an_order_in_time_is_said_only_where_the_design_allows_it(order, grade, said) -> None:
    told = say_order(make_ladder({"within": 0.1}, order=order, grade=grade))
    assert said in told
    assert_sentence_allowed(told, grade=grade)


def test_a_reason_in_the_words_of_researchers_stays_off_the_page() -> None:
    ladder = make_ladder({"within": 0.1}, reason="the median lag is not significant")
    assert "median" in say_order(ladder)
    assert "median" not in say_order(ladder, page="executive")
    plain = make_ladder({"within": 0.1}, reason="fewer than three waves")
    assert say_order(plain, page="executive").endswith("Fewer than three waves.")


def test_a_hidden_cause_is_told_only_where_there_is_something_to_explain() -> None:
    found = Estimates(frame=MORALE.frame, quantity="", facts={"robustness_value_alpha": 0.12})
    assert "about a tenth of what is left open" in say_other_cause(found, shown=True)
    assert say_other_cause(found, shown=False) == ""
    assert say_other_cause(None, shown=True) == ""
    weak = Estimates(frame=MORALE.frame, quantity="", facts={"robustness_value_alpha": 0.01})
    assert "a very small part" in say_other_cause(weak, shown=True)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("", "Not known: these data cannot set morale beside performance."),
        ("no staff survey was read", "Not known. No staff survey was read."),
        ("`panel` must hold at least 3 groups; got 2.", "Not known: these data cannot"),
        ("A statistically significant reason.", "Not known: these data cannot"),
    ],
)
def test_a_refusal_is_plain(reason, said) -> None:
    assert say_morale_missing(reason).startswith(said)


def test_the_count_of_teams_left_out_is_said() -> None:
    teams = pd.DataFrame({"agency": list("AAAB"), "suppressed_reason": ["", "", "hidden", ""]})
    note = say_teams_note(teams, MORALE, agency="A", nouns=Nouns())
    assert "One team is left out for fewer than 10 staff answers" in note
    assert "pattern of all 168 teams" in note and "Fewer than 8 teams are too few" in note
    assert "left out" not in say_teams_note(teams, MORALE, agency="B", nouns=Nouns())
    assert say_no_teams(2, nouns=Nouns()).startswith("Your two teams are not shown")
    assert say_no_teams(0, nouns=Nouns()) == "No team of yours is in the comparison."


def test_the_ladder_counts_models_and_names_none_as_plainly() -> None:
    scale = scale_of(make_panel())
    none = make_ladder(dict.fromkeys(("pooled", "between", "within"), 0.0))
    assert say_ladder(none) == "None of three models of the same wave shows a clear relation."
    assert say_title_ladder(none) == "None of three models is clear of zero"
    found = make_ladder({"pooled": 0.2, "between": 0.0, "within": -0.2, "morale_before": 0.2})
    assert say_ladder(found) == (
        "Of three models of the same wave, one shows better performance with higher morale, one "
        "shows worse performance with higher morale and one shows no clear relation. One wave "
        "later, performance is better where morale was higher."
    )
    few = make_ladder({"pooled": 0.2}, units=6)
    assert say_ladder(few) == "Too few units (fewer than 8) to tell."
    assert "168 units, six waves" in say_ladder_note(found, scale)


EVERY = list(itertools.product((-0.3, 0.0, 0.3), (0.0, 0.3, None), (-0.3, 0.3, None)))
ORDERS = itertools.cycle(
    ("morale first", "performance first", "both", "not settled", "not testable")
)


@pytest.mark.parametrize(
    ("group", "grade", "higher"), [("unit", "C", True), ("agency", "D", False), ("unit", "D", True)]
)
def test_every_sentence_is_allowed_short_and_plain(group, grade, higher) -> None:
    nouns = Nouns(respondent="employee", respondents="employees", outcome="engagement")
    panel = make_panel(higher_is_better=higher)
    for between, within, later in EVERY:
        rows = {"within": within, "between": between}
        morale = make_estimates(rows, group=group, grade=grade)
        facts = {"grade": grade, "order": next(ORDERS), "group": group}
        ladder = make_ladder({**rows, "morale_before": later}, **facts)
        told = {"panel": panel, "nouns": nouns, "ladder": ladder}
        said = [
            say_morale_answer(morale, **told),
            say_morale_beside(morale, **told),
            say_order(ladder, page="executive"),
            say_ladder(per_step(ladder, scale_of(panel))),
            say_sizes_title(morale_comparisons(morale, panel=panel, ladder=ladder)),
            say_teams_title(5, morale, nouns=nouns),
            *(f"{name}: {text}" for name, text in list_morale_reasons(morale, **told)),
        ]
        for text in filter(None, said):
            assert_sentence_allowed(text, grade=grade)
            assert not re.search(NEVER, text), text
            assert "customer" not in text.lower()
            assert not re.search(r"\b(one|1) (teams|waves|models)\b|  |\.\.", text), text
            if grade == "D":
                assert "followed" not in text, text
            for part in re.split(r"(?<=[.!?:])\s+", text):
                assert len(part.split()) <= 26, part
