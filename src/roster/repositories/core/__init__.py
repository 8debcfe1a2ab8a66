"""Core repositories: take a Connection, give rows or counts. For sets, counts, hot reads and whatever loads nothing."""

from roster.repositories.core import (
    administrators,
    events,
    groups,
    health,
    idempotency,
    keyset,
    memberships,
    purge,
    tokens,
    users,
)

__all__ = [
    "administrators",
    "events",
    "groups",
    "health",
    "idempotency",
    "keyset",
    "memberships",
    "purge",
    "tokens",
    "users",
]
