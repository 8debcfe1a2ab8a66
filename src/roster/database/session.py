"""The Session that Roster hands out, and what it refuses.

Outside a transaction it reads through a READ ONLY view of the pool, so that PostgreSQL itself refuses a stray write
(25006). Only `transaction()` may begin, commit or roll back.
"""

from collections.abc import Callable
from typing import Any, NoReturn

from flask_sqlalchemy.session import Session as FlaskSQLAlchemySession
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.orm import SessionTransaction

ENDING = "roster_ending"
READER = "roster_reader"


class TransactionError(Exception):
    """A mistake in our own code: something other than `transaction()` tried to begin, end or skip past work."""


class Session(FlaskSQLAlchemySession):
    """A unit of work that only `transaction()` can begin and end."""

    def __init__(self, db: Any, **options: Any) -> None:
        super().__init__(db, **options)
        self.engine: Engine = db.engine
        self.readonly_engine: Engine = db.readonly_engine
        self.writable = False
        self.doomed = False
        self.hooks: list[Callable[[], object]] = []

    def get_bind(self, *_: Any, **__: Any) -> Engine:
        """Return where this session's statements go: the pool, or its READ ONLY view outside a transaction."""
        return self.engine if self.writable else self.readonly_engine

    def has_unsaved_changes(self) -> bool:
        """Tell whether something was added, deleted or changed and not flushed."""
        return bool(self.new or self.deleted) or any(self.is_modified(entity) for entity in self.dirty)

    def begin(self, nested: bool = False) -> NoReturn:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse."""
        _refuse("begin")

    def begin_nested(self) -> NoReturn:
        """Refuse; `savepoint()` is the way."""
        _refuse("set a savepoint")

    def commit(self) -> NoReturn:
        """Refuse."""
        _refuse("commit")

    def rollback(self) -> NoReturn:
        """Refuse."""
        _refuse("roll back")


def _refuse(verb: str) -> NoReturn:
    raise TransactionError(f"Only transaction() may {verb}: a service opens it, everything else works inside it.")


# What transaction() and savepoint() use in place of the refused methods.


def begin_nested(session: Session) -> SessionTransaction:
    """Set a savepoint."""
    return OrmSession.begin(session, nested=True)


def commit(session: Session) -> None:
    """Commit the session's work, if there is any."""
    session.flush()
    if session.in_transaction():
        session.connection().info[ENDING] = True
        OrmSession.commit(session)


def rollback(session: Session) -> None:
    """Undo the session's work and give its connection back; a connection that can't even do that is thrown away."""
    try:
        OrmSession.rollback(session)
    except Exception:  # whatever the driver says of a broken connection, the failure before it is the one to tell
        session.invalidate()


def refuse_foreign_commit(connection: Connection) -> None:
    """Listen to an engine's commits, and let only those of `transaction()` pass."""
    if not connection.info.pop(ENDING, False):
        _refuse("commit")


def expire_touched(connection: Connection, statement: Any, *_: Any) -> None:
    """Listen to an engine's statements, and expire what a Core write touched in the session that lent the connection.

    Only columns expire: relations raise when they are loaded by accident, so what was loaded of them stays.
    """
    session = connection.info.get(READER)
    if session is None or session._flushing or not getattr(statement, "is_dml", False):
        return
    for entity in list(session.identity_map.values()):
        mapper = entity.__mapper__
        if statement.table in mapper.tables:
            session.expire(entity, [column.key for column in mapper.column_attrs])
