"""Groups in sets: deleted and brought back a thousand at a time."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Connection, Result, Row, Uuid, any_, exists, func, literal, select, update
from sqlalchemy.orm import aliased

from roster.models import Group, Nesting
from roster.repositories.core.purge import purge_after


def shown(
    connection: Connection, organization_id: UUID, group_ids: Collection[UUID], *, limit: int
) -> Sequence[Row[Any]]:
    """Return id, display_name, deleted_at and description of some of these groups, deleted or not, by name."""
    columns = (Group.id, Group.display_name, Group.deleted_at, Group.description)
    statement = select(*columns).where(*_these(organization_id, group_ids)).order_by(Group.display_name_key, Group.id)
    result: Result[Any] = connection.execute(statement.limit(limit))
    return result.all()


def soft_delete(connection: Connection, organization_id: UUID, group_ids: Collection[UUID], *, at: datetime) -> None:
    """Mark these groups, which are locked, as deleted; those that they are in count a change of their members."""
    later = purge_after(organization_id, at=at)
    _set(connection, organization_id, group_ids, deleted_at=at, purge_after=later, updated_at=at)
    _count_around(connection, organization_id, group_ids, at=at)


def restore(connection: Connection, organization_id: UUID, group_ids: Collection[UUID], *, at: datetime) -> None:
    """Take the mark of deletion off these groups, which are locked; those that they are in count it."""
    _set(connection, organization_id, group_ids, deleted_at=None, purge_after=None, updated_at=at)
    _count_around(connection, organization_id, group_ids, at=at)


def with_taken_names(connection: Connection, organization_id: UUID, group_ids: Collection[UUID]) -> set[UUID]:
    """Return those of these deleted groups whose name another has by now."""
    other = aliased(Group)
    is_taken = exists().where(
        other.organization_id == organization_id,
        other.display_name_key == Group.display_name_key,
        other.deleted_at.is_(None),
        other.id != Group.id,
    )
    return set(connection.scalars(select(Group.id).where(*_these(organization_id, group_ids), is_taken)))


def _set(connection: Connection, organization_id: UUID, group_ids: Collection[UUID], **values: Any) -> None:
    if group_ids:
        statement = update(Group).where(*_these(organization_id, group_ids))
        connection.execute(statement.values(**values, version=Group.version + 1))


def _count_around(connection: Connection, organization_id: UUID, group_ids: Collection[UUID], *, at: datetime) -> None:
    inside = (Nesting.organization_id == organization_id, Nesting.child_id == any_(_list(group_ids)))
    locked = (
        select(Group.id)
        .where(Group.organization_id == organization_id, Group.id.in_(select(Nesting.parent_id).where(*inside)))
        .order_by(Group.id)  # in one order everywhere, so that two writers can't deadlock
        .with_for_update(key_share=True)
    )
    changed_at = func.greatest(Group.members_changed_at, at)
    counted = update(Group).where(Group.organization_id == organization_id, Group.id.in_(locked))
    connection.execute(counted.values(member_version=Group.member_version + 1, members_changed_at=changed_at))


def _these(organization_id: UUID, group_ids: Collection[UUID]) -> tuple[Any, Any]:
    return Group.organization_id == organization_id, Group.id == any_(_list(group_ids))


def _list(ids: Collection[UUID]) -> Any:
    """The ids as one parameter, however many they are."""
    return literal(sorted(set(ids)), ARRAY(Uuid))
