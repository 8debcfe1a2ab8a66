"""Organizations: the walls between directories."""

from types import MappingProxyType
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from roster.models.base import Base, LongText, Name, Timestamp
from roster.normal_form import search_key

LIVE = text("deleted_at IS NULL")


class Organization(Base):
    """A directory of its own; nobody in it is seen from another.

    What is deleted in it is purged after `purge_days`; of the purged, events keep their `changes`, only the `labels`
    of who it was about, or `nothing` (`purge_keeps`).
    """

    __tablename__ = "organization"
    __table_args__ = (
        Index("uq_organization_slug_live", "slug", unique=True, postgresql_where=LIVE),
        Index("ix_organization_search_key_live", "search_key", "id", postgresql_where=LIVE),
        CheckConstraint("purge_days BETWEEN 1 AND 3650", name="purge_days"),
        CheckConstraint("purge_keeps IN ('changes', 'labels', 'nothing')", name="purge_keeps"),
        CheckConstraint("slug ~ '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$'", name="slug_form"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(63))
    name: Mapped[Name]
    search_key: Mapped[LongText]
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

    def derive(self) -> None:
        """Bring the column up to date that is computed from others."""
        self.search_key = search_key(f"{self.name}\n{self.slug}")
