"""Answers mean what their scale declares."""

import numpy as np
import pytest

from cxanalytics.errors import ParamsError
from cxanalytics.scales import SCALES, get_scale


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


def test_promoters_are_nine_and_ten_detractors_zero_to_six():
    net = get_scale("nps_0_10").net(np.arange(11))
    assert net.tolist() == [-1] * 7 + [0, 0] + [1, 1]


def test_answers_off_the_ladder_have_no_code():
    assert get_scale("likert_1_5").codes([0, 6, 2.5, np.inf, 3]).tolist() == [-1, -1, -1, -1, 2]


@pytest.mark.parametrize(
    "text", ["Strongly Agree", " strongly  agree ", "5 - Strongly agree", "STRONGLY\u00a0AGREE"]
)
def test_labels_ignore_case_spaces_and_prefixes(text):
    assert get_scale("likert_1_5").read_label(text) == 5
    assert get_scale("likert_1_5").read_label("no idea") is None
