"""Who is looking, and at which organization: asked once, before each page."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from roster import services
from roster.blueprints import languages
from roster.blueprints.admin import sign_in
from roster.blueprints.admin.sign_in import SignedIn
from roster.errors import ORGANIZATION_NOT_FOUND, AppException
from roster.models import Actor
from roster.services.preferences import Preferences

NOWHERE = UUID(int=0)
"""The organization of what is done to administrators: none."""
OFFERED = 15
"""Organizations that the menu of every page offers to go to; a page of their own has the rest."""


@dataclass(frozen=True, slots=True)
class Place:
    """An organization that the administrator may see: plain values, which no rollback expires."""

    id: UUID
    slug: str
    name: str
    is_suspended: bool
    purge_days: int


@dataclass(frozen=True, slots=True)
class Visit:
    """One administrator's look at one organization: it comes first of the places, if there are any."""

    administrator: SignedIn
    places: tuple[Place, ...]
    slug: str | None

    @property
    def organization(self) -> Place:
        """The organization of this page.

        Raises:
            AppException: ORGANIZATION_NOT_FOUND, also for one that this administrator has nothing to do with.
        """
        if self.places and self.places[0].slug == self.slug:
            return self.places[0]
        raise AppException(ORGANIZATION_NOT_FOUND)

    @property
    def offered(self) -> tuple[Place, ...]:
        """The organizations to go to from here."""
        return self.places[:OFFERED]

    @property
    def has_more(self) -> bool:
        """Whether there are more organizations than those."""
        return len(self.places) > OFFERED

    @property
    def is_homeless(self) -> bool:
        """Whether the one organization that this administrator looks after was deleted."""
        return self.home is not None and not self.places

    @property
    def may_write(self) -> bool:
        """Whether this administrator may change anything: auditors only read."""
        return self.administrator.role != "auditor"

    @property
    def home(self) -> UUID | None:
        """The one organization that this administrator looks after; None where it is all of them."""
        return self.administrator.organization_id

    @property
    def preferences(self) -> Preferences:
        """How this administrator likes the pages; came with them, at no cost."""
        return self.administrator.preferences

    @property
    def is_owner(self) -> bool:
        """Whether this administrator looks after administrators, too."""
        return self.administrator.role == "owner"

    def actor(self, organization_id: UUID | None = None) -> Actor:
        """Return whom events name; for this page's organization if no other is given."""
        who, where = self.administrator, self.organization.id if organization_id is None else organization_id
        return Actor(where, "administrator", who.email, "page", id=who.id, request_id=g.request_id)


def begin() -> ResponseReturnValue | None:
    """Find out who it is, send strangers to sign in, and tell those whose organization was deleted.

    Raises:
        AppException: ORGANIZATION_NOT_FOUND.
    """
    administrator = sign_in.current()
    if administrator is None:
        return sign_in.ask()
    languages.follow(administrator.preferences)
    slug = (request.view_args or {}).pop("slug", None)
    g.visit = Visit(administrator, _places(administrator, slug), slug)
    if g.visit.is_homeless:
        return render_template("admin/closed.html"), 403
    if slug is not None:
        _ = g.visit.organization  # before any other rule: who may not see it learns nothing but that
    return None


def context() -> dict[str, Any]:
    """Return what every page's template knows."""
    return {"visit": g.get("visit"), "now": now()}


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


def _places(administrator: SignedIn, slug: str | None) -> tuple[Place, ...]:
    found = services.organizations.around(slug, only=administrator.organization_id, limit=OFFERED + 1)
    return tuple(Place(one.id, one.slug, one.name, one.suspended_at is not None, one.purge_days) for one in found)
