"""Organizations: create, find, change, suspend, delete with a time to think it over."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from uuid_utils.compat import uuid7

from roster.database import Session, core_of, registry, transaction, transactional, violations
from roster.errors import ORGANIZATION_NOT_DELETED, ORGANIZATION_SLUG_TAKEN, STALE_VERSION, AppException
from roster.models import Actor, Expected, Organization, is_expected
from roster.repositories import core, orm

VIOLATIONS = {"uq_organization_slug_live": ORGANIZATION_SLUG_TAKEN}
COMMAND = Actor(UUID(int=0), kind="command", label="roster organizations create", door="command")


@transactional
def create(slug: str, name: str, *, at: datetime, actor: Actor = COMMAND) -> Organization:
    """Create an organization. Rolls back as one; repeats itself when PostgreSQL asks for it.

    Raises:
        AppException: ORGANIZATION_SLUG_TAKEN.
    """
    organization = Organization(
        id=uuid7(), slug=slug, name=name, purge_days=30, purge_keeps="labels", version=1, created_at=at, updated_at=at
    )
    with transaction(registry()) as session, violations(VIOLATIONS):
        orm.organizations.add(session, organization)
        changes = {"slug": [None, slug], "name": [None, name]}
        _record(session, actor, "organization.created", organization, changes, at=at)
    return organization


@transactional
def get(organization_id: UUID) -> Organization:
    """Return the organization with this id. Writes nothing.

    Raises:
        AppException: ORGANIZATION_NOT_FOUND.
    """
    return orm.organizations.by_id(registry(), organization_id)


@transactional
def get_by_slug(slug: str) -> Organization:
    """Return the organization with this slug. Writes nothing.

    Raises:
        AppException: ORGANIZATION_NOT_FOUND.
    """
    return orm.organizations.by_slug(registry(), slug)


@transactional
def get_deleted_by_slug(slug: str) -> Organization:
    """Return the deleted organization that had this slug last. Writes nothing.

    Raises:
        AppException: ORGANIZATION_NOT_FOUND.
    """
    return orm.organizations.last_deleted_by_slug(registry(), slug)


@transactional
def search() -> Sequence[Organization]:
    """Return every organization, by name. Writes nothing."""
    return orm.organizations.all_by_name(registry())


@transactional
def search_page(*, q: str = "", sort: str = "name", after: str | None = None, limit: int = 50) -> core.keyset.Page:
    """Return a page of organizations; none that is there throughout a walk is skipped or repeated. Writes nothing.

    Raises:
        AppException: INVALID_CURSOR.
    """
    return core.organizations.page(core_of(registry()), q=q, sort=sort, after=after, limit=limit)


@transactional
def count(*, q: str = "") -> int:
    """Return how many organizations a search finds. Writes nothing."""
    return core.organizations.count(core_of(registry()), q=q)


@transactional
def around(slug: str | None, *, only: UUID | None = None, limit: int = 50) -> Sequence[Row[Any]]:
    """Return the organization of this slug, if there is one, and then others by name. Writes nothing.

    Args:
        slug: which one comes first.
        only: the one organization to look at; None for all.
        limit: rows.
    """
    return core.organizations.around(core_of(registry()), slug, only=only, limit=limit)


@transactional
def search_deleted() -> Sequence[Organization]:
    """Return the deleted organizations that are not purged yet. Writes nothing."""
    return orm.organizations.all_deleted(registry())


@transactional
def change(actor: Actor, values: Mapping[str, Any], *, at: datetime, expected_version: Expected = None) -> Organization:
    """Change slug, name, purge_days or purge_keeps of the actor's organization. Rolls back as one.

    Raises:
        AppException: ORGANIZATION_NOT_FOUND, STALE_VERSION, ORGANIZATION_SLUG_TAKEN.
    """
    with transaction(registry()) as session, violations(VIOLATIONS):
        organization = orm.organizations.by_id(session, actor.organization_id)
        _demand_version(organization, expected_version)
        changes = {
            name: [getattr(organization, name), value]
            for name, value in values.items()
            if getattr(organization, name) != value
        }
        if changes:
            orm.organizations.change(session, organization, values, at=at)
            _record(session, actor, "organization.changed", organization, changes, at=at)
    return organization


@transactional
def suspend(actor: Actor, *, at: datetime) -> Organization:
    """Suspend the actor's organization: its tokens open nothing. One that is suspended stays so. Rolls back as one.

    Raises:
        AppException: ORGANIZATION_NOT_FOUND.
    """
    with transaction(registry()) as session:
        organization = orm.organizations.by_id(session, actor.organization_id)
        if organization.suspended_at is None:
            orm.organizations.change(session, organization, {"suspended_at": at}, at=at)
            _record(session, actor, "organization.suspended", organization, {}, at=at)
    return organization


@transactional
def activate(actor: Actor, *, at: datetime) -> Organization:
    """End the suspension of the actor's organization, if it is suspended. Rolls back as one.

    Raises:
        AppException: ORGANIZATION_NOT_FOUND.
    """
    with transaction(registry()) as session:
        organization = orm.organizations.by_id(session, actor.organization_id)
        if organization.suspended_at is not None:
            orm.organizations.change(session, organization, {"suspended_at": None}, at=at)
            _record(session, actor, "organization.activated", organization, {}, at=at)
    return organization


@transactional
def remove(actor: Actor, *, at: datetime, expected_version: Expected = None) -> Organization:
    """Delete the actor's organization: closed at once, purged after its `purge_days`. Rolls back as one.

    Raises:
        AppException: ORGANIZATION_NOT_FOUND, STALE_VERSION.
    """
    with transaction(registry()) as session:
        organization = orm.organizations.by_id(session, actor.organization_id)
        _demand_version(organization, expected_version)
        purge_after = at + timedelta(days=organization.purge_days)
        orm.organizations.change(session, organization, {"deleted_at": at, "purge_after": purge_after}, at=at)
        _record(session, actor, "organization.deleted", organization, {}, at=at)
    return organization


@transactional
def restore(actor: Actor, *, at: datetime, slug: str | None = None) -> Organization:
    """Bring the actor's deleted organization back, under another slug if one is given. Rolls back as one.

    Raises:
        AppException: ORGANIZATION_NOT_FOUND, ORGANIZATION_NOT_DELETED, ORGANIZATION_SLUG_TAKEN.
    """
    with transaction(registry()) as session, violations(VIOLATIONS):
        organization = orm.organizations.by_id_with_deleted(session, actor.organization_id)
        if organization.deleted_at is None:
            raise AppException(ORGANIZATION_NOT_DELETED)
        values = {"deleted_at": None, "purge_after": None, "slug": slug or organization.slug}
        orm.organizations.change(session, organization, values, at=at)
        _record(session, actor, "organization.restored", organization, {}, at=at)
    return organization


def _demand_version(organization: Organization, expected: Expected) -> None:
    if not is_expected(organization.version, expected):
        raise AppException(STALE_VERSION)


def _record(
    session: Session,
    actor: Actor,
    action: str,
    organization: Organization,
    changes: Mapping[str, Any],
    *,
    at: datetime,
) -> None:
    core.events.record(
        core_of(session),
        replace(actor, organization_id=organization.id),
        action,
        subject_id=organization.id,
        subject_label=organization.slug,
        changes=changes,
        at=at,
    )
