"""How each door says that something failed: a page, problem+json (RFC 9457), or a SCIM error (RFC 7644 §3.12)."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from flask import Response, g, render_template, request
from werkzeug.exceptions import SecurityError

from roster import errors
from roster.blueprints.languages.sentences import in_this_language
from roster.scim.attributes import ERROR_URN

Fields = Mapping[str, list[str]]
Voice = Callable[[int, str, str, Fields], Response]

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="roster"'}
SCIM_TYPES = {
    errors.INVALID_FILTER.code: "invalidFilter",
    errors.INVALID_PATH.code: "invalidPath",
    errors.INVALID_VALUE.code: "invalidValue",
    errors.INVALID_INPUT.code: "invalidValue",
    errors.MEMBER_NOT_FOUND.code: "invalidValue",
    errors.CIRCULAR_GROUPS.code: "invalidValue",
    errors.INVALID_SYNTAX.code: "invalidSyntax",
    errors.MALFORMED_REQUEST.code: "invalidSyntax",
    errors.NO_TARGET.code: "noTarget",
    errors.MUTABILITY.code: "mutability",
    errors.TOO_MANY_RESULTS.code: "tooMany",
    errors.INVALID_CURSOR.code: "invalidCursor",
    errors.USER_NAME_TAKEN.code: "uniqueness",
    errors.GROUP_NAME_TAKEN.code: "uniqueness",
    errors.EXTERNAL_ID_TAKEN.code: "uniqueness",
}
"""What SCIM calls the failures that it has a word for (RFC 7644 §3.12, RFC 9865 §2.1)."""


def of_request() -> Voice:
    """Return the voice of the door that this request came to."""
    if request.path.startswith("/api/"):
        return problem
    if request.path == "/scim" or request.path.startswith("/scim/"):
        return scim
    return bare if isinstance(request.routing_exception, SecurityError) else page


def problem(status: int, code: str, message: str, fields: Fields) -> Response:
    """Answer as the JSON API does."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": message,
        "code": code,
        "request_id": g.get("request_id"),
        "errors": [{"field": name, "message": text} for name, messages in fields.items() for text in messages],
    }
    return _challenging(Response(orjson.dumps(body), status, content_type="application/problem+json"))


def scim(status: int, code: str, message: str, fields: Fields) -> Response:
    """Answer as SCIM does, which knows no 422 and no list of fields: one sentence says what is wrong where."""
    scim_type = SCIM_TYPES.get(code)
    status = 400 if scim_type and scim_type != "uniqueness" else status
    where = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in fields.items() if name not in message)
    # A name may hold half of a surrogate pair, which UTF-8 can't say.
    detail = f"{message} {where}".strip().encode(errors="backslashreplace").decode()
    body = {"schemas": [ERROR_URN], "status": str(status), "detail": detail}
    if scim_type:
        body["scimType"] = scim_type
    return _challenging(Response(orjson.dumps(body), status, content_type="application/scim+json"))


def page(status: int, code: str, message: str, fields: Fields) -> Response:
    """Answer with a page."""
    told = {name: [in_this_language(text) for text in texts] for name, texts in fields.items()}
    message = in_this_language(message)
    text = render_template(
        "error.html", status=status, code=code, message=message, fields=told, request_id=g.get("request_id")
    )
    return Response(text, status, content_type="text/html; charset=utf-8")


def bare(status: int, _code: str, message: str, _fields: Fields) -> Response:
    """Answer with a page without links: under a name that is not ours there are no addresses."""
    title = HTTPStatus(status).phrase
    return Response(f"<!doctype html><title>{title}</title><p>{message}</p>", status, content_type="text/html")


def _challenging(response: Response) -> Response:
    """Tell a program that is not known how to make itself known (RFC 6750 §3)."""
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        response.headers.update(CHALLENGE)
    return response
