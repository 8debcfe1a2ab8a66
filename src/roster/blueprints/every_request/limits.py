"""Rate limits: how often a stranger may try to sign in, and a token may ask."""

from math import ceil
from time import time
from typing import NamedTuple

from flask import Flask, current_app

from roster.blueprints.every_request.counters import SharedCounters
from roster.errors import TOO_MANY_REQUESTS, AppException

SECONDS = {"second": 1, "minute": 60, "hour": 3600}


class Limit(NamedTuple):
    """How often in how many seconds."""

    amount: int
    seconds: int


def parse(text: str) -> Limit:
    """Return the limit of a text such as `20/minute`."""
    amount, _, unit = text.partition("/")
    return Limit(int(amount), SECONDS[unit])


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
    limit: Limit = extensions["roster.limits"][name]
    counted = f"{name}/{limit.seconds}/{key}"
    if counters.incr(counted, limit.seconds) > limit.amount:
        raise AppException(TOO_MANY_REQUESTS, retry_after=max(1, ceil(counters.get_expiry(counted) - time())))
