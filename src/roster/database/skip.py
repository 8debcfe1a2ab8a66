"""`each()`: do the work for many items, skip the bad, keep the rest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from roster.database import metrics
from roster.database.failure import Decision, Overtaken, decide
from roster.database.session import Session
from roster.database.transaction import savepoint

T = TypeVar("T")
Work = Callable[[Sequence[T]], object]

FIRST_BATCH = 500
LARGEST_BATCH = 8000
MOST_LIVE = 60
"""Savepoints of one transaction that were kept and wrote something. PostgreSQL's cache holds 64; beyond, every backend
of the server looks them up on disk (src/include/storage/proc.h, PGPROC_MAX_CACHED_SUBXIDS)."""


@dataclass(frozen=True, slots=True)
class Skipped(Generic[T]):
    """An item that was left out: its position in the sequence (from 0), itself, and why."""

    position: int
    item: T
    reason: Exception


class TooManySkipped(Exception):  # noqa: N818 - it says what happened
    """More items were bad than the caller wanted to forgive; everything is rolled back."""

    def __init__(self, skipped: Sequence[Skipped[T]]) -> None:
        super().__init__(f"{len(skipped)} items could not be done.")
        self.skipped = list(skipped)


class _TriedOut(Exception):  # noqa: N818 - it says what happened
    """Undoes what was only tried."""


def each(
    session: Session,
    items: Sequence[T],
    work: Work[T],
    *,
    limit: int | None = None,
    declared: tuple[type[Exception], ...] = (),
) -> list[Skipped[T]]:
    """Do `work` for all items, in batches that are halved around the bad ones, and return those left out, in order.

    Each item meets the good ones before it. For n items of which b are bad it takes at most
    n / 500 + 2b * (log2(500) + 1) savepoints, and never keeps more than 60 in one transaction: what comes after them
    is tried in a savepoint that is undone, then done again for good.

    Args:
        session: the session whose transaction is open.
        items: what to work on.
        work: does some of the items, in order; everything it writes goes through the session. It may be called again
            for the same items, also for ones that it did successfully: what it does besides must bear that.
        limit: how many may be left out before the whole fails; None for any number.
        declared: domain errors that count as the item's fault, beside data faults (SQLSTATE classes 22 and 23).

    Raises:
        TooManySkipped: more than `limit` items were bad.
        Overtaken: another writer took what an item had just been tried with; the whole should be retried.
        Exception: any failure that is no item's fault, above all one that should be retried.
    """
    skipped: list[Skipped[T]] = []
    start, size = 0, FIRST_BATCH
    while start < len(items):
        stop = min(start + size, len(items))
        found = _bad(session, items, work, declared, start, stop)
        size = FIRST_BATCH if found else min(2 * size, LARGEST_BATCH)
        start = stop
        skipped += found
        if limit is not None and len(skipped) > limit:
            raise TooManySkipped(skipped)
    metrics.SKIPPED.inc(len(skipped))
    return skipped


def _bad(
    session: Session,
    items: Sequence[T],
    work: Work[T],
    declared: tuple[type[Exception], ...],
    start: int,
    stop: int,
) -> list[Skipped[T]]:
    """Do a batch; where it fails, do its halves."""
    reason = _fault(session, items[start:stop], work, declared)
    if reason is None:
        return []
    if stop - start == 1:
        return [Skipped(start, items[start], reason)]
    middle = (start + stop) // 2
    return [
        *_bad(session, items, work, declared, start, middle),
        *_bad(session, items, work, declared, middle, stop),
    ]


def _fault(
    session: Session, items: Sequence[T], work: Work[T], declared: tuple[type[Exception], ...]
) -> Exception | None:
    """Do the work, or tell what about the items forbids it."""
    try:
        if session.live_savepoints < MOST_LIVE:
            _in_savepoint(session, items, work)
        else:
            _tried_first(session, items, work)
    except declared as error:
        return error
    except Exception as error:
        if decide(error) is not Decision.SKIP:
            raise
        return error
    return None


def _in_savepoint(session: Session, items: Sequence[T], work: Work[T]) -> None:
    with savepoint(session):
        work(items)
        session.flush()


def _tried_first(session: Session, items: Sequence[T], work: Work[T]) -> None:
    try:
        with savepoint(session):
            work(items)
            session.flush()
            raise _TriedOut
    except _TriedOut:
        pass
    try:
        work(items)
        session.flush()
    except Exception as error:
        if decide(error) is Decision.SKIP:
            raise Overtaken from error
        raise
