"""What did US federal employees say in the Federal Employee Viewpoint Survey of 2018?

Reads the 20 percent extract of the publisher's public file (test_set.csv.gz): 101,881 answers of
employees in 45 agencies, 71 items, each from 1 (worst) to 5 (best). Wordings are those of the
codebook. The item lists of the two indices are not in the files: they are the lists of the
publisher's 2018 report as recalled by those who prepared the extract, to be checked there before
an index is published as the official one; with them the extract gives 68.71 and 65.15 percent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cxanalytics.errors import DataError, ParamsError, must_be
from cxanalytics.formats import count as count_text
from cxanalytics.scales import get_scale
from cxanalytics.sources._fevs_2018_names import AGENCIES, LEVEL1
from cxanalytics.sources._questions import QuestionLike
from cxanalytics.sources.table import read_table
from cxanalytics.tables import Check, Question, Survey

PERIOD = "2018"
ITEMS = tuple(f"Q{number}" for number in range(1, 72))
ROLES = MappingProxyType(
    {"agency": "AGENCY", "unit": "LEVEL1", "weight": "POSTWT", "respondent": "RANDOM"}
)
CASE_MIX = MappingProxyType(
    {
        "sex": "DSEX",
        "education": "DEDUC",
        "tenure": "DFEDTEN",
        "supervisor": "DSUPER",
        "minority": "DMINORITY",
    }
)
ENGAGEMENT = MappingProxyType(
    {
        "leaders_lead": ("Q53", "Q54", "Q56", "Q60", "Q61"),
        "supervisors": ("Q47", "Q48", "Q49", "Q51", "Q52"),
        "intrinsic_work_experience": ("Q3", "Q4", "Q6", "Q11", "Q12"),
    }
)
SATISFACTION = ("Q40", "Q69", "Q70", "Q71")
POOL = AGENCIES["XX"]

_GOOD = ("Q28", "Q52", "Q60")
_SATISFIED = tuple(f"Q{number}" for number in range(63, 72))
# Item to short label and wording, letter for letter as in the codebook.
_WORDED = {
    "Q3": (
        "Encouraged to find better ways",
        "I feel encouraged to come up with new and better ways of doing things.",
    ),
    "Q4": (
        "Personal accomplishment",
        "My work gives me a feeling of personal accomplishment.",
    ),
    "Q6": ("Know what is expected", "I know what is expected of me on the job."),
    "Q11": ("Talents used well", "My talents are used well in the workplace."),
    "Q12": (
        "Know how work relates to goals",
        "I know how my work relates to the agency's goals.",
    ),
    "Q28": (
        "Quality of work of my unit",
        "How would you rate the overall quality of work done by your work unit?",
    ),
    "Q39": (
        "Agency accomplishes its mission",
        "My agency is successful at accomplishing its mission.",
    ),
    "Q40": (
        "Recommend as a good place to work",
        "I recommend my organization as a good place to work.",
    ),
    "Q47": (
        "Supervisors support development",
        "Supervisors in my work unit support employee development.",
    ),
    "Q48": ("Supervisor listens", "My supervisor listens to what I have to say."),
    "Q49": ("Supervisor treats me with respect", "My supervisor treats me with respect."),
    "Q51": ("Trust in supervisor", "I have trust and confidence in my supervisor."),
    "Q52": (
        "Supervisor does a good job",
        "Overall, how good a job do you feel is being done by your immediate supervisor?",
    ),
    "Q53": (
        "Leaders motivate",
        "In my organization, senior leaders generate high levels of motivation and commitment in "
        "the workforce.",
    ),
    "Q54": (
        "Leaders are honest",
        "My organization's senior leaders maintain high standards of honesty and integrity.",
    ),
    "Q56": (
        "Managers communicate goals",
        "Managers communicate the goals of the organization.",
    ),
    "Q60": (
        "Higher manager does a good job",
        "Overall, how good a job do you feel is being done by the manager directly above your "
        "immediate supervisor?",
    ),
    "Q61": (
        "Respect for senior leaders",
        "I have a high level of respect for my organization's senior leaders.",
    ),
    "Q69": (
        "Satisfied with job",
        "Considering everything, how satisfied are you with your job?",
    ),
    "Q70": (
        "Satisfied with pay",
        "Considering everything, how satisfied are you with your pay?",
    ),
    "Q71": (
        "Satisfied with organization",
        "Considering everything, how satisfied are you with your organization?",
    ),
}
_CHANGED = ("Q12", "Q29", "Q56")
NOTES = (
    Check(
        "extract",
        None,
        "This is a 20% extract of the publisher's public file, drawn within agency, work unit and "
        "demographic group; very small groups can be missing from it.",
    ),
    Check(
        "missing answers filled in",
        False,
        'Missing and "Do not know" answers were replaced by the middle answer to the question '
        "before the extract was published: no answer is missing here, shares are pulled toward "
        "what most employees answered, and every range is somewhat too narrow.",
    ),
    Check(
        "demographics",
        None,
        "Employees with any demographic fact masked or missing were left out before the extract "
        "was drawn; small groups are under-represented.",
    ),
    Check(
        "weights",
        None,
        "The weights of the full survey were not rescaled: they serve shares, not totals.",
    ),
    Check(
        "coverage",
        None,
        "The Department of Veterans Affairs is not in this survey: it ran a survey of its own.",
    ),
    Check(
        "index items",
        None,
        "The item lists of the engagement and satisfaction indices are recalled from the "
        "publisher's 2018 report and are not in its data files.",
    ),
)


def fevs_question(item: str) -> Question:
    """Describe one item.

    Parameters
    ----------
    item : str
        "Q1" to "Q71".

    Returns
    -------
    Question
        With label and wording for the items of the indices, Q28, Q39, Q40 and Q69 to Q71; the
        item number is the label of the others.

    Raises
    ------
    ParamsError
        There is no such item.
    """
    if item not in ITEMS:
        raise ParamsError(f"`questions` must be items from 'Q1' to 'Q71'; got {item!r}.")
    agree_or_good = "good_1_5" if item in _GOOD else "likert_1_5"
    label, wording = _WORDED.get(item, (item, ""))
    return Question(
        name=item,
        label=label,
        scale=get_scale("satisfied_1_5" if item in _SATISFIED else agree_or_good),
        wording=wording,
        changed=(PERIOD,) if item in _CHANGED else (),
    )


def read_fevs_2018(
    path: str | Path,
    *,
    questions: Sequence[str] | Mapping[str, QuestionLike] | None = None,
    outcome: str = "Q40",
    drivers: Sequence[str] = (),
    case_mix: Sequence[str] = tuple(CASE_MIX),
) -> Survey:
    """Read the 20 percent extract of the FEVS 2018 public file.

    Parameters
    ----------
    path : str or Path
        The file test_set.csv.gz, or its unpacked .csv.
    questions : sequence of str, or mapping, optional
        Items such as "Q40", or names to facts whose `column` is an item, as in `read_table`. The
        items with a committed wording when absent.
    outcome : str
        Name of a question; Q40 is "I recommend my organization as a good place to work."
    drivers : sequence of str
        Names of questions.
    case_mix : sequence of str
        Any of sex, education, tenure, supervisor, minority.

    Returns
    -------
    Survey
        One row per employee; agencies and work units by name, the unit with its code behind it,
        because two agencies have units of one name; period "2018".

    Raises
    ------
    DataError
        As `read_table`, or an agency code that the codebook does not have.
    ParamsError
        An unknown item or case-mix name.
    """
    for name in case_mix:
        if name not in CASE_MIX:
            raise ParamsError(must_be("case_mix", CASE_MIX, name))
    asked = _asked(tuple(_WORDED) if questions is None else questions)
    raw = read_table(
        path,
        columns=dict(ROLES),
        questions=asked,
        outcome=outcome,
        drivers=drivers,
        case_mix={name: CASE_MIX[name] for name in case_mix},
    )
    codes = set(raw.agencies) - set(AGENCIES)
    if codes:
        raise DataError(
            f"`agency` (column 'AGENCY') must be one of the {len(AGENCIES)} codes of the codebook; "
            f"got {min(codes)!r}."
        )
    frame = raw.frame.assign(
        agency=raw.frame["agency"].map(AGENCIES),
        unit=raw.frame["unit"].map(_unit_name),
        period=PERIOD,
    )
    return replace(raw, frame=frame, notes=(*raw.notes, *NOTES, *_pool_note(frame)))


def _asked(questions: Sequence[str] | Mapping[str, QuestionLike]) -> dict[str, QuestionLike]:
    if not isinstance(questions, Mapping):
        return {item: fevs_question(item) for item in questions}
    asked: dict[str, QuestionLike] = {}
    for name, given in questions.items():
        if not isinstance(given, Mapping):
            asked[name] = given
            continue
        known = fevs_question(given.get("column", name))
        scale = given.get("scale", known.scale)
        if get_scale(scale) != known.scale:
            raise ParamsError(
                f"`questions.{name}.scale` must be '{known.scale.id}' for {known.name}, as in the "
                f"codebook; got {getattr(scale, 'id', scale)!r}."
            )
        facts = {
            "column": known.name,
            "scale": known.scale,
            "label": known.label,
            "changed": known.changed,
            "wording": known.wording,
        }
        asked[name] = facts | {fact: value for fact, value in given.items() if value}
    return asked


def _unit_name(code: str) -> str:
    if code in LEVEL1:
        return f"{LEVEL1[code]} ({code})"
    if code.endswith("ZZ"):
        return f"{AGENCIES[code[:2]]}, All Other ({code})"
    return code


def _pool_note(frame: Any) -> tuple[Check, ...]:
    pooled = int((frame["agency"] == POOL).sum())
    if not pooled:
        return ()
    return (
        Check(
            "pooled agencies",
            False,
            f"{count_text(pooled)} {'employee stands' if pooled == 1 else 'employees stand'} under "
            f'"{POOL}": the publisher pools the agencies that are too small to name, so this is '
            "not one organization.",
        ),
    )
