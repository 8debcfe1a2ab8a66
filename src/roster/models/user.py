"""Users of an organization and their e-mail addresses."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from roster.models.base import GIN, NAME_LENGTH, Base, Json, LongText, Name, Timestamp, Words
from roster.normal_form import folded, name_key, search_key, words_of

LIVE = text("deleted_at IS NULL")
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
DEPARTMENT_KEY = text(f"(profile_key #>> '{{{ENTERPRISE},department}}')")
"""As filters have it."""

NAMES = ("user_name", "display_name", "given_name", "family_name")


def default_display_name(given_name: str | None, family_name: str | None, user_name: str) -> str:
    """Return what a user is called who has no display name: cut where the column ends."""
    return (" ".join(name for name in (given_name, family_name) if name) or user_name)[:NAME_LENGTH].rstrip()


def chosen_display_name(given: Mapping[str, Any]) -> str | None:
    """Return the display name that somebody chose; None for one that only follows from the other names.

    A provider may choose the very name that would follow: its `profile` says so.
    """
    follows = default_display_name(given["given_name"], given["family_name"], given["user_name"])
    is_chosen = given["display_name"] != follows or given["profile"].get("displayName") == follows
    return given["display_name"] if is_chosen else None


DERIVED_FROM = ("organization_id", *NAMES, "title", "department", "profile")


def derived(given: Mapping[str, Any], emails: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the columns of a user that are computed from others: the forms for comparing, sorting and searching.

    Args:
        given: the columns of DERIVED_FROM.
        emails: value, type, display and primary of each address.
    """
    return {
        "user_name_key": name_key(given["user_name"] or ""),
        "display_name_key": search_key(given["display_name"] or ""),
        "words": words_of(
            given["organization_id"], [*(given[name] or "" for name in NAMES), *(email["value"] for email in emails)]
        ),
        "profile_key": folded(_profile(given, emails)),
    }


def _profile(given: Mapping[str, Any], emails: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What SCIM calls a user's attributes (RFC 7643 §4.1, §4.3), but for those that have a key column of their own."""
    profile: dict[str, Any] = given["profile"]
    names = {"givenName": given["given_name"], "familyName": given["family_name"]}
    enterprise = profile.get(ENTERPRISE, {}) | {"department": given["department"]}
    return profile | {
        "name": profile.get("name", {}) | names,
        "displayName": chosen_display_name(given),
        "title": given["title"],
        "emails": [dict(email) for email in emails],
        ENTERPRISE: enterprise,
    }


def with_primary(emails: Sequence[Mapping[str, Any]], address: str | None) -> list[dict[str, Any]]:
    """Return the addresses with this one in the primary one's place (the first's where none is); None takes it away."""
    main = next(iter(sorted(emails, key=lambda email: not email["primary"])), None)
    if address == (main and main["value"]):
        return [dict(email) for email in emails]
    rest = [dict(email) for email in emails if email is not main and email["value"] != address]
    first = {"value": address, "type": main["type"] if main else None, "display": None, "primary": True}
    return [first, *rest] if address else rest


class UserEmail(Base):
    """One of a user's addresses; `position` keeps their order, at most one is primary."""

    __tablename__ = "user_email"
    __table_args__ = (
        ForeignKeyConstraint(["organization_id", "user_id"], ["user.organization_id", "user.id"], ondelete="CASCADE"),
        Index(
            "uq_user_email_primary",
            "organization_id",
            "user_id",
            unique=True,
            postgresql_where=text('"primary"'),
        ),
        Index("ix_user_email_value", "organization_id", "value_key"),
    )

    organization_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[str] = mapped_column(String(320))
    value_key: Mapped[LongText]
    type: Mapped[str | None] = mapped_column(String(50))
    display: Mapped[Name | None]
    primary: Mapped[bool] = mapped_column()

    def as_given(self) -> dict[str, Any]:
        """Return the address as a client gives it."""
        return {"value": self.value, "type": self.type, "display": self.display, "primary": self.primary}


class User(Base):
    """A person (or service account) in one organization's directory."""

    __tablename__ = "user"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "identity_provider_id"],
            ["identity_provider.organization_id", "identity_provider.id"],
        ),
        ForeignKeyConstraint(
            ["organization_id", "manager_id"],
            ["user.organization_id", "user.id"],
            name="fk_user_manager",
        ),
        Index("uq_user_user_name_live", "organization_id", "user_name_key", unique=True, postgresql_where=LIVE),
        Index(
            "uq_user_external_id_live",
            "organization_id",
            "identity_provider_id",
            "external_id",
            unique=True,
            postgresql_where=LIVE,
        ),
        Index("ix_user_external_id", "organization_id", "external_id"),
        Index("ix_user_suspended", "organization_id", "id", postgresql_where=text("NOT active AND deleted_at IS NULL")),
        Index("ix_user_created_at", "organization_id", "created_at", "id"),
        Index("ix_user_updated_at", "organization_id", "updated_at", "id"),
        Index("ix_user_display_name_key", "organization_id", "display_name_key", "id"),
        Index("ix_user_department", "organization_id", DEPARTMENT_KEY, "id"),
        Index("ix_user_manager", "organization_id", "manager_id", postgresql_where=text("manager_id IS NOT NULL")),
        Index("ix_user_deleted", "organization_id", "id", postgresql_where=text("deleted_at IS NOT NULL")),
        Index("ix_user_words", "words", postgresql_using="gin", postgresql_with=GIN),
        Index(
            "ix_user_attributes",
            "attributes",
            postgresql_using="gin",
            postgresql_with=GIN,
            postgresql_ops={"attributes": "jsonb_path_ops"},
        ),
        CheckConstraint("version > 0", name="version"),
    )

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_name: Mapped[Name]
    user_name_key: Mapped[LongText]
    display_name: Mapped[Name]
    display_name_key: Mapped[LongText]
    given_name: Mapped[Name | None]
    family_name: Mapped[Name | None]
    title: Mapped[Name | None]
    department: Mapped[Name | None]
    active: Mapped[bool]
    external_id: Mapped[Name | None]
    identity_provider_id: Mapped[UUID | None]
    manager_id: Mapped[UUID | None]
    predecessor_id: Mapped[UUID | None]
    """The deleted user whom the same provider had under the same external id; may be purged by now."""
    profile: Mapped[Json]
    """What else SCIM says of a user, named and nested as there (RFC 7643 §4.1, §4.3)."""
    profile_key: Mapped[Json]
    attributes: Mapped[Json]
    words: Mapped[Words]
    version: Mapped[int] = mapped_column()
    created_at: Mapped[Timestamp]
    updated_at: Mapped[Timestamp]
    deleted_at: Mapped[Timestamp | None]
    purge_after: Mapped[Timestamp | None]

    emails: Mapped[list[UserEmail]] = relationship(
        order_by=UserEmail.position, cascade="all, delete-orphan", lazy="raise", passive_deletes=True
    )

    # Checked by every UPDATE of the ORM, counted up by the repository: a change of e-mails alone is a change, too.
    __mapper_args__ = MappingProxyType({"version_id_col": version, "version_id_generator": False})

    @property
    def email(self) -> str | None:
        """The primary address, or the first, if there is any."""
        return next((email.value for email in sorted(self.emails, key=lambda email: not email.primary)), None)
