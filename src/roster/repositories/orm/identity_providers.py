"""Identity providers."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from roster.errors import PROVIDER_NOT_FOUND, AppException
from roster.models import IdentityProvider
from roster.normal_form import name_key


def by_id(session: Session, organization_id: UUID, provider_id: UUID, *, for_update: bool = False) -> IdentityProvider:
    """Return the organization's provider with this id.

    Raises:
        AppException: PROVIDER_NOT_FOUND, also for one of another organization.
    """
    statement = select(IdentityProvider).where(
        IdentityProvider.organization_id == organization_id, IdentityProvider.id == provider_id
    )
    if for_update:
        statement = statement.with_for_update()
    if (provider := session.scalar(statement)) is None:
        raise AppException(PROVIDER_NOT_FOUND)
    return provider


def find_by_name(session: Session, organization_id: UUID, name: str) -> IdentityProvider | None:
    """Return the organization's provider of this name, in any case; None if there is none."""
    statement = select(IdentityProvider).where(
        IdentityProvider.organization_id == organization_id, IdentityProvider.name_key == name_key(name)
    )
    return session.scalar(statement)


def alphabetical(session: Session, organization_id: UUID) -> Sequence[IdentityProvider]:
    """Return the organization's providers by name."""
    statement = select(IdentityProvider).where(IdentityProvider.organization_id == organization_id)
    return session.scalars(statement.order_by(IdentityProvider.name_key)).all()


def add(session: Session, provider: IdentityProvider) -> IdentityProvider:
    """Add a new provider."""
    provider.name_key = name_key(provider.name)
    session.add(provider)
    session.flush()
    return provider


def change(session: Session, provider: IdentityProvider, values: Mapping[str, Any]) -> IdentityProvider:
    """Write the given columns."""
    for name, value in values.items():
        setattr(provider, name, value)
    provider.name_key = name_key(provider.name)
    session.flush()
    return provider
