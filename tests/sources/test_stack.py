"""Waves, peers and departments become one survey only where they can be compared."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from cxanalytics.errors import CxError, DataError
from cxanalytics.scales import get_scale
from cxanalytics.sources import read_table
from cxanalytics.sources.stack import add_peers, departments_as_agencies, stack_waves
from cxanalytics.tables import Break, Question, Survey

WORDING = "How likely are you to recommend us?"


def survey(
    *rows, scale="nps_0_10", wording=WORDING, changed=(), count=None, more=(), mix=(), **roles
):
    """A survey of (agency, answer, ...) rows."""
    names = ["agency", "recommend", *roles, *more, *mix, *([count] if count else [])]
    frame = pd.DataFrame(rows, columns=names)
    question = Question("recommend", "Would recommend", get_scale(scale), wording, tuple(changed))
    extra = {name: Question(name, name, get_scale("likert_1_5")) for name in more}
    return Survey.from_frame(
        frame,
        agency="agency",
        outcome="recommend",
        scale=scale,
        questions={"recommend": question, **extra},
        drivers=tuple(more),
        case_mix=tuple(mix),
        count=count,
        **{role: role for role in roles},
    )


def notes(found):
    return {note.name: note.text for note in found.notes}


def refused(call, *args, **options):
    with pytest.raises(CxError) as caught:
        call(*args, **options)
    assert type(caught.value) is DataError
    return str(caught.value)


# Waves


def test_waves_are_put_in_order_of_time():
    parts = {"2026": survey(("Parks", 9)), "2025": survey(("Parks", 3), ("Roads", 5))}
    found = stack_waves(parts)
    assert found.periods == ["2025", "2026"]
    assert found.frame[["agency", "period", "recommend"]].values.tolist() == [
        ["Parks", "2025", 3.0],
        ["Roads", "2025", 5.0],
        ["Parks", "2026", 9.0],
    ]
    assert found.question("recommend").wording == WORDING


def test_one_wave_per_sheet_is_the_same_as_one_file_with_waves(tmp_path):
    frame = pd.DataFrame(
        {
            "Agency": ["Parks", "Roads", "Parks", "Roads"],
            "Wave": ["2025", "2025", "2026", "2026"],
            "Score": ["9", "Don't know", "3", "10"],
            "Ease": ["1", "2", "Don't know", "4"],
        }
    )
    frame.to_csv(tmp_path / "all.csv", index=False)
    with pd.ExcelWriter(tmp_path / "waves.xlsx") as writer:
        for wave, rows in frame.groupby("Wave"):
            rows.drop(columns="Wave").to_excel(writer, sheet_name=f"Wave {wave}", index=False)
    facts = {
        "questions": {
            "recommend": {"column": "Score", "scale": "nps_0_10"},
            "ease": {"column": "Ease", "scale": "likert_1_5"},
        },
        "outcome": "recommend",
    }
    whole = read_table(
        tmp_path / "all.csv", columns={"agency": "Agency", "period": "Wave"}, **facts
    )
    found = stack_waves(
        {
            wave: read_table(
                tmp_path / "waves.xlsx",
                columns={"agency": "Agency"},
                sheet=f"Wave {wave}",
                **facts,
            )
            for wave in ("2025", "2026")
        }
    )
    pd.testing.assert_frame_equal(found.frame, whole.frame)
    pd.testing.assert_frame_equal(found.reasons, whole.reasons)
    assert found.questions == whole.questions
    assert notes(found)["rows read"] == (
        "4 rows in all. 2025: 2 rows read from waves.xlsx#Wave 2025; "
        "2026: 2 rows read from waves.xlsx#Wave 2026."
    )
    assert notes(found)["missing codes"] == (
        '2025: 1 answers missing by code: "Don\'t know" (1). '
        '2026: 1 answers missing by code: "Don\'t know" (1).'
    )


def test_rows_left_out_in_one_wave_are_summed_and_named(tmp_path):
    for wave, text in (("2025", "Parks,9\nParks,NA\n"), ("2026", "Parks,8\n")):
        (tmp_path / f"{wave}.csv").write_text(f"Agency,Score\n{text}", encoding="utf-8")
    found = stack_waves(
        {
            wave: read_table(
                tmp_path / f"{wave}.csv",
                columns={"agency": "Agency"},
                questions={"recommend": {"column": "Score", "scale": "nps_0_10"}},
                outcome="recommend",
            )
            for wave in ("2025", "2026")
        }
    )
    told = [(note.name, int(note.text.split()[0])) for note in found.notes]
    assert told == [("rows read", 3), ("rows without answer", 1), ("rows kept", 2)]
    assert notes(found)["rows without answer"] == (
        "1 row in all. 2025: 1 row left out: no question answered."
    )


def test_another_scale_in_another_wave_is_refused():
    parts = {"2025": survey(("Parks", 9)), "2026": survey(("Parks", 9), scale="rating_1_10")}
    assert refused(stack_waves, parts) == (
        "`recommend` may not be compared between '2025' and '2026': 'Would recommend' is asked on "
        '0 to 10 (scale nps_0_10) and 1 to 10 (scale rating_1_10); "NPS" is said of 0 to 10 '
        "alone, and scales are not put on one footing without people who answered on both."
    )


def test_another_wording_is_refused_unless_declared():
    new = "Would you recommend us?"
    parts = {"2025": survey(("Parks", 9)), "2026": survey(("Parks", 8), wording=new)}
    assert refused(stack_waves, parts) == (
        "`recommend` may not be compared between '2025' and '2026': 'Would recommend' is worded "
        f"in two ways, “{WORDING}” and “{new}”: a difference could come from the words. To keep "
        "both and compare neither across, say `changed: ['2026']` in `questions.recommend`."
    )
    parts["2026"] = survey(("Parks", 8), wording=new, changed=["2026"])
    found = stack_waves(parts)
    assert found.changed_between("2025", "2026") == ["recommend"]
    assert found.question("recommend").wording == new


def test_a_declared_change_of_scale_is_still_refused():
    parts = {
        "2025": survey(("Parks", 5), scale="likert_1_5"),
        "2026": survey(("Parks", 5), scale="satisfied_1_5", changed=["2026"]),
    }
    assert "scales are not put on one footing" in refused(stack_waves, parts)


def test_a_question_of_one_wave_only_is_said():
    parts = {
        "2025": survey(("Parks", 9)),
        "2026": survey(("Parks", 8, 4), more=["ease"]),
    }
    found = stack_waves(parts)
    assert found.drivers == ("ease",)
    assert found.frame["ease"].isna().tolist() == [True, False]
    assert notes(found)["not asked: ease"] == "`ease` was not asked in 2025."


def test_a_case_mix_column_of_one_wave_only_is_left_out_and_said():
    parts = {
        "2025": survey(("Parks", 9)),
        "2026": survey(("Parks", 8, "young"), mix=["age"]),
    }
    found = stack_waves(parts)
    assert found.case_mix == () and "age" not in found.frame
    assert notes(found)["case mix left out"] == (
        "Not in every wave, so no score is adjusted for it: age."
    )


def test_counts_and_respondents_become_respondents():
    parts = {
        "2025": survey(("Parks", 9, 2), ("Parks", 0, 1), count="n"),
        "2026": survey(("Parks", 8)),
    }
    found = stack_waves(parts)
    assert not found.counts
    assert found.frame["recommend"].tolist() == [9, 9, 0, 8]
    assert found.frame["weight"].tolist() == [1.0] * 4


def test_counts_stay_counts():
    parts = {wave: survey(("Parks", 9, 2), count="n") for wave in ("2025", "2026")}
    found = stack_waves(parts)
    assert found.counts and found.frame["weight"].tolist() == [2.0, 2.0]


def test_a_respondent_twice_in_a_wave_is_refused_and_in_two_waves_is_not():
    one = survey(("Parks", 9, "a"), ("Roads", 8, "b"), respondent=True)
    assert len(stack_waves({"2025": one, "2026": one}).frame) == 4
    twice = survey(("Parks", 9, "a"), ("Roads", 8, "a"), respondent=True)
    assert refused(stack_waves, {"2025": one, "2026": twice}) == (
        "`respondent` must be unique within a wave; 'a' stands twice in '2026'."
    )


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({}, "`parts` must hold at least one wave; got none."),
        (
            {"April 2025": survey(("Parks", 9)), "May 2025": survey(("Parks", 9))},
            "`period` of `parts` must sort in time as text; got 'April 2025'. Write the year "
            "first, such as '2024-04' or '2024 Q2'.",
        ),
        (
            {"2025": survey(("Parks", 9, "2024"), ("Parks", 8, "2025"), period=True)},
            "Each of `parts` must be one wave without waves of its own; '2025' holds '2024' and "
            "'2025'.",
        ),
        (
            {"2025": survey(("Parks", 9, "x"), psu=True), "2026": survey(("Parks", 9))},
            "`psu` must be known in every wave or in none; '2026' lacks it.",
        ),
    ],
)
def test_parts_that_are_no_waves(parts, message):
    assert refused(stack_waves, parts) == message


def test_another_outcome_is_refused():
    one = survey(("Parks", 9, 4), more=["ease"])
    parts = {"2025": one, "2026": replace(one, outcome="ease")}
    assert refused(stack_waves, parts) == (
        "`outcome` must be the same in every wave; got 'recommend' in '2025' and 'ease' in '2026'."
    )


# Peers


PUBLISHED = survey(("North", 9, 2), ("North", 3, 1), ("South", 10, 1), count="n")


def test_published_counts_become_rows_beside_respondents():
    own = survey(("Parks", 9, 5), ("Roads", 2, 4), more=["ease"])
    found = add_peers(own, PUBLISHED, questions=["recommend"])
    assert found.only_peers == ("North", "South")
    assert found.agencies == ["North", "Parks", "Roads", "South"]
    assert not found.counts and len(found.frame) == 6
    assert found.frame["ease"].notna().sum() == 2
    assert notes(found)["published peers"] == (
        "2 peers come from published counts, 4 answers. They are compared with and have no page "
        "of their own."
    )


def test_published_counts_stay_counts_beside_counts():
    own = survey(("Parks", 9, 5), count="n")
    found = add_peers(own, PUBLISHED, questions=["recommend"])
    assert found.counts and found.frame["weight"].sum() == 9


def test_peers_take_the_only_wave():
    own = survey(("Parks", 9, "2026"), period=True)
    assert add_peers(own, PUBLISHED, questions=["recommend"]).periods == ["2026"]


def test_peers_of_another_wave_are_refused():
    own = survey(("Parks", 9, "2025"), ("Parks", 9, "2026"), period=True)
    options = {"questions": ["recommend"]}
    assert refused(add_peers, own, PUBLISHED, **options) == (
        "The published counts must name their wave, one of '2025' and '2026'; got none."
    )
    old = survey(("North", 9, "2024", 3), period=True, count="n")
    assert refused(add_peers, own, old, **options) == (
        "The published counts must be of the waves of the study, '2025' and '2026'; got '2024'."
    )
    one = survey(("North", 9, "2026", 3), period=True, count="n")
    assert add_peers(own, one, **options).periods == ["2025", "2026"]


def test_case_mix_that_peers_lack_is_left_out_and_said():
    own = survey(("Parks", 9, "young"), mix=["age"])
    found = add_peers(own, PUBLISHED, questions=["recommend"])
    assert found.case_mix == ()
    assert notes(found)["case mix left out"] == (
        "Not in the published counts, so no score is adjusted for it: age."
    )


def test_weights_of_respondents_beside_peers_are_said():
    own = survey(("Parks", 9, 2.5), weight=True)
    found = add_peers(own, PUBLISHED, questions=["recommend"])
    assert notes(found)["weights of peers"] == (
        "The answers of the peers have weight 1: published counts carry no survey weights."
    )


def test_an_unknown_wording_is_said():
    own = survey(("Parks", 9), wording="")
    check = add_peers(own, PUBLISHED, questions=["recommend"]).notes[-1]
    assert check.passed is False
    assert check.text == (
        "The wording is not given on both sides for recommend: that it is the same could not be "
        "checked."
    )


@pytest.mark.parametrize(
    ("own", "peers", "questions", "message"),
    [
        (
            survey(("Parks", 9), scale="rating_1_10"),
            PUBLISHED,
            ["recommend"],
            "`recommend` of the published counts may not serve for peers: 'Would recommend' is "
            "asked on 1 to 10 (scale rating_1_10) and 0 to 10 (scale nps_0_10);",
        ),
        (
            survey(("Parks", 9), wording="Would you recommend us?"),
            PUBLISHED,
            ["recommend"],
            "`recommend` of the published counts may not serve for peers: 'Would recommend' is "
            "worded in two ways,",
        ),
        (
            survey(("Parks", 9)),
            survey(("North", 9)),
            ["recommend"],
            "`peers` must hold published counts; got one row per respondent.",
        ),
        (
            survey(("north ", 9)),
            PUBLISHED,
            ["recommend"],
            "An agency is either reported on or a peer; 'North' is both. Leave it out of the "
            "published counts.",
        ),
        (
            survey(("Parks", 9)),
            PUBLISHED,
            [],
            "`questions` must hold the outcome 'recommend'; got none.",
        ),
        (
            survey(("Parks", 9, 3), more=["ease"]),
            PUBLISHED,
            ["recommend", "ease"],
            "`ease` must be a question of the published counts; they have recommend.",
        ),
        (
            survey(("Parks", 9)),
            PUBLISHED,
            ["recommend", "ease"],
            "`ease` must be a question of the study; it has recommend.",
        ),
    ],
)
def test_peers_that_may_not_serve(own, peers, questions, message):
    assert refused(add_peers, own, peers, questions=questions).startswith(message)


def test_peers_without_an_answer_to_what_is_compared():
    peers = survey(("North", 9, 3, 4), more=["ease"], count="n")
    peers.frame["recommend"] = float("nan")
    assert refused(add_peers, survey(("Parks", 9)), peers, questions=["recommend"]) == (
        "`peers` must hold an answer to a question that is compared; got none."
    )


# Departments


def test_departments_of_one_agency_are_compared():
    own = survey(("City", 9, "Parks"), ("City", 3, "Roads"), ("City", 5, None), department=True)
    own = replace(own, breaks=(Break("City", "2026", "City was reorganized."),))
    found = departments_as_agencies(own)
    assert found.parent == "City" and found.agencies == ["Parks", "Roads"]
    assert "department" not in found.frame
    assert [entry.agency for entry in found.breaks] == ["Parks", "Roads"]
    assert notes(found)["departments compared"] == (
        "One agency, City: its 2 departments are compared with each other. Peers for the agency "
        "as a whole would be other agencies, or published counts with the same wording and scale."
    )
    assert notes(found)["rows without department"] == (
        "1 row left out: no department, so nothing to compare."
    )
    assert own.agencies == ["City"]


def test_reasons_of_rows_without_department_do_not_remain():
    reasons = pd.DataFrame({"question": ["recommend"], "reason": ["don't know"], "n": [1]})
    own = survey(("City", 9, "Parks"), ("City", 3, "Roads"), department=True)
    assert departments_as_agencies(replace(own, reasons=reasons)).reasons is reasons
    own = survey(("City", 9, "Parks"), ("City", 3, "Roads"), ("City", 5, None), department=True)
    assert departments_as_agencies(replace(own, reasons=reasons)).reasons is None


SUPPLY = (
    "Name the column of departments in `columns.department`, or add peers: other agencies, or "
    "published counts with the same wording and scale."
)


@pytest.mark.parametrize(
    ("own", "message"),
    [
        (
            survey(("A", 9, "x"), ("B", 9, "y"), ("C", 9, "y"), department=True),
            "Departments are compared within one agency; got 3, such as 'A' and 'B'. Several "
            "agencies are compared with each other.",
        ),
        (
            survey(("City", 9)),
            f"One agency, 'City', has nobody to be compared with. {SUPPLY}",
        ),
        (
            survey(("City", 9, "Parks"), department=True),
            f"'City' must have at least two departments to be compared; got 'Parks'. {SUPPLY}",
        ),
        (
            survey(("City", 9, ""), department=True),
            f"'City' must have at least two departments to be compared; got none. {SUPPLY}",
        ),
    ],
)
def test_departments_that_cannot_be_compared(own, message):
    assert refused(departments_as_agencies, own) == message
