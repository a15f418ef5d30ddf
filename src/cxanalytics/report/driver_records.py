"""How does a reader take the figures of the drivers away?

The records of the section on drivers, with the ids of the rows that show them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from cxanalytics.formats import slugs
from cxanalytics.report.exports import make_record

if TYPE_CHECKING:
    from cxanalytics.report.facts import PageFacts


EXPLAINED = "drivers-explained"
"""Id of the share of differences that all drivers explain together."""


def driver_ids(drivers: Iterable[str]) -> dict[str, str]:
    """Name the rows of drivers: one id for page and files."""
    return {key: f"driver-{part}" for key, part in slugs(drivers).items()}


def answers_ids(questions: Iterable[str]) -> dict[str, str]:
    """Name the rows of questions in the table of answers: one id for page and files."""
    return {key: f"answers-{part}" for key, part in slugs(questions).items()}


def step_ids(drivers: Iterable[str]) -> dict[str, str]:
    """Name the cells with the step of each driver to a better answer."""
    return {key: f"step-{part}" for key, part in slugs(drivers).items()}


def answer_ids(measures: Iterable[str]) -> dict[str, str]:
    """Name the parts of the bars of answers, by measure: question, slash and answer."""
    return {key: f"answer-{part}" for key, part in slugs(measures).items()}


def answer_measure(row: Mapping[Hashable, Any]) -> str:
    """Name what a part of a bar of answers measures."""
    return f"{row['question']}/{row['answer']:g}"


def claim_id(number: int) -> str:
    """Name the row of a claim: one id for page and files."""
    return f"claim-{number}"


def driver_records(
    table: pd.DataFrame,
    positions: Mapping[str, Mapping[Hashable, Any]],
    facts: PageFacts,
    *,
    drivers: pd.DataFrame,
    effects: pd.DataFrame | None = None,
) -> list[dict[str, Any]]:
    """List a record for each driver, and one for the step to a better answer.

    Parameters
    ----------
    table : DataFrame
        Drivers as the page lists them: `key name share share_low share_high call`.
    positions : mapping of str to mapping
        Driver to the agency's row of its benchmark.
    facts : PageFacts
    drivers : DataFrame
        Frame of the drivers' estimates: `key p_first tier`.
    effects : DataFrame, optional
        Frame of the model of the outcome.

    Returns
    -------
    list of dict
        As `score_records`; figures of all agencies together name no agency.
    """
    found, ids, steps_at = (
        drivers.set_index("key"),
        driver_ids(table["key"]),
        step_ids(table["key"]),
    )
    steps = {} if effects is None else effects.set_index("key").to_dict("index")
    records = []
    for row in table.to_dict("records"):
        key, name = str(row["key"]), str(row["name"])
        told = {
            **positions[key],
            "importance": row["share"],
            "importance_low": row["share_low"],
            "importance_high": row["share_high"],
            "p_first": found.loc[key].get("p_first"),
            "tier": found.loc[key].get("tier", ""),
            "call": row["call"],
        }
        records.append(make_record(told, facts, anchor=ids[key], measure=key, label=name))
        if key in steps:
            label = f"{name}: difference where it is rated better"
            records.append(_of_all(steps[key], facts, steps_at[key], f"{key}/step", label))
    return records


def _of_all(
    row: Mapping[Hashable, Any], facts: PageFacts, anchor: str, measure: str, label: str
) -> dict[str, Any]:
    """Make a record of a figure of all agencies together."""
    kept: dict[Hashable, Any] = {
        name: row.get(name) for name in ("estimate", "conf_low", "conf_high", "n")
    }
    return make_record({"key": None, **kept}, facts, anchor=anchor, measure=measure, label=label)


def explained_record(explained: float, n: float, facts: PageFacts) -> dict[str, Any]:
    """Make the record of the share of differences that all drivers explain together."""
    row: dict[Hashable, Any] = {"estimate": explained, "n": n}
    return _of_all(row, facts, EXPLAINED, "drivers", "All drivers together, share explained")


def answer_records(table: pd.DataFrame, facts: PageFacts, *, agency: str) -> list[dict[str, Any]]:
    """List a record for each part of the bars of answers.

    Parameters
    ----------
    table : DataFrame
        `question name answer label share raw n`, as the page draws it.
    facts : PageFacts
    agency : str

    Returns
    -------
    list of dict
        `estimate` is the share as drawn, `raw` the unadjusted one.
    """
    rows = table.to_dict("records")
    measures = [answer_measure(row) for row in rows]
    ids = answer_ids(measures)
    return [
        make_record(
            {"key": agency, "estimate": row["share"], "raw": row["raw"], "n": row["n"]},
            facts,
            anchor=ids[measure],
            measure=measure,
            label=f"{row['name']}: {row['label']}",
        )
        for row, measure in zip(rows, measures, strict=True)
    ]


def claim_records(claims: pd.DataFrame, facts: PageFacts) -> list[dict[str, Any]]:
    """List a record for each claim that a page gives its verdict on."""
    records = []
    for row in claims.to_dict("records"):
        number = int(row["claim"])
        label = f"{row['title']}: {row['verdict']}"
        records.append(_of_all(row, facts, claim_id(number), f"claim/{number}", label))
    return records
