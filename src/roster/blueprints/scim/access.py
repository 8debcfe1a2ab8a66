"""Which identity provider asks, and for what."""

import re
from collections.abc import Callable, Collection
from functools import wraps
from typing import ParamSpec, TypeVar
from uuid import UUID

from flask import g

from roster.blueprints.bearer import access, now, opened
from roster.errors import FORBIDDEN, PROVIDER_DISABLED, AppException, ErrorCode
from roster.models import Actor, Provider
from roster.services.provisioning.keys import id_of

P = ParamSpec("P")
R = TypeVar("R")

TAGS = re.compile(r'(?:W/)?"([^"]*)"|([^\s,"]+)')


def provisioning(view: Callable[P, R]) -> Callable[P, R]:
    """Open a view to identity providers alone.

    Another good token is told 403, not 401: it is known, and to show it again would not help.

    Raises:
        AppException: UNAUTHENTICATED, ORGANIZATION_SUSPENDED, TOO_MANY_REQUESTS, FORBIDDEN, PROVIDER_DISABLED.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        def inside() -> R:
            if not provider().enabled:
                raise AppException(PROVIDER_DISABLED)
            return view(*args, **kwargs)

        return opened(inside, now())

    return guarded


def provider() -> Provider:
    """Return who asks.

    Raises:
        AppException: FORBIDDEN: the token is nobody's who provisions.
    """
    if (found := access().provider) is None:
        raise AppException(FORBIDDEN, "Only a token of kind scim opens this door.")
    return found


def actor() -> Actor:
    """Return whom events name for this request."""
    who = access()
    return Actor(who.organization_id, "token", provider().name, "scim", id=who.token_id, request_id=g.request_id)


def id_in(address: str, missing: ErrorCode) -> UUID:
    """Return the id in an address.

    Raises:
        AppException: what is missing, where this can't be anybody's id.
    """
    if (found := id_of(address)) is None:
        raise AppException(missing)
    return found


def expected(given: str | None) -> Collection[str] | None:
    """Return the versions that If-Match names, of which one must be the current one; None where any will do.

    Versions are opaque, and compared as they were given out, weak as they are (RFC 7644 §3.14).
    """
    if given is None or given.strip() == "*":
        return None
    return {quoted or bare for quoted, bare in TAGS.findall(given)}
