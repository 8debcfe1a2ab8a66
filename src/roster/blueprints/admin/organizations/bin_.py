"""The recycle bin: what was deleted, until when it can be restored."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from roster import services
from roster.blueprints.admin.listing import Listing
from roster.blueprints.admin.visit import room, visit
from roster.schemas.groups import GroupQuery
from roster.schemas.users import UserQuery

blueprint = room("bin", __name__, "/bin")


class BinListing(Listing):
    """What was deleted last comes first."""

    STATUSES = {"deleted": lazy_gettext("Deleted")}  # noqa: RUF012 - a constant of the class
    SORTS = {"updated_at": lazy_gettext("Deleted")}  # noqa: RUF012 - a constant of the class

    def __init__(self, **options: object) -> None:
        super().__init__(**{"status": "deleted", "sort": "-updated_at"} | options)  # type: ignore[arg-type] # checked by the schema


class DeletedPeople(BinListing):
    """Deleted people."""

    ENDPOINT = "admin.bin.users"
    QUERY = UserQuery()


class DeletedGroups(BinListing):
    """Deleted groups."""

    ENDPOINT = "admin.bin.groups"
    QUERY = GroupQuery()


@blueprint.get("", strict_slashes=False)
def users() -> ResponseReturnValue:
    """Show deleted people."""
    listing = DeletedPeople.asked(request.args)
    page = services.users.search(visit().organization.id, **listing.options())
    total = services.users.count(visit().organization.id, status="deleted")
    return _page("users", listing, rows=page.rows, next=page.next, total=total)


@blueprint.get("/groups")
def groups() -> ResponseReturnValue:
    """Show deleted groups."""
    listing = DeletedGroups.asked(request.args)
    page = services.groups.search(visit().organization.id, **listing.options())
    total = services.groups.count(visit().organization.id, status="deleted")
    return _page("groups", listing, rows=page.rows, next=page.next, total=total)


def _page(kind: str, listing: BinListing, **shown: object) -> str:
    return render_template("admin/bin.html", kind=kind, listing=listing, days=visit().organization.purge_days, **shown)
