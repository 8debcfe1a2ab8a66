"""Administrators: who may sign in to the pages."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from roster.models.base import Base, LongText, Timestamp

ROLES = ("owner", "admin", "auditor")


class Administrator(Base):
    """A person who looks after directories: all of them, or one organization's (`organization_id`)."""

    __tablename__ = "administrator"
    __table_args__ = (
        Index("uq_administrator_email_key", "email_key", unique=True),
        CheckConstraint("role IN ('owner', 'admin', 'auditor')", name="role"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    email: Mapped[str] = mapped_column(String(320))
    email_key: Mapped[LongText]
    password_hash: Mapped[LongText]
    role: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[Timestamp]


class AdministratorSession(Base):
    """A signed-in browser. Its cookie carries a secret of which only the SHA-256 is kept (32 bytes)."""

    __tablename__ = "administrator_session"

    sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    administrator_id: Mapped[UUID] = mapped_column(ForeignKey("administrator.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[Timestamp]
    expires_at: Mapped[Timestamp]
