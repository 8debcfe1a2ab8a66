"""What users and groups have in common as resources (RFC 7643 §3.1)."""

import re
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from sqlalchemy import JSON, ColumnElement, String, Uuid, bindparam, cast, func, literal, literal_column, or_
from sqlalchemy.dialects.postgresql import aggregate_order_by

from roster.errors import INVALID_PATH, AppException
from roster.scim.attributes import ResourceType
from roster.scim.grammar import Filter
from roster.scim.sql import Constant, Identifier, Moment, Term, Terms, Text, Values, condition
from roster.scim.sql.terms import exact

ORGANIZATION_ID = bindparam("organization_id", type_=Uuid)
BASE = "/scim/v2"
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/]*", re.IGNORECASE)

NONE = func.json_build_array(type_=JSON)
SHAPES = 64
"""Statements that are kept of each list: few, for providers ask the same again and again, with other texts in it."""


def json_of(**parts: Any) -> ColumnElement[Any]:
    """Return an object of these parts."""
    named: Iterable[tuple[Any, Any]] = ((literal_column(f"'{name}'"), part) for name, part in parts.items())
    found: ColumnElement[Any] = func.json_build_object(*chain.from_iterable(named), type_=JSON)
    return found


def listed(item: Any, *order: Any) -> ColumnElement[Any]:
    """Return the aggregate that makes a list of all items, in this order."""
    found: ColumnElement[Any] = func.json_agg(aggregate_order_by(item, *order), type_=JSON)
    return found


def address(endpoint: str, identifier: Any) -> Text:
    """Return a resource's address, compared without scheme and host: the server may have several."""
    return Text(literal(f"{BASE}{endpoint}/", String) + cast(identifier, String), lambda value: _ORIGIN.sub("", value))


def resource(model: Any, resource_type: ResourceType, modified: Any, version: ColumnElement[Any]) -> dict[str, Term]:
    """Return the terms of `id`, `externalId` and `meta`."""
    return {
        "id": Identifier(model.id),
        "externalId": Text(model.external_id, exact),
        "meta.resourceType": Constant(resource_type.name, key=exact),
        "meta.created": Moment(model.created_at),
        "meta.lastModified": Moment(modified),
        "meta.location": address(resource_type.endpoint, model.id),
        "meta.version": Text(version, exact),
        "meta": Constant(resource_type.name),
    }


class Urns:
    """`schemas`: which URNs a resource has, and under which condition."""

    def __init__(self, urns: Mapping[str, ColumnElement[bool] | None]) -> None:
        self._terms = [Terms({"value": Constant(urn, when)}) for urn, when in urns.items()]
        self._first = next(iter(urns))

    def any(self, inner: Filter | None) -> ColumnElement[bool]:
        """Return the condition that one of the URNs matches."""
        present = self._terms[0].single["value"].present()
        return present if inner is None else or_(*(condition(inner, terms) for terms in self._terms)).is_(True)

    def order(self, sub: str) -> ColumnElement[Any]:  # noqa: ARG002 - there is but one part
        """Return the first URN, which all have."""
        return cast(self._first, String)


class Unsorted(Values):
    """Values that are rows of other tables: which of them comes first, nobody says."""

    def order(self, sub: str) -> ColumnElement[Any]:
        """Refuse to sort.

        Raises:
            AppException: INVALID_PATH.
        """
        raise AppException(INVALID_PATH, f"Sorting by {sub} of this attribute is not possible.")
