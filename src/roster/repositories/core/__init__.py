"""Core repositories: take a Connection, give rows or counts. For sets, counts, hot reads and whatever loads nothing."""

from roster.repositories.core import administrators, health, idempotency, keyset, listing, organizations, purge, tokens
from roster.repositories.core.directory import (
    group_sets,
    groups,
    member_sets,
    memberships,
    user_documents,
    user_sets,
    user_writes,
    users,
)
from roster.repositories.core.history import activity, events, operations
from roster.repositories.core.imports import import_lines, jobs, user_imports
from roster.repositories.core.provisioning import provider_requests, provisioned_groups, provisioned_users

__all__ = [
    "activity",
    "administrators",
    "events",
    "group_sets",
    "groups",
    "health",
    "idempotency",
    "import_lines",
    "jobs",
    "keyset",
    "listing",
    "member_sets",
    "memberships",
    "operations",
    "organizations",
    "provider_requests",
    "provisioned_groups",
    "provisioned_users",
    "purge",
    "tokens",
    "user_documents",
    "user_imports",
    "user_sets",
    "user_writes",
    "users",
]
