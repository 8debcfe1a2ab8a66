"""`each()`: do the work for many items, skip the bad, keep the rest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from roster.database.failure import Decision, decide
from roster.database.session import Session
from roster.database.transaction import savepoint

T = TypeVar("T")


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


def each(
    session: Session,
    items: Sequence[T],
    work: Callable[[Sequence[T]], object],
    *,
    limit: int | None = None,
    declared: tuple[type[Exception], ...] = (),
) -> list[Skipped[T]]:
    """Do `work` for all items, in batches that are halved around the bad ones, and return those left out, in order.

    A batch is one savepoint; a savepoint for each item would overflow PostgreSQL's subtransaction cache (64 for each
    backend) and stall the whole server. So `work` takes a sequence, and may be called again for parts of it.

    Args:
        session: the session whose transaction is open.
        items: what to work on.
        work: does some of the items, in order; everything it writes goes through the session.
        limit: how many may be left out before the whole fails; None for any number.
        declared: domain errors that count as the item's fault, beside data faults (SQLSTATE classes 22 and 23).

    Raises:
        TooManySkipped: more than `limit` items were bad.
        Exception: any failure that is no item's fault, above all one that should be retried.
    """
    skipped: list[Skipped[T]] = []
    waiting = [(0, len(items))] if items else []
    while waiting:
        start, stop = waiting.pop()
        reason = _fault(session, items[start:stop], work, declared)
        if reason is None:
            continue
        if stop - start > 1:
            middle = (start + stop) // 2
            waiting += [(middle, stop), (start, middle)]
            continue
        skipped.append(Skipped(start, items[start], reason))
        if limit is not None and len(skipped) > limit:
            raise TooManySkipped(skipped)
    return skipped


def _fault(
    session: Session, items: Sequence[T], work: Callable[[Sequence[T]], object], declared: tuple[type[Exception], ...]
) -> Exception | None:
    try:
        with savepoint(session):
            work(items)
            session.flush()
    except declared as error:
        return error
    except Exception as error:
        if decide(error) is not Decision.SKIP:
            raise
        return error
    return None
