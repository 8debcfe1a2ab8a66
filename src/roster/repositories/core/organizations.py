"""Organizations in sets: pages, counts, and those that every page offers to go to."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Result, Row, Select, func, select, union_all

from roster.models import Organization, live
from roster.normal_form import search_key
from roster.repositories.core.keyset import Order, Page

SORTS = {"name": Organization.search_key, "created_at": Organization.created_at}
COLUMNS = (
    *(Organization.id, Organization.slug, Organization.name),
    *(Organization.suspended_at, Organization.created_at, Organization.purge_days),
)
"""What a page shows of an organization."""


def page(connection: Connection, *, q: str = "", sort: str = "name", after: str | None = None, limit: int = 50) -> Page:
    """Return the live organizations after the cursor, `limit` at most; as `users.page`.

    Raises:
        AppException: INVALID_CURSOR.
    """
    order = Order.named(sort, SORTS, Organization.id)
    return order.page(connection, _matching(select(*COLUMNS, order.column.label("sort_value")), q), after, limit)


def count(connection: Connection, *, q: str = "") -> int:
    """Return how many organizations `page` would walk over."""
    return connection.scalar(_matching(select(func.count()).select_from(Organization), q)) or 0


def around(
    connection: Connection, slug: str | None, *, only: UUID | None = None, limit: int = 50
) -> Sequence[Row[Any]]:
    """Return the live organization of this slug, if there is one, and then others by name; `limit` at most.

    Two indexed look-ups in one statement: sorting by "is it this one" would read every organization.
    """
    whose: list[ColumnElement[bool]] = [] if only is None else [Organization.id == only]
    found = select(*COLUMNS, Organization.search_key).where(live(Organization), *whose)
    here, others = found.where(Organization.slug == (slug or "")), found.where(Organization.slug != (slug or ""))
    others = others.order_by(Organization.search_key, Organization.id).limit(limit)
    both = union_all(here, others.subquery().select()).subquery()
    statement = select(both).order_by(both.c.slug != (slug or ""), both.c.search_key, both.c.id)
    result: Result[Any] = connection.execute(statement.limit(limit))
    return result.all()


def _matching(statement: Select[Any], q: str) -> Select[Any]:
    words = search_key(q).split()
    return statement.where(
        live(Organization), *(Organization.search_key.contains(word, autoescape=True) for word in words)
    )
