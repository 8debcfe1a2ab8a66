"""Administrators: who may sign in to the pages, how, and what they did."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from roster.models.base import Base, Json, LongText, Name, Timestamp

ROLES = ("owner", "admin", "auditor")
IS_ROLE = "role IN ('owner', 'admin', 'auditor')"


class Administrator(Base):
    """A person who looks after directories: all of them, or one organization's (`organization_id`).

    An owner also looks after administrators; an auditor reads everything and writes nothing.
    """

    __tablename__ = "administrator"
    __table_args__ = (
        Index("uq_administrator_email_key", "email_key", unique=True),
        CheckConstraint(IS_ROLE, name="role"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    email: Mapped[str] = mapped_column(String(320))
    email_key: Mapped[LongText]
    password_hash: Mapped[LongText]
    role: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[Timestamp]
    disabled_at: Mapped[Timestamp | None]
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_since: Mapped[Timestamp | None]
    totp_step: Mapped[int | None]
    failed_count: Mapped[int] = mapped_column(server_default="0")
    locked_until: Mapped[Timestamp | None]
    preferences: Mapped[Json] = mapped_column(server_default=text("'{}'"))


class AdministratorSession(Base):
    """A signed-in browser. Its cookie carries a secret of which only the SHA-256 is kept (32 bytes)."""

    __tablename__ = "administrator_session"

    sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    administrator_id: Mapped[UUID] = mapped_column(ForeignKey("administrator.id", ondelete="CASCADE"), index=True)
    user_agent: Mapped[Name]
    address: Mapped[Name]
    created_at: Mapped[Timestamp]
    expires_at: Mapped[Timestamp]
    confirmed_at: Mapped[Timestamp]


class RecoveryCode(Base):
    """What signs an administrator in once, who lost the device that makes their codes (SHA-256, 32 bytes)."""

    __tablename__ = "recovery_code"

    administrator_id: Mapped[UUID] = mapped_column(ForeignKey("administrator.id", ondelete="CASCADE"), primary_key=True)
    sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    used_at: Mapped[Timestamp | None]


class Invitation(Base):
    """A link by which somebody becomes an administrator (SHA-256 of its secret, 32 bytes)."""

    __tablename__ = "invitation"
    __table_args__ = (CheckConstraint(IS_ROLE, name="role"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sha256: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    email: Mapped[str] = mapped_column(String(320))
    role: Mapped[str] = mapped_column(String(20))
    invited_by: Mapped[str] = mapped_column(String(320))
    created_at: Mapped[Timestamp]
    expires_at: Mapped[Timestamp]
    accepted_at: Mapped[Timestamp | None]


class AdministratorEvent(Base):
    """What was done to administrators, by whom; append-only, and of no organization."""

    __tablename__ = "administrator_event"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[Timestamp]
    action: Mapped[str] = mapped_column(String(50))
    subject_label: Mapped[str] = mapped_column(String(320))
    actor_label: Mapped[str] = mapped_column(String(320))
    door: Mapped[str] = mapped_column(String(20))
    request_id: Mapped[str | None] = mapped_column(String(200))
    changes: Mapped[Json]
