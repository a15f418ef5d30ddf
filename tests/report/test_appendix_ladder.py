"""The ladder of models in the appendix: every model a row, and the order only where it is known."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from cxanalytics.report.appendix_ladder import write_appendix_ladder
from cxanalytics.report.section import ORDER


@pytest.fixture(scope="module")
def made():
    path = Path(__file__).parent / "made_up_morale.py"
    spec = importlib.util.spec_from_file_location("made_up_morale", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def appendix_facts(made_up):
    return made_up.make_facts(kind="appendix")


def cells(section) -> dict[str, list[str]]:
    soup = BeautifulSoup(str(section.html), "html.parser")
    rows = soup.find("figure").table.tbody.find_all("tr")
    return {row.th.get_text(): [cell.get_text() for cell in row.find_all("td")] for row in rows}


def test_every_model_has_its_row_and_one_without_figures_its_reason(made, appendix_facts) -> None:
    order = ORDER["appendix"]
    assert order.index("ladder") > order.index("morale")
    section = write_appendix_ladder(made.make_ladder(), appendix_facts, panel=made.make_panel())
    rows = cells(section)
    assert rows["Between"][0] == "4.0\u00a0points better (likely 3.6 to 4.4)"
    assert rows["Split sample"][0] == "Not fitted: both come from different sources"
    assert rows["Morale, then performance"][0] == "0.12\u00a0SD better (likely 0.06 to 0.18)"
    assert "Performance before" not in rows
    assert section.figures == 1 and len(section.key_figures) == 6


def test_the_answer_counts_models_and_the_order_is_told(made, appendix_facts) -> None:
    section = write_appendix_ladder(made.make_ladder(), appendix_facts, panel=made.make_panel())
    assert section.answer == (
        "All three models of the same wave say that performance is better where morale is higher. "
        "One wave later, performance is better where morale was higher."
    )
    html = str(section.html)
    assert "Higher morale was followed by better performance one wave later." in html
    weaker = made.make_ladder(grade="D")
    html = str(write_appendix_ladder(weaker, appendix_facts, panel=made.make_panel()).html)
    assert "followed by" not in html.replace("Performance followed morale.", "")
    assert "Which came first is not settled with four waves." in html


def test_where_less_is_better_every_sign_turns(made, appendix_facts) -> None:
    panel = made.make_panel(higher_is_better=False)
    section = write_appendix_ladder(made.make_ladder(), appendix_facts, panel=panel)
    rows = cells(section)
    assert rows["Between"][0] == "4.0\u00a0points worse (likely 3.6 to 4.4)"
    assert rows["Morale, then performance"][0] == "0.12\u00a0SD worse (likely 0.06 to 0.18)"


@pytest.mark.parametrize(
    ("reason", "told"), [("Too few groups.", "Too few groups."), ("", "It was not computed.")]
)
def test_a_refused_ladder_leaves_its_reason(appendix_facts, reason, told) -> None:
    section = write_appendix_ladder(None, appendix_facts, reason=reason)
    assert told in str(section.html) and section.figures == 0


def test_no_cell_of_the_table_prints_a_missing_value(made, appendix_facts) -> None:
    ladder = made.make_ladder()
    ladder.frame["method"] = "CR2"
    section = write_appendix_ladder(ladder, appendix_facts, panel=made.make_panel())
    printed = [text for row in cells(section).values() for text in row]
    assert "CR2" in printed
    assert not {"nan", "None", "NaN", "<NA>"} & set(printed)


def test_a_narrow_axis_never_loses_which_way_is_better(made, appendix_facts) -> None:
    section = write_appendix_ladder(
        made.make_ladder(), appendix_facts, panel=made.make_panel(performance_label="Long " * 20)
    )
    narrow = BeautifulSoup(str(section.html), "html.parser").find(class_="only-narrow")
    assert "Points, better (+) or worse (−)" in narrow.get_text()
