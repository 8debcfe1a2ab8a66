"""Who asks, and what they may."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import g, request

from roster import services
from roster.blueprints import limits
from roster.errors import FORBIDDEN, STALE_VERSION, UNAUTHENTICATED, AppException
from roster.models import Actor
from roster.services.tokens import Access

P = ParamSpec("P")
R = TypeVar("R")


def needs(scope: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Demand a token that has the scope.

    Raises:
        AppException: UNAUTHENTICATED, ORGANIZATION_SUSPENDED, TOO_MANY_REQUESTS, FORBIDDEN.
    """

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            g.access = services.tokens.authenticate(bearer(), at=now())
            limits.demand("token", g.access.token_id.hex)
            if not g.access.is_noted:
                services.tokens.touch(g.access.organization_id, g.access.token_id, at=now())
            if scope not in g.access.scopes:
                raise AppException(FORBIDDEN, f"This token does not have the scope {scope}.")
            return view(*args, **kwargs)

        _describe(guarded, scope)
        return guarded

    return guard


def access() -> Access:
    """Return what this request's token opens."""
    return g.access  # type: ignore[no-any-return] # put there by `needs`


def actor() -> Actor:
    """Return whom events name for this request."""
    who = access()
    return Actor(who.organization_id, "token", who.label, "api", id=who.token_id, request_id=g.request_id)


def now() -> datetime:
    """Return the time this request counts from."""
    return datetime.now(UTC)


def expected_version() -> int | None:
    """Return the version that `If-Match` asks for; None where any will do (RFC 9110 §13.1.1).

    Raises:
        AppException: STALE_VERSION for a tag that no version has.
    """
    if "If-Match" not in request.headers or request.if_match.star_tag:
        return None
    tags = request.if_match.as_set(include_weak=True)
    tag = tags.pop() or "" if len(tags) == 1 else ""  # Werkzeug reads an empty tag as None
    if not (tag.isascii() and tag.isdigit() and len(tag) < 10):
        raise AppException(STALE_VERSION)
    return int(tag)


def demand_version(version: int) -> None:
    """Refuse to go on where `If-Match` asks for another version than this.

    Raises:
        AppException: STALE_VERSION.
    """
    if expected_version() not in {None, version}:
        raise AppException(STALE_VERSION)


def bearer() -> str:
    """Return the token's text, as it came.

    Raises:
        AppException: UNAUTHENTICATED: there is none.
    """
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise AppException(UNAUTHENTICATED)
    return text.strip()


def _describe(view: Any, scope: str) -> None:
    """Say in the OpenAPI description what the view demands."""
    said = getattr(view, "_apidoc", {})
    manual = {**said.get("manual_doc", {}), "security": [{"token": [scope]}]}
    view._apidoc = {**said, "manual_doc": manual}
