"""What became of a COMMIT whose answer never came: PostgreSQL is asked, on another connection."""

import time
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import psycopg2
from psycopg2.errors import InvalidParameterValue

from roster.database import metrics
from roster.database.deadline import deadline, time_left

TIMELINE = "SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)"
"""The server's history: a promoted standby goes on in another one, where the same id may be another transaction."""

_STATUS = f"""
    SELECT CASE WHEN pg_is_in_recovery() THEN 'in progress'
                WHEN %(timeline)s <> ({TIMELINE}) THEN 'unknown'
                ELSE coalesce(pg_xact_status(%(id)s::text::xid8), 'unknown') END
"""
_STATUS_WITHOUT_TIMELINE = "SELECT coalesce(pg_xact_status(%(id)s::text::xid8), 'unknown')"

_END_WAITING = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE backend_xid = %s::text::xid AND datname = current_database() AND state LIKE 'idle in transaction%%'
"""
"""The COMMIT never reached a backend that still waits for it: nobody will send another, so it must let its locks go."""

PATIENCE = 30.0
"""Seconds to go on asking where there is no deadline."""

PAUSE = 0.05


class Outcome(StrEnum):
    """What is known of a transaction."""

    COMMITTED = "committed"
    ABORTED = "aborted"
    UNKNOWN = "unknown"


def outcome_of(transaction_id: int, timeline: str | None, connect: Callable[[], Any]) -> Outcome:
    """Return what became of a transaction; UNKNOWN also where nobody could be asked before the time was over."""
    outcome = Outcome.UNKNOWN
    with deadline(PATIENCE):
        while left := time_left():
            status = _ask(transaction_id, timeline, connect)
            if status in set(Outcome):
                outcome = Outcome(status)
                break
            time.sleep(min(PAUSE, left))
    metrics.RESOLVED.labels(outcome).inc()
    return outcome


def _ask(transaction_id: int, timeline: str | None, connect: Callable[[], Any]) -> str:
    try:
        connection = connect()
    except psycopg2.Error:
        return "unreachable"
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            return _status(cursor, transaction_id, timeline)
    except InvalidParameterValue:  # an id of the future: this server never saw the transaction
        return Outcome.UNKNOWN
    except psycopg2.Error:
        return "unreachable"
    finally:
        connection.close()


def _status(cursor: Any, transaction_id: int, timeline: str | None) -> str:
    statement = _STATUS_WITHOUT_TIMELINE if timeline is None else _STATUS
    cursor.execute(statement, {"id": transaction_id, "timeline": timeline})
    status: str = cursor.fetchone()[0]
    if status == "in progress":
        cursor.execute(_END_WAITING, [transaction_id % 2**32])
    return status
