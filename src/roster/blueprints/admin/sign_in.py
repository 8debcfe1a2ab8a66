"""Signing in and out: Flask-Login, known to this module alone."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFError

from roster import services
from roster.blueprints import problem
from roster.blueprints.every_request import limits
from roster.errors import MALFORMED_REQUEST, AppException
from roster.services.preferences import Preferences
from roster.services.sign_ins import Browser


@dataclass(frozen=True, slots=True)
class SignedIn(UserMixin):  # type: ignore[misc] # Flask-Login has no types
    """Whoever has signed in: plain values, because a service's rollback expires what the session loaded."""

    id: UUID
    email: str
    role: str
    organization_id: UUID | None
    session_id: UUID
    confirmed_at: datetime
    secret: str = field(repr=False)
    preferences: Preferences = field(default_factory=Preferences)

    def get_id(self) -> str:
        """Return what Flask-Login keeps in the signed cookie."""
        return self.secret


def register(app: Flask) -> None:
    """Let the application know who has signed in, and speak kindly when a form was too old."""
    # Without its init_app: of the hooks, one would ask the database on every page, the one that says it is away
    # included, and the other look after each request for a cookie that is never sent.
    manager = LoginManager()
    manager.user_loader(_load)
    app.login_manager = manager  # type: ignore[attr-defined] # where Flask-Login looks for it
    app.register_error_handler(CSRFError, _too_old)


def begin(email: str, password: str, code: str = "") -> None:
    """Sign an administrator in, in a session that has nothing of the one before.

    Raises:
        AppException: TOO_MANY_REQUESTS, WRONG_SIGN_IN, CODE_NEEDED, WRONG_CODE, LOCKED_OUT.
    """
    demand_patience()
    browser = Browser(request.user_agent.string, request.remote_addr or "")
    secret = services.sign_ins.sign_in(email, password, at=datetime.now(UTC), code=code, browser=browser)
    session.clear()
    login_user(_load(secret))


def demand_patience() -> None:
    """Count an attempt of this address to show a password.

    Raises:
        AppException: TOO_MANY_REQUESTS.
    """
    limits.demand("sign_in", request.remote_addr or "")


def end() -> None:
    """Sign out, here and on the server."""
    if (administrator := current()) is not None:
        services.sign_ins.sign_out(administrator.secret)
    logout_user()
    session.clear()


def current() -> SignedIn | None:
    """Return who has signed in; None if nobody has, or no longer."""
    return current_user if current_user.is_authenticated else None


def ask() -> ResponseReturnValue:
    """Send a stranger to sign in, and back afterwards. htmx is told so that it takes the whole page there."""
    sending = request.method not in {"GET", "HEAD"}
    if sending:
        flash(_("Your sign-in had ended, so nothing was saved. Sign in and send it again."), "warning")
    page = url_for("sessions.new", next=way_back())
    return ("", 401, {"HX-Redirect": page}) if "HX-Request" in request.headers else redirect(page, 303)


def way_back() -> str | None:
    """Return the page to go back to after a detour: this one, or the one whose form was sent."""
    sending = request.method not in {"GET", "HEAD"}
    back = request.referrer if sending or "HX-Request" in request.headers else request.full_path.rstrip("?")
    return safe(_path(back))


def safe(path: str | None) -> str | None:
    """Return the path if it leads to a page of this site; None for anything that could lead elsewhere."""
    if not path or not path.startswith("/") or path.startswith("//"):
        return None
    if "\\" in path or not path.isprintable() or urlsplit(path).netloc:
        return None
    return path


def _path(url: str | None) -> str | None:
    parts = urlsplit(url or "")
    if parts.netloc not in {"", request.host}:
        return None
    return parts._replace(scheme="", netloc="").geturl()


def _load(secret: str) -> SignedIn | None:
    if (found := services.sign_ins.find(secret, at=datetime.now(UTC))) is None:
        return None
    who = found.administrator
    place, liked = who.organization_id, Preferences.of(who.preferences)
    return SignedIn(who.id, who.email, who.role, place, found.session_id, found.confirmed_at, secret, liked)


def _too_old(_: CSRFError) -> ResponseReturnValue:
    message = "This form was open for too long, or came from another site. Go back, reload the page and send it again."
    return problem.known(AppException(MALFORMED_REQUEST, message))
