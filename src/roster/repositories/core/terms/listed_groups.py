"""The groups of a user, and of each user of a page, directly or by way of others: the items of a list in JSON."""

from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, String, and_, case, false, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by

from roster.models import Group, Membership, Nesting, live
from roster.repositories.core.terms.resources import ORGANIZATION_ID
from roster.scim.attributes import GROUP
from roster.scim.document import HERE

_IS_GROUP = and_(Group.organization_id == ORGANIZATION_ID, live(Group))


def groups_of_one(user_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the items that `groups_of` has of this user: most of the cost is to plan it, so there is less to plan."""
    names = (Group.display_name.label("display_name"), Group.display_name_key.label("key"))
    named: tuple[Any, ...] = (Group.id.label("id"), *names)
    direct = (
        select(*named, true().label("is_direct"))
        .join_from(Membership, Group, and_(_IS_GROUP, Group.id == Membership.group_id))
        .where(Membership.organization_id == ORGANIZATION_ID, Membership.user_id == user_id)
    )
    start = direct.cte("above", recursive=True)
    step = select(*named, false())
    above = start.union(_up(step, start, start.c.id))
    once = (above.c.id, above.c.display_name, above.c.key)
    found = select(*once, func.bool_or(above.c.is_direct).label("is_direct")).group_by(*once).subquery()
    kind = case((found.c.is_direct, literal_column("'direct'")), else_=literal_column("'indirect'"))
    item = _item(found.c.id, found.c.display_name, kind)
    return select(_joined(item, found.c.key, found.c.id)).scalar_subquery()


def groups_of(chosen: CTE) -> CTE:
    """Return `user_id` and `groups`, the items of the live groups of each user who was chosen and has any, by name.

    What is above each group is found once, and each group is written down once, however many of the users are in it.
    """
    belongs = _belongs(chosen)
    above = _above(belongs)
    shown = _shown(above)
    is_direct = func.bool_or(above.c.id == above.c.group_id)
    found = (
        select(belongs.c.user_id, above.c.group_id, is_direct.label("is_direct"))
        .join(above, above.c.id == belongs.c.group_id)
        .group_by(belongs.c.user_id, above.c.group_id)
        .subquery()
    )
    item = case((found.c.is_direct, shown.c.direct), else_=shown.c.indirect)
    return (
        select(found.c.user_id, _joined(item, shown.c.place).label("groups"))
        .outerjoin(shown, shown.c.id == found.c.group_id, full=True)  # each has the other; never by a nested loop
        .group_by(found.c.user_id)
        .cte("groups_of")
    )


def _belongs(chosen: CTE) -> CTE:
    """Which user is directly in which group."""
    is_member = and_(Membership.organization_id == ORGANIZATION_ID, Membership.user_id == chosen.c.id)
    return select(Membership.user_id, Membership.group_id).join_from(chosen, Membership, is_member).cte("belongs")


def _above(belongs: CTE) -> CTE:
    """Each of these groups that is live, with itself and every live group above it. UNION drops repeats: it ends."""
    themselves = select(Group.id.label("id"), Group.id.label("group_id"))
    above = themselves.where(_IS_GROUP, Group.id.in_(select(belongs.c.group_id))).cte("above", recursive=True)
    return above.union(_up(select(above.c.id, Group.id), above, above.c.group_id))


def _up(statement: Select[Any], found: CTE, group_id: ColumnElement[Any]) -> Select[Any]:
    """Return the statement of the live groups that what was found is in."""
    is_above = and_(Nesting.organization_id == ORGANIZATION_ID, Nesting.child_id == group_id)
    return statement.join_from(found, Nesting, is_above).join(Group, and_(_IS_GROUP, Group.id == Nesting.parent_id))


def _shown(above: CTE) -> CTE:
    """Each of the groups as it is written down, and its place in the order of all of them."""
    place = func.row_number().over(order_by=(Group.display_name_key, Group.id))
    return (
        select(Group.id, place.label("place"), *(_as(kind) for kind in ("direct", "indirect")))
        .where(Group.organization_id == ORGANIZATION_ID, Group.id.in_(select(above.c.group_id)))
        .cte("shown")
    )


def _as(kind: str) -> ColumnElement[str]:
    return _item(Group.id, Group.display_name, literal_column(f"'{kind}'")).label(kind)


def _item(group_id: Any, name: Any, kind: ColumnElement[str]) -> ColumnElement[str]:
    """A group as the user's attribute tells it (RFC 7643 §4.1.2)."""
    parts = ('{"value":"', f'","$ref":"{HERE}{GROUP.endpoint}/', '","display":', ',"type":"', '"}')
    start, address, display, how, end = (literal_column(f"'{part}'", String) for part in parts)
    return func.concat(start, group_id, address, group_id, display, func.to_json(name), how, kind, end)


def _joined(item: Any, *order: Any) -> ColumnElement[str]:
    return func.string_agg(item, aggregate_order_by(literal_column("','"), *order))
