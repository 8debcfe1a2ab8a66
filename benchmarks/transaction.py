"""CPU time of `transaction()` beside bare SQLAlchemy's `session.begin()`: the same row added, taken turn by turn.

Prints the microseconds of each and their ratio. The aim is 1.3 at most.
"""

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from psycopg2.extensions import set_wait_callback
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from roster.database import database, embedded, engine_options, registry, transaction
from roster.database.engine import waiting

ROUNDS = 60
PER_ROUND = 50


class Tables(DeclarativeBase):
    """One table."""


class Entry(Tables):
    """One row."""

    __tablename__ = "entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


def bare(session: Session) -> None:
    """One transaction, as SQLAlchemy's documentation writes it."""
    with session.begin():
        session.add(Entry(text="one more"))
    session.expunge_all()


def ours() -> None:
    """One transaction, as a service writes it."""
    with transaction(registry()) as session:
        session.add(Entry(text="one more"))
    session.expunge_all()


def cpu(work: Callable[[], None]) -> float:
    """Return the microseconds of processor time for one transaction."""
    began = time.process_time()
    for _ in range(PER_ROUND):
        work()
    return (time.process_time() - began) / PER_ROUND * 1e6


def measured(app: Flask, url: str) -> tuple[float, float]:
    """Return the medians of both, ours last; each round does one after the other."""
    theirs, own = [], []
    engine = create_engine(url)
    Tables.metadata.create_all(engine)
    with app.app_context(), Session(engine, expire_on_commit=False) as session:
        for _ in range(ROUNDS):
            set_wait_callback(None)
            theirs.append(cpu(lambda: bare(session)))
            waiting.install()
            own.append(cpu(ours))
    return statistics.median(theirs[5:]), statistics.median(own[5:])


def main() -> None:
    """Measure on a PostgreSQL of our own, which is thrown away."""
    with tempfile.TemporaryDirectory() as folder, embedded.start(Path(folder)) as server:
        app = Flask("benchmark")
        app.config.update(SQLALCHEMY_DATABASE_URI=server.url, SQLALCHEMY_ENGINE_OPTIONS=engine_options())
        database.init_app(app)
        gc.disable()
        theirs, own = measured(app, server.url)
    print(f"session.begin()  {theirs:6.0f} µs of CPU")
    print(f"transaction()    {own:6.0f} µs of CPU")
    print(f"ratio            {own / theirs:6.2f}")


if __name__ == "__main__":
    main()
