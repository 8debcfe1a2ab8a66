"""A PostgreSQL of the benchmark's own, thrown away after it."""

import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from sqlalchemy.engine import make_url

from harness import processes
from roster.database import embedded

ROOM = {"max_connections": "200"}
"""All servers are up at once. Everything else is as Roster starts it, durability above all."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """The running server: where its socket is, and who is its first process."""

    folder: str

    @property
    def url(self) -> str:
        return self.url_through(self.folder)

    def url_through(self, folder: str) -> str:
        """Return the address by way of another socket, such as a proxy's."""
        return f"postgresql://roster@/roster?host={folder}&port=5432"

    @property
    def pid(self) -> int:
        """The server's first process: the parent of each backend."""
        connection = self.connect()
        try:
            return processes.parent(connection.get_backend_pid())
        finally:
            connection.close()

    def connect(self) -> "psycopg2.extensions.connection":
        connection = psycopg2.connect(self.url)
        connection.autocommit = True
        return connection


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Give a server with an empty database `roster`; SIGTERM ends this program by way of everything's end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Path(folder).chmod(0o755)
        with embedded.start(Path(folder), settings=ROOM) as server:
            yield Postgres(str(make_url(server.url).query["host"]))
