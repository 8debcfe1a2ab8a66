"""Filters to conditions.

RFC 7644 leaves two things open. A filter on several values matches when any of them does, `ne` as well; and `ne` also
matches what has no value at all, for that is not identical to the one given. So `not (title eq "x")` and `title ne "x"`
find the same; `not (emails.value eq "x")` and `emails.value ne "x"` need not.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, and_, not_, or_, true

from roster.errors import INVALID_FILTER, AppException
from roster.scim.grammar import And, AttributePath, Comparison, Filter, Not, Or, Present, ValuePath
from roster.scim.sql.terms import Term

Entry = TypeVar("Entry")


class Values(Protocol):
    """The values of a multi-valued attribute in SQL."""

    def any(self, inner: Filter | None) -> ColumnElement[bool]:
        """Return the condition that there is a value that matches; never NULL. None matches all."""

    def order(self, sub: str) -> ColumnElement[Any]:
        """Return what to sort by: that part of the primary value, or of the first (RFC 7644 §3.4.2.3).

        Raises:
            AppException: INVALID_PATH, where there is no such order.
        """


@dataclass(frozen=True, slots=True)
class Terms:
    """What attributes are in SQL: single ones by the text of their resolved path, multi-valued ones by the whole."""

    single: Mapping[str, Term]
    several: Mapping[str, Values] = field(default_factory=dict)


def condition(found: Filter, terms: Terms) -> ColumnElement[bool]:
    """Return the condition that a resolved filter says. NULL counts as that it does not hold.

    Raises:
        AppException: INVALID_FILTER for what the terms don't have.
    """
    match found:
        case And(left, right):
            return and_(condition(left, terms), condition(right, terms))
        case Or():
            return or_(*(condition(each, terms) for each in _merged(found, terms)))
        case Not(inner):
            return condition(inner, terms).is_not(true())
        case ValuePath(path, inner):
            return _of(path, terms.several).any(inner)
        case Present(path):
            return _present(path, terms)
        case Comparison(path, operator, value):
            return _compared(path, operator, value, terms)


def ordering(path: AttributePath, terms: Terms) -> ColumnElement[Any]:
    """Return what to sort by, for a path of `parse_sort`.

    Raises:
        AppException: INVALID_PATH, where there is no such order.
    """
    if path.whole in terms.several:
        return terms.several[path.whole].order(path.sub or "value")
    return _of(path, terms.single).order()


def _merged(found: Or, terms: Terms) -> Iterator[Filter]:
    """The parts of a chain of `or`; what is asked of the values of one attribute is asked of them once.

    That one of several values fits is that there is a value that fits one: two hundred look-ups become one.
    """
    together: dict[AttributePath, list[Filter]] = {}
    for each in _parts(found):
        if isinstance(each, Comparison) and each.operator != "ne" and each.path.whole in terms.several:
            whole = replace(each.path, sub=None)
            inner = Comparison(AttributePath(None, each.path.sub or "value"), each.operator, each.value)
            together.setdefault(whole, []).append(inner)
        else:
            yield each
    yield from (ValuePath(whole, _joined(inner)) for whole, inner in together.items())


def _parts(found: Filter) -> Iterator[Filter]:
    if isinstance(found, Or):
        yield from _parts(found.left)
        yield from _parts(found.right)
    else:
        yield found


def _joined(parts: Sequence[Filter]) -> Filter:
    """The parts joined by `or`, in halves, as the parser does it."""
    middle = len(parts) // 2
    return Or(_joined(parts[:middle]), _joined(parts[middle:])) if middle else parts[0]


def _present(path: AttributePath, terms: Terms) -> ColumnElement[bool]:
    if path.whole not in terms.several:
        return _of(path, terms.single).present()
    inner = Present(AttributePath(None, path.sub)) if path.sub else None
    return terms.several[path.whole].any(inner)


def _compared(path: AttributePath, operator: str, value: Any, terms: Terms) -> ColumnElement[bool]:
    if path.whole not in terms.several:
        return _of(path, terms.single).compare(operator, value)
    values = terms.several[path.whole]
    found = values.any(Comparison(AttributePath(None, path.sub or "value"), operator, value))
    return or_(found, not_(values.any(None))) if operator == "ne" else found


def _of(path: AttributePath, entries: Mapping[str, Entry]) -> Entry:
    if path.text not in entries:
        raise AppException(INVALID_FILTER, f"{path.text} can't be asked for.")
    return entries[path.text]
