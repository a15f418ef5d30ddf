"""Peers in study.yaml: who is one, by list or rule, of which sector, and whether named."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import ParamsError
from cxanalytics.run import open_study
from cxanalytics.run.places import find_study
from cxanalytics.tables import ESTIMATE_COLUMNS, Estimates


@pytest.fixture
def study_with(tmp_path):
    """Open the simulated study with other peers and, where given, a file of agencies."""

    def make(text, agencies=""):
        folder = tmp_path / "own"
        folder.mkdir(exist_ok=True)
        own = (find_study("simulated") / "study.yaml").read_text(encoding="utf-8")
        kept = [line for line in own.splitlines() if not line.startswith("peers:")]
        (folder / "study.yaml").write_text("\n".join([*kept, text]), encoding="utf-8")
        if agencies:
            (folder / "agencies.csv").write_text(agencies, encoding="utf-8")
        return open_study(study=str(folder), output=str(tmp_path / "out"))

    return make


def test_peers_by_rule_are_read_from_the_file(study_with):
    rows = "".join(f"A{place},{'tax' if place < 12 else 'aid'}\n" for place in range(24))
    study = study_with(
        "peers: {file: agencies.csv, like: [function], names: anonymous}",
        f"agency,function\n{rows}",
    )
    assert len(study.peers["A0"]) == 11
    assert study.peer_rule == "alike in function"
    assert study.peer_names == "anonymous"
    assert "peers.file" in study.source.input_paths()
    # Where some have no score, as adjusted ones, each keeps the peers of the rule that have one.
    scored = pd.DataFrame(np.nan, index=range(20), columns=list(ESTIMATE_COLUMNS))
    scored["key"] = [f"A{place}" for place in range(4, 24)]
    left = study.peers_among(Estimates(scored, quantity="share"))
    assert left["A4"] == [f"A{place}" for place in range(5, 12)]
    assert set(left) == set(scored["key"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("peers: {like: [function]}", "file"),
        ("peers: {file: agencies.csv, like: [function], set: [A0]}", "beside"),
        ("peers: {names: initials}", "names"),
    ],
)
def test_a_wrong_line_is_refused_with_its_name(study_with, text, told):
    with pytest.raises(ParamsError, match=told):
        study_with(text, "agency,function\nA0,tax\n")


def test_companies_are_left_out_and_read_apart_where_asked_for(study_with):
    first = study_with("peers: {set: all}").survey().agencies[0]
    table = f"agency,sector\n{first},corporate\n"
    left_out = study_with("peers: {file: agencies.csv}", table)
    assert first not in left_out.survey().agencies
    assert left_out.companies() is None
    asked = study_with("peers: {file: agencies.csv, corporate: true}", table)
    assert first not in asked.survey().agencies
    assert asked.companies().agencies == [first]


def test_in_summary_there_is_no_page_of_all_agencies(study_with):
    study = study_with("peers: {names: summary}")
    assert "summary only" in study.source.lacks("09_index")
    assert study.source.lacks("08_agency") == ""
