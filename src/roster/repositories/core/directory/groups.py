"""Groups in sets: pages, counts; and the changes that need not load one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Text, func, literal_column, select, union_all, update
from sqlalchemy.orm.exc import StaleDataError

from roster.models import Group, Membership, Nesting
from roster.repositories.core.keyset import Page
from roster.repositories.core.listing import GROUP_FIELDS, Asked, Listing, Status, count_of, page_of
from roster.repositories.core.purge import purge_after

STATUSES: dict[str, Status] = {
    "live": lambda group: (group.deleted_at.is_(None),),
    "deleted": lambda group: (group.deleted_at.is_not(None),),
}
SORTS = {
    "display_name": func.split_part(  # as `ix_group_name` has it
        Group.search_key, func.chr(literal_column("10")), literal_column("1"), type_=Text
    ),
    "created_at": Group.created_at,
    "updated_at": Group.updated_at,
}
ALL = Asked()
COLUMNS = (
    Group.id,
    Group.display_name,
    Group.description,
    Group.external_id,
    Group.created_at,
    Group.updated_at,
    Group.deleted_at,
    Group.purge_after,
    Group.version,
)
"""What a page shows of a group, under the names it has in JSON."""
LISTING = Listing(Group, SORTS, STATUSES, ("deleted_at",), GROUP_FIELDS, COLUMNS)


def page(
    connection: Connection,
    organization_id: UUID,
    *,
    asked: Asked = ALL,
    sort: str = "created_at",
    after: str | None = None,
    limit: int = 50,
) -> Page:
    """Return the groups after the cursor, `limit` at most; as `users.page`.

    Raises:
        AppException: INVALID_CURSOR, INVALID_FILTER.
    """
    found = connection.execute(*page_of(LISTING, organization_id, asked, sort=sort, after=after, limit=limit))
    return LISTING.order(sort).page_of(found.all(), limit)


def count(connection: Connection, organization_id: UUID, *, asked: Asked = ALL) -> int:
    """Return how many groups `page` would walk over; MOST_COUNTED + 1 for more than that.

    Raises:
        AppException: INVALID_FILTER.
    """
    return connection.scalar(*count_of(LISTING, organization_id, asked)) or 0


def soft_delete(connection: Connection, organization_id: UUID, group_id: UUID, version: int, *, at: datetime) -> None:
    """Mark a group as deleted; who is in it stays written down.

    Raises:
        StaleDataError: the group is no longer at this version.
    """
    _set(
        connection,
        organization_id,
        group_id,
        version,
        deleted_at=at,
        updated_at=at,
        purge_after=purge_after(organization_id, at=at),
    )


def restore(
    connection: Connection, organization_id: UUID, group_id: UUID, version: int, *, at: datetime, **renamed: Any
) -> None:
    """Take the mark of deletion off a group, under another name where one is given.

    Raises:
        StaleDataError: the group is no longer at this version.
    """
    _set(connection, organization_id, group_id, version, deleted_at=None, purge_after=None, updated_at=at, **renamed)


def count_members_changed(connection: Connection, organization_id: UUID, group_id: UUID, *, at: datetime) -> None:
    """Count that other users or groups are directly in the group than before."""
    _count_members_changed(connection, organization_id, Group.id == group_id, at=at)


def count_member_changed(connection: Connection, organization_id: UUID, member_id: UUID, *, at: datetime) -> None:
    """Count, for every group that a user or group is directly in, that this member is gone or back."""
    around = union_all(
        select(Membership.group_id).where(
            Membership.organization_id == organization_id, Membership.user_id == member_id
        ),
        select(Nesting.parent_id).where(Nesting.organization_id == organization_id, Nesting.child_id == member_id),
    )
    locked = (
        select(Group.id)
        .where(Group.organization_id == organization_id, Group.id.in_(around))
        .order_by(Group.id)  # in one order everywhere, so that two writers can't deadlock
        .with_for_update(key_share=True)
    )
    _count_members_changed(connection, organization_id, Group.id.in_(locked), at=at)


def _count_members_changed(
    connection: Connection, organization_id: UUID, which: ColumnElement[bool], *, at: datetime
) -> None:
    statement = update(Group).where(Group.organization_id == organization_id, which)
    changed_at = func.greatest(Group.members_changed_at, at)
    connection.execute(statement.values(member_version=Group.member_version + 1, members_changed_at=changed_at))


def _set(connection: Connection, organization_id: UUID, group_id: UUID, version: int, **values: Any) -> None:
    statement = (
        update(Group)
        .where(Group.organization_id == organization_id, Group.id == group_id, Group.version == version)
        .values(**values, version=version + 1)
    )
    if connection.execute(statement).rowcount != 1:
        raise StaleDataError(f"group {group_id} is no longer at version {version}")
