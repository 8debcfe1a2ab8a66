"""Groups of an organization, and who is in them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row
from uuid_utils.compat import uuid7

from roster.database import core_of, registry, transaction, transactional, violations
from roster.errors import (
    CIRCULAR_GROUPS,
    EXTERNAL_ID_TAKEN,
    GROUP_NAME_TAKEN,
    GROUP_NOT_DELETED,
    GROUP_NOT_FOUND,
    MEMBER_NOT_FOUND,
    STALE_VERSION,
    AppException,
)
from roster.models import Actor, Expected, Group, is_expected
from roster.models.group import derived
from roster.normal_form import name_key
from roster.repositories import core, orm
from roster.repositories.core.listing import MOST_COUNTED as MOST_COUNTED
from roster.repositories.core.listing import Asked

VIOLATIONS = {"uq_group_display_name_live": GROUP_NAME_TAKEN, "uq_group_external_id_live": EXTERNAL_ID_TAKEN}
RECORDED = ("display_name", "description", "external_id")


@dataclass(frozen=True, slots=True)
class Members:
    """Users and groups, by id."""

    users: Collection[UUID] = ()
    groups: Collection[UUID] = ()


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
) -> core.keyset.Page:
    """Return a page of groups; none that is there throughout a walk is skipped or repeated. Writes nothing.

    Raises:
        AppException: INVALID_CURSOR, INVALID_FILTER.
    """
    return core.groups.page(
        core_of(registry()), organization_id, asked=Asked(q, status, filter), sort=sort, after=after, limit=limit
    )


@transactional
def count(organization_id: UUID, *, q: str = "", status: str = "live", filter: str = "") -> int:
    """Return how many groups a search finds, MOST_COUNTED + 1 for more than that. Writes nothing.

    Raises:
        AppException: INVALID_FILTER.
    """
    return core.groups.count(core_of(registry()), organization_id, asked=Asked(q, status, filter))


@transactional
def get(organization_id: UUID, group_id: UUID) -> Group:
    """Return a live group. Writes nothing.

    Raises:
        AppException: GROUP_NOT_FOUND.
    """
    return orm.groups.by_id(registry(), organization_id, group_id)


@transactional
def named(
    organization_id: UUID, display_name: str, user_names: Sequence[str] = (), group_names: Sequence[str] = ()
) -> tuple[UUID, Members]:
    """Return the id of the live group of this name, and those of users and groups, in any case. Writes nothing.

    Raises:
        AppException: GROUP_NOT_FOUND, MEMBER_NOT_FOUND (with the names).
    """
    connection = core_of(registry())
    ids = core.memberships.ids_of_groups(connection, organization_id, [display_name, *group_names])
    users = core.memberships.ids_of_users(connection, organization_id, user_names)
    if name_key(display_name) not in ids:
        raise AppException(GROUP_NOT_FOUND, f"There is no group {display_name!r}.")
    faults = {
        kind: [f"There is no {kind.removesuffix('s')} {name!r}." for name in names if name_key(name) not in found]
        for kind, names, found in (("users", user_names, users), ("groups", group_names, ids))
    }
    if any(faults.values()):
        raise AppException(MEMBER_NOT_FOUND, fields={kind: told for kind, told in faults.items() if told})
    return ids[name_key(display_name)], Members(
        [users[name_key(name)] for name in user_names], [ids[name_key(name)] for name in group_names]
    )


@transactional
def get_with_deleted(organization_id: UUID, group_id: UUID) -> Group:
    """Return a group, deleted or not. Writes nothing.

    Raises:
        AppException: GROUP_NOT_FOUND.
    """
    return orm.groups.by_id_with_deleted(registry(), organization_id, group_id)


@transactional
def create(actor: Actor, values: Mapping[str, Any], *, at: datetime) -> Group:
    """Create a group. Rolls back as one; repeats itself when PostgreSQL asks for it.

    Raises:
        AppException: GROUP_NAME_TAKEN, EXTERNAL_ID_TAKEN.
    """
    group = Group(
        organization_id=actor.organization_id, id=uuid7(), version=1, created_at=at, updated_at=at, **dict(values)
    )
    with transaction(registry()) as session, violations(VIOLATIONS):
        orm.groups.add(session, group)
        _record(core_of(session), actor, "group.created", group, _changes({}, _snapshot(group)), at=at)
    return group


@transactional
def change(
    actor: Actor, group_id: UUID, values: Mapping[str, Any], *, at: datetime, expected_version: Expected = None
) -> Group:
    """Change the given columns of a group. Rolls back as one; repeats itself when another writer was in between.

    Raises:
        AppException: GROUP_NOT_FOUND, STALE_VERSION, GROUP_NAME_TAKEN, EXTERNAL_ID_TAKEN.
    """
    with transaction(registry()) as session, violations(VIOLATIONS):
        group = orm.groups.by_id(session, actor.organization_id, group_id, for_update=True)
        _demand_version(group, expected_version)
        before = _snapshot(group)
        new = {name: value for name, value in values.items() if before[name] != value}
        if new:
            orm.groups.change(session, group, new, at=at)
            _record(core_of(session), actor, "group.changed", group, _changes(before, _snapshot(group)), at=at)
    return group


@transactional
def remove(actor: Actor, group_id: UUID, *, at: datetime, expected_version: Expected = None) -> None:
    """Soft-delete a group; who is in it comes back with it. Rolls back as one.

    Raises:
        AppException: GROUP_NOT_FOUND, STALE_VERSION.
    """
    with transaction(registry()) as session:
        group = orm.groups.by_id(session, actor.organization_id, group_id, for_update=True)
        _demand_version(group, expected_version)
        _record(core_of(session), actor, "group.deleted", group, {}, at=at)
        core.groups.soft_delete(core_of(session), group.organization_id, group.id, group.version, at=at)
        core.groups.count_member_changed(core_of(session), actor.organization_id, group_id, at=at)


@transactional
def restore(actor: Actor, group_id: UUID, *, at: datetime, display_name: str | None = None) -> Group:
    """Bring a deleted group back with its members, under another name if one is given. Rolls back as one.

    Raises:
        AppException: GROUP_NOT_FOUND, GROUP_NOT_DELETED, GROUP_NAME_TAKEN (nothing is half done).
    """
    with transaction(registry()) as session, violations(VIOLATIONS):
        group = orm.groups.by_id_with_deleted(session, actor.organization_id, group_id, for_update=True)
        if group.deleted_at is None:
            raise AppException(GROUP_NOT_DELETED)
        changes = _changes({"display_name": group.display_name}, {"display_name": display_name or group.display_name})
        renamed = _renamed(group, display_name) if display_name else {}
        core.groups.restore(core_of(session), group.organization_id, group.id, group.version, at=at, **renamed)
        core.groups.count_member_changed(core_of(session), actor.organization_id, group_id, at=at)
        _record(core_of(session), actor, "group.restored", group, changes, at=at)
        session.refresh(group)
    return group


@transactional
def members(organization_id: UUID, group_id: UUID, *, after: UUID | None = None, limit: int = 50) -> Sequence[Row[Any]]:
    """Return the direct members after an id, `limit` at most: live users and groups, by id. Writes nothing.

    Raises:
        AppException: GROUP_NOT_FOUND.
    """
    orm.groups.by_id(registry(), organization_id, group_id)
    return core.memberships.page(core_of(registry()), organization_id, group_id, after=after, limit=limit)


@transactional
def member_count(organization_id: UUID, group_id: UUID) -> int:
    """Return how many live users and groups are directly in a group. Writes nothing."""
    return core.memberships.count(core_of(registry()), organization_id, group_id)


@transactional
def of_user(organization_id: UUID, user_id: UUID) -> Sequence[Row[Any]]:
    """Return the groups that a user is in, by name: id, display_name, direct or by way of another. Writes nothing.

    Raises:
        AppException: USER_NOT_FOUND.
    """
    orm.users.by_id(registry(), organization_id, user_id)
    return core.memberships.groups_of_user(core_of(registry()), organization_id, user_id)


@transactional
def of_group(organization_id: UUID, group_id: UUID) -> Sequence[Row[Any]]:
    """Return the groups that a group is in, by name: id, display_name, direct or by way of another. Writes nothing.

    Raises:
        AppException: GROUP_NOT_FOUND.
    """
    orm.groups.by_id(registry(), organization_id, group_id)
    return core.memberships.groups_of_group(core_of(registry()), organization_id, group_id)


@transactional
def add_members(actor: Actor, group_id: UUID, members: Members, *, at: datetime) -> int:
    """Put users and groups into a group, all or none; return how many were not in it. Rolls back as one.

    Raises:
        AppException: GROUP_NOT_FOUND, MEMBER_NOT_FOUND (with the ids), CIRCULAR_GROUPS.
    """
    organization_id = actor.organization_id
    with transaction(registry()) as session:
        group = orm.groups.by_id(session, organization_id, group_id, for_update=True)
        connection = core_of(session)
        labels = _labels(connection, organization_id, members)
        if members.groups:
            core.memberships.lock_nesting(connection, organization_id)
            if core.memberships.is_inside(connection, organization_id, group_id, members.groups):
                raise AppException(CIRCULAR_GROUPS)
        added = [
            *core.memberships.add_users(connection, organization_id, group_id, members.users, at=at),
            *core.memberships.add_groups(connection, organization_id, group_id, members.groups, at=at),
        ]
        _record_members(connection, actor, "group.member_added", group, {key: labels[key] for key in added}, at=at)
        if added:
            core.groups.count_members_changed(connection, organization_id, group_id, at=at)
    return len(added)


@transactional
def remove_members(actor: Actor, group_id: UUID, members: Members, *, at: datetime) -> int:
    """Take users and groups out of a group; return how many were in it. Those who were not stay out. Rolls back as one.

    Raises:
        AppException: GROUP_NOT_FOUND.
    """
    organization_id = actor.organization_id
    with transaction(registry()) as session:
        group = orm.groups.by_id(session, organization_id, group_id, for_update=True)
        connection = core_of(session)
        users = core.memberships.remove_users(connection, organization_id, group_id, members.users)
        groups = core.memberships.remove_groups(connection, organization_id, group_id, members.groups)
        labels = core.memberships.labels_of_users(connection, organization_id, users)
        labels |= core.memberships.labels_of_groups(connection, organization_id, groups)
        gone = {key: labels.get(key, "") for key in (*users, *groups)}
        _record_members(connection, actor, "group.member_removed", group, gone, at=at)
        if gone:
            core.groups.count_members_changed(connection, organization_id, group_id, at=at)
    return len(gone)


def _labels(connection: Connection, organization_id: UUID, members: Members) -> dict[UUID, str]:
    """What the members are called; refuses those who are not there."""
    users = core.memberships.labels_of_users(connection, organization_id, members.users)
    groups = core.memberships.labels_of_groups(connection, organization_id, members.groups)
    faults = {
        name: [f"There is no {name.removesuffix('s')} {key}." for key in sorted(set(asked) - set(found))]
        for name, asked, found in (("users", members.users, users), ("groups", members.groups, groups))
    }
    if any(faults.values()):
        raise AppException(MEMBER_NOT_FOUND, fields={name: messages for name, messages in faults.items() if messages})
    return users | groups


def _renamed(group: Group, display_name: str) -> dict[str, str]:
    return {"display_name": display_name} | derived(group.organization_id, display_name, group.description)


def _demand_version(group: Group, expected: Expected) -> None:
    if not is_expected(group.version, expected):
        raise AppException(STALE_VERSION)


def _snapshot(group: Group) -> dict[str, Any]:
    return {name: getattr(group, name) for name in RECORDED}


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}


def _record(
    connection: Connection, actor: Actor, action: str, group: Group, changes: Mapping[str, Any], *, at: datetime
) -> None:
    core.events.record(
        connection, actor, action, subject_id=group.id, subject_label=group.display_name, changes=changes, at=at
    )


def _record_members(
    connection: Connection, actor: Actor, action: str, group: Group, labels: Mapping[UUID, str], *, at: datetime
) -> None:
    core.events.record_each(
        connection, actor, action, subject_id=group.id, subject_label=group.display_name, objects=labels, at=at
    )
