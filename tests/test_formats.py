"""Numbers are printed one way, halves away from zero."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxanalytics import formats
from cxanalytics.rules import CALL_AT_LEAST, CERTAINTIES, certainty


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (0.5, 0, 1),
        (1.5, 0, 2),
        (2.5, 0, 3),
        (-2.5, 0, -3),
        (28.5, 0, 29),
        (0.285 * 100, 0, 29),
        (1.005, 2, 1.01),
    ],
)
def test_halves_round_away_from_zero(value, digits, expected):
    assert formats.round_half_away(value, digits) == expected


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (formats.percent(0.634), "63%"),
        (formats.percent(0.6215, 1), "62.2%"),
        (formats.points(-0.07), "\u22127\u00a0points"),
        (formats.points(0.01), "+1\u00a0point"),
        (formats.points(-0.001), "0\u00a0points"),
        (formats.share_range(0.61, 0.664), "61% to 66%"),
        (formats.points_range(-0.09, 0.02), "\u22129 to +2"),
        (formats.size_range(-0.0973, -0.013, 1), "1.3 to 9.7"),
        (formats.size_range(0.013, 0.0973, 1), "1.3 to 9.7"),
        (formats.size_range(-0.09, 0.005), "\u22121 to 9"),
        (formats.count(1148), "1,148"),
        (formats.rank_range(9, 20), "9th to 20th"),
        (formats.rank_range(3, 3), "3rd"),
        (formats.long_date(date(2026, 10, 5)), "5 October 2026"),
        (formats.month(date(2024, 4, 1)), "Apr 2024"),
        (formats.list_words(["a", "b", "c"]), "a, b and c"),
        (formats.list_words(["a"]), "a"),
        (formats.times_in(0.95), "19 times in 20"),
        (formats.number_word(2), "two"),
        (formats.number_word(12), "12"),
    ],
)
def test_patterns(printed, expected):
    assert printed == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (12, "12th"), (21, "21st"), (112, "112th")],
)
def test_ordinals(number, expected):
    assert formats.ordinal(number) == expected


@given(st.floats(0, 1))
def test_certainty_is_never_zero_or_hundred_percent(probability):
    assert formats.certain(probability).strip("overund \u00a0") not in {"0%", "100%"}


@given(st.floats(CALL_AT_LEAST, 1))
def test_a_printed_certainty_earns_the_same_word_as_the_probability(probability):
    printed = formats.certain(probability)
    if printed.startswith("over"):
        assert probability >= CERTAINTIES[0].at_least
    else:
        assert certainty(int(printed.removesuffix("%")) / 100) == certainty(probability)


@pytest.mark.parametrize(
    ("probability", "printed"),
    [(0.797, "79%"), (0.80, "80%"), (0.9499, "94%"), (0.95, "95%"), (0.9949, "99%")],
)
def test_a_percent_stays_below_the_next_word(probability, printed):
    assert formats.certain(probability) == printed


@given(st.text(min_size=1))
def test_slug_is_a_safe_path_part(name):
    part = formats.slug(name)
    assert part and len(part) <= formats.SLUG_LENGTH
    assert set(part) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_names_with_one_slug_get_slugs_of_their_own():
    given_names = ["Tax Line", "tax/line", "Other"]
    first, again = formats.slugs(given_names), formats.slugs(reversed(given_names))
    assert len(set(first.values())) == 3
    assert first == again
    assert first["Other"] == "other"


@pytest.mark.parametrize("name", ["CON", "prn", "Aux", "nul.", "COM1", "lpt 9"])
def test_a_slug_is_no_device_of_windows(name):
    part = formats.slug(name)
    plain = "".join(mark for mark in name.lower() if mark.isalnum())
    assert part == formats.slug(name) != plain
    assert part.startswith(plain[:3])
    assert formats.slug("console") == "console" and formats.slug("com0") == "com0"
