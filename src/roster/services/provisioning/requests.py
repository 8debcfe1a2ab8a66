"""The log of what identity providers sent, and what they were answered."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from uuid_utils.compat import uuid7

from roster.database import core_of, registry, transaction, transactional
from roster.repositories import core, orm
from roster.repositories.core.provisioning.provider_requests import Search

__all__ = ["Entry", "Search", "find", "purge", "record", "search"]

BATCH = 5000
"""Requests that one transaction purges."""
RANDOM_BITS = 80
"""Of a UUIDv7, what comes after its 48 bits of milliseconds (RFC 9562 §5.7)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One request and its answer; `milliseconds` is how long it took.

    The bodies are JSON that hides what is secret: as values, or as `orjson.Fragment`.
    """

    identity_provider_id: UUID
    at: datetime
    method: str
    path: str
    status: int
    reason: str | None
    milliseconds: int
    request_id: str | None
    sent: Any
    answered: Any


NAMES = [field.name for field in fields(Entry)]


@transactional
def record(organization_id: UUID, entries: Sequence[Entry]) -> None:
    """Write down requests of an organization's providers. Rolls back as one."""
    rows = [{name: getattr(entry, name) for name in NAMES} | {"id": _id(entry.at)} for entry in entries]
    with transaction(registry()) as session:
        core.provider_requests.add_all(core_of(session), organization_id, rows)


@transactional
def search(
    organization_id: UUID, provider_id: UUID, matching: Search, *, before: UUID | None = None, limit: int = 50
) -> Sequence[Row[Any]]:
    """Return the newest requests of a provider that match and are older than `before`, newest first. Writes nothing."""
    return core.provider_requests.page(
        core_of(registry()), organization_id, provider_id, matching, before=before, limit=limit
    )


@transactional
def find(organization_id: UUID, provider_id: UUID, request_id: UUID) -> Row[Any] | None:
    """Return one request with what was sent and answered; None if it is not kept any more. Writes nothing."""
    return core.provider_requests.find_by_id(core_of(registry()), organization_id, provider_id, request_id)


@transactional
def purge(organization_id: UUID, *, at: datetime) -> int:
    """Delete some of what is older than its provider keeps it; return how many. Rolls back as one.

    Call it until it returns 0.
    """
    with transaction(registry()) as session:
        connection, gone = core_of(session), 0
        for provider in orm.identity_providers.alphabetical(session, organization_id):
            before = at - timedelta(days=provider.option("log_days"))
            gone += core.provider_requests.purge(connection, organization_id, provider.id, before=before, limit=BATCH)
    return gone


def _id(at: datetime) -> UUID:
    """A UUIDv7 of the time of the request, not of when it was written down: chance is all it takes of a new one."""
    return UUID(int=int(at.timestamp() * 1000) << RANDOM_BITS | uuid7().int & (1 << RANDOM_BITS) - 1)
