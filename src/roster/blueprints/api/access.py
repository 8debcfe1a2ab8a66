"""Who asks, and what they may."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import g, request

from roster.blueprints.bearer import access as access
from roster.blueprints.bearer import now, opened
from roster.errors import FORBIDDEN, MALFORMED_REQUEST, STALE_VERSION, AppException
from roster.models import Actor, Expected, is_expected

P = ParamSpec("P")
R = TypeVar("R")

TAG = r'(?:(?:W/)?"[!#-~]*"|[0-9]+)'
IF_MATCH = rf"^(?:\*|{TAG}(?: *, *{TAG})*)$"
"""`*`, or tags; one whose quotes were forgotten is understood, too."""
TAGS, VERSION = re.compile(TAG), re.compile(r"[0-9]{1,9}")


def needs(scope: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Demand a token that has the scope.

    Raises:
        AppException: UNAUTHENTICATED, ORGANIZATION_SUSPENDED, TOO_MANY_REQUESTS, FORBIDDEN.
    """

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            def inside() -> R:
                if scope not in access().scopes:
                    raise AppException(FORBIDDEN, f"This token does not have the scope {scope}.")
                return view(*args, **kwargs)

            return opened(inside, now())

        _describe(guarded, scope)
        return guarded

    return guard


def actor() -> Actor:
    """Return whom events name for this request."""
    who = access()
    return Actor(who.organization_id, "token", who.label, "api", id=who.token_id, request_id=g.request_id)


def expected_version() -> Expected:
    """Return the versions that `If-Match` asks for, of which one will do; None where any will (RFC 9110 §13.1.1).

    Raises:
        AppException: MALFORMED_REQUEST for what is no list of tags.
    """
    if (given := request.environ.get("HTTP_IF_MATCH")) is None:
        return None
    if not re.fullmatch(IF_MATCH, given):
        raise AppException(MALFORMED_REQUEST, 'If-Match: must be "*", or tags as they came in ETag.')
    tags = [tag.removeprefix("W/").strip('"') for tag in TAGS.findall(given)]
    return None if given == "*" else [int(tag) for tag in tags if VERSION.fullmatch(tag)]  # others are no version's


def demand_version(version: int) -> None:
    """Refuse to go on where `If-Match` asks for another version than this.

    Raises:
        AppException: STALE_VERSION.
    """
    if not is_expected(version, expected_version()):
        raise AppException(STALE_VERSION)


def _describe(view: Any, scope: str) -> None:
    """Say in the OpenAPI description what the view demands."""
    said = getattr(view, "_apidoc", {})
    manual = {**said.get("manual_doc", {}), "security": [{"token": [scope]}]}
    view._apidoc = {**said, "manual_doc": manual}
