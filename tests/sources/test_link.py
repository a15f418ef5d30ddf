"""Linking by name, by code and through a crosswalk: what joins, what is refused, who is missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import DataError, ParamsError
from cxanalytics.models import fit_morale_performance
from cxanalytics.operations import OperationMeasure, Operations
from cxanalytics.sources._fevs_2018_names import LEVEL1
from cxanalytics.sources.fevs_2018 import read_fevs_2018
from cxanalytics.sources.link import (
    compare_codes,
    link_by_code,
    link_sources,
    link_through_crosswalk,
    panel_from_links,
    panel_with_operations,
    read_crosswalk,
    read_units,
    suggest_units,
    unit_codes,
)
from cxanalytics.sources.link.codes import LEAST_SHARED
from cxanalytics.sources.link.names import likeness, weigh_words, words_of
from cxanalytics.sources.nhs_ae import read_nhs_ae
from cxanalytics.sources.nhs_staff import read_nhs_staff
from cxanalytics.sources.opm_separations import read_opm_separations
from cxanalytics.tables import Panel

COLLIDING = "AFZG AG07 AG10 AG14 AG15 DD01 HE12 IN01 IN05 IN06 IN07 IN15".split()


def staff(*rows):
    return pd.DataFrame(rows, columns=["unit", "period", "morale"])


def customers(*rows):
    return pd.DataFrame(rows, columns=["unit", "period", "score"])


def pairs(*rows):
    return pd.DataFrame(rows, columns=["staff_unit", "customer_unit", "similarity", "confirmed"])


STAFF = staff(("Parks", "2024", 3.5), ("Parks", "2025", 3.6), ("Water", "2024", 4.0))
CUSTOMERS = customers(("Parks", "2024", 0.5), ("Parks", "2026", 0.7), ("Waterworks", "2024", 0.9))


# names


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("U.S. Office of the Inspector General (OIG)", ("us", "office", "inspector", "general")),
        ("United States Mint", ("us", "mint")),
        ("HEADQUARTERS,  NASA", ("hq", "nasa")),
        ("Parks & Recreation", ("parks", "recreation")),
        ("(OIG)", ("oig",)),
        ("水道局", ("水道局",)),
        ("---", ()),
    ],
)
def test_words_of_a_name(name, words):
    assert words_of(name) == words


def test_a_common_word_says_little():
    names = ["Office of Water", "Office of Roads", "Office of Parks", "Waters"]
    weights = weigh_words(names)
    by_water = likeness("Office of Water", "Waters", weights=weights)
    by_office = likeness("Office of Water", "Office of Roads", weights=weights)
    assert weights["office"] < weights["water"]
    assert likeness("office of  WATER", "Office of Water", weights=weights) == 1.0
    assert by_water > by_office


def test_words_of_one_stem_only():
    weights = weigh_words(["a b"])
    assert likeness("Medicine", "Medical", weights=weights) > 0.5
    assert likeness("Interior", "Internal", weights=weights) < 0.5


# units.csv


def test_suggestions():
    table = suggest_units(
        ["Dept. of Parks", "  water  BUREAU", "Revenue", "", "Revenue"],
        ["Parks Department", "Water Bureau", "Revenue", "Fire & Rescue"],
    )
    assert list(table.columns) == ["staff_unit", "customer_unit", "similarity", "confirmed"]
    found = table.set_index("staff_unit")
    assert found.loc["Revenue"].tolist() == ["Revenue", 1.0, "yes"]
    assert found.loc["water  BUREAU"].tolist() == ["Water Bureau", 1.0, "yes"]
    parks = found.loc["Dept. of Parks"]
    assert parks["customer_unit"] == "Parks Department" and parks["confirmed"] == "no"
    assert 0.5 < parks["similarity"] < 1
    assert found.loc[""].tolist() == ["Fire & Rescue", 0.0, "no"]


def test_a_name_that_only_looks_alike_is_never_confirmed():
    table = suggest_units(["North Office", "north office"], ["North Office", "Harbor"])
    assert set(table["confirmed"]) == {"no"}
    typo = suggest_units(["North Ofice"], ["North Office"])
    assert typo.loc[0, "similarity"] > 0.9 and typo.loc[0, "confirmed"] == "no"


def test_unlike_names_are_not_suggested():
    table = suggest_units(["Harbor"], ["Library"])
    assert table.to_numpy().tolist() == [["Harbor", "", 0.0, "no"], ["", "Library", 0.0, "no"]]


def test_long_lists_of_names():
    names = [f"Office {number:04d}" for number in range(600)]
    table = suggest_units(names, names[::-1])
    assert (table["staff_unit"] == table["customer_unit"]).all()
    assert set(table["confirmed"]) == {"yes"}


def test_suggestions_need_names():
    with pytest.raises(DataError) as caught:
        suggest_units(["Parks"], ["", "  "])
    assert str(caught.value) == "`customer_names` must hold at least one name; got none."


@pytest.fixture
def units_csv(tmp_path):
    def write(*rows, header="staff_unit,customer_unit,similarity,confirmed"):
        path = tmp_path / "units.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return write


def test_units_are_read(units_csv):
    units = read_units(units_csv("Parks,Parks,1,Yes", "Water,,0,no", ",Library,,no"))
    assert units["confirmed"].tolist() == ["yes", "no", "no"]
    assert units["similarity"].tolist()[:2] == [1.0, 0.0]
    assert units.index.tolist() == [2, 3, 4]
    plain = read_units(units_csv("Parks,Park,yes", header="staff_unit,customer_unit,confirmed"))
    assert plain["similarity"].isna().all()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            ["Parks,Parks,1,maybe"],
            "`confirmed` in 'units.csv' must be yes or no; row 2 has 'maybe'.",
        ),
        (
            ["Parks,,1,yes"],
            "`customer_unit` must be filled in every confirmed row; row 2 is empty.",
        ),
        (
            ["Parks,Parks,1,yes", "Parks,Gardens,0.4,yes"],
            "`units` must pair each unit with one other; staff_unit 'Parks' is confirmed with "
            "'Parks' and 'Gardens'. Confirm one of them, or sum the parts into one unit first.",
        ),
        (
            ["Parks,Parks,1,yes", "Gardens,Parks,0.4,yes"],
            "`units` must pair each unit with one other; customer_unit 'Parks' is confirmed with "
            "'Parks' and 'Gardens'. Confirm one of them, or sum the parts into one unit first.",
        ),
    ],
)
def test_bad_units(units_csv, rows, message):
    with pytest.raises(DataError) as caught:
        read_units(units_csv(*rows))
    assert str(caught.value) == message


def test_the_apostrophe_before_a_formula_is_no_part_of_a_name(units_csv):
    units = read_units(units_csv("'=1+1,'@home,,yes", "'s Park,''=x,,yes"))
    assert units["staff_unit"].tolist() == ["=1+1", "'s Park"]
    assert units["customer_unit"].tolist() == ["@home", "''=x"]


def test_units_in_a_workbook(tmp_path):
    path = tmp_path / "units.xlsx"
    pairs(("Parks", "Park", 0.9, "yes"), ("Water", None, None, "no")).to_excel(path, index=False)
    units = read_units(path)
    assert units["customer_unit"].tolist() == ["Park", ""]
    assert units["similarity"].isna().tolist() == [False, True]


def test_a_suggestion_survives_its_file(tmp_path):
    table = suggest_units(["Parks", "Water"], ["Parks", "Waterworks"])
    path = tmp_path / "units.csv"
    table.to_csv(path, index=False)
    assert read_units(path).reset_index(drop=True)["staff_unit"].tolist() == ["Parks", "Water"]


# links by name


def test_equal_names_join_in_equal_periods():
    linked = link_sources(STAFF, CUSTOMERS)
    assert linked.frame.to_dict("records") == [
        {"unit": "Parks", "period": "2024", "morale": 3.5, "score": 0.5}
    ]
    assert repr(linked).startswith("Linked: 1 rows. 1 of 3 rows and 1 of 2 names")


def test_coverage_by_name_on_both_sides():
    coverage = link_sources(STAFF, CUSTOMERS).coverage
    assert coverage.to_numpy().tolist() == [
        ["staff survey", "Parks", 2, 1, "Parks", "no customer survey for 2025"],
        [
            "staff survey",
            "Water",
            1,
            0,
            "",
            "no such name in the customer survey; the closest is 'Waterworks' (similarity 0.83)",
        ],
        ["customer survey", "Parks", 2, 1, "Parks", "no staff survey for 2026"],
        [
            "customer survey",
            "Waterworks",
            1,
            0,
            "",
            "no such name in the staff survey; the closest is 'Water' (similarity 0.83)",
        ],
    ]


def test_coverage_is_said():
    first, second = link_sources(STAFF, CUSTOMERS, left_name="staff", right_name="callers").notes
    assert first.text == (
        "1 of 3 rows and 1 of 2 names in the staff are linked to the callers; not linked: Water."
    )
    assert second.name == "linked from the callers"


def test_unconfirmed_rows_never_join():
    units = pairs(("Parks", "Parks", 1.0, "no"), ("Water", "Waterworks", 0.8, "yes"))
    linked = link_sources(STAFF, CUSTOMERS, units=units)
    assert linked.frame["unit"].tolist() == ["Water"]
    assert linked.frame["customer_unit"].tolist() == ["Waterworks"]
    reasons = linked.coverage.set_index(["source", "name"])["reason"]
    unconfirmed = "'Parks' is suggested (similarity 1.00) and not confirmed"
    assert reasons[("staff survey", "Parks")] == unconfirmed
    assert reasons[("customer survey", "Parks")] == unconfirmed
    assert reasons[("staff survey", "Water")] == ""


def test_why_a_listed_name_does_not_join():
    units = pairs(("Parks", "Parks", np.nan, "yes"), ("Water", "Sewers", np.nan, "yes"))
    reasons = link_sources(STAFF, CUSTOMERS, units=units).coverage.set_index(["source", "name"])[
        "reason"
    ]
    assert reasons[("staff survey", "Water")] == "its partner 'Sewers' has no rows"
    assert reasons[("customer survey", "Waterworks")] == "not in units.csv"
    alone = pairs(("Parks", "Parks", np.nan, "yes"), ("Water", "", 0.0, "no"))
    reasons = link_sources(STAFF, CUSTOMERS, units=alone).coverage.set_index(["source", "name"])[
        "reason"
    ]
    assert reasons[("staff survey", "Water")] == "no partner is known"


def test_one_to_many_is_refused_with_the_names():
    doubled = customers(*CUSTOMERS.to_numpy(), ("Parks", "2024", 0.1), ("Waterworks", "2024", 0.2))
    with pytest.raises(DataError) as caught:
        link_sources(STAFF, doubled)
    assert str(caught.value) == (
        "The customer survey must have one row per unit and period to be linked; it has several "
        "for 'Parks / 2024' and 'Waterworks / 2024'. Sum them first: each would join the same row "
        "of the other source."
    )


def test_two_confirmed_partners_are_refused():
    units = pairs(("Parks", "Parks", 1.0, "yes"), ("Parks", "Waterworks", 0.2, "yes"))
    with pytest.raises(DataError, match="'Parks' is confirmed with 'Parks' and 'Waterworks'"):
        link_sources(STAFF, CUSTOMERS, units=units)


def test_many_units_with_several_partners():
    units = pairs(*[(unit, other, 1.0, "yes") for unit in "AB" for other in ("x" + unit, "y")])
    with pytest.raises(DataError, match="1 more unit has several"):
        link_sources(STAFF, CUSTOMERS, units=units)


def test_rows_without_a_name_stay_out():
    blank = staff(*STAFF.to_numpy(), ("", "2024", 1.0), (np.nan, "2024", 2.0))
    coverage = link_sources(blank, CUSTOMERS).coverage
    assert coverage.iloc[0].tolist() == ["staff survey", "", 2, 0, "", "the name is empty"]


def test_nothing_joins():
    with pytest.raises(DataError) as caught:
        link_sources(STAFF, customers(("Fire", "2024", 0.5)))
    assert str(caught.value) == (
        "None of the 3 rows of the staff survey joins the customer survey: the first is 'Parks', "
        "'2024', the other's 'Fire', '2024'. Pair the names in units.csv and confirm them, and "
        "write periods alike."
    )
    with pytest.raises(DataError, match=r"^None of the 3 rows"):
        link_sources(STAFF, CUSTOMERS, units=pairs(("Parks", "Parks", 1.0, "no")))


def test_shared_columns_must_agree():
    left, right = STAFF.assign(city="York", n=10), CUSTOMERS.assign(city="York", n=20)
    with pytest.raises(DataError) as caught:
        link_sources(left, right)
    assert str(caught.value) == (
        "A column that both sources have must say the same; 'n' is '10' in the staff survey and "
        "'20' in the customer survey for 'Parks', '2024'. Rename it in one of them."
    )
    assert link_sources(left, right.drop(columns="n")).frame["city"].tolist() == ["York"]


def test_by_agency_and_unit():
    left = STAFF.assign(agency="City")
    right = CUSTOMERS.assign(agency=["City", "City", "County"])
    linked = link_sources(left, right, by=("agency", "unit", "period"))
    assert linked.coverage.iloc[0]["name"] in ("Parks / City", "City / Parks")
    assert len(linked.frame) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"by": ("period",)}, "`by` must hold a name, such as 'unit'; got ['period']."),
        (
            {"right_name": "staff survey"},
            "`left_name` and `right_name` must differ; both are 'staff survey'.",
        ),
        (
            {"by": ("team",)},
            "The staff survey must have the columns 'team' to be linked; it lacks 'team'.",
        ),
    ],
)
def test_bad_arguments(options, message):
    with pytest.raises(DataError) as caught:
        link_sources(STAFF, CUSTOMERS, **options)
    assert str(caught.value) == message


def test_columns_of_other_types():
    left = STAFF.astype({"unit": "category"}).assign(period=[2024, 2025, 2024])
    left = left.assign(unit=left["unit"].where([True, True, False]))
    linked = link_sources(left, CUSTOMERS)
    assert linked.frame[["unit", "period"]].to_numpy().tolist() == [["Parks", "2024"]]
    assert linked.coverage.iloc[0]["reason"] == "the name is empty"


def test_inputs_are_unchanged():
    left, right = STAFF.copy(), CUSTOMERS.copy()
    link_sources(left, right)
    pd.testing.assert_frame_equal(left, STAFF)
    pd.testing.assert_frame_equal(right, CUSTOMERS)


# links by code

LEFT = pd.DataFrame(
    {
        "code": ["A1", "A2", "A3", "A4"],
        "ours": ["Land Survey", "Parks (PK)", "Water Board", "Ports"],
        "morale": [1.0, 2.0, 3.0, 4.0],
    }
)
RIGHT = pd.DataFrame(
    {
        "code": ["A1", "A2", "A3", "B9"],
        "theirs": ["LAND SURVEY OFFICE", "PARKS", "TAX COURT", "MINT"],
        "quits": [5.0, 6.0, 7.0, 8.0],
    }
)
LABELS = {"code": "code", "left_label": "ours", "right_label": "theirs"}


def test_a_colliding_code_is_refused_with_both_names():
    with pytest.raises(DataError) as caught:
        link_by_code(LEFT, RIGHT, **LABELS)
    assert str(caught.value) == (
        "`code` must mean the same unit in both lists; of 3 shared codes 1 has names that "
        "disagree: A3. A3 is 'Water Board' in the staff survey and 'TAX COURT' in the operations. "
        "Pass collisions='leave out', list the codes that are right in `checked`, or use a "
        "crosswalk."
    )


def test_colliding_codes_left_out_are_in_the_coverage():
    linked = link_by_code(LEFT, RIGHT, **LABELS, collisions="leave out")
    assert linked.frame["code"].tolist() == ["A1", "A2"]
    reasons = linked.coverage.set_index(["source", "name"])["reason"]
    assert reasons[("staff survey", "A3")] == "the code is 'TAX COURT' there"
    assert reasons[("operations", "A3")] == "the code is 'Water Board' there"
    assert reasons[("staff survey", "A4")].startswith("no such name in the operations")
    assert len(linked.coverage) == 8


def test_a_checked_code_joins():
    linked = link_by_code(LEFT, RIGHT, **LABELS, checked=["A3"])
    assert linked.frame["code"].tolist() == ["A1", "A2", "A3"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"collisions": "ignore"},
            "`collisions` must be one of 'refuse', 'leave out'; got 'ignore'.",
        ),
        ({"checked": ["B9"]}, "`checked` must hold codes that both lists have; got 'B9'."),
        ({"at_least": 0.0}, "`at_least` must be above 0 and at most 1; got 0."),
        (
            {"right_label": "ours"},
            "`left_label` and `right_label` must be two columns; both are 'ours'.",
        ),
    ],
)
def test_bad_arguments_of_codes(options, message):
    with pytest.raises(ParamsError) as caught:
        link_by_code(LEFT, RIGHT, **{**LABELS, **options})
    assert str(caught.value) == message


def test_a_code_with_two_names():
    twice = pd.concat([RIGHT, RIGHT.iloc[[0]].assign(theirs="MINT")])
    with pytest.raises(DataError) as caught:
        compare_codes(LEFT, twice, **LABELS)
    assert str(caught.value) == (
        "`code` must have one name in a list; 'A1' has 'LAND SURVEY OFFICE' and 'MINT' in 'theirs'."
    )


def test_a_code_without_a_name_does_not_agree():
    pairs_found = compare_codes(LEFT.assign(ours=["", "Parks", "x", "y"]), RIGHT, **LABELS)
    assert pairs_found["agree"].tolist() == [False, True, False]


def test_codes_in_names():
    names = pd.Series(["Office of Water (EP04)", "AFZZ", "Office", "Mint (MINTS)"])
    assert unit_codes(names).tolist() == ["EP04", "AFZZ", "", ""]


# a crosswalk


@pytest.fixture
def crosswalk(tmp_path):
    def write(*rows):
        path = tmp_path / "crosswalk.csv"
        header = "fevs_level1,fedscope_agysub,basis,fevs_name,fedscope_name"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return write


ROWS = ("A1,B1,sum,One,Uno", "A1,B2,sum,One,Due", "A2,B3,name,Two,Tre", "A9,B4,name,Nine,Nove")
PARTS = pd.DataFrame(
    {
        "code": ["B1", "B2", "B3", "B4", "B5"],
        "quits": [1.0, 2, 3, 4, 5],
        "staff": [10, 20, 30, 1, 9],
    }
)


def test_parts_are_summed(crosswalk):
    linked = link_through_crosswalk(
        LEFT,
        PARTS,
        crosswalk=read_crosswalk(crosswalk(*ROWS)),
        code="code",
        sums=["quits", "staff"],
    )
    assert linked.frame[["code", "quits", "staff", "parts"]].to_numpy().tolist() == [
        ["A1", 3.0, 30.0, "B1 and B2"],
        ["A2", 3.0, 30.0, "B3"],
    ]
    reasons = linked.coverage.set_index(["source", "name"])["reason"]
    assert reasons[("staff survey", "A3")] == "not in the crosswalk"
    assert reasons[("operations", "B4")] == "A9 is not in the staff survey"
    assert reasons[("operations", "B5")] == "not in the crosswalk"
    assert linked.coverage.set_index("name").loc["B2", ["joined", "partner"]].tolist() == [1, "A1"]


def test_a_unit_without_one_of_its_parts_stays_out(crosswalk):
    hidden = PARTS.assign(staff=[10.0, np.nan, 30.0, 1.0, 9.0])
    linked = link_through_crosswalk(
        LEFT, hidden, crosswalk=read_crosswalk(crosswalk(*ROWS)), code="code", sums=["staff"]
    )
    assert linked.frame["code"].tolist() == ["A2"]
    reasons = linked.coverage.set_index(["source", "name"])["reason"]
    assert reasons[("staff survey", "A1")] == "no count for B2"
    assert reasons[("operations", "B1")] == "A1 lacks a part with a count"
    assert reasons[("operations", "B2")] == "no count"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            ["A1,B1,x,,", "A2,B1,x,,"],
            "`to_code` must stand in one row, or it would be counted twice; row 3 has 'B1'.",
        ),
        (["A1,,x,,"], "`to_code` must be filled in every row; row 2 is empty."),
    ],
)
def test_bad_crosswalk(crosswalk, rows, message):
    with pytest.raises(DataError) as caught:
        read_crosswalk(crosswalk(*rows))
    assert str(caught.value) == message


def test_crosswalk_arguments(crosswalk):
    with pytest.raises(DataError, match=r"^`columns` must name 5 columns, .*; got 1\.$"):
        read_crosswalk(crosswalk(*ROWS), columns=["a"])
    doubled = pd.concat([PARTS, PARTS.iloc[[0]]])
    with pytest.raises(DataError) as caught:
        link_through_crosswalk(
            LEFT, doubled, crosswalk=read_crosswalk(crosswalk(*ROWS)), code="code", sums=["quits"]
        )
    assert str(caught.value) == (
        "The operations must have one row per `code` to be summed; 'B1' has several."
    )


# panels


def test_a_panel_from_links():
    linked = link_sources(STAFF.assign(n=50), CUSTOMERS.assign(region="North"))
    panel = panel_from_links(
        linked,
        agency="unit",
        morale="morale",
        performance="score",
        n="n",
        covariates=["region"],
        performance_label="Share satisfied",
    )
    row = panel.frame.iloc[0]
    assert row[["agency", "unit", "period", "morale", "performance", "n", "region"]].tolist() == [
        "Parks",
        "Parks",
        "2024",
        3.5,
        0.5,
        50,
        "North",
    ]
    assert panel.performance_label == "Share satisfied" and not panel.same_source
    assert [note.name for note in panel.notes] == [
        "linked from the staff survey",
        "linked from the customer survey",
    ]
    with pytest.raises(DataError) as caught:
        panel_from_links(
            linked, agency="unit", morale="morale", performance="score", covariates=["n"]
        )
    assert str(caught.value) == "`covariates` must not be columns that a Panel has; got 'n'."


def test_operations_as_the_performance_of_a_panel():
    frame = pd.DataFrame(
        {"agency": ["R1", "R1", "R2"], "period": ["1", "2", "1"], "m": [3.0, 4, 5], "p": [0.1] * 3}
    )
    panel = Panel.from_frame(
        frame, agency="agency", period="period", morale="m", performance="p", same_source=True
    )
    waits = Operations(
        pd.DataFrame(
            {
                "agency": ["R1", "R1", "R1", "R3"],
                "period": ["1", "1", "2", "1"],
                "in_time": [5.0, 3.0, 1.0, 1.0],
                "came": [10.0, 10.0, 0.0, 1.0],
            }
        ),
        (OperationMeasure("in_time", "Seen in time", "in_time", "came"),),
    )
    made, linked = panel_with_operations(panel, waits, measure="in_time", operations_name="waits")
    assert made.frame[["agency", "period", "morale", "performance"]].to_numpy().tolist() == [
        ["R1", "1", 3.0, 0.4]
    ]
    assert made.frame["other_performance"].tolist() == [0.1]
    assert made.performance_label == "Seen in time"
    assert made.higher_is_better and not made.same_source
    assert linked.coverage.set_index(["source", "name"]).loc[("waits", "R3"), "joined"] == 0
    with pytest.raises(DataError, match="`measure` must be one of 'in_time'; got 'late'"):
        panel_with_operations(panel, waits, measure="late")


# the published sources


@pytest.fixture(scope="module")
def trusts(data_dir):
    panel = read_nhs_staff(
        data_dir / "nhs_ebmgt" / "data.NHS.2012_2019.csv", morale="recommend_care"
    )
    waits = read_nhs_ae(data_dir / "nhs_ae" / "ae_attendances.rda")
    return panel_with_operations(
        panel, waits, measure="within_four_hours", operations_name="emergency waits"
    )


@pytest.mark.data
def test_staff_survey_and_emergency_waits(trusts):
    panel, linked = trusts
    known = panel.frame.dropna(subset=["morale", "performance"])
    assert (len(panel.frame), panel.frame["unit"].nunique()) == (400, 136)
    assert (len(known), known["unit"].nunique()) == (396, 135)
    relation = {
        "morale": 0.388,
        "recommend_work": 0.369,
        "engagement": 0.130,
        "work_stress": -0.217,
    }
    for name, expected in relation.items():
        found = known[name].corr(known["performance"], method="spearman")
        assert found == pytest.approx(expected, abs=0.0005)
    waits = linked.coverage.loc[linked.coverage["source"] == "emergency waits"]
    assert sorted(waits.loc[waits["joined"] == 0, "name"]) == ["RBS", "RCU", "RQ3", "RQQ"]


@pytest.mark.data
def test_the_join_is_the_joined_file(trusts, data_dir):
    joined = pd.read_csv(data_dir / "joins" / "nhs_staffsurvey_x_ae4h.csv", dtype={"fy": str})
    known = trusts[0].frame.dropna(subset=["morale"]).set_index(["unit", "period"])
    expected = joined.set_index(["Code", "fy"])
    assert set(known.index) == set(expected.index)
    assert known["performance"].loc[expected.index].to_numpy() == pytest.approx(
        expected["within4h_type1"].to_numpy(), abs=1e-12
    )


@pytest.mark.data
def test_the_linked_panel_can_be_fitted(trusts):
    fitted = fit_morale_performance(trusts[0])
    assert fitted.facts["clusters"] == 135
    assert fitted.row("between")["estimate"] > 0


@pytest.fixture(scope="module")
def federal(data_dir):
    """Units of the staff survey with the share who would recommend, and quits by headcount."""
    survey = read_fevs_2018(data_dir / "fevs_2018" / "test_set.csv.gz", questions=["Q40"])
    rows = survey.frame.assign(unit=unit_codes(survey.frame["unit"]))
    rows["positive"] = rows["weight"] * (rows["Q40"] >= 4)
    sums = rows.groupby("unit")[["positive", "weight"]].sum()
    units = pd.DataFrame({"unit": sums.index, "recommend": sums["positive"] / sums["weight"]})
    units = units.reset_index(drop=True)
    units["fevs_name"] = units["unit"].map(LEVEL1).fillna("All Other")
    folder = data_dir / "opm_separations_2017"
    quits = read_opm_separations(
        folder / "trump_separations_thru_june.csv", folder / "sep-17_summary_all.csv"
    )
    crosswalk = read_crosswalk(folder / "crosswalk_fevs_level1_to_fedscope_agysub.csv")
    return units, quits.frame, crosswalk


FEDERAL = {"code": "unit", "left_label": "fevs_name", "right_label": "name"}


@pytest.mark.data
def test_the_naive_join_of_codes_is_refused(federal):
    units, quits, _ = federal
    with pytest.raises(DataError) as caught:
        link_by_code(units, quits, **FEDERAL, right_name="personnel records")
    assert (
        f"of 86 shared codes 12 have names that disagree: {', '.join(COLLIDING)}. AFZG is"
        in str(caught.value)
    )
    assert "and so on" in str(caught.value)


@pytest.mark.data
def test_exactly_the_colliding_codes_disagree(federal):
    units, quits, crosswalk = federal
    found = compare_codes(units, quits, **FEDERAL)
    assert len(found) == 86
    wrong = found.loc[found["code"].isin(COLLIDING)]
    right = found.loc[~found["code"].isin(COLLIDING)]
    assert found.loc[~found["agree"], "code"].tolist() == COLLIDING
    # every name-checked pair of the crosswalk is accepted, with room on both sides
    checked = crosswalk.loc[crosswalk["basis"] == "same code, names checked", "from_code"]
    assert sorted(right["code"]) == sorted(checked) and len(checked) == 74
    assert wrong["similarity"].max() < LEAST_SHARED - 0.1
    assert right["similarity"].min() > LEAST_SHARED + 0.1
    linked = link_by_code(units, quits, **FEDERAL, collisions="leave out")
    assert sorted(linked.frame["unit"]) == sorted(checked)


@pytest.mark.data
def test_148_sub_agencies_through_the_crosswalk(federal):
    units, quits, crosswalk = federal
    assert crosswalk["from_code"].nunique() == 149
    assert crosswalk["basis"].value_counts().tolist() == [74, 58, 16, 13]
    linked = link_through_crosswalk(
        units, quits, crosswalk=crosswalk, code="unit", sums=["quits", "headcount"]
    )
    assert len(linked.frame) == 148
    reasons = linked.coverage.set_index(["source", "name"])["reason"]
    assert reasons[("staff survey", "HFZZ")] == "no count for HF00"
    assert linked.frame["headcount"].min() > 0
