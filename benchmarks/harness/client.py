"""A client that keeps connections open and asks for something else each time.

`closed` sends the next request as soon as one is answered, until all are: for processor time and requests a second.
`paced` sends at moments fixed beforehand and counts each wait from its moment, however late it was sent: a server that
stalls is not spared the requests that it kept waiting (coordinated omission).
"""

import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from selectors import EVENT_READ, DefaultSelector

CONNECTIONS = 8
PATIENCE = 120.0
"""Seconds for one load, however many requests are left."""
END = b"\r\n\r\n"
BODILESS = (204, 304)
CHUNKED = b"transfer-encoding: chunked"
LAST_CHUNK = b"\r\n0\r\n\r\n"


class LoadError(Exception):
    """A server did not answer, or not as it should."""


@dataclass(slots=True)
class Outcome:
    """What came of a load. `waits` are seconds, one of each request."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.waits) / self.seconds


def closed(port: int, requests: Sequence[bytes], status: int, *, connections: int = CONNECTIONS) -> Outcome:
    """Send all requests, over so many connections at once, and demand the status of each."""
    return _Load(port, status, connections).run([(0.0, request) for request in requests])


def paced(port: int, requests: Sequence[bytes], status: int, *, rate: float) -> Outcome:
    """Send all requests, so many a second, and demand the status of each."""
    return _Load(port, status, CONNECTIONS).run([(number / rate, request) for number, request in enumerate(requests)])


def ask(port: int, request: bytes) -> tuple[int, bytes]:
    """Send one request over a connection of its own; return status and body."""
    link = _Link(port)
    try:
        link.send(request, 0.0)
        while (answer := link.receive()) is None:
            pass
        return answer
    finally:
        link.close()


class _Link:
    """One connection: what was asked on it last, and what has come of the answer."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = self._connect()
        self.asked, self.due, self.buffer = b"", 0.0, bytearray()

    def send(self, request: bytes, due: float) -> None:
        self.asked, self.due, self.buffer = request, due, bytearray()
        self.socket.sendall(request)

    def receive(self) -> tuple[int, bytes] | None:
        """Take what is there; return status and body once they are whole."""
        part = self.socket.recv(262_144)
        if not part:
            raise ConnectionResetError("closed before the answer was whole")
        self.buffer += part
        head_end = self.buffer.find(END)
        if head_end < 0:
            return None
        status, head = int(self.buffer[9:12]), bytes(self.buffer[:head_end]).lower()
        if CHUNKED in head:
            body = bytes(self.buffer[head_end + len(END) :])
            return (status, _joined(body)) if body.endswith(LAST_CHUNK) else None
        length = 0 if status in BODILESS else _length(head)
        whole = head_end + len(END) + length
        return (status, bytes(self.buffer[head_end + len(END) : whole])) if len(self.buffer) >= whole else None

    def close(self) -> None:
        self.socket.close()

    def _connect(self) -> socket.socket:
        link = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return link


class _Load:
    """Requests on their way over some connections."""

    def __init__(self, port: int, status: int, connections: int) -> None:
        self.port, self.status = port, status
        self.selector = DefaultSelector()
        self.idle = deque(_Link(port) for _ in range(connections))
        for link in self.idle:
            self.selector.register(link.socket, EVENT_READ, link)
        self.outcome = Outcome()

    def run(self, plan: Sequence[tuple[float, bytes]]) -> Outcome:
        """Send each request at its moment or, if all connections are busy then, as soon as one is not."""
        waiting, began = deque(plan), time.perf_counter()
        try:
            while len(self.outcome.waits) < len(plan):
                now = time.perf_counter() - began
                if now > PATIENCE:
                    raise LoadError(f"port {self.port}: {len(self.outcome.waits)} of {len(plan)} after {PATIENCE} s")
                while waiting and self.idle and waiting[0][0] <= now:
                    due, request = waiting.popleft()
                    self.idle.popleft().send(request, due or now)
                self._receive(max(0.0, waiting[0][0] - now) if waiting and self.idle else 1.0, began)
        finally:
            self.outcome.seconds = time.perf_counter() - began
            for key in list(self.selector.get_map().values()):
                key.data.close()
            self.selector.close()
        return self.outcome

    def _receive(self, pause: float, began: float) -> None:
        for key, _ in self.selector.select(pause):
            link: _Link = key.data
            if (answer := link.receive()) is None:
                continue
            if answer[0] != self.status:
                asked = link.asked.partition(b"\r\n")[0].decode()
                raise LoadError(f"{asked}: {answer[0]}, not {self.status}: {answer[1][:500].decode(errors='replace')}")
            self.outcome.waits.append(time.perf_counter() - began - link.due)
            self.idle.append(link)


def _length(head: bytes) -> int:
    place = head.find(b"content-length:")
    if place < 0:
        raise LoadError("an answer without Content-Length")
    return int(head[place + 15 :].partition(b"\r\n")[0])


def _joined(chunks: bytes) -> bytes:
    """The body that came in chunks (RFC 9112 §7.1)."""
    body = b""
    while chunks:
        size, _, chunks = chunks.partition(b"\r\n")
        body, chunks = body + chunks[: int(size, 16)], chunks[int(size, 16) + 2 :]
    return body
