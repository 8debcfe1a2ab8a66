"""What stands before a page: who may see it, and who has to show again who they are."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from roster.blueprints.admin import sign_in
from roster.blueprints.admin.visit import now, visit
from roster.errors import FORBIDDEN, AppException

P = ParamSpec("P")
R = TypeVar("R")

READING = {"GET", "HEAD", "OPTIONS"}
CONFIRMED_FOR = timedelta(minutes=15)
"""How long it counts that somebody has shown who they are."""


def demand_writer() -> None:
    """Refuse whoever may only read.

    Raises:
        AppException: FORBIDDEN.
    """
    if not visit().may_write:
        raise AppException(FORBIDDEN, "As an auditor you see everything here, and change nothing.")


def demand_writer_to_write() -> None:
    """Refuse whoever may only read, where the request would change something.

    Raises:
        AppException: FORBIDDEN.
    """
    if request.method not in READING:
        demand_writer()


def demand_everywhere() -> None:
    """Refuse whoever looks after one organization alone.

    Raises:
        AppException: FORBIDDEN.
    """
    if visit().home is not None:
        raise AppException(FORBIDDEN, "You look after one organization; this is about all of them.")


def demand_owner() -> None:
    """Refuse whoever does not look after administrators.

    Raises:
        AppException: FORBIDDEN.
    """
    if not visit().is_owner:
        raise AppException(FORBIDDEN, "Only owners look after administrators.")


def for_writers(view: Callable[P, R]) -> Callable[P, R]:
    """Refuse a form to those who could not send it."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        demand_writer()
        return view(*args, **kwargs)

    return guarded


def for_everywhere(view: Callable[P, R]) -> Callable[P, R]:
    """Refuse a page to those who look after one organization alone."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        demand_everywhere()
        return view(*args, **kwargs)

    return guarded


def confirmed(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Ask again who it is before a dangerous act, where that was shown too long ago.

    The page with the form asks first, so that what is typed into it is rarely lost.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if now() - visit().administrator.confirmed_at < CONFIRMED_FOR:
            return view(*args, **kwargs)
        if request.method not in READING:
            flash(_("Nothing was done yet. Show that it is you, then do it again."), "warning")
        return redirect(url_for("own.confirmation.new", next=sign_in.way_back()), 303)

    return guarded
