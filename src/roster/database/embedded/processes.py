"""Which processes there are, and what they say of themselves: from /proc, or from ps where there is none."""

import os
from pathlib import Path

from roster.database.embedded.account import Account

_PROC = Path("/proc")


def command_line_of(pid: int) -> str:
    """Return how a process describes itself; nothing if there is none, or only a zombie. Without /proc, ps knows."""
    try:
        return os.fsdecode((_PROC / str(pid) / "cmdline").read_bytes()).replace("\0", " ")
    except OSError:
        return "" if _PROC.exists() else _ps("-ww", "-o", "command=", "-p", str(pid))


def pids() -> list[int]:
    """Return the processes of everybody that we can see."""
    words = os.listdir(_PROC) if _PROC.exists() else _ps("-ax", "-o", "pid=").split()
    return [int(word) for word in words if word.isdecimal()]


def _ps(*options: str) -> str:
    return os.fsdecode(Account().run(["ps", *options], capture_output=True).stdout)
