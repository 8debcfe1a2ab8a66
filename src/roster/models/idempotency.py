"""Requests that are done once, however often they come."""

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from roster.models.base import Base, Json, Timestamp


class IdempotentRequest(Base):
    """What was answered to a token's request with this `Idempotency-Key`. The fingerprint is a SHA-256 (32 bytes)."""

    __tablename__ = "idempotent_request"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "token_id"], ["token.organization_id", "token.id"], ondelete="CASCADE"
        ),
        Index("ix_idempotent_request_created_at", "organization_id", "created_at"),
    )

    organization_id: Mapped[UUID] = mapped_column(primary_key=True)
    token_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int]
    headers: Mapped[Json]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Timestamp]
