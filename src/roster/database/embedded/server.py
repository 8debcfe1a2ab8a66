"""The server as processes: whether they live, how they start and end. Knows nothing of locks."""

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from roster.database.embedded.account import Account
from roster.database.embedded.deadline import Deadline
from roster.database.embedded.failure import EmbeddedError, last_words
from roster.database.embedded.processes import command_line_of, is_alive, pids
from roster.database.embedded.sockets import PORT, SOCKET, is_listening

LOG_LIMIT = 10 * 1024 * 1024
"""Bytes above which the log is emptied when the server starts."""

# The server must not be our child: gunicorn reaps every child as a worker and reads meaning into its exit code.
# As a shell's background job it is deaf to SIGINT and SIGQUIT until it has come up.
_DETACH = ("/bin/sh", "-c", 'exec "$@" >&2 & echo $!', "sh")
_PATIENCE = {signal.SIGINT: 30.0, signal.SIGQUIT: 5.0, signal.SIGKILL: 5.0}
_SHARED_MEMORY_IN_USE = "pre-existing shared memory block"


@dataclass(slots=True)
class Server:
    """The server over one data folder, running or not. Whoever starts or stops it is inside the gate."""

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
        return self._postmaster() is not None or is_listening(self._record()[4])

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
            if pid and self._is_ours(command_line_of(pid)):
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
        while is_alive(pid) and not self._is_ready():
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
        for pid in pids():
            self._end(pid, signal.SIGKILL, deadline)
        for stale in (self.data / "postmaster.pid", sockets / SOCKET, sockets / f"{SOCKET}.lock"):
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
        while self._is_ours(command_line_of(pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, how)
            deadline.pause("Ending PostgreSQL")
