"""Promise 2: only inside transaction() can anything be written. Promise 3: only transaction() ends work."""
# ruff: noqa: PT012 - it is a transaction's block that raises

import contextlib

import pytest
from flask import Flask, render_template_string
from sqlalchemy import Engine, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from roster.database import TransactionError, core_of, database, dry_run, each, registry, savepoint, transaction
from roster.database.failure import sqlstate
from tests.database.conftest import Ledger, Log, listening, rows


def _orm() -> None:
    registry().add(Ledger(id=1, value=1))
    registry().flush()


def _orm_by_autoflush() -> None:
    registry().add(Ledger(id=1, value=1))
    registry().scalar(select(Ledger))


def _core() -> None:
    core_of(registry()).execute(insert(Ledger), [{"id": 1, "value": 1}, {"id": 2, "value": 1}])


def _raw() -> None:
    registry().execute(text("INSERT INTO room_ledger VALUES (1, 1)"))


def _driver() -> None:
    core_of(registry()).exec_driver_sql("INSERT INTO room_ledger VALUES (1, 1)")


def _hidden_in_a_read() -> None:
    registry().execute(
        text("WITH new AS (INSERT INTO room_ledger VALUES (1, 1) RETURNING id) SELECT id FROM new"),
    )


STRAY_WRITES = [_orm, _orm_by_autoflush, _core, _raw, _driver, _hidden_in_a_read]


@pytest.mark.parametrize("write", STRAY_WRITES)
def test_a_write_outside_a_transaction_is_refused_by_the_database(inside: Flask, outside: Engine, write) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DBAPIError) as caught:
        write()

    assert sqlstate(caught.value) == "25006"
    registry.remove()
    assert rows(outside) == []


def test_a_write_from_a_template_is_refused_by_the_database(inside: Flask, outside: Engine) -> None:
    with pytest.raises(DBAPIError) as caught:
        render_template_string("{{ write() }}", write=_raw)

    assert sqlstate(caught.value) == "25006"
    registry.remove()


def test_a_read_can_not_be_turned_into_a_write(inside: Flask) -> None:
    for words in ("SET TRANSACTION READ WRITE", "set transaction_read_only = off", "SET SESSION CHARACTERISTICS AS x"):
        with pytest.raises(TransactionError):
            registry().execute(text(words))
    with pytest.raises(DBAPIError):
        registry().execute(text("SELECT set_config('transaction_read_only', 'off', false)"))
    registry.remove()


def test_what_stands_beside_a_stream_is_refused_as_well(inside: Flask, outside: Engine) -> None:
    numbers = text("SELECT generate_series(1, 3)").execution_options(yield_per=1)
    stream = core_of(registry()).execute(numbers)
    assert stream.scalar() == 1

    with pytest.raises(DBAPIError) as caught:
        _raw()

    assert sqlstate(caught.value) == "25006"
    registry.remove()
    assert rows(outside) == []


def test_after_a_stream_nothing_is_left_on_the_connection(inside: Flask, outside: Engine) -> None:
    core_of(registry()).execute(text("SELECT generate_series(1, 3)").execution_options(yield_per=1)).all()
    registry.remove()

    with transaction(registry()) as session:
        session.add(Ledger(id=1, value=1))

    assert rows(outside) == [(1, 1)]


def test_after_a_transaction_the_session_reads_only_again(inside: Flask) -> None:
    with transaction(registry()) as session:
        session.add(Ledger(id=1, value=1))

    with pytest.raises(DBAPIError) as caught:
        _raw()

    assert sqlstate(caught.value) == "25006"
    registry.remove()


def test_reading_only_costs_no_round_trip_more_than_the_statement(far_inside: Flask, wire: Log) -> None:
    registry().scalar(select(Ledger.value))
    registry.remove()
    wire.statements.clear()

    registry().scalar(select(Ledger.value))
    registry.remove()

    [statement] = wire.statements
    assert statement.startswith("SET TRANSACTION READ ONLY; ")
    assert "room_ledger" in statement


def _everybody_elses_ways() -> dict[str, object]:
    session = registry()
    core = core_of(session)
    return {
        "session commits": session.commit,
        "session rolls back": session.rollback,
        "session begins": session.begin,
        "session sets a savepoint": session.begin_nested,
        "session closes": session.close,
        "session is reset": session.reset,
        "session is invalidated": session.invalidate,
        "session prepares": session.prepare,
        "the session's transaction commits": session.get_transaction().commit,  # type: ignore[union-attr]
        "the session's transaction rolls back": session.get_transaction().rollback,  # type: ignore[union-attr]
        "core commits": core.commit,
        "core rolls back": core.rollback,
        "core sets a savepoint": core.begin_nested,
        "core closes": core.close,
        "core's transaction commits": core.get_transaction().commit,  # type: ignore[union-attr]
        "the registry is emptied": registry.remove,
        **{
            f"raw {words!r}": lambda words=words: session.execute(text(words))
            for words in (
                "COMMIT",
                "rollback",
                "BEGIN",
                "START TRANSACTION",
                "SAVEPOINT a",
                "END",
                "ABORT",
                " /* aside */ Commit",
                "SELECT 1; COMMIT",
                "-- aside\nCOMMIT AND CHAIN",
                "PREPARE TRANSACTION 'x'",
                "SELECT ';'; ROLLBACK",
            )
        },
        "driver's raw COMMIT": lambda: core.exec_driver_sql("COMMIT"),
    }


WAYS = [
    "session commits",
    "session rolls back",
    "session begins",
    "session sets a savepoint",
    "session closes",
    "session is reset",
    "session is invalidated",
    "session prepares",
    "the session's transaction commits",
    "the session's transaction rolls back",
    "core commits",
    "core rolls back",
    "core sets a savepoint",
    "core closes",
    "core's transaction commits",
    "the registry is emptied",
    "raw 'COMMIT'",
    "raw 'rollback'",
    "raw 'BEGIN'",
    "raw 'START TRANSACTION'",
    "raw 'SAVEPOINT a'",
    "raw 'END'",
    "raw 'ABORT'",
    "raw ' /* aside */ Commit'",
    "raw 'SELECT 1; COMMIT'",
    "raw '-- aside\\nCOMMIT AND CHAIN'",
    "raw \"PREPARE TRANSACTION 'x'\"",
    "raw \"SELECT ';'; ROLLBACK\"",
    "driver's raw COMMIT",
]


@pytest.mark.parametrize("way", WAYS)
def test_nobody_else_begins_or_ends_work(inside: Flask, outside: Engine, way: str) -> None:
    with pytest.raises(TransactionError), transaction(registry()) as session:
        session.add(Ledger(id=1, value=1))
        session.flush()
        _everybody_elses_ways()[way]()  # type: ignore[operator]

    assert rows(outside) == []


REFUSED_AT_ONCE = ("session begins", "session sets a savepoint", "session commits", "session rolls back")


@pytest.mark.parametrize("way", [way for way in WAYS if way not in REFUSED_AT_ONCE])
def test_whoever_tries_and_swallows_the_refusal_loses_the_whole(inside: Flask, outside: Engine, way: str) -> None:
    """Some of these ways have half done their work when they are refused; what is left must not be committed."""
    if way == "session prepares":
        pytest.skip("refused before it did anything")
    with pytest.raises(TransactionError), transaction(registry()) as session:
        session.add(Ledger(id=1, value=1))
        session.flush()
        with contextlib.suppress(TransactionError):
            _everybody_elses_ways()[way]()  # type: ignore[operator]
        session.execute(insert(Ledger).values(id=2, value=1))

    assert rows(outside) == []
    with transaction(registry()) as session:
        session.add(Ledger(id=3, value=3))
    assert rows(outside) == [(3, 3)]


def test_words_inside_texts_names_and_functions_are_no_commands(inside: Flask) -> None:
    with transaction(registry()) as session:
        for words in (
            "SELECT '; COMMIT; '",
            'SELECT 1 AS "; rollback"',
            "DO $$ BEGIN PERFORM 1; END $$",
            "SELECT 1 /* ; COMMIT */",
            "SELECT 1 AS commit_count",
        ):
            session.execute(text(words))


def test_a_commit_on_an_engine_that_somebody_found_is_refused(inside: Flask, outside: Engine) -> None:
    with pytest.raises(TransactionError), database.engine.begin() as connection:
        connection.execute(insert(Ledger).values(id=1, value=1))

    assert rows(outside) == []


def test_a_raw_commit_below_sqlalchemy_is_noticed(inside: Flask) -> None:
    with pytest.raises(TransactionError, match="Something else ended"), transaction(registry()) as session:
        connection = core_of(session)
        connection.execute(select(1))
        connection.connection.cursor().execute("COMMIT")  # type: ignore[arg-type]


def test_an_inner_transaction_joins_the_outer_one(inside: Flask, outside: Engine) -> None:
    with transaction(registry()) as session:
        session.add(Ledger(id=1, value=1))
        with transaction(registry()) as inner:
            assert inner is session
            inner.add(Ledger(id=2, value=1))
        assert rows(outside) == []

    assert rows(outside) == [(1, 1), (2, 1)]


def test_a_swallowed_failure_of_an_inner_transaction_commits_nothing(inside: Flask, outside: Engine) -> None:
    with pytest.raises(TransactionError, match="inner transaction failed"), transaction(registry()) as session:
        session.add(Ledger(id=1, value=1))
        try:
            with transaction(session):
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass

    assert rows(outside) == []


def test_a_swallowed_failure_of_a_statement_commits_nothing_and_says_so(inside: Flask, outside: Engine) -> None:
    """PostgreSQL answers such a COMMIT with ROLLBACK, and psycopg2 keeps silent about it."""
    with pytest.raises(TransactionError, match="swallowed"), transaction(registry()) as session:
        session.execute(insert(Ledger).values(id=1, value=1))
        with contextlib.suppress(DBAPIError):
            session.execute(text("SELECT 1 / 0"))

    assert rows(outside) == []


def test_a_savepoint_undoes_its_block_alone(inside: Flask, outside: Engine) -> None:
    with transaction(registry()) as session:
        session.add(Ledger(id=1, value=1))
        with pytest.raises(ZeroDivisionError), savepoint(session):
            session.add(Ledger(id=2, value=1))
            session.flush()
            raise ZeroDivisionError
        with savepoint(session):
            session.add(Ledger(id=3, value=1))

    assert rows(outside) == [(1, 1), (3, 1)]


def test_savepoints_hooks_and_skipping_need_a_transaction(inside: Flask) -> None:
    with pytest.raises(TransactionError), savepoint(registry()):
        pass
    with pytest.raises(TransactionError):
        each(registry(), [1], lambda _: None)


def test_a_change_made_before_the_transaction_is_refused(inside: Flask, outside: Engine) -> None:
    registry().add(Ledger(id=1, value=1))

    with pytest.raises(TransactionError, match="before transaction"), transaction(registry()):
        pass

    registry.remove()
    assert rows(outside) == []


def test_what_was_read_before_a_transaction_is_read_again_inside_it(inside: Flask, outside: Engine) -> None:
    with transaction(registry()) as session:
        session.add(Ledger(id=1, value=1))
    ledger = registry().get_one(Ledger, 1)
    with outside.begin() as connection:
        connection.execute(update(Ledger).values(value=2))

    with transaction(registry()):
        assert ledger.value == 2


def test_a_transaction_that_does_nothing_says_nothing(far_inside: Flask, wire: Log) -> None:
    with transaction(registry()):
        pass

    assert wire.statements == []


def test_a_keyboard_interrupt_rolls_back(inside: Flask, outside: Engine) -> None:
    with pytest.raises(KeyboardInterrupt), transaction(registry()) as session:
        session.execute(insert(Ledger).values(id=1, value=1))
        raise KeyboardInterrupt

    assert rows(outside) == []
    assert not registry().writable


def test_an_isolation_level_is_for_one_transaction(inside: Flask) -> None:
    def level() -> str:
        return str(registry().scalar(text("SELECT current_setting('transaction_isolation')")))

    with transaction(registry(), isolation="SERIALIZABLE"):
        assert level() == "serializable"
    with transaction(registry()):
        assert level() == "read committed"


def test_a_dry_run_does_everything_and_keeps_nothing(inside: Flask, outside: Engine) -> None:
    silent: list[int] = []
    with dry_run() as rehearsal:  # noqa: SIM117
        with transaction(registry()) as session:
            ledger = Ledger(id=1, value=1)
            session.add(ledger)
            session.flush()
            core_of(session).execute(update(Ledger).values(value=5))
            session.hooks.append(lambda: silent.append(1))

    assert rows(outside) == []
    assert ledger.value == 5
    assert silent == []
    assert (rehearsal.transactions, len(rehearsal.hooks)) == (1, 1)
    with transaction(registry()) as session:
        session.add(Ledger(id=2, value=1))
    assert rows(outside) == [(2, 1)]


def test_a_dry_run_checks_constraints_that_wait_for_the_commit(inside: Flask, outside: Engine) -> None:
    with pytest.raises(DBAPIError, match="uq_room_seat"), dry_run(), transaction(registry()) as session:
        session.execute(text("INSERT INTO room_seat VALUES (1, 7), (2, 7)"))

    assert rows(outside, "SELECT * FROM room_seat") == []


def test_a_dry_run_of_nothing_asks_nothing(far_inside: Flask, wire: Log) -> None:
    with dry_run(), transaction(registry()):
        pass

    assert wire.statements == []


def test_statements_are_listened_to_only_on_the_pool_of_the_room(inside: Flask) -> None:
    seen: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        seen.append(statement)

    with listening("before_cursor_execute", note):
        registry().scalar(select(Ledger.value))

    assert len(seen) == 1
