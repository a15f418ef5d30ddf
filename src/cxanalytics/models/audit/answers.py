"""Who answered a survey, how were its scales used, and which units are too small?"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxanalytics.formats import count
from cxanalytics.models.audit.missing import missing_answers
from cxanalytics.models.audit.patterns import repeated_rows, straight_lining
from cxanalytics.models.counted import (
    answer_rows,
    group_sizes,
    hide_agencies,
    hide_small,
    stands_for,
)
from cxanalytics.rules import Thresholds
from cxanalytics.tables import Check, Survey

LEVELS = ("agency", "department", "unit")
ROW_NOTE = "rows"
COUNTED_IN = {"hide": "n", "rank": "n_eff", "caution": "n_eff"}
_LEADING_COUNT = re.compile(r"([\d,]+)\s")


def audit_answers(survey: Survey, *, thresholds: Thresholds) -> dict[str, pd.DataFrame]:
    """Make the tables of one survey.

    Parameters
    ----------
    survey : Survey
    thresholds : Thresholds

    Returns
    -------
    dict of str to DataFrame
        See `fit_audit`.
    """
    return {
        "rows": row_notes(survey.notes, len(survey.frame)),
        "waves": _waves(survey, thresholds),
        "agencies": _agencies(survey, thresholds),
        "missing": missing_answers(survey, thresholds=thresholds),
        "scale_use": _scale_use(survey, thresholds),
        "straight_lining": straight_lining(survey, thresholds=thresholds),
        "duplicates": repeated_rows(survey),
        "weights": _weights(survey),
        "small": _small(survey, thresholds),
        "wording": _wording(survey),
        "breaks": _breaks(survey),
    }


def row_notes(notes: Sequence[Check], kept: int) -> pd.DataFrame:
    """Tabulate a reader's notes about rows, each of which starts with its count.

    Parameters
    ----------
    notes : sequence of Check
    kept : int
        Rows in use, for a source whose reader counted none.

    Returns
    -------
    DataFrame
        `step rows text`.
    """
    found = [
        (note.name, int(leading[1].replace(",", "")), note.text)
        for note in notes
        if note.name.startswith(ROW_NOTE) and (leading := _LEADING_COUNT.match(note.text))
    ]
    if not found:
        found = [("rows kept", kept, f"{count(kept)} rows kept.")]
    return pd.DataFrame(found, columns=["step", "rows", "text"])


def _waves(survey: Survey, thresholds: Thresholds) -> pd.DataFrame:
    sizes = group_sizes(survey, by=["period"])
    agencies = answer_rows(survey).groupby("period", sort=True)["agency"].nunique()
    sizes = sizes.assign(agencies=agencies.to_numpy())
    hidden = hide_small(sizes, figures=["n", "n_eff"], thresholds=thresholds)
    return hidden[["period", "agencies", "n", "n_eff", "suppressed_reason"]]


def _agencies(survey: Survey, thresholds: Thresholds) -> pd.DataFrame:
    sizes = group_sizes(survey, by=["agency", "period"])
    figures = ["n", "n_eff", "deff"]
    return hide_agencies(sizes, survey, figures=figures, thresholds=thresholds)


def _scale_use(survey: Survey, thresholds: Thresholds) -> pd.DataFrame:
    stands = stands_for(survey)
    parts = []
    for question in survey.questions:
        answers = list(question.scale.answers)
        n = stands.groupby(survey.frame[question.name]).sum().reindex(answers, fill_value=0.0)
        # The first word for an answer is the scale's own; the others are synonyms.
        words: dict[float, str] = {}
        for text, value in question.scale.labels.items():
            words.setdefault(value, text.capitalize())
        total = n.sum()
        part = pd.DataFrame(
            {
                "question": question.name,
                "label": question.label,
                "answer": answers,
                "answer_label": [words.get(answer, f"{answer:g}") for answer in answers],
                "n": n.to_numpy(),
                "share": n.to_numpy() / total if total else np.nan,
            }
        )
        parts.append(hide_small(part, figures=["n", "share"], thresholds=thresholds))
    return pd.concat(parts, ignore_index=True)


def _weights(survey: Survey) -> pd.DataFrame:
    weight = survey.answers(survey.outcome)["weight"].to_numpy(dtype=float)
    if survey.counts or not len(weight):
        return pd.DataFrame({"fact": [], "value": []}).astype({"fact": "str", "value": float})
    n_eff = weight.sum() ** 2 / (weight**2).sum()
    facts = {
        "n": float(len(weight)),
        "n_eff": n_eff,
        "deff": len(weight) / n_eff,
        "smallest": weight.min(),
        "median": float(np.median(weight)),
        "largest": weight.max(),
        "cv": weight.std() / weight.mean(),
    }
    return pd.DataFrame({"fact": list(facts), "value": list(facts.values())})


def _small(survey: Survey, thresholds: Thresholds) -> pd.DataFrame:
    rows = []
    for level in (level for level in LEVELS if level in survey.frame):
        by = ["period", "agency"] if level == "agency" else ["period", "agency", level]
        for period, sizes in group_sizes(survey, by=by).groupby("period"):
            for name, base in COUNTED_IN.items():
                limit = getattr(thresholds, name)
                below = int((sizes[base] < limit).sum())
                rows.append((level, period, name, limit, len(sizes), below))
    columns = ["level", "period", "threshold", "at_least", "units", "below"]
    return pd.DataFrame(rows, columns=columns)


def _wording(survey: Survey) -> pd.DataFrame:
    asked = survey.questions
    return pd.DataFrame(
        {
            "question": [question.name for question in asked],
            "label": [question.label for question in asked],
            "scale": [question.scale.id for question in asked],
            "answers": [question.scale.allowed() for question in asked],
            "wording": [question.wording for question in asked],
            "changed": [", ".join(question.changed) for question in asked],
        }
    )


def _breaks(survey: Survey) -> pd.DataFrame:
    rows = [(entry.agency, entry.period, entry.text) for entry in survey.breaks]
    return pd.DataFrame(rows, columns=["agency", "period", "text"], dtype="str")
