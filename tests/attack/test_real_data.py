"""Small groups of real surveys stay hidden; pages of published scores say nothing more."""

from __future__ import annotations

import pandas as pd
import pytest
from attack import GUARDED, solve_margins
from harvest import harvest

from cxanalytics.disclosure import agency_reasons, suppress, suppress_margins, suppress_within
from cxanalytics.sources import read_csps
from cxanalytics.tables import Survey

MISSING = ("", "nan", "NaN", "None")

pytestmark = [pytest.mark.data, pytest.mark.slow]


@pytest.fixture(scope="module")
def fevs(data_dir) -> Survey:
    from cxanalytics.run.read import read_survey
    from cxanalytics.run.resolve import read_study

    return read_survey(read_study("fevs_2018"))


def _cells(fevs: Survey, by: list[str]) -> pd.DataFrame:
    frame = fevs.answers("recommend")
    positive = fevs.question("recommend").scale.is_positive(frame["recommend"].to_numpy())
    sums = frame.assign(n=1.0, positive=positive.astype(float)).groupby(by, observed=True)
    return sums[["n", "positive"]].sum().reset_index()


def test_no_sub_agency_follows_from_its_agency(fevs):
    units = _cells(fevs, ["agency", "unit"])
    assert (units["agency"].nunique(), len(units)) == (45, 234)
    parents = agency_reasons(fevs, measure="recommend").droplevel("period")
    reason = suppress_within(units, parents, parent="agency")
    assert (reason == "hidden").any()
    assert solve_margins(units, reason, margins=["agency"]) == []
    primary = suppress(units["n"], total_published=False)
    open_ = {entry.cell[0]: entry for entry in solve_margins(units, primary, margins=["agency"])}
    assert {str(place) for place in units.index[primary == "hidden"]} <= set(open_)
    for entry in open_.values():
        assert entry.value in units.loc[int(entry.cell[0]), ["n", "positive"]].tolist()


def test_no_cell_of_sub_agencies_by_sex_follows_from_either_margin(fevs):
    cells = _cells(fevs, ["agency", "unit", "sex"])
    cells["side"] = cells["agency"] + cells["sex"].astype(str)
    margins = ["unit", "side"]
    reason = suppress_margins(cells, margins=margins)
    assert (reason == "hidden").sum() >= 5
    assert solve_margins(cells, reason, margins=margins) == []
    primary = suppress(cells["n"], total_published=False)
    assert len(solve_margins(cells, primary, margins=margins)) > 5
    # the price of safety: cells of large groups that are hidden for the sake of small ones
    assert reason.isin(GUARDED).sum() <= 5 * (reason == "hidden").sum()


def test_the_pages_of_published_scores_hold_no_count_of_answers_and_no_other_value(
    data_dir, studies_folder
):
    from cxanalytics.run import run_study

    report = run_study("csps", output=studies_folder / "csps", jobs=2, progress=False)
    found = harvest(report.output)
    source = read_csps(data_dir / "csps").frame
    positions = next(table for table in found.tables if table.name == "published_positions")
    last = source["period"].max()
    for row in positions.records():
        of = (source["agency"] == row["agency"]) & (source["measure"] == row["measure"])
        value = source.loc[of & (source["period"] == last), "value"]
        assert float(row["value"]) == pytest.approx(float(value.iloc[0]), rel=1e-5)
    # What would need counts. The head of an empty table, such as that of teams, says nothing.
    counted = ("n", "n_eff", "std_error", "conf_low")
    for table in found.tables:
        for row in table.records():
            if row.get("agency"):
                said = {name: row[name] for name in counted if row.get(name, "") not in MISSING}
                assert not said, (table.place, table.name, row)
