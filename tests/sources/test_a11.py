"""A-11 Section 280: counts as published, zeros that were not asked, wordings that differ."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import DataError, ParamsError
from cxanalytics.models import fit_scores
from cxanalytics.models.audit import fit_audit
from cxanalytics.models.response import fit_response
from cxanalytics.scales import MISSING_REASONS
from cxanalytics.sources.a11 import read_a11_response, read_a11_v1, read_a11_v2

TEXTS = {
    1: "I am satisfied with the service I received from {name}.",
    2: "This interaction increased my trust in the {name}.",
    3: "My need was addressed.",
    4: "It was easy to complete what I needed to do.",
    5: "It took a reasonable amount of time to do what I needed to do.",
    6: "I was treated fairly.",
    7: "Employees I interacted with were helpful.",
}


def deployment(number, *, counts=None, texts=None, **facts):
    """Make a row of the first layout: 5 answers of each kind to each question, if not told."""
    name = facts.get("service_provider_name", "Visa Office")
    row = {
        "id": number,
        "collection_year": 2024,
        "collection_quarter": 1,
        "collection_organization_name": "Department of State",
        "collection_organization_abbreviation": "DOS",
        "service_provider_name": name,
        "service_provider_organization_name": "Department of State",
        "service_provider_organization_abbreviation": "DOS",
        "service_name": "Visas",
        "transaction_point": "Website",
        "channel": "computer",
        "volume_of_customers": 1000,
        "volume_of_customers_provided_survey_opportunity": 500,
        "volume_of_respondents": 100,
    }
    worded = TEXTS | (texts or {})
    given = counts or {}
    for question in range(1, 12):
        wording = worded.get(question, "")
        row[f"q{question}_text"] = wording.format(name=name)
        cells = given.get(question, [5] * 5 if question in worded else [0] * 5)
        row |= {f"q{question}_{answer}": cells[answer - 1] for answer in range(1, 6)}
    return row | facts


@pytest.fixture
def write(tmp_path):
    def to_file(*rows, name="a11.csv"):
        path = tmp_path / name
        pd.DataFrame(rows).to_csv(path, index=False)
        return path

    return to_file


def notes(survey, name):
    return [note.text for note in survey.notes if note.name == name]


def test_counts_become_answers(write):
    survey = read_a11_v1(
        write(
            deployment(1, counts={1: [10, 0, 0, 30, 60]}),
            deployment(2, collection_quarter=2, service_provider_name="Passport Office"),
        )
    )
    assert survey.counts
    assert survey.agencies == ["Passport Office", "Visa Office"]
    assert survey.periods == ["2024-Q1", "2024-Q2"]
    assert survey.outcome == "satisfaction"
    assert [question.name for question in survey.questions] == [
        "satisfaction",
        "trust",
        "effectiveness",
        "ease",
        "efficiency",
        "transparency",
        "employee",
    ]
    rows = survey.answers("satisfaction").query("agency == 'Visa Office'")
    assert dict(zip(rows["satisfaction"], rows["weight"], strict=True)) == {1: 10, 4: 30, 5: 60}
    score = fit_scores(survey.in_period("2024-Q1"), measure="satisfaction").row("Visa Office")
    assert (score["estimate"], score["n"]) == (0.9, 100)
    first = survey.frame.iloc[0]
    assert (first["department"], first["unit"], first["channel"]) == (
        "Visas",
        "Website",
        "computer",
    )


def test_answers_are_not_linked_so_there_are_no_drivers_and_nothing_is_missing(write):
    survey = read_a11_v1(write(deployment(1)))
    assert survey.drivers == ()
    assert "no question can stand as a driver" in notes(survey, "answers not linked")[0]
    assert set(survey.reasons["reason"]) == {"not asked"} <= set(MISSING_REASONS)
    missing = fit_audit(survey=survey)["missing"]
    assert missing["n"].tolist() == [25.0] * 7
    assert missing["missing"].tolist() == [0.0] * 7


def test_five_zeros_are_not_asked(write):
    survey = read_a11_v1(
        write(
            deployment(1),
            deployment(2, counts={7: [0] * 5}, texts={7: ""}),
            deployment(3, counts={7: [0] * 5}),
        )
    )
    assert survey.answers("employee")["weight"].sum() == 25
    assert notes(survey, "not asked") == [
        "`employee` has five zeros and no wording in 1 row: not asked."
    ]
    assert notes(survey, "not asked or not answered") == [
        "`employee` has a wording and five zeros in 1 row: not asked, or answered by nobody."
    ]


def test_a_question_that_nobody_asked_is_not_there(write):
    survey = read_a11_v1(write(deployment(1, counts={7: [0] * 5}, texts={7: ""})))
    assert "employee" not in [question.name for question in survey.questions]


def test_rows_are_accounted_for(write):
    none = {question: [0] * 5 for question in range(1, 8)}
    survey = read_a11_v1(write(deployment(1), deployment(2, counts=none)))
    assert notes(survey, "rows read") == [
        "2 rows read from a11.csv, one per deployment and quarter."
    ]
    assert notes(survey, "rows without answer") == [
        "1 row left out: no answer to the questions read."
    ]
    assert notes(survey, "rows kept") == ["1 row kept, which stand for 175 answers."]


def test_a_blank_among_counts_is_zero(write):
    survey = read_a11_v1(write(deployment(1, counts={1: [np.nan, np.nan, 3, 4, 5]})))
    assert survey.answers("satisfaction")["weight"].tolist() == [3, 4, 5]


# Wordings.


def test_the_name_of_the_agency_makes_no_other_wording(write):
    survey = read_a11_v1(
        write(
            deployment(1),
            deployment(2, service_provider_name="Passport Office"),
            deployment(3, texts={2: "This interaction increased my trust in DOS."}),
        )
    )
    assert survey.question("trust").changed == ()
    assert survey.question("trust").wording == "This interaction increased my trust in [agency]."


SIX = (
    "This interaction increased my trust in the {name}.",
    "I trust the {name}.",
    "I trust the {name} to fulfill its commitments.",
    "This increased my confidence in the {name}.",
    "Based on today, I trust {name} to do what is right.",
    "How much do you trust us?",
)


def six_wordings():
    return [
        deployment(place, texts={2: text}, service_provider_name=f"Office {place}")
        for place, text in enumerate(SIX, start=1)
    ]


def test_a_question_asked_in_six_wordings_is_left_out_and_said(write):
    survey = read_a11_v1(write(*six_wordings()))
    assert "trust" not in [question.name for question in survey.questions]
    told = notes(survey, "wordings")
    assert len(told) == 1
    assert told[0].startswith("`trust` was asked in 6 wordings in 2024-Q1: '")
    assert "'I trust [agency].' (1 agency)" in told[0]
    assert told[0].endswith(
        "A difference between agencies could come from the words: it is left out."
    )


def test_a_question_asked_in_six_wordings_is_refused_by_name(write):
    path = write(*six_wordings())
    with pytest.raises(DataError) as error:
        read_a11_v1(path, questions=["satisfaction", "trust"])
    assert str(error.value).startswith("`trust` was asked in 6 wordings in 2024-Q1: ")
    assert str(error.value).endswith(
        "A difference between agencies could come from the words. Name the wording to read, "
        "questions={'trust': '...'}, or leave the question out."
    )
    with pytest.raises(DataError, match="`trust` was asked in 6 wordings"):
        read_a11_v1(path, questions=["trust"], outcome="trust")


def test_one_wording_can_be_chosen(write):
    survey = read_a11_v1(
        write(*six_wordings()), questions={"satisfaction": "", "trust": "I trust [agency]"}
    )
    assert survey.answers("trust")["agency"].unique().tolist() == ["Office 2"]
    assert survey.answers("satisfaction")["agency"].nunique() == 6
    assert notes(survey, "other wordings") == ["5 rows left out of `trust`: asked in other words."]


def test_a_wording_that_nobody_used(write):
    with pytest.raises(ParamsError) as error:
        read_a11_v1(write(deployment(1)), questions={"trust": "Do you?"}, outcome="trust")
    assert str(error.value) == (
        "`questions.trust` must be one of 'This interaction increased my trust in [agency].'; got "
        "'Do you?'."
    )


def test_a_wording_that_changed_for_all_is_a_changed_question(write):
    rows = [
        deployment(1),
        deployment(2, collection_quarter=2, texts={2: "I trust {name}!"}),
        deployment(3, collection_quarter=3, texts={2: "I TRUST  {name}"}),
    ]
    survey = read_a11_v1(write(*rows))
    assert survey.question("trust").changed == ("2024-Q2",)
    assert survey.changed_between("2024-Q1", "2024-Q2") == ["trust"]
    assert survey.changed_between("2024-Q2", "2024-Q3") == []


def test_own_questions_are_read_when_named(write):
    rows = [deployment(1, texts={8: "The form was clear."})]
    survey = read_a11_v1(write(*rows), questions=["q8"], outcome="q8")
    assert survey.question("q8").label == "Own question 8"
    assert survey.question("q8").wording == "The form was clear."


# Who is compared.


def test_services_can_be_compared(write):
    rows = [
        deployment(1),
        deployment(2, service_name="Appeals"),
        deployment(3, service_provider_name="Passport Office"),
    ]
    survey = read_a11_v1(write(*rows), agency="service_name")
    assert survey.agencies == ["Appeals", "Visas (Passport Office)", "Visas (Visa Office)"]
    assert "department" not in survey.frame


def test_more_answers_than_respondents_is_said(write):
    survey = read_a11_v1(write(deployment(1, volume_of_respondents=20), deployment(2)))
    assert notes(survey, "more answers than respondents") == [
        "1 row with more answers to a question than respondents, kept as they are."
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [deployment(1, collection_quarter=5)],
            "`collection_quarter` must be 1, 2, 3 or 4; row 2 has '5'.",
        ),
        (
            [deployment(1, collection_year="FY24")],
            "`collection_year` must be a year such as 2024; row 2 has 'FY24'.",
        ),
        ([deployment(1), deployment(1)], "`id` must stand in one row each; row 3 has '1'."),
        ([deployment("")], "`id` must be filled in every row; row 2 is empty."),
        (
            [deployment(1), deployment(2, counts={1: [1, 2, -3, 4, 5]})],
            "`q1_3` must be a whole number, 0 or more; row 3 has '-3'.",
        ),
        (
            [deployment(1, counts={1: [1, 2, 0.5, 4, 5]})],
            "`q1_3` must be a whole number, 0 or more; row 2 has '0.5'.",
        ),
        (
            [deployment(1, service_provider_name="")],
            "`service_provider_name` must be filled in every row; row 2 is empty.",
        ),
        (
            [deployment(1, counts={1: [0] * 5})],
            "'a11.csv' must hold at least one answer to `satisfaction`; got none.",
        ),
    ],
)
def test_messages(write, rows, message):
    with pytest.raises(DataError) as error:
        read_a11_v1(write(*rows))
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"agency": "channel"}, "`agency` must be one of 'service_provider_name', 'service_name'"),
        ({"questions": ["joy"]}, "`questions` must be one of 'satisfaction', 'trust', "),
        ({"questions": "trust"}, "`questions` must be a list of names; got 'trust'."),
        ({"questions": ["trust"]}, "`outcome` must be one of 'trust'; got 'satisfaction'."),
    ],
)
def test_bad_options(write, options, message):
    with pytest.raises(ParamsError) as error:
        read_a11_v1(write(deployment(1)), **options)
    assert str(error.value).startswith(message)


# The response funnel.


def test_impossible_rows_are_kept_for_the_reader_and_never_divided(write):
    path = write(
        deployment(1),
        deployment(2, volume_of_respondents=700),
        deployment(3, volume_of_customers=""),
    )
    funnel = read_a11_response(path)
    assert funnel["row"].tolist() == [2, 3, 4]
    assert funnel["period"].tolist() == ["2024-Q1"] * 3
    assert funnel["answered"].tolist() == [100, 700, 100]
    assert np.isnan(funnel["customers"].iloc[2])
    tables = fit_response(funnel)
    assert tables["impossible"]["row"].tolist() == [3]
    assert tables["impossible"]["reason"].tolist() == ["More answered than were asked."]
    assert tables["response"]["rate"].tolist() == [0.2]


def test_the_details_of_the_second_layout_have_no_quarters(write):
    funnel = read_a11_response(write(collection(1)))
    assert funnel["period"].tolist() == [""]
    assert funnel["asked"].tolist() == [500]


# The second layout: one row per answer.

SEVEN = ("effectiveness", "ease", "efficiency", "transparency", "humanity", "employee", "other")


def collection(number, **facts):
    return {
        "id": number,
        "cx_collection_id": 9,
        "service_name": "Visas",
        "service_provider_name": "Visa Office",
        "service_stage_name": "Apply",
        "channel": "website",
        "survey_type": "thumbs up/down",
        "trust_question_text": "Does this increase your trust in the Visa Office?",
        "volume_of_customers": 1000,
        "volume_of_customers_provided_survey_opportunity": 500,
        "volume_of_respondents": 100,
    } | facts


def response(collection_id, answer, *, well=(), badly=(), **facts):
    flags = {f"positive_{name}": int(name in well) for name in SEVEN}
    flags |= {f"negative_{name}": int(name in badly) for name in SEVEN}
    return {
        "cx_collection_detail_id": collection_id,
        "external_id": "",
        "question_1": answer,
        **flags,
        "question_4": "My name is Jane Doe.",
    } | facts


@pytest.fixture
def read(write):
    def both(details, responses, **options):
        return read_a11_v2(
            write(*details, name="details.csv"), write(*responses, name="responses.csv"), **options
        )

    return both


def test_thumbs_and_ticks(read):
    survey = read(
        [collection(1)],
        [
            response(1, 1, well=["ease"], external_id="x7"),
            response(1, 0, badly=["ease", "employee"]),
            response(1, "", well=["ease"]),
        ],
    )
    assert survey.outcome == "trust"
    assert survey.question("trust").scale.id == "thumbs"
    np.testing.assert_array_equal(survey.frame["trust"], [1, 0, np.nan])
    np.testing.assert_array_equal(survey.frame["ease"], [1, 0, 1])
    np.testing.assert_array_equal(survey.frame["employee"], [np.nan, 0, np.nan])
    assert survey.question("ease").scale.id == "yes_no"
    assert survey.frame["respondent"].tolist()[0] == "1 x7"
    assert survey.frame["respondent"].isna().tolist() == [False, True, True]
    reasons = survey.reasons.set_index(["question", "reason"])["n"]
    assert reasons["trust", "no answer"] == 1
    assert reasons["employee", "not applicable"] == 2
    assert set(survey.reasons["reason"]) <= set(MISSING_REASONS)
    assert survey.periods == [""]
    assert survey.frame["unit"].unique().tolist() == ["Apply"]


def test_free_text_is_never_kept(read):
    survey = read([collection(1)], [response(1, 1)])
    assert "Jane" not in survey.frame.to_csv()


def test_ticks_that_follow_the_answer_are_no_drivers(read):
    follow = [response(1, 1, well=["ease"]), response(1, 0, badly=["ease"])]
    survey = read([collection(1)], follow)
    assert survey.drivers == ()
    assert "so the tick tells nothing further" in notes(survey, "ticks follow the answer")[0]
    crossed = [response(1, 1, badly=["ease"]), response(1, 0, well=["ease"])]
    assert read([collection(1)], follow + crossed).drivers == ("ease",)


def test_a_reason_ticked_both_ways_is_blank(read):
    survey = read([collection(1)], [response(1, 1, well=["ease"], badly=["ease"])])
    assert survey.frame["ease"].isna().all()
    assert notes(survey, "ticks both ways") == [
        "Reasons ticked as both well and badly, left blank: 1."
    ]


def test_thumbs_and_a_scale_are_never_mixed(read):
    details = [collection(1), collection(2, survey_type="Likert scale")]
    responses = [response(1, 1), response(2, 4), response(2, 5)]
    with pytest.raises(DataError) as error:
        read(details, responses)
    assert str(error.value) == (
        "Thumbs and a 1 to 5 scale are not put on one footing; got 1 likert and 1 thumbs "
        "collections. Pass survey_type='thumbs' or survey_type='likert'."
    )
    survey = read(details, responses, survey_type="likert")
    assert survey.question("trust").scale.id == "likert_1_5"
    assert survey.frame["trust"].tolist() == [4, 5]
    assert notes(survey, "rows of other collections") == [
        "1 row left out: another survey type or wording."
    ]


def test_answers_without_a_collection_are_left_out(read):
    survey = read([collection(1)], [response(1, 1), response(7, 0)])
    assert len(survey.frame) == 1
    assert notes(survey, "rows without collection") == [
        "1 row left out: the details file has no such collection."
    ]


def test_trust_in_several_wordings(read):
    details = [
        collection(1),
        collection(2, service_provider_name="Passport Office", trust_question_text="Trust us?"),
    ]
    responses = [response(1, 1), response(2, 0)]
    with pytest.raises(DataError) as error:
        read(details, responses)
    assert str(error.value) == (
        "`trust` was asked in 2 wordings: 'Does this increase your trust in [agency]?' (1 agency); "
        "'Trust us?' (1 agency). A difference between agencies could come from the words. Pass "
        "wording='...' with the one to read."
    )
    survey = read(details, responses, wording="trust us")
    assert survey.agencies == ["Passport Office"]
    assert survey.question("trust").wording == "Trust us?"


@pytest.mark.parametrize(
    ("details", "responses", "message"),
    [
        (
            [collection(1)],
            [response(1, 2)],
            "`question_1` must be 0, 1 (scale thumbs); row 2 has '2'.",
        ),
        (
            [collection(1, survey_type="likert")],
            [response(1, 0)],
            "`question_1` must be 1 to 5 (scale likert_1_5); row 2 has '0'.",
        ),
        (
            [collection(1)],
            [response(1, 1, positive_ease=2)],
            "`positive_ease` must be 0 or 1; row 2 has '2'.",
        ),
        (
            [collection(1, survey_type="stars")],
            [response(1, 1)],
            "`survey_type` must be thumbs up/down or likert scale; row 2 has 'stars'.",
        ),
        (
            [collection(1), collection(1)],
            [response(1, 1)],
            "`id` must stand in one row each; row 3 has '1'.",
        ),
        (
            [collection(1)],
            [response(3, 1)],
            "'responses.csv' must hold answers to the collections of 'details.csv'; no "
            "`cx_collection_detail_id` is an `id` there.",
        ),
        (
            [collection(1)],
            [response(1, "")],
            "`question_1` must hold at least one answer; got none.",
        ),
    ],
)
def test_messages_of_the_second_layout(read, details, responses, message):
    with pytest.raises(DataError) as error:
        read(details, responses)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"survey_type": "stars"}, "`survey_type` must be one of 'thumbs', 'likert'; got 'stars'."),
        ({"survey_type": "likert"}, "`survey_type` must be one of 'thumbs'; got 'likert'."),
        (
            {"wording": "Why?"},
            "`wording` must be one of 'Does this increase your trust in [agency]?'; got 'Why?'.",
        ),
    ],
)
def test_bad_options_of_the_second_layout(read, options, message):
    with pytest.raises(ParamsError) as error:
        read([collection(1)], [response(1, 1)], **options)
    assert str(error.value) == message
