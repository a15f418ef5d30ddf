"""A query to a database becomes the survey it holds; it only reads, and tells no password."""

from __future__ import annotations

import datetime as dt
import sqlite3
import traceback
import uuid
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from cxanalytics.errors import CxError, DataError, ParamsError
from cxanalytics.sources import read_table
from cxanalytics.sources._select import one_select, without_binds
from cxanalytics.sources.sql import read_sql

sqlalchemy = pytest.importorskip("sqlalchemy", reason="databases need SQLAlchemy")

FACTS = {
    "columns": {"agency": "agency"},
    "questions": {"recommend": {"column": "score", "scale": "nps_0_10"}},
    "outcome": "recommend",
}
ROWS = [("Parks", 9, 1.5), ("Parks", None, 2.0), ("Roads", 3, 0.5)]
EMPTY = " union all select '', null, null"


@pytest.fixture
def sqlite(tmp_path):
    path = tmp_path / "answers.db"
    connection = sqlite3.connect(path)
    connection.execute("create table answers (agency text, score integer, weight real)")
    connection.executemany("insert into answers values (?, ?, ?)", ROWS)
    connection.commit()
    connection.close()
    return f"sqlite:///{path}"


def rows_of(address, table):
    connection = sqlite3.connect(address.removeprefix("sqlite:///"))
    found = connection.execute(f"select count(*) from {table}").fetchone()[0]
    connection.close()
    return found


def read(database, query="select * from answers", **options):
    return read_sql(database, query, **(FACTS | options))


def refused(message, database, query="select * from answers", kind=DataError, **options):
    with pytest.raises(CxError) as caught:
        read(database, query, **options)
    assert str(caught.value) == message
    assert type(caught.value) is kind


def test_a_query_is_the_same_survey_as_the_file(sqlite, tmp_path):
    pd.DataFrame([*ROWS, ("", None, None)], columns=["agency", "score", "weight"]).to_csv(
        tmp_path / "s.csv", index=False
    )
    options = {"columns": {"agency": "agency", "weight": "weight"}}
    from_query = read(sqlite, f"select * from answers{EMPTY}", **options)
    from_file = read_table(tmp_path / "s.csv", **(FACTS | options))
    pd.testing.assert_frame_equal(from_query.frame, from_file.frame)
    assert [note.text.replace("s.csv", "database query") for note in from_file.notes] == [
        note.text for note in from_query.notes
    ]


def test_rows_of_the_result_count_from_one(sqlite):
    refused(
        "`recommend` (column 'score') must be 0 to 10 or a label such as 'not at all likely' "
        "(scale nps_0_10); row 1 has '19'. A code for no answer belongs in `missing`.",
        sqlite,
        "select agency, score + 10 as score from answers where score = 9",
    )


def test_a_long_result_arrives_in_parts(sqlite):
    survey = read(
        sqlite,
        "with recursive n(i) as (select 0 union all select i + 1 from n where i < 59999) "
        "select 'Office ' || (i % 3) as agency, i % 11 as score from n",
    )
    assert len(survey.frame) == 60_000
    np.testing.assert_array_equal(survey.frame["recommend"], np.arange(60_000) % 11)


@pytest.mark.parametrize(
    "query",
    [
        "select * from answers;",
        "select * from answers; -- that is all",
        "/* ; */ select *, ';' as mark, '-- no' as note from answers -- ; select",
        "SELECT agency, score, ':x' AS a, ' :score ' AS b FROM answers WHERE agency LIKE 'P%'",
        'with a as (select * from answers) select agency, score, 1 as "update" from a',
    ],
)
def test_queries_are_run_as_given(sqlite, query):
    assert "Parks" in read(sqlite, query).agencies


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("select 1; select 2", "`query` must be one SELECT; got 2 statements."),
        ("select 1; drop table answers", "`query` must be one SELECT; got 2 statements."),
        ("", "`query` must be one SELECT (or WITH ... SELECT); it starts with nothing."),
        (
            "drop table answers",
            "`query` must be one SELECT (or WITH ... SELECT); it starts with 'DROP'.",
        ),
        (
            "-- select\nupdate answers set score = 1",
            "`query` must be one SELECT (or WITH ... SELECT); it starts with 'UPDATE'.",
        ),
        (
            "with gone as (delete from answers returning *) select * from gone",
            "`query` must only read; got the command DELETE. A column of that name needs quotes "
            "around it.",
        ),
        (
            "select 1 /* a /* b */ ; drop table answers; /* c */ */",
            "`query` must not have a comment inside a comment; got '/*' twice.",
        ),
        (
            r"select date'x\'; drop table answers; select '1'",
            "`query` must be one SELECT; got 3 statements.",
        ),
        (
            "select * into copied from answers",
            "`query` must only read; got the command INTO. A column of that name needs quotes "
            "around it.",
        ),
    ],
)
def test_a_query_that_is_not_one_select(sqlite, query, message):
    refused(message, sqlite, query, kind=ParamsError)
    assert rows_of(sqlite, "answers") == 3


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("select $$;$$ as a, $t$ drop ; $t$ as b", "select $$;$$ as a, $t$ drop ; $t$ as b"),
        (r"select E'it\'s; insert' as a", r"select E'it\'s; insert' as a"),
        ("select 'it''s; insert' as a ;\n", "select 'it''s; insert' as a "),
    ],
)
def test_quotes_hide_commands(query, expected):
    assert one_select(query) == expected


def test_colons_are_no_parameters():
    query = "select a::text, ' :b', '10:30', :c, \"d:e\" from f where g = ':h:'"
    compiled = sqlalchemy.text(without_binds(query))
    assert not compiled.compile().params
    assert str(compiled.compile()) == query


def test_no_rows(sqlite):
    refused(
        "The database query must give at least one row; it gave none.",
        sqlite,
        "select * from answers where score > 10",
    )


def test_missing_column(sqlite):
    refused(
        "'database query' has no column 'agency' (for `agency`). It has office, score.",
        sqlite,
        "select agency as office, score from answers",
    )


def test_a_column_named_twice(sqlite):
    refused(
        "'database query' must name each column once; columns 2 and 3 are both 'score' "
        "(for `recommend`).",
        sqlite,
        "select agency, score, score from answers",
    )


def test_the_words_of_the_database_are_passed_on(sqlite):
    refused(
        "The database did not answer the query: no such table: nowhere.",
        sqlite,
        "select * from nowhere",
    )


def test_an_absent_sqlite_file_is_not_created(tmp_path):
    refused(
        "The SQLite database must be a file that exists; got 'absent.db'.",
        f"sqlite:///{tmp_path / 'absent.db'}",
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "address", ["nonsense:S3cret", "", "postgresql://user:S3cret@host:port/name", "://S3cret"]
)
def test_an_address_that_cannot_be_read_is_not_shown(address):
    refused(
        "`database` must be an address such as 'postgresql+psycopg://user@host/name'; what came "
        "cannot be read (and is not shown, because it may hold a password).",
        address,
        kind=ParamsError,
    )


@pytest.mark.parametrize(
    ("address", "message"),
    [
        (
            "mysql+pymysql://user:S3cret@127.0.0.1/name",
            "Reading this database needs the driver pymysql: pip install the driver, or name "
            "another one in the address ('mysql+pymysql').",
        ),
    ],
)
def test_a_driver_that_is_not_installed(address, message):
    refused(message, address)


def test_an_unknown_dialect():
    with pytest.raises(DataError) as caught:
        read("stars://user:S3cret@127.0.0.1/name")
    assert "S3cret" not in str(caught.value)


def everything_said(error):
    """All that a traceback may show: messages, causes and contexts."""
    return "".join(traceback.format_exception(error, chain=True)) + repr(error)


SECRETS = ["S3cret", "p@ss:w/rd%", "host"]


@pytest.mark.parametrize("secret", SECRETS)
def test_no_password_is_told_when_the_server_is_not_there(secret, free_port):
    address = sqlalchemy.URL.create(
        "postgresql+psycopg", "reader", secret, "127.0.0.1", free_port, "surveys"
    ).render_as_string(hide_password=False)
    with pytest.raises(DataError, match="did not answer the query") as caught:
        read(address)
    said = everything_said(caught.value)
    assert secret not in str(caught.value)
    assert address not in said
    assert caught.value.__context__ is None and caught.value.__cause__ is None


def test_secrets_in_the_options_of_an_address_are_not_told(sqlite):
    from cxanalytics.sources.sql import _scrubbed

    address = sqlalchemy.make_url("postgresql://u:p%40ss@h/d?sslpassword=hushhush&options=x")
    words = f"cannot use p@ss, p%40ss, hushhush, {address.render_as_string(hide_password=False)}"
    said = _scrubbed(RuntimeError(words), "postgresql://u:p%40ss@h/d", address)
    for secret in ("p@ss", "p%40ss", "hushhush", "u:p"):
        assert secret not in said


@pytest.fixture
def free_port():
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        yield found.getsockname()[1]


# PostgreSQL


@pytest.fixture
def table(postgres):
    """A table of its own, gone after the test."""
    name = f"answers_{uuid.uuid4().hex}"
    engine = sqlalchemy.create_engine(postgres, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            f"create table {name} (agency text, score numeric(4, 1), weight double precision, "
            "day date, at timestamptz, fine boolean, id uuid, wave integer)"
        )
        connection.exec_driver_sql(f"create sequence {name}_numbers owned by {name}.wave")
        connection.exec_driver_sql(
            f"insert into {name} select 'Office ' || i %% 3, case when i %% 7 = 0 then null else "
            "i %% 11 end, 1 + i %% 5, date '2024-05-01' + i %% 9, "
            "timestamptz '2024-05-01 10:30+00', i %% 2 = 0, gen_random_uuid(), 2023 + i %% 2 "
            "from generate_series(0, 49999) as i"
        )
    yield name
    with engine.begin() as connection:
        connection.exec_driver_sql(f"drop table {name}")


def test_postgres_gives_the_survey_of_the_file(postgres, table, tmp_path):
    options = {
        "columns": {
            "agency": "agency",
            "period": "wave",
            "date": "day",
            "weight": "weight",
            "respondent": "id",
        },
        "questions": {
            "recommend": {"column": "score", "scale": "nps_0_10"},
            "fine": {"column": "fine", "scale": "yes_no"},
        },
    }
    engine = sqlalchemy.create_engine(postgres, poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(f"select * from {table} order by id").mappings().all()
    pd.DataFrame([dict(row) for row in rows]).to_csv(tmp_path / "s.csv", index=False)
    from_file = read_table(
        tmp_path / "s.csv",
        **(
            FACTS
            | options
            | {
                "questions": {
                    "recommend": {"column": "score", "scale": "nps_0_10"},
                    "fine": {
                        "column": "fine",
                        "scale": "yes_no",
                        "answers": {"True": 1, "False": 0},
                    },
                }
            }
        ),
    )
    from_query = read(postgres, f"select * from {table} order by id", **options)
    pd.testing.assert_frame_equal(from_query.frame, from_file.frame)
    assert from_query.notes[0].text == "50,000 rows read from database query."


def test_postgres_takes_percent_signs_colons_and_a_bare_address(postgres, table):
    bare = postgres.replace("postgresql+psycopg://", "postgresql://")
    survey = read(
        bare,
        f"select agency, score::text as score, at::time as t, '10:30 :x' as c from {table} "
        "where agency like 'Office%' and wave % 2 = 0;",
    )
    assert survey.agencies == ["Office 0", "Office 1", "Office 2"]


def test_postgres_times_lose_their_zone_only(postgres, table):
    survey = read(postgres, f"select * from {table}", columns={"agency": "agency", "date": "at"})
    assert survey.frame["date"].dt.date.unique().tolist() == [dt.date(2024, 5, 1)]


def test_postgres_refuses_to_write(postgres, table):
    refused(
        "The database did not answer the query: cannot execute nextval() in a read-only "
        "transaction.",
        postgres,
        f"select 'Parks' as agency, nextval('{table}_numbers') as score",
    )


def test_what_a_server_says_about_rows_is_not_passed_on(postgres, table):
    refused(
        "The database did not answer the query: invalid input syntax for type json.",
        postgres,
        f"select ('{{\"person\": ' || agency)::json as agency from {table}",
    )


def test_postgres_result_is_streamed(postgres, monkeypatch):
    from cxanalytics.sources import sql

    largest = []
    add = sql._Coder.add

    def watched(self, cells):
        largest.append(len(cells))
        return add(self, cells)

    monkeypatch.setattr(sql._Coder, "add", watched)
    read(
        postgres,
        "select 'Office ' || i % 3 as agency, i % 11 as score from generate_series(1, 70000) as i",
    )
    assert max(largest) == sql.FETCHED


def test_no_password_is_told_when_it_is_wrong(postgres):
    wrong = sqlalchemy.make_url(postgres).set(password="Wr0ng pass/word")
    address = wrong.render_as_string(hide_password=False)
    with pytest.raises(DataError, match="password authentication failed") as caught:
        read(address)
    assert "Wr0ng" not in everything_said(caught.value)


def test_no_password_is_told_by_a_query_that_fails(postgres):
    password = sqlalchemy.make_url(postgres).password
    with pytest.raises(DataError) as caught:
        read(postgres, f"select '{password}'::integer")
    assert password not in str(caught.value)
    assert "invalid input syntax" in str(caught.value)


def test_no_password_is_in_a_survey(postgres, table):
    survey = read(postgres, f"select * from {table}")
    password = sqlalchemy.make_url(postgres).password
    assert password not in repr(survey) + "".join(note.text for note in survey.notes)


def test_decimals_are_numbers():
    from cxanalytics.sources.sql import _cell

    assert _cell(Decimal("9.00")) == 9 and isinstance(_cell(Decimal("9.00")), int)
    assert _cell(Decimal("9.50")) == 9.5
    assert _cell([1, 2]) == "[1, 2]"


@pytest.mark.parametrize("kind", [float, Decimal])
def test_nan_is_blank_and_infinity_is_text(kind):
    from cxanalytics.sources.sql import _cell, _Coder

    coder = _Coder()
    coder.add([kind("nan"), None, kind("2.5")])
    assert coder.column().isna().tolist() == [True, True, False]
    assert [_cell(kind("inf")), _cell(kind("-inf"))] == ["inf", "-inf"]


def test_infinity_is_refused_like_other_text(sqlite):
    refused(
        "`recommend` (column 'score') must be 0 to 10 or a label such as 'not at all likely' "
        "(scale nps_0_10); row 1 has 'inf'. A code for no answer belongs in `missing`.",
        sqlite,
        "select agency, 9e999 as score from answers limit 1",
    )
    with pytest.raises(DataError, match=r"`weight`.* 'inf'"):
        read(
            sqlite,
            "select agency, score, 9e999 as weight from answers",
            columns={"agency": "agency", "weight": "weight"},
        )


def test_postgres_nan_is_blank(postgres):
    survey = read(
        postgres,
        "select 'Parks' as agency, 9::numeric as score union all select 'Parks', 'NaN'",
    )
    assert survey.frame["recommend"].tolist() == [9]
