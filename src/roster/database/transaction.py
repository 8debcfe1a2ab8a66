"""`transaction()`: the one place where work begins and ends."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

from sqlalchemy import Connection, text

from roster.database import session as ending
from roster.database.deadline import time_left
from roster.database.session import READER, Session, TransactionError

Isolation = Literal["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"]

log = logging.getLogger(__name__)
_LIMITS = text("SELECT set_config('statement_timeout', :statement, true), set_config('lock_timeout', :lock, true)")
_rehearsing: ContextVar[bool] = ContextVar("roster_dry_run", default=False)


@contextmanager
def transaction(session: Session, *, isolation: Isolation | None = None) -> Iterator[Session]:
    """Open a writable transaction: committed when the block ends, rolled back when it raises.

    An inner transaction joins the outer one; if it fails, the outer one can't commit either, whoever caught the
    failure. What was read before it began is read again, on the transaction's own snapshot.

    Raises:
        TransactionError: changes were made before it began, or an inner transaction failed and was swallowed.
    """
    with _joined(session) if session.writable else _outermost(session, isolation):
        yield session


@contextmanager
def _joined(session: Session) -> Iterator[None]:
    try:
        yield
    except BaseException:
        session.doomed = True
        raise


@contextmanager
def _outermost(session: Session, isolation: Isolation | None) -> Iterator[None]:
    _leave_reading(session)
    session.writable, session.doomed, session.hooks = True, False, []
    try:
        _begin(session, isolation)
        yield
        _end(session)
    except BaseException:
        session.hooks = []
        ending.rollback(session)
        raise
    finally:
        session.writable = False
    _run_hooks(session)


def _leave_reading(session: Session) -> None:
    if session.has_unsaved_changes():
        raise TransactionError("Something was changed before transaction() began; make the change inside it.")
    ending.rollback(session)


def _begin(session: Session, isolation: Isolation | None) -> None:
    """Set the isolation and bound all waits by the request's time: for this transaction only, so poolers are safe."""
    if isolation is not None:
        session.connection(execution_options={"isolation_level": isolation})
    left = time_left()
    if left is not None:
        statement = max(1, int(left * 1000))
        lock = min(statement, int(session.info.get("lock_timeout", left) * 1000))
        session.execute(_LIMITS, {"statement": str(statement), "lock": str(lock)})


def _end(session: Session) -> None:
    if session.doomed:
        raise TransactionError("An inner transaction failed, so this one can't commit: let its failure through.")
    if _rehearsing.get():
        session.flush()
        session.hooks = []
        ending.rollback(session)
    else:
        ending.commit(session)


def _run_hooks(session: Session) -> None:
    """Run what waits for the commit. The commit stands, so a hook's failure is told to the log and nobody else."""
    hooks, session.hooks = session.hooks, []
    for hook in hooks:
        try:
            hook()
        except Exception:
            log.exception("on_commit hook failed", extra={"hook": repr(hook)})


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """Undo only this block when it raises; the transaction goes on. Hooks that it registered are dropped, too.

    Raises:
        TransactionError: there is no transaction around it.
    """
    _demand_transaction(session)
    kept = len(session.hooks)
    try:
        with ending.begin_nested(session):
            yield
    except BaseException:
        del session.hooks[kept:]
        raise


def on_commit(session: Session, hook: Callable[[], object]) -> None:
    """Run `hook` once, after the COMMIT; never for an attempt or a savepoint that was rolled back.

    Raises:
        TransactionError: there is no transaction to wait for.
    """
    _demand_transaction(session)
    session.hooks.append(hook)


def _demand_transaction(session: Session) -> None:
    if not session.writable:
        raise TransactionError("This needs a transaction() around it.")


def core_of(session: Session) -> Connection:
    """Return the session's own connection for Core.

    Everything pending is flushed, so that Core sees it; what a Core write then touches is expired in the session.
    """
    session.flush()
    connection = session.connection()
    connection.info[READER] = session
    return connection


@contextmanager
def dry_run() -> Iterator[None]:
    """Make every transaction inside do all its work, constraints included, and then roll back. Hooks stay silent."""
    mark = _rehearsing.set(True)
    try:
        yield
    finally:
        _rehearsing.reset(mark)
