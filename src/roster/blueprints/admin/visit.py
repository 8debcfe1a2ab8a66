"""Who is looking, and at which organization: asked once, before each page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from flask import g, request
from flask.typing import ResponseReturnValue

from roster import services
from roster.blueprints.admin import sign_in
from roster.blueprints.admin.sign_in import SignedIn
from roster.errors import FORBIDDEN, ORGANIZATION_NOT_FOUND, AppException
from roster.models import Actor, Organization

P = ParamSpec("P")
R = TypeVar("R")

READING = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True, slots=True)
class Place:
    """An organization that the administrator may see: plain values, which no rollback expires."""

    id: UUID
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One administrator's look at one organization."""

    administrator: SignedIn
    places: tuple[Place, ...]
    slug: str | None

    @property
    def organization(self) -> Place:
        """The organization of this page.

        Raises:
            AppException: ORGANIZATION_NOT_FOUND, also for one that this administrator has nothing to do with.
        """
        for place in self.places:
            if place.slug == self.slug:
                return place
        raise AppException(ORGANIZATION_NOT_FOUND)

    @property
    def may_write(self) -> bool:
        """Whether this administrator may change anything: auditors only read."""
        return self.administrator.role != "auditor"

    def actor(self) -> Actor:
        """Return whom events name."""
        who = self.administrator
        return Actor(self.organization.id, "administrator", who.email, "page", id=who.id, request_id=g.request_id)


def begin() -> ResponseReturnValue | None:
    """Find out who it is; send strangers to sign in, and refuse what this administrator may not do.

    Raises:
        AppException: ORGANIZATION_NOT_FOUND, FORBIDDEN.
    """
    administrator = sign_in.current()
    if administrator is None:
        return sign_in.ask()
    slug = (request.view_args or {}).pop("slug", None)
    g.visit = Visit(administrator, tuple(_places(administrator)), slug)
    if request.method not in READING:
        demand_writer()
    return None


def context() -> dict[str, Any]:
    """Return what every page's template knows."""
    return {"visit": g.get("visit")}


def visit() -> Visit:
    """Return who looks at what in this request."""
    return g.visit  # type: ignore[no-any-return] # put there by `begin`


def demand_writer() -> None:
    """Refuse whoever may only read.

    Raises:
        AppException: FORBIDDEN.
    """
    if not visit().may_write:
        raise AppException(FORBIDDEN, "As an auditor you see everything here, and change nothing.")


def for_writers(view: Callable[P, R]) -> Callable[P, R]:
    """Refuse a form to those who could not send it."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        demand_writer()
        return view(*args, **kwargs)

    return guarded


def _places(administrator: SignedIn) -> Iterable[Place]:
    home = administrator.organization_id
    found: Iterable[Organization] = (
        services.organizations.search() if home is None else [services.organizations.get(home)]
    )
    return (Place(organization.id, organization.slug, organization.name) for organization in found)
