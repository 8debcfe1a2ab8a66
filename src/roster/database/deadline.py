"""The time a request has left. Every wait (pool, connection, lock, statement, retry) ends inside it."""

from contextvars import ContextVar
from time import monotonic

_ends_at: ContextVar[float | None] = ContextVar("roster_deadline", default=None)


class deadline:  # noqa: N801 - it is used as a function
    """Give what runs inside at most so many seconds. An inner deadline can only shorten the outer one."""

    __slots__ = ("_mark", "_seconds")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __enter__(self) -> None:
        ends_at, outer = monotonic() + self._seconds, _ends_at.get()
        self._mark = _ends_at.set(ends_at if outer is None else min(ends_at, outer))

    def __exit__(self, *_: object) -> None:
        _ends_at.reset(self._mark)


def postpone(seconds: float) -> None:
    """Let the deadline that one is in end so many seconds from now: for work that is known to take longer."""
    _ends_at.set(monotonic() + seconds)


def time_left() -> float | None:
    """Return the seconds left (0 when it is over), or None where nobody set a deadline."""
    ends_at = _ends_at.get()
    return None if ends_at is None else max(0.0, ends_at - monotonic())
