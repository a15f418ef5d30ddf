"""A number on a page leads back to its rows, and a number that they do not give is found out."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from click.testing import CliRunner

from cxanalytics.cli import main
from cxanalytics.errors import DataError, ParamsError
from cxanalytics.run import run_study
from cxanalytics.run.places import notebooks
from cxanalytics.run.trace import as_lines, as_plain, trace_records
from cxanalytics.run.trace.again import make_again
from cxanalytics.run.trace.cells import (
    call_shown,
    expression_of,
    handed_over,
    needed_for,
    statements,
)
from cxanalytics.run.trace.compare import TOLERANCE, differing, differing_columns
from cxanalytics.run.trace.page import read_html
from cxanalytics.run.trace.tables import BOARDS, EVERY, narrowed, tables_made, tables_read

STUDY = """\
schema: 1
title: Offices of a city
programme: City survey
publisher: City of Testing
contact: survey@example.org
survey:
  reader: table
  file: answers.csv
  columns: {agency: office, period: wave, weight: weight}
  questions:
    recommend: {scale: likert_1_5, label: Would recommend us, phrase: would recommend you}
    easy: {scale: likert_1_5, label: Easy to deal with, phrase: say you were easy to deal with}
  outcome: recommend
scorecard: [recommend, easy]
parameters: {draws: 1000}
"""
OPEN = ["import cxanalytics as cx", "study = cx.open_study(**cx.parameters())"]
DECLARED = 'study: str = "simulated"  # name of a study, or its folder'
LOAD = 'scores = study.load("04_benchmark")\nboards = scores.benchmarks()'
CELLS = {
    "04_benchmark": [
        f"{DECLARED}\nseed: int = 1  # for draws\ndraws: int = 2000  # how many",
        *OPEN,
        "survey = study.survey()\nperiod, previous = study.waves(survey)",
        'asked = {"statistic": study.file.statistic, "thresholds": study.thresholds}\n'
        "scores = cx.fit_scorecard(survey, measures=study.compared, period=period, **asked)\n"
        "before = cx.fit_scorecard(survey, measures=study.compared, period=previous, **asked)",
        "boards = cx.benchmark_scorecard(\n"
        "    scores, previous=before, difference=study.difference, thresholds=study.thresholds,\n"
        '    draws=study.params["draws"], seed=study.params["seed"]\n)',
        "funnel = cx.benchmark_funnel(scores[study.headline], thresholds=study.thresholds)",
        'facts = {"period": period, "previous": previous}\n'
        'study.save("04_benchmark", facts=facts, funnel=funnel, **boards)',
    ],
    "08_agency": [
        f'{DECLARED}\nagency: str = ""  # whose page',
        *OPEN,
        LOAD,
        'agency = study.params["agency"] or study.agencies[0]\n'
        'facts = study.facts(kind="agency", agency=agency, scores=scores)',
        "cx.write_masthead(boards, facts, agency=agency)",
        "cx.write_scorecard(boards, facts, agency=agency)",
        "cx.write_standing(boards, facts, agency=agency)",
        "cx.write_data(boards, facts, agency=agency)",
    ],
    "09_index": [
        DECLARED,
        *OPEN,
        LOAD,
        'facts = study.facts(kind="index", scores=scores)',
        "cx.write_index_masthead(boards, facts)",
        "display(cx.write_index_groups(boards, facts))",
        'chance = cx.write_index_funnel(boards, facts, funnel=scores["funnel"])\nchance',
        "cx.write_index_data(boards, facts, sections=[chance])",
    ],
}
SIZES = {**{f"Office {place}": 40 + place for place in range(10)}, "Few": 20, "Tiny": 5}
PAGE = "agencies/office-1.html"


def answers():
    rows = ["office,wave,weight,recommend,easy"]
    for place, (office, size) in enumerate(SIZES.items()):
        for wave in ("2025", "2026"):
            for number in range(size):
                answer = 1 + (number * 7 + place * number + (wave == "2026")) % 5
                easy = "" if number % 11 == 3 else 1 + (number + place) % 5
                rows.append(f"{office},{wave},{1 + number % 2},{answer},{easy}")
    return "\n".join(rows) + "\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory, notebook_writer):
    """A house whose study was run, and its outputs; never written to."""
    root = tmp_path_factory.mktemp("trace")
    (root / "notebooks").mkdir()
    for name, cells in CELLS.items():
        notebook_writer(root / "notebooks" / f"{name}.ipynb", cells)
    folder = root / "params/city"
    folder.mkdir(parents=True)
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    (folder / "answers.csv").write_text(answers(), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CXANALYTICS_OUTPUTS", raising=False)
        patch.setenv("CXANALYTICS_HOME", str(root))
        report = run_study("city", agencies=["Office 1"], jobs=2, progress=False)
    assert not report.failed
    return root


@pytest.fixture
def outputs(made, monkeypatch):
    monkeypatch.setenv("CXANALYTICS_HOME", str(made))
    return made / "outputs/city"


@pytest.fixture
def a_copy(outputs, tmp_path):
    """Outputs to be doctored."""
    return Path(shutil.copytree(outputs, tmp_path / "city"))


def digests(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def failed(trace):
    return {check.name for check in trace.checks if check.passed is False}


@pytest.mark.parametrize(("page", "records"), [(PAGE, 12), ("index.html", 34)])
def test_every_record_of_a_page_is_computed_again_from_the_rows(outputs, page, records):
    before = digests(outputs)
    traces = trace_records(outputs, page=page)
    assert len(traces) == records
    assert [trace.id for trace in traces if not trace.agrees] == []
    for trace in traces:
        named = {check.name for check in trace.checks}
        assert {"page", "printed", "record", "result"} <= named
        if trace.record.get("n"):
            assert "base" in named
        if trace.record.get("raw"):
            assert "counted" in named
    assert digests(outputs) == before


def test_the_way_from_a_number_to_its_rows(outputs):
    (trace,) = trace_records(outputs, ["score-easy"], page=PAGE)
    assert (trace.notebook, trace.cell, trace.tables) == ("08_agency", 6, ("04_benchmark/easy",))
    assert trace.source == "cx.write_scorecard(boards, facts, agency=agency)"
    functions = [call.function for call in trace.calls]
    assert functions == [
        "study.survey",
        "study.waves",
        "cx.fit_scorecard",
        "cx.fit_scorecard",
        "cx.benchmark_scorecard",
    ]
    assert trace.calls[2].arguments["period"] == "'2026'"
    assert trace.calls[2].arguments["measures"] == "['recommend', 'easy']"
    assert trace.calls[4].arguments["draws"] == "1000"
    rows = 2 * sum(SIZES.values())
    told = [(step.name, step.kept, step.left_out) for step in trace.counted.filters]
    half, own = rows / 2, SIZES["Office 1"]
    assert told == [
        ("wave is '2026'", half, half),
        ("agency is 'Office 1'", own, half - own),
        ("easy is answered", own - 4, 4),
    ]
    assert trace.counted.n == trace.record["n"] == own - 4
    frame = pd.read_csv(outputs.parents[1] / "params/city/answers.csv", dtype={"wave": str})
    frame = frame.loc[(frame["office"] == "Office 1") & (frame["wave"] == "2026")].dropna()
    share = ((frame["easy"] >= 4) * frame["weight"]).sum() / frame["weight"].sum()
    assert trace.record["raw"] == pytest.approx(share, rel=1e-5)
    said = "\n".join(as_lines(trace))
    assert "Filter: easy is answered: 37 kept, 4 left out" in said
    assert said.endswith(f"The rows give this number again, within {TOLERANCE:g} of its size.")


def test_a_number_on_the_index_needs_no_page_and_a_hidden_one_has_no_figure(outputs):
    (trace,) = trace_records(outputs, ["stand-tiny"])
    assert trace.page == "index.html"
    assert trace.record == {"agency": "Tiny", "measure": "recommend", "suppressed_reason": "hidden"}
    assert trace.agrees
    (funnel,) = trace_records(outputs, ["funnel-office-3"])
    assert funnel.tables == ("04_benchmark/recommend", "04_benchmark/funnel")
    assert {"base", "counted"} <= {check.name for check in funnel.checks}
    (brief,) = trace_records(outputs, ["brief"])
    assert brief.agrees and not brief.record


def _in_file(page, change):
    """Change the JSON file inside a page."""
    html = page.read_text(encoding="utf-8")
    found = re.search(r'(data:application/json;base64,)([^"]+)', html)
    document = json.loads(base64.b64decode(found[2]))
    change(document)
    made = base64.b64encode(json.dumps(document).encode()).decode()
    page.write_text(html.replace(found[2], made), encoding="utf-8")


def test_a_doctored_record_is_found_out(a_copy):
    def raise_score(document):
        row = next(row for row in document["records"] if row["id"] == "score-recommend")
        row["estimate"] = round(row["estimate"] + 0.001, 6)

    _in_file(a_copy / PAGE, raise_score)
    (trace,) = trace_records(a_copy, ["score-recommend"], page=PAGE)
    assert failed(trace) == {"page", "record"}
    assert any("estimate 0." in check.text for check in trace.checks if check.name == "record")
    assert "The rows do not give this number: page, record." in "\n".join(as_lines(trace))
    (other,) = trace_records(a_copy, ["score-easy"], page=PAGE)
    assert failed(other) == {"page"}


def test_a_doctored_base_is_found_out_by_counting(a_copy):
    def raise_base(document):
        row = next(row for row in document["records"] if row["id"] == "score-recommend")
        row["n"] += 1

    _in_file(a_copy / PAGE, raise_base)
    (trace,) = trace_records(a_copy, ["score-recommend"], page=PAGE)
    assert failed(trace) == {"page", "record", "base"}


def test_a_doctored_print_is_found_out(a_copy):
    page = a_copy / PAGE
    html = page.read_text(encoding="utf-8")
    row = re.search(r'<tr id="score-recommend".*?</tr>', html, flags=re.DOTALL)[0]
    score = re.search(r"<b>(\d+)%</b>", row)
    lifted = row.replace(score[0], f"<b>{int(score[1]) + 5}%</b>", 1)
    page.write_text(html.replace(row, lifted), encoding="utf-8")
    (trace,) = trace_records(a_copy, ["score-recommend"], page=PAGE)
    assert failed(trace) == {"page", "printed"}


def test_a_doctored_result_is_found_out(a_copy):
    step = a_copy / "results/04_benchmark"
    key = json.loads((step / "current.json").read_text())["key"]
    index = json.loads((step / key / "result.json").read_text())["tables"]["recommend"]
    path = step / key / f"{index['place']:02d}-frame.parquet"
    frame = pd.read_parquet(path)
    frame.loc[frame["key"] == "Office 7", "conf_low"] += 0.01
    frame.to_parquet(path)
    (trace,) = trace_records(a_copy, ["score-recommend"], page=PAGE)
    assert failed(trace) == {"result"}
    (told,) = [check.text for check in trace.checks if check.passed is False]
    assert told == "The stored table 04_benchmark/recommend differs in conf_low."


@pytest.mark.parametrize(
    ("ids", "options", "message"),
    [
        (["score-recomend"], {"page": PAGE}, "has no id 'score-recomend'. Did you mean 'score-rec"),
        (["stand-ofice-1"], {}, "No page of these outputs has an id 'stand-ofice-1'. Did you mean"),
        (["stand-tiny"], {"page": "indx.html"}, "got 'indx.html'. Did you mean 'index.html'?"),
        (["main"], {"page": PAGE}, "'main' belongs to the frame of agencies/office-1.html"),
        ([], {}, "`page` must be named where no id is."),
    ],
)
def test_what_is_not_there_is_named_with_a_suggestion(outputs, ids, options, message):
    with pytest.raises(ParamsError) as error:
        trace_records(outputs, ids, **options)
    assert message in str(error.value)


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(ParamsError, match=r"has no run\.json"):
        trace_records(tmp_path, ["score-easy"])


def _house_copy(made, tmp_path, monkeypatch):
    root = Path(shutil.copytree(made, tmp_path / "house"))
    monkeypatch.setenv("CXANALYTICS_HOME", str(root))
    return root


def test_other_data_another_study_file_and_missing_data_are_told_apart(made, tmp_path, monkeypatch):
    root = _house_copy(made, tmp_path, monkeypatch)
    outputs, data = root / "outputs/city", root / "params/city/answers.csv"
    kept = data.read_text()
    data.write_text(kept + "Office 1,2026,1,5,5\n")
    with pytest.raises(DataError, match=r"data have changed since: survey\.file\. Run the study"):
        trace_records(outputs, ["score-easy"], page=PAGE)
    data.unlink()
    with pytest.raises(ParamsError, match=r"answers\.csv"):
        trace_records(outputs, ["score-easy"], page=PAGE)
    data.write_text(kept)
    study = root / "params/city/study.yaml"
    study.write_text(study.read_text().replace("draws: 1000", "draws: 1500"))
    with pytest.raises(DataError, match="the package, its notebooks or the study's files have"):
        trace_records(outputs, ["score-easy"], page=PAGE)


def test_outputs_of_other_versions_name_them(a_copy):
    path = a_copy / "run.json"
    record = json.loads(path.read_text())
    record["versions"]["numpy"] = "1.0"
    path.write_text(json.dumps(record))
    _in_file(a_copy / PAGE, lambda document: document.update(run_id="of another run"))
    with pytest.raises(DataError, match=r"by other versions: numpy 1\.0 then, .* now\. Run the"):
        trace_records(a_copy, ["score-easy"], page=PAGE)


def test_outputs_without_their_notebook_or_their_study_say_so(a_copy, monkeypatch, tmp_path):
    (a_copy / "notebooks/09_index.ipynb").unlink()
    with pytest.raises(DataError, match=r"incomplete: .*09_index\.ipynb is missing"):
        trace_records(a_copy, ["stand-tiny"])
    monkeypatch.delenv("CXANALYTICS_HOME")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ParamsError, match="The study of these outputs, 'city', is not here; name"):
        trace_records(a_copy, ["score-easy"], page=PAGE)


def test_the_command_prints_and_its_exit_code_tells(a_copy):
    runner = CliRunner()
    asked = ["trace", str(a_copy), "score-easy", "--page", PAGE]
    good = runner.invoke(main, [*asked, "--format", "json"])
    assert good.exit_code == 0
    (told,) = json.loads(good.stdout)
    assert told["agrees"] is True and told["tolerance"] == TOLERANCE
    assert told["record"]["measure"] == "easy"
    _in_file(a_copy / PAGE, lambda document: document["records"].pop(1))
    bad = runner.invoke(main, asked)
    assert bad.exit_code == 2 or "DIFFERS" in bad.stdout
    page = a_copy / PAGE
    page.write_text(page.read_text(encoding="utf-8") + "<!-- -->", encoding="utf-8")
    bad = runner.invoke(main, ["trace", str(a_copy), "score-recommend", "--page", PAGE])
    assert bad.exit_code == 1
    assert "DIFFERS: The file of the page was changed after the run wrote it." in bad.stdout
    for words in (["trace", str(a_copy)], ["trace", str(a_copy), "score-easy", "--all"]):
        wrong = runner.invoke(main, words)
        assert wrong.exit_code == 2
        assert "Name an ID, or --all with --page; not both." in wrong.stderr


def test_a_page_is_read_as_text_by_id_and_what_is_drawn_is_not():
    page = read_html(
        '<section id="a"><p id="b">One <b>two</b><br>three</p><svg id="c"><text>no</text></svg>'
        "<style>p {}</style><ul><li id='d'>four<li>five</ul></section>"
    )
    assert page.texts["b"] == "One two three"
    assert page.texts["c"] == ""
    assert page.texts["a"] == "One two three four five"
    assert page.within["b"] == ("b", "a")
    assert page.records == {}
    for kind in ("json", "csv"):
        broken = f'<a download="x.{kind}" href="data:text/x;base64,%%%">File</a>'
        with pytest.raises(DataError, match=f"{kind.upper()} file inside the page is broken"):
            read_html(broken)


def test_a_page_without_a_json_file_has_the_records_of_its_csv_file():
    content = base64.b64encode(
        "\ufeffid,key,n,estimate\r\na-1,one,40,0.5\r\na-2,two,,\r\n".encode()
    )
    page = read_html(f'<a download="x.csv" href="data:text/csv;base64,{content.decode()}">CSV</a>')
    assert page.records["a-1"] == {"id": "a-1", "key": "one", "n": 40, "estimate": 0.5}
    assert page.records["a-2"]["n"] == ""
    assert page.facts == {}


def test_figures_agree_to_the_sixth_digit_and_no_further():
    page = {"estimate": 0.123456, "n": 40, "verdict": "above", "gap": ""}
    assert differing(page, {"estimate": 0.1234561, "n": 40, "verdict": "above"}) == {}
    other = {"estimate": 0.12347, "n": 41, "verdict": "below"}
    assert list(differing(page, other)) == ["estimate", "n", "verdict"]
    frame = pd.DataFrame({"key": ["a", None], "x": [1.0, float("nan")]})
    assert differing_columns(frame, frame.copy()) == []
    assert differing_columns(frame, frame.assign(x=[1.1, float("nan")])) == ["x"]
    assert differing_columns(frame, frame.assign(key=["a", "b"])) == ["key"]
    assert differing_columns(frame, frame.head(1)) == ["rows"]
    assert differing_columns(frame, "other") == ["type"]


def test_only_the_statements_that_a_name_depends_on_are_run(tmp_path, notebook_writer):
    path = tmp_path / "04_x.ipynb"
    notebook_writer(
        path,
        [
            "seed: int = 1  # for draws",
            "a = 1\nb = 2",
            "c = a + 1\nd = fail()",
            'e = {"x": c}\ne["y"] = b',
            'save("04_x", e=e)',
        ],
    )
    whole = statements(path)
    chosen = [entry.source for entry in needed_for(["e"], whole)]
    assert chosen == ["a = 1", "b = 2", "c = a + 1", "e = {'x': c}", "e['y'] = b"]
    assert [entry.source for entry in needed_for(["c"], whole)] == ["a = 1", "c = a + 1"]


def test_the_tables_behind_every_section_of_the_shipped_notebooks_are_found(monkeypatch):
    monkeypatch.delenv("CXANALYTICS_HOME", raising=False)
    books = notebooks()
    for step in ("02_recommendation", "04_benchmark"):
        whole = statements(books[step])
        _, call = handed_over(step, whole)
        assert expression_of("recommend" if step[:2] == "04" else "drivers", call)
    for step in ("08_agency", "09_index", "10_appendix"):
        whole = statements(books[step])
        writes = [entry for entry in whole if "cx.write_" in entry.source]
        assert writes
        for entry in writes:
            found = tables_read(entry.cell, whole)
            fixed = re.fullmatch(
                r".*write_appendix_(masthead|session|cite)\(facts\).*", entry.source
            )
            assert found or fixed, entry.source
    whole = statements(books["08_agency"])
    cell = next(entry.cell for entry in whole if "cx.write_drivers" in entry.source)
    found = tables_read(cell, whole)
    assert ("04_benchmark", BOARDS) in found
    tables = ("drivers", "answers", "effects", "claims")
    assert {("02_recommendation", table) for table in tables} <= set(found)
    boards, there = {"04_benchmark": ["easy", "wait"]}, {"02_recommendation": tables}
    for name, measure, kept in (
        ("driver-easy", "easy", ["easy", "drivers"]),
        ("step-easy", "easy/step", ["easy", "effects"]),
        ("answer-easy-4", "easy/4", ["easy", "answers"]),
        ("claim-1", "claim/1", ["claims"]),
        ("drivers-explained", "drivers", ["drivers"]),
    ):
        chosen = narrowed(found, name, measure, boards=boards, there=there)
        assert [table for _, table in chosen] == kept


def test_a_notebook_that_writes_a_page_of_its_own_shows_what_it_hands_over(
    tmp_path, notebook_writer
):
    path = tmp_path / "03_morale.ipynb"
    cells = ["x: int = 1  # one", "m = fit()\np = read()", "show(m)", "show(a, b)"]
    notebook_writer(path, [*cells, 'study.save("03_morale", morale=m, panel=p, **a)'])
    whole = statements(path)
    assert tables_made(2, whole, "03_morale") == [("03_morale", "morale")]
    assert tables_made(3, whole, "03_morale") == [("03_morale", EVERY)]
    there = {"03_morale": ["morale", "panel"]}
    chosen = narrowed([("03_morale", EVERY)], "fig-1", "", boards={}, there=there)
    assert chosen == [("03_morale", "morale"), ("03_morale", "panel")]


def test_each_of_the_things_that_a_cell_displays_has_tables_of_its_own(tmp_path, notebook_writer):
    path = tmp_path / "10_x.ipynb"
    cells = [
        "x: int = 1  # one",
        'scores = study.load("04_x")\nfound, panel = scores.tables.get, scores["panel"]',
        'display(write(scores["a"]), write(found("b", None), of=panel))',
        "one = write(panel)\none",
    ]
    notebook_writer(path, cells)
    whole = statements(path)
    assert tables_read(2, whole) == [("04_x", "a")]
    assert set(tables_read(2, whole, 1)) == {("04_x", "b"), ("04_x", "panel")}
    assert tables_read(3, whole) == [("04_x", "panel")]
    assert call_shown(2, whole, 1) == "write(found('b', None), of=panel)"
    assert call_shown(3, whole, 0) == "one = write(panel)"


def test_a_statement_that_fails_is_named_and_what_does_not_need_it_is_computed(
    tmp_path, notebook_writer
):
    path = tmp_path / "04_x.ipynb"
    cells = ["x: int = 1  # one", "a = 1\nb = a / 0", "c = b + 1", 'study.save("04_x", a=a, c=c)']
    notebook_writer(path, cells)
    study = SimpleNamespace(tick=lambda _: None)
    made = make_again(path, "04_x", ["a", "c"], study)
    assert made.tables == {"a": 1}
    assert made.problems == {"c": "04_x, cell 1, stops at b = a / 0: division by zero"}


def test_an_id_whose_page_cannot_be_written_again_says_how_far_it_leads(outputs, monkeypatch):
    def fail(*_, **__):
        raise DataError("no data at all")

    monkeypatch.setattr("cxanalytics.fit_scorecard", fail, raising=False)
    (trace,) = trace_records(outputs, ["score-easy"], page=PAGE)
    assert not trace.agrees and failed(trace) == {"again"}
    told = next(check.text for check in trace.checks if check.passed is False)
    assert told.startswith("Not computed again: 04_benchmark, cell 4, stops at scores = cx.fit_sco")
    assert told.endswith(": no data at all.")
    assert [call.function for call in trace.calls] == ["study.survey", "study.waves"]
    said = "\n".join(as_lines(trace))
    assert said.endswith("was not computed again: the lines above are how far it leads.")


def test_a_mark_of_a_drawing_is_no_number(outputs):
    page = read_html((outputs / PAGE).read_text(encoding="utf-8"))
    mark = next(name for name, text in page.texts.items() if name.startswith("standing-wide"))
    (trace,) = trace_records(outputs, [mark], page=PAGE)
    assert trace.agrees and trace.printed == ""
    assert list(as_lines(trace))[-1] == "  There is no number to compare."


@pytest.mark.slow
def test_every_record_of_every_page_of_the_simulated_study_has_a_place_of_its_own(
    simulated_run, record_ids
):
    families = {}
    for path in sorted(simulated_run.rglob("*.html")):
        address = path.relative_to(simulated_run).as_posix()
        families[address.partition("/")[0]] = record_ids(path.read_text(encoding="utf-8"))
    # The appendix has no files: what it prints is in those of the other pages, or in a fit.
    assert families.pop("appendix.html") == []
    assert set(families) == {"agencies", "index.html", "audit.html", "morale.html"}
    assert all(families.values())


@pytest.mark.slow
@pytest.mark.parametrize("page", ["morale.html", "appendix.html"])
def test_estimates_and_sections_of_the_simulated_study_are_computed_again(
    simulated_run, monkeypatch, page
):
    monkeypatch.delenv("CXANALYTICS_HOME", raising=False)
    traces = trace_records(simulated_run, page=page)
    assert len(traces) > 10
    assert [trace.id for trace in traces if not trace.agrees] == []


@pytest.mark.slow
def test_scores_drivers_steps_and_answers_of_the_simulated_study_are_computed_again(
    simulated_run, monkeypatch
):
    monkeypatch.delenv("CXANALYTICS_HOME", raising=False)
    page = min((simulated_run / "agencies").glob("*.html")).relative_to(simulated_run).as_posix()
    read = read_html((simulated_run / page).read_text(encoding="utf-8"))
    starts = ("score-", "stand-", "driver-", "step-", "answer-", "drivers-explained")
    starts += ("history-", "department-", "channel-", "team-", "staff-", "morale-", "claim-")
    asked = [next(name for name in read.records if name.startswith(start)) for start in starts]
    traces = trace_records(simulated_run, asked, page=page)
    assert [trace.id for trace in traces if not trace.agrees] == []
    named = {trace.id.partition("-")[0]: {c.name for c in trace.checks} for trace in traces}
    for kind in ("score", "stand", "history", "channel"):
        assert {"base", "counted"} <= named[kind], kind
    assert "base" in named["department"]
    model = traces[starts.index("step-")]
    assert [check.passed for check in model.checks if check.name == "base"] == [True]
    assert as_plain(model)["agrees"] is True
