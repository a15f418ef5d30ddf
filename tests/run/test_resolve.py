"""Later beats earlier, types are strict, conflicts are listed."""

import pytest

from cxanalytics.errors import ParamsError
from cxanalytics.run.places import notebooks
from cxanalytics.run.resolve import command, expected_key, read_study, resolve


def _resolve(**overrides):
    return resolve(read_study("city"), notebooks()["01_audit"], overrides=overrides)


def test_precedence(house):
    assert _resolve().values == {"study": "city", "repeat": 2, "share": 0.5}
    (house / "params/city/01_audit.yaml").write_text("repeat: 3\nshare: 1\n")
    assert _resolve().values == {"study": "city", "repeat": 3, "share": 1.0}
    assert _resolve(repeat=4, bonus=1.0).values["repeat"] == 4


def test_only_what_differs_from_the_notebook_is_injected(house):
    assert _resolve().given == {"study": "city", "repeat": 2}
    assert _resolve(repeat=1).given == {"study": "city"}


def test_conflicts_are_listed(house):
    (house / "params/city/01_audit.yaml").write_text("repeat: 3\n")
    assert _resolve().conflicts == (
        "01_audit: `repeat` is 2 in study.yaml and 3 in 01_audit.yaml, which is used",
    )
    (house / "params/city/01_audit.yaml").write_text("repeat: 2\n")
    assert not _resolve().conflicts


def test_wrong_values_name_their_line(house):
    path = house / "params/city/01_audit.yaml"
    path.write_text("share: 0.1\nrepeats: 3\n")
    with pytest.raises(ParamsError, match=r"01_audit.yaml, line 2: `repeats` is not a parameter"):
        _resolve()
    path.unlink()
    study = house / "params/city/study.yaml"
    study.write_text(study.read_text().replace("repeat: 2", "repeat: two"))
    with pytest.raises(ParamsError, match=r"study.yaml, line 14: `repeat` must be a whole number"):
        _resolve()


def test_names_that_no_notebook_declares(house):
    study = house / "params/city/study.yaml"
    study.write_text(study.read_text().replace("repeat: 2", "repeet: 2"))
    with pytest.raises(ParamsError, match=r"line 14: `parameters.repeet` is not declared by any"):
        read_study("city").check_parameters()


def test_a_file_for_no_notebook(house):
    (house / "params/city/04_benchmrk.yaml").touch()
    with pytest.raises(ParamsError, match=r"belongs to no notebook. Did you mean '04_benchmark"):
        read_study("city").check_parameters()


def test_a_missing_input_names_its_line(house):
    (house / "params/city/answers.csv").unlink()
    with pytest.raises(ParamsError, match=r"study.yaml, line 8: `survey.file` must name an exist"):
        read_study("city").input_digests()


def test_the_key_follows_everything_the_result_is_made_of(house):
    def key(**overrides):
        return expected_key(read_study("city"), "01_audit", overrides=overrides, upstream={})

    first = key()
    assert key() == first
    assert key(repeat=2) == first
    assert key(repeat=3) != first
    data = house / "params/city/answers.csv"
    data.write_text(data.read_text() + "North,5\n")
    second = key()
    assert second != first
    notebook = notebooks()["01_audit"]
    notebook.write_text(notebook.read_text().replace("rows=", "row=", 1))
    assert key() not in (first, second)


def test_stored_outputs_and_comments_in_the_study_leave_the_key(house):
    def key():
        return expected_key(read_study("city"), "01_audit", upstream={})

    first = key()
    notebook = notebooks()["01_audit"]
    notebook.write_text(
        notebook.read_text().replace('"execution_count": null', '"execution_count": 1')
    )
    study = house / "params/city/study.yaml"
    study.write_text("# a comment\n" + study.read_text())
    assert key() == first


def test_commands_can_be_pasted(house):
    study = read_study("city")
    assert command(study, house / "outputs/city", "--only", "04") == (
        "cxanalytics run city --only 04"
    )
    assert command(study, house / "an other") == "cxanalytics run city -o 'an other'"
