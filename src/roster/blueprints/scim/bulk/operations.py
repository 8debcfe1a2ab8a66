"""What a bulk request asks for, operation by operation."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from roster.blueprints.scim.bodies import member
from roster.blueprints.scim.discovery.descriptions import MOST_OPERATIONS
from roster.errors import BODY_TOO_LARGE, INVALID_SYNTAX, INVALID_VALUE, AppException

METHODS = {"POST", "PUT", "PATCH", "DELETE"}
PATH = re.compile(r"/?(?:scim/v2/)?(?P<endpoint>Users|Groups)(?:/(?P<id>[^/?]+))?/?")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, as it came: what is wrong with it is its own failure, and not the request's."""

    given: Mapping[str, Any]

    @property
    def method(self) -> str:
        """The HTTP method, in capitals."""
        return str(member(self.given, "method")).upper()

    @property
    def bulk_id(self) -> str | None:
        """By what other operations name the resource that this one creates."""
        found = member(self.given, "bulkId")
        return found if isinstance(found, str) else None

    @property
    def creates(self) -> str | None:
        """The name of what this operation creates; None where it creates nothing, or nothing that has a name."""
        return self.bulk_id if self.method == "POST" else None

    @property
    def version(self) -> str | None:
        """The version that the resource must have."""
        found = member(self.given, "version")
        return found if isinstance(found, str) else None

    @property
    def path(self) -> Any:
        """The address of what it is about, below the door's."""
        return member(self.given, "path")

    @property
    def data(self) -> Any:
        """The body that the operation would have by itself."""
        return member(self.given, "data")

    def target(self) -> tuple[str, str | None]:
        """Return the endpoint, and the id of one resource where it is about one.

        Raises:
            AppException: INVALID_SYNTAX: no method or path that goes together.
        """
        found = PATH.fullmatch(self.path) if isinstance(self.path, str) else None
        if self.method not in METHODS:
            raise AppException(INVALID_SYNTAX, "method must be POST, PUT, PATCH or DELETE.")
        if found is None or (found["id"] is None) != (self.method == "POST"):
            raise AppException(INVALID_SYNTAX, "path must be /Users or /Groups to POST, and else with an id.")
        return found["endpoint"], found["id"]


def operations(body: Mapping[str, Any]) -> list[Operation]:
    """Return the operations of a request.

    Raises:
        AppException: INVALID_SYNTAX, BODY_TOO_LARGE (RFC 7644 §3.7.4).
    """
    given = member(body, "Operations")
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise AppException(INVALID_SYNTAX, "Operations must be a list of objects.")
    if len(given) > MOST_OPERATIONS:
        raise AppException(BODY_TOO_LARGE, f"A bulk request may have {MOST_OPERATIONS} operations (maxOperations).")
    return [Operation(each) for each in given]


def limit(body: Mapping[str, Any]) -> int | None:
    """Return after how many failures to stop; None for never.

    Raises:
        AppException: INVALID_VALUE.
    """
    found = member(body, "failOnErrors")
    if found is not None and (isinstance(found, bool) or not isinstance(found, int) or found < 0):
        raise AppException(INVALID_VALUE, "failOnErrors must be a whole number.")
    return found or None
