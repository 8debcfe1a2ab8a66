"""`reading()`: a connection for a read that needs no session. What it reads, no unit of work has to keep."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from roster.database.registry import database
from roster.database.scope import count_statements
from roster.database.transaction import core_of


class Reader:
    """Who borrows a connection to read with."""

    __slots__ = ("ending", "lock_timeout", "statements", "trespass")

    writable = _flushing = False

    def __init__(self, lock_timeout: float) -> None:
        self.ending, self.lock_timeout, self.statements = False, lock_timeout, 0
        self.trespass: str | None = None

    def touch(self, tables: Collection[Any] | None, *, may_be_gone: bool) -> None:
        """Do nothing: there is nobody who has loaded anything."""


@contextmanager
def reading() -> Iterator[Connection]:
    """Lend a connection of the pool for a block that reads.

    Each statement is a READ ONLY transaction of its own, as everywhere outside of `transaction()`. Inside of one, or
    where the scope's session has read already, it is the session's connection, as `core_of` lends it.
    """
    if (session := database.session_at_work()) is not None:
        yield core_of(session)
        return
    reader = Reader(database.limits.lock)
    with database.engine.connect() as connection:
        connection.connection.dbapi_connection.lend(reader, None)  # type: ignore[union-attr] # our driver's
        try:
            yield connection
        finally:
            reader.ending = True
            count_statements(reader.statements)
