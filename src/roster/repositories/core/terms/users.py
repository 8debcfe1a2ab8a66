"""What a filter may name of users (RFC 7643 §4.1, §4.3)."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, literal, select
from sqlalchemy.orm import aliased

from roster.models import User, live
from roster.repositories.core.terms.emails import emails
from roster.repositories.core.terms.lists import ProfileList
from roster.repositories.core.terms.reachable import GroupsOfUser
from roster.repositories.core.terms.resources import Urns, address, resource
from roster.scim.attributes import ENTERPRISE_SCHEMA, ENTERPRISE_URN, USER, USER_URN, Schema
from roster.scim.sql import Constant, Flag, Term, Terms, Text, Values


def shown_name(user: Any) -> ColumnElement[Any]:
    """Return the name that a user is shown by, in the form for comparing: chosen, or what follows from other names."""
    key = user.profile_key
    names = func.concat_ws(" ", key[("name", "givenName")].astext, key[("name", "familyName")].astext)
    return func.coalesce(key["displayName"].astext, func.nullif(names, ""), user.user_name_key, type_=String)


def _has(*place: str) -> ColumnElement[bool]:
    """There is an object in this place of the profile, and something in it."""
    found: ColumnElement[bool] = func.coalesce(User.profile_key[place].astext, "{}") != "{}"
    return found


def _profile(schema: Schema) -> Iterator[tuple[str, Term]]:
    """The terms of single-valued texts, and of the parts of single-valued objects, that are in the profile."""
    above, prefix = ((), "") if schema is USER.schema else ((schema.id,), f"{schema.id}:")
    for attribute in (each for each in schema.attributes if not each.multi_valued):
        place = (*above, attribute.name)
        is_whole = attribute.type == "complex"
        yield f"{prefix}{attribute.name}", Constant("", _has(*place)) if is_whole else _text(*place)
        for part in attribute.sub_attributes:
            yield f"{prefix}{attribute.name}.{part.name}", _text(*place, part.name)


def _text(*place: str) -> Text:
    return Text(User.profile_key[place].astext)


def _manager() -> dict[str, Term]:
    """The name of the manager is that of a live user; so is the address."""
    manager = aliased(User, name="manager")
    of_user = (manager.organization_id == User.organization_id, manager.id == User.manager_id, live(manager))
    name = select(shown_name(manager)).where(*of_user).correlate(User).scalar_subquery()
    key = select(manager.id).where(*of_user).correlate(User).scalar_subquery()
    return {
        f"{ENTERPRISE_URN}:manager.displayName": Text(name),
        f"{ENTERPRISE_URN}:manager.$ref": address(USER.endpoint, key),
    }


_VERSION = literal('W/"', String) + cast(User.version, String) + literal('"', String)
_SINGLE: dict[str, Term] = {
    **dict(_profile(USER.schema)),
    **dict(_profile(ENTERPRISE_SCHEMA)),
    **_manager(),
    **resource(User, USER, User.updated_at, _VERSION),
    "userName": Text(User.user_name_key),
    "active": Flag(User.active),
}
_SEVERAL: dict[str, Values] = {
    **{each.name: ProfileList(each) for each in USER.schema.attributes if each.multi_valued},
    "emails": emails(),
    "groups": GroupsOfUser(),
    "schemas": Urns({USER_URN: None, ENTERPRISE_URN: _has(ENTERPRISE_URN)}),
}
USER_TERMS = Terms(_SINGLE, _SEVERAL)
