"""Federal separations: awkward encodings, totals, unspecified rows, and rates to compare."""

from __future__ import annotations

import pytest

from cxanalytics.errors import DataError
from cxanalytics.sources.opm_separations import KINDS, read_opm_separations

HEADER = ("agency_name", "separation", "Trump_Separations")
COUNTS = {"Quit": 4, "Retirement": 3, "Death": 1}


def kinds(unit, counts):
    return [(unit, kind, counts.get(kind, 0)) for kind in KINDS]


SEPARATIONS = [
    *kinds("AG03-FIELDS, SERVICE OF", COUNTS),
    *kinds("AG**-UNSPECIFIED", {"Quit": 2}),
    *kinds("DD16-SCHOOLS", {"Quit": 20}),
    *kinds("YG00-CLOSED COMMISSION", {}),
]
HEADCOUNT = [
    ("AG03-FIELDS, SERVICE OF", "100"),
    ("AG**-UNSPECIFIED", "15"),
    ("DD16-SCHOOLS", "200"),
    ("HB01-NEW OFFICE", "NA"),
    ("All Agencies", "320"),
    ("", ""),
]


@pytest.fixture
def files(tmp_path):
    def write(separations=SEPARATIONS, headcount=HEADCOUNT, *, column="Location - All", bom=True):
        left, right = tmp_path / "separations.csv", tmp_path / "headcount.csv"
        lines = [",".join(f'"{cell}"' for cell in row) for row in [HEADER, *separations]]
        left.write_bytes("\r".join(lines).encode("utf-8-sig"))
        tabbed = [f'"Employment"\t"United States"\t"{column}"\t']
        tabbed += [f'"{unit}"\tNA\t{number}\t' for unit, number in headcount]
        text = "\r".join(tabbed) + "\r\x00"
        right.write_bytes(text.encode("utf-16-le" if not bom else "utf-16"))
        return left, right

    return write


def notes(operations):
    return {note.name: note.text for note in operations.notes}


def test_encodings_and_line_ends(files):
    operations = read_opm_separations(*files())
    frame = operations.frame.set_index("unit")
    assert frame.index.tolist() == ["AG03", "DD16", "HB01", "YG00"]
    assert frame.loc["AG03", "name"] == "FIELDS, SERVICE OF"
    assert frame.loc["AG03", ["quits", "retirements", "deaths", "separations"]].tolist() == [
        4,
        3,
        1,
        8,
    ]
    assert frame.loc["AG03", "headcount"] == 100
    assert frame.loc["HB01", "name"] == "NEW OFFICE"
    assert operations.periods == ["2017"]


def test_quit_rate(files):
    operations = read_opm_separations(*files())
    rate = operations.score("quit_rate", by=["unit"]).set_index("unit")["value"]
    assert rate.to_dict() == {"AG03": 0.04, "DD16": 0.1}
    measure = operations.measure("quit_rate")
    assert (measure.kind, measure.higher_is_better) == ("rate", False)


def test_what_was_left_out_is_said(files):
    said = notes(read_opm_separations(*files()))
    assert said["separations read"] == "28 rows were read from 'separations.csv'."
    assert said["unspecified sub-agencies"] == (
        "1 unspecified sub-agency with 2 separations left out."
    )
    assert said["totals"] == "3 rows of totals, blanks and unspecified sub-agencies left out."
    assert said["headcount"] == (
        "315 employees stand in the rows; the file's total is 320. 1 row without a headcount kept: "
        "no rate."
    )
    assert said["in one file only"].startswith(
        "1 sub-agency has separations and no row of headcount, 1 the reverse"
    )
    assert "six months or nine" in said["months"]
    assert "cannot follow" in said["order in time"]
    assert said["temporary staff"].startswith(
        "Quits follow from how Department of Defense Education Activity (DD16) hires"
    )


def test_names_of_agencies(files, tmp_path):
    names = tmp_path / "names.txt"
    names.write_text(
        "AGYTYP,AGYTYPT,AGY,AGYT,AGYSUB,AGYSUBT\n"
        "1,Cabinet,AG,AG-DEPARTMENT OF AGRICULTURE,AG03,AG03-FIELDS\n",
        encoding="utf-8",
    )
    with_names = read_opm_separations(*files(), names=names).frame.set_index("unit")["agency"]
    assert with_names["AG03"] == "DEPARTMENT OF AGRICULTURE"
    assert with_names["DD16"] == "DD"
    assert read_opm_separations(*files()).frame["agency"].tolist() == ["AG", "DD", "HB", "YG"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            ("AG03-FIELDS, SERVICE OF", "Quit", 4),
            "'separations.csv' must have one row per sub-agency and kind of separation; AG03 has "
            "'Quit' twice.",
        ),
        (
            ("AG04-WATER", "Quit", "many"),
            "'separations.csv' must hold whole numbers, 0 or more; AG04, Quit has 'many'.",
        ),
        (
            ("All Agencies", "Quit", 9),
            "A sub-agency in 'separations.csv' must be a code, a hyphen and a name, such as "
            "'AG03-AGRICULTURAL RESEARCH SERVICE'; got 'All Agencies'.",
        ),
    ],
)
def test_bad_rows(files, row, message):
    with pytest.raises(DataError) as caught:
        read_opm_separations(*files([*SEPARATIONS, row]))
    assert str(caught.value) == message


def test_an_unknown_kind(files):
    with pytest.raises(DataError, match=r"must be one of 'Quit', .*; got 'Vanished'\.$"):
        read_opm_separations(*files([*SEPARATIONS, ("AG04-WATER", "Vanished", 1)]))


def test_a_sub_agency_twice(files):
    with pytest.raises(DataError) as caught:
        read_opm_separations(*files(headcount=[*HEADCOUNT, HEADCOUNT[0]]))
    assert str(caught.value) == "'headcount.csv' must have one row per sub-agency; AG03 has two."


def test_a_column_is_absent(files):
    with pytest.raises(DataError) as caught:
        read_opm_separations(*files(column="All"))
    assert str(caught.value) == (
        "'headcount.csv' must have the column 'Location - All'; it has 'Employment', "
        "'United States' and 'All'."
    )


def test_neither_encoding(files):
    left, right = files()
    right.write_bytes("Employment\tLocation - All\rAB00-CAFÉ\t1\r".encode("cp1252"))
    with pytest.raises(DataError) as caught:
        read_opm_separations(left, right)
    assert str(caught.value) == (
        "'headcount.csv' must be UTF-8, or UTF-16 with a byte order mark; it is neither."
    )
    with pytest.raises(DataError, match="`path` must be a file that exists"):
        read_opm_separations(left, right.with_name("none.csv"))


@pytest.mark.data
def test_what_the_published_files_hold(data_dir):
    folder = data_dir / "opm_separations_2017"
    operations = read_opm_separations(
        folder / "trump_separations_thru_june.csv",
        folder / "sep-17_summary_all.csv",
        names=folder / "DTagy_2017_9.txt",
    )
    frame = operations.frame
    said = notes(operations)
    assert said["separations read"].startswith("4,053 rows")  # 579 sub-agencies by 7 kinds
    assert said["unspecified sub-agencies"].startswith("8 unspecified sub-agencies with 2 ")
    assert frame["separations"].notna().sum() == 579 - 8
    assert said["headcount"].startswith(
        "1,869,745 employees stand in the rows; the file's total is 1,869,986."
    )
    assert frame["unit"].is_unique and not frame["unit"].str.contains("*", regex=False).any()
    assert "All Agencies" not in set(frame["name"])
    assert frame["quits"].sum() == 32_149 - 1
    assert frame.set_index("unit").loc["AF02", "agency"] == "DEPARTMENT OF THE AIR FORCE"
    assert "Bureau of the Census (CM63)" in said["temporary staff"]
