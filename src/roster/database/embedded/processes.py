"""Which processes there are, and what they say of themselves: from /proc, or from ps where there is none."""

import os
from pathlib import Path

from roster.database.embedded.account import Account

_PROC = Path("/proc")
_ENDED = {"Z", "X"}
"""States of a process of which only the exit code is left (proc_pid_stat(5))."""


def command_line_of(pid: int) -> str:
    """Return how a process describes itself; nothing if there is none, or only a zombie. Without /proc, ps knows."""
    try:
        return os.fsdecode((_PROC / str(pid) / "cmdline").read_bytes()).replace("\0", " ")
    except OSError:
        return "" if _PROC.exists() else _ps("-ww", "-o", "command=", "-p", str(pid))


def is_alive(pid: int) -> bool:
    """Tell whether a process goes on. One that is becoming another program has no command line for a moment."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] not in _ENDED
    except OSError:
        return not _PROC.exists() and bool(command_line_of(pid))


def pids() -> list[int]:
    """Return the processes of everybody that we can see."""
    words = os.listdir(_PROC) if _PROC.exists() else _ps("-ax", "-o", "pid=").split()
    return [int(word) for word in words if word.isdecimal()]


def _ps(*options: str) -> str:
    return os.fsdecode(Account().run(["ps", *options], capture_output=True).stdout)
