"""The contestants: how each is started and served, all with the same number of processes, threads and connections."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from harness import client, processes

ROOT = Path(__file__).parents[2]
PEERS = ROOT / "benchmarks/peers"
OURS = Path(sys.executable).parent
THEIRS = ROOT / "benchmarks/.venv/bin"
WORKERS, THREADS = 2, 4
"""Each: two processes; four threads and four connections a process (asyncio peers: four connections)."""
START_TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class Contestant:
    """One application, and how to start it.

    Args:
        name: a word for it.
        title: what a table calls it.
        command: a program and its arguments; `{port}` stands for the port.
        folder: where it runs.
        tables: whose rows it writes: contestants with the same tables share them.
    """

    name: str
    title: str
    command: tuple[str, ...]
    folder: Path
    tables: str

    @property
    def is_installed(self) -> bool:
        return Path(self.command[0]).exists()


@dataclass(slots=True)
class Running:
    """A contestant that answers on `port`."""

    contestant: Contestant
    port: int
    process: "subprocess.Popen[bytes]" = field(repr=False)

    @property
    def name(self) -> str:
        return self.contestant.name

    def cpu(self) -> float:
        return processes.cpu(self.process.pid)

    def memory(self) -> int:
        return processes.memory(self.process.pid)


def _gunicorn(application: str) -> tuple[str, ...]:
    return (str(THEIRS / "gunicorn"), "--config", "gunicorn.conf.py", "--bind", "127.0.0.1:{port}", application)


def _uvicorn(application: str) -> tuple[str, ...]:
    options = ("--loop", "uvloop", "--http", "httptools", "--no-access-log")
    return (str(THEIRS / "uvicorn"), "--port", "{port}", "--log-level", "warning", *options, application)


ROSTER = Contestant(
    "roster", "Roster", (str(OURS / "gunicorn"), "--bind", "127.0.0.1:{port}", "wsgi:app"), ROOT, "roster"
)
BARE = Contestant("bare", "bare Flask + psycopg2", _gunicorn("bare_flask:app"), PEERS, "peers")
API = (
    ROSTER,
    BARE,
    Contestant("flask", "Flask-SQLAlchemy + marshmallow", _gunicorn("typical_flask:app"), PEERS, "peers"),
    Contestant("litestar", "Litestar + advanced-alchemy", _uvicorn("litestar_app:app"), PEERS, "peers"),
    Contestant("fastapi", "FastAPI + async SQLAlchemy", _uvicorn("fastapi_app:app"), PEERS, "peers"),
    Contestant("django", "Django REST framework", _gunicorn("django_app:app"), PEERS, "peers"),
)
SCIM2 = Contestant("scim2", "scim2-server (in memory)", _gunicorn("scim2_app:app"), PEERS, "scim2")
SCIM = (ROSTER, SCIM2)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What servers are started with: the database, a folder for their own files, and how large it all is."""

    database_url: str
    instance: Path
    rows: int
    workers: int = WORKERS

    def environment(self) -> dict[str, str]:
        return os.environ | {
            "DATABASE_URL": self.database_url,
            "SECRET_KEY": "only for benchmarks",
            "ROSTER_INSTANCE_PATH": str(self.instance),
            "ROSTER_POOL_SIZE": str(THREADS),
            "ROSTER_POOL_OVERFLOW": "0",
            "ROSTER_THREADS": str(THREADS),
            "ROSTER_TOKEN_LIMIT": "100000000/second",  # it counts as always, and refuses nobody
            "WEB_CONCURRENCY": str(self.workers),  # gunicorn and uvicorn both read it
            "THREADS": str(THREADS),
            "ROWS": str(self.rows),
        }


@contextmanager
def running(contestants: Sequence[Contestant], around: Surroundings) -> Iterator[list[Running]]:
    """Start the contestants and give them once they answer; end them all."""
    with ExitStack() as stack:
        started = [stack.enter_context(_started(one, around)) for one in contestants]
        for one in started:
            _wait_for(one)
        yield started


@contextmanager
def _started(contestant: Contestant, around: Surroundings) -> Iterator[Running]:
    port = _free_port()
    process = subprocess.Popen(
        [word.replace("{port}", str(port)) for word in contestant.command],
        cwd=contestant.folder,
        env=around.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield Running(contestant, port, process)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # workers whose first process did not end in time
        process.wait()


def _wait_for(one: Running) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    request = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    while time.monotonic() < deadline:
        if one.process.poll() is not None:
            break
        with suppress(OSError, client.LoadError):
            client.ask(one.port, request)
            return
        time.sleep(0.1)
    sys.exit(f"{one.contestant.title} does not answer: {' '.join(one.contestant.command)}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
