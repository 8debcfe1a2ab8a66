"""Groups as SCIM shows them: with their members, in one statement, or without reading any."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, Connection, Result, Row, Select, Uuid, and_, bindparam, func, null, select, union_all

from roster.errors import GROUP_NOT_FOUND, AppException
from roster.models import Group, Membership, Nesting, live
from roster.repositories.core.keyset import Page
from roster.repositories.core.terms import GROUP_TERMS, Order, members_where
from roster.repositories.core.terms.groups import LAST_MODIFIED
from roster.repositories.core.terms.resources import NONE, ORGANIZATION_ID, SHAPES, json_of, listed
from roster.scim import sql
from roster.scim.grammar import AttributePath, Filter, shape_of

COLUMNS = (
    Group.id,
    Group.display_name,
    Group.external_id,
    Group.identity_provider_id,
    Group.version,
    Group.member_version,
    Group.created_at,
    Group.updated_at,
    Group.members_changed_at,
    LAST_MODIFIED.label("last_modified"),
)
"""What SCIM shows of a group; `members` comes after these."""


def by_id(connection: Connection, organization_id: UUID, group_id: UUID, *, members: bool = True) -> Row[Any]:
    """Return COLUMNS of the live group with this id, and `members`: value, display, type (`User` or `Group`), by id.

    Args:
        connection: where to read.
        organization_id: whose group.
        group_id: which.
        members: False leaves `members` None, and reads no membership.

    Raises:
        AppException: GROUP_NOT_FOUND.
    """
    values = {"organization_id": organization_id, "group_id": group_id}
    found = connection.execute(_BY_ID[members], values).one_or_none()
    if found is None:
        raise AppException(GROUP_NOT_FOUND)
    return found


def page(
    connection: Connection,
    organization_id: UUID,
    condition: Filter | None,
    *,
    limit: int,
    sort_by: AttributePath | None = None,
    descending: bool = False,
    start: int = 0,
    after: str | None = None,
    members: bool = True,
    counted: bool = False,
) -> Page:
    """Return live groups as `by_id` does, `limit` at most, in one statement; as `provisioned_users.page`.

    Raises:
        AppException: INVALID_CURSOR; INVALID_PATH for what can't be sorted by.
    """
    order = _order(sort_by, descending)
    shape, texts = shape_of(condition) if condition else (None, {})
    place = order.place(after)
    values = {"organization_id": organization_id, **order.page_of(start, after, limit), **place.bound, **texts}
    return order.page(connection.execute(_page(shape, order, place.kind, members, counted), values).all(), after, limit)


def count(connection: Connection, organization_id: UUID, condition: Filter | None) -> int:
    """Return how many live groups match; None for all."""
    shape, texts = shape_of(condition) if condition else (None, {})
    return connection.scalar(_count(shape), {"organization_id": organization_id, **texts}) or 0


def members_matching(
    connection: Connection, organization_id: UUID, group_id: UUID, condition: Filter
) -> Sequence[Row[Any]]:
    """Return the live direct members of a group that match, by id: `type` (`User` or `Group`), and `id`.

    Args:
        connection: where to read.
        organization_id: whose group.
        group_id: which.
        condition: what `resolve_values` or `resolve_path` made of what stands between the brackets after `members`.
    """
    users, groups = members_where(condition)
    both = union_all(
        users.where(Membership.group_id == group_id), groups.where(Nesting.parent_id == group_id)
    ).subquery()
    statement = select(both.c.type, both.c.id).order_by(both.c.id)
    result: Result[Any] = connection.execute(statement, {"organization_id": organization_id})
    return result.all()


@cache
def _order(sort_by: AttributePath | None, descending: bool) -> Order:
    return Order.by(sort_by, GROUP_TERMS, Group.id, descending=descending)


@lru_cache(SHAPES)
def _page(shape: Filter | None, order: Order, kind: str, members: bool, counted: bool) -> Select[Any]:
    chosen = order.chosen(_live(select(Group.id), shape), kind)
    shown = _shown(chosen, members=members)
    return order.sorted_as(order.totalled(shown, chosen, _count(shape)) if counted else shown, chosen)


@lru_cache(SHAPES)
def _count(shape: Filter | None) -> Select[Any]:
    return _live(select(func.count()).select_from(Group), shape)


def _live(statement: Select[Any], condition: Filter | None) -> Select[Any]:
    found = statement.where(Group.organization_id == ORGANIZATION_ID, live(Group))
    return found if condition is None else found.where(sql.condition(condition, GROUP_TERMS))


def _shown(chosen: CTE, *, members: bool) -> Select[Any]:
    """The columns of the groups whose ids were chosen."""
    is_chosen = and_(Group.organization_id == ORGANIZATION_ID, Group.id == chosen.c.id)
    statement = select(*COLUMNS).join_from(chosen, Group, is_chosen)
    if not members:
        return statement.add_columns(null().label("members"))
    members_of = _members_of(chosen)
    statement = statement.add_columns(func.coalesce(members_of.c.members, NONE).label("members"))
    return statement.outerjoin(members_of, members_of.c.group_id == Group.id, full=True)  # as that of a user's groups


def _members_of(chosen: CTE) -> CTE:
    """The live direct members of each chosen group, by id, as one list."""
    users, groups = members_where(None)
    both = union_all(
        users.join(chosen, chosen.c.id == Membership.group_id), groups.join(chosen, chosen.c.id == Nesting.parent_id)
    ).subquery()
    shown = json_of(value=both.c.id, display=both.c.display, type=both.c.type)
    return (
        select(both.c.group_id, listed(shown, both.c.id).label("members")).group_by(both.c.group_id).cte("members_of")
    )


_ONE = _live(select(Group.id), None).where(Group.id == bindparam("group_id", type_=Uuid)).cte("chosen")
_BY_ID = {members: _shown(_ONE, members=members) for members in (True, False)}
