"""What Roster can do: one function, one use case, one transaction. Services do not import each other."""

from roster.services import (
    administrators,
    events,
    exports,
    groups,
    health,
    idempotency,
    imports,
    organizations,
    provisioning,
    purge,
    sign_ins,
    tokens,
    users,
)

__all__ = [
    "administrators",
    "events",
    "exports",
    "groups",
    "health",
    "idempotency",
    "imports",
    "organizations",
    "provisioning",
    "purge",
    "sign_ins",
    "tokens",
    "users",
]
