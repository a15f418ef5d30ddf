"""Declared and injected parameters are compared strictly, from the text of the cells."""

from pathlib import Path

import pytest

from cxanalytics.errors import ParamsError
from cxanalytics.run import parameters as parameters_of_this_notebook
from cxanalytics.run.parameters import (
    Parameter,
    check_values,
    declared_parameters,
    is_parameters_cell,
    merge_history,
    parse_value,
)

DECLARED = (
    'study: str = "simulated"  # name of a study\n'
    "seed: int = 1  # for draws\n"
    "share: float = 0.5  # a share\n"
    "fast: bool = False  # skip\n"
    'agencies: list[str] = ["A", "B"]  # some'
)
DEFAULTS = {
    "study": "simulated",
    "seed": 1,
    "share": 0.5,
    "fast": False,
    "agencies": ["A", "B"],
}


def test_defaults_without_injected_cell():
    assert merge_history(["import os", DECLARED, "study = open(study)"]) == DEFAULTS


def test_injected_values_win_and_a_whole_number_serves_as_float():
    found = merge_history([DECLARED, "# Parameters\nseed = 7\nshare = 1\n"])
    assert found == DEFAULTS | {"seed": 7, "share": 1.0}
    assert isinstance(found["share"], float)


def test_rerunning_cells_in_jupyterlab():
    edited = DECLARED.replace("seed: int = 1 ", "seed: int = 3 ")
    injected = "# Parameters\nseed = 7"
    assert merge_history([DECLARED, injected, "x = 1", edited, "x"])["seed"] == 3
    assert merge_history([DECLARED, "x = 1", injected, "seed = 9", "x"])["seed"] == 7
    assert merge_history([DECLARED, injected, DECLARED, injected])["seed"] == 7


def test_plain_assignments_and_magics_are_not_parameters():
    assert merge_history([DECLARED, "limit: int = 3", "%timeit x", "seed = 4"]) == DEFAULTS
    assert is_parameters_cell(DECLARED)
    assert not is_parameters_cell("limit: int = 3")
    assert not is_parameters_cell("limit: int = other  # not a literal")


@pytest.mark.parametrize(
    ("injected", "message"),
    [
        ("sed = 7", "`sed` is not a parameter here; declared are study, seed, share, fast, "
         "agencies. Did you mean 'seed'?"),
        ("seed = '7'", "`seed` must be a whole number; got '7'."),
        ("seed = 7.0", "`seed` must be a whole number; got 7.0."),
        ("seed = True", "`seed` must be a whole number; got True."),
        ("share = '1'", "`share` must be a number; got '1'."),
        ("share = True", "`share` must be a number; got True."),
        ("fast = 1", "`fast` must be True or False; got 1."),
        ("study = None", "`study` must be text; got None."),
        ("agencies = 'A'", "`agencies` must be a list; got 'A'."),
        ("share = float('nan')", "`share` must be a plain value; got `float('nan')`."),
    ],
)  # fmt: skip
def test_wrong_injected_values(injected, message):
    with pytest.raises(ParamsError) as error:
        merge_history([DECLARED, f"# Parameters\n{injected}"])
    assert str(error.value) == message


def test_a_default_of_another_type():
    with pytest.raises(ParamsError, match=r"`seed` must be a whole number; got 1.5"):
        merge_history(["seed: int = 1.5  # for draws"])


def test_without_a_parameters_cell():
    with pytest.raises(ParamsError, match="needs the cell tagged `parameters` to have run"):
        merge_history(["import cxanalytics as cx"])


def test_outside_a_notebook():
    with pytest.raises(ParamsError, match=r"`parameters\(\)` must be called in a notebook"):
        parameters_of_this_notebook()


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("str", "04", "04"),
        ("int", "7", 7),
        ("float", "7", 7.0),
        ("float", "1e-3", 0.001),
        ("bool", "True", True),
        ("bool", "false", False),
        ("list", "a, b", ["a", "b"]),
        ("list", '["a, b", "c"]', ["a, b", "c"]),
        ("list", "", []),
    ],
)
def test_values_from_the_command_line(kind, text, value):
    found = parse_value(Parameter("x", kind, None, ""), text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("kind", "text", "need"),
    [
        ("int", "7.5", "a whole number"),
        ("int", "", "a whole number"),
        ("float", "much", "a number"),
        ("bool", "yes", "True or False"),
        ("bool", "1", "True or False"),
    ],
)
def test_wrong_values_from_the_command_line(kind, text, need):
    with pytest.raises(ParamsError, match=f"`x` must be {need}; got"):
        parse_value(Parameter("x", kind, None, ""), text)


def test_check_values_names_what_is_declared():
    with pytest.raises(ParamsError, match="declared are a, b"):
        check_values([Parameter("a", "int", 1, ""), Parameter("b", "int", 1, "")], {"c": 1})


def test_declared_parameters_of_a_notebook(tmp_path, notebook_writer):
    notebook_writer(tmp_path / "n.ipynb", [DECLARED, "x = 1"])
    found = declared_parameters(tmp_path / "n.ipynb")
    assert [entry.name for entry in found] == list(DEFAULTS)
    assert found[1] == Parameter("seed", "int", 1, "for draws")
    notebook_writer(tmp_path / "n.ipynb", ["seed = 1"])
    with pytest.raises(ParamsError, match=r"n.ipynb: the cell tagged `parameters` must hold only"):
        declared_parameters(tmp_path / "n.ipynb")


def test_files_that_are_no_notebooks(tmp_path):
    with pytest.raises(ParamsError, match="does not exist"):
        declared_parameters(tmp_path / "n.ipynb")
    Path(tmp_path / "n.ipynb").write_text("[]")
    with pytest.raises(ParamsError, match="is not a Jupyter notebook"):
        declared_parameters(tmp_path / "n.ipynb")
