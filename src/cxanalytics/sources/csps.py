"""What did the UK Civil Service People Survey publish for each organization since 2009?

Shares of positive answers and indices, by organization and year. The publisher gives no number of
answers, so no range can be given; only response rates, which can exceed 100 percent. Measures and
organizations are known by identifiers, because question numbers move and names change. The
publisher's own median and mean stand among the organizations and are taken out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from cxanalytics.columns import plain, refuse, show
from cxanalytics.errors import DataError
from cxanalytics.formats import list_words
from cxanalytics.published import Published
from cxanalytics.sources._csps_measures import (
    INDICES,
    RECOMMEND,
    RESPONSE_RATE,
    Lookup,
    describe,
    other_answer,
    read_lookup,
)
from cxanalytics.sources._csps_names import (
    ALONE,
    NOT_ORGANIZATIONS,
    WITH_AGENCIES,
    Names,
    read_names,
)
from cxanalytics.sources._csps_notes import tell
from cxanalytics.sources._grid import Grid, read_grid

SCORES = "04_02-raw_tbl_org_data.parquet"
LOOKUP = "csps_measures_lookup.csv"
REFERENCE = "csps_questions_ref.csv"
PATTERNS = "02_01-org_regex.csv"
HISTORY = "02_02-org_history.csv"
FILES = (SCORES, LOOKUP, REFERENCE, PATTERNS, HISTORY)
GROUPS = ("department", "level")
_KEPT = ("agency", "period", "measure", "value", *GROUPS, "uid", "name", "response_rate")


def read_csps(folder: str | Path) -> Published:
    """Read organization scores of the Civil Service People Survey.

    Parameters
    ----------
    folder : str or Path
        Holds the scores and the four files that lead from labels to measures and from names to
        organizations (`FILES`).

    Returns
    -------
    Published
        `measure` is the identifier of the lookup ("2.10.002.00" is the recommend question,
        "1.01.001.00" the engagement index); shares 0 to 1, indices 0 to 100. `agency` is the latest
        published name, `name` that of the year, `uid` the identifier. Groups: `department`, and
        `level`, "alone" or "with its agencies". `response_rate` is a fact beside the scores and
        may exceed 1; NaN where it was not published.

    Raises
    ------
    DataError
        A file or column is absent; a label means two measures; a score is outside 0 to 100; one
        organization stands twice in a year.
    """
    grids = _read_files(Path(folder))
    lookup = read_lookup(grids[LOOKUP], grids[REFERENCE])
    names = read_names(grids[PATTERNS], grids[HISTORY])
    every = _scores(grids[SCORES])
    uid = _of_distinct(every["name"], names.organization)
    every = every.assign(
        uid=uid.mask(uid == "", every["name"]),
        unnamed=uid == "",
        made_up=uid.isin(NOT_ORGANIZATIONS),
        measure=_measures(every, lookup),
        other=_other_answers(every["label"]),
    )
    rows = every.loc[~every["made_up"] & (every["measure"] != "") & ~every["other"]]
    _refuse_repeats(rows, grids[SCORES].source)
    frame = _frame(rows, names)
    found = sorted(frame["measure"].unique())
    return Published(
        frame=frame,
        measures=tuple(describe(uid, lookup.wordings) for uid in found),
        groups=GROUPS,
        agency_noun="organization",
        headline=RECOMMEND if RECOMMEND in found else "",
        notes=tell(every, frame),
        facts=_facts(every, frame, grids[SCORES]),
    )


def _read_files(folder: Path) -> dict[str, Grid]:
    if not folder.is_dir():
        raise DataError(f"`folder` must be a folder that exists; got '{folder}'.")
    absent = [name for name in FILES if not (folder / name).is_file()]
    if absent:
        raise DataError(
            f"`folder` must hold {_quoted(FILES)}; '{folder.name}' lacks {_quoted(absent)}."
        )
    return {name: read_grid(folder / name) for name in FILES}


def _quoted(names: Sequence[str]) -> str:
    return list_words([f"'{name}'" for name in names])


def _scores(grid: Grid) -> pd.DataFrame:
    year = pd.to_numeric(grid.column("obj_year", "period").astype(object), errors="coerce")
    value = pd.to_numeric(grid.column("value", "value").astype(object), errors="coerce")
    refuse(
        grid.column("obj_year", "period"),
        ~year.between(1000, 9999).to_numpy(),
        f"`period` (column 'obj_year' of '{grid.source}') must be a year",
    )
    table = pd.DataFrame(
        {
            "year": year.astype(int),
            "department": _of_distinct(grid.column("dept_group", "department"), _one_line),
            "name": _of_distinct(grid.column("organisation", "agency"), _one_line),
            "label": _of_distinct(grid.column("question_measure", "measure"), _one_line),
            "value": value.astype(float),
        }
    )
    blank = (table["name"] == "").to_numpy()
    refuse(
        table["name"], blank, f"`agency` (column 'organisation' of '{grid.source}') must be filled"
    )
    return table


def _one_line(cell: object) -> str:
    return " ".join(plain(cell).split())


def _of_distinct(column: pd.Series, find: Callable[[str], str]) -> pd.Series:
    """Look each distinct cell up once."""
    found = {cell: find(cell) for cell in column.unique()}
    return column.astype(object).map(found).astype(str)


def _other_answers(labels: pd.Series) -> pd.Series:
    return labels.map({label: other_answer(label) for label in labels.unique()}).astype(bool)


def _measures(every: pd.DataFrame, lookup: Lookup) -> pd.Series:
    pairs = every[["year", "label"]].drop_duplicates()
    found = {
        (year, label): lookup.measure(label, year)
        for year, label in zip(pairs["year"], pairs["label"], strict=True)
    }
    keys = zip(every["year"], every["label"], strict=True)
    return pd.Series([found[key] for key in keys], index=every.index, dtype=str)


def _refuse_repeats(rows: pd.DataFrame, source: str) -> None:
    repeated = rows.duplicated(["year", "uid", "measure"], keep=False)
    if not repeated.any():
        return
    first = rows.loc[repeated].iloc[0]
    same = rows.loc[(rows["year"] == first["year"]) & (rows["uid"] == first["uid"])]
    called = sorted(same["name"].unique())
    if len(called) > 1:
        raise DataError(
            f"An organization must stand once in a year; in {first['year']} "
            f"{list_words([show(name) for name in called])} are both {first['uid']}. A department "
            f"with its agencies and without needs an identifier for each in '{HISTORY}'."
        )
    labels = same.loc[same["measure"] == first["measure"], "label"].unique()
    raise DataError(
        f"A measure must stand once for an organization and year; in '{source}' "
        f"{show(called[0])} has {first['measure']} twice in {first['year']}: "
        f"{list_words([show(label) for label in labels])}."
    )


def _frame(rows: pd.DataFrame, names: Names) -> pd.DataFrame:
    latest = rows.sort_values("year").groupby("uid")["name"].last()
    shared = latest.duplicated(keep=False)
    latest = latest.mask(shared, latest + " (" + latest.index.to_series() + ")")
    rates = rows.loc[rows["measure"] == RESPONSE_RATE].set_index(["year", "uid"])["value"] / 100
    scores = rows.loc[rows["measure"] != RESPONSE_RATE]
    share = ~scores["measure"].isin(INDICES)
    outside = ~scores["value"].between(0, 100) & scores["value"].notna()
    refuse(scores["value"], outside.to_numpy(), f"`value` in '{SCORES}' must lie from 0 to 100")
    keys = pd.MultiIndex.from_frame(scores[["year", "uid"]])
    made = scores.assign(
        agency=scores["uid"].map(latest),
        period=scores["year"].astype(str),
        value=np.where(share, scores["value"] / 100, scores["value"]),
        level=np.where(scores["uid"].isin(names.combined), WITH_AGENCIES, ALONE),
        response_rate=rates.reindex(keys).to_numpy(dtype=float),
    )
    return made[list(_KEPT)].sort_values(["measure", "period", "agency"]).reset_index(drop=True)


def _facts(
    every: pd.DataFrame, frame: pd.DataFrame, grid: Grid
) -> dict[str, float | int | str | bool]:
    made_up = every.loc[every["made_up"]]
    rates = every.loc[~every["made_up"] & (every["measure"] == RESPONSE_RATE), "value"]
    return {
        "values_read": len(every),
        "names_in_file": int(grid.column("organisation", "agency").nunique()),
        "labels_in_file": int(grid.column("question_measure", "measure").nunique()),
        "organizations": int(frame["uid"].nunique()),
        "pseudo_organization_values": len(made_up),
        "pseudo_organization_waves": len(made_up[["year", "name"]].drop_duplicates()),
        "response_rates": len(rates),
        "response_rates_over_100": int((rates > 100).sum()),
        "highest_response_rate": float(rates.max()) if len(rates) else 0.0,
    }
