"""Two people who are one: one of them stays, the other goes, and what both had is united."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from roster.database import core_of, registry, transaction, transactional, violations
from roster.errors import (
    EXTERNAL_ID_TAKEN,
    PROVIDER_OWNS_USER,
    SAME_USER,
    STALE_VERSION,
    USER_NAME_TAKEN,
    USER_NOT_FOUND,
    AppException,
)
from roster.models import Actor
from roster.models.user import derived
from roster.repositories import core
from roster.repositories.core.history.events import Change
from roster.services.operations import members
from roster.services.operations.outcome import Outcome, Summary, begin, end, id_of, summary
from roster.services.operations.undoing.told import plain

VIOLATIONS = {"uq_user_user_name_live": USER_NAME_TAKEN, "uq_user_external_id_live": EXTERNAL_ID_TAKEN}
TEXTS = ("user_name", "display_name", "given_name", "family_name", "title", "department")
FIELDS = (*TEXTS, "account", "emails", "attributes")
"""What can be chosen; `account` is the external id, and the provider that knows them by it."""
ACCOUNT = ("identity_provider_id", "external_id")


@transactional
def merge(
    actor: Actor,
    survivor_id: UUID,
    other_id: UUID,
    choices: Mapping[str, str],
    *,
    at: datetime,
    versions: tuple[int, int] | None = None,
    despite_provider: bool = False,
) -> Summary:
    """Make one user of two, as one operation: the survivor's groups become those of both, the other is soft-deleted.

    Rolls back as one. Both events name the other of the two. What the survivor does not have they get from the other:
    an external id above all. Done again with the same operation id, it only says what was done the first time.

    Args:
        actor: who, with the operation's id.
        survivor_id: who stays.
        other_id: who goes.
        choices: of FIELDS, whose value wins: `mine` (the survivor's), `theirs`, or `both` (emails and attributes).
        at: the time it counts from.
        versions: of the survivor and the other, as they were when it was chosen.
        despite_provider: also where an enabled identity provider looks after the other, and may send them again.

    Raises:
        AppException: SAME_USER, USER_NOT_FOUND, STALE_VERSION, PROVIDER_OWNS_USER, USER_NAME_TAKEN, EXTERNAL_ID_TAKEN.
    """
    if survivor_id == other_id:
        raise AppException(SAME_USER)
    with transaction(registry()) as session, violations(VIOLATIONS):
        connection, key = core_of(session), actor.organization_id
        if core.operations.find_by_id(connection, key, id_of(actor)) is None:
            survivor, other = _both(connection, key, survivor_id, other_id, versions)
            if not despite_provider and _is_owned(connection, key, other):
                raise AppException(PROVIDER_OWNS_USER)
            about = {"user": _named(survivor), "other": _named(other)}
            if begin(connection, actor, "merge", about, at=at):
                end(connection, actor, _merge(connection, actor, survivor, other, choices, at=at))
        return summary(connection, key, id_of(actor))


def _both(
    connection: Connection, organization_id: UUID, survivor_id: UUID, other_id: UUID, versions: tuple[int, int] | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    users = core.user_sets.in_full(connection, organization_id, [survivor_id, other_id])
    found = [users[key] for key in (survivor_id, other_id) if key in users and users[key]["deleted_at"] is None]
    if len(found) < 2:
        raise AppException(USER_NOT_FOUND)
    if versions not in (None, (found[0]["version"], found[1]["version"])):
        raise AppException(STALE_VERSION)
    return found[0], found[1]


def _is_owned(connection: Connection, organization_id: UUID, user: Mapping[str, Any]) -> bool:
    provider_id = user["identity_provider_id"]
    return provider_id is not None and core.user_sets.is_enabled_provider(connection, organization_id, provider_id)


def _merge(
    connection: Connection,
    actor: Actor,
    survivor: Mapping[str, Any],
    other: Mapping[str, Any],
    choices: Mapping[str, str],
    *,
    at: datetime,
) -> Outcome:
    new = _united(survivor, other, choices)
    changes = {name: [survivor[name], value] for name, value in new.items() if not _is_same(name, survivor, value)}
    core.user_sets.soft_delete(connection, actor.organization_id, [other["id"]], at=at)
    _write(connection, {**survivor, **{name: new[name] for name in changes}, "updated_at": at}, changes)
    label = new["user_name"]
    told = [
        Change("user.deleted", other["id"], other["user_name"], {"merged_into": [None, label]}),
        Change("user.changed", survivor["id"], label, _in_json(changes) | {"merged": [None, other["user_name"]]}),
    ]
    core.events.record_all(connection, actor, told, at=at)
    joined = _join(connection, actor, {survivor["id"]: label}, other["id"], at=at)
    return Outcome(2 + joined)


def _united(survivor: Mapping[str, Any], other: Mapping[str, Any], choices: Mapping[str, str]) -> dict[str, Any]:
    """What the survivor is like afterwards."""
    new = {name: _chosen(choices.get(name), survivor[name], other[name]) for name in TEXTS}
    takes_account = choices.get("account") == "theirs" or ("account" not in choices and not survivor["external_id"])
    new |= {name: (other if takes_account else survivor)[name] for name in ACCOUNT}
    new["attributes"] = _attributes(choices.get("attributes"), survivor["attributes"], other["attributes"])
    new["emails"] = _emails(choices.get("emails"), survivor["emails"], other["emails"])
    return new


def _chosen(choice: str | None, mine: Any, theirs: Any) -> Any:
    return theirs if choice == "theirs" or (choice is None and not mine) else mine


def _attributes(choice: str | None, mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    return dict(theirs if choice == "theirs" else mine if choice == "mine" else {**theirs, **mine})


def _emails(choice: str | None, mine: list[Any], theirs: list[Any]) -> list[dict[str, Any]]:
    if choice in ("mine", "theirs"):
        return mine if choice == "mine" else theirs
    known = {email["value"].casefold() for email in mine}
    primary = any(email["primary"] for email in mine)
    more = [email for email in theirs if email["value"].casefold() not in known]
    return [*mine, *({**email, "primary": email["primary"] and not primary} for email in more)]


def _write(connection: Connection, user: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    computed = derived(user, user["emails"])
    columns = {*changes, *computed, "updated_at"} - {"emails"}
    core.user_sets.write(connection, user["organization_id"], [{**user, **computed}], columns)
    if "emails" in changes:
        core.user_sets.replace_emails(connection, user["organization_id"], {user["id"]: user["emails"]})


def _join(connection: Connection, actor: Actor, survivor: Mapping[UUID, str], other_id: UUID, *, at: datetime) -> int:
    """Put the survivor into the groups of the other; return how many they were not in."""
    found = core.member_sets.of_users(connection, actor.organization_id, [other_id])
    groups = core.member_sets.groups_locked(connection, actor.organization_id, [row.group_id for row in found])
    pairs = {(key, one): at for key, row in groups.items() if row.deleted_at is None for one in survivor}
    return len(members.put_in(connection, actor, pairs, groups, survivor, at=at, told={}))


def _is_same(name: str, survivor: Mapping[str, Any], value: Any) -> bool:
    return bool(plain(name, survivor[name]) == plain(name, value))


def _in_json(changes: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """The changes as an event keeps them: an id is a text."""
    return {name: [str(one) if isinstance(one, UUID) else one for one in pair] for name, pair in changes.items()}


def _named(user: Mapping[str, Any]) -> dict[str, str]:
    return {"id": str(user["id"]), "name": user["user_name"]}
