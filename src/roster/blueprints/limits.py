"""Rate limits: how often a stranger may try to sign in, and a token may ask."""

from math import ceil
from time import time

from flask import Flask, current_app
from limits import RateLimitItem, parse

from roster.blueprints.counters import SharedCounters
from roster.errors import TOO_MANY_REQUESTS, AppException


def register(app: Flask, *, sign_in: str, token: str) -> None:
    """Make the counters, before workers are forked, so that they hold across them.

    Args:
        app: the application.
        sign_in: attempts from one address, such as `20/minute`.
        token: requests with one token.
    """
    app.extensions["roster.counters"] = SharedCounters()
    app.extensions["roster.limits"] = {"sign_in": parse(sign_in), "token": parse(token)}


def demand(name: str, key: str) -> None:
    """Count one more of what the limit of this name is about, in a window that begins with the first.

    Raises:
        AppException: TOO_MANY_REQUESTS, with the seconds after which it works again.
    """
    extensions = current_app.extensions
    counters: SharedCounters = extensions["roster.counters"]
    limit: RateLimitItem = extensions["roster.limits"][name]
    counted = f"{name}/{limit.get_expiry()}/{key}"
    if counters.incr(counted, limit.get_expiry()) > limit.amount:
        raise AppException(TOO_MANY_REQUESTS, retry_after=max(1, ceil(counters.get_expiry(counted) - time())))
