"""What a list is asked for, in the address (RFC 7644 §3.4.2) or in the body of a search (§3.4.3)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import orjson
from flask import request

from roster.blueprints.scim.bodies import member, message
from roster.errors import INVALID_VALUE, AppException
from roster.scim.attributes import SEARCH_URN, ResourceType
from roster.scim.grammar import Filter, parse_filter, parse_sort, resolve
from roster.scim.projection import Projection
from roster.services.provisioning.query import Found, Query

DEFAULT_COUNT = 100
"""Resources of a page for which nobody said how many."""
MOST = 1000
"""Resources of a page, however many were asked for."""
FARTHEST = 10**15
"""Beyond this a number only means: farther than there is anything."""
NUMBER = re.compile(r" *[+-]?[0-9]{1,100} *")
ORDERS = {"ascending": False, "descending": True}


Content: TypeAlias = dict[str, Any] | orjson.Fragment
"""What is told of a resource: its members, or its JSON."""


class Page(NamedTuple):
    """A page of a list; `start` is None, and `next` leads on, where it is walked by cursors."""

    resources: list[Content]
    total: int
    start: int | None
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What a list is asked for. With a cursor, empty at first, it is walked by cursors (RFC 9865), else by numbers."""

    filter: Filter | None
    sort_by: str | None
    descending: bool
    start: int
    count: int
    cursor: str | None
    attributes: str | list[str] | None
    excluded: str | list[str] | None

    def show(self, resource_type: ResourceType) -> Projection:
        """Return which attributes of resources of a type are asked for."""
        return Projection.of(self.attributes, self.excluded, resource_type)

    def query(self, resource_type: ResourceType, related: str) -> Query:
        """Return what is asked for among resources of a type.

        Args:
            resource_type: which type.
            related: its attribute that is read only where it is shown, because it costs the most.

        Raises:
            AppException: INVALID_FILTER, INVALID_PATH.
        """
        return Query(
            condition=None if self.filter is None else resolve(self.filter, resource_type),
            limit=self.count,
            sort_by=parse_sort(self.sort_by, resource_type) if self.sort_by else None,
            descending=self.descending,
            start=self.start - 1,
            after=self.cursor,
            related=self.show(resource_type).wants(related),
        )

    def page(self, found: Found, resources: list[Content]) -> Page:
        """Return what was found, these resources, as a page."""
        return Page(resources, found.total or 0, self.start if self.cursor is None else None, found.next)


def asked() -> Question:
    """Return what the address asks for. Parameters that mean nothing here are ignored.

    Raises:
        AppException: INVALID_FILTER, INVALID_VALUE.
    """
    args = request.args
    return _question(lambda name: ",".join(args.getlist(name)) if name in args else None)


def searched(*, strict: bool) -> Question:
    """Return what the body of a search asks for.

    Raises:
        AppException: INVALID_FILTER, INVALID_VALUE, and as `bodies.message`.
    """
    body = message(SEARCH_URN, strict=strict)
    return _question(lambda name: member(body, name))


def shown(resource_type: ResourceType) -> Projection:
    """Return which attributes the address asks for (RFC 7644 §3.9)."""
    attributes, excluded = (",".join(request.args.getlist(name)) for name in ("attributes", "excludedAttributes"))
    return Projection.of(attributes or None, excluded or None, resource_type)


def _question(given: Callable[[str], Any]) -> Question:
    condition, count = _text("filter", given("filter")), _number("count", given("count"), DEFAULT_COUNT)
    return Question(
        filter=None if condition is None else parse_filter(condition),
        sort_by=_text("sortBy", given("sortBy")) or None,
        descending=_descending(_text("sortOrder", given("sortOrder"))),
        start=max(1, _number("startIndex", given("startIndex"), 1)),
        count=min(max(0, count), MOST),
        cursor=_text("cursor", given("cursor")),
        attributes=_names("attributes", given("attributes")),
        excluded=_names("excludedAttributes", given("excludedAttributes")),
    )


def _text(name: str, value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise _refusal(name, "must be a string")
    return value


def _number(name: str, value: Any, default: int) -> int:
    if value is None or value == "":
        return default
    if isinstance(value, bool) or not NUMBER.fullmatch(str(value)):
        raise _refusal(name, "must be a whole number")
    return max(-FARTHEST, min(int(value), FARTHEST))


def _descending(value: str | None) -> bool:
    order = (value or "ascending").lower()
    if order not in ORDERS:
        raise _refusal("sortOrder", "must be ascending or descending")
    return ORDERS[order]


def _names(name: str, value: Any) -> str | list[str] | None:
    names = [value] if isinstance(value, str) else value
    if names is not None and not (isinstance(names, list) and all(isinstance(each, str) for each in names)):
        raise _refusal(name, "must be a list of names")
    return value or None


def _refusal(name: str, fault: str) -> AppException:
    return AppException(INVALID_VALUE, f"{name} {fault}.")
