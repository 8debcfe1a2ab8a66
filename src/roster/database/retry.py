"""`@transactional`: repeat a whole use case when PostgreSQL asks for it."""

import inspect
import logging
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from sqlalchemy.orm.base import DEFAULT_STATE_ATTR

from roster.database import metrics
from roster.database.deadline import time_left
from roster.database.failure import Decision, TransactionError, decide, reason_of
from roster.database.hooks import Attempt, attempting
from roster.database.registry import database

P = ParamSpec("P")
R = TypeVar("R")
PLAIN = frozenset({str, bytes, int, bool, type(None), datetime, UUID})
"""What use cases are given nearly always, and can be had as often as one likes."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Retry:
    """How often to repeat, and how long to wait in between: full jitter below base * 2**n, at most cap (seconds)."""

    attempts: int = 6
    base: float = 0.01
    cap: float = 0.5

    def attempt(self, work: Callable[[], R]) -> R:
        """Do the work until it succeeds, fails in a way that repeating won't mend, or the request's time is up."""
        number = 1
        while True:
            try:
                return work()
            except Exception as error:
                repeatable = decide(error, writable=False) is Decision.RETRY
                if repeatable:
                    database.close_scope()  # with it go the snapshot and every loaded instance
                pause = self._pause(number)
                if not repeatable or number == self.attempts or not _affordable(pause):
                    raise
                _tell(error, number)
            time.sleep(pause)
            number += 1

    def _pause(self, number: int) -> float:
        return random.uniform(0, min(self.cap, self.base * 2**number))  # noqa: S311 - spreads load, guards nothing


AS_USUAL = Retry()


def _affordable(pause: float) -> bool:
    left = time_left()
    return left is None or left > pause


def _tell(error: Exception, number: int) -> None:
    reason = reason_of(error)
    metrics.RETRIES.labels(reason).inc()
    log.warning("retry", extra={"attempt": number, "reason": reason})


def composing(function: Callable[P, R]) -> Callable[P, R]:
    """Make a use case of others: as `transactional`, but those that it calls join it, and are repeated with it.

    It opens the `transaction()` that they join before it calls them.

    Raises:
        TransactionError: as `transactional`.
    """
    return _repeatable(function, composes=True)


def transactional(function: Callable[P, R]) -> Callable[P, R]:
    """Make a service function repeat itself as a whole when its failure asks for that: COMMIT included, fresh snapshot.

    It must be one use case: it opens its `transaction()` itself, takes plain values (a mapped instance belongs to an
    attempt that is over, an iterator is used up by the first) and returns when it is done (a generator would go on
    after its transaction).

    Raises:
        TransactionError: on the first call, not under contention: it was called inside another one, or was given
            or returned what can't be had twice.
    """
    return _repeatable(function, composes=False)


def _repeatable(function: Callable[P, R], *, composes: bool) -> Callable[P, R]:
    if inspect.isgeneratorfunction(function) or inspect.iscoroutinefunction(function):
        raise TransactionError(f"{function.__qualname__} does not end when it returns: it can't be repeated.")

    attempt = Attempt(function.__qualname__, composes)

    @wraps(function)
    def repeatable(*args: P.args, **kwargs: P.kwargs) -> R:
        for value in (*args, *kwargs.values()):
            _refuse_unrepeatable(value)
        if (outer := attempting.get()) is not None:
            if outer.composes:
                return function(*args, **kwargs)
            raise TransactionError(f"{function.__qualname__} in {outer.name}: only the outermost may repeat itself.")
        mark = attempting.set(attempt)
        try:
            result = AS_USUAL.attempt(lambda: function(*args, **kwargs))
        finally:
            attempting.reset(mark)
        if isinstance(result, Iterator):
            raise TransactionError(f"{function.__qualname__} returned an iterator: its work is not done.")
        return result

    repeatable.__transactional__ = True  # type: ignore[attr-defined] # for tests that look for it
    return repeatable


def _refuse_unrepeatable(value: Any) -> None:
    """Look at the value, and one level into containers."""
    if type(value) in PLAIN:
        return
    if isinstance(value, Iterator):
        raise TransactionError("Pass sequences, not iterators: the first attempt would use them up.")
    if any(_is_instance(one) for one in (value, *_contents(value))):
        raise TransactionError("Pass keys, not mapped instances: an instance belongs to one attempt.")


def _contents(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list | tuple | set | frozenset) else ()


def _is_instance(value: Any) -> bool:
    return hasattr(value, DEFAULT_STATE_ATTR) and not isinstance(value, type)
