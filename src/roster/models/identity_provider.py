"""Identity providers: who provisions people into an organization over SCIM."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from roster.models.base import Base, Json, LongText, Name, Timestamp

DIALECTS = ("okta", "entra", "standard")
OPTIONS = {"strict": False, "revive_deleted": False, "log_days": 14}
"""What a provider's `options` may say, and what holds where they say nothing.

strict: answer what only the tolerant front would understand as RFC 7644 does, with an error.
revive_deleted: a deleted user who is provisioned again comes back under the same id.
log_days: how long its requests are kept.
"""


class IdentityProvider(Base):
    """A SCIM connection of an organization."""

    __tablename__ = "identity_provider"
    __table_args__ = (Index("uq_identity_provider_name", "organization_id", "name_key", unique=True),)

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[Name]
    name_key: Mapped[LongText]
    dialect: Mapped[Name]
    enabled: Mapped[bool]
    options: Mapped[Json]
    created_at: Mapped[Timestamp]

    def option(self, name: str) -> Any:
        """Return what this provider's switch of this name is set to."""
        return self.options.get(name, OPTIONS[name])


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider as it asks for something: who it is, and what its switches say."""

    id: UUID
    name: str
    dialect: str
    enabled: bool
    strict: bool
    revive_deleted: bool


class ProviderRequest(Base):
    """What an identity provider sent, and what it was answered: secrets and passwords are not in it."""

    __tablename__ = "provider_request"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "identity_provider_id"],
            ["identity_provider.organization_id", "identity_provider.id"],
            ondelete="CASCADE",
        ),
        Index("ix_provider_request_provider", "organization_id", "identity_provider_id", "id"),
        Index(
            "ix_provider_request_failed",
            "organization_id",
            "identity_provider_id",
            "id",
            postgresql_where=text("status >= 400"),
        ),
    )

    organization_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    identity_provider_id: Mapped[UUID]
    at: Mapped[Timestamp]
    method: Mapped[str] = mapped_column(String(10))
    path: Mapped[LongText]
    status: Mapped[int]
    reason: Mapped[LongText | None]
    milliseconds: Mapped[int]
    request_id: Mapped[str | None] = mapped_column(String(200))
    sent: Mapped[Json | None] = mapped_column(JSONB)
    answered: Mapped[Json | None] = mapped_column(JSONB)
