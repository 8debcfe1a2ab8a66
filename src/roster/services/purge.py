"""The purge: what was deleted long enough ago is gone for good."""

from datetime import datetime
from uuid import UUID

from roster.database import core_of, registry, transaction, transactional
from roster.models import Actor
from roster.repositories import core, orm

BATCH = 500
"""Users, and groups, that one transaction ends."""


@transactional
def batch(actor: Actor, *, at: datetime) -> int:
    """Purge some of the actor's organization whose time is over; return how many. Rolls back as one.

    Call it until it returns 0. Events stay, with what the organization's `purge_keeps` says.

    Raises:
        AppException: ORGANIZATION_NOT_FOUND.
    """
    organization_id = actor.organization_id
    with transaction(registry()) as session:
        keeps, connection = orm.organizations.by_id(session, organization_id).purge_keeps, core_of(session)
        users = core.purge.users(connection, organization_id, at=at, limit=BATCH)
        groups = core.purge.groups(connection, organization_id, at=at, limit=BATCH)
        gone = [("user.purged", row) for row in users] + [("group.purged", row) for row in groups]
        changes = [core.events.Change(action, row.id, row.label, {}) for action, row in gone]
        core.events.record_all(connection, actor, changes, at=at)
        core.purge.events(connection, organization_id, [row.id for _, row in gone], keeps=keeps)
    return len(gone)


@transactional
def due_organizations(*, at: datetime) -> list[UUID]:
    """Return the deleted organizations whose time is over. Writes nothing."""
    return list(core.purge.organizations(core_of(registry()), at=at))


@transactional
def organization(organization_id: UUID, *, at: datetime) -> bool:
    """Purge a deleted organization whose time is over, and everything in it; tell whether it was. Rolls back as one."""
    with transaction(registry()) as session:
        connection = core_of(session)
        is_due = core.purge.is_due(connection, organization_id, at=at)
        if is_due:
            core.purge.organization(connection, organization_id)
    return is_due
