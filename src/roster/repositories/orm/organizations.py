"""Organizations."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from roster.errors import ORGANIZATION_NOT_FOUND, AppException
from roster.models import Organization


def by_id(session: Session, organization_id: UUID) -> Organization:
    """Return the organization with this id.

    Raises:
        AppException: ORGANIZATION_NOT_FOUND.
    """
    if (organization := session.get(Organization, organization_id)) is None:
        raise AppException(ORGANIZATION_NOT_FOUND)
    return organization


def by_slug(session: Session, slug: str) -> Organization:
    """Return the organization with this slug.

    Raises:
        AppException: ORGANIZATION_NOT_FOUND.
    """
    if (organization := session.scalar(select(Organization).where(Organization.slug == slug))) is None:
        raise AppException(ORGANIZATION_NOT_FOUND, f"There is no organization {slug!r}.")
    return organization


def all_by_name(session: Session) -> Sequence[Organization]:
    """Return every organization, by name."""
    return session.scalars(select(Organization).order_by(Organization.name, Organization.id)).all()


def add(session: Session, organization: Organization) -> Organization:
    """Add a new organization."""
    session.add(organization)
    session.flush()
    return organization
