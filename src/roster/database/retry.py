"""`@transactional`: repeat a whole use case when PostgreSQL asks for it."""

import inspect
import logging
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import inspect as mapped
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from roster.database.deadline import time_left
from roster.database.failure import Decision, decide, is_lost
from roster.database.registry import registry
from roster.database.session import TransactionError

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)
_attempting: ContextVar[str | None] = ContextVar("roster_attempting", default=None)


@dataclass(frozen=True, slots=True)
class Retry:
    """How often to repeat, and how long to wait in between: full jitter below base * 2**n, at most cap (seconds)."""

    attempts: int = 6
    base: float = 0.01
    cap: float = 0.5

    def attempt(self, work: Callable[[], R]) -> R:
        """Do the work until it succeeds, fails in a way that repeating won't mend, or the request's time is up."""
        wait = wait_random_exponential(multiplier=self.base, max=self.cap)

        def enough(state: RetryCallState) -> bool:
            left = time_left()
            return stop_after_attempt(self.attempts)(state) or (left is not None and left <= state.upcoming_sleep)

        retrying = Retrying(
            retry=retry_if_exception(_may_repeat), wait=wait, stop=enough, before_sleep=_start_afresh, reraise=True
        )
        return retrying(work)


def _may_repeat(error: BaseException) -> bool:
    return isinstance(error, Exception) and decide(error) is Decision.RETRY


def _start_afresh(state: RetryCallState) -> None:
    """Drop the failed attempt's session, and with it the snapshot and every loaded instance."""
    error = state.outcome.exception() if state.outcome else None
    log.warning("retry", extra={"attempt": state.attempt_number, "error": type(error).__name__})
    registry.remove()


def transactional(function: Callable[P, R]) -> Callable[P, R]:
    """Make a service function repeat itself as a whole when its failure asks for that: COMMIT included, fresh snapshot.

    It must be one use case: it opens its `transaction()` itself, takes plain values (a mapped instance belongs to an
    attempt that is over) and returns when it is done (a generator would go on after its transaction).

    Raises:
        TransactionError: on the first call, not under contention: it was called inside another one, or given
            a mapped instance.
    """
    if inspect.isgeneratorfunction(function):
        raise TransactionError(f"{function.__qualname__} is a generator: it can't be repeated.")

    @wraps(function)
    def repeatable(*args: P.args, **kwargs: P.kwargs) -> R:
        _refuse_instances((*args, *kwargs.values()))
        if (outer := _attempting.get()) is not None:
            raise TransactionError(f"{function.__qualname__} inside {outer}: only the outermost may repeat itself.")
        mark = _attempting.set(function.__qualname__)
        try:
            return Retry().attempt(lambda: function(*args, **kwargs))
        except Exception as error:
            if is_lost(error):
                registry.remove()
            raise
        finally:
            _attempting.reset(mark)

    return repeatable


def _refuse_instances(values: tuple[Any, ...]) -> None:
    if any(mapped(value, raiseerr=False) is not None and not isinstance(value, type) for value in values):
        raise TransactionError("Pass keys, not mapped instances: an instance belongs to one attempt.")
