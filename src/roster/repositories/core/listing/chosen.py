"""The statement that chooses the rows of a page or a count; made once for each form that it can have."""

from dataclasses import replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    Uuid,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    tuple_,
    union_all,
)

from roster.models import live
from roster.repositories.core.keyset import Order
from roster.repositories.core.listing.asked import Asked
from roster.repositories.core.listing.listing import Form, Listing, has_words
from roster.repositories.core.terms.resources import ORGANIZATION_ID

MOST_COUNTED = 10_000
"""Beyond as many rows a list is not counted: that would take longer than to show it."""
FORMS = 256
"""Statements that are kept: one for each way to ask, whatever texts it asks for."""
_LIMIT, _LOOKED_AT = bindparam("limit", type_=Integer), bindparam("looked_at", type_=Integer)


def page_of(
    listing: Listing, organization_id: UUID, asked: Asked, *, sort: str, after: str | None, limit: int
) -> tuple[Select[Any], dict[str, Any]]:
    """Return the statement that selects a page's rows and one more, with `sort_value`, and the values for it.

    Raises:
        AppException: INVALID_CURSOR, INVALID_FILTER.
    """
    form, values = listing.form(organization_id, asked, sort=sort, goes_on=after is not None)
    if after is not None:
        values["after_value"], values["after_id"] = listing.order(sort).place(after)
    return _page(listing, form), values | {"limit": limit + 1}


def count_of(listing: Listing, organization_id: UUID, asked: Asked) -> tuple[Select[Any], dict[str, Any]]:
    """Return the statement that counts the rows, to MOST_COUNTED + 1 at most, and the values for it.

    Raises:
        AppException: INVALID_FILTER.
    """
    form, values = listing.form(organization_id, asked)
    return _counted(listing, form), values


def ids_of(
    listing: Listing, organization_id: UUID, asked: Asked, *, after: UUID | None, limit: int
) -> tuple[Select[Any], dict[str, Any]]:
    """Return the statement that selects the ids after this one, in their order, and the values for it.

    Raises:
        AppException: INVALID_FILTER.
    """
    form, values = listing.form(organization_id, asked, goes_on=after is not None)
    return _ids(listing, form), values | {"limit": limit, "after_id": after}


@lru_cache(FORMS)
def _page(listing: Listing, form: Form) -> Select[Any]:
    order, model = listing.order(form.sort), listing.model
    place = [_beyond(order)] if form.goes_on else []
    sort_value = order.column.label("sort_value")
    if not form.is_searched:
        statement = select(*listing.columns, sort_value).where(*listing.matching(form), *place)
        return order.sorted(statement).limit(_LIMIT)
    chosen = _chosen(listing, form, order, select(model.id, sort_value).where(*place)).subquery("chosen")
    is_chosen = and_(model.organization_id == ORGANIZATION_ID, model.id == chosen.c.id)
    return order.sorted(select(*listing.columns, chosen.c.sort_value).join_from(chosen, model, is_chosen))


def _chosen(listing: Listing, form: Form, order: Order, found: Select[Any]) -> "Select[Any] | CompoundSelect[Any]":
    """The ids and sort values of a page of those who are searched, in no order."""
    if form.shape is None and form.status != "deleted":
        return _near_or_far(listing, form, order, found)
    return _first(order, _kept(found.where(*listing.searched(form)), "found"))


def _near_or_far(listing: Listing, form: Form, order: Order, found: Select[Any]) -> CompoundSelect[Any]:
    """Choose from the next few rows, and only if they don't fill the page from all that the index of words finds.

    What many have is found near, and need not be looked up, which would give all of them; what few have costs a look
    at the few. PostgreSQL would have to guess which of the two it is, and reads everything where it guesses wrong.
    """
    model = listing.model
    around = found.where(model.organization_id == ORGANIZATION_ID, live(model))
    around = around.add_columns(model.words, *(getattr(model, name) for name in listing.marks))
    rows = _kept(order.sorted(around).limit(_LOOKED_AT), "around")
    fitting = select(rows.c.id, rows.c.sort_value).where(*listing.statuses[form.status](rows.c), has_words(rows.c))
    near = _kept(_sorted(order, fitting, rows).limit(_LIMIT), "near")
    is_full = select(func.count()).select_from(near).scalar_subquery() >= _LIMIT
    far = _kept(found.where(*listing.searched(form), ~is_full), "far")
    return union_all(select(near).where(is_full), _first(order, far).subquery().select())


@lru_cache(FORMS)
def _counted(listing: Listing, form: Form) -> Select[Any]:
    found: Select[Any] = select(literal_column("1")).select_from(listing.model).where(*listing.searched(form))
    return select(func.count()).select_from(found.limit(MOST_COUNTED + 1).subquery())


@lru_cache(FORMS)
def _ids(listing: Listing, form: Form) -> Select[Any]:
    model = listing.model
    found = select(model.id).where(*listing.searched(form))
    if form.goes_on:
        found = found.where(model.id > bindparam("after_id", type_=Uuid))
    if not form.is_searched:
        return found.order_by(model.id).limit(_LIMIT)
    kept = _kept(found, "found")
    return select(kept.c.id).order_by(kept.c.id).limit(_LIMIT)


def _beyond(order: Order) -> ColumnElement[bool]:
    place = tuple_(bindparam("after_value", type_=order.column.type), bindparam("after_id", type_=Uuid))
    here = tuple_(order.column, order.id)
    beyond: ColumnElement[bool] = here < place if order.descending else here > place
    return beyond


def _kept(statement: Select[Any], name: str) -> CTE:
    """The statement, done once and as it stands: nothing around it changes how."""
    return statement.cte(name).prefix_with("MATERIALIZED")


def _first(order: Order, found: CTE) -> Select[Any]:
    return _sorted(order, select(found.c.id, found.c.sort_value), found).limit(_LIMIT)


def _sorted(order: Order, statement: Select[Any], found: CTE) -> Select[Any]:
    return replace(order, column=found.c.sort_value, id=found.c.id).sorted(statement)
