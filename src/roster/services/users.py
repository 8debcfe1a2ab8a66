"""People of an organization: find, create, change, suspend, delete, restore."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row
from sqlalchemy.orm.exc import StaleDataError
from uuid_utils.compat import uuid7

from roster.database import core_of, reading, registry, transaction, transactional, violations, writing
from roster.errors import EXTERNAL_ID_TAKEN, STALE_VERSION, USER_NAME_TAKEN, USER_NOT_DELETED, AppException
from roster.models import Actor, Expected, Person, User, is_expected
from roster.models.user import default_display_name, with_primary
from roster.repositories import core, orm
from roster.repositories.core.history.events import Change
from roster.repositories.core.keyset import Page
from roster.repositories.core.listing import MOST_COUNTED as MOST_COUNTED
from roster.repositories.core.listing import Asked

VIOLATIONS = {"uq_user_user_name_live": USER_NAME_TAKEN, "uq_user_external_id_live": EXTERNAL_ID_TAKEN}
NOT_DELETED = {"deleted_at": None, "purge_after": None}


@transactional
def search(
    organization_id: UUID,
    *,
    q: str = "",
    status: str = "live",
    filter: str = "",
    sort: str = "created_at",
    after: str | None = None,
    limit: int = 50,
) -> Page:
    """Return a page of users; nobody who is there throughout a walk is skipped or repeated. Writes nothing.

    Raises:
        AppException: INVALID_CURSOR, INVALID_FILTER.
    """
    return core.users.page(
        core_of(registry()), organization_id, asked=Asked(q, status, filter), sort=sort, after=after, limit=limit
    )


@transactional
def documents(
    organization_id: UUID,
    *,
    q: str = "",
    status: str = "live",
    filter: str = "",
    sort: str = "created_at",
    after: str | None = None,
    limit: int = 50,
) -> Page:
    """Return a page of users as `search` does, each as the JSON that the API tells of them. Writes nothing.

    Raises:
        AppException: INVALID_CURSOR, INVALID_FILTER.
    """
    with reading() as connection:
        return core.user_documents.page(
            connection, organization_id, asked=Asked(q, status, filter), sort=sort, after=after, limit=limit
        )


@transactional
def document(organization_id: UUID, user_id: UUID) -> Row[Any]:
    """Return the version of a live user, and the JSON that the API tells of them. Writes nothing.

    Raises:
        AppException: USER_NOT_FOUND.
    """
    with reading() as connection:
        return core.user_documents.by_id(connection, organization_id, user_id)


@transactional
def count(organization_id: UUID, *, q: str = "", status: str = "live", filter: str = "") -> int:
    """Return how many users a search finds, MOST_COUNTED + 1 for more than that. Writes nothing.

    Raises:
        AppException: INVALID_FILTER.
    """
    return core.users.count(core_of(registry()), organization_id, asked=Asked(q, status, filter))


@transactional
def ids(
    organization_id: UUID,
    *,
    q: str = "",
    status: str = "live",
    filter: str = "",
    after: UUID | None = None,
    limit: int = 1000,
) -> Sequence[UUID]:
    """Return the ids of those whom a search finds, in their order, `limit` after `after` at most. Writes nothing.

    Raises:
        AppException: INVALID_FILTER.
    """
    return core.users.ids(core_of(registry()), organization_id, Asked(q, status, filter), after=after, limit=limit)


@transactional
def departments(organization_id: UUID) -> Sequence[str]:
    """Return the departments that most live users are in, by name. Writes nothing."""
    return core.user_sets.departments(core_of(registry()), organization_id, limit=100)


@transactional
def get(organization_id: UUID, user_id: UUID) -> User:
    """Return a live user with their e-mails. Writes nothing.

    Raises:
        AppException: USER_NOT_FOUND.
    """
    return orm.users.by_id(registry(), organization_id, user_id)


@transactional
def get_with_deleted(organization_id: UUID, user_id: UUID) -> User:
    """Return a user with their e-mails, deleted or not. Writes nothing.

    Raises:
        AppException: USER_NOT_FOUND.
    """
    return orm.users.by_id_with_deleted(registry(), organization_id, user_id)


@transactional
def history(organization_id: UUID, user_id: UUID, *, limit: int = 50) -> Sequence[Row[Any]]:
    """Return what was done to a user, the newest first. Writes nothing."""
    return core.events.of_subject(core_of(registry()), organization_id, user_id, limit=limit)


@transactional
def create(actor: Actor, values: Mapping[str, Any], *, at: datetime) -> Person:
    """Create a user. Rolls back as one; repeats itself when PostgreSQL asks for it (see `transactional`).

    Args:
        actor: who does it.
        values: columns by name; `emails` as value, type and primary of each, or `email` for the primary one alone.
        at: the time it counts from.

    Raises:
        AppException: USER_NAME_TAKEN, EXTERNAL_ID_TAKEN.
    """
    emails = values.get("emails") or with_primary([], values.get("email"))
    user = _new_user(actor.organization_id, values, emails, at=at)
    created = Change("user.created", user.id, user.user_name, _changes({}, _snapshot(user)))
    with writing() as connection, violations(VIOLATIONS):
        core.user_writes.add(connection, user, actor, created, at=at)
    return user


@transactional
def change(
    actor: Actor, user_id: UUID, values: Mapping[str, Any], *, at: datetime, expected_version: Expected = None
) -> Person:
    """Change the given columns of a user. Rolls back as one; repeats itself when another writer was in between.

    A change that changes nothing writes nothing. A display name that was made of the other names follows them.

    Raises:
        AppException: USER_NOT_FOUND, STALE_VERSION, USER_NAME_TAKEN, EXTERNAL_ID_TAKEN.
    """
    with writing() as connection, violations(VIOLATIONS):
        user = core.user_writes.by_id_for_update(connection, actor.organization_id, user_id)
        _demand_version(user, expected_version)
        before, was = _snapshot(user), user.columns()
        new = {name: value for name, value in _completed(user, values).items() if before[name] != value}
        if new:
            user.give(new, at=at)
            if "emails" in new:
                core.user_writes.replace_emails(connection, user)
            changed = Change("user.changed", user_id, user.user_name, _changes(before, _snapshot(user)))
            core.user_writes.change(connection, user, was, actor, changed, at=at)
    return user


@transactional
def remove(actor: Actor, user_id: UUID, *, at: datetime, expected_version: Expected = None) -> None:
    """Soft-delete a user. Rolls back as one; repeats itself when another writer was in between.

    Raises:
        AppException: USER_NOT_FOUND, STALE_VERSION.
    """
    removed = Change("user.deleted", user_id, "", {})
    versions = [expected_version] if isinstance(expected_version, int) else expected_version
    with writing() as connection:
        if not core.user_writes.remove(connection, actor, removed, versions=versions, at=at):
            _demand_version(core.user_documents.by_id(connection, actor.organization_id, user_id), expected_version)
            raise StaleDataError(f"user {user_id} changed while they were looked for")


@transactional
def restore(actor: Actor, user_id: UUID, *, at: datetime, user_name: str | None = None) -> Person:
    """Bring a deleted user back, under another user name if one is given. Rolls back as one.

    Raises:
        AppException: USER_NOT_FOUND, USER_NOT_DELETED, USER_NAME_TAKEN (nothing is half done).
    """
    with transaction(registry()) as session, violations(VIOLATIONS):
        connection = core_of(session)
        user = core.user_writes.by_id_with_deleted_for_update(connection, actor.organization_id, user_id)
        if user.deleted_at is None:
            raise AppException(USER_NOT_DELETED)
        new = {"user_name": user_name or user.user_name}
        changes = _changes({"user_name": user.user_name}, new)
        _write(connection, actor, "user.restored", user, new | NOT_DELETED, changes, at=at)
        core.groups.count_member_changed(connection, actor.organization_id, user_id, at=at)
    return user


@transactional
def suspend(
    actor: Actor, user_id: UUID, *, at: datetime, reason: str | None = None, expected_version: Expected = None
) -> Person:
    """Suspend a user, for a reason that the event keeps; one who is suspended stays so. Rolls back as one.

    Raises:
        AppException: USER_NOT_FOUND, STALE_VERSION.
    """
    why = {"reason": [None, reason]} if reason else {}
    return _set_active(actor, user_id, False, why, at=at, expected_version=expected_version)


@transactional
def activate(actor: Actor, user_id: UUID, *, at: datetime, expected_version: Expected = None) -> Person:
    """End a user's suspension; one who is active stays so. Rolls back as one.

    Raises:
        AppException: USER_NOT_FOUND, STALE_VERSION.
    """
    return _set_active(actor, user_id, True, {}, at=at, expected_version=expected_version)


def _set_active(
    actor: Actor, user_id: UUID, active: bool, why: Mapping[str, Any], *, at: datetime, expected_version: Expected
) -> Person:
    with transaction(registry()) as session:
        connection = core_of(session)
        user = core.user_writes.by_id_for_update(connection, actor.organization_id, user_id)
        _demand_version(user, expected_version)
        if user.active is not active:
            action = "user.activated" if active else "user.suspended"
            changes = {"active": [not active, active], **why}
            _write(connection, actor, action, user, {"active": active}, changes, at=at)
    return user


def _new_user(
    organization_id: UUID, values: Mapping[str, Any], emails: Sequence[Mapping[str, Any]], *, at: datetime
) -> Person:
    plain = {name: value for name, value in values.items() if name not in {"email", "emails"}}
    user = Person(organization_id=organization_id, id=uuid7(), version=1, created_at=at, updated_at=at, **plain)
    user.display_name = user.display_name or _default_name(user)
    user.put_emails(emails)
    user.derive()
    return user


def _default_name(user: Person) -> str:
    return default_display_name(user.given_name, user.family_name, user.user_name)


def _completed(user: Person, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, with the display name that follows from them where nobody chose one, and all e-mails."""
    new = {name: value for name, value in values.items() if name != "email"}
    if "emails" in values:
        called = {email.value: email.display for email in user.emails}
        new["emails"] = [{"display": called.get(email["value"])} | email for email in values["emails"]]
    if "email" in values:
        new["emails"] = with_primary(_snapshot(user)["emails"], values["email"])
    chosen = new.get("display_name") if "display_name" in new else None
    if "display_name" in new or user.display_name == _default_name(user):
        names = [new.get(name, getattr(user, name)) for name in ("given_name", "family_name", "user_name")]
        new["display_name"] = chosen or default_display_name(*names)
    return new


def _demand_version(user: Any, expected: Expected) -> None:
    if not is_expected(user.version, expected):
        raise AppException(STALE_VERSION)


RECORDED = (
    "user_name",
    "display_name",
    "given_name",
    "family_name",
    "title",
    "department",
    "active",
    "external_id",
    "attributes",
)


def _snapshot(user: Person) -> dict[str, Any]:
    """What an event compares: plain values, e-mails included."""
    return {name: getattr(user, name) for name in RECORDED} | {"emails": [email.as_given() for email in user.emails]}


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Field → [before, after] of what differs; what is empty on both sides does not."""
    return {
        name: [before.get(name), value]
        for name, value in after.items()
        if (before.get(name) or None) != (value or None) or (name in before and before[name] != value)
    }


def _write(
    connection: Connection,
    actor: Actor,
    action: str,
    user: Person,
    new: Mapping[str, Any],
    changes: Mapping[str, Any],
    *,
    at: datetime,
) -> None:
    was = user.columns()
    user.give(new, at=at)
    core.user_writes.change(connection, user, was, actor, Change(action, user.id, user.user_name, changes), at=at)
