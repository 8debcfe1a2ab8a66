"""Events in the words of a page: what was done, by whom, through which door, and what it changed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Row

LABELS = {
    "user_name": "User name",
    "display_name": "Display name",
    "given_name": "Given name",
    "family_name": "Family name",
    "title": "Title",
    "department": "Department",
    "external_id": "External id",
    "active": "Active",
    "emails": "E-mail",
    "attributes": "Attributes",
}
DONE = {
    "user.created": ("Added", "plus"),
    "user.changed": ("Changed", "pencil"),
    "user.suspended": ("Suspended", "pause"),
    "user.activated": ("Activated", "play"),
    "user.deleted": ("Deleted", "trash"),
    "user.restored": ("Restored", "restore"),
}
DOORS = {"page": "in these pages", "api": "through the API", "scim": "over SCIM", "command": "on the command line"}
SAID_BY_THE_TITLE = {"user.suspended", "user.activated"}


class Difference(NamedTuple):
    """One thing that changed; None where there was, or is, nothing."""

    label: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as a person reads it."""

    title: str
    icon: str
    actor: str
    door: str
    at: datetime
    differences: list[Difference]
    is_first: bool = False


def of(events: Iterable[Row[Any]]) -> list[Entry]:
    """Return the events in the words of a page, in the same order."""
    return [_entry(event) for event in events]


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


def _entry(event: Row[Any]) -> Entry:
    title, icon = DONE.get(event.action, (event.action, "pencil"))
    changes = {} if event.action in SAID_BY_THE_TITLE else event.changes
    door = DOORS.get(event.door, event.door)
    is_first = event.action == "user.created"
    return Entry(title, icon, event.actor_label, door, event.at, list(_differences(changes)), is_first)


def _differences(changes: Mapping[str, list[Any]]) -> Iterator[Difference]:
    for name, label in LABELS.items():
        if name == "attributes" and name in changes:
            yield from _attribute_differences(*changes[name])
        elif name in changes and changes[name] != [None, True]:
            yield Difference(label, *map(text_of, changes[name]))


def _attribute_differences(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Iterator[Difference]:
    old, new = before or {}, after or {}
    for name in {**old, **new}:
        if old.get(name) != new.get(name):
            yield Difference(name, text_of(old.get(name)), text_of(new.get(name)))


def _address(email: Mapping[str, Any]) -> str:
    return f"{email['value']} ({email['type']})" if email.get("type") else str(email["value"])
