"""What a filter may name of groups (RFC 7643 §4.2)."""

from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, literal, select, true, union_all
from sqlalchemy.orm import aliased

from roster.models import Group, Membership, Nesting, User, live
from roster.repositories.core.terms.resources import ORGANIZATION_ID, Unsorted, Urns, address, resource
from roster.repositories.core.terms.users import shown_name
from roster.scim.attributes import GROUP, GROUP_URN, USER
from roster.scim.grammar import Filter
from roster.scim.sql import Constant, Identifier, Terms, Text, condition

LAST_MODIFIED = func.greatest(Group.updated_at, Group.members_changed_at, type_=Group.updated_at.type)
VERSION = cast(Group.version, String) + literal(".", String) + cast(Group.member_version, String)

_CHILD = aliased(Group, name="child")
_USERS = Terms(
    {
        "value": Identifier(Membership.user_id, str.lower),
        "display": Text(shown_name(User)),
        "type": Constant("User"),
        "$ref": address(USER.endpoint, Membership.user_id),
    }
)
_GROUPS = Terms(
    {
        "value": Identifier(Nesting.child_id, str.lower),
        "display": Text(_CHILD.display_name_key),
        "type": Constant("Group"),
        "$ref": address(GROUP.endpoint, Nesting.child_id),
    }
)


def members_where(inner: Filter | None) -> tuple[Select[Any], Select[Any]]:
    """Return the live users and the live groups that are direct members and match; of all groups of the organization.

    Each row has `group_id`, `id`, `type` and `display` (NULL for a user with no name but the one to sign in with).
    None matches all.
    """
    is_user = and_(User.organization_id == Membership.organization_id, User.id == Membership.user_id)
    users = (
        select(Membership.group_id.label("group_id"), Membership.user_id.label("id"))
        .add_columns(
            literal("User", String).label("type"), func.nullif(User.display_name, User.user_name).label("display")
        )
        .join(User, is_user)
        .where(Membership.organization_id == ORGANIZATION_ID, live(User), _matching(inner, _USERS))
    )
    is_child = and_(_CHILD.organization_id == Nesting.organization_id, _CHILD.id == Nesting.child_id)
    groups = (
        select(Nesting.parent_id.label("group_id"), Nesting.child_id.label("id"))
        .add_columns(literal("Group", String).label("type"), _CHILD.display_name.label("display"))
        .join(_CHILD, is_child)
        .where(Nesting.organization_id == ORGANIZATION_ID, live(_CHILD), _matching(inner, _GROUPS))
    )
    return users, groups


def _matching(inner: Filter | None, terms: Terms) -> ColumnElement[bool]:
    return true() if inner is None else condition(inner, terms)


class Members(Unsorted):
    """`members`: looked for from the members up, by the indexes on them."""

    def any(self, inner: Filter | None) -> ColumnElement[bool]:
        """Return the condition that a live user or group that matches is directly in the group."""
        users, groups = members_where(inner)
        return Group.id.in_(
            union_all(users.with_only_columns(Membership.group_id), groups.with_only_columns(Nesting.parent_id))
        )


GROUP_TERMS = Terms(
    {
        **resource(Group, GROUP, LAST_MODIFIED, literal('W/"', String) + VERSION + literal('"', String)),
        "displayName": Text(Group.display_name_key),
    },
    {"members": Members(), "schemas": Urns({GROUP_URN: None})},
)
