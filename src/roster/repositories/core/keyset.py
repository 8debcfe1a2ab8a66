"""Cursors of a keyset: the place after a row, named by its sort value and id, so that writers can't shift it."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Connection, Row, Select, tuple_

from roster.errors import INVALID_CURSOR, AppException


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list and the cursor of what comes after them; None at the end."""

    rows: Sequence[Row[Any]]
    next: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """One way to sort: its name in a cursor, the column, and which way. The id breaks ties."""

    name: str
    column: Any
    id: Any
    descending: bool = False

    @classmethod
    def named(cls, sort: str, columns: Mapping[str, Any], id_column: Any) -> "Order":
        """Return the order of this name among the columns, descending where "-" stands before it."""
        name = sort.removeprefix("-")
        return cls(name, columns[name], id_column, descending=sort.startswith("-"))

    def page(self, connection: Connection, statement: Select[Any], after: str | None, limit: int) -> "Page":
        """Return `limit` rows after the cursor. The statement selects the sort column as `sort_value`, and `id`.

        Raises:
            AppException: INVALID_CURSOR.
        """
        return self.page_of(connection.execute(self.apply(statement, after).limit(limit + 1)).all(), limit)

    def apply(self, statement: Select[Any], after: str | None) -> Select[Any]:
        """Sort the statement, and start after the cursor if there is one.

        Raises:
            AppException: INVALID_CURSOR, also for a cursor of another order.
        """
        if after is not None:
            place = tuple_(self.column, self.id)
            limit: Any = self.place(after)
            statement = statement.where(place < limit if self.descending else place > limit)
        return self.sorted(statement)

    def sorted(self, statement: Select[Any]) -> Select[Any]:
        """Sort the statement."""
        return statement.order_by(*(self._direction(column) for column in (self.column, self.id)))

    def page_of(self, rows: Sequence[Row[Any]], limit: int) -> "Page":
        """Return `limit` of the rows, which are one more if there are more."""
        return Page(rows[:limit], self.cursor(rows[limit - 1]) if len(rows) > limit else None)

    def cursor(self, row: Any) -> str:
        """Return the place just after this row, which carries the sort column as `sort_value`."""
        content = orjson.dumps([self.name, self.descending, row.sort_value, row.id])
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    def place(self, cursor: str) -> tuple[Any, UUID]:
        """Return the sort value and the id of the row that the cursor stands after.

        Raises:
            AppException: INVALID_CURSOR, also for a cursor of another order.
        """
        try:
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            name, descending, value, key = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            if [name, descending] != [self.name, self.descending] or not isinstance(value, str) or "\0" in value:
                raise AppException(INVALID_CURSOR)
            return self._typed(value), UUID(key)
        except (ValueError, TypeError, AttributeError, OverflowError):
            raise AppException(INVALID_CURSOR) from None

    def _direction(self, column: Any) -> ColumnElement[Any]:
        direction: ColumnElement[Any] = column.desc() if self.descending else column.asc()
        return direction

    def _typed(self, value: str) -> Any:
        if self.column.type.python_type is not datetime:
            return value
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise AppException(INVALID_CURSOR)
        return moment.astimezone(UTC)  # PostgreSQL knows fewer zones, and fewer years, than Python
