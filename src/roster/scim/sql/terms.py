"""Single values in SQL, by type: each is made once, at import, and compared with whatever a filter asks for."""

import operator
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, String, and_, bindparam, cast, false, not_, or_, true

from roster.normal_form import name_key
from roster.scim.grammar import Blank
from roster.scim.sql.bound import KeyOf, UuidOf, uuid_of

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

    def compare(self, operation: str, value: str | Blank) -> ColumnElement[bool]:
        """Return the condition that the operator holds; texts for LIKE are escaped."""
        wanted, column = _wanted(value, self.key), self.expression
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

    def compare(self, operation: str, value: str | Blank) -> ColumnElement[bool]:
        """Return the condition that the operator holds."""
        if isinstance(value, Blank):
            blank: ColumnElement[bool] = self.expression == bindparam(value.name, type_=UuidOf(self.key))
            return blank
        if operation not in ("eq", "ne"):
            return Text(cast(self.expression, String), self.key).compare(operation, value)
        wanted = uuid_of(self.key(value))
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
    """A text that is the same for every row that has one, which is each for which `condition` holds.

    It is compared in Python, unless what it is compared with is not known yet.
    """

    value: str
    condition: ColumnElement[bool] | None = None
    key: Callable[[str], str] = name_key

    def compare(self, operation: str, value: str | Blank) -> ColumnElement[bool]:
        """Return the condition that the operator holds."""
        if isinstance(value, Blank):
            return and_(_wanted(value, self.key) == self.key(self.value), self.present())
        holds = _ON_TEXTS[operation](self.key(self.value), self.key(value))
        return self.present() if holds else false()

    def present(self) -> ColumnElement[bool]:
        """Return the condition under which there is this text."""
        return true() if self.condition is None else self.condition

    def order(self) -> ColumnElement[Any]:
        """Return the text."""
        return cast(self.value, String)  # a bare constant would be the number of a column


def _wanted(value: str | Blank, key: Callable[[str], str]) -> Any:
    """What is compared with: the text in its form, or what puts into that form the one that is bound."""
    return bindparam(value.name, type_=KeyOf(key)) if isinstance(value, Blank) else key(value)
