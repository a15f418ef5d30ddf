"""Do the documents hold: links, commands, and the numbers they print?"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from dataclasses import asdict
from fractions import Fraction
from importlib import import_module
from itertools import takewhile
from pathlib import Path
from typing import get_args
from urllib.parse import unquote

import pytest
from packaging.requirements import Requirement

from cxanalytics import rules
from cxanalytics.cli import main
from cxanalytics.run import study_sources
from cxanalytics.run.catalog import DATASETS
from cxanalytics.run.check import check_study
from cxanalytics.run.strict import Strict
from cxanalytics.run.study_file import StudyFile
from cxanalytics.scales import SCALES

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "params" / "README.md",
    ROOT / "outputs" / "README.md",
]
METHODS = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
GENERAL, LIMITS = METHODS.split("\nLimits inside single models", 1)
STUDIES = (ROOT / "docs" / "studies.md").read_text(encoding="utf-8")
PARAMS = (ROOT / "params" / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(text: str, language: str) -> list[str]:
    return [body for kind, body in BLOCK.findall(text) if kind == language]


def prose(text: str) -> str:
    """The text without code blocks and inline code."""
    return re.sub(r"`[^`\n]*`", "", BLOCK.sub("", text))


def anchors(path: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    text = BLOCK.sub("", path.read_text(encoding="utf-8"))
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def rows(text: str, head: str) -> list[list[str]]:
    """The cells of the table whose first line starts with `head`."""
    lines = text[text.index(f"\n{head}") + 1 :].splitlines()
    table = list(takewhile(lambda line: line.startswith("|"), lines))[2:]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in table]


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_every_relative_link_resolves(path: Path) -> None:
    for target in LINK.findall(prose(path.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = unquote(target).partition("#")
        found = (path.parent / file).resolve() if file else path
        assert found.exists(), f"{named(path)} links to {target}"
        if anchor:
            assert anchor in anchors(found), f"{named(path)} links to {target}"


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_no_machine_path_and_no_registry(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"/(home|root|tmp|work|Users)/|pypi\.org|index-url|shields\.io", text)


def command_lines(text: str) -> list[list[str]]:
    """The words of each command in the shell blocks, without environment variables and comments."""
    found = []
    for kind in ("sh", "powershell"):
        for block in blocks(text, kind):
            for line in block.splitlines():
                words = shlex.split(line.replace("\\", "/"), comments=True)
                if words and words[0] != "export":
                    found.append(words)
    return found


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_every_command_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = command_lines(text)
    commands += [
        shlex.split(code) for code in re.findall(r"`((?:make|cxanalytics) [^`\n]+)`", text)
    ]
    for program, *rest in commands:
        if program == "make":
            target = rest[0]
            assert re.search(rf"^{re.escape(target)}:.*## ", makefile, re.MULTILINE), target
        if Path(program).name == "cxanalytics":
            assert rest[0] in main.commands, f"cxanalytics {rest[0]}"
            options = {text for entry in main.commands[rest[0]].params for text in entry.opts}
            used = {word for word in rest[1:] if word.startswith("-")}
            assert used <= options, f"cxanalytics {' '.join(rest)}"
        for place, word in enumerate(rest):
            if word in ("-r", "-f"):
                assert (ROOT / rest[place + 1]).is_file(), rest[place + 1]


def test_readme_names_the_two_commands_and_shows_a_picture() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    used = [words for words in command_lines(readme) if words[0] == "make"]
    assert used == [["make", "report"], ["make", "test"]]
    assert "](docs/pictures/agency.png)" in readme


def test_studies_lists_every_option_of_run() -> None:
    listed = {cells[0].split()[0] for cells in rows(STUDIES, "| option |")}
    for entry in main.commands["run"].params:
        if entry.opts[0].startswith("-"):
            assert listed & set(entry.opts), entry.opts
    assert {cells[0].split()[1] for cells in rows(STUDIES, "| command |")} == set(main.commands)


def test_thresholds_are_those_of_the_rules() -> None:
    printed = {name: int(number) for name, number, *_ in rows(METHODS, "| name | at least |")}
    assert printed == asdict(rules.THRESHOLDS)


def test_certainties_are_those_of_the_rules() -> None:
    printed = [
        rules.Certainty(word, float(number), use)
        for word, number, use in rows(METHODS, "| word | probability")
    ]
    assert printed == list(rules.CERTAINTIES)


def test_grades_are_those_of_the_rules() -> None:
    printed = {cells[0]: rules.Grade(*cells) for cells in rows(METHODS, "| grade |")}
    assert printed == rules.GRADES


def test_other_rules_are_printed_completely() -> None:
    printed = {name: float(Fraction(value)) for name, value, _ in rows(GENERAL, "| name | value |")}
    numbers = {
        name: float(value)
        for name, value in vars(rules).items()
        if name.isupper() and isinstance(value, int | float)
    }
    assert printed == pytest.approx(numbers)


@pytest.mark.parametrize(
    ("name", "value"), [cells[:2] for cells in rows(LIMITS, "| name | value |")]
)
def test_limits_of_models_are_those_of_the_code(name: str, value: str) -> None:
    module, _, constant = name.rpartition(".")
    held = getattr(import_module(f"cxanalytics.{module}"), constant)
    assert float(Fraction(value)) == pytest.approx(held)


def test_scales_are_those_of_the_registry() -> None:
    printed = rows(METHODS, "| scale |")
    held = [
        [scale.id, scale.allowed(), scale.cut_label, scale.top_label] for scale in SCALES.values()
    ]
    assert printed == held


def test_docstrings_cite_sections_that_exist() -> None:
    known = anchors(ROOT / "docs" / "methods.md")
    for path in (ROOT / "src").rglob("*.py"):
        for anchor in re.findall(r"methods\.md#([\w-]+)", path.read_text(encoding="utf-8")):
            assert anchor in known, f"{named(path)} cites methods.md#{anchor}"


@pytest.mark.parametrize("room", ["models", "benchmark"])
def test_methods_name_every_function(room: str) -> None:
    for name in import_module(f"cxanalytics.{room}").__all__:
        if name.startswith(("fit_", "benchmark_")):
            assert re.search(rf"`{name}[`(]", METHODS), name


def test_every_reader_and_every_world_is_in_data() -> None:
    from cxanalytics.sources.simulated.worlds import WORLDS

    data = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    for name in import_module("cxanalytics.sources").__all__:
        assert not name.startswith("read_") or f"`{name}`" in data, name
    assert [cells[0] for cells in rows(data, "| world |")] == list(WORLDS)


def test_each_library_of_the_extra_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    printed = [name.strip("`") for _, name, reason in rows(text, "| for | library |") if reason]
    named = [Requirement(entry).name for entry in project["optional-dependencies"]["readers"]]
    assert printed == named


SURVEYS = get_args(get_args(study_sources.SurveySource)[0])


@pytest.mark.parametrize(
    ("head", "parts", "unused"),
    [
        ("key | default | meaning", (StudyFile,), set()),
        ("in `survey`", SURVEYS, set()),
        ("in a question", (study_sources.Asked,), set()),
        ("in `operations`", (study_sources.OperationsSource,), set()),
        ("in `published`", (study_sources.PublishedSource,), set()),
        ("in `panel`", (study_sources.PanelSource,), set()),
    ],
)
def test_studies_lists_every_key(
    head: str, parts: tuple[type[Strict], ...], unused: set[str]
) -> None:
    listed = {
        key for cells in rows(STUDIES, f"| {head}") for key in cells[0].replace("`", "").split(", ")
    }
    held = {entry.alias or name for part in parts for name, entry in part.model_fields.items()}
    assert listed == held - unused


def test_studies_names_every_reader() -> None:
    parts = [
        *SURVEYS,
        study_sources.StaffSource,
        study_sources.OperationsSource,
        study_sources.PublishedSource,
        study_sources.PanelSource,
    ]
    for part in parts:
        for reader in get_args(part.model_fields["reader"].annotation):
            assert f"`{reader}`" in STUDIES, reader


def test_studies_lists_what_can_be_fetched() -> None:
    assert [cells[0] for cells in rows(STUDIES, "| data set |")] == list(DATASETS)


def test_params_lists_every_study() -> None:
    printed = [cells[0] for cells in rows(PARAMS, "| study |")]
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8")
    assert sorted(printed) == sorted(re.findall(r"^!/params/(\w+)/$", ignored, re.MULTILINE))


def test_claims_are_numbered_without_a_gap() -> None:
    claims = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
    numbers = [int(number) for number in re.findall(r"^\| (\d+) \|", claims, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_example_study_is_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "call_centers"
    folder.mkdir()
    (script,) = (code for code in blocks(STUDIES, "python") if "answers.csv" in code)
    subprocess.run([sys.executable, "-c", script], check=True)
    (folder / "study.yaml").write_text(blocks(STUDIES, "yaml")[0], encoding="utf-8")
    first, *_ = blocks(STUDIES, "csv")
    held = (folder / "answers.csv").read_text(encoding="utf-8")
    assert held.splitlines()[0] == first.splitlines()[0]
    assert [*map(str, check_study("call_centers"))] == blocks(STUDIES, "text")[0].splitlines()
