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
from roster.models.identity_provider import IdentityProvider, Provider, ProviderRequest
from roster.models.job import ImportLine, Job
from roster.models.operation import LeftOut, Operation
from roster.models.organization import Organization
from roster.models.person import Person
from roster.models.token import Token
from roster.models.user import User, UserEmail
from roster.models.version import Expected, is_expected

__all__ = [
    "Actor",
    "Administrator",
    "AdministratorEvent",
    "AdministratorSession",
    "Base",
    "Event",
    "Expected",
    "Group",
    "IdempotentRequest",
    "IdentityProvider",
    "ImportLine",
    "Invitation",
    "Job",
    "LeftOut",
    "Membership",
    "Nesting",
    "Operation",
    "Organization",
    "Person",
    "Provider",
    "ProviderRequest",
    "RecoveryCode",
    "Token",
    "User",
    "UserEmail",
    "is_expected",
    "live",
]
