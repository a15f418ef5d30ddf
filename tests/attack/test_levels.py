"""Departments, channels and months of an agency are safe beside its totals."""

from __future__ import annotations

import pandas as pd
import pytest
from attack import learn, solve_margins, solve_parts
from harvest import Harvest, Table
from planted import COLUMN_OF, LARGE, POSITIVE, SMALL_PARTS, WAVES, answers, parts_of_large

from cxanalytics.benchmark import benchmark_channels, benchmark_departments, benchmark_scores
from cxanalytics.disclosure import agency_reasons, groups, margins
from cxanalytics.models.channels import fit_channel_scores
from cxanalytics.models.departments import fit_department_scores
from cxanalytics.models.history import fit_history
from cxanalytics.models.scores import fit_scores
from cxanalytics.report import Measure, PageFacts, write_departments
from cxanalytics.report.exports import COLUMNS, score_records
from cxanalytics.rules import COMPLEMENTARY, HIDDEN
from cxanalytics.tables import Survey
from cxanalytics.words import Nouns

FACTS = PageFacts(
    title=LARGE,
    kind="agency",
    programme="City survey",
    wave=WAVES[-1],
    dates="",
    publisher="",
    contact="",
    simulated=True,
    nouns=Nouns(),
    measures=(Measure("recommend", "Would recommend us", "would recommend you"),),
)


@pytest.fixture(scope="module")
def survey() -> Survey:
    frame = answers(5, small_level=6.0)
    # Desks of unequal size, one of five people, and waves of unequal months.
    place = frame.groupby(["office", "wave"]).cumcount()
    frame["desk"] = frame["office"] + ", desk " + (1 + place % 3).astype(str)
    frame.loc[(frame["office"] == "Elm Office") & (place < 5), "desk"] = "Elm Office, desk 4"
    first = frame["wave"].map({"2026-Q2": 4, "2026-Q3": 7})
    month = first + (place % 2).where(place % 17 != 3, 2)
    frame["day"] = [f"2026-0{number}-11" for number in month]
    return Survey.from_frame(
        frame,
        agency="office",
        outcome="recommend",
        scale="nps_0_10",
        period="wave",
        department="desk",
        channel="channel",
        date="day",
    )


def _truth(survey: Survey, by: str) -> pd.DataFrame:
    """Count the answers of each cell of the last wave, and the positive ones."""
    wave = survey.in_period(survey.periods[-1]).answers("recommend")
    sums = wave.assign(n=1.0, positive=(wave["recommend"] >= 9).astype(float))
    return sums.groupby(["agency", by])[["n", "positive"]].sum()


def _attack(survey: Survey, by: str) -> tuple[pd.Series, list]:
    """Attack the cells as a model gives them; its reasons, and the small cells recovered."""
    fit = fit_department_scores if by == "department" else fit_channel_scores
    told = fit(survey).frame.set_index(["agency", by])["suppressed_reason"]
    table = _truth(survey, by)
    reason = told.reindex(table.index)
    assert reason.notna().all()
    sums = ["agency"] if by == "department" else ["agency", by]
    flat = table.reset_index()
    return reason, solve_margins(flat, reason.set_axis(flat.index), margins=sums)


def survey_reasons(survey: Survey) -> dict[str, str]:
    """Say why an agency is not shown in a wave."""
    told = agency_reasons(survey, measure="recommend")
    return {agency + wave: why for (wave, agency), why in told.items()}


@pytest.fixture
def doors_open(monkeypatch) -> None:
    monkeypatch.setattr(groups, "_protectors", lambda *_: [])
    monkeypatch.setattr(margins, "_next_cells", lambda *_: [])


@pytest.mark.parametrize("by", ["department", "channel"])
def test_no_small_part_of_an_agency_follows_from_its_total(survey, by):
    reason, recovered = _attack(survey, by)
    assert {HIDDEN, COMPLEMENTARY} <= set(reason)
    assert recovered == []


@pytest.mark.parametrize("by", ["department", "channel"])
@pytest.mark.usefixtures("doors_open")
def test_with_the_doors_open_small_parts_are_recovered(survey, by):
    reason, recovered = _attack(survey, by)
    assert COMPLEMENTARY not in set(reason)
    table = _truth(survey, by).reset_index()
    assert recovered
    for entry in recovered:
        assert entry.value == table.loc[int(entry.cell[0]), entry.what]


def test_no_month_follows_from_its_wave(survey):
    told = fit_history(survey, measures=["recommend"], every="month").frame
    reason = told.set_index(["agency", "point"])["suppressed_reason"]
    frame = survey.answers("recommend")
    sums = frame.assign(
        point=pd.to_datetime(frame["date"]).dt.strftime("%Y-%m"),
        wave=frame["agency"] + frame["period"],
        n=1.0,
        positive=(frame["recommend"] >= 9).astype(float),
    ).groupby(["agency", "point", "wave"])
    table = sums[["n", "positive"]].sum().reset_index()
    keys = pd.MultiIndex.from_frame(table[["agency", "point"]])
    asked = reason.reindex(keys).set_axis(table.index)
    assert {HIDDEN, COMPLEMENTARY} <= set(asked)
    # A hidden agency's wave has no published total.
    parents = survey_reasons(survey)
    open_ = ~table["wave"].map(parents).isin([HIDDEN, COMPLEMENTARY])
    assert solve_margins(table[open_], asked[open_], margins=["wave"]) == []
    alone = asked.replace(COMPLEMENTARY, "")
    assert solve_margins(table[open_], alone[open_], margins=["wave"])


def _records_of_large() -> Table:
    """Give what the page of the large office says of it and of its parts, as its file does."""
    survey = Survey.from_frame(
        answers(5, small_level=6.0),
        agency="office",
        outcome="recommend",
        scale="nps_0_10",
        period="wave",
        department="desk",
        channel="channel",
    )
    section = write_departments(
        benchmark_departments(fit_department_scores(survey), seed=1),
        FACTS,
        agency=LARGE,
        channels=benchmark_channels(fit_channel_scores(survey), seed=1),
    )
    scores = fit_scores(survey, measure="recommend", period=WAVES[-1])
    own = score_records({"recommend": benchmark_scores(scores, seed=1)}, FACTS, agency=LARGE)
    rows = [[str(record[name]) for name in COLUMNS] for record in (*own, *section.records)]
    return Table("page", "csv", (COLUMNS, *map(tuple, rows)))


def _recovered_parts(kind: str) -> set[tuple[str, str, float]]:
    found = Harvest((_records_of_large(),), {}, {})
    known = learn(found, outcome="recommend", positive=POSITIVE)
    truth = parts_of_large(answers(5, small_level=6.0), COLUMN_OF[kind])
    got = solve_parts(known, truth, kind=kind, agency=LARGE, wave=WAVES[-1])
    return {(entry.cell[0], entry.what, entry.value) for entry in got}


@pytest.mark.parametrize("kind", SMALL_PARTS)
def test_the_page_of_an_agency_does_not_give_its_small_part_back(kind):
    assert _recovered_parts(kind) == set()


@pytest.mark.parametrize("kind", SMALL_PARTS)
@pytest.mark.usefixtures("doors_open")
def test_with_the_doors_open_the_page_gives_its_small_part_back(kind):
    part, people = SMALL_PARTS[kind]
    assert (part, "n", people) in _recovered_parts(kind)
