"""Which scales are known?

What counts as positive, as top and in a net score follows one rule (`rule`), but for 0 to 10 and
1 to 10, where 9 or 10 are all three, and for 0 to 100, where 75 or more is positive.
"""

from __future__ import annotations

from collections.abc import Mapping

from cxanalytics.errors import ParamsError, must_be
from cxanalytics.scales.labels import ladder
from cxanalytics.scales.rule import POSITIVE_PERCENT, by_rule, net_box, run
from cxanalytics.scales.scale import Scale


def _steps(
    scale_id: str, last: int, cut: str, top: str, ends: tuple[str, str] = ("", ""), *rungs: str
) -> Scale:
    """A scale from 1 to `last`, with its ladder of words."""
    answers = run(1, last)
    flags = by_rule(answers)
    return Scale(
        id=scale_id,
        answers=answers,
        positive=flags["positive"],
        top=flags["top"],
        promoters=flags["promoters"],
        detractors=flags["detractors"],
        cut_label=cut,
        top_label=top,
        net_label=net_box(flags["promoters"], flags["detractors"]),
        labels=ladder(rungs),
        ends=ends,
    )


def _two(scale_id: str, cut: str, net: str, ends: tuple[str, str], *rungs: str) -> Scale:
    return Scale(
        id=scale_id,
        answers=(0.0, 1.0),
        positive=(1.0,),
        top=(1.0,),
        promoters=(1.0,),
        detractors=(0.0,),
        cut_label=cut,
        top_label=cut,
        net_label=net,
        labels=ladder(rungs, first=0.0),
        ends=ends,
    )


def _percent(step: int) -> Scale:
    answers = run(0, 100, step)
    return Scale(
        id=f"percent_0_100_by_{step}",
        answers=answers,
        positive=tuple(answer for answer in answers if answer >= POSITIVE_PERCENT),
        top=(100.0,),
        promoters=(100.0,),
        detractors=tuple(answer for answer in answers if answer < 50.0),
        cut_label=f"{POSITIVE_PERCENT:g} or more on a scale of 0 to 100",
        top_label="100 on a scale of 0 to 100",
        net_label="net box (100 less below 50)",
    )


_AGREE_MIDDLE = (
    "neither agree nor disagree|neither disagree nor agree|neither|neutral|"
    "neither agree nor disagree (neutral)|neutral (neither agree nor disagree)"
)
_SATISFIED_MIDDLE = (
    "neither satisfied nor dissatisfied|neither dissatisfied nor satisfied|neither|neutral|"
    "neutral (neither satisfied nor dissatisfied)"
)
_STRONGLY = "strongly {0}|completely {0}|totally {0}|fully {0}"
_HALF = "{0}|somewhat {0}|tend to {0}|mostly {0}|slightly {0}|generally {0}"
_MOST = "very {0}|extremely {0}|completely {0}|highly {0}"
_FAIRLY = "{0}|somewhat {0}|fairly {0}|quite {0}|mostly {0}|slightly {0}"
_MOSTLY = "{0}|mostly {0}|moderately {0}"
_SLIGHTLY = "somewhat {0}|slightly {0}|fairly {0}|a little {0}"
_RATHER = f"{_SLIGHTLY}|tend to {{0}}"

SCALES: dict[str, Scale] = {
    scale.id: scale
    for scale in (
        Scale(
            id="nps_0_10",
            answers=run(0, 10),
            positive=(9.0, 10.0),
            top=(9.0, 10.0),
            promoters=(9.0, 10.0),
            detractors=run(0, 6),
            cut_label="9 or 10 out of 10",
            top_label="9 or 10 out of 10",
            net_label="NPS",
            labels={"not at all likely": 0.0, "extremely unlikely": 0.0, "extremely likely": 10.0},
            ends=("Not at all likely", "Extremely likely"),
        ),
        Scale(
            id="rating_1_10",
            answers=run(1, 10),
            positive=(9.0, 10.0),
            top=(9.0, 10.0),
            promoters=(9.0, 10.0),
            detractors=run(1, 6),
            cut_label="9 or 10 on a scale of 1 to 10",
            top_label="9 or 10 on a scale of 1 to 10",
            net_label="NPS-like (1 to 10)",
        ),
        _steps(
            "likert_1_5",
            5,
            "agree or strongly agree",
            "strongly agree",
            ("Strongly disagree", "Strongly agree"),
            _STRONGLY.format("disagree"),
            _HALF.format("disagree"),
            _AGREE_MIDDLE,
            _HALF.format("agree"),
            _STRONGLY.format("agree"),
        ),
        _steps(
            "satisfied_1_5",
            5,
            "satisfied or very satisfied",
            "very satisfied",
            ("Very dissatisfied", "Very satisfied"),
            _MOST.format("dissatisfied"),
            _FAIRLY.format("dissatisfied"),
            _SATISFIED_MIDDLE,
            _FAIRLY.format("satisfied"),
            _MOST.format("satisfied"),
        ),
        _steps(
            "good_1_5",
            5,
            "good or very good",
            "very good",
            ("Very poor", "Very good"),
            "very poor|very bad",
            "poor|bad",
            "fair|average|neither good nor poor|neither good nor bad|neither poor nor good|"
            "neither bad nor good|neither|neutral|ok|okay",
            "good",
            "very good",
        ),
        _steps(
            "excellent_1_5",
            5,
            "very good or excellent",
            "excellent",
            ("Poor", "Excellent"),
            "poor",
            "fair",
            "good",
            "very good",
            "excellent",
        ),
        _steps(
            "likely_1_5",
            5,
            "likely or extremely likely",
            "extremely likely",
            ("Extremely unlikely", "Extremely likely"),
            "extremely unlikely|very unlikely",
            "unlikely|somewhat unlikely|fairly unlikely|quite unlikely|moderately unlikely",
            "neither likely nor unlikely|neither unlikely nor likely|neither|neutral",
            "likely|somewhat likely|fairly likely|quite likely|moderately likely",
            "extremely likely|very likely",
        ),
        _steps("likert_1_7", 7, "5 to 7 on a scale of 1 to 7", "7 on a scale of 1 to 7"),
        _steps(
            "agree_1_7",
            7,
            "somewhat agree, agree or strongly agree",
            "strongly agree",
            ("Strongly disagree", "Strongly agree"),
            _STRONGLY.format("disagree"),
            _MOSTLY.format("disagree"),
            _RATHER.format("disagree"),
            _AGREE_MIDDLE,
            _RATHER.format("agree"),
            _MOSTLY.format("agree"),
            _STRONGLY.format("agree"),
        ),
        _steps(
            "satisfied_1_7",
            7,
            "somewhat satisfied, satisfied or very satisfied",
            "very satisfied",
            ("Very dissatisfied", "Very satisfied"),
            _MOST.format("dissatisfied"),
            _MOSTLY.format("dissatisfied"),
            _SLIGHTLY.format("dissatisfied"),
            _SATISFIED_MIDDLE,
            _SLIGHTLY.format("satisfied"),
            _MOSTLY.format("satisfied"),
            _MOST.format("satisfied"),
        ),
        _steps("likert_1_4", 4, "3 or 4 on a scale of 1 to 4", "4 on a scale of 1 to 4"),
        _steps(
            "agree_1_4",
            4,
            "agree or strongly agree",
            "strongly agree",
            ("Strongly disagree", "Strongly agree"),
            _STRONGLY.format("disagree"),
            _HALF.format("disagree"),
            _HALF.format("agree"),
            _STRONGLY.format("agree"),
        ),
        _steps(
            "satisfied_1_4",
            4,
            "satisfied or very satisfied",
            "very satisfied",
            ("Not satisfied", "Very satisfied"),
            "not satisfied|not at all satisfied",
            "somewhat satisfied|slightly satisfied|partly satisfied|a little satisfied",
            "satisfied|mostly satisfied",
            "very satisfied|extremely satisfied|completely satisfied",
        ),
        _steps(
            "dissatisfied_1_4",
            4,
            "satisfied or very satisfied",
            "very satisfied",
            ("Very dissatisfied", "Very satisfied"),
            _MOST.format("dissatisfied") + "|not at all satisfied",
            _FAIRLY.format("dissatisfied") + "|not very satisfied",
            _FAIRLY.format("satisfied"),
            _MOST.format("satisfied"),
        ),
        _steps(
            "definitely_1_4",
            4,
            "probably yes or definitely yes",
            "definitely yes",
            ("Definitely no", "Definitely yes"),
            "definitely no|definitely not|no, definitely|no, definitely not",
            "probably no|probably not|no, probably|no, probably not",
            "probably yes|probably|yes, probably",
            "definitely yes|definitely|yes, definitely",
        ),
        _two(
            "yes_no",
            "yes",
            "yes less no",
            ("No", "Yes"),
            "no|n|false",
            "yes|y|true",
        ),
        _two(
            "thumbs",
            "thumbs up",
            "thumbs up less thumbs down",
            ("Thumbs down", "Thumbs up"),
            "thumbs down|thumb down|thumbs-down|thumbs_down|down|👎",
            "thumbs up|thumb up|thumbs-up|thumbs_up|up|👍",
        ),
        *(_percent(step) for step in (1, 5, 10, 20, 25)),
    )
}


def get_scale(scale: str | Scale, declared: Mapping[str, Scale] | None = None) -> Scale:
    """Look a scale up.

    Parameters
    ----------
    scale : str or Scale
        Its id, or the scale itself.
    declared : mapping of str to Scale, optional
        Scales of the study, beside those of the registry.

    Returns
    -------
    Scale

    Raises
    ------
    ParamsError
        No scale has that id.
    """
    if isinstance(scale, Scale):
        return scale
    known = {**SCALES, **(declared or {})}
    if scale not in known:
        raise ParamsError(must_be("scale", known, scale))
    return known[scale]
