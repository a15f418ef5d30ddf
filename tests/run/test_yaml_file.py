"""YAML is read strictly, and faults have their line."""

from pathlib import Path

import pytest

from cxanalytics.errors import ParamsError
from cxanalytics.run.yaml_file import read_yaml, resolve_path


def _write(folder, content):
    path = folder / "x.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_words_stay_words(tmp_path):
    data = read_yaml(_write(tmp_path, "a: no\nb: true\nc: 2026-10-05\nd: 2026-Q3\ne: 1.5\n")).data
    assert data == {"a": "no", "b": True, "c": "2026-10-05", "d": "2026-Q3", "e": 1.5}


def test_an_empty_file_is_an_empty_mapping(tmp_path):
    assert read_yaml(_write(tmp_path, "# nothing\n")).data == {}


def test_lines(tmp_path):
    file = read_yaml(_write(tmp_path, "a:\n  b: 1\n  c:\n  - x\n  - y\n"))
    assert [file.line(keys) for keys in (["a"], ["a", "b"], ["a", "c", 1])] == [1, 2, 5]
    assert file.line(["a", "missing", "deeper"]) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1\nb: 2\n", "line 2, column 2: not YAML: "),
        ("a: 1\n\tb: 2\n", "line 2, column 1: not YAML: "),
        ("a: 1\nb: {c: 1, c: 2}\n", "line 2: `c` stands twice; first in line 2."),
        ("a: 1\nb: 2\na: 3\n", "line 3: `a` stands twice; first in line 1."),
        ("- a\n", "must hold `key: value` lines; got ['a']."),
        ("a: !!python/object:os.system x\n", "line 1, column 4: not YAML: "),
        ("a: 1\n---\nb: 2\n", "line 2, column 1: not YAML: "),
        (b"a: 1\nb: caf\xe9\n", "line 2: the file must be UTF-8 text"),
    ],
)
def test_faults(tmp_path, text, message):
    with pytest.raises(ParamsError) as error:
        read_yaml(_write(tmp_path, text))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file(tmp_path):
    with pytest.raises(ParamsError, match="does not exist"):
        read_yaml(tmp_path / "x.yaml")


def test_paths(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.csv").touch()
    monkeypatch.setenv("HERE_IT_IS", str(tmp_path / "data"))
    relative = resolve_path("data/x.csv", folder=tmp_path, argument="survey.file")
    absolute = resolve_path("${HERE_IT_IS}/x.csv", folder=Path("/"), argument="survey.file")
    assert relative == absolute
    with pytest.raises(ParamsError, match=r"`survey.file` must name an existing file; .*y.csv"):
        resolve_path("y.csv", folder=tmp_path, argument="survey.file")
    monkeypatch.delenv("HERE_IT_IS")
    with pytest.raises(ParamsError, match="environment variable HERE_IT_IS is not set"):
        resolve_path("${HERE_IT_IS}/x.csv", folder=tmp_path, argument="survey.file")
