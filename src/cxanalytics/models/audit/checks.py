"""What was noticed about the data, and which of it has to be looked at?

A check that fails is something to look at before the figures are used; one that neither passes nor
fails informs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from cxanalytics.formats import count, list_words, percent
from cxanalytics.models.audit.patterns import RESPONDENT_TWICE, SAME_ROW, STRAIGHT_ITEMS
from cxanalytics.models.holdings import Holdings
from cxanalytics.published import NOT_POSSIBLE
from cxanalytics.rules import KISH_DEFF_MAX, MISSING_AT_MOST
from cxanalytics.tables import Check, Survey

Tables = Mapping[str, pd.DataFrame]
_PASSED = {True: "yes", False: "no", None: ""}


def audit_checks(held: Holdings, tables: Tables) -> pd.DataFrame:
    """List every check of every source: `source name passed text`.

    Parameters
    ----------
    held : Holdings
    tables : mapping of str to DataFrame
        The other tables of the audit.

    Returns
    -------
    DataFrame
        `passed` is "yes", "no" or "" (informs), because a column of True, False and None does not
        survive a parquet file. Names of other sources than the customer survey start with it.
    """
    told: dict[Check, str] = {}
    for source, check in _all(held, tables):
        # Two surveys may be one file: what is true of both is told once.
        told.setdefault(check, source)
    return pd.DataFrame(
        {
            "source": list(told.values()),
            "name": [
                check.name if source == "customer survey" else f"{source}: {check.name}"
                for check, source in told.items()
            ],
            "passed": [_PASSED[check.passed] for check in told],
            "text": [check.text for check in told],
        },
        dtype="str",
    )


def _all(held: Holdings, tables: Tables) -> Iterator[tuple[str, Check]]:
    for source, survey, prefix in (
        ("customer survey", held.survey, ""),
        ("staff survey", held.staff, "staff_"),
    ):
        if survey is not None:
            own = {name: tables[f"{prefix}{name}"] for name in _OF_A_SURVEY}
            yield from ((source, check) for check in (*survey.notes, *_survey_checks(survey, own)))
    for source, part, checks in (
        ("operations", held.operations, _operation_checks),
        ("published scores", held.published, _published_checks),
        ("staff and results, linked", held.panel, _panel_checks),
    ):
        if part is not None:
            yield from ((source, check) for check in (*part.notes, *checks(tables)))
    if held.funnel is not None:
        yield from (("response counts", check) for check in _response_checks(tables))


_OF_A_SURVEY = (
    "weights",
    "small",
    "missing",
    "straight_lining",
    "duplicates",
    "wording",
    "breaks",
)


def _survey_checks(survey: Survey, tables: Tables) -> Iterator[Check]:
    weights = tables["weights"].set_index("fact")["value"]
    if "deff" in weights:
        deff = float(weights["deff"])
        yield Check(
            "weighting loss",
            deff <= KISH_DEFF_MAX,
            f"Weighting costs a factor {deff:.2f} of the answers; at most {KISH_DEFF_MAX:g} is "
            "accepted.",
        )
    yield _too_small(tables["small"])
    yield _skipped(tables["missing"])
    yield from _repeats(tables, len(survey.questions))
    changed = tables["wording"].loc[tables["wording"]["changed"] != ""]
    if len(changed):
        told = [f"{row.label} ({row.changed})" for row in changed.itertuples()]
        yield Check("wordings changed", None, f"The wording changed: {list_words(told)}.")
    if len(tables["breaks"]):
        agencies = sorted(tables["breaks"]["agency"].unique())
        yield Check(
            "organizations changed", None, f"No trend across the change: {list_words(agencies)}."
        )
    if survey.only_peers:
        text = f"Peers from published counts, to compare with: {list_words(survey.only_peers)}."
        yield Check("peers from published counts", None, text)


def _too_small(small: pd.DataFrame) -> Check:
    agencies = small.loc[(small["level"] == "agency") & (small["threshold"] == "rank")]
    below = int(agencies["below"].sum())
    return Check(
        "agencies too small",
        below == 0,
        f"In {below} of {int(agencies['units'].sum())} cases (an agency in a wave) there are too "
        "few answers to compare.",
    )


def _skipped(missing: pd.DataFrame) -> Check:
    often = missing.loc[missing["share"] > MISSING_AT_MOST, "label"]
    told = f" ({list_words(list(often))})" if len(often) else ""
    return Check(
        "questions often skipped",
        not len(often),
        f"Questions without an answer from more than {percent(MISSING_AT_MOST)} of those they "
        f"were put to: {len(often)} of {len(missing)}{told}.",
    )


def _repeats(tables: Tables, questions: int) -> Iterator[Check]:
    straight = tables["straight_lining"].dropna(subset=["share"])
    for share, n in zip(straight["share"], straight["n"], strict=True):
        yield Check(
            "straight-lining",
            None,
            f"{percent(share, 1)} of {count(n)} people gave one answer to all of at least "
            f"{STRAIGHT_ITEMS} questions on one scale.",
        )
    found = dict(zip(tables["duplicates"]["kind"], tables["duplicates"]["rows"], strict=True))
    if RESPONDENT_TWICE in found:
        rows = int(found[RESPONDENT_TWICE])
        yield Check(
            "respondents once per wave",
            rows == 0,
            f"Rows of a person who stands in an earlier row of the same wave: {count(rows)}.",
        )
    if SAME_ROW in found and questions >= STRAIGHT_ITEMS:
        rows = int(found[SAME_ROW])
        yield Check(
            "repeated rows",
            None,
            f"Rows equal to an earlier one in every column: {count(rows)}. Some are so by chance.",
        )


def _operation_checks(tables: Tables) -> Iterator[Check]:
    table = tables["operations"]
    impossible = int(table["impossible"].sum())
    yield Check(
        "shares possible",
        impossible == 0,
        f"Shares above 1 (an agency in a period): {count(impossible)}.",
    )
    zero = int(table["zero_rows"].sum())
    if zero:
        yield Check("nothing counted", None, f"Rows with nothing to divide by: {count(zero)}.")


def _published_checks(tables: Tables) -> Iterator[Check]:
    yield Check("no counts", None, f"Ranges and certainty. {NOT_POSSIBLE}")
    changed = tables["published"].loc[tables["published"]["changed"] != ""]
    if len(changed):
        told = [f"{row.label} ({row.changed})" for row in changed.itertuples()]
        yield Check("wordings changed", None, f"The wording changed: {list_words(told)}.")


def _panel_checks(tables: Tables) -> Iterator[Check]:
    row = tables["panel"].iloc[0]
    if row["same_source"] == "yes":
        text = "Morale and results come from the same people, so their relation is overstated."
        yield Check("two sources", False, text)
    yield Check(
        "complete rows",
        None,
        f"{count(row['complete'])} of {count(row['rows'])} rows hold both "
        f"{row['morale']} and {row['performance']}.",
    )


def _response_checks(tables: Tables) -> Iterator[Check]:
    wrong = len(tables["impossible"])
    yield Check(
        "all possible",
        wrong == 0,
        f"Rows of the response counts that cannot be right, and give no rate: {count(wrong)}.",
    )
