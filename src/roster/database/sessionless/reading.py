"""`reading()`: a connection for a read that needs no session. What it reads, no unit of work has to keep."""

from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from sqlalchemy import Connection

from roster.database.registry import database
from roster.database.scope import Opened, opening
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


class _Lent:
    """A connection of the pool, as long as the block lasts."""

    __slots__ = ("connection", "here", "reader")

    def __init__(self, here: Opened) -> None:
        self.here = here

    def __enter__(self) -> Connection:
        ground = database.ground
        self.reader = Reader(ground.lock)
        self.connection = ground.engine.connect()
        self.connection.connection.dbapi_connection.lend(self.reader, None)  # type: ignore[union-attr] # our driver's
        return self.connection

    def __exit__(self, *_: object) -> None:
        self.reader.ending = True
        self.here.statements += self.reader.statements
        self.connection.close()


def reading() -> AbstractContextManager[Connection]:
    """Lend a connection of the pool for a block that reads.

    Each statement is a READ ONLY transaction of its own, as everywhere outside of `transaction()`. Inside of one, or
    where the scope's session has read already, it is the session's connection, as `core_of` lends it.
    """
    here = opening()
    session = database.session_at_work(here)
    return _Lent(here) if session is None else nullcontext(core_of(session))
