"""Tables as classes: plain SQLAlchemy 2, no Flask."""

from roster.models.administrator import (
    Administrator,
    AdministratorEvent,
    AdministratorSession,
    Invitation,
    RecoveryCode,
)
from roster.models.base import Base, live
from roster.models.event import Actor, Event
from roster.models.group import Group, Membership, Nesting
from roster.models.idempotency import IdempotentRequest
from roster.models.identity_provider import IdentityProvider, ProviderRequest
from roster.models.organization import Organization
from roster.models.token import Token
from roster.models.user import User, UserEmail

__all__ = [
    "Actor",
    "Administrator",
    "AdministratorEvent",
    "AdministratorSession",
    "Base",
    "Event",
    "Group",
    "IdempotentRequest",
    "IdentityProvider",
    "Invitation",
    "Membership",
    "Nesting",
    "Organization",
    "ProviderRequest",
    "RecoveryCode",
    "Token",
    "User",
    "UserEmail",
    "live",
]
