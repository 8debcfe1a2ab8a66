"""Cursors of a keyset."""

from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from roster.errors import AppException
from roster.models import User
from roster.repositories.core.directory.users import SORTS
from roster.repositories.core.keyset import Order

MOMENT = datetime(2026, 3, 1, 12, 0, 0, 123456, UTC)


def order_of(sort: str) -> Order:
    return Order.named(sort, SORTS, User.id)


def row(value: Any) -> Any:
    return SimpleNamespace(sort_value=value, id=uuid4())


def sql(order: Order, after: str | None) -> tuple[str, dict[str, Any]]:
    compiled = order.apply(select(User.id), after).compile(dialect=postgresql.dialect())
    return " ".join(str(compiled).split("FROM")[1].split()), dict(compiled.params)


@pytest.mark.parametrize("value", ["", "ada", "李", 'a"b\\c', "\U0001f4a9" * 250])
@pytest.mark.parametrize("sort", ["user_name", "-user_name"])
def test_a_cursor_names_the_place_after_its_row(sort: str, value: str) -> None:
    order, last = order_of(sort), row(value)

    _, values = sql(order, order.cursor(last))

    assert set(values.values()) == {value, last.id}
    assert order.cursor(last).isascii()


def test_a_moment_keeps_its_microseconds_whatever_its_zone() -> None:
    order = order_of("created_at")
    in_kathmandu = MOMENT.astimezone(timezone(timedelta(hours=5, minutes=45)))

    for moment in (MOMENT, in_kathmandu):
        assert MOMENT in sql(order, order.cursor(row(moment)))[1].values()


@pytest.mark.parametrize(("sort", "mark", "way"), [("user_name", ">", "ASC"), ("-user_name", "<", "DESC")])
def test_the_id_breaks_ties_in_the_same_direction(sort: str, mark: str, way: str) -> None:
    order = order_of(sort)

    statement, _ = sql(order, order.cursor(row("ada")))

    assert f") {mark} (" in statement
    assert statement.endswith(f'user_name_key {way}, "user".id {way}')


def test_without_a_cursor_it_is_only_an_order() -> None:
    statement, values = sql(order_of("display_name"), None)

    assert "WHERE" not in statement
    assert values == {}


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("other", SORTS)
def test_a_cursor_of_another_order_is_refused(sort: str, other: str) -> None:
    value = MOMENT if sort.endswith("_at") else "ada"
    cursor = order_of(sort).cursor(row(value))

    for refusing in {other, f"-{other}", f"-{sort}"} - {sort}:
        with pytest.raises(AppException) as caught:
            sql(order_of(refusing), cursor)
        assert caught.value.error.code == "invalid_cursor"
