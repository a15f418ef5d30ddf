"""Notebooks run by hand in a kernel behave as under the runner, and say what is wrong."""

import json
import os

import pytest

from cxanalytics.run.kernels import STARTS, NotebookFailedError, execute
from cxanalytics.run.places import notebooks


def _outputs(path):
    cells = json.loads(path.read_text())["cells"]
    return ["".join(out["data"]["text/plain"]) for c in cells for out in c.get("outputs", [])]


def test_injected_parameters_and_rerun_cells(house, notebook_writer):
    notebook = house / "notebooks/01_audit.ipynb"
    cells = [
        'study: str = "simulated"  # name of a study, or its folder\nrepeat: int = 1  # times',
        "import os, sys, warnings",
        "import cxanalytics as cx",
        "study = cx.open_study(**cx.parameters())",
        "study = cx.open_study(**cx.parameters())\nstudy.name, dict(study.params)",
        "os.environ['OMP_NUM_THREADS'], os.environ['PYTHONHASHSEED'], sys.executable",
        "sorted({'papermill', 'statsmodels', 'sklearn', 'matplotlib'} & set(sys.modules))",
    ]
    notebook_writer(notebook, cells)
    target = house / "out {x}.ipynb"
    execute(notebook, target, parameters={"study": "city", "repeat": 4}, context={})
    import sys

    assert _outputs(target) == [
        "('city', {'repeat': 4})",
        f"('1', '0', {sys.executable!r})",
        "[]",
    ]


def test_a_parameter_that_is_not_declared(house):
    target = house / "out.ipynb"
    with pytest.raises(NotebookFailedError) as error:
        execute(notebooks()["01_audit"], target, parameters={"repeats": 4}, context={})
    assert str(error.value) == (
        "out.ipynb, cell [4]: `repeats` is not a parameter here; declared are study, repeat, "
        "share. Did you mean 'repeat'?"
    )
    assert not target.exists()
    assert (house / "out.failed.ipynb").exists()


def test_a_page_by_hand_runs_what_the_simulated_study_lacks(house, notebook_writer):
    notebook = house / "notebooks/08_agency.ipynb"
    cells = [cell["source"] for cell in json.loads(notebook.read_text())["cells"]]
    cells[-1] = "import sys\n'papermill' in sys.modules, sorted(board.shown['key'])"
    notebook_writer(notebook, cells)
    execute(notebook, house / "out.ipynb", parameters={}, context={})
    assert _outputs(house / "out.ipynb") == ["(False, ['North', 'South <b>'])"]
    assert (house / "outputs/simulated/results/04_benchmark/current.json").is_file()


def test_a_kernel_that_dies(house, notebook_writer):
    notebook = house / "notebooks/01_audit.ipynb"
    notebook_writer(notebook, ["import os; os._exit(3)"])
    with pytest.raises(NotebookFailedError, match=r"01_audit.ipynb: the kernel failed: "):
        execute(notebook, house / "out.ipynb", parameters={}, context={})
    assert not (house / "out.ipynb").exists()


@pytest.mark.parametrize(("dying", "starts"), [(1, 2), (9, STARTS)])
def test_a_kernel_that_never_started_is_started_again(
    house, notebook_writer, monkeypatch, dying, starts
):
    notebook = house / "notebooks/01_audit.ipynb"
    notebook_writer(notebook, ["6 * 7"])
    early = house / "early"
    early.mkdir()
    (early / "sitecustomize.py").write_text(
        "import os\nfrom pathlib import Path\n"
        "told = Path(__file__).with_name('starts')\n"
        "told.open('a').write('x')\n"
        f"if len(told.read_text()) <= {dying}:\n    os._exit(1)\n"
    )
    before = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(early), before])))
    target = house / "out.ipynb"
    if starts > dying:
        execute(notebook, target, parameters={}, context={})
        assert _outputs(target) == ["42"]
    else:
        with pytest.raises(NotebookFailedError, match="before replying"):
            execute(notebook, target, parameters={}, context={})
        assert not target.exists()
    assert (early / "starts").read_text() == "x" * starts
