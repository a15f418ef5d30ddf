"""What do we hold, and can it be trusted?

Counts before any model: rows in and left out, answers per agency, missing answers, use of the
scale, straight-lining, repeated rows, weights, units too small to publish, changes of wording and
response rates. Nothing is corrected here. Counts of answers go through disclosure control,
since the total is printed too; units below agencies appear as a number of units only.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from cxanalytics.disclosure import suppress
from cxanalytics.errors import DataError
from cxanalytics.rules import HIDDEN, KISH_DEFF_MAX, THRESHOLDS, Thresholds
from cxanalytics.tables import Check, Question, Survey

STRAIGHT_ITEMS = 5
"""Fewest answers on one scale before equal answers are called straight-lining."""

NONRESPONDENTS_DIFFER = 0.10
"""How far nonrespondents may differ, as a share, in the nonresponse bound."""

LEVELS = ("agency", "department", "unit")
ROW_NOTE = "rows"


def fit_audit(
    survey: Survey, *, funnel: pd.DataFrame | None = None, thresholds: Thresholds = THRESHOLDS
) -> dict[str, pd.DataFrame]:
    """Describe what a survey holds, before it is used.

    Parameters
    ----------
    survey : Survey
    funnel : DataFrame, optional
        Columns `agency`, `asked`, `answered` and, where there are waves, `period`.
    thresholds : Thresholds
        Smallest numbers of answers for each use.

    Returns
    -------
    dict of str to DataFrame
        `rows` (step rows text), `waves` (period agencies n n_eff), `agencies` (agency period n
        n_eff deff suppressed_reason), `missing` (question label n missing share), `scale_use`
        (question label answer answer_label n share suppressed_reason), `straight_lining` (scale
        questions n share suppressed_reason), `duplicates` (kind rows share), `weights` (fact
        value), `small` (level period threshold at_least units below), `wording` (question label
        wording changed), `checks` (name passed text) and, with a funnel, `response` (agency
        period asked answered rate bound suppressed_reason). Shares are 0 to 1.

    Raises
    ------
    DataError
        The funnel lacks a column, or more answered than were asked.

    Assumes
    -------
    Nothing about how the answers came about; every figure is a count or a share of counts.

    Reference
    ---------
    Kish (1992), Weighting for unequal Pi, for the effective number of answers and `deff`.
    """
    tables = {
        "rows": _rows(survey),
        "waves": _waves(survey, thresholds),
        "agencies": _agencies(survey, thresholds),
        "missing": _missing(survey),
        "scale_use": _scale_use(survey, thresholds),
        "straight_lining": _straight_lining(survey, thresholds),
        "duplicates": _duplicates(survey),
        "weights": _weights(survey),
        "small": _small(survey, thresholds),
        "wording": _wording(survey),
    }
    if funnel is not None:
        tables["response"] = _response(funnel, thresholds)
    tables["checks"] = _checks(survey, tables)
    return tables


def _rows(survey: Survey) -> pd.DataFrame:
    # A reader's note about rows starts with its count.
    told = [note for note in survey.notes if note.name.startswith(ROW_NOTE)]
    if not told:
        told = [Check("rows kept", None, f"{len(survey.frame):,} rows kept.")]
    counts = [int(note.text.split(" ", 1)[0].replace(",", "")) for note in told]
    return pd.DataFrame(
        {
            "step": [note.name for note in told],
            "rows": counts,
            "text": [note.text for note in told],
        }
    )


def _answers(survey: Survey) -> pd.DataFrame:
    """Give the rows with an answer to the outcome; `n` is the respondents a row stands for."""
    frame = survey.answers(survey.outcome)
    weight = frame["weight"].to_numpy(dtype=float)
    if survey.counts:
        return frame.assign(n=weight, square=weight)
    return frame.assign(n=1.0, square=weight**2)


def _sizes(survey: Survey, by: list[str]) -> pd.DataFrame:
    sums = _answers(survey).groupby(by, sort=True)[["n", "weight", "square"]].sum()
    n_eff = sums["n"] if survey.counts else sums["weight"] ** 2 / sums["square"]
    sizes = pd.DataFrame({"n": sums["n"], "n_eff": n_eff})
    return sizes.assign(deff=sizes["n"] / sizes["n_eff"]).reset_index()


def _hide(
    frame: pd.DataFrame, within: list[str], figures: list[str], thresholds: Thresholds
) -> pd.DataFrame:
    """Blank the figures of groups that may not be published; groups of `within` sum to a total."""
    parts = [part for _, part in frame.groupby(within, sort=False)] if within else [frame]
    reason = pd.concat(
        [suppress(part["n"], total_published=True, thresholds=thresholds) for part in parts]
    ).reindex(frame.index)
    # "few" forbids a comparison, not the count itself.
    reason = reason.where(reason != "few", "")
    frame = frame.assign(suppressed_reason=reason.astype("str"))
    frame.loc[frame["suppressed_reason"] != "", figures] = np.nan
    return frame


def _waves(survey: Survey, thresholds: Thresholds) -> pd.DataFrame:
    sizes = _sizes(survey, ["period"])
    agencies = _answers(survey).groupby("period", sort=True)["agency"].nunique()
    sizes = sizes.assign(agencies=agencies.to_numpy())
    hidden = _hide(sizes, [], ["n", "n_eff"], thresholds)
    return hidden[["period", "agencies", "n", "n_eff", "suppressed_reason"]]


def _agencies(survey: Survey, thresholds: Thresholds) -> pd.DataFrame:
    sizes = _sizes(survey, ["agency", "period"])
    return _hide(sizes, ["period"], ["n", "n_eff", "deff"], thresholds)


def _stands_for(survey: Survey) -> pd.Series:
    frame = survey.frame
    return frame["weight"] if survey.counts else pd.Series(1.0, index=frame.index)


def _missing(survey: Survey) -> pd.DataFrame:
    stands = _stands_for(survey)
    rows = []
    for question in survey.questions:
        gone = survey.frame[question.name].isna()
        asked = _waves_asked(survey, question)
        missing = float(stands[gone & asked].sum())
        rows.append(
            {
                "question": question.name,
                "label": question.label,
                "n": float(stands[asked].sum()),
                "missing": missing,
                "share": missing / float(stands[asked].sum()),
            }
        )
    return pd.DataFrame(rows)


def _waves_asked(survey: Survey, question: Question) -> pd.Series:
    """Flag the rows of waves in which anyone answered: elsewhere it was not asked."""
    answered = survey.frame[question.name].notna()
    return answered.groupby(survey.frame["period"]).transform("any")


def _scale_use(survey: Survey, thresholds: Thresholds) -> pd.DataFrame:
    stands = _stands_for(survey)
    parts = []
    for question in survey.questions:
        answers = list(question.scale.answers)
        n = stands.groupby(survey.frame[question.name]).sum().reindex(answers, fill_value=0.0)
        words = {value: text.capitalize() for text, value in question.scale.labels.items()}
        part = pd.DataFrame(
            {
                "question": question.name,
                "label": question.label,
                "answer": answers,
                "answer_label": [words.get(answer, f"{answer:g}") for answer in answers],
                "n": n.to_numpy(),
                "share": n.to_numpy() / n.sum(),
            }
        )
        parts.append(_hide(part, [], ["n", "share"], thresholds))
    return pd.concat(parts, ignore_index=True)


def _straight_lining(survey: Survey, thresholds: Thresholds) -> pd.DataFrame:
    by_scale: dict[str, list[str]] = {}
    for question in survey.questions:
        by_scale.setdefault(question.scale.id, []).append(question.name)
    rows = []
    for scale, names in by_scale.items():
        if survey.counts or len(names) < STRAIGHT_ITEMS:
            continue
        answers = survey.frame[names].to_numpy(dtype=float)
        enough = (~np.isnan(answers)).sum(axis=1) >= STRAIGHT_ITEMS
        if not enough.any():
            continue
        kept = answers[enough]
        same = np.nanmax(kept, axis=1) == np.nanmin(kept, axis=1)
        hidden = 0 < same.sum() < thresholds.cell
        rows.append(
            {
                "scale": scale,
                "questions": len(names),
                "n": float(enough.sum()),
                "share": np.nan if hidden else float(same.mean()),
                "suppressed_reason": HIDDEN if hidden else "",
            }
        )
    columns = ["scale", "questions", "n", "share", "suppressed_reason"]
    return pd.DataFrame(rows, columns=columns)


def _duplicates(survey: Survey) -> pd.DataFrame:
    frame = survey.frame
    rows = []
    if "respondent" in frame:
        known = frame["respondent"].notna()
        again = known & frame.duplicated(["respondent", "period"])
        rows.append({"kind": "respondent twice in a wave", "rows": int(again.sum())})
    if not survey.counts:
        apart = [column for column in frame.columns if column not in ("respondent", "date")]
        again = frame.duplicated(apart)
        rows.append({"kind": "same as an earlier row in every column", "rows": int(again.sum())})
    table = pd.DataFrame(rows, columns=["kind", "rows"])
    return table.assign(share=table["rows"].astype(float) / len(frame))


def _weights(survey: Survey) -> pd.DataFrame:
    if survey.counts:
        return pd.DataFrame({"fact": [], "value": []}).astype({"fact": "str", "value": float})
    weight = survey.answers(survey.outcome)["weight"].to_numpy(dtype=float)
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
    limits = {"hide": "n", "rank": "n_eff", "caution": "n_eff"}
    rows = []
    for level in (level for level in LEVELS if level in survey.frame):
        by = ["period", "agency"] if level == "agency" else ["period", "agency", level]
        for period, sizes in _sizes(survey, by).groupby("period"):
            for name, base in limits.items():
                limit = getattr(thresholds, name)
                rows.append(
                    {
                        "level": level,
                        "period": period,
                        "threshold": name,
                        "at_least": limit,
                        "units": len(sizes),
                        "below": int((sizes[base] < limit).sum()),
                    }
                )
    return pd.DataFrame(rows)


def _wording(survey: Survey) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "question": [question.name for question in survey.questions],
            "label": [question.label for question in survey.questions],
            "wording": [question.wording for question in survey.questions],
            "changed": [", ".join(question.changed) for question in survey.questions],
        }
    )


def _response(funnel: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    for column in ("agency", "asked", "answered"):
        if column not in funnel:
            raise DataError(
                f"`funnel` must have the columns agency, asked and answered; {column} is not "
                f"among {', '.join(map(str, funnel.columns))}."
            )
    table = funnel.assign(period=funnel.get("period", ""))[
        ["agency", "period", "asked", "answered"]
    ]
    table = table.astype({"asked": float, "answered": float}).reset_index(drop=True)
    wrong = ~(table["answered"] <= table["asked"]) | (table["answered"] < 0) | (table["asked"] <= 0)
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        row = table.iloc[first]
        raise DataError(
            f"`funnel` must have 0 <= answered <= asked; {row['agency']!r} has "
            f"{row['answered']:g} of {row['asked']:g} in row {first + 1}, "
            f"and {int(wrong.sum()) - 1} more."
        )
    rate = table["answered"] / table["asked"]
    table = table.assign(rate=rate, bound=(1 - rate) * NONRESPONDENTS_DIFFER, n=table["answered"])
    figures = ["asked", "answered", "rate", "bound"]
    return _hide(table, ["period"], figures, thresholds).drop(columns="n")


def _own_checks(tables: dict[str, pd.DataFrame]) -> Iterator[Check]:
    weights = tables["weights"].set_index("fact")["value"]
    if "deff" in weights:
        deff = float(weights["deff"])
        fine = deff <= KISH_DEFF_MAX
        yield Check(
            "weighting loss",
            fine,
            f"Weighting costs a factor {deff:.2f} of the answers; at most {KISH_DEFF_MAX:g} is "
            "accepted.",
        )
    small = tables["small"]
    agencies = small.loc[(small["level"] == "agency") & (small["threshold"] == "rank")]
    below = int(agencies["below"].sum())
    yield Check(
        "agencies too small",
        below == 0,
        f"In {below} of {int(agencies['units'].sum())} cases (an agency in a wave) there are too "
        "few answers to compare.",
    )


def _checks(survey: Survey, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    checks = [*survey.notes, *_own_checks(tables)]
    return pd.DataFrame(
        {
            "name": [check.name for check in checks],
            # Text, because a column of True, False and None does not survive a parquet file.
            "passed": [{True: "yes", False: "no", None: ""}[check.passed] for check in checks],
            "text": [check.text for check in checks],
        }
    )
