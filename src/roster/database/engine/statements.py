"""What happens to each statement: what is refused, what rides along with it, what it makes stale."""

from collections.abc import Collection
from typing import Any

from roster.database.deadline import time_left
from roster.database.engine import demand
from roster.database.engine.borrower import Borrower, refuse_stranger
from roster.database.engine.driver import Connection
from roster.database.engine.transaction_words import changes_rows, ends_transactions

MARGIN = 100
"""Milliseconds by which the server gives up before we do, so that its answer arrives and the connection lives on."""

READ_ONLY = "SET TRANSACTION READ ONLY; "
"""Before a statement that is sent outside of a transaction: several in one message are one transaction (PostgreSQL,
"Multiple Statements in a Simple Query"), so that it costs no BEGIN, no ROLLBACK, and holds behind every pooler."""

UNDO = "ROLLBACK TO SAVEPOINT "
"""PostgreSQL keeps the savepoint that it rolled back to, and SQLAlchemy leaves it at that: all that follows would be
inside of it, each savepoint deeper than the one before, each a live subtransaction."""

NOTE = (
    "SELECT set_config('application_name', left(current_setting('application_name'), 38) || ' tx ' "
    "|| pg_current_xact_id(), true)"
)
"""Makes PostgreSQL tell the transaction's id without being asked again: it reports a changed application_name along
with the answer to whatever was sent (protocol, ParameterStatus), and takes it back when the transaction ends."""

_NOTHING = object()


def before(_: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> tuple[str, Any]:
    """Count a session's statement, refuse what would end its transaction, and send along what has to be sent."""
    connection = cursor.connection
    borrower = connection.borrower
    if borrower is None:
        if connection.autocommit and "isolation_level" not in context.execution_options:
            connection.leave_to_psycopg2()
        return statement, parameters
    borrower.statements += 1
    connection.demand = None
    if context.is_text and ends_transactions(statement):
        refuse_stranger(borrower, "begin or end work by raw SQL")
    if (undone := statement.removeprefix(UNDO)) != statement:
        statement += f"; RELEASE SAVEPOINT {undone}"
    is_alone = not (executemany or cursor.name)
    if borrower.writable:
        if cursor.name and connection.autocommit:
            connection.leave_to_psycopg2()  # which demands that for a cursor on the server
        riders = _riders_of_writing(connection, borrower, context, statement)
    else:
        riders = _riders_of_reading(connection, borrower, is_alone=is_alone)
    if riders and not is_alone:
        connection.cursor().execute(riders)
        return statement, parameters
    return riders + statement, parameters


def _riders_of_reading(connection: Connection, borrower: Borrower, *, is_alone: bool) -> str:
    """What is sent in one message is one transaction: READ ONLY, with its limits, and over when the answer is there."""
    if not connection.is_idle:
        return ""
    if is_alone:
        return READ_ONLY + _limits(borrower) + _demanded(connection)
    connection.read_in_transaction()
    return _limits(borrower) + _demanded(connection)


def _riders_of_writing(connection: Connection, borrower: Borrower, context: Any, statement: str) -> str:
    riders = ""
    if connection.is_idle:
        riders = connection.begin_afresh() + _limits(borrower) + _demanded(connection)
    if connection.transaction_id is None:
        if _touched(context, statement) != ():
            connection.may_have_written, context.name_before = True, connection.reported_name()
            return f"{riders}{NOTE}; "
        connection.may_have_written |= context.is_text
    return riders


def _demanded(connection: Connection) -> str:
    """Ask along for what must be so, until a statement came back with it."""
    asked = demand.current.get()
    if asked is None or asked.is_met:
        return ""
    connection.demand = asked
    return asked.rider


def _limits(borrower: Borrower) -> str:
    """Bound the transaction's waits by the time left: for this transaction only, so that poolers are safe.

    A backend that we lost sight of lets its locks go when our time is over, too.
    """
    if (left := time_left()) is None:
        return ""
    statement = max(1, int(left * 1000) - MARGIN)
    lock = max(1, min(statement - MARGIN // 2, int(borrower.lock_timeout * 1000)))
    limits = f"SET LOCAL statement_timeout = {statement}; SET LOCAL lock_timeout = {lock}; "
    return limits + f"SET LOCAL idle_in_transaction_session_timeout = {statement}; " if borrower.writable else limits


def after(_: Any, cursor: Any, __: str, ___: Any, context: Any, ____: bool) -> None:
    """Read what the server reported along with its answer, and tell the session what is stale now."""
    connection = cursor.connection
    borrower = connection.borrower
    if borrower is None:
        return
    if connection.demand is not None:
        connection.demand.is_met = True
    if (name := getattr(context, "name_before", _NOTHING)) is not _NOTHING:
        connection.note_transaction(name)
        del context.name_before
    # As it was before anything rode along with it: a time limit is another each time, and nobody would know it again.
    if not borrower._flushing and (tables := _touched(context, context.statement)) != ():
        borrower.touch(tables, may_be_gone=context.isdelete or tables is None)


def _touched(context: Any, statement: str) -> Collection[Any] | None:
    """Return the tables that a statement writes to; None where it writes nobody knows where."""
    if context.is_text:
        return None if changes_rows(statement) else ()
    if context.isddl:
        return None
    if context.compiled is None:
        return ()
    parts = [context.compiled.statement]
    if ctes := getattr(context.compiled, "ctes", None):
        parts += [cte.element for cte in ctes]
    return tuple([part.table for part in parts if part.is_dml])
