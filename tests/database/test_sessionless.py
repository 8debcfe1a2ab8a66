"""Without a session: `reading()`, `writing()`, and `demanding()` what must be so. The same promises as with one."""
# ruff: noqa: PT012 - it is a block that raises

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from roster.database import (
    TransactionError,
    Unmet,
    core_of,
    database,
    demanding,
    dry_run,
    reading,
    registry,
    transaction,
    writing,
)
from roster.database.failure import sqlstate
from tests.database.conftest import Ledger, Log, rows

ADD = "INSERT INTO room_ledger VALUES (1, 1)"
ONE = "FROM (VALUES (1)) row"
NONE = "FROM (VALUES (1)) row WHERE false"

Act = Callable[[Connection], Any]


def test_what_is_written_is_kept(inside: Flask, outside: Engine) -> None:
    with writing() as connection:
        connection.exec_driver_sql(ADD)

    assert rows(outside) == [(1, 1)]


def test_what_fails_is_not(inside: Flask, outside: Engine) -> None:
    with pytest.raises(RuntimeError), writing() as connection:
        connection.exec_driver_sql(ADD)
        raise RuntimeError

    assert rows(outside) == []


def test_a_swallowed_failure_commits_nothing_and_says_so(inside: Flask, outside: Engine) -> None:
    with pytest.raises(TransactionError, match="swallowed"), writing() as connection:
        connection.exec_driver_sql(ADD)
        with pytest.raises(IntegrityError):
            connection.exec_driver_sql(ADD)

    assert rows(outside) == []


ENDS: dict[str, Act] = {
    "commit": lambda connection: connection.commit(),
    "rollback": lambda connection: connection.rollback(),
    "savepoint": lambda connection: connection.begin_nested(),
    "raw commit": lambda connection: connection.exec_driver_sql("COMMIT"),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_nobody_inside_ends_the_transaction(inside: Flask, outside: Engine, end: Act) -> None:
    with pytest.raises(TransactionError), writing() as connection:
        connection.exec_driver_sql(ADD)
        with pytest.raises(TransactionError):
            end(connection)

    assert rows(outside) == []


@pytest.mark.parametrize("use", ["a session", "a transaction", "reading", "writing"])
def test_inside_there_is_nothing_else(inside: Flask, outside: Engine, use: str) -> None:
    def enter() -> None:
        if use == "a session":
            registry()
        elif use == "a transaction":
            with transaction(registry()):
                pass
        else:
            with reading() if use == "reading" else writing():
                pass

    with pytest.raises(TransactionError, match="nothing but its connection"), writing() as connection:
        connection.exec_driver_sql(ADD)
        enter()

    assert rows(outside) == []


def test_inside_of_a_transaction_one_joins_it(inside: Flask, outside: Engine) -> None:
    with pytest.raises(RuntimeError), transaction(registry()) as session:
        with writing() as connection:
            connection.exec_driver_sql(ADD)
        with reading() as connection:
            seen = connection.exec_driver_sql("SELECT count(*) FROM room_ledger").scalar()
        assert (seen, connection) == (1, core_of(session))
        raise RuntimeError

    assert rows(outside) == []


def test_a_dry_run_keeps_nothing(inside: Flask, outside: Engine) -> None:
    with dry_run() as rehearsal, writing() as connection:
        connection.exec_driver_sql(ADD)

    assert (rows(outside), rehearsal.transactions) == ([], 1)


def test_it_costs_the_statement_and_the_commit(far_inside: Flask, wire: Log) -> None:
    with writing() as connection:
        connection.exec_driver_sql("SELECT 1")
    wire.statements.clear()

    with writing() as connection:
        connection.exec_driver_sql(ADD)

    assert len(wire.statements) == 2
    assert wire.statements[1] == "COMMIT"


@pytest.mark.parametrize("way", ["exec_driver_sql", "execute"])
def test_who_reads_can_not_write(inside: Flask, outside: Engine, way: str) -> None:
    with pytest.raises(DBAPIError) as caught, reading() as connection:
        if way == "execute":
            connection.execute(text(ADD))
        else:
            connection.exec_driver_sql(ADD)

    assert sqlstate(caught.value) == "25006"
    assert rows(outside) == []


def test_a_read_that_failed_spoils_no_other(inside: Flask) -> None:
    with reading() as connection:
        with pytest.raises(ProgrammingError):
            connection.exec_driver_sql("SELECT nothing")
        again = connection.exec_driver_sql("SELECT 1").scalar()

    assert again == 1


def test_what_is_written_out_gives_what_sqlalchemy_gives(inside: Flask, outside: Engine) -> None:
    statement = "SELECT n AS number, %(name)s::text AS name FROM generate_series(1, 3) n"
    with reading() as connection, outside.connect() as other:
        ours = connection.exec_driver_sql(statement, {"name": "a"}).all()
        theirs = other.exec_driver_sql(statement, {"name": "a"}).all()
        assert connection.exec_driver_sql("SELECT").rowcount == 1

    assert ours == theirs
    assert [row._mapping for row in ours] == [row._mapping for row in theirs]
    assert ours[0].name == "a"


def test_what_is_demanded_is_asked_along(far_inside: Flask, wire: Log) -> None:
    with reading() as connection:
        connection.exec_driver_sql("SELECT 1")
    wire.statements.clear()

    with demanding(ONE), reading() as connection:
        found = [connection.exec_driver_sql(f"SELECT {number}").scalar() for number in (1, 2)]

    assert found == [1, 2]
    assert [ONE in statement for statement in wire.statements] == [True, False]


def test_what_is_not_so_lets_nothing_be_read(inside: Flask) -> None:
    found = []

    with pytest.raises(Unmet), demanding(NONE), reading() as connection:
        found.append(connection.exec_driver_sql("SELECT 1").scalar())

    assert found == []


@pytest.mark.parametrize("with_session", [True, False])
def test_what_is_not_so_lets_nothing_be_written(inside: Flask, outside: Engine, with_session: bool) -> None:
    with pytest.raises(Unmet), demanding(NONE):
        if with_session:
            with transaction(registry()) as session:
                session.add(Ledger(id=1, value=1))
        else:
            with writing() as connection:
                connection.exec_driver_sql(ADD)

    assert rows(outside) == []


@pytest.mark.parametrize("error", [None, KeyError("a mistake in what was asked")])
def test_who_asks_nothing_is_checked_at_the_end(inside: Flask, error: Exception | None) -> None:
    with pytest.raises(Unmet), demanding(NONE):
        if error:
            raise error


def test_a_statement_that_failed_has_not_answered_what_was_demanded(far_inside: Flask, wire: Log) -> None:
    with demanding(ONE), reading() as connection:
        with pytest.raises(ProgrammingError):
            connection.exec_driver_sql("SELECT nothing")
        connection.exec_driver_sql("SELECT 1")

    assert [ONE in statement for statement in wire.statements if "SELECT" in statement][-2:] == [True, True]


def test_nothing_is_held_afterwards(inside: Flask) -> None:
    with reading() as connection:
        connection.exec_driver_sql("SELECT 1")

    assert database.session_at_work() is None
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
