"""Organizations."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from roster.errors import ORGANIZATION_NOT_FOUND, AppException
from roster.models import Organization, live


def by_id(session: Session, organization_id: UUID) -> Organization:
    """Return the live organization with this id.

    Raises:
        AppException: ORGANIZATION_NOT_FOUND.
    """
    organization = by_id_with_deleted(session, organization_id)
    if organization.deleted_at is not None:
        raise AppException(ORGANIZATION_NOT_FOUND)
    return organization


def by_id_with_deleted(session: Session, organization_id: UUID) -> Organization:
    """Return the organization with this id, soft-deleted or not.

    Raises:
        AppException: ORGANIZATION_NOT_FOUND.
    """
    if (organization := session.scalar(select(Organization).where(Organization.id == organization_id))) is None:
        raise AppException(ORGANIZATION_NOT_FOUND)
    return organization


def by_slug(session: Session, slug: str) -> Organization:
    """Return the live organization with this slug.

    Raises:
        AppException: ORGANIZATION_NOT_FOUND.
    """
    statement = select(Organization).where(Organization.slug == slug, live(Organization))
    if (organization := session.scalar(statement)) is None:
        raise AppException(ORGANIZATION_NOT_FOUND, f"There is no organization {slug!r}.")
    return organization


def last_deleted_by_slug(session: Session, slug: str) -> Organization:
    """Return the soft-deleted organization that had this slug last.

    Raises:
        AppException: ORGANIZATION_NOT_FOUND.
    """
    statement = select(Organization).where(Organization.slug == slug, Organization.deleted_at.is_not(None))
    organization = session.scalar(statement.order_by(Organization.deleted_at.desc()).limit(1))
    if organization is None:
        raise AppException(ORGANIZATION_NOT_FOUND, f"No organization {slug!r} is deleted.")
    return organization


def all_by_name(session: Session) -> Sequence[Organization]:
    """Return every live organization, by name."""
    statement = select(Organization).where(live(Organization)).order_by(Organization.search_key, Organization.id)
    return session.scalars(statement).all()


def all_deleted(session: Session) -> Sequence[Organization]:
    """Return every soft-deleted organization, the last deleted first."""
    statement = select(Organization).where(Organization.deleted_at.is_not(None))
    return session.scalars(statement.order_by(Organization.deleted_at.desc(), Organization.id)).all()


def add(session: Session, organization: Organization) -> Organization:
    """Add a new organization."""
    organization.derive()
    session.add(organization)
    session.flush()
    return organization


def change(session: Session, organization: Organization, values: Mapping[str, Any], *, at: datetime) -> Organization:
    """Write the given columns, and count the version up."""
    for name, value in values.items():
        setattr(organization, name, value)
    organization.derive()
    organization.version += 1
    organization.updated_at = at
    session.flush()
    return organization
