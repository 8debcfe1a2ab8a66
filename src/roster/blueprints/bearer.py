"""Who asks with a bearer token (RFC 6750), at whichever door programs come through."""

from datetime import UTC, datetime

from flask import request

from roster import services
from roster.blueprints import limits
from roster.errors import UNAUTHENTICATED, AppException
from roster.services.tokens import Access


def authenticated(at: datetime) -> Access:
    """Return what this request's token opens. Counts the request, and notes that the token was used.

    Raises:
        AppException: UNAUTHENTICATED, ORGANIZATION_SUSPENDED, TOO_MANY_REQUESTS.
    """
    access = services.tokens.authenticate(bearer(), at=at)
    limits.demand("token", access.token_id.hex)
    if not access.is_noted:
        services.tokens.touch(access.organization_id, access.token_id, at=at)
    return access


def bearer() -> str:
    """Return the token's text, as it came.

    Raises:
        AppException: UNAUTHENTICATED: there is none.
    """
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise AppException(UNAUTHENTICATED)
    return text.strip()


def now() -> datetime:
    """Return the time this request counts from."""
    return datetime.now(UTC)
