"""How does a study declare a scale of its own?

`answers` run from the worst to the best; everything else has a default. What contradicts that
order is refused.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from cxanalytics.errors import ParamsError, must_be
from cxanalytics.scales.labels import fold
from cxanalytics.scales.missing import read_missing
from cxanalytics.scales.registry import SCALES
from cxanalytics.scales.rule import by_rule, net_box
from cxanalytics.scales.scale import Scale

FACTS = (
    "answers",
    "positive",
    "top",
    "promoters",
    "detractors",
    "labels",
    "cut_label",
    "top_label",
    "net_label",
    "ends",
)
RULE_UP_TO = 7
"""Longest scale to which the common rule of positive answers applies unasked."""

_FLAGS = ("positive", "top", "promoters", "detractors")


def declare_scale(id: str, facts: Mapping[str, Any]) -> Scale:  # noqa: A002
    """Build a scale from what a study says about it.

    Parameters
    ----------
    id : str
        Its name in this study; none of the registry's.
    facts : mapping
        `answers` (numbers, worst first; needed), `positive`, `top`, `promoters`, `detractors`
        (lists of answers), `labels` (words to answer), `cut_label`, `top_label`, `net_label`,
        `ends` (words for the worst and the best answer).

    Returns
    -------
    Scale

    Raises
    ------
    ParamsError
        A fact is unknown, is no answer of the scale, or contradicts the order of the answers.
    """
    where = f"scales.{id}"
    if id in SCALES:
        raise ParamsError(f"`{where}` is already the name of a scale; choose another.")
    for fact in facts:
        if fact not in FACTS:
            raise ParamsError(must_be(where, FACTS, fact))
    answers = _answers(where, facts)
    flags = _default_flags(where, answers, facts)
    for flag in _FLAGS:
        if flag in facts:
            flags[flag] = _chosen(f"{where}.{flag}", facts[flag], answers)
    _check_flags(where, answers, flags)
    return Scale(
        id=id,
        answers=answers,
        **flags,
        cut_label=_text(where, facts, "cut_label", _name(flags["positive"], answers)),
        top_label=_text(where, facts, "top_label", _name(flags["top"], answers)),
        net_label=_net_label(where, facts, answers, flags),
        labels=_labels(where, facts.get("labels", {}), answers),
        ends=_ends(where, facts.get("ends", ("", ""))),
    )


def _numbers(where: str, given: Any) -> tuple[float, ...]:
    listed = given if isinstance(given, Sequence) and not isinstance(given, str) else None
    if not listed or not all(
        isinstance(answer, int | float) and not isinstance(answer, bool) and math.isfinite(answer)
        for answer in listed
    ):
        raise ParamsError(f"`{where}` must be a list of numbers; got {given!r}.")
    return tuple(float(answer) for answer in listed)


def _answers(where: str, facts: Mapping[str, Any]) -> tuple[float, ...]:
    if "answers" not in facts:
        raise ParamsError(
            f"`{where}` must list its `answers`, worst first; got {', '.join(facts) or 'nothing'}."
        )
    answers = _numbers(f"{where}.answers", facts["answers"])
    if len(answers) < 2 or len(set(answers)) < len(answers):
        raise ParamsError(
            f"`{where}.answers` must be two different numbers or more; got {_list(answers)}."
        )
    if list(answers) != sorted(answers):
        raise ParamsError(
            f"`{where}.answers` must rise from the worst to the best; got {_list(answers)}. Where "
            "the file's lowest number is the best answer, say `reversed: true` in the question."
        )
    return answers


def _default_flags(
    where: str, answers: tuple[float, ...], facts: Mapping[str, Any]
) -> dict[str, tuple[float, ...]]:
    for known in SCALES.values():
        if known.answers == answers:
            return {flag: getattr(known, flag) for flag in _FLAGS}
    if len(answers) > RULE_UP_TO and "positive" not in facts:
        raise ParamsError(
            f"`{where}.positive` must say which answers count as positive: there is no common rule "
            f"for {_list(answers)}."
        )
    return by_rule(answers)


def _chosen(where: str, given: Any, answers: tuple[float, ...]) -> tuple[float, ...]:
    chosen = _numbers(where, given)
    for answer in chosen:
        if answer not in answers:
            raise ParamsError(f"`{where}` must be among {_list(answers)}; got {answer:g}.")
    return tuple(sorted(set(chosen)))


def _check_flags(
    where: str, answers: tuple[float, ...], flags: Mapping[str, tuple[float, ...]]
) -> None:
    for flag in _FLAGS:
        chosen = flags[flag]
        worst = flag == "detractors"
        end = answers[: len(chosen)] if worst else answers[-len(chosen) :]
        if chosen != end or chosen == answers:
            raise ParamsError(
                f"`{where}.{flag}` must be the {'worst' if worst else 'best'} answers and not all "
                f"of them; got {_list(chosen)} of {_list(answers)}."
            )
    if not set(flags["top"]) <= set(flags["positive"]):
        raise ParamsError(
            f"`{where}.top` must be among the positive answers, {_list(flags['positive'])}; "
            f"got {_list(flags['top'])}."
        )
    both = sorted(set(flags["promoters"]) & set(flags["detractors"]))
    if both:
        raise ParamsError(
            f"`{where}.promoters` and `{where}.detractors` exclude each other; both hold "
            f"{_list(both)}."
        )


def _labels(where: str, given: Any, answers: tuple[float, ...]) -> dict[str, float]:
    if not isinstance(given, Mapping):
        raise ParamsError(f"`{where}.labels` must be words and the answer of each; got {given!r}.")
    labels: dict[str, float] = {}
    for words, answer in given.items():
        label = fold(str(words))
        if isinstance(answer, bool) or answer not in answers:
            raise ParamsError(
                f"`{where}.labels` must lead to {_list(answers)}; {words!r} leads to {answer!r}."
            )
        if read_missing(str(words)):
            raise ParamsError(
                f"`{where}.labels` must be answers; {words!r} is a missing answer and never a "
                "middle one."
            )
        if labels.setdefault(label, float(answer)) != float(answer):
            raise ParamsError(f"`{where}.labels` must give {words!r} one answer; it has two.")
    _check_polarity(where, labels)
    return labels


def _check_polarity(where: str, labels: Mapping[str, float]) -> None:
    """Refuse words whose order here is the opposite of their order on a known scale."""
    for known in SCALES.values():
        shared = sorted(set(labels) & set(known.labels), key=known.labels.__getitem__)
        for worse in shared:
            for better in shared:
                if known.labels[worse] < known.labels[better] and labels[worse] > labels[better]:
                    raise ParamsError(
                        f"`{where}.labels` must rise from the worst to the best; {worse!r} is "
                        f"{labels[worse]:g} and {better!r} is {labels[better]:g}."
                    )


def _net_label(
    where: str,
    facts: Mapping[str, Any],
    answers: tuple[float, ...],
    flags: Mapping[str, tuple[float, ...]],
) -> str:
    nps = SCALES["nps_0_10"]
    is_nps = (answers, flags["promoters"], flags["detractors"]) == (
        nps.answers,
        nps.promoters,
        nps.detractors,
    )
    default = nps.net_label if is_nps else net_box(flags["promoters"], flags["detractors"])
    label = _text(where, facts, "net_label", default)
    plain = fold(label).replace("nps-like", "")
    if not is_nps and ("nps" in plain.split() or "net promoter" in plain):
        raise ParamsError(
            f"`{where}.net_label` may be {nps.net_label!r} only for answers 0 to 10 with promoters "
            f"9 and 10 and detractors 0 to 6; got {label!r} for {_list(answers)}. "
            f"Leave it out to have {default!r}."
        )
    return label


def _text(where: str, facts: Mapping[str, Any], fact: str, default: str) -> str:
    given = facts.get(fact, default)
    if not isinstance(given, str) or not given.strip():
        raise ParamsError(f"`{where}.{fact}` must be words; got {given!r}.")
    return given.strip()


def _ends(where: str, given: Any) -> tuple[str, str]:
    if (
        isinstance(given, str)
        or not isinstance(given, Sequence)
        or len(given) != 2
        or not all(isinstance(end, str) for end in given)
    ):
        raise ParamsError(
            f"`{where}.ends` must be two texts, for the worst and the best answer; got {given!r}."
        )
    return given[0], given[1]


def _name(chosen: tuple[float, ...], answers: tuple[float, ...]) -> str:
    return f"{_list(chosen)} on a scale of {answers[0]:g} to {answers[-1]:g}"


def _list(answers: Sequence[float]) -> str:
    named = [f"{answer:g}" for answer in answers]
    if len(named) > 3:
        return f"{named[0]} to {named[-1]}"
    return " or ".join([", ".join(named[:-1]), named[-1]]) if len(named) > 1 else named[0]
