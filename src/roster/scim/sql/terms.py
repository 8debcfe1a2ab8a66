"""Single values in SQL, by type: each is made once, at import, and compared with whatever a filter asks for."""

import operator
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, false, not_, or_, true

from roster.normal_form import name_key

_RANGES = {"gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le}
_ON_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "co": operator.contains,
    "sw": str.startswith,
    "ew": str.endswith,
    **_RANGES,
}


class Term(Protocol):
    """A single value in SQL."""

    def compare(self, operation: str, value: Any) -> ColumnElement[bool]:
        """Return the condition that the operator holds; NULL counts as that it does not."""

    def present(self) -> ColumnElement[bool]:
        """Return the condition that there is a value, and not an empty one."""

    def order(self) -> ColumnElement[Any]:
        """Return what to sort by; NULL where there is no value."""


def exact(value: str) -> str:
    """Return the form in which text is kept whose case counts: NFC."""
    return unicodedata.normalize("NFC", value)


@dataclass(frozen=True, slots=True)
class Text:
    """A text, kept in the form for comparing that `key` gives: name_key, or `exact` where case counts.

    Order is by code point (COLLATE "C"): the same on every server, and in Python.
    """

    expression: Any
    key: Callable[[str], str] = name_key

    def compare(self, operation: str, value: str) -> ColumnElement[bool]:
        """Return the condition that the operator holds; texts for LIKE are escaped."""
        wanted, column = self.key(value), self.expression
        found: ColumnElement[bool]
        match operation:
            case "eq":
                found = column == wanted
            case "ne":
                found = column.is_distinct_from(wanted)
            case "co":
                found = column.contains(wanted, autoescape=True)
            case "sw":
                found = column.startswith(wanted, autoescape=True)
            case "ew":
                found = column.endswith(wanted, autoescape=True)
            case _:
                found = _RANGES[operation](column.collate("C"), wanted)
        return found

    def present(self) -> ColumnElement[bool]:
        """Return the condition that there is a text, and not the empty one."""
        found: ColumnElement[bool] = self.expression != ""
        return found

    def order(self) -> ColumnElement[Any]:
        """Return the text, to sort by code point."""
        found: ColumnElement[Any] = self.expression.collate("C")
        return found


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false; `default` is what counts where there is nothing."""

    expression: Any
    default: bool | None = None

    def compare(self, operation: str, value: bool) -> ColumnElement[bool]:
        """Return the condition that the flag is, or is not, this one."""
        wanted = value if operation == "eq" else not value
        found: ColumnElement[bool] = self.expression if wanted else not_(self.expression)  # as the indexes have it
        counts = self.default is wanted or (self.default is None and operation == "ne")
        return or_(found, self.expression.is_(None)) if counts else found

    def present(self) -> ColumnElement[bool]:
        """Return the condition that there is a flag."""
        found: ColumnElement[bool] = self.expression.is_not(None)
        return found

    def order(self) -> ColumnElement[Any]:
        """Return the flag: false comes first."""
        found: ColumnElement[Any] = self.expression
        return found


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time."""

    expression: Any

    def compare(self, operation: str, value: Any) -> ColumnElement[bool]:
        """Return the condition that the operator holds between two points in time, whatever their zones."""
        found: ColumnElement[bool] = {**_RANGES, "eq": operator.eq, "ne": operator.ne}[operation](
            self.expression, value
        )
        return found

    def present(self) -> ColumnElement[bool]:
        """Return the condition that there is one."""
        found: ColumnElement[bool] = self.expression.is_not(None)
        return found

    def order(self) -> ColumnElement[Any]:
        """Return the point in time."""
        found: ColumnElement[Any] = self.expression
        return found


@dataclass(frozen=True, slots=True)
class Identifier:
    """A UUID that is never absent, compared as its text; what is no UUID equals none."""

    expression: Any
    key: Callable[[str], str] = exact

    def compare(self, operation: str, value: str) -> ColumnElement[bool]:
        """Return the condition that the operator holds."""
        if operation not in ("eq", "ne"):
            return Text(cast(self.expression, String), self.key).compare(operation, value)
        wanted = _uuid(self.key(value))
        if wanted is None:
            return false() if operation == "eq" else true()
        found: ColumnElement[bool] = (operator.eq if operation == "eq" else operator.ne)(self.expression, wanted)
        return found

    def present(self) -> ColumnElement[bool]:
        """Return that there is one."""
        return true()

    def order(self) -> ColumnElement[Any]:
        """Return the UUID: it sorts as its text."""
        found: ColumnElement[Any] = self.expression
        return found


@dataclass(frozen=True, slots=True)
class Constant:
    """A text that is the same for every row that has one: compared in Python, where `condition` holds."""

    value: str
    condition: ColumnElement[bool] | None = None
    key: Callable[[str], str] = name_key

    def compare(self, operation: str, value: str) -> ColumnElement[bool]:
        """Return the condition that the operator holds, without any text in it."""
        holds = _ON_TEXTS[operation](self.key(self.value), self.key(value))
        return self.present() if holds else false()

    def present(self) -> ColumnElement[bool]:
        """Return the condition under which there is this text."""
        return true() if self.condition is None else self.condition

    def order(self) -> ColumnElement[Any]:
        """Return the text."""
        return cast(self.value, String)  # a bare constant would be the number of a column


def _uuid(text: str) -> UUID | None:
    """The UUID that is written so: other ways to write one are other texts."""
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text else None
