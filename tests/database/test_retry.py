"""Promise 4: what PostgreSQL asks to be repeated is repeated as a whole. Promise 8: hooks run once, after it."""
# ruff: noqa: PT012 - it is a transaction's block that raises

import gc
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

from roster.blueprints import problem
from roster.database import (
    Demoted,
    Retry,
    TransactionError,
    core_of,
    database,
    deadline,
    on_commit,
    registry,
    savepoint,
    time_left,
    transaction,
    transactional,
)
from roster.database.failure import constraint, is_outage, sqlstate
from roster.database.metrics import RETRIES, ROLLBACKS
from tests.database.conftest import Ledger, listening, make_app, rows, running, through
from tests.database.proxy import Proxy


def _ledgers(outside: Engine, *values: int) -> None:
    with outside.begin() as connection:
        connection.execute(insert(Ledger), [{"id": key, "value": value} for key, value in enumerate(values, 1)])


def _terminate(engine: Engine, pid: int) -> None:
    """End a backend, and return when it is gone."""
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})


def _pid() -> int:
    return registry().connection().connection.dbapi_connection.info.backend_pid  # type: ignore[no-any-return,union-attr]


def _together(app: Flask, *work: Callable[[], Any]) -> list[Any]:
    """Do each in a thread and a context of its own."""

    def run(one: Callable[[], Any]) -> Any:
        with app.app_context(), deadline(10):
            return one()

    with ThreadPoolExecutor(len(work)) as pool:
        return [future.result(20) for future in [pool.submit(run, one) for one in work]]


def _retries(reason: str) -> float:
    return RETRIES.labels(reason)._value.get()


@contextmanager
def _counting(reason: str, at_least: int = 1) -> Iterator[None]:
    before = _retries(reason)
    yield
    assert _retries(reason) >= before + at_least


def test_write_skew_is_repeated_until_it_is_serial(room: Flask, outside: Engine) -> None:
    """Both read the sum, each takes from another row: only one may, the other must see it."""
    _ledgers(outside, 50, 50)
    barrier = threading.Barrier(2)
    attempts: list[int] = []

    @transactional
    def withdraw(key: int) -> bool:
        attempts.append(key)
        with transaction(registry(), isolation="SERIALIZABLE") as session:
            total = sum(session.scalars(select(Ledger.value)))
            if len(attempts) <= 2:
                barrier.wait(5)
            if total < 100:
                return False
            session.execute(update(Ledger).where(Ledger.id == key).values(value=Ledger.value - 50))
            return True

    with _counting("serialization"):
        results = _together(room, lambda: withdraw(1), lambda: withdraw(2))

    assert sorted(results) == [False, True]
    assert len(attempts) == 3
    assert sum(value for _, value in rows(outside)) == 50


def test_a_serialization_failure_of_the_commit_itself_is_repeated(inside: Flask, outside: Engine) -> None:
    """The rival commits when everything is done but the COMMIT, so that the COMMIT is what fails."""
    _ledgers(outside, 1, 1)
    failed_in: list[str] = []
    hooks: list[int] = []

    def rival(session: Any) -> None:
        with room_rival.begin() as connection:
            connection.execute(text("SELECT sum(value) FROM room_ledger"))
            connection.execute(text("UPDATE room_ledger SET value = value + 1 WHERE id = 2"))

    room_rival = outside.execution_options(isolation_level="SERIALIZABLE")

    @transactional
    def move() -> int:
        with transaction(registry(), isolation="SERIALIZABLE") as session:
            on_commit(session, lambda: hooks.append(1))
            total = sum(session.scalars(select(Ledger.value)))
            session.execute(update(Ledger).where(Ledger.id == 1).values(value=total))
            if not failed_in:
                rival(session)
            failed_in.append("commit")
        return total

    with _counting("serialization"):
        assert move() == 3

    assert failed_in == ["commit", "commit"]
    assert rows(outside) == [(1, 3), (2, 2)]
    assert hooks == [1]


def test_a_deadlock_is_repeated(room: Flask, outside: Engine) -> None:
    _ledgers(outside, 0, 0)
    barrier = threading.Barrier(2)
    attempts: list[int] = []

    @transactional
    def add(first: int, second: int) -> None:
        attempts.append(first)
        is_first_try = len(attempts) <= 2
        with transaction(registry()) as session:
            session.execute(text("SELECT set_config('lock_timeout', '0', true)"))
            for key in (first, second):
                session.execute(update(Ledger).where(Ledger.id == key).values(value=Ledger.value + 1))
                if is_first_try and key == first:
                    barrier.wait(5)

    with _counting("deadlock"):
        _together(room, lambda: add(1, 2), lambda: add(2, 1))

    assert rows(outside) == [(1, 2), (2, 2)]
    assert len(attempts) == 3


def test_a_lock_that_takes_too_long_is_waited_for_again(inside: Flask, outside: Engine) -> None:
    _ledgers(outside, 0)
    attempts: list[float] = []
    rival = outside.connect()
    rival.execute(text("UPDATE room_ledger SET value = 10"))

    @transactional
    def add() -> None:
        attempts.append(time.monotonic())
        if len(attempts) == 2:
            rival.commit()
        with transaction(registry()) as session:
            session.execute(update(Ledger).values(value=Ledger.value + 1))

    with _counting("lock"):
        add()

    rival.close()
    assert rows(outside) == [(1, 11)]
    assert len(attempts) == 2


@pytest.mark.parametrize("moment", ["before the first statement", "before the last statement", "before the commit"])
def test_a_terminated_backend_is_repeated_on_another_connection(inside: Flask, outside: Engine, moment: str) -> None:
    hooks: list[int] = []
    attempts: list[int] = []

    @transactional
    def work() -> int:
        attempts.append(1)
        with transaction(registry()) as session:
            on_commit(session, lambda: hooks.append(1))
            for now in ("before the first statement", "before the last statement", "before the commit"):
                if now == moment and len(attempts) == 1:
                    _terminate(outside, _pid())
                if now != "before the commit":
                    session.execute(insert(Ledger).values(id=len(now), value=1))
        return len(attempts)

    with _counting("connection"):
        assert work() == 2

    assert len(rows(outside)) == 2
    assert hooks == [1]


def test_a_terminated_backend_is_repeated_for_readers_too(inside: Flask, outside: Engine) -> None:
    _ledgers(outside, 7)
    attempts: list[int] = []

    @transactional
    def read() -> int | None:
        attempts.append(1)
        pid = _pid()
        if len(attempts) == 1:
            _terminate(outside, pid)
        return registry().scalar(select(Ledger.value))

    assert read() == 7
    assert len(attempts) == 2


def test_a_refused_connection_is_tried_again(far_inside: Flask, proxy: Proxy, outside: Engine) -> None:
    proxy.go_away()
    attempts: list[int] = []

    @transactional
    def work() -> None:
        attempts.append(1)
        if len(attempts) == 3:
            proxy.up = True
        with transaction(registry()) as session:
            session.add(Ledger(id=1, value=1))

    work()

    assert len(attempts) == 3
    assert rows(outside) == [(1, 1)]


def test_a_demoted_primary_costs_the_whole_pool(room: Flask, outside: Engine, database_url: str) -> None:
    """Its connections stay, and take no writes: only new ones can reach the new primary."""
    name = outside.url.database
    attempts: list[int] = []

    @transactional
    def work() -> None:
        attempts.append(1)
        if len(attempts) == 2:
            _set_read_only(outside, name, "off")
        with transaction(registry()) as session:
            session.add(Ledger(id=1, value=1))

    _set_read_only(outside, name, "on")
    try:
        with running(make_app(database_url)) as app, app.app_context(), deadline(5), _counting("demoted"):
            with pytest.raises(Demoted), transaction(registry()) as session:
                session.add(Ledger(id=1, value=1))
            work()
    finally:
        _set_read_only(outside, name, "off")

    assert rows(outside) == [(1, 1)]
    assert len(attempts) == 2


def _set_read_only(engine: Engine, name: str | None, value: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("SET TRANSACTION READ WRITE"))
        connection.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {value}'))


def test_a_stray_write_is_no_demotion_and_is_not_repeated(inside: Flask) -> None:
    attempts: list[int] = []

    @transactional
    def stray() -> None:
        attempts.append(1)
        registry().execute(insert(Ledger).values(id=1, value=1))

    with pytest.raises(DBAPIError) as caught:
        stray()

    assert sqlstate(caught.value) == "25006"
    assert not is_outage(caught.value)
    assert len(attempts) == 1
    registry.remove()


def test_a_pool_without_a_free_connection_is_asked_again(room: Flask, outside: Engine) -> None:
    with room.app_context():
        engine = database.engine
    taken = [engine.connect() for _ in range(6)]
    attempts: list[int] = []

    @transactional
    def read() -> int | None:
        attempts.append(1)
        if len(attempts) == 2:
            taken.pop().close()
        return registry().scalar(select(1))

    with room.app_context(), deadline(5), _counting("pool"):
        assert read() == 1

    for connection in taken:
        connection.close()
    assert len(attempts) == 2


@pytest.mark.alone
def test_the_deadline_ends_it(inside: Flask) -> None:
    attempts: list[int] = []

    @transactional
    def never() -> None:
        attempts.append(1)
        raise StaleDataError

    began = time.monotonic()
    with pytest.raises(StaleDataError), deadline(0.0):
        never()
    assert attempts == [1]
    with pytest.raises(StaleDataError), deadline(0.3):
        Retry(attempts=10_000, base=0.001, cap=0.01).attempt(never)
    assert 0.2 < time.monotonic() - began < 0.5


def test_it_ends_after_so_many_attempts(inside: Flask) -> None:
    attempts: list[int] = []

    @transactional
    def never() -> None:
        attempts.append(1)
        raise StaleDataError

    with pytest.raises(StaleDataError):
        never()

    assert len(attempts) == Retry().attempts


@pytest.mark.alone
def test_the_final_give_up_is_503_with_retry_after(database_url: str, proxy: Proxy, outside: Engine) -> None:
    with running(make_app(through(proxy, database_url))) as app:
        problem.register(app)

        @transactional
        def work() -> None:
            with transaction(registry()) as session:
                session.add(Ledger(id=1, value=1))

        @app.get("/api/work")
        def view() -> str:
            with deadline(1.0):
                work()
            return "done"

        proxy.go_away()
        began = time.monotonic()
        response = app.test_client().get("/api/work")

        assert time.monotonic() - began < 1.2
        assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
        assert response.json["code"] == "database_unavailable"  # type: ignore[index]
        proxy.up = True
        assert app.test_client().get("/api/work").text == "done"


@pytest.mark.alone
def test_a_give_up_over_a_lock_says_that_others_were_in_the_way(
    room: Flask, outside: Engine, database_url: str
) -> None:
    _ledgers(outside, 1)
    with running(make_app(database_url)) as app, outside.begin() as rival:
        rival.execute(text("UPDATE room_ledger SET value = 10"))
        problem.register(app)

        @app.get("/api/work")
        @transactional
        def work() -> str:
            with deadline(0.4), transaction(registry()) as session:
                session.execute(update(Ledger).values(value=2))
            return "done"

        response = app.test_client().get("/api/work")

    assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
    assert response.json["code"] == "too_busy"  # type: ignore[index]


def test_the_first_failure_is_told_not_that_of_the_rollback(inside: Flask, outside: Engine) -> None:
    _ledgers(outside, 1)

    with pytest.raises(DBAPIError) as caught, transaction(registry()) as session, savepoint(session):
        _terminate(outside, _pid())
        session.execute(insert(Ledger).values(id=1, value=1))

    assert caught.value.connection_invalidated
    with pytest.raises(ZeroDivisionError), transaction(registry()) as session, savepoint(session):
        _terminate(outside, _pid())
        raise ZeroDivisionError
    assert constraint(caught.value) is None


def test_each_attempt_has_a_new_session_and_a_new_snapshot(inside: Flask, outside: Engine) -> None:
    _ledgers(outside, 0)
    sessions = []
    seen = []

    @transactional
    def work() -> None:
        sessions.append(registry())
        with transaction(registry(), isolation="REPEATABLE READ") as session:
            seen.append(session.get_one(Ledger, 1).value)
            with outside.begin() as connection:
                connection.execute(text("UPDATE room_ledger SET value = value + 1"))
            if len(sessions) < 3:
                raise StaleDataError

    work()

    assert seen == [0, 1, 2]
    assert len(set(map(id, sessions))) == 3


def test_hooks_of_a_failed_attempt_are_dropped(inside: Flask) -> None:
    hooks: list[int] = []
    attempts: list[int] = []

    @transactional
    def work() -> None:
        attempts.append(1)
        number = len(attempts)
        with transaction(registry()) as session:
            on_commit(session, lambda: hooks.append(number))
            if number < 3:
                raise StaleDataError

    work()

    assert hooks == [3]


def test_hooks_of_a_failed_savepoint_are_dropped(inside: Flask) -> None:
    hooks: list[str] = []

    with transaction(registry()) as session:
        on_commit(session, lambda: hooks.append("outer"))
        with suppress(ZeroDivisionError), savepoint(session):
            on_commit(session, lambda: hooks.append("inner"))
            raise ZeroDivisionError
        assert hooks == []

    assert hooks == ["outer"]


def test_a_hook_sees_the_commit_may_query_and_may_call_a_use_case(inside: Flask, outside: Engine) -> None:
    seen: list[Any] = []

    @transactional
    def other() -> None:
        with transaction(registry()) as session:
            session.add(Ledger(id=2, value=2))

    def hook() -> None:
        seen.append(rows(outside))
        seen.append(registry().scalar(select(Ledger.value)))
        other()

    @transactional
    def work() -> None:
        with transaction(registry()) as session:
            session.add(Ledger(id=1, value=1))
            on_commit(session, hook)

    work()

    assert seen == [[(1, 1)], 1]
    assert rows(outside) == [(1, 1), (2, 2)]


def test_a_failing_hook_is_logged_and_changes_nothing(
    inside: Flask, outside: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    hooks: list[int] = []

    @transactional
    def work() -> str:
        with transaction(registry()) as session:
            session.add(Ledger(id=1, value=1))
            on_commit(session, lambda: 1 / 0)
            on_commit(session, lambda: hooks.append(1))
        return "done"

    with caplog.at_level(logging.ERROR):
        assert work() == "done"

    assert "hook failed" in caplog.text
    assert hooks == [1]
    assert rows(outside) == [(1, 1)]


def test_a_hook_needs_a_transaction(inside: Flask) -> None:
    with pytest.raises(TransactionError):
        on_commit(registry(), lambda: None)


def test_generators_are_refused_before_they_are_called() -> None:
    def stream() -> Iterator[int]:
        yield 1

    async def later() -> None: ...

    for unrepeatable in (stream, later):
        with pytest.raises(TransactionError, match="does not end"):
            transactional(unrepeatable)


def test_a_function_that_returns_an_iterator_is_refused_on_the_first_call(inside: Flask) -> None:
    @transactional
    def stream() -> Iterator[int]:
        return iter([1])

    with pytest.raises(TransactionError, match="iterator"):
        stream()


def test_what_can_not_be_had_twice_is_refused_on_the_first_call(inside: Flask) -> None:
    @transactional
    def work(*_: object, **__: object) -> None:
        raise AssertionError("it was called")

    ledger = Ledger(id=1)
    for argument in (ledger, [ledger], (1, ledger), {ledger}, {"a": ledger}, iter([1]), (one for one in "ab")):
        with pytest.raises(TransactionError, match="Pass"):
            work(argument)
        with pytest.raises(TransactionError, match="Pass"):
            work(named=argument)


def test_a_class_is_no_instance(inside: Flask) -> None:
    @transactional
    def work(model: type) -> str:
        return model.__name__

    assert work(Ledger) == "Ledger"


def test_only_the_outermost_repeats_itself(inside: Flask) -> None:
    @transactional
    def inner() -> None:
        raise AssertionError("it was called")

    @transactional
    def outer() -> None:
        inner()

    with pytest.raises(TransactionError, match="only the outermost"):
        outer()


def test_rollbacks_are_counted(inside: Flask) -> None:
    before = ROLLBACKS._value.get()

    with suppress(ZeroDivisionError), transaction(registry()):
        raise ZeroDivisionError

    assert ROLLBACKS._value.get() == before + 1


def test_what_is_nobodys_fault_is_not_repeated(inside: Flask, outside: Engine) -> None:
    _ledgers(outside, 1)
    attempts: list[int] = []

    @transactional
    def twice() -> None:
        attempts.append(1)
        with transaction(registry()) as session:
            core_of(session).execute(insert(Ledger).values(id=1, value=1))

    with pytest.raises(DBAPIError):
        twice()
    assert attempts == [1]


def test_an_inner_deadline_only_shortens() -> None:
    assert time_left() is None
    with deadline(1), deadline(100):
        assert (time_left() or 0) <= 1


def test_no_connection_waits_for_the_garbage_collector(inside: Flask) -> None:
    """Attempts that failed must give back at once: under load there is no time for that."""
    gc.disable()
    try:
        with suppress(ZeroDivisionError), transaction(registry()) as session:
            session.execute(text("SELECT 1"))
            raise ZeroDivisionError
        assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        with listening("checkout", lambda *_: None):
            registry().execute(text("SELECT 1"))
            database.close_scope()
        assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    finally:
        gc.enable()
