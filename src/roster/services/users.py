"""People of an organization: find, create, change, suspend, delete, restore."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm.exc import StaleDataError
from uuid_utils.compat import uuid7

from roster.database import core_of, registry, transaction, transactional, violations
from roster.errors import EXTERNAL_ID_TAKEN, STALE_VERSION, USER_NAME_TAKEN, USER_NOT_DELETED, AppException
from roster.models import Actor, Expected, User, is_expected
from roster.models.user import DERIVED_FROM, default_display_name, derived, with_primary
from roster.repositories import core, orm
from roster.repositories.core.events import Change
from roster.repositories.core.keyset import Page

VIOLATIONS = {"uq_user_user_name_live": USER_NAME_TAKEN, "uq_user_external_id_live": EXTERNAL_ID_TAKEN}


@transactional
def search(
    organization_id: UUID,
    *,
    q: str = "",
    status: str = "live",
    sort: str = "created_at",
    after: str | None = None,
    limit: int = 50,
) -> Page:
    """Return a page of users; nobody who is there throughout a walk is skipped or repeated. Writes nothing.

    Raises:
        AppException: INVALID_CURSOR.
    """
    return core.users.page(
        core_of(registry()), organization_id, q=q, status=status, sort=sort, after=after, limit=limit
    )


@transactional
def documents(
    organization_id: UUID,
    *,
    q: str = "",
    status: str = "live",
    sort: str = "created_at",
    after: str | None = None,
    limit: int = 50,
) -> Page:
    """Return a page of users as `search` does, each as the JSON that the API tells of them. Writes nothing.

    Raises:
        AppException: INVALID_CURSOR.
    """
    return core.user_documents.page(
        core_of(registry()), organization_id, q=q, status=status, sort=sort, after=after, limit=limit
    )


@transactional
def document(organization_id: UUID, user_id: UUID) -> Row[Any]:
    """Return the version of a live user, and the JSON that the API tells of them. Writes nothing.

    Raises:
        AppException: USER_NOT_FOUND.
    """
    return core.user_documents.by_id(core_of(registry()), organization_id, user_id)


@transactional
def count(organization_id: UUID, *, q: str = "", status: str = "live") -> int:
    """Return how many users a search finds. Writes nothing."""
    return core.users.count(core_of(registry()), organization_id, q=q, status=status)


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
def create(actor: Actor, values: Mapping[str, Any], *, at: datetime) -> User:
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
    with transaction(registry()) as session, violations(VIOLATIONS):
        core.user_writes.add(core_of(session), user, actor, created, at=at)
    return user


@transactional
def change(
    actor: Actor, user_id: UUID, values: Mapping[str, Any], *, at: datetime, expected_version: Expected = None
) -> User:
    """Change the given columns of a user. Rolls back as one; repeats itself when another writer was in between.

    A change that changes nothing writes nothing. A display name that was made of the other names follows them.

    Raises:
        AppException: USER_NOT_FOUND, STALE_VERSION, USER_NAME_TAKEN, EXTERNAL_ID_TAKEN.
    """
    with transaction(registry()) as session, violations(VIOLATIONS):
        connection = core_of(session)
        user = core.user_writes.by_id_for_update(connection, actor.organization_id, user_id)
        _demand_version(user, expected_version)
        before, was = _snapshot(user), user.columns()
        new = {name: value for name, value in _completed(user, values).items() if before[name] != value}
        if new:
            _give(user, new, at=at)
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
    with transaction(registry()) as session:
        if not core.user_writes.remove(core_of(session), actor, removed, versions=versions, at=at):
            user = orm.users.by_id(session, actor.organization_id, user_id)
            _demand_version(user, expected_version)
            raise StaleDataError(f"user {user_id} changed while they were looked for")


@transactional
def restore(actor: Actor, user_id: UUID, *, at: datetime, user_name: str | None = None) -> User:
    """Bring a deleted user back, under another user name if one is given. Rolls back as one.

    Raises:
        AppException: USER_NOT_FOUND, USER_NOT_DELETED, USER_NAME_TAKEN (nothing is half done).
    """
    with transaction(registry()) as session, violations(VIOLATIONS):
        user = orm.users.by_id_with_deleted(session, actor.organization_id, user_id, for_update=True)
        if user.deleted_at is None:
            raise AppException(USER_NOT_DELETED)
        changes = _changes({"user_name": user.user_name}, {"user_name": user_name or user.user_name})
        renamed = _renamed(user, user_name) if user_name else {}
        core.users.restore(core_of(session), user.organization_id, user.id, user.version, at=at, **renamed)
        core.groups.count_member_changed(core_of(session), actor.organization_id, user_id, at=at)
        _record(session, actor, "user.restored", user, changes, at=at)
        session.refresh(user)
    return user


@transactional
def suspend(
    actor: Actor, user_id: UUID, *, at: datetime, reason: str | None = None, expected_version: Expected = None
) -> User:
    """Suspend a user, for a reason that the event keeps; one who is suspended stays so. Rolls back as one.

    Raises:
        AppException: USER_NOT_FOUND, STALE_VERSION.
    """
    why = {"reason": [None, reason]} if reason else {}
    return _set_active(actor, user_id, False, why, at=at, expected_version=expected_version)


@transactional
def activate(actor: Actor, user_id: UUID, *, at: datetime, expected_version: Expected = None) -> User:
    """End a user's suspension; one who is active stays so. Rolls back as one.

    Raises:
        AppException: USER_NOT_FOUND, STALE_VERSION.
    """
    return _set_active(actor, user_id, True, {}, at=at, expected_version=expected_version)


def _set_active(
    actor: Actor, user_id: UUID, active: bool, why: Mapping[str, Any], *, at: datetime, expected_version: Expected
) -> User:
    with transaction(registry()) as session:
        user = orm.users.by_id(session, actor.organization_id, user_id, for_update=True)
        _demand_version(user, expected_version)
        if user.active is not active:
            action = "user.activated" if active else "user.suspended"
            _record(session, actor, action, user, {"active": [not active, active], **why}, at=at)
            core.users.set_active(core_of(session), user.organization_id, user.id, user.version, active=active, at=at)
            session.refresh(user)
    return user


def _new_user(
    organization_id: UUID, values: Mapping[str, Any], emails: Sequence[Mapping[str, Any]], *, at: datetime
) -> User:
    plain = {name: value for name, value in values.items() if name not in {"email", "emails"}}
    user = User(
        organization_id=organization_id,
        id=uuid7(),
        version=1,
        created_at=at,
        updated_at=at,
        **{"active": True, "attributes": {}, "profile": {}} | plain,
    )
    user.display_name = user.display_name or _default_name(user)
    user.put_emails(emails)
    user.derive()
    return user


def _give(user: User, new: Mapping[str, Any], *, at: datetime) -> None:
    """Change what a user is like, and what follows from it."""
    for name, value in new.items():
        if name == "emails":
            user.put_emails(value)
        else:
            setattr(user, name, value)
    user.derive()
    user.version += 1
    user.updated_at = at


def _default_name(user: User) -> str:
    return default_display_name(user.given_name, user.family_name, user.user_name)


def _completed(user: User, values: Mapping[str, Any]) -> dict[str, Any]:
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


def _renamed(user: User, user_name: str) -> dict[str, str]:
    names = {name: getattr(user, name) for name in DERIVED_FROM}
    return {"user_name": user_name} | derived(names | {"user_name": user_name}, [e.as_given() for e in user.emails])


def _demand_version(user: User, expected: Expected) -> None:
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


def _snapshot(user: User) -> dict[str, Any]:
    """What an event compares: plain values, e-mails included."""
    return {name: getattr(user, name) for name in RECORDED} | {"emails": [email.as_given() for email in user.emails]}


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Field → [before, after] of what differs; what is empty on both sides does not."""
    return {
        name: [before.get(name), value]
        for name, value in after.items()
        if (before.get(name) or None) != (value or None) or (name in before and before[name] != value)
    }


def _record(session: Any, actor: Actor, action: str, user: User, changes: Mapping[str, Any], *, at: datetime) -> None:
    core.events.record(
        core_of(session), actor, action, subject_id=user.id, subject_label=user.user_name, changes=changes, at=at
    )
