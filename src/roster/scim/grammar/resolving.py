"""Names in a filter to attributes of a schema, and what may be asked of each (RFC 7644 §3.4.2.2)."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NoReturn

from roster.errors import INVALID_FILTER, INVALID_PATH, AppException, ErrorCode
from roster.scim.attributes import Attribute, ResourceType, Schema
from roster.scim.grammar.parser import parse_path
from roster.scim.grammar.tree import And, AttributePath, Comparison, Filter, Not, Or, Path, Present, Value, ValuePath

_EQUALITY = frozenset({"eq", "ne"})
_ORDERING = frozenset({"gt", "ge", "lt", "le"})
_SUBSTRING = frozenset({"co", "sw", "ew"})
_ALLOWED = {
    "boolean": _EQUALITY,
    "dateTime": _EQUALITY | _ORDERING,
    "binary": _EQUALITY | _SUBSTRING,
    "string": _EQUALITY | _SUBSTRING | _ORDERING,
    "reference": _EQUALITY | _SUBSTRING | _ORDERING,
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?", re.IGNORECASE | re.ASCII)


def resolve(found: Filter, resource_type: ResourceType) -> Filter:
    """Return the filter with canonical names and typed values, ready for SQL.

    Names lose their schema unless it is an extension's. A complex attribute that is compared as such stands for its
    `value`; `eq null` and `ne null` become (not) present; dateTimes become moments in UTC. Brackets after a
    single-valued attribute become what they mean: it is there, and its parts match.

    Raises:
        AppException: INVALID_FILTER: an attribute in no schema or never returned, an operator or a value that the
            type of the attribute does not have.
    """
    return _Resolver(resource_type).filter(found)


def resolve_values(found: Filter, attribute: Attribute) -> Filter:
    """Return what stands between the brackets after a complex attribute, with canonical names and typed values.

    Raises:
        AppException: INVALID_FILTER.
    """
    return _Resolver(ResourceType(attribute.name, "", _inside(attribute))).filter(found)


def resolve_path(path: Path, resource_type: ResourceType) -> Path:
    """Return the path with canonical names; names lose their schema unless it is an extension's.

    Raises:
        AppException: INVALID_PATH for an attribute in no schema, INVALID_FILTER for one between brackets.
    """
    resolver = _Resolver(resource_type, INVALID_PATH)
    if isinstance(path, AttributePath):
        return resolver.path(path)[0]
    whole, attribute = resolver.path(path.path)
    inner = resolve_values(path.inner, attribute)
    sub = resolver.path(replace(path.path, sub=path.sub))[0].sub if path.sub else None
    return ValuePath(whole, inner, sub)


def parse_sort(text: str, resource_type: ResourceType) -> AttributePath:
    """Return the attribute to sort by, with canonical names; a complex one stands for its `value` (RFC 7644 §3.4.2.3).

    Raises:
        AppException: INVALID_PATH.
    """
    path = parse_path(text)
    if isinstance(path, ValuePath):
        raise AppException(INVALID_PATH, "Sorting is by an attribute, without brackets.")
    resolver = _Resolver(resource_type, INVALID_PATH)
    return resolver.simple(*resolver.path(path))[0]


@dataclass(frozen=True, slots=True)
class _Resolver:
    resource_type: ResourceType
    error: ErrorCode = INVALID_FILTER

    def filter(self, found: Filter) -> Filter:
        match found:
            case And(left, right):
                return And(self.filter(left), self.filter(right))
            case Or(left, right):
                return Or(self.filter(left), self.filter(right))
            case Not(inner):
                return Not(self.filter(inner))
            case Present(path):
                return Present(self.path(path)[0])
            case ValuePath(path, inner):
                return self.values(path, inner)
            case Comparison(path, operator, value):
                return self.comparison(path, operator, value)

    def path(self, path: AttributePath) -> tuple[AttributePath, Attribute]:
        if (located := self.resource_type.locate(path.name, path.schema)) is None:
            self.fail(f"There is no attribute {path.whole} in any schema of {self.resource_type.name}.")
        schema, attribute = located
        part = attribute if path.sub is None else attribute.sub(path.sub)
        if part is None or attribute.returned == "never":
            self.fail(f"There is no attribute {path.text} that could be asked for.")
        extension = None if schema is self.resource_type.schema else schema.id
        return AttributePath(extension, attribute.name, part.name if path.sub else None), part

    def simple(self, path: AttributePath, attribute: Attribute) -> tuple[AttributePath, Attribute]:
        if attribute.type != "complex":
            return path, attribute
        if (value := attribute.sub("value")) is None:
            self.fail(f"{path.text} has parts: name one of them.")
        return replace(path, sub=value.name), value

    def values(self, path: AttributePath, inner: Filter) -> Filter:
        whole, attribute = self.path(path)
        if attribute.type != "complex":
            self.fail(f"{path.text} has no parts: there is nothing to say between brackets.")
        found = resolve_values(inner, attribute)
        return ValuePath(whole, found) if attribute.multi_valued else And(Present(whole), _of(whole, found))

    def comparison(self, path: AttributePath, operator: str, value: Value) -> Filter:
        whole, attribute = self.path(path)
        if value is None and operator in _EQUALITY:
            return Not(Present(whole)) if operator == "eq" else Present(whole)
        simple, attribute = self.simple(whole, attribute)
        if operator not in _ALLOWED[attribute.type]:
            self.fail(f"{operator} can't be asked of {path.text}: it is of type {attribute.type}.")
        return Comparison(simple, operator, self.typed(path, attribute, value))

    def typed(self, path: AttributePath, attribute: Attribute, value: Value) -> Value:
        typed: Value
        if attribute.type == "boolean":
            typed = _boolean(value)
        elif attribute.type == "dateTime":
            typed = _moment(value)
        else:
            typed = value if isinstance(value, str) else None
        if typed is None:
            self.fail(f"{path.text} is of type {attribute.type}; it can't be compared with this value.")
        return typed

    def fail(self, message: str) -> NoReturn:
        raise AppException(self.error, message)


def _inside(attribute: Attribute) -> Schema:
    return Schema(attribute.name, attribute.name, "", attribute.sub_attributes)


def _of(whole: AttributePath, inner: Filter) -> Filter:
    """The filter on the parts of a single-valued attribute as one on the resource."""
    match inner:
        case And(left, right):
            return And(_of(whole, left), _of(whole, right))
        case Or(left, right):
            return Or(_of(whole, left), _of(whole, right))
        case Not(other):
            return Not(_of(whole, other))
        case Present(path):
            return Present(replace(whole, sub=path.name))
        case Comparison(path):
            return replace(inner, path=replace(whole, sub=path.name))
        case ValuePath():
            raise AppException(INVALID_FILTER, "Brackets can't stand between brackets.")


def _boolean(value: Value) -> bool | None:
    """True or false, also as text: Entra ID writes `"True"`."""
    return {"true": True, "false": False}.get(str(value).lower())


def _moment(value: Value) -> datetime | None:
    """An xsd:dateTime (RFC 7643 §2.3.5) in UTC; without a zone it is taken as UTC."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value.upper())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
