"""The request-bound registry: one Session for each request (or for each application context outside one).

The key of a scope is an object that lives in the request itself. It is never `id(something)`: an id is given again
to the next object, and with it Flask-SQLAlchemy's own registry hands one request's session to another when a teardown
hook raised in between.
"""

import logging
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from flask import Flask, current_app, g, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, event
from sqlalchemy.orm import scoped_session, sessionmaker
from sqlalchemy.util import ScopedRegistry

from roster.database.session import READER, Session, TransactionError, expire_touched, refuse_foreign_commit

log = logging.getLogger(__name__)


class Scope:
    """The key of one scope; nothing but its identity counts."""


def scope() -> Scope:
    """Return the key of the current request, or of the application context where there is no request."""
    holder = request.environ if has_request_context() else g.__dict__
    return holder.setdefault("roster.scope", Scope())  # type: ignore[no-any-return] # a dict of anything


class Database(SQLAlchemy):
    """Flask-SQLAlchemy's engine and pool, with sessions of our own. Configured once, at start-up.

    Reads `SQLALCHEMY_DATABASE_URI`, `SQLALCHEMY_ENGINE_OPTIONS` and `ROSTER_LOCK_TIMEOUT` (seconds) of the app.
    """

    session: scoped_session[Session]  # type: ignore[assignment] # narrower than its base says: sessions of our class

    def __init__(self) -> None:
        super().__init__(session_options={"scopefunc": scope}, add_models_to_shell=False)

    def init_app(self, app: Flask) -> None:
        """Make the pool, its READ ONLY view, and the hooks that close each scope."""
        super().init_app(app)
        app.teardown_request(self._close_scope)
        app.teardown_appcontext(self._close_scope)
        with app.app_context():
            engine = self.engine
        app.extensions["roster.readonly"] = engine.execution_options(postgresql_readonly=True)
        event.listen(engine, "commit", refuse_foreign_commit)
        event.listen(engine, "after_execute", expire_touched)
        event.listen(engine, "checkin", _forget_session)
        _dispose_after_fork(engine)

    @property
    def readonly_engine(self) -> Engine:
        """The READ ONLY view of the current application's pool."""
        return current_app.extensions["roster.readonly"]  # type: ignore[no-any-return] # put there by init_app

    @contextmanager
    def own_session(self) -> Iterator[Session]:
        """Open a session of nobody's scope, closed with the block: for a stream, which outlives its request."""
        session: Session = self.session.session_factory()
        try:
            yield session
        finally:
            session.close()

    def _make_scoped_session(self, options: dict[str, Any]) -> scoped_session[Any]:
        sessions = super()._make_scoped_session(options)
        registry: ScopedRegistry[Any] = sessions.registry
        registry.registry = weakref.WeakKeyDictionary()
        return sessions

    def _make_session_factory(self, options: dict[str, Any]) -> sessionmaker[Any]:
        options.update(class_=Session, expire_on_commit=False)
        return sessionmaker(db=self, **options)

    def _close_scope(self, _: BaseException | None = None) -> None:
        """Close the scope's session, if it has one. Runs at both teardowns; the second finds nothing to do."""
        if not self.session.registry.has():
            return
        session: Session = self.session()
        lost = session.has_unsaved_changes()
        self.session.remove()
        if lost:
            _tell_of_lost_changes()


def _tell_of_lost_changes() -> None:
    message = "A request ended with changes that no transaction() saved; they are lost."
    if current_app.testing:
        raise TransactionError(message)
    log.error(message)


def _forget_session(_: Any, record: Any) -> None:
    record.info.pop(READER, None)


def _dispose_after_fork(engine: Engine) -> None:
    """Give forked workers a pool of their own: two processes on one socket would read each other's answers."""
    reference = weakref.ref(engine)

    def dispose() -> None:
        if (inherited := reference()) is not None:
            inherited.dispose(close=False)

    os.register_at_fork(after_in_child=dispose)


def engine_options(**options: Any) -> dict[str, Any]:
    """Return options for `SQLALCHEMY_ENGINE_OPTIONS`: those given, over what every Roster pool has."""
    return {
        "pool_use_lifo": True,
        "json_serializer": lambda value: orjson.dumps(value).decode(),
        "json_deserializer": orjson.loads,
    } | options


database = Database()
registry = database.session
