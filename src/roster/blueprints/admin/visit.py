"""Who is looking, and at which organization: asked once, before each page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, g, request
from flask.typing import ResponseReturnValue

from roster import services
from roster.blueprints.admin import sign_in
from roster.blueprints.admin.sign_in import SignedIn
from roster.errors import ORGANIZATION_NOT_FOUND, AppException
from roster.models import Actor, Organization

NOWHERE = UUID(int=0)
"""The organization of what is done to administrators: none."""


@dataclass(frozen=True, slots=True)
class Place:
    """An organization that the administrator may see: plain values, which no rollback expires."""

    id: UUID
    slug: str
    name: str
    is_suspended: bool


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

    @property
    def home(self) -> UUID | None:
        """The one organization that this administrator looks after; None where it is all of them."""
        return self.administrator.organization_id

    @property
    def is_owner(self) -> bool:
        """Whether this administrator looks after administrators, too."""
        return self.administrator.role == "owner"

    def actor(self, organization_id: UUID | None = None) -> Actor:
        """Return whom events name; for this page's organization if no other is given."""
        who, where = self.administrator, self.organization.id if organization_id is None else organization_id
        return Actor(where, "administrator", who.email, "page", id=who.id, request_id=g.request_id)


def begin() -> ResponseReturnValue | None:
    """Find out who it is, and send strangers to sign in.

    Raises:
        AppException: ORGANIZATION_NOT_FOUND.
    """
    administrator = sign_in.current()
    if administrator is None:
        return sign_in.ask()
    slug = (request.view_args or {}).pop("slug", None)
    g.visit = Visit(administrator, tuple(_places(administrator)), slug)
    if slug is not None:
        _ = g.visit.organization  # before any other rule: who may not see it learns nothing but that
    return None


def context() -> dict[str, Any]:
    """Return what every page's template knows."""
    return {"visit": g.get("visit")}


def visit() -> Visit:
    """Return who looks at what in this request."""
    return g.visit  # type: ignore[no-any-return] # put there by `begin`


def now() -> datetime:
    """Return the time this request counts from."""
    return datetime.now(UTC)


def room(name: str, import_name: str, path: str) -> Blueprint:
    """Return a blueprint for pages of one organization, whose links stay in it."""
    blueprint = Blueprint(name, import_name, url_prefix=f"/<slug>{path}")
    blueprint.url_defaults(_same_organization)
    return blueprint


def _same_organization(_: str, values: dict[str, Any]) -> None:
    if "slug" not in values:
        values["slug"] = visit().slug


def _places(administrator: SignedIn) -> Iterable[Place]:
    home = administrator.organization_id
    found: Iterable[Organization] = (
        services.organizations.search() if home is None else [services.organizations.get(home)]
    )
    return (Place(one.id, one.slug, one.name, one.suspended_at is not None) for one in found)
