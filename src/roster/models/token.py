"""Tokens: how programs sign in."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from roster.models.base import Base, Name, Timestamp

SCOPES = (
    "users:read",
    "users:write",
    "groups:read",
    "groups:write",
    "events:read",
    "organizations:read",
    "organizations:write",
    "tokens:read",
    "tokens:write",
)

OPENED_BY_SCIM = frozenset({"users:read", "users:write", "groups:read", "groups:write"})
"""What a token of the kind `scim` may do, which has no scopes of its own."""


class Token(Base):
    """A secret that an application or an identity provider shows. Only its SHA-256 is kept (32 bytes)."""

    __tablename__ = "token"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "identity_provider_id"],
            ["identity_provider.organization_id", "identity_provider.id"],
        ),
        Index("uq_token_sha256", "organization_id", "sha256", unique=True),
        Index("uq_token_prefix", "organization_id", "prefix", unique=True),
        CheckConstraint("kind IN ('api', 'scim')", name="kind"),
        CheckConstraint("(kind = 'scim') = (identity_provider_id IS NOT NULL)", name="provider"),
    )

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    prefix: Mapped[str] = mapped_column(String(20))
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[Name]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String(50)))
    identity_provider_id: Mapped[UUID | None]
    created_at: Mapped[Timestamp]
    expires_at: Mapped[Timestamp | None]
    last_used_at: Mapped[Timestamp | None]
    revoked_at: Mapped[Timestamp | None]
