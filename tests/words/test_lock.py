"""No sentence escapes the verb lock."""

import pytest

from cxanalytics.errors import ParamsError
from cxanalytics.words import ForbiddenWordError, assert_sentence_allowed, find_forbidden


@pytest.mark.parametrize(
    "verb", ["drives", "causes", "leads to", "drives up", "impact", "because of"]
)
def test_causal_verbs_need_grade_a(verb):
    text = f"Morale {verb} performance."
    for grade in ("B", "C", "D", None):
        with pytest.raises(ForbiddenWordError, match=verb):
            assert_sentence_allowed(text, grade=grade)
    assert_sentence_allowed(text, grade="A")


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("The change is consistent with an effect of the pilot.", "AB"),
        ("A rise in morale was followed by better scores.", "ABC"),
        ("Agencies where morale is higher also do better.", "ABCD"),
    ],
)
def test_each_grade_has_its_wording(text, allowed):
    for grade in "ABCD":
        assert (find_forbidden(text, grade=grade) == []) is (grade in allowed)


@pytest.mark.parametrize(
    "text",
    ["A world-class service.", "This is Statistically  Significant.", "Status: RAG", "Change: N/A"],
)
def test_some_words_are_never_used(text):
    for page in ("executive", "appendix"):
        with pytest.raises(ForbiddenWordError):
            assert_sentence_allowed(text, grade="A", page=page)


@pytest.mark.parametrize("word", ["median", "p-value", "confidence interval", "pp", "significant"])
def test_some_words_are_for_the_appendix(word):
    assert find_forbidden(f"The {word} is shown.", page="executive")
    assert not find_forbidden(f"The {word} is shown.", page="appendix")


@pytest.mark.parametrize(
    "text",
    [
        "This shows what goes together, not proof of cause.",
        "Drivers are patterns. A fragment of driveshaft; CIs aside.",
        "Impacted-free: the app is happy.",
        "Unmeasured  causes are compared with age.",
    ],
)
def test_whole_words_alone_are_forbidden(text):
    assert find_forbidden(text) == []


def test_an_unknown_grade_or_page_is_refused():
    with pytest.raises(ParamsError, match=r"`grade` must be one of 'A', 'B', 'C', 'D'; got 'E'"):
        find_forbidden("x", grade="E")
    with pytest.raises(ParamsError, match=r"`page` must be one of 'executive', 'appendix'"):
        find_forbidden("x", page="executives")
