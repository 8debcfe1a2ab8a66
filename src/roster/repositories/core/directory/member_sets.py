"""Memberships in sets: who is in which of many groups, put in and taken out, in a statement each."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Connection,
    DateTime,
    Result,
    Row,
    Uuid,
    any_,
    column,
    delete,
    func,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from roster.models import Group, Membership

Pair = tuple[UUID, UUID]
"""A group's id and a user's."""
COLUMNS = (Membership.group_id, Membership.user_id, Membership.created_at)


def groups_locked(
    connection: Connection, organization_id: UUID, group_ids: Collection[UUID]
) -> Mapping[UUID, Row[Any]]:
    """Return id, display_name and deleted_at of these groups, by id; other writers wait.

    All who change groups lock them in this order, so that two writers can't deadlock.
    """
    statement = (
        select(Group.id, Group.display_name, Group.deleted_at)
        .where(Group.organization_id == organization_id, Group.id == any_(_list(group_ids)))
        .order_by(Group.id)
        .with_for_update(key_share=True)
    )
    found: Result[Any] = connection.execute(statement)
    return {row.id: row for row in found}


def of_users(connection: Connection, organization_id: UUID, user_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """Return group_id, user_id and created_at of every group that one of these users is directly in."""
    statement = select(*COLUMNS).where(
        Membership.organization_id == organization_id, Membership.user_id == any_(_list(user_ids))
    )
    result: Result[Any] = connection.execute(statement)
    return result.all()


def among(connection: Connection, organization_id: UUID, pairs: Collection[Pair]) -> Mapping[Pair, datetime]:
    """Return since when each of these users is in the group, for those who are."""
    statement = select(*COLUMNS).where(Membership.organization_id == organization_id, _is_one_of(pairs))
    return {(row.group_id, row.user_id): row.created_at for row in connection.execute(statement)}


def put_in(connection: Connection, organization_id: UUID, members: Mapping[Pair, datetime]) -> Sequence[Pair]:
    """Put each user into the group as since then; return those pairs that were not there."""
    if not members:
        return []
    each = func.unnest(
        literal([group_id for group_id, _ in members], ARRAY(Uuid)),
        literal([user_id for _, user_id in members], ARRAY(Uuid)),
        literal(list(members.values()), ARRAY(DateTime(timezone=True))),
    ).table_valued(column("group_id", Uuid), column("user_id", Uuid), column("created_at", DateTime(timezone=True)))
    new = select(literal(organization_id), *each.render_derived(name="each").c)
    names = ["organization_id", "group_id", "user_id", "created_at"]
    statement = insert(Membership).from_select(names, new).on_conflict_do_nothing()
    found = connection.execute(statement.returning(Membership.group_id, Membership.user_id))
    return [(row.group_id, row.user_id) for row in found]


def take_out(connection: Connection, organization_id: UUID, pairs: Collection[Pair]) -> Mapping[Pair, datetime]:
    """Take each user out of the group; return since when they were in it, for those who were."""
    if not pairs:
        return {}
    statement = delete(Membership).where(Membership.organization_id == organization_id, _is_one_of(pairs))
    found = connection.execute(statement.returning(*COLUMNS))
    return {(row.group_id, row.user_id): row.created_at for row in found}


def count_changed(connection: Connection, organization_id: UUID, group_ids: Collection[UUID], *, at: datetime) -> None:
    """Count that other users are directly in these groups, which are locked, than before."""
    if group_ids:
        statement = update(Group).where(Group.organization_id == organization_id, Group.id == any_(_list(group_ids)))
        changed_at = func.greatest(Group.members_changed_at, at)
        connection.execute(statement.values(member_version=Group.member_version + 1, members_changed_at=changed_at))


def _is_one_of(pairs: Iterable[Pair]) -> Any:
    given = sorted(set(pairs))
    each = func.unnest(
        literal([group_id for group_id, _ in given], ARRAY(Uuid)),
        literal([user_id for _, user_id in given], ARRAY(Uuid)),
    ).table_valued(column("group_id", Uuid), column("user_id", Uuid))
    listed = each.render_derived(name="pair")
    return tuple_(Membership.group_id, Membership.user_id).in_(select(listed.c.group_id, listed.c.user_id))


def _list(ids: Collection[UUID]) -> Any:
    """The ids as one parameter, however many they are."""
    return literal(sorted(set(ids)), ARRAY(Uuid))
