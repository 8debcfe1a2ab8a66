"""Identity providers: who provisions people into an organization over SCIM."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from roster.models.base import Base, Json, LongText, Name, Timestamp


class IdentityProvider(Base):
    """A SCIM connection of an organization."""

    __tablename__ = "identity_provider"
    __table_args__ = (Index("uq_identity_provider_name", "organization_id", "name_key", unique=True),)

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[Name]
    name_key: Mapped[LongText]
    dialect: Mapped[Name]
    enabled: Mapped[bool]
    options: Mapped[Json]
    created_at: Mapped[Timestamp]
