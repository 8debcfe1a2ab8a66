"""What clients send: a JSON object, of either media type, in any charset that is UTF-8 (RFC 7644 §3.1, §3.8)."""

from collections.abc import Mapping
from typing import Any

from flask import request

from roster.errors import INVALID_SYNTAX, UNSUPPORTED_MEDIA_TYPE, AppException
from roster.schemas.reader import read_json
from roster.scim.attributes import same

MEDIA_TYPES = {"application/scim+json", "application/json", ""}


def body() -> dict[str, Any]:
    """Return the object in the body.

    Raises:
        AppException: UNSUPPORTED_MEDIA_TYPE, MALFORMED_REQUEST, INVALID_SYNTAX: it is no object.
    """
    data = request.get_data()
    request.stream.read(1)  # a chunked body was cut at the limit without a word; to read on is refused with 413
    if request.mimetype not in MEDIA_TYPES:
        raise AppException(UNSUPPORTED_MEDIA_TYPE, "The body must be application/scim+json or application/json.")
    if not data.strip():
        raise AppException(INVALID_SYNTAX, "The body is missing; it must be a JSON object.")
    found = read_json(data)
    if not isinstance(found, dict):
        raise AppException(INVALID_SYNTAX, "The body must be a JSON object.")
    return found


def message(urn: str, *, strict: bool) -> dict[str, Any]:
    """Return the body of a request that is a message of its own. Unless strict, it need not say that it is one.

    Raises:
        AppException: as `body`; INVALID_SYNTAX: it says that it is another one.
    """
    found = body()
    schemas = member(found, "schemas")
    if (schemas is not None or strict) and not _names(schemas, urn):
        raise AppException(INVALID_SYNTAX, f"schemas must name {urn}.")
    return found


def member(found: Mapping[str, Any], name: str) -> Any:
    """Return what stands under a name, in whatever case (RFC 7643 §2.1); None where there is nothing."""
    return next((value for given, value in found.items() if same(given, name)), None)


def _names(schemas: Any, urn: str) -> bool:
    return isinstance(schemas, list) and any(isinstance(given, str) and same(given, urn) for given in schemas)
