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
    return _page("users", listing, page.rows, page.next)


@blueprint.get("/groups")
def groups() -> ResponseReturnValue:
    """Show deleted groups."""
    listing = DeletedGroups.asked(request.args)
    page = services.groups.search(visit().organization.id, **listing.options())
    return _page("groups", listing, page.rows, page.next)


def _page(kind: str, listing: BinListing, rows: object, following: str | None) -> str:
    key = visit().organization.id
    totals = {
        "users": services.users.count(key, status="deleted"),
        "groups": services.groups.count(key, status="deleted"),
    }
    days = services.organizations.get(key).purge_days
    return render_template(
        "admin/bin.html", kind=kind, listing=listing, rows=rows, next=following, totals=totals, days=days
    )
