"""One command runs what is needed, skips what is there, and says what failed in one line."""

import json

import pytest

from cxanalytics.errors import ParamsError
from cxanalytics.run import open_run, run_study
from cxanalytics.run.kernels import NotebookFailedError


def _states(report):
    return {entry.task.name: entry.state for entry in report.done}


def _change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def _files(root):
    kept = [path for path in root.rglob("*") if path.is_file() and path.name != "run.json"]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in kept}


def test_what_a_run_leaves(ran):
    output = ran / "outputs/city"
    pages = [path.relative_to(output).as_posix() for path in output.rglob("*.html")]
    assert sorted(pages) == [
        "agencies/few.html",
        "agencies/north.html",
        "agencies/south-b.html",
        "audit.html",
        "index.html",
    ]
    assert "<h1>South &lt;b&gt;</h1>" in (output / "agencies/south-b.html").read_text()
    assert (output / "notebooks/08_agency/north.ipynb").is_file()
    index = (output / "index.html").read_text()
    assert "agencies/few.html, agencies/north.html, agencies/south-b.html" in index
    assert "tiny" not in index
    assert open_run(output).load("01_audit")["rows"]["rows"].tolist() == [208]
    assert not list(output.rglob(".writing-*"))


def test_nothing_is_left_that_differs_from_run_to_run(ran):
    output = ran / "outputs/city"
    for path in output.rglob("*.ipynb"):
        text = path.read_text()
        assert str(ran.parent) not in text
        assert not {"start_time", "duration", "execution"} & set(json.loads(text)["metadata"])
        assert "iopub" not in text
        assert '"stream"' not in text


def test_run_json(ran):
    record = json.loads((ran / "outputs/city/run.json").read_text())
    assert record["agencies"] == {
        "shown": ["North", "South <b>"],
        "suppressed": {"Few": "few", "Tiny": "hidden"},
    }
    assert [task["state"] for task in record["tasks"]] == ["made"] * 6
    assert record["tasks"][0]["parameters"] == {"study": "city", "repeat": 2}
    assert set(record["inputs"]) == {"survey.file"}
    assert record["seconds"] > 0


def test_an_unchanged_study_is_skipped(ran):
    before = _files(ran / "outputs/city")
    report = run_study("city", progress=False)
    assert set(_states(report).values()) == {"unchanged"}
    assert _files(ran / "outputs/city") == before
    assert report.opening == ran / "outputs/city/index.html"
    assert report.suppressed == {"Few": "few", "Tiny": "hidden"}


def test_a_page_made_again_is_the_same_and_the_only_one(ran):
    page = ran / "outputs/city/agencies/north.html"
    before = _files(ran / "outputs/city")
    page.write_text("broken")
    report = run_study("city", agencies=["north"], only=["08"], progress=False)
    assert _states(report) == {"08_agency North": "made"}
    assert _files(ran / "outputs/city") == before


def test_the_page_of_an_agency_that_is_now_hidden_is_deleted(ran):
    data = ran / "params/city/answers.csv"
    lines = data.read_text().splitlines()
    few = [line for line in lines if not line.startswith("North")] + ["North,5"] * 3
    data.write_text("\n".join(few) + "\n")
    report = run_study("city", only=["01", "04", "09"], progress=False)
    assert report.suppressed == {"Few": "few", "North": "hidden", "Tiny": "hidden"}
    left = [path.stem for path in (ran / "outputs/city").rglob("north.*")]
    assert not left
    assert "agencies/north.html" not in (ran / "outputs/city/index.html").read_text()


def test_dry_run_and_limit(ran):
    before = _files(ran)
    report = run_study("city", dry_run=True, limit=1, parameters={"bonus": 1.0})
    assert [entry.task.target for entry in report.done] == [
        "audit.html",
        "notebooks/04_benchmark.ipynb",
        "a page for each agency",
        "index.html",
    ]
    assert [entry.skipped for entry in report.done] == [True, False, False, False]
    report = run_study("city", dry_run=True, limit=1)
    assert [entry.task.agency for entry in report.done if entry.task.agency] == ["Few"]
    assert _files(ran) == before


def test_agencies(ran):
    report = run_study("city", agencies=["south <B>", "Tiny"], dry_run=True)
    assert [entry.task.agency for entry in report.done if entry.task.agency] == ["South <b>"]
    with pytest.raises(ParamsError, match=r"study's 4; got 'Nort'. Did you mean 'North'"):
        run_study("city", agencies=["Nort"], dry_run=True)
    with pytest.raises(ParamsError, match="`agencies` needs 08_agency among the notebooks; got 04"):
        run_study("city", agencies=["North"], only=["04"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"parameters": {"repet": 1}}, "`repet` is not declared by 01_audit, 04_benchmark, "),
        ({"parameters": {"repeat": "1"}}, "`repeat` must be a whole number; got '1'."),
        ({"parameters": {"repeat": 1}, "only": ["04"]}, "`repeat` is not declared by 04_benchmark"),
        ({"parameters": {"agency": "North"}}, "`agency` is not a parameter of a run"),
        ({"parameters": {"study": "x"}}, "`study` is not a parameter of a run"),
        ({"jobs": 0}, "`jobs` must be at least 1; got 0."),
        ({"limit": 0}, "`limit` must be at least 1; got 0."),
        ({"only": ["11"]}, "`only` must be one of '01_audit', "),
        ({"only": ["09"]}, "01_audit has not been run for study 'city'. Run: cxanalytics run city "
         "--only 01"),
    ],
)  # fmt: skip
def test_wrong_requests_change_nothing(house, options, message):
    with pytest.raises(ParamsError) as error:
        run_study("city", progress=False, **options)
    assert str(error.value).startswith(message)
    assert not (house / "outputs").exists()


def test_a_failing_notebook(ran):
    output = ran / "outputs/city"
    before = _files(output)
    _change(ran / "notebooks/04_benchmark.ipynb", "bonus,", "bonus / 0,")
    _change(ran / "params/city/answers.csv", "Tiny,5", "Tiny,6")
    with pytest.raises(NotebookFailedError) as error:
        run_study("city", jobs=1, progress=False)
    assert str(error.value).startswith("01_audit.ipynb, cell [6]: `recommend` (column 'recommend')")
    assert "row 104 has '6'" in str(error.value)
    assert "\n" not in str(error.value)
    assert "DataError" in error.value.trace
    after = _files(output)
    assert after.pop("notebooks/01_audit.failed.ipynb")
    assert after == before


def test_going_on_after_a_failure(house):
    _change(house / "notebooks/01_audit.ipynb", "import pandas as pd", "1 / 0")
    report = run_study("city", continue_on_error=True, progress=False)
    assert _states(report) == {
        "01_audit": "failed",
        "04_benchmark": "made",
        "08_agency Few": "made",
        "08_agency North": "made",
        "08_agency South <b>": "made",
        "09_index": "failed",
    }
    texts = [str(entry.error) for entry in report.failed]
    assert texts[0] == (
        "01_audit.ipynb, cell [5]: ZeroDivisionError: division by zero (--debug shows more; see "
        "01_audit.failed.ipynb)"
    )
    assert "01_audit has not been run for study 'city'. Run: cxanalytics run city" in texts[1]
    record = json.loads((house / "outputs/city/run.json").read_text())
    assert record["tasks"][0]["error"] == texts[0]


def test_conflicts_are_in_run_json(ran):
    (ran / "params/city/01_audit.yaml").write_text("repeat: 3\n")
    report = run_study("city", only=["01"], progress=False)
    assert report.conflicts
    record = json.loads((ran / "outputs/city/run.json").read_text())
    assert record["conflicts"] == list(report.conflicts)
    assert record["agencies"]["shown"] == ["North", "South <b>"]
    assert open_run(ran / "outputs/city").load("01_audit")["rows"]["rows"].tolist() == [312]


def test_the_simulated_study_runs_what_is_missing(house):
    report = run_study("simulated", only=["09"], progress=False)
    assert _states(report) == {"01_audit": "made", "04_benchmark": "made", "09_index": "made"}


APPENDIX = [
    'study: str = "simulated"  # name of a study, or its folder',
    "import cxanalytics as cx",
    "study = cx.open_study(**cx.parameters())",
    'cells = study.load("02_recommendation"), study.load("03_morale")',
    "[dict(cell.facts) for cell in cells]",
]


def test_what_a_study_lacks_or_a_model_refuses_is_said_and_not_run(house, notebook_writer):
    opening = APPENDIX[:3]
    books = house / "notebooks"
    notebook_writer(books / "03_morale.ipynb", [*opening, "staff = study.staff()"])
    refuse = "from cxanalytics.errors import ModelError\nraise ModelError('Too few answers.')"
    notebook_writer(books / "02_recommendation.ipynb", [*opening, refuse])
    notebook_writer(books / "10_appendix.ipynb", APPENDIX)
    (books / "08_agency.ipynb").unlink()
    with pytest.raises(ParamsError) as error:
        run_study("city", only=["03"], progress=False)
    lacks = "The study has no staff survey."
    assert str(error.value) == f"03_morale cannot be run for study 'city'. {lacks}"
    assert not (house / "outputs").exists()
    report = run_study("city", progress=False)
    assert _states(report) == {
        "01_audit": "made",
        "02_recommendation": "refused",
        "04_benchmark": "made",
        "09_index": "made",
        "10_appendix": "made",
    }
    assert report.reasons == {"03_morale": lacks, "02_recommendation": "Too few answers."}
    output = house / "outputs/city"
    shown = (output / "notebooks/10_appendix.ipynb").read_text()
    assert "[{'reason': 'Too few answers.'}, {'reason': 'The study has no staff survey.'}]" in shown
    record = json.loads((output / "run.json").read_text())
    assert record["left_out"] == {"03_morale": lacks}
    assert record["tasks"][1]["refusal"] == "Too few answers."
    again = run_study("city", progress=False)
    assert set(_states(again).values()) == {"unchanged"}


def test_a_page_of_a_model_that_now_refuses_is_deleted(house, notebook_writer):
    opening = APPENDIX[:3]
    shown = (
        "import pandas as pd\nfrom markupsafe import Markup\n"
        "from cxanalytics.report import Section\n"
        "facts = {'kind': 'morale', 'title': 'Morale', 'programme': 'P'}\n"
        "Section('main', 0, 'How?', 'So.', Markup('<h1>Morale</h1>'), pd.DataFrame(), page=facts)"
    )
    book = house / "notebooks/03_morale.ipynb"
    notebook_writer(book, [*opening, shown])
    report = run_study("city", progress=False)
    page = house / "outputs/city/morale.html"
    assert page in report.pages and "<h1>Morale</h1>" in page.read_text()
    refuse = "from cxanalytics.errors import ModelError\nraise ModelError('Too few answers.')"
    notebook_writer(book, [*opening, refuse])
    assert run_study("city", progress=False).reasons == {"03_morale": "Too few answers."}
    assert not page.exists()
    page.touch()
    notebook_writer(book, [*opening, "panel = study.morale_panel()"])
    report = run_study("city", progress=False)
    assert report.reasons == {"03_morale": "The study has no staff survey."}
    assert not page.exists()


def test_a_model_without_which_nothing_can_be_shown_may_not_refuse(house):
    raising = "from cxanalytics.errors import ModelError; raise ModelError('Too few answers.')"
    _change(house / "notebooks/04_benchmark.ipynb", "import pandas as pd", raising)
    with pytest.raises(NotebookFailedError, match=r"04_benchmark.ipynb, cell \[5\]: Too few"):
        run_study("city", progress=False)
