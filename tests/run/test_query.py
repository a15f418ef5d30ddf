"""A study may read a database; its address is used, and kept nowhere."""

from __future__ import annotations

import sqlite3
import uuid

import pytest
from click.testing import CliRunner

from cxanalytics.cli import main
from cxanalytics.errors import ParamsError
from cxanalytics.run import open_study
from cxanalytics.run.check import check_study
from cxanalytics.run.handover import current
from cxanalytics.run.query import query_digest
from cxanalytics.run.resolve import expected_key, read_study

sqlalchemy = pytest.importorskip("sqlalchemy", reason="databases need SQLAlchemy")

SECRET = "Hu5hHu5h"
VARIABLE = "CITY_DATABASE"
STUDY = """\
schema: 1
title: Offices of a city
programme: City survey
publisher: City of Testing
contact: survey@example.org
survey:
  reader: sql
  database: ${CITY_DATABASE}
  query: select * from answers
  columns: {agency: office}
  questions:
    recommend: {scale: likert_1_5, label: Would recommend us, phrase: would recommend you}
  outcome: recommend
scorecard: [recommend]
"""
ROWS = [
    (office, 1 + (number * 7 + place) % 5)
    for place, office in enumerate(("North", "South", "West"))
    for number in range(40)
]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A study that reads a database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)
    place = tmp_path / "city"
    place.mkdir()
    (place / "study.yaml").write_text(STUDY)
    return place


@pytest.fixture
def sqlite(tmp_path, monkeypatch):
    """A database in a file, whose address holds a secret."""
    path = tmp_path / f"{SECRET}.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table answers (office text, recommend integer)")
        connection.executemany("insert into answers values (?, ?)", ROWS)
    connection.close()
    monkeypatch.setenv(VARIABLE, f"sqlite:///{path}")
    return path


def _insert(path, *rows):
    with sqlite3.connect(path) as connection:
        connection.executemany("insert into answers values (?, ?)", rows)
    connection.close()


def _yaml(folder, old, new):
    path = folder / "study.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def _key(folder):
    return expected_key(read_study(folder), "01_audit", upstream={})


def test_a_study_reads_what_the_query_gives(folder, sqlite):
    survey = open_study(str(folder)).survey()
    assert survey.agencies == ["North", "South", "West"]
    assert len(survey.frame) == len(ROWS)
    found = [str(part) for part in check_study(folder)]
    assert any("120 rows read from database query" in line for line in found)


def test_the_query_may_stand_in_a_file(folder, sqlite):
    _yaml(folder, "query: select * from answers", "query_file: recent.sql")
    with pytest.raises(ParamsError, match=r"line 9: `survey.query_file` must name an existing"):
        open_study(str(folder)).survey()
    (folder / "recent.sql").write_text("select * from answers where office <> 'West';\n")
    assert open_study(str(folder)).survey().agencies == ["North", "South"]


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://me:{SECRET}@host/name",
        f"postgresql://me:{SECRET}@host/${{NAME}}",
        f"[postgresql://me:{SECRET}@host/name]",
        "{a: " + SECRET + "}",
    ],
)
def test_an_address_in_the_study_file_is_refused_and_not_shown(folder, address):
    _yaml(folder, "${CITY_DATABASE}", address)
    with pytest.raises(ParamsError) as error:
        read_study(folder)
    assert str(error.value) == (
        "city/study.yaml, line 8: `survey.database` must be one environment variable, such as "
        "${SURVEY_DATABASE}, because an address may hold a password; got something else."
    )


@pytest.mark.parametrize("value", [None, ""])
def test_a_variable_that_is_not_set_is_one_line(folder, monkeypatch, value):
    if value is not None:
        monkeypatch.setenv(VARIABLE, value)
    for command in ("check", "run"):
        done = CliRunner().invoke(main, [command, str(folder)])
        assert done.exit_code == 2
        assert done.stderr == (
            "cxanalytics: city/study.yaml, line 8: the environment variable CITY_DATABASE is not "
            "set. Set it to the address of the database, such as "
            "postgresql+psycopg://user:password@host/name.\n"
        )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("query: select * from answers", "", "`survey` needs either `query` or `query_file`."),
        ("  outcome", "  query_file: a.sql\n  outcome", "needs either `query` or `query_file`."),
        ("  columns: {agency: office}\n", "", "`survey.columns` is required."),
    ],
)
def test_what_else_may_be_wrong(folder, old, new, message):
    _yaml(folder, old, new)
    with pytest.raises(ParamsError) as error:
        read_study(folder)
    assert message in str(error.value)


def test_new_rows_make_a_new_key(folder, sqlite):
    first = _key(folder)
    assert _key(folder) == first
    _insert(sqlite, ("North", 5))
    second = _key(folder)
    assert second != first
    with sqlite3.connect(sqlite) as connection:
        connection.execute("update answers set recommend = 1 where rowid = 121")
    connection.close()
    assert _key(folder) not in (first, second)


def test_a_changed_reason_or_note_makes_a_new_key(folder, sqlite):
    _yaml(folder, "likert_1_5,", "likert_1_5, missing: {98: don't know, 99: refused},")
    found = set()
    for answer in (98, 99):
        with sqlite3.connect(sqlite) as connection:
            connection.execute("update answers set recommend = ? where rowid = 1", (answer,))
        connection.close()
        found.add(query_digest(read_study(folder)))
    _insert(sqlite, ("", None))
    found.add(query_digest(read_study(folder)))
    assert len(found) == 3


def test_within_a_run_the_rows_are_read_for_one_key(folder, sqlite):
    study = read_study(folder)
    first = study.input_digests()
    _insert(sqlite, ("North", 5))
    assert study.input_digests() == first
    assert read_study(folder).input_digests() != first


def test_the_address_is_no_part_of_the_key(folder, sqlite, monkeypatch):
    first = _key(folder)
    moved = sqlite.rename(sqlite.with_name("moved.db"))
    monkeypatch.setenv(VARIABLE, f"sqlite:///{moved}")
    assert _key(folder) == first


def _holding(root, *secrets):
    """Find the files that hold one of these, or are named by one."""
    return [
        str(path.relative_to(root))
        for path in sorted(root.rglob("*"))
        for secret in secrets
        if secret in path.name or (path.is_file() and secret.encode() in path.read_bytes())
    ]


@pytest.mark.slow
def test_no_file_of_a_run_holds_the_address(folder, sqlite, tmp_path):
    output = tmp_path / "out"
    done = CliRunner().invoke(main, ["run", str(folder), "-o", str(output), "-j", "2"])
    assert done.exit_code == 0, done.stderr
    pages = [path.name for path in output.rglob("*.html")]
    assert sorted(pages) == [
        "appendix.html",
        "audit.html",
        "index.html",
        "north.html",
        "south.html",
        "west.html",
    ]
    assert "a database query" in (output / "agencies/north.html").read_text(encoding="utf-8")
    assert _holding(output, SECRET, "sqlite://") == []
    assert SECRET not in done.output
    first = current(output, "01_audit")["key"]
    _insert(sqlite, *[("North", 5)] * 5)
    only = ["run", str(folder), "-o", str(output), "--only", "01"]
    assert "1 run, 0 unchanged" in CliRunner().invoke(main, only).stdout
    assert current(output, "01_audit")["key"] != first
    with sqlite3.connect(sqlite) as connection:
        connection.execute("update answers set recommend = 9")
    connection.close()
    failed = CliRunner().invoke(main, [*only, "--debug"])
    assert failed.exit_code != 0
    assert SECRET not in failed.output
    assert _holding(output, SECRET, "sqlite://") == []


# PostgreSQL


@pytest.fixture
def table(postgres):
    """A table of its own, gone after the test."""
    name = f"answers_{uuid.uuid4().hex}"
    engine = sqlalchemy.create_engine(postgres, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"create table {name} (office text, recommend integer)")
        connection.exec_driver_sql(f"insert into {name} values (%s, %s)", ROWS)
    yield name
    with engine.begin() as connection:
        connection.exec_driver_sql(f"drop table {name}")


@pytest.mark.slow
def test_a_run_on_postgres_keeps_neither_password_nor_address(
    folder, postgres, table, tmp_path, monkeypatch
):
    monkeypatch.setenv(VARIABLE, postgres)
    _yaml(folder, "from answers", f"from {table}")
    output = tmp_path / "out"
    done = CliRunner().invoke(main, ["run", str(folder), "-o", str(output), "-j", "2"])
    assert done.exit_code == 0, done.stderr
    assert len(list(output.rglob("*.html"))) == 6
    address = sqlalchemy.make_url(postgres)
    secrets = [address.password, f"{address.host}:{address.port}"]
    assert _holding(output, *secrets, "postgresql+psycopg") == []
    first = _key(folder)
    engine = sqlalchemy.create_engine(postgres, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"insert into {table} values ('North', 5)")
    assert _key(folder) != first
    wrong = address.set(password="Wr0ngPassw0rd").render_as_string(hide_password=False)
    monkeypatch.setenv(VARIABLE, wrong)
    failed = CliRunner().invoke(main, ["run", str(folder), "-o", str(output), "--debug"])
    assert failed.exit_code == 1
    assert "Wr0ngPassw0rd" not in failed.output
    assert _holding(output, "Wr0ngPassw0rd", *secrets) == []
