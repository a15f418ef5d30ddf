"""What does a study declare about its questions, and is it possible?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cxanalytics.columns import plain
from cxanalytics.errors import ParamsError, must_be
from cxanalytics.scales import MISSING_REASONS, Scale, fold, get_scale, read_missing
from cxanalytics.sources._cells import NUMBER, key
from cxanalytics.tables import SURVEY_ROLES, Question

QUESTION_FACTS = (
    "column",
    "scale",
    "label",
    "wording",
    "changed",
    "answers",
    "missing",
    "reversed",
)
NO_ANSWER = "no answer"

QuestionLike = Question | Scale | str | Mapping[str, Any]
MissingLike = Sequence[str | float] | Mapping[Any, str]


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
    reasons : mapping of str to str
        Those codes to one of `scales.MISSING_REASONS`.
    reversed : bool
        True where the numbers in the file run from best to worst.
    """

    question: Question
    column: str
    answers: Mapping[str, float]
    missing: frozenset[str]
    reasons: Mapping[str, str] = field(default_factory=dict)
    reversed: bool = False


def ask(name: str, given: QuestionLike, missing: MissingLike) -> Asked:
    """Check the declared facts of one question; `missing` holds for every question."""
    common = read_codes("missing", missing)
    if isinstance(given, Question):
        _refuse_answers("missing", common, given)
        return Asked(given, given.name, {}, frozenset(common), common)
    facts: Mapping[str, Any] = given if isinstance(given, Mapping) else {"scale": given}
    for fact in facts:
        if fact not in QUESTION_FACTS:
            raise ParamsError(must_be(f"questions.{name}", QUESTION_FACTS, fact))
    if "scale" not in facts:
        raise ParamsError(f"`questions.{name}` must name its `scale`; got {', '.join(facts)}.")
    question = Question(
        name=name,
        label=facts.get("label", name.replace("_", " ")),
        scale=get_scale(facts["scale"]),
        wording=facts.get("wording", ""),
        changed=tuple(str(period) for period in facts.get("changed", ())),
    )
    turned = facts.get("reversed", False)
    if not isinstance(turned, bool):
        raise ParamsError(f"`questions.{name}.reversed` must be true or false; got {turned!r}.")
    answers = _declared_answers(name, facts.get("answers", {}), question.scale)
    own = read_codes(f"questions.{name}.missing", facts.get("missing", ()))
    if not answers:
        _refuse_answers(f"questions.{name}.missing", own, question)
        _refuse_answers("missing", common, question)
    reasons = {**common, **own}
    column = facts.get("column", name)
    return Asked(question, column, answers, frozenset(reasons), reasons, turned)


def _declared_answers(name: str, given: Mapping[Any, Any], scale: Scale) -> dict[str, float]:
    answers = {key(plain(code)): float(value) for code, value in given.items()}
    for code, value in answers.items():
        if value not in scale.answers:
            raise ParamsError(
                f"`questions.{name}.answers` must lead to {scale.allowed()} (scale {scale.id}); "
                f"{code!r} leads to {value:g}."
            )
    return {fold(code) or code: value for code, value in answers.items()} | answers


def read_codes(where: str, given: MissingLike) -> dict[str, str]:
    """Read declared missing codes: a list, or code to reason.

    Parameters
    ----------
    where : str
        Name of the argument, for messages.
    given : sequence or mapping
        A code without a reason says it in its own words, or is "no answer".

    Returns
    -------
    dict of str to str
        Code, folded, to one of `scales.MISSING_REASONS`.

    Raises
    ------
    ParamsError
        A reason is unknown.
    """
    if isinstance(given, str) or not isinstance(given, Sequence | Mapping):
        raise ParamsError(
            f"`{where}` must be a list of codes, or code: reason for each; got {given!r}."
        )
    if not isinstance(given, Mapping):
        given = {code: read_missing(plain(code)) or NO_ANSWER for code in given}
    codes: dict[str, str] = {}
    for code, said in given.items():
        reason = said if said in MISSING_REASONS else read_missing(plain(said))
        if reason is None:
            raise ParamsError(must_be(f"{where}.{plain(code)}", MISSING_REASONS, said))
        text = key(plain(code))
        codes |= {text: reason, fold(text) or text: reason}
    return codes


def _refuse_answers(where: str, codes: Mapping[str, str], question: Question) -> None:
    """Refuse a missing code that is an answer on the scale: it would wipe that answer out."""
    for code in codes:
        if NUMBER.fullmatch(code) and float(code) in question.scale.answers:
            raise ParamsError(
                f"`{where}` must not hold an answer; {code} is one of {question.scale.allowed()} "
                f"(scale {question.scale.id}, question {question.name!r}). Where another question "
                "has that code for no answer, declare it there."
            )


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
