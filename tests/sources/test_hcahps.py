"""HCAHPS scores by hospital: what is read, joined and said, and each trap of the files."""

from __future__ import annotations

import time

import openpyxl
import pandas as pd
import pytest

from cxanalytics.errors import DataError
from cxanalytics.published import NOT_POSSIBLE
from cxanalytics.sources import hcahps
from cxanalytics.sources.hcahps import read_hcahps

SCORES_HEADER = (
    "Facility_ID,Facility_Name,State,County_Population,Overall_Rating,Recommendation_Score,"
    "Nurse_Communication,Doctor_Communication,Staff_Responsiveness,Medicine_Communication,"
    "Discharge_Information,Care_Transition,Cleanliness,Quietness"
)
SCORES = (
    "010001,ST MARY,AL,5000,89,90,91,92,80,75,85,82,82,87",
    "02013F,VETERANS CLINIC,AK,,88,89,90,91,79,74,84,81,81,86",
    "030004,ST MARY,AZ,7000,87,88,89,90,78,73,83,80,80,85",
    "040005,LAKE HOSPITAL,AR,900,86,87,88,89,77,72,82,79,79,84",
)
LIST_HEADER = (
    '"Facility ID","Facility Name","State","Hospital Type","Hospital Ownership",'
    '"Hospital overall rating"'
)
LISTED = (
    '"010001","St Mary","AL","Acute Care Hospitals","Government - Local","4"',
    '"02013F","Veterans Clinic","AK","Acute Care - Veterans Administration",'
    '"Veterans Health Administration","Not Available"',
    '"030004","Saint Mary of AZ","AZ","Acute Care Hospitals","Proprietary","Not Available"',
    '"990009","Elsewhere","WY","Critical Access Hospitals","Tribal","1"',
)


@pytest.fixture
def read(tmp_path):
    def write(scores=SCORES, listed=LISTED, header=SCORES_HEADER, list_header=LIST_HEADER):
        first, second = tmp_path / "scores.csv", tmp_path / "list.csv"
        first.write_text("\n".join([header, *scores]) + "\n", encoding="utf-8")
        second.write_text("\n".join([list_header, *listed]) + "\n", encoding="utf-8")
        return read_hcahps(first, second)

    return write


@pytest.fixture(scope="module")
def hospitals(data_dir):
    folder = data_dir / "hcahps_2024"
    return read_hcahps(
        folder / "hospital_analysis.csv", folder / "Hospital_General_Information.csv"
    )


def told(published):
    return {note.name: note for note in published.notes}


def by_hospital(published):
    return published.frame.drop_duplicates("agency").set_index("agency")


def test_scores_by_identifier(read):
    published = read()
    assert published.agencies == ["010001", "02013F", "030004", "040005"]
    assert published.values("recommend", period=hcahps.PERIOD).to_dict() == {
        "010001": 90.0,
        "02013F": 89.0,
        "030004": 88.0,
        "040005": 87.0,
    }
    assert published.periods == ["2023-04 to 2024-03"]
    assert published.agency_noun == "hospital"
    assert len(published.measures) == 10
    assert {measure.unit for measure in published.measures} == {"score"}


def test_hospitals_of_one_name_stay_apart(read):
    published = read()
    assert by_hospital(published)["name"].tolist().count("ST MARY") == 2
    assert "2 share theirs with another hospital" in told(published)["names"].text
    assert told(published)["names"].text.startswith("1 hospitals have another name in the list")


def test_ownership_and_sector(read):
    rows = by_hospital(read())
    assert rows["ownership"].to_dict() == {
        "010001": "Government - Local",
        "02013F": "Veterans Health Administration",
        "030004": "Proprietary",
        "040005": "",
    }
    assert rows["sector"].to_dict() == {
        "010001": "government",
        "02013F": "government",
        "030004": "other",
        "040005": "",
    }
    assert rows["state"].tolist() == ["AL", "AK", "AZ", "AR"]


def test_hospitals_that_are_not_in_the_list_are_named(read):
    note = told(read())["hospitals not in list.csv"]
    assert note.passed is False
    assert note.text == (
        "3 of 4 hospitals are in the list. The owner of 1 is not known: LAKE HOSPITAL (040005)."
    )


def test_a_list_without_most_hospitals_names_only_some(read):
    more = [SCORES[0].replace("010001", f"0900{place:02}") for place in range(15)]
    note = told(read(scores=(*SCORES, *more)))["hospitals not in list.csv"]
    assert note.text.endswith("(090010) and 4 more.")


def test_all_in_the_list(read):
    note = told(read(scores=SCORES[:3]))["hospitals not in list.csv"]
    assert (note.passed, note.text) == (True, "3 of 3 hospitals are in the list.")


def test_an_identifier_that_ends_in_f_is_federal(read):
    assert told(read())["federal hospitals"].passed is True
    renamed = tuple(row.replace("030004", "03000F") for row in SCORES)
    listed = tuple(row.replace("030004", "03000F") for row in LISTED)
    note = told(read(scores=renamed, listed=listed))["federal hospitals"]
    assert note.passed is False
    assert note.text == (
        "2 identifiers end in F, for federal; 1 disagree with the owner in the list."
    )


def test_an_identifier_read_as_a_number(read):
    with pytest.raises(DataError) as caught:
        read(scores=(SCORES[0].replace("010001", "10001"), *SCORES[1:]))
    assert str(caught.value) == (
        "`agency` (column 'Facility_ID' of 'scores.csv') must be six characters, such as "
        "'010001'; row 2 has '10001'. Read as a number, an identifier loses its leading zero: "
        "read it as text."
    )


def test_an_excel_copy_that_lost_its_zeros(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(SCORES_HEADER.split(","))
    book.active.append([10001, *SCORES[0].split(",")[1:]])
    book.save(tmp_path / "scores.xlsx")
    listed = tmp_path / "list.csv"
    listed.write_text("\n".join([LIST_HEADER, *LISTED]), encoding="utf-8")
    with pytest.raises(DataError, match="row 2 has '10001'"):
        read_hcahps(tmp_path / "scores.xlsx", listed)


def test_an_identifier_twice(read):
    with pytest.raises(DataError) as caught:
        read(scores=(*SCORES, SCORES[0]))
    assert str(caught.value) == (
        "`agency` (column 'Facility_ID' of 'scores.csv') must name each hospital once; row 6 has "
        "'010001'."
    )
    with pytest.raises(DataError, match=r"column 'Facility ID' of 'list\.csv'.* must name each"):
        read(listed=(*LISTED, LISTED[0]))


def test_one_identifier_in_two_states(read):
    with pytest.raises(DataError) as caught:
        read(listed=(LISTED[0].replace('"AL"', '"GA"'), *LISTED[1:]))
    assert str(caught.value) == (
        "'scores.csv' and 'list.csv' must mean the same hospital by an identifier; 010001 is in "
        "AL and in GA, and 0 more differ."
    )


def test_an_unknown_owner(read):
    with pytest.raises(DataError) as caught:
        read(listed=(LISTED[0].replace("Government - Local", "Government - Locl"), *LISTED[1:]))
    message = str(caught.value)
    assert message.startswith("`ownership` must be one of 'Government - Federal', ")
    assert message.endswith("Did you mean 'Government - Local'? (row 2 of 'list.csv')")


@pytest.mark.parametrize("cell", ["Not Available", "", "not applicable"])
def test_a_score_that_is_not_available(read, cell):
    published = read(scores=(SCORES[0].replace(",89,90,", f",89,{cell},"), *SCORES[1:]))
    assert pd.isna(published.values("recommend", period=hcahps.PERIOD)["010001"])
    assert told(published)["scores not available"].text == "1 scores are not available."


@pytest.mark.parametrize("cell", ["high", "101", "-1"])
def test_a_score_that_is_none(read, cell):
    with pytest.raises(DataError) as caught:
        read(scores=(SCORES[0].replace(",89,90,", f",89,{cell},"), *SCORES[1:]))
    assert str(caught.value) == (
        "Column 'Recommendation_Score' of 'scores.csv' must hold scores from 0 to 100; row 2 has "
        f"'{cell}'."
    )


def test_a_column_that_is_absent(read):
    with pytest.raises(DataError, match=r"'scores\.csv' has no column 'Cleanliness'"):
        read(header=SCORES_HEADER.replace("Cleanliness", "Clean"))
    with pytest.raises(DataError, match=r"'list\.csv' has no column 'Hospital Ownership'"):
        read(list_header=LIST_HEADER.replace("Hospital Ownership", "Owner"))


def test_star_ratings_and_county_populations_are_not_read(read):
    published = read()
    assert "Not Available" not in published.frame.astype(str).to_numpy()
    assert len(published.frame) == 40


def test_caveats_reach_the_reader(read):
    notes = told(read())
    assert "no range can be given" in notes["no counts"].text
    assert "small hospitals are under-represented" in notes["left out by the publisher's copy"].text
    assert notes["left out by the publisher's copy"].passed is False
    assert "no share of promoters" in notes["linear scores"].text
    assert "survey mode" in notes["dates and mode"].text
    assert "later release" in notes["ownership"].text
    assert NOT_POSSIBLE.startswith("Not possible")


@pytest.mark.data
def test_what_the_files_hold(hospitals):
    assert len(hospitals.agencies) == 3_197
    assert len(hospitals.frame) == 31_970
    assert hospitals.frame["value"].notna().all()
    assert dict(hospitals.facts) == {
        "hospitals": 3_197,
        "hospitals_joined": 3_189,
        "government_hospitals": 571,
        "federal_identifiers": 137,
        "states": 53,
    }


@pytest.mark.data
def test_government_hospitals(hospitals):
    rows = by_hospital(hospitals)
    owners = rows.loc[rows["sector"] == "government", "ownership"].value_counts().to_dict()
    assert owners.pop("Veterans Health Administration") == 111
    assert owners.pop("Department of Defense") == 26
    assert owners.pop("Tribal") == 4
    assert sum(owners.values()) == 430
    assert all(owner.startswith("Government - ") for owner in owners)
    assert (rows["sector"] == "other").sum() == 3_189 - 571


@pytest.mark.data
def test_the_eight_that_are_not_in_the_list(hospitals):
    rows = by_hospital(hospitals)
    unknown = rows.index[rows["ownership"] == ""].tolist()
    assert len(unknown) == 8
    note = told(hospitals)["hospitals not in Hospital_General_Information.csv"]
    assert note.text.startswith("3,189 of 3,197 hospitals are in the list. The owner of 8 is not")
    assert all(identifier in note.text for identifier in unknown)
    assert told(hospitals)["federal hospitals"].passed is True


@pytest.mark.data
def test_reading_is_quick(data_dir):
    folder = data_dir / "hcahps_2024"
    start = time.process_time()
    read_hcahps(folder / "hospital_analysis.csv", folder / "Hospital_General_Information.csv")
    assert time.process_time() - start < 5
