"""The order of SCIM lists, where a value may be missing, and cursors into it (RFC 7644 §3.4.2.3, RFC 9865)."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import orjson
from sqlalchemy import (
    CTE,
    Boolean,
    ColumnElement,
    DateTime,
    Integer,
    Row,
    Select,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
)

from roster.errors import INVALID_CURSOR, AppException
from roster.repositories.core.keyset import Page
from roster.scim.grammar import AttributePath
from roster.scim.sql import Terms, ordering

_START, _LIMIT = bindparam("start", type_=Integer), bindparam("limit", type_=Integer)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: at the start, or after a row that has, or has not, a value to sort by."""

    kind: Literal["start", "after a value", "after none"] = "start"
    bound: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """By an attribute's value, the id breaking ties; what has no value comes last, descending first."""

    name: str
    value: Any
    id: Any
    descending: bool = False

    @classmethod
    def by(cls, path: AttributePath | None, terms: Terms, id_column: Any, *, descending: bool) -> "Order":
        """Return the order by a path of `parse_sort`; by id, which is by age, without one.

        Raises:
            AppException: INVALID_PATH, for what can't be sorted by.
        """
        value = ordering(path, terms) if path else id_column
        return cls(path.text if path else "id", value, id_column, descending=descending)

    def place(self, after: str | None) -> Place:
        """Return where the page begins that comes after this cursor; None and "" are the start.

        Raises:
            AppException: INVALID_CURSOR, also for a cursor of another order.
        """
        if not after:
            return Place()
        value, key = self._decode(after)
        return Place("after none" if value is None else "after a value", {"after_value": value, "after_id": key})

    def chosen(self, statement: Select[Any], kind: str) -> CTE:
        """Return the ids of a page as `id`, with `sort_value`; a Place of this kind, and `page_of`, say which page."""
        statement = statement.add_columns(self.value.label("sort_value"))
        if kind != "start":
            statement = statement.where(self._after(is_valued=kind == "after a value"))
        return self._sorted(statement, self.value, self.id).offset(_START).limit(_LIMIT).cte("chosen")

    @staticmethod
    def page_of(start: int, after: str | None, limit: int) -> dict[str, int]:
        """Return what is bound for a page of so many rows: with a cursor, one more than the page holds."""
        return {"start": start, "limit": limit if after is None else limit + 1}

    def sorted_as(self, statement: Select[Any], chosen: CTE) -> Select[Any]:
        """Return the statement, which joins what was chosen, in this order, with `sort_value` if it is not the id."""
        if self.value is self.id:  # which need not be told twice
            return self._sorted(statement, chosen.c.id)
        return self._sorted(statement.add_columns(chosen.c.sort_value), chosen.c.sort_value, chosen.c.id)

    @staticmethod
    def totalled(statement: Select[Any], chosen: CTE, count: Select[Any]) -> Select[Any]:
        """Return the statement with `total`: what is counted where the page is full; else NULL."""
        is_full = select(func.count()).select_from(chosen).scalar_subquery() >= _LIMIT
        return statement.add_columns(case((is_full, count.scalar_subquery())).label("total"))

    def page(self, rows: Sequence[Row[Any]], after: str | None, limit: int) -> Page:
        """Return the rows of a page, and with a cursor what comes after them."""
        is_more = after is not None and len(rows) > limit > 0
        return Page(rows[:limit], self._cursor(rows[limit - 1]) if is_more else None)

    def _sorted(self, statement: Select[Any], *columns: Any) -> Select[Any]:
        """PostgreSQL puts NULL last, descending first, as SCIM does."""
        return statement.order_by(*(column.desc() if self.descending else column.asc() for column in columns))

    def _cursor(self, row: Row[Any]) -> str:
        value = row.id if self.value is self.id else row.sort_value
        content = orjson.dumps([self.name, self.descending, value, row.id])
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    def _after(self, *, is_valued: bool) -> ColumnElement[bool]:
        value: Any = bindparam("after_value", type_=self.value.type)
        key: Any = bindparam("after_id", type_=Uuid)
        later = self.id < key if self.descending else self.id > key
        if not is_valued:
            behind = and_(self.value.is_(None), later)
            return or_(behind, self.value.is_not(None)) if self.descending else behind
        beyond = self.value < value if self.descending else or_(self.value > value, self.value.is_(None))
        return or_(beyond, and_(self.value == value, later))

    def _decode(self, cursor: str) -> tuple[Any, UUID]:
        try:
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            name, descending, value, key = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            if [name, descending] != [self.name, self.descending]:
                raise AppException(INVALID_CURSOR)
            return self._typed(value), UUID(key)
        except (ValueError, TypeError, AttributeError, OverflowError):
            raise AppException(INVALID_CURSOR) from None

    def _typed(self, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(self.value.type, Boolean):
            return _refused_unless(isinstance(value, bool), value)
        text: str = _refused_unless(isinstance(value, str) and "\0" not in value, value)
        if isinstance(self.value.type, Uuid):
            return UUID(text)
        return _moment(text) if isinstance(self.value.type, DateTime) else text


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    _refused_unless(moment.tzinfo is not None, moment)
    return moment.astimezone(UTC)  # PostgreSQL knows fewer zones, and fewer years, than Python


def _refused_unless(is_right: bool, value: Any) -> Any:
    if not is_right:
        raise AppException(INVALID_CURSOR)
    return value
