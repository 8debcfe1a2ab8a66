"""The quick way to anywhere in an organization: people and groups by name, pages and actions by their titles."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from roster import services
from roster.blueprints.admin.comfort import destinations
from roster.blueprints.admin.listing import asked
from roster.blueprints.admin.visit import room, visit
from roster.schemas.users import UserQuery

blueprint = room("palette", __name__, "/go")

PEOPLE, GROUPS = 6, 4
"""How many of each are offered at once."""


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Show where one can go; with a search, only what matches each word of it."""
    key, q = visit().organization.id, asked(UserQuery(only=("q",)), request.args, {})["q"]
    return render_template(
        "admin/palette.html",
        q=q,
        people=services.users.search(key, q=q, sort="display_name", limit=PEOPLE).rows if q else [],
        groups=services.groups.search(key, q=q, sort="display_name", limit=GROUPS).rows if q else [],
        pages=destinations.matching(q, visit()),
    )
