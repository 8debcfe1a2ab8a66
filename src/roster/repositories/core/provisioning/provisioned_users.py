"""Users as SCIM shows them: with their addresses, groups and manager, as one text of JSON, in one statement."""

from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Connection, Row, Select, String, Uuid, and_, bindparam, cast, func, select

from roster.errors import USER_NOT_FOUND, AppException
from roster.models import User, live
from roster.repositories.core.keyset import Page
from roster.repositories.core.terms import USER_TERMS, Order
from roster.repositories.core.terms.listed_groups import groups_of, groups_of_one
from roster.repositories.core.terms.resources import ORGANIZATION_ID, SHAPES
from roster.repositories.core.terms.user_document import document
from roster.repositories.core.terms.written import Written
from roster.scim import sql
from roster.scim.grammar import AttributePath, Filter, shape_of

COLUMNS = (cast(User.id, String).label("id"), User.version)
"""What is told of a user beside their `document`; a page has many ids, and to make a UUID of a text takes time."""


def by_id(connection: Connection, organization_id: UUID, user_id: UUID, *, groups: bool = True) -> Row[Any]:
    """Return the live user with this id: id, version, document (see `user_document`).

    Args:
        connection: where to read.
        organization_id: whose user.
        user_id: which.
        groups: False leaves their groups out, and reads no membership.

    Raises:
        AppException: USER_NOT_FOUND.
    """
    keys = {"organization_id": organization_id, "user_id": user_id}
    if (found := _BY_ID[groups].execute(connection, keys).one_or_none()) is None:
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
    counted: bool = False,
) -> Page:
    """Return live users as `by_id` does, `limit` at most, in one statement; ids are texts.

    Args:
        connection: where to read.
        organization_id: whose users.
        condition: a resolved filter that they match; None for all.
        limit: rows.
        sort_by: what `parse_sort` returned; None sorts by id, which is by age.
        descending: the other way round; who has no value then comes first (RFC 7644 §3.4.2.3).
        start: how many to leave out.
        after: the `next` of the page before, "" for the first page; None pages by `start`, and `next` stays None.
        groups: False leaves their groups out, and reads no membership.
        counted: each row tells the `total` of those who match, where so many are found as were asked for.

    Raises:
        AppException: INVALID_CURSOR; INVALID_PATH for what can't be sorted by.
    """
    order = _order(sort_by, descending)
    shape, texts = shape_of(condition) if condition else (None, {})
    place = order.place(after)
    values = {"organization_id": organization_id, **order.page_of(start, after, limit), **place.bound, **texts}
    return order.page(_page(shape, order, place.kind, groups, counted).execute(connection, values).all(), after, limit)


def count(connection: Connection, organization_id: UUID, condition: Filter | None) -> int:
    """Return how many live users match; None for all."""
    shape, texts = shape_of(condition) if condition else (None, {})
    return _count(shape).execute(connection, {"organization_id": organization_id, **texts}).scalar() or 0


@cache
def _order(sort_by: AttributePath | None, descending: bool) -> Order:
    return Order.by(sort_by, USER_TERMS, User.id, descending=descending)


@lru_cache(SHAPES)
def _page(shape: Filter | None, order: Order, kind: str, groups: bool, counted: bool) -> Written:
    chosen = order.chosen(_live(select(User.id), shape), kind)
    shown = _shown(chosen, groups=groups)
    if counted:
        shown = order.totalled(shown, chosen, _counting(shape))
    return Written.of(order.sorted_as(shown, chosen))


@lru_cache(SHAPES)
def _count(shape: Filter | None) -> Written:
    return Written.of(_counting(shape))


def _counting(shape: Filter | None) -> Select[Any]:
    return _live(select(func.count()).select_from(User), shape)


def _live(statement: Select[Any], condition: Filter | None) -> Select[Any]:
    found = statement.where(User.organization_id == ORGANIZATION_ID, live(User))
    return found if condition is None else found.where(sql.condition(condition, USER_TERMS))


def _shown(chosen: CTE, *, groups: bool) -> Select[Any]:
    """The documents of the users whose ids were chosen."""
    is_chosen = and_(User.organization_id == ORGANIZATION_ID, User.id == chosen.c.id)
    if not groups:
        return _told(None).join_from(chosen, User, is_chosen)
    found = groups_of(chosen)
    # Whatever number of rows it expects, PostgreSQL does a full join by hash or merge, never by a nested loop.
    return (
        _told(found.c.groups).join_from(chosen, User, is_chosen).outerjoin(found, found.c.user_id == User.id, full=True)
    )


def _told(groups: ColumnElement[str] | None) -> Select[Any]:
    told: Any = document(groups).label("document")
    return select(*COLUMNS, told)


def _one(*, groups: bool) -> Written:
    user_id = bindparam("user_id", type_=Uuid)
    told = _told(groups_of_one(user_id) if groups else None)
    return Written.of(_live(told, None).where(User.id == user_id))


_BY_ID = {groups: _one(groups=groups) for groups in (True, False)}
