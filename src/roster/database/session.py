"""The Session that Roster hands out, and what it refuses.

Outside a transaction each statement goes as READ ONLY, so that PostgreSQL itself refuses a stray write (25006). Only
`transaction()` may begin, commit or roll back.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from flask_sqlalchemy.session import Session as FlaskSQLAlchemySession
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.orm import SessionTransaction

from roster.database.engine import staleness
from roster.database.engine.borrower import refuse
from roster.database.failure import TransactionError

__all__ = ["Session", "TransactionError"]


class Session(FlaskSQLAlchemySession):
    """A unit of work that only `transaction()` can begin and end."""

    def __init__(self, db: Any, **options: Any) -> None:
        super().__init__(db, **options)
        self.engine: Engine = db.ground.engine
        self.lock_timeout: float = db.ground.lock
        self.patience: float | None = None
        self.writable = False
        self.ending = False
        self.connected = False
        self.doom: str | None = None
        self.trespass: str | None = None
        self.hooks: list[Callable[[], object]] = []
        self.touched: list[Collection[Any] | None] = []
        self.live_savepoints = 0
        self.statements = 0

    def get_bind(self, *_: Any, **__: Any) -> Engine:
        """Return where this session's statements go: the one pool."""
        return self.engine

    def has_unsaved_changes(self) -> bool:
        """Tell whether something was added, deleted or changed and not flushed."""
        if self._is_clean():  # what follows builds sets; nearly always there is nothing to put in
            return False
        return bool(self.new or self.deleted) or any(self.is_modified(entity) for entity in self.dirty)

    def touch(self, tables: Collection[Any] | None, *, may_be_gone: bool) -> None:
        """Expire what was loaded from tables that Core wrote to; None for all."""
        self.touched.append(tables)
        staleness.expire(self, tables, may_be_gone=may_be_gone)

    def begin(self, nested: bool = False) -> NoReturn:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse."""
        refuse("begin")

    def begin_nested(self) -> NoReturn:
        """Refuse; `savepoint()` is the way."""
        refuse("set a savepoint")

    def commit(self) -> NoReturn:
        """Refuse."""
        refuse("commit")

    def rollback(self) -> NoReturn:
        """Refuse."""
        refuse("roll back")

    def prepare(self) -> NoReturn:
        """Refuse."""
        refuse("prepare")

    def close(self) -> None:
        """Give everything back; refused while a transaction is open."""
        self._refuse_inside("close")
        close(self)

    def reset(self) -> None:
        """Do as `close` does."""
        self.close()

    def invalidate(self) -> None:
        """Throw the connection away; refused while a transaction is open."""
        self._refuse_inside("throw the connection away")
        with _ending(self):
            super().invalidate()

    def _refuse_inside(self, verb: str) -> None:
        if self.writable:
            self.trespass = f"Something other than transaction() tried to {verb}"
            refuse(verb)


# What transaction(), savepoint() and the registry use in place of the refused methods.


@contextmanager
def _ending(session: Session) -> Iterator[None]:
    session.ending = True
    try:
        yield
    finally:
        session.ending = False


def begin(session: Session) -> SessionTransaction:
    """Begin; a connection is taken when it is needed."""
    session.writable, session.connected, session.doom, session.trespass = True, False, None, None
    session.hooks, session.touched, session.live_savepoints = [], [], 0
    return OrmSession.begin(session)


def begin_nested(session: Session) -> SessionTransaction:
    """Set a savepoint, at once."""
    with _ending(session):
        nested = OrmSession.begin(session, nested=True)
        session.connection()
        return nested


def release(session: Session, nested: SessionTransaction) -> None:
    """Keep what was done since the savepoint."""
    with _ending(session):
        nested.commit()


def undo(session: Session, nested: SessionTransaction) -> None:
    """Undo what was done since the savepoint, if the connection can still do so; else the whole is lost anyway."""
    with _ending(session):
        try:
            nested.rollback()
        except Exception:  # the failure before it is the one to tell
            session.doom = "A savepoint could not be rolled back"


def commit(session: Session) -> None:
    """Commit the session's work, if there is any."""
    session.ending = True  # as _ending does, which costs more than all the rest of this
    try:
        OrmSession.commit(session)
    finally:
        session.ending = False


def rollback(session: Session) -> None:
    """Undo the session's work and give its connection back; a connection that can't even do that is thrown away."""
    with _ending(session):
        try:
            OrmSession.rollback(session)
        except Exception:  # whatever the driver says of a broken connection, the failure before it is the one to tell
            OrmSession.invalidate(session)


def close(session: Session) -> None:
    """End whatever is open, forget everything, give the connection back."""
    with _ending(session):
        try:
            OrmSession.close(session)
        except Exception:  # as in rollback
            OrmSession.invalidate(session)
    session.writable = False


def lend(session: Session, _: SessionTransaction, connection: Connection) -> None:
    """Tell a connection whom it works for (SQLAlchemy's `after_begin`)."""
    driver: Any = connection.connection.dbapi_connection
    driver.lend(session, session.patience)
    session.connected = True
