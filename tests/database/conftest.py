"""An application of the room's own, with tables of its own: nothing here knows of people."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, ForeignKey, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.pool import NullPool

from roster.database import database, deadline, engine_options
from tests.database.proxy import Proxy, upstream_of

SECONDS = 5.0
"""How long a request of the room's own application may take."""


class Tables(DeclarativeBase):
    pass


class Entry(Tables):
    __tablename__ = "room_entry"

    ledger_id: Mapped[int] = mapped_column(ForeignKey("room_ledger.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(default="")


class Ledger(Tables):
    __tablename__ = "room_ledger"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[int] = mapped_column(default=0)
    entries: Mapped[list[Entry]] = relationship(lazy="raise", order_by=Entry.position)


DDL = [
    "CREATE TABLE IF NOT EXISTS room_ledger (id int PRIMARY KEY, value int NOT NULL CHECK (value >= 0))",
    "CREATE TABLE IF NOT EXISTS room_entry (ledger_id int REFERENCES room_ledger ON DELETE CASCADE, position int,"
    " text text NOT NULL, PRIMARY KEY (ledger_id, position))",
    "CREATE TABLE IF NOT EXISTS room_seat (id int PRIMARY KEY, number int,"
    " CONSTRAINT uq_room_seat UNIQUE (number) DEFERRABLE INITIALLY DEFERRED)",
]


@pytest.fixture(scope="session")
def tables(database_url: str) -> Iterator[Engine]:
    """A plain engine beside the pool, for looking from outside; its tables are there."""
    outside = create_engine(database_url, poolclass=NullPool)
    with outside.begin() as connection:
        for statement in DDL:
            connection.execute(text(statement))
    yield outside
    with outside.begin() as connection:
        connection.execute(text("DROP TABLE room_seat, room_entry, room_ledger"))


@pytest.fixture
def outside(tables: Engine) -> Iterator[Engine]:
    yield tables
    with tables.begin() as connection:
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.execute(text("TRUNCATE room_seat, room_entry, room_ledger"))


def make_app(url: str | URL, *, seconds: float = SECONDS, **options: Any) -> Flask:
    """A small application with the room's promises and nothing else."""
    app = Flask("room")
    app.testing = True
    app.config.update(
        SQLALCHEMY_DATABASE_URI=url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(
            **{"pool_size": 4, "max_overflow": 2, "pool_timeout": 2.0, "connect_args": {"connect_timeout": 2}} | options
        ),
        ROSTER_LOCK_TIMEOUT=0.5,
        ROSTER_REQUEST_TIMEOUT=seconds,
    )
    database.init_app(app)
    return app


@contextmanager
def running(app: Flask) -> Iterator[Flask]:
    """Check at the end that nothing is held, and close the pool."""
    with app.app_context():
        engine = database.engine
    yield app
    held = engine.pool.checkedout()  # type: ignore[attr-defined]
    engine.dispose()
    assert held == 0, "a connection is still checked out"


@pytest.fixture(scope="session")
def _room(database_url: str) -> Iterator[Flask]:
    with running(make_app(database_url)) as app:
        yield app


@pytest.fixture
def room(_room: Flask, outside: Engine) -> Iterator[Flask]:
    """The application; each test ends with no connection held."""
    yield _room
    with _room.app_context():
        assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


@pytest.fixture
def inside(room: Flask) -> Iterator[Flask]:
    """The same, its context pushed, within the time that a request has."""
    with room.app_context(), deadline(SECONDS):
        yield room


@pytest.fixture
def proxy(database_url: str) -> Iterator[Proxy]:
    proxy = Proxy(upstream_of(database_url))
    yield proxy
    proxy.close()


@pytest.fixture
def far(database_url: str, proxy: Proxy, outside: Engine) -> Iterator[Flask]:
    """An application whose pool reaches PostgreSQL through the proxy."""
    with running(make_app(through(proxy, database_url))) as app:
        yield app


@pytest.fixture
def far_inside(far: Flask) -> Iterator[Flask]:
    with far.app_context(), deadline(SECONDS):
        yield far


def through(proxy: Proxy, database_url: str) -> URL:
    url = make_url(database_url)
    return url.set(host="127.0.0.1", port=proxy.port, query={"sslmode": "disable", "gssencmode": "disable"})


@dataclass
class Log:
    """Every statement that the pool sent, with those that psycopg2 adds by itself."""

    statements: list[str] = field(default_factory=list)

    def matching(self, start: str) -> list[str]:
        return [statement for statement in self.statements if statement.startswith(start)]


@pytest.fixture
def wire(far: Flask, proxy: Proxy) -> Log:
    """What goes over the wire of the far application: one entry is one round trip."""
    log = Log()

    def note(query: str) -> str:
        if query:
            log.statements.append(query)
        return "forward"

    proxy.judge = note
    return log


@contextmanager
def listening(name: str, function: Callable[..., Any]) -> Iterator[None]:
    """Listen to an event of the current application's engine."""
    engine = database.engine
    event.listen(engine, name, function)
    try:
        yield
    finally:
        event.remove(engine, name, function)


def rows(engine: Engine, statement: str = "SELECT id, value FROM room_ledger ORDER BY id") -> list[tuple[Any, ...]]:
    """What everybody else sees."""
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]
