"""Who is new to a provider, and who is hired again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from uuid_utils.compat import uuid7

from roster.models import Actor, Person, Provider
from roster.repositories import core
from roster.services.provisioning import user_changes

NOT_DELETED = {"deleted_at": None, "purge_after": None}


def hire(connection: Connection, actor: Actor, provider: Provider, values: Mapping[str, Any], *, at: datetime) -> UUID:
    """Add a user, or bring back the one whom this provider had under the same external id; return the id.

    Raises:
        AppException: INVALID_VALUE: an unknown manager, when strict.
    """
    known = _known(connection, actor, provider, values["external_id"])
    if known is None or not _comes_back(known, provider, values):
        return _add(connection, actor, provider, values, known, at=at)
    if known.deleted_at is None:
        user_changes.write(connection, actor, provider, known, values, at=at)
    else:
        user_changes.write(connection, actor, provider, known, values, at=at, action="user.restored", **NOT_DELETED)
        core.groups.count_member_changed(connection, actor.organization_id, known.id, at=at)
    return known.id


def _known(connection: Connection, actor: Actor, provider: Provider, external_id: str | None) -> Person | None:
    if external_id is None:
        return None
    return core.user_writes.find_by_external_id_for_update(connection, actor.organization_id, provider.id, external_id)


def _comes_back(known: Person, provider: Provider, values: Mapping[str, Any]) -> bool:
    """Tell whether this is a rehire under the same id; one who is active, or should not be, is only there twice."""
    if known.deleted_at is not None:
        return provider.revive_deleted
    return values["active"] and not known.active


def _add(
    connection: Connection,
    actor: Actor,
    provider: Provider,
    values: Mapping[str, Any],
    known: Person | None,
    *,
    at: datetime,
) -> UUID:
    """Add somebody new; whom the provider had before and deleted, they name as who they were."""
    user = Person(
        organization_id=actor.organization_id,
        id=uuid7(),
        user_name=values["user_name"],
        identity_provider_id=provider.id,
        predecessor_id=known.id if known and known.deleted_at else None,
        attributes={},
        version=1,
        created_at=at,
        updated_at=at,
    )
    user_changes.add(connection, actor, provider, user, values, at=at)
    return user.id
