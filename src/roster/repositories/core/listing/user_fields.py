"""What a filter may name of users: the members of their document."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, and_, bindparam, cast, func, literal, not_, or_
from sqlalchemy.dialects.postgresql import JSONB

from roster.models import User
from roster.models.user import ENTERPRISE
from roster.normal_form import search_key
from roster.repositories.core.listing.fields import Field, Fields
from roster.repositories.core.terms.emails import emails
from roster.repositories.core.terms.providers import ProviderOfUser
from roster.repositories.core.terms.reachable import GroupsOfUser
from roster.scim.grammar import Blank
from roster.scim.sql import Flag, Identifier, Moment, Term, Terms, Text
from roster.scim.sql.bound import KeyOf
from roster.scim.sql.terms import exact

_OPEN = "attributes."


@dataclass(frozen=True, slots=True)
class _Custom:
    """A value that an organization chose to keep: a text, a number, true or false, or a list of them; case counts."""

    name: str

    def compare(self, operation: str, value: Any) -> ColumnElement[bool]:
        """Return the condition that the value, or one in the list, is this one; or that the text has it in it."""
        if operation in ("eq", "ne"):
            wanted = cast(_bound(value), JSONB)
            found = or_(self._holds(wanted), self._holds(func.jsonb_build_array(wanted)))
            return found if operation == "eq" else not_(found)
        kept = User.attributes[self.name]
        return and_(func.jsonb_typeof(kept) == "string", Text(kept.astext, exact).compare(operation, value))

    def present(self) -> ColumnElement[bool]:
        """Return the condition that there is a value, and not an empty one."""
        return func.coalesce(User.attributes[self.name].astext, "").not_in(["", "[]", "{}"])

    def order(self) -> ColumnElement[Any]:
        """Return the value as text."""
        return Text(User.attributes[self.name].astext).order()

    def _holds(self, value: ColumnElement[Any]) -> ColumnElement[bool]:
        found: ColumnElement[bool] = User.attributes.contains(func.jsonb_build_object(self.name, value, type_=JSONB))
        return found


def _bound(value: Any) -> ColumnElement[Any]:
    return bindparam(value.name, type_=KeyOf(_json)) if isinstance(value, Blank) else literal(_json(value))


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


class _Single(Mapping[str, Term]):
    """The terms of single values, those of custom attributes made as they are asked for."""

    def __init__(self, terms: Mapping[str, Term]) -> None:
        self._terms = terms

    def __getitem__(self, name: str) -> Term:
        return _Custom(name.removeprefix(_OPEN)) if name.startswith(_OPEN) else self._terms[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._terms)

    def __len__(self) -> int:
        return len(self._terms)


def _kept(*place: str) -> Text:
    return Text(User.profile_key[place].astext)


_EMAIL = {name: Field() for name in ("value", "type", "display")} | {"primary": Field("flag")}
_GROUP = {name: Field() for name in ("value", "display", "type")}
USER_FIELDS = Fields(
    {
        **dict.fromkeys(("id", "user_name", "display_name", "given_name", "family_name"), Field()),
        "email": Field(),
        "emails": Field(parts=_EMAIL),
        **dict.fromkeys(("title", "department"), Field()),
        "active": Field("flag"),
        "external_id": Field(),
        "identity_provider": Field(),
        "groups": Field(parts=_GROUP),
        "attributes": Field("anything", is_open=True),
        **dict.fromkeys(("created_at", "updated_at"), Field("moment")),
    },
    Terms(
        _Single(
            {
                "id": Identifier(User.id),
                "user_name": Text(User.user_name_key),
                "display_name": Text(User.display_name_key, search_key),
                "given_name": _kept("name", "givenName"),
                "family_name": _kept("name", "familyName"),
                "title": _kept("title"),
                "department": _kept(ENTERPRISE, "department"),
                "active": Flag(User.active),
                "external_id": Text(User.external_id, exact),
                "identity_provider": ProviderOfUser(),
                "created_at": Moment(User.created_at),
                "updated_at": Moment(User.updated_at),
            }
        ),
        {"email": emails(), "emails": emails(), "groups": GroupsOfUser()},
    ),
)
"""`email` is any of their addresses, `groups` those that they are in, by way of others, too.

`identity_provider` is the name of the one that looks after them: no member of the document, but whoever looks for
people asks for it.
"""
