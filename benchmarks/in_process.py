"""Roster beside bare Flask + psycopg2 in one process: processor time of Python alone, without a server or a client.

Calls both applications as a WSGI server would, turn by turn, with the same works as `compare.py`, over a PostgreSQL of
its own. Prints the microseconds of each, their ratio and what was aimed at; `--profile WORK` shows where Roster's go.
A server adds the same to both, so that the ratios over HTTP are lower. The fastest round of each counts: on a machine
that does other things as well, everything but the work itself only adds.
"""

import argparse
import cProfile
import gc
import io
import os
import pstats
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from harness import works
from harness.database import Postgres, postgres
from harness.people import Person
from harness.seeding import Directory, seed
from harness.servers import PEERS, Contestant, Running
from harness.works import Side, Used, Work

WSGI = Callable[[dict[str, Any], Any], Any]
INSIDE = Contestant("inside", "in this process", (), PEERS, "")


@dataclass(frozen=True, slots=True)
class Application:
    """One of the two, and what has to be done before its turn."""

    wsgi: WSGI
    side: Side
    prepare: Callable[[], None]

    def spent(self, work: Work, count: int) -> float:
        """Return the microseconds of processor time that one of so many requests took."""
        environs = [_environ(request) for request in self.side.requests(work, count)]
        self.prepare()
        gc.collect()
        began = time.process_time()
        statuses = {_answered(self.wsgi, environ) for environ in environs}
        spent = time.process_time() - began
        if statuses != {work.status}:
            print(f"{work.title}: answered with {statuses}.")
            sys.exit(1)
        return spent / count * 1e6


def main() -> None:
    """Measure, and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=5_000, help="5,000 if not given")
    parser.add_argument("--rounds", type=int, default=12, help="12 if not given")
    parser.add_argument("--count", type=int, default=100, help="requests a round; 100 if not given")
    parser.add_argument("--only", nargs="+", metavar="WORK", default=[work.name for work in works.API])
    parser.add_argument("--profile", action="store_true", help="show what Roster's time goes into")
    options = parser.parse_args()
    with postgres() as server, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        both = applications(server, seed(server, options.rows), Path(folder))
        chosen = [work for work in works.API if work.name in options.only]
        for work in chosen:
            print(compared(work, both, options.rounds, options.count), flush=True)
        for work in chosen if options.profile else []:
            print(profiled(work, both[0], options.count))


def applications(server: Postgres, directory: Directory, folder: Path) -> Sequence[Application]:
    """Return both, Roster first, over this server."""
    sys.path.insert(0, str(PEERS))
    os.environ |= {"DATABASE_URL": server.url, "THREADS": "4", "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())  # log lines are written, and seen by nobody
    # The metrics' folder has to be known before Roster is imported, and the database before the peer is.
    import bare_flask  # noqa: PLC0415
    from psycopg2.extensions import set_wait_callback  # noqa: PLC0415

    from roster.app import create_app  # noqa: PLC0415
    from roster.config import Settings, psycopg2_url  # noqa: PLC0415
    from roster.database.engine import waiting  # noqa: PLC0415

    settings = Settings(
        database_url=psycopg2_url(server.url), secret_key="only for benchmarks", token_limit="100000000/second"
    )
    roster = create_app(settings, folder)
    gc.collect()
    gc.freeze()  # as gunicorn.conf.py does
    return (
        Application(roster.wsgi_app, _side(directory, _cursor), waiting.install),
        Application(bare_flask.app.wsgi_app, _side(directory, lambda p: str(p.id)), lambda: set_wait_callback(None)),
    )


def compared(work: Work, both: Sequence[Application], rounds: int, count: int) -> str:
    """Return a line about one work."""
    fastest = [float("inf")] * len(both)
    for _ in range(rounds + 1):
        fastest = [min(least, one.spent(work, count)) for least, one in zip(fastest, both, strict=True)]
    ours, theirs = fastest
    return f"{work.title:32} {ours:6.0f} µs {theirs:6.0f} µs {ours / theirs:6.2f} times (aim {work.aim})"


def profiled(work: Work, roster: Application, count: int) -> str:
    """Return where the time of Roster's requests goes."""
    profile = cProfile.Profile()
    profile.runcall(roster.spent, work, count * 5)
    text = io.StringIO()
    pstats.Stats(profile, stream=text).sort_stats("tottime").print_stats(45)
    return text.getvalue()


def _side(directory: Directory, cursor: Callable[[Person], str]) -> Side:
    side = Side(Running(INSIDE, 0, None), directory, Used(directory.rows, random.Random(1)))  # type: ignore[arg-type] # nothing runs
    side.cursor = cursor
    return side


def _cursor(person: Person) -> str:
    from roster.models import User  # noqa: PLC0415 - as above
    from roster.repositories.core.keyset import Order  # noqa: PLC0415

    order = Order("created_at", User.created_at, User.id)
    return order.cursor(SimpleNamespace(sort_value=person.created_at, id=person.id))


def _environ(request: bytes) -> dict[str, Any]:
    """What a WSGI server makes of a request."""
    head, _, body = request.partition(b"\r\n\r\n")
    line, *headers = head.decode().split("\r\n")
    method, target, protocol = line.split(" ")
    path, _, query = target.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "RAW_URI": target,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": protocol,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for name, value in (header.split(": ", 1) for header in headers):
        key = name.upper().replace("-", "_")
        environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
    return environ


def _answered(wsgi: WSGI, environ: dict[str, Any]) -> int:
    """Take an answer as a server does, and return its status."""
    told: list[str] = []
    body = wsgi(environ, lambda status, *_: told.append(status))
    try:
        for _ in body:
            pass
    finally:
        if hasattr(body, "close"):
            body.close()
    return int(told[0][:3])


if __name__ == "__main__":
    main()
