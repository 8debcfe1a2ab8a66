"""Organizations: the list, a new one, those that were deleted."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from roster import services
from roster.blueprints.admin.forms import Form, TextForm
from roster.blueprints.admin.guards import demand_everywhere, for_writers
from roster.blueprints.admin.listing import Listing
from roster.blueprints.admin.visit import NOWHERE, now, visit
from roster.errors import ORGANIZATION_NOT_DELETED, ORGANIZATION_SLUG_TAKEN
from roster.schemas.organizations import OrganizationCreate, OrganizationQuery, OrganizationRestore

blueprint = Blueprint("organizations", __name__, url_prefix="/organizations")
blueprint.before_request(demand_everywhere)


@dataclass(frozen=True, slots=True)
class OrganizationListing(Listing):
    """One view of the organizations."""

    ENDPOINT = "admin.organizations.index"
    QUERY = OrganizationQuery()
    STATUSES = {}  # noqa: RUF012 - a constant of the class
    SORTS = {"name": lazy_gettext("Name"), "created_at": lazy_gettext("Created")}  # noqa: RUF012 - a constant of the class

    sort: str = "name"


class OrganizationForm(TextForm):
    """What a new organization is called."""

    FIELDS = ("name", "slug")
    TOLD = {ORGANIZATION_SLUG_TAKEN: "slug"}  # noqa: RUF012 - a constant of the class


class RestoreForm(Form):
    """The button that brings an organization back, with room for another slug when its own was taken."""

    TOLD = {ORGANIZATION_NOT_DELETED: "", ORGANIZATION_SLUG_TAKEN: "slug"}  # noqa: RUF012 - a constant of the class

    def __init__(self, organization_id: UUID | None = None, slug: str = "") -> None:
        super().__init__()
        self.organization_id = organization_id
        self.slug = slug


@blueprint.get("", strict_slashes=False)
def index() -> ResponseReturnValue:
    """Show a page of organizations; with the first one, those that were deleted."""
    return _page(RestoreForm())


@blueprint.get("/new")
@for_writers
def new() -> ResponseReturnValue:
    """Show the form for a new organization."""
    return render_template("admin/organizations/new.html", form=OrganizationForm())


@blueprint.post("/new")
def create() -> ResponseReturnValue:
    """Create an organization, and go to its people."""
    form = OrganizationForm(request.form)
    with form.refusals():
        values = form.values(OrganizationCreate())
        made = services.organizations.create(**values, at=now(), actor=visit().actor(NOWHERE))
        flash(_("%(name)s is there. Now its people.", name=made.name))
        return redirect(url_for("admin.users.index", slug=made.slug), 303)
    return render_template("admin/organizations/new.html", form=form), 422


@blueprint.post("/<uuid:organization_id>/restore")
def restore(organization_id: UUID) -> ResponseReturnValue:
    """Bring a deleted organization back; offer another slug if its own was taken."""
    form = RestoreForm(organization_id, request.form.get("slug", ""))
    with form.refusals():
        values = OrganizationRestore().load({"slug": form.slug} if form.slug else {})
        services.organizations.restore(visit().actor(organization_id), at=now(), **values)
        flash(_("Restored."))
    return (_page(form), 422) if "slug" in form.errors else redirect(url_for(".index"), 303)


def _page(form: RestoreForm) -> str:
    listing = OrganizationListing.asked(request.args)
    page = services.organizations.search_page(q=listing.q, sort=listing.sort, after=listing.after, limit=listing.limit)
    total = services.organizations.count(q=listing.q)
    deleted = [] if listing.q or listing.after else services.organizations.search_deleted()
    shown = {"listing": listing, "page": page, "total": total, "deleted": deleted}
    return render_template("admin/organizations/index.html", form=form, **shown)
