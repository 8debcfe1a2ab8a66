"""Failures, in the voice of the door that was asked (see `voices`). The one place that knows HTTP statuses."""

import logging
from collections.abc import Mapping
from http import HTTPStatus

from flask import Flask, Response
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, SecurityError

from roster.blueprints import voices
from roster.database import is_contention, is_outage, is_schema_missing
from roster.errors import (
    BODY_TOO_LARGE,
    DATABASE_UNAVAILABLE,
    MALFORMED_REQUEST,
    TOO_BUSY,
    AppException,
    Kind,
)

log = logging.getLogger(__name__)

STATUS = {
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.INVALID: 422,
    Kind.MALFORMED: 400,
    Kind.UNAVAILABLE: 503,
    Kind.TOO_LARGE: 413,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.STALE: 412,
    Kind.TOO_MANY: 429,
    Kind.UNSUPPORTED: 415,
    Kind.TOO_SLOW: 408,
}
RETRY_AFTER = 1
"""Seconds after which a client may try again when the database was away."""


def register(app: Flask) -> None:
    """Answer every failure of the application, those of unknown URLs included."""
    app.register_error_handler(AppException, known)
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(SQLAlchemyError, database_failed)
    app.register_error_handler(Exception, unexpected)


def known(error: AppException) -> Response:
    """Answer a failure that has a name."""
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after is not None else None
    return _answer(STATUS[error.error.kind], error.error.code, error.message, fields=error.fields, headers=headers)


def refused(error: HTTPException) -> Response:
    """Answer what Flask refused by itself: an unknown URL, a wrong method, a body too large."""
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value] # a redirect, or an answer that is ready
    if isinstance(error, SecurityError):
        return _answer(error.code, "bad_request", "This server does not answer to that name.")
    if error.code == 413:
        return known(AppException(BODY_TOO_LARGE))
    headers = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}}
    code = HTTPStatus(error.code).name.lower() if error.code in set(HTTPStatus) else MALFORMED_REQUEST.code
    return _answer(error.code, code, error.description or error.name, headers=headers)


def database_failed(error: SQLAlchemyError) -> Response:
    """Answer a failure of the database: 503 where trying later may help. The driver's words stay in the log."""
    if is_schema_missing(error):
        log.error("the schema is not the one this code is for", exc_info=error)
        return known(AppException(DATABASE_UNAVAILABLE))
    if not is_outage(error):
        return unexpected(error)
    log.warning("database unavailable", exc_info=error)
    return known(AppException(TOO_BUSY if is_contention(error) else DATABASE_UNAVAILABLE))


def unexpected(error: Exception) -> Response:
    """Answer what nobody expected: logged in full, told with nothing but the request's id."""
    log.error("unexpected failure", exc_info=error)
    return _answer(500, "internal_error", "Something went wrong on our side. It has been written down.")


def _answer(
    status: int,
    code: str,
    message: str,
    *,
    fields: Mapping[str, list[str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    response = voices.of_request()(status, code, message, fields or {})
    response.headers.update(headers or {})
    if status == 503:
        response.headers.setdefault("Retry-After", str(RETRY_AFTER))
    return response
