"""The groups that a user is in: directly, or by way of others."""

from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, exists, select, true, union_all
from sqlalchemy.orm import aliased

from roster.models import Group, Membership, Nesting, User, live
from roster.repositories.core.terms.resources import ORGANIZATION_ID, Unsorted, address
from roster.scim.attributes import GROUP
from roster.scim.grammar import Filter, names_in
from roster.scim.sql import Constant, Identifier, Terms, Text, condition

_TERMS = {
    kind: Terms(
        {
            "value": Identifier(Group.id, str.lower),
            "display": Text(Group.display_name_key),
            "type": Constant(kind),
            "$ref": address(GROUP.endpoint, Group.id),
        }
    )
    for kind in ("direct", "indirect")
}


class GroupsOfUser(Unsorted):
    """`groups`: looked for from the groups down, so that nobody's groups are read whom no group matches."""

    def any(self, inner: Filter | None) -> ColumnElement[bool]:
        """Return the condition that the user is in a live group that matches."""
        if inner is None:
            return User.id.in_(_direct(true()))  # who is in one indirectly is in another directly
        direct, indirect = (condition(inner, _TERMS[kind]) for kind in ("direct", "indirect"))
        others = _indirect(indirect, only="type" in names_in(inner))
        return User.id.in_(union_all(_direct(direct), others))


def _direct(matching: ColumnElement[bool]) -> Select[Any]:
    return (
        select(Membership.user_id)
        .join(Group, and_(Group.organization_id == Membership.organization_id, Group.id == Membership.group_id))
        .where(Membership.organization_id == ORGANIZATION_ID, live(Group), matching)
    )


def _indirect(matching: ColumnElement[bool], *, only: bool) -> Select[Any]:
    """Users of the groups inside those that match; if `only`, without who is directly in the one that matches, too."""
    below = _below(matching)
    users = (
        select(Membership.user_id)
        .join(below, below.c.id == Membership.group_id)
        .where(Membership.organization_id == ORGANIZATION_ID)
    )
    return users.where(~_is_direct(below)) if only else users


def _is_direct(below: CTE) -> ColumnElement[bool]:
    direct = aliased(Membership)
    return exists().where(
        direct.organization_id == ORGANIZATION_ID,
        direct.group_id == below.c.top_id,
        direct.user_id == Membership.user_id,
    )


def _below(matching: ColumnElement[bool]) -> CTE:
    """The live groups that match, each with the live groups inside it."""
    child = aliased(Group)
    is_child = and_(child.organization_id == Nesting.organization_id, child.id == Nesting.child_id, live(child))
    inside = (
        select(Nesting.parent_id.label("top_id"), Nesting.child_id.label("id"))
        .join(child, is_child)
        .where(Nesting.organization_id == ORGANIZATION_ID)
    )
    parent = and_(Group.organization_id == Nesting.organization_id, Group.id == Nesting.parent_id, live(Group))
    below = inside.join(Group, parent).where(matching).cte(recursive=True)
    step = inside.with_only_columns(below.c.top_id, Nesting.child_id).join(below, below.c.id == Nesting.parent_id)
    return below.union(step)
