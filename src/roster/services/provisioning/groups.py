"""Groups as identity providers know them: find, create, replace, patch, delete. Members are rows, never rewritten."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from uuid_utils.compat import uuid7

from roster.database import Session, core_of, reading, registry, transaction, transactional, violations
from roster.errors import EXTERNAL_ID_TAKEN, GROUP_NAME_TAKEN, INVALID_VALUE, AppException
from roster.models import Actor, Group, Provider
from roster.repositories import core, orm
from roster.scim.attributes import GROUP
from roster.scim.patch import MemberChange, Operation, apply, member_changes
from roster.services.provisioning import group_members
from roster.services.provisioning.keys import demand_version
from roster.services.provisioning.query import Found, Query, found

VIOLATIONS = {"uq_group_display_name_live": GROUP_NAME_TAKEN, "uq_group_external_id_live": EXTERNAL_ID_TAKEN}
WRITTEN = {"display_name": "displayName", "external_id": "externalId"}
"""The columns that a provider may write, and what SCIM calls them."""


@transactional
def get(organization_id: UUID, group_id: UUID, *, members: bool = True) -> Row[Any]:
    """Return a live group as SCIM shows it, with its members if these are asked for. Writes nothing.

    Raises:
        AppException: GROUP_NOT_FOUND.
    """
    with reading() as connection:
        return core.provisioned_groups.by_id(connection, organization_id, group_id, members=members)


@transactional
def search(organization_id: UUID, query: Query) -> Found:
    """Return a page of live groups as SCIM shows them. Writes nothing.

    Raises:
        AppException: INVALID_CURSOR; INVALID_PATH for what can't be sorted by.
    """
    with reading() as connection:
        return found(
            query,
            lambda: core.provisioned_groups.page(
                connection, organization_id, query.condition, **query.part(), members=query.related
            ),
            lambda: core.provisioned_groups.count(connection, organization_id, query.condition),
        )


@transactional
def create(
    actor: Actor, provider: Provider, document: Mapping[str, Any], *, at: datetime, members: bool = True
) -> Row[Any]:
    """Create a group with its members, and return it with or without them. Rolls back as one.

    Raises:
        AppException: GROUP_NAME_TAKEN, EXTERNAL_ID_TAKEN, INVALID_VALUE (an unknown member).
    """
    group = Group(
        organization_id=actor.organization_id,
        id=uuid7(),
        identity_provider_id=provider.id,
        version=1,
        created_at=at,
        updated_at=at,
        **{column: document.get(name) for column, name in WRITTEN.items()},
    )
    with transaction(registry()) as session, violations(VIOLATIONS):
        orm.groups.add(session, group)
        changes = {column: [None, value] for column, value in _state(group).items() if value is not None}
        _record(session, actor, "group.created", group, changes, at=at)
        group_members.change(session, actor, provider, group, _all_of(document), at=at)
        return core.provisioned_groups.by_id(core_of(session), actor.organization_id, group.id, members=members)


@transactional
def replace(
    actor: Actor,
    provider: Provider,
    group_id: UUID,
    document: Mapping[str, Any],
    *,
    at: datetime,
    expected_version: Collection[str] | None = None,
    members: bool = True,
) -> Row[Any]:
    """Make a group what the document says, members included: without any, it has none. Rolls back as one.

    Only those who differ are added and taken out. An external id that is not given stays, as a user's does; a strict
    provider's is cleared (RFC 7644 §3.5.1). A document that changes nothing writes nothing.

    Args:
        actor: who.
        provider: for whom.
        group_id: which.
        document: what it should be.
        at: the time it counts from.
        expected_version: versions of the group and its members (as `3.7`), of which one must be the current one.
        members: whether the answer has them.

    Raises:
        AppException: GROUP_NOT_FOUND, STALE_VERSION, GROUP_NAME_TAKEN, EXTERNAL_ID_TAKEN, CIRCULAR_GROUPS,
            INVALID_VALUE (an unknown member).
    """
    with transaction(registry()) as session, violations(VIOLATIONS):
        group = _locked(session, actor, group_id, expected_version)
        kept = {} if provider.strict else {"externalId": group.external_id}
        _write(session, actor, group, {**kept, **document}, at=at)
        group_members.change(session, actor, provider, group, _all_of(document), at=at)
        return core.provisioned_groups.by_id(core_of(session), actor.organization_id, group_id, members=members)


@transactional
def patch(
    actor: Actor,
    provider: Provider,
    group_id: UUID,
    operations: Sequence[Operation],
    *,
    at: datetime,
    expected_version: Collection[str] | None = None,
    members: bool = True,
) -> Row[Any]:
    """Apply the operations of a PATCH to a group, all or none (RFC 7644 §3.5.2). Rolls back as one.

    However many members are added and taken out, it takes the same number of statements. Two who patch one group wait
    for each other. What changes nothing writes nothing. Arguments as those of `replace`.

    Raises:
        AppException: GROUP_NOT_FOUND, STALE_VERSION, GROUP_NAME_TAKEN, EXTERNAL_ID_TAKEN, CIRCULAR_GROUPS,
            INVALID_VALUE, MUTABILITY, NO_TARGET.
    """
    others, changes = member_changes(operations)
    with transaction(registry()) as session, violations(VIOLATIONS):
        group = _locked(session, actor, group_id, expected_version)
        if others:
            _write(session, actor, group, apply(GROUP, _document(group), others), at=at)
        group_members.change(session, actor, provider, group, changes, at=at)
        return core.provisioned_groups.by_id(core_of(session), actor.organization_id, group_id, members=members)


@transactional
def remove(actor: Actor, group_id: UUID, *, at: datetime, expected_version: Collection[str] | None = None) -> None:
    """Soft-delete a group; who is in it comes back with it. Rolls back as one.

    Raises:
        AppException: GROUP_NOT_FOUND, STALE_VERSION.
    """
    with transaction(registry()) as session:
        group = _locked(session, actor, group_id, expected_version)
        _record(session, actor, "group.deleted", group, {}, at=at)
        core.groups.soft_delete(core_of(session), actor.organization_id, group_id, group.version, at=at)
        core.groups.count_member_changed(core_of(session), actor.organization_id, group_id, at=at)


def _locked(session: Session, actor: Actor, group_id: UUID, expected_version: Collection[str] | None) -> Group:
    group = orm.groups.by_id(session, actor.organization_id, group_id, for_update=True)
    demand_version(f"{group.version}.{group.member_version}", expected_version)
    return group


def _all_of(document: Mapping[str, Any]) -> list[MemberChange]:
    members = document.get("members", [])
    if not all("value" in member for member in members):
        raise AppException(INVALID_VALUE, "members: Each needs a value.", fields={"members": ["Each needs a value."]})
    return [MemberChange("replace", tuple(str(member["value"]) for member in members))]


def _document(group: Group) -> dict[str, Any]:
    given = {name: getattr(group, column) for column, name in WRITTEN.items()} | {"id": str(group.id)}
    return {name: value for name, value in given.items() if value is not None}


def _state(group: Group) -> dict[str, Any]:
    return {column: getattr(group, column) for column in WRITTEN}


def _write(session: Session, actor: Actor, group: Group, document: Mapping[str, Any], *, at: datetime) -> None:
    before = _state(group)
    new = {column: document.get(name) for column, name in WRITTEN.items() if document.get(name) != before[column]}
    if new:
        orm.groups.change(session, group, new, at=at)
        changes = {column: [before[column], value] for column, value in new.items()}
        _record(session, actor, "group.changed", group, changes, at=at)


def _record(
    session: Session, actor: Actor, action: str, group: Group, changes: Mapping[str, Any], *, at: datetime
) -> None:
    core.events.record(
        core_of(session), actor, action, subject_id=group.id, subject_label=group.display_name, changes=changes, at=at
    )
