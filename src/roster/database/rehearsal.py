"""`dry_run()`: everything is done but kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.orm import object_mapper

from roster.database.session import Session

_rehearsing: ContextVar["Rehearsal | None"] = ContextVar("roster_dry_run", default=None)
_CHECK = text("SET CONSTRAINTS ALL IMMEDIATE")


@dataclass(slots=True)
class Rehearsal:
    """What a dry run came to, so far.

    Args:
        transactions: how many would have been committed.
        hooks: what would have run after them.
    """

    transactions: int = 0
    hooks: list[Callable[[], object]] = field(default_factory=list)


@contextmanager
def dry_run() -> Iterator[Rehearsal]:
    """Make every transaction inside do all its work, constraints included, and then roll back. Hooks stay silent.

    What a service raises or returns is its outcome; instances that it returns are detached and show what would be.
    """
    mark = _rehearsing.set(rehearsal := Rehearsal())
    try:
        yield rehearsal
    finally:
        _rehearsing.reset(mark)


def current() -> Rehearsal | None:
    """Return the dry run that is going on, if one is."""
    return _rehearsing.get()


def conclude(session: Session, rehearsal: Rehearsal) -> None:
    """Check what only a COMMIT would check, and let go of the instances as they would be after it."""
    session.flush()
    if session.connected:
        session.execute(_CHECK)
    for instance in session:
        if expired := set(object_mapper(instance).column_attrs.keys()) - set(instance.__dict__):
            session.refresh(instance, expired)
    session.expunge_all()
    rehearsal.transactions += 1
    rehearsal.hooks += session.hooks
    session.hooks = []
