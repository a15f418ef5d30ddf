"""How do guesses become a study.yaml that a person can read, correct and run?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from cxanalytics.run.guess.numbers import code_text
from cxanalytics.run.guess.operations import OperationsGuess
from cxanalytics.run.guess.questions import OUTCOME, QuestionGuess
from cxanalytics.run.guess.survey import SurveyGuess, drivers_of
from cxanalytics.run.guess.words import quoted, words_of, yaml_text
from cxanalytics.run.new_source import path_text, source_lines
from cxanalytics.run.study_file import SCORECARD_AT_MOST
from cxanalytics.run.yaml_file import short_path

TEMPLATE = "new_study.yaml.j2"
DRIVERS_AT_MOST = 12
"""More drivers than this are written as a comment: their importance is only approximated."""

PUBLISHER = "Your organization"
CONTACT = "The office that sent you this page"
_NOUNS = {
    "agency": "agencies", "ministry": "ministries", "authority": "authorities",
    "council": "councils", "bureau": "bureaus", "department": "departments",
    "division": "divisions", "district": "districts", "region": "regions", "office": "offices",
    "branch": "branches", "center": "centers", "site": "sites", "location": "locations",
    "facility": "facilities", "hospital": "hospitals", "trust": "trusts", "provider": "providers",
    "service": "services", "section": "sections", "unit": "units", "team": "teams",
}  # fmt: skip


def _remark(text: str) -> str:
    plain = "".join(mark if mark.isprintable() else "?" for mark in " ".join(str(text).split()))
    return f"  # {plain}" if plain else ""


def _flow(values: Iterable[object]) -> str:
    listed = [str(value) for value in values]
    return (
        "["
        + ", ".join(
            quoted(text) if re.search(r"[,\[\]{}]", text) else yaml_text(text) for text in listed
        )
        + "]"
    )


def _codes(codes: Sequence[float]) -> str:
    return "[" + ", ".join(code_text(code) for code in codes) + "]"


def study_text(
    name: str,
    *,
    folder: Path,
    target: Path,
    survey: SurveyGuess,
    staff: SurveyGuess | None,
    operations: OperationsGuess | None,
    units: bool,
) -> str:
    """Write study.yaml.

    Parameters
    ----------
    name : str
        Of the study.
    folder : Path
        Where it will lie; paths are relative to it.
    target : Path
        How the next command names it.
    survey : SurveyGuess
    staff : SurveyGuess or None
    operations : OperationsGuess or None
    units : bool
        True where units.csv lies beside it.

    Returns
    -------
    str
    """
    environment = Environment(
        loader=PackageLoader("cxanalytics.run", ""),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters |= {
        "text": yaml_text,
        "remark": _remark,
        "flow": _flow,
        "codes": _codes,
        "question_lines": question_lines,
        "source_lines": lambda part: source_lines(part, folder),
    }
    text = environment.get_template(TEMPLATE).render(
        name=name,
        argument=_remark(short_path(target))[4:],
        title=name.replace("_", " ").replace("-", " ").capitalize(),
        publisher=PUBLISHER,
        contact=CONTACT,
        survey=survey,
        operations=operations,
        units=units,
        scales=_declared(survey, staff),
        **_survey_facts(survey),
        **_staff_facts(staff),
        **_operations_facts(operations, folder),
    )
    return re.sub(r"\n{3,}", "\n\n", text).lstrip("\n")


def _survey_facts(survey: SurveyGuess) -> dict[str, Any]:
    outcome = survey.outcome_question()
    drivers = drivers_of(survey)
    others = [entry.name for entry in survey.used() if entry.name != survey.outcome]
    shown = [survey.outcome, *others][:SCORECARD_AT_MOST] if survey.outcome else []
    mix = {words_of(column).replace(" ", "_"): column for column in survey.roles.case_mix}
    numbers = [key for key, column in mix.items() if column in survey.roles.numbers]
    return {
        "waves": _waves(survey),
        "nouns": _nouns(survey, outcome),
        "recommends": bool(outcome and outcome.name == OUTCOME),
        "drivers": drivers[:DRIVERS_AT_MOST],
        "more_drivers": drivers[DRIVERS_AT_MOST:],
        "case_mix": mix,
        "case_mix_numbers": numbers,
        "left_out": list(survey.roles.personal),
        "scorecard": shown,
    }


def _waves(survey: SurveyGuess) -> dict[str, str]:
    if len(survey.samples) > 1:
        return {
            period: (sample.sheet or sample.path.stem).replace("_", " ")
            for sample, period in zip(survey.samples, survey.periods, strict=True)
        }
    return {}


def _nouns(survey: SurveyGuess, outcome: QuestionGuess | None) -> dict[str, str]:
    """Take the word for what is compared from the column's name."""
    nouns: dict[str, str] = {}
    column = survey.roles.columns.get("agency", "")
    words = [word for word in words_of(column).split() if word in _NOUNS]
    if words and words[0] != "agency":
        nouns = {"organization": words[0], "organizations": _NOUNS[words[0]], "peer": words[0]}
    if outcome and outcome.name != OUTCOME:
        short = outcome.label.rstrip("…").lower()
        nouns |= {
            "outcome": short,
            "outcome_phrase": f"answered positively: {short}",
            "outcome_short": short,
        }
    return nouns


def _declared(*surveys: SurveyGuess | None) -> dict[str, Mapping[str, Any]]:
    return {
        entry.found.scale: entry.found.declare
        for survey in surveys if survey
        for entry in survey.used() if entry.found.declare
    }  # fmt: skip


def _staff_facts(staff: SurveyGuess | None) -> dict[str, Any]:
    """Items of one scale are used; those of another are comments."""
    facts: dict[str, Any] = {"staff": None}
    used = staff.used() if staff else []
    if staff is None or not used or "agency" not in staff.roles.columns:
        return facts
    kind = Counter((entry.found.scale, entry.found.reversed) for entry in used)
    (scale, turned), _ = kind.most_common(1)[0]
    chosen = [
        entry for entry in used if (entry.found.scale, entry.found.reversed) == (scale, turned)
    ]
    left = {
        entry.column: entry.doubt if not entry.used else f"it is on {entry.found.scale}"
        for entry in staff.questions if entry not in chosen
    }  # fmt: skip
    doubts = list(dict.fromkeys(entry.doubt for entry in chosen if entry.doubt))
    return {
        "staff": staff,
        "staff_scale": scale,
        "staff_why": f"please check: {doubts[0]}" if doubts else chosen[0].found.why,
        "staff_reversed": turned,
        "staff_missing": sorted({code for entry in chosen for code in entry.found.missing}),
        "staff_items": [entry.column for entry in chosen],
        "staff_left": left,
    }


def _operations_facts(operations: OperationsGuess | None, folder: Path) -> dict[str, Any]:
    facts: dict[str, Any] = {"performance": "", "performance_label": "", "funnel": {}}
    if operations is None or "agency" not in operations.roles.columns:
        return facts
    columns = operations.roles.columns
    facts["performance"] = operations.performance
    facts["performance_label"] = words_of(operations.performance).capitalize()
    if operations.funnel and not funnel_trouble(operations):
        where = {"file": path_text(operations.sample.path, folder)}
        where |= {"sheet": operations.sample.sheet} if operations.sample.sheet else {}
        where |= {role: columns[role] for role in ("agency", "period") if role in columns}
        facts["funnel"] = where | operations.funnel
    return facts


def funnel_trouble(operations: OperationsGuess) -> str:
    """Say why response counts cannot be read from an operations file; "" where they can."""
    sample = operations.sample
    if sample.header == 1 and sample.encoding == "utf-8" and sample.delimiter is None:
        return ""
    return (
        f"The response counts of {sample.name} are not used: for these, column names must be in "
        "row 1, and a text file must be UTF-8 with commas."
    )


def question_lines(question: QuestionGuess) -> list[str]:
    """Write one question; as comments where it is not used."""
    found = question.found
    lines = [f"{question.name}:", f"  column: {yaml_text(question.column)}"]
    if found.scale:
        lines.append(f"  scale: {found.scale}{_remark(_scale_remark(question))}")
    else:
        lines += [f"  {line}" for line in found.proposal]
    lines.append(f"  label: {yaml_text(question.label)}")
    if question.phrase:
        lines.append(f"  phrase: {yaml_text(question.phrase)}")
    if question.wording:
        lines.append(f"  wording: {yaml_text(question.wording)}")
    if found.missing:
        lines.append(f"  missing: {_codes(found.missing)}")
    if found.reversed:
        lines.append("  reversed: true  # the lowest number is the best answer")
    if question.used:
        return lines
    return [f"# please check:{_remark(question.doubt)[3:]}", *(f"# {line}" for line in lines)]


def _scale_remark(question: QuestionGuess) -> str:
    doubt = question.found.doubt if not question.used else question.doubt
    return f"please check: {doubt}" if doubt else question.found.why
