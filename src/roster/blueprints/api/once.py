"""`Idempotency-Key`: a POST that is sent again is not done again (draft-ietf-httpapi-idempotency-key-header)."""

import hashlib
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import make_response, request
from werkzeug import Response

from roster import services
from roster.blueprints import uploads
from roster.blueprints.api.access import access
from roster.blueprints.bearer import bearer, now
from roster.errors import MALFORMED_REQUEST, AppException
from roster.models import secret
from roster.services.idempotency import Answer, Key

P = ParamSpec("P")

WELL_FORMED = re.compile(r"[\x21-\x7e]{1,255}")
KEPT_HEADERS = ("Content-Type", "Location", "ETag")


def once(view: Callable[P, Any]) -> Callable[P, Any]:
    """Make a view answer a repeated key with what it answered the first time. Stands below `needs`.

    Raises:
        AppException: MALFORMED_REQUEST, IDEMPOTENCY_KEY_REUSED.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
        if (given := request.environ.get("HTTP_IDEMPOTENCY_KEY")) is None:
            return view(*args, **kwargs)
        if not WELL_FORMED.fullmatch(given):
            raise AppException(MALFORMED_REQUEST, "Idempotency-Key: between 1 and 255 visible ASCII characters.")
        key = Key(access().organization_id, access().token_id, given)
        answer = services.idempotency.once(key, _fingerprint(), lambda: _answer(view(*args, **kwargs)), at=now())
        response = Response(secret.unseal(answer.body, bearer()), answer.status, answer.headers)
        if answer.replayed:
            response.headers["Idempotency-Replayed"] = "true"
        return response

    return guarded


def _answer(result: Any) -> Answer:
    """What is kept: sealed with the token, which is kept nowhere, for an answer may be a new token's text."""
    response = make_response(result)
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    return Answer(response.status_code, headers, secret.seal(response.get_data(), bearer()))


def _fingerprint() -> bytes:
    parts = (request.method, request.full_path, request.headers.get("If-Match", ""))
    body = uploads.received().sha256 if uploads.is_upload(request.environ) else request.get_data()
    return hashlib.sha256("\n".join(parts).encode() + b"\n" + body).digest()
