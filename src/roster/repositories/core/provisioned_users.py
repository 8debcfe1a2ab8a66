"""Users as SCIM shows them: with their addresses, groups and manager, in one statement."""

from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, Connection, Row, Select, String, Uuid, and_, bindparam, cast, func, null, select
from sqlalchemy.orm import aliased

from roster.errors import USER_NOT_FOUND, AppException
from roster.models import User, UserEmail, live
from roster.repositories.core.keyset import Page
from roster.repositories.core.terms import USER_TERMS, Order
from roster.repositories.core.terms.listed_groups import groups_of, groups_of_one
from roster.repositories.core.terms.resources import NONE, ORGANIZATION_ID, SHAPES, json_of, listed
from roster.scim import sql
from roster.scim.grammar import AttributePath, Filter, shape_of

_EMAIL = json_of(value=UserEmail.value, type=UserEmail.type, display=UserEmail.display, primary=UserEmail.primary)
_EMAILS = (
    select(listed(_EMAIL, UserEmail.position))
    .where(UserEmail.organization_id == User.organization_id, UserEmail.user_id == User.id)
    .correlate(User)
    .scalar_subquery()
)
_MANAGER = aliased(User, name="manager")
_MANAGER_DISPLAY = (
    select(func.coalesce(func.nullif(_MANAGER.display_name, _MANAGER.user_name), ""))
    .where(_MANAGER.organization_id == User.organization_id, _MANAGER.id == User.manager_id, live(_MANAGER))
    .correlate(User)
    .scalar_subquery()
)
COLUMNS = (
    User.id,
    User.user_name,
    User.display_name,
    User.given_name,
    User.family_name,
    User.title,
    User.department,
    User.active,
    User.external_id,
    cast(User.manager_id, String).label("manager_id"),
    _MANAGER_DISPLAY.label("manager_display"),
    User.profile,
    func.coalesce(_EMAILS, NONE).label("emails"),
    User.version,
    User.created_at,
    User.updated_at,
)
"""What SCIM shows of a user; `groups` comes after these. Only their own id is made a UUID: a page has many others.

`manager_display` is None unless the manager is live, and empty where they have no name but the one to sign in with.
"""


def by_id(connection: Connection, organization_id: UUID, user_id: UUID, *, groups: bool = True) -> Row[Any]:
    """Return COLUMNS of the live user with this id, and `groups`: value, display, type (`direct` or `indirect`).

    Args:
        connection: where to read.
        organization_id: whose user.
        user_id: which.
        groups: False leaves `groups` None, and reads no membership.

    Raises:
        AppException: USER_NOT_FOUND.
    """
    found = connection.execute(_BY_ID[groups], {"organization_id": organization_id, "user_id": user_id}).one_or_none()
    if found is None:
        raise AppException(USER_NOT_FOUND)
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
    groups: bool = True,
) -> Page:
    """Return live users as `by_id` does, `limit` at most, in one statement.

    Args:
        connection: where to read.
        organization_id: whose users.
        condition: a resolved filter that they match; None for all.
        limit: rows.
        sort_by: what `parse_sort` returned; None sorts by id, which is by age.
        descending: the other way round; who has no value then comes first (RFC 7644 §3.4.2.3).
        start: how many to leave out.
        after: the `next` of the page before, "" for the first page; None pages by `start`, and `next` stays None.
        groups: False leaves `groups` None, and reads no membership.

    Raises:
        AppException: INVALID_CURSOR; INVALID_PATH for what can't be sorted by.
    """
    order = _order(sort_by, descending)
    shape, texts = shape_of(condition) if condition else (None, {})
    place = order.place(after)
    values = {"organization_id": organization_id, **order.page_of(start, after, limit), **place.bound, **texts}
    return order.page(connection.execute(_page(shape, order, place.kind, groups), values).all(), after, limit)


def count(connection: Connection, organization_id: UUID, condition: Filter | None) -> int:
    """Return how many live users match; None for all."""
    shape, texts = shape_of(condition) if condition else (None, {})
    return connection.scalar(_count(shape), {"organization_id": organization_id, **texts}) or 0


@cache
def _order(sort_by: AttributePath | None, descending: bool) -> Order:
    return Order.by(sort_by, USER_TERMS, User.id, descending=descending)


@lru_cache(SHAPES)
def _page(shape: Filter | None, order: Order, kind: str, groups: bool) -> Select[Any]:
    chosen = order.chosen(_live(select(User.id), shape), kind)
    return order.sorted_as(_shown(chosen, groups=groups), chosen)


@lru_cache(SHAPES)
def _count(shape: Filter | None) -> Select[Any]:
    return _live(select(func.count()).select_from(User), shape)


def _live(statement: Select[Any], condition: Filter | None) -> Select[Any]:
    found = statement.where(User.organization_id == ORGANIZATION_ID, live(User))
    return found if condition is None else found.where(sql.condition(condition, USER_TERMS))


def _shown(chosen: CTE, *, groups: bool) -> Select[Any]:
    """The columns of the users whose ids were chosen."""
    is_chosen = and_(User.organization_id == ORGANIZATION_ID, User.id == chosen.c.id)
    statement = select(*COLUMNS).join_from(chosen, User, is_chosen)
    if not groups:
        return statement.add_columns(null().label("groups"))
    found = groups_of(chosen)
    statement = statement.add_columns(func.coalesce(found.c.groups, NONE).label("groups"))
    # Whatever number of rows it expects, PostgreSQL does a full join by hash or merge, never by a nested loop.
    return statement.outerjoin(found, found.c.user_id == User.id, full=True)


def _one(*, groups: bool) -> Select[Any]:
    user_id = bindparam("user_id", type_=Uuid)
    groups_column = groups_of_one(user_id) if groups else null()
    return _live(select(*COLUMNS, groups_column.label("groups")), None).where(User.id == user_id)


_BY_ID = {groups: _one(groups=groups) for groups in (True, False)}
