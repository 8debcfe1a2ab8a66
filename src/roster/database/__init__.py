"""Where sessions come from and how transactions end. Knows nothing of people; could be lifted out."""

from roster.database.deadline import deadline, postpone, time_left
from roster.database.engine import engine_options, while_waiting
from roster.database.failure import (
    Decision,
    Demoted,
    TransactionError,
    constraint,
    decide,
    is_contention,
    is_outage,
    is_schema_missing,
    is_unmet,
    violations,
)
from roster.database.registry import Database, database, registry
from roster.database.rehearsal import Rehearsal, dry_run
from roster.database.retry import Retry, composing, transactional
from roster.database.session import Session
from roster.database.sessionless import Unmet, demanding, reading, writing
from roster.database.skip import Skipped, TooManySkipped, each
from roster.database.transaction import core_of, on_commit, savepoint, transaction

__all__ = [
    "Database",
    "Decision",
    "Demoted",
    "Rehearsal",
    "Retry",
    "Session",
    "Skipped",
    "TooManySkipped",
    "TransactionError",
    "Unmet",
    "composing",
    "constraint",
    "core_of",
    "database",
    "deadline",
    "decide",
    "demanding",
    "dry_run",
    "each",
    "engine_options",
    "is_contention",
    "is_outage",
    "is_schema_missing",
    "is_unmet",
    "on_commit",
    "postpone",
    "reading",
    "registry",
    "savepoint",
    "time_left",
    "transaction",
    "transactional",
    "violations",
    "while_waiting",
    "writing",
]
