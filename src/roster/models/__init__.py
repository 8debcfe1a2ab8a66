"""Tables as classes: plain SQLAlchemy 2, no Flask."""

from roster.models.administrator import Administrator, AdministratorSession
from roster.models.base import Base, live
from roster.models.event import Actor, Event
from roster.models.identity_provider import IdentityProvider
from roster.models.organization import Organization
from roster.models.token import Token
from roster.models.user import User, UserEmail

__all__ = [
    "Actor",
    "Administrator",
    "AdministratorSession",
    "Base",
    "Event",
    "IdentityProvider",
    "Organization",
    "Token",
    "User",
    "UserEmail",
    "live",
]
