"""A user outside of every session, as the hot paths write them: plain values, which nobody watches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from roster.models.user import DERIVED_FROM, User, derived

COLUMNS = tuple(User.__table__.columns.keys())


@dataclass(slots=True)
class Address:
    """One of a person's e-mail addresses; see `UserEmail`."""

    value: str
    type: str | None = None
    display: str | None = None
    primary: bool = False

    def as_given(self) -> dict[str, Any]:
        """Return the address as a client gives it."""
        return {"value": self.value, "type": self.type, "display": self.display, "primary": self.primary}


@dataclass(slots=True)
class Person:
    """What `User` says of one: a field for each column, and the addresses in order."""

    organization_id: UUID
    id: UUID
    user_name: str
    version: int
    created_at: datetime
    updated_at: datetime
    display_name: str = ""
    given_name: str | None = None
    family_name: str | None = None
    title: str | None = None
    department: str | None = None
    active: bool = True
    external_id: str | None = None
    identity_provider_id: UUID | None = None
    manager_id: UUID | None = None
    predecessor_id: UUID | None = None
    profile: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    user_name_key: str = ""
    display_name_key: str = ""
    words: str = ""
    profile_key: dict[str, Any] = field(default_factory=dict)
    deleted_at: datetime | None = None
    purge_after: datetime | None = None
    emails: list[Address] = field(default_factory=list)

    def columns(self) -> dict[str, Any]:
        """Return what the columns are just now."""
        return {name: getattr(self, name) for name in COLUMNS}

    def put_emails(self, emails: Sequence[Mapping[str, Any]]) -> None:
        """Give the person these addresses, in this order, in place of all others."""
        self.emails = [
            Address(email["value"], email.get("type"), email.get("display"), email.get("primary", False))
            for email in emails
        ]

    def derive(self) -> None:
        """Bring the columns up to date that are computed from others, as `derived` says."""
        given = {name: getattr(self, name) for name in DERIVED_FROM}
        for name, value in derived(given, [email.as_given() for email in self.emails]).items():
            setattr(self, name, value)

    def give(self, values: Mapping[str, Any], *, at: datetime) -> None:
        """Change these columns (and `emails`, if among them), and what follows from them; the version counts up."""
        for name, value in values.items():
            if name == "emails":
                self.put_emails(value)
            else:
                setattr(self, name, value)
        self.derive()
        self.version += 1
        self.updated_at = at

    @property
    def email(self) -> str | None:
        """The primary address, or the first, if there is any."""
        return next((email.value for email in sorted(self.emails, key=lambda email: not email.primary)), None)
