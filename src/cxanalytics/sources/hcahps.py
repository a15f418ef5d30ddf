"""What did patients say of US hospitals from April 2023 to March 2024, and who owns the hospital?

Reads ten HCAHPS linear mean scores by hospital, published without the number of answers, and joins
the ownership of each hospital from the publisher's hospital list, which is of a later release. A
hospital is known by its identifier: 109 share a name with another one, and 70 go by another name
in the list. The score of "would recommend" is an answer from "definitely no" to "definitely yes"
put on 0 to 100. It is neither a share nor a net promoter score.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from cxanalytics.columns import plain, refuse
from cxanalytics.errors import DataError, must_be
from cxanalytics.formats import count as count_text
from cxanalytics.formats import list_words
from cxanalytics.published import Comparison, Published, PublishedMeasure
from cxanalytics.sources._grid import Grid, read_grid
from cxanalytics.tables import Check

PERIOD = "2023-04 to 2024-03"
SCORES = {
    "Recommendation_Score": ("recommend", "Would recommend the hospital"),
    "Overall_Rating": ("overall_rating", "Overall rating of the hospital"),
    "Nurse_Communication": ("nurses", "Communication with nurses"),
    "Doctor_Communication": ("doctors", "Communication with doctors"),
    "Staff_Responsiveness": ("responsiveness", "Responsiveness of staff"),
    "Medicine_Communication": ("medicines", "Communication about medicines"),
    "Discharge_Information": ("discharge", "Information at discharge"),
    "Care_Transition": ("care_transition", "Care transition"),
    "Cleanliness": ("cleanliness", "Cleanliness"),
    "Quietness": ("quietness", "Quietness"),
}
LINEAR = "A linear mean from 0 to 100, no share of patients."
RECOMMEND = (
    'A linear mean from 0 to 100 of answers from "definitely no" to "definitely yes": no share of '
    "patients who would recommend."
)
MEASURES = tuple(
    PublishedMeasure(
        name=name,
        label=label,
        unit="score",
        low=0.0,
        high=100.0,
        wording=RECOMMEND if name == "recommend" else LINEAR,
    )
    for name, label in SCORES.values()
)
GOVERNMENT = (
    "Government - Federal",
    "Government - Hospital District or Authority",
    "Government - Local",
    "Government - State",
    "Veterans Health Administration",
    "Department of Defense",
    "Tribal",
)
OTHER = (
    "Voluntary non-profit - Private",
    "Voluntary non-profit - Church",
    "Voluntary non-profit - Other",
    "Proprietary",
    "Physician",
)
FEDERAL_IDS = ("Veterans Health Administration", "Department of Defense")
GROUPS = ("ownership", "sector", "type", "state")
COMPARISON = Comparison(
    groups=("sector", "ownership"),
    alike="type",
    together="state",
    words={"government": "owned by government", "other": "of other owners"},
)
NO_SCORE = ("", "not available", "not applicable")
LISTED = 12

NOTES = (
    Check(
        "no counts",
        None,
        "The numbers of completed surveys and the response rates are not in the file: no range can "
        "be given to the score of one hospital.",
    ),
    Check(
        "left out by the publisher's copy",
        False,
        "Hospitals without scores were removed before the file was made (too few cases, not "
        "available, did not take part), so small hospitals are under-represented.",
    ),
    Check(
        "linear scores",
        None,
        'Scores are linear means from 0 to 100. "Would recommend" runs from "definitely no" to '
        '"definitely yes"; it is no share of promoters.',
    ),
    Check(
        "dates and mode", None, "The file does not tell survey dates or survey mode by hospital."
    ),
    Check(
        "ownership",
        None,
        "Ownership is that of a later release of the hospital list, whose date is not stated.",
    ),
)


def read_hcahps(scores_path: str | Path, hospitals_path: str | Path) -> Published:
    """Read HCAHPS linear mean scores by hospital, with who owns the hospital.

    Parameters
    ----------
    scores_path : str or Path
        hospital_analysis.csv: one row per hospital, ten scores.
    hospitals_path : str or Path
        Hospital_General_Information.csv: one row per hospital.

    Returns
    -------
    Published
        Ten scores from 0 to 100, one wave. `agency` is the six-character identifier, `name` the
        hospital's name in the survey file; groups `ownership`, `sector` ("government" or "other"),
        `type` and `state`. The three from the hospital list are "" where it lacks the hospital.

    Raises
    ------
    DataError
        A column is absent; an identifier is repeated or has lost its leading zero; a score is no
        number from 0 to 100; an ownership is unknown; the files put a hospital in different states.
    """
    survey, listed = read_grid(scores_path), read_grid(hospitals_path)
    hospitals = pd.DataFrame(
        {
            "agency": _identifiers(survey, "Facility_ID"),
            "name": _texts(survey, "Facility_Name", "name"),
            "state": _texts(survey, "State", "state"),
        }
    )
    joined = _join(hospitals, _hospital_list(listed), survey.source, listed.source)
    scores = {
        measure.name: _scores(survey, column)
        for column, measure in zip(SCORES, MEASURES, strict=True)
    }
    frame = joined.assign(**scores).melt(
        id_vars=["agency", "name", *GROUPS],
        value_vars=list(scores),
        var_name="measure",
        value_name="value",
    )
    return Published(
        frame=frame.assign(period=PERIOD, measure=frame["measure"].astype(str)),
        measures=MEASURES,
        groups=GROUPS,
        agency_noun="hospital",
        headline="recommend",
        comparison=COMPARISON,
        notes=(*NOTES, *_notes(joined, listed.source), *_missing_note(frame)),
        facts=_facts(joined),
    )


def _texts(grid: Grid, column: str, use: str) -> pd.Series:
    cells = grid.column(column, use).astype(object)
    return cells.map(plain).astype(str).reset_index(drop=True).rename(use)


def _identifiers(grid: Grid, column: str) -> pd.Series:
    cells = grid.column(column, "agency").astype(object).map(plain).astype(str)
    refuse(
        cells,
        ~cells.str.fullmatch(r"[0-9A-Z]{6}").to_numpy(dtype=bool),
        f"`agency` (column '{column}' of '{grid.source}') must be six characters, such as '010001'",
        " Read as a number, an identifier loses its leading zero: read it as text.",
    )
    refuse(
        cells,
        cells.duplicated().to_numpy(),
        f"`agency` (column '{column}' of '{grid.source}') must name each hospital once",
    )
    return cells.reset_index(drop=True)


def _hospital_list(grid: Grid) -> pd.DataFrame:
    ownership = grid.column("Hospital Ownership", "ownership").astype(object).map(plain).astype(str)
    known = (*GOVERNMENT, *OTHER)
    unknown = ~ownership.isin(known)
    if unknown.any():
        got = must_be("ownership", known, ownership.loc[unknown].iloc[0])
        raise DataError(f"{got} (row {ownership.index[unknown][0]} of '{grid.source}')")
    return pd.DataFrame(
        {
            "agency": _identifiers(grid, "Facility ID"),
            "ownership": ownership.to_numpy(),
            "type": _texts(grid, "Hospital Type", "type"),
            "listed_name": _texts(grid, "Facility Name", "name"),
            "listed_state": _texts(grid, "State", "state"),
        }
    )


def _join(
    hospitals: pd.DataFrame, listed: pd.DataFrame, source: str, listed_source: str
) -> pd.DataFrame:
    joined = hospitals.merge(listed, on="agency", how="left", validate="one_to_one").fillna("")
    known = joined["listed_state"] != ""
    moved = joined.loc[known & (joined["listed_state"] != joined["state"])]
    if len(moved):
        row = moved.iloc[0]
        raise DataError(
            f"'{source}' and '{listed_source}' must mean the same hospital by an identifier; "
            f"{row['agency']} is in {row['state']} and in {row['listed_state']}, and "
            f"{len(moved) - 1} more differ."
        )
    government = joined["ownership"].isin(GOVERNMENT)
    sector = np.where(government, "government", np.where(known, "other", ""))
    return joined.assign(sector=sector)


def _scores(grid: Grid, column: str) -> pd.Series:
    cells = grid.column(column, "score").astype(object)
    blank = cells.map(lambda cell: plain(cell).lower() in NO_SCORE).to_numpy(dtype=bool)
    numbers = pd.to_numeric(cells.where(~blank), errors="coerce")
    refuse(
        cells,
        ~blank & ~numbers.between(0, 100).to_numpy(),
        f"Column '{column}' of '{grid.source}' must hold scores from 0 to 100",
    )
    return numbers.astype(float).reset_index(drop=True)


def _notes(joined: pd.DataFrame, listed_source: str) -> tuple[Check, ...]:
    known = joined["sector"] != ""
    absent = joined.loc[~known]
    text = f"{count_text(known.sum())} of {count_text(len(joined))} hospitals are in the list."
    if len(absent):
        named = [
            f"{name} ({key})" for name, key in zip(absent["name"], absent["agency"], strict=True)
        ]
        more = len(named) - LISTED
        named = named[:LISTED] + ([f"{count_text(more)} more"] if more > 0 else [])
        text += f" The owner of {count_text(len(absent))} is not known: {list_words(named)}."
    renamed = known & (joined["name"].str.casefold() != joined["listed_name"].str.casefold())
    federal = joined["agency"].str.endswith("F")
    fits = (federal & known) == joined["ownership"].isin(FEDERAL_IDS)
    rows = f"{count_text(len(joined))} rows"
    return (
        Check("rows read", None, f"{rows} read, one per hospital."),
        Check("rows kept", None, f"{rows} kept."),
        Check(f"hospitals not in {listed_source}", not len(absent), text),
        Check(
            "names",
            None,
            f"{count_text(renamed.sum())} hospitals have another name in the list, and "
            f"{count_text(joined['name'].duplicated(keep=False).sum())} share theirs with another "
            "hospital: they are told apart by identifier.",
        ),
        Check(
            "federal hospitals",
            bool(fits.all()),
            f"{count_text(federal.sum())} identifiers end in F, for federal; "
            + (
                "they are the hospitals of the Veterans Health Administration and the Department "
                "of Defense."
                if fits.all()
                else f"{count_text((~fits).sum())} disagree with the owner in the list."
            ),
        ),
    )


def _missing_note(frame: pd.DataFrame) -> tuple[Check, ...]:
    missing = int(frame["value"].isna().sum())
    if not missing:
        return ()
    return (
        Check("scores not available", None, f"{count_text(missing)} scores are not available."),
    )


def _facts(joined: pd.DataFrame) -> dict[str, float | int | str | bool]:
    return {
        "hospitals": len(joined),
        "hospitals_joined": int((joined["sector"] != "").sum()),
        "government_hospitals": int((joined["sector"] == "government").sum()),
        "federal_identifiers": int(joined["agency"].str.endswith("F").sum()),
        "states": int(joined["state"].nunique()),
    }
