"""Operations: many changes that were made at once, and can be undone together."""

from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, text
from sqlalchemy.orm import Mapped, mapped_column

from roster.models.base import Base, Json, Timestamp


class Operation(Base):
    """What somebody did to many at once. Its events carry its id, and say what became of each.

    `about` is what it was done with: the group, the reason, the search that found them.
    """

    __tablename__ = "operation"

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(50))
    at: Mapped[Timestamp]
    actor_label: Mapped[str] = mapped_column(String(320))
    door: Mapped[str] = mapped_column(String(20))
    about: Mapped[Json]
    done: Mapped[int] = mapped_column(server_default=text("0"))
    unchanged: Mapped[int] = mapped_column(server_default=text("0"))
    skipped: Mapped[int] = mapped_column(server_default=text("0"))
    undoes: Mapped[UUID | None]
    undone_by: Mapped[UUID | None]


class LeftOut(Base):
    """Somebody whom an operation did not change, in the order in which it came to them, and why.

    `subject_id` may be of nobody: it is what was asked for. Names are not kept, so that nothing has to be purged.
    """

    __tablename__ = "operation_left_out"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "operation_id"], ["operation.organization_id", "operation.id"], ondelete="CASCADE"
        ),
    )

    organization_id: Mapped[UUID] = mapped_column(primary_key=True)
    operation_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    subject_id: Mapped[UUID]
    group_id: Mapped[UUID | None]
    outcome: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(50))
    by: Mapped[str | None] = mapped_column(String(320))
