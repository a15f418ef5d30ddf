"""How did patients of US hospitals score their stay, and who owns the hospital?

Reads the linear mean scores of the HCAHPS survey (0 to 100, higher is better) and joins who owns
each hospital from the general information of Medicare. Only whole-number scores were published
here: no completed surveys, no response rates, so nothing that needs a sampling error is possible.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from cxanalytics.columns import refuse
from cxanalytics.errors import DataError
from cxanalytics.formats import count as count_text
from cxanalytics.published import NOT_POSSIBLE, Published, PublishedMeasure
from cxanalytics.sources._cells import numbers, rows_text
from cxanalytics.sources._grid import Grid, read_grid
from cxanalytics.sources._text import as_text
from cxanalytics.tables import Check

SCORES = {
    "overall_rating": ("Overall_Rating", "Overall rating of the hospital"),
    "recommend": ("Recommendation_Score", "Willingness to recommend"),
    "nurses": ("Nurse_Communication", "Communication of nurses"),
    "doctors": ("Doctor_Communication", "Communication of doctors"),
    "responsiveness": ("Staff_Responsiveness", "Responsiveness of staff"),
    "medicines": ("Medicine_Communication", "Communication about medicines"),
    "discharge": ("Discharge_Information", "Discharge information"),
    "transition": ("Care_Transition", "Care transition"),
    "cleanliness": ("Cleanliness", "Cleanliness"),
    "quietness": ("Quietness", "Quietness"),
}
MEASURES = tuple(
    PublishedMeasure(name=name, label=label, unit="score", high=100.0)
    for name, (_, label) in SCORES.items()
)
GOVERNMENT = frozenset(
    [
        "Department of Defense",
        "Government - Federal",
        "Government - Hospital District or Authority",
        "Government - Local",
        "Government - State",
        "Tribal",
        "Veterans Health Administration",
    ]
)
OTHER = frozenset(
    [
        "Physician",
        "Proprietary",
        "Voluntary non-profit - Church",
        "Voluntary non-profit - Other",
        "Voluntary non-profit - Private",
    ]
)
UNKNOWN = "not known"
PERIOD = "2023-04 to 2024-03"
SHOWN = 10
CAVEATS = (
    Check(
        "hospitals left out",
        None,
        "Hospitals without scores (too few cases, not available, did not take part) are not in "
        "this file; those in it are larger than most.",
    ),
    Check(
        "recommend is no NPS",
        None,
        "Willingness to recommend is a linear score of four answers, definitely no to definitely "
        "yes; it is not an NPS.",
    ),
    Check(
        "general information is later",
        None,
        "Ownership comes from a later release than the survey; hospitals may have changed hands.",
    ),
    Check("no counts", None, f"Completed surveys were not published here. {NOT_POSSIBLE}"),
)


def read_hcahps(scores: str | Path, hospitals: str | Path) -> Published:
    """Read patient scores of US hospitals and join who owns them.

    Parameters
    ----------
    scores : str or Path
        hospital_analysis.csv: a row per hospital, ten linear mean scores.
    hospitals : str or Path
        Hospital_General_Information.csv.

    Returns
    -------
    Published
        `agency` is the hospital's certification number, text of six characters; `name` its name.
        Groups are `ownership`, `sector` ("government" or "other"), `kind` and `state`; the first
        three are "not known" for a hospital that the general information does not have. Scores run
        from 0 to 100.

    Raises
    ------
    DataError
        A column is absent, a number is not six characters or stands twice, a score is not a number
        from 0 to 100, an ownership is unknown, or the files share no hospital.
    """
    grid = read_grid(scores)
    hospital = _numbers_of(grid, "Facility_ID")
    values = {name: _score(grid, name, column) for name, (column, _) in SCORES.items()}
    wide = pd.DataFrame(
        {
            "agency": hospital,
            "name": as_text(grid.column("Facility_Name", "name")),
            "state": as_text(grid.column("State", "state")),
            **values,
        }
    )
    info = _information(hospitals)
    known = wide["agency"].isin(info.index)
    if not known.any():
        raise DataError(
            f"'{grid.source}' and '{Path(hospitals).name}' must share hospitals; none of "
            f"{count_text(len(wide))} numbers is in both."
        )
    joined = wide.join(info, on="agency")
    groups = ["ownership", "sector", "kind"]
    joined[groups] = joined[groups].fillna(UNKNOWN)
    frame = joined.melt(
        id_vars=["agency", "name", "state", *groups],
        value_vars=list(SCORES),
        var_name="measure",
        value_name="value",
    ).assign(period=PERIOD)
    government = int((joined["sector"] == "government").sum())
    return Published(
        frame=frame.dropna(subset=["value"]).reset_index(drop=True),
        measures=MEASURES,
        groups=("ownership", "sector", "kind", "state"),
        agency_noun="hospital",
        notes=(*_notes(grid, joined, values, known, government), *CAVEATS),
        facts={
            "hospitals": len(wide),
            "joined": int(known.sum()),
            "government": government,
            "federal_numbers": int(wide["agency"].str.endswith("F").sum()),
        },
    )


def _numbers_of(grid: Grid, column: str) -> pd.Series[str]:
    """Read certification numbers as text; a number that lost its leading zero is refused."""
    found = as_text(grid.column(column, "agency"))
    label = f"`agency` (column '{column}')"
    refuse(
        found,
        (~found.str.fullmatch(r"[0-9A-Z]{6}")).to_numpy(),
        f"{label} must be a certification number of six characters",
        " A spreadsheet may have cut leading zeros: keep the column as text.",
    )
    refuse(found, found.duplicated().to_numpy(), f"{label} must name each hospital once")
    return found


def _score(grid: Grid, name: str, column: str) -> pd.Series[float]:
    label = f"`{name}` (column '{column}')"
    cells = grid.column(column, name)
    found = numbers(cells, label)
    outside = ~np.isnan(found) & ~((found >= 0) & (found <= 100))
    refuse(cells, outside, f"{label} must lie between 0 and 100")
    return pd.Series(found, index=cells.index)


def _information(path: str | Path) -> pd.DataFrame:
    grid = read_grid(path)
    ownership = as_text(grid.column("Hospital Ownership", "ownership"))
    refuse(
        ownership,
        (~ownership.isin(GOVERNMENT | OTHER)).to_numpy(),
        "`ownership` (column 'Hospital Ownership') must be one of "
        + ", ".join(f"'{name}'" for name in sorted(GOVERNMENT | OTHER)),
    )
    return pd.DataFrame(
        {
            "ownership": ownership,
            "sector": ownership.isin(GOVERNMENT).map({True: "government", False: "other"}),
            "kind": as_text(grid.column("Hospital Type", "kind")),
        }
    ).set_index(_numbers_of(grid, "Facility ID"))


def _notes(
    grid: Grid,
    joined: pd.DataFrame,
    values: dict[str, pd.Series[float]],
    known: pd.Series[bool],
    government: int,
) -> list[Check]:
    notes = [
        Check("rows read", None, f"{rows_text(len(joined))} were read from '{grid.source}'."),
        Check(
            "government hospitals",
            None,
            f"{count_text(government)} of {count_text(len(joined))} hospitals are owned by a "
            "government: state, local, district, federal, veterans, defense or tribal.",
        ),
    ]
    missing = int(sum(score.isna().sum() for score in values.values()))
    if missing:
        notes.append(Check("blank scores", None, f"{count_text(missing)} blank scores left out."))
    if not known.all():
        lost = joined.loc[~known]
        shown = [f"{row['agency']} {row['name']}" for _, row in lost.head(SHOWN).iterrows()]
        more = f", and {count_text(len(lost) - SHOWN)} more" if len(lost) > SHOWN else ""
        notes.append(
            Check(
                "not joined",
                False,
                f"{count_text(len(lost))} of {count_text(len(joined))} hospitals are not in the "
                f"general information and kept with ownership not known: "
                f"{', '.join(shown)}{more}.",
            )
        )
    return notes
