"""Results appear whole or not at all, and the current one is named."""

import threading
import time

import pandas as pd
import pytest

from cxanalytics.errors import ParamsError
from cxanalytics.run import open_run
from cxanalytics.run.handover import (
    current,
    drop_superseded,
    exclusive,
    read_json,
    save_step,
    step_folder,
    write_text,
)


def _save(output, key, value):
    tables = {"t": pd.DataFrame({"a": [value]})}
    save_step(output, "01_audit", key=key, tables=tables, facts={"n": value}, overrides={})


def test_the_newest_result_is_current(tmp_path):
    _save(tmp_path, "k1", 1)
    _save(tmp_path, "k2", 2)
    assert current(tmp_path, "01_audit") == {"key": "k2", "overrides": {}, "edited": ""}
    run = open_run(tmp_path)
    assert repr(run) == f"Run {tmp_path.name}: 01_audit"
    assert run.load("01_audit")["t"]["a"].tolist() == [2]
    assert run.load("01_audit").facts["n"] == 2
    drop_superseded(tmp_path)
    assert not (step_folder(tmp_path, "01_audit") / "k1").exists()
    assert current(tmp_path, "01_audit")["key"] == "k2"


def test_a_result_that_is_not_there_is_not_current(tmp_path):
    _save(tmp_path, "k1", 1)
    (step_folder(tmp_path, "01_audit") / "k1/result.json").unlink()
    assert current(tmp_path, "01_audit") == {}
    with pytest.raises(ParamsError, match="`folder` must hold the results of a run"):
        open_run(tmp_path)


def test_an_unknown_step(tmp_path):
    _save(tmp_path, "k1", 1)
    with pytest.raises(ParamsError, match=r"`step` must be one of '01_audit'; got '01_audt'"):
        open_run(tmp_path).load("01_audt")


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "x.json"
    write_text(path, "{}")
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "\ud800")
    assert path.read_text() == "{}"
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.json"]
    path.write_text("{")
    assert read_json(path) == {}


def test_one_writer_at_a_time(tmp_path):
    seen = []

    def second():
        with exclusive(tmp_path):
            seen.append("second")

    with exclusive(tmp_path):
        other = threading.Thread(target=second)
        other.start()
        time.sleep(0.05)
        seen.append("first")
    other.join(5)
    assert seen == ["first", "second"]
