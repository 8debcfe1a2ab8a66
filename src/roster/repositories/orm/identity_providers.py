"""Identity providers."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from roster.models import IdentityProvider
from roster.normal_form import name_key


def find_by_name(session: Session, organization_id: UUID, name: str) -> IdentityProvider | None:
    """Return the organization's provider of this name, in any case; None if there is none."""
    statement = select(IdentityProvider).where(
        IdentityProvider.organization_id == organization_id, IdentityProvider.name_key == name_key(name)
    )
    return session.scalar(statement)


def add(session: Session, provider: IdentityProvider) -> IdentityProvider:
    """Add a new provider."""
    provider.name_key = name_key(provider.name)
    session.add(provider)
    session.flush()
    return provider
