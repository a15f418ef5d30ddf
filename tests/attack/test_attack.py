"""Nobody who collects all that a run hands out can have a hidden group back."""

from __future__ import annotations

import itertools
import re

import pytest
from attack import (
    Recovered,
    learn,
    match_rows,
    numbers_beside,
    people_behind,
    solve,
    solve_parts,
)
from harvest import Harvest, Table
from planted import (
    COLUMN_OF,
    LARGE,
    PLANTED,
    POSITIVE,
    QUESTIONS,
    SMALL,
    SMALL_BEFORE,
    SMALL_PARTS,
    SMALL_TEAMS,
    TEAMS,
    WAVES,
    answers,
    parts_of_large,
)

pytestmark = pytest.mark.slow

NAMES = (*WAVES, "9 or 10 out of 10", *QUESTIONS)
# What describes all answers together, and so moves with any of them.
OF_EVERYBODY = {"scales", "repeats"}
CELLS_OF_EVERYBODY = ("scales", "repeats")
SHEETS_OF_EVERYBODY = {"scale_use", "duplicates", "staff_scale_use", "staff_duplicates"}
HEADS_OF_EVERYBODY = {("Question", "Answer", "Answers", "Share"), ("What", "Rows", "Share")}
DIGEST = re.compile(r"\b[0-9a-f]{12,64}\b")


def _solved(found: Harvest) -> list[Recovered]:
    return solve(learn(found, outcome="recommend", positive=POSITIVE))


def test_with_the_doors_open_the_attack_recovers_every_planted_group(with_doors_open):
    got = {(entry.cell[:2], entry.what): entry.value for entry in _solved(with_doors_open)}
    for cell, people in PLANTED.items():
        assert got[cell, "n"] == people
        # All of them gave the best answer: their score is recovered, too.
        assert got[cell, "positive"] == people
    assert numbers_beside(with_doors_open, SMALL, allowed=NAMES)


def test_with_the_doors_closed_it_recovers_none(published):
    known = learn(published, outcome="recommend", positive=POSITIVE)
    assert {cell[:2] for cell, why in known.labels.items() if why == "hidden"} == set(PLANTED)
    assert len(known.wave_totals) == 2 and len(known.totals) == 6
    assert solve(known) == []


@pytest.mark.parametrize("kind", SMALL_PARTS)
def test_no_small_part_of_an_agency_follows_from_its_page(published, kind):
    known = learn(published, outcome="recommend", positive=POSITIVE)
    truth = parts_of_large(answers(5, small_level=6.0), COLUMN_OF[kind])
    part, people = SMALL_PARTS[kind]
    assert truth["n"][part] == people
    assert known.parts["department", LARGE, WAVES[-1]]
    assert part not in known.parts.get((kind, LARGE, WAVES[-1]), {})
    assert solve_parts(known, truth, kind=kind, agency=LARGE, wave=WAVES[-1]) == []


@pytest.mark.parametrize("part", [part for part, _ in SMALL_PARTS.values()])
def test_no_row_or_word_about_an_agency_has_its_small_part(published, part):
    for table in published.tables:
        for row in table.rows:
            assert not any(_about(cell, part) for cell in row), (table.place, table.name, row)
    for place, words in published.words.items():
        assert not [text for text in words if _about(text, part)], place


def _about(text: str, part: str) -> bool:
    """Tell whether a text is about the small part: by name, or as a part of the large office."""
    return part in text if part.startswith(LARGE) else LARGE in text and part in text


def test_every_family_of_pages_was_read(published):
    pages = {place.partition("/")[0] for place in published.markup}
    assert pages >= {"index.html", "audit.html", "appendix.html", "agencies"}
    kinds = {table.place.rpartition(".")[2] for table in published.tables}
    assert {"html", "csv", "json", "xlsx", "ipynb"} <= kinds
    assert "run.json" in published.words


def test_no_figure_stands_beside_the_name_of_a_hidden_group(published):
    for agency in (SMALL, SMALL_BEFORE):
        assert numbers_beside(published, agency, allowed=NAMES) == []
        for place, words in published.words.items():
            said = [text for text in words if agency in text and text != agency]
            assert not [text for text in said if re.search(r"\d[.,]?\d", _plain(text))], place


def _plain(text: str) -> str:
    """Leave out names and the words for a hidden number."""
    for name in (SMALL, SMALL_BEFORE, *NAMES):
        text = text.replace(name, "")
    return re.sub(r"fewer than \d+|<\d+", "", text, flags=re.IGNORECASE)


def test_shares_give_the_people_behind_them_so_none_stands_alone(published):
    shown = 0
    for table in published.tables:
        if not {"agency", "n", "raw"} <= set((table.rows or ((),))[0]):
            continue
        for row in table.records():
            if row["n"] == "":
                assert not any(row[name] for name in ("raw", "estimate", "conf_low")), row
            elif row["raw"]:
                # The attack works: the people behind a share divide those who answered.
                assert float(row["n"]) % people_behind(float(row["raw"])) == 0, row
                shown += 1
    assert shown > 100


def test_rows_of_two_pages_are_matched_by_their_figures_whatever_their_names(published):
    """Why pages with codes for peers may not print the figures of single peers."""
    index = next(t for t in published.tables if t.place == "index.html" and "Place" in t.rows[0])
    codes = {row[0]: f"Peer {place}" for place, row in enumerate(index.rows[1:])}
    masked = [(codes[row[0]], *row[1:]) for row in reversed(index.rows[1:])]
    other = Table("another page", "html", (index.rows[0], *masked))
    matched = match_rows(index, other)
    assert len(matched) >= 10
    assert matched.items() <= codes.items()
    blurred = [(name, "", "") for name, *_ in masked]
    assert match_rows(index, Table("a third", "html", (index.rows[0], *blurred))) == {}


def test_no_page_or_file_names_a_team(published):
    """Small teams are left out; the names of the others would tell which are missing.

    The large office, whose page this is, has a small team: its page names neither of its teams.
    The audit lists the names that were linked, without those of small teams.
    """
    for place, words in published.words.items():
        if not place.startswith("notebooks"):
            assert not [text for text in words for team in TEAMS if team in text], place
    for table in published.tables:
        if not table.place.startswith("notebooks") and table.name != "coverage":
            cells = set(itertools.chain(*table.rows))
            named = [cell for cell in cells for team in TEAMS if team in cell]
            assert not named, (table.place, table.name, named)


def test_nothing_at_all_names_a_small_team(published):
    for place, words in published.words.items():
        assert not [text for text in words for team in SMALL_TEAMS if team in text], place
    for table in published.tables:
        cells = set(itertools.chain(*table.rows))
        assert not [cell for cell in cells for team in SMALL_TEAMS if team in cell], table.place


def test_a_hidden_group_is_never_zero_and_never_without_a_reason(published):
    for agency in (SMALL, SMALL_BEFORE):
        for table in published.tables:
            if "suppressed_reason" not in (table.rows or ((),))[0]:
                continue
            for row in table.records():
                if agency in (row.get("agency"), row.get("key")):
                    assert row["suppressed_reason"] in ("hidden", "complementary"), table.place


def test_no_page_moves_with_the_answers_of_a_hidden_group(published, with_other_answers):
    """Whatever could be solved for, linear or not, would move: marks, models, words, alt texts."""
    assert set(published.markup) == set(with_other_answers.markup)
    for page, sections in published.markup.items():
        other = with_other_answers.markup[page]
        moved = {name for name in sections if sections[name] != other[name]}
        if page == "audit.html":
            moved -= OF_EVERYBODY
        elif page == "notebooks/01_audit.ipynb":
            moved = {code for code in moved if not any(x in code for x in CELLS_OF_EVERYBODY)}
        assert not moved, (page, moved)
    assert (
        published.markup["audit.html"]["scales"]
        != with_other_answers.markup["audit.html"]["scales"]
    )


def test_no_page_moves_with_the_number_of_people_in_a_hidden_group(
    with_large_teams, with_other_numbers
):
    """Offices and staff teams of other sizes, in the same totals: whatever knew them would move."""
    for page, sections in with_large_teams.markup.items():
        other = with_other_numbers.markup[page]
        moved = {name for name in sections if sections[name] != other[name]}
        moved -= {code for code in moved if any(x in code for x in CELLS_OF_EVERYBODY)}
        assert not moved, (page, moved)


def test_no_word_moves_with_them(published, with_other_answers):
    for place, words in published.words.items():
        if place == "run.json":
            continue
        pairs = zip(words, with_other_answers.words[place], strict=True)
        moved = [pair for pair in pairs if DIGEST.sub("", pair[0]) != DIGEST.sub("", pair[1])]
        assert not moved, (place, moved[:3])


def test_no_file_moves_with_them(published, with_other_answers):
    def of_somebody(table: Table) -> bool:
        head = table.rows[0] if table.rows else ()
        return table.name not in SHEETS_OF_EVERYBODY and head not in HEADS_OF_EVERYBODY

    pairs = zip(published.tables, with_other_answers.tables, strict=True)
    for one, other in pairs:
        assert (one.place, one.name) == (other.place, other.name)
        if of_somebody(one) and one.name != "Read me":
            cells = zip(itertools.chain(*one.rows), itertools.chain(*other.rows), strict=True)
            moved = [pair for pair in cells if DIGEST.sub("", pair[0]) != DIGEST.sub("", pair[1])]
            assert not moved, (one.place, one.name, moved[:3])


def test_every_share_of_a_page_rests_on_answers_enough(published):
    """Percentages and answers printed beside them give the number behind each bar."""
    bars = [table for table in published.tables if "Negative" in (table.rows or ((),))[0]]
    assert bars
    for table in bars:
        for row in table.records():
            people = float(row["Answers"].replace(",", ""))
            for side in ("Positive", "Neither", "Negative"):
                if shares := re.findall(r"(\d+)%", row[side]):
                    behind = [people * (float(share) + 0.5) / 100 for share in shares]
                    assert min(behind) >= 5 or shares == ["0"], (table.place, row)
