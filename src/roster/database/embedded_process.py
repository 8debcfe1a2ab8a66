"""PostgreSQL as processes: whom they run as, whether they live, how they start and end. Knows nothing of locks."""

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PORT = 5432
"""Only names the socket file: nothing listens on a network. Always given, or PGPORT of the environment would decide."""

LOG_LIMIT = 10 * 1024 * 1024
"""Bytes above which the log is emptied when the server starts."""

# The server must not be our child: gunicorn reaps every child as a worker and reads meaning into its exit code.
# As a shell's background job it is deaf to SIGINT and SIGQUIT until it has come up.
_DETACH = ("/bin/sh", "-c", 'exec "$@" >&2 & echo $!', "sh")
_ENTER_AND_RUN = ("/bin/sh", "-c", 'cd "$1" && exec "$2" --version', "sh")
_PATIENCE = {signal.SIGINT: 30.0, signal.SIGQUIT: 5.0, signal.SIGKILL: 5.0}
_PROC = Path("/proc")
_SHARED_MEMORY_IN_USE = "pre-existing shared memory block"


class EmbeddedError(Exception):
    """PostgreSQL of our own can't be had; the text is one sentence that tells a person why."""


class Deadline:
    """The seconds that a whole operation may take, however many waits it is made of."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ends_at = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds left, never less than none."""
        return max(0.0, self._ends_at - time.monotonic())

    def pause(self, awaited: str) -> None:
        """Let a moment pass. Raises EmbeddedError, naming what was awaited, when the time is up."""
        if not self.left():
            raise EmbeddedError(f"{awaited} took more than {self._seconds:g} seconds.")
        time.sleep(0.02)


@dataclass(frozen=True, slots=True)
class Account:
    """Whom PostgreSQL's programs run as: us, another user, or us under another name (in a user namespace)."""

    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()

    def run(self, command: Sequence[str | Path], **options: Any) -> subprocess.CompletedProcess[bytes]:
        """Run a program to its end, away from our terminal's Ctrl-C, our secrets and our PG* variables."""
        if self.uid is not None:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
        return subprocess.run(  # noqa: S603 - programs of ours, no shell reads the arguments
            [*self.prefix, *command], env=environment, cwd="/", start_new_session=True, check=False, **options
        )

    def can_run(self, program: Path, folder: Path) -> bool:
        """Ask the kernel itself, by trying, whether the program and the folder are within reach."""
        try:
            return self.run([*_ENTER_AND_RUN, folder, program], capture_output=True).returncode == 0
        except (OSError, subprocess.SubprocessError):
            return False

    def own(self, folder: Path) -> None:
        """Give a folder to the account."""
        if self.uid is not None:
            os.chown(folder, self.uid, self.gid or 0, follow_symlinks=False)


def account_for(home: Path, data: Path, postgres: Path) -> Account:
    """Return whom to run as: the data's owner, if there is data.

    PostgreSQL refuses to run as root, and initdb as a user whom /etc/passwd does not know.

    Raises:
        EmbeddedError: there is nobody who can and may.
    """
    owner = data.stat() if data.exists() else None
    for account in _candidates(owner):
        if account == Account() or account.can_run(postgres, home):
            return account
    if owner and owner.st_uid != os.geteuid():
        raise EmbeddedError(f"{data} belongs to {_name(owner.st_uid)}: run Roster as that user, or set DATABASE_URL.")
    raise EmbeddedError(
        f"PostgreSQL does not run as {_name(os.geteuid())}, and in {home} neither nobody nor a user namespace "
        "can stand in: run Roster as an ordinary user, or set DATABASE_URL."
    )


def _candidates(owner: os.stat_result | None) -> Iterator[Account]:
    me, nobody = os.geteuid(), _entry("nobody")
    if owner and owner.st_uid != me:
        if me == 0:
            yield Account(owner.st_uid, owner.st_gid)
        return
    if me and _entry(me):
        yield Account()
    if nobody and not me and not owner:
        yield Account(nobody.pw_uid, nobody.pw_gid)
    if nobody and (unshare := shutil.which("unshare")):
        # Files stay ours; only PostgreSQL believes to be somebody else. Works where no other user can enter (/root).
        yield Account(prefix=(unshare, "--user", f"--map-user={nobody.pw_uid}"))


def _entry(user: str | int) -> pwd.struct_passwd | None:
    with suppress(KeyError):
        return pwd.getpwnam(user) if isinstance(user, str) else pwd.getpwuid(user)
    return None


def _name(uid: int) -> str:
    return entry.pw_name if (entry := _entry(uid)) else f"user {uid}"


@dataclass(slots=True)
class Server:
    """The server over one data folder, running or not. Whoever starts or stops it is inside `embedded`'s gate."""

    postgres: Path
    data: Path
    log: Path
    account: Account
    mark: str = field(init=False)
    """Told to the server as its cluster_name, so that its processes carry it: unlike a path, the same through every
    mount, and never the same for two folders of one machine."""
    _last_seen: int | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        found = self.data.stat()
        self.mark = f"roster-{found.st_dev:x}-{found.st_ino:x}"

    def ensure_ready(self, sockets: Path, settings: Mapping[str, str], deadline: Deadline) -> None:
        """Return once the server accepts connections, starting it if it does not run.

        Raises:
            EmbeddedError: it ended, with its own last words, or was not ready in time.
        """
        while not self._is_ready():
            if not self._is_running():
                self._start(sockets, settings, deadline)
            deadline.pause("Waiting for PostgreSQL")

    def socket_folder(self) -> Path:
        """Return where the running server's socket is; another process may have chosen it by another TMPDIR."""
        return Path(self._record()[4])

    def stop(self) -> None:
        """End the server: politely (its clients' transactions are rolled back), then less so, within 40 seconds."""
        sockets = self.socket_folder()
        for how, patience in _PATIENCE.items():
            if pid := self._postmaster():
                with suppress(EmbeddedError):
                    self._end(pid, how, Deadline(patience))
        with suppress(OSError):
            sockets.rmdir()

    def _is_ready(self) -> bool:
        return self._is_running() and self._record()[7] == "ready"

    def _is_running(self) -> bool:
        # A server of another container over the same folder has no pid that we could see, but its socket answers.
        return self._postmaster() is not None or _is_listening(self._record()[4])

    def _record(self) -> list[str]:
        """Return postmaster.pid: pid, data, start time, port, socket folder, address, shared memory, status."""
        try:
            lines = (self.data / "postmaster.pid").read_text(errors="surrogateescape").splitlines()
        except FileNotFoundError:
            lines = []
        return [line.strip() for line in lines] + [""] * (8 - len(lines))

    def _postmaster(self) -> int | None:
        """Return the server's pid. The file alone is never believed: after a crash its pid may be somebody else's."""
        recorded = self._record()[0]
        for pid in (int(recorded) if recorded.isdecimal() else None, self._last_seen):
            if pid and self._is_ours(_command_line(pid)):
                self._last_seen = pid
                return pid
        return None

    def _is_ours(self, command_line: str) -> bool:
        of_postmaster, of_its_children = f"/postgres -c cluster_name={self.mark} ", f"postgres: {self.mark}: "
        return of_postmaster in command_line or command_line.startswith(of_its_children)

    def _start(self, sockets: Path, settings: Mapping[str, str], deadline: Deadline) -> None:
        self._clear_away(sockets, deadline)
        spoken = self._trim_log()
        self._last_seen = pid = self._launch(sockets, settings)
        while self._is_ours(_command_line(pid)) and not self._is_ready():
            deadline.pause("Starting PostgreSQL")
        if not self._is_ready():
            self._explain_death(spoken)

    def _launch(self, sockets: Path, settings: Mapping[str, str]) -> int:
        command: list[str | Path] = [*_DETACH, self.postgres, "-c", f"cluster_name={self.mark}"]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        command += ["-k", sockets, "-p", str(PORT), "-D", self.data]
        with self.log.open("ab") as log:
            launched = self.account.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
        return int(launched.stdout or 0)

    def _clear_away(self, sockets: Path, deadline: Deadline) -> None:
        """End what a killed server left running, and remove the files that make the next one believe it still runs."""
        for pid in _pids():
            self._end(pid, signal.SIGKILL, deadline)
        name = f".s.PGSQL.{PORT}"
        for stale in (self.data / "postmaster.pid", sockets / name, sockets / f"{name}.lock"):
            stale.unlink(missing_ok=True)

    def _trim_log(self) -> int:
        """Return the log's size in bytes, after emptying it if it grew beyond LOG_LIMIT."""
        with os.fdopen(os.open(self.log, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as log:
            if log.seek(0, os.SEEK_END) > LOG_LIMIT:
                log.truncate(0)
            return log.seek(0, os.SEEK_END)

    def _explain_death(self, spoken: int) -> None:
        with self.log.open("rb") as log:
            log.seek(spoken)
            reason = last_words(log.read())
        # Where no orphan can be found (another container, no right to look), it may still end by itself: try again.
        if _SHARED_MEMORY_IN_USE not in reason:
            raise EmbeddedError(f"PostgreSQL did not start: {reason}.")

    def _end(self, pid: int, how: signal.Signals, deadline: Deadline) -> None:
        """Signal a process, if it is the server's, until it has ended. Once is not enough: see `_DETACH`."""
        while self._is_ours(_command_line(pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, how)
            deadline.pause("Ending PostgreSQL")


def last_words(output: bytes) -> str:
    """Return the message of the last line that tells of a failure, without time, pid and severity."""
    text = output.decode(errors="replace").strip()
    failures: list[str] = re.findall(r"(?:FATAL|PANIC|ERROR|error):\s+(.+)", text)
    return (failures or text.splitlines() or ["it gave no reason"])[-1].rstrip(".")


def _is_listening(folder: str) -> bool:
    if not folder:
        return False
    with socket.socket(socket.AF_UNIX) as client, suppress(OSError):
        client.settimeout(1.0)
        client.connect(f"{folder}/.s.PGSQL.{PORT}")
        return True
    return False


def _command_line(pid: int) -> str:
    """Return how a process describes itself; nothing if there is none, or only a zombie. Without /proc, ps knows."""
    try:
        return os.fsdecode((_PROC / str(pid) / "cmdline").read_bytes()).replace("\0", " ")
    except OSError:
        return "" if _PROC.exists() else _ps("-ww", "-o", "command=", "-p", str(pid))


def _pids() -> list[int]:
    words = os.listdir(_PROC) if _PROC.exists() else _ps("-ax", "-o", "pid=").split()
    return [int(word) for word in words if word.isdecimal()]


def _ps(*options: str) -> str:
    return os.fsdecode(Account().run(["ps", *options], capture_output=True).stdout)
