"""Every wait for PostgreSQL has an end: psycopg2 itself would wait for a silent server for ever.

psycopg2 calls `wait` in place of its own waiting, for every connection of the process. COPY is not possible then.
"""

import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from psycopg2 import OperationalError
from psycopg2.extensions import POLL_OK, POLL_READ, set_wait_callback

from roster.database.deadline import time_left

CONNECT = 10.0
"""Seconds to connect where nobody chose how many."""

LEAST = 0.05
"""Seconds that every wait may take, so that a ROLLBACK after the deadline need not cost the connection."""


_meanwhile: ContextVar[Callable[[], object] | None] = ContextVar("roster_meanwhile", default=None)


@contextmanager
def while_waiting(work: Callable[[], object]) -> Iterator[None]:
    """Do this once, as soon as PostgreSQL works on what is sent inside: two processors are busy then.

    A thread of its own would hold the interpreter whenever PostgreSQL's answer comes, some milliseconds each time. The
    work is short, asks nothing of a database, and keeps to itself what goes wrong in it: else the connection is lost.
    """
    mark = _meanwhile.set(work)
    try:
        yield
    finally:
        _meanwhile.reset(mark)


def install() -> None:
    """Make psycopg2 wait as `wait` does. Doing so again changes nothing."""
    set_wait_callback(wait)


def wait(connection: Any) -> None:
    """Wait until the connection has what was asked of it.

    Raises:
        OperationalError: the time is over. psycopg2 closes the connection then, since an answer may still come.
    """
    while (state := connection.poll()) != POLL_OK:
        if state == POLL_READ and (work := _meanwhile.get()):
            _meanwhile.set(None)
            work()
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN if state == POLL_READ else select.POLLOUT)
        if not poll.poll(_milliseconds(connection)):
            raise OperationalError("PostgreSQL did not answer in time")


def _milliseconds(connection: Any) -> float | None:
    left = time_left()
    if left is None:
        left = getattr(connection, "patience", None)
    return None if left is None else max(left, LEAST) * 1000
