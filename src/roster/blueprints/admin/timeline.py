"""Events in the words of a page: what was done, by whom, through which door, and what it changed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import Row

LABELS = {
    "user_name": "User name",
    "display_name": "Display name",
    "given_name": "Given name",
    "family_name": "Family name",
    "title": "Title",
    "department": "Department",
    "identity_provider": "Identity provider",
    "external_id": "External id",
    "description": "Description",
    "active": "Active",
    "reason": "Reason",
    "emails": "E-mail",
    "attributes": "Attributes",
    "slug": "Slug",
    "name": "Name",
    "purge_days": "Days until purged",
    "purge_keeps": "Events keep",
    "role": "Role",
    "dialect": "Speaks",
    "enabled": "Switched on",
    "strict": "Strict",
    "revive_deleted": "Revive the deleted",
    "log_days": "Days in the log",
}
DONE = {
    "user.created": ("Added", "plus"),
    "user.changed": ("Changed", "pencil"),
    "user.suspended": ("Suspended", "pause"),
    "user.activated": ("Activated", "play"),
    "user.deleted": ("Deleted", "trash"),
    "user.restored": ("Restored", "restore"),
    "user.purged": ("Purged", "trash"),
    "user.linked": ("Linked to a provider", "plug"),
    "user.unlinked": ("Unlinked from a provider", "minus"),
    "group.created": ("Created", "plus"),
    "group.changed": ("Changed", "pencil"),
    "group.member_added": ("Member added", "plus"),
    "group.member_removed": ("Member removed", "minus"),
    "group.deleted": ("Deleted", "trash"),
    "group.restored": ("Restored", "restore"),
    "group.purged": ("Purged", "trash"),
    "token.issued": ("Issued", "key"),
    "token.rotated": ("Rotated", "restore"),
    "token.revoked": ("Revoked", "minus"),
    "provider.created": ("Connected", "plug"),
    "provider.changed": ("Changed", "pencil"),
    "organization.created": ("Created", "plus"),
    "organization.changed": ("Changed", "pencil"),
    "organization.suspended": ("Suspended", "pause"),
    "organization.activated": ("Activated", "play"),
    "organization.deleted": ("Deleted", "trash"),
    "organization.restored": ("Restored", "restore"),
    "administrator.created": ("Created", "plus"),
    "administrator.changed": ("Changed", "pencil"),
    "administrator.disabled": ("Disabled", "pause"),
    "administrator.enabled": ("Enabled", "play"),
    "administrator.invited": ("Invited", "plus"),
    "administrator.uninvited": ("Invitation withdrawn", "minus"),
    "administrator.password_changed": ("Password changed", "key"),
    "administrator.codes_enabled": ("Two-step sign-in turned on", "key"),
    "administrator.codes_disabled": ("Two-step sign-in turned off", "key"),
}
SEEN_BY_THE_MEMBER = {"group.member_added": "Added to", "group.member_removed": "Removed from"}
DOORS = {"page": "in these pages", "api": "through the API", "scim": "over SCIM", "command": "on the command line"}
SAID_BY_THE_TITLE = {"user.suspended": {"active"}, "user.activated": {"active"}}


class Difference(NamedTuple):
    """One thing that changed; None where there was, or is, nothing."""

    label: str
    before: str | None
    after: str | None


class Thing(NamedTuple):
    """Whom or what an event is about. A member is of the kind `member`: a person, or a group."""

    kind: str
    id: UUID
    label: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as a person reads it. `other` is who else is in it, beside the one whose page it stands on."""

    title: str
    icon: str
    actor: str
    door: str
    at: datetime
    differences: list[Difference]
    is_first: bool = False
    subject: Thing | None = None
    member: Thing | None = None
    other: Thing | None = None


def of(events: Iterable[Row[Any]], *, seen_by: UUID | None = None) -> list[Entry]:
    """Return the events in the words of a page, in the same order; of the page of whom or what is `seen_by`."""
    return [_entry(event, seen_by) for event in events]


def of_administrators(events: Iterable[Row[Any]]) -> list[Entry]:
    """Return what was done to administrators in the words of a page, in the same order."""
    return [
        Entry(
            **_words(event),
            differences=list(_differences(event.changes)),
            subject=Thing("administrator", event.id, event.subject_label),
        )
        for event in events
    ]


def text_of(value: Any) -> str | None:
    """Return a recorded value as a person reads it; None where it is empty."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not value and value != 0:
        return None
    if isinstance(value, list) and all(isinstance(item, Mapping) and "value" in item for item in value):
        return ", ".join(_address(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {text_of(inner) or 'empty'}" for name, inner in value.items())
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _entry(event: Row[Any], seen_by: UUID | None) -> Entry:
    said = SAID_BY_THE_TITLE.get(event.action, set())
    changes = {name: change for name, change in event.changes.items() if name not in said}
    subject = Thing(event.action.partition(".")[0], event.subject_id, event.subject_label)
    member = Thing("member", event.object_id, event.object_label or "") if event.object_id else None
    is_by_member = member is not None and member.id == seen_by
    titled = {"title": SEEN_BY_THE_MEMBER[event.action]} if is_by_member and event.action in SEEN_BY_THE_MEMBER else {}
    return Entry(
        **_words(event) | titled,
        differences=list(_differences(changes)),
        is_first=event.action in {"user.created", "group.created"},
        subject=subject,
        member=member,
        other=subject if is_by_member else member,
    )


def _words(event: Row[Any]) -> dict[str, Any]:
    title, icon = DONE.get(event.action, (event.action, "pencil"))
    door = DOORS.get(event.door, event.door)
    return {"title": title, "icon": icon, "actor": event.actor_label, "door": door, "at": event.at}


def _differences(changes: Mapping[str, list[Any]]) -> Iterator[Difference]:
    for name, label in LABELS.items():
        if name == "attributes" and name in changes:
            yield from _attribute_differences(*changes[name])
        elif name in changes and changes[name] not in ([None, True], [None, None]):
            yield Difference(label, *map(text_of, changes[name]))


def _attribute_differences(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Iterator[Difference]:
    old, new = before or {}, after or {}
    for name in {**old, **new}:
        if old.get(name) != new.get(name):
            yield Difference(name, text_of(old.get(name)), text_of(new.get(name)))


def _address(email: Mapping[str, Any]) -> str:
    return f"{email['value']} ({email['type']})" if email.get("type") else str(email["value"])
