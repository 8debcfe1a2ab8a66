"""A wire to PostgreSQL that counts statements and round trips as they pass."""

import re
import socket
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from harness.database import Postgres

SOCKET = ".s.PGSQL.5432"
RIDERS = re.compile(r"((SET|BEGIN|START|SELECT set_config\()[^;]*;\s*)*", re.IGNORECASE)
"""What may travel before a statement, in one message: limits, the access mode, notes. They read no table."""
CONTROL = re.compile(
    r"((BEGIN|START|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|SET|DEALLOCATE|DISCARD)\b|;?\s*$)", re.IGNORECASE
)
"""What ends or begins work, and does none itself."""
SSL_OR_GSS = (80877103, 80877104)


@dataclass(slots=True)
class Count:
    """What has passed: statements that do work, and how often somebody waited for an answer."""

    statements: int = 0
    round_trips: int = 0
    texts: list[str] = field(default_factory=list)

    def reset(self) -> None:
        self.statements = self.round_trips = 0
        self.texts = []

    def note(self, message: str) -> None:
        statement = RIDERS.sub("", message.strip(), count=1)
        self.texts.append(statement)
        self.statements += not CONTROL.match(statement)


class Wire:
    """Listens on a Unix socket in `folder`, and passes everything on to the server's."""

    def __init__(self, server: Postgres, folder: str) -> None:
        self.count = Count()
        self._upstream = f"{server.folder}/{SOCKET}"
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(f"{folder}/{SOCKET}")
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                upstream = socket.socket(socket.AF_UNIX)
                upstream.connect(self._upstream)
                _Link(self.count, client, upstream).start()


class _Link:
    """One client's connection."""

    def __init__(self, count: Count, client: socket.socket, server: socket.socket) -> None:
        self.count, self.client, self.server = count, client, server
        self.prepared: dict[bytes, str] = {}
        self.bound = ""
        self.is_waiting = False
        """The client has spoken since the server last did."""

    def start(self) -> None:
        for pump in (self._requests, self._answers):
            threading.Thread(target=self._run, args=(pump,), daemon=True).start()

    def _run(self, pump: Callable[[], None]) -> None:
        with suppress(OSError, EOFError):
            pump()
        for end in (self.client, self.server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _requests(self) -> None:
        self._greet()
        while True:
            head = self._exactly(5)
            body = self._exactly(struct.unpack("!I", head[1:])[0] - 4)
            self._note(head[:1], body)
            if not self.is_waiting:
                self.is_waiting = True
                self.count.round_trips += 1
            self.server.sendall(head + body)

    def _note(self, kind: bytes, body: bytes) -> None:
        if kind == b"Q":
            self.count.note(body[:-1].decode())
        elif kind == b"P":
            name, text, _ = body.split(b"\0", 2)
            self.prepared[name] = text.decode()
        elif kind == b"B":
            self.bound = self.prepared.get(body.split(b"\0", 2)[1], "")
        elif kind == b"E":
            self.count.note(self.bound)

    def _answers(self) -> None:
        while data := self.server.recv(262_144):
            self.is_waiting = False
            self.client.sendall(data)

    def _greet(self) -> None:
        """Pass on what comes before typed messages."""
        version = SSL_OR_GSS[0]
        while version in SSL_OR_GSS:
            head = self._exactly(4)
            body = self._exactly(struct.unpack("!I", head)[0] - 4)
            version = struct.unpack("!I", body[:4])[0]
            self.server.sendall(head + body)

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = self.client.recv(size - len(data))
            if not part:
                raise EOFError
            data += part
        return data


@contextmanager
def wire(server: Postgres) -> Iterator[tuple[Wire, str]]:
    """Give a counting wire, and the database's address by way of it."""
    with tempfile.TemporaryDirectory(prefix="wire-") as folder:
        Path(folder).chmod(0o755)
        counting = Wire(server, folder)
        try:
            yield counting, server.url_through(folder)
        finally:
            counting.close()
