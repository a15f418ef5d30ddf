"""What do the two layouts of OMB Circular A-11 Section 280 share: agencies, counts, wordings?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxanalytics.columns import refuse, show
from cxanalytics.errors import DataError, ParamsError, must_be
from cxanalytics.formats import count as count_text
from cxanalytics.sources._cells import numbers, texts
from cxanalytics.sources._grid import Grid

AGENCIES = ("service_provider_name", "service_name")
NAMES = (
    "service_provider_name",
    "service_name",
    "service_provider_organization_name",
    "collection_organization_name",
)
SHORT_NAMES = (
    "service_provider_organization_abbreviation",
    "collection_organization_abbreviation",
)
PLACE = "[agency]"
LISTED = 6


def text_column(grid: Grid, name: str) -> pd.Series:
    """Read a column as text with single spaces; blank is ""."""
    column = grid.column(name, name)
    found = [" ".join(text.replace("\u00a0", " ").split()) for text in texts(column)]
    return pd.Series(found, index=column.index, dtype=object)


def optional_text(grid: Grid, name: str) -> pd.Series:
    """Read a column as text, or blanks where the file does not have it."""
    if name in grid.header:
        return text_column(grid, name)
    return pd.Series("", index=grid.frame.index, dtype=object)


def whole_counts(grid: Grid, name: str) -> NDArray[np.float64]:
    """Read counts of people: whole, 0 or more, NaN where blank."""
    column = grid.column(name, name)
    found = numbers(column, f"`{name}`")
    bad = ~np.isnan(found) & ((found < 0) | (found != np.floor(found)) | np.isinf(found))
    refuse(column, bad, f"`{name}` must be a whole number, 0 or more")
    return found


def read_agencies(grid: Grid, agency: str) -> pd.Series:
    """Read who is compared; services of one name carry their provider's."""
    if agency not in AGENCIES:
        raise ParamsError(must_be("agency", AGENCIES, agency))
    names = text_column(grid, agency)
    refuse(names, (names == "").to_numpy(), f"`{agency}` must be filled in every row")
    if agency == "service_name":
        providers = optional_text(grid, "service_provider_name")
        several = providers.groupby(names).transform("nunique") > 1
        names = names.mask(several, names + " (" + providers + ")")
    return names


def read_periods(grid: Grid) -> pd.Series:
    """Read the year and quarter as "2024-Q1"."""
    year, quarter = (text_column(grid, f"collection_{part}") for part in ("year", "quarter"))
    bad = ~year.str.fullmatch(r"\d{4}").to_numpy(dtype=bool)
    refuse(year, bad, "`collection_year` must be a year such as 2024")
    bad = ~quarter.isin(["1", "2", "3", "4"]).to_numpy()
    refuse(quarter, bad, "`collection_quarter` must be 1, 2, 3 or 4")
    return year + "-Q" + quarter


def refuse_repeats(grid: Grid, name: str) -> pd.Series:
    """Read a column of ids; refuse a blank one and one that stands twice."""
    ids = text_column(grid, name)
    refuse(ids, (ids == "").to_numpy(), f"`{name}` must be filled in every row")
    refuse(ids, ids.duplicated().to_numpy(), f"`{name}` must stand in one row each")
    return ids


def without_names(wordings: pd.Series, grid: Grid) -> pd.Series:
    """Put "[agency]" where a wording names the agency or service that asks."""
    sources = [(name, re.IGNORECASE) for name in NAMES] + [(name, 0) for name in SHORT_NAMES]
    own = {name: optional_text(grid, name) for name, _ in sources}
    rows = pd.DataFrame({"wording": wordings, **own})
    distinct = rows.drop_duplicates()
    placed: dict[tuple[str, ...], str] = {}
    for row in distinct.itertuples(index=False):
        wording, names = str(row[0]), [str(name) for name in row[1:]]
        for (_, flags), name in sorted(
            zip(sources, names, strict=True), key=lambda pair: -len(pair[1])
        ):
            if len(name) > 1:
                pattern = rf"\b(?:the )?{re.escape(name)}(?!\w)"
                wording = re.sub(pattern, PLACE, wording, flags=flags)
        placed[tuple(map(str, row))] = wording
    keys = rows.itertuples(index=False, name=None)
    return pd.Series([placed[key] for key in keys], index=wordings.index, dtype=object)


def fold(wording: str) -> str:
    """Reduce a wording to its words, for comparing."""
    return re.sub(r"[\W_]+", " ", re.sub(r"['’]", "", wording)).strip().casefold()


@dataclass(frozen=True, slots=True)
class Wordings:
    """How one question was worded, by row; blank where it is not known.

    Attributes
    ----------
    name : str
        The question.
    rows : DataFrame
        `agency period wording`, of rows with answers.
    """

    name: str
    rows: pd.DataFrame

    def keep(self, chosen: str) -> NDArray[np.bool_]:
        """Flag the rows with the wording that was chosen."""
        folded = self.rows["wording"].map(fold)
        if fold(chosen) not in set(folded):
            known = [text for text in self.rows["wording"].unique() if text]
            raise ParamsError(must_be(f"questions.{self.name}", known, chosen))
        return (folded == fold(chosen)).to_numpy()

    def clash(self) -> str:
        """Say why agencies cannot be compared: several wordings in one wave; else ""."""
        known = self.rows.loc[self.rows["wording"] != ""]
        folded = known["wording"].map(fold)
        several = folded.groupby(known["period"]).nunique()
        if not (several > 1).any():
            return ""
        period = str(several.index[several > 1][0])
        within = known.loc[known["period"] == period]
        groups = within.groupby(folded[within.index])
        parts = [
            f"{show_whole(part['wording'].iloc[0])} ({count_text(part['agency'].nunique())} "
            f"{'agency' if part['agency'].nunique() == 1 else 'agencies'})"
            for _, part in sorted(groups, key=lambda pair: -len(pair[1]))
        ]
        more = f"; and {len(parts) - LISTED} more" if len(parts) > LISTED else ""
        when = f" in {period}" if period else ""
        return (
            f"`{self.name}` was asked in {len(parts)} wordings{when}: "
            f"{'; '.join(parts[:LISTED])}{more}. A difference between agencies could come from "
            "the words"
        )

    def changed(self) -> tuple[str, ...]:
        """Give the waves from which the wording differs, where each wave has one."""
        known = self.rows.loc[self.rows["wording"] != ""]
        by_wave = known["wording"].map(fold).groupby(known["period"]).first().sort_index()
        return tuple(str(period) for period in by_wave.index[(by_wave != by_wave.shift())][1:])

    def text(self) -> str:
        """Give the wording of the last wave."""
        known = self.rows.loc[self.rows["wording"] != ""].sort_values("period", kind="stable")
        return str(known["wording"].iloc[-1]) if len(known) else ""


def show_whole(wording: str) -> str:
    """Quote a wording so that it can be copied."""
    return f"'{wording}'"


def refuse_clash(clash: str, advice: str) -> None:
    """Stop where wordings differ within a wave."""
    if clash:
        raise DataError(f"{clash}. {advice}")


def chosen_wordings(questions: Sequence[str] | Mapping[str, str] | None) -> dict[str, str]:
    """Give the chosen questions with the wording to keep; "" keeps every wording."""
    if questions is None:
        return {}
    if isinstance(questions, str):
        raise ParamsError(f"`questions` must be a list of names; got {show(questions)}.")
    if isinstance(questions, Mapping):
        return {name: str(wording or "") for name, wording in questions.items()}
    return dict.fromkeys(questions, "")
