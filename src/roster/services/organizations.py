"""Organizations: create and find."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from roster.database import core_of, registry, transaction, transactional, violations
from roster.errors import ORGANIZATION_SLUG_TAKEN
from roster.models import Actor, Organization
from roster.repositories import core, orm


@transactional
def create(slug: str, name: str, *, at: datetime) -> Organization:
    """Create an organization. Rolls back as one; repeats itself when PostgreSQL asks for it.

    Raises:
        AppException: ORGANIZATION_SLUG_TAKEN.
    """
    organization = Organization(id=uuid7(), slug=slug, name=name, created_at=at)
    actor = Actor(organization.id, kind="command", label="roster organizations create", door="command")
    with transaction(registry()) as session, violations({"uq_organization_slug": ORGANIZATION_SLUG_TAKEN}):
        orm.organizations.add(session, organization)
        core.events.record(
            core_of(session),
            actor,
            "organization.created",
            subject_id=organization.id,
            subject_label=slug,
            changes={"slug": [None, slug], "name": [None, name]},
            at=at,
        )
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
def search() -> Sequence[Organization]:
    """Return every organization, by name. Writes nothing."""
    return orm.organizations.all_by_name(registry())
