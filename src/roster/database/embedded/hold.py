"""Who uses the server, and who may start or stop it: locks of the kernel's, which end with their process."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from roster.database.embedded.deadline import Deadline


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


@contextmanager
def gate(home: Path, deadline: Deadline) -> Iterator[None]:
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
