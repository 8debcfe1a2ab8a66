"""One real PostgreSQL for each process that runs tests; real commits; what a test wrote is deleted after it."""

import fcntl
import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from roster.app import create_app
from roster.command_line import migrating
from roster.config import Settings, psycopg2_url
from roster.database import database, embedded
from roster.models import Base, secret

FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


FREE: dict[str, Any] = {"sign_in_limit": "1000000/second", "token_limit": "1000000/second"}
"""Tests ask faster than anybody may; those that are about limits set their own."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Where several workers run tests: one that is marked `alone` waits for those of the others, and they for it."""
    alone = item.get_closest_marker("alone") is not None
    with _swept() if alone else nullcontext():
        if "PYTEST_XDIST_WORKER" not in os.environ:
            return (yield)
        shared = item.config._tmp_path_factory.getbasetemp().parent  # type: ignore[attr-defined] # pytest-xdist says so, too
        with _turn(shared, fcntl.LOCK_EX if alone else fcntl.LOCK_SH):
            return (yield)


@contextmanager
def _swept() -> Iterator[None]:
    """Set aside what thousands of tests left in memory: walking it takes a third of a second of what is timed."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def _turn(folder: Path, kind: int) -> Iterator[None]:
    """Enter the room with others, or alone; whoever waits at the door is the next, whatever comes behind."""
    with (folder / "door").open("w") as door, (folder / "room").open("w") as room:
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, kind)
        fcntl.flock(door, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(room, fcntl.LOCK_UN)  # a process that the test forked may still have it open


@pytest.fixture(scope="session", autouse=True)
def _hasty_passwords() -> Iterator[None]:
    """Hash passwords as nobody should: with real costs, the tests would do little else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secret, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server to test on: the one of DATABASE_URL if it is set, else one of our own."""
    if given := os.environ.get("DATABASE_URL"):
        yield psycopg2_url(given)
    else:
        with embedded.start(tmp_path_factory.mktemp("server"), settings=FAST) as server:
            yield server.url


@pytest.fixture(scope="session")
def database_url(server_url: str) -> Iterator[str]:
    """A database of this run's own, dropped at its end: what the server has besides is never touched."""
    name = f"roster_test_{uuid4().hex[:12]}"
    admin = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(scope="session")
def app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    settings = Settings(database_url=database_url, secret_key="only for tests", **FREE)
    app = migrating(create_app(settings, tmp_path_factory.mktemp("instance")))
    app.testing = True
    with app.app_context():
        upgrade()
        engine = database.engine
    yield app
    engine.dispose()


@pytest.fixture(scope="session")
def engine(app: Flask) -> Engine:
    with app.app_context():
        return database.engine


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """Undo pytest-flask's own fixture: it keeps a context open, so teardown would never run."""


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def instance_path(tmp_path: Path) -> Path:
    return tmp_path / "instance"


@pytest.fixture(autouse=True)
def _clean(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each test that used the application: no connection is held, and the tables are empty again."""
    engine: Engine | None = request.getfixturevalue("engine") if "app" in request.fixturenames else None
    yield
    if engine is not None:
        held = engine.pool.checkedout()
        _empty_tables(engine)
        assert held == 0, "the test left a connection checked out"


def _empty_tables(engine: Engine) -> None:
    cleaner = create_engine(engine.url, poolclass=NullPool)
    with cleaner.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())
