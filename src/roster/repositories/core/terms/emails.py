"""E-mail addresses: in `user_email`, which is indexed, and whole, folded, in `user.profile_key`."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, and_, select, true

from roster.models import User, UserEmail
from roster.repositories.core.terms.lists import ProfileList
from roster.repositories.core.terms.resources import ORGANIZATION_ID
from roster.scim.attributes import USER
from roster.scim.grammar import And, Comparison, Filter, names_in
from roster.scim.sql import Terms, Text, condition

_VALUES = Terms({"value": Text(UserEmail.value_key)})


class Emails(ProfileList):
    """What is asked of addresses alone, the table answers; the rest is looked for among whom the table finds."""

    def any(self, inner: Filter | None) -> ColumnElement[bool]:
        """Return the condition that there is an address that matches."""
        if inner is None:
            return self._has(true())
        if names_in(inner) == {"value"}:
            return self._has(condition(inner, _VALUES))
        needed = [condition(each, _VALUES) for each in _conjuncts(inner) if _is_exact(each)]
        whole = super().any(inner)
        return and_(self._has(and_(true(), *needed)), whole) if needed else whole

    def _has(self, found: ColumnElement[bool]) -> ColumnElement[bool]:
        ids = select(UserEmail.user_id).where(UserEmail.organization_id == ORGANIZATION_ID, found)
        return User.id.in_(ids)


def emails() -> Emails:
    """Return the addresses of users."""
    attribute = USER.find("emails")
    assert attribute is not None  # noqa: S101 - RFC 7643 §4.1.2
    return Emails(attribute)


def _conjuncts(found: Filter) -> Iterator[Filter]:
    if isinstance(found, And):
        yield from _conjuncts(found.left)
        yield from _conjuncts(found.right)
    else:
        yield found


def _is_exact(found: Any) -> bool:
    return isinstance(found, Comparison) and found.operator == "eq" and found.path.name == "value"
