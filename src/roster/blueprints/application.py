"""Flask, less what nobody here uses and every request would pay for."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from typing_extensions import override

OF_PROGRAMS = ("/api/", "/scim/")
"""Where those come in who send a token each time, and no cookie."""


class Cookies(SecureCookieSessionInterface):
    """Flask's own sessions, for pages alone."""

    @override
    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return what the cookie holds; None for a program, so that nothing can be put in and nothing is sent back."""
        return None if request.path.startswith(OF_PROGRAMS) else super().open_session(app, request)


class Application(Flask):
    """What runs Roster."""

    session_interface = Cookies()

    @override
    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function: no view here is a coroutine, and to look whether it is takes longer than some views."""
        return func
