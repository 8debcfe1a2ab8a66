"""What every request has: an id, a deadline, and one line in the log."""

import logging
import re
from collections.abc import Iterable
from socket import SHUT_RD
from time import perf_counter
from typing import Any
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import ClientDisconnected, HTTPException, NotFound

from roster import logs
from roster.database import deadline
from roster.errors import BODY_TOO_SLOW, MALFORMED_REQUEST, AppException

ACCEPTED_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
QUIET = {"/healthz", "/readyz"}

log = logging.getLogger("roster.request")


class RequestLine:
    """Gives each request its id (the client's own `X-Request-ID` if it is well-formed) and logs how it went."""

    def __init__(self, app: Flask, *, seconds: float) -> None:
        self.seconds = seconds
        self.wsgi_app = app.wsgi_app
        app.wsgi_app = self._within_deadline  # type: ignore[method-assign] # Flask's own way to wrap an application
        app.before_request(_begin)
        app.after_request(_finish)

    def _within_deadline(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        if (connection := environ.get("gunicorn.socket")) is not None:
            connection.settimeout(self.seconds)  # a client that sends half a body must not hold a thread
        with deadline(self.seconds):
            return self.wsgi_app(environ, start_response)


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if ACCEPTED_ID.fullmatch(given) else uuid4().hex
    g.began_at = perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)
    _demand_readable(request.query_string)
    _receive()


def _receive() -> None:
    """Take the whole body in before anything is asked of the database, so that a slow client holds no connection."""
    try:
        request.get_data(parse_form_data=False)
    except ClientDisconnected as error:
        if not isinstance(error.__context__, TimeoutError):
            raise
        request.environ["gunicorn.socket"].shutdown(SHUT_RD)  # or gunicorn waits for the rest
        raise AppException(BODY_TOO_SLOW) from None
    except HTTPException:
        raise
    except Exception as error:  # whatever the server has to say of how the body was sent
        raise AppException(MALFORMED_REQUEST, "The body can't be read as it was sent.") from error


def _demand_readable(query: bytes) -> None:
    """Refuse raw bytes on which Werkzeug stumbles when somebody asks for `request.args`, or PostgreSQL."""
    if "\0" in request.path:
        raise NotFound
    try:
        query.decode()
    except UnicodeDecodeError:
        raise AppException(MALFORMED_REQUEST, "The query string is not UTF-8.") from None


def _finish(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.request_id
    if request.path not in QUIET:
        logs.tell(
            log,
            "request",
            request_id=g.request_id,
            method=request.method,
            path=request.path,
            status=response.status_code,
            milliseconds=round((perf_counter() - g.began_at) * 1000, 1),
        )
    return response
