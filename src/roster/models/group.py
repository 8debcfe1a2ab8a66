"""Groups, who is in them, and which group is in which."""

from types import MappingProxyType
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from roster.models.base import GIN, Base, LongText, Name, Timestamp, Words
from roster.normal_form import name_key, search_key, words_of

LIVE = text("deleted_at IS NULL")


def derived(organization_id: UUID, display_name: str, description: str | None) -> dict[str, str]:
    """Return the columns of a group that are computed from others: the forms for comparing, sorting and searching."""
    texts = [display_name, description or ""]
    return {
        "display_name_key": name_key(display_name),
        "search_key": search_key("\n".join(texts)),
        "words": words_of(organization_id, texts),
    }


class Group(Base):
    """A named set of users and of other groups, in one organization's directory."""

    __tablename__ = "group"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "identity_provider_id"],
            ["identity_provider.organization_id", "identity_provider.id"],
        ),
        Index("uq_group_display_name_live", "organization_id", "display_name_key", unique=True, postgresql_where=LIVE),
        Index(
            "uq_group_external_id_live",
            "organization_id",
            "identity_provider_id",
            "external_id",
            unique=True,
            postgresql_where=LIVE,
        ),
        Index("ix_group_external_id", "organization_id", "external_id", postgresql_where=LIVE),
        Index("ix_group_name", "organization_id", text("split_part(search_key, chr(10), 1)"), "id"),
        Index("ix_group_created_at", "organization_id", "created_at", "id"),
        Index("ix_group_updated_at", "organization_id", "updated_at", "id"),
        Index("ix_group_deleted", "organization_id", "id", postgresql_where=text("deleted_at IS NOT NULL")),
        Index("ix_group_words", "words", postgresql_using="gin", postgresql_with=GIN),
        CheckConstraint("version > 0", name="version"),
    )

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    display_name: Mapped[Name]
    display_name_key: Mapped[LongText]
    description: Mapped[LongText | None]
    external_id: Mapped[Name | None]
    identity_provider_id: Mapped[UUID | None]
    search_key: Mapped[LongText]
    """The name's form on its first line, by which groups are sorted, and then the description's."""
    words: Mapped[Words]
    version: Mapped[int] = mapped_column()
    member_version: Mapped[int] = mapped_column(server_default=text("1"))
    """Counts the changes of who is in it: these need not wait for those of the group itself."""
    members_changed_at: Mapped[Timestamp | None]
    created_at: Mapped[Timestamp]
    updated_at: Mapped[Timestamp]
    deleted_at: Mapped[Timestamp | None]
    purge_after: Mapped[Timestamp | None]

    # Checked by every UPDATE of the ORM, counted up by the repository, as a user's.
    __mapper_args__ = MappingProxyType({"version_id_col": version, "version_id_generator": False})

    def derive(self) -> None:
        """Bring the columns up to date that are computed from others."""
        for name, value in derived(self.organization_id, self.display_name, self.description).items():
            setattr(self, name, value)


class Membership(Base):
    """A user is in a group. Rows are added and taken away by key, never rewritten."""

    __tablename__ = "membership"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "group_id"], ["group.organization_id", "group.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["organization_id", "user_id"], ["user.organization_id", "user.id"], ondelete="CASCADE"),
        Index("ix_membership_user", "organization_id", "user_id", "group_id"),
    )

    organization_id: Mapped[UUID] = mapped_column(primary_key=True)
    group_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[Timestamp]


class Nesting(Base):
    """A group (the child) is in another (the parent); whoever is in the child is in the parent, too. Never a circle."""

    __tablename__ = "nesting"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "parent_id"],
            ["group.organization_id", "group.id"],
            name="fk_nesting_parent",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["organization_id", "child_id"],
            ["group.organization_id", "group.id"],
            name="fk_nesting_child",
            ondelete="CASCADE",
        ),
        Index("ix_nesting_child", "organization_id", "child_id", "parent_id"),
        CheckConstraint("parent_id <> child_id", name="itself"),
    )

    organization_id: Mapped[UUID] = mapped_column(primary_key=True)
    parent_id: Mapped[UUID] = mapped_column(primary_key=True)
    child_id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[Timestamp]
