"""Where Roster's processor time goes: the application in this process, looked at every few milliseconds of its time.

Prints for each work the time of a request and the functions that have most of it: by themselves, and with whatever they
call. What C code takes is its caller's. A sampler bends the picture less than a profiler that counts every call.
"""

import argparse
import io
import os
import random
import signal
import sys
import sysconfig
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import redirect_stderr
from pathlib import Path
from types import FrameType
from typing import Any

from flask import Flask
from harness import servers, works
from harness.database import postgres
from harness.seeding import ROOT, Directory, seed
from harness.works import Side, Used, Work
from werkzeug.test import EnvironBuilder, run_wsgi_app

from roster.app import create_app
from roster.config import Settings, psycopg2_url

EVERY = 0.001
WARM_UP = 40
PLACES = (sysconfig.get_paths()["purelib"], str(ROOT / "src"), sysconfig.get_paths()["stdlib"])


class Sampler:
    """Counts in which functions a thread is found."""

    def __init__(self) -> None:
        self.samples = 0
        self.own: Counter[str] = Counter()
        self.all: Counter[str] = Counter()

    def __enter__(self) -> "Sampler":
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _look(self, _: int, frame: FrameType | None) -> None:
        stack = []
        while frame is not None:
            stack.append(_name(frame))
            frame = frame.f_back
        self.samples += 1
        self.own[stack[0]] += 1
        self.all.update(set(stack))


def main() -> None:
    """Look, and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=10_000, help="10,000 if not given")
    parser.add_argument("--requests", type=int, default=500, help="of each work; 500 if not given")
    parser.add_argument("--works", nargs="+", default=[work.name for work in works.API], metavar="NAME")
    parser.add_argument("--top", type=int, default=15, help="functions; 15 if not given")
    options = parser.parse_args()
    with postgres() as server, tempfile.TemporaryDirectory(prefix="bench-servers-") as folder:
        directory = seed(server, options.rows, peers=False)
        side = _side(server.url, Path(folder), directory)
        with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere):  # the log's lines
            app = _app(server.url, Path(folder))
            for work in (work for work in (*works.API, *works.SCIM) if work.name in options.works):
                _look_at(app, side, work, options.requests, options.top)


def _side(url: str, folder: Path, directory: Directory) -> Side:
    """What makes requests; it asks a server for the form of its cursors."""
    with servers.running([servers.ROSTER], servers.Surroundings(url, folder, directory.rows, workers=1)) as (running,):
        return Side(running, directory, Used(directory.rows, random.Random(6)))


def _app(url: str, folder: Path) -> Flask:
    settings = Settings(database_url=psycopg2_url(url), secret_key="only for benchmarks", token_limit="1000000/second")
    return create_app(settings, folder / "instance")


def _look_at(app: Flask, side: Side, work: Work, count: int, top: int) -> None:
    _run(app, work, _environs(side, work, WARM_UP))
    plain = _environs(side, work, count)
    began = time.process_time()
    _run(app, work, plain)
    each = (time.process_time() - began) / count * 1e6
    with Sampler() as sampler:
        _run(app, work, _environs(side, work, count))
    print(f"\n{work.title}: {each:.0f} µs of processor time in the application, {sampler.samples} samples")
    for title, found in (("by themselves", sampler.own), ("with what they call", sampler.all)):
        print(f"  {title}")
        for name, seen in found.most_common(top):
            print(f"  {seen / sampler.samples * 100:5.1f} % {seen / sampler.samples * each:7.0f} µs  {name}")


def _run(app: Flask, work: Work, environs: Sequence[dict[str, Any]]) -> None:
    for environ in environs:
        body, status, _ = run_wsgi_app(app, environ, buffered=True)
        if not status.startswith(str(work.status)):
            sys.exit(f"{work.title}: {status}: {b''.join(body)[:500]!r}")


def _environs(side: Side, work: Work, count: int) -> list[dict[str, Any]]:
    return [_environ(request) for request in side.requests(work, count)]


def _environ(request: bytes) -> dict[str, Any]:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split()
    headers = dict(line.split(": ", 1) for line in lines)
    return EnvironBuilder(path=path, method=method, headers=headers, input_stream=io.BytesIO(body)).get_environ()


def _name(frame: FrameType) -> str:
    code = frame.f_code
    path = code.co_filename
    for place in PLACES:
        path = path.removeprefix(place + os.sep)
    return f"{path}:{code.co_firstlineno} {code.co_qualname}"


if __name__ == "__main__":
    main()
