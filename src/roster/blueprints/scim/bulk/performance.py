"""One operation of a bulk request, as if it had come by itself: what it does, and what is told of it."""

from collections.abc import Callable
from typing import Any

import orjson
from flask import Response, current_app

from roster.blueprints.scim import answers, groups, users
from roster.blueprints.scim.access import expected, provider
from roster.blueprints.scim.bulk.operations import Operation
from roster.blueprints.scim.views import Resources
from roster.database import is_unmet
from roster.errors import INVALID_SYNTAX, AppException
from roster.scim.projection import Projection

KINDS: dict[str, Resources] = {"Users": users, "Groups": groups}


def perform(operation: Operation) -> Response:
    """Do it, and return what it would be answered by itself.

    Raises:
        AppException: whatever it is refused for.
    """
    endpoint, given_id = operation.target()
    if given_id is None and operation.bulk_id is None and provider().strict:
        raise AppException(INVALID_SYNTAX, "A POST must have a bulkId (RFC 7644 §3.7).")
    kind, tags = KINDS[endpoint], expected(operation.version)
    show = Projection.of(None, kind.RELATED, kind.TYPE)
    if given_id is None:
        return answers.one(kind.create(operation.data, show), 201)
    if operation.method == "DELETE":
        kind.remove(given_id, tags)
        return answers.nothing()
    change = kind.replace if operation.method == "PUT" else kind.patch
    return answers.one(change(given_id, operation.data, show, tags))


def told(work: Callable[[], Response]) -> Response:
    """Return what the work answers, or else the failure in this door's voice: it is this operation's alone."""
    try:
        return work()
    except Exception as error:  # each is answered as it would be outside, by the same handlers
        if is_unmet(error):  # who asks is not who they were: that is about the request as a whole
            raise
        return current_app.make_response(current_app.handle_user_exception(error))


def result(operation: Operation, response: Response) -> dict[str, Any]:
    """Return what is told of an operation (RFC 7644 §3.7): its failure in full, of its success where it is."""
    is_failed = response.status_code >= 400
    found: dict[str, Any] = {
        "method": operation.method,
        "bulkId": operation.bulk_id,
        "location": response.headers.get("Location") or _address(operation),
        "version": response.headers.get("ETag"),
        "status": str(response.status_code),
        "response": orjson.loads(response.get_data()) if is_failed else None,
    }
    return {name: _sendable(value) for name, value in found.items() if value is not None}


def _sendable(value: Any) -> Any:
    """What came may hold half of a surrogate pair, which UTF-8 can't say."""
    return value.encode(errors="backslashreplace").decode() if isinstance(value, str) else value


def _address(operation: Operation) -> str | None:
    """Where that is what the operation is about; what was not created is nowhere."""
    if operation.method == "POST" or not isinstance(operation.path, str):
        return None
    return f"{answers.base()}/{operation.path.strip('/')}"
