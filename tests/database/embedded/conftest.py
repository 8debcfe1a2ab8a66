"""The PostgreSQL that Roster brings along: real servers, real kills, one folder each.

Most tests start from a copy of data made once, since making it takes ten times as long as starting a server on it.
"""

import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg2
import pytest

from roster.database import embedded
from roster.database.embedded import Embedded, processes

FAST = {"fsync": "off"}


@contextmanager
def scratch(mode: int = 0o755) -> Iterator[Path]:
    """A folder with a path short enough for sockets; at its end no process may be at work in it."""
    folder = Path(tempfile.mkdtemp(prefix="r")).resolve()
    folder.chmod(mode)
    try:
        yield folder
    finally:
        left_behind = still_at_work_in(folder)
        for pid in left_behind:
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)
    assert not left_behind


def still_at_work_in(folder: Path) -> list[int]:
    def working() -> list[int]:
        return [pid for pid in processes.pids() if str(folder) in processes.command_line_of(pid)]

    with suppress(TimeoutError):
        eventually(lambda: not working())
    return working()


def eventually(is_so: Callable[[], object], within: float = 30.0) -> None:
    ends_at = time.monotonic() + within
    while not is_so():
        if time.monotonic() > ends_at:
            raise TimeoutError
        time.sleep(0.002)


@pytest.fixture(scope="package")
def made() -> Iterator[Path]:
    """An instance whose data is made, with a table in it, and whose server is stopped."""
    with scratch() as folder:
        with embedded.start(folder / "made", settings=FAST) as server:
            query(server, "CREATE TABLE kept AS SELECT 'a row' AS value")
        yield folder / "made"


@pytest.fixture
def instance(made: Path) -> Iterator[Path]:
    with scratch() as folder:
        copy(made, folder / "instance")
        yield folder / "instance"


@pytest.fixture
def empty() -> Iterator[Path]:
    with scratch() as folder:
        yield folder / "instance"


@pytest.fixture
def private() -> Iterator[Path]:
    """An instance path that no other user can reach."""
    with scratch(mode=0o700) as folder:
        yield folder / "instance"


def copy(made: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    assert run("cp", "-a", made, to).returncode == 0


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - the tests' own words


def start(instance: Path, **settings: str) -> Embedded:
    return embedded.start(instance, settings=FAST | settings)


def query(server: Embedded | str, statement: str, *values: object, user: str = "roster") -> object:
    url = server if isinstance(server, str) else server.url
    with closing(psycopg2.connect(url.replace("+psycopg2", ""), user=user)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            row = cursor.fetchone() if cursor.description else None
            return row and row[0]


def home(instance: Path) -> Path:
    return instance / "postgres" / "18"


def postmaster(instance: Path) -> int:
    return int((home(instance) / "data" / "postmaster.pid").read_text().split()[0])


def is_running(instance: Path) -> bool:
    return (home(instance) / "data" / "postmaster.pid").exists()


def has_ended(pid: int) -> bool:
    return not processes.is_alive(pid)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
