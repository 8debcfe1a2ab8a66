"""Promise 12: every wait ends inside the request's budget, also before a peer that has fallen silent."""
# ruff: noqa: PT012, SIM117 - it is a transaction's block that raises

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import pytest
from flask import Flask
from psycopg2.extensions import get_wait_callback
from sqlalchemy import Engine, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from roster.database import database, deadline, is_outage, registry, transaction, transactional
from roster.database.engine import waiting
from roster.database.engine.pool import DeadlinePool
from roster.database.failure import sqlstate
from tests.database.conftest import Ledger, make_app, rows, running
from tests.database.proxy import Proxy


@contextmanager
def _ends_within(seconds: float, *, after: float = 0) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert after <= time.monotonic() - began <= seconds


@pytest.mark.alone
def test_a_statement_that_takes_too_long_is_ended_by_the_server_and_the_connection_lives_on(room: Flask) -> None:
    with room.app_context(), deadline(0.5), _ends_within(0.55, after=0.3):
        with pytest.raises(DBAPIError) as caught, transaction(registry()) as session:
            pid = session.scalar(text("SELECT pg_backend_pid()"))
            session.execute(text("SELECT pg_sleep(10)"))

    assert sqlstate(caught.value) == "57014"
    assert is_outage(caught.value)
    with room.app_context():
        assert registry().scalar(text("SELECT pg_backend_pid()")) == pid


@pytest.mark.alone
def test_a_read_outside_a_transaction_is_ended_too(room: Flask) -> None:
    with room.app_context(), deadline(0.5), _ends_within(0.55), pytest.raises(DBAPIError) as caught:
        registry().execute(text("SELECT pg_sleep(10)"))

    assert sqlstate(caught.value) == "57014"


@pytest.mark.alone
def test_a_lock_is_waited_for_no_longer_than_the_time_for_locks(room: Flask, outside: Engine) -> None:
    with outside.begin() as rival:
        rival.execute(insert(Ledger).values(id=1, value=1))
        with room.app_context(), deadline(5), _ends_within(1.0, after=0.4), pytest.raises(DBAPIError) as caught:
            with transaction(registry()) as session:
                session.execute(insert(Ledger).values(id=1, value=1))

    assert sqlstate(caught.value) == "55P03"


def test_limits_are_for_one_transaction_so_that_poolers_are_safe(room: Flask) -> None:
    with room.app_context(), deadline(5):
        assert registry().scalar(text("SHOW statement_timeout")) != "0"
        registry.remove()
    with room.app_context():
        assert registry().scalar(text("SHOW statement_timeout")) == "0"
        assert registry().scalar(text("SHOW lock_timeout")) == "0"


@pytest.mark.alone
@pytest.mark.parametrize("work", ["read", "write", "commit"])
def test_a_peer_that_falls_silent_holds_nobody_longer_than_the_deadline(far: Flask, proxy: Proxy, work: str) -> None:
    with far.app_context():
        registry().execute(text("SELECT 1"))

    with far.app_context(), deadline(0.5), _ends_within(0.75), pytest.raises(Exception) as caught:  # noqa: PT011
        if work == "read":
            proxy.fall_silent()
            registry().execute(text("SELECT 1"))
        with transaction(registry()) as session:
            session.execute(insert(Ledger).values(id=1, value=1))
            proxy.fall_silent()
            if work == "write":
                session.execute(update(Ledger).values(value=2))

    assert is_outage(caught.value) or work == "commit"
    with far.app_context():
        assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    proxy.heal()
    proxy.cut_all()
    with far.app_context(), deadline(2):
        transactional(lambda: registry().scalar(text("SELECT 1")))()


@pytest.mark.alone
def test_a_server_that_accepts_and_says_nothing_holds_nobody_who_connects(database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with running(make_app(f"postgresql+psycopg2://roster@127.0.0.1:{port}/roster")) as app:
            with app.app_context(), deadline(0.4), _ends_within(0.6, after=0.3), pytest.raises(DBAPIError) as caught:
                registry().execute(text("SELECT 1"))

    assert is_outage(caught.value)


@pytest.mark.alone
def test_connecting_takes_no_longer_than_the_time_for_connecting(database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        url = f"postgresql+psycopg2://roster@127.0.0.1:{port}/roster"
        with running(make_app(url, connect_args={"connect_timeout": 1})) as app:
            with app.app_context(), _ends_within(1.3, after=0.9), pytest.raises(DBAPIError):
                registry().execute(text("SELECT 1"))


@pytest.mark.alone
def test_whoever_waits_for_a_connection_waits_no_longer_than_the_deadline(room: Flask) -> None:
    with room.app_context():
        engine = database.engine
    taken = [engine.connect() for _ in range(6)]

    with room.app_context(), deadline(0.3), _ends_within(0.5), pytest.raises(PoolTimeoutError) as caught:
        registry().execute(text("SELECT 1"))

    assert is_outage(caught.value)
    for connection in taken:
        connection.close()


def test_a_pool_that_is_thrown_away_inside_a_request_keeps_its_own_patience(room: Flask) -> None:
    with room.app_context(), deadline(0.1):
        database.engine.dispose()
        pool = database.engine.pool

    assert isinstance(pool, DeadlinePool)
    assert pool._timeout == 2.0


@pytest.mark.alone
def test_a_stream_has_no_deadline_but_each_of_its_waits_has(proxy: Proxy, far: Flask, database_url: str) -> None:
    with running(make_app(far.config["SQLALCHEMY_DATABASE_URI"], seconds=0.4)) as app, app.app_context():
        with database.own_session() as session, _ends_within(0.7):
            session.execute(text("SELECT 1"))
            proxy.fall_silent()
            with pytest.raises(DBAPIError) as caught:
                session.execute(text("SELECT 1"))

    assert is_outage(caught.value)


@pytest.mark.alone
def test_the_budget_holds_over_attempts_and_waits_of_every_kind(far: Flask, proxy: Proxy) -> None:
    @transactional
    def work() -> None:
        with transaction(registry()) as session:
            session.add(Ledger(id=1, value=1))

    proxy.fall_silent()
    with far.app_context(), deadline(1.0), _ends_within(1.2), pytest.raises(DBAPIError):
        work()


@pytest.mark.alone
def test_a_transaction_that_we_lost_sight_of_lets_its_locks_go_when_our_time_is_over(
    far: Flask, proxy: Proxy, outside: Engine
) -> None:
    """The client's side is gone, the server's is not: nobody tells the backend."""
    with far.app_context(), deadline(0.6), pytest.raises(DBAPIError), transaction(registry()) as session:
        session.execute(insert(Ledger).values(id=1, value=1))
        for link in proxy._links:
            link.hushed = True
            link._shut(link.client)
        session.execute(select(1))

    with outside.begin() as connection, _ends_within(2):
        connection.execute(text("SET lock_timeout = '2s'"))
        connection.execute(insert(Ledger).values(id=1, value=2))
    assert rows(outside) == [(1, 2)]


def test_without_a_deadline_work_may_take_its_time(room: Flask) -> None:
    with room.app_context(), transaction(registry()) as session:
        assert session.scalar(text("SHOW statement_timeout")) == "0"
        session.execute(text("SELECT pg_sleep(0.1)"))


def test_waiting_is_interrupted_by_signals_and_ends_the_connection(room: Flask) -> None:
    """As Ctrl-C does, here by a callback that fails in the middle."""
    assert get_wait_callback() is waiting.wait

    def interrupt(connection: psycopg2.extensions.connection) -> None:
        raise KeyboardInterrupt

    with room.app_context():
        registry().execute(text("SELECT 1"))
        psycopg2.extensions.set_wait_callback(interrupt)
        try:
            with pytest.raises(KeyboardInterrupt):
                registry().execute(text("SELECT 1"))
        finally:
            waiting.install()
        database.close_scope()
        assert registry().scalar(text("SELECT 1")) == 1


def test_a_deadline_is_of_one_thread(room: Flask) -> None:
    seen: list[float | None] = []
    with deadline(1):
        thread = threading.Thread(target=lambda: seen.append(waiting.time_left()))
        thread.start()
        thread.join()

    assert seen == [None]
