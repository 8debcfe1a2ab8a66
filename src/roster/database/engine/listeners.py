"""Who listens to an engine: how it connects, who may end work on its connections, what is counted."""

import logging
import os
import weakref
from typing import Any

from sqlalchemy import Engine, event

from roster.database import metrics
from roster.database.deadline import deadline
from roster.database.engine import statements, waiting
from roster.database.engine.borrower import refuse_stranger
from roster.database.engine.driver import Connection
from roster.database.engine.written import LentConnection

OUT = "roster_out"


def listen(engine: Engine) -> None:
    """Attach everything to a new engine."""
    waiting.install()
    engine._connection_cls = LentConnection  # where SQLAlchemy itself has what `connect()` makes
    for listener in (do_connect, checkout, checkin, commit, rollback, savepoint):
        event.listen(engine, listener.__name__, listener)
    event.listen(engine, "before_cursor_execute", statements.before, retval=True)
    event.listen(engine, "after_cursor_execute", statements.after)
    _ping_only_the_cold(engine)
    metrics.POOL_SIZE.inc(engine.pool.size())  # type: ignore[attr-defined] # a QueuePool
    _dispose_after_fork(engine)


def _ping_only_the_cold(engine: Engine) -> None:
    """Save the round trip of `pool_pre_ping` for connections that were in use just now: repeating covers the rest."""
    ping = engine.dialect.do_ping

    def ping_if_cold(dbapi_connection: Any) -> bool:
        return dbapi_connection.is_warm or ping(dbapi_connection)

    engine.dialect.do_ping = ping_if_cold  # type: ignore[method-assign] # there is no event for it


def do_connect(dialect: Any, _: Any, positional: list[Any], named: dict[str, Any]) -> Connection:
    """Connect within the time left; libpq's own connect_timeout does not count while psycopg2 waits our way."""

    def connect() -> Connection:
        with deadline(float(named.get("connect_timeout") or waiting.CONNECT)):
            connection: Connection = dialect.connect(*positional, **named, connection_factory=Connection)
            return connection.prepare_for(connect)

    return connect()


def checkout(_: Any, record: Any, __: Any) -> None:
    """Count a connection that goes into somebody's hands."""
    if not record.record_info.get(OUT):  # a connection that is replaced on its way out is told twice
        record.record_info[OUT] = True
        metrics.POOL_IN_USE.inc()


def checkin(connection: Connection | None, record: Any) -> None:
    """Take a connection back; one that is closed leaves its place to a new one."""
    if record.record_info.pop(OUT, False):  # one that could not be had comes back without having gone out
        metrics.POOL_IN_USE.dec()
    if connection is not None:
        connection.take_back()
        if connection.closed:
            record.invalidate()


def commit(connection: Any) -> None:
    """Let nobody commit but whoever may end the borrower's work."""
    borrower = connection.connection.dbapi_connection.borrower
    if borrower is None or not borrower.ending:
        refuse_stranger(borrower, "commit")


def rollback(connection: Any) -> None:
    """Let nobody roll back but them, and SQLAlchemy itself when a flush fails, or where nothing was begun."""
    if connection.invalidated or connection.closed or not connection.in_transaction():
        return
    borrower = connection.connection.dbapi_connection.borrower
    if borrower is not None and not (borrower.ending or borrower._flushing):
        refuse_stranger(borrower, "roll back")


def savepoint(connection: Any, _: str | None) -> None:
    """Let nobody set a savepoint but them."""
    borrower = connection.connection.dbapi_connection.borrower
    if borrower is not None and not borrower.ending:
        refuse_stranger(borrower, "set a savepoint")


def _dispose_after_fork(engine: Engine) -> None:
    """Give forked workers a pool of their own: two processes on one socket would read each other's answers."""
    reference = weakref.ref(engine)
    # Or the first deed of each worker is to say so: what that takes of the memory that it shares is a twentieth.
    engine.pool.logger.setLevel(logging.WARNING)  # type: ignore[union-attr] # a Logger, where nothing is echoed

    def dispose() -> None:
        if (inherited := reference()) is not None:
            inherited.dispose(close=False)
            if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # each process counts for itself, from nothing
                metrics.POOL_SIZE.inc(inherited.pool.size())  # type: ignore[attr-defined] # a QueuePool

    os.register_at_fork(after_in_child=dispose)
