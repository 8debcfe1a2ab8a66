"""`transaction()`: the one place where work begins and ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import SessionTransaction

from roster.database import metrics, rehearsal
from roster.database import session as ending
from roster.database.engine import staleness
from roster.database.failure import Demoted, TransactionError, is_demotion
from roster.database.hooks import run_hooks
from roster.database.session import Session

Isolation = Literal["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"]


@contextmanager
def transaction(session: Session, *, isolation: Isolation | None = None) -> Iterator[Session]:
    """Open a writable transaction: committed when the block ends, rolled back when it raises.

    An inner transaction joins the outer one; if it fails, the outer one can't commit either, whoever caught the
    failure. What was read before it began is read again, on the transaction's own snapshot.

    Raises:
        TransactionError: changes were made before it began, an inner transaction failed and was swallowed, or
            something else tried to begin or end work inside it.
        AppException: OUTCOME_UNKNOWN: the connection was lost while it committed, and nobody could be asked.
        Demoted: the server takes no writes any more.
    """
    if session.writable:
        try:
            yield session
        except BaseException:
            session.doom = "An inner transaction failed"
            raise
        return
    _leave_reading(session)
    unit = ending.begin(session)
    try:
        if isolation is not None:
            session.connection(execution_options={"isolation_level": isolation})
        yield session
        _end(session, unit)
    except BaseException as error:
        _undo(session)
        tell_the_cause(session.trespass, session.engine, error)
        raise
    finally:
        session.writable = False
    if session.hooks:
        run_hooks(session)


def _leave_reading(session: Session) -> None:
    if session.has_unsaved_changes():
        raise TransactionError("Something was changed before transaction() began; make the change inside it.")
    if session.in_transaction():
        ending.rollback(session)


def _end(session: Session, unit: SessionTransaction) -> None:
    if session.trespass or session.doom or session.get_transaction() is not unit:
        reason = session.trespass or session.doom or "Something else ended the transaction"
        raise TransactionError(f"{reason}, so this transaction can't commit: let failures through.")
    if (rehearsed := rehearsal.current()) is None:
        ending.commit(session)
    else:
        rehearsal.conclude(session, rehearsed)
        ending.rollback(session)


def _undo(session: Session) -> None:
    session.hooks = []
    ending.rollback(session)
    metrics.ROLLBACKS.inc()


def tell_the_cause(trespass: str | None, engine: Engine, error: BaseException) -> None:
    """Raise what is behind a failure, where that is not the failure itself.

    Raises:
        TransactionError: somebody trespassed.
        Demoted: the server takes no writes any more; its connections are thrown away.
    """
    if trespass and isinstance(error, SQLAlchemyError):
        raise TransactionError(trespass) from error
    if is_demotion(error):
        engine.dispose()
        raise Demoted from error


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """Undo only this block when it raises; the transaction goes on. Hooks that it registered are dropped, too.

    Raises:
        TransactionError: there is no transaction around it.
    """
    _demand_transaction(session)
    hooks, touched, live = len(session.hooks), len(session.touched), session.live_savepoints
    nested = ending.begin_nested(session)
    try:
        yield
        ending.release(session, nested)
        session.live_savepoints += 1
    except BaseException:
        ending.undo(session, nested)
        del session.hooks[hooks:]
        session.live_savepoints = live
        for tables in session.touched[touched:]:
            staleness.expire(session, tables)
        raise


def on_commit(session: Session, hook: Callable[[], object]) -> None:
    """Run `hook` once, after the COMMIT; never for an attempt or a savepoint that was rolled back.

    It may read, and call services. Its failure is logged: the commit stands.

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
    return session.connection()
