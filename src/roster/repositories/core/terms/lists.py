"""Multi-valued attributes that are kept in `user.profile_key`."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, cast, exists, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import JSONB

from roster.models import User
from roster.scim.attributes import Attribute
from roster.scim.grammar import Filter
from roster.scim.sql import Flag, Term, Terms, Text, condition


class ProfileList:
    """The values of one attribute, each an object in a list of `profile_key`.

    The path of `jsonb_path_query` is lax: where there is no list, there are no values, and nothing fails.
    """

    def __init__(self, attribute: Attribute) -> None:
        path = f'$."{attribute.name}"[*]'
        self._item = func.jsonb_path_query(User.profile_key, _path(path), type_=JSONB).column_valued("item")
        self._terms = Terms({part.name: _term(self._item, part) for part in attribute.sub_attributes})
        primary = func.jsonb_path_query_first(User.profile_key, _path(f"{path} ? (@.primary == true)"), type_=JSONB)
        self._first: Any = func.coalesce(primary, User.profile_key[(attribute.name, "0")], type_=JSONB)

    def any(self, inner: Filter | None) -> ColumnElement[bool]:
        """Return the condition that there is a value that matches."""
        found = true() if inner is None else condition(inner, self._terms)
        return exists(select(self._item).where(found).correlate(User))

    def order(self, sub: str) -> ColumnElement[Any]:
        """Return that part of the primary value, or of the first."""
        return Text(self._first[sub].astext).order()


def _path(path: str) -> ColumnElement[Any]:
    return literal_column(f"'{path}'::jsonpath")


def _term(item: Any, part: Attribute) -> Term:
    if part.type == "boolean":
        return Flag(cast(item[part.name].astext, Boolean), default=False)  # RFC 7643 §2.4: not given, not primary
    return Text(item[part.name].astext)
