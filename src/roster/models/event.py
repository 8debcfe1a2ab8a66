"""Events: who changed what, when, through which door. Append-only."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from roster.models.base import Base, Json, Name, Timestamp


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id, read as an int."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the type's name in DDL."""
        return "xid8"

    def result_processor(self, dialect: Any, coltype: object) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """Return what makes an int of the driver's text."""
        return lambda value: None if value is None else int(value)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, for which organization, through which door; becomes part of each event.

    Args:
        kind: `administrator`, `token` or `command`.
        door: `page`, `api`, `scim` or `command`.
        label: what a person reads: an e-mail address, a token's name.
        operation_id: what many changes at once have in common, as those of an import; they can be undone together.
    """

    organization_id: UUID
    kind: str
    label: str
    door: str
    id: UUID | None = None
    request_id: str | None = None
    operation_id: UUID | None = None


class Event(Base):
    """One change of one subject, written in the change's own transaction.

    Where somebody is put into a group or taken out, the group is the subject and they are the object.
    """

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_subject", "organization_id", "subject_id", "id"),
        Index(
            "ix_event_object",
            "organization_id",
            "object_id",
            "id",
            postgresql_where=text("object_id IS NOT NULL"),
        ),
        Index(
            "ix_event_operation",
            "organization_id",
            "operation_id",
            "id",
            postgresql_where=text("operation_id IS NOT NULL"),
        ),
        Index("ix_event_tx", "organization_id", "tx", "id"),
    )

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[Timestamp]
    action: Mapped[str] = mapped_column(String(50))
    subject_id: Mapped[UUID]
    subject_label: Mapped[Name]
    object_id: Mapped[UUID | None]
    object_label: Mapped[Name | None]
    actor_kind: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[UUID | None]
    actor_label: Mapped[str] = mapped_column(String(320))
    door: Mapped[str] = mapped_column(String(20))
    request_id: Mapped[str | None] = mapped_column(String(200))
    operation_id: Mapped[UUID | None]
    changes: Mapped[Json]
    tx: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))
