"""A wire between the pool and PostgreSQL that can be cut, and that reads enough of the protocol to know when."""

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy.engine import make_url

Judge = Callable[[str], str]
"""Says of each simple query what happens to it:

forward; cut (before it reaches the server); swallow (the server does it, the answer is cut); abandon (as cut, but the
server keeps waiting for it); hush (nothing more is forwarded, in either direction).
"""

DONE = b"Z\x00\x00\x00\x05"


def upstream_of(database_url: str) -> tuple[str, int] | str:
    """Where a database's server listens: a TCP address, or the path of its Unix socket."""
    url = make_url(database_url)
    host, port = url.query.get("host") or url.host or "localhost", url.query.get("port") or url.port or 5432
    return f"{host}/.s.PGSQL.{port}" if str(host).startswith("/") else (str(host), int(str(port)))


def _forward(_: str) -> str:
    return "forward"


class Proxy:
    """Listens on loopback, connects to a TCP address or to a Unix socket's path."""

    def __init__(self, upstream: tuple[str, int] | str) -> None:
        self.upstream = upstream
        self.judge: Judge = _forward
        self.up = True
        self.accepted = 0
        self._links: list[_Link] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def heal(self) -> None:
        """Forward everything again."""
        self.judge, self.up = _forward, True

    def cut_all(self) -> None:
        """Break every connection there is."""
        for link in self._links:
            link.cut()

    def go_away(self) -> None:
        """Break every connection, and refuse new ones."""
        self.up = False
        self.cut_all()

    def fall_silent(self) -> None:
        """Keep every connection, old and new, and forward nothing."""
        self.judge = lambda _: "hush"
        for link in self._links:
            link.hushed = True

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join()
        for link in self._links:
            link.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            if not self.up:
                client.close()
                continue
            link = _Link(self, client, self._dial())
            self._links.append(link)
            link.start()

    def _dial(self) -> socket.socket:
        if isinstance(self.upstream, tuple):
            return socket.create_connection(self.upstream)
        server = socket.socket(socket.AF_UNIX)
        server.connect(self.upstream)
        return server


class _Link:
    """One client's connection to one backend."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self.proxy, self.client, self.server = proxy, client, server
        self.hushed = self.swallowing = False
        pumps = (self._requests, self._answers)
        self._threads = [threading.Thread(target=self._run, args=(pump,), daemon=True) for pump in pumps]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self.cut()
        for thread in self._threads:
            thread.join()
        self.client.close()
        self.server.close()

    def cut(self) -> None:
        for end in (self.client, self.server):
            self._shut(end)

    @staticmethod
    def _shut(end: socket.socket) -> None:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)

    def _run(self, pump: Callable[[], None]) -> None:
        with suppress(OSError, EOFError):
            pump()
        if not self.hushed:
            self._shut(self.client)

    def _requests(self) -> None:
        self._greet()
        while True:
            kind, size = self._exactly(1), self._exactly(4)
            body = self._exactly(struct.unpack("!I", size)[0] - 4)
            verdict = self.proxy.judge(body[:-1].decode()) if kind == b"Q" else "forward"
            if verdict == "hush":
                self.hushed = True
            elif verdict == "abandon":
                self._shut(self.client)
                return
            elif verdict == "cut":
                self.cut()
                return
            self.swallowing = verdict == "swallow"
            if not self.hushed:
                self.server.sendall(kind + size + body)

    def _greet(self) -> None:
        """Pass on what comes before typed messages: requests for encryption, and the start-up message (version 3)."""
        version = 0
        while version >> 16 != 3:
            size = self._exactly(4)
            body = self._exactly(struct.unpack("!I", size)[0] - 4)
            version = struct.unpack("!I", body[:4])[0]
            if self.proxy.judge("") == "hush":
                self.hushed = True
                return
            self.server.sendall(size + body)

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self.client.recv(count - len(data))
            if not part:
                self._shut(self.server)
                raise EOFError
            data += part
        return data

    def _answers(self) -> None:
        seen = b""
        while data := self.server.recv(65536):
            if self.swallowing:
                seen += data
                if DONE in seen:
                    self.cut()
                    return
            elif not self.hushed:
                self.client.sendall(data)
