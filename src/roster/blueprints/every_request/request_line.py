"""What every request has: an id, a deadline, and one line in the log."""

import logging
import re
from collections.abc import Iterable
from os import urandom
from time import perf_counter
from typing import Any

import structlog
from flask import Flask, current_app, g, request
from werkzeug.exceptions import NotFound

from roster import logs
from roster.blueprints.uploads import is_upload, receiving
from roster.database import deadline, postpone
from roster.errors import MALFORMED_REQUEST, AppException

ACCEPTED_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
QUIET = {"/healthz", "/readyz"}
ID, BEGAN_AT = "roster.request_id", "roster.began_at"
"""Where a request keeps its id, and the time (of `perf_counter`, in seconds) at which it came."""

log = logging.getLogger("roster.request")


class RequestLine:
    """Gives each request its id (the client's own `X-Request-ID` if it is well-formed) and logs how it went."""

    def __init__(self, app: Flask, *, seconds: float) -> None:
        self.seconds = seconds
        self.inside = app.wsgi_app
        app.wsgi_app = self._answered  # type: ignore[method-assign] # Flask's own way to wrap an application
        app.before_request(_begin)

    def _answered(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        began_at, request_id = perf_counter(), _id(environ.get("HTTP_X_REQUEST_ID", ""))
        environ[ID], environ[BEGAN_AT] = request_id, began_at
        structlog.contextvars.bind_contextvars(request_id=request_id)

        def start(status: str, headers: list[tuple[str, str]], *failure: Any) -> Any:
            _tell(environ, int(status[:3]))
            return start_response(status, [*headers, ("X-Request-ID", request_id)], *failure)

        if (connection := environ.get("gunicorn.socket")) is not None:
            connection.settimeout(self.seconds)  # a client that sends half a body must not hold a thread
        with deadline(self.seconds):
            return self.inside(environ, start)


def _id(given: str) -> str:
    return given if given and ACCEPTED_ID.fullmatch(given) else urandom(16).hex()


def _begin() -> None:
    environ = request.environ
    g.request_id, g.began_at = environ[ID], environ[BEGAN_AT]
    _demand_readable(environ)
    if "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ:  # nothing else has a body (RFC 9112 §6.3)
        _receive()


def _receive() -> None:
    """Take the whole body in before anything is asked of the database, so that a slow client holds no connection.

    A file is taken in when it is known who sends it; that of a form, in whose midst the form's own token is, before.
    """
    if not is_upload(request.environ):
        with receiving():
            request.get_data(parse_form_data=False)
        return
    request.max_content_length = current_app.config["ROSTER_MAX_IMPORT"]
    if request.mimetype == "multipart/form-data":
        with receiving():
            _ = request.form
        postpone(current_app.config["ROSTER_REQUEST_TIMEOUT"])


def _demand_readable(environ: dict[str, Any]) -> None:
    """Refuse raw bytes on which Werkzeug stumbles when somebody asks for `request.args`, or PostgreSQL."""
    if "\0" in environ["PATH_INFO"]:
        raise NotFound
    try:
        environ["QUERY_STRING"].encode("latin-1").decode()
    except UnicodeDecodeError:
        raise AppException(MALFORMED_REQUEST, "The query string is not UTF-8.") from None


def _tell(environ: dict[str, Any], status: int) -> None:
    path = _text(environ["PATH_INFO"])
    if path not in QUIET:
        logs.tell(
            log,
            "request",
            request_id=environ[ID],
            method=environ["REQUEST_METHOD"],
            path=path,
            status=status,
            milliseconds=round((perf_counter() - environ[BEGAN_AT]) * 1000, 1),
        )


def _text(path: str) -> str:
    """The path as a person reads it: WSGI hands on its bytes as if they were Latin-1 (PEP 3333)."""
    return path if path.isascii() else path.encode("latin-1").decode(errors="replace")
