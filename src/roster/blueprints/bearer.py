"""Who asks with a bearer token (RFC 6750), at whichever door programs come through."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from flask import g, request

from roster import services
from roster.blueprints.every_request import limits
from roster.database import Unmet, demanding
from roster.errors import UNAUTHENTICATED, AppException
from roster.models import secret
from roster.services.tokens import Access

R = TypeVar("R")
MOST = 4096
KNOWN: dict[bytes, Access] = {}
"""What tokens opened when they were looked up last, by their hash. None is believed: see `opened`."""


def opened(view: Callable[[], R], at: datetime) -> R:
    """Return what the view answers to whoever this request's token is; `access` tells it.

    A token that is known is checked by PostgreSQL along with the first statement of the view, which is refused if
    anything about it changed: one that is revoked opens nothing from then on. Counts the request, and notes its use.

    Raises:
        AppException: UNAUTHENTICATED, ORGANIZATION_SUSPENDED, TOO_MANY_REQUESTS.
    """
    known = KNOWN.get(secret.digest(bearer()))
    if known is None or known.noted_until <= at.timestamp():
        g.access = authenticated(at)
        return view()
    limits.demand("token", known.token_id.hex)
    g.access = known
    try:
        with demanding(known.unchanged):
            return view()
    except Unmet:
        del g.access  # it is nobody's request, unless the token is found again
        g.access = _looked_up(at)
        return view()


def access() -> Access:
    """Return what this request's token opens."""
    return g.access  # type: ignore[no-any-return] # put there by `opened`


def authenticated(at: datetime) -> Access:
    """Return what this request's token opens. Counts the request, and notes that the token was used.

    Raises:
        AppException: UNAUTHENTICATED, ORGANIZATION_SUSPENDED, TOO_MANY_REQUESTS.
    """
    found = _looked_up(at)
    limits.demand("token", found.token_id.hex)
    if not found.is_noted:
        services.tokens.touch(found.organization_id, found.token_id, at=at)
    return found


def bearer() -> str:
    """Return the token's text, as it came.

    Raises:
        AppException: UNAUTHENTICATED: there is none.
    """
    given: str = request.environ.get("HTTP_AUTHORIZATION", "")
    scheme, _, text = given.partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise AppException(UNAUTHENTICATED)
    return text.strip()


def _looked_up(at: datetime) -> Access:
    text = bearer()
    found = services.tokens.authenticate(text, at=at)
    if len(KNOWN) >= MOST:
        KNOWN.clear()
    KNOWN[secret.digest(text)] = found
    return found


def now() -> datetime:
    """Return the time this request counts from."""
    return datetime.now(UTC)
