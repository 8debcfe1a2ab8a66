"""What an operation did, as its events tell it: of each user and each membership, how it was and how it was left."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Row

from roster.repositories.core.directory.member_sets import Pair

THERE = {
    "user.created": ("absent", "live"),
    "user.deleted": ("live", "deleted"),
    "user.restored": ("deleted", "live"),
}
"""Which events make a user come and go: how they were before, and after."""
USERS = {*THERE, "user.changed", "user.suspended", "user.activated"}
MEMBERS = {"group.member_added": True, "group.member_removed": False}
"""Which events make somebody a member, or not any more."""
FIELDS = (
    *("user_name", "display_name", "given_name", "family_name", "title", "department", "active", "external_id"),
    *("attributes", "emails", "identity_provider_id"),
)
"""What of a user can be given back."""
SAID = {"reason", "undone", "since", "merged", "merged_into", "identity_provider"}
"""What events say besides, and nobody has to give back."""


@dataclass(slots=True)
class ToldUser:
    """One user: each field that was changed, how it was and how it was left; and whether they were there."""

    id: UUID
    last: UUID
    was: dict[str, Any] = field(default_factory=dict)
    left: dict[str, Any] = field(default_factory=dict)
    unknown: bool = False
    deleted_at: datetime | None = None

    def add(self, event: Row[Any]) -> None:
        """Add what one event tells."""
        self.last, changes = event.id, dict(event.changes)
        if event.action in THERE:
            changes["there"] = THERE[event.action]
            self.deleted_at = event.at if event.action == "user.deleted" else None
        for name, (before, after) in changes.items():
            if name in FIELDS or name == "there":
                self.was.setdefault(name, before)
                self.left[name] = after
            elif name not in SAID:
                self.unknown = True

    @property
    def is_new(self) -> bool:
        """Whether the operation made them."""
        return self.was.get("there") == "absent"

    def fields(self) -> dict[str, Any]:
        """Return the fields to give back: of one who was not there before, none."""
        if self.is_new:
            return {}
        return {name: value for name, value in self.was.items() if name != "there" and not self.is_so(name, value)}

    def is_so(self, name: str, value: Any) -> bool:
        """Tell whether a field was left as this value."""
        return bool(plain(name, self.left[name]) == plain(name, value))


@dataclass(slots=True)
class ToldMember:
    """One membership: whether they were a member and whether they were left one, and since when."""

    label: str
    was: bool
    left: bool
    since: datetime
    last: UUID


@dataclass(slots=True)
class ToldGroup:
    """One group: whether it was there, and whether it was left there."""

    ACTIONS: ClassVar[Mapping[str, bool]] = {"group.deleted": False, "group.restored": True}

    id: UUID
    was_live: bool
    is_live: bool
    last: UUID

    def add(self, event: Row[Any]) -> None:
        """Add what one event tells."""
        self.is_live, self.last = self.ACTIONS[event.action], event.id


@dataclass(slots=True)
class Told:
    """All that an operation did. `others` are what no undo knows about."""

    users: dict[UUID, ToldUser] = field(default_factory=dict)
    members: dict[Pair, ToldMember] = field(default_factory=dict)
    groups: dict[UUID, ToldGroup] = field(default_factory=dict)
    others: list[UUID] = field(default_factory=list)
    first: UUID | None = None

    @classmethod
    def of(cls, events: Iterable[Row[Any]]) -> "Told":
        """Return what these events, in their order, come to."""
        told = cls()
        for event in events:
            told.first = told.first or event.id
            if event.action in USERS:
                told.users.setdefault(event.subject_id, ToldUser(event.subject_id, event.id)).add(event)
            elif event.action in ToldGroup.ACTIONS:
                was = not ToldGroup.ACTIONS[event.action]
                told.groups.setdefault(event.subject_id, ToldGroup(event.subject_id, was, was, event.id)).add(event)
            elif event.action in MEMBERS:
                told.add_member(event)
            else:
                told.others.append(event.subject_id)
        return told

    def add_member(self, event: Row[Any]) -> None:
        """Add that somebody came into a group, or went."""
        is_in, pair = MEMBERS[event.action], (event.subject_id, event.object_id)
        moments = [moment for moment in event.changes.get("since", ()) if moment]
        since = datetime.fromisoformat(moments[0]) if moments else event.at
        known = self.members.setdefault(pair, ToldMember(event.object_label or "", not is_in, is_in, since, event.id))
        known.left, known.last = is_in, event.id


def plain(name: str, value: Any) -> Any:
    """Return a field's value so that two can be compared: empty is empty, however it is written."""
    if name == "active":
        return value
    if name == "emails":
        parts = ("value", "type", "display", "primary")
        return [tuple(email.get(part) or None for part in parts) for email in value or []]
    if isinstance(value, Mapping):
        return dict(value) or None
    return str(value) if isinstance(value, UUID) else value or None
