"""Jobs: work that takes longer than a request, kept so that it survives whoever does it; and an import's lines."""

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from roster.models.base import Base, Json, LongText, Timestamp

UNFINISHED = text("state IN ('queued', 'running')")


class Job(Base):
    """Work that somebody asked for: how far it is, and what came of it.

    Its states: `staged` (its file is here, nobody said yet what to do with it), `queued`, `running`, and at the end
    `done`, `failed` or `cancelled`. Whoever runs it shows so by `heartbeat_at`; each time somebody takes it up,
    `attempts` counts up, and whoever had it before can write nothing more.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_unfinished", "organization_id", "id", postgresql_where=UNFINISHED),
        Index("ix_job_finished_at", "organization_id", "finished_at"),
    )

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(50))
    state: Mapped[str] = mapped_column(String(20))
    options: Mapped[Json]
    actor_kind: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[UUID | None]
    actor_label: Mapped[str] = mapped_column(String(320))
    door: Mapped[str] = mapped_column(String(20))
    request_id: Mapped[str | None] = mapped_column(String(200))
    total_count: Mapped[int]
    done_count: Mapped[int]
    position: Mapped[int]
    """The number of the last line that is done."""
    report: Mapped[Json]
    attempts: Mapped[int]
    created_at: Mapped[Timestamp]
    started_at: Mapped[Timestamp | None]
    heartbeat_at: Mapped[Timestamp | None]
    finished_at: Mapped[Timestamp | None]


class ImportLine(Base):
    """One record of an import's file: what was in its cells, what that says of a user, and what is wrong with it.

    What is not there (yet) is null. A line with a fault is refused; `user_name_key` is null then.
    """

    __tablename__ = "import_line"
    __table_args__ = (
        ForeignKeyConstraint(["organization_id", "job_id"], ["job.organization_id", "job.id"], ondelete="CASCADE"),
        Index(
            "ix_import_line_fault",
            "organization_id",
            "job_id",
            "number",
            postgresql_where=text("fault IS NOT NULL"),
        ),
    )

    organization_id: Mapped[UUID] = mapped_column(primary_key=True)
    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_name: Mapped[LongText]
    user_name_key: Mapped[LongText | None]
    cells: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    given: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    fault: Mapped[LongText | None]
