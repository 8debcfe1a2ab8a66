"""A list, and what is asked of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, bindparam, cast
from sqlalchemy.dialects.postgresql import TSQUERY

from roster.normal_form import words_asked
from roster.repositories.core.keyset import Order
from roster.repositories.core.listing.asked import Asked
from roster.repositories.core.listing.fields import Fields
from roster.repositories.core.terms.resources import ORGANIZATION_ID
from roster.scim.grammar import Filter, shape_of
from roster.scim.sql import condition

_NEAR, _NEAR_OF_SHORT = 2000, 5000
"""How many rows from the place on are looked at first; more for words of one or two letters, which many have."""
_SHORT = 2
_WORDS = cast(bindparam("words", type_=String), TSQUERY)

Status = Callable[[Any], tuple[ColumnElement[bool], ...]]
"""The conditions of a status, on a row that has `deleted_at` and what else it needs."""


@dataclass(frozen=True, slots=True)
class Form:
    """What decides how a statement is written; the rest is bound when it is executed."""

    status: str
    is_searched: bool
    shape: Filter | None
    sort: str = ""
    goes_on: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Listing:
    """A list: its rows, the orders that they can have, the statuses, what a filter may name, what is shown.

    `marks` are the columns that a status is told by.
    """

    model: Any
    sorts: Mapping[str, Any]
    statuses: Mapping[str, Status]
    marks: Sequence[str]
    fields: Fields
    columns: Sequence[Any]

    def order(self, sort: str) -> Order:
        """Return the order of this name."""
        return Order.named(sort, self.sorts, self.model.id)

    def form(
        self, organization_id: UUID, asked: Asked, *, sort: str = "", goes_on: bool = False
    ) -> tuple[Form, dict[str, Any]]:
        """Return the form of what is asked, and the values for its statement.

        Raises:
            AppException: INVALID_FILTER.
        """
        words = words_asked(organization_id, asked.q)
        found = self.fields.read(asked.filter)
        shape, texts = shape_of(found) if found else (None, {})
        values = {"organization_id": organization_id, **texts}
        if words:
            is_short = max(map(len, asked.q.split())) <= _SHORT
            values |= {"words": words, "looked_at": _NEAR_OF_SHORT if is_short else _NEAR}
        return Form(asked.status, bool(words), shape, sort, goes_on), values

    def matching(self, form: Form) -> list[ColumnElement[bool]]:
        """Return what a row has to meet, but for the words."""
        found: list[ColumnElement[bool]] = [
            self.model.organization_id == ORGANIZATION_ID,
            *self.statuses[form.status](self.model),
        ]
        return [*found, condition(form.shape, self.fields.terms)] if form.shape else found

    def searched(self, form: Form) -> list[ColumnElement[bool]]:
        """Return what a row has to meet."""
        return [*self.matching(form), *([has_words(self.model)] if form.is_searched else [])]


def has_words(row: Any) -> ColumnElement[bool]:
    """Return the condition that a row has the words that are bound."""
    found: ColumnElement[bool] = row.words.bool_op("@@")(_WORDS)
    return found
