"""Names are bridged, mergers pooled where declared, splits always broken; and it is said."""

from __future__ import annotations

import dataclasses
from datetime import date

import pandas as pd
import pytest

from cxanalytics.errors import DataError
from cxanalytics.history import Event, History, read_history
from cxanalytics.models import fit_scores
from cxanalytics.published import NOT_POSSIBLE, Published, PublishedMeasure
from cxanalytics.sources import read_simulated
from cxanalytics.tables import Survey


def survey(*rows, **options):
    frame = pd.DataFrame(rows, columns=["agency", "wave", "answer"])
    return Survey.from_frame(
        frame, agency="agency", period="wave", outcome="answer", scale="likert_1_5", **options
    )


def published(*rows):
    frame = pd.DataFrame(rows, columns=["agency", "period", "value"]).assign(measure="score")
    return Published(frame=frame, measures=(PublishedMeasure("score", "Score"),))


def renamed(old, new, period):
    return Event(kind="renamed", old=old, new=new, period=period, bridge=True)


def merged(olds, new, period, *, bridge):
    return [Event(kind="merged", old=o, new=new, period=period, bridge=bridge) for o in olds]


def split(old, news, period):
    return [Event(kind="split", old=old, new=new, period=period) for new in news]


def told(table):
    return [note.text for note in table.notes if note.name == "organization history"]


def names(table):
    return [f"{row.period} {row.agency}" for row in table.frame.itertuples()]


def test_a_renamed_agency_is_one_agency():
    before = survey(("A", "2023", 4), ("B", "2024", 5), ("C", "2024", 1))
    after = History((renamed("A", "B", "2024"),)).apply(before)
    assert names(after) == ["2023 B", "2024 B", "2024 C"]
    assert after.breaks == ()
    assert told(after) == [
        "'A' was renamed 'B' in 2024. It stands under one name, and its trend goes on."
    ]
    assert names(before) == ["2023 A", "2024 B", "2024 C"]


def test_a_late_use_of_the_old_name_is_bridged_and_both_names_at_once_are_said():
    after = History((renamed("A", "B", "2024"),)).apply(
        survey(("A", "2023", 4), ("A", "2024", 5), ("B", "2024", 1))
    )
    assert set(names(after)) == {"2023 B", "2024 B"}
    assert told(after)[1] == "Both names of 'B' occur in 2024: they are pooled there."


def test_two_names_in_a_row():
    history = History((renamed("B", "C", "2025"), renamed("A", "B", "2024")))
    after = history.apply(survey(("A", "2023", 4), ("B", "2024", 5), ("C", "2025", 1)))
    assert after.agencies == ["C"]


def test_a_name_that_comes_back():
    history = History((renamed("A", "B", "2022"), renamed("B", "A", "2024")))
    rows = survey(("A", "2021", 4), ("B", "2022", 5), ("B", "2023", 1), ("A", "2024", 1))
    assert history.apply(rows).agencies == ["A"]


def test_a_name_taken_by_another_agency_later():
    history = History((renamed("A", "B", "2022"), renamed("C", "A", "2024")))
    rows = survey(("A", "2021", 4), ("B", "2024", 5), ("C", "2021", 1), ("A", "2024", 1))
    assert names(history.apply(rows)) == ["2021 B", "2024 B", "2021 A", "2024 A"]


def test_merged_parts_are_pooled_where_declared():
    history = History(tuple(merged(["A", "B"], "C", "2024", bridge=True)))
    rows = [("A", "2023", 5)] * 30 + [("B", "2023", 1)] * 90 + [("C", "2024", 5)] * 50
    after = history.apply(survey(*rows))
    assert after.breaks == ()
    assert after.agencies == ["C"]
    score = fit_scores(after.in_period("2023"), measure="answer").row("C")
    assert (score["estimate"], score["n"]) == (0.25, 120)
    assert told(after) == [
        "'A' and 'B' became part of 'C' in 2024. The answers of these agencies are pooled before."
    ]


def test_merged_parts_are_broken_otherwise():
    history = History(tuple(merged(["A", "B"], "C", "2024", bridge=False)))
    after = history.apply(survey(("A", "2023", 4), ("B", "2023", 2), ("C", "2024", 5)))
    assert names(after) == ["2023 A", "2023 B", "2024 C"]
    text = "'A' and 'B' became part of 'C' in 2024."
    assert after.broken_between("2023", "2024") == {"C": text}
    assert told(after) == [f"{text} No change is given across it: these are not the same agencies."]


def test_an_agency_that_takes_another_in():
    rows = [("A", "2023", 4), ("B", "2023", 2), ("B", "2024", 5)]
    pooled = History(tuple(merged(["A"], "B", "2024", bridge=True))).apply(survey(*rows))
    assert pooled.agencies == ["B"]
    assert pooled.breaks == ()
    apart = History(tuple(merged(["A"], "B", "2024", bridge=False))).apply(survey(*rows))
    assert apart.agencies == ["A", "B"]
    assert list(apart.broken_between("2023", "2024")) == ["B"]


def test_a_split_is_always_broken():
    history = History(tuple(split("A", ["A", "B"], "2024")))
    rows = survey(("A", "2023", 4), ("A", "2024", 2), ("B", "2024", 5), ("B", "2025", 5))
    after = history.apply(rows)
    assert set(after.broken_between("2023", "2024")) == {"A", "B"}
    assert after.broken_between("2024", "2025") == {}
    assert "'A' was split into 'A' and 'B' in 2024." in told(after)[0]


def test_an_old_name_that_goes_on_after_a_split_or_a_merger_is_broken_too():
    rows = survey(("A", "2023", 4), ("A", "2024", 2), ("A2", "2024", 5))
    after = History(tuple(split("A", ["A2"], "2024"))).apply(rows)
    assert set(after.broken_between("2023", "2024")) == {"A", "A2"}
    after = History(tuple(merged(["A"], "A2", "2024", bridge=False))).apply(rows)
    assert set(after.broken_between("2023", "2024")) == {"A", "A2"}


def test_answers_from_before_an_agency_was_created_are_no_past():
    event = Event(kind="created", new="A", period="2024")
    after = History((event,)).apply(survey(("A", "2023", 4), ("A", "2024", 4)))
    assert list(after.broken_between("2023", "2024")) == ["A"]
    assert told(after)[1] == "'A' has answers from before it was created (2024)."
    new = History((event,)).apply(survey(("B", "2023", 4), ("A", "2024", 4)))
    assert new.breaks == ()
    assert told(new) == ["'A' was created in 2024."]


def test_answers_from_after_an_agency_was_closed_are_said():
    event = Event(kind="closed", old="A", period="2024")
    after = History((event,)).apply(survey(("A", "2023", 4), ("A", "2024", 4)))
    assert told(after) == [
        "'A' was closed in 2024.",
        "'A' has answers from after it was closed (2024).",
    ]


def test_a_name_that_is_not_in_the_data():
    after = History((renamed("X", "Y", "2024"),)).apply(survey(("A", "2023", 4), ("A", "2024", 4)))
    assert told(after) == [
        "'X' was renamed 'Y' in 2024. None of these names is in the data: check how they are "
        "written."
    ]
    assert after.notes[-1].passed is False


def test_a_change_after_the_last_wave_is_not_applied():
    after = History((renamed("A", "B", "2030"),)).apply(survey(("A", "2023", 4), ("A", "2024", 4)))
    assert after.agencies == ["A"]
    assert told(after) == ["Changes after the last wave are not applied: 2030."]


def test_the_note_of_a_change_is_passed_on():
    event = dataclasses.replace(renamed("A", "B", "2024"), note="By the law of May.")
    after = History((event,)).apply(survey(("A", "2023", 4), ("B", "2024", 4)))
    assert told(after)[0].startswith("'A' was renamed 'B' in 2024. By the law of May.")


def test_one_wave_without_a_name():
    frame = pd.DataFrame({"agency": ["A"], "answer": [4]})
    one = Survey.from_frame(frame, agency="agency", outcome="answer", scale="likert_1_5")
    after = History((renamed("A", "B", "2024"), *split("B", ["B", "C"], "2025"))).apply(one)
    assert after.agencies == ["B"]
    assert after.breaks == ()


def test_published_peers_are_renamed_too():
    rows = survey(("A", "2023", 4), ("B", "2024", 4))
    after = History((renamed("A", "B", "2024"),)).apply(
        dataclasses.replace(rows, only_peers=("A",))
    )
    assert after.only_peers == ("B",)


@pytest.mark.parametrize(
    ("waves", "day", "first"),
    [
        (("2023", "2024", "2025"), date(2024, 7, 1), "2024"),
        (("2023", "2024", "2025"), date(2024, 12, 31), "2024"),
        (("2023", "2024", "2025"), date(2025, 1, 1), "2025"),
        (("2023-Q4", "2024-Q1", "2024-Q2"), date(2024, 4, 1), "2024-Q2"),
        (("2023-Q4", "2024-Q1", "2024-Q2"), date(2024, 3, 31), "2024-Q1"),
        (("2023 H2", "2024 H1", "2024 H2"), date(2024, 7, 1), "2024 H2"),
        (("2023-12", "2024-01", "2024-02"), date(2024, 2, 29), "2024-02"),
        (("2011-12", "2012-01", "2012-02"), date(2012, 1, 9), "2012-01"),
    ],
)
def test_a_day_is_placed_among_the_waves(waves, day, first):
    event = Event(kind="merged", old="A", new="B", day=day)
    rows = survey(*[("A", wave, 4) for wave in waves], *[("B", wave, 4) for wave in waves])
    # A goes on after the merger as what is left of it, so both names start anew.
    found = {entry.agency: entry.period for entry in History((event,)).apply(rows).breaks}
    assert found == {"A": first, "B": first}


@pytest.mark.parametrize("waves", [("wave 1", "wave 2"), ("2010-11", "2011-12")])
def test_a_day_that_cannot_be_placed(waves):
    event = Event(kind="renamed", old="A", new="B", day=date(2011, 1, 1), bridge=True, row=2)
    with pytest.raises(DataError) as error:
        History((event,), source="history.csv").apply(survey(*[("A", wave, 4) for wave in waves]))
    assert str(error.value) == (
        f"'history.csv', row 2: 2011-01-01 cannot be placed among the waves, since {waves[0]!r} "
        "does not say when it ends. Give `period`, the first wave after the change, in place of "
        "`date`."
    )


def test_published_shares_are_renamed():
    after = History((renamed("A", "B", "2024"),)).apply_published(
        published(("A", "2023", 0.4), ("B", "2024", 0.5))
    )
    assert names(after) == ["2023 B", "2024 B"]


def test_published_shares_under_both_names_are_refused():
    with pytest.raises(DataError) as error:
        History((renamed("A", "B", "2024"),)).apply_published(
            published(("A", "2024", 0.4), ("B", "2024", 0.5))
        )
    assert str(error.value) == (
        "'A' and 'B' both have values in 2024, so one cannot be the new name of the other. Shares "
        "without counts cannot be pooled."
    )


def test_published_shares_are_never_pooled():
    rows = [("A", "2023", 0.4), ("B", "2022", 0.6), ("B", "2023", 0.5), ("B", "2024", 0.5)]
    after = History(tuple(merged(["A"], "B", "2024", bridge=True))).apply_published(
        published(*rows)
    )
    assert names(after) == ["2023 A", "2022 B (until 2023)", "2023 B (until 2023)", "2024 B"]
    assert after.frame["value"].tolist() == [0.4, 0.6, 0.5, 0.5]
    assert told(after) == [
        "'A' became part of 'B' in 2024. No change is given across it. Before it, 'B' is called "
        "'B (until 2023)'. Pooling the parts before it: not possible: the number of answers was "
        "not published."
    ]
    assert NOT_POSSIBLE[1:] in told(after)[0]


def test_a_published_agency_that_was_split_is_set_apart():
    after = History(tuple(split("A", ["A", "B"], "2024"))).apply_published(
        published(("A", "2023", 0.4), ("A", "2024", 0.5), ("B", "2024", 0.5))
    )
    assert names(after) == ["2023 A (until 2023)", "2024 A", "2024 B"]


def test_a_published_old_name_that_goes_on_is_set_apart_too():
    after = History(tuple(split("A", ["A2"], "2024"))).apply_published(
        published(("A", "2023", 0.4), ("A", "2024", 0.5), ("A2", "2024", 0.5))
    )
    assert names(after) == ["2023 A (until 2023)", "2024 A", "2024 A2"]


def test_a_break_goes_with_a_later_name():
    history = History((*merged(["A"], "B", "2023", bridge=False), renamed("B", "C", "2025")))
    after = history.apply(
        survey(("A", "2022", 4), ("B", "2023", 4), ("B", "2024", 4), ("C", "2025", 4))
    )
    assert list(after.broken_between("2022", "2023")) == ["C"]
    pooled = History(
        (*split("A", ["A", "B"], "2023"), *merged(["A", "D"], "E", "2024", bridge=True))
    )
    rows = survey(("A", "2022", 4), ("A", "2023", 4), ("B", "2023", 4), ("E", "2024", 4))
    assert set(pooled.apply(rows).broken_between("2022", "2023")) == {"B", "E"}


# The simulated reorganization: two departments of one agency became one in 2026-Q1.


@pytest.fixture(scope="module")
def government():
    return read_simulated(scale=0.2)


@pytest.fixture
def reorganization(government, tmp_path):
    def write(bridge):
        events = government.events
        rows = events.loc[events["event"] == "reorganization"]
        frame = pd.DataFrame(
            {
                "date": rows["start"].dt.strftime("%Y-%m-%d"),
                "kind": "merged",
                "agency": rows["agency"],
                "old": rows["from_department"],
                "new": rows["to_department"],
                "bridge": bridge,
            }
        )
        frame.to_csv(tmp_path / "history.csv", index=False)
        return read_history(tmp_path / "history.csv")

    return write


def customers(government, **roles):
    return customers_of(government.customers, **roles)


def customers_of(rows, **roles):
    return Survey.from_frame(rows, outcome="recommend", scale="nps_0_10", period="wave", **roles)


def test_simulated_departments_are_pooled(government, reorganization):
    before = customers(government, agency="agency", department="department")
    after = reorganization("yes").apply(before)
    inside = after.frame.loc[after.frame["agency"] == "Health Coverage Exchange"]
    assert set(inside["department"]) == {"Appeals and Reviews", "Enrollment"}
    # Another agency has a department of the same name, which did not change.
    elsewhere = after.frame.loc[after.frame["agency"] == "Unemployment Insurance"]
    assert "Appeals" in set(elsewhere["department"])
    assert after.breaks == ()
    assert told(after) == [
        "'Appeals' and 'Reviews' of 'Health Coverage Exchange' became part of 'Appeals and "
        "Reviews' in 2026-Q1. The answers of these departments are pooled before."
    ]
    pd.testing.assert_series_equal(
        after.frame["recommend"], before.frame["recommend"], check_names=False
    )


def test_simulated_departments_standing_as_agencies_are_broken(government, reorganization):
    rows = government.customers
    one = rows.loc[rows["agency"] == "Health Coverage Exchange"]
    alone = Survey.from_frame(
        one, agency="department", outcome="recommend", scale="nps_0_10", period="wave"
    )
    alone = dataclasses.replace(alone, parent="Health Coverage Exchange")
    after = reorganization("no").apply(alone)
    assert list(after.broken_between("2025-Q4", "2026-Q1")) == ["Appeals and Reviews"]
    assert after.broken_between("2026-Q1", "2026-Q2") == {}
    # The same where departments come to stand as agencies only afterwards.
    first = customers_of(one, agency="agency", department="department")
    later = reorganization("no").apply(first)
    assert list(later.broken_between("2025-Q4", "2026-Q1")) == ["Appeals and Reviews"]
    pooled = reorganization("yes").apply(alone)
    assert pooled.agencies == ["Appeals and Reviews", "Enrollment"]
    assert pooled.breaks == ()


def test_a_department_of_a_survey_without_departments(government, reorganization):
    after = reorganization("yes").apply(customers(government, agency="agency"))
    assert "None of these names is in the data" in told(after)[0]


# The UK Civil Service People Survey: real names, real reorganizations.


@pytest.fixture(scope="module")
def engagement(data_dir):
    folder = data_dir / "csps"
    table = pd.read_parquet(folder / "04_02-raw_tbl_org_data.parquet")
    label = table["question_measure"].str.contains("engagement index|^EES", case=False, na=False)
    rows = table.loc[label].drop_duplicates(["obj_year", "organisation"])
    return Published(
        frame=pd.DataFrame(
            {
                "agency": rows["organisation"].astype(str),
                "period": rows["obj_year"].astype(int).astype(str),
                "measure": "engagement",
                "value": rows["value"] / 100,
            }
        ),
        measures=(PublishedMeasure("engagement", "Engagement"),),
    )


@pytest.mark.data
def test_civil_service_names_are_bridged(data_dir, engagement):
    known = pd.read_csv(data_dir / "csps" / "02_02-org_history.csv")
    known = known.sort_values(["uid", "year_from"])
    successive = known.groupby("uid").filter(
        lambda rows: (
            len(rows) > 1
            and rows["organisation"].is_unique
            and (rows["year_from"].iloc[1:].to_numpy() > rows["year_to"].iloc[:-1].to_numpy()).all()
        )
    )
    old = successive.groupby("uid")["organisation"].shift()
    events = tuple(
        renamed(before, row.organisation, str(row.year_from))
        for row, before in zip(successive.itertuples(), old, strict=True)
        if isinstance(before, str)
    )
    after = History(events).apply_published(engagement)
    last = successive.groupby("uid")["organisation"].last()
    for uid, rows in successive.groupby("uid"):
        years = engagement.frame["agency"].isin(rows["organisation"])
        expected = set(engagement.frame.loc[years, "period"])
        assert set(after.frame.loc[after.frame["agency"] == last[uid], "period"]) == expected, uid
    assert len(events) == 36
    assert len(after.frame) == len(engagement.frame)


@pytest.mark.data
def test_civil_service_reorganizations(engagement):
    passports = ("Identity and Passport Service", "HM Passport Office")
    communities = "Ministry of Housing, Communities and Local Government"
    leveling = "Department for Levelling Up, Housing and Communities"
    history = History(
        (
            renamed(*passports, "2013"),
            renamed(communities, leveling, "2022"),
            renamed(leveling, communities, "2024"),
            *merged(
                ["Driving Standards Agency", "Vehicle Operator Services Agency"],
                "Driver and Vehicle Standards Agency",
                "2014",
                bridge=True,
            ),
        )
    )
    after = history.apply_published(engagement)
    assert not {passports[0], leveling} & set(after.agencies)
    trend = after.frame.loc[after.frame["agency"] == communities, "period"]
    assert {"2021", "2022", "2023", "2024"} <= set(trend)
    agency = after.frame["agency"] == "Driver and Vehicle Standards Agency"
    assert after.frame.loc[agency, "period"].min() == "2014"
    assert "not possible" in told(after)[1]
