"""Users as SCIM shows them: with their addresses, groups and manager, in one statement."""

from typing import Any
from uuid import UUID

from sqlalchemy import CTE, Connection, Row, Select, Uuid, and_, bindparam, case, false, func, null, select, true
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import aliased

from roster.errors import USER_NOT_FOUND, AppException
from roster.models import Group, Membership, Nesting, User, UserEmail, live
from roster.repositories.core.keyset import Page
from roster.repositories.core.terms import USER_TERMS, Order
from roster.repositories.core.terms.resources import ORGANIZATION_ID
from roster.scim import sql
from roster.scim.grammar import AttributePath, Filter

_EMAIL = func.jsonb_build_object(
    *("value", UserEmail.value, "type", UserEmail.type, "display", UserEmail.display, "primary", UserEmail.primary)
)
_EMAILS = (
    select(func.jsonb_agg(aggregate_order_by(_EMAIL, UserEmail.position)))
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
    User.identity_provider_id,
    User.manager_id,
    _MANAGER_DISPLAY.label("manager_display"),
    User.predecessor_id,
    User.profile,
    func.coalesce(_EMAILS, func.jsonb_build_array()).label("emails"),
    User.version,
    User.created_at,
    User.updated_at,
)
"""What SCIM shows of a user; `groups` comes after these.

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
    order = Order.by(sort_by, USER_TERMS, User.id, descending=descending)
    chosen = order.chosen(_live(select(User.id), condition), start=start, after=after, limit=limit)
    statement = order.sorted_as(_shown(chosen, groups=groups), chosen)
    return order.page(connection.execute(statement, {"organization_id": organization_id}).all(), after, limit)


def count(connection: Connection, organization_id: UUID, condition: Filter | None) -> int:
    """Return how many live users match; None for all."""
    statement = _live(select(func.count()).select_from(User), condition)
    return connection.scalar(statement, {"organization_id": organization_id}) or 0


def _live(statement: Select[Any], condition: Filter | None) -> Select[Any]:
    found = statement.where(User.organization_id == ORGANIZATION_ID, live(User))
    return found if condition is None else found.where(sql.condition(condition, USER_TERMS))


def _shown(chosen: CTE, *, groups: bool) -> Select[Any]:
    """The columns of the users whose ids were chosen."""
    is_chosen = and_(User.organization_id == ORGANIZATION_ID, User.id == chosen.c.id)
    statement = select(*COLUMNS).join_from(chosen, User, is_chosen)
    if not groups:
        return statement.add_columns(null().label("groups"))
    groups_of = _groups_of(chosen)
    listed = func.coalesce(groups_of.c.groups, func.jsonb_build_array(), type_=JSONB).label("groups")
    return statement.add_columns(listed).outerjoin(groups_of, groups_of.c.user_id == User.id)


def _groups_of(chosen: CTE) -> CTE:
    """The live groups of each chosen user, by name, as one list."""
    above = _above(chosen)
    kind = case((func.bool_or(above.c.is_direct), "direct"), else_="indirect").label("type")
    found = select(above.c.user_id, above.c.group_id, kind).group_by(above.c.user_id, above.c.group_id).subquery()
    shown = func.jsonb_build_object("value", Group.id, "display", Group.display_name, "type", found.c.type)
    listed = func.jsonb_agg(aggregate_order_by(shown, Group.display_name_key, Group.id), type_=JSONB)
    return (
        select(found.c.user_id, listed.label("groups"))
        .join(Group, and_(Group.organization_id == ORGANIZATION_ID, Group.id == found.c.group_id))
        .group_by(found.c.user_id)
        .cte("groups_of")
    )


def _above(chosen: CTE) -> CTE:
    """Each chosen user with every live group they are in. UNION drops repeats, so it always ends."""
    is_group = and_(Group.organization_id == ORGANIZATION_ID, live(Group))
    direct = (
        select(Membership.user_id.label("user_id"), Membership.group_id.label("group_id"), true().label("is_direct"))
        .join(chosen, chosen.c.id == Membership.user_id)
        .join(Group, and_(is_group, Group.id == Membership.group_id))
        .where(Membership.organization_id == ORGANIZATION_ID)
    )
    above = direct.cte("above", recursive=True)
    step = (
        select(above.c.user_id, Nesting.parent_id, false())
        .join(above, Nesting.child_id == above.c.group_id)
        .join(Group, and_(is_group, Group.id == Nesting.parent_id))
        .where(Nesting.organization_id == ORGANIZATION_ID)
    )
    return above.union(step)


_ONE = _live(select(User.id), None).where(User.id == bindparam("user_id", type_=Uuid)).cte("chosen")
_BY_ID = {groups: _shown(_ONE, groups=groups) for groups in (True, False)}
