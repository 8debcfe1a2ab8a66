"""Who is in which group, directly and by way of other groups."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CTE,
    Connection,
    Result,
    Row,
    Uuid,
    and_,
    any_,
    delete,
    exists,
    func,
    literal,
    null,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert

from roster.models import Group, Membership, Nesting, User, live
from roster.normal_form import name_key

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:organization_id, 7305211938))")


def add_users(
    connection: Connection, organization_id: UUID, group_id: UUID, user_ids: Collection[UUID], *, at: datetime
) -> Sequence[UUID]:
    """Put these users into the group, in one statement; return those who were not in it."""
    if not user_ids:
        return []
    new = select(literal(organization_id), literal(group_id), _each(user_ids), literal(at))
    statement = insert(Membership).from_select(["organization_id", "group_id", "user_id", "created_at"], new)
    return connection.scalars(statement.on_conflict_do_nothing().returning(Membership.user_id)).all()


def remove_users(
    connection: Connection, organization_id: UUID, group_id: UUID, user_ids: Collection[UUID]
) -> Sequence[UUID]:
    """Take these users out of the group, in one statement; return those who were in it."""
    statement = delete(Membership).where(
        Membership.organization_id == organization_id,
        Membership.group_id == group_id,
        Membership.user_id == any_(_list(user_ids)),
    )
    return connection.scalars(statement.returning(Membership.user_id)).all()


def add_groups(
    connection: Connection, organization_id: UUID, parent_id: UUID, child_ids: Collection[UUID], *, at: datetime
) -> Sequence[UUID]:
    """Put these groups into the parent, in one statement; return those that were not in it."""
    if not child_ids:
        return []
    new = select(literal(organization_id), literal(parent_id), _each(child_ids), literal(at))
    statement = insert(Nesting).from_select(["organization_id", "parent_id", "child_id", "created_at"], new)
    return connection.scalars(statement.on_conflict_do_nothing().returning(Nesting.child_id)).all()


def remove_groups(
    connection: Connection, organization_id: UUID, parent_id: UUID, child_ids: Collection[UUID]
) -> Sequence[UUID]:
    """Take these groups out of the parent, in one statement; return those that were in it."""
    statement = delete(Nesting).where(
        Nesting.organization_id == organization_id,
        Nesting.parent_id == parent_id,
        Nesting.child_id == any_(_list(child_ids)),
    )
    return connection.scalars(statement.returning(Nesting.child_id)).all()


def user_ids(connection: Connection, organization_id: UUID, group_id: UUID) -> Sequence[UUID]:
    """Return the ids of the live users who are directly in the group."""
    statement = (
        select(Membership.user_id)
        .join(User, and_(User.organization_id == Membership.organization_id, User.id == Membership.user_id))
        .where(Membership.organization_id == organization_id, Membership.group_id == group_id, live(User))
    )
    return connection.scalars(statement).all()


def group_ids(connection: Connection, organization_id: UUID, parent_id: UUID) -> Sequence[UUID]:
    """Return the ids of the live groups that are directly in the parent."""
    statement = (
        select(Nesting.child_id)
        .join(Group, and_(Group.organization_id == Nesting.organization_id, Group.id == Nesting.child_id))
        .where(Nesting.organization_id == organization_id, Nesting.parent_id == parent_id, live(Group))
    )
    return connection.scalars(statement).all()


def lock_nesting(connection: Connection, organization_id: UUID) -> None:
    """Let nobody else nest groups of the organization until this transaction ends.

    Two writers who each see no circle could make one together; a lock on rows would not help, for the row that closes
    the circle is not there yet.
    """
    connection.execute(_LOCK, {"organization_id": str(organization_id)})


def is_inside(connection: Connection, organization_id: UUID, group_id: UUID, others: Collection[UUID]) -> bool:
    """Tell whether the group is one of the others, or inside one of them at any depth."""
    above = _above(
        select(Nesting.parent_id.label("id")).where(
            Nesting.organization_id == organization_id, Nesting.child_id == group_id
        ),
        organization_id,
        only_live=False,  # a circle by way of a deleted group would close when that one is restored
    )
    found = connection.scalar(select(exists().where(above.c.id.in_(list(others)))))
    return group_id in others or bool(found)


def labels_of_users(connection: Connection, organization_id: UUID, user_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the user names of those of these users who are live, by id."""
    statement = select(User.id, User.user_name).where(
        User.organization_id == organization_id, live(User), User.id == any_(_list(user_ids))
    )
    return {row.id: row.user_name for row in connection.execute(statement)}


def labels_of_groups(connection: Connection, organization_id: UUID, group_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of those of these groups that are live, by id."""
    statement = select(Group.id, Group.display_name).where(
        Group.organization_id == organization_id, live(Group), Group.id == any_(_list(group_ids))
    )
    return {row.id: row.display_name for row in connection.execute(statement)}


def ids_of_users(connection: Connection, organization_id: UUID, names: Collection[str]) -> dict[str, UUID]:
    """Return the ids of the live users of these user names, by the normal form of the name."""
    statement = select(User.user_name_key, User.id).where(
        User.organization_id == organization_id, live(User), User.user_name_key.in_([name_key(name) for name in names])
    )
    return {row.user_name_key: row.id for row in connection.execute(statement)}


def ids_of_groups(connection: Connection, organization_id: UUID, names: Collection[str]) -> dict[str, UUID]:
    """Return the ids of the live groups of these names, by the normal form of the name."""
    keys = [name_key(name) for name in names]
    statement = select(Group.display_name_key, Group.id).where(
        Group.organization_id == organization_id, live(Group), Group.display_name_key.in_(keys)
    )
    return {row.display_name_key: row.id for row in connection.execute(statement)}


def page(
    connection: Connection, organization_id: UUID, group_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[Row[Any]]:
    """Return live direct members by id: type (`user` or `group`), id, user_name, display_name, created_at."""
    users = (
        select(
            literal("user").label("type"),
            Membership.user_id.label("id"),
            User.user_name.label("user_name"),
            User.display_name.label("display_name"),
            Membership.created_at.label("created_at"),
        )
        .join(User, and_(User.organization_id == Membership.organization_id, User.id == Membership.user_id))
        .where(Membership.organization_id == organization_id, Membership.group_id == group_id, live(User))
    )
    groups = (
        select(literal("group"), Nesting.child_id, null(), Group.display_name, Nesting.created_at)
        .join(Group, and_(Group.organization_id == Nesting.organization_id, Group.id == Nesting.child_id))
        .where(Nesting.organization_id == organization_id, Nesting.parent_id == group_id, live(Group))
    )
    if after is not None:
        # Of both sides of the join, or PostgreSQL walks one of them from its beginning.
        users = users.where(Membership.user_id > after, User.id > after)
        groups = groups.where(Nesting.child_id > after, Group.id > after)
    both = union_all(
        users.order_by(Membership.user_id).limit(limit), groups.order_by(Nesting.child_id).limit(limit)
    ).subquery()
    result: Result[Any] = connection.execute(select(both).order_by(both.c.id).limit(limit))
    return result.all()


def count(connection: Connection, organization_id: UUID, group_id: UUID) -> int:
    """Return how many live users and groups are directly in the group."""
    users = (
        select(func.count())
        .select_from(Membership)
        .join(User, and_(User.organization_id == Membership.organization_id, User.id == Membership.user_id))
        .where(Membership.organization_id == organization_id, Membership.group_id == group_id, live(User))
        .scalar_subquery()
    )
    groups = (
        select(func.count())
        .select_from(Nesting)
        .join(Group, and_(Group.organization_id == Nesting.organization_id, Group.id == Nesting.child_id))
        .where(Nesting.organization_id == organization_id, Nesting.parent_id == group_id, live(Group))
        .scalar_subquery()
    )
    return connection.scalar(select(users + groups)) or 0


def groups_of_user(connection: Connection, organization_id: UUID, user_id: UUID) -> Sequence[Row[Any]]:
    """Return the live groups that a user is in: id, display_name, direct (or by way of another group); by name."""
    direct = (
        select(Membership.group_id.label("id"))
        .join(Group, and_(Group.organization_id == Membership.organization_id, Group.id == Membership.group_id))
        .where(Membership.organization_id == organization_id, Membership.user_id == user_id, live(Group))
    )
    is_direct = exists().where(
        Membership.organization_id == organization_id, Membership.user_id == user_id, Membership.group_id == Group.id
    )
    return _named(connection, organization_id, _above(direct, organization_id, only_live=True), is_direct)


def groups_of_group(connection: Connection, organization_id: UUID, group_id: UUID) -> Sequence[Row[Any]]:
    """Return the live groups that a group is in: id, display_name, direct (or by way of another group); by name."""
    direct = (
        select(Nesting.parent_id.label("id"))
        .join(Group, and_(Group.organization_id == Nesting.organization_id, Group.id == Nesting.parent_id))
        .where(Nesting.organization_id == organization_id, Nesting.child_id == group_id, live(Group))
    )
    is_direct = exists().where(
        Nesting.organization_id == organization_id, Nesting.child_id == group_id, Nesting.parent_id == Group.id
    )
    return _named(connection, organization_id, _above(direct, organization_id, only_live=True), is_direct)


def _named(connection: Connection, organization_id: UUID, above: CTE, is_direct: Any) -> Sequence[Row[Any]]:
    statement = (
        select(Group.id, Group.display_name, is_direct.label("direct"))
        .where(Group.organization_id == organization_id, live(Group), Group.id.in_(select(above.c.id)))
        .order_by(Group.display_name_key, Group.id)
    )
    result: Result[Any] = connection.execute(statement)
    return result.all()


def _list(ids: Collection[UUID]) -> Any:
    """The ids as one parameter, however many they are; in one order everywhere, so that two writers can't deadlock."""
    return literal(sorted(set(ids)), ARRAY(Uuid))


def _each(ids: Collection[UUID]) -> Any:
    return func.unnest(_list(ids))


def _above(start: Any, organization_id: UUID, *, only_live: bool) -> CTE:
    """The groups of `start` and all that they are inside of. UNION drops repeats, so it always ends."""
    above: CTE = start.cte("above", recursive=True)
    step = (
        select(Nesting.parent_id)
        .join(above, Nesting.child_id == above.c.id)
        .where(Nesting.organization_id == organization_id)
    )
    if only_live:
        parent = and_(Group.organization_id == Nesting.organization_id, Group.id == Nesting.parent_id)
        step = step.join(Group, parent).where(live(Group))
    return above.union(step)
