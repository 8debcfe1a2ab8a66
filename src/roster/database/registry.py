"""The request-bound registry: one Session for each request (or for each application context outside one).

The key of a scope is an object that lives in the request itself. It is never `id(something)`: an id is given again
to the next object, and with it Flask-SQLAlchemy's own registry hands one request's session to another when a teardown
hook raised in between.
"""

import logging
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, event
from sqlalchemy.orm import scoped_session, sessionmaker
from sqlalchemy.util import ScopedRegistry

from roster.database import metrics
from roster.database import session as ending
from roster.database.engine import listen
from roster.database.failure import TransactionError
from roster.database.scope import (
    Opened,
    Scope,
    closing_what_is_left,
    demand_sessions,
    forget,
    opened,
    scope,
)
from roster.database.session import Session

log = logging.getLogger(__name__)
LOST = "A request ended with changes that no transaction() saved; they are lost."


@dataclass(frozen=True, slots=True)
class Ground:
    """What an application's sessions stand on: its engine, and the seconds that they may wait."""

    engine: Engine
    lock: float
    stream: float


class Database(SQLAlchemy):
    """Flask-SQLAlchemy's engine and pool, with sessions of our own. Configured once, at start-up.

    Reads `SQLALCHEMY_DATABASE_URI`, `SQLALCHEMY_ENGINE_OPTIONS`, and in seconds `ROSTER_LOCK_TIMEOUT` and
    `ROSTER_REQUEST_TIMEOUT` (for each wait of a stream) of the app.
    """

    session: scoped_session[Session]  # type: ignore[assignment] # narrower than its base says: sessions of our class

    def __init__(self) -> None:
        super().__init__(session_options={"scopefunc": scope}, add_models_to_shell=False)

    def init_app(self, app: Flask) -> None:
        """Make the pool, and the hooks that close each scope."""
        super().init_app(app)
        app.teardown_request(self._end_of_request)
        app.teardown_appcontext(self._end_of_context)
        app.wsgi_app = closing_what_is_left(app.wsgi_app, self._close_what_is_left)  # type: ignore[assignment,method-assign] # Flask's way
        with app.app_context():
            engine = self.engine
        listen(engine)
        app.extensions["roster.database"] = Ground(
            engine,
            lock=app.config.get("ROSTER_LOCK_TIMEOUT", 3.0),
            stream=app.config.get("ROSTER_REQUEST_TIMEOUT", 10.0),
        )

    @property
    def ground(self) -> Ground:
        """What `init_app` made for the current application."""
        return current_app.extensions["roster.database"]  # type: ignore[no-any-return] # put there by init_app

    @contextmanager
    def own_session(self) -> Iterator[Session]:
        """Open a session of nobody's scope, closed with the block: for a stream, which outlives its request.

        A stream may take as long as its reader does; each wait for PostgreSQL ends within the request's budget.
        """
        session: Session = self.session.session_factory()
        session.patience = self.ground.stream
        try:
            yield session
        finally:
            ending.close(session)

    def session_at_work(self, here: Opened | None = None) -> Session | None:
        """Return the current scope's session, if it has one; none is made. Takes what is `opened`, if that is known.

        Raises:
            TransactionError: inside `writing()`, where there is none to have.
        """
        demand_sessions()
        if (here := here or opened()) is None or not here.scopes:
            return None
        session: Session | None = self._sessions.registry.get(self._sessions.scopefunc())
        return session

    def close_scope(self) -> None:
        """Close the current scope's session, if there is one: the next use of the registry makes a new one."""
        if self._sessions.has():
            self._close(self._sessions.scopefunc())

    @property
    def _sessions(self) -> ScopedRegistry[Any]:
        registry: ScopedRegistry[Any] = self.session.registry
        return registry

    def _make_scoped_session(self, options: dict[str, Any]) -> scoped_session[Any]:
        sessions = super()._make_scoped_session(options)
        registry: ScopedRegistry[Any] = sessions.registry
        registry.registry = weakref.WeakKeyDictionary()
        return sessions

    def _make_session_factory(self, options: dict[str, Any]) -> sessionmaker[Any]:
        options.update(class_=Session, expire_on_commit=False)
        factory = sessionmaker(db=self, **options)
        event.listen(factory, "after_begin", ending.lend)
        return factory

    def _end_of_request(self, failure: BaseException | None) -> None:
        if (here := opened()) is not None:
            self._end(here, here.of_request(), failure)

    def _end_of_context(self, failure: BaseException | None) -> None:
        if (here := opened()) is not None:
            self._end(here, tuple(here.scopes), failure)

    def _close_what_is_left(self, left: Scope) -> None:
        if self._close(left):
            log.error(LOST)

    def _end(self, here: Opened, scopes: Sequence[Scope], failure: BaseException | None) -> None:
        lost = [self._close(one) for one in scopes]
        if alone := here.counted():
            metrics.QUERIES.observe(alone)
        if any(lost) and failure is None:
            _tell_of_lost_changes()

    def _close(self, closed: Scope) -> bool:
        """Close a scope's session, if it has one, and tell whether changes went with it."""
        forget(closed)
        session: Session | None = self._sessions.registry.pop(closed, None)
        if session is None:
            return False
        lost = session.has_unsaved_changes()
        here = opened()
        metrics.QUERIES.observe(session.statements + (here.counted() if here else 0))
        ending.close(session)
        return lost

    def _teardown_session(self, exc: BaseException | None) -> None:
        """Do nothing: Flask-SQLAlchemy's own hook, in place of which we have ours."""


def _tell_of_lost_changes() -> None:
    if current_app.testing:
        raise TransactionError(LOST)
    log.error(LOST)


database = Database()
registry = database.session
