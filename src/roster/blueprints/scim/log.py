"""What each identity provider sent and was answered, handed over to its log after the answer is ready."""

import logging
from datetime import UTC, datetime
from http import HTTPStatus
from time import perf_counter
from typing import Any
from urllib.parse import unquote_plus
from uuid import UUID

from flask import Flask, Response, current_app, g, request

from roster.blueprints.scim import redaction
from roster.blueprints.scim.journal import DROPPED, Heard, Journal
from roster.services.provisioning.requests import Entry

log = logging.getLogger(__name__)

LONGEST_METHOD, LONGEST_PATH = 10, 2000


def register(app: Flask) -> None:
    """Note every request under /scim/v2 whose provider is known."""
    app.extensions["roster.scim_journal"] = Journal(app, entry)
    app.after_request(_note)


def flush() -> None:
    """Write down what waits to be written, and return when it is done."""
    _journal().flush()


def entry(heard: Heard) -> Entry:
    """Return what is kept of a request: no secrets, and the reason of a failure in a sentence."""
    reason, answered = _told(heard)
    return Entry(
        identity_provider_id=heard.provider_id,
        at=heard.at,
        method=heard.method[:LONGEST_METHOD],
        path=redaction.path(heard.path)[:LONGEST_PATH],
        status=heard.status,
        reason=reason,
        milliseconds=heard.milliseconds,
        request_id=heard.request_id,
        sent=redaction.body(heard.sent),
        answered=answered,
    )


def _note(response: Response) -> Response:
    try:
        provider = getattr(g.get("access"), "provider", None)
        if provider is not None and request.path.startswith("/scim/v2"):
            _journal().put(_heard(g.access.organization_id, provider.id, response))
    except Exception:  # a log must not fail what it is about
        DROPPED.inc()
        log.exception("a request could not be noted")
    return response


def _heard(organization_id: UUID, provider_id: UUID, response: Response) -> Heard:
    return Heard(
        organization_id=organization_id,
        provider_id=provider_id,
        at=datetime.now(UTC),
        method=request.method,
        path=_path(),
        status=response.status_code,
        milliseconds=round((perf_counter() - g.began_at) * 1000),
        request_id=g.get("request_id"),
        sent=_bounded(len(data := request.get_data()), data),
        answered=_answered(response),
    )


def _path() -> str:
    """The path and its query as a person reads them."""
    query = unquote_plus(request.query_string.decode(errors="replace"))
    return f"{request.path}?{query}" if query else request.path


def _answered(response: Response) -> bytes | int | None:
    if not response.is_sequence:  # a stream is told while it is sent
        return None
    size = response.calculate_content_length() or 0
    return size if size > redaction.LONGEST else response.get_data()


def _bounded(size: int, data: bytes) -> bytes | int:
    return size if size > redaction.LONGEST else data


def _told(heard: Heard) -> tuple[str | None, Any]:
    """The reason of a failure, and the answer: as it is where it tells of success, and has nothing to hide."""
    is_plain = heard.status < HTTPStatus.BAD_REQUEST and "/Bulk" not in heard.path
    if is_plain and (kept := redaction.as_it_is(heard.answered)) is not None:
        return None, kept
    answered = redaction.body(heard.answered)
    return _reason(heard.status, answered), answered


def _reason(status: int, answered: Any) -> str | None:
    """What the answer says went wrong, in its own words (RFC 7644 §3.12); of a bulk request, how much of it."""
    if status < HTTPStatus.BAD_REQUEST:
        return _reason_inside(answered)
    detail = answered.get("detail") if isinstance(answered, dict) else None
    return detail if isinstance(detail, str) and detail else f"{HTTPStatus(status).phrase}."


def _reason_inside(answered: Any) -> str | None:
    """How many operations of a bulk request failed: it is answered 200 all the same (RFC 7644 §3.7.3)."""
    operations = answered.get("Operations") if isinstance(answered, dict) else None
    if not isinstance(operations, list):
        return None
    failed = sum(str(each.get("status", "")) >= "400" for each in operations)
    return f"{failed} of {len(operations)} operations failed." if failed else None


def _journal() -> Journal:
    return current_app.extensions["roster.scim_journal"]  # type: ignore[no-any-return] # put there by `register`
