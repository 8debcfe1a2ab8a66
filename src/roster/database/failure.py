"""What went wrong, and what comes next: RETRY, SKIP or ROLLBACK. The one place that knows driver errors.

Sources: PostgreSQL's appendix A (error codes); psycopg2 leaves `pgcode` empty when the connection itself died.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import Enum

from psycopg2 import InterfaceError as DriverInterfaceError
from psycopg2 import OperationalError as DriverOperationalError
from sqlalchemy.exc import DBAPIError, PendingRollbackError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError

from roster.errors import AppException, ErrorCode


class TransactionError(Exception):
    """A mistake in our own code: something other than `transaction()` tried to begin, end or skip past work."""


class Demoted(SQLAlchemyError):  # noqa: N818 - it says what happened
    """A transaction that was opened to write met a server that takes no writes: it is no longer the primary."""


class Overtaken(SQLAlchemyError):  # noqa: N818 - it says what happened
    """What had just succeeded, tried out, failed when done for good: another writer was in between."""


class Decision(Enum):
    """What a service does next."""

    RETRY = "retry"
    SKIP = "skip"
    ROLLBACK = "rollback"


SERIALIZATION_FAILURE = "40001"
DEADLOCK_DETECTED = "40P01"
LOCK_NOT_AVAILABLE = "55P03"
READ_ONLY_TRANSACTION = "25006"
QUERY_CANCELED = "57014"
UNDEFINED_OBJECT = "42704"
UNMET = "roster_demand_unmet"
"""The setting that nobody knows; see `demanding`."""

RETRIED_CODES = frozenset({SERIALIZATION_FAILURE, DEADLOCK_DETECTED, LOCK_NOT_AVAILABLE, "57P01", "57P02", "57P03"})
CONTENTION_CODES = frozenset({SERIALIZATION_FAILURE, DEADLOCK_DETECTED, LOCK_NOT_AVAILABLE})
LOST_CLASSES = frozenset({"08", "53"})
LOST_CODES = frozenset({"57P01", "57P02", "57P03"})
DATA_CLASSES = frozenset({"22", "23"})


REASONS: Mapping[object, str] = {
    StaleDataError: "stale",
    Overtaken: "overtaken",
    Demoted: "demoted",
    PoolTimeoutError: "pool",
    SERIALIZATION_FAILURE: "serialization",
    DEADLOCK_DETECTED: "deadlock",
    LOCK_NOT_AVAILABLE: "lock",
}


def decide(error: BaseException, *, writable: bool = True) -> Decision:
    """Return what comes next after `error`.

    Args:
        error: what was raised.
        writable: whether it was raised inside a transaction that was opened to write; then 25006 means that the
            primary was demoted under us. Outside, it is a stray write, and `Demoted` says what transaction() met.
    """
    if isinstance(error, StaleDataError | Demoted | Overtaken) or is_lost(error):
        return Decision.RETRY
    code = sqlstate(error)
    if code in RETRIED_CODES or (code == READ_ONLY_TRANSACTION and writable):
        return Decision.RETRY
    if code is not None and code[:2] in DATA_CLASSES:
        return Decision.SKIP
    return Decision.ROLLBACK


def sqlstate(error: BaseException) -> str | None:
    """Return the five characters by which PostgreSQL names the failure, if it is PostgreSQL's."""
    if not isinstance(error, DBAPIError):
        return None
    code = getattr(error.orig, "pgcode", None)
    return code if isinstance(code, str) else None


def constraint(error: BaseException) -> str | None:
    """Return the name of the constraint or unique index that was violated, if one was."""
    if not isinstance(error, DBAPIError):
        return None
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    return name if isinstance(name, str) else None


@contextmanager
def violations(named: Mapping[str, ErrorCode]) -> Iterator[None]:
    """Say by name what a violated constraint means.

    Constraints are recognised by the beginning of their names: a distributed table's shards add their number.

    Raises:
        AppException: the code whose constraint was violated inside.
    """
    try:
        yield
    except DBAPIError as error:
        violated = constraint(error) or ""
        for prefix, code in named.items():
            if violated.startswith(prefix):
                raise AppException(code) from error
        raise


def is_lost(error: BaseException) -> bool:
    """Tell whether the connection is gone or can't be had, so that nothing more can be said on it."""
    if isinstance(error, DBAPIError):
        code = sqlstate(error)
        if code is not None:
            return code[:2] in LOST_CLASSES or code in LOST_CODES or error.connection_invalidated
        return error.connection_invalidated or isinstance(error.orig, DriverOperationalError | DriverInterfaceError)
    return isinstance(error, PoolTimeoutError) or _was_invalidated(error)


def _was_invalidated(error: BaseException) -> bool:
    return isinstance(error, PendingRollbackError) and error.code == "8s2b"


def is_schema_missing(error: BaseException) -> bool:
    """Tell whether a table or column was not there: the migrations have not run."""
    return sqlstate(error) in {"42P01", "42703"}


def is_unmet(error: BaseException) -> bool:
    """Tell whether what was demanded of the server was not so (see `demanding`)."""
    return sqlstate(error) == UNDEFINED_OBJECT and UNMET in str(error)


def is_demotion(error: BaseException) -> bool:
    """Tell whether a writable transaction met a server that takes no writes."""
    return sqlstate(error) == READ_ONLY_TRANSACTION


def is_contention(error: BaseException) -> bool:
    """Tell whether others who change the same were in the way; the database itself is well."""
    return isinstance(error, StaleDataError | Overtaken) or sqlstate(error) in CONTENTION_CODES


def is_outage(error: BaseException) -> bool:
    """Tell whether trying again later may help although trying again now did not."""
    return decide(error, writable=False) is Decision.RETRY or sqlstate(error) == QUERY_CANCELED


def reason_of(error: BaseException) -> str:
    """Return one word for what made an attempt fail, for counting."""
    if isinstance(error, StaleDataError | Demoted | Overtaken | PoolTimeoutError):
        return REASONS[type(error)]
    return REASONS.get(sqlstate(error), "connection")
