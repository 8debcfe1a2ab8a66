"""Requests that gunicorn can't read: answered as Roster answers, not in gunicorn's own words."""

from http import HTTPStatus
from typing import Any
from uuid import uuid4

import orjson
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, ParseException, UnsupportedTransferCoding
from gunicorn.workers.gthread import ThreadWorker

STATUSES = {
    LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
}


class Worker(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    """A worker of threads that says what is wrong as problem+json: for which door it was, nobody can know."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answer a request that is not HTTP as it should be; leave everything else to gunicorn."""
        if not isinstance(exc, ParseException):
            super().handle_error(req, client, addr, exc)
            return
        status = next((status for kind, status in STATUSES.items() if isinstance(exc, kind)), HTTPStatus.BAD_REQUEST)
        request_id = uuid4().hex
        self.log.warning("unreadable request %s from %s: %s", request_id, (addr or ("",))[0], exc)
        try:
            client.sendall(answer(status, request_id))
        except OSError:
            self.log.debug("the client did not wait for the answer")


def answer(status: HTTPStatus, request_id: str) -> bytes:
    """Return the answer as it goes over the wire; the connection ends with it."""
    problem: dict[str, object] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": "The request can't be read.",
        "code": status.name.lower() if status in STATUSES.values() else "malformed_request",
        "request_id": request_id,
        "errors": [],
    }
    body = orjson.dumps(problem)
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Connection: close",
        "Content-Type: application/problem+json",
        f"Content-Length: {len(body)}",
        f"X-Request-ID: {request_id}",
        "X-Content-Type-Options: nosniff",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
