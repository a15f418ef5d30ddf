"""What does a study declare about its questions, and is it possible?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cxanalytics.columns import plain
from cxanalytics.errors import ParamsError, must_be
from cxanalytics.scales import Scale, get_scale
from cxanalytics.sources._cells import key
from cxanalytics.tables import SURVEY_ROLES, Question

QUESTION_FACTS = ("column", "scale", "label", "wording", "changed", "answers", "missing")

QuestionLike = Question | Scale | str | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, and how its column is read.

    Attributes
    ----------
    question : Question
    column : str
        Its name in the file.
    answers : mapping of str to float
        Declared labels and codes, folded, to answers on the scale.
    missing : frozenset of str
        Declared codes for no answer, folded.
    """

    question: Question
    column: str
    answers: Mapping[str, float]
    missing: frozenset[str]


def ask(name: str, given: QuestionLike, missing: Sequence[str | float]) -> Asked:
    """Check the declared facts of one question; `missing` holds for every question."""
    common = frozenset(key(plain(code)) for code in missing)
    if isinstance(given, Question):
        return Asked(given, given.name, {}, common)
    facts: Mapping[str, Any] = given if isinstance(given, Mapping) else {"scale": given}
    for fact in facts:
        if fact not in QUESTION_FACTS:
            raise ParamsError(must_be(f"questions.{name}", QUESTION_FACTS, fact))
    if "scale" not in facts:
        raise ParamsError(f"`questions.{name}` must name its `scale`; got {', '.join(facts)}.")
    scale = get_scale(facts["scale"])
    answers = {key(plain(code)): float(value) for code, value in facts.get("answers", {}).items()}
    for code, value in answers.items():
        if value not in scale.answers:
            raise ParamsError(
                f"`questions.{name}.answers` must lead to {scale.allowed()} (scale {scale.id}); "
                f"{code!r} leads to {value:g}."
            )
    question = Question(
        name=name,
        label=facts.get("label", name.replace("_", " ")),
        scale=scale,
        wording=facts.get("wording", ""),
        changed=tuple(str(period) for period in facts.get("changed", ())),
    )
    own = frozenset(key(plain(code)) for code in facts.get("missing", ()))
    return Asked(question, facts.get("column", name), answers, common | own)


def check_names(given: Sequence[str], known: Sequence[str] | Mapping[str, Any], what: str) -> None:
    """Refuse a name that is not among the known ones."""
    for name in given:
        if name not in known:
            raise ParamsError(must_be(what, known, name))


def check_arguments(
    columns: Mapping[str, str],
    names: Sequence[str],
    outcome: str,
    drivers: Sequence[str],
    mix: Mapping[str, str],
    count: str | None,
) -> None:
    """Refuse unknown roles and names, and roles that exclude each other."""
    check_names(list(columns), SURVEY_ROLES, "columns")
    if "agency" not in columns:
        raise ParamsError(
            "`columns` must say which column holds the agency, such as "
            f"{{'agency': 'Agency'}}; got {dict(columns)}."
        )
    check_names([outcome], names, "outcome")
    check_names(drivers, names, "drivers")
    if count is not None:
        for role in ("weight", "respondent"):
            if role in columns:
                raise ParamsError(f"`count` and `columns.{role}` exclude each other; got both.")
    taken = [*SURVEY_ROLES, *names, *mix]
    for name in [*names, *mix]:
        if taken.count(name) > 1:
            raise ParamsError(
                f"`{name}` must be the name of one thing: a role, a question or a case-mix column."
            )
