"""Public data are fetched once, whole or not at all, from the address and digest in the catalog."""

from __future__ import annotations

import gc
import hashlib
import threading
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler

import pytest
from click.testing import CliRunner

from cxanalytics.cli import main
from cxanalytics.errors import DataError, ParamsError
from cxanalytics.run import fetch
from cxanalytics.run.catalog import DATASETS, Dataset, RemoteFile
from cxanalytics.run.fetch import fetch_data

pooch = pytest.importorskip("pooch", reason="fetching needs pooch")

FILES = {"answers.csv": b"office,recommend\nNorth,5\n", "code book.txt": b"5 is best\n"}


class _Quiet(SimpleHTTPRequestHandler):
    asked: list[str]

    def do_GET(self):
        self.server.asked.append(self.path)
        super().do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture
def server(tmp_path):
    """A server on this machine with the files of a data set."""
    served = tmp_path / "served"
    served.mkdir()
    for name, content in FILES.items():
        (served / name).write_bytes(content)
    found = HTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(served)))
    found.asked = []
    thread = threading.Thread(target=found.serve_forever, daemon=True)
    thread.start()
    yield found
    found.shutdown()
    found.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def _no_folder(monkeypatch, tmp_path):
    monkeypatch.delenv(fetch.DATA, raising=False)
    monkeypatch.chdir(tmp_path)


def _catalog(server, **digests):
    address = f"http://127.0.0.1:{server.server_address[1]}"
    files = tuple(
        RemoteFile(
            name,
            f"{address}/{name.replace(' ', '%20')}",
            digests.get(name.split(".")[0], hashlib.sha256(content).hexdigest()),
        )
        for name, content in FILES.items()
    )
    made_up = Dataset("city", "City survey", "City of Testing", "CC0 1.0", files)
    return {made_up.name: made_up}


def _fetch(server, *, name="city", said=None, **options):
    said = [] if said is None else said
    catalog = options.pop("catalog", None) or _catalog(server)
    return fetch_data(name, say=said.append, progress=False, catalog=catalog, **options)


def _left(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_fetched_once_then_there(server, tmp_path):
    said = []
    folder = _fetch(server, into=tmp_path / "data", said=said)
    assert folder == tmp_path / "data/city"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == FILES
    assert said == [
        "City survey. Publisher: City of Testing.",
        "Licence: CC0 1.0.",
        "data/city/answers.csv fetched, 25 bytes.",
        "data/city/code book.txt fetched, 10 bytes.",
        f"Studies look there once you: export CXANALYTICS_DATA={tmp_path / 'data'}",
    ]
    assert server.asked == ["/answers.csv", "/code%20book.txt"]
    again = []
    _fetch(server, into=tmp_path / "data", said=again)
    assert again[2:4] == ["data/city/answers.csv is there.", "data/city/code book.txt is there."]
    assert len(server.asked) == 2


def test_a_file_that_was_changed_is_fetched_again(server, tmp_path):
    folder = _fetch(server, into=tmp_path)
    (folder / "answers.csv").write_bytes(b"spoiled")
    _fetch(server, into=tmp_path)
    assert (folder / "answers.csv").read_bytes() == FILES["answers.csv"]
    assert server.asked == ["/answers.csv", "/code%20book.txt", "/answers.csv"]


def test_where_studies_look(server, tmp_path, monkeypatch):
    monkeypatch.setenv(fetch.DATA, str(tmp_path / "shared"))
    said = []
    assert _fetch(server, said=said) == tmp_path / "shared/city"
    assert not [line for line in said if "export" in line]
    monkeypatch.delenv(fetch.DATA)
    assert _fetch(server).resolve() == tmp_path / "data/city"


def test_another_digest_is_refused_and_nothing_is_left(server, tmp_path):
    with pytest.raises(DataError) as error:
        _fetch(server, into=tmp_path / "data", catalog=_catalog(server, answers="0" * 64))
    address = f"http://127.0.0.1:{server.server_address[1]}/answers.csv"
    assert str(error.value) == (
        f"'answers.csv' at {address} is not the file that was promised: its digest differs. "
        "Nothing was kept."
    )
    assert _left(tmp_path / "data") == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_missing_file_is_one_line(server, tmp_path):
    (tmp_path / "served/answers.csv").unlink()
    with pytest.raises(DataError, match=r"'answers.csv' cannot be fetched from .*404") as error:
        _fetch(server, into=tmp_path / "data")
    assert "\n" not in str(error.value)
    assert _left(tmp_path / "data") == []
    del error
    gc.collect()  # pooch leaves the answer of the server open


def test_a_server_that_is_gone_is_one_line(server, tmp_path):
    catalog = _catalog(server)
    server.shutdown()
    server.server_close()
    with pytest.raises(DataError, match=r"'answers\.csv' cannot be fetched from http://") as error:
        _fetch(server, into=tmp_path / "data", catalog=catalog)
    assert "\n" not in str(error.value)
    assert _left(tmp_path / "data") == []


def test_a_folder_that_cannot_be_made(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError) as error:
        _fetch(server, into=tmp_path / "file")
    assert str(error.value) == (
        "file/city cannot be written to (Not a directory). Set CXANALYTICS_DATA to a folder that "
        "can be."
    )
    assert server.asked == []


def test_a_folder_that_may_not_be_written_to(server, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(pooch, "retrieve", refuse)
    with pytest.raises(DataError, match=r"city cannot be written to \(Permission denied\)"):
        _fetch(server, into=tmp_path)


def test_an_unknown_name_is_refused(server, tmp_path):
    with pytest.raises(ParamsError) as error:
        _fetch(server, name="cty", into=tmp_path / "data")
    assert str(error.value) == "`name` must be one of 'city'; got 'cty'. Did you mean 'city'?"
    assert not (tmp_path / "data").exists()


def test_the_command_lists_every_data_set_with_its_licence():
    done = CliRunner().invoke(main, ["fetch"])
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(DATASETS)
    assert all("Licence: " in line for line in lines)


def test_the_command_fetches_and_refuses(server, tmp_path, monkeypatch):
    for name, entry in _catalog(server).items():
        monkeypatch.setitem(DATASETS, name, entry)
    done = CliRunner().invoke(main, ["fetch", "city", "--into", str(tmp_path / "data")])
    assert done.exit_code == 0, done.stderr
    assert "Licence: CC0 1.0." in done.stdout
    assert _left(tmp_path / "data") == sorted(FILES)
    assert CliRunner().invoke(main, ["fetch", "city", "-q"]).stdout == ""
    wrong = CliRunner().invoke(main, ["fetch", "cty"])
    assert wrong.exit_code == 2
    assert wrong.stderr.count("\n") == 1


def test_every_address_is_pinned_to_a_commit_and_a_digest():
    for entry in DATASETS.values():
        assert entry.licence and entry.publisher and entry.files
        for file in entry.files:
            assert len(file.sha256) == 64
            assert file.address.startswith("https://")
            assert any(len(part) == 40 for part in file.address.split("/")), file.address
