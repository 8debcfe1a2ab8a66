"""Core repositories: take a Connection, give rows or counts. For sets, counts, hot reads and whatever loads nothing."""

from roster.repositories.core import (
    administrators,
    events,
    groups,
    health,
    idempotency,
    keyset,
    memberships,
    organizations,
    provider_requests,
    provisioned_groups,
    provisioned_users,
    purge,
    tokens,
    user_documents,
    user_writes,
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
    "organizations",
    "provider_requests",
    "provisioned_groups",
    "provisioned_users",
    "purge",
    "tokens",
    "user_documents",
    "user_writes",
    "users",
]
