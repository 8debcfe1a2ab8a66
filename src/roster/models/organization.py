"""Organizations: the walls between directories."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from roster.models.base import Base, Name, Timestamp


class Organization(Base):
    """A directory of its own; nobody in it is seen from another."""

    __tablename__ = "organization"
    __table_args__ = (
        Index("uq_organization_slug", "slug", unique=True),
        CheckConstraint("slug ~ '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$'", name="slug_form"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(63))
    name: Mapped[Name]
    created_at: Mapped[Timestamp]
