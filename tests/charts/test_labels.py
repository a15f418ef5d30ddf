"""Names from data are harmless, fit their place, and stay apart."""

import numpy as np
import pytest

from cxanalytics.charts.labels import Box, clean, measure, place, shorten, shorten_all
from cxanalytics.charts.ladder import lay_ladder
from cxanalytics.charts.sheet import nice_ticks, padded
from cxanalytics.charts.style import FAMILIES, font, get_size

PROPERTIES = font(14)


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("Ministry of \u202edrow\u202c Things\u200f", "Ministry of drow Things"),
        ("two\nlines\tand\x00more", "two lines and more"),
        ("cafe\u0301", "café"),
        ("$x^2$ & <b>", "$x^2$ & <b>"),
        ("部", "\u25a1"),
        ("a\ud800b", "ab"),
        (17, "17"),
    ],
)
def test_names_are_cleaned(name, cleaned):
    assert clean(name) == cleaned


def test_the_page_typeface_is_used_at_every_weight():
    from matplotlib.font_manager import findfont

    for weight in (400, 600, 700):
        assert findfont(font(14, weight)).endswith(f"public-sans-{weight}.ttf")
    assert font(14).get_size_in_points() == 10.5
    assert font(14).get_family() == list(FAMILIES)


def test_long_names_end_in_an_ellipsis():
    name = "Department of Very Long and Winding Agency Names"
    cut = shorten(name, PROPERTIES, 120)
    assert cut.endswith("…")
    assert name.startswith(cut[:-1])
    assert measure(cut, PROPERTIES)[0] <= 120
    assert shorten("Short", PROPERTIES, 120) == "Short"
    assert measure("", PROPERTIES) == (0.0, 0.0)


def test_names_that_would_read_alike_are_kept_apart():
    names = [f"Department of Public Works and Services, {town}" for town in ("Adair", "Larkfield")]
    cut = shorten_all(names, PROPERTIES, 130)
    assert len(set(cut)) == 2
    assert all("…" in name for name in cut)
    same = ["A" * 40 + "x" * i + "A" * 40 for i in range(5)]
    numbered = shorten_all(same, PROPERTIES, 90)
    assert len(set(numbered)) == 5
    assert all(measure(name, PROPERTIES)[0] <= 90 for name in numbered)
    assert shorten_all(["B", "B"], PROPERTIES, 90) == ["B", "B"]


def test_labels_find_a_free_place_or_none():
    page = Box(0, 0, 200, 100)
    free = place(100, 50, width=40, height=12, taken=[], within=page)
    assert free == Box(109, 44, 149, 56)
    right = Box(101, 0, 200, 100)
    left = place(100, 50, width=40, height=12, taken=[right], within=page)
    assert left is not None
    assert left.right <= 100
    assert not left.overlaps(right)
    assert place(100, 50, width=40, height=12, taken=[page], within=page) is None
    assert place(100, 50, width=400, height=12, taken=[], within=page) is None


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.573, 0.748, [0.6, 0.65, 0.7]),
        (0.0, 1.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (-0.1, 0.1, [-0.1, -0.05, 0.0, 0.05, 0.1]),
        (40, 80, [40, 50, 60, 70, 80]),
    ],
)
def test_ticks_are_round_and_few(low, high, ticks):
    found = nice_ticks(low, high)
    assert len(found) <= 5
    if len(ticks) <= 5:
        assert found == pytest.approx(ticks)


def test_limits_never_have_zero_width():
    low, high = padded(0.5, 0.5, least=0.04)
    assert high - low == pytest.approx(0.04)
    assert nice_ticks(*padded(0.5, 0.5))


@pytest.mark.parametrize("limits", [(-23.0, 24.0), (-3.0, 29.0), (0.0, 100.0)])
def test_labels_on_a_narrow_axis_are_left_out_evenly_and_never_the_zero(limits):
    drawn = lay_ladder(
        ["The name of an organization that is rather long"] * 2,
        size=get_size("narrow"),
        limits=limits,
        tick=lambda tick, first: f"{tick:g}",
        axis_label="",
        column=["Almost certainly above", "below"],
    )
    words = [text.get_text() for text in drawn.sheet.figure.texts]
    ticks = [float(text) for text in words if text.lstrip("-").isdigit()]
    assert 0.0 in ticks
    assert len(set(np.diff(ticks))) <= 1
