"""`writing()`: a transaction of Core alone, for use cases that load nothing which a session would have to keep."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, RootTransaction

from roster.database import metrics, rehearsal
from roster.database.failure import TransactionError
from roster.database.registry import database, registry
from roster.database.scope import opening, without_session
from roster.database.sessionless.reading import Reader
from roster.database.transaction import core_of, tell_the_cause, transaction


class Writer(Reader):
    """Who borrows a connection to write with."""

    writable = True


@contextmanager
def writing() -> Iterator[Connection]:
    """Open a transaction without a session: committed when the block ends, rolled back when it raises.

    It costs half of what `transaction()` does, and keeps the same promises. Where the scope has a session at work, and
    in a dry run, it is `transaction()`, which one joins. Inside the block there is nothing but its connection.

    Raises:
        TransactionError: as `transaction()`, and where a session or another block is opened inside.
        AppException: OUTCOME_UNKNOWN, as `transaction()`.
        Demoted: as `transaction()`.
    """
    here = opening()
    if database.session_at_work(here) is not None or rehearsal.current() is not None:
        with transaction(registry()) as session:
            yield core_of(session)
        return
    ground = database.ground
    writer = Writer(ground.lock)
    with without_session(), ground.engine.connect() as connection:
        connection.connection.dbapi_connection.lend(writer, None)  # type: ignore[union-attr] # our driver's
        unit = connection.begin()
        try:
            yield connection
            _end(connection, unit, writer)
        except BaseException as error:
            _undo(connection, unit, writer)
            tell_the_cause(writer.trespass, ground.engine, error)
            raise
        finally:
            here.statements += writer.statements


def _end(connection: Connection, unit: RootTransaction, writer: Writer) -> None:
    if writer.trespass or connection.get_transaction() is not unit:
        reason = writer.trespass or "Something else ended the transaction"
        raise TransactionError(f"{reason}, so this transaction can't commit: let failures through.")
    writer.ending = True
    unit.commit()


def _undo(connection: Connection, unit: RootTransaction, writer: Writer) -> None:
    """Roll back, if the connection can still do so; else throw it away: the failure before is the one to tell."""
    writer.ending = True
    metrics.ROLLBACKS.inc()
    try:
        unit.rollback()
    except Exception:  # whatever the driver says of a broken connection
        connection.invalidate()
