"""What /proc says of a server: its processes, their processor time and their memory."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> Iterator[int]:
    """Give a process and all that descend from it."""
    yield pid
    with suppress(OSError):
        for thread in _threads(pid):
            for child in (thread / "children").read_text().split():
                yield from family(int(child))


def cpu(pid: int) -> float:
    """Return the seconds of processor time, user's and system's, of a family: of children that have ended, too."""
    return sum(_cpu_of(member) for member in family(pid))


def memory(pid: int) -> int:
    """Return the bytes of a family by PSS: what several share counts once."""
    return sum(_memory_of(member) for member in family(pid))


def parent(pid: int) -> int:
    """Return the pid of a process's parent."""
    return int(_stat(pid)[1])


def _cpu_of(pid: int) -> float:
    """A process's time, and that of its children that have ended: utime, stime, cutime and cstime of proc(5)."""
    with suppress(OSError):
        user, system, *ended = (int(ticks) / TICK for ticks in _stat(pid)[11:15])
        return (_exact(pid) or user + system) + sum(ended)
    return 0.0


def _exact(pid: int) -> float:
    """What utime and stime are rounded from, where the kernel tells it: nanoseconds of all threads that live."""
    with suppress(OSError):
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in _threads(pid)) / 1e9
    return 0.0


def _threads(pid: int) -> Iterator[Path]:
    return Path(f"/proc/{pid}/task").iterdir()


def _memory_of(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def _stat(pid: int) -> list[str]:
    """The fields after the name, which may hold blanks and brackets."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
