"""What did patients say in the NHS Friends and Family Test, callers of NHS 111 among them?

Reads the file of labeled comments that NHS England published for a text-mining project
(v6framework_230831, here without its text). It has a row per comment; a respondent gave one answer
and up to three comments, so rows are first put together by trust and respondent. Answers run from
1 (very good) to 5 (very poor): they are turned round. 6 is "don't know" and 7 "not given", never a
middle answer. Comments themselves are never read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from cxanalytics.columns import and_more, refuse, show
from cxanalytics.errors import DataError, ParamsError, must_be
from cxanalytics.formats import count as count_text
from cxanalytics.scales import get_scale
from cxanalytics.sources._cells import rows_text, texts
from cxanalytics.sources._grid import Grid, read_grid
from cxanalytics.sources._slashed_dates import read_slashed_dates
from cxanalytics.tables import Check, Question, Survey

COLUMNS = MappingProxyType(
    {
        "trust": "Trust",
        "respondent": "Respondent ID",
        "service": "Service type 1",
        "answer": "FFT categorical answer",
        "date": "Date",
        "prompt": "FFT question",
    }
)
OUTCOME = "experience"
WORDING = "Overall, how was your experience of our service?"
SCALE = "good_1_5"
MISSING = MappingProxyType({6.0: "don't know", 7.0: "no answer"})
NOT_LABELED = "Labelling not possible"
UNKNOWN = "Unknown"
_NO_THEME = (*COLUMNS.values(), "Comment ID", "Service type 2", "Comment sentiment", NOT_LABELED)
_KEY = ["trust", "respondent"]


def read_nhs_fft(path: str | Path, *, themes: Sequence[str] = ()) -> Survey:
    """Read the answers of patients, one row per respondent.

    Parameters
    ----------
    path : str or Path
        The file of labeled comments, as CSV.
    themes : sequence of str
        Columns of the file that tell what a comment is about, such as "Timeliness of care". Each
        becomes a yes or no question and a driver: did any comment of the respondent mention it?

    Returns
    -------
    Survey
        Agencies are the services (NHS 111 is "111"), `department` is the trust, and the outcome
        is `experience` on good_1_5. One wave: the dates are not safe enough to make waves of.
        `reasons` counts who did not know and who gave no answer.

    Raises
    ------
    DataError
        As `read_table`; an answer outside 1 to 7; or a respondent with two answers or services.
    ParamsError
        A theme that the file does not have.
    """
    grid = read_grid(path)
    _check_themes(themes, grid)
    comments = _comments(grid, themes)
    placed = comments.loc[comments["service"] != ""]
    if placed.empty:
        raise DataError(f"'{grid.source}' must name the service of at least one comment.")
    _refuse_contradictions(placed)
    frame = placed.drop_duplicates(_KEY).reset_index(drop=True)
    dates = read_slashed_dates(placed["date"], placed[_KEY])
    codes = frame["answer"].to_numpy()
    scale = get_scale(SCALE)
    made = pd.DataFrame(
        {
            "agency": frame["service"],
            "department": frame["trust"],
            "period": "",
            "date": dates.day.to_numpy(),
            "weight": 1.0,
            "respondent": frame["trust"] + " " + frame["respondent"],
            OUTCOME: np.where(
                np.isin(codes, scale.answers), scale.answers[0] + scale.answers[-1] - codes, np.nan
            ),
        }
    )
    themed = {theme_name(theme): theme for theme in themes}
    for name, theme in themed.items():
        made[name] = _mentions(placed, theme)
    questions = (
        Question(name=OUTCOME, label="Overall experience", scale=scale, wording=WORDING),
        *(_theme_question(name, theme) for name, theme in themed.items()),
    )
    return Survey(
        frame=made,
        questions=questions,
        outcome=OUTCOME,
        drivers=tuple(themed),
        notes=(
            *_row_notes(grid, comments, placed, made),
            *dates.notes(),
            *_service_notes(made),
            *(_theme_notes(placed) if themes else ()),
        ),
        reasons=_reasons(codes, made, tuple(themed)),
    )


def theme_name(theme: str) -> str:
    """Turn the label of a theme into the name of a question."""
    return re.sub(r"[^a-z0-9]+", "_", theme.lower()).strip("_")


def _check_themes(themes: Sequence[str], grid: Grid) -> None:
    known = [title for title in grid.header if title and title not in _NO_THEME]
    for theme in themes:
        if theme not in known:
            raise ParamsError(must_be("themes", known, theme))


def _comments(grid: Grid, themes: Sequence[str]) -> pd.DataFrame:
    frame = pd.DataFrame(index=grid.frame.index)
    for name, column in COLUMNS.items():
        cells = grid.column(column, name)
        # A non-breaking space stands in the name of a service.
        frame[name] = [" ".join(text.replace("\u00a0", " ").split()) for text in texts(cells)]
        if name in (*_KEY, "answer"):
            empty = (frame[name] == "").to_numpy()
            refuse(cells, empty, f"`{name}` (column {show(column)}) must be filled in every row")
    answer = pd.to_numeric(frame["answer"], errors="coerce")
    off = ~answer.isin([*range(1, 8)]).to_numpy()
    label = f"`answer` (column {show(COLUMNS['answer'])})"
    refuse(frame["answer"], off, f"{label} must be 1 to 5, 6 (don't know) or 7 (not given)")
    frame["answer"] = answer.astype(float)
    for theme in (*themes, *([NOT_LABELED] if themes else [])):
        cells = grid.column(theme, "themes")
        marks = pd.Series(texts(cells), index=cells.index)
        bad = ~marks.isin(["", "0", "0.0", "1", "1.0"]).to_numpy()
        refuse(cells, bad, f"`themes` (column {show(theme)}) must be 1 or empty")
        frame[theme] = marks.isin(["1", "1.0"])
    return frame


def _refuse_contradictions(placed: pd.DataFrame) -> None:
    for name in ("answer", "service"):
        kinds = placed.groupby(_KEY)[name].transform("nunique")
        if (kinds > 1).any():
            row = placed.loc[kinds > 1].iloc[0]
            several = placed.loc[kinds > 1, _KEY].drop_duplicates()
            raise DataError(
                f"`{name}` (column {show(COLUMNS[name])}) must be the same on each comment of a "
                f"respondent; {show(row['respondent'])} of {show(row['trust'])} has several (first "
                f"in row {row.name}){and_more(len(several) - 1).replace('row', 'respondent')}."
            )


def _mentions(placed: pd.DataFrame, theme: str) -> np.ndarray:
    """Give 1 where a comment of the respondent mentions a theme, NaN where none could be read."""
    groups = placed.groupby(_KEY, sort=False)
    mentioned = groups[theme].any()
    readable = ~groups[NOT_LABELED].all()
    return mentioned.astype(float).where(mentioned | readable).to_numpy()


def _theme_question(name: str, theme: str) -> Question:
    return Question(
        name=name,
        label=f"Mentions: {theme}",
        scale=get_scale("yes_no"),
        wording=f"Is any comment of the respondent about this? {theme}",
    )


def _reasons(codes: np.ndarray, made: pd.DataFrame, themes: Sequence[str]) -> pd.DataFrame:
    rows = [(OUTCOME, reason, int((codes == code).sum())) for code, reason in MISSING.items()]
    rows += [(name, "no answer", int(made[name].isna().sum())) for name in themes]
    return pd.DataFrame(
        [row for row in rows if row[2] > 0], columns=["question", "reason", "n"]
    ).astype({"question": "str", "reason": "str", "n": float})


def _row_notes(
    grid: Grid, comments: pd.DataFrame, placed: pd.DataFrame, made: pd.DataFrame
) -> list[Check]:
    read = len(comments) + grid.empty_rows
    steps: Mapping[str, tuple[int, str]] = {
        "rows read": (read, f"read from {grid.source}, one per comment."),
        "rows empty": (grid.empty_rows, "left out: every cell is empty."),
        "rows without service": (
            len(comments) - len(placed),
            "left out: the service is not given, so the answer belongs to no agency.",
        ),
        "rows repeated": (
            len(placed) - len(made),
            "left out: further comments of a respondent, on which the one answer is repeated.",
        ),
        "rows kept": (len(made), "kept, one per respondent."),
    }
    notes = [
        Check(name, None, f"{rows_text(number)} {why}")
        for name, (number, why) in steps.items()
        if number or name in ("rows read", "rows kept")
    ]
    answers = count_text(int(made[OUTCOME].notna().sum()))
    text = f"Respondents with an answer, from very good to very poor: {answers}."
    return [*notes, Check("usable answers", None, text)]


def _service_notes(made: pd.DataFrame) -> list[Check]:
    notes = []
    if (made["agency"] == UNKNOWN).any():
        text = f'"{UNKNOWN}" is what the file calls services it cannot name: not one service.'
        notes.append(Check("unknown service", False, text))
    answered = made.groupby("agency")[OUTCOME].count()
    for agency in answered.index[answered == 0]:
        text = f"Nobody asked about {show(agency)} gave an answer; it has no score."
        notes.append(Check("service without answers", False, text))
    return notes


def _theme_notes(placed: pd.DataFrame) -> list[Check]:
    prompts = placed.loc[placed["prompt"] != ""].groupby("prompt").size()
    listed = "; ".join(f"{show(prompt)} ({count_text(rows)})" for prompt, rows in prompts.items())
    return [
        Check(
            "themes",
            False,
            "A theme tells what a comment is about, not whether it praises or complains, and "
            "how often it comes up depends on what was asked: shares are not comparable between "
            f"services that asked differently. Comments by question: {listed}.",
        )
    ]
