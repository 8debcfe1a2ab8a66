"""A user's columns as a provider wants them, written with the events that tell of it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from roster.errors import INVALID_VALUE, AppException
from roster.models import Actor, Person, Provider
from roster.models.user import ENTERPRISE, chosen_display_name, default_display_name
from roster.repositories import core
from roster.repositories.core.history.events import Change
from roster.scim import user_values
from roster.services.provisioning.keys import id_of

WRITTEN = (
    "user_name",
    "display_name",
    "given_name",
    "family_name",
    "title",
    "department",
    "active",
    "external_id",
    "manager_id",
    "profile",
)
"""The columns that a provider may write, besides the addresses."""
NOTHING: tuple[Any, ...] = (None, "", [], {})


def state(user: Person) -> dict[str, Any]:
    """Return what a provider may write of a user: columns by name, and the addresses."""
    return {name: getattr(user, name) for name in WRITTEN} | {"emails": [email.as_given() for email in user.emails]}


def document(user: Person) -> dict[str, Any]:
    """Return the SCIM document of a user, without what only the server writes but for the id."""
    columns = state(user)
    return user_values.from_columns({"id": user.id, **columns}, display_name=chosen_display_name(columns))


def add(
    connection: Connection, actor: Actor, provider: Provider, user: Person, given: Mapping[str, Any], *, at: datetime
) -> None:
    """Add a new user with these values (as `user_values.to_columns` gives them).

    Raises:
        AppException: INVALID_VALUE: an unknown manager, when strict.
    """
    values = _completed(connection, actor, provider, {}, given)
    for name in WRITTEN:
        setattr(user, name, values[name])
    user.put_emails(values["emails"])
    user.derive()
    changes = _changes({}, values)
    if user.predecessor_id is not None:
        changes["predecessor_id"] = [None, str(user.predecessor_id)]
    created = Change("user.created", user.id, user.user_name, changes)
    core.user_writes.add(connection, user, actor, created, at=at)


def write(
    connection: Connection,
    actor: Actor,
    provider: Provider,
    user: Person,
    given: Mapping[str, Any],
    *,
    at: datetime,
    action: str | None = None,
    **further: Any,
) -> None:
    """Make a user what the values say, and write down what changed; nothing where nothing does.

    Args:
        connection: where.
        actor: who.
        provider: for whom.
        user: whom, locked.
        given: values as `user_values.to_columns` gives them.
        at: the time it counts from.
        action: the one event that tells all; by default a change of `active` is an event of its own, so that it can
            be found who suspended whom.
        further: columns that are written besides, and that no event tells.

    Raises:
        AppException: INVALID_VALUE: an unknown manager, when strict.
    """
    before, was = state(user), user.columns()
    after = _completed(connection, actor, provider, before["profile"], given)
    new = {name: value for name, value in after.items() if before[name] != value} | further
    if not new:
        return
    user.give(new, at=at)
    changes = _changes(before, after)
    if "emails" in new:
        core.user_writes.replace_emails(connection, user)
    events = _apart(user, changes) if action is None else [Change(action, user.id, user.user_name, changes)]
    if len(events) == 1:
        core.user_writes.change(connection, user, was, actor, events[0], at=at)
    else:
        core.user_writes.change_untold(connection, user, was)
        core.events.record_all(connection, actor, events, at=at)


def _apart(user: Person, changes: dict[str, Any]) -> list[Change]:
    told = []
    if "active" in changes:
        turn = {"active": changes.pop("active")}
        told.append(("user.activated" if user.active else "user.suspended", turn))
    if changes:
        told.append(("user.changed", changes))
    return [Change(action, user.id, user.user_name, what) for action, what in told]


def _completed(
    connection: Connection, actor: Actor, provider: Provider, profile: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """The values, with the display name that follows where none is chosen, and the manager where it is one of ours."""
    values = {name: value for name, value in given.items() if name != "manager"}
    names = (values[name] for name in ("given_name", "family_name", "user_name"))
    values["display_name"] = values["display_name"] or default_display_name(*names)
    values["manager_id"] = _manager_id(connection, actor, given["manager"])
    is_unknown = given["manager"] is not None and values["manager_id"] is None
    if provider.strict and is_unknown and given["manager"] != _manager_of(profile):
        fault = f"There is no user {given['manager']}."
        raise AppException(INVALID_VALUE, f"manager: {fault}", fields={"manager": [fault]})
    return values


def _manager_id(connection: Connection, actor: Actor, manager: str | None) -> UUID | None:
    if manager is None or (manager_id := id_of(manager)) is None:
        return None
    found = core.memberships.labels_of_users(connection, actor.organization_id, [manager_id])
    return manager_id if found else None


def _manager_of(profile: Mapping[str, Any]) -> Any:
    return profile.get(ENTERPRISE, {}).get("manager", {}).get("value")


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Field → [before, after] of what differs; what is empty on both sides does not."""
    old, new = _told(before), _told(after)
    pairs = {name: [old.get(name), new.get(name)] for name in {**new, **old}}
    changes = {
        name: pair for name, pair in pairs.items() if pair[0] != pair[1] and any(one not in NOTHING for one in pair)
    }
    if "display_name" in changes:
        changes.pop("displayName", None)
    return changes


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """What an event says: columns by name, what is in the profile as SCIM names it."""
    told = {name: value for name, value in values.items() if name not in {"profile", "manager_id"}}
    if values.get("manager_id"):
        told["manager_id"] = str(values["manager_id"])
    return told | dict(_flat(values.get("profile", {})))


def _flat(profile: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in profile.items():
        if name == "name":
            yield from ((f"name.{part}", text) for part, text in value.items())
        elif name == ENTERPRISE:
            yield from ((part, inner.get("value") if part == "manager" else inner) for part, inner in value.items())
        elif name != user_values.UNASSIGNED:
            yield name, value
