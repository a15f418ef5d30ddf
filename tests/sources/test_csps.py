"""The Civil Service People Survey: numbers that move, names that change, no counts anywhere."""

from __future__ import annotations

import re
import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cxanalytics.errors import DataError
from cxanalytics.sources import csps
from cxanalytics.sources._csps_measures import CALM, describe, other_answer, read_lookup
from cxanalytics.sources._grid import read_grid
from cxanalytics.sources.csps import read_csps

ENGAGEMENT, RECOMMEND, ANXIOUS = "1.01.001.00", "2.10.002.00", "7.02.004.00"
WORDS = "I would recommend [my organisation] as a great place to work (% strongly agree or agree)"
ROWS = (
    (2016, "Justice", "Ministry of Justice (HQ)", "B51", 50),
    (2016, "Justice", "Ministry of Justice (HQ)", "EES", 61),
    (2016, "Justice", "Ministry of Justice (including agencies)", "B51", 44),
    (2016, "Justice", "Ministry of Justice (including agencies)", "EES", 58),
    (2016, "Civil Service", "Civil Service benchmark (median)", "B51", 51),
    (2017, "Justice", "Ministry of Justice Headquarters", "B48", 52),
    (2017, "Justice", "Ministry of Justice Headquarters", "Employee engagement index", 62),
    (2017, "Justice", "Ministry of Justice Headquarters", "W04", 50),
    (2023, "Cabinet Office", "Property  Agency", f"B48.\n{WORDS}", 60.25),
    (2023, "Cabinet Office", "Property  Agency", "EES.\nEmployee engagement index\n(B47)", 63.5),
    (2023, "Cabinet Office", "Property  Agency", "Engagement index of old", 1),
    (2023, "Cabinet Office", "Property  Agency", "Survey response rate (%)", 103.398),
    (2023, "Cabinet Office", "Property  Agency", "W04\nHow anxious did you feel? (6 to 10)", 35),
    (2023, "Cabinet Office", "Property  Agency", "E01_yes.\nDiscriminated?\n(% 'Yes')", 7),
    (2023, "Cabinet Office", "Property  Agency", "E01_no.\nDiscriminated?\n(% 'No')", 87),
    (2023, "All Civil Servants", "All civil servants (mean score)", f"B48.\n{WORDS}", 58.1),
)
LOOKUP = """year,measure,uid
2016,b51,2.10.002.00
2016,ees,1.01.001.00
2016,c01,NA
2017,b48,2.10.002.00
2017,b51,2.10.005.00
2017,w04,7.02.004.00
2023,b48,2.10.002.00
2023,b51,2.10.005.00
2023,ees,1.01.001.00
2023,w04,7.02.004.00
2023,e01,6.01.001.00
"""
REFERENCE = r"""uid_txt,uid_num,regex,label
meta.response_rate,0.00.002.00,response.rate,Response rate
000.engagement_index,1.01.001.00,^ees|engagement.(index|score)(?! of old),Employee engagement index
eng.recommend,2.10.002.00,recommend.*organisation,I would recommend [my organisation]
eng.motivates,2.10.005.00,organisation.*motivates,[My organisation] motivates me
int.leave,4.01.001.01,,Which of the following
dhb.discriminated,6.01.001.00,discriminated,Have you been discriminated against at work?
wlb.anxious,7.02.004.00,anxious,How anxious did you feel yesterday?
"""
PATTERNS = r"""regex,uid_txt,organisation_name
^ministry.*justice.*(group|including),JSTGRP,Ministry of Justice (group)
^ministry.*justice$|^ministry.*justice.*(hq|headquarters),MINJST,Ministry of Justice
property.agency,GVPRPT,Government Property Agency
^civil.service.*benchmark|median,CSBNCH,Civil Service benchmark
^all.civil.servants,CSMEAN,All civil servants
 ,,
"""
HISTORY = """uid,organisation,year_from,year_to
JUSTCE,Ministry of Justice (HQ),2016,2016
JSTGRP,Ministry of Justice (including agencies),2016,2016
"""


@pytest.fixture
def read(tmp_path):
    def write(rows=ROWS, **files):
        names = ["obj_year", "dept_group", "organisation", "question_measure", "value"]
        pd.DataFrame(rows, columns=names).to_parquet(tmp_path / csps.SCORES)
        given = {"lookup": LOOKUP, "reference": REFERENCE, "patterns": PATTERNS, "history": HISTORY}
        places = {
            "lookup": csps.LOOKUP,
            "reference": csps.REFERENCE,
            "patterns": csps.PATTERNS,
            "history": csps.HISTORY,
        }
        for name, text in (given | files).items():
            (tmp_path / places[name]).write_text(text, encoding="utf-8-sig")
        return read_csps(tmp_path)

    return write


@pytest.fixture(scope="module")
def survey(data_dir):
    return read_csps(data_dir / "csps")


@pytest.fixture(scope="module")
def publisher(data_dir):
    table = pq.read_table(data_dir / "csps" / "04_01-raw_tbl_bm_data.parquet")
    place = table.column_names.index("question_measure")
    # The labels of 2015 hold bytes that are no UTF-8.
    raw = table.column(place).cast(pa.large_binary()).to_pylist()
    labels = pd.Series([label.decode("cp1252", errors="replace") for label in raw])
    return table.remove_column(place).to_pandas().assign(question_measure=labels)


def told(published):
    return {note.name: note for note in published.notes}


def test_the_recommend_question_is_b51_then_b48(read):
    published = read()
    assert published.values(RECOMMEND).to_dict() == {
        ("Ministry of Justice (including agencies)", "2016"): 0.44,
        ("Ministry of Justice Headquarters", "2016"): 0.50,
        ("Ministry of Justice Headquarters", "2017"): 0.52,
        ("Property Agency", "2023"): 0.6025,
    }


def test_number_and_words_that_disagree(read):
    moved = [row if row[3] != f"B48.\n{WORDS}" else (*row[:3], f"B51. {WORDS}", 1) for row in ROWS]
    with pytest.raises(DataError) as caught:
        read(moved)
    message = str(caught.value)
    assert message.startswith("A label must mean one measure by its number and by its words; 'B51.")
    assert message.endswith(
        "of 2023 is 2.10.005.00 by number and 2.10.002.00 by words. Question numbers move between "
        "years."
    )


def test_three_labels_of_the_engagement_index(read):
    published = read()
    measure = published.measure(ENGAGEMENT)
    assert (measure.unit, measure.low, measure.high) == ("score", 0.0, 100.0)
    assert published.values(ENGAGEMENT).to_dict() == {
        ("Ministry of Justice (including agencies)", "2016"): 58.0,
        ("Ministry of Justice Headquarters", "2016"): 61.0,
        ("Ministry of Justice Headquarters", "2017"): 62.0,
        ("Property Agency", "2023"): 63.5,
    }


def test_publisher_s_own_median_and_mean_are_no_organizations(read):
    published = read()
    assert not [name for name in published.agencies if "ivil" in name]
    assert told(published)["not organizations"].text == (
        "2 values of the publisher's own median and mean, which stand among the organizations 2 "
        "times, are left out."
    )
    assert published.facts["pseudo_organization_values"] == 2


def test_a_renamed_organization_goes_by_its_latest_name(read):
    rows = read().frame.query("uid == 'JUSTCE'")
    assert set(rows["agency"]) == {"Ministry of Justice Headquarters"}
    assert set(rows["name"]) == {"Ministry of Justice (HQ)", "Ministry of Justice Headquarters"}


def test_a_department_with_its_agencies_is_another_organization(read):
    published = read()
    levels = published.frame.drop_duplicates("agency").set_index("agency")["level"]
    assert levels["Ministry of Justice (including agencies)"] == "with its agencies"
    assert levels["Ministry of Justice Headquarters"] == "alone"
    note = told(published)["departments with their agencies"].text
    assert note.startswith("Ministry of Justice (including agencies) is a department together with")
    assert "compare within `level`" in note


def test_one_organization_twice_in_a_year(read):
    twice = (2016, "Justice", "Ministry of Justice", "B51", 49)
    with pytest.raises(DataError) as caught:
        read((*ROWS, twice))
    assert str(caught.value) == (
        "An organization must stand once in a year; in 2016 'Ministry of Justice' and 'Ministry of "
        "Justice (HQ)' are both JUSTCE. A department with its agencies and without needs an "
        "identifier for each in '02_02-org_history.csv'."
    )


def test_one_measure_twice(read):
    again = (2023, "Cabinet Office", "Property  Agency", "Engagement index", 60)
    with pytest.raises(DataError) as caught:
        read((*ROWS, again))
    message = str(caught.value)
    assert message.startswith("A measure must stand once for an organization and year; in '04_02")
    assert "'Property Agency' has 1.01.001.00 twice in 2023: " in message


def test_response_rates_are_facts_and_may_exceed_100(read):
    published = read()
    assert "0.00.002.00" not in {measure.name for measure in published.measures}
    rate = published.frame.set_index("agency").loc["Property Agency", "response_rate"]
    assert rate.unique().tolist() == pytest.approx([1.03398])
    assert published.frame.query("period == '2016'")["response_rate"].isna().all()
    note = told(published)["response rates"]
    assert note.passed is False
    assert note.text == (
        "1 response rates are kept beside the scores, none as a score. 1 exceed 100%: Property "
        "Agency 2023."
    )


def test_anxiety_changed_its_direction(read):
    published = read()
    assert published.values(CALM).to_dict() == {("Ministry of Justice Headquarters", "2017"): 0.5}
    assert published.values(ANXIOUS).to_dict() == {("Property Agency", "2023"): 0.35}
    assert published.measure(CALM).higher_is_better is True
    assert published.measure(ANXIOUS).higher_is_better is False
    assert "two measures, not one series" in told(published)["anxiety"].text


def test_only_the_share_of_yes_is_kept(read):
    published = read()
    assert published.values("6.01.001.00").tolist() == [0.07]
    assert published.measure("6.01.001.00").higher_is_better is False
    assert told(published)["other answers"].text.startswith('1 shares of "no" and')


@pytest.mark.parametrize(
    ("label", "other"),
    [
        ("E01. Discriminated? (% yes)", False),
        ("E01. Discriminated? (% no)", True),
        ("E06_A. Taken?\n(% prefer not to say) [note 2]", True),
        ("E01_pnts\nDiscriminated?\n(% selecting 'Prefer not to say')", True),
        ("E03A. Nature: Prefer not to say (% of those ticking at least one)", False),
        ("W05. Health (% not good)", False),
    ],
)
def test_which_shares_are_of_another_answer(label, other):
    assert other_answer(label) is other


def test_a_label_that_leads_nowhere_is_listed(read):
    note = told(read())["unknown labels"]
    assert note.passed is False
    assert note.text == (
        "1 values are left out, because their labels lead to no measure: 'Engagement index of old'."
    )


def test_a_name_that_is_in_neither_list(read):
    published = read((*ROWS, (2023, "New", "Ministry of Everything", f"B48.\n{WORDS}", 40)))
    assert "Ministry of Everything" in published.agencies
    note = told(published)["unknown names"]
    assert note.text.startswith("'Ministry of Everything' is in neither list of names.")
    assert note.passed is False


def test_caveats_reach_the_reader(read):
    notes = told(read())
    assert "no range can be given" in notes["no counts"].text
    assert "decimals from 2021" in notes["rounding"].text
    assert "names change between years" in notes["departments"].text


def test_measures_whose_making_changed():
    assert describe("1.02.003.00", {}).changed == ("2022",)
    assert describe("2.09.003.00", {"2.09.003.00": "Clear vision"}).changed == ("2020",)
    assert describe(RECOMMEND, {RECOMMEND: "I would recommend"}).wording == "I would recommend"


def test_a_score_outside_its_limits(read):
    with pytest.raises(DataError) as caught:
        read(((2016, "Justice", "Ministry of Justice (HQ)", "B51", 104), *ROWS[1:]))
    assert str(caught.value) == (
        "`value` in '04_02-raw_tbl_org_data.parquet' must lie from 0 to 100; row 2 has '104'."
    )


def test_a_year_that_is_none(read):
    with pytest.raises(DataError, match=r"column 'obj_year' of .* must be a year; row 2 has"):
        read(((16, "Justice", "Ministry of Justice (HQ)", "B51", 50), *ROWS[1:]))


def test_an_organization_without_name(read):
    with pytest.raises(DataError, match=r"column 'organisation' of .* must be filled; row 2 is"):
        read(((2016, "Justice", " ", "B51", 50), *ROWS[1:]))


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"lookup": "year,measure,uid\nlast,b51,2.10.002.00\n"}, "must be a year; got 'last'"),
        ({"lookup": "year,number,uid\n2016,b51,2.10.002.00\n"}, "no column 'measure'"),
        ({"patterns": "regex,uid_txt,organisation_name\n(a,A,A\n"}, "must be a pattern; got '(a'"),
    ],
)
def test_broken_helper_files(read, files, message):
    with pytest.raises(DataError, match=re.escape(message)):
        read(**files)


def test_a_folder_that_lacks_a_file(tmp_path, read):
    read()
    (tmp_path / csps.HISTORY).unlink()
    with pytest.raises(DataError, match=r"lacks '02_02-org_history\.csv'"):
        read_csps(tmp_path)
    with pytest.raises(DataError, match="`folder` must be a folder that exists; got "):
        read_csps(tmp_path / "nowhere")


@pytest.mark.data
def test_what_the_files_hold(survey):
    facts = dict(survey.facts)
    assert facts["values_read"] == 151_495
    assert (facts["names_in_file"], facts["labels_in_file"]) == (273, 621)
    assert (facts["pseudo_organization_waves"], facts["response_rates_over_100"]) == (22, 3)
    assert facts["highest_response_rate"] == pytest.approx(103.398)
    assert survey.periods == [str(year) for year in range(2009, 2025)]
    assert survey.frame["value"].notna().all()
    left = {"unknown names", "unknown labels"} & set(told(survey))
    assert not left
    combined = survey.frame.query("level == 'with its agencies'")["uid"].unique()
    assert sorted(combined) == ["HOFGRP", "JSTGRP", "STATGP"]


@pytest.mark.data
def test_every_value_is_kept_or_counted(survey):
    others = int(told(survey)["other answers"].text.split()[0].replace(",", ""))
    facts = survey.facts
    kept = len(survey.frame) + others
    kept += facts["pseudo_organization_values"] + facts["response_rates"]
    assert kept == facts["values_read"]


@pytest.mark.data
def test_engagement_and_recommend_are_there_in_every_year(survey):
    for name in (ENGAGEMENT, RECOMMEND):
        waves = survey.values(name).groupby("period").size()
        assert len(waves) == 16
        assert waves.min() >= 94


def published_medians(publisher, lookup, year):
    """The publisher's median of each measure in one year, by label, as in its own file."""
    rows = publisher.query(f"obj == 'df_{year}_csbm' and year == {year}")
    by_words = {}
    for label, value in zip(rows["question_measure"], rows["value"], strict=True):
        uid = lookup.measure(label, year)
        by_words.setdefault(uid, value)
    return pd.Series(by_words)


@pytest.mark.data
def test_medians_of_2018_are_those_the_publisher_printed(data_dir, survey, publisher):
    folder = data_dir / "csps"
    lookup = read_lookup(read_grid(folder / csps.LOOKUP), read_grid(folder / csps.REFERENCE))
    printed = published_medians(publisher, lookup, 2018)
    rows = survey.frame.query("period == '2018'").assign(
        percent=lambda frame: np.where(
            frame["measure"].map(lambda name: survey.measure(name).unit) == "share",
            100 * frame["value"],
            frame["value"],
        )
    )
    every = (rows.groupby("measure")["percent"].median() - printed).dropna().abs()
    assert len(every) == 85
    assert every.max() <= 2.0
    # the publisher's median counts each organization once: without the three combined ones
    alone = rows.query("level == 'alone'").groupby("measure")["percent"].median() - printed
    assert alone.abs().max() <= 0.5 + 1e-9


@pytest.mark.data
def test_anxiety_is_high_answers_only_where_the_publisher_s_median_is_met(survey, publisher):
    label = publisher["question_measure"].str.contains("anxious", na=False)
    printed = publisher.loc[label & (publisher["obj"] == "df_2024_csbm")].set_index("year")["value"]
    rows = survey.frame.loc[survey.frame["level"] == "alone"]
    found = {
        name: rows.loc[rows["measure"] == name].groupby("period")["value"].median() * 100
        for name in (ANXIOUS, CALM)
    }
    assert list(found[CALM].index) == [*"2012 2013 2014 2015 2016 2017 2020".split()]
    assert list(found[ANXIOUS].index) == [*"2018 2019 2021 2022 2023 2024".split()]
    for year, median in found[ANXIOUS].items():
        assert median == pytest.approx(printed[int(year)], abs=0.5), year
    for year, median in found[CALM].items():
        assert median > printed[int(year)] + 5, year


@pytest.mark.data
@pytest.mark.parametrize("year", [str(year) for year in range(2009, 2025)])
def test_no_measure_moves_away_from_the_publisher_s_medians(data_dir, survey, publisher, year):
    folder = data_dir / "csps"
    lookup = read_lookup(read_grid(folder / csps.LOOKUP), read_grid(folder / csps.REFERENCE))
    first = {"2009": 2013, "2010": 2013, "2011": 2013, "2012": 2013}.get(year, int(year))
    rows = publisher.query(f"obj == 'df_{first}_csbm' and year == {year}")
    printed: dict[str, float] = {}
    for label, value in zip(rows["question_measure"], rows["value"], strict=True):
        text = str(label)
        uid = "" if other_answer(text) else lookup.measure(text, first)
        printed.setdefault(ANXIOUS if uid == CALM else uid, value)
    held = survey.frame.query(f"period == '{year}' and level == 'alone'")
    medians = held.groupby("measure")["value"].median()
    share = [survey.measure(name).unit == "share" for name in medians.index]
    difference = (medians * np.where(share, 100.0, 1.0) - pd.Series(printed)).dropna().abs()
    assert len(difference) >= 65
    assert difference.max() <= 2.0, difference.idxmax()


@pytest.mark.data
def test_reading_is_quick(data_dir):
    start = time.process_time()
    read_csps(data_dir / "csps")
    assert time.process_time() - start < 15
