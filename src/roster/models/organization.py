"""Organizations: the walls between directories."""

from types import MappingProxyType
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from roster.models.base import Base, Name, Timestamp


class Organization(Base):
    """A directory of its own; nobody in it is seen from another.

    What is deleted in it is purged after `purge_days`; of the purged, events keep their `changes`, only the `labels`
    of who it was about, or `nothing` (`purge_keeps`).
    """

    __tablename__ = "organization"
    __table_args__ = (
        Index("uq_organization_slug_live", "slug", unique=True, postgresql_where=text("deleted_at IS NULL")),
        CheckConstraint("purge_days BETWEEN 1 AND 3650", name="purge_days"),
        CheckConstraint("purge_keeps IN ('changes', 'labels', 'nothing')", name="purge_keeps"),
        CheckConstraint("slug ~ '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$'", name="slug_form"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(63))
    name: Mapped[Name]
    purge_days: Mapped[int] = mapped_column(server_default="30")
    purge_keeps: Mapped[str] = mapped_column(String(10), server_default="labels")
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[Timestamp]
    updated_at: Mapped[Timestamp]
    suspended_at: Mapped[Timestamp | None]
    deleted_at: Mapped[Timestamp | None]
    purge_after: Mapped[Timestamp | None]

    # Checked by every UPDATE of the ORM, counted up by the repository, as a user's.
    __mapper_args__ = MappingProxyType({"version_id_col": version, "version_id_generator": False})
