"""Do English hospital trusts whose staff are in better spirits have fewer deaths than expected?

Reads either of two files of NHS Staff Survey scores by trust and year beside the hospital mortality
indicator SHMI (1 is as many deaths as expected; lower is better). The long file runs from 2012 to
2019 with means from 1 to 5 and shares; the short one from 2015 to 2019 with weighted shares. Their
scores are close and not equal, so one panel comes from one file. SHMI comes from hospital records,
not from staff.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from cxanalytics.columns import check_period_order
from cxanalytics.errors import DataError, ParamsError, did_you_mean, must_be
from cxanalytics.formats import count as count_text
from cxanalytics.formats import list_words
from cxanalytics.sources._cells import numbers, rows_text
from cxanalytics.sources._grid import Grid, read_grid
from cxanalytics.sources._nhs_staff_files import LONG, MEASURES, SHORT, STAFF, Shape
from cxanalytics.sources._text import as_text
from cxanalytics.tables import Check, Panel

SAMPLED = ("2012", "2013", "2014")


NOTES = (
    Check(
        "one file",
        None,
        "The two published files of these scores differ slightly, one weighted and one not; this "
        "panel comes from one of them and must not be mixed with the other.",
    ),
    Check(
        "morale",
        None,
        "The 0 to 10 morale theme of the survey starts in 2018 and is not in these files; the "
        "engagement index or a single question stands for morale.",
    ),
)


def read_nhs_staff(
    path: str | Path, *, morale: str = "engagement", performance: str = "shmi"
) -> Panel:
    """Read staff survey scores and mortality of English hospital trusts by year.

    Parameters
    ----------
    path : str or Path
        data.NHS.2012_2019.csv or data.NHS.2015_2019.csv; the columns tell which.
    morale : str
        A staff score: a name of `MEASURES` other than "shmi".
    performance : str
        "shmi", or another staff score, which then comes from the same people.

    Returns
    -------
    Panel
        One row per trust and year. `agency` and `unit` are the trust's code, `name` its name where
        the file has it. `n` is the number of staff who answered. `morale_se` is known for the share
        of one question only. The other measures and `shmi_before`, `clinical_share` and, in the
        short file, `response_rate` are further columns.

    Raises
    ------
    DataError
        The file is neither of the two, or a trust stands twice in a year.
    ParamsError
        An unknown score, one that this file lacks or holds as zeros only, or one used twice.
    """
    for argument, name, allowed in (
        ("morale", morale, STAFF),
        ("performance", performance, tuple(MEASURES)),
    ):
        if name not in allowed:
            raise ParamsError(must_be(argument, allowed, name))
    if morale == performance:
        raise ParamsError(f"`morale` and `performance` must differ; both are {morale!r}.")
    grid = read_grid(path)
    shape = _shape(grid)
    keys, rows, notes = _trust_years(grid, shape)
    scores, zeros = _scores(grid, shape, rows)
    for argument, name in (("morale", morale), ("performance", performance)):
        if name not in scores:
            why = "is 0 in every row of" if name in zeros else "is not in"
            raise ParamsError(
                f"`{argument}` must be a score that the file holds; {name!r} {why} "
                f"'{grid.source}'.{did_you_mean(name, scores)} It holds "
                f"{list_words(list(scores.columns))}."
            )
    frame = _frame(keys, scores, _others(grid, shape, rows), shape, morale, performance)
    return Panel(
        frame=frame,
        morale_label=MEASURES[morale].label,
        performance_label=MEASURES[performance].label,
        performance_is=_kind(performance, shape),
        higher_is_better=MEASURES[performance].higher_is_better,
        same_source=performance in STAFF,
        notes=(*notes, *_notes(frame, zeros, morale, performance), *NOTES),
    )


def _shape(grid: Grid) -> Shape:
    for shape in (LONG, SHORT):
        if {shape.unit, shape.year} <= set(grid.header):
            return shape
    raise DataError(
        f"'{grid.source}' must have the columns 'Code' and 'Year.Index' (2012 to 2019) or "
        f"'Year.index' (2015 to 2019); it has {', '.join(name for name in grid.header if name)}."
    )


def _kind(name: str, shape: Shape) -> str:
    return "share" if shape.weighted and name in STAFF else MEASURES[name].kind


def _trust_years(grid: Grid, shape: Shape) -> tuple[pd.DataFrame, pd.Index[int], tuple[Check, ...]]:
    """Read code and year; a row without a code is the file's template and is left out."""
    code = as_text(grid.column(shape.unit, "unit"))
    code = code.where(code.str.lower() != "na", "")
    year = as_text(grid.column(shape.year, "period"))
    check_period_order(year, f"`period` (column '{shape.year}')")
    keys = pd.DataFrame({"agency": code, "unit": code, "period": year}).loc[code != ""]
    blank = int((code == "").sum())
    notes = [Check("rows read", None, f"{rows_text(len(code))} were read from '{grid.source}'.")]
    if blank:
        notes.append(
            Check("template row", None, f"{rows_text(blank)} without a trust code left out.")
        )
    again = keys.duplicated(["unit", "period"])
    if again.any():
        row = keys.loc[again].iloc[0]
        raise DataError(
            f"'{grid.source}' must have one row per trust and year; {row['unit']!r} stands twice "
            f"in {row['period']} (again in row {again.index[again][0]})."
        )
    return keys, keys.index, tuple(notes)


def _read(grid: Grid, names: Mapping[str, str], rows: pd.Index[int]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            name: pd.Series(
                numbers(grid.column(column, name), f"`{name}` (column '{column}')"),
                index=grid.frame.index,
            )
            for name, column in names.items()
        }
    ).loc[rows]


def _scores(grid: Grid, shape: Shape, rows: pd.Index[int]) -> tuple[pd.DataFrame, list[str]]:
    """Read the measures; those that are 0 wherever they are filled were never computed."""
    scores = _read(grid, shape.measures, rows)
    zeros = [name for name in scores if not scores[name].fillna(0.0).any()]
    return scores.drop(columns=zeros), [str(name) for name in zeros]


def _others(grid: Grid, shape: Shape, rows: pd.Index[int]) -> pd.DataFrame:
    others = _read(grid, {"n": "Responses", **shape.covariates}, rows)
    for name, column in shape.texts.items():
        text = as_text(grid.column(column, name)).loc[rows]
        others[name] = text.where(text.str.lower() != "na", "")
    return others


def _frame(
    keys: pd.DataFrame,
    scores: pd.DataFrame,
    others: pd.DataFrame,
    shape: Shape,
    morale: str,
    performance: str,
) -> pd.DataFrame:
    used = {"morale": scores[morale], "performance": scores[performance]}
    rest = scores.drop(columns=[morale, performance])
    frame = pd.concat([keys, pd.DataFrame(used), others, rest], axis=1)
    frame["morale_se"] = np.nan
    if MEASURES[morale].one_item and not shape.weighted:
        spread = frame["morale"] * (1.0 - frame["morale"])
        frame["morale_se"] = np.sqrt(spread / frame["n"].where(frame["n"] > 0))
    frame["performance_se"] = np.nan
    return frame.sort_values(["unit", "period"], kind="stable").reset_index(drop=True)


def _notes(
    frame: pd.DataFrame, zeros: list[str], morale: str, performance: str
) -> tuple[Check, ...]:
    notes = []
    if zeros:
        notes.append(
            Check(
                "zero columns",
                None,
                f"{list_words([MEASURES[name].label for name in zeros])} "
                f"{'is' if len(zeros) == 1 else 'are'} 0 in every row of this file and left out: "
                "never computed.",
            )
        )
    for column, name in (("morale", morale), ("performance", performance)):
        missing = int(frame[column].isna().sum())
        if missing:
            notes.append(
                Check(
                    f"missing {column}",
                    None,
                    f'{rows_text(missing)} without "{MEASURES[name].label}" kept; models leave '
                    "them out.",
                )
            )
    unnamed = int((frame["name"] == "").sum()) if "name" in frame else 0
    if unnamed:
        notes.append(
            Check("no name", None, f"{rows_text(unnamed)} without the trust's name and region.")
        )
    sampled = frame.loc[frame["period"].isin(SAMPLED) & frame["n"].notna()]
    if len(sampled):
        notes.append(
            Check(
                "sampled years",
                None,
                f"{count_text(len(sampled))} of {count_text(len(frame))} rows are from 2012 to "
                f"2014, when most trusts asked a sample of about 850 staff (median "
                f"{count_text(int(sampled['n'].median()))} answers); later most asked all staff.",
            )
        )
    waves = frame["period"].nunique()
    full = int((frame.dropna(subset=["morale"]).groupby("unit").size() == waves).sum())
    trusts = frame["unit"].nunique()
    notes.append(
        Check(
            "unbalanced",
            None,
            f"{count_text(full)} of {count_text(trusts)} trusts have a staff score in all "
            f"{count_text(waves)} years; trusts merged, opened and closed.",
        )
    )
    if frame["morale_se"].isna().all():
        notes.append(
            Check(
                "error of morale",
                None,
                f'The sampling error of "{MEASURES[morale].label}" is not published.',
            )
        )
    return tuple(notes)
