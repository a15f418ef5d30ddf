"""What did each customer answer, and which reasons did they tick (A-11 Section 280, second layout)?

A details file has a row per collection, a responses file a row per answer. The one rated question
is about trust, by thumbs or from 1 to 5: the two are never mixed. Seven drivers are ticked as
going well or badly. Free text is never read. Neither file says in which quarter people answered,
so there are no waves: read one quarter at a time, and stack them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.columns import plain, refuse, show
from cxanalytics.errors import DataError, ParamsError, must_be
from cxanalytics.formats import count as count_text
from cxanalytics.formats import list_words
from cxanalytics.scales import get_scale
from cxanalytics.sources._a11 import (
    Wordings,
    fold,
    optional_text,
    read_agencies,
    refuse_clash,
    refuse_repeats,
    text_column,
    without_names,
)
from cxanalytics.sources._cells import numbers, rows_text
from cxanalytics.sources._grid import Grid, read_grid
from cxanalytics.tables import Check, Question, Survey

OUTCOME = "trust"
SCALES = MappingProxyType({"thumbs": "thumbs", "likert": "likert_1_5"})
DRIVERS = MappingProxyType(
    {
        "effectiveness": "Effectiveness",
        "ease": "Ease",
        "efficiency": "Efficiency",
        "transparency": "Transparency",
        "humanity": "Humanity",
        "employee": "Employee interaction",
        "other": "Other",
    }
)
ADVICE = "Pass wording='...' with the one to read."


def read_a11_v2(
    details_path: str | Path,
    responses_path: str | Path,
    *,
    survey_type: str | None = None,
    wording: str | None = None,
    agency: str = "service_provider_name",
) -> Survey:
    """Read single answers and the collections they belong to.

    Parameters
    ----------
    details_path, responses_path : str or Path
        Any files that `read_table` reads, with the publisher's column names.
    survey_type : {"thumbs", "likert"}, optional
        Which to read; needed where the details hold both.
    wording : str, optional
        The one wording of the trust question to read; needed where it was asked in several.
    agency : {"service_provider_name", "service_name"}
        Who is compared. Services of a provider are its departments.

    Returns
    -------
    Survey
        One row per answer; outcome `trust`. Each ticked reason is a yes or no question: yes where
        it went well, no where it went badly, missing where it was not ticked. It is a driver
        only where both kinds of tick occur with good and with bad answers.

    Raises
    ------
    DataError
        An answer is outside its scale, a flag is neither 0 nor 1, a collection stands twice, or
        survey types or wordings would be mixed.
    ParamsError
        An unknown `survey_type`, `wording` or `agency`.
    """
    details, responses = read_grid(details_path), read_grid(responses_path)
    collections = _collections(details, agency)
    belongs = text_column(responses, "cx_collection_detail_id")
    found = belongs.isin(collections.index)
    if not found.any():
        raise DataError(
            f"'{responses.source}' must hold answers to the collections of '{details.source}'; no "
            "`cx_collection_detail_id` is an `id` there."
        )
    used = collections.loc[collections.index.isin(belongs)]
    kind = _survey_type(used["type"], survey_type)
    of_kind = used.loc[used["type"] == kind]
    worded = Wordings(OUTCOME, of_kind.assign(period="")[["agency", "period", "wording"]])
    if wording is not None:
        same = of_kind["wording"].map(fold) == fold(wording)
        if not same.any():
            known = sorted({text for text in of_kind["wording"] if text})
            raise ParamsError(must_be("wording", known, wording))
        of_kind = of_kind.loc[same]
        worded = Wordings(OUTCOME, worded.rows.loc[same])
    refuse_clash(worded.clash(), ADVICE)
    kept = belongs.isin(of_kind.index)
    frame = _roles(of_kind.loc[belongs[kept]], responses, kept)
    frame[OUTCOME] = _answers(responses, kind, kept)
    both = 0
    for driver in DRIVERS:
        frame[driver], twice = _ticks(responses, driver, kept)
        both += twice
    drivers = _independent(frame, kind)
    return Survey(
        frame=frame,
        questions=(_outcome(kind, worded), *(_driver(name) for name in DRIVERS)),
        outcome=OUTCOME,
        drivers=drivers,
        notes=(
            *_row_notes(responses, found, kept, kind),
            *_tick_notes(both, drivers),
        ),
        reasons=_reasons(frame),
    )


def _collections(grid: Grid, agency: str) -> pd.DataFrame:
    types = text_column(grid, "survey_type")
    kinds = types.map(lambda text: next((kind for kind in SCALES if kind in text.lower()), ""))
    refuse(types, (kinds == "").to_numpy(), "`survey_type` must be thumbs up/down or likert scale")
    made = pd.DataFrame(
        {
            "agency": read_agencies(grid, agency),
            "type": kinds,
            "wording": without_names(optional_text(grid, "trust_question_text"), grid),
            "channel": optional_text(grid, "channel"),
            "unit": optional_text(grid, "service_stage_name"),
        }
    )
    if agency == "service_provider_name":
        made["department"] = optional_text(grid, "service_name")
    return made.set_index(pd.Index(refuse_repeats(grid, "id")))


def _survey_type(types: pd.Series, given: str | None) -> str:
    present = sorted(set(types))
    if given is not None and given not in SCALES:
        raise ParamsError(must_be("survey_type", SCALES, given))
    if given is not None and given not in present:
        raise ParamsError(must_be("survey_type", present, given))
    if given is None and len(present) > 1:
        listed = list_words([f"{(types == kind).sum()} {kind}" for kind in present])
        raise DataError(
            f"Thumbs and a 1 to 5 scale are not put on one footing; got {listed} collections. "
            "Pass survey_type='thumbs' or survey_type='likert'."
        )
    return given or str(present[0])


def _roles(rows: pd.DataFrame, responses: Grid, kept: pd.Series) -> pd.DataFrame:
    frame = pd.DataFrame({"agency": rows["agency"].to_numpy(), "period": "", "weight": 1.0})
    for role in ("department", "unit", "channel"):
        if role in rows and (rows[role] != "").any():
            frame[role] = pd.array([text or None for text in rows[role]], dtype="str")
    ids = optional_text(responses, "external_id")[kept]
    if (ids != "").any():
        frame["respondent"] = pd.array(
            [
                f"{collection} {own}" if own else None
                for collection, own in zip(rows.index, ids, strict=True)
            ],
            dtype="str",
        )
    return frame


def _answers(responses: Grid, kind: str, kept: pd.Series) -> NDArray[np.float64]:
    scale = get_scale(SCALES[kind])
    column = responses.column("question_1", OUTCOME)
    found = numbers(column, "`question_1`")
    off = ~np.isnan(found) & (scale.codes(found) < 0) & kept.to_numpy()
    refuse(column, off, f"`question_1` must be {scale.allowed()} (scale {scale.id})")
    answers: NDArray[np.float64] = found[kept.to_numpy()]
    if np.isnan(answers).all():
        raise DataError("`question_1` must hold at least one answer; got none.")
    return answers


def _ticks(responses: Grid, driver: str, kept: pd.Series) -> tuple[NDArray[np.float64], int]:
    """Read 1 for went well, 0 for went badly, NaN for neither; count those with both."""
    flags = []
    for side in ("positive", "negative"):
        name = f"{side}_{driver}"
        column = responses.column(name, driver)
        marks = column.map(lambda value: plain(value).lower()).astype(object)
        yes, no = marks.isin(["1", "true"]), marks.isin(["0", "false"])
        bad = ~(yes | no | marks.isna() | (marks == "")).to_numpy()
        refuse(column, bad, f"`{name}` must be 0 or 1")
        flags.append(yes.to_numpy()[kept.to_numpy()])
    well, badly = flags
    ticks = np.where(well & ~badly, 1.0, np.where(badly & ~well, 0.0, np.nan))
    return ticks, int((well & badly).sum())


def _independent(frame: pd.DataFrame, kind: str) -> tuple[str, ...]:
    """Find the reasons that are not fixed by the answer: all four combinations occur."""
    good = get_scale(SCALES[kind]).is_positive(frame[OUTCOME])
    pairs = {
        driver: set(zip(good, frame[driver], strict=True))
        for driver in DRIVERS
        if driver != "other"
    }
    four = {(answer, tick) for answer in (0.0, 1.0) for tick in (0.0, 1.0)}
    return tuple(driver for driver, seen in pairs.items() if four <= seen)


def _outcome(kind: str, worded: Wordings) -> Question:
    scale = get_scale(SCALES[kind])
    return Question(name=OUTCOME, label="Trust", scale=scale, wording=worded.text())


def _driver(name: str) -> Question:
    return Question(
        name=name,
        label=DRIVERS[name],
        scale=get_scale("yes_no"),
        wording=f"Ticked as what went well (yes) or badly (no): {DRIVERS[name].lower()}",
    )


def _reasons(frame: pd.DataFrame) -> pd.DataFrame:
    rows = [(OUTCOME, "no answer", float(frame[OUTCOME].isna().sum()))]
    # A reason that is not ticked was not the customer's reason; it is not a skipped question.
    rows += [(name, "not applicable", float(frame[name].isna().sum())) for name in DRIVERS]
    made = pd.DataFrame(rows, columns=["question", "reason", "n"])
    return made.loc[made["n"] > 0].reset_index(drop=True)


def _row_notes(responses: Grid, found: pd.Series, kept: pd.Series, kind: str) -> list[Check]:
    read = len(kept) + responses.empty_rows
    steps = {
        "rows empty": (responses.empty_rows, "left out: every cell is empty."),
        "rows without collection": (
            int((~found).sum()),
            "left out: the details file has no such collection.",
        ),
        "rows of other collections": (
            int((found & ~kept).sum()),
            "left out: another survey type or wording.",
        ),
    }
    notes = [Check("rows read", None, f"{rows_text(read)} read from {responses.source}.")]
    notes += [
        Check(name, None, f"{rows_text(number)} {why}")
        for name, (number, why) in steps.items()
        if number
    ]
    notes.append(Check("rows kept", None, f"{rows_text(int(kept.sum()))} kept, on {SCALES[kind]}."))
    text = "The files do not say in which quarter people answered: there are no waves."
    return [*notes, Check("quarters", None, text)]


def _tick_notes(both: int, drivers: Sequence[str]) -> list[Check]:
    notes = []
    if both:
        text = f"Reasons ticked as both well and badly, left blank: {count_text(both)}."
        notes.append(Check("ticks both ways", False, text))
    fixed = [show(name) for name in DRIVERS if name not in drivers and name != "other"]
    if fixed:
        text = (
            f"Not used as drivers: {list_words(fixed)}. What went well is ticked after a good "
            "answer and what went badly after a bad one, so the tick tells nothing further."
        )
        notes.append(Check("ticks follow the answer", None, text))
    return notes
