"""Promise 5: a COMMIT whose answer never came is resolved, not guessed."""
# ruff: noqa: PT012 - it is a transaction's block that raises

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg2
import pytest
from flask import Flask
from sqlalchemy import Engine, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from roster.database import core_of, database, deadline, on_commit, registry, transaction, transactional
from roster.database.engine import outcome
from roster.database.engine.driver import Connection
from roster.database.metrics import RESOLVED, RETRIES
from roster.errors import OUTCOME_UNKNOWN, AppException
from tests.database.conftest import Ledger, Log, rows
from tests.database.proxy import Proxy


def _only(verdict: str, *, times: int = 1, words: str = "COMMIT") -> Callable[[str], str]:
    """A judge that says `verdict` of so many statements with these words, and forwards the rest."""
    left = [times]

    def judge(query: str) -> str:
        if not query.startswith(words) or left[0] == 0:
            return "forward"
        left[0] -= 1
        return verdict

    return judge


def _orm(session: Session, key: int) -> None:
    session.add(Ledger(id=key, value=1))


def _core(session: Session, key: int) -> None:
    core_of(session).execute(insert(Ledger).values(id=key, value=1))  # type: ignore[arg-type]


def _core_many(session: Session, key: int) -> None:
    session.execute(insert(Ledger), [{"id": key, "value": 1}])


def _raw(session: Session, key: int) -> None:
    session.execute(text("INSERT INTO room_ledger VALUES (:key, 1)"), {"key": key})


def _in_a_read(session: Session, key: int) -> None:
    session.execute(text("WITH new AS (INSERT INTO room_ledger VALUES (:key, 1) RETURNING id) TABLE new"), {"key": key})


def _in_a_function(session: Session, key: int) -> None:
    session.execute(text("SELECT room_write(:key)"), {"key": key})


def _executemany(session: Session, key: int) -> None:
    connection = core_of(session)  # type: ignore[arg-type]
    connection.exec_driver_sql("INSERT INTO room_ledger VALUES (%(key)s, 1)", [{"key": key}])


def _late(session: Session, key: int) -> None:
    session.scalar(select(Ledger.value))
    session.scalar(text("SELECT 1"))
    session.add(Ledger(id=key, value=1))


WRITES = [_orm, _core, _core_many, _raw, _in_a_read, _in_a_function, _executemany, _late]


@pytest.fixture
def attempts() -> list[int]:
    return []


@pytest.fixture
def hooks() -> list[int]:
    return []


@pytest.fixture
def write(attempts: list[int], hooks: list[int]) -> Callable[..., Ledger | None]:
    @transactional
    def write(key: int, how: Callable[[Session, int], None] = _orm) -> Ledger | None:
        attempts.append(key)
        with transaction(registry()) as session:
            on_commit(session, lambda: hooks.append(key))
            how(session, key)
            return next(iter(session.new), None)

    return write


@pytest.fixture(autouse=True)
def _function(outside: Engine) -> Iterator[None]:
    with outside.begin() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION room_write(key int) RETURNS int LANGUAGE sql"
                " AS 'INSERT INTO room_ledger VALUES (key, 1) RETURNING id'"
            )
        )
    yield
    with outside.begin() as connection:
        connection.execute(text("DROP FUNCTION room_write"))


@contextmanager
def _resolved(how: str) -> Iterator[None]:
    before = RESOLVED.labels(how)._value.get()
    yield
    assert RESOLVED.labels(how)._value.get() == before + 1


@pytest.mark.parametrize("how", WRITES)
def test_an_answer_that_is_lost_after_the_server_committed_is_success(  # type: ignore[no-untyped-def]
    far_inside: Flask, proxy: Proxy, outside: Engine, write, how, attempts: list[int], hooks: list[int]
) -> None:
    proxy.judge = _only("swallow")

    with _resolved("committed"):
        ledger = write(1, how)

    assert rows(outside) == [(1, 1)]
    assert attempts == [1]
    assert hooks == [1]
    if ledger:
        assert (ledger.id, ledger in registry(), registry().has_unsaved_changes()) == (1, True, False)


@pytest.mark.parametrize("how", WRITES)
def test_a_commit_that_never_arrived_is_repeated(  # type: ignore[no-untyped-def]
    far_inside: Flask, proxy: Proxy, outside: Engine, write, how, attempts: list[int], hooks: list[int]
) -> None:
    proxy.judge = _only("cut")

    with _resolved("aborted"):
        write(1, how)

    assert rows(outside) == [(1, 1)]
    assert attempts == [1, 1]
    assert hooks == [1]


def test_a_backend_that_still_waits_for_the_commit_is_ended_and_the_whole_repeated(  # type: ignore[no-untyped-def]
    far_inside: Flask, proxy: Proxy, outside: Engine, write, attempts: list[int]
) -> None:
    """The client's side is cut, the server's is not: its locks would stay until TCP noticed."""
    proxy.judge = _only("abandon")

    write(1)

    assert rows(outside) == [(1, 1)]
    assert attempts == [1, 1]
    idle = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
    assert rows(outside, f"{idle} AND datname = current_database()") == [(0,)]


@pytest.mark.alone
def test_a_commit_into_silence_leaves_time_to_ask(  # type: ignore[no-untyped-def]
    far: Flask, proxy: Proxy, outside: Engine, write, attempts: list[int]
) -> None:
    proxy.judge = _only("hush")
    began = time.monotonic()

    with far.app_context(), deadline(1.5):
        write(1)

    assert time.monotonic() - began < 1.5
    assert attempts == [1, 1]
    assert rows(outside) == [(1, 1)]


@pytest.mark.alone
def test_where_nobody_can_be_asked_the_outcome_is_unknown_and_that_is_said(  # type: ignore[no-untyped-def]
    far: Flask, proxy: Proxy, outside: Engine, write, attempts: list[int], hooks: list[int]
) -> None:
    def judge(query: str) -> str:
        if query.startswith("COMMIT"):
            proxy.up = False
            return "swallow"
        return "forward"

    proxy.judge = judge
    began = time.monotonic()

    with far.app_context(), deadline(1.0), pytest.raises(AppException) as caught, _resolved("unknown"):
        write(1)

    assert caught.value.error is OUTCOME_UNKNOWN
    assert time.monotonic() - began < 1.3
    assert (attempts, hooks) == ([1], [])
    assert rows(outside) == [(1, 1)]


def test_a_transaction_that_is_in_progress_is_waited_for(  # type: ignore[no-untyped-def]
    far_inside: Flask, proxy: Proxy, outside: Engine, write, attempts: list[int]
) -> None:
    """The COMMIT is still at work when we ask: here, held up by a deferred trigger."""
    with outside.begin() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION room_slow() RETURNS trigger LANGUAGE plpgsql"
                " AS 'BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END'"
            )
        )
        connection.execute(
            text(
                "CREATE CONSTRAINT TRIGGER room_slow AFTER INSERT ON room_ledger DEFERRABLE INITIALLY DEFERRED"
                " FOR EACH ROW EXECUTE FUNCTION room_slow()"
            )
        )

    def cut_soon(query: str) -> str:
        if query.startswith("COMMIT"):
            link = proxy._links[0]
            threading.Timer(0.1, lambda: link._shut(link.client)).start()
            proxy.judge = lambda _: "forward"
        return "forward"

    proxy.judge = cut_soon
    try:
        with _resolved("committed"):
            write(1)
    finally:
        with outside.begin() as connection:
            connection.execute(text("DROP FUNCTION room_slow() CASCADE"))

    assert rows(outside) == [(1, 1)]
    assert attempts == [1]


def test_a_failure_of_the_commit_is_no_lost_commit(inside: Flask, outside: Engine) -> None:
    with pytest.raises(DBAPIError, match="uq_room_seat"), transaction(registry()) as session:
        session.execute(text("INSERT INTO room_seat VALUES (1, 7), (2, 7)"))

    assert rows(outside, "SELECT * FROM room_seat") == []


def test_a_lost_commit_of_a_reader_has_nothing_to_resolve(far_inside: Flask, proxy: Proxy, outside: Engine) -> None:
    proxy.judge = _only("cut")
    attempts: list[int] = []

    @transactional
    def read() -> int | None:
        attempts.append(1)
        with transaction(registry()) as session:
            return session.scalar(select(1))

    assert read() == 1
    assert len(attempts) == 2


def test_on_another_timeline_the_id_may_be_anybodys(far_inside: Flask, proxy: Proxy, write) -> None:  # type: ignore[no-untyped-def]
    """After a failover the same id may be given again. The test pretends that the connection began before one."""

    def before_a_failover(query: str) -> str:
        if not query.startswith("COMMIT"):
            return "forward"
        proxy.judge = lambda _: "forward"
        return "swallow"

    proxy.judge = before_a_failover
    with pytest.raises(AppException) as caught, transaction(registry()) as session:
        session.add(Ledger(id=1, value=1))
        session.flush()
        connection: Connection = session.connection().connection.dbapi_connection  # type: ignore[assignment]
        assert connection.timeline == "00000001"
        connection.timeline = "000000AA"

    assert caught.value.error is OUTCOME_UNKNOWN


def test_a_server_that_never_saw_the_id_does_not_know(inside: Flask) -> None:
    def connect() -> psycopg2.extensions.connection:
        return psycopg2.connect(_dsn())

    assert outcome.outcome_of(2**40, None, connect) is outcome.Outcome.UNKNOWN


def _dsn() -> str:
    url = database.engine.url
    return f"host={url.query['host']} port={url.query['port']} user={url.username} dbname={url.database}"


def test_the_id_costs_no_round_trip(far_inside: Flask, wire: Log) -> None:
    with transaction(registry()) as session:
        session.add(Ledger(id=1, value=1))
    wire.statements.clear()

    with transaction(registry()) as session:
        session.add(Ledger(id=2, value=1))

    statement, commit = wire.statements
    assert statement.startswith("BEGIN; ")
    assert "INSERT INTO room_ledger" in statement
    assert commit == "COMMIT"


def test_the_id_is_of_this_transaction_and_no_other(inside: Flask, outside: Engine) -> None:
    noted = []
    for key in range(3):
        with transaction(registry()) as session:
            session.add(Ledger(id=key, value=1))
            session.flush()
            connection: Connection = session.connection().connection.dbapi_connection  # type: ignore[assignment]
            noted.append((connection.transaction_id, int(session.scalar(text("SELECT pg_current_xact_id()")))))  # type: ignore[arg-type]

    assert all(ours == theirs for ours, theirs in noted)
    assert len(set(noted)) == 3


def test_a_commit_after_raw_sql_asks_for_the_id_once(far_inside: Flask, wire: Log) -> None:
    with transaction(registry()) as session:
        session.execute(text("SELECT room_write(1)"))

    assert len(wire.matching("SELECT pg_current_xact_id_if_assigned")) == 1


@pytest.mark.alone
@pytest.mark.parametrize("cancelled", [True, False])
def test_a_wait_for_the_synchronous_standby_that_was_cancelled_is_not_success(
    room: Flask, outside: Engine, hooks: list[int], cancelled: bool
) -> None:
    """It is committed here, and may be gone after a failover; PostgreSQL says so in a warning alone.

    Cancelled by an administrator; or not at all, so that we have to give up.
    """
    keys: list[int] = []
    done: list[bool] = []
    began = time.monotonic()

    def commit_until_one_waits() -> None:
        """The server learns of its standby when its checkpointer does: a moment after the reload."""
        for key in range(1000):
            keys.append(key)
            assert time.monotonic() - began < 5, "a COMMIT that was cancelled was told as success"
            assert not done, "a COMMIT that was cancelled was told as success"
            with room.app_context(), deadline(10 if cancelled else 0.8), transaction(registry()) as session:
                session.execute(text("SELECT set_config('synchronous_commit', 'on', true)"))
                on_commit(session, lambda key=key: hooks.append(key))  # type: ignore[misc]
                session.add(Ledger(id=key, value=1))

    with room.app_context():
        dsn = _dsn()
    with _waiting_for_nobody(dsn) as cursor, ThreadPoolExecutor(1) as pool, pytest.raises(AppException) as caught:
        if cancelled:
            pool.submit(_cancel_the_wait, cursor, done)
        commit_until_one_waits()

    assert caught.value.error is OUTCOME_UNKNOWN
    assert hooks == keys[:-1]
    for _ in range(100):
        if [key for key, _ in rows(outside)] == keys:
            break
    assert [key for key, _ in rows(outside)] == keys


def _cancel_the_wait(cursor: psycopg2.extensions.cursor, done: list[bool]) -> None:
    for _ in range(1000):
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
        if waiting := cursor.fetchall():
            done.append(True)
            cursor.execute("SELECT pg_cancel_backend(%s)", waiting[0])
            return
        time.sleep(0.005)


@contextmanager
def _waiting_for_nobody(dsn: str) -> Iterator[psycopg2.extensions.cursor]:
    """Make the server wait for a standby that there is not."""
    try:
        connection = psycopg2.connect(dsn.replace("user=roster", "user=postgres"))
    except psycopg2.OperationalError:
        pytest.skip("this server's superuser can't be had")
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    cursor.execute("SELECT pg_reload_conf()")
    try:
        yield cursor
    finally:
        cursor.execute("ALTER SYSTEM RESET synchronous_standby_names")
        cursor.execute("SELECT pg_reload_conf()")
        connection.close()


def test_a_hundred_random_cuts_lose_nothing_double_nothing_and_show_nothing(
    far: Flask, proxy: Proxy, outside: Engine
) -> None:
    """Any statement may be cut, before it reaches the server or after; of each use case, four times at most."""
    chance = random.Random(2026)  # noqa: S311 - the same cuts each time
    cuts: list[int] = []
    attempts: list[int] = []

    def judge(query: str) -> str:
        if not query or len(cuts) == 100 or cuts.count(key) == 4 or chance.random() > 0.3:
            return "forward"
        cuts.append(key)
        return chance.choice(["cut", "swallow", "abandon"] if query == "COMMIT" else ["cut", "swallow"])

    @transactional
    def add() -> None:
        attempts.append(key)
        with transaction(registry()) as session:
            session.add(Ledger(id=key, value=1))
            session.flush()
            session.execute(update(Ledger).where(Ledger.id == key).values(value=Ledger.value + 1))

    key = 0
    proxy.judge = judge
    while len(cuts) < 100 and key < 1000:
        key += 1
        with far.app_context(), deadline(30):
            add()

    assert len(cuts) == 100
    assert rows(outside) == [(number, 2) for number in range(1, key + 1)]
    assert len(attempts) > key


def test_retries_of_lost_connections_are_counted(far_inside: Flask, proxy: Proxy, write) -> None:  # type: ignore[no-untyped-def]
    before = RETRIES.labels("connection")._value.get()
    proxy.judge = _only("cut")

    write(1)

    assert RETRIES.labels("connection")._value.get() == before + 1
