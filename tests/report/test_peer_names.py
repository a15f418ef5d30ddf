"""Pages without the names of peers: nothing on two of them may be matched."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxanalytics.benchmark import mask_leaders, mask_peers
from cxanalytics.benchmark.peer_names import ALIKE_ROWS
from cxanalytics.errors import ParamsError
from cxanalytics.report import (
    mask_facts,
    write_index_data,
    write_index_groups,
    write_index_masthead,
)
from cxanalytics.report.exports import COLUMNS, standing_records
from cxanalytics.report.section import Section
from cxanalytics.tables import Estimates
from cxanalytics.words import say_expected_wrong, say_index

ATTACK = Path(__file__).parents[1] / "attack"


@pytest.fixture
def attack(monkeypatch):
    """The modules of the attack, which is no part of the package."""
    monkeypatch.syspath_prepend(str(ATTACK))
    import attack
    import harvest

    yield attack, harvest
    for name in ("attack", "harvest"):
        sys.modules.pop(name, None)


def masked_page(made_up, boards, facts, agency, names="anonymous", seed=1):
    shown = mask_peers(boards, agency, names=names, seed=seed)
    own = mask_facts(replace(facts, title=agency), agency, names=names)
    return made_up.agency_sections(shown, own, agency=agency), shown, own


def table_of(harvest, shown, facts, agency):
    records = [r for r in standing_records(shown, facts) if r["agency"] != agency]
    numbers = [name for name in COLUMNS if name not in ("id", "agency")]
    rows = [("agency", *numbers)]
    rows += [(r["agency"], *(str(r[name]) for name in numbers)) for r in records]
    return harvest.Table(agency, "standing", tuple(rows))


def test_two_anonymous_pages_cannot_be_matched(made_up, boards, facts, attack):
    module, harvest = attack
    pages = []
    for agency in (made_up.YOU, made_up.AGENCIES[0], made_up.AGENCIES[-1]):
        _, shown, own = masked_page(made_up, boards, facts, agency)
        pages.append(table_of(harvest, shown, own, agency))
    assert len(pages[0].rows) > 20
    for first in range(3):
        for second in range(first):
            assert module.match_rows(pages[first], pages[second]) == {}


def test_the_same_attack_matches_pages_that_only_change_the_names(made_up, boards, facts, attack):
    module, harvest = attack
    found = []
    for agency, order in ((made_up.YOU, 1), (made_up.AGENCIES[0], -1)):
        keys = boards["recommend"].frame["key"].tolist()
        codes = dict(zip(keys, [f"Peer {k}" for k in range(len(keys))][::order], strict=True))
        frame = boards["recommend"].frame.assign(key=[codes[key] for key in keys])
        shown = {"recommend": replace(boards["recommend"], frame=frame)}
        only = replace(facts, measures=facts.measures[:1])
        found.append(table_of(harvest, shown, only, codes[agency]))
    assert len(module.match_rows(*found)) > 15


def test_no_name_of_a_peer_is_anywhere_on_the_page(made_up, boards, facts):
    for names in ("anonymous", "summary"):
        sections, _, _ = masked_page(made_up, boards, facts, made_up.YOU, names)
        told = "".join(str(part.html) + part.answer + str(part) for part in sections)
        for agency in (*made_up.AGENCIES, *made_up.SMALL):
            assert (agency in told) == (agency == made_up.YOU), (names, agency)


def test_files_inside_an_anonymous_page_name_nobody(made_up, boards, facts, attack):
    _, harvest = attack
    sections, _, _ = masked_page(made_up, boards, facts, made_up.YOU)
    html = "".join(str(part.html) for part in sections)
    links = harvest._DATA.findall(html)
    assert len(links) == 3
    import base64
    from urllib.parse import unquote_to_bytes

    for _, mime, data in links:
        body = unquote_to_bytes(data)
        if "csv" in mime or "json" in mime:
            text = base64.b64decode(body).decode("utf-8-sig") if b"," not in body else body.decode()
            assert made_up.YOU in text
            assert made_up.AGENCIES[0] not in text


def test_every_figure_of_a_peer_is_shared_by_three(made_up, boards):
    shown = mask_peers(boards, made_up.YOU, names="anonymous", seed=1)
    for board in shown.values():
        peers = board.shown.loc[board.shown["key"] != made_up.YOU]
        figures = peers.select_dtypes("number").columns
        sizes = peers.groupby(list(figures), dropna=False).size()
        assert sizes.min() >= ALIKE_ROWS


def test_the_row_of_the_page_itself_stays_as_it_is(made_up, boards):
    for names in ("anonymous", "summary"):
        shown = mask_peers(boards, made_up.YOU, names=names, seed=1)
        for name, board in shown.items():
            before = boards[name].row(made_up.YOU).to_dict()
            np.testing.assert_equal(board.row(made_up.YOU).to_dict(), before)


def test_codes_differ_between_pages_and_measures_and_hang_on_the_data(made_up, boards):
    def order(board):
        return board.shown.sort_values("estimate")["key"].tolist()

    first = mask_peers(boards, made_up.YOU, names="anonymous", seed=1)
    again = mask_peers(boards, made_up.YOU, names="anonymous", seed=1)
    other = mask_peers(boards, made_up.AGENCIES[0], names="anonymous", seed=1)
    assert order(first["recommend"]) == order(again["recommend"])
    assert order(first["recommend"]) != order(other["recommend"])
    assert order(first["recommend"]) != order(first["trust"])
    moved = boards["recommend"].frame.copy()
    moved["raw"] += 1e-9
    nudged = {"recommend": replace(boards["recommend"], frame=moved)}
    changed = mask_peers(nudged, made_up.YOU, names="anonymous", seed=1)
    # Who knows the seed and the names, but not the unrounded scores, cannot redraw the codes.
    assert order(changed["recommend"]) != order(first["recommend"])


def test_sentences_about_oneself_do_not_change(made_up, boards, facts):
    named = made_up.agency_sections(boards, facts)
    sections, _, _ = masked_page(made_up, boards, facts, made_up.YOU)
    assert [part.answer for part in sections] == [part.answer for part in named]
    title = "clearly ahead of you"
    assert title in str(named[2].html)
    assert _title(named[2]) == _title(sections[2])


def _title(section: Section) -> str:
    start = str(section.html).index("<figcaption")
    return str(section.html)[start : start + 200]


def test_summary_prints_the_middle_half_alone(made_up, boards, facts):
    sections, shown, own = masked_page(made_up, boards, facts, made_up.YOU, "summary")
    assert [record["agency"] for record in standing_records(shown, own)] == [made_up.YOU]
    assert "The middle half of 23 government peers scores" in str(sections[2].html)
    few = boards["recommend"].frame.copy()
    few["peers"] = 7.0
    small = mask_peers(
        {"recommend": replace(boards["recommend"], frame=few)},
        made_up.YOU,
        names="summary",
        seed=1,
    )
    assert small["recommend"].row(made_up.YOU)[["peer", "peer_low_quarter"]].isna().all()


def test_the_index_without_names_has_codes_and_no_links(made_up, boards, index_facts):
    shown = mask_peers(boards, None, names="anonymous", seed=1)
    own = mask_facts(index_facts, None, names="anonymous")
    html = str(write_index_groups(shown, own).html) + str(write_index_data(shown, own).html)
    assert not any(agency in html for agency in (*made_up.AGENCIES, *made_up.SMALL))
    assert "agencies/" not in html
    assert "Peer 1" in html


def test_the_index_without_names_counts_verdicts_and_calls_as_they_are(
    made_up, boards, index_facts
):
    shown = mask_peers(boards, None, names="anonymous", seed=1)
    own = mask_facts(index_facts, None, names="anonymous")
    before, after = boards["recommend"], shown["recommend"]
    headline = say_index(before, nouns=index_facts.nouns)
    assert "likely above" in headline
    assert write_index_masthead(shown, own).answer == headline
    groups = write_index_groups(shown, own)
    assert say_expected_wrong(before) in str(groups.html)
    assert say_expected_wrong(before) == say_expected_wrong(after) != ""
    # An average of agencies has no verdict of its own, and stands in no group of one.
    assert set(after.shown["verdict"]) == {""} and after.shown["certainty"].isna().all()
    assert "Averages of neighbors in score (" in str(groups.html)
    assert "Likely above the typical peer (" not in str(groups.html)


@pytest.mark.parametrize(
    ("leaders", "own", "printed"), [(1, False, False), (3, True, False), (3, False, True)]
)
def test_the_level_of_few_leaders_is_on_no_page_without_names(leaders, own, printed):
    keys = [f"Office {place}" for place in range(6)]
    leading = [place < leaders for place in range(6)]
    frame = pd.DataFrame({"key": keys, "estimate": 0.1, "leading": leading})
    frame[["std_error", "conf_low", "conf_high", "n"]] = np.nan
    found = Estimates(frame, "share", facts={"leading": leaders})
    agency = keys[0] if own else keys[-1]
    for names in ("anonymous", "summary"):
        assert mask_leaders(found, agency, names=names) is (found if printed else None)
    assert mask_leaders(found, agency, names="named") is found
    with pytest.raises(ParamsError, match="names"):
        mask_leaders(found, agency, names="initials")


def test_names_that_mean_nothing_are_refused(made_up, boards):
    with pytest.raises(ParamsError, match="names"):
        mask_peers(boards, made_up.YOU, names="initials", seed=1)
    with pytest.raises(ParamsError, match="summary"):
        mask_peers(boards, None, names="summary", seed=1)
    assert mask_peers(boards, None, names="named", seed=1) == boards
