"""Events in the words of a page: what was done, by whom, through which door, and what it changed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import Row

LABELS = {
    "user_name": lazy_gettext("User name"),
    "display_name": lazy_gettext("Display name"),
    "given_name": lazy_gettext("Given name"),
    "family_name": lazy_gettext("Family name"),
    "title": lazy_gettext("Title"),
    "department": lazy_gettext("Department"),
    "identity_provider": lazy_gettext("Identity provider"),
    "external_id": lazy_gettext("External id"),
    "description": lazy_gettext("Description"),
    "active": lazy_gettext("Active"),
    "reason": lazy_gettext("Reason"),
    "merged": lazy_gettext("Merged with"),
    "merged_into": lazy_gettext("Merged into"),
    "emails": lazy_gettext("E-mail"),
    "attributes": lazy_gettext("Attributes"),
    "slug": lazy_gettext("Slug"),
    "name": lazy_gettext("Name"),
    "purge_days": lazy_gettext("Days until purged"),
    "purge_keeps": lazy_gettext("Events keep"),
    "role": lazy_gettext("Role"),
    "dialect": lazy_gettext("Speaks"),
    "enabled": lazy_gettext("Switched on"),
    "strict": lazy_gettext("Strict"),
    "revive_deleted": lazy_gettext("Revive the deleted"),
    "log_days": lazy_gettext("Days in the log"),
}
SCIM_LABELS = {
    "nickName": lazy_gettext("Nickname"),
    "profileUrl": lazy_gettext("Profile page"),
    "preferredLanguage": lazy_gettext("Preferred language"),
    "locale": lazy_gettext("Locale"),
    "timezone": lazy_gettext("Time zone"),
    "userType": lazy_gettext("User type"),
    "phoneNumbers": lazy_gettext("Phone numbers"),
    "addresses": lazy_gettext("Addresses"),
    "photos": lazy_gettext("Photos"),
    "ims": lazy_gettext("Messengers"),
    "roles": lazy_gettext("Roles"),
    "entitlements": lazy_gettext("Entitlements"),
    "x509Certificates": lazy_gettext("Certificates"),
    "employeeNumber": lazy_gettext("Employee number"),
    "costCenter": lazy_gettext("Cost center"),
    "organization": lazy_gettext("Organization"),
    "division": lazy_gettext("Division"),
    "manager": lazy_gettext("Manager"),
    "name.formatted": lazy_gettext("Full name"),
    "name.middleName": lazy_gettext("Middle name"),
    "name.honorificPrefix": lazy_gettext("Title before the name"),
    "name.honorificSuffix": lazy_gettext("Title after the name"),
}
"""What SCIM calls the rest of a user; what else a provider sends goes by the name that it has there."""
UNTOLD = {"undone", "since", "identity_provider_id", "predecessor_id", "manager_id"}
"""What events keep for programs, or tell in another way."""
DONE = {
    "user.created": (lazy_gettext("Added"), "plus"),
    "user.changed": (lazy_gettext("Changed"), "pencil"),
    "user.suspended": (lazy_gettext("Suspended"), "pause"),
    "user.activated": (lazy_gettext("Activated"), "play"),
    "user.deleted": (lazy_gettext("Deleted"), "trash"),
    "user.restored": (lazy_gettext("Restored"), "restore"),
    "user.purged": (lazy_gettext("Purged"), "trash"),
    "user.linked": (lazy_gettext("Linked to a provider"), "plug"),
    "user.unlinked": (lazy_gettext("Unlinked from a provider"), "minus"),
    "group.created": (lazy_gettext("Created"), "plus"),
    "group.changed": (lazy_gettext("Changed"), "pencil"),
    "group.member_added": (lazy_gettext("Member added"), "plus"),
    "group.member_removed": (lazy_gettext("Member removed"), "minus"),
    "group.deleted": (lazy_gettext("Deleted"), "trash"),
    "group.restored": (lazy_gettext("Restored"), "restore"),
    "group.purged": (lazy_gettext("Purged"), "trash"),
    "token.issued": (lazy_gettext("Issued"), "key"),
    "token.rotated": (lazy_gettext("Rotated"), "restore"),
    "token.revoked": (lazy_gettext("Revoked"), "minus"),
    "provider.created": (lazy_gettext("Connected"), "plug"),
    "provider.changed": (lazy_gettext("Changed"), "pencil"),
    "organization.created": (lazy_gettext("Created"), "plus"),
    "organization.changed": (lazy_gettext("Changed"), "pencil"),
    "organization.suspended": (lazy_gettext("Suspended"), "pause"),
    "organization.activated": (lazy_gettext("Activated"), "play"),
    "organization.deleted": (lazy_gettext("Deleted"), "trash"),
    "organization.restored": (lazy_gettext("Restored"), "restore"),
    "administrator.created": (lazy_gettext("Created"), "plus"),
    "administrator.changed": (lazy_gettext("Changed"), "pencil"),
    "administrator.disabled": (lazy_gettext("Disabled"), "pause"),
    "administrator.enabled": (lazy_gettext("Enabled"), "play"),
    "administrator.invited": (lazy_gettext("Invited"), "plus"),
    "administrator.uninvited": (lazy_gettext("Invitation withdrawn"), "minus"),
    "administrator.password_changed": (lazy_gettext("Password changed"), "key"),
    "administrator.codes_enabled": (lazy_gettext("Two-step sign-in turned on"), "key"),
    "administrator.codes_disabled": (lazy_gettext("Two-step sign-in turned off"), "key"),
}
SEEN_BY_THE_MEMBER = {
    "group.member_added": lazy_gettext("Added to"),
    "group.member_removed": lazy_gettext("Removed from"),
}
DOORS = {
    "page": lazy_gettext("in these pages"),
    "api": lazy_gettext("through the API"),
    "scim": lazy_gettext("over SCIM"),
    "command": lazy_gettext("on the command line"),
}
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
        return str(_("yes") if value else _("no"))
    if not value and value != 0:
        return None
    if isinstance(value, list) and all(isinstance(item, Mapping) and "value" in item for item in value):
        return ", ".join(_address(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {text_of(inner) or _('empty')}" for name, inner in value.items())
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
    title = _("%(what)s (undo)", what=title) if "undone" in event.changes else title
    door = DOORS.get(event.door, event.door)
    return {"title": title, "icon": icon, "actor": event.actor_label, "door": door, "at": event.at}


def _differences(changes: Mapping[str, list[Any]]) -> Iterator[Difference]:
    others = {name: SCIM_LABELS.get(name, name) for name in changes if name not in (*LABELS, *UNTOLD)}
    for name, label in {**LABELS, **others}.items():
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
