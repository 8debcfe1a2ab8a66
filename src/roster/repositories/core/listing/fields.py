"""Filters of the JSON API: SCIM's grammar (RFC 7644 §3.4.2.2) over the names that the API's own documents have."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NoReturn

from roster.errors import INVALID_FILTER, AppException
from roster.scim.grammar import And, AttributePath, Comparison, Filter, Not, Or, Present, Value, ValuePath, parse_filter
from roster.scim.sql import Terms

_EQUALITY, _ORDERING, _SUBSTRING = frozenset({"eq", "ne"}), frozenset({"gt", "ge", "lt", "le"}), {"co", "sw", "ew"}
_OPERATORS = {
    "text": _EQUALITY | _SUBSTRING | _ORDERING,
    "flag": _EQUALITY,
    "moment": _EQUALITY | _ORDERING,
    "anything": _EQUALITY | _SUBSTRING,
}
_WANTED = {
    "text": "a text in quotes",
    "flag": "true or false",
    "moment": 'a time like "2026-01-31T12:00:00Z"',
    "anything": "a text, a number, true or false",
}


@dataclass(frozen=True, slots=True)
class Field:
    """What a filter may name: of which kind it is, one of text, flag, moment and anything; and which parts it has.

    A field with parts that is compared as such stands for its `value`. `is_open`: it has whatever parts are asked for.
    """

    kind: str = "text"
    parts: Mapping[str, "Field"] = field(default_factory=dict)
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a list, and what they are in SQL."""

    fields: Mapping[str, Field]
    terms: Terms

    def read(self, text: str) -> Filter | None:
        """Return the filter that the text says, names and values as the terms have them; None for no text.

        Raises:
            AppException: INVALID_FILTER, with the position: it can't be read, is beyond 4,096 bytes or 32 levels,
                names what there is not, or asks of a field what its kind does not have.
        """
        return _Reader(self.fields).filter(parse_filter(text)) if text.strip() else None


@dataclass(frozen=True, slots=True)
class _Reader:
    fields: Mapping[str, Field]

    def filter(self, found: Filter) -> Filter:
        match found:
            case And(left, right) | Or(left, right):
                return type(found)(self.filter(left), self.filter(right))
            case Not(inner):
                return Not(self.filter(inner))
            case Present(path):
                return Present(self.located(path)[0])
            case ValuePath(path, inner):
                return self.values(path, inner)
            case Comparison(path, operator, value):
                return self.comparison(path, operator, value)

    def located(self, path: AttributePath) -> tuple[AttributePath, Field]:
        name = path.name.lower()
        known = None if path.schema else self.fields.get(name)
        if known is None:
            _fail(path, f"there is no {path.whole[:60]} to ask for; there are {_listed(self.fields)}")
        if path.sub is None:
            return AttributePath(None, name), known
        if known.is_open:
            return AttributePath(None, name, path.sub), Field(known.kind)
        part = known.parts.get(path.sub.lower())
        if part is None:
            has = f"it has {_listed(known.parts)}" if known.parts else "it has no parts"
            _fail(path, f"there is no {path.sub[:60]} in {name}; {has}")
        return AttributePath(None, name, path.sub.lower()), part

    def values(self, path: AttributePath, inner: Filter) -> Filter:
        whole, known = self.located(path)
        if not known.parts:
            _fail(path, f"{whole.text} has no parts: there is nothing to say between brackets")
        if any(isinstance(each, ValuePath) for each in _within(inner)):
            _fail(path, "brackets can't stand between brackets")
        return ValuePath(whole, _Reader(known.parts).filter(inner))

    def comparison(self, path: AttributePath, operator: str, value: Value) -> Filter:
        whole, known = self.located(path)
        if known.is_open and whole.sub is None:
            _fail(path, f"{whole.name} has parts: name one of them, as {whole.name}.badge")
        if value is None and operator in _EQUALITY:
            return Not(Present(whole)) if operator == "eq" else Present(whole)
        if operator not in _OPERATORS[known.kind]:
            _fail(path, f"{operator} can't be asked of {whole.text}, only {_listed(_OPERATORS[known.kind])}")
        typed = _typed(known.kind, operator, value)
        if typed is None:
            _fail(path, f"{whole.text} {operator} needs {_WANTED[known.kind]}")
        return Comparison(whole, operator, typed)


def _typed(kind: str, operator: str, value: Value) -> Value:
    """The value as the kind has it; None for what it can't be."""
    if kind == "moment":
        return _moment(value)
    if kind == "flag":
        return value if isinstance(value, bool) else None
    is_text = isinstance(value, str)
    return value if is_text or (kind == "anything" and operator in _EQUALITY) else None


def _moment(value: Value) -> datetime | None:
    """A time in UTC; without a zone it is taken as UTC."""
    try:
        moment = datetime.fromisoformat(str(value).upper())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _within(found: Filter) -> Iterator[Filter]:
    yield found
    if isinstance(found, And | Or):
        yield from _within(found.left)
        yield from _within(found.right)
    elif isinstance(found, Not):
        yield from _within(found.inner)


def _listed(names: "Mapping[str, Field] | frozenset[str] | set[str]") -> str:
    return ", ".join(names if isinstance(names, Mapping) else sorted(names))


def _fail(path: AttributePath, what: str) -> NoReturn:
    raise AppException(INVALID_FILTER, f"At character {path.position + 1}: {what}.")
