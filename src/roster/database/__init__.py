"""Where sessions come from and how transactions end. Knows nothing of people; could be lifted out."""

from roster.database.deadline import deadline, time_left
from roster.database.failure import Decision, constraint, decide, is_outage, is_schema_missing, violations
from roster.database.registry import Database, database, engine_options, registry
from roster.database.retry import Retry, transactional
from roster.database.session import Session, TransactionError
from roster.database.skip import Skipped, TooManySkipped, each
from roster.database.transaction import core_of, dry_run, on_commit, savepoint, transaction

__all__ = [
    "Database",
    "Decision",
    "Retry",
    "Session",
    "Skipped",
    "TooManySkipped",
    "TransactionError",
    "constraint",
    "core_of",
    "database",
    "deadline",
    "decide",
    "dry_run",
    "each",
    "engine_options",
    "is_outage",
    "is_schema_missing",
    "on_commit",
    "registry",
    "savepoint",
    "time_left",
    "transaction",
    "transactional",
    "violations",
]
